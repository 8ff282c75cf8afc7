/* How long a memory lasts and how often it must be looked after: wear by writes, loss by
 * time, and the scrubbing that keeps errors rare enough to be corrected. */
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

/* Years beyond this are not told apart (unlimited endurance). */
#define LIFETIME_CAP_S (1e6 * 31557600.0)

/* Time until the most written line has taken endurance_cycles (0: unlimited) writes, when
 * all lines together take line_writes_per_s. */
double wear_lifetime_s(double endurance_cycles, double line_writes_per_s, double lines,
                       enum levelling levelling, double skew);

/* Flips of one bit per second at a temperature.  A record's retention is taken as the time
 * in which one bit in a million flips, the criterion embedded memories are qualified by;
 * over temperature the barrier stays: tau = tau0 (tau_ref / tau0)^(T_ref / T), tau0 = 1
 * ns (Neel, 1949).  0 for cells that are refreshed or never forget.  A record without a
 * temperature is taken at 85 C. */
double bit_flip_hz(const struct cell *cell, double temperature_k);

/* What is scrubbed, and what may go wrong. */
struct scrubbing {
    struct code code;
    double codewords;   /* in the whole memory */
    double flip_hz;     /* bit_flip_hz */
    double write_error; /* probability that a written bit is wrong and stays so */
    double codeword_writes_per_s;
    double least_s;   /* a scrub of everything takes at least this */
    double longest_s; /* no interval longer than this is of interest */
    double target_hz; /* uncorrectable codewords per second allowed */
};

struct scrub {
    double interval_s;
    double bit_error;  /* probability that a bit is wrong at the end of an interval */
    double failure_hz; /* uncorrectable codewords per second */
};

/* Uncorrectable codewords per second when everything is read and corrected every
 * interval_s: those that writes make at once, and those that time adds. */
double failure_hz(const struct scrubbing *scrubbing, double interval_s);

/* The longest interval that meets the target, within longest_s.  STATUS_INFEASIBLE with
 * words in reason (which may be NULL) if even least_s does not. */
enum status scrub_find(const struct scrubbing *scrubbing, struct scrub *scrub,
                       struct error *reason);

#endif
