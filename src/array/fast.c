/* The factored search.  Organizations that deliver the same address, data bits and ways to a
 * subarray form a class.  All bank shapes of a class use the same subarrays and mats, which
 * are therefore evaluated once.  A lower bound is the value by the same equations without the
 * parts that are not known yet (predecoders, multiplexers, tree), so that the search skips
 * only what cannot be the best:
 *
 *   class, rows x columns, buffers   ideal edge, cheapest tree     subarray_floor
 *     multiplexers                   real subarray, cheapest tree
 *       bank shape                   real subarray, its own tree
 *         evaluated in full */
#include "array/fast.h"

#include "base/maths.h"
#include "base/stop.h"

#include <stdlib.h>

/* Bounds and values add the same terms in different orders.  This factor on the bounds covers
 * the difference in rounding. */
static const double SLACK = 1 - 1e-9;

/* A predecoder with a load has at least this share of its delay without one.  It is below 1
 * because the number of stages of its chains changes with the load, so that a small load can
 * shorten the delay. */
static const double LEAST_PREDECODE = 0.8;

static const struct predecode *least_predecode(struct fast *fast,
                                               const struct class *class,
                                               const struct subarray_shape *shape)
{
    unsigned bits = mat_row_bits(fast->task, &class->shape, shape);
    unsigned second = bits > 3 ? bits / 2 : 0;
    struct predecode *p = &fast->predecode[bits < ROW_BITS ? bits : 0];

    if (p->known)
        return p;

    double area_m2 = 0;
    const unsigned parts[2] = { bits < ROW_BITS ? bits - second : 0,
                                bits < ROW_BITS ? second : 0 };

    for (int i = 0; i < 2; i++) {
        const struct predecoder *block = parts_predecoder(
            fast->parts, &fast->task->process, parts[i], 0);

        if (block == NULL)
            continue;
        area_m2 += block->box.width_m * block->box.height_m;
        p->energy_j += block->energy_j;
        p->leakage_w += block->leakage_w;
        p->delay_s = maths_max(p->delay_s, LEAST_PREDECODE * block->step_s);
    }
    p->side_m = sqrt(area_m2);
    p->known = true;
    return p;
}

/* Prepares bank_reach_least as a function of the side of a bank, which is not known yet. */
static void floor_reach(struct fast *fast)
{
    const struct task *task = fast->task;
    const struct wiring *tree = &task->fabric.tree;
    bool two_levels = tree->far_from_m < HUGE_VAL;
    const struct wire *far = two_levels ? &tree->far : &tree->near;
    struct reach one = bank_reach_least(task, 0);
    double bits = (double)task->word_bits + log2_up(task->sets);
    double side_by_side = task->banks / task->tiers;
    double leaking = bits * (sqrt(side_by_side) + 1);

    fast->reach = (struct reach_floor){
        .sides = sqrt(side_by_side) - 1,
        .bond_s = one.bond_s,
        .bond_j = one.bond_j,
        .bond_w = one.bond_w,
        .bonds_m2 = bank_bonds_m2(task),
    };
    if (!(fast->reach.sides > 0) || !tree->near.repeated)
        return; /* the bound of unrepeated wires leaves the way on the die out */
    fast->reach.near_s = tree->near.driver_s;
    fast->reach.far_s = far->driver_s;
    fast->reach.near_s_per_m = tree->near.s_per_m;
    fast->reach.far_s_per_m = far->s_per_m;
    fast->reach.j = TREE_ACTIVITY * bits *
                    maths_min(tree->near.driver_j, far->driver_j);
    fast->reach.j_per_m = TREE_ACTIVITY * bits *
                          maths_min(tree->near.j_per_m, far->j_per_m);
    fast->reach.w = leaking * maths_min(tree->near.driver_w, far->driver_w);
    fast->reach.w_per_m = leaking * maths_min(tree->near.w_per_m, far->w_per_m);
}

static void add_reach(const struct reach_floor *r, double banks, struct metrics *m)
{
    double length_m = r->sides * sqrt(m->area_m2 / banks);
    double delay_s = maths_min(r->near_s + r->near_s_per_m * length_m,
                               r->far_s + r->far_s_per_m * length_m) +
                     r->bond_s;
    double energy_j = r->j + r->j_per_m * length_m + r->bond_j;

    m->read_s += 2 * delay_s;
    m->write_s += delay_s;
    m->read_j += energy_j;
    m->write_j += energy_j;
    m->leakage_w += r->w + r->w_per_m * length_m + r->bond_w;
    m->area_m2 += r->bonds_m2;
}

