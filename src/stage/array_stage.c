/* The array stage: the last-level cache as a memory array (array/array.h). */
#include "stage/stages.h"

#include "array/array.h"
#include "reliability/ecc.h"
#include "uncertainty/spread.h"

#include <math.h>

static void wires_choose(enum wires_id wires, struct array_request *request)
{
    if (wires == WIRES_RULES)
        return;
    request->wires_given = true;
    request->local_wire = (struct wire_choice){ .level = WIRE_LOCAL };
    request->global_wire = (struct wire_choice){
        .level = WIRE_GLOBAL,
        .repeat = wires == WIRES_REPEATED ? REPEAT_OPTIMAL : REPEAT_NONE,
        .low_swing = wires == WIRES_LOW_SWING,
    };
}

enum status array_request_at(const struct study *study, const struct point *point,
                             struct array_request *request, struct error *reason)
{
    const struct node *node = library_node(study->library, point->node_m,
                                           point->roadmap);
    struct code code;

    if (!node)
        return error_set(reason, STATUS_INFEASIBLE, "the library has no %g nm %s node",
                         point->node_m * 1e9, word_name(node_roadmaps, point->roadmap));
    code = code_make((enum ecc)point->ecc, 8 * point->line_bytes);
    *request = (struct array_request){
        .cell = (const struct cell *)point->technology,
        .node = node,
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
    };
    wires_choose((enum wires_id)point->wires, request);
    return STATUS_OK;
}

void array_request_vary(const struct study *study, const struct point *point,
                        struct array_request *request, struct cell *changed)
{
    if (!point->spread || point->sample == 0)
        return;
    spread_apply((const struct spread *)point->spread, study->sweep->seed,
                 point->sample, request->cell, changed);
    request->cell = changed;
}

/* Coder and decoder stand before and behind the array. */
static void codec_add(const struct point *point, const struct node *node,
                      struct array_result *result)
{
    struct code code = code_make((enum ecc)point->ecc, 8 * point->line_bytes);
    struct codec codec;

    codec_evaluate(&code, node, point->temperature_k, &codec);
    result->area_m2 += codec.area_m2;
    result->read_latency_s += codec.decode_s;
    result->write_latency_s += codec.encode_s;
    result->read_energy_j += codec.decode_j;
    result->write_energy_j += codec.encode_j;
}

static enum status area_at(const struct study *study, const struct point *point,
                           uint64_t capacity_bytes, double *area_m2,
                           struct error *reason)
{
    struct point at = *point;
    struct array_request request;
    struct array_result result;
    struct cell changed;
    enum status status;

    at.capacity_bytes = capacity_bytes;
    status = array_request_at(study, &at, &request, reason);
    if (status == STATUS_OK)
        array_request_vary(study, &at, &request, &changed);
    if (status == STATUS_OK)
        status = array_search(&request, &result, reason);
    if (status == STATUS_OK) {
        codec_add(&at, request.node, &result);
        *area_m2 = result.area_m2;
    }
    return status;
}

/* The largest multiple of the sweep's step whose area is at most limit_m2, or 0.  Area
 * grows with capacity but for the search's choices, so after doubling and halving the
 * next few steps are looked at, too. */
static uint64_t largest_within(const struct study *study, const struct point *point,
                               double limit_m2)
{
    enum { LOOK_AHEAD = 4 };
    uint64_t step = study->sweep->space.iso_area.step_bytes, low = 0, high = 1;
    double area_m2;

    while (high < ((uint64_t)1 << 40) / step &&
           area_at(study, point, high * step, &area_m2, NULL) == STATUS_OK &&
           area_m2 <= limit_m2) {
        low = high;
        high *= 2;
    }
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;

        if (area_at(study, point, middle * step, &area_m2, NULL) == STATUS_OK &&
            area_m2 <= limit_m2)
            low = middle;
        else
            high = middle;
    }
    for (uint64_t more = low + 2; more <= low + LOOK_AHEAD; more++)
        if (area_at(study, point, more * step, &area_m2, NULL) == STATUS_OK &&
            area_m2 <= limit_m2)
            low = more;
    return low * step;
}

static enum status capacity_resolve(const struct study *study, struct point *point,
                                    struct error *reason)
{
    const struct iso_area *iso = &study->sweep->space.iso_area;
    struct point baseline = *point;
    double limit_m2;
    enum status status;
    uint64_t capacity_bytes;

    if (!iso->baseline || point->technology == iso->baseline)
        return STATUS_OK;
    baseline.technology = iso->baseline;
    status = area_at(study, &baseline, point->capacity_bytes, &limit_m2, reason);
    if (status != STATUS_OK)
        return status;
    capacity_bytes = largest_within(study, point, limit_m2);
    if (capacity_bytes == 0)
        return error_set(reason, STATUS_INFEASIBLE,
                         "not even one step of %s fits the %g mm2 of the baseline",
                         point->technology->name, limit_m2 * 1e6);
    point->capacity_bytes = capacity_bytes;
    return STATUS_OK;
}

static void row_write(const struct array_result *result, uint64_t capacity_bytes,
                      const struct array_columns *out, uint64_t i)
{
    const struct array_organization *data = &result->data.organization;

    out->resolved_capacity_bytes[i] = capacity_bytes;
    out->area_m2[i] = result->area_m2;
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

void array_stage_evaluate(const struct study *study, struct range points,
                          const union columns *out, int8_t *status,
                          struct error *reason)
{
    const struct grid *grid = &study->grids[STAGE_ARRAY];

    for (uint64_t i = 0; i < points.count; i++) {
        struct array_request request;
        struct array_result result;
        struct cell changed;
        struct point point;
        enum status found;

        grid_point(grid, &study->sweep->space, points.first + i, &point);
        found = capacity_resolve(study, &point, reason);
        if (found == STATUS_OK)
            found = array_request_at(study, &point, &request, reason);
        if (found == STATUS_OK)
            array_request_vary(study, &point, &request, &changed);
        if (found == STATUS_OK)
            found = array_search(&request, &result, reason);
        status[i] = found == STATUS_OK ? POINT_DONE : POINT_INFEASIBLE;
        if (found == STATUS_OK) {
            codec_add(&point, request.node, &result);
            row_write(&result, point.capacity_bytes, &out->array, i);
        }
    }
}

double array_stage_cost_s(const struct study *study, const struct point *point)
{
    bool is_iso = study->sweep->space.iso_area.baseline != NULL;
    double one_s = 1e-3 * (1 + log2((double)point->capacity_bytes) / 10) *
                   (point->access_mode == ACCESS_BEST ? 3 : 1) *
                   (point->target == TARGET_TUNED ? 8 : 1) *
                   (point->bank_count == 0 ? 2 : 1);

    return is_iso ? 12 * one_s : one_s;
}
