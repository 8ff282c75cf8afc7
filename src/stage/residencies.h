/* The residencies of data in a cache, at any capacity, from the columns of the data_lifetime
 * stage: how many last longer than the cells retain data. */
#ifndef NVSWEEP_STAGE_RESIDENCIES_H
#define NVSWEEP_STAGE_RESIDENCIES_H

#include "columns/data_lifetime.h"
#include "workload/lifetime.h"

/* A row of the data_lifetime stage, at one capacity.  columns stay the caller's. */
struct residencies {
    const struct data_lifetime_columns *columns;
    uint64_t row;
    struct curve_place place;
};

struct residencies residencies_at(const struct data_lifetime_columns *columns,
                                  uint64_t row, double capacity_bytes);

/* Return the value of a column over tensor and curve_capacity_bytes: interpolated like
 * curve_at, or the larger of the two neighbours, for columns that may be infinite. */
double residencies_value(const struct residencies *residencies, const double *column,
                         enum tensor_class tensor);
double residencies_max(const struct residencies *residencies, const double *column,
                       enum tensor_class tensor);

/* Returns the share of a class's residencies that still live when retention_s have passed
 * since they began.  Data that never die count in proportion to the time, up to all of them
 * after one run.  Between the bounds for which counts are stored it is interpolated over the
 * logarithm of the time, so that it never rises with the retention.  NAN: there are no
 * residencies. */
double residencies_longer_share(const struct residencies *residencies,
                                enum tensor_class tensor, double retention_s);

/* Computes the share of a class's residencies that end and have a lifetime above each stored
 * bound; endless_share is that of the others.  NAN: there are no residencies. */
void residencies_ended_shares(const struct residencies *residencies,
                              enum tensor_class tensor, double above[LIFETIME_BOUNDS]);

/* Returns the share of the cache's lines, averaged over time, that hold data with lifetimes
 * above retention_s. */
double residencies_longer_line_share(const struct residencies *residencies,
                                     double retention_s);

#endif
