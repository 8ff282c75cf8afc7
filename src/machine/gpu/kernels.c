/* The GPU's evaluation: the kernels run one after the other, each alone on all processors, and
 * share the last-level cache.  Their accesses are generated once per curve and passed straight to
 * the stack distances, so that no trace is stored. */
#include "machine/gpu/kernels.h"

#include "machine/gpu/block_life.h"
#include "base/memory.h"
#include "machine/gpu/class_stacks.h"
#include "machine/gpu/life.h"
#include "workload/stack_distance.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum {
    EXACT_ACCESSES = 16 << 20,  /* streams up to this length are traced in full */
    SAMPLED_ACCESSES = 8 << 20, /* of longer ones about as many accesses, at first */
    SHIFT_MAX = 9,              /* and at least one line in 512 */
    REFINE_SHIFT = 2,           /* four times as many if the error is too large */
};

/* The largest error of the miss ratio of networks modelled by thread blocks against exact traces,
 * from 512 KiB up, over random products (tests/test_blocks.c). */
#define COUNTED_ERROR 0.1

/* Seconds per traced and per skipped access, measured with tests/bench_reuse.c. */
#define COUNTED_S 6e-5 /* per operation modelled by blocks */
#define FOLLOWED_S 38e-9
#define SKIPPED_S 0.4e-9

static void run_phase(const struct gpu_run *run)
{
    size_t count = run->graph->count;

    for (size_t i = 0; i < count; i++)
        gpu_forward(run, i);
    if (run->phase != PHASE_TRAINING)
        return;
    for (size_t i = 0; i < count; i++)
        run->has_gradient[i] = false;
    for (size_t i = count; i-- > 0;)
        gpu_backward(run, i);
    gpu_update(run);
}

/* The operations of an evaluation and the addresses of their tensors. */
struct gpu_plan {
    struct graph graph;
    struct memory_map map;
};

static enum status check_evaluation(const struct evaluation *evaluation,
                                    struct error *err)
{
    if (evaluation->precision_bits < 1 || evaluation->precision_bits > 64)
        return error_set(err, STATUS_INPUT, "precision is %u bits, must be in 1..64",
                         evaluation->precision_bits);
    if (evaluation->batch == 0)
        return error_set(err, STATUS_INPUT, "batch is 0, must be at least 1");
    return STATUS_OK;
}

static double format_bits(const struct evaluation *evaluation, int format)
{
    return number_format_bits(format, evaluation->precision_bits);
}

/* Returns a run of the plan's phase that feeds the stream. */
static struct gpu_run run_of(const struct gpu_plan *plan,
                             const struct evaluation *evaluation,
                             struct kernel_stream *stream)
{
    return (struct gpu_run){
        .stream = stream,
        .graph = &plan->graph,
        .map = &plan->map,
        .phase = evaluation->phase,
        .batch = evaluation->batch,
        .deployment = &evaluation->deployment,
        .weight_bits = format_bits(evaluation, evaluation->deployment.weight_format),
        .kv_bits = format_bits(evaluation, evaluation->deployment.kv_format),
        .has_gradient = alloc_array(plan->graph.count, sizeof(bool)),
    };
}

static enum status plan_create(struct gpu_plan *plan,
                               const struct evaluation *evaluation, struct error *err)
{
    enum status status = check_evaluation(evaluation, err);

    if (status == STATUS_OK)
        status = graph_create(&plan->graph, evaluation->workload, evaluation->phase,
                              evaluation->sequence_length, err);
    if (status == STATUS_OK)
        memory_map_create(&plan->map, &plan->graph, evaluation->gpu, evaluation->phase,
                          evaluation->batch, evaluation->precision_bits,
                          format_bits(evaluation, evaluation->deployment.weight_format),
                          format_bits(evaluation, evaluation->deployment.kv_format));
    return status;
}

static void plan_free(struct gpu_plan *plan)
{
    memory_map_free(&plan->map);
    graph_free(&plan->graph);
}

