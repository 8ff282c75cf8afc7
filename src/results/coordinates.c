#include "results/skeleton.h"

#include "base/memory.h"
#include "stage/checks.h"

#include <stdlib.h>
#include <string.h>

/* Does the axis give the dimension its name, which makes it the dimension's scale? */
static bool is_scale(const struct space *space, const struct dimension *dimension,
                     enum axis_id axis)
{
    return strcmp(dimension->name, space_axis(space, axis)->name) == 0;
}

static const char *value_text(const struct axis_spec *spec, union axis_value value)
{
    if (axis_value_is_record(spec, value))
        return "record";
    if (spec->kind == AXIS_WORD)
        return word_name(spec->words, value.word);
    return value.record ? value.record->name : "";
}

/* Writes to which records a field's axis belongs: "machine.queue_depth". */
static void field_put(struct skeleton *sk, hid_t dataset, const struct place *place)
{
    char label[300];

    h5_put_text(&sk->h5, dataset, "field", place_format(place, label, sizeof label));
}

/* Writes the coordinate of an axis in a group: texts, counts or numbers along a dimension
 * (it becomes the scale if there is none yet), or a single value. */
static hid_t axis_write(struct skeleton *sk, hid_t group, enum axis_id axis,
                        const union axis_value *values, uint64_t count, int rank,
                        const hid_t *scale)
{
    const struct space *space = &sk->study->sweep->space;
    const struct axis_spec *axis_spec = space_axis(space, axis);
    const char **texts = alloc_array(count, sizeof *texts);
    uint64_t *counts = alloc_array(count, sizeof *counts);
    double *numbers = alloc_array(count, sizeof *numbers);
    hsize_t size = count;
    struct dataset_spec spec = {
        .group = group,
        .name = axis_spec->name,
        .units = axis_spec->units,
        .meaning = axis_spec->meaning,
        .scales = scale,
        .sizes = &size,
        .rank = rank,
    };
    hid_t dataset;
    char *read_by;

    for (uint64_t i = 0; i < count; i++)
        switch (axis_spec->kind) {
        case AXIS_RECORD:
        case AXIS_WORD: texts[i] = value_text(axis_spec, values[i]); break;
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
    if (axis_spec->zero)
        h5_put_text(&sk->h5, dataset, "zero_means", axis_spec->zero);
    if (axis >= AXES_NAMED)
        field_put(sk, dataset, &space->fields[axis - AXES_NAMED].place);
    read_by = axis_read_by(sk->study, axis);
    if (read_by && space->axes[axis].line)
        h5_put_text(&sk->h5, dataset, "read_by", read_by);
    free(read_by);
    free(texts);
    free(counts);
    free(numbers);
    return dataset;
}

/* Writes the scale of a dimension that no axis names: the number of the design point. */
static hid_t index_write(struct skeleton *sk, hid_t group,
                         const struct dimension *dimension, uint64_t count)
{
    uint64_t *indices = alloc_array(count, sizeof *indices);
    hsize_t size = count;
    hid_t dataset;

    for (uint64_t i = 0; i < count; i++)
        indices[i] = i;
    dataset = skeleton_dataset(sk, &(struct dataset_spec){
                                       .group = group,
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

static char *name_append(char *names, const char *name)
{
    return alloc_append(names, "%s%s", *names ? " " : "", name);
}

static void side_add(struct shape *shape, hid_t scale, hsize_t size)
{
    shape->scales[shape->rank] = scale;
    shape->sizes[shape->rank++] = size;
}

/* Writes the coordinate of an axis along dimension d of the grid. */
static hid_t side_write(struct skeleton *sk, hid_t group, const struct grid *grid,
                        size_t d, enum axis_id axis, const hid_t *scale)
{
    uint64_t count = grid->sizes[d];
    union axis_value *values = alloc_array(count, sizeof *values);
    hid_t dataset;

    for (uint64_t i = 0; i < count; i++)
        values[i] = grid_value(grid, &sk->study->sweep->space, d, axis, i);
    dataset = axis_write(sk, group, axis, values, count, 1, scale);
    free(values);
    return dataset;
}

/* If each machine occurs once along a dimension, the machines alone are its axis. */
static void dimension_write(struct skeleton *sk, struct shape *shape,
                            const struct grid *grid, size_t d)
{
    const struct space *space = &sk->study->sweep->space;
    struct dimension dimension = space->dimensions[grid->dimensions[d]];
    hid_t scale = -1;

    if (!grid_varies(grid, d, AXES))
        dimension.name = axis_specs[grid->listed_axis].name;
    for (size_t a = 0; a < dimension.axis_count; a++)
        if (is_scale(space, &dimension, dimension.axes[a]))
            scale = side_write(sk, shape->group, grid, d, dimension.axes[a], NULL);
    if (scale < 0)
        scale = index_write(sk, shape->group, &dimension, grid->sizes[d]);
    side_add(shape, scale, grid->sizes[d]);
    for (size_t a = 0; a < dimension.axis_count; a++) {
        enum axis_id axis = dimension.axes[a];

        if (is_scale(space, &dimension, axis) || !grid_varies(grid, d, axis))
            continue;
        H5_TRY(&sk->h5, H5Dclose(side_write(sk, shape->group, grid, d, axis, &scale)));
        shape->auxiliary = name_append(shape->auxiliary, space_axis(space, axis)->name);
    }
}

/* An inner dimension's texts, or NULL if its coordinates are numbers; freed by the caller. */
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

static hid_t inner_write(struct skeleton *sk, hid_t group, enum inner_id id)
{
    const struct inner *inner = &inners[id];
    hsize_t size = inner->count;
    char **texts = texts_of(sk, id);
    double *numbers = alloc_array(inner->count, sizeof *numbers);
    hid_t scale;
    struct dataset_spec spec = {
        .group = group,
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
    scale = skeleton_dataset(sk, &spec);
    for (uint64_t i = 0; i < inner->count && texts; i++)
        free(texts[i]);
    free(texts);
    free(numbers);
    return scale;
}

static bool is_inner_of(const struct stage *stage, enum inner_id inner)
{
    for (size_t m = 0; m < stage->metric_count; m++) {
        enum inner_id parts[INNER_PARTS_MAX];
        size_t count = inner_parts(stage->metrics[m].inner, parts);

        for (size_t p = 0; p < count; p++)
            if (parts[p] == inner)
                return true;
    }
    return false;
}

/* The largest number of inner dimensions of a metric of the stage, but at least 1. */
static size_t inner_rank(const struct stage *stage)
{
    size_t rank = 1;

    for (size_t m = 0; m < stage->metric_count; m++) {
        enum inner_id parts[INNER_PARTS_MAX];
        size_t count = inner_parts(stage->metrics[m].inner, parts);

        rank = count > rank ? count : rank;
    }
    return rank;
}

/* An axis of the grid to which the sweep gives one value without brackets.  It is a
 * dimension of length 1 in the file, but not a dimension of the grid. */
static bool is_single(const struct space *space, const struct grid *grid,
                      enum axis_id axis)
{
    return grid->axes >> axis & 1 && space->axes[axis].is_given &&
           !space->axes[axis].is_dimension &&
           (space_axis(space, axis)->kind != AXIS_RECORD ||
            space->axes[axis].values[0].record);
}

static hid_t single_write(struct skeleton *sk, hid_t group, enum axis_id axis, int rank)
{
    return axis_write(sk, group, axis, sk->study->sweep->space.axes[axis].values, 1,
                      rank, NULL);
}

/* Writes the single axes whose position in the sweep is in [from, to). */
static void singles_write(struct skeleton *sk, struct shape *shape,
                          const struct grid *grid, unsigned from, unsigned to)
{
    const struct space *space = &sk->study->sweep->space;

    for (unsigned place = from; place < to; place++)
        for (enum axis_id axis = 0; axis < AXES; axis++)
            if (is_single(space, grid, axis) && space->axes[axis].place == place)
                side_add(shape, single_write(sk, shape->group, axis, 1), 1);
}

/* If there are more axes than a dataset has dimensions, the single ones become scalar
 * coordinates. */
static void scalars_write(struct skeleton *sk, struct shape *shape,
                          const struct grid *grid)
{
    const struct space *space = &sk->study->sweep->space;

    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (is_single(space, grid, axis)) {
            H5_TRY(&sk->h5, H5Dclose(single_write(sk, shape->group, axis, 0)));
            shape->auxiliary = name_append(shape->auxiliary,
                                           space_axis(space, axis)->name);
        }
}

void shape_begin(struct skeleton *sk, struct shape *shape, const char *path,
                 enum stage_id id, bool has_inners)
{
    const struct grid *grid = &sk->study->grids[id];
    const struct space *space = &sk->study->sweep->space;
    size_t sides = grid->dimension_count + inner_rank(sk->table[id]);
    unsigned place = 0;

    *shape = (struct shape){
        .path = path,
        .group = h5_group(&sk->h5, path),
        .auxiliary = alloc_text(""),
    };
    for (enum axis_id axis = 0; axis < AXES; axis++)
        sides += is_single(space, grid, axis);
    for (size_t d = 0; d < grid->dimension_count; d++) {
        const struct dimension *dimension = &space->dimensions[grid->dimensions[d]];
        unsigned next = space->axes[dimension->axes[0]].place;

        if (sides <= SHAPE_RANK)
            singles_write(sk, shape, grid, place, next);
        dimension_write(sk, shape, grid, d);
        place = next > place ? next : place;
    }
    if (sides <= SHAPE_RANK)
        singles_write(sk, shape, grid, place, UINT8_MAX);
    else
        scalars_write(sk, shape, grid);
    for (enum inner_id inner = 0; inner < INNER_COUNT; inner++)
        shape->inners[inner] = inner != INNER_SCALAR && has_inners &&
                                       is_inner_of(sk->table[id], inner)
                                   ? inner_write(sk, shape->group, inner)
                                   : -1;
}

void shape_end(struct skeleton *sk, struct shape *shape)
{
    for (int d = 0; d < shape->rank; d++)
        H5_TRY(&sk->h5, H5Dclose(shape->scales[d]));
    for (int i = 0; i < INNER_COUNT; i++)
        if (shape->inners[i] >= 0)
            H5_TRY(&sk->h5, H5Dclose(shape->inners[i]));
    H5_TRY(&sk->h5, H5Gclose(shape->group));
    free(shape->auxiliary);
}

void skeleton_defaults(struct skeleton *sk, const char *path)
{
    const struct space *space = &sk->study->sweep->space;
    hid_t group = h5_group(&sk->h5, path);
    axis_mask axes = 0;

    for (int id = 0; id < STAGE_COUNT; id++)
        if (sk->study->stages >> id & 1)
            axes |= sk->study->grids[id].axes;
    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        if (axes >> axis & 1 && !space->axes[axis].is_given &&
            !space->axes[axis].is_dimension &&
            (space_axis(space, axis)->kind != AXIS_RECORD ||
             space->axes[axis].values[0].record))
            H5_TRY(&sk->h5, H5Dclose(single_write(sk, group, axis, 0)));
    H5_TRY(&sk->h5, H5Gclose(group));
}
