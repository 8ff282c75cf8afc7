/* The kernels of a network on a GPU: gpu_forward.c has those of the forward pass, gpu_backward.c
 * those of the backward pass and the update, and kernels.c evaluates the sequence. */
#ifndef NVSWEEP_GPU_KERNELS_H
#define NVSWEEP_GPU_KERNELS_H

#include "machine/gpu/traffic.h"
#include "machine/gpu/kernel.h"
#include "machine/gpu/memory_map.h"
#include "workload/lifetime.h"

/* One evaluation of a GPU: the arguments of reuse_evaluate_deployed. */
struct evaluation {
    const struct gpu *gpu;
    const struct workload *workload;
    enum phase phase;
    uint64_t batch;
    unsigned precision_bits;
    uint64_t sequence_length;
    /* gpus 0: deployment_plain.  workload: one GPU's part */
    struct deployment deployment;
    double max_error;
};

/* Pure.  Returns the curve and the status of reuse_evaluate.  lifetimes is filled in unless it
 * is NULL. */
enum status gpu_evaluate(const struct evaluation *evaluation, struct reuse_curve *curve,
                         struct lifetime_table *lifetimes, struct error *err);

/* Computes the curves of each tensor class alone, and of all together (TENSOR_ALL), for the
 * machine's associativity: reads, writes, misses and write-backs.  *sampled_of as in struct
 * reuse_curve.  Returns STATUS_INFEASIBLE also if kernels are modelled by thread blocks. */
enum status gpu_class_curves(const struct evaluation *evaluation,
                             struct reuse_curve curves[TENSOR_COUNT],
                             uint64_t *sampled_of, struct error *err);

/* Estimated seconds that the evaluation takes (reuse_cost_s). */
double gpu_cost_s(const struct evaluation *evaluation);

/* Passes an evaluation's accesses to sink, one line in 2^shift.  Returns STATUS_INPUT or
 * STATUS_INFEASIBLE like reuse_evaluate. */
enum status gpu_stream(const struct evaluation *evaluation, unsigned shift,
                       struct access_sink sink, struct error *err);

/* Computes the curve of that stream, whatever its error.  lifetimes may be NULL. */
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
    bool *has_gradient;          /* per operation: out_gradient has been written */
};

/* Returns the memory of an operation's input. */
static inline const struct operation_memory *
gpu_input(const struct gpu_run *run, const struct operation *operation, unsigned input)
{
    return &run->map->operations[operation->inputs[input]];
}

/* Runs all kernels of the forward pass of operation i. */
void gpu_forward(const struct gpu_run *run, size_t i);

/* Run the kernels of its data and weight gradients, and then the update of all weights. */
void gpu_backward(const struct gpu_run *run, size_t i);
void gpu_update(const struct gpu_run *run);

/* A convolution of an input ("big": channels x height x width) into an output ("small":
 * outputs x p x q).  The data gradient, and a transposed convolution, read the small tensor and
 * write the big one. */
struct conv_window {
    uint64_t batch, groups;
    uint64_t channels, height, width;
    uint64_t outputs, p, q;
    uint64_t taps_h, taps_w, stride, stride_w, dilation;
    uint64_t pad_top, pad_left;
    uint64_t big_line, small_line, weights_line;
    bool separate_taps;
    /* of each element of the big tensor by pooling and similar passes */
    uint64_t loads;
    double macs; /* multiply-accumulates over all groups */
};
struct conv_window gpu_window(const struct gpu_run *run,
                              const struct operation *operation, struct map_extent in,
                              struct map_extent out, struct map_extent weights);

/* Does every output pixel depend on one input pixel only (1 x 1, no stride or padding)? */
bool gpu_window_is_pointwise(const struct conv_window *window);

/* Run the forward pass, the data gradient and the weight gradient as implicit GEMMs. */
void gpu_window_gather(struct kernel_stream *stream, const struct conv_window *window);
void gpu_window_scatter(struct kernel_stream *stream, const struct conv_window *window,
                        bool accumulates);
void gpu_window_weights(struct kernel_stream *stream, const struct conv_window *window,
                        uint64_t gradient_line);

/* Run the same three through a workspace, one image at a time: im2col copies its windows to a
 * matrix there, or col2im adds the product's matrix up. */
void gpu_unrolled_gather(struct kernel_stream *stream, const struct conv_window *window,
                         struct map_extent workspace);
void gpu_unrolled_scatter(struct kernel_stream *stream,
                          const struct conv_window *window, struct map_extent workspace,
                          bool accumulates);
void gpu_unrolled_weights(struct kernel_stream *stream,
                          const struct conv_window *window, struct map_extent workspace,
                          uint64_t gradient_line);

/* The matrix products of unfused attention, batch x heads of them in one launch.  Queries and
 * outputs have tokens x channels elements (gpu_head), scores tokens x context (gpu_scores). */
struct attention {
    uint64_t batch, heads, tokens, context, channels;
};
struct operand gpu_head(const struct attention *attention, uint64_t first_line,
                        uint64_t tokens, bool tokens_are_x);
struct operand gpu_scores(const struct attention *attention, uint64_t first_line,
                          bool tokens_are_x);
struct attention gpu_attention(const struct gpu_run *run,
                               const struct operation *operation);

/* Returns how often a window operation loads each input element, at least 1. */
uint64_t gpu_window_loads(const struct gpu_run *run, const struct operation *operation);

/* A fully connected layer with groups or experts: `products` matrix products of outputs x rows,
 * with features as the inner dimension, that read `share` of the layer's weights. */
struct gpu_expert_product {
    uint64_t outputs, rows, features, products;
    double share;
};
struct gpu_expert_product gpu_experts(const struct gpu_run *run,
                                      const struct operation *operation);

/* Returns the first `share` of an extent. */
struct map_extent gpu_part(struct map_extent extent, double share);

/* Can the operation's kernels be modelled by thread blocks (block_stream.h)? */
bool gpu_is_counted(const struct operation *operation);

/* Return fused attention with the loop over queries outermost (FlashAttention-2), and with the
 * loop over keys outermost (FlashAttention). */
struct block_attention gpu_fused_attention(const struct gpu_run *run,
                                           const struct operation *operation);
struct block_attention gpu_flash1_attention(const struct gpu_run *run,
                                            const struct operation *operation);

/* The keys and values that attention reads: the operation's inputs, or the KV cache. */
struct gpu_keys {
    struct map_extent keys, values;
};
struct gpu_keys gpu_keys_of(const struct gpu_run *run,
                            const struct operation *operation,
                            const struct operation_memory *memory);

/* Runs a pass that reads `reads` and writes `writes`. */
void gpu_scores_pass(const struct gpu_run *run, struct map_extent reads,
                     struct map_extent writes);

bool gpu_is_depthwise(const struct operation *operation);

/* Returns the row of an embedding table that a token reads, chosen by a hash. */
static inline uint64_t gpu_embedding_row(uint64_t token, uint64_t rows)
{
    return ((token + 1) * UINT64_C(0x9e3779b97f4a7c15) >> 32) % rows;
}

void pass_read(struct pass *pass, struct map_extent extent, uint64_t times);
void pass_write(struct pass *pass, struct map_extent extent);

#endif
