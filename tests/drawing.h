/* Random sweeps over the whole valid range of every axis, for tests that state what must
 * hold anywhere.  Records that name each other are drawn together, or few points of some
 * stages could be built at all. */
#ifndef NVSWEEP_TESTS_DRAWING_H
#define NVSWEEP_TESTS_DRAWING_H

#include "array_library.h"

#include "cloud/training.h"
#include "config/sweep.h"
#include "stage/stage.h"
#include "tech/node.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWN_VALUES_MAX = 16, DRAWN_BYTES = 1024, COST_SAMPLES = 4 };

/* A fixed sequence of pseudo-random numbers (xorshift64) in [0, 1). */
static inline double draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (double)(*state >> 11) * 0x1p-53;
}

static inline uint64_t draw_below(uint64_t *state, uint64_t below)
{
    return (uint64_t)(draw(state) * (double)below);
}

static inline const void *draw_record(enum record_table_id table, uint64_t *state)
{
    const struct record_table *records = &shipped_library()->tables[table];

    return records->records[draw_below(state, records->count)];
}

/* ---- values of an axis, as sweep files write them */

static inline double draw_decades(double least, double most, uint64_t *state)
{
    return fmin(least * pow(most / least, draw(state)), most);
}

/* Counts span decades: their logarithm is drawn. */
static inline double draw_count(enum axis_id axis, uint64_t *state)
{
    const struct axis_spec *spec = &axis_specs[axis];
    double least = spec->min > 0 ? spec->min : 1;
    double most = spec->max < 9e15 ? spec->max : 9e15;

    if (axis == AXIS_batch || axis == AXIS_sequence_length)
        most = 64; /* beyond, a single curve takes minutes */

    double value = floor(draw_decades(least, most, state));

    if (strcmp(spec->units, "byte") == 0 || axis == AXIS_associativity ||
        axis == AXIS_bank_count)
        value = exp2(floor(log2(value))); /* others do not divide each other */
    return value;
}

/* Even, or over nine decades where the range begins at 0 or spans many. */
static inline double draw_number(enum axis_id axis, uint64_t *state)
{
    const struct axis_spec *spec = &axis_specs[axis];
    double least = spec->min > 0 ? spec->min : spec->max * 1e-9;

    if (axis == AXIS_node_m) /* those between cannot be built at all */
        return ((const struct node *)draw_record(RECORDS_NODE, state))->node_m;
    if (spec->min < 0 || spec->max < 1000 * least)
        return spec->min + draw(state) * (spec->max - spec->min);
    return draw_decades(least, spec->max, state);
}

static inline void default_write(enum axis_id axis, char text[64])
{
    const struct axis_spec *spec = &axis_specs[axis];

    if (spec->kind == AXIS_WORD)
        snprintf(text, 64, "%s", spec->fallback_word);
    else if (axis_value_is_word(spec, axis_default(axis)))
        snprintf(text, 64, "%s", spec->zero);
    else
        snprintf(text, 64, "%.17g", spec->fallback);
}

/* Most networks have few layers and most memories few ways, so that many values of these
 * axes fit little else: of some axes the default, which for many means "the record's
 * own", is drawn often. */
static inline void draw_value(enum axis_id axis, uint64_t *state, char text[64])
{
    const struct axis_spec *spec = &axis_specs[axis];
    double share = axis == AXIS_capacity_bytes || axis == AXIS_node_m ? 0
                   : axis == AXIS_layer                               ? 0.9
                   : spec->kind == AXIS_NUMBER                        ? 0.25
                                                                      : 0.5;
    size_t words = 0;

    if (spec->kind != AXIS_RECORD && draw(state) < share) {
        default_write(axis, text);
        return;
    }
    if (spec->zero && draw(state) < 0.1) {
        snprintf(text, 64, "%s", spec->zero);
        return;
    }
    switch (spec->kind) {
    case AXIS_RECORD:
        snprintf(text, 64, "%s",
                 ((const struct record *)draw_record(spec->table, state))->name);
        break;
    case AXIS_WORD:
        while (spec->words[words].name)
            words++;
        snprintf(text, 64, "%s", spec->words[draw_below(state, words)].name);
        break;
    case AXIS_COUNT: snprintf(text, 64, "%.0f", draw_count(axis, state)); break;
    case AXIS_NUMBER: snprintf(text, 64, "%.17g", draw_number(axis, state));
    }
}

