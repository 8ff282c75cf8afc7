#include "array/search.h"

#include "base/maths.h"

static struct search_range fixed(uint64_t value)
{
    return (struct search_range){ value, value };
}

static void pin(struct search_range *range, uint64_t value)
{
    if (value > 0)
        *range = fixed(value);
}

/* NVSim searches data arrays of up to 512 x 512 mats, by default with its "CACTI assumption"
 * (all columns active, 2 x 2 subarrays), and tag arrays of up to 64 x 64 mats over all counts. */
static struct search_space tool_space(const struct task *task)
{
    bool whole = task->is_tag || task->request->unrestricted;
    uint64_t most_mats = task->is_tag ? 64 : 512, most_mux = task->is_tag ? 64 : 256;

    return (struct search_space){
        .bank_rows = { 1, most_mats },
        .bank_cols = { 1, most_mats },
        .active_rows = { 1, whole ? most_mats : 1 },
        .active_cols = { 1, most_mats },
        .mat_rows = { whole ? 1 : 2, 2 },
        .mat_cols = { whole ? 1 : 2, 2 },
        .active_sub_rows = { 1, 2 },
        .active_sub_cols = { 1, 2 },
        .mux_sense = { 1, most_mux },
        .mux_out1 = { 1, most_mux },
        .mux_out2 = { 1, most_mux },
        .all_cols_active = !whole,
        .all_subs_active = !whole,
        .first_style = BUFFER_LATENCY,
        .last_style = whole && (task->is_tag || task->request->buffers_free)
                          ? BUFFER_AREA
                          : BUFFER_LATENCY,
    };
}

/* Under the physical rules all columns of mats and all subarrays of a mat are active; splitting a
 * word more finely costs drivers and wires.  Up to eight rows of mats are active, so that small
 * memories can deliver wide words. */
static struct search_space physical_space(const struct task *task)
{
    bool whole = task->request->unrestricted;
    uint64_t most_mats = task->is_tag ? 64 : 512;
    uint64_t most_mux = task->is_tag ? 64 : 256;

    return (struct search_space){
        .bank_rows = { 1, most_mats },
        .bank_cols = { 1, most_mats },
        .active_rows = { 1, whole ? most_mats : 8 },
        .active_cols = { 1, most_mats },
        .mat_rows = { 1, 2 },
        .mat_cols = { 1, 2 },
        .active_sub_rows = { 1, 2 },
        .active_sub_cols = { 1, 2 },
        .mux_sense = { 1, most_mux },
        .mux_out1 = { 1, most_mux },
        .mux_out2 = { 1, most_mux },
        .all_cols_active = !whole && !task->is_tag,
        .all_subs_active = !whole,
        .first_style = BUFFER_LATENCY,
        .last_style = task->request->buffers_free ? BUFFER_AREA : BUFFER_LATENCY,
    };
}

struct search_space space_make(const struct task *task,
                               const struct array_organization *given)
{
    struct search_space space = task->fabric.rules->search_all ? tool_space(task)
                                                               : physical_space(task);

    if (given == NULL)
        return space;
    pin(&space.bank_rows, given->bank_rows);
    pin(&space.bank_cols, given->bank_cols);
    pin(&space.active_rows, given->active_rows);
    pin(&space.mat_rows, given->mat_rows);
    pin(&space.mat_cols, given->mat_cols);
    pin(&space.mux_sense, given->mux_sense);
    pin(&space.mux_out1, given->mux_out1);
    pin(&space.mux_out2, given->mux_out2);
    if (given->active_cols > 0) {
        space.active_cols = fixed(given->active_cols);
        space.all_cols_active = false;
    }
    if (given->active_sub_rows > 0 || given->active_sub_cols > 0) {
        space.all_subs_active = false;
        pin(&space.active_sub_rows, given->active_sub_rows);
        pin(&space.active_sub_cols, given->active_sub_cols);
    }
    space.sub_rows = given->sub_rows;
    space.sub_cols = given->sub_cols;
    if (given->buffers_given)
        space.first_style = space.last_style = given->buffers;
    return space;
}

static uint64_t steps(struct search_range range)
{
    uint64_t count = 0;

    for (uint64_t i = range.low; i <= range.high; i *= 2)
        count++;
    return count;
}

/* Counts the pairs of a number and the number of active ones among them. */
static uint64_t active_pairs(struct search_range all, struct search_range active,
                             bool follows)
{
    uint64_t count = 0;

    for (uint64_t i = all.low; i <= all.high; i *= 2)
        for (uint64_t j = active.low; j <= active.high && j <= i; j *= 2)
            count += !follows || j == i;
    return count;
}

uint64_t space_size(const struct search_space *space)
{
    return active_pairs(space->bank_rows, space->active_rows, false) *
           active_pairs(space->bank_cols, space->active_cols, space->all_cols_active) *
           active_pairs(space->mat_rows, space->active_sub_rows,
                        space->all_subs_active) *
           active_pairs(space->mat_cols, space->active_sub_cols,
                        space->all_subs_active) *
           steps(space->mux_sense) * steps(space->mux_out1) * steps(space->mux_out2) *
           (uint64_t)(space->last_style - space->first_style + 1);
}

/* The EDAP that Algorithm 1 of DeepNVM++ compares, in which reads and writes have the same
 * weight. */
static double geometric_edap(const struct metrics *m)
{
    return sqrt(m->read_s * m->read_j * (m->write_s * m->write_j)) * m->area_m2;
}

double edap_of(const struct array_request *request, const struct metrics *m)
{
    double r = request->reads_per_write > 0 ? request->reads_per_write
                                            : ARRAY_READS_PER_WRITE;

    /* studies made with NVSim compare this EDAP */
    if (request->rules != NULL && request->rules->search_all)
        return geometric_edap(m);
    return (r * m->read_s + m->write_s) * (r * m->read_j + m->write_j) /
           ((1 + r) * (1 + r)) * m->area_m2;
}

double target_value(const struct array_request *request, const struct metrics *m)
{
    const struct array_weights *w = &request->weights;

    switch (request->target) {
    case TARGET_READ_LATENCY: return m->read_s;
    case TARGET_WRITE_LATENCY: return m->write_s;
    case TARGET_READ_ENERGY: return m->read_j;
    case TARGET_WRITE_ENERGY: return m->write_j;
    case TARGET_READ_EDP: return m->read_s * m->read_j;
    case TARGET_WRITE_EDP: return m->write_s * m->write_j;
    case TARGET_LEAKAGE: return m->leakage_w;
    case TARGET_AREA: return m->area_m2;
    case TARGET_TUNED: return geometric_edap(m);
    case TARGET_EDAP: return edap_of(request, m);
    case TARGET_WEIGHTED:
        return maths_pow(m->read_s, w->read_latency) *
               maths_pow(m->write_s, w->write_latency) *
               maths_pow(m->read_j, w->read_energy) *
               maths_pow(m->write_j, w->write_energy) *
               maths_pow(m->leakage_w, w->leakage) * maths_pow(m->area_m2, w->area);
    }
    return NAN;
}
