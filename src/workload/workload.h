/* A workload is a neural network (or a solver), described as a list of layers.  A layer takes
 * the output of the layer before it, or of the layers that its `input` names, so that it is
 * known which layers share a tensor.  The shape of its output follows from its inputs.  Batch,
 * precision, phase and sequence length are parameters of an evaluation, not of the record.
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
    PHASE_INFERENCE, /* one forward pass, over all tokens of a sequence (prefill) */
    PHASE_TRAINING,  /* forward, data gradients, weight gradients, update */
    PHASE_DECODE,    /* one token per sequence, attending to sequence_length tokens */
};
extern const struct word phase_words[];

enum layer_kind {
    LAYER_INPUT,       /* image of channels x height x width, uploaded */
    LAYER_TOKEN_INPUT, /* `tokens` token numbers; 0: as many as the sequence length */
    LAYER_CONVOLUTION, /* outputs, kernel, strides, pads, dilation, groups */
    LAYER_TRANSPOSED, /* transposed convolution (up-convolution): the same, output_pad */
    LAYER_FULLY_CONNECTED, /* outputs, for each token of a sequence; groups; experts */
    LAYER_GEMM,            /* count products m x k by k x n; it takes no input */
    LAYER_ATTENTION,       /* inputs query, key, value; heads, kv_heads, causal */
    LAYER_MAX_POOL,        /* kernel, strides, pads, ceil */
    LAYER_AVERAGE_POOL,    /* the same */
    LAYER_GLOBAL_POOL,     /* mean over all positions */
    LAYER_ACTIVATION, /* any pointwise function; in place if no other layer needs its input */
    LAYER_DROPOUT, /* nothing in inference */
    LAYER_LRN,     /* local response normalisation across channels */
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
    LAYER_SMOOTH,     /* symmetric Gauss-Seidel: one forward and one backward sweep */
    LAYER_COARSEN,    /* keeps every second unknown in each direction */
    LAYER_REFINE,     /* interpolates to the finer grid and adds the second input */
    LAYER_DOT,        /* inner product of two inputs; its output is the first input */
    LAYER_REPEAT, /* The layers from `first` to here run `count` times in all, or once per token
                   * if it follows the sequence.  Each time takes the output of the time
                   * before, and has its own weights unless a layer names those of another. */
};
extern const struct word layer_kind_words[];

/* The part of a layer that each of several GPUs computes (Shoeybi et al., Megatron-LM, arXiv
 * 1909.08053). */
enum layer_parallel {
    PARALLEL_WHOLE, /* all of it, on the whole input or on the part that the GPU holds */
    PARALLEL_COLUMNS, /* a part of its outputs, groups and heads */
    PARALLEL_ROWS, /* a part of its inputs; an all-reduce adds up the outputs of all GPUs */
};

/* One layer.  Members that its kind does not use are 0. */
struct layer {
    const char *name;
    int kind;          /* enum layer_kind */
    const char *input; /* names of layers, separated by commas; "": the layer before */
    uint64_t channels, height,
        width; /* inputs; elsewhere channels is checked if given */
    uint64_t outputs;
    uint64_t kernel, kernel_width; /* kernel_width 0: as kernel */
    uint64_t stride, stride_width; /* stride_width 0: as stride */
    /* each edge is padded by pad plus its own pad_... */
    uint64_t pad, pad_top, pad_left, pad_bottom, pad_right;
    uint64_t output_pad, output_pad_width, dilation, groups;
    bool
        follows_sequence; /* input, to-image: its width is the sequence length; repeat: its count */
    bool ceil; /* a last window may extend beyond the edge */
    uint64_t tokens, heads, vocabulary;
    uint64_t
        kv_heads; /* attention: heads of keys and values, each shared by heads / kv_heads
                        * heads of queries; 0: as many as heads */
    bool causal;  /* attention: a token attends to itself and those before it */
    bool dropout; /* attention: in training some of its probabilities are left out */
    int parallel; /* enum layer_parallel */
    bool
        resident; /* token-input: the output of earlier layers that are not in the list; in
                    * training its gradient is computed for them */
    /* fully-connected: each token uses experts_used of `experts` products, which have their own
     * weights (0: no experts).  The outputs are concatenated; with `combines`, each product
     * takes its part of the input and the outputs are added up. */
    uint64_t experts, experts_used;
    bool combines;
    uint64_t
        expert_parts; /* number of GPUs among which whole experts are divided; 0: none */
    uint64_t m, n, k;       /* gemm */
    uint64_t count;         /* gemm, repeat */
    const char *first;      /* repeat */
    const char *weights_of; /* the layer whose weights it uses; "": it has its own */
    double weight_density,
        activation_density; /* share of non-zero weights, of inputs */
};