static inline void draw_machine(uint32_t kinds, bool is_multi_engine, uint64_t *state,
                                char text[64])
{
    const struct machine *machine;

    do
        machine = draw_record(RECORDS_MACHINE, state);
    while ((kinds && !(kinds >> machine_family(machine)->kind & 1)) ||
           (is_multi_engine && !machine_engine_count(machine)));
    snprintf(text, 64, "%s", machine->record.name);
}

/* ---- a draft of a sweep */

struct draft {
    char values[AXES][DRAWN_BYTES]; /* "value,value"; "": not given */
    char field[DRAWN_BYTES + 128];  /* "field=value,value" of records; "": none */
    stage_mask wanted, stages;      /* and those that these read */
    uint32_t kinds;                 /* of machines that they are for; 0: any */
    axis_mask axes;                 /* that its stages read */
    struct objective objective;
};

static inline void draft_set(struct draft *draft, enum axis_id axis, const char *values)
{
    if (draft->axes >> axis & 1)
        snprintf(draft->values[axis], DRAWN_BYTES, "%s", values);
}

/* Different values, up to `most` of them; each with probability `calm` the default. */
static inline void draft_draw(struct draft *draft, enum axis_id axis, size_t most,
                              double calm, uint64_t *state)
{
    char values[DRAWN_VALUES_MAX][64], *text = draft->values[axis];
    size_t used = 0, count = 0;

    for (size_t i = 0; i < most; i++) {
        bool is_new = true;

        if (axis_specs[axis].kind != AXIS_RECORD && draw(state) < calm)
            default_write(axis, values[count]);
        else if (axis == AXIS_machine)
            draw_machine(draft->kinds, draft->wanted >> STAGE_ENGINES & 1, state,
                         values[count]);
        else
            draw_value(axis, state, values[count]);
        for (size_t k = 0; k < count; k++)
            is_new &= strcmp(values[k], values[count]) != 0;
        if (!is_new)
            continue;
        used += (size_t)snprintf(text + used, DRAWN_BYTES - used, "%s%s",
                                 count ? "," : "", values[count]);
        count++;
    }
}

/* How many values an axis gets: `many` where only arithmetic depends on it. */
static inline size_t values_of(enum axis_id axis, size_t many, uint64_t *state)
{
    switch (axis) {
    case AXIS_elements:
    case AXIS_inference_hz:
    case AXIS_fab_yield:
    case AXIS_fab_abatement:
    case AXIS_epoch_samples:
    case AXIS_area_budget_m2: return many;
    case AXIS_utilisation:
    case AXIS_lifetime_s:
    case AXIS_write_error_rate:
    case AXIS_instances:
    case AXIS_bucket_bytes: return many < 2 ? many : many / 2;
    case AXIS_operation:
    case AXIS_idle:
    case AXIS_video_pipeline:
    case AXIS_levelling:
    case AXIS_optimisations: return many < 3 ? many : 3;
    case AXIS_write_skew:
    case AXIS_fit_target:
    case AXIS_time_base:
    case AXIS_pue:
    case AXIS_phase:
    case AXIS_overlap:
    case AXIS_allreduce: return many < 2 ? many : 2;
    case AXIS_technology: /* dear: mostly one */
    case AXIS_temperature_k:
    case AXIS_capacity_bytes: return many > 1 && draw(state) < 0.25 ? 3 : 1;
    default: return 1;
    }
}

