/* Small networks that learn a function of a few numbers: fully connected layers, rectified but for the last one,
 * trained by Adam (D. Kingma, J. Ba, ICLR 2015) with a rate that falls to zero, on batches of FUNCTION_LANES
 * samples.  Values of a batch stand side by side, lane by lane, and every sum has a fixed order, so that the
 * bits do not depend on the compiler. */
#ifndef NVSWEEP_LEARNING_FUNCTION_NET_H
#define NVSWEEP_LEARNING_FUNCTION_NET_H

#include <stddef.h>
#include <stdint.h>

struct random;

enum { FUNCTION_LANES = 32, FUNCTION_LAYERS_MAX = 65 };

struct function_layer {
    size_t inputs, outputs;
    double *weights; /* inputs x outputs */
    double *used;    /* the weights of the products: these, or rounded to a few bits */
    double *biases;  /* outputs */
    double *
        gradient; /* inputs x outputs, then outputs: of the loss, by weights and biases */
    double *moments; /* of the same: first, second */
    double *x;       /* inputs x lanes */
    double *y;       /* outputs x lanes */
    double *delta;   /* outputs x lanes: of the loss, by sums */
};

struct function_net {
    size_t count;
    struct function_layer layers[FUNCTION_LAYERS_MAX];
    uint64_t steps; /* of Adam */
};

/* Weights and biases drawn.  hidden_layers: 1 .. FUNCTION_LAYERS_MAX - 1. */
void function_net_init(struct function_net *net, size_t inputs, size_t hidden,
                       size_t hidden_layers, size_t outputs, struct random *random);
void function_net_free(struct function_net *net);

/* The products' weights rounded to `bits` bits with a scale for a layer; 0: as they are. */
void function_net_round(struct function_net *net, uint64_t bits);

/* The outputs (outputs x lanes, in the last layer's y) of the inputs (inputs x lanes, in the first layer's x). */
const double *function_net_forward(struct function_net *net);

/* Gradients of the loss, half the mean square of outputs minus targets over lanes and outputs; after
 * a forward pass.  A rounded weight counts as the weight itself (straight-through estimator). */
void function_net_backward(struct function_net *net, const double *targets);

/* One step of Adam along the gradients. */
void function_net_step(struct function_net *net, double rate);

double function_net_weights(const struct function_net *net);

#endif
