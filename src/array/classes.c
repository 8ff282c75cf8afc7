#include "array/fast.h"

#include "base/maths.h"
#include "base/memory.h"

void *fast_list_grow(void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return array;
    *room = *room > 0 ? 2 * *room : 64;
    return realloc_array(array, *room, size);
}

/* Does the same for a bus, whose longest wire runs along a column to the farthest mat. */
static void bus_of(const struct fast *fast, const struct bank_shape *shape,
                   struct tree *tree)
{
    const struct wire *wire = &fast->task->fabric.tree.near;
    double vdd = fast->task->process.vdd_v, rows = (double)shape->rows;
    struct wire_cost least = fast->least_per_m;
    double per_m_j = wire->repeated ? least.energy_j : wire->f_per_m * vdd * vdd;
    double share = fast->task->fabric.rules->bus_half_counted ? 1 : TREE_ACTIVITY;

    if (wire->repeated) {
        tree->s0 = fast->least_driver_s;
        tree->s_h = least.delay_s * rows;
    } else {
        tree->s_hh = 2.3 * (wire->ohm_per_m * wire->f_per_m / 2) * rows * rows;
    }
    for (uint64_t i = 0; i < shape->active_rows; i++)
        tree->j_h += share * per_m_j * (rows - (double)i) * shape->bus_bits *
                     (double)shape->active_cols;
}

static void tree_of(struct fast *fast, const struct bank_shape *shape,
                    struct tree *tree)
{
    const struct wire *wire = &fast->task->fabric.tree.near;
    double vdd = fast->task->process.vdd_v;
    double h_all = (double)shape->cols - 1, v_all = ((double)shape->rows - 1) / 2;
    double h_squares = ((double)(shape->cols * shape->cols) - 1) / 3;
    double v_squares = ((double)(shape->rows * shape->rows) - 1) / 12;
    double levels = shape->h_levels + shape->v_levels;
    double per_m_j = wire->repeated ? fast->least_per_m.energy_j
                                    : wire->f_per_m * vdd * vdd;
    double share = fast->task->fabric.rules->one_way_energy ? 1 : TREE_ACTIVITY;
    double length = 1;

    *tree = (struct tree){ 0 };
    if (!fast->has_tree_bounds)
        return;
    if (fast->task->request->routing == ROUTING_BUS) {
        bus_of(fast, shape, tree);
        return;
    }
    if (wire->repeated) {
        tree->s0 = levels * fast->least_driver_s;
        tree->s_w = fast->least_per_m.delay_s * h_all;
        tree->s_h = fast->least_per_m.delay_s * v_all;
    } else {
        double k = 2.3 * (wire->ohm_per_m * wire->f_per_m / 2);

        tree->s_ww = k * h_squares;
        tree->s_hh = k * v_squares;
    }
    for (unsigned i = shape->h_levels; i-- > 0; length *= 2)
        tree->j_w += share * per_m_j * length * shape->h[i].active * shape->h[i].bits;
    length = 0.5;
    for (unsigned i = shape->v_levels; i-- > 0; length *= 2)
        tree->j_h += share * per_m_j * length * shape->v[i].active * shape->v[i].bits;
}

static void least_of(struct tree *least, const struct tree *tree)
{
    least->s0 = maths_min(least->s0, tree->s0);
    least->s_w = maths_min(least->s_w, tree->s_w);
    least->s_ww = maths_min(least->s_ww, tree->s_ww);
    least->s_h = maths_min(least->s_h, tree->s_h);
    least->s_hh = maths_min(least->s_hh, tree->s_hh);
    least->j_w = maths_min(least->j_w, tree->j_w);
    least->j_h = maths_min(least->j_h, tree->j_h);
}

static bool same_shape(const struct mat_shape *a, const struct mat_shape *b)
{
    return a->rows == b->rows && a->cols == b->cols &&
           a->active_rows == b->active_rows && a->active_cols == b->active_cols &&
           a->sets == b->sets && a->bits == b->bits && a->ways == b->ways &&
           a->address_bits == b->address_bits;
}

