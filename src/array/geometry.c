#include "array/bank.h"

/* The state of a walk down the H-tree: the address, distributed and broadcast bits on the
 * wires, and how many copies of the wires there are. */
struct geometry_walk {
    int address;
    uint64_t distributed, broadcast;
    uint64_t h_left, v_left; /* active mats below this node, per direction */
    double active, copies;
    double h_bundles, v_bundles;
    bool exact; /* all counts must divide without remainder */
    bool failed;
};

static bool refuse(const char **why, const char *reason)
{
    *why = reason;
    return false;
}

static void check(struct geometry_walk *walk)
{
    if (walk->distributed + walk->broadcast == 0 ||
        (walk->exact ? walk->address <= 0 : walk->address < 0))
        walk->failed = true;
}

/* Splits the tree once.  If both halves are active, each gets half the distributed bits; else
 * one address bit selects the half. */
static void split(struct geometry_walk *walk, uint64_t *left)
{
    check(walk);
    if (*left > 1) {
        walk->distributed = walk->exact ? walk->distributed / 2
                                        : div_up(walk->distributed, 2);
        *left /= 2;
        walk->active *= 2;
    } else {
        walk->address--;
    }
    walk->copies *= 2;
}

static struct htree_level level_of(const struct geometry_walk *walk, double bundles)
{
    return (struct htree_level){
        .bits = (double)walk->address + (double)walk->distributed +
                (double)walk->broadcast,
        .active = walk->active,
        .copies = walk->copies,
        .bundles = bundles,
    };
}

/* Visits the levels in the order of the tree: the horizontal trunk, then single levels while
 * one direction has more of them, then pairs of a vertical and a horizontal level. */
static void walk_tree(struct geometry_walk *walk, struct bank_shape *shape)
{
    unsigned h_total = shape->h_levels, v_total = shape->v_levels;
    unsigned h = h_total, v = v_total, at_h = 0, at_v = 0;

    if (h > 0) {
        check(walk);
        shape->h[at_h++] = level_of(walk, 1);
        h--;
    }
    for (; h > v; h--) {
        split(walk, &walk->h_left);
        shape->h[at_h++] = level_of(walk, 1);
        walk->v_bundles *= 2;
    }
    for (; v > h; v--) {
        split(walk, &walk->v_left);
        shape->v[at_v++] = level_of(walk, 1);
        walk->h_bundles *= 2;
    }
    for (; h > 0; h--) {
        split(walk, &walk->h_left);
        shape->h[at_h++] = level_of(walk, walk->h_bundles);
        split(walk, &walk->v_left);
        shape->v[at_v++] = level_of(walk, h_total == 2 ? walk->v_bundles
                                                       : 2 * walk->v_bundles);
        walk->h_bundles *= 2;
        walk->v_bundles *= 2;
    }
    check(walk);
    if (walk->h_left > 1)
        walk->distributed = walk->exact ? walk->distributed / 2
                                        : div_up(walk->distributed, 2);
    else if (h_total > 0)
        walk->address--;
    check(walk);
}

/* A bus carries to every mat only the mat's own bits.  The address bits that select the active
 * mats are decoded at the port. */
static void walk_bus(struct geometry_walk *walk, struct bank_shape *shape,
                     const struct task *task, uint64_t tag_bits)
{
    uint64_t active = shape->active_rows * shape->active_cols;

    walk->address -= log2_up(shape->rows * shape->cols / active);
    walk->distributed = walk->exact ? walk->distributed / active
                                    : div_up(walk->distributed, active);
    if (walk->distributed == 0 ||
        (walk->exact ? walk->address <= 0 : walk->address < 0))
        walk->failed = true;
    shape->bus_address_bits = (double)walk->address;
    shape->bus_bits = (double)walk->address + (double)walk->distributed +
                      (task->is_tag ? (double)tag_bits : 0);
    shape->h_levels = shape->v_levels = 0;
}

bool bank_shape_make(struct bank_shape *shape, const struct task *task, uint64_t rows,
                     uint64_t cols, uint64_t active_rows, uint64_t active_cols,
                     uint64_t tag_bits, const char **why)
{
    bool exact = task->fabric.rules->powers_of_two;
    int way_bits = 0;

    while (exact ? (UINT64_C(2) << way_bits) <= task->ways
                 : (UINT64_C(1) << way_bits) < task->ways)
        way_bits++;

    struct geometry_walk walk = {
        .address = log2_up(task->sets),
        .distributed = task->is_tag ? task->ways : task->word_bits,
        .broadcast = task->is_tag ? tag_bits : (uint64_t)way_bits,
        .h_left = active_cols,
        .v_left = active_rows,
        .active = 1,
        .copies = 1,
        .h_bundles = 1,
        .v_bundles = 1,
        .exact = exact,
    };

    shape->rows = rows;
    shape->cols = cols;
    shape->active_rows = active_rows;
    shape->active_cols = active_cols;
    shape->h_levels = (unsigned)log2_up(cols);
    shape->v_levels = (unsigned)log2_up(rows);
    if (shape->h_levels > HTREE_LEVELS || shape->v_levels > HTREE_LEVELS)
        return refuse(why, "more than 1024 mats in a row or column");
    if (task->request->routing == ROUTING_BUS)
        walk_bus(&walk, shape, task, tag_bits);
    else
        walk_tree(&walk, shape);
    if (walk.failed)
        return refuse(why, "too few address or data bits for so many mats");

    uint64_t idle = (rows / active_rows) * (cols / active_cols);
    uint64_t active = active_rows * active_cols;

    shape->mat_address_bits = walk.address;
    shape->mat_sets = div_up(task->sets, idle);
    shape->mat_bits = task->is_tag ? tag_bits : walk.distributed;
    shape->mat_ways = task->is_tag ? walk.distributed : task->ways;
    if (shape->mat_ways == 0 || shape->mat_bits == 0 ||
        active > (task->is_tag ? task->ways : task->word_bits))
        return refuse(why, "more active mats than bits to deliver");
    if (exact &&
        walk.distributed * active != (task->is_tag ? task->ways : task->word_bits))
        return refuse(why,
                      "the bits of a word cannot be shared equally by the active mats");
    if (idle > task->sets)
        return refuse(why, "more mats than words");
    return true;
}

