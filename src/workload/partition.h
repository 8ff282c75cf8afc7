/* The best division of a cache among classes of data, each with its own lines, computed from
 * the lines that each class moves at every capacity. */
#ifndef NVSWEEP_WORKLOAD_PARTITION_H
#define NVSWEEP_WORKLOAD_PARTITION_H

#include <stddef.h>

enum { PARTITION_PARTS = 64, PARTITION_CLASSES = 8 };

/* The lines that a class moves to and from DRAM with each number of parts of the cache, 0 to
 * PARTITION_PARTS. */
struct partition_class {
    double moves[PARTITION_PARTS + 1];
};

/* Divides all parts among the classes so that they move the fewest lines in all, and returns
 * this number.  Among equal divisions it takes one that gives earlier classes less. */
double partition_best(const struct partition_class *classes, size_t count,
                      unsigned parts[PARTITION_CLASSES]);

#endif