/* Runs the phase and passes its accesses to sink, if it has one.  stream receives the totals. */
static void plan_run(const struct gpu_plan *plan, const struct evaluation *evaluation,
                     unsigned shift, struct access_sink sink,
                     struct kernel_stream *stream)
{
    struct gpu_run run = run_of(plan, evaluation, stream);

    kernel_stream_create(stream, evaluation->gpu, evaluation->precision_bits, shift,
                         sink);
    run_phase(&run);
    if (sink.accesses)
        kernel_stream_flush(stream);
    kernel_stream_free(stream);
    free(run.has_gradient);
}

static void plan_measure(const struct gpu_plan *plan,
                         const struct evaluation *evaluation, unsigned shift,
                         struct reuse_curve *curve, struct lifetime_table *lifetimes)
{
    const struct gpu *gpu = evaluation->gpu;
    uint64_t line_bytes = gpu->llc_line_bytes;
    double weight = (double)(UINT64_C(1) << shift);
    struct stack_distance *stack = stack_distance_create((plan->map.lines >> shift) + 1,
                                                         line_bytes << shift);
    struct access_sink sink = { .accesses = stack_distance_sink, .self = stack };
    struct gpu_life *life = lifetimes ? gpu_life_create(gpu, &plan->graph, &plan->map,
                                                        shift, stack, &sink)
                                      : NULL;
    struct kernel_stream stream;
    struct stack_distance_totals totals;

    plan_run(plan, evaluation, shift, sink, &stream);
    totals = stack_distance_finish(stack, weight, gpu->llc_ways, curve);
    if (life)
        gpu_life_finish(life, lifetimes);
    stack_distance_free(stack);
    curve->method = shift ? REUSE_SAMPLED : REUSE_EXACT;
    curve->sampled_of = UINT64_C(1) << shift;
    curve->line_bytes = (double)line_bytes;
    curve->read_bytes = totals.read_sectors * (double)gpu->llc_sector_bytes;
    curve->write_bytes = totals.write_sectors * (double)gpu->llc_sector_bytes;
    curve->footprint_bytes = totals.lines * (double)line_bytes;
    if (curve->reads > 0)
        curve->read_bytes *= 1 + stream.missed_reads / curve->reads;
    if (curve->writes > 0)
        curve->write_bytes *= 1 + stream.missed_writes / curve->writes;
    curve->reads += stream.missed_reads;
    curve->writes += stream.missed_writes;
    curve->macs = stream.macs;
    curve->compute_s = stream.compute_s;
    curve->kernels = stream.kernels;
}

enum status gpu_stream(const struct evaluation *evaluation, unsigned shift,
                       struct access_sink sink, struct error *err)
{
    struct gpu_plan plan;
    struct kernel_stream stream;
    enum status status = plan_create(&plan, evaluation, err);

    if (status != STATUS_OK)
        return status;
    plan_run(&plan, evaluation, shift, sink, &stream);
    plan_free(&plan);
    return STATUS_OK;
}

enum status gpu_measure(const struct evaluation *evaluation, unsigned shift,
                        struct reuse_curve *curve, struct lifetime_table *lifetimes,
                        struct error *err)
{
    struct gpu_plan plan;
    enum status status = plan_create(&plan, evaluation, err);

    if (status != STATUS_OK)
        return status;
    plan_measure(&plan, evaluation, shift, curve, lifetimes);
    plan_free(&plan);
    return STATUS_OK;
}

/* Are this network's kernels modelled by thread blocks? */
static bool is_counted(const struct evaluation *evaluation, const struct graph *graph)
{
    bool may = evaluation->gpu->kernels == KERNELS_COUNTED, must = false;

    for (size_t i = 0; i < graph->count; i++) {
        int kind = graph->operations[i].layer->kind;

        must |= gpu_is_counted(&graph->operations[i]);
        may &= kind != LAYER_CONVOLUTION && kind != LAYER_TRANSPOSED &&
               kind != LAYER_STENCIL && kind != LAYER_SMOOTH;
    }
    return may || must;
}

/* Does the deployment need the model by thread blocks, since traces have no such kernels? */
static bool needs_block_model(const struct deployment *deployment)
{
    return deployment->gpus > 1 || deployment->weight_format != FORMAT_PRECISION ||
           deployment->kv_format != FORMAT_PRECISION;
}

