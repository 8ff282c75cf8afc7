/* Functions approximated by small networks, as NEON (A. Manglik et al., arXiv 2211.05730) puts them into
 * crossbars: a network of one or two hidden layers learns the function over a range of inputs, then computes
 * in integers of the crossbars' weights.
 *
 * Inputs are scaled from the range to -1 .. 1, outputs to mean 0 and variance 1, which crossbars' converters and
 * biases undo.  Every batch of training draws new inputs, evenly spread over the range.  The test is an even
 * grid over the range, of vectors random inputs.  Errors are in the function's own unit. */
#ifndef NVSWEEP_LEARNING_APPROXIMATION_H
#define NVSWEEP_LEARNING_APPROXIMATION_H

#include "base/schema.h"

enum approximation_quantised {
    QUANTISED_AFTER_TRAINING,
    QUANTISED_IN_TRAINING, /* the second half of it with rounded weights */
};

/* What is approximated, over which inputs. */
struct approximated_function {
    int operation; /* enum machine_operation */
    double from, to;
};

struct approximation {
    struct record record;
    const char *summary;
    int quantised; /* enum approximation_quantised */
    double learning_rate;
    uint64_t batches, test_inputs, trials;
    struct approximated_function *functions;
    size_t functions_count;
};
extern const struct schema approximation_schema;
extern const struct word approximation_quantised_words[];

enum { APPROXIMATION_TRIALS_MAX = 64 };

struct approximation_request {
    const struct approximation *approximation;
    int operation;     /* enum machine_operation */
    uint64_t elements; /* values in, and out */
    uint64_t hidden, hidden_layers;
    uint64_t bits; /* of a weight, and of a layer's input */
};

/* Of each trial. */
struct approximation_result {
    double mse[APPROXIMATION_TRIALS_MAX];        /* mean squared error */
    double error[APPROXIMATION_TRIALS_MAX];      /* mean absolute error */
    double error_most[APPROXIMATION_TRIALS_MAX]; /* largest absolute error */
    double float_mse[APPROXIMATION_TRIALS_MAX];  /* before the network is quantised */
    double variance;                             /* of the function over the test */
    double weights;                              /* with biases */
};

/* y = f(x), of `elements` values each; false if the operation is no function of real numbers. */
bool function_value(int operation, const double *x, uint64_t elements, double *y);

/* Train and test all trials.  STATUS_INFEASIBLE: the record or the operation does not go with what is
 * asked; err says why.  Long: asks stop_is_wanted() now and then. */
enum status approximation_run(const struct approximation_request *request,
                              struct approximation_result *result, struct error *err);

/* Rough seconds of one core, measured on an AMD EPYC of 2023. */
double approximation_cost_s(const struct approximation_request *request);

#endif
