/* Spreads of record parameters, and the samples drawn from them: a Sobol sequence, so that
 * a few hundred samples fill the space of parameters evenly. */
#ifndef NVSWEEP_UNCERTAINTY_SPREAD_H
#define NVSWEEP_UNCERTAINTY_SPREAD_H

#include "space/variant.h"

enum { SPREAD_PARAMETERS_MAX = 24 };

enum spread_shape {
    SPREAD_UNIFORM, /* factors between low and high alike */
    SPREAD_LOG,     /* their logarithms alike */
};

/* A number or count of library records, times a factor. */
struct spread_parameter {
    const char *name;   /* where it stands in the record (base/path.h) */
    int of;             /* enum shelf_id: kind of the records */
    const char *record; /* the one it varies, by name; "": all of that kind alike */
    double low, high;   /* factors */
    int shape;          /* enum spread_shape */
};

struct spread {
    struct record record;
    const char *summary;
    struct spread_parameter *parameters;
    size_t parameters_count;
};
extern const struct word spread_shapes[], spread_kinds[];
extern const struct schema spread_schema;

/* Where it stands; place_format has what it is called in result files. */
struct place spread_parameter_place(const struct spread_parameter *parameter);

/* Do all records that spreads name exist?  STATUS_INPUT with file and line if not. */
enum status spreads_check(const struct library *library, struct error *err);

/* Number `index` of the Sobol sequence in dimension 0..SPREAD_PARAMETERS_MAX - 1, in [0, 1)
 * (I. M. Sobol, 1967; direction numbers of S. Joe and F. Y. Kuo, SIAM J. Sci. Comput.
 * 30(5), 2008), with a digital shift that follows from seed. */
double sobol(uint64_t seed, uint64_t index, unsigned dimension);

/* The factor of parameter p in sample number `sample`; sample 0 is the record as it is: 1. */
double spread_factor(const struct spread *spread, uint64_t seed, uint64_t sample,
                     size_t p);

/* Share of the variance of y that parameter values x alone explain (first-order index,
 * given data: E. Plischke, E. Borgonovo and C. L. Smith, EJOR 226(3), 2013): variance of
 * the means of y within `bins` equal ranges of the rank of x, over the variance of y.  Of n
 * values, chance explains up to (bins - 1) / (n - 1).  The n pairs are sorted in place by
 * x.  NaN if x or y does not vary or n < 4 bins. */
struct sample_pair {
    double x, y;
};
/* Ranges for n values: their cube root, within 4..32, so that each holds many and what
 * chance explains stays below 3 % from 128 values on. */
unsigned first_order_bins(uint64_t n);
double first_order(struct sample_pair *pairs, uint64_t n, unsigned bins);

#endif
