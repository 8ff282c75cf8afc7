#include "cmd/cmd.h"

#include "base/units.h"
#include "stage/checks.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t WALK_LIMIT = 1000000; /* points visited to count exclusions */

static double stage_bytes(enum stage_id id, uint64_t points)
{
    double bytes = 1; /* the status */

    for (size_t m = 0; m < stages[id]->metric_count; m++)
        bytes += (double)metric_point_bytes(&stages[id]->metrics[m]);
    return bytes * (double)points;
}

static void axes_print(const struct sweep *sweep)
{
    const struct space *space = &sweep->space;
    char text[80];

    for (size_t d = 0; d < space->dimension_count; d++) {
        const struct dimension *dimension = &space->dimensions[d];

        printf("%s", d == 0 ? "axes      " : "          ");
        for (size_t a = 0; a < dimension->axis_count; a++)
            printf("%s%s", a ? " + " : "", space_axis(space, dimension->axes[a])->key);
        printf(" (%llu):", (unsigned long long)dimension->count);
        for (uint64_t i = 0; i < dimension->count; i++) {
            if (dimension->count > 8 && i == 6) {
                printf(" ...");
                i = dimension->count - 1;
            }
            for (size_t a = 0; a < dimension->axis_count; a++)
                printf("%s%s", a ? "+" : " ",
                       axis_value_format(space_axis(space, dimension->axes[a]),
                                         space->axes[dimension->axes[a]].values[i],
                                         text, sizeof text));
        }
        printf("\n");
    }
    if (space->iso_area.baseline)
        printf("          capacities are for %s; others get what fits its area\n",
               space->iso_area.baseline->name);
}

void plan_estimate(const struct study *study, struct plan_estimate *estimate)
{
    *estimate = (struct plan_estimate){ 0 };
    for (enum stage_id id = 0; id < STAGE_COUNT; id++) {
        const struct grid *grid = &study->grids[id];
        struct plan_stage *stage = &estimate->stages[id];

        if (!(study->stages >> id & 1))
            continue;
        stage->points = grid->points;
        stage->excluded = grid_excluded_count(grid, &study->sweep->space, WALK_LIMIT,
                                              &stage->is_exact);
        stage->core_s = stage_total_s(study, id);
        stage->bytes = stage_bytes(id, grid->points);
        estimate->core_s += stage->core_s;
        estimate->bytes += stage->bytes;
    }
}

/* Names axes that change only the results of some machines or of the last stages. */
static void partial_axes_print(const struct study *study)
{
    for (enum axis_id axis = 0; axis < AXES; axis++) {
        const struct axis *values = &study->sweep->space.axes[axis];
        char *read_by = values->line ? axis_read_by(study, axis) : NULL;

        if (read_by && values->is_dimension)
            printf("          %s (%llu) is read by %s only\n",
                   space_axis(&study->sweep->space, axis)->key,
                   (unsigned long long)values->count, read_by);
        free(read_by);
    }
}

static void plan_print(const struct study *study)
{
    struct plan_estimate estimate;
    char text[40];

    plan_estimate(study, &estimate);
    printf("sweep     %s%s%s\n", study->sweep->file, study->sweep->title ? ": " : "",
           study->sweep->title ? study->sweep->title : "");
    axes_print(study->sweep);
    partial_axes_print(study);
    printf("stage                 points     excluded   core seconds        bytes\n");
    for (enum stage_id id = 0; id < STAGE_COUNT; id++) {
        const struct plan_stage *stage = &estimate.stages[id];

        if (!(study->stages >> id & 1))
            continue;
        printf("%-16s %11llu %s%11llu %14.3g %12s\n", stages[id]->name,
               (unsigned long long)stage->points, stage->is_exact ? " " : "<",
               (unsigned long long)stage->excluded, stage->core_s,
               quantity_format(stage->bytes, "byte", text, sizeof text));
    }
    printf("total     about %s of one core, file about ",
           quantity_format(estimate.core_s, "s", text, sizeof text));
    printf("%s\n", quantity_format(estimate.bytes, "byte", text, sizeof text));
}

enum status cmd_plan(int argc, char **argv, struct error *err)
{
    struct library library;
    struct sweep sweep;
    struct study study = { 0 };
    enum status status = options_read("plan", &argc, argv, err);

    if (status != STATUS_OK)
        return status;
    if (argc != 1)
        return error_set(err, STATUS_INPUT,
                         "plan needs one sweep file: nvsweep plan SWEEP");
    status = sweep_load_to_plan(argv[0], &library, &sweep, err);
    if (status != STATUS_OK)
        goto out;
    status = study_init(&study, &sweep, &library, err);
    if (status != STATUS_OK)
        goto out;
    plan_print(&study);
out:
    study_free(&study);
    sweep_free(&sweep);
    library_free(&library);
    return status;
}
