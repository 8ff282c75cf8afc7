/* The system stage: what cache and traffic together cost.
 *
 * Two time bases stand side by side.  The serial one is DeepNVM++'s (A. Inci et al.,
 * IEEE TCAD 41(10), 2022): every access waits for the one before it, so delay is the sum
 * of counts times latencies, and energy is counts times energies plus leakage over that
 * delay.  The roofline one is the longest of compute, cache and DRAM time, with fills
 * and write-backs as accesses of the cache. */
#include "stage/stages.h"

#include "base/maths.h"
#include "machine/gpu/gpu.h"
#include "stage/visit.h"

#include <math.h>

/* What does not change along the last dimension of a row of points. */
struct surroundings {
    double accesses_per_line; /* array accesses that one line access takes */
    double dram_read_j_per_byte, dram_write_j_per_byte;
    double dram_access_s; /* serial time base */
    double dram_bytes_per_s;
    double dram_background_w;
    double llc_slices;
    double llc_bytes_per_s; /* what the interconnect carries */
    double line_bytes;
    double mac_j;
    double leaks_for_memory; /* 1: leakage runs over DRAM time, too */
};

/* Energy of a multiply-accumulate by precision, relative to 32 bits: a power law through
 * 4.6 pJ at fp32 and 1.5 pJ at fp16 (multiply plus add; M. Horowitz, ISSCC 2014). */
static double mac_ratio(uint64_t precision_bits)
{
    return maths_pow((double)precision_bits / 32, 1.617);
}

static void surroundings_at(const struct point *point, const struct gpu *platform,
                            struct surroundings *s)
{
    double line_bytes = (double)platform->llc_line_bytes;
    double ratio = line_bytes / (double)point->line_bytes;
    double given_j = 8 * point->dram_j_per_bit;

    *s = (struct surroundings){
        .accesses_per_line = ratio > 1 ? ceil(ratio) : 1,
        .dram_read_j_per_byte = given_j > 0 ? given_j
                                            : 8 * platform->dram_read_j_per_bit,
        .dram_write_j_per_byte = given_j > 0 ? given_j
                                             : 8 * platform->dram_write_j_per_bit,
        .dram_access_s = point->dram_access_s > 0
                             ? point->dram_access_s
                             : platform->dram_latency_s / platform->dram_parallelism,
        .dram_bytes_per_s = platform->dram_bytes_per_s,
        .dram_background_w = platform->dram_background_w,
        .llc_slices = (double)platform->llc_slices,
        .llc_bytes_per_s = platform->llc_bytes_per_s,
        .line_bytes = line_bytes,
        .mac_j = platform->mac_j * mac_ratio(point->precision_bits),
        .leaks_for_memory = point->leakage_time == LEAKAGE_MEMORY,
    };
}

static inline double dram_energy_j(const struct surroundings *s,
                                   const struct traffic_columns *t, uint64_t v)
{
    return t->dram_read_bytes[v] * s->dram_read_j_per_byte +
           t->dram_write_bytes[v] * s->dram_write_j_per_byte;
}

/* One point.  m, u and t index the array, reuse and traffic stages' columns. */
static inline void serial_at(const struct surroundings *s,
                             const struct array_columns *a, uint64_t m,
                             const struct reuse_columns *r, uint64_t u,
                             const struct traffic_columns *t, uint64_t v,
                             const struct system_columns *out, uint64_t i)
{
    double reads = r->llc_reads[u] * s->accesses_per_line;
    double writes = r->llc_writes[u] * s->accesses_per_line;
    double llc_s = reads * a->read_latency_s[m] + writes * a->write_latency_s[m];
    double dram_s = (t->dram_reads[v] + t->dram_writes[v]) * s->dram_access_s;
    double dynamic_j = reads * a->read_energy_j[m] + writes * a->write_energy_j[m];
    double leak_s = llc_s + s->leaks_for_memory * dram_s;
    double dram_j = dram_energy_j(s, t, v);
    double delay_s = llc_s + dram_s;
    double energy_j = dynamic_j + a->leakage_w[m] * leak_s + dram_j;
    double llc_j = dynamic_j + a->leakage_w[m] * llc_s;

    out->delay_s[i] = delay_s;
    out->energy_j[i] = energy_j;
    out->edp_js[i] = energy_j * delay_s;
    out->edap_jsm2[i] = energy_j * delay_s * a->area_m2[m];
    out->llc_delay_s[i] = llc_s;
    out->llc_dynamic_j[i] = dynamic_j;
    out->llc_leakage_j[i] = a->leakage_w[m] * leak_s;
    out->llc_energy_j[i] = llc_j;
    out->llc_edp_js[i] = llc_j * llc_s;
    out->dram_energy_j[i] = dram_j;
}

