#include "space/cursor.h"

/* Returns the distance in `to` of one step along dimension d of `from`. */
static uint64_t stride_along(const struct grid *from, size_t d, const struct grid *to)
{
    for (size_t t = 0; t < to->dimension_count; t++)
        if (to->dimensions[t] == from->dimensions[d])
            return to->strides[t];
    return 0;
}

/* Does the grid have members along dimension d of `of`? */
static bool is_listed_along(const struct grid *grid, const struct grid *of, size_t d)
{
    return grid->listed < grid->dimension_count &&
           grid->dimensions[grid->listed] == of->dimensions[d];
}

/* May a run over the dimensions from d + 1 on include d, too? */
static bool run_goes_on(const struct grid *grid, const struct space *space, size_t d,
                        axis_mask axes, const struct grid *const to[], size_t count)
{
    const struct dimension *dimension = &space->dimensions[grid->dimensions[d]];
    bool is_last = d + 1 == grid->dimension_count;

    for (size_t a = 0; a < dimension->axis_count; a++)
        if (axes >> dimension->axes[a] & 1)
            return false;
    if (is_listed_along(grid, grid, d))
        return false;
    for (size_t i = 0; i < count; i++)
        if (is_listed_along(to[i], grid, d) ||
            (!is_last && stride_along(grid, d, to[i]) !=
                             stride_along(grid, d + 1, to[i]) * grid->sizes[d + 1]))
            return false;
    return true;
}

uint64_t cursor_run_length(const struct grid *grid, const struct space *space,
                           axis_mask axes, const struct grid *const to[], size_t count)
{
    size_t d = grid->dimension_count;

    while (d > 0 && run_goes_on(grid, space, d - 1, axes, to, count))
        d--;
    return d == 0 ? grid->points : grid->strides[d - 1];
}

/* Sets the axes of dimension d to their values at that coordinate. */
static void dimension_set(struct grid_cursor *cursor, size_t d, uint64_t at)
{
    const struct grid *grid = cursor->grid;
    const struct dimension *dimension = &cursor->space->dimensions[grid->dimensions[d]];

    for (size_t a = 0; a < dimension->axis_count; a++) {
        enum axis_id axis = dimension->axes[a];

        if (!grid_varies(grid, d, axis))
            continue;
        point_set(&cursor->point, axis, grid_value(grid, cursor->space, d, axis, at));
        cursor->changed |= (axis_mask)1 << axis;
    }
}

void cursor_start(struct grid_cursor *cursor, const struct grid *grid,
                  const struct space *space, uint64_t index, uint64_t run)
{
    cursor->grid = grid;
    cursor->space = space;
    cursor->changed = ~(axis_mask)0;
    cursor->run = run;
    cursor->index = index;
    cursor->left = run - index % run;
    cursor->outer = 0;
    grid_point(grid, space, index, &cursor->point);
    while (cursor->outer < grid->dimension_count && grid->strides[cursor->outer] >= run)
        cursor->outer++;
    for (size_t d = 0; d < cursor->outer; d++)
        cursor->at[d] = index / grid->strides[d] % grid->sizes[d];
}

void cursor_image_start(struct cursor_image *image, const struct grid_cursor *cursor,
                        const struct grid *to)
{
    const struct grid *grid = cursor->grid;
    /* from the last coordinates of the dimensions after d to the first */
    uint64_t back = 0;

    image->to = to;
    image->at = grid_project(grid, cursor->index, to);
    image->step = grid->dimension_count > 0
                      ? stride_along(grid, grid->dimension_count - 1, to)
                      : 0;
    image->is_listed = grid->listed < grid->dimension_count ||
                       to->listed < to->dimension_count;
    for (size_t d = cursor->outer; d-- > 0 && !image->is_listed;) {
        uint64_t stride = stride_along(grid, d, to);

        image->moves[d] = stride - back;
        back += stride * (grid->sizes[d] - 1);
    }
}

void cursor_next(struct grid_cursor *cursor, struct cursor_image *images, size_t count)
{
    const struct grid *grid = cursor->grid;
    uint64_t within = cursor->run - cursor->left;
    size_t d = cursor->outer;

    cursor->changed = 0;
    cursor->index += cursor->left;
    cursor->left = cursor->run;
    for (size_t inner = d; within > 0 && inner < grid->dimension_count; inner++)
        dimension_set(cursor, inner, 0);
    while (d > 0) {
        d--;
        cursor->at[d] = cursor->at[d] + 1 < grid->sizes[d] ? cursor->at[d] + 1 : 0;
        dimension_set(cursor, d, cursor->at[d]);
        if (cursor->at[d] > 0)
            break;
    }
    if (cursor->index == grid->points) { /* the walk is over; else d has gone up */
        cursor->index = 0;
        for (size_t i = 0; i < count; i++)
            images[i].at = grid_project(grid, 0, images[i].to);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (images[i].is_listed)
            images[i].at = grid_project(grid, cursor->index, images[i].to);
        else
            images[i].at += images[i].moves[d] - within * images[i].step;
    }
}
