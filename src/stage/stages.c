/* The list of stages, made from the sections of hdf5_schema/metrics.def. */
#include "stage/stages.h"

const struct word point_status_words[] = {
    { "pending", POINT_PENDING },
    { "done", POINT_DONE },
    { "infeasible", POINT_INFEASIBLE },
    { "failed", POINT_FAILED },
    { "quarantined", POINT_QUARANTINED },
    { "excluded", POINT_EXCLUDED },
    { NULL, 0 },
};

const struct word stage_words[] = {
#define STAGE(name, ID) { #name, STAGE_##ID },
#include "columns/stages.def"
    { NULL, 0 },
};

/* One table of metrics per stage, from the same lines as the structs of "columns/". */
/* clang-format off */
#define STAGE(stage, ID) const struct metric stage##_metrics[] = {
#define METRIC(kind_, name_, units_, inner_, meaning_) \
    { .name = #name_,                                  \
      .units = (units_),                               \
      .meaning = (meaning_),                           \
      .kind = COLUMN_##kind_,                          \
      .inner = INNER_##inner_ },
#define STAGE_END };
#include "metrics.def"
/* clang-format on */

const struct stage *const stages[STAGE_COUNT] = {
#define STAGE(name, ID) [STAGE_##ID] = &name##_stage,
#include "columns/stages.def"
};

static_assert(STAGE_SENSITIVITY == STAGE_COUNT - 1,
              "the last stage may look at any other's results");
static_assert(STAGE_COUNT <= 64, "sets of stages are bits of a stage_mask");
