/* A workload is a neural network (or a solver) as a list of layers.  A layer takes the
 * output of the layer before it, or of those its `input` names, so every tensor has an
 * identity; its own shape follows from its inputs.  Batch, precision, phase and
 * sequence length are parameters of evaluation, not of the record.
 *
 * Tensors are images (channels x height x width, rows contiguous, one sample after the
 * other: NCHW) or sequences of tokens (channels contiguous, one token after the other).
 */
#ifndef NVSWEEP_WORKLOAD_WORKLOAD_H
#define NVSWEEP_WORKLOAD_WORKLOAD_H

#include "base/error.h"
#include "base/schema.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum phase {
    PHASE_INFERENCE, /* one forward pass; of a sequence: all its tokens (prefill) */
    PHASE_TRAINING,  /* forward, data gradients, weight gradients, update */
    PHASE_DECODE,    /* one token per sequence, attending to sequence_length tokens */
};
extern const struct word phase_words[];

enum layer_kind {
    LAYER_INPUT,       /* image of channels x height x width, uploaded */
    LAYER_TOKEN_INPUT, /* `tokens` token numbers, or 0: the sequence length */
    LAYER_CONVOLUTION, /* outputs, kernel, strides, pads, dilation, groups */
    LAYER_TRANSPOSED, /* transposed convolution (up-convolution): the same, output_pad */
    LAYER_FULLY_CONNECTED, /* outputs; of a token sequence: for each token; groups; experts */
    LAYER_GEMM,            /* count products m x k by k x n, operands of its own */
    LAYER_ATTENTION,       /* inputs query, key, value; heads, kv_heads, causal */
    LAYER_MAX_POOL,        /* kernel, strides, pads, ceil */
    LAYER_AVERAGE_POOL, /* the same */
    LAYER_GLOBAL_POOL,  /* mean over all positions */
    LAYER_ACTIVATION,   /* any pointwise function, in place where nobody minds */
    LAYER_DROPOUT,      /* nothing in inference */
    LAYER_LRN,          /* local response normalisation across channels */
    LAYER_BATCH_NORM,
    LAYER_LAYER_NORM,
    LAYER_SOFTMAX,
    LAYER_CONCATENATE, /* along channels */
    LAYER_ADD,         /* element by element */
    LAYER_GATE, /* the first input's activation times the second, element by element */
    LAYER_SCALE, /* first input times the second, one factor per channel or per position */
    LAYER_UPSAMPLE,   /* nearest neighbour, by its strides */
    LAYER_SLICE,      /* `outputs` channels of the input */
    LAYER_EMBEDDING,  /* rows of a table of `vocabulary` x outputs */
    LAYER_TOKENIZE,   /* image positions become tokens; `tokens` more are put first */
    LAYER_TO_IMAGE,   /* tokens become the positions of an image of height x width */
    LAYER_TAKE_TOKEN, /* the first token alone */
    LAYER_TAKE_LAST,  /* the last token alone; in training all of them */
    LAYER_GRID,       /* width^3 unknowns, or 0: (sequence length)^3 */
    LAYER_STENCIL,    /* sparse matrix of `kernel`^3 points per row times the input */
    LAYER_SMOOTH,     /* symmetric Gauss-Seidel: one sweep forth, one back */
    LAYER_COARSEN,    /* every second unknown in each direction */
    LAYER_REFINE,     /* and back, added to the second input */
    LAYER_DOT,        /* inner product of two inputs; passes the first on */
    LAYER_REPEAT, /* layers from `first` to here run `count` times in all (once a token if
                   * it follows the sequence), each time with weights of their own, unless
                   * they are another layer's, on the output of the time before */
};
extern const struct word layer_kind_words[];

/* What of a layer each of several GPUs takes (Shoeybi et al., Megatron-LM, arXiv 1909.08053). */
enum layer_parallel {
    PARALLEL_WHOLE,   /* all of it, or, if its input is in parts, its part of it */
    PARALLEL_COLUMNS, /* a part of its outputs, groups and heads */
    PARALLEL_ROWS, /* a part of its inputs; outputs are added up over all (all-reduce) */
};

