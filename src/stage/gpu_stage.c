/* The gpu stage: the time and energy of a workload on a GPU with a last-level cache and DRAM.
 * Its traffic comes from the reuse stage's curves at the array stage's capacity.
 *
 * The axis time_base selects one of these:
 *   roofline: the longest of compute, cache and DRAM time, with fills and write-backs as
 *     accesses of the cache, arithmetic and background.  Where kernels are counted by blocks,
 *     it is at least the sum over kernels of each one's own longest time.  The cache's time is that of its
 *     banks, its wires, or the requests that may be in flight (Little's law: bandwidth is
 *     what is outstanding over latency).  Where power would pass the board's limit, the clock
 *     of processors and cache falls at constant voltage: energy of the work stays, the time
 *     stretches until their quotient is the limit.
 *   serial: DeepNVM++'s accounting (A. Inci et al., IEEE TCAD 41(10), 2022).  Every access
 *     waits for the one before it, so the latency is the sum of counts times latencies, and
 *     energy is counts times energies plus leakage over the cache's accesses.  Arithmetic,
 *     fills and background are left out.
 *   serial_full_leakage: the same with leakage over the DRAM's accesses, too. */
#include "stage/stages.h"

#include "columns/array.h"
#include "columns/gpu.h"
#include "columns/machines.h"
#include "columns/retention.h"
#include "columns/reuse.h"
#include "machine/gpu/gpu.h"
#include "machine/gpu/traffic.h"
#include "space/cursor.h"
#include "stage/cache.h"
#include "stage/visit.h"

#include <math.h>

/* The costs that do not change along the last dimension of the grid. */
struct gpu_costs {
    enum time_base time_base;
    double accesses_per_line; /* array accesses per line access */
    double dram_read_j_per_byte, dram_write_j_per_byte;
    double dram_access_s; /* serial time base */
    double dram_bytes_per_s;
    double dram_background_w;
    double llc_slices;
    double llc_bytes_per_s; /* bandwidth of the interconnect */
    double line_bytes;
    double mac_j;
    /* of a request, without that of the cache's arrays */
    double dram_latency_s, llc_latency_s;
    double bytes_in_flight; /* 0: not known */
    double power_limit_w;
};

/* The axes that change the machine, and those that change its costs in other ways. */
#define GPU_AXES (AXIS_BIT(machine) | AXIS_BIT(spread) | AXIS_BIT(sample) | FIELD_AXES)
#define GPU_COST_AXES \
    (GPU_AXES | AXIS_BIT(line_bytes) | AXIS_BIT(precision_bits) | AXIS_BIT(time_base))

/* gpu: the point's machine with the point's changes. */
static void gpu_costs_at(const struct point *point, const struct gpu *gpu,
                         struct gpu_costs *costs)
{
    double line_bytes = (double)gpu->llc_line_bytes;
    double ratio = line_bytes / (double)cache_line_bytes(point, &gpu->machine.record);

    *costs = (struct gpu_costs){
        .time_base = (enum time_base)point->time_base,
        .accesses_per_line = ratio > 1 ? ceil(ratio) : 1,
        .dram_read_j_per_byte = 8 * gpu->dram_read_j_per_bit,
        .dram_write_j_per_byte = 8 * gpu->dram_write_j_per_bit,
        .dram_access_s = gpu->dram_latency_s / gpu->dram_parallelism,
        .dram_bytes_per_s = gpu->dram_bytes_per_s,
        .dram_background_w = gpu->dram_background_w,
        .llc_slices = (double)gpu->llc_slices,
        .llc_bytes_per_s = gpu->llc_bytes_per_s,
        .line_bytes = line_bytes,
        .mac_j = gpu_mac_j(gpu, (unsigned)point->precision_bits),
        .dram_latency_s = gpu->dram_latency_s,
        .llc_latency_s = gpu->llc_latency_s,
        .bytes_in_flight = (double)(gpu->processors * gpu->llc_outstanding *
                                    gpu->llc_sector_bytes),
        .power_limit_w = gpu->power_limit_w > 0 ? gpu->power_limit_w : INFINITY,
    };
}

