/* A build says what a memory is: a bare macro, a compiled memory inside an ASIC, or a
 * last-level cache.  A memory takes more area than the blocks that the model counts (cells,
 * decoders, amplifiers, wires), because of control and timing, power grid, redundancy, test
 * and queues.  How much more depends on the build, so that each has its own fitted factors.
 * They are read from sweeps/library/builds/; build_schema documents them. */
#ifndef NVSWEEP_TECH_BUILD_H
#define NVSWEEP_TECH_BUILD_H

#include "base/schema.h"
#include "tech/cell.h"

/* Area of the memory over area of its counted blocks, by kind of cell. */
struct build {
    struct record record;
    double latch_overhead;     /* SRAM */
    double resistive_overhead; /* cells that store a resistance */
    double dynamic_overhead;   /* cells that store a charge */
};

extern const struct schema build_schema;

/* Returns the factor for this kind of cell. */
double build_overhead(const struct build *build, const struct cell *cell);

#endif
