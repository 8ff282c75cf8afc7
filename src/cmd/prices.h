/* Prints how old the prices behind a result file's metrics are. */
#ifndef NVSWEEP_CMD_PRICES_H
#define NVSWEEP_CMD_PRICES_H

#include "base/error.h"
#include "results/results.h"

/* Prints one line with the dates of the price lists that the records in the file name.  Returns
 * STATUS_INPUT or STATUS_IO if the records cannot be read. */
enum status prices_print(const struct results *results, struct error *err);

#endif