/* Computes the curve by thread blocks: the run is evaluated twice and counted the second time. */
static void plan_count(const struct gpu_plan *plan, const struct evaluation *evaluation,
                       struct reuse_curve *curve, struct lifetime_table *lifetimes)
{
    struct kernel_stream stream;
    struct block_stream *blocks = block_stream_create(evaluation->gpu);
    struct gpu_run run = run_of(plan, evaluation, &stream);
    struct block_life *life = lifetimes ? block_life_create(evaluation->gpu,
                                                            &plan->graph, &plan->map)
                                        : NULL;

    block_stream_time(blocks, life);

    for (int i = 0; i < 2; i++) {
        if (i == 1)
            block_stream_begin(blocks);
        kernel_stream_create(&stream, evaluation->gpu, evaluation->precision_bits, 0,
                             (struct access_sink){ 0 });
        stream.blocks = blocks;
        run_phase(&run);
        kernel_stream_free(&stream);
    }
    block_stream_finish(blocks, curve, curve->kernel_s);
    for (unsigned i = 0; evaluation->deployment.software && i < CURVE_POINTS; i++)
        curve->kernel_s[i] += evaluation->deployment.software->host_s;
    block_stream_free(blocks);
    if (life)
        block_life_finish(life, lifetimes);
    free(run.has_gradient);
    curve->method = REUSE_ANALYTIC;
    curve->sampled_of = 1;
    curve->error = COUNTED_ERROR;
    curve->line_bytes = (double)evaluation->gpu->llc_line_bytes;
    curve->macs = stream.macs;
    curve->compute_s = stream.compute_s;
    curve->kernels = stream.kernels;
}

static unsigned first_shift(double accesses, double max_error)
{
    unsigned shift = 0;

    if (max_error <= 0 || accesses <= EXACT_ACCESSES)
        return 0;
    while (shift < SHIFT_MAX && accesses > ldexp(SAMPLED_ACCESSES, (int)shift))
        shift++;
    return shift;
}

/* Refuses graphs whose lines, tiles or accesses of a tile list do not fit in 32 bits. */
static enum status check_size(const struct gpu_plan *plan,
                              const struct kernel_stream *stream, unsigned shift,
                              struct error *err)
{
    const double most = (double)ACCESS_LINES_MAX;
    double followed = stream->tile_accesses / (double)(UINT64_C(1) << shift);

    if ((double)(plan->map.lines >> shift) < most && stream->tiles < most &&
        followed < most)
        return STATUS_OK;
    return error_set(
        err, STATUS_INFEASIBLE,
        "is too large to follow: %.3g lines, %.3g tiles in a product, must be "
        "below %.3g (a smaller batch, or a larger max_error)",
        (double)plan->map.lines, stream->tiles, most);
}

/* Refuses a language model whose weights and KV cache do not fit in the DRAM of a GPU whose
 * record states dram_bytes. */
static enum status check_memory(const struct gpu_plan *plan,
                                const struct evaluation *evaluation, struct error *err)
{
    const struct deployment *d = &evaluation->deployment;
    const struct workload *workload = evaluation->workload;
    double holds = evaluation->gpu->dram_bytes, takes;
    uint64_t tokens = evaluation->sequence_length ? evaluation->sequence_length
                                                  : workload->sequence_length;

    if (!workload->decodes || evaluation->phase == PHASE_TRAINING || holds <= 0)
        return STATUS_OK;
    takes = graph_kept_bytes(&plan->graph, format_bits(evaluation, d->weight_format),
                             format_bits(evaluation, d->kv_format), evaluation->batch,
                             (double)tokens);
    if (takes <= holds)
        return STATUS_OK;
    return error_set(
        err, STATUS_INFEASIBLE,
        "%s takes %.3g GB of a GPU's memory, must be at most the %.3g of %s "
        "(more gpus, fewer bits, a smaller batch)",
        workload->record.name, takes / 1e9, holds / 1e9,
        evaluation->gpu->machine.record.name);
}

