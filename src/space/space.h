/* A design space: axes with their values, and the i-th design point by arithmetic.
 *
 * Axes that vary together (zip) share one dimension, which carries the name of its
 * first axis.  An axis given as a single value, not as a list, is no dimension. */
#ifndef NVSWEEP_SPACE_SPACE_H
#define NVSWEEP_SPACE_SPACE_H

#include "space/axis.h"

typedef unsigned __int128 axis_mask; /* one bit per axis */
#define AXIS_BIT(name) ((axis_mask)1 << AXIS_##name)
#define FIELD_AXES ((((axis_mask)1 << FIELD_AXES_MAX) - 1) << AXES_NAMED)
static_assert(AXES <= 128, "axis_mask holds every axis");

struct dimension {
    const char *name; /* of its first axis, or "point" for sampled sweeps */
    uint64_t count;
    enum axis_id axes[AXES];
    size_t axis_count;
};

struct axis {
    union axis_value *values; /* as many as its dimension counts; 1 if it has none */
    uint64_t count;
    bool is_dimension; /* given as a list or range */
    bool is_given;     /* named in the sweep file at all */
    unsigned line;     /* where in the sweep file; 0: not there by its own name */
    uint8_t place;     /* among the axes it names, from 1; 0: not named */
};

/* Points whose values all are among those of the rule are left out. */
struct exclusion {
    axis_mask axes;
    union axis_value *values[AXES];
    size_t counts[AXES];
};

/* capacity = { iso_area_of = ... }: the axis's values are the baseline's capacities; per
 * point the largest multiple of step_bytes whose area fits the baseline's is taken. */
struct iso_area {
    const struct record *baseline; /* a technology, or NULL if capacities are literal */
    uint64_t step_bytes;
};

struct space {
    struct axis axes[AXES];
    struct field_axis fields[FIELD_AXES_MAX]; /* the axes from AXES_NAMED on */
    size_t field_count;
    struct dimension dimensions[AXES];
    size_t dimension_count;
    struct exclusion *exclusions;
    size_t exclusion_count;
    struct iso_area iso_area;
};

struct range {
    uint64_t first, count;
};

/* What an axis is, be it a field of records. */
const struct axis_spec *space_axis(const struct space *space, enum axis_id axis);

/* The axis of that key or name, fields by the key that the sweep gives them, or AXES. */
enum axis_id space_axis_find(const struct space *space, const char *key);

/* Room for a field as one more axis, with copies of the texts of spec and place; AXES if
 * there is none left. */
enum axis_id space_field_add(struct space *space, const struct axis_spec *spec,
                             const struct place *place);

/* Which records a grid has along a record axis: for each value of the axis itself, its
 * parts, or none.  member: the i-th of them, NULL beyond the last. */
struct grid_members {
    enum axis_id axis;
    const struct record *(*member)(const void *context, const struct record *value,
                                   size_t i);
    const void *context;
};

/* A member, and the position in its dimension that it was first found at. */
struct grid_entry {
    uint32_t position;
    const struct record *record;
};

/* The part of a space that some axes span: row-major, last dimension fastest.  Along a
 * dimension with members its points are entries instead of positions: each member once,
 * unless the grid spans another axis of the dimension, too. */
struct grid {
    axis_mask axes;
    size_t dimensions[AXES]; /* indices into space->dimensions, in sweep order */
    size_t dimension_count;
    uint64_t sizes[AXES], strides[AXES];
    uint64_t points;
    struct point origin; /* the first design point */

    size_t listed; /* which of its dimensions has entries, or dimension_count */
    enum axis_id listed_axis;
    bool is_merged; /* each member once */
    struct grid_entry *entries;
    uint32_t *entry_of; /* by position: its first member's entry, or UINT32_MAX */
};

/* members may be NULL.  STATUS_INPUT if the number of points overflows 2^62.  Freed with
 * grid_free. */
enum status grid_init(struct grid *grid, const struct space *space, axis_mask axes,
                      const struct grid_members *members, struct error *err);
void grid_free(struct grid *grid);

/* The design point at index: axes outside the grid hold their single or first value. */
void grid_point(const struct grid *grid, const struct space *space, uint64_t index,
                struct point *point);

/* The value of an axis at coordinate i of the grid's dimension d. */
union axis_value grid_value(const struct grid *grid, const struct space *space,
                            size_t d, enum axis_id axis, uint64_t i);

/* Does the axis, one of the dimension's, vary along the grid's dimension d?  Not beside
 * members that each stand there once. */
bool grid_varies(const struct grid *grid, size_t d, enum axis_id axis);

/* Position in `to` of the point at `index` of `from`; every dimension of `to` must be a
 * dimension of `from`.  UINT64_MAX if `to` has no member there. */
uint64_t grid_project(const struct grid *from, uint64_t index, const struct grid *to);

/* Points along the grid's last dimension that agree on all axes of the mask, from each multiple
 * of that number on: its size, or 1. */
uint64_t grid_run_length(const struct grid *grid, const struct space *space,
                         axis_mask axes);

/* How far the position in `to` moves per step of the last dimension of `from`. */
uint64_t grid_run_stride(const struct grid *from, const struct grid *to);

/* The index of the point that has `value` on `axis` and else is the one at `index`, or
 * UINT64_MAX if no such point is in the grid. */
uint64_t grid_moved(const struct grid *grid, const struct space *space, uint64_t index,
                    enum axis_id axis, union axis_value value);

/* Is the point left out by an exclusion that speaks of this grid's axes only? */
bool grid_is_excluded(const struct grid *grid, const struct space *space,
                      const struct point *point);

/* The points a grid's exclusions leave out; counted by arithmetic over the excluded
 * boxes where rules do not overlap, else by walking the grid (at most `limit` points; then
 * an estimate, *is_exact = false). */
uint64_t grid_excluded_count(const struct grid *grid, const struct space *space,
                             uint64_t limit, bool *is_exact);

/* May points be left out at all? */
bool space_excludes(const struct space *space);

/* A space of that one point; iso_area is kept.  It has no dimension, but for one of the
 * machine, which may be several. */
void space_pin(struct space *pinned, const struct space *space,
               const struct point *point);

void space_free(struct space *space);

#endif
