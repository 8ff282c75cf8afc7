/* Reads and writes the bytes of a file, completely or with an error: calls are repeated
 * after interruptions and short transfers, and errors give their reason.
 *
 * Ranks write their blocks with these functions and not with MPI-IO or HDF5's parallel
 * driver.  That is as fast (tests/bench_runner.c measures all three), opens nothing
 * collectively, and distinguishes a full disk from a broken one.  Several ranks write only
 * where two nodes may write neighbouring bytes; elsewhere rank 0 writes for all
 * (run/file_system.h). */
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

/* Returns STATUS_INPUT if `path` exists and is not a regular file, or its folder does not
 * exist. */
enum status raw_check_name(const char *path, struct error *err);

/* Returns STATUS_INPUT if there is no such file or it is not a regular file; STATUS_IO, with
 * path and reason, on other failures. */
enum status raw_open(struct raw *raw, const char *path, bool is_writable,
                     struct error *err);
void raw_close(struct raw *raw);

/* The target of a symbolic link, so that every process finds the same lock and journal beside
 * it; `path` itself if it is not a link or its target does not exist.  Freed by the
 * caller. */
char *raw_resolve(const char *path);

enum status raw_read(const struct raw *raw, void *bytes, size_t size, uint64_t offset,
                     struct error *err);
enum status raw_write(const struct raw *raw, const void *bytes, size_t size,
                      uint64_t offset, struct error *err);

/* Maps the whole file; pages are read from the disk when they are touched.  NULL if the
 * system refuses.  Unmap with raw_unmap. */
const void *raw_map(const struct raw *raw, size_t *size);
void raw_unmap(const void *bytes, size_t size);

/* Returns when all earlier writes are on the disk. */
enum status raw_sync(const struct raw *raw, struct error *err);

/* Syncs, then drops the file from this node's cache, so that later reads ask the disk or the
 * server. */
enum status raw_drop_cache(const struct raw *raw, struct error *err);

/* Makes the system read the folder's entries again. */
void raw_refresh_folder_of(const char *path);

/* Syncs the folder, so that a rename in it is on the disk.  Failures are ignored. */
void raw_sync_folder_of(const char *path);

#endif
