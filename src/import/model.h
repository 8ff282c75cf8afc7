/* Between an ONNX graph and a workload: values by name, and the layers made so far. */
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

/* What a value is.  Only TENSOR and INPUT carry activations that layers compute on. */
enum role {
    ROLE_TENSOR,   /* the output of `layer`, perhaps seen in another shape */
    ROLE_INPUT,    /* of the graph, no layer yet */
    ROLE_CONSTANT, /* weights and what is computed from them */
    ROLE_SCORES,   /* query times key, on its way through a softmax to the values */
    ROLE_CENTRED,  /* layer's output minus its mean over channels */
    ROLE_MOMENT,   /* mean or deviation over channels of layer's output */
};

struct value {
    const char *name;
    enum role role;
    struct dims dims;
    int layer;
    int token_axis;   /* of dims, if layer's output are tokens; else NO_AXIS */
    int channel_axis; /* of dims: runs over the channels of layer's output, or NO_AXIS */
    uint64_t
        repeats;    /* each element stands so often in dims (grouped heads); 0: once */
    bool is_padded; /* dims have rows that layer has not: */
    uint64_t pads[4];      /* top, left, bottom, right */
    struct dims source;    /* input: as the graph has it */
    int batch_axis;        /* input: of source, or NO_AXIS */
    bool is_channel_first; /* input of three dimensions: a row of pixels, not tokens */
    bool is_dynamic;       /* input: its tokens are the sequence length */
    bool has_numbers;      /* constant: `numbers` holds all of its elements */
    const char *origin;    /* constant: the initializer its elements are, or NULL */
    double numbers[NUMBERS_MAX];
    int query, key;           /* scores: layers */
    uint64_t heads, kv_heads; /* scores */
    bool is_softmaxed;
};

struct model {
    const struct import_job *job;
    struct error *err;
    const Onnx__GraphProto *graph;
    const Onnx__NodeProto *node; /* being turned */
    const char *sequence; /* name of the open dimension that is the sequence length */
    uint64_t batch;       /* of the inputs, which became 1 */
    char batch_text[160]; /* what became 1, for messages; "": nothing */
    struct workload workload;
    size_t layer_capacity;
    struct tensor_shape *shapes; /* of each layer's output */
    int *first_inputs;           /* of each layer, or NO_LAYER */
    struct value *values;
    size_t value_count, value_capacity;
    size_t *slots; /* hash table of values: index + 1 */
    size_t slot_count;
    char **texts; /* everything named here, freed at the end */
    size_t text_count, text_capacity;
    size_t renamed; /* layers whose name another one had */
};

/* The model of the graph's inputs, initializers and nodes; the caller frees it in any
 * case. */
enum status model_build(struct model *model, const Onnx__GraphProto *graph);
void model_free(struct model *model);

/* A graph's input as a value. */
enum status input_read(struct model *model, const Onnx__ValueInfoProto *info);

/* model_fail: "file: node 'X': operator Y: ..." into err. */
enum status model_fail(const struct model *model, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void model_note(const struct model *model, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A text that lives as long as the model. */
const char *model_text(struct model *model, char *text);

/* Values by name; pointers hold until the next value_put. */
struct value *value_find(const struct model *model, const char *name);
void value_put(struct model *model, const char *name, const struct value *value);
uint64_t dims_elements(const struct dims *dims); /* 0: beyond 2^40 */

/* Inputs and attributes of the node at hand. */
const struct value *node_input(const struct model *model, size_t i); /* NULL: absent */
const Onnx__AttributeProto *node_attribute(const struct model *model, const char *name);
int64_t node_int(const struct model *model, const char *name, int64_t fallback);
/* Integers of an attribute, else of constant input i (0: none); their count, or 0. */
size_t node_ints(const struct model *model, const char *name, size_t input,
                 int64_t ints[RANK_MAX]);
/* A negative axis counts from the end; STATUS_INPUT if there is no such axis. */
enum status node_axis(const struct model *model, int64_t axis, size_t rank,
                      size_t *result);

/* A new layer of a kind on the outputs of others (count 0: none), with the schema's
 * fallbacks; fill it in and call layer_shape.  *index is its number. */
struct layer *layer_add(struct model *model, int kind, const int *inputs, size_t count,
                        int *index);
/* Its output as the record computes it must have the elements of dims. */
enum status layer_done(struct model *model, int index, const struct dims *dims);

/* The layer of a value as an image of dims (channels, height, width), or as tokens of
 * some channels; a graph's input becomes an input layer, an image tokens. */
enum status value_image(struct model *model, const char *name, int *layer);
enum status value_tokens(struct model *model, const char *name, uint64_t channels,
                         uint64_t extra, int *layer);
/* Tokens of a value as an image of that shape, if that fits; else as they are. */
enum status value_reshape(struct model *model, const char *name,
                          const struct tensor_shape *shape, int *layer);
/* Whichever it is. */
enum status value_layer(struct model *model, const char *name, int *layer);

/* Put the node's output i: what `layer` computes, of those dims. */
void output_put(struct model *model, size_t i, int layer, const struct dims *dims);
/* And laid out as another value of as many dimensions. */
void output_put_like(struct model *model, size_t i, int layer, const struct dims *dims,
                     const struct value *like);
/* Does anything take the node's output i? */
bool output_is_used(const struct model *model, size_t i);
/* The layer has the weights of this constant, perhaps an earlier layer's. */
void weights_share(struct model *model, int index, const struct value *weights);
enum status weights_check(const struct model *model, const struct value *weights,
                          size_t rank);

/* Families of operators, each a function on the node at hand. */
typedef enum status operator_fn(struct model *model);
operator_fn turn_convolution, turn_transposed, turn_pool, turn_global_pool, turn_gemm,
    turn_matmul, turn_pointwise, turn_normalise, turn_softmax, turn_binary, turn_concat,
    turn_split, turn_slice, turn_gather, turn_view, turn_same, turn_dropout,
    turn_reduce, turn_shape, turn_constant, turn_upsample, turn_fill, turn_several,
    turn_recurrent, turn_dynamic_quantize, turn_pad, turn_attention, turn_skip_norm;

#endif