/* The inputs of a point: rows m, u and t of the array, reuse and retention stages. */
struct gpu_inputs {
    const struct array_columns *a;
    const struct reuse_columns *r;
    const struct retention_columns *retention; /* NULL: the sweep has no axis refresh */
    uint64_t m, u, t;
};

/* The cache's leakage [W] with the refresh power of the sweep's policy.  The array's own figure
 * includes the refresh of all lines. */
static inline double leakage_w(const struct gpu_inputs *in)
{
    return in->retention ? in->retention->policy_leakage_w[in->t]
                         : in->a->leakage_w[in->m];
}

/* The share of time in which banks serve accesses, not refresh. */
static inline double banks_share(const struct gpu_inputs *in)
{
    return in->retention ? 1 - in->retention->refresh_busy[in->t] : 1;
}

/* Returns false if a given miss ratio curve begins above the capacity. */
static inline bool traffic_write(const struct gpu_inputs *in, struct curve_place place,
                                 double line_bytes, struct traffic *traffic,
                                 const struct gpu_columns *out, uint64_t i)
{
    const struct reuse_columns *r = in->r;
    uint64_t first = in->u * CURVE_POINTS;

    *traffic = traffic_of(&r->curve_read_misses[first], &r->curve_write_misses[first],
                          &r->curve_writebacks[first],
                          r->llc_reads[in->u] + r->llc_writes[in->u], line_bytes,
                          place);
    if (isnan(traffic->miss_ratio))
        return false;
    out->miss_ratio[i] = traffic->miss_ratio;
    out->llc_misses[i] = traffic->llc_misses;
    out->dram_reads[i] = traffic->dram_reads;
    out->dram_writes[i] = traffic->dram_writes;
    out->dram_read_bytes[i] = traffic->dram_read_bytes;
    out->dram_write_bytes[i] = traffic->dram_write_bytes;
    out->dram_bytes[i] = traffic->dram_read_bytes + traffic->dram_write_bytes;
    return true;
}

/* A latency and an energy, with the power that is drawn for its duration. */
struct cost {
    double latency_s, energy_j, leakage_j;
};

/* The time and energy of the cache's accesses if they are served one after the other. */
struct llc_cost {
    double reads, writes, latency_s, dynamic_j;
};

static inline struct llc_cost llc_write(const struct gpu_costs *costs,
                                        const struct gpu_inputs *in,
                                        const struct gpu_columns *out, uint64_t i)
{
    const struct array_columns *a = in->a;
    uint64_t m = in->m;
    double reads = in->r->llc_reads[in->u] * costs->accesses_per_line;
    double writes = in->r->llc_writes[in->u] * costs->accesses_per_line;
    double latency_s = reads * a->read_latency_s[m] + writes * a->write_latency_s[m];
    double dynamic_j = reads * a->read_energy_j[m] + writes * a->write_energy_j[m];
    double energy_j = dynamic_j + leakage_w(in) * latency_s;

    out->llc_delay_s[i] = latency_s;
    out->llc_dynamic_j[i] = dynamic_j;
    out->llc_energy_j[i] = energy_j;
    out->llc_edp_js[i] = energy_j * latency_s;
    return (struct llc_cost){ reads, writes, latency_s, dynamic_j };
}

static inline struct cost serial_at(const struct gpu_costs *costs,
                                    const struct gpu_inputs *in,
                                    const struct traffic *traffic,
                                    const struct llc_cost *llc, double dram_j,
                                    double component[COMPONENT_COUNT])
{
    const struct array_columns *a = in->a;
    uint64_t m = in->m;
    double dram_s = (traffic->dram_reads + traffic->dram_writes) * costs->dram_access_s;
    double leak_s = costs->time_base == TIME_SERIAL_FULL_LEAKAGE
                        ? llc->latency_s + dram_s
                        : llc->latency_s;
    double leakage_j = leakage_w(in) * leak_s;

    component[COMPONENT_LLC_READ] = llc->reads *
                                    (a->read_energy_j[m] - a->tag_energy_j[m]);
    component[COMPONENT_LLC_WRITE] = llc->writes *
                                     (a->write_energy_j[m] - a->tag_energy_j[m]);
    component[COMPONENT_LLC_TAG] = (llc->reads + llc->writes) * a->tag_energy_j[m];
    component[COMPONENT_LLC_LEAKAGE] = leakage_j;
    component[COMPONENT_DRAM_DYNAMIC] = dram_j;
    component[COMPONENT_DRAM_BACKGROUND] = 0;
    component[COMPONENT_COMPUTE] = 0;
    return (struct cost){ .latency_s = llc->latency_s + dram_s,
                          .energy_j = llc->dynamic_j + leakage_j + dram_j,
                          .leakage_j = leakage_j };
}

