/* The array stage: the last-level cache as a memory array (array/array.h). */
#include "stage/array_stage.h"

#include "base/maths.h"
#include "base/units.h"
#include "columns/array.h"
#include "tech/build.h"
#include "stage/stages.h"

#include <math.h>
#include <string.h>

static void wires_choose(enum wires_id wires, struct array_request *request)
{
    if (wires == WIRES_RULES)
        return;
    request->wires_given = true;
    request->local_wire = (struct wire_choice){ .level = WIRE_LOCAL };
    request->global_wire = (struct wire_choice){
        .level = wires == WIRES_SEMI_GLOBAL ? WIRE_SEMI_GLOBAL : WIRE_GLOBAL,
        .repeat = wires == WIRES_REPEATED || wires == WIRES_SEMI_GLOBAL ? REPEAT_OPTIMAL
                                                                        : REPEAT_NONE,
        .low_swing = wires == WIRES_LOW_SWING,
    };
}

const char *array_build_name(const struct point *point, const struct node *node)
{
    static const char *const names[] = {
        [BUILT_MACRO] = "macro",
        [BUILT_ASIC] = "asic",
        [BUILT_CACHE] = "cache",
    };

    if (rules_are_tool(point->rules) || node->devices == DEVICES_FITTED)
        return NULL;
    if (point->built_as == BUILT_AUTO)
        return names[point->associativity > 0 ? BUILT_CACHE : BUILT_ASIC];
    return names[point->built_as];
}

/* Finds the ratio of the whole area to that of the blocks that the model counts. */
static enum status area_overhead(const struct visit *visit, const struct point *point,
                                 const struct node *node, double *overhead,
                                 struct error *reason)
{
    const char *name = array_build_name(point, node);
    const struct record *build;
    enum status status;

    *overhead = 0;
    if (!name)
        return STATUS_OK;
    status = visit_record(visit, RECORDS_BUILD, name, &build, reason);
    if (!build)
        return error_set(reason, STATUS_INFEASIBLE,
                         "the library has no build named '%s'", name);
    *overhead = build_overhead((const struct build *)build,
                               (const struct cell *)point->technology);
    return status;
}

/* Finds the bitcells of the tag array and their devices if they differ from those of the data;
 * otherwise both are NULL. */
static enum status tag_choose(const struct visit *visit, const struct point *point,
                              const struct node *node, const struct cell **tag,
                              const struct node **tag_node, struct error *reason)
{
    const struct cell *cell = (const struct cell *)point->technology;
    bool is_paper = rules_are_tool(point->rules) || node->devices == DEVICES_FITTED;
    bool is_auto = point->tag_cells == TAGS_AUTO;
    const struct record *sram;
    enum status status;

    *tag = NULL;
    *tag_node = NULL;
    if (point->associativity == 0 || point->tag_cells == TAGS_DATA)
        return STATUS_OK;
    if (is_auto && (is_paper || cell->kind == CELL_SRAM || cell->kind == CELL_GIVEN))
        return STATUS_OK;
    status = visit_record(visit, RECORDS_TECHNOLOGY, "sram", &sram, reason);
    if (status != STATUS_OK)
        return status;
    if (!sram)
        return error_set(reason, STATUS_INFEASIBLE,
                         "tags: the library has no technology named 'sram'");
    *tag = (const struct cell *)sram;
    return visit_cell_node(visit, *tag, node, tag_node, reason);
}

enum status array_request_at(const struct visit *visit, const struct point *point,
                             struct array_request *request, struct error *reason)
{
    const struct study *study = visit->study;
    const struct cell *cell = (const struct cell *)point->technology;
    const struct node *node, *cell_node, *tag_node;
    const struct cell *tag;
    double overhead;
    enum status status = visit_node(visit, &node, reason);
    struct code code;

