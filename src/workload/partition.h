/* The best division of a cache among classes of data, each with lines of its own, from what each class
 * moves at every capacity. */
#ifndef NVSWEEP_WORKLOAD_PARTITION_H
#define NVSWEEP_WORKLOAD_PARTITION_H

#include <stddef.h>

enum { PARTITION_PARTS = 64, PARTITION_CLASSES = 8 };

/* What a class moves to and from DRAM with so many parts of the cache, 0 to PARTITION_PARTS. */
struct partition_class {
    double moves[PARTITION_PARTS + 1];
};

/* Gives every class some of the parts, which add up to all, so that the sum of what they move is
 * least; returns it.  Of equal divisions one that gives earlier classes less. */
double partition_best(const struct partition_class *classes, size_t count,
                      unsigned parts[PARTITION_CLASSES]);

#endif
