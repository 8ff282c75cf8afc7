/* What outlives a retention, read off the data_lifetime stage's columns at any capacity. */
#ifndef NVSWEEP_STAGE_OUTLIVING_H
#define NVSWEEP_STAGE_OUTLIVING_H

#include "columns/data_lifetime.h"
#include "workload/lifetime.h"

/* A row of the data_lifetime stage, at a capacity. */
struct lives {
    const struct data_lifetime_columns *columns;
    uint64_t row;
    struct curve_place place;
};

struct lives lives_at(const struct data_lifetime_columns *columns, uint64_t row,
                      double capacity_bytes);

/* A column over tensor and curve_capacity_bytes: interpolated, as curve_at; and the larger of
 * the two neighbours, for columns that may be infinite. */
double lives_value(const struct lives *lives, const double *column,
                   enum tensor_class tensor);
double lives_most(const struct lives *lives, const double *column,
                  enum tensor_class tensor);

/* Share of a class's residencies that are alive when retention_s have passed since their
 * beginning; of data that never die by the share of a run that it takes, at most all.  Between
 * the bounds that are kept it is interpolated over the logarithm of the time, so that it never
 * rises with the retention.  NAN: no residencies. */
double lives_outliving(const struct lives *lives, enum tensor_class tensor,
                       double retention_s);

/* Share of a class's residencies that end, with a lifetime above each of the bounds that are
 * kept; endless_share is that of the others.  NAN: no residencies. */
void lives_ending(const struct lives *lives, enum tensor_class tensor,
                  double above[LIFETIME_BOUNDS]);

/* Share of the cache's line-time that is taken by residencies of lifetimes above retention_s. */
double lives_outliving_live(const struct lives *lives, double retention_s);

#endif
