#include "results/skeleton.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* Is the dimension called after this axis, so that the axis is its scale? */
static bool is_scale(const struct dimension *dimension, enum axis_id axis)
{
    return strcmp(dimension->name, axis_specs[axis].name) == 0;
}

/* Axes that coordinates are written for: along a dimension the file has, or single and
 * declared by a stage of the file. */
static axis_mask axes_in_file(const struct study *study)
{
    axis_mask mask = 0;

    for (int id = 0; id < STAGE_COUNT; id++)
        if (study->stages >> id & 1)
            mask |= study->grids[id].axes;
    return mask;
}

static bool dimension_is_in_file(const struct study *study, size_t dimension)
{
    for (int id = 0; id < STAGE_COUNT; id++) {
        const struct grid *grid = &study->grids[id];

        for (size_t d = 0; study->stages >> id & 1 && d < grid->dimension_count; d++)
            if (grid->dimensions[d] == dimension)
                return true;
    }
    return false;
}

static const char *value_text(enum axis_id axis, union axis_value value)
{
    if (axis_specs[axis].kind == AXIS_WORD)
        return word_name(axis_specs[axis].words, value.word);
    return value.record ? value.record->name : "";
}

/* The coordinate of an axis: texts, counts or numbers along a dimension, or single. */
static hid_t axis_write(struct skeleton *sk, enum axis_id axis, uint64_t count,
                        int rank, const hid_t *scale)
{
    const struct axis_spec *axis_spec = &axis_specs[axis];
    const union axis_value *values = sk->study->sweep->space.axes[axis].values;
    const char **texts = alloc_array(count, sizeof *texts);
    uint64_t *counts = alloc_array(count, sizeof *counts);
    double *numbers = alloc_array(count, sizeof *numbers);
    hsize_t size = count;
    struct dataset_spec spec = {
        .name = axis_spec->name,
        .units = axis_spec->units,
        .meaning = axis_spec->meaning,
        .scales = scale,
        .sizes = &size,
        .rank = rank,
    };
    hid_t dataset;

    for (uint64_t i = 0; i < count; i++)
        switch (axis_spec->kind) {
        case AXIS_RECORD:
        case AXIS_WORD: texts[i] = value_text(axis, values[i]); break;
        case AXIS_COUNT: counts[i] = values[i].count; break;
        case AXIS_NUMBER: numbers[i] = values[i].number; break;
        }
    switch (axis_spec->kind) {
    case AXIS_RECORD:
    case AXIS_WORD:
        spec.type = spec.memory_type = sk->h5.text_type;
        spec.data = texts;
        spec.units = NULL;
        break;
    case AXIS_COUNT:
        spec.type = H5T_STD_U64LE;
        spec.memory_type = H5T_NATIVE_UINT64;
        spec.data = counts;
        break;
    case AXIS_NUMBER:
        spec.type = H5T_IEEE_F64LE;
        spec.memory_type = H5T_NATIVE_DOUBLE;
        spec.data = numbers;
        break;
    }
    dataset = skeleton_dataset(sk, &spec);
    free(texts);
    free(counts);
    free(numbers);
    return dataset;
}

/* The scale of a dimension no axis gives its name to: the number of the point. */
static hid_t index_write(struct skeleton *sk, const struct dimension *dimension)
{
    uint64_t *indices = alloc_array(dimension->count, sizeof *indices);
    hsize_t size = dimension->count;
    hid_t dataset;

    for (uint64_t i = 0; i < dimension->count; i++)
        indices[i] = i;
    dataset = skeleton_dataset(sk, &(struct dataset_spec){
                                       .name = dimension->name,
                                       .units = "1",
                                       .meaning = "number of the design point",
                                       .type = H5T_STD_U64LE,
                                       .memory_type = H5T_NATIVE_UINT64,
                                       .data = indices,
                                       .sizes = &size,
                                       .rank = 1,
                                   });
    free(indices);
    return dataset;
}