/* The arrays' reads and writes, including those that misses cause: fills, which write data from
 * DRAM into the cache, and write-backs, which read data from it. */
struct llc_use {
    double reads, writes, misses, busy_s;
};

/* Banks work in parallel.  A write occupies its bank for the write latency, a read for the cycle
 * time. */
static inline struct llc_use llc_use_at(const struct gpu_costs *costs,
                                        const struct gpu_inputs *in,
                                        const struct traffic *traffic)
{
    const struct array_columns *a = in->a;
    uint64_t m = in->m, u = in->u;
    double n = costs->accesses_per_line;
    double reads = n * (in->r->llc_reads[u] + traffic->dram_writes);
    double writes = n * (in->r->llc_writes[u] + traffic->dram_reads);
    double units = costs->llc_slices > (double)a->banks[m] ? costs->llc_slices
                                                           : (double)a->banks[m];
    double banks_s = (reads * a->cycle_s[m] + writes * a->write_latency_s[m]) / units /
                     banks_share(in);
    double wires_s = (reads + writes) / n * costs->line_bytes / costs->llc_bytes_per_s;

    return (struct llc_use){ reads, writes, n * traffic->llc_misses,
                             banks_s > wires_s ? banks_s : wires_s };
}

/* The time of all requests if as many as possible are always in flight (Little's law); those that
 * miss also take the DRAM's latency. */
static inline double llc_wait_s(const struct gpu_costs *costs,
                                const struct gpu_inputs *in,
                                const struct traffic *traffic)
{
    double hit_s = costs->llc_latency_s + in->a->read_latency_s[in->m];
    double byte_s = in->r->llc_read_bytes[in->u] * hit_s +
                    traffic->dram_read_bytes * costs->dram_latency_s;

    return costs->bytes_in_flight > 0 ? byte_s / costs->bytes_in_flight : 0;
}

/* The highest read bandwidth: the least of those of the interconnect, of the banks, and of the
 * requests in flight. */
static inline double llc_read_rate(const struct gpu_costs *costs,
                                   const struct gpu_inputs *in)
{
    const struct array_columns *a = in->a;
    double units = costs->llc_slices > (double)a->banks[in->m]
                       ? costs->llc_slices
                       : (double)a->banks[in->m];
    double line_s = costs->accesses_per_line * a->cycle_s[in->m];
    double rate = fmin(costs->llc_bytes_per_s, units * costs->line_bytes / line_s);
    double hit_s = costs->llc_latency_s + a->read_latency_s[in->m];

    return costs->bytes_in_flight > 0 ? fmin(rate, costs->bytes_in_flight / hit_s)
                                      : rate;
}

static inline double larger(double a, double b)
{
    return a > b ? a : b;
}

/* The power that is drawn without accesses. */
static inline double steady_w(const struct gpu_costs *costs,
                              const struct gpu_inputs *in)
{
    return leakage_w(in) + costs->dram_background_w;
}

/* A board whose static power is above its limit is infeasible. */
static inline bool is_supplied(const struct gpu_costs *costs,
                               const struct gpu_inputs *in)
{
    return costs->time_base != TIME_ROOFLINE ||
           steady_w(costs, in) < costs->power_limit_w;
}