/* Returns a lower bound of the value for a class with this subarray and tree. */
static double bound_of(struct fast *fast, const struct class *class,
                       const struct tree *tree, const struct subarray *s,
                       const struct subarray_times *t)
{
    const struct task *task = fast->task;
    const struct predecode *p = least_predecode(fast, class, &s->shape);
    double subs = (double)(class->shape.rows * class->shape.cols);
    double active_subs = (double)(class->shape.active_rows * class->shape.active_cols);
    double stretch = mat_stretch(task);
    double w_m = stretch * (double)class->shape.cols * s->width_m;
    double h_m = stretch * (double)class->shape.rows * s->height_m;
    double area_m2 = w_m * h_m + maths_min(w_m, h_m) * p->side_m;
    double tree_s = tree->s0 + tree->s_w * w_m + tree->s_ww * w_m * w_m +
                    tree->s_h * h_m + tree->s_hh * h_m * h_m;
    double tree_j = tree->j_w * w_m + tree->j_h * h_m;
    double ways = (double)class->shape.ways;
    const struct comparator *c = class->comparator;
    double compare_j = c != NULL ? ways * c->energy_j : 0;
    double write_tree_j = tree_j;
    struct mat_wires wires = mat_wires_of(task, &class->shape, s);
    double mat_j = p->energy_j + wires.energy_j;
    struct metrics m = {
        .read_s = p->delay_s + t->read_s + 2 * wires.delay_s + fast->trips * tree_s +
                  (c != NULL ? c->delay_s : 0),
        .write_s = p->delay_s + t->write_s + wires.delay_s + tree_s,
        .read_j = class->active * (mat_j + active_subs * s->read_j + compare_j) +
                  tree_j,
        .write_j = class->active * (mat_j + active_subs * s->write_j),
        .leakage_w = task->banks *
                     (task->request->power_gating ? class->active : class->mats) *
                     (subs * s->leakage_w + (c != NULL ? ways * c->leakage_w : 0)),
        .area_m2 = task->banks * class->mats *
                   (area_m2 + (c != NULL ? ways * c->area_m2 : 0)),
    };

    if (task->is_cache && task->request->access == ACCESS_FAST &&
        task->fabric.rules->fast_write_over_ways)
        write_tree_j /= maths_max((double)task->request->associativity, 1);
    m.write_j += write_tree_j;
    if (task->banks > 1 && fast->has_tree_bounds)
        add_reach(&fast->reach, task->banks, &m);
    if (task->fabric.rules->comparator_on_write)
        m.write_j += class->active * compare_j;
    if (task->fabric.rules->refresh_is_leakage)
        m.leakage_w += task->banks * class->mats * subs * s->refresh_w;
    if (SLACK * m.read_s > task->longest_read_s)
        return HUGE_VAL; /* its read is too long, whatever its value */
    return SLACK * target_value(task->request, &m);
}

/* Finds the least delay, energy, leakage and height of all amplifiers.  The rounding of a
 * pitch depends on the number of columns, and at some pitches a device folds differently just
 * above and just below; so both sides are tried. */
static void find_least_amp(struct fast *fast, const uint64_t extra)
{
    static const double sides[] = { 1 - 1e-9, 1 + 1e-9 };
    struct sense_amp *least = &fast->least_amp;

    for (uint64_t mux = fast->space->mux_sense.low; mux <= fast->space->mux_sense.high;
         mux *= 2)
        for (int side = 0; side < 2; side++) {
            double pitch_m = (double)(mux * extra) * fast->task->fabric.cell.width_m;
            const struct sense_amp *amp = parts_sense_amp(
                fast->parts, &fast->task->fabric, pitch_m * sides[side]);

            if (amp == NULL)
                continue;
            least->delay_s = maths_min(least->delay_s, amp->delay_s);
            least->energy_j = maths_min(least->energy_j, amp->energy_j);
            least->leakage_w = maths_min(least->leakage_w, amp->leakage_w);
            least->height_m = maths_min(least->height_m, amp->height_m);
        }
}

