/* The model's value of a published figure.
 *
 * A figure names design points and a metric.  With `sweep` the points are those that
 * `where` selects from that sweep file, which lies beside the library; otherwise `where`
 * alone describes them.  With a baseline, the value at each point is the baseline's metric
 * over the point's.  A figure without a metric is computed from other figures of its source
 * and has no model value. */
#ifndef NVSWEEP_CMD_FIGURES_H
#define NVSWEEP_CMD_FIGURES_H

#include "config/published.h"

#include <stdbool.h>
#include "stage/stage.h"

struct figures; /* keeps evaluated studies, which later figures use again */

/* folder: the shipped library, whose parent holds the sweeps.  published: all figures that
 * may be asked for; only the networks that they name are evaluated.  Data that experiments
 * learn from are read into the library.  The arguments must outlive the result.  Free with
 * figures_end. */
struct figures *figures_begin(struct library *library, const char *folder,
                              const struct published *published);
void figures_end(struct figures *figures);

/* Figures of experiments and approximations need data from system packages or take minutes, so they are left out
 * (figures_value gives NaN) unless figures_read_data was called. */
void figures_read_data(struct figures *figures);
bool figures_leave_out(const struct figures *figures,
                       const struct published_figure *figure);

/* Computes the model's value.  Returns STATUS_INPUT, with the reason, if the figure's record
 * is wrong.  A point that is not done gives NaN; points that the sweep excludes do not
 * count. */
enum status figures_value(struct figures *figures,
                          const struct published_figure *figure, double *value,
                          struct error *err);

#endif
