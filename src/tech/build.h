/* What a memory is built as: a bare macro, a compiled memory inside an ASIC, a last-level
 * cache.  The counted blocks of an array (cells, decoders, amplifiers, wires) stand in
 * more area than their own: control and timing, power grid, redundancy, test, queues.  How
 * much more differs by what is built, so that each has a fit of its own, read from
 * sweeps/library/builds/; build_schema is its documentation. */
#ifndef NVSWEEP_TECH_BUILD_H
#define NVSWEEP_TECH_BUILD_H

#include "base/schema.h"
#include "tech/cell.h"

/* Area over that of the counted blocks, by kind of cell. */
struct build {
    struct record record;
    double latch_overhead;     /* SRAM */
    double resistive_overhead; /* cells that store a resistance */
    double dynamic_overhead;   /* cells that store a charge */
};

extern const struct schema build_schema;

double build_overhead(const struct build *build, const struct cell *cell);

#endif
