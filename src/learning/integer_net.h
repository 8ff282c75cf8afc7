/* A network of function_net.h computed in integers of a few bits, as crossbars with such
 * weights do it.  The weights of a layer have one scale.  The inputs of the first layer are
 * signed; those of the other layers are rectified and therefore unsigned.  Sums are exact,
 * and biases are integers in the scale of the sums. */
#ifndef NVSWEEP_LEARNING_INTEGER_NET_H
#define NVSWEEP_LEARNING_INTEGER_NET_H

#include "learning/function_net.h"

struct integer_net_layer {
    size_t inputs, outputs;
    int64_t *weights;        /* inputs x outputs */
    int64_t *biases;         /* outputs */
    int64_t least, most;     /* range of an input */
    double w_scale, x_scale; /* scales of a weight and of an input */
};

struct integer_net {
    size_t count;
    struct integer_net_layer layers[FUNCTION_LAYERS_MAX];
    int64_t *values; /* values of two layers */
    size_t width;    /* number of values of the widest layer */
};

enum { INTEGER_NET_BITS_MIN = 2, INTEGER_NET_BITS_MAX = 24 };

/* Converts the network.  range[l] is the largest magnitude of an input of layer l. */
void integer_net_init(struct integer_net *integers, const struct function_net *net,
                      const double *range, uint64_t bits);
void integer_net_free(struct integer_net *integers);

/* Computes the outputs for inputs. */
void integer_net_forward(struct integer_net *integers, const double *inputs,
                         double *outputs);

#endif
