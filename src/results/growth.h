/* Extends a finished or interrupted sweep: the sweep file has more values on its axes, or a
 * list where it had one value.
 *
 * The old file is renamed to `x.h5.before` and not changed.  A point of the new sweep takes
 * its result from the old file if that file has a finished point with the same value on
 * every axis in a block whose checksum matches; all other points are computed.  When all
 * points are in the new file, the old one is removed.  A run that is killed meanwhile is
 * resumed in the same way. */
#ifndef NVSWEEP_RESULTS_GROWTH_H
#define NVSWEEP_RESULTS_GROWTH_H

#include "results/results.h"

struct growth; /* opaque; every function accepts NULL, which keeps no point */

/* Compares two sweep files, ignoring titles and the values of axes.  Returns STATUS_INPUT,
 * with the key and both values, if another setting differs. */
typedef enum status settings_fn(const char *was, const char *is, struct error *err);

/* Finds the file's finished points that `study` can use.  Returns STATUS_INPUT, and what
 * differs, if the sweep is another one: a record or setting changed, or a value is gone.
 * Free with growth_close. */
enum status growth_open(const char *path, const struct study *study,
                        const struct stage *const *table, const struct program *program,
                        bool accept_version, settings_fn *same_settings,
                        struct growth **growth, struct error *err);
void growth_close(struct growth *growth);

/* "keeps 20 of 30 points; new: capacity_bytes 4 MiB" */
char *growth_format(const struct growth *growth, char *buffer, size_t size);

/* growth_mark gives kept points their status, so that they are not evaluated; growth_copy
 * copies their values after the other points of the block were evaluated. */
void growth_mark(struct growth *growth, enum stage_id id, struct range points,
                 int8_t *status);
void growth_copy(struct growth *growth, enum stage_id id, struct range points,
                 const struct block *values);

/* Rank 0: renames the old file to growth_before(path) and `fresh` to `path`, so that `path`
 * always exists. */
enum status growth_replace(const char *path, const char *fresh, struct error *err);

/* Is there an old file beside `path`?  If it is `path` itself under a second name, the
 * exchange was interrupted; the second name is then removed. */
bool growth_in_progress(const char *path);

/* "x.h5.before"; freed by the caller. */
char *growth_before(const char *path);

#endif
