#include "array/search.h"

#include "base/stop.h"

static bool refuse(const char **why, const char *reason)
{
    *why = reason;
    return false;
}

const char beyond_limits[] = "no organization is within the limits";

static bool within(double value, double limit)
{
    return !(limit > 0) || value <= limit;
}

/* The limits apply to the data array (that of a RAM or of a cache). */
bool limits_hold(const struct array_request *request, const struct metrics *m)
{
    const struct array_limits *l = &request->limits;

    return (
        within(m->area_m2, l->area_m2) && within(m->read_s, l->read_latency_s) &&
        within(m->write_s, l->write_latency_s) && within(m->read_j, l->read_energy_j) &&
        within(m->write_j, l->write_energy_j) && within(m->leakage_w, l->leakage_w) &&
        within(m->read_s * m->read_j, l->read_edp_js) &&
        within(m->write_s * m->write_j, l->write_edp_js) &&
        within(edap_of(request, m), l->edap_jsm2));
}

static bool within_limits(const struct task *task, const struct metrics *m)
{
    return task->is_tag || limits_hold(task->request, m);
}

bool candidate_finish(struct candidate *c, const struct task *task, const char **why)
{
    if (!bank_make(&c->bank, task, &c->shape, &c->mat, why))
        return false;

    struct reach reach = bank_reach(task, &c->bank);
    struct metrics metrics = {
        .read_s = c->bank.read_s + 2 * (reach.delay_s + reach.bond_s),
        .write_s = c->bank.write_s + reach.delay_s + reach.bond_s,
        .read_j = c->bank.read_j + reach.energy_j + reach.bond_j,
        .write_j = c->bank.write_j + reach.energy_j + reach.bond_j,
        .leakage_w = c->bank.leakage_w * task->banks + reach.leakage_w + reach.bond_w,
        .area_m2 = c->bank.area_m2 * task->banks + bank_bonds_m2(task),
    };

    if (!within_limits(task, &metrics) || metrics.read_s > task->longest_read_s)
        return refuse(why, beyond_limits);

    c->value = target_value(task->request, &metrics);
    if (!(c->value < HUGE_VAL))
        return refuse(why, "the value of the target is not a finite number");
    return true;
}

bool candidate_make(struct candidate *candidate, const struct task *task,
                    const struct array_organization *organization, struct parts *parts,
                    const char **why)
{
    struct candidate *c = candidate;
    struct array_organization *o = &c->organization;
    struct subarray_shape shape;
    uint64_t width;

    *o = *organization;
    width = tag_width(task, o->active_rows * o->active_cols * o->active_sub_rows *
                                o->active_sub_cols);
    if (width == 0)
        return refuse(why, "there are more active subarrays than tag bits");
    if (!bank_shape_make(&c->shape, task, o->bank_rows, o->bank_cols, o->active_rows,
                         o->active_cols, width, why) ||
        !mat_shape_make(&c->mat.shape, task, &c->shape, o->mat_rows, o->mat_cols,
                        o->active_sub_rows, o->active_sub_cols, why) ||
        !subarray_shape_make(&shape, task, &c->mat.shape, o->mux_sense, o->mux_out1,
                             o->mux_out2, o->buffers, why))
        return false;
    o->sub_rows = shape.rows;
    o->sub_cols = shape.cols;
    o->rows_per_set = 1;
    o->banks = (uint64_t)task->banks;
    return subarray_make(&c->mat.subarray, &task->fabric, &shape, parts, why) &&
           mat_make(&c->mat, task, parts, why) && candidate_finish(c, task, why);
}

/* One of the nested loops over all organizations of a space. */
#define EACH(variable, range)                                            \
    for (o.variable = space->range.low; o.variable <= space->range.high; \
         o.variable *= 2)

static bool passes_filters(const struct search_space *space, const struct candidate *c)
{
    return (space->sub_rows == 0 || c->organization.sub_rows == space->sub_rows) &&
           (space->sub_cols == 0 || c->organization.sub_cols == space->sub_cols);
}

struct hunt {
    const struct task *task;
    const struct search_space *space;
    double ceiling;
    struct candidate *best;
    uint64_t *valid;
    const char **why;
    bool found;
};

static void consider(struct hunt *hunt, const struct array_organization *o)
{
    struct candidate c;
    struct parts parts;
    const char *why = NULL;

    if (stop_is_wanted())
        return;
    parts_init(&parts);
    if (candidate_make(&c, hunt->task, o, &parts, &why) &&
        passes_filters(hunt->space, &c)) {
        ++*hunt->valid;
        if (c.value < (hunt->found ? hunt->best->value : hunt->ceiling)) {
            *hunt->best = c;
            hunt->found = true;
        }
    } else if (why != NULL && *hunt->why != beyond_limits) {
        *hunt->why = why;
    }
    parts_free(&parts);
}

static void each_mux(struct hunt *hunt, struct array_organization o)
{
    const struct search_space *space = hunt->space;

    EACH(mux_sense, mux_sense)
    EACH(mux_out1, mux_out1)
    EACH(mux_out2, mux_out2)
    for (int style = (int)space->first_style; style <= (int)space->last_style;
         style++) {
        o.buffers = (enum buffer_style)style;
        consider(hunt, &o);
    }
}

static void each_mat(struct hunt *hunt, struct array_organization o)
{
    const struct search_space *space = hunt->space;

    EACH(mat_rows, mat_rows)
    EACH(mat_cols, mat_cols)
    EACH(active_sub_cols, active_sub_cols)
    EACH(active_sub_rows, active_sub_rows)
    {
        if (o.active_sub_cols > o.mat_cols || o.active_sub_rows > o.mat_rows)
            continue;
        if (space->all_subs_active &&
            (o.active_sub_cols != o.mat_cols || o.active_sub_rows != o.mat_rows))
            continue;
        each_mux(hunt, o);
    }
}

bool search_naive(const struct task *task, const struct search_space *space,
                  struct parts *parts, double ceiling, struct candidate *best,
                  uint64_t *valid, const char **why)
{
    struct hunt hunt = { task, space, ceiling, best, valid, why, false };
    struct array_organization o = { 0 };

    EACH(bank_rows, bank_rows)
    EACH(bank_cols, bank_cols)
    EACH(active_cols, active_cols)
    EACH(active_rows, active_rows)
    {
        if (o.active_cols > o.bank_cols || o.active_rows > o.bank_rows)
            continue;
        if (space->all_cols_active && o.active_cols != o.bank_cols)
            continue;
        each_mat(&hunt, o);
    }
    if (!hunt.found)
        return false;

    /* the parts of the best candidate were released, so that it is evaluated again */
    struct array_organization chosen = best->organization;

    return candidate_make(best, task, &chosen, parts, why);
}
