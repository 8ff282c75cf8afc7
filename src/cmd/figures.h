/* The model's value of a published figure.
 *
 * A figure names design points and a metric.  With `sweep` the points are those of that
 * sweep file (it lies beside the library) which `where` selects; without, `where` alone
 * describes them.  With a baseline the figure is, point by point, the ratio of the
 * baseline's metric to the point's.  Without a metric it is made of other figures of its
 * source: no model. */
#ifndef NVSWEEP_CMD_FIGURES_H
#define NVSWEEP_CMD_FIGURES_H

#include "config/published.h"

#include <stdbool.h>
#include "stage/stage.h"

struct figures; /* studies evaluated so far, kept for the next figure that asks */

/* folder: of the shipped library, whose parent holds the sweeps.  published: the figures
 * that will be asked for; of a sweep's networks only theirs are evaluated.  All are
 * borrowed; data that experiments learn from are read into the library. */
struct figures *figures_begin(struct library *library, const char *folder,
                              const struct published *published);
void figures_end(struct figures *figures);

/* Figures of experiments, which read data of the system's packages and take minutes, are left
 * out (figures_value gives NaN) unless figures_read_data was called. */
void figures_read_data(struct figures *figures);
bool figures_leave_out(const struct figures *figures,
                       const struct published_figure *figure);

/* STATUS_INPUT, with words, if the figure's record makes no sense; a point that is not
 * done gives NaN; points that the sweep leaves out do not count. */
enum status figures_value(struct figures *figures,
                          const struct published_figure *figure, double *value,
                          struct error *err);

/* What the evaluation of a figure reads. */
struct figure_reads {
    const struct record **records; /* each once */
    size_t record_count;

    /* Its metric at each of its points and baselines, as numbers: equal ones stand for
     * one value of one model. */
    uint64_t *terms;
    size_t term_count;
};

/* Without evaluating anything.  figure_reads_free in any case. */
enum status figures_reads(struct figures *figures,
                          const struct published_figure *figure,
                          struct figure_reads *reads, struct error *err);
void figure_reads_free(struct figure_reads *reads);

#endif
