/* A walk over grids (space/cursor.h) finds what grid_point and grid_project find. */
#include "array_library.h"
#include "unit.h"

#include "config/sweep.h"
#include "space/cursor.h"
#include "stage/stage.h"

#include <stdio.h>

static struct sweep sweep;
static struct study study;

static void study_of(const char *name)
{
    char path[200];
    struct error err = { "" };

    snprintf(path, sizeof path, "sweeps/%s.cfg", name);
    CU_ASSERT_EQUAL_FATAL(sweep_read(path, shipped_library(), &sweep, &err), STATUS_OK);
    study = (struct study){ 0 };
    CU_ASSERT_EQUAL_FATAL(study_init(&study, &sweep, shipped_library(), &err),
                          STATUS_OK);
}

static void study_end(void)
{
    study_free(&study);
    sweep_free(&sweep);
}

/* Axes that differ between two points. */
static axis_mask difference(const struct point *a, const struct point *b)
{
    axis_mask axes = 0;

    for (enum axis_id axis = 0;
         axis < (enum axis_id)(AXES_NAMED + sweep.space.field_count); axis++)
        if (!axis_values_equal(space_axis(&sweep.space, axis), point_get(a, axis),
                               point_get(b, axis)))
            axes |= (axis_mask)1 << axis;
    return axes;
}

/* Does each point of `from` have one in `to`?  Not where a stage reads many points of an input for one
 * of its own, as the sensitivity stage reads samples. */
static bool is_onto(const struct grid *from, const struct grid *to)
{
    size_t f = 0;

    for (size_t t = 0; t < to->dimension_count; t++, f++) {
        while (f < from->dimension_count && from->dimensions[f] != to->dimensions[t])
            f++;
        if (f == from->dimension_count)
            return false;
    }
    return true;
}

/* The inputs of a stage that it reads point by point, as grids. */
static size_t inputs_of(enum stage_id id, const struct grid *to[STAGE_COUNT])
{
    stage_mask inputs = stage_inputs(&sweep, id);
    size_t count = 0;

    for (int input = 0; input < STAGE_COUNT; input++)
        if (inputs >> input & 1 && is_onto(&study.grids[id], &study.grids[input]))
            to[count++] = &study.grids[input];
    return count;
}

/* Every point of the run at the cursor, by the image's step, and the cursor's own point. */
static bool run_is_right(const struct grid_cursor *cursor,
                         const struct cursor_image *images, size_t count,
                         axis_mask agreed)
{
    struct point point;

    for (uint64_t n = 0; n < cursor->left; n++) {
        uint64_t index = cursor->index + n;

        grid_point(cursor->grid, cursor->space, index, &point);
        if (difference(&point, &cursor->point) & (n == 0 ? ~(axis_mask)0 : agreed))
            return false;
        for (size_t i = 0; i < count; i++) {
            uint64_t at = grid_project(cursor->grid, index, images[i].to);

            if (at != (images[i].at == UINT64_MAX ? UINT64_MAX
                                                  : images[i].at + n * images[i].step))
                return false;
        }
    }
    return true;
}

static uint64_t walk_errors(enum stage_id id, uint64_t first, axis_mask agreed,
                            bool in_runs)
{
    const struct grid *grid = &study.grids[id], *to[STAGE_COUNT];
    size_t count = inputs_of(id, to);
    struct cursor_image images[STAGE_COUNT];
    struct grid_cursor cursor;
    struct point before;
    uint64_t errors = 0;

    cursor_start(&cursor, grid, &sweep.space, first,
                 in_runs ? cursor_run_length(grid, &sweep.space, agreed, to, count)
                         : 1);
    for (size_t i = 0; i < count; i++)
        cursor_image_start(&images[i], &cursor, to[i]);
    for (uint64_t done = first; done < grid->points; done += cursor.left) {
        if (done > first) {
            before = cursor.point;
            cursor_next(&cursor, images, count);
            errors += (difference(&before, &cursor.point) & ~cursor.changed) != 0;
        }
        errors += cursor.index != done;
        errors += !run_is_right(&cursor, images, count, agreed);
    }
    if (grid->points > 0) {
        cursor_next(&cursor, images, count);
        errors += cursor.index != 0 || !run_is_right(&cursor, images, count, agreed);
    }
    return errors;
}

/* Of grids with members, fields of records, zipped axes, samples and single points. */
static void a_walk_finds_what_an_index_finds(void)
{
    static const char *const names[] = { "machines",           "deepnvm_sensitivity",
                                         "uncertainty_system", "needs",
                                         "cim_mensa_layers",   "minimal" };
    const axis_mask agreed[] = { 0, AXIS_BIT(machine) | AXIS_BIT(batch),
                                 AXIS_BIT(time_base) | FIELD_AXES, AXIS_BIT(workload) };

    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        study_of(names[n]);
        for (enum stage_id id = 0; id < STAGE_COUNT; id++) {
            uint64_t points = study.grids[id].points;

            if (!(study.stages >> id & 1))
                continue;
            for (size_t a = 0; a < sizeof agreed / sizeof *agreed; a++) {
                CU_ASSERT_EQUAL(walk_errors(id, 0, agreed[a], true), 0);
                CU_ASSERT_EQUAL(walk_errors(id, points / 3, agreed[a], true), 0);
                CU_ASSERT_EQUAL(walk_errors(id, points / 7, agreed[a], false), 0);
            }
        }
        study_end();
    }
}

/* The GPU's points of deepnvm_sensitivity: its last dimensions move no other stage. */
static void runs_go_over_dimensions_that_inputs_do_not_have(void)
{
    const struct grid *to[STAGE_COUNT];
    size_t count;

    study_of("deepnvm_sensitivity");
    count = inputs_of(STAGE_GPU, to);
    CU_ASSERT_EQUAL(cursor_run_length(&study.grids[STAGE_GPU], &sweep.space,
                                      AXIS_BIT(machine), to, count),
                    6 * 8 * 2);
    CU_ASSERT_EQUAL(cursor_run_length(&study.grids[STAGE_GPU], &sweep.space,
                                      AXIS_BIT(time_base), to, count),
                    1);
    CU_ASSERT_EQUAL(
        cursor_run_length(&study.grids[STAGE_GPU], &sweep.space, FIELD_AXES, to, count),
        2);
    study_end();
}

SUITE(cursor, TEST(a_walk_finds_what_an_index_finds),
      TEST(runs_go_over_dimensions_that_inputs_do_not_have));
