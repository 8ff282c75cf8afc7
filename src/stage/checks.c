#include "stage/checks.h"

#include "base/memory.h"
#include "base/units.h"
#include "learning/experiment.h"
#include "stage/axes.h"
#include "stage/record_tables.h"
#include "tech/node.h"
#include "workload/workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *stage_names(stage_mask mask)
{
    char *text = alloc_text("");

    for (int id = 0; id < STAGE_COUNT; id++)
        if (mask >> id & 1)
            text = alloc_append(text, "%s%s", *text ? " " : "", stages[id]->name);
    return text;
}

/* ---- axes that are not read */

static stage_mask readers(const struct study *study, enum axis_id axis)
{
    stage_mask mask = 0;

    for (int id = 0; id < STAGE_COUNT; id++)
        if (study->stages >> id & 1 && study->grids[id].axes >> axis & 1)
            mask |= STAGE_BIT(id);
    return mask;
}

/* Returns the stages that are no input of another stage of the sweep.  The last stages of machine
 * kinds replace the stage that takes one of them. */
static stage_mask last_stages(const struct study *study)
{
    stage_mask read = 0, last;

    for (int id = 0; id < STAGE_COUNT; id++)
        if (study->stages >> id & 1)
            read |= stage_inputs(study->sweep, (enum stage_id)id);
    last = study->stages & ~read;
    for (int id = 0; id < STAGE_COUNT; id++)
        if (study->stages >> id & 1 && stages[id]->takes_one_input)
            last = (last & ~(STAGE_BIT(id))) | (stages[id]->inputs & study->stages);
    /* One of these stages may be an input of another. */
    for (int id = 0; id < STAGE_COUNT; id++)
        if (last >> id & 1)
            last &= ~stage_inputs(study->sweep, (enum stage_id)id);
    return last;
}

char *axis_read_by(const struct study *study, enum axis_id axis)
{
    stage_mask last = last_stages(study), mask = readers(study, axis) & last;

    return mask && mask != last ? stage_names(mask) : NULL;
}

static enum status unread_check(const struct study *study, struct error *err)
{
    const struct sweep *sweep = study->sweep;

    for (enum axis_id axis = 0; axis < AXES; axis++) {
        stage_mask declared = 0;
        char *mine, *others;

        if (!sweep->space.axes[axis].line || readers(study, axis))
            continue;
        for (int id = 0; id < STAGE_COUNT; id++)
            if (axis >= AXES_NAMED
                    ? stage_reads((enum stage_id)id,
                                  &sweep->space.fields[axis - AXES_NAMED].place)
                    : stage_declared_axes((enum stage_id)id) >> axis & 1)
                declared |= STAGE_BIT(id);
        mine = stage_names(study->stages);
        others = stage_names(declared);
        error_set(
            err, STATUS_INPUT,
            "%s:%u: axis '%s' is read by no stage of this sweep (%s), must be left "
            "out%s%s",
            sweep->file, sweep->space.axes[axis].line,
            space_axis(&sweep->space, axis)->key, mine,
            *others ? ", or a stage named that reads it: " : "", others);
        free(mine);
        free(others);
        return STATUS_INPUT;
    }
    return STATUS_OK;
}

/* ---- values that cannot go together */

/* Are the values of two axes compatible?  If not, why has the reason: "of which ..." */
typedef bool fits_fn(const struct study *study, union axis_value a, union axis_value b,
                     struct error *why);

static size_t dimension_of(const struct space *space, enum axis_id axis)
{
    for (size_t d = 0; d < space->dimension_count; d++)
        for (size_t a = 0; a < space->dimensions[d].axis_count; a++)
            if (space->dimensions[d].axes[a] == axis)
                return d;
    return SIZE_MAX;
}

/* Refuses a value of `axis` that is compatible with none of the values of `other` at its points. */
static enum status fits_check(const struct study *study, enum axis_id axis,
                              enum axis_id other, bool is_turned, fits_fn *fits,
                              struct error *err)
{
    const struct space *space = &study->sweep->space;
    const struct axis *values = &space->axes[axis], *others = &space->axes[other];
    bool is_zipped = values->is_dimension && others->is_dimension &&
                     dimension_of(space, axis) == dimension_of(space, other);
    unsigned line = values->line ? values->line : others->line;
    char text[80];
    struct error why;

    for (uint64_t i = 0; i < values->count; i++) {
        bool is_fit = false;

        for (uint64_t j = 0; j < others->count && !is_fit; j++)
            if (!is_zipped || i == j)
                is_fit = is_turned
                             ? fits(study, others->values[j], values->values[i], &why)
                             : fits(study, values->values[i], others->values[j], &why);
        if (!is_fit)
            return error_set(err, STATUS_INPUT, "%s:%u: %s %s: %s", study->sweep->file,
                             line, axis_specs[axis].key,
                             axis_value_format(&axis_specs[axis], values->values[i],
                                               text, sizeof text),
                             why.text);
    }
    return STATUS_OK;
}