/* Members a kind does not list are 0. */
struct layer {
    const char *name;
    int kind;          /* enum layer_kind */
    const char *input; /* names, comma separated; "": the layer before */
    uint64_t channels, height,
        width; /* inputs; elsewhere channels is checked if given */
    uint64_t outputs;
    uint64_t kernel, kernel_width; /* kernel_width 0: as kernel */
    uint64_t stride, stride_width; /* stride_width 0: as stride */
    uint64_t pad, pad_top, pad_left, pad_bottom, pad_right; /* the four: besides pad */
    uint64_t output_pad, output_pad_width, dilation, groups;
    bool
        follows_sequence; /* input, to-image: its width is the sequence length; repeat: its count */
    bool ceil; /* a last window may hang over the edge */
    uint64_t tokens, heads, vocabulary;
    uint64_t
        kv_heads; /* attention: heads of keys and values, each for heads / kv_heads of the
                        * queries; 0: as heads */
    bool causal;   /* attention: a token attends to itself and those before it */
    bool dropout;  /* attention: in training some of its probabilities are left out */
    int parallel;  /* enum layer_parallel */
    bool resident; /* token-input: layers before left it in memory, and learn from it */
    /* fully-connected: a token takes experts_used of `experts` products, each with weights of
     * its own (0: no experts), side by side, or combined from as many parts of its input */
    uint64_t experts, experts_used;
    bool combines;
    uint64_t
        expert_parts;  /* GPUs that hold whole experts, this layer one's part; 0: all */
    uint64_t m, n, k;  /* gemm */
    uint64_t count;    /* gemm, repeat */
    const char *first; /* repeat */
    const char *weights_of; /* "": its own; else the layer whose weights it uses */
    double weight_density, activation_density; /* share of non-zeros; inputs' */
};

/* Is it an input that layers before, which are not part of the workload, left in memory and
 * learn from? */
bool workload_starts_inside(const struct layer *layer);

/* A point of a given miss ratio curve. */
struct given_miss {
    double capacity_bytes, miss_ratio;
};

struct workload {
    struct record record;
    const char *summary;
    struct layer *layers;
    size_t layers_count;
    struct transformer *transformer; /* or, instead of layers, one of these */
    size_t transformer_count;
    bool is_expanded;         /* layers were made from it */
    bool decodes;             /* makes one token at a time from those before */
    uint64_t sequence_length; /* used where an evaluation gives 0 */
    uint64_t published_macs, published_weights; /* per sample; 0: not known */

    /* Traffic that is given (counted, profiled) instead of layers: accesses of the
     * last-level cache in a run of run_s seconds, and how many miss at some capacities
     * (none where no curve is given). */
    double given_reads, given_writes, given_access_bytes, given_run_s;
    struct given_miss *given_misses;
    size_t given_misses_count;
};

/* Is it counts instead of layers? */
bool workload_is_given(const struct workload *workload);

extern const struct schema workload_schema;

struct tensor_shape {
    uint64_t channels, height, width; /* tokens: width tokens, height 1 */
    bool is_tokens;
};
uint64_t tensor_elements(const struct tensor_shape *shape);

/* What the fields of a window leave to another one. */
static inline uint64_t layer_kernel_width(const struct layer *layer)
{
    return layer->kernel_width ? layer->kernel_width : layer->kernel;
}
static inline uint64_t layer_stride_width(const struct layer *layer)
{
    return layer->stride_width ? layer->stride_width : layer->stride;
}

