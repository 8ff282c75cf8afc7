/* Functions that small networks approximate, as NEON (A. Manglik et al., arXiv 2211.05730)
 * stores them in crossbars: a network of one or two hidden layers learns the function over a
 * range of inputs, and then computes with integers of the crossbars' weights.
 *
 * Inputs are scaled from the range to -1 .. 1, and outputs to mean 0 and variance 1, which
 * the crossbars' converters and biases undo.  Every batch of training has new random inputs,
 * uniform over the range.  The test inputs are a regular grid over the range; for functions
 * of vectors they are random.  Errors are in the function's own unit. */
#ifndef NVSWEEP_LEARNING_APPROXIMATION_H
#define NVSWEEP_LEARNING_APPROXIMATION_H

#include "base/schema.h"

enum approximation_quantised {
    QUANTISED_AFTER_TRAINING,
    QUANTISED_IN_TRAINING, /* the second half of the training uses rounded weights */
};

/* A function and the range of its inputs. */
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
    uint64_t elements; /* number of inputs, and of outputs */
    uint64_t hidden, hidden_layers;
    uint64_t bits; /* of a weight and of a layer's input */
};

/* The results of each trial. */
struct approximation_result {
    double mse[APPROXIMATION_TRIALS_MAX];        /* mean squared error */
    double error[APPROXIMATION_TRIALS_MAX];      /* mean absolute error */
    double error_most[APPROXIMATION_TRIALS_MAX]; /* largest absolute error */
    double float_mse[APPROXIMATION_TRIALS_MAX];  /* before the network is quantised */
    double variance;                             /* variance of the function over the
                                                  * test inputs */
    double weights;                              /* number of weights and biases */
};

/* Computes y = f(x) for `elements` values each.  Returns false if the operation is not a
 * function of real numbers. */
bool function_value(int operation, const double *x, uint64_t elements, double *y);

/* Trains and tests all trials.  Returns STATUS_INFEASIBLE with the reason in err if the
 * record or the operation does not fit the request.  Takes long, so it checks
 * stop_is_wanted(). */
enum status approximation_run(const struct approximation_request *request,
                              struct approximation_result *result, struct error *err);

/* Returns the estimated seconds of one core, measured on an AMD EPYC of 2023. */
double approximation_cost_s(const struct approximation_request *request);

#endif