static enum status pairs_check(const struct study *study, enum axis_id a,
                               enum axis_id b, fits_fn *fits, struct error *err)
{
    const struct space *space = &study->sweep->space;

    if ((!space->axes[a].line && !space->axes[b].line) || !readers(study, a) ||
        !readers(study, b))
        return STATUS_OK;
    if (fits_check(study, a, b, false, fits, err) != STATUS_OK)
        return STATUS_INPUT;
    return fits_check(study, b, a, true, fits, err);
}

static bool node_fits(const struct study *study, union axis_value node_m,
                      union axis_value roadmap, struct error *why)
{
    const struct record_table *table = &study->library->tables[RECORDS_NODE];
    const char *flavour = word_name(node_roadmaps, roadmap.word);
    char has[200] = "", text[40];

    if (library_node(study->library, node_m.number, roadmap.word))
        return true;
    for (size_t i = 0; i < table->count; i++) {
        const struct node *node = table->records[i];
        size_t length = strlen(has);

        if ((int)node->roadmap == roadmap.word)
            snprintf(has + length, sizeof has - length, "%s%s", length ? ", " : "",
                     quantity_format(node->node_m, "m", text, sizeof text));
    }
    error_set(why, STATUS_INPUT,
              "the library has no %s record of %s, must be one of %s (`nvsweep list "
              "nodes`)",
              flavour, quantity_format(node_m.number, "m", text, sizeof text),
              *has ? has : "those of another roadmap");
    return false;
}

static bool phase_fits(const struct study *study, union axis_value workload,
                       union axis_value phase, struct error *why)
{
    struct error reason;

    (void)study;
    if (!workload.record ||
        workload_phase_check((const struct workload *)workload.record,
                             (enum phase)phase.word, &reason) == STATUS_OK)
        return true;
    error_set(why, STATUS_INPUT, "%s %s", workload.record->name, reason.text);
    return false;
}

/* The roofline uses the DRAM's bandwidth, not the latency of an access. */
static enum status dram_time_check(const struct study *study, struct error *err)
{
    const struct sweep *sweep = study->sweep;
    const struct space *space = &sweep->space;
    const struct axis *bases = &space->axes[AXIS_time_base];

    for (uint64_t i = 0; i < bases->count; i++)
        if (bases->values[i].word != TIME_ROOFLINE || !(study->stages >> STAGE_GPU & 1))
            return STATUS_OK;
    for (size_t f = 0; f < space->field_count; f++) {
        const struct field_axis *field = &space->fields[f];

        if (field->place.of == RECORDS_MACHINE &&
            (strcmp(field->place.path, "dram_latency_s") == 0 ||
             strcmp(field->place.path, "dram_parallelism") == 0))
            return error_set(
                err, STATUS_INPUT,
                "%s:%u: field '%s' is read by serial time bases only, must "
                "be left out or stand with time_base = \"serial\" or "
                "\"serial_full_leakage\"",
                sweep->file, space->axes[AXES_NAMED + f].line, field->place.path);
    }
    return STATUS_OK;
}

/* The layouts are equal if no network has experts, or if one GPU has all of them. */
static enum status experts_check(const struct study *study, struct error *err)
{
    const struct space *space = &study->sweep->space;
    const struct axis *layouts = &space->axes[AXIS_expert_layout];
    const struct axis *workloads = &space->axes[AXIS_workload];
    const struct axis *gpus = &space->axes[AXIS_gpus];
    bool has_experts = false, has_several = false;

    if (!layouts->line || !readers(study, AXIS_expert_layout))
        return STATUS_OK;
    for (uint64_t i = 0; i < workloads->count; i++)
        has_experts |= workloads->values[i].record &&
                       workload_has_experts(
                           (const struct workload *)workloads->values[i].record);
    for (uint64_t i = 0; i < gpus->count; i++)
        has_several |= gpus->values[i].count > 1;
    if (has_experts && has_several)
        return STATUS_OK;
    return error_set(
        err, STATUS_INPUT,
        "%s:%u: axis '%s' changes nothing in this sweep (%s), must be left out",
        study->sweep->file, layouts->line, axis_specs[AXIS_expert_layout].key,
        has_experts ? "no value of gpus is above 1"
                    : "none of its workloads has experts");
}

/* ---- experiments */

/* Checks the axes of learning families: an axis that no experiment of the sweep reads is refused,
 * and one without a default that an experiment reads is required. */