    if (status == STATUS_OK)
        status = visit_cell_node(visit, cell, node, &cell_node, reason);
    if (status == STATUS_OK)
        status = tag_choose(visit, point, node, &tag, &tag_node, reason);
    if (status == STATUS_OK)
        status = area_overhead(visit, point, node, &overhead, reason);
    if (status != STATUS_OK)
        return status;
    code = code_make((enum ecc)point->ecc, 8 * point->line_bytes);
    *request = (struct array_request){
        .cell = cell,
        .tag_cell = tag,
        .node = node,
        .cell_node = cell_node,
        .tag_cell_node = tag_node,
        .area_overhead = overhead,
        .rules = array_rules_find(word_name(rules_words, point->rules)),
        .temperature_k = point->temperature_k,
        .capacity_bytes = point->capacity_bytes,
        .word_bits = 8 * point->line_bytes,
        .ecc_bits = code_word_check_bits(&code),
        .associativity = point->associativity,
        .access = (enum array_access)point->access_mode,
        .target = (enum array_target)point->target,
        .limits = study->sweep->limits,
        .weights = study->sweep->weights,
        .banks = point->bank_count > 0 ? point->bank_count : ARRAY_BANKS_CHOSEN,
        .routing = (enum array_routing)point->routing,
        .power_gating = point->power_gating != 0,
        .wire_slack_given = true,
        .wire_slack = point->wire_slack,
        .reads_per_write = point->reads_per_write,
        .delay_bound = point->delay_bound,
        .tiers = point->tiers,
        .bond = (enum array_bond)point->bond,
    };
    wires_choose((enum wires_id)point->wires, request);
    return STATUS_OK;
}

/* Adds the encoder before the array and the decoder after it. */
static void codec_add(const struct codec *codec, struct array_result *result)
{
    result->area_m2 += codec->area_m2;
    result->footprint_m2 += codec->area_m2; /* on the lowest die */
    result->read_latency_s += codec->decode_s;
    result->write_latency_s += codec->encode_s;
    result->read_energy_j += codec->decode_j;
    result->write_energy_j += codec->encode_j;
}

/* Evaluates the array of that capacity, with the encoder and decoder of its code. */
static enum status array_at(const struct visit *visit, const struct point *point,
                            uint64_t capacity_bytes, bool count_valid,
                            struct array_answer *answer, struct error *reason)
{
    struct point at = *point;
    struct code code = code_make((enum ecc)point->ecc, 8 * point->line_bytes);
    enum status status;

    at.capacity_bytes = capacity_bytes;
    status = array_request_at(visit, &at, &answer->request, reason);
    if (status != STATUS_OK)
        return status;
    answer->request.count_valid = count_valid;
    status = array_search(&answer->request, &answer->result, reason);
    if (status != STATUS_OK)
        return status;
    codec_evaluate(&code, answer->request.node, at.temperature_k, &answer->codec);
    codec_add(&answer->codec, &answer->result);
    return STATUS_OK;
}

static bool fits(const struct visit *visit, uint64_t capacity_bytes, double limit_m2)
{
    struct array_answer answer;

    return array_at(visit, &visit->point, capacity_bytes, false, &answer, NULL) ==
               STATUS_OK &&
           answer.result.area_m2 <= limit_m2;
}

/* Does the same for a technology that is given as a table: the capacities are those of the table,
 * beyond which nothing is known. */
static enum status largest_given(const struct visit *visit, const struct cell *cell,
                                 double limit_m2, uint64_t *capacity_bytes,
                                 struct error *reason)
{
    uint64_t step = visit->study->sweep->space.iso_area.step_bytes;
    uint64_t first = (uint64_t)ceil(given_first_bytes(cell->given, cell->given_count) /
                                    (double)step);
    uint64_t last = (uint64_t)given_last_bytes(cell->given, cell->given_count) / step;
    uint64_t low = first, high = last;

