/* The stages by name, each defined beside its evaluate function in a file of its own;
 * stages.c lists them.  What a stage's definition needs beside stage.h. */
#ifndef NVSWEEP_STAGE_STAGES_H
#define NVSWEEP_STAGE_STAGES_H

#include "machine/machine.h"
#include "stage/stage.h"

#define STAGE(name, ID)                          \
    extern const struct metric name##_metrics[]; \
    extern const struct stage name##_stage;
#include "columns/stages.def"

/* In a stage's definition: its columns ("columns/NAME.h"), and a stage that it reads. */
#define STAGE_METRICS(stage)    \
    .metrics = stage##_metrics, \
    .metric_count = sizeof(struct stage##_columns) / sizeof(void *)
#define INPUT(stage) (1u << STAGE_##stage)

#endif
