/* The sweeps that published figures are points of. */
#ifndef NVSWEEP_CMD_FIGURE_SWEEPS_H
#define NVSWEEP_CMD_FIGURE_SWEEPS_H

#include "cmd/figures.h"
#include "config/sweep.h"
#include "store/curve_store.h"

struct evaluated {
    char *key;
    struct sweep sweep;
    struct study study;
    bool
        has_results; /* false: planned only, which suffices to find points and records */
};

struct figures {
    struct library *library;
    const char *folder;
    const struct published *published;
    struct curve_keeper *curves;
    bool reads_data;
    struct evaluated **kept;
    size_t kept_count;
};

/* Finds the figure's sweep among those kept, or reads it and keeps it: planned, not evaluated.  Of
 * its networks only those that figures need are left.  Returns STATUS_INPUT if the figure's record
 * is wrong. */
enum status figures_plan(struct figures *figures, const struct published_figure *figure,
                         struct evaluated **found, struct error *err);

#endif