/* Returns the class of a mat shape in banks of this many mats, and adds it if it is new. */
static uint32_t class_of(struct fast *fast, const struct mat_shape *shape, double mats,
                         double active, const struct tree *tree)
{
    uint64_t key = shape->sets * UINT64_C(0x9E3779B97F4A7C15) ^
                   shape->bits * UINT64_C(0xC2B2AE3D27D4EB4F) ^ (shape->ways << 24) ^
                   (shape->rows << 20) ^ (shape->cols << 16) ^
                   (shape->active_rows << 12) ^ (shape->active_cols << 8) ^
                   ((uint64_t)mats << 36) ^ (uint64_t)shape->address_bits;

    for (;; key++) {
        bool fresh;
        uint32_t *index = memo_get(&fast->class_of, key, &fresh);

        if (fresh) {
            fast->classes = fast_list_grow(fast->classes, fast->class_count,
                                           &fast->class_room, sizeof *fast->classes);
            *index = (uint32_t)fast->class_count++;
            fast->classes[*index] = (struct class){
                .shape = *shape,
                .tree = *tree,
                .mats = mats,
                .active = active,
            };
            return *index;
        }

        struct class *class = &fast->classes[*index];

        if (same_shape(&class->shape, shape) && class->mats == mats &&
            class->active == active) {
            least_of(&class->tree, tree);
            return *index;
        }
    }
}

static void add_leaf(struct fast *fast, const struct array_organization *o,
                     const struct bank_shape *shape)
{
    struct mat_shape mat;
    struct leaf leaf = {
        .bank_rows = (uint32_t)o->bank_rows,
        .bank_cols = (uint32_t)o->bank_cols,
        .active_rows = (uint32_t)o->active_rows,
        .active_cols = (uint32_t)o->active_cols,
    };

    if (!mat_shape_make(&mat, fast->task, shape, o->mat_rows, o->mat_cols,
                        o->active_sub_rows, o->active_sub_cols, fast->why))
        return;
    tree_of(fast, shape, &leaf.tree);

    uint32_t index = class_of(fast, &mat, (double)(o->bank_rows * o->bank_cols),
                              (double)(o->active_rows * o->active_cols), &leaf.tree);
    struct class *class = &fast->classes[index];

    fast->leaves = fast_list_grow(fast->leaves, fast->leaf_count, &fast->leaf_room,
                                  sizeof *fast->leaves);
    fast->leaves[fast->leaf_count++] = leaf;
    if (class->last > 0)
        fast->leaves[class->last - 1].next = (uint32_t)fast->leaf_count;
    else
        class->first = (uint32_t)fast->leaf_count;
    class->last = (uint32_t)fast->leaf_count;
}

#define EACH(variable)                                                         \
    for (o.variable = space->variable.low; o.variable <= space->variable.high; \
         o.variable *= 2)

/* Lists the mat shapes of a bank shape.  A tag's rounded width depends on the number of active
 * subarrays, so that the bank shape of tags is made anew for each. */
static void list_mats(struct fast *fast, struct array_organization o)
{
    const struct search_space *space = fast->space;
    struct bank_shape shape;
    uint64_t last_width = 0;
    bool legal = false;

    EACH(mat_rows)
    EACH(mat_cols)
    EACH(active_sub_cols)
    EACH(active_sub_rows)
    {
        uint64_t width;

        if (o.active_sub_cols > o.mat_cols || o.active_sub_rows > o.mat_rows)
            continue;
        if (space->all_subs_active &&
            (o.active_sub_cols != o.mat_cols || o.active_sub_rows != o.mat_rows))
            continue;
        width = tag_width(fast->task, o.active_rows * o.active_cols *
                                          o.active_sub_rows * o.active_sub_cols);
        if (width != last_width)
            legal = width > 0 &&
                    bank_shape_make(&shape, fast->task, o.bank_rows, o.bank_cols,
                                    o.active_rows, o.active_cols, width, fast->why);
        last_width = width;
        if (legal)
            add_leaf(fast, &o, &shape);
    }
}

void fast_list_leaves(struct fast *fast)
{
    const struct search_space *space = fast->space;
    struct array_organization o = { 0 };
    uint64_t most = fast->task->is_tag ? fast->task->ways : fast->task->word_bits;

    EACH(bank_rows)
    EACH(bank_cols)
    EACH(active_cols)
    EACH(active_rows)
    {
        if (o.active_cols > o.bank_cols || o.active_rows > o.bank_rows)
            continue;
        if (space->all_cols_active && o.active_cols != o.bank_cols)
            continue;
        if (o.active_cols * o.active_rows > most) /* no bank shape has so many */
            continue;
        list_mats(fast, o);
    }
}