/* Banks work in parallel: a write keeps its bank for the write latency, a read for the
 * cycle; what is read from DRAM is written into the cache, what is written back is read
 * from it. */
static inline void roofline_at(const struct surroundings *s,
                               const struct array_columns *a, uint64_t m,
                               const struct reuse_columns *r, uint64_t u,
                               const struct traffic_columns *t, uint64_t v,
                               const struct system_columns *out, uint64_t i)
{
    double n = s->accesses_per_line;
    double misses = n * t->llc_misses[v];
    double reads = n * (r->llc_reads[u] + t->dram_writes[v]);
    double writes = n * (r->llc_writes[u] + t->dram_reads[v]);
    double units = s->llc_slices > (double)a->banks[m] ? s->llc_slices
                                                       : (double)a->banks[m];
    double banks_s = (reads * a->cycle_s[m] + writes * a->write_latency_s[m]) / units;
    double wires_s = (reads + writes) / n * s->line_bytes / s->llc_bytes_per_s;
    double llc_s = banks_s > wires_s ? banks_s : wires_s;
    double dram_bytes = t->dram_read_bytes[v] + t->dram_write_bytes[v];
    double dram_s = dram_bytes / s->dram_bytes_per_s;
    double memory_s = llc_s > dram_s ? llc_s : dram_s;
    double time_s = memory_s > r->compute_s[u] ? memory_s : r->compute_s[u];
    double *component = &out->component_j[i * COMPONENT_COUNT];
    double total_j = 0;

    component[COMPONENT_LLC_READ] = (reads - misses) *
                                        (a->read_energy_j[m] - a->tag_energy_j[m]) +
                                    misses * (a->miss_energy_j[m] - a->tag_energy_j[m]);
    component[COMPONENT_LLC_WRITE] = writes *
                                     (a->write_energy_j[m] - a->tag_energy_j[m]);
    component[COMPONENT_LLC_TAG] = (reads + writes) * a->tag_energy_j[m];
    component[COMPONENT_LLC_LEAKAGE] = a->leakage_w[m] * time_s;
    component[COMPONENT_DRAM_DYNAMIC] = dram_energy_j(s, t, v);
    component[COMPONENT_DRAM_BACKGROUND] = s->dram_background_w * time_s;
    component[COMPONENT_COMPUTE] = r->macs[u] * s->mac_j;
    for (int c = 0; c < COMPONENT_COUNT; c++)
        total_j += component[c];
    out->roofline_s[i] = time_s;
    out->llc_busy_s[i] = llc_s;
    out->dram_busy_s[i] = dram_s;
    out->roofline_energy_j[i] = total_j;
    out->roofline_edp_js[i] = total_j * time_s;
    out->power_w[i] = total_j / time_s;
}

/* How far an index of `to` moves per step of the last dimension of `from`. */
static uint64_t last_stride(const struct grid *from, const struct grid *to)
{
    size_t last = from->dimension_count - 1;

    for (size_t d = 0; d < to->dimension_count; d++)
        if (to->dimensions[d] == from->dimensions[last])
            return to->strides[d];
    return 0;
}

