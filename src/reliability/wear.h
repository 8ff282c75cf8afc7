/* The lifetime of a memory and its scrubbing: wear by writes, loss of data over time, and the
 * interval of scrubbing at which errors remain correctable. */
#ifndef NVSWEEP_RELIABILITY_WEAR_H
#define NVSWEEP_RELIABILITY_WEAR_H

#include "base/text.h"
#include "reliability/ecc.h"
#include "tech/cell.h"

enum levelling {
    LEVELLING_NONE,      /* the most written line takes `skew` times the mean */
    LEVELLING_START_GAP, /* 97 % of the ideal lifetime: M. Qureshi et al., MICRO 2009 */
    LEVELLING_IDEAL,
};
extern const struct word levelling_words[];

/* The longest lifetime that is reported (a million years; also for unlimited endurance). */
#define LIFETIME_CAP_S (1e6 * 31557600.0)

/* Returns the time until the line with the most writes has had endurance_cycles writes (0:
 * unlimited), if all lines together get line_writes_per_s. */
double wear_lifetime_s(double endurance_cycles, double line_writes_per_s, double lines,
                       enum levelling levelling, double skew);

/* Returns how often one bit flips per second at a temperature (tech/retention.h): 0 for cells
 * that are refreshed and for cells whose retention is unlimited. */
double bit_flip_hz(const struct cell *cell, double temperature_k);

/* A memory to be scrubbed, its error rates and its target. */
struct scrubbing {
    struct code code;
    double codewords; /* in the whole memory */
    double flip_hz;   /* bit_flip_hz */
    double
        write_error; /* probability that a bit is written wrongly and not corrected */
    double codeword_writes_per_s;
    double least_s;   /* the time that scrubbing the whole memory once takes at least */
    double longest_s; /* the longest interval to consider */
    double target_hz; /* permitted uncorrectable codewords per second */
};

struct scrub {
    double interval_s;
    double bit_error;  /* probability that a bit is wrong at the end of an interval */
    double failure_hz; /* uncorrectable codewords per second */
};

/* Returns the probability that a bit is wrong when time_s have passed since it was written. */
double error_after(const struct scrubbing *scrubbing, double time_s);

/* Returns the probability that a codeword cannot be corrected by scrubbing when time_s have
 * passed since it was written, and write errors aside. */
double failure_after(const struct scrubbing *scrubbing, double time_s);

/* Returns the uncorrectable codewords per second if the whole memory is read and corrected every
 * interval_s: those caused by write errors and those caused by flips over time. */
double failure_hz(const struct scrubbing *scrubbing, double interval_s);

/* Finds the longest interval, up to longest_s, that meets the target.  Returns
 * STATUS_INFEASIBLE with a reason (unless reason is NULL) if even least_s does not meet it. */
enum status scrub_find(const struct scrubbing *scrubbing, struct scrub *scrub,
                       struct error *reason);

#endif
