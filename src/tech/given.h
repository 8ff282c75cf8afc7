/* Given memories: figures of whole arrays that were measured, or that a memory compiler or
 * another tool computed, at one or more capacities.  They are a list in the record of a
 * technology:
 *
 *   { name = "compiled"; source = "..."; kind = "given";
 *     given = ( { capacity_bytes = "3 MiB"; area_m2 = "2.34 mm2"; ... }, ... ); }
 *
 * A record of another kind describes a cell as well, and figures that are not given are
 * modelled from it.  Between two capacities a figure is interpolated linearly in the
 * logarithms of both; outside the given capacities there is no value. */
#ifndef NVSWEEP_TECH_GIVEN_H
#define NVSWEEP_TECH_GIVEN_H

#include "base/schema.h"

enum given_figure {
    GIVEN_AREA,
    GIVEN_READ_LATENCY,
    GIVEN_WRITE_LATENCY,
    GIVEN_READ_ENERGY,
    GIVEN_WRITE_ENERGY,
    GIVEN_LEAKAGE,
    GIVEN_NEEDED, /* a memory without a cell must give all figures above */
    GIVEN_CYCLE = GIVEN_NEEDED,
    GIVEN_BANKS,
    GIVEN_TAG, /* the figures from here on are of caches */
    GIVEN_MISS_LATENCY = GIVEN_TAG,
    GIVEN_MISS_ENERGY,
    GIVEN_TAG_ENERGY,
    GIVEN_FIGURES
};

/* A memory of one capacity.  Figures that are 0 are not given. */
struct given {
    double capacity_bytes;
    double area_m2, read_latency_s, write_latency_s, read_energy_j, write_energy_j,
        leakage_w;
    double cycle_s, banks;
    double miss_latency_s, miss_energy_j, tag_energy_j;
};

extern const struct schema given_schema;

/* Return the name, the unit and the value of a figure. */
const char *given_name(enum given_figure figure);
const char *given_unit(enum given_figure figure);
double given_at(const struct given *given, enum given_figure figure);

/* Returns STATUS_INPUT if two rows have the same capacity or a row has no figure. */
enum status given_check(const struct given *rows, size_t count, struct error *err);

/* Return the smallest and the largest capacity of the rows.  count must be above 0. */
double given_first_bytes(const struct given *rows, size_t count);
double given_last_bytes(const struct given *rows, size_t count);

/* Computes a figure at a capacity; NaN if no row gives the figure.  Returns STATUS_INFEASIBLE
 * with the reason in why if the capacity is outside the range of the rows that give it. */
enum status given_value(const struct given *rows, size_t count,
                        enum given_figure figure, double capacity_bytes, double *value,
                        struct error *why);

#endif
