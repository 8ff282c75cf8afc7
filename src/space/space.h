/* A design space: axes with their values.  The i-th design point is computed from its index.
 *
 * Axes that vary together (zip) share one dimension, which has the name of the first of them.
 * An axis given as a single value and not as a list is not a dimension. */
#ifndef NVSWEEP_SPACE_SPACE_H
#define NVSWEEP_SPACE_SPACE_H

#include "space/axis.h"

typedef unsigned __int128 axis_mask; /* one bit per axis */
#define AXIS_BIT(name) ((axis_mask)1 << AXIS_##name)
#define FIELD_AXES ((((axis_mask)1 << FIELD_AXES_MAX) - 1) << AXES_NAMED)
static_assert(AXES <= 128, "axis_mask holds every axis");

/* Returns the first axis of a mask that is not empty. */
static inline enum axis_id axis_first(axis_mask axes)
{
    uint64_t low = (uint64_t)axes, high = (uint64_t)(axes >> 64);

    return (enum axis_id)(low ? __builtin_ctzll(low) : 64 + __builtin_ctzll(high));
}

struct dimension {
    const char *name; /* name of its first axis, or "point" in sampled sweeps */
    uint64_t count;
    enum axis_id axes[AXES];
    size_t axis_count;
};

struct axis {
    union axis_value *values; /* as many as its dimension has; 1 without a dimension */
    uint64_t count;
    bool is_dimension; /* given as a list or range */
    bool is_given;     /* the sweep file names it */
    unsigned line;     /* line in the sweep file; 0: it is not named there itself */
    uint8_t place;     /* position among the axes that the file names, from 1; 0: not
                        * named */
};

/* A rule that leaves out points: those that have one of its values on each of its axes. */
struct exclusion {
    unsigned line; /* of the sweep file; 0: a command's own */
    axis_mask axes;
    union axis_value *values[AXES];
    size_t counts[AXES];
};

/* capacity = { iso_area_of = ... }: the axis's values are the baseline's capacities.  Each
 * point takes the largest multiple of step_bytes whose area fits the baseline's. */
struct iso_area {
    const struct record *baseline; /* a technology; NULL: capacities are as given */
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

/* Returns the spec of an axis, which may be a field of records. */
const struct axis_spec *space_axis(const struct space *space, enum axis_id axis);

/* Returns the axis of that key or name (fields by the key in the sweep), or AXES. */
enum axis_id space_axis_find(const struct space *space, const char *key);

/* Adds a field as one more axis, with copies of the texts of spec and place.  Returns AXES if
 * there is no room. */
enum axis_id space_field_add(struct space *space, const struct axis_spec *spec,
                             const struct place *place);

/* Lists the records that a grid has along an axis of records instead of the axis's values:
 * for each value the record itself, its parts, or none.  `member` returns the i-th of them,
 * NULL after the last. */
struct grid_members {
    enum axis_id axis;
    const struct record *(*member)(const void *context, const struct record *value,
                                   size_t i);
    const void *context;
};

/* A member, and the first position in its dimension that has it. */
struct grid_entry {
    uint32_t position;
    const struct record *record;
};

/* The part of a space that some axes span, row-major with the last dimension fastest.  Along
 * a dimension with members the points are entries instead of positions: each member once,
 * unless the grid also spans another axis of the dimension. */
struct grid {
    axis_mask axes;
    size_t dimensions[AXES]; /* indices into space->dimensions, in sweep order */
    size_t dimension_count;
    uint64_t sizes[AXES], strides[AXES];
    uint64_t points;
    struct point origin; /* the first design point */

    size_t listed; /* index of the dimension that has entries, or dimension_count */
    enum axis_id listed_axis;
    bool is_merged; /* each member once */
    struct grid_entry *entries;
    uint32_t *entry_of; /* entry of the first member at each position, or UINT32_MAX */
};

/* Makes a grid; members may be NULL.  Returns STATUS_INPUT if the number of points exceeds
 * 2^62.  Freed with grid_free. */
enum status grid_init(struct grid *grid, const struct space *space, axis_mask axes,
                      const struct grid_members *members, struct error *err);
void grid_free(struct grid *grid);

/* Fills in the design point at `index`.  Axes outside the grid have their single or first
 * value. */
void grid_point(const struct grid *grid, const struct space *space, uint64_t index,
                struct point *point);

/* Returns the value of an axis at coordinate i of the grid's dimension d. */
union axis_value grid_value(const struct grid *grid, const struct space *space,
                            size_t d, enum axis_id axis, uint64_t i);

/* Does this axis of the dimension vary along the grid's dimension d?  It does not if each
 * member occurs there once. */
bool grid_varies(const struct grid *grid, size_t d, enum axis_id axis);

/* Returns the index in `to` of the point at `index` of `from`.  Every dimension of `to` must
 * be a dimension of `from`.  UINT64_MAX if `to` has no member there. */
uint64_t grid_project(const struct grid *from, uint64_t index, const struct grid *to);

/* Returns the index of the point that has `value` on `axis` and otherwise the values of the
 * point at `index`; UINT64_MAX if the grid has no such point. */
uint64_t grid_moved(const struct grid *grid, const struct space *space, uint64_t index,
                    enum axis_id axis, union axis_value value);

/* Is the point left out by an exclusion that names only axes of this grid? */
bool grid_is_excluded(const struct grid *grid, const struct space *space,
                      const struct point *point);

/* Returns the number of points that one exclusion leaves out of a grid. */
uint64_t grid_exclusion_count(const struct grid *grid, const struct space *space,
                              const struct exclusion *exclusion);

/* Returns the number of points that exclusions leave out of a grid.  If rules do not overlap,
 * it is computed from the excluded boxes; else the grid is searched, at most `limit` points,
 * beyond which it is an estimate (*is_exact = false). */
uint64_t grid_excluded_count(const struct grid *grid, const struct space *space,
                             uint64_t limit, bool *is_exact);

/* Does the space have exclusions? */
bool space_excludes(const struct space *space);

/* Makes a space of this one point; iso_area is kept.  It has no dimension except one of the
 * machine, which may stand for several. */
void space_pin(struct space *pinned, const struct space *space,
               const struct point *point);

void space_free(struct space *space);

#endif