/* Is the layer an input that is the output of earlier layers, which are not part of the
 * workload?  In training its gradient is then needed. */
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
    struct transformer *transformer; /* instead of layers: one language model */
    size_t transformer_count;
    bool is_expanded;         /* the layers were made from the transformer */
    bool decodes;             /* generates one token at a time from the tokens before */
    uint64_t sequence_length; /* used if an evaluation gives 0 */
    uint64_t published_macs, published_weights; /* per sample; 0: not known */

    /* Instead of layers: measured traffic.  The accesses of the last-level cache in a run of
     * given_run_s seconds, and the miss ratios at some capacities (0 if no curve is given). */
    double given_reads, given_writes, given_access_bytes, given_run_s;
    struct given_miss *given_misses;
    size_t given_misses_count;
};

/* Does the workload give measured traffic instead of layers? */
bool workload_is_given(const struct workload *workload);

extern const struct schema workload_schema;

struct tensor_shape {
    uint64_t channels, height, width; /* tokens: width tokens, height 1 */
    bool is_tokens;
};
uint64_t tensor_elements(const struct tensor_shape *shape);

/* Return a field of a window, or the field from which it takes its default. */
static inline uint64_t layer_kernel_width(const struct layer *layer)
{
    return layer->kernel_width ? layer->kernel_width : layer->kernel;
}
static inline uint64_t layer_stride_width(const struct layer *layer)
{
    return layer->stride_width ? layer->stride_width : layer->stride;
}

/* The dimensions of a language model, from which its layers are made. */
struct transformer {
    uint64_t layers, width, heads, kv_heads, head_width;
    uint64_t feed_forward;
    bool gated;
    uint64_t vocabulary;
    bool tied; /* the head uses the weights of the embedding */
    uint64_t experts, experts_used, experts_shared, expert_feed_forward;
    uint64_t dense_layers; /* number of layers at the beginning without experts */
    /* Multi-head latent attention: queries are projected through query_rank channels; keys and
     * values are stored as kv_rank + rope_width channels that all heads share.  0: not used. */
    uint64_t query_rank, kv_rank, rope_width, value_width;
};
extern const struct schema transformer_schema;

/* Fills in layers and layers_count from the transformer; they belong to the record.  If the
 * record was expanded before, the layers take its changed numbers.  Returns STATUS_INPUT if the
 * numbers do not fit together. */
enum status transformer_expand(struct workload *workload, struct error *err);

enum { OPERATION_INPUTS_MAX = 8, NO_OPERATION = -1 };

/* One execution of a layer.  Each repetition is an operation of its own, and all shapes are
 * known. */
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
    uint64_t weights;                     /* elements, without biases */
};

struct graph {
    struct operation *operations; /* in order of execution */
    size_t count;
};

/* Lists the operations of a phase with their shapes.  sequence_length 0 means that of the
 * record.  The graph is freed with graph_free.  Returns STATUS_INPUT with the reason in err if a
 * shape does not fit, or STATUS_INFEASIBLE if the workload has no such phase (decode needs
 * `decodes`; solvers are not trained). */
enum status graph_create(struct graph *graph, const struct workload *workload,
                         enum phase phase, uint64_t sequence_length, struct error *err);
void graph_free(struct graph *graph);

/* Returns STATUS_INFEASIBLE with the reason ("does not ...") if the workload has no such phase. */
enum status workload_phase_check(const struct workload *workload, enum phase phase,
                                 struct error *err);

/* The part of the experts that each of several GPUs holds. */
enum expert_layout {
    EXPERTS_SPLIT,  /* a part of the rows or columns of every expert */
    EXPERTS_SPREAD, /* some whole experts; tokens are sent to them and back */
};
extern const struct word expert_layout_words[];

/* Has the workload layers of experts? */
bool workload_has_experts(const struct workload *workload);

/* Computes the part of a workload that one of `parts` GPUs computes: whole rows and columns of
 * products and whole heads.  If there are fewer heads of keys and values than parts, several GPUs
 * hold the same head.  The caller frees *layers, the layers of the part; their texts belong to
 * the workload.  Returns STATUS_INFEASIBLE if no layer says how it is divided, or if a layer
 * cannot be divided by parts. */
enum status workload_part(const struct workload *workload, uint64_t parts,
                          enum expert_layout experts, struct workload *part,
                          struct layer **layers, struct error *err);

/* Computes the part of a workload that stage `index` of a pipeline of `stages` computes.  The
 * repetitions of the repeated layers are divided equally, to within one.  The layers before them
 * belong to the first stage, those after them to the last.  *layers and texts are as in
 * workload_part.  Returns STATUS_INFEASIBLE if there are fewer repetitions than stages. */
enum status workload_stage(const struct workload *workload, uint64_t index,
                           uint64_t stages, struct workload *part,
                           struct layer **layers, struct error *err);

struct workload_totals {
    uint64_t operations;
    uint64_t macs;        /* forward, per sample */
    uint64_t weights;     /* elements; shared ones count once */
    uint64_t activations; /* elements of all operations' outputs, per sample */
};
/* Returns the bytes that are stored in memory between two steps: weights, and keys and values
 * of `tokens` tokens of `batch` sequences (queries are not stored). */
double graph_kept_bytes(const struct graph *graph, double weight_bits, double kv_bits,
                        uint64_t batch, double tokens);

struct workload_totals graph_totals(const struct graph *graph);

#endif
