/* The state of the conversion of an ONNX graph to a workload: its values by name, and the layers
 * made so far. */
#ifndef NVSWEEP_IMPORT_MODEL_H
#define NVSWEEP_IMPORT_MODEL_H

#include "import/import.h"
#include "workload/workload.h"

#include <onnx.pb-c.h>

enum { RANK_MAX = 8, NUMBERS_MAX = 64, NO_LAYER = -1, NO_AXIS = -1 };

struct dims {
    size_t rank;
    uint64_t d[RANK_MAX];
};

/* The role of a value.  Only TENSOR and INPUT are activations on which layers compute. */
enum role {
    ROLE_TENSOR,   /* the output of `layer`, perhaps reshaped */
    ROLE_INPUT,    /* an input of the graph for which no layer exists yet */
    ROLE_CONSTANT, /* weights and values computed from them */
    ROLE_SCORES, /* query x key, before or after the softmax, before the product with values */
    ROLE_CENTRED, /* layer's output minus its mean over channels */
    ROLE_MOMENT,  /* mean or deviation over channels of layer's output */
};

struct value {
    const char *name;
    enum role role;
    struct dims dims;
    int layer;
    int token_axis;   /* of dims, if layer's output are tokens; else NO_AXIS */
    int channel_axis; /* of dims: runs over the channels of layer's output, or NO_AXIS */
    uint64_t repeats; /* how often dims contain each element (grouped heads); 0: once */
    bool
        is_padded; /* dims contain rows and columns of a Pad that layer's output has not */
    uint64_t pads[4];      /* top, left, bottom, right */
    struct dims source;    /* input: its dimensions in the graph */
    int batch_axis;        /* input: of source, or NO_AXIS */
    bool is_channel_first; /* input of three dimensions: a row of pixels, not tokens */
    bool is_dynamic;       /* input: its tokens are the sequence length */
    bool has_numbers;      /* constant: `numbers` holds all of its elements */
    const char *origin; /* constant: the initializer that holds its elements, or NULL */
    double numbers[NUMBERS_MAX];
    int query, key;           /* scores: layers */
    uint64_t heads, kv_heads; /* scores */
    bool is_softmaxed;
};

struct model {
    const struct import_job *job;
    struct error *err;
    const Onnx__GraphProto *graph;
    const Onnx__NodeProto *node; /* that is being converted */
    const char *sequence; /* name of the open dimension that is the sequence length */
    uint64_t batch;       /* of the inputs, before it became 1 */
    char batch_text[160]; /* the dimension that became 1, for messages; "": none */
    struct workload workload;
    size_t layer_capacity;
    struct tensor_shape *shapes; /* of each layer's output */
    int *first_inputs;           /* of each layer, or NO_LAYER */
    struct value *values;
    size_t value_count, value_capacity;
    size_t *slots; /* hash table of values: index + 1 */
    size_t slot_count;
    char **texts; /* all texts of the model, freed at the end */
    size_t text_count, text_capacity;
    size_t renamed; /* number of layers whose name was already used */
};

/* Converts the graph's inputs, initializers and nodes.  The caller frees the model even after an
 * error. */
enum status model_build(struct model *model, const Onnx__GraphProto *graph);
void model_free(struct model *model);

/* Reads an input of the graph as a value. */
enum status input_read(struct model *model, const Onnx__ValueInfoProto *info);

/* model_fail writes "file: node 'X': operator Y: ..." to err. */
enum status model_fail(const struct model *model, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void model_note(const struct model *model, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Gives a text to the model, which frees it. */
const char *model_text(struct model *model, char *text);

/* Returns a name for a layer that no other has. */
const char *model_layer_name(struct model *model, const char *wanted);

/* Find and store values by name.  Pointers to values are valid until the next value_put. */
struct value *value_find(const struct model *model, const char *name);
void value_put(struct model *model, const char *name, const struct value *value);
uint64_t dims_elements(const struct dims *dims); /* 0: more than 2^40 */

/* Return inputs and attributes of the present node. */
const struct value *node_input(const struct model *model, size_t i); /* NULL: absent */
const Onnx__AttributeProto *node_attribute(const struct model *model, const char *name);
int64_t node_int(const struct model *model, const char *name, int64_t fallback);
/* Reads the integers of an attribute, else those of the constant input i (0: no input).  Returns
 * their count, or 0. */
size_t node_ints(const struct model *model, const char *name, size_t input,
                 int64_t ints[RANK_MAX]);
/* Computes an axis; a negative one counts from the end.  Returns STATUS_INPUT if it does not
 * exist. */
enum status node_axis(const struct model *model, int64_t axis, size_t rank,
                      size_t *result);

/* Refuses a node whose first input no node computes. */
enum status node_needs_input(const struct model *model);

/* Returns the axis that runs over the tokens after a reshape: the one with the same extent, and
 * with as many elements before it; NO_AXIS if there is none. */
int axis_moved(const struct dims *from, int axis, const struct dims *to);

/* Adds a layer of a kind on the outputs of other layers (count 0: none), with the schema's
 * defaults.  The caller fills it in and calls layer_done.  *index is its number. */
struct layer *layer_add(struct model *model, int kind, const int *inputs, size_t count,
                        int *index);
/* Completes a layer.  Its output, computed by the rules of records, must have as many elements as
 * dims. */
enum status layer_done(struct model *model, int index, const struct dims *dims);

/* Return the layer of a value as an image (channels, height, width), or as tokens with this many
 * channels.  An input of the graph becomes an input layer; an image becomes tokens. */
enum status value_image(struct model *model, const char *name, int *layer);
enum status value_tokens(struct model *model, const char *name, uint64_t channels,
                         uint64_t extra, int *layer);
/* Returns the tokens of a value as an image of this shape if it has as many positions; else
 * unchanged. */
enum status value_reshape(struct model *model, const char *name,
                          const struct tensor_shape *shape, int *layer);
/* Returns the layer of a value in the shape that it has. */
enum status value_layer(struct model *model, const char *name, int *layer);

/* Stores the output i of the node: the output of `layer`, with these dims. */
void output_put(struct model *model, size_t i, int layer, const struct dims *dims);
/* Does the same, with the token and channel axes of another value of as many dimensions. */
void output_put_like(struct model *model, size_t i, int layer, const struct dims *dims,
                     const struct value *like);
/* Is the node's output i used? */
bool output_is_used(const struct model *model, size_t i);
/* Says that the layer has the weights of this constant.  If an earlier layer has the same ones,
 * both share them. */
void weights_share(struct model *model, int index, const struct value *weights);
enum status weights_check(const struct model *model, const struct value *weights,
                          size_t rank);

/* The functions that convert the present node, one for each family of operators. */
typedef enum status operator_fn(struct model *model);
operator_fn convert_convolution, convert_transposed, convert_pool, convert_global_pool,
    convert_gemm, convert_matmul, convert_pointwise, convert_normalise, convert_softmax,
    convert_binary, convert_concat, convert_split, convert_slice, convert_gather,
    convert_view, convert_same, convert_dropout, convert_reduce, convert_shape,
    convert_constant, convert_upsample, convert_fill, convert_several,
    convert_recurrent, convert_dynamic_quantize, convert_pad, convert_attention,
    convert_skip_norm;

#endif
