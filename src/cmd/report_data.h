/* The data of a report page, selected from a result file. */
#ifndef NVSWEEP_CMD_REPORT_DATA_H
#define NVSWEEP_CMD_REPORT_DATA_H

#include "results/results.h"

#include <stdio.h>

/* The indices kept along each dimension of the file, and the metrics shown. */
struct report_data {
    const struct results *results;
    uint64_t **kept;       /* by dimension: kept indices, ascending */
    uint64_t *kept_counts; /* by dimension */
    bool *is_chosen;       /* per dimension: by the user's filter */
    bool *is_shown;        /* per variable: a metric of the report */
};

/* filters: "axis=value[,value...]"; metrics: comma-separated names, NULL for all.  If the
 * values need more than `most_bytes`, every second value of the longest dimension is dropped,
 * numeric dimensions first, until they fit.  Returns STATUS_INPUT for names that the file
 * does not have.  Free with report_data_free. */
enum status report_data_choose(struct report_data *data, const struct results *results,
                               const char *metrics, char **filters, int filter_count,
                               uint64_t most_bytes, struct error *err);
void report_data_free(struct report_data *data);

/* Does a metric of the report depend on the dimension? */
bool report_dimension_is_used(const struct report_data *data, size_t dimension);

/* Writes one JSON object: title, provenance, dimensions with their coordinates, the stages'
 * point counts, and the metrics' values (base64 of little-endian doubles, row-major over the
 * kept indices, NaN for points that are not done). */
enum status report_data_write(const struct report_data *data, FILE *out,
                              struct error *err);

#endif
