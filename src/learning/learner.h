/* Experiments of the family learning: a network learns images in synapses and is tested.
 *
 * Its layers are convolutions of 3 x 3 (no padding) and fully connected ones.  The softmax of
 * the last layer gives the error e = p - t of cross-entropy.  The network learns by
 * stochastic gradient descent, one image at a time, in an order that is drawn anew for each
 * epoch.  Errors reach the hidden layers by
 *
 *     backpropagation            through the transposed weights of the layers behind
 *     direct feedback alignment  through a fixed random matrix from the last layer to each hidden
 *                                layer, drawn like the weights of a layer of these sizes
 *                                (A. Nokland, "Direct feedback alignment provides learning in
 *                                deep neural networks", NIPS 2016) */
#ifndef NVSWEEP_LEARNING_LEARNER_H
#define NVSWEEP_LEARNING_LEARNER_H

#include "learning/experiment.h"
#include "learning/plane.h"

enum activation_kind { ACTIVATION_RECTIFIED, ACTIVATION_SIGMOID };

enum rounding_kind { ROUNDING_NEAREST, ROUNDING_STOCHASTIC };

enum converter_kind { CONVERTERS_IDEAL, CONVERTERS_CALIBRATED };

struct learner {
    struct experiment experiment;
    uint64_t convolutions, channels; /* number of convolutions; outputs of each */
    uint64_t stride;                 /* of the convolutions */
    uint64_t depth, width;           /* number of hidden fully connected layers; units
                                      * of each */
    int activation;                  /* enum activation_kind, of hidden layers */
    double learning_rate;
    int rounding; /* enum rounding_kind */
    uint64_t epochs;
    uint64_t training_images, test_images; /* largest numbers to use */
    int converters;                        /* enum converter_kind */
    uint64_t adc_bits, dac_bits, rows;
    double read_after_s; /* time from the last write to the test */
};

extern const struct schema learner_schema;
extern const struct word converter_words[], learning_activation_words[],
    rounding_words[];

/* Returns the multiply-accumulates for learning and testing one image, from which the time of
 * an experiment is estimated. */
double learner_macs(const struct learner *learner, const struct corpus *corpus);

/* Learns all epochs in the order of the trial.  Converters are calibrated before each epoch. */
struct network;
void learner_learn(const struct learner *learner, const struct corpus_images *images,
                   size_t count, uint64_t trial, struct network *network);

/* ---- the network (public for tests of its gradients and for the training_run stage) */

enum { NETWORK_LAYERS_MAX = 80 };

struct network_layer {
    size_t height, width, channels;        /* of its input */
    size_t out_height, out_width, outputs; /* of its output */
    size_t kernel, stride;                 /* kernel 0: fully connected */
    struct plane plane;
    double *feedback; /* classes x its outputs: random matrix of direct feedback
                    * alignment, hidden layers */
    double *in, *out, *delta;
};

struct network {
    enum learning_rule rule;
    int activation;
    size_t count, classes;
    struct network_layer *layers;
    double *patch, *patch_delta, *probability;
};

/* Returns the number of layers: convolutions, hidden layers, the last layer. */
size_t network_layer_count(const struct learner *learner);

/* Computes only the shapes of the layers, from the corpus's images on.  Returns
 * STATUS_INFEASIBLE if they do not fit. */
enum status network_shapes(const struct learner *learner, const struct corpus *corpus,
                           struct network_layer *layers, size_t count,
                           struct error *reason);

enum status network_init(struct network *network, const struct learner *learner,
                         const struct corpus *corpus, const struct synapse *synapse,
                         enum learning_rule rule, uint64_t trial, struct error *err);
void network_free(struct network *network);

/* Computes the class probabilities in network->probability, and returns them. */
const double *network_forward(struct network *network, const double *pixels);

/* Computes the errors of all layers after a forward pass, in their `delta`. */
void network_errors(struct network *network, uint8_t label);

/* Changes the weights by these errors. */
void network_update(struct network *network, double rate);

#endif
