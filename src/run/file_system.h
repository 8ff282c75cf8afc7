/* Which ranks may write a file, by the type of its file system.
 *
 * Two nodes may write neighbouring bytes of one page.  A cluster file system keeps the
 * caches of the nodes coherent.  NFS does not: each client writes back whole pages, and
 * the bytes of the other client are lost without an error (measured: tests/nfs).  On NFS,
 * and on file systems that are not known, rank 0 receives all blocks and writes them
 * alone.  One writer per node would need every dataset and every block to begin on its own
 * page; rank 0 alone keeps up with all but the cheapest stages (tests/performance.md), so
 * that mode is not offered. */
#ifndef NVSWEEP_RUN_FILE_SYSTEM_H
#define NVSWEEP_RUN_FILE_SYSTEM_H

#include "base/text.h"

#include <stdbool.h>

enum file_sharing {
    FILE_SHARING_NODE,    /* one node only: its own disk */
    FILE_SHARING_CLUSTER, /* all nodes, with coherent caches */
    FILE_SHARING_UNSAFE,  /* all nodes, without coherent caches; or not known */
};

struct file_system {
    char name[24]; /* "nfs"; its type number as "0x6969" if the type has no name here */
    enum file_sharing sharing;
};

/* The file system of an open file (statfs). */
struct file_system file_system_of(int fd);

/* The file system of this statfs type; for tests. */
struct file_system file_system_of_type(unsigned long type);

enum run_io {
    RUN_IO_AUTO,  /* chosen by the file system */
    RUN_IO_LOCAL, /* every rank writes its blocks */
    RUN_IO_ROOT, /* rank 0 receives and writes all blocks; no other rank opens the file */
};

extern const struct word run_io_words[];

/* What RUN_IO_AUTO means for this number of ranks, on one node or on several, whose writes have
 * write_bytes on average.
 *
 * A cluster file system moves byte ranges of a file from node to node, Lustre as locks of pages
 * that its servers widen, GPFS as tokens of its blocks of 256 KiB and more, and each move
 * takes a round trip.  If nodes write a few bytes next to each other's bytes (blocks of one
 * point), these moves take most of the time (7200 s for 10^6 points: slurm/scaling.md), while
 * a single writing node keeps its locks.  Therefore rank 0 writes for all if writes are
 * smaller than RUN_IO_SHARED_BYTES. */
enum { RUN_IO_SHARED_BYTES = 64 << 10 };
enum run_io run_io_choose(enum file_sharing sharing, int ranks, bool is_one_node,
                          double write_bytes);

#endif