/* Points along the last dimension that share their surroundings. */
static uint64_t row_length(const struct grid *grid, const struct space *space)
{
    static const axis_mask surrounding = AXIS_BIT(machine) | AXIS_BIT(line_bytes) |
                                         AXIS_BIT(precision_bits) |
                                         AXIS_BIT(dram_j_per_bit) |
                                         AXIS_BIT(dram_access_s) |
                                         AXIS_BIT(leakage_time) | AXIS_BIT(spread) |
                                         AXIS_BIT(sample);
    size_t last = grid->dimension_count - 1;
    const struct dimension *dimension;

    if (grid->dimension_count == 0)
        return 1;
    dimension = &space->dimensions[grid->dimensions[last]];
    for (size_t a = 0; a < dimension->axis_count; a++)
        if (surrounding >> dimension->axes[a] & 1)
            return 1;
    return grid->sizes[last];
}

static void system_stage_evaluate(const struct study *study, struct range points,
                                  const union columns *out, int8_t *status,
                                  struct error *reason)
{
    const struct grid *grid = &study->grids[STAGE_SYSTEM];
    const struct grid *arrays = &study->grids[STAGE_ARRAY];
    const struct grid *uses = &study->grids[STAGE_REUSE];
    const struct grid *traffics = &study->grids[STAGE_TRAFFIC];
    uint64_t row = row_length(grid, &study->sweep->space);
    uint64_t step_m = row > 1 ? last_stride(grid, arrays) : 0;
    uint64_t step_u = row > 1 ? last_stride(grid, uses) : 0;
    uint64_t step_v = row > 1 ? last_stride(grid, traffics) : 0;

    struct variant variant = { 0 };
    struct change changes[CHANGES_MAX];

    for (uint64_t i = 0; i < points.count;) {
        uint64_t index = points.first + i, rest = row - index % row;
        uint64_t m = grid_project(grid, index, arrays);
        uint64_t u = grid_project(grid, index, uses);
        uint64_t v = grid_project(grid, index, traffics);
        uint64_t end = rest < points.count - i ? i + rest : points.count;
        const struct record *platform;
        struct surroundings s;
        struct point point;
        enum status varied;

        grid_point(grid, &study->sweep->space, index, &point);
        variant_at(&variant, changes,
                   study_changes(study, STAGE_SYSTEM, &point, changes));
        platform = point.machine;
        varied = variant_record(&variant, SHELF_MACHINE, &platform, true, reason);
        surroundings_at(&point, (const struct gpu *)platform, &s);
        for (; i < end; i++, m += step_m, u += step_u, v += step_v) {
            if (varied != STATUS_OK || study->statuses[STAGE_ARRAY][m] != POINT_DONE ||
                study->statuses[STAGE_TRAFFIC][v] != POINT_DONE) {
                error_set(reason, STATUS_INFEASIBLE,
                          "the cache cannot be built, or the workload not run");
                status[i] = POINT_INFEASIBLE;
                continue;
            }
            serial_at(&s, &study->results[STAGE_ARRAY].array, m,
                      &study->results[STAGE_REUSE].reuse, u,
                      &study->results[STAGE_TRAFFIC].traffic, v, &out->system, i);
            roofline_at(&s, &study->results[STAGE_ARRAY].array, m,
                        &study->results[STAGE_REUSE].reuse, u,
                        &study->results[STAGE_TRAFFIC].traffic, v, &out->system, i);
            status[i] = POINT_DONE;
        }
    }
    variant_free(&variant);
}

const struct stage system_stage = {
    .name = "system",
    .summary = "delay, energy by component, EDP and EDAP",
    STAGE_METRICS(system),
    .axes = AXIS_BIT(dram_j_per_bit) | AXIS_BIT(dram_access_s) | AXIS_BIT(leakage_time),
    .inputs = INPUT(ARRAY) | INPUT(REUSE) | INPUT(TRAFFIC),
    .evaluate = system_stage_evaluate,
    .point_s = 1e-7,
    .block_points = 16384,
};
