/* A cursor visits the points of a grid in order.  It gives what grid_point and grid_project
 * compute from an index, but only updates what changes from one point to the next.
 *
 *   cursor_start(&cursor, grid, space, first, run);
 *   cursor_image_start(&image, &cursor, other_grid);
 *   ... cursor.point, image.at ...
 *   cursor_next(&cursor, &image, 1);
 */
#ifndef NVSWEEP_SPACE_CURSOR_H
#define NVSWEEP_SPACE_CURSOR_H

#include "space/space.h"

/* The cursor moves from run to run, each of `run` points.  If it starts inside a run, it moves
 * to the first point of the next one. */
struct grid_cursor {
    const struct grid *grid;
    const struct space *space;
    struct point point; /* the design point at index */
    axis_mask changed;  /* axes that may differ from the run before; all at the start */
    uint64_t run;       /* points of a run */
    uint64_t index;
    uint64_t left; /* points from index to the end of the run */

    size_t outer; /* dimensions, from the first one on, along which runs differ */
    uint64_t at[AXES];
};

/* The index in another grid of the point at which the cursor stands. */
struct cursor_image {
    const struct grid *to;
    uint64_t at;   /* as of grid_project: UINT64_MAX if `to` has no member there */
    uint64_t step; /* from a point of the run to the next */

    bool is_listed;       /* members: found by grid_project */
    uint64_t moves[AXES]; /* how far the next run is, if that dimension of the cursor's
                             grid goes up by one and those after it restart */
};

/* Returns the length of runs of consecutive points that agree on all axes of the mask and are
 * evenly spaced in each of the `count` grids `to`.  Runs begin at multiples of it. */
uint64_t cursor_run_length(const struct grid *grid, const struct space *space,
                           axis_mask axes, const struct grid *const to[], size_t count);

/* Puts the cursor at `index`.  run: from cursor_run_length, or 1 to visit every point. */
void cursor_start(struct grid_cursor *cursor, const struct grid *grid,
                  const struct space *space, uint64_t index, uint64_t run);

/* Every dimension of `to` must be a dimension of the cursor's grid. */
void cursor_image_start(struct cursor_image *image, const struct grid_cursor *cursor,
                        const struct grid *to);

/* Moves the cursor and its images to the first point of the next run; from the last run to
 * the first. */
void cursor_next(struct grid_cursor *cursor, struct cursor_image *images, size_t count);

#endif