static enum status experiments_check(const struct study *study, struct error *err)
{
    static const struct {
        enum axis_id axis;
        unsigned reads;
        bool has_default;
    } others[] = {
        { AXIS_synapse, EXPERIMENT_READS_SYNAPSE, false },
        { AXIS_learning, EXPERIMENT_READS_LEARNING, true },
        { AXIS_hdc_task, EXPERIMENT_READS_TASK, false },
        { AXIS_precision_bits, EXPERIMENT_READS_PRECISION, true },
    };
    const struct space *space = &study->sweep->space;
    const struct axis *experiments = &space->axes[AXIS_experiment];

    if (!(study->stages >> STAGE_ACCURACY & 1))
        return STATUS_OK;
    for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
        const struct axis *axis = &space->axes[others[k].axis];
        const char *key = axis_specs[others[k].axis].key;
        const struct experiment *reader = NULL, *first = NULL;

        for (uint64_t i = 0; i < experiments->count; i++) {
            const struct experiment *experiment =
                (const struct experiment *)experiments->values[i].record;

            first = first ? first : experiment;
            if (experiment_family(experiment)->reads & others[k].reads)
                reader = experiment;
        }
        if (reader && !others[k].has_default && !axis->values[0].record)
            return error_set(err, STATUS_INPUT,
                             "%s: axes has no %s, which the experiment '%s' needs; "
                             "add one (see `nvsweep list %s`)",
                             study->sweep->file, key, reader->record.name, key);
        if (!reader && axis->line && first &&
            readers(study, others[k].axis) == STAGE_BIT(STAGE_ACCURACY))
            return error_set(err, STATUS_INPUT,
                             "%s:%u: axis '%s' is read by no experiment of this sweep "
                             "(%s is one of %s), must be left out",
                             study->sweep->file, axis->line, key, first->record.name,
                             experiment_family(first)->name);
    }
    return STATUS_OK;
}

/* ---- exclusions */

static const uint64_t LOOKED_AT =
    1000000; /* points visited where no rule alone leaves out all */

/* Are all points of the grid left out?  Ends at the first that is not, as every rank asks. */
static bool is_all_excluded(const struct grid *grid, const struct space *space)
{
    struct point point;

    for (size_t i = 0; i < space->exclusion_count; i++)
        if (grid_exclusion_count(grid, space, &space->exclusions[i]) == grid->points)
            return true;
    for (uint64_t i = 0; i < grid->points && i < LOOKED_AT; i++) {
        grid_point(grid, space, i, &point);
        if (!grid_is_excluded(grid, space, &point))
            return false;
    }
    return grid->points <= LOOKED_AT;
}

/* An exclusion of the sweep file must leave out a point of some stage, and they must leave a point of
 * each last stage.  Those of a command's own have no line. */
static enum status exclusions_check(const struct study *study, struct error *err)
{
    const struct space *space = &study->sweep->space;
    stage_mask last = last_stages(study);

    for (size_t i = 0; i < space->exclusion_count; i++) {
        const struct exclusion *exclusion = &space->exclusions[i];
        uint64_t points = 0;

        if (!exclusion->line)
            return STATUS_OK;
        for (int id = 0; id < STAGE_COUNT && !points; id++)
            if (study->stages >> id & 1)
                points = grid_exclusion_count(&study->grids[id], space, exclusion);
        if (!points)
            return error_set(
                err, STATUS_INPUT,
                "%s:%u: this rule of exclude leaves out no point of any stage, "
                "must name axes that one stage reads together",
                study->sweep->file, exclusion->line);
    }
    for (int id = 0; id < STAGE_COUNT && space->exclusion_count; id++) {
        const struct grid *grid = &study->grids[id];

        if (last >> id & 1 && grid->points && is_all_excluded(grid, space))
            return error_set(
                err, STATUS_INPUT,
                "%s:%u: exclude leaves out all %llu points of stage %s, must "
                "leave some",
                study->sweep->file, space->exclusions[0].line,
                (unsigned long long)grid->points, stages[id]->name);
    }
    return STATUS_OK;
}

enum status study_check(const struct study *study, struct error *err)
{
    enum status status = unread_check(study, err);

    if (status == STATUS_OK)
        status = exclusions_check(study, err);
    if (status == STATUS_OK)
        status = dram_time_check(study, err);
    if (status == STATUS_OK)
        status = experts_check(study, err);
    if (status == STATUS_OK)
        status = experiments_check(study, err);
    if (status == STATUS_OK)
        status = pairs_check(study, AXIS_node_m, AXIS_roadmap, node_fits, err);
    if (status == STATUS_OK)
        status = pairs_check(study, AXIS_workload, AXIS_phase, phase_fits, err);
    return status;
}