static inline struct cost
roofline_at(const struct gpu_costs *costs, const struct gpu_inputs *in,
            const struct llc_use *use, double wait_s, double dram_s, double dram_j,
            double component[COMPONENT_COUNT], double *clock_share)
{
    const struct array_columns *a = in->a;
    uint64_t m = in->m, u = in->u;
    double core_s = larger(larger(use->busy_s, wait_s), in->r->compute_s[u]);
    double time_s = larger(core_s, dram_s), power_s;
    double work_j, total_j = 0;

    component[COMPONENT_LLC_READ] =
        (use->reads - use->misses) * (a->read_energy_j[m] - a->tag_energy_j[m]) +
        use->misses * (a->miss_energy_j[m] - a->tag_energy_j[m]);
    component[COMPONENT_LLC_WRITE] = use->writes *
                                     (a->write_energy_j[m] - a->tag_energy_j[m]);
    component[COMPONENT_LLC_TAG] = (use->reads + use->writes) * a->tag_energy_j[m];
    component[COMPONENT_DRAM_DYNAMIC] = dram_j;
    component[COMPONENT_COMPUTE] = in->r->macs[u] * costs->mac_j;
    work_j = component[COMPONENT_LLC_READ] + component[COMPONENT_LLC_WRITE] +
             component[COMPONENT_LLC_TAG] + dram_j + component[COMPONENT_COMPUTE];
    power_s = work_j / (costs->power_limit_w - steady_w(costs, in));
    *clock_share = power_s > time_s ? core_s / power_s : 1;
    time_s = larger(time_s, power_s);
    component[COMPONENT_LLC_LEAKAGE] = leakage_w(in) * time_s;
    component[COMPONENT_DRAM_BACKGROUND] = costs->dram_background_w * time_s;
    for (int c = 0; c < COMPONENT_COUNT; c++)
        total_j += component[c];
    return (struct cost){ .latency_s = time_s,
                          .energy_j = total_j,
                          .leakage_j = component[COMPONENT_LLC_LEAKAGE] };
}

static inline void point_write(const struct gpu_costs *costs,
                               const struct gpu_inputs *in,
                               const struct traffic *traffic, double kernel_s,
                               const struct gpu_columns *out, uint64_t i)
{
    double *component = &out->component_j[i * COMPONENT_COUNT];
    double dram_j = traffic->dram_read_bytes * costs->dram_read_j_per_byte +
                    traffic->dram_write_bytes * costs->dram_write_j_per_byte;
    double dram_bytes = traffic->dram_read_bytes + traffic->dram_write_bytes;
    double dram_s = dram_bytes / costs->dram_bytes_per_s;
    struct llc_cost llc = llc_write(costs, in, out, i);
    struct llc_use use = llc_use_at(costs, in, traffic);
    double wait_s = llc_wait_s(costs, in, traffic), clock_share = 1;
    struct cost cost = costs->time_base == TIME_ROOFLINE
                           ? roofline_at(costs, in, &use, wait_s,
                                         larger(dram_s, kernel_s), dram_j, component,
                                         &clock_share)
                           : serial_at(costs, in, traffic, &llc, dram_j, component);

    out->latency_s[i] = cost.latency_s;
    out->energy_j[i] = cost.energy_j;
    out->edp_js[i] = cost.energy_j * cost.latency_s;
    out->edap_jsm2[i] = cost.energy_j * cost.latency_s * in->a->area_m2[in->m];
    out->power_w[i] = cost.energy_j / cost.latency_s;
    out->llc_leakage_j[i] = cost.leakage_j;
    out->dram_energy_j[i] = dram_j;
    out->llc_busy_s[i] = use.busy_s;
    out->llc_wait_s[i] = wait_s;
    out->dram_busy_s[i] = dram_s;
    out->clock_share[i] = clock_share;
    out->llc_hit_s[i] = costs->llc_latency_s > 0
                            ? costs->llc_latency_s + in->a->read_latency_s[in->m]
                            : NAN;
    out->dram_load_s[i] = out->llc_hit_s[i] + costs->dram_latency_s;
    out->llc_read_bytes_per_s[i] = llc_read_rate(costs, in);
}

/* The data that the points of an evaluation share, and the state of the current one. */
struct gpu_walk {
    const struct study *study;
    struct grid_cursor cursor;
    struct cursor_image images[3]; /* in the array, reuse and retention stages */
    size_t image_count;
    struct variant variant;
    const struct record *machine; /* with the points' changes */
    enum status varied;           /* of these changes */
    struct gpu_costs costs;
    uint64_t capacity_bytes;
    struct curve_place place; /* of that capacity */
};

