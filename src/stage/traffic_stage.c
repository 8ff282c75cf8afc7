/* The traffic stage: misses and DRAM traffic at a capacity, read off the reuse stage's
 * curves. */
#include "stage/stages.h"

#include "machine/gpu/traffic.h"
#include "stage/visit.h"

#include <math.h>
#include <string.h>

static void curve_read(const struct reuse_columns *in, uint64_t i, double line_bytes,
                       struct reuse_curve *curve)
{
    curve->line_bytes = line_bytes;
    curve->reads = in->llc_reads[i];
    curve->writes = in->llc_writes[i];
    curve->read_bytes = in->llc_read_bytes[i];
    curve->write_bytes = in->llc_write_bytes[i];
    curve->macs = in->macs[i];
    curve->compute_s = in->compute_s[i];
    memcpy(curve->read_misses, &in->curve_read_misses[i * CURVE_POINTS],
           sizeof curve->read_misses);
    memcpy(curve->write_misses, &in->curve_write_misses[i * CURVE_POINTS],
           sizeof curve->write_misses);
    memcpy(curve->writebacks, &in->curve_writebacks[i * CURVE_POINTS],
           sizeof curve->writebacks);
}

/* Under iso_area the capacity is the one the array stage found. */
static uint64_t capacity_at(const struct study *study, uint64_t index,
                            const struct point *point)
{
    uint64_t at;

    if (!study->sweep->space.iso_area.baseline)
        return point->capacity_bytes;
    at = grid_project(&study->grids[STAGE_TRAFFIC], index, &study->grids[STAGE_ARRAY]);
    return study->results[STAGE_ARRAY].array.resolved_capacity_bytes[at];
}

static void traffic_stage_evaluate(const struct study *study, struct range points,
                                   const union columns *out, int8_t *status,
                                   struct error *reason)
{
    const struct grid *grid = &study->grids[STAGE_TRAFFIC];
    const struct traffic_columns *t = &out->traffic;
    uint64_t read_at = UINT64_MAX;
    struct reuse_curve curve = { .line_bytes = 0 };
    struct variant variant = { 0 };
    struct change changes[CHANGES_MAX];

    for (uint64_t i = 0; i < points.count; i++) {
        uint64_t index = points.first + i;
        uint64_t at = grid_project(grid, index, &study->grids[STAGE_REUSE]);
        const struct record *platform;
        struct traffic traffic;
        struct point point;
        uint64_t capacity_bytes;

        grid_point(grid, &study->sweep->space, index, &point);
        variant_at(&variant, changes,
                   study_changes(study, STAGE_TRAFFIC, &point, changes));
        platform = point.machine;
        capacity_bytes = capacity_at(study, index, &point);
        status[i] = POINT_INFEASIBLE;
        if (study->statuses[STAGE_REUSE][at] != POINT_DONE || capacity_bytes == 0) {
            error_set(reason, STATUS_INFEASIBLE,
                      "the workload has no reuse curve here, or the cache no capacity");
            continue;
        }
        if (variant_record(&variant, SHELF_MACHINE, &platform, true, reason) !=
            STATUS_OK)
            continue;
        if (at != read_at || variant.count)
            curve_read(&study->results[STAGE_REUSE].reuse, at,
                       (double)((const struct gpu *)platform)->llc_line_bytes, &curve);
        read_at = at;
        traffic_at((const struct gpu *)platform, &curve, (double)capacity_bytes,
                   &traffic);
        if (isnan(traffic.miss_ratio)) { /* only of a given curve */
            error_set(reason, STATUS_INFEASIBLE,
                      "%s: its miss ratio curve begins above %g MiB",
                      point.workload->name, (double)capacity_bytes / (1 << 20));
            continue;
        }
        t->miss_ratio[i] = traffic.miss_ratio;
        t->llc_misses[i] = traffic.llc_read_misses + traffic.llc_write_misses;
        t->dram_reads[i] = traffic.dram_reads;
        t->dram_writes[i] = traffic.dram_writes;
        t->dram_read_bytes[i] = traffic.dram_read_bytes;
        t->dram_write_bytes[i] = traffic.dram_write_bytes;
        status[i] = POINT_DONE;
    }
    variant_free(&variant);
}

const struct stage traffic_stage = {
    .name = "traffic",
    .summary = "misses and DRAM traffic at a cache capacity",
    STAGE_METRICS(traffic),
    .axes = AXIS_BIT(capacity_bytes),
    .inputs = INPUT(REUSE),
    /* no access stream depends on these */
    .ignored_fields = "machine.dram_ machine.mac_j machine.idle_w",
    .evaluate = traffic_stage_evaluate,
    .point_s = 3e-7,
    .block_points = 4096,
};
