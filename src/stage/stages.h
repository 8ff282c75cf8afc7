/* The stages by name.  Each is defined next to its evaluate function, in its own file;
 * stages.c lists them.  This header has what the definition of a stage needs besides stage.h. */
#ifndef NVSWEEP_STAGE_STAGES_H
#define NVSWEEP_STAGE_STAGES_H

#include "machine/machine.h"
#include "stage/stage.h"

#define STAGE(name, ID)                          \
    extern const struct metric name##_metrics[]; \
    extern const struct stage name##_stage;
#include "columns/stages.def"

/* For the definition of a stage: its columns ("columns/NAME.h"), and a stage that it reads. */
#define STAGE_METRICS(stage)    \
    .metrics = stage##_metrics, \
    .metric_count = sizeof(struct stage##_columns) / sizeof(void *)
#define INPUT(stage) STAGE_BIT(STAGE_##stage)

/* Fields of a GPU that change neither its access stream nor the time of a kernel: energies,
 * and the latencies and limits that the gpu stage applies. */
#define STREAM_IGNORES                                                           \
    "machine.dram_read_j_per_bit machine.dram_write_j_per_bit "                  \
    "machine.dram_latency_s machine.dram_parallelism machine.dram_background_w " \
    "machine.mac_j machine.mac_64b_j machine.mac_16b_j machine.mac_8b_j "        \
    "machine.mac_4b_j machine.arithmetic machine.idle_w "                        \
    "machine.power_limit_w machine.llc_outstanding machine.llc_latency_s"

#endif