    *capacity_bytes = 0;
    if (first > last || !fits(visit, first * step, limit_m2))
        return STATUS_OK;
    if (fits(visit, last * step, limit_m2))
        return error_set(
            reason, STATUS_INFEASIBLE,
            "%s: its table ends at %g MiB, which is less than the baseline's "
            "%g mm2",
            cell->record.name, (double)(last * step) / MIB, limit_m2 * 1e6);
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;

        if (fits(visit, middle * step, limit_m2))
            low = middle;
        else
            high = middle;
    }
    *capacity_bytes = low * step;
    return STATUS_OK;
}

/* Finds the largest multiple of the sweep's step whose area is at most limit_m2, or 0.  The area
 * grows with capacity except where the search chooses another organization, so that the steps
 * just above the result of the bisection are tried as well. */
static uint64_t largest_within(const struct visit *visit, double limit_m2)
{
    enum { LOOK_AHEAD = 4 };
    uint64_t step = visit->study->sweep->space.iso_area.step_bytes, low = 0, high = 1;

    while (high < ((uint64_t)1 << 40) / step && fits(visit, high * step, limit_m2)) {
        low = high;
        high *= 2;
    }
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;

        if (fits(visit, middle * step, limit_m2))
            low = middle;
        else
            high = middle;
    }
    for (uint64_t more = low + 2; more <= low + LOOK_AHEAD; more++)
        if (fits(visit, more * step, limit_m2))
            low = more;
    return low * step;
}

/* Finds the capacity of the point: the value of its axis, or what fits in the baseline's area. */
static enum status capacity_resolve(const struct visit *visit, uint64_t *capacity_bytes,
                                    struct error *reason)
{
    const struct iso_area *iso = &visit->study->sweep->space.iso_area;
    const struct cell *cell = (const struct cell *)visit->point.technology;
    struct point baseline = visit->point;
    struct array_answer answer;
    enum status status;
    double limit_m2;

    *capacity_bytes = visit->point.capacity_bytes;
    if (!iso->baseline || strcmp(cell->record.name, iso->baseline->name) == 0)
        return STATUS_OK;
    baseline.technology = iso->baseline;
    status = variant_record(visit->variant, RECORDS_TECHNOLOGY, &baseline.technology,
                            false, reason);
    if (status != STATUS_OK)
        return status;
    status = array_at(visit, &baseline, *capacity_bytes, false, &answer, reason);
    if (status != STATUS_OK)
        return status;
    limit_m2 = answer.result.area_m2;
    if (cell->given_count)
        status = largest_given(visit, cell, limit_m2, capacity_bytes, reason);
    else
        *capacity_bytes = largest_within(visit, limit_m2);
    if (status != STATUS_OK)
        return status;
    if (*capacity_bytes == 0)
        return error_set(reason, STATUS_INFEASIBLE,
                         "not even one step of %s fits the %g mm2 of the baseline",
                         cell->record.name, limit_m2 * 1e6);
    return STATUS_OK;
}

static void row_write(const struct array_result *result, uint64_t capacity_bytes,
                      const struct array_columns *out, uint64_t i)
{
    const struct array_organization *data = &result->data.organization;

    out->resolved_capacity_bytes[i] = capacity_bytes;
    out->area_m2[i] = result->area_m2;
    out->footprint_m2[i] = result->footprint_m2;
    out->read_latency_s[i] = result->read_latency_s;
    out->write_latency_s[i] = result->write_latency_s;
    out->miss_latency_s[i] = result->has_tag ? result->miss_latency_s
                                             : result->read_latency_s;
    out->cycle_s[i] = result->cycle_s;
    out->read_energy_j[i] = result->read_energy_j;
    out->write_energy_j[i] = result->write_energy_j;
    out->miss_energy_j[i] = result->has_tag ? result->miss_energy_j
                                            : result->read_energy_j;
    out->tag_energy_j[i] = result->has_tag ? result->tag.read_energy_j : 0;
    out->leakage_w[i] = result->leakage_w;
    out->refresh_w[i] = result->refresh_w;
    out->area_efficiency[i] = result->efficiency;
    out->banks[i] = data->banks;
    out->bank_rows[i] = data->bank_rows;
    out->bank_columns[i] = data->bank_cols;
    out->mat_rows[i] = data->mat_rows;
    out->mat_columns[i] = data->mat_cols;
    out->subarray_rows[i] = data->sub_rows;
    out->subarray_columns[i] = data->sub_cols;
    out->column_mux[i] = data->mux_sense;
}

