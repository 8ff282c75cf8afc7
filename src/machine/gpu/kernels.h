/* The GPU family, in the order a training step runs: gpu_forward.c, gpu_backward.c;
 * kernels.c puts them together. */
#ifndef NVSWEEP_GPU_KERNELS_H
#define NVSWEEP_GPU_KERNELS_H

#include "machine/gpu/traffic.h"
#include "machine/gpu/kernel.h"
#include "machine/gpu/memory_map.h"
#include "workload/lifetime.h"

/* What is asked of a GPU: reuse_evaluate's arguments. */
struct evaluation {
    const struct gpu *gpu;
    const struct workload *workload;
    enum phase phase;
    uint64_t batch;
    unsigned precision_bits;
    uint64_t sequence_length;
    struct deployment deployment; /* gpus 0: deployment_plain; workload is one's part */
    double max_error;
};

/* Pure; as reuse_evaluate and reuse_cost_s.  lifetimes: NULL, or filled in, too. */
enum status gpu_evaluate(const struct evaluation *evaluation, struct reuse_curve *curve,
                         struct lifetime_table *lifetimes, struct error *err);

/* Curves of each tensor class by itself, and of all (TENSOR_ALL), of one pass with the machine's
 * ways: reads, writes, misses and write-backs.  *sampled_of as in struct reuse_curve.
 * STATUS_INFEASIBLE, too, if kernels are counted by blocks. */
enum status gpu_class_curves(const struct evaluation *evaluation,
                             struct reuse_curve curves[TENSOR_COUNT],
                             uint64_t *sampled_of, struct error *err);
double gpu_cost_s(const struct evaluation *evaluation);

/* An evaluation's stream, one line in 2^shift of it, into sink.  STATUS_INPUT or
 * STATUS_INFEASIBLE as reuse_evaluate. */
enum status gpu_stream(const struct evaluation *evaluation, unsigned shift,
                       struct access_sink sink, struct error *err);

/* Its curve, following one line in 2^shift, whatever the error.  lifetimes as above. */
enum status gpu_measure(const struct evaluation *evaluation, unsigned shift,
                        struct reuse_curve *curve, struct lifetime_table *lifetimes,
                        struct error *err);

/* One run of a phase. */
struct gpu_run {
    struct kernel_stream *stream;
    const struct graph *graph;
    const struct memory_map *map;
    enum phase phase;
    uint64_t batch;
    const struct deployment *deployment;
    double weight_bits, kv_bits; /* in memory */
    bool *has_gradient; /* per operation: something was written to out_gradient */
};

/* Where an input of operation lies. */
static inline const struct operation_memory *
gpu_input(const struct gpu_run *run, const struct operation *operation, unsigned input)
{
    return &run->map->operations[operation->inputs[input]];
}

/* All kernels of the forward pass of operation i. */
void gpu_forward(const struct gpu_run *run, size_t i);

/* Its data and weight gradients, then the update of all weights. */
void gpu_backward(const struct gpu_run *run, size_t i);
void gpu_update(const struct gpu_run *run);

/* A convolution between the tensor it slides over (big: channels, height, width) and
 * the one it makes (small: outputs, p, q); a transposed convolution is its data
 * gradient. */
struct conv_window {
    uint64_t batch, groups;
    uint64_t channels, height, width;
    uint64_t outputs, p, q;
    uint64_t taps_h, taps_w, stride, stride_w, dilation;
    uint64_t pad_top, pad_left;
    uint64_t big_line, small_line, weights_line;
    bool separate_taps;
    uint64_t loads; /* of each element of the big tensor by passes over its windows */
    double macs;    /* of one product over all groups */
};
struct conv_window gpu_window(const struct gpu_run *run,
                              const struct operation *operation, struct map_extent in,
                              struct map_extent out, struct map_extent weights);
/* Is every output pixel made from the input pixel at its place? */
bool gpu_window_is_pointwise(const struct conv_window *window);
void gpu_window_gather(struct kernel_stream *stream, const struct conv_window *window);
void gpu_window_scatter(struct kernel_stream *stream, const struct conv_window *window,
                        bool accumulates);
void gpu_window_weights(struct kernel_stream *stream, const struct conv_window *window,
                        uint64_t gradient_line);

/* The same three by way of a workspace, image by image: its windows are unrolled into a
 * matrix there, or the product is folded back from it. */
void gpu_unrolled_gather(struct kernel_stream *stream, const struct conv_window *window,
                         struct map_extent workspace);
void gpu_unrolled_scatter(struct kernel_stream *stream,
                          const struct conv_window *window, struct map_extent workspace,
                          bool accumulates);
void gpu_unrolled_weights(struct kernel_stream *stream,
                          const struct conv_window *window, struct map_extent workspace,
                          uint64_t gradient_line);

/* Attention's products, batch x heads of them in one launch.  Names say the operands'
 * shapes: queries and outputs are tokens x channels, scores tokens x context. */
struct attention {
    uint64_t batch, heads, tokens, context, channels;
};
struct operand gpu_head(const struct attention *attention, uint64_t first_line,
                        uint64_t tokens, bool tokens_are_x);
struct operand gpu_scores(const struct attention *attention, uint64_t first_line,
                          bool tokens_are_x);
struct attention gpu_attention(const struct gpu_run *run,
                               const struct operation *operation);

/* Loads of each input element by a window, at least 1. */
uint64_t gpu_window_loads(const struct gpu_run *run, const struct operation *operation);

/* A fully connected layer of groups or experts: products x (outputs x rows) of features, and
 * the share of its weights that they read. */
struct gpu_expert_product {
    uint64_t outputs, rows, features, products;
    double share;
};
struct gpu_expert_product gpu_experts(const struct gpu_run *run,
                                      const struct operation *operation);

/* The first part of an extent. */
struct map_extent gpu_part(struct map_extent extent, double share);

/* Can the operation's kernels be counted by blocks only (block_stream.h)? */
bool gpu_is_counted(const struct operation *operation);

/* Attention as one kernel, queries outermost; and keys outermost. */
struct block_attention gpu_fused_attention(const struct gpu_run *run,
                                           const struct operation *operation);
struct block_attention gpu_first_attention(const struct gpu_run *run,
                                           const struct operation *operation);

/* Keys and values that attention reads. */
struct gpu_keys {
    struct map_extent keys, values;
};
struct gpu_keys gpu_keys_of(const struct gpu_run *run,
                            const struct operation *operation,
                            const struct operation_memory *memory);

/* A pass that changes `writes`, reading `reads` beside it. */
void gpu_scores_pass(const struct gpu_run *run, struct map_extent reads,
                     struct map_extent writes);

bool gpu_is_depthwise(const struct operation *operation);

/* The table's row that a token picks, here by a hash. */
static inline uint64_t gpu_embedding_row(uint64_t token, uint64_t rows)
{
    return ((token + 1) * UINT64_C(0x9e3779b97f4a7c15) >> 32) % rows;
}

void pass_read(struct pass *pass, struct map_extent extent, uint64_t times);
void pass_write(struct pass *pass, struct map_extent extent);

#endif
