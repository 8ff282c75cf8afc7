/* The bytes of a file, whole or an error: reads and writes that survive interruption
 * and short transfers, and say why they failed.
 *
 * Ranks write their blocks with these and not through MPI-IO or HDF5's parallel driver:
 * that is as fast (tests/bench_runner.c measures all three), opens nothing collectively,
 * and tells a full disk from a failing one.  Several ranks write where two nodes may write
 * neighbouring bytes; elsewhere rank 0 writes for all (run/file_system.h). */
#ifndef NVSWEEP_RESULTS_RAW_H
#define NVSWEEP_RESULTS_RAW_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct raw {
    int fd;
    const char *path; /* for messages; not owned */
};

/* STATUS_INPUT if there is something of that name that is no regular file, or no folder to
 * hold it. */
enum status raw_check_name(const char *path, struct error *err);

/* STATUS_IO with path and reason on failure, STATUS_INPUT if there is no such file, or it
 * is no regular one. */
enum status raw_open(struct raw *raw, const char *path, bool is_writable,
                     struct error *err);
void raw_close(struct raw *raw);

/* Where a symbolic link leads, so that whoever writes the file finds the same lock and
 * journal beside it; the path itself if it is none, or leads nowhere.  Freed by the
 * caller. */
char *raw_resolve(const char *path);

enum status raw_read(const struct raw *raw, void *bytes, size_t size, uint64_t offset,
                     struct error *err);
enum status raw_write(const struct raw *raw, const void *bytes, size_t size,
                      uint64_t offset, struct error *err);

/* The whole file as memory that is read from the disk where it is touched; NULL if the system
 * refuses.  raw_unmap takes it back. */
const void *raw_map(const struct raw *raw, size_t *size);
void raw_unmap(const void *bytes, size_t size);

/* Return when what was written so far is on the disk. */
enum status raw_sync(const struct raw *raw, struct error *err);

/* Sync, and drop what this node's cache holds of the file: the next reads ask the disk, or the
 * server. */
enum status raw_forget(const struct raw *raw, struct error *err);

/* Have the system look again for what the folder holds. */
void raw_reopen_folder_of(const char *path);

/* Sync a directory, so that a rename in it is on the disk.  Best effort. */
void raw_sync_folder_of(const char *path);

#endif