/* The multiplexers select among the ways that share a row.  Each of the three levels takes
 * about a third of the selection; cells with destructive reads cannot be multiplexed before
 * their amplifiers. */
static void spread_ways(struct mat_shape *mat, const struct task *task)
{
    uint64_t ways = mat->ways;
    int levels = 0;

    mat->mux_extra[0] = mat->mux_extra[1] = mat->mux_extra[2] = 1;
    if (task->is_tag || ways <= 1)
        return;
    while ((UINT64_C(2) << levels) <= ways)
        levels++;
    if (task->fabric.cell.cell->kind == CELL_EDRAM) {
        mat->mux_extra[2] = UINT64_C(1) << levels / 2;
        mat->mux_extra[1] = div_up(ways, mat->mux_extra[2]);
        return;
    }
    mat->mux_extra[2] = mat->mux_extra[1] = UINT64_C(1) << levels / 3;
    mat->mux_extra[0] = div_up(ways, mat->mux_extra[1] * mat->mux_extra[2]);
}

bool mat_shape_make(struct mat_shape *mat, const struct task *task,
                    const struct bank_shape *bank, uint64_t rows, uint64_t cols,
                    uint64_t active_rows, uint64_t active_cols, const char **why)
{
    bool exact = task->fabric.rules->powers_of_two;
    uint64_t idle = rows * cols / (active_rows * active_cols);
    uint64_t active = active_rows * active_cols;

    mat->rows = rows;
    mat->cols = cols;
    mat->active_rows = active_rows;
    mat->active_cols = active_cols;
    mat->ways = bank->mat_ways;
    mat->sets = div_up(bank->mat_sets, idle);
    mat->bits = exact ? bank->mat_bits / active : div_up(bank->mat_bits, active);
    mat->address_bits = bank->mat_address_bits - log2_up(idle);
    if (mat->bits == 0 || (exact && mat->bits * active != bank->mat_bits))
        return refuse(
            why, "the bits of a word cannot be shared equally by the active subarrays");
    if (exact ? mat->address_bits <= 0 : mat->address_bits < 0)
        return refuse(why, "too few address bits for so many subarrays");
    if (idle > bank->mat_sets)
        return refuse(why, "more subarrays than words");
    spread_ways(mat, task);
    return true;
}

/* Is the subarray smaller than the physical rules allow?  The equations do not describe the
 * decoders, amplifiers and wires of smaller ones (a modelling choice).  A memory that is
 * itself smaller may be one subarray. */
static bool is_too_small(const struct task *task, uint64_t rows, uint64_t cols)
{
    static const uint64_t LEAST_ROWS = 16, LEAST_COLS = 16, LEAST_CELLS = 2048;
    uint64_t all = task->sets * task->ways * task->word_bits / 8;

    if (task->fabric.rules->any_subarray)
        return false;
    if (rows * cols >= all)
        return false;
    if (task->sets < LEAST_ROWS) /* a fully associative cache has one row of tags */
        return cols < LEAST_COLS;
    return rows < LEAST_ROWS || cols < LEAST_COLS || rows * cols < LEAST_CELLS;
}

bool subarray_shape_make(struct subarray_shape *shape, const struct task *task,
                         const struct mat_shape *mat, uint64_t mux_sense,
                         uint64_t mux_out1, uint64_t mux_out2,
                         enum buffer_style buffers, const char **why)
{
    const struct cell *cell = task->fabric.cell.cell;
    const struct array_rules *rules = task->fabric.rules;
    uint64_t mux = mux_sense * mux_out1 * mux_out2;
    uint64_t tracks = cell->domains_per_track > 0 ? cell->domains_per_track : 1;
    uint64_t rows = div_up(mat->sets, mux * tracks);
    uint64_t bits = div_up(mat->bits, cell->bits_per_cell);

    if (mux > mat->sets)
        return refuse(why, "the multiplexers select among more words than there are");
    *shape = (struct subarray_shape){
        .rows = rows,
        .mux0 = mux_sense * mat->mux_extra[0],
        .mux1 = mux_out1 * mat->mux_extra[1],
        .mux2 = mux_out2 * mat->mux_extra[2],
        .buffers = buffers,
    };
    shape->cols = bits * shape->mux0 * shape->mux1 * shape->mux2;
    if (task->is_tag)
        shape->cols *= mat->ways;
    if (rules->row_bits_less_ways &&
        mat->address_bits < log2_up(shape->mux0 * shape->mux1 * shape->mux2))
        return refuse(why, "too few address bits for the multiplexers");
    if (task->is_cache && rules->tag_columns_ways &&
        task->request->access != ACCESS_SEQUENTIAL &&
        shape->cols < task->request->associativity)
        return refuse(why, "fewer columns than ways");
    if (is_too_small(task, shape->rows, shape->cols))
        return refuse(why,
                      "the subarray is smaller than 16 rows, 16 columns or 2048 cells");
    return true;
}

uint64_t tag_width(const struct task *task, uint64_t active)
{
    if (!task->fabric.rules->powers_of_two)
        return task->word_bits;
    if (active > task->word_bits)
        return 0;
    return div_up(task->word_bits, active) * active;
}
