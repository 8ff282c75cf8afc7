#include "array/given.h"

#include "array/search.h"
#include "base/maths.h"

#include <math.h>

/* Refuses requests that a table of figures cannot answer. */
static enum status request_check(const struct array_request *request, struct error *why)
{
    const struct cell *cell = request->cell;

    if (request->ecc_bits > 0)
        return error_set(why, STATUS_INFEASIBLE,
                         "the figures of %s are without check bits, ecc must be none",
                         cell->record.name);
    if (request->tag_cell && cell->kind == CELL_GIVEN)
        return error_set(why, STATUS_INFEASIBLE,
                         "%s is given with its tags, must be without `tag`",
                         cell->record.name);
    if (request->power_gating)
        return error_set(
            why, STATUS_INFEASIBLE,
            "the figures of %s include all leakage, power_gating must be off",
            cell->record.name);
    if (cell->given_line_bytes > 0 &&
        8 * cell->given_line_bytes != (double)request->word_bits)
        return error_set(
            why, STATUS_INFEASIBLE,
            "the figures of %s are for accesses of %g bytes, but the line has %g",
            cell->record.name, cell->given_line_bytes, (double)request->word_bits / 8);
    if (cell->native_node_m > 0 && cell->kind == CELL_GIVEN &&
        fabs(request->node->node_m / cell->native_node_m - 1) > 1e-3)
        return error_set(why, STATUS_INFEASIBLE,
                         "the figures of %s are for %g nm, but the node is %g nm",
                         cell->record.name, cell->native_node_m * 1e9,
                         request->node->node_m * 1e9);
    return STATUS_OK;
}

static double factor_of(const struct cell *cell, enum given_figure figure)
{
    const double factors[GIVEN_FIGURES] = {
        [GIVEN_AREA] = cell->given_area_factor,
        [GIVEN_READ_LATENCY] = cell->given_read_latency_factor,
        [GIVEN_WRITE_LATENCY] = cell->given_write_latency_factor,
        [GIVEN_READ_ENERGY] = cell->given_read_energy_factor,
        [GIVEN_WRITE_ENERGY] = cell->given_write_energy_factor,
        [GIVEN_LEAKAGE] = cell->given_leakage_factor,
        [GIVEN_CYCLE] = cell->given_read_latency_factor,
        [GIVEN_BANKS] = 1,
        [GIVEN_MISS_LATENCY] = cell->given_read_latency_factor,
        [GIVEN_MISS_ENERGY] = cell->given_read_energy_factor,
        [GIVEN_TAG_ENERGY] = cell->given_read_energy_factor,
    };

    return factors[figure];
}

/* Replaces the cycle time, and of a cache the figures of misses and tag look-ups, if they are
 * given. */
static void rest_replace(const double *values, struct array_result *result)
{
    if (!isnan(values[GIVEN_CYCLE]))
        result->cycle_s = values[GIVEN_CYCLE];
    if (!isnan(values[GIVEN_BANKS]))
        result->data.organization.banks = (uint64_t)maths_max(
            1, round(values[GIVEN_BANKS]));
    if (!isnan(values[GIVEN_MISS_LATENCY]))
        result->miss_latency_s = values[GIVEN_MISS_LATENCY];
    if (!isnan(values[GIVEN_MISS_ENERGY]))
        result->miss_energy_j = values[GIVEN_MISS_ENERGY];
    if (!isnan(values[GIVEN_TAG_ENERGY]))
        result->tag.read_energy_j = values[GIVEN_TAG_ENERGY];
    for (enum given_figure f = GIVEN_TAG; f < GIVEN_FIGURES; f++)
        result->has_tag |= !isnan(values[f]);
}

/* Fills in the result of a memory that has a table and no cell. */
static void table_fill(const struct array_request *request, const double *values,
                       struct array_result *result)
{
    double side_m = sqrt(values[GIVEN_AREA]), read_s = values[GIVEN_READ_LATENCY];

    *result = (struct array_result){
        .area_m2 = values[GIVEN_AREA],
        .footprint_m2 = values[GIVEN_AREA],
        .width_m = side_m,
        .height_m = side_m,
        .efficiency = NAN,
        .read_latency_s = read_s,
        .miss_latency_s = read_s,
        .write_latency_s = values[GIVEN_WRITE_LATENCY],
        .cycle_s = read_s,
        .read_energy_j = values[GIVEN_READ_ENERGY],
        .miss_energy_j = values[GIVEN_READ_ENERGY],
        .write_energy_j = values[GIVEN_WRITE_ENERGY],
        .leakage_w = values[GIVEN_LEAKAGE],
        .bandwidth_bytes_per_s = (double)request->word_bits / 8 / read_s,
        .data.organization.banks = 1,
    };
}

/* Replaces those figures of a modelled memory that are given. */
static void figures_replace(const double *values, struct array_result *result)
{
    if (!isnan(values[GIVEN_AREA]))
        result->area_m2 = result->footprint_m2 = values[GIVEN_AREA];
    if (!isnan(values[GIVEN_READ_LATENCY])) {
        result->miss_latency_s *= values[GIVEN_READ_LATENCY] / result->read_latency_s;
        result->read_latency_s = values[GIVEN_READ_LATENCY];
    }
    if (!isnan(values[GIVEN_WRITE_LATENCY]))
        result->write_latency_s = values[GIVEN_WRITE_LATENCY];
    if (!isnan(values[GIVEN_READ_ENERGY])) {
        result->miss_energy_j *= values[GIVEN_READ_ENERGY] / result->read_energy_j;
        result->read_energy_j = values[GIVEN_READ_ENERGY];
    }
    if (!isnan(values[GIVEN_WRITE_ENERGY]))
        result->write_energy_j = values[GIVEN_WRITE_ENERGY];
    if (!isnan(values[GIVEN_LEAKAGE]))
        result->leakage_w = values[GIVEN_LEAKAGE];
}

enum status given_apply(const struct array_request *request,
                        struct array_result *result, struct error *why)
{
    const struct cell *cell = request->cell;
    double values[GIVEN_FIGURES];
    struct metrics metrics;
    enum status status;
    struct error reason;

    if (!cell->given_count)
        return STATUS_OK;
    status = request_check(request, why);
    for (enum given_figure f = 0; f < GIVEN_FIGURES && status == STATUS_OK; f++) {
        status = given_value(cell->given, cell->given_count, f,
                             (double)request->capacity_bytes, &values[f], &reason);
        if (status != STATUS_OK)
            return error_set(why, status, "%s: %s", cell->record.name, reason.text);
        values[f] *= factor_of(cell, f);
    }
    if (status != STATUS_OK)
        return status;
    if (cell->kind == CELL_GIVEN)
        table_fill(request, values, result);
    else
        figures_replace(values, result);
    rest_replace(values, result);
    metrics = (struct metrics){
        .read_s = result->read_latency_s,
        .write_s = result->write_latency_s,
        .read_j = result->read_energy_j,
        .write_j = result->write_energy_j,
        .leakage_w = result->leakage_w,
        .area_m2 = result->area_m2,
    };
    if (!limits_hold(request, &metrics))
        return error_set(why, STATUS_INFEASIBLE,
                         "%s: the given figures exceed the limits", cell->record.name);
    return STATUS_OK;
}
