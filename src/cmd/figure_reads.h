/* What a published figure's value depends on: records, and values of the model. */
#ifndef NVSWEEP_CMD_FIGURE_READS_H
#define NVSWEEP_CMD_FIGURE_READS_H

#include "cmd/figures.h"

/* What the evaluation of a figure depends on. */
struct figure_reads {
    const struct record **records; /* each once */
    size_t record_count;

    /* One number per point and baseline for its metric there; equal numbers mean the same
     * value of the same model. */
    uint64_t *terms;
    size_t term_count;
};

/* Finds them without evaluating.  Call figure_reads_free, also after an error. */
enum status figures_reads(struct figures *figures,
                          const struct published_figure *figure,
                          struct figure_reads *reads, struct error *err);
void figure_reads_free(struct figure_reads *reads);

#endif
