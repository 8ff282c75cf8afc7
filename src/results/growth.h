/* Going on with a file whose sweep has grown: values added to axes, one value made a list.
 *
 * The file of before keeps its bytes, as `x.h5.before`, and gives its finished points to the
 * new one while that is computed: a point of the new sweep is kept where the old file has one
 * with the same value on every axis, in a block whose checksum agrees.  When all points are
 * there the old file is removed.  A run that is killed in between goes on in the same way. */
#ifndef NVSWEEP_RESULTS_GROWTH_H
#define NVSWEEP_RESULTS_GROWTH_H

#include "results/results.h"

struct growth; /* opaque; NULL keeps nothing, anywhere */

/* Do two sweep files say the same but for titles, axes' values, and what is left out?
 * STATUS_INPUT, the key and both values if not. */
typedef enum status settings_fn(const char *was, const char *is, struct error *err);

/* The file's finished points as `study` can use them.  STATUS_INPUT and what differs if the
 * sweep is another one: a record or setting changed, or a value is gone. */
enum status growth_open(const char *path, const struct study *study,
                        const struct stage *const *table, const struct program *program,
                        bool accept_version, settings_fn *same_settings,
                        struct growth **growth, struct error *err);
void growth_close(struct growth *growth);

/* "keeps 20 of 30 points; new: capacity_bytes 4 MiB" */
char *growth_format(const struct growth *growth, char *buffer, size_t size);

/* The status of kept points among those that are pending, so that they are not evaluated;
 * and their values, when the others have been. */
void growth_mark(struct growth *growth, enum stage_id id, struct range points,
                 int8_t *status);
void growth_copy(struct growth *growth, enum stage_id id, struct range points,
                 const struct block *values);

/* Rank 0: give the file of before its name, and `path` to the new one, `fresh`; at every
 * moment `path` is one of the two. */
enum status growth_exchange(const char *path, const char *fresh, struct error *err);

/* Is there an old file beside `path`?  Two names of one file are a growing that was killed
 * before the new one was in place: the second name is removed. */
bool growth_is_begun(const char *path);

/* "x.h5.before"; a new string. */
char *growth_before(const char *path);

#endif
