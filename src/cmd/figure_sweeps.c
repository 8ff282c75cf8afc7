#include "cmd/figure_sweeps.h"

#include "base/memory.h"
#include "cmd/figure_points.h"

#include <stdlib.h>
#include <string.h>

/* The dimension that has only networks, or NULL.  Removing networks from it does not change
 * the other points if the metric compares along other axes only. */
static struct dimension *networks_dimension(struct space *space)
{
    for (size_t d = 0; d < space->dimension_count; d++)
        if (space->dimensions[d].axis_count == 1 &&
            space->dimensions[d].axes[0] == AXIS_workload)
            return &space->dimensions[d];
    return NULL;
}

/* Marks the networks that the settings name; false if no setting names any. */
static bool networks_mark(const struct figures *figures, const struct space *space,
                          const char *const *settings, size_t count, bool *wanted)
{
    const struct axis *networks = &space->axes[AXIS_workload];
    bool is_chosen = false;

    for (size_t i = 0; i < count; i++) {
        struct error ignored; /* reported when the figure is evaluated */
        struct choice choice;

        if (choice_parse(figures->library, space, settings[i], &choice, &ignored) !=
                STATUS_OK ||
            choice.axis != AXIS_workload)
            continue;
        is_chosen = true;
        for (uint64_t v = 0; v < networks->count; v++)
            for (size_t c = 0; c < choice.count; c++)
                wanted[v] |= axis_values_equal(space_axis(space, AXIS_workload),
                                               networks->values[v], choice.values[c]);
    }
    return is_chosen;
}

/* Marks the networks that a sweep's figures need; false if a figure does not name them. */
static bool networks_wanted(const struct figures *figures, const char *sweep,
                            const struct space *space, bool *wanted)
{
    for (size_t i = 0; i < figures->published->count; i++) {
        const struct published_figure *figure = &figures->published->figures[i];

        if (strcmp(figure->sweep, sweep) != 0)
            continue;
        if (!networks_mark(figures, space, figure->where, figure->where_count, wanted))
            return false;
        networks_mark(figures, space, figure->baseline, figure->baseline_count, wanted);
    }
    return true;
}

/* Removes the networks that no figure needs: 40 of 45, and with them most of the time. */
static void networks_narrow(const struct figures *figures, const char *sweep,
                            struct space *space)
{
    struct dimension *dimension = networks_dimension(space);
    struct axis *networks = &space->axes[AXIS_workload];
    uint64_t kept = 0;
    bool *wanted;

    if (!dimension)
        return;
    wanted = alloc_array(networks->count, sizeof *wanted);
    if (networks_wanted(figures, sweep, space, wanted)) {
        for (uint64_t v = 0; v < networks->count; v++)
            if (wanted[v])
                networks->values[kept++] = networks->values[v];
        if (kept)
            networks->count = dimension->count = kept;
    }
    free(wanted);
}

/* Joins "axis=value,value" texts into a key. */
static char *key_join(const char *first, const char *const *settings, size_t count)
{
    char *key = alloc_text(first);

    for (size_t i = 0; i < count; i++)
        key = alloc_append(key, ";%s", settings[i]);
    return key;
}

static enum status sweep_make(struct figures *figures,
                              const struct published_figure *figure,
                              struct sweep *sweep, struct error *err)
{
    enum status status;
    char *path;

    if (!figure->sweep[0])
        return sweep_from_settings(figure->where, figure->where_count, figures->library,
                                   sweep, err);
    path = alloc_printf("%s/../%s", figures->folder, figure->sweep);
    status = sweep_read(path, figures->library, sweep, err);
    free(path);
    if (status == STATUS_OK)
        networks_narrow(figures, figure->sweep, &sweep->space);
    return status;
}

enum status figures_plan(struct figures *figures, const struct published_figure *figure,
                         struct evaluated **found, struct error *err)
{
    struct evaluated *one = alloc_array(1, sizeof *one);
    enum status status = STATUS_OK;

    one->key = key_join(figure->sweep, figure->where,
                        figure->sweep[0] ? 0 : figure->where_count);
    for (size_t i = 0; i < figures->kept_count; i++)
        if (strcmp(figures->kept[i]->key, one->key) == 0) {
            *found = figures->kept[i];
            goto out;
        }
    status = sweep_make(figures, figure, &one->sweep, err);
    if (status != STATUS_OK)
        goto out;
    status = study_init(&one->study, &one->sweep, figures->library, err);
    if (status != STATUS_OK)
        goto out;
    figures->kept = realloc_array(figures->kept, figures->kept_count + 1,
                                  sizeof *figures->kept);
    figures->kept[figures->kept_count++] = one;
    one->study.curves = figures->curves;
    *found = one;
    return STATUS_OK;
out: /* it is not kept */
    sweep_free(&one->sweep);
    free(one->key);
    free(one);
    return status;
}