static enum status array_visit(const struct visit *visit, const struct columns *out,
                               uint64_t i, struct error *reason)
{
    const struct array_columns to = array_columns(out);
    struct array_answer answer;
    uint64_t capacity_bytes;
    enum status status = capacity_resolve(visit, &capacity_bytes, reason);

    if (status != STATUS_OK)
        return status;
    status = array_at(visit, &visit->point, capacity_bytes, false, &answer, reason);
    if (status != STATUS_OK)
        return status;
    row_write(&answer.result, capacity_bytes, &to, i);
    return STATUS_OK;
}

enum status array_answer_at(const struct study *study, uint64_t index,
                            uint64_t capacity_bytes, struct array_answer *answer,
                            struct error *reason)
{
    struct variant variant = { 0 };
    struct visit visit = { .study = study, .index = index, .variant = &variant };
    bool is_own = capacity_bytes == 0;
    enum status status = study_point(study, STAGE_ARRAY, index, &variant, &visit.point,
                                     reason);

    if (status != STATUS_OK)
        goto out;
    if (is_own)
        status = capacity_resolve(&visit, &capacity_bytes, reason);
    if (status != STATUS_OK)
        goto out;
    status = array_at(&visit, &visit.point, capacity_bytes, is_own, answer, reason);
out:
    variant_free(&variant);
    return status;
}

static void array_stage_evaluate(const struct study *study, struct range points,
                                 const struct columns *out, int8_t *status,
                                 struct error *reason)
{
    stage_visit(study, STAGE_ARRAY, points, array_visit, NULL, out, status, reason);
}

static double array_stage_cost_s(const struct study *study, const struct point *point,
                                 struct layer_cache *layers)
{
    (void)layers;
    bool is_iso = study->sweep->space.iso_area.baseline != NULL;
    double one_s = 1e-3 * (1 + maths_log2((double)point->capacity_bytes) / 10) *
                   (point->access_mode == ACCESS_BEST ? 3 : 1) *
                   (point->target == TARGET_TUNED ? 8 : 1) *
                   (point->bank_count == 0 ? 2 : 1);

    return is_iso ? 12 * one_s : one_s;
}

const struct stage array_stage = {
    .name = "array",
    .summary = "the cache as a memory array: area, latency, energy",
    STAGE_METRICS(array),
    .axes = AXIS_BIT(technology) | AXIS_BIT(node_m) | AXIS_BIT(roadmap) |
            AXIS_BIT(capacity_bytes) | AXIS_BIT(associativity) | AXIS_BIT(line_bytes) |
            AXIS_BIT(temperature_k) | AXIS_BIT(target) | AXIS_BIT(access_mode) |
            AXIS_BIT(rules) | AXIS_BIT(bank_count) | AXIS_BIT(routing) |
            AXIS_BIT(power_gating) | AXIS_BIT(wires) | AXIS_BIT(ecc) |
            AXIS_BIT(cell_roadmap) | AXIS_BIT(built_as) | AXIS_BIT(wire_slack) |
            AXIS_BIT(reads_per_write) | AXIS_BIT(delay_bound) | AXIS_BIT(tiers) |
            AXIS_BIT(bond) | AXIS_BIT(tag_cells),
    .tables = 1u << RECORDS_BUILD,
    .evaluate = array_stage_evaluate,
    .cost_s = array_stage_cost_s,
    .block_points = 1,
};