static void dimension_write(struct skeleton *sk, size_t d)
{
    const struct dimension *dimension = &sk->study->sweep->space.dimensions[d];
    bool is_named = false;

    for (size_t a = 0; a < dimension->axis_count; a++)
        if (is_scale(dimension, dimension->axes[a])) {
            sk->scales[d] = axis_write(sk, dimension->axes[a], dimension->count, 1,
                                       NULL);
            is_named = true;
        }
    if (!is_named)
        sk->scales[d] = index_write(sk, dimension);
    for (size_t a = 0; a < dimension->axis_count; a++)
        if (!is_scale(dimension, dimension->axes[a])) {
            hid_t dataset = axis_write(sk, dimension->axes[a], dimension->count, 1,
                                       &sk->scales[d]);

            H5_TRY(&sk->h5, H5Dclose(dataset));
        }
}

/* An inner dimension's texts, or NULL if it has numbers; freed by the caller. */
static char **texts_of(const struct skeleton *sk, enum inner_id id)
{
    uint64_t count = inners[id].count;
    char **texts = alloc_array(count, sizeof *texts), buffer[200];

    for (uint64_t i = 0; i < count; i++) {
        const char *label = inner_label(sk->study->sweep, id, i, buffer, sizeof buffer);

        if (!label) {
            free(texts);
            return NULL;
        }
        texts[i] = alloc_text(label);
    }
    return texts;
}

static void inner_write(struct skeleton *sk, enum inner_id id)
{
    const struct inner *inner = &inners[id];
    hsize_t size = inner->count;
    char **texts = texts_of(sk, id);
    double *numbers = alloc_array(inner->count, sizeof *numbers);
    struct dataset_spec spec = {
        .name = inner->name,
        .units = texts ? NULL : inner->units,
        .meaning = inner->meaning,
        .type = texts ? sk->h5.text_type : H5T_IEEE_F64LE,
        .memory_type = texts ? sk->h5.text_type : H5T_NATIVE_DOUBLE,
        .sizes = &size,
        .rank = 1,
    };

    for (uint64_t i = 0; i < inner->count && !texts; i++)
        numbers[i] = inner->coordinate(i);
    spec.data = texts ? (const void *)texts : numbers;
    sk->inners[id] = skeleton_dataset(sk, &spec);
    for (uint64_t i = 0; i < inner->count && texts; i++)
        free(texts[i]);
    free(texts);
    free(numbers);
}

static bool inner_is_in_file(const struct skeleton *sk, enum inner_id inner)
{
    for (int id = 0; id < STAGE_COUNT; id++)
        for (size_t m = 0;
             sk->study->stages >> id & 1 && m < sk->table[id]->metric_count; m++)
            if (sk->table[id]->metrics[m].inner == inner)
                return true;
    return false;
}

void skeleton_coordinates(struct skeleton *sk)
{
    const struct space *space = &sk->study->sweep->space;
    axis_mask axes = axes_in_file(sk->study);

    for (size_t d = 0; d < space->dimension_count; d++)
        if (dimension_is_in_file(sk->study, d))
            dimension_write(sk, d);
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (axes >> axis & 1 && !space->axes[axis].is_dimension)
            H5_TRY(&sk->h5, H5Dclose(axis_write(sk, axis, 1, 0, NULL)));
    for (enum inner_id id = INNER_SCALAR + 1; id < INNER_COUNT; id++)
        if (inner_is_in_file(sk, id))
            inner_write(sk, id);
}

static char *name_append(char *names, const char *name)
{
    char *longer = alloc_printf("%s%s%s", names, *names ? " " : "", name);

    free(names);
    return longer;
}

char *skeleton_auxiliary_names(const struct skeleton *sk, const struct grid *grid)
{
    const struct space *space = &sk->study->sweep->space;
    char *names = alloc_text("");

    for (size_t d = 0; d < grid->dimension_count; d++) {
        const struct dimension *dimension = &space->dimensions[grid->dimensions[d]];

        for (size_t a = 0; a < dimension->axis_count; a++)
            if (!is_scale(dimension, dimension->axes[a]))
                names = name_append(names, axis_specs[dimension->axes[a]].name);
    }
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (grid->axes >> axis & 1 && !space->axes[axis].is_dimension)
            names = name_append(names, axis_specs[axis].name);
    return names;
}
