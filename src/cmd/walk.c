#include "cmd/walk.h"

#include "base/maths.h"
#include "cmd/walk_steps.h"
#include "cmd/walk_values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An order of the steps: 0 is the printed one, 1 its reverse, others are random. */
static void order_make(uint64_t which, size_t count, size_t *order)
{
    uint64_t state = which * UINT64_C(0x9e3779b97f4a7c15);

    for (size_t i = 0; i < count; i++)
        order[i] = which == 1 ? count - 1 - i : i;
    for (size_t i = count; which > 1 && i > 1; i--) {
        size_t other, kept = order[i - 1];

        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        other = (size_t)(state >> 33) % i;
        order[i - 1] = order[other];
        order[other] = kept;
    }
}

static enum status order_walk(struct walking *walking, uint64_t which,
                              struct walk *walk, struct error *err)
{
    size_t order[WALK_STEPS], count = walk->technology_count;
    double before[WALK_TECHNOLOGIES], after[WALK_TECHNOLOGIES];
    uint32_t set = 0;
    enum status status = walk_set_value(walking, 0, before, err);

    order_make(which, walking->step_count, order);
    for (size_t i = 0; i < walking->step_count && status == STATUS_OK; i++) {
        struct walk_step *step = &walk->steps[order[i]];

        set |= 1u << order[i];
        status = walk_set_value(walking, set, after, err);
        for (size_t t = 0; t < count && status == STATUS_OK; t++) {
            double factor = after[t] / before[t];

            if (which == 0) {
                step->value[t] = after[t];
                step->factor[t] = step->least[t] = step->most[t] = factor;
            }
            step->least[t] = factor < step->least[t] ? factor : step->least[t];
            step->most[t] = factor > step->most[t] ? factor : step->most[t];
            step->mean[t] += maths_log(factor);
            before[t] = after[t];
        }
    }
    return status;
}

static void name_of(const char *file, char *name, size_t size)
{
    const char *slash = strrchr(file, '/');
    const char *base = slash ? slash + 1 : file, *dot = strrchr(base, '.');

    snprintf(name, size, "%.*s", (int)(dot ? dot - base : (long)strlen(base)), base);
}

/* Finds the metric that the first study's result file has under that name. */
static enum status metric_choose(struct walking *walking, struct error *err)
{
    struct objective objective;
    struct error why;

    if (objective_find(walking->request->metric, &walking->sides[0].sweep,
                       STAGE_BIT(STAGE_NEED) - 1, &objective, &why) != STATUS_OK)
        return error_set(err, STATUS_INPUT, "-m %s", why.text);
    walking->stage = (enum stage_id)objective.stage;
    walking->metric = objective.metric;
    return STATUS_OK;
}

bool walk_step_is_idle(const struct walk *walk, const struct walk_step *step)
{
    for (size_t t = walk->technology_count > 1; t < walk->technology_count; t++)
        if (fabs(step->least[t] - 1) > 5e-4 || fabs(step->most[t] - 1) > 5e-4)
            return false;
    return true;
}

/* Reads both studies and the memories of their technologies. */
static enum status sides_read(struct walking *walking, struct error *err)
{
    const struct walk_side *a = &walking->sides[0], *b = &walking->sides[1];
    enum status status = STATUS_OK;

    for (size_t i = 0; i < 2 && status == STATUS_OK; i++)
        status = walk_side_read(walking, i, err);
    if (status == STATUS_OK)
        status = metric_choose(walking, err);
    if (status != STATUS_OK)
        return status;
    if (a->technology_count != b->technology_count || a->technology_count == 0)
        return error_set(
            err, STATUS_INPUT,
            "%s has %zu technologies and %s %zu; the numbers must be equal",
            a->sweep.file, a->technology_count, b->sweep.file, b->technology_count);
    for (size_t t = 0; status == STATUS_OK && t < 2 * a->technology_count; t++)
        status = walk_memory_read(walking, &walking->sides[t % 2], t / 2, err);
    return status;
}

/* The values of both studies, and the points of one technology at one capacity. */
static enum status ends_read(struct walking *walking, struct walk *walk,
                             struct error *err)
{
    struct walk_side *b = &walking->sides[1];
    enum status status = walk_side_value(walking, &walking->sides[0], walk->first,
                                         &walk->points, err);

    if (status == STATUS_OK)
        status = walk_side_value(walking, b, walk->last, &walk->points, err);
    if (status != STATUS_OK)
        return status;
    walk->points /= b->sweep.space.axes[AXIS_technology].count;
    if (!b->sweep.space.iso_area.baseline)
        walk->points /= b->sweep.space.axes[AXIS_capacity_bytes].count;
    return STATUS_OK;
}

/* Walks the steps in all orders: factors, their range, and their geometric mean. */
static enum status orders_walk(struct walking *walking, struct walk *walk,
                               struct error *err)
{
    uint64_t orders = 1 + walk->orders;
    enum status status = STATUS_OK;

    for (size_t s = 0; s < walking->step_count; s++)
        walk_step_describe(walking, s, &walk->steps[s]);
    for (uint64_t o = 0; o < orders && status == STATUS_OK; o++)
        status = order_walk(walking, o, walk, err);
    for (size_t s = 0; s < walking->step_count; s++)
        for (size_t t = 0; t < walk->technology_count; t++)
            walk->steps[s].mean[t] = maths_exp(walk->steps[s].mean[t] / (double)orders);
    return status;
}

static void names_write(const struct walking *walking, struct walk *walk)
{
    const struct walk_request *request = walking->request;

    for (size_t t = 0; t < walk->technology_count; t++)
        walk->technologies[t] = walking->sides[1].technologies[t]->name;
    name_of(request->from, walk->from, sizeof walk->from);
    name_of(request->to ? request->to : "changed", walk->to, sizeof walk->to);
}

enum status walk_make(const struct walk_request *request, const struct library *library,
                      struct walk *walk, struct error *err)
{
    struct walking walking = { .request = request, .library = library };
    enum status status;

    *walk = (struct walk){ .orders = request->orders };
    walking.curves = curve_store_open();
    status = sides_read(&walking, err);
    if (status != STATUS_OK)
        goto out;
    status = walk_steps_find(&walking, err);
    if (status != STATUS_OK)
        goto out;
    status = ends_read(&walking, walk, err);
    if (status != STATUS_OK)
        goto out;
    walk->technology_count = walking.sides[0].technology_count;
    walk->step_count = walking.step_count;
    status = orders_walk(&walking, walk, err);
    names_write(&walking, walk);
out:
    sweep_free(&walking.sides[0].sweep);
    sweep_free(&walking.sides[1].sweep);
    curve_store_close(walking.curves);
    free(walking.known);
    return status;
}