/* Sets the reason why a point has no result; in: its inputs, index: in the stage's grid. */
static void reason_set(const struct gpu_walk *walk, const struct gpu_inputs *in,
                       uint64_t index, struct error *reason)
{
    const struct study *study = walk->study;
    bool has_inputs = study->statuses[STAGE_ARRAY][in->m] == POINT_DONE &&
                      study->statuses[STAGE_REUSE][in->u] == POINT_DONE &&
                      (!in->retention ||
                       study->statuses[STAGE_RETENTION][in->t] == POINT_DONE);
    struct point point;

    if (!reason)
        return;
    if (has_inputs && !is_supplied(&walk->costs, in)) {
        error_set(reason, STATUS_INFEASIBLE,
                  "the cache leaks %.4g W, more than the power limit of %.4g W of %s",
                  steady_w(&walk->costs, in), walk->costs.power_limit_w,
                  walk->machine->name);
    } else if (has_inputs) {
        grid_point(&study->grids[STAGE_GPU], &study->sweep->space, index, &point);
        error_set(reason, STATUS_INFEASIBLE,
                  "%s: its miss ratio curve begins above %g MiB", point.workload->name,
                  (double)in->a->resolved_capacity_bytes[in->m] / (1 << 20));
    } else {
        error_set(reason, STATUS_INFEASIBLE,
                  "the cache cannot be built or refreshed, or the workload cannot run");
    }
}

static void walk_start(struct gpu_walk *walk, const struct study *study, uint64_t first)
{
    const struct grid *grid = &study->grids[STAGE_GPU];
    const struct space *space = &study->sweep->space;
    const struct grid *inputs[] = { &study->grids[STAGE_ARRAY],
                                    &study->grids[STAGE_REUSE],
                                    &study->grids[STAGE_RETENTION] };
    bool is_refreshed = stage_inputs(study->sweep, STAGE_GPU) & INPUT(RETENTION);

    walk->study = study;
    walk->image_count = is_refreshed ? 3 : 2;
    walk->variant = (struct variant){ 0 };
    walk->varied = STATUS_OK;
    walk->capacity_bytes = 0;
    walk->place = curve_place_of(0);
    cursor_start(
        &walk->cursor, grid, space, first,
        cursor_run_length(grid, space, GPU_COST_AXES, inputs, walk->image_count));
    for (size_t n = 0; n < walk->image_count; n++)
        cursor_image_start(&walk->images[n], &walk->cursor, inputs[n]);
}

/* Finds the machine and its costs at the cursor. */
static void walk_resolve(struct gpu_walk *walk, struct error *reason)
{
    const struct study *study = walk->study;
    const struct point *point = &walk->cursor.point;
    axis_mask changed = walk->cursor.changed;
    struct change changes[CHANGES_MAX];

    if (changed & GPU_AXES) {
        variant_at(&walk->variant, changes,
                   study_changes(study, STAGE_GPU, point, changes));
        walk->machine = point->machine;
        walk->varied = variant_record(&walk->variant, RECORDS_MACHINE, &walk->machine,
                                      true, reason);
    }
    if (changed & GPU_COST_AXES)
        gpu_costs_at(point, (const struct gpu *)walk->machine, &walk->costs);
}

/* Evaluates point i of the columns. */
static int8_t walk_point(struct gpu_walk *walk, const struct gpu_inputs *in,
                         const struct gpu_columns *to, uint64_t i)
{
    const struct study *study = walk->study;
    uint64_t capacity_bytes;
    struct traffic traffic;

    if (walk->varied != STATUS_OK ||
        study->statuses[STAGE_ARRAY][in->m] != POINT_DONE ||
        study->statuses[STAGE_REUSE][in->u] != POINT_DONE ||
        (in->retention && study->statuses[STAGE_RETENTION][in->t] != POINT_DONE) ||
        !is_supplied(&walk->costs, in))
        return POINT_INFEASIBLE;
    capacity_bytes = in->a->resolved_capacity_bytes[in->m];
    if (capacity_bytes != walk->capacity_bytes) {
        walk->capacity_bytes = capacity_bytes;
        walk->place = curve_place_of((double)capacity_bytes);
    }
    if (!traffic_write(in, walk->place, walk->costs.line_bytes, &traffic, to, i))
        return POINT_INFEASIBLE;
    point_write(
        &walk->costs, in, &traffic,
        curve_at_place(&in->r->curve_kernel_s[in->u * CURVE_POINTS], walk->place), to,
        i);
    return POINT_DONE;
}

