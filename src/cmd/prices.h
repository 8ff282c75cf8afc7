/* How old the prices behind a result file's metrics are. */
#ifndef NVSWEEP_CMD_PRICES_H
#define NVSWEEP_CMD_PRICES_H

#include "base/error.h"
#include "results/results.h"

/* Print the dates of the price lists that the records inside the file name, on one line.
 * STATUS_INPUT or STATUS_IO if the records cannot be read. */
enum status prices_print(const struct results *results, struct error *err);

#endif
