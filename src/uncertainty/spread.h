/* Spreads of record parameters, and the samples drawn from them.  Samples are points of a Sobol
 * sequence, so that a few hundred of them cover the space of parameters evenly. */
#ifndef NVSWEEP_UNCERTAINTY_SPREAD_H
#define NVSWEEP_UNCERTAINTY_SPREAD_H

#include "space/variant.h"

enum { SPREAD_PARAMETERS_MAX = 24 };

enum spread_shape {
    SPREAD_UNIFORM, /* factors are uniform between low and high */
    SPREAD_LOG,     /* logarithms of factors are uniform */
};

/* A number or count of library records that is multiplied by a random factor. */
struct spread_parameter {
    const char *name; /* its path in the record (base/path.h) */
    int of;           /* enum record_table_id: kind of the records */
    const char
        *record;      /* the record to vary; "": all of the kind, by the same factor */
    double low, high; /* range of the factor */
    int shape;        /* enum spread_shape */
};

struct spread {
    struct record record;
    const char *summary;
    struct spread_parameter *parameters;
    size_t parameters_count;
};
extern const struct word spread_shapes[], spread_kinds[];
extern const struct schema spread_schema;

/* Returns the place of a parameter; place_format gives its name in result files. */
struct place spread_parameter_place(const struct spread_parameter *parameter);

/* Checks that all records that spreads name exist.  Returns STATUS_INPUT with file and line if
 * one does not. */
enum status spreads_check(const struct library *library, struct error *err);

/* Returns the coordinate, in [0, 1), of point `index` of a Sobol sequence in a dimension of
 * 0..SPREAD_PARAMETERS_MAX - 1 (I. M. Sobol, 1967; direction numbers of S. Joe and F. Y. Kuo,
 * SIAM J. Sci. Comput. 30(5), 2008), with a digital shift that depends on `seed`. */
double sobol(uint64_t seed, uint64_t index, unsigned dimension);

/* Returns the factor of parameter p in sample number `sample`.  Sample 0 is the unchanged record:
 * its factors are 1. */
double spread_factor(const struct spread *spread, uint64_t seed, uint64_t sample,
                     size_t p);

/* first_order returns the share of the variance of y that x alone explains (first-order index from
 * given data: E. Plischke, E. Borgonovo and C. L. Smith, EJOR 226(3), 2013): the variance of the
 * means of y within `bins` equal ranges of the rank of x, over the variance of y.  For n random
 * values its expected value is (bins - 1) / (n - 1), not 0.  Sorts the n pairs by x in place.
 * NaN if x or y does not vary or n < 4 bins. */
struct sample_pair {
    double x, y;
};
/* Returns the number of ranges for n values: the cube root of n, within 4..32.  Each range then
 * holds many values, and from 128 values on chance explains less than 3 %. */
unsigned first_order_bins(uint64_t n);
double first_order(struct sample_pair *pairs, uint64_t n, unsigned bins);

#endif
