/* The partition stage: the DRAM traffic of a last-level cache whose lines are partitioned among
 * tensor classes.  One pass finds the reuse curves of every class alone and of all together, and at
 * each capacity the best partition into 64 parts is chosen (workload/partition.h). */
#include "stage/stages.h"

#include "base/memory.h"
#include "columns/partition.h"
#include "machine/gpu/traffic.h"
#include "stage/visit.h"
#include "workload/partition.h"

#include <math.h>
#include <stdlib.h>

/* The lines that are fetched and written back with a cache of that capacity.  With a capacity of 0
 * every access transfers a line. */
static double transfers_at(const struct reuse_curve *curve, double bytes)
{
    double first = curve_capacity_bytes(0);
    double none = curve->reads + curve->writes;
    double at = curve_at(curve->read_misses, fmax(bytes, first)) +
                curve_at(curve->writebacks, fmax(bytes, first));

    return bytes < first ? none + (at - none) * bytes / first : at;
}

static bool is_used(const struct reuse_curve *curve)
{
    return curve->reads + curve->writes > 0;
}

/* Finds the best partition at a capacity: the share of every class, NAN if it has no data. */
static double divide(const struct reuse_curve curves[TENSOR_COUNT], double capacity,
                     double shares[TENSOR_COUNT])
{
    struct partition_class classes[PARTITION_CLASSES];
    unsigned parts[PARTITION_CLASSES], tensors[PARTITION_CLASSES];
    size_t count = 0;
    double moves;

    for (unsigned tensor = TENSOR_ALL + 1; tensor < TENSOR_COUNT; tensor++) {
        shares[tensor] = NAN;
        if (!is_used(&curves[tensor]))
            continue;
        for (unsigned p = 0; p <= PARTITION_PARTS; p++)
            classes[count].moves[p] = transfers_at(&curves[tensor],
                                                   capacity * p / PARTITION_PARTS);
        tensors[count++] = tensor;
    }
    shares[TENSOR_ALL] = 1;
    moves = partition_best(classes, count, parts);
    for (size_t c = 0; c < count; c++)
        shares[tensors[c]] = (double)parts[c] / PARTITION_PARTS;
    return moves;
}

/* 1 if neither transfers a line because all data stay in the cache from run to run. */
static double ratio(double divided, double shared)
{
    return divided > 0 || shared > 0 ? divided / shared : 1;
}

static void row_write(const struct reuse_curve curves[TENSOR_COUNT],
                      const struct partition_columns *out, uint64_t i)
{
    for (unsigned c = 0; c < CURVE_POINTS; c++) {
        double capacity = curve_capacity_bytes(c), shares[TENSOR_COUNT];
        double shared = transfers_at(&curves[TENSOR_ALL], capacity);

        out->shared_moves[i * CURVE_POINTS + c] = shared;
        out->partition_over_shared[i * CURVE_POINTS + c] = ratio(
            divide(curves, capacity, shares), shared);
        for (unsigned tensor = 0; tensor < TENSOR_COUNT; tensor++) {
            uint64_t to = (i * TENSOR_COUNT + tensor) * CURVE_POINTS + c;

            out->partition_share[to] = shares[tensor];
            out->own_moves[to] = is_used(&curves[tensor])
                                     ? transfers_at(&curves[tensor], capacity)
                                     : NAN;
        }
    }
}

static enum status partition_visit(const struct visit *visit, const struct columns *out,
                                   uint64_t i, struct error *reason)
{
    const struct partition_columns to = partition_columns(out);
    const struct point *point = &visit->point;
    struct reuse_curve *curves = alloc_array(TENSOR_COUNT, sizeof *curves);
    uint64_t sampled_of = 1;
    enum status status = reuse_classes(
        (const struct gpu *)point->machine, (const struct workload *)point->workload,
        (enum phase)point->phase, point->batch, (unsigned)point->precision_bits,
        point->sequence_length, (const struct software *)point->software,
        visit->study->sweep->max_error, curves, &sampled_of, reason);

    if (status == STATUS_OK) {
        row_write(curves, &to, i);
        to.cache_accesses[i] = curves[TENSOR_ALL].reads + curves[TENSOR_ALL].writes;
        to.partition_sampled_of[i] = (double)sampled_of;
    }
    free(curves);
    return status;
}

static void partition_stage_evaluate(const struct study *study, struct range points,
                                     const struct columns *out, int8_t *status,
                                     struct error *reason)
{
    stage_visit(study, STAGE_PARTITION, points, partition_visit, NULL, out, status,
                reason);
}

static double partition_stage_cost_s(const struct study *study,
                                     const struct point *point,
                                     struct layer_cache *layers)
{
    const double over_reuse = 2, divisions_s = 2e-2; /* measured on resnet18 */

    (void)layers;
    (void)study;
    return divisions_s +
           over_reuse * reuse_cost_s((const struct gpu *)point->machine,
                                     (const struct workload *)point->workload,
                                     (enum phase)point->phase, point->batch);
}

const struct stage partition_stage = {
    .name = "partition",
    .summary = "what a cache gains if its lines are divided among tensor classes",
    STAGE_METRICS(partition),
    .kinds = 1u << MACHINE_GPU,
    .axes = AXIS_BIT(machine) | AXIS_BIT(workload) | AXIS_BIT(phase) | AXIS_BIT(batch) |
            AXIS_BIT(precision_bits) | AXIS_BIT(sequence_length) | AXIS_BIT(software),
    .ignored_fields = STREAM_IGNORES " machine.llc_bytes=",
    .evaluate = partition_stage_evaluate,
    .cost_s = partition_stage_cost_s,
    .block_points = 1,
};
