/* The engines stage: the memories of the PE arrays (engines) of a machine, in the columns of the
 * buffers stage, with a row per engine.
 *
 * It is a stage of its own, not more machines in the buffers stage, because a record may have two
 * roles.  If the sweep names a PE array, axes of fields change it (`is_selected`), points of it may be
 * excluded, and the technology is required.  If the same record is an engine, only axes that name
 * the record change it, exclusions apply to the whole machine, and its memories are SRAM unless a
 * technology is given.  One dimension for both would have two rows of the same name, and an engine
 * dimension for all machines would have only one row in use for each PE array. */
#include "stage/stages.h"

#include "columns/buffers.h"
#include "columns/engines.h"
#include "machine/layerwise/layerwise.h"
#include "stage/buffers_stage.h"

/* Returns the columns as those of the buffers stage, with a row per engine. */
static struct buffers_columns rows_of(const struct engines_columns *out)
{
    return (struct buffers_columns){
        .level_read_j = out->level_read_j,
        .level_write_j = out->level_write_j,
        .level_read_s = out->level_read_s,
        .level_write_s = out->level_write_s,
        .level_leakage_w = out->level_leakage_w,
        .level_area_m2 = out->level_area_m2,
        .level_bytes = out->level_bytes,
        .level_banks = out->level_banks,
        .level_is_nonvolatile = out->level_is_nonvolatile,
        .memories_area_m2 = out->memories_area_m2,
        .memories_leakage_w = out->memories_leakage_w,
    };
}

static enum status engines_visit(const struct visit *visit, const struct columns *out,
                                 uint64_t i, struct error *reason)
{
    const struct engines_columns to = engines_columns(out);
    struct point point = visit->point;
    const struct machine *machine = (const struct machine *)point.machine;
    const struct buffers_columns rows = rows_of(&to);
    enum status status = STATUS_OK;

    if (!point.technology)
        status = visit_record(visit, RECORDS_TECHNOLOGY, "sram", &point.technology,
                              reason);
    for (size_t e = 0; e < machine_engine_count(machine) && status == STATUS_OK; e++) {
        const char *name = machine_family(machine)->engine(machine, e);

        status = visit_record(visit, RECORDS_MACHINE, name, &point.machine, reason);
        if (status != STATUS_OK)
            return status;
        if (!point.technology || !point.machine)
            return error_set(reason, STATUS_INFEASIBLE, "the library has no %s '%s'",
                             point.technology ? "machine" : "technology",
                             point.technology ? name : "sram");
        status = buffers_at(visit, &point, &rows, i * ENGINES_MAX + e, reason);
    }
    return status;
}

static void engines_stage_evaluate(const struct study *study, struct range points,
                                   const struct columns *out, int8_t *status,
                                   struct error *reason)
{
    stage_visit(study, STAGE_ENGINES, points, engines_visit, NULL, out, status, reason);
}

static double engines_stage_cost_s(const struct study *study, const struct point *point,
                                   struct layer_cache *layers)
{
    const struct machine *machine = (const struct machine *)point->machine;
    double sum_s = 1e-6;

    (void)layers;
    for (size_t e = 0; e < machine_engine_count(machine); e++) {
        const char *name = machine_family(machine)->engine(machine, e);
        const struct record *engine = library_find(study->library, RECORDS_MACHINE,
                                                   name);

        if (engine)
            sum_s += buffers_at_s(point, (const struct pe_array *)engine);
    }
    return sum_s;
}

const struct stage engines_stage = {
    .name = "engines",
    .summary = "memories of the PE arrays that a machine is made of",
    STAGE_METRICS(engines),
    .kinds = 1u << MACHINE_LAYERWISE,
    .is_multi_engine = true,
    .axes = AXIS_BIT(technology) | AXIS_BIT(node_m) | AXIS_BIT(roadmap) |
            AXIS_BIT(temperature_k) | AXIS_BIT(target) | AXIS_BIT(rules) |
            AXIS_BIT(placement) | AXIS_BIT(energy_source) | AXIS_BIT(machine) |
            AXIS_BIT(cell_roadmap) | AXIS_BIT(built_as),
    .optional = AXIS_BIT(technology),
    .tables = 1u << RECORDS_BUILD,
    .read_fields = "machine.levels machine.node_m machine.low_power machine.clock_hz",
    .evaluate = engines_stage_evaluate,
    .cost_s = engines_stage_cost_s,
    .block_points = 1,
};