/* The axes of samples are asked for apart. */
static inline void draft_begin(struct draft *draft, stage_mask wanted)
{
    const struct sweep asked = { .stages = wanted, .objective = draft->objective };
    axis_mask axes = 0;

    draft->wanted = wanted;
    draft->stages = stages_wanted(&asked);
    draft->kinds = (1u << MACHINE_KINDS) - 1;
    for (int id = 0; id < STAGE_COUNT; id++)
        if ((wanted >> id & 1 ||
             (wanted >> STAGE_SENSITIVITY & 1 && id == draft->objective.stage)) &&
            stage_kinds((enum stage_id)id))
            draft->kinds &= stage_kinds((enum stage_id)id);
    for (int id = 0; id < STAGE_COUNT; id++)
        if (draft->stages >> id & 1)
            axes |= stage_declared_axes((enum stage_id)id);
    draft->axes = axes | AXIS_BIT(spread) | AXIS_BIT(sample);
    draft->field[0] = '\0';
    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        draft->values[axis][0] = '\0';
}

/* Rates that accelerators keep up with. */
static inline void draft_rates(struct draft *draft, size_t many, uint64_t *state)
{
    char text[DRAWN_BYTES];
    size_t used = 0;

    for (size_t i = 0; i < many; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.17g",
                                 i ? "," : "", draw_decades(1e-4, 1e3, state));
    draft_set(draft, AXIS_inference_hz, text);
}

/* What only together is anything, mostly: an instance and its GPUs, accelerators and
 * inference, whole frames one by one, a node's size and flavour. */
static inline void draft_fit(struct draft *draft, size_t many, uint64_t *state)
{
    const struct instance *instance = draw_record(RECORDS_INSTANCE, state);
    const struct node *node = draw_record(RECORDS_NODE, state);
    char text[64];

    if (draw(state) < 0.05)
        return;
    snprintf(text, sizeof text, "%.17g", node->node_m);
    draft_set(draft, AXIS_node_m, text);
    draft_set(draft, AXIS_roadmap, word_name(node_roadmaps, node->roadmap));
    if (draft->stages >> STAGE_CLOUD & 1) {
        draft_set(draft, AXIS_instance, instance->record.name);
        draft_set(draft, AXIS_machine, instance->machine);
        draft_set(draft, AXIS_phase, "training");
    }
    if (draft->stages >> STAGE_GENERATION & 1) { /* of few GPUs and networks */
        draft_set(draft, AXIS_machine, "a100-80gb");
        draft_set(draft, AXIS_workload, "llama-2-7b");
        draft_set(draft, AXIS_phase, "decode");
    }
    if (draft->axes & AXIS_BIT(inference_hz) && draw(state) < 0.8)
        draft_set(draft, AXIS_phase, "inference");
    if (draft->axes & AXIS_BIT(inference_hz) && draw(state) < 0.8)
        draft_rates(draft, many, state);
    if (draft->stages >> STAGE_VIDEO_ANALYSIS & 1) {
        draft_set(draft, AXIS_batch, "1");
        draft_set(draft, AXIS_layer, "all");
    }
}

/* Values of all axes of the stages.  Where few things that fit each other come of values
 * that are all drawn, some drafts are calm: a share of the axes keeps its default. */
static inline void draft_all(struct draft *draft, size_t many, uint64_t *state)
{
    static const double calms[] = { 0, 0.5, 0.9, 0.97 };
    double calm = calms[draw_below(state, 4)];

    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        if (draft->axes >> axis & 1 && axis != AXIS_spread && axis != AXIS_sample)
            draft_draw(draft, axis, values_of(axis, many, state), calm, state);
    draft_fit(draft, many, state);
}

/* The record as it is, and samples of a spread. */
static inline void draft_sample(struct draft *draft, unsigned samples, uint64_t *state)
{
    char text[DRAWN_BYTES];
    size_t used = (size_t)snprintf(text, sizeof text, "record");

    for (unsigned s = 1; s < samples; s++)
        used += (size_t)snprintf(text + used, sizeof text - used, ",%u", s);
    draft_set(draft, AXIS_spread,
              ((const struct record *)draw_record(RECORDS_SPREAD, state))->name);
    draft_set(draft, AXIS_sample, text);
}