enum status gpu_evaluate(const struct evaluation *evaluation, struct reuse_curve *curve,
                         struct lifetime_table *lifetimes, struct error *err)
{
    struct gpu_plan plan;
    struct kernel_stream stream;
    unsigned shift;
    enum status status = plan_create(&plan, evaluation, err);

    if (status != STATUS_OK)
        return status;
    status = check_memory(&plan, evaluation, err);
    if (status != STATUS_OK)
        goto out;
    if (is_counted(evaluation, &plan.graph)) {
        plan_count(&plan, evaluation, curve, lifetimes);
        goto out;
    }
    if (needs_block_model(&evaluation->deployment)) {
        status = error_set(err, STATUS_INFEASIBLE,
                           "the kernels of %s on %s are followed line by line, which "
                           "needs one GPU and one precision",
                           evaluation->workload->record.name,
                           evaluation->gpu->machine.record.name);
        goto out;
    }
    plan_run(&plan, evaluation, 0, (struct access_sink){ 0 }, &stream);
    shift = first_shift(stream.accesses, evaluation->max_error);
    status = check_size(&plan, &stream, shift, err);
    if (status != STATUS_OK)
        goto out;
    plan_measure(&plan, evaluation, shift, curve, lifetimes);
    while (shift > 0 && curve->error > evaluation->max_error) {
        shift = shift > REFINE_SHIFT ? shift - REFINE_SHIFT : 0;
        status = check_size(&plan, &stream, shift, err);
        if (status != STATUS_OK)
            goto out;
        plan_measure(&plan, evaluation, shift, curve, lifetimes);
    }
out:
    plan_free(&plan);
    return status;
}

enum status gpu_class_curves(const struct evaluation *evaluation,
                             struct reuse_curve curves[TENSOR_COUNT],
                             uint64_t *sampled_of, struct error *err)
{
    const struct gpu *gpu = evaluation->gpu;
    struct gpu_plan plan;
    struct kernel_stream stream;
    struct access_sink sink;
    struct class_stacks *stacks;
    uint8_t *classes = NULL;
    uint64_t groups;
    unsigned shift;
    enum status status = plan_create(&plan, evaluation, err);

    if (status != STATUS_OK)
        return status;
    if (is_counted(evaluation, &plan.graph) ||
        needs_block_model(&evaluation->deployment)) {
        status = error_set(err, STATUS_INFEASIBLE,
                           "a division among classes needs kernels that are followed "
                           "line by line, on one GPU; those of %s on %s are not",
                           evaluation->workload->record.name, gpu->machine.record.name);
        goto out;
    }
    plan_run(&plan, evaluation, 0, (struct access_sink){ 0 }, &stream);
    shift = first_shift(stream.accesses, evaluation->max_error);
    status = check_size(&plan, &stream, shift, err);
    if (status != STATUS_OK)
        goto out;
    groups = (plan.map.lines >> shift) + 1;
    classes = gpu_line_classes(&plan.graph, &plan.map, shift, groups);
    stacks = class_stacks_create(groups, classes, gpu->llc_line_bytes << shift, &sink);
    plan_run(&plan, evaluation, shift, sink, &stream);
    class_stacks_finish(stacks, (double)(UINT64_C(1) << shift), gpu->llc_ways, curves);
    *sampled_of = UINT64_C(1) << shift;
out:
    free(classes);
    plan_free(&plan);
    return status;
}

double gpu_cost_s(const struct evaluation *evaluation)
{
    struct gpu_plan plan;
    struct kernel_stream stream;
    double followed, counted;
    bool is_followed;

    if (plan_create(&plan, evaluation, NULL) != STATUS_OK)
        return 0;
    counted = (double)plan.graph.count;
    is_followed = !is_counted(evaluation, &plan.graph);
    if (is_followed)
        plan_run(&plan, evaluation, 0, (struct access_sink){ 0 }, &stream);
    plan_free(&plan);
    if (!is_followed)
        return counted * COUNTED_S;
    followed = stream.accesses / (double)(UINT64_C(1) << first_shift(
                                              stream.accesses, evaluation->max_error));
    return followed * FOLLOWED_S + stream.accesses * SKIPPED_S;
}
