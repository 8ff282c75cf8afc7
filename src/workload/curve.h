/* A reuse curve: the misses and write-backs of a last-level cache of any capacity, on a fixed
 * grid of capacities.  Each octave from 16 KiB to 16 GiB has 16 equal steps, so that 3, 7, 10
 * and 2.75 MiB are grid points as well as 1 and 2 MiB. */
#ifndef NVSWEEP_WORKLOAD_CURVE_H
#define NVSWEEP_WORKLOAD_CURVE_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CURVE_STEPS = 16, /* per octave; a power of two */
    CURVE_OCTAVES = 20,
    CURVE_POINTS = CURVE_OCTAVES * CURVE_STEPS + 1,
};
#define CURVE_FIRST_BYTES 16384.0

enum reuse_method { REUSE_EXACT, REUSE_SAMPLED, REUSE_ANALYTIC };

/* Counts are those of one run of the workload's phase on one batch in the steady state, in
 * which the cache holds what the previous run left. */
struct reuse_curve {
    enum reuse_method method;
    uint64_t sampled_of; /* one line in this many was simulated (1: exact) */
    /* Largest estimated error of the miss ratio at 512 KiB and more (0: exact). */
    double error;
    double line_bytes;              /* an access is to one line */
    double reads, writes;           /* line accesses that reach the last-level cache */
    double read_bytes, write_bytes; /* in whole sectors */
    double footprint_bytes;         /* distinct lines touched */
    double macs;
    double compute_s; /* time if memory never stalls the arithmetic */
    double kernels;   /* launches */
    /* REUSE_ANALYTIC: sum over the kernels of the time of their bottleneck (DRAM included);
     * else 0. */
    double kernel_s[CURVE_POINTS];
    /* In lines.  None of them rises with the capacity. */
    double read_misses[CURVE_POINTS];
    double write_misses
        [CURVE_POINTS]; /* need no read from DRAM: writes are whole sectors */
    double writebacks[CURVE_POINTS];
};

/* Returns the capacity of grid point i in bytes. */
double curve_capacity_bytes(uint64_t i);

/* The position of a capacity between grid points: at `share` of the way from `below` to
 * `above`.  Both are the same grid point for a capacity outside the grid. */
struct curve_place {
    unsigned below, above;
    double share;
};
struct curve_place curve_place_of(double capacity_bytes);

/* Returns a quantity at this position: interpolated linearly between grid points, and the value
 * of the first or last grid point outside the grid. */
static inline double curve_at_place(const double values[CURVE_POINTS],
                                    struct curve_place place)
{
    return values[place.below] +
           place.share * (values[place.above] - values[place.below]);
}

/* Returns the same at capacity_bytes. */
double curve_at(const double values[CURVE_POINTS], double capacity_bytes);

/* Returns the number of grid points whose capacity is at most `bytes`.  A reuse at that
 * distance misses at these points and hits at all others. */
unsigned curve_bin(double bytes);

/* Computes the misses at each grid point from a histogram of distances by curve_bin.  ways = 0
 * means a fully associative cache, for which the result is exact.  For a cache of `ways` ways
 * lines are assumed to map to sets at random: the number of d other lines that share the set is
 * a Poisson variable of mean ways * d / capacity, and the access misses if it is at least
 * `ways` (Smith, IEEE TSE 4(2), 1978; Hill and Smith, IEEE TC 38(12), 1989). */
void curve_survival(const double histogram[CURVE_POINTS + 1], uint64_t ways,
                    double misses[CURVE_POINTS]);

/* Stores curves between runs, under keys that contain everything on which a curve depends.
 * The caller of a study provides one, because models do not read files. */
struct curve_keeper {
    const char *place;
    bool (*load)(const char *place, const char *key, struct reuse_curve *curve);
    void (*save)(const char *place, const char *key, const struct reuse_curve *curve);
};

#endif