static bool is_filtered(const struct search_space *space, uint64_t rows, uint64_t cols)
{
    return (space->sub_rows > 0 && rows != space->sub_rows) ||
           (space->sub_cols > 0 && cols != space->sub_cols);
}

/* Returns the lower bound of the subarrays of a class with one product of multiplexers, or
 * NULL if none is legal.  Classes that need the same rows and columns share it. */
static const struct floor *find_floor(struct fast *fast, const struct class *class,
                                      unsigned bits, unsigned style)
{
    uint64_t first = UINT64_C(1) << bits, most = fast->space->mux_sense.high;
    struct subarray_shape shape;
    struct floor *floor;
    bool fresh;

    if (first > most)
        first = most;
    /* as much of the product as possible before the amplifier, the rest after it */
    if (!subarray_shape_make(&shape, fast->task, &class->shape, first,
                             (UINT64_C(1) << bits) / first, 1, (enum buffer_style)style,
                             fast->why) ||
        is_filtered(fast->space, shape.rows, shape.cols))
        return NULL;
    if (fast->parts->floors.item_size == 0)
        memo_init(&fast->parts->floors, sizeof *floor);
    floor = memo_get(&fast->parts->floors,
                     parts_key(shape.rows, shape.cols, bits, style), &fresh);
    if (fresh) {
        floor->is_legal = subarray_floor(&floor->subarray, &fast->task->fabric, &shape,
                                         &fast->least_amp, fast->parts, fast->why);
        if (floor->is_legal)
            subarray_time_least(&floor->subarray, &fast->task->fabric, &floor->times);
    }
    return floor->is_legal ? floor : NULL;
}

static void add_item(struct fast *fast, uint32_t index, unsigned bits, unsigned style)
{
    const struct class *class = &fast->classes[index];
    const struct floor *floor = find_floor(fast, class, bits, style);
    double bound;

    if (floor == NULL)
        return;
    bound = bound_of(fast, class, &class->tree, &floor->subarray, &floor->times);
    if (!(bound < fast->ceiling) && !fast->task->request->count_valid)
        return;
    fast->items = fast_list_grow(fast->items, fast->item_count, &fast->item_room,
                                 sizeof *fast->items);
    fast->items[fast->item_count++] = (struct item){
        .bound = bound,
        .class = index,
        .product_bits = (uint16_t)bits,
        .style = (uint16_t)style,
    };
}

static unsigned bits_of(uint64_t power)
{
    return (unsigned)log2_up(power);
}

static void list_items(struct fast *fast)
{
    const struct search_space *space = fast->space;
    unsigned low = bits_of(space->mux_sense.low) + bits_of(space->mux_out1.low) +
                   bits_of(space->mux_out2.low);
    unsigned high = bits_of(space->mux_sense.high) + bits_of(space->mux_out1.high) +
                    bits_of(space->mux_out2.high);

    fast->least_amp = (struct sense_amp){ .delay_s = HUGE_VAL,
                                          .energy_j = HUGE_VAL,
                                          .leakage_w = HUGE_VAL,
                                          .height_m = HUGE_VAL };
    for (uint32_t i = 0; i < fast->class_count; i++)
        find_least_amp(fast, fast->classes[i].shape.mux_extra[0]);
    if (!(fast->least_amp.delay_s < HUGE_VAL)) {
        *fast->why = "a sense amplifier does not fit the width of its columns";
        return;
    }
    for (uint32_t i = 0; i < fast->class_count && !stop_is_wanted(); i++) {
        struct class *class = &fast->classes[i];

        if (fast->task->is_tag)
            class->comparator = parts_comparator(fast->parts, &fast->task->process,
                                                 class->shape.bits *
                                                     class->shape.active_rows *
                                                     class->shape.active_cols);
        for (unsigned bits = low;
             bits <= high && (UINT64_C(1) << bits) <= class->shape.sets; bits++)
            for (unsigned style = space->first_style; style <= space->last_style;
                 style++)
                add_item(fast, i, bits, style);
    }
}

/* ---- evaluation */

