/* One point's results under their names: struct array_row, struct crossbar_row, ..., a
 * member per metric of the stage.  A model whose results are all of a stage's metrics fills
 * one in, and the stage copies it into its columns (columns_put); that takes metrics without
 * an inner dimension, of which a row has but one value. */
#ifndef NVSWEEP_BASE_ROWS_H
#define NVSWEEP_BASE_ROWS_H

#include <stdint.h>

#define COLUMN_TYPE_NUMBER double
#define COLUMN_TYPE_COUNT uint64_t

/* clang-format off */
#define STAGE(stage, ID) struct stage##_row {
#define METRIC(kind, name, ...) COLUMN_TYPE_##kind name;
#define STAGE_END };
#include "metrics.def"
/* clang-format on */

#endif
