/* A reuse curve: what a last-level cache of any capacity would miss and write back, on
 * a fixed grid of capacities.  Each octave from 16 KiB to 16 GiB has 16 equal steps, so
 * 3, 7, 10 or 2.75 MiB are grid points like 1 or 2 MiB. */
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
extern const struct word reuse_method_words[];

/* Counts are per run of the workload's phase on one batch, in the steady state: the
 * cache holds what the run before left. */
struct reuse_curve {
    enum reuse_method method;
    uint64_t sampled_of; /* one line in so many was followed (1: exact) */
    /* Stated error: of the miss ratio, at its worst from 512 KiB up (0: exact). */
    double error;
    double line_bytes;              /* an access is to one line */
    double reads, writes;           /* line accesses that reach the last-level cache */
    double read_bytes, write_bytes; /* in whole sectors */
    double footprint_bytes;         /* distinct lines touched */
    double macs;
    double compute_s; /* when memory never stalls the arithmetic */
    double kernels;   /* launches */
    /* REUSE_ANALYTIC: time with each kernel bound by what binds it, DRAM included; else 0. */
    double kernel_s[CURVE_POINTS];
    /* Never rising with capacity, in lines. */
    double read_misses[CURVE_POINTS];
    double write_misses[CURVE_POINTS]; /* allocate without a read: whole sectors */
    double writebacks[CURVE_POINTS];
};

/* Capacity of grid point i, in bytes. */
double curve_capacity_bytes(uint64_t i);

/* Where a capacity lies between grid points: `share` of the way from `below` to `above`,
 * which are one beyond the ends. */
struct curve_place {
    unsigned below, above;
    double share;
};
struct curve_place curve_place_of(double capacity_bytes);

/* values there: exact at grid points, linear between, level beyond the ends (below the first
 * grid point the first value). */
static inline double curve_at_place(const double values[CURVE_POINTS],
                                    struct curve_place place)
{
    return values[place.below] +
           place.share * (values[place.above] - values[place.below]);
}

/* The same at capacity_bytes. */
double curve_at(const double values[CURVE_POINTS], double capacity_bytes);

/* The number of grid points whose capacity is at most `bytes`: a reuse at that distance
 * misses there and hits at all later ones. */
unsigned curve_bin(double bytes);

/* Misses at each grid point from a histogram of distances by curve_bin.  ways 0: fully
 * associative, exactly.  Otherwise a cache of so many ways whose sets lines fall into
 * at random: of d other lines as many as a Poisson variable of mean ways * d / capacity
 * share the set, and from `ways` on the access misses (Smith, IEEE TSE 4(2), 1978; Hill
 * and Smith, IEEE TC 38(12), 1989). */
void curve_survival(const double histogram[CURVE_POINTS + 1], uint64_t ways,
                    double misses[CURVE_POINTS]);

/* Keeps curves from run to run under texts that hold all that a curve depends on.  Whoever
 * runs a study brings one; models know no files. */
struct curve_keeper {
    const char *place;
    bool (*load)(const char *place, const char *key, struct reuse_curve *curve);
    void (*save)(const char *place, const char *key, const struct reuse_curve *curve);
};

#endif