static int compare_counts(const struct array_organization *a,
                          const struct array_organization *b)
{
    const uint64_t left[] = { a->bank_rows,       a->bank_cols,       a->active_cols,
                              a->active_rows,     a->mat_rows,        a->mat_cols,
                              a->active_sub_cols, a->active_sub_rows, a->mux_sense,
                              a->mux_out1,        a->mux_out2,        a->buffers };
    const uint64_t right[] = { b->bank_rows,       b->bank_cols,       b->active_cols,
                               b->active_rows,     b->mat_rows,        b->mat_cols,
                               b->active_sub_cols, b->active_sub_rows, b->mux_sense,
                               b->mux_out1,        b->mux_out2,        b->buffers };

    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    return 0;
}

static bool can_win(const struct fast *fast, double bound)
{
    if (fast->task->request->count_valid)
        return true;
    return fast->found ? bound <= fast->best->value : bound < fast->ceiling;
}

/* Tries all bank shapes with one subarray.  The mat is evaluated only when the bound of a bank
 * shape is below the best value. */
static void try_leaves(struct fast *fast, const struct class *class,
                       struct candidate *trial, const struct subarray_times *times)
{
    bool made = false;

    for (uint32_t at = class->first; at > 0; at = fast->leaves[at - 1].next) {
        const struct leaf *leaf = &fast->leaves[at - 1];
        const struct mat_shape *mat = &class->shape;
        uint64_t width;

        if (!can_win(fast,
                     bound_of(fast, class, &leaf->tree, &trial->mat.subarray, times)))
            continue;
        if (!made && !mat_make(&trial->mat, fast->task, fast->parts, fast->why))
            return;
        made = true;
        width = tag_width(fast->task, (uint64_t)leaf->active_rows * leaf->active_cols *
                                          mat->active_rows * mat->active_cols);
        bank_shape_make(&trial->shape, fast->task, leaf->bank_rows, leaf->bank_cols,
                        leaf->active_rows, leaf->active_cols, width, fast->why);
        if (!candidate_finish(trial, fast->task, fast->why)) {
            fast->is_limited = fast->is_limited || *fast->why == beyond_limits;
            continue;
        }
        ++*fast->valid;

        struct array_organization *t = &trial->organization;

        t->bank_rows = leaf->bank_rows;
        t->bank_cols = leaf->bank_cols;
        t->active_rows = leaf->active_rows;
        t->active_cols = leaf->active_cols;
        if (fast->found ? trial->value < fast->best->value ||
                              (trial->value == fast->best->value &&
                               compare_counts(t, &fast->best->organization) < 0)
                        : trial->value < fast->ceiling) {
            *fast->best = *trial;
            fast->found = true;
        }
    }
}

static void try_mux(struct fast *fast, const struct class *class, uint64_t mux_sense,
                    uint64_t mux_out1, uint64_t mux_out2, enum buffer_style style)
{
    struct subarray_shape shape;
    struct subarray_times times;
    struct candidate trial;

    if (!subarray_shape_make(&shape, fast->task, &class->shape, mux_sense, mux_out1,
                             mux_out2, style, fast->why) ||
        !subarray_make(&trial.mat.subarray, &fast->task->fabric, &shape, fast->parts,
                       fast->why))
        return;
    subarray_time_least(&trial.mat.subarray, &fast->task->fabric, &times);
    if (!can_win(fast,
                 bound_of(fast, class, &class->tree, &trial.mat.subarray, &times)))
        return;
    trial.mat.shape = class->shape;
    trial.organization = (struct array_organization){
        .banks = (uint64_t)fast->task->banks,
        .mat_rows = class->shape.rows,
        .mat_cols = class->shape.cols,
        .active_sub_rows = class->shape.active_rows,
        .active_sub_cols = class->shape.active_cols,
        .mux_sense = mux_sense,
        .mux_out1 = mux_out1,
        .mux_out2 = mux_out2,
        .rows_per_set = 1,
        .sub_rows = shape.rows,
        .sub_cols = shape.cols,
        .buffers = style,
    };
    try_leaves(fast, class, &trial, &times);
}

static bool in_range(struct search_range range, uint64_t value)
{
    return value >= range.low && value <= range.high;
}

