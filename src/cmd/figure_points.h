/* The points of a sweep, and the metric there, that a published figure asks for. */
#ifndef NVSWEEP_CMD_FIGURE_POINTS_H
#define NVSWEEP_CMD_FIGURE_POINTS_H

#include "cmd/figure_sweeps.h"

/* One axis of `where` or `baseline`, with its values. */
struct choice {
    enum axis_id axis;
    union axis_value values[64];
    size_t count;
};

/* Reads "axis=value,value".  Returns STATUS_INPUT if there is no such axis or value. */
enum status choice_parse(const struct library *library, const struct space *space,
                         const char *setting, struct choice *choice, struct error *err);

enum { CHOICES = 16 };

/* What a figure asks of a study. */
struct question {
    struct choice where[CHOICES], baseline[CHOICES];
    size_t where_count, baseline_count;
    enum stage_id stage;
    size_t metric;
    uint64_t
        at[CHOICES]; /* indexes along the metric's extra dimensions, to be added up */
    size_t at_count;
};

/* Returns STATUS_INPUT if the study has no such metric, axis or value. */
enum status question_make(const struct figures *figures, const struct study *study,
                          const struct published_figure *figure,
                          struct question *question, struct error *err);

/* Called for each point of a figure, with the index of its baseline (or its own index, if the
 * figure has no baseline). */
typedef void point_fn(const struct evaluated *one, const struct question *question,
                      uint64_t index, uint64_t base, void *context);

/* Calls `visit` for each point of the figure.  Returns STATUS_INPUT if there is none, or a baseline
 * is not in the sweep. */
enum status question_walk(const struct evaluated *one,
                          const struct published_figure *figure,
                          const struct question *question, point_fn *visit,
                          void *context, struct error *err);

/* Without a sweep file a ratio is computed from two figures: `under` at `where`, and `over` at
 * `where` with the baseline's settings. */
struct figure_ratio {
    struct published_figure over, under;
    const char **settings; /* of `over`; freed by the caller */
};

bool figure_is_ratio(const struct published_figure *figure);
struct figure_ratio figure_ratio(const struct published_figure *figure);

#endif