/* A language model by its numbers; its layers are made from them. */
struct transformer {
    uint64_t layers, width, heads, kv_heads, head_width;
    uint64_t feed_forward;
    bool gated;
    uint64_t vocabulary;
    bool tied; /* the head's weights are the embedding's */
    uint64_t experts, experts_used, experts_shared, expert_feed_forward;
    uint64_t dense_layers; /* of the layers, those at the beginning without experts */
    /* Multi-head latent attention: queries by way of query_rank channels, keys and values
     * kept as kv_rank + rope_width channels that all heads share; 0: neither. */
    uint64_t query_rank, kv_rank, rope_width, value_width;
};
extern const struct schema transformer_schema;

/* Fills in layers and layers_count, which are the record's from then on; anew if they were
 * made from other numbers before.  STATUS_INPUT if the numbers do not fit together. */
enum status transformer_expand(struct workload *workload, struct error *err);

enum { OPERATION_INPUTS_MAX = 8, NO_OPERATION = -1 };

/* One layer at work: repetitions are written out, shapes known. */
struct operation {
    const struct layer *layer;
    unsigned repetition;
    int inputs[OPERATION_INPUTS_MAX]; /* earlier operations */
    unsigned input_count;
    unsigned consumers;     /* operations that take its output */
    int weights_of;         /* operation whose weights it uses, or NO_OPERATION */
    struct tensor_shape in; /* of the first input */
    struct tensor_shape out;
    uint64_t
        context; /* attention: tokens attended to, by the last one if it is causal */
    uint64_t kv_channels, value_channels; /* attention: of keys, and of values */
    uint64_t macs;                        /* per sample */
    uint64_t weights;                     /* elements of its own (biases not counted) */
};

struct graph {
    struct operation *operations; /* in order of execution */
    size_t count;
};

/* The operations of a phase, with shapes.  sequence_length 0: the record's.  Freed with
 * graph_free.  STATUS_INPUT with words if a shape does not fit, STATUS_INFEASIBLE if
 * the workload has no such phase (only what `decodes` has decode; solvers are not trained). */
enum status graph_create(struct graph *graph, const struct workload *workload,
                         enum phase phase, uint64_t sequence_length, struct error *err);
void graph_free(struct graph *graph);

/* STATUS_INFEASIBLE and why ("does not ...") if the workload has no such phase. */
enum status workload_phase_check(const struct workload *workload, enum phase phase,
                                 struct error *err);

/* What of experts each of several GPUs holds. */
enum expert_layout {
    EXPERTS_SPLIT,  /* its rows or columns of every expert */
    EXPERTS_SPREAD, /* some experts, whole: tokens are sent to them and back */
};
extern const struct word expert_layout_words[];

/* The part of a workload that one of `parts` GPUs computes: whole rows and columns of its
 * products, whole heads (heads of keys and values that are fewer than the parts are held by
 * several).  Its layers are *layers, the caller's to free; texts stay the workload's.
 * STATUS_INFEASIBLE if nothing in it says how it is divided, or it does not divide. */
enum status workload_part(const struct workload *workload, uint64_t parts,
                          enum expert_layout experts, struct workload *part,
                          struct layer **layers, struct error *err);

/* The part that stage `index` of a pipeline of `stages` computes: repetitions of the repeated
 * layers, as many as the other stages or one fewer; what comes before them is the first
 * stage's, what comes after the last one's.  *layers and texts as of workload_part.
 * STATUS_INFEASIBLE if there are fewer repetitions than stages. */
enum status workload_stage(const struct workload *workload, uint64_t index,
                           uint64_t stages, struct workload *part,
                           struct layer **layers, struct error *err);

struct workload_totals {
    uint64_t operations;
    uint64_t macs;        /* forward, per sample */
    uint64_t weights;     /* elements, shared ones once */
    uint64_t activations; /* elements of all operations' outputs, per sample */
};
/* Bytes that lie in memory between two steps: weights, and keys and values of `tokens` tokens of
 * `batch` sequences (queries' own are not kept). */
double graph_kept_bytes(const struct graph *graph, double weight_bits, double kv_bits,
                        uint64_t batch, double tokens);

struct workload_totals graph_totals(const struct graph *graph);

#endif