static void gpu_stage_evaluate(const struct study *study, struct range points,
                               const struct columns *out, int8_t *status,
                               struct error *reason)
{
    const struct array_columns array = array_columns(&study->results[STAGE_ARRAY]);
    const struct reuse_columns reuse = reuse_columns(&study->results[STAGE_REUSE]);
    const struct retention_columns retention = retention_columns(
        &study->results[STAGE_RETENTION]);
    const struct gpu_columns to = gpu_columns(out);
    struct gpu_walk walk;

    walk_start(&walk, study, points.first);
    for (uint64_t i = 0; i < points.count;) {
        const struct cursor_image *images = walk.images;
        bool is_refreshed = walk.image_count == 3;
        uint64_t left = walk.cursor.left, rest = points.count - i;
        uint64_t end = i + (left < rest ? left : rest);
        struct gpu_inputs in = { .a = &array,
                                 .r = &reuse,
                                 .retention = is_refreshed ? &retention : NULL,
                                 .m = images[0].at,
                                 .u = images[1].at,
                                 .t = is_refreshed ? images[2].at : 0 };

        walk_resolve(&walk, reason);
        for (; i < end; i++) {
            status[i] = walk_point(&walk, &in, &to, i);
            if (status[i] != POINT_DONE && walk.varied == STATUS_OK)
                reason_set(&walk, &in, points.first + i, reason);
            in.m += images[0].step;
            in.u += images[1].step;
            in.t += is_refreshed ? images[2].step : 0;
        }
        cursor_next(&walk.cursor, walk.images, walk.image_count);
    }
    variant_free(&walk.variant);
}

static void gpu_machine_result(const struct machine_run *run,
                               const struct machines_columns *out, uint64_t i)
{
    const struct gpu_columns g = gpu_columns(&run->study->results[STAGE_GPU]);
    const double *macs = reuse_columns(&run->study->results[STAGE_REUSE]).macs;
    uint64_t row = run->at[STAGE_GPU], u = run->at[STAGE_REUSE];

    for (uint64_t n = 0; n < run->count;
         n++, i++, row += run->step[STAGE_GPU], u += run->step[STAGE_REUSE]) {
        const double *component = g.component_j + row * COMPONENT_COUNT;

        out->latency_s[i] = g.latency_s[row];
        out->energy_j[i] = g.energy_j[row];
        out->sample_j[i] = g.energy_j[row] / run->batch;
        out->compute_j[i] = component[COMPONENT_COMPUTE];
        out->memories_j[i] = component[COMPONENT_LLC_READ] +
                             component[COMPONENT_LLC_WRITE] +
                             component[COMPONENT_LLC_TAG];
        out->dram_j[i] = component[COMPONENT_DRAM_DYNAMIC];
        out->transfer_j[i] = 0;
        out->static_j[i] = component[COMPONENT_LLC_LEAKAGE] +
                           component[COMPONENT_DRAM_BACKGROUND];
        out->macs[i] = macs[u];
        out->offchip_bytes[i] = g.dram_read_bytes[row] + g.dram_write_bytes[row];
    }
}

const struct stage gpu_stage = {
    .name = "gpu",
    .summary = "a GPU with its last-level cache: traffic, latency, energy by component",
    STAGE_METRICS(gpu),
    .axes = AXIS_BIT(time_base),
    .ignored_fields = "machine.llc_bytes=", /* the array's capacity counts */
    .inputs = INPUT(ARRAY) | INPUT(REUSE) | INPUT(RETENTION),
    .conditional_inputs = INPUT(RETENTION),
    .condition_axes = AXIS_BIT(refresh),
    .machine_result = gpu_machine_result,
    .machine_result_input = INPUT(REUSE),
    .evaluate = gpu_stage_evaluate,
    .point_s = 1e-7,
    .block_points = 16384,
};
