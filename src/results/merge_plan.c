#include "results/merge_plan.h"

#include "base/memory.h"
#include "results/h5.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct results_stage *merge_block_stage(const struct results *results,
                                              size_t dimension)
{
    for (size_t s = 0; s < results->stage_count; s++)
        if (results->dimensions[dimension].coordinate == results->stages[s].blocks)
            return &results->stages[s];
    return NULL;
}

/* ---- can the files be merged? */

static bool is_metric(const struct results *results, size_t variable)
{
    for (size_t s = 0; s < results->stage_count; s++) {
        if (results->stages[s].status == variable)
            return true;
        for (uint32_t c = 0; c < results->stages[s].layout.columns; c++)
            if (results->stages[s].columns[c] == variable)
                return true;
    }
    return false;
}

static enum status same_dimensions(const struct results *a, const struct variable *va,
                                   const struct results *b, const struct variable *vb,
                                   struct error *err)
{
    bool is_same = va->dimension_count == vb->dimension_count && va->kind == vb->kind;

    for (size_t d = 0; is_same && d < va->dimension_count; d++)
        is_same = strcmp(a->dimensions[va->own_dimensions[d]].path,
                         b->dimensions[vb->own_dimensions[d]].path) == 0;
    if (is_same)
        return STATUS_OK;
    return error_set(err, STATUS_INPUT, "%s and %s: the dimensions of %s differ",
                     a->path, b->path, va->name);
}

/* A value that holds for all points of a file must be the same in both files. */
static enum status same_constant(const struct results *a, const struct variable *va,
                                 const struct results *b, const struct variable *vb,
                                 struct error *err)
{
    double x = 0, y = 0;
    enum status status = STATUS_OK;

    if (va->kind == VARIABLE_TEXT) {
        if (strcmp(va->texts[0], vb->texts[0]) == 0)
            return STATUS_OK;
        return error_set(err, STATUS_INPUT,
                         "%s is '%.60s' in %s and '%.60s' in %s, and constants must be "
                         "equal; make it "
                         "an axis of both sweeps",
                         h5_leaf(va->path), va->texts[0], a->path, vb->texts[0],
                         b->path);
    }
    status = results_read_numbers(a, va, 0, 1, &x, err);
    if (status == STATUS_OK)
        status = results_read_numbers(b, vb, 0, 1, &y, err);
    if (status != STATUS_OK || !(x < y || x > y))
        return status;
    return error_set(
        err, STATUS_INPUT,
        "%s is %g in %s and %g in %s, and constants must be equal; make it an axis of "
        "both sweeps",
        h5_leaf(va->path), x, a->path, y, b->path);
}

/* Reports an item that only one file has. */
static enum status missing(const struct results *in, const struct results *other,
                           const struct variable *variable, struct error *err)
{
    const char *name = h5_leaf(variable->path);

    if (axis_find(name) != AXES || variable->field[0])
        return error_set(
            err, STATUS_INPUT,
            "%s and %s: only one of the sweeps gives the axis %s; give it in both",
            in->path, other->path,
            axis_find(name) != AXES ? axis_specs[axis_find(name)].key : name);
    return error_set(err, STATUS_INPUT, "%s has no %s, but %s has one", in->path,
                     variable->path, other->path);
}

static enum status files_fit(const struct results *a, const struct results *b,
                             struct error *err)
{
    enum status status = STATUS_OK;

    if (strcmp(a->version, b->version) != 0 || strcmp(a->commit, b->commit) != 0)
        return error_set(
            err, STATUS_INPUT,
            "%s was made by nvsweep %s (%s) and %s by %s (%s), whose models may differ",
            a->path, a->version, a->commit, b->path, b->version, b->commit);
    for (size_t v = 0; v < b->variable_count; v++)
        if (!results_find_path(a, b->variables[v].path))
            return missing(a, b, &b->variables[v], err);
    for (size_t v = 0; v < a->variable_count && status == STATUS_OK; v++) {
        const struct variable *va = &a->variables[v],
                              *vb = results_find_path(b, va->path);

        if (!vb)
            return missing(b, a, va, err);
        status = same_dimensions(a, va, b, vb, err);
        if (status == STATUS_OK && va->dimension_count == 0 && !is_metric(a, v) &&
            strcmp(va->path, RESULTS_METADATA_CHECKSUM) != 0)
            status = same_constant(a, va, b, vb, err);
    }
    return status;
}

/* ---- dimensions */

struct merge_coordinate {
    const char *text;
    double number;
};

static enum status coordinates_read(const struct results *results, const char *name,
                                    struct merge_coordinate **coordinates,
                                    uint64_t *count, struct error *err)
{
    const struct variable *variable = results_find_path(results, name);
    enum status status = STATUS_OK;

    if (!variable)
        return error_set(err, STATUS_INPUT, "%s: dimension %s has no coordinate",
                         results->path, name);
    *count = variable->count;
    *coordinates = alloc_array(*count, sizeof **coordinates);
    for (uint64_t i = 0; i < *count && status == STATUS_OK; i++) {
        if (variable->kind == VARIABLE_TEXT)
            (*coordinates)[i].text = variable->texts[i];
        else
            status = results_read_numbers(results, variable, i, 1,
                                          &(*coordinates)[i].number, err);
    }
    return status;
}

