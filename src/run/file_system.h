/* Which ranks may write a file, by the file system it lies on.
 *
 * Two nodes write neighbouring bytes of one page.  A cluster file system keeps their caches
 * coherent.  NFS does not: each client writes back whole pages as it saw them, and the bytes
 * of the other are lost without an error (measured: tests/nfs).  There, and where nothing is
 * known, rank 0 receives all blocks and is the only one that writes.  One writer a node would
 * do too if every dataset and every block began on a page of its own; rank 0 alone keeps up
 * with all but the cheapest stages (tests/performance.md), so it is not offered. */
#ifndef NVSWEEP_RUN_FILE_SYSTEM_H
#define NVSWEEP_RUN_FILE_SYSTEM_H

#include "base/text.h"

#include <stdbool.h>

enum file_sharing {
    FILE_SHARING_NODE,    /* of one node: a disk of its own */
    FILE_SHARING_CLUSTER, /* of all nodes, whose caches are kept coherent */
    FILE_SHARING_UNSAFE,  /* of all nodes, each with a cache of its own; or not known */
};

struct file_system {
    char name[24]; /* "nfs", or its number "0x6969" where it has no name here */
    enum file_sharing sharing;
};

/* Of an open file, by its type (statfs). */
struct file_system file_system_of(int fd);

/* Of that type; for tests. */
struct file_system file_system_of_type(unsigned long type);

enum run_io {
    RUN_IO_AUTO,  /* as the file system allows */
    RUN_IO_LOCAL, /* every rank writes its blocks */
    RUN_IO_ROOT, /* rank 0 receives and writes all blocks; no other rank opens the file */
};

extern const struct word run_io_words[];

/* What auto means: for one rank, or for ranks of one node or of several, whose writes have so
 * many bytes on average.
 *
 * A cluster file system hands byte ranges of a file from node to node, Lustre as locks of
 * pages that its servers widen, GPFS as tokens of its blocks of 256 KiB and more, and it
 * takes a round trip for each.  Where nodes write a few bytes next to each other's, blocks
 * of one point, that is all the time there is (7200 s for 10^6 points: slurm/scaling.md);
 * one node that writes alone keeps what it once got.  So rank 0 writes there as long as
 * writes are less than RUN_IO_SHARED_BYTES. */
enum { RUN_IO_SHARED_BYTES = 64 << 10 };
enum run_io run_io_choose(enum file_sharing sharing, int ranks, bool is_one_node,
                          double write_bytes);

#endif
