/* A network of function_net.h in integers of a few bits, as crossbars of such weights compute it: weights of a
 * layer have one scale; inputs of the first layer are signed, those of the others, which were rectified, are
 * not; sums are exact; biases are integers of the sums' scale. */
#ifndef NVSWEEP_LEARNING_INTEGER_NET_H
#define NVSWEEP_LEARNING_INTEGER_NET_H

#include "learning/function_net.h"

struct integer_net_layer {
    size_t inputs, outputs;
    int64_t *weights;        /* inputs x outputs */
    int64_t *biases;         /* outputs */
    int64_t least, most;     /* of an input */
    double w_scale, x_scale; /* of a weight, of an input */
};

struct integer_net {
    size_t count;
    struct integer_net_layer layers[FUNCTION_LAYERS_MAX];
    int64_t *values; /* of two layers */
    size_t width;    /* of the widest */
};

enum { INTEGER_NET_BITS_MIN = 2, INTEGER_NET_BITS_MAX = 24 };

/* range[l]: the largest input of layer l, in magnitude. */
void integer_net_init(struct integer_net *integers, const struct function_net *net,
                      const double *range, uint64_t bits);
void integer_net_free(struct integer_net *integers);

/* outputs of inputs. */
void integer_net_forward(struct integer_net *integers, const double *inputs,
                         double *outputs);

#endif