/* Words "axis=value axis=a|b": one of the alternatives is drawn. */
static inline void draft_settings(struct draft *draft, const char *text,
                                  uint64_t *state)
{
    char copy[DRAWN_BYTES], *rest = copy, *word;

    snprintf(copy, sizeof copy, "%s", text);
    while ((word = strsep(&rest, " "))) {
        char *values = strchr(word, '='), *value;
        size_t alternatives = 1, chosen;
        enum axis_id axis;

        if (!values)
            continue;
        *values++ = '\0';
        axis = axis_find(word);
        CU_ASSERT_FATAL(axis != AXES);
        for (const char *c = values; *c; c++)
            alternatives += *c == '|';
        chosen = draw_below(state, alternatives);
        do
            value = strsep(&values, "|");
        while (chosen--);
        draft_set(draft, axis, value);
    }
}

/* The sweep of a draft.  A refusal is a defect of the drawing. */
static inline void draft_sweep(const struct draft *draft, struct sweep *sweep)
{
    static char texts[AXES][DRAWN_BYTES + 64];
    const char *settings[AXES];
    struct error err = { "" };
    enum status status;
    size_t count = 0;

    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        if (draft->values[axis][0]) {
            snprintf(texts[count], sizeof *texts, "%s=%s", axis_specs[axis].key,
                     draft->values[axis]);
            settings[count] = texts[count];
            count++;
        }
    if (draft->field[0])
        settings[count++] = draft->field;
    status = sweep_from_settings(settings, count, shipped_library(), sweep, &err);
    if (status != STATUS_OK)
        printf("\n    %s\n", err.text);
    CU_ASSERT_EQUAL_FATAL(status, STATUS_OK);
    sweep->stages = draft->wanted;
    sweep->objective = draft->objective;
}

static inline void draft_study(struct sweep *sweep, struct study *study)
{
    struct error err = { "" };
    enum status status = study_init(study, sweep, shipped_library(), &err);

    if (status != STATUS_OK)
        printf("\n    %s\n", err.text);
    CU_ASSERT_EQUAL_FATAL(status, STATUS_OK);
}

/* Seconds by the stages' own estimates. */
static inline double estimate_s(const struct study *study)
{
    double seconds = 0;

    for (enum stage_id id = 0; id < STAGE_COUNT; id++) {
        struct point point;

        if (!(study->stages >> id & 1))
            continue;
        for (uint64_t i = 0; i < COST_SAMPLES; i++) {
            grid_point(&study->grids[id], &study->sweep->space,
                       i * (study->grids[id].points - 1) / (COST_SAMPLES - 1), &point);
            seconds += stage_cost_s(study, id, &point, NULL) *
                       (double)study->grids[id].points / COST_SAMPLES;
        }
    }
    return seconds;
}

/* The point as settings that draw it again. */
static inline void point_tell(const struct study *study, enum stage_id id, uint64_t i,
                              const char *what)
{
    struct point point;

    grid_point(&study->grids[id], &study->sweep->space, i, &point);
    printf("\n    %s of the %s stage:", what, stages[id]->name);
    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++) {
        union axis_value value = point_get(&point, axis);
        char text[128];

        if (!(study->grids[id].axes >> axis & 1))
            continue;
        if (axis_specs[axis].kind == AXIS_NUMBER)
            snprintf(text, sizeof text, "%.17g", value.number);
        else if (axis_specs[axis].kind == AXIS_COUNT)
            snprintf(text, sizeof text, "%" PRIu64, value.count);
        else
            axis_value_format(&axis_specs[axis], value, text, sizeof text);
        printf(" %s=%s", axis_specs[axis].key, text);
    }
    printf("\n");
}

#endif