/* Checks the item's bound with the tree of each bank shape instead of the least tree. */
static bool may_suit_a_leaf(struct fast *fast, const struct item *item)
{
    const struct class *class = &fast->classes[item->class];
    const struct floor *floor = find_floor(fast, class, item->product_bits,
                                           item->style);

    if (floor == NULL)
        return false;
    for (uint32_t at = class->first; at > 0; at = fast->leaves[at - 1].next)
        if (can_win(fast, bound_of(fast, class, &fast->leaves[at - 1].tree,
                                   &floor->subarray, &floor->times)))
            return true;
    return false;
}

static void try_item(struct fast *fast, const struct item *item)
{
    const struct search_space *space = fast->space;
    uint64_t product = UINT64_C(1) << item->product_bits;

    if (!may_suit_a_leaf(fast, item))
        return;
    for (uint64_t m0 = space->mux_sense.low;
         m0 <= space->mux_sense.high && m0 <= product; m0 *= 2)
        for (uint64_t m1 = space->mux_out1.low;
             m1 <= space->mux_out1.high && m0 * m1 <= product; m1 *= 2)
            if (in_range(space->mux_out2, product / (m0 * m1)))
                try_mux(fast, &fast->classes[item->class], m0, m1, product / (m0 * m1),
                        (enum buffer_style)item->style);
}

/* Orders items by their bounds, so that good candidates come first and prune the others. */
static int by_bound(const void *a, const void *b)
{
    const struct item *left = a, *right = b;

    return (left->bound > right->bound) - (left->bound < right->bound);
}

static void try_items(struct fast *fast)
{
    size_t kept = 0, least = 0;

    if (fast->item_count == 0)
        return;
    for (size_t i = 1; i < fast->item_count; i++)
        if (fast->items[i].bound < fast->items[least].bound)
            least = i;
    try_item(fast, &fast->items[least]);
    for (size_t i = 0; i < fast->item_count; i++)
        if (i != least && can_win(fast, fast->items[i].bound))
            fast->items[kept++] = fast->items[i];
    qsort(fast->items, kept, sizeof *fast->items, by_bound);
    for (size_t i = 0;
         i < kept && can_win(fast, fast->items[i].bound) && !stop_is_wanted(); i++)
        try_item(fast, &fast->items[i]);
}

/* The bounds are valid only if the target grows with every metric. */
static bool is_monotone(const struct array_request *request)
{
    const struct array_weights *w = &request->weights;

    return request->target != TARGET_WEIGHTED ||
           (w->read_latency >= 0 && w->write_latency >= 0 && w->read_energy >= 0 &&
            w->write_energy >= 0 && w->leakage >= 0 && w->area >= 0);
}

bool search_fast(const struct task *task, const struct search_space *space,
                 struct parts *parts, double ceiling, struct candidate *best,
                 uint64_t *valid, const char **why)
{
    struct fast fast = {
        .task = task,
        .space = space,
        .parts = parts,
        .best = best,
        .why = why,
        .valid = valid,
        .ceiling = ceiling,
        .trips = bank_trips(task),
        .has_tree_bounds = !task->fabric.tree.near.low_swing,
    };

    const struct wiring *tree = &task->fabric.tree;

    fast.least_driver_s = maths_min(tree->near.driver_s, tree->far.driver_s);
    fast.least_per_m = (struct wire_cost){
        .delay_s = maths_min(tree->near.s_per_m, tree->far.s_per_m),
        .energy_j = maths_min(tree->near.j_per_m, tree->far.j_per_m),
    };
    if (!is_monotone(task->request))
        return search_naive(task, space, parts, ceiling, best, valid, why);
    floor_reach(&fast);
    fast.leaves = parts->leaves.at;
    fast.leaf_room = parts->leaves.room;
    fast.classes = parts->classes.at;
    fast.class_room = parts->classes.room;
    fast.items = parts->items.at;
    fast.item_room = parts->items.room;
    memo_init(&fast.class_of, sizeof(uint32_t));
    fast_list_leaves(&fast);
    list_items(&fast);
    try_items(&fast);
    if (fast.is_limited)
        *why = beyond_limits;
    memo_free(&fast.class_of);
    parts->leaves = (struct scratch){ fast.leaves, fast.leaf_room };
    parts->classes = (struct scratch){ fast.classes, fast.class_room };
    parts->items = (struct scratch){ fast.items, fast.item_room };
    return fast.found;
}
