/* Small networks that learn a function of a few numbers.  They have fully connected layers,
 * all but the last with rectification, and are trained by Adam (D. Kingma, J. Ba, ICLR 2015)
 * with a learning rate that falls to zero, on batches of FUNCTION_LANES samples.  The values
 * of a batch are stored side by side in lanes, and every sum has a fixed order, so that
 * results do not depend on the compiler. */
#ifndef NVSWEEP_LEARNING_FUNCTION_NET_H
#define NVSWEEP_LEARNING_FUNCTION_NET_H

#include <stddef.h>
#include <stdint.h>

struct random;

enum { FUNCTION_LANES = 32, FUNCTION_LAYERS_MAX = 65 };

struct function_layer {
    size_t inputs, outputs;
    double *weights;  /* inputs x outputs */
    double *used;     /* weights used in products: these, or rounded to a few bits */
    double *biases;   /* outputs */
    double *gradient; /* of the loss by weights (inputs x outputs), then by biases
                   * (outputs) */
    double *moments;  /* of the same: first moments, then second moments */
    double *x;        /* inputs x lanes */
    double *y;        /* outputs x lanes */
    double *delta;    /* outputs x lanes: gradient of the loss by sums */
};

struct function_net {
    size_t count;
    struct function_layer layers[FUNCTION_LAYERS_MAX];
    uint64_t steps; /* number of steps of Adam */
};

/* Makes a network with random weights and biases.  hidden_layers: 1 .. FUNCTION_LAYERS_MAX -
 * 1. */
void function_net_init(struct function_net *net, size_t inputs, size_t hidden,
                       size_t hidden_layers, size_t outputs, struct random *random);
void function_net_free(struct function_net *net);

/* Rounds the weights used in products to `bits` bits with one scale per layer; 0: no
 * rounding. */
void function_net_round(struct function_net *net, uint64_t bits);

/* Computes the outputs (outputs x lanes, in y of the last layer) of the inputs (inputs x
 * lanes, in x of the first layer), and returns them. */
const double *function_net_forward(struct function_net *net);

/* Computes the gradients of the loss, which is half the mean square of outputs minus targets
 * over lanes and outputs.  Must follow a forward pass.  A rounded weight is treated as the
 * weight itself (straight-through estimator). */
void function_net_backward(struct function_net *net, const double *targets);

/* Makes one step of Adam along the gradients. */
void function_net_step(struct function_net *net, double rate);

double function_net_weights(const struct function_net *net);

#endif
