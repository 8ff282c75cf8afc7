/* The data of a report: what of a result file goes into the page, and how. */
#ifndef NVSWEEP_CMD_REPORT_DATA_H
#define NVSWEEP_CMD_REPORT_DATA_H

#include "results/results.h"

#include <stdio.h>

/* What is kept along each dimension of the file, and which metrics. */
struct report_data {
    const struct results *results;
    uint64_t **kept;       /* per dimension: indices, ascending */
    uint64_t *kept_counts; /* of them */
    bool *is_chosen;       /* per dimension: by the user's filter */
    bool *is_shown;        /* per variable: a metric of the report */
};

/* filters: "axis=value[,value...]"; metrics: comma list, NULL for all.  Where the values
 * would take more than `most_bytes`, the dimensions with the most values are thinned,
 * numeric ones first and evenly, until they fit.  STATUS_INPUT for names the file does
 * not have. */
enum status report_data_choose(struct report_data *data, const struct results *results,
                               const char *metrics, char **filters, int filter_count,
                               uint64_t most_bytes, struct error *err);
void report_data_free(struct report_data *data);

/* Does a shown metric span the dimension? */
bool report_dimension_is_used(const struct report_data *data, size_t dimension);

/* One JSON object: title, provenance, dimensions with their coordinates, the stages'
 * statuses and the metrics' values (base64 of little-endian doubles, row-major over the
 * kept indices, NaN where a point is not done). */
enum status report_data_write(const struct report_data *data, FILE *out,
                              struct error *err);

#endif