static bool is_equal(const struct merge_coordinate *a, const struct merge_coordinate *b)
{
    if (a->text || b->text)
        return a->text && b->text && strcmp(a->text, b->text) == 0;
    return !(a->number < b->number || a->number > b->number);
}

static bool is_ascending(const struct merge_coordinate *list, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if (list[i].text || (i > 0 && !(list[i - 1].number < list[i].number)))
            return false;
    return true;
}

static void entry_add(struct merged_dimension *dimension, uint64_t a, uint64_t b)
{
    dimension->in[0][dimension->count] = a;
    dimension->in[1][dimension->count++] = b;
}

static void ascending_merge(struct merged_dimension *dimension,
                            const struct merge_coordinate *a, uint64_t a_count,
                            const struct merge_coordinate *b, uint64_t b_count)
{
    uint64_t i = 0, k = 0;

    while (i < a_count || k < b_count) {
        bool has_a = i < a_count && (k == b_count || a[i].number <= b[k].number);
        bool has_b = k < b_count && (i == a_count || b[k].number <= a[i].number);

        entry_add(dimension, has_a ? i : UINT64_MAX, has_b ? k : UINT64_MAX);
        i += has_a;
        k += has_b;
    }
}

static void listed_merge(struct merged_dimension *dimension,
                         const struct merge_coordinate *a, uint64_t a_count,
                         const struct merge_coordinate *b, uint64_t b_count)
{
    for (uint64_t i = 0; i < a_count; i++) {
        uint64_t at = UINT64_MAX;

        for (uint64_t k = 0; k < b_count && at == UINT64_MAX; k++)
            at = is_equal(&a[i], &b[k]) ? k : UINT64_MAX;
        entry_add(dimension, i, at);
    }
    for (uint64_t k = 0; k < b_count; k++) {
        bool is_new = true;

        for (uint64_t i = 0; i < a_count && is_new; i++)
            is_new = !is_equal(&a[i], &b[k]);
        if (is_new)
            entry_add(dimension, UINT64_MAX, k);
    }
}

static enum status dimension_make(struct merge_plan *plan, size_t d, struct error *err)
{
    struct merged_dimension *dimension = &plan->dimensions[d];
    const char *name = plan->files[0]->dimensions[d].path;
    struct merge_coordinate *a = NULL, *b = NULL;
    uint64_t a_count = 0, b_count = 0;
    enum status status = coordinates_read(plan->files[0], name, &a, &a_count, err);

    if (status != STATUS_OK)
        goto out;
    status = coordinates_read(plan->files[1], name, &b, &b_count, err);
    if (status != STATUS_OK)
        goto out;
    for (int file = 0; file < 2; file++)
        dimension->in[file] = alloc_array(a_count + b_count, sizeof(uint64_t));
    if (is_ascending(a, a_count) && is_ascending(b, b_count))
        ascending_merge(dimension, a, a_count, b, b_count);
    else
        listed_merge(dimension, a, a_count, b, b_count);
    dimension->is_grown = dimension->count != a_count;
out:
    free(a);
    free(b);
    return status;
}

enum status merge_plan_make(struct merge_plan *plan, const struct results *a,
                            const struct results *b, struct error *err)
{
    enum status status = files_fit(a, b, err);

    *plan = (struct merge_plan){ .files = { a, b } };
    if (status != STATUS_OK)
        return status;
    plan->dimensions = alloc_array(a->dimension_count, sizeof *plan->dimensions);
    for (size_t d = 0; d < a->dimension_count && status == STATUS_OK; d++)
        if (!merge_block_stage(a, d))
            status = dimension_make(plan, d, err);
    return status;
}

void merge_plan_free(struct merge_plan *plan)
{
    for (size_t d = 0; plan->dimensions && d < plan->files[0]->dimension_count; d++)
        for (int file = 0; file < 2; file++)
            free(plan->dimensions[d].in[file]);
    free(plan->dimensions);
    plan->dimensions = NULL;
}

uint64_t merge_count(const struct merge_plan *plan, const struct variable *variable)
{
    uint64_t count = 1;

    for (size_t d = 0; d < variable->dimension_count; d++)
        count *= plan->dimensions[variable->own_dimensions[d]].count;
    return count;
}

uint64_t merge_element(const struct merge_plan *plan, const struct variable *variable,
                       uint64_t merged, int file)
{
    const struct variable *own = results_find_path(plan->files[file], variable->path);
    uint64_t element = 0, step = 1;

    for (size_t d = variable->dimension_count; d-- > 0;) {
        const struct merged_dimension *dimension =
            &plan->dimensions[variable->own_dimensions[d]];
        uint64_t i = dimension->in[file][merged % dimension->count];

        if (i == UINT64_MAX)
            return UINT64_MAX;
        element += i * step;
        step *= plan->files[file]->dimensions[own->own_dimensions[d]].count;
        merged /= dimension->count;
    }
    return element;
}
