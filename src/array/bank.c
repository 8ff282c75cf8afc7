#include "array/bank.h"

#include "base/maths.h"

/* The largest permitted ratio of the sides of a data bank (NVSim). */
static const double ASPECT_LIMIT = 10;

/* Delay of a distributed RC line to half swing, over R C (T. Sakurai, IEEE JSSC 18(4),
 * 1983). */
static const double DISTRIBUTED = 0.377;

static bool refuse(const char **why, const char *reason)
{
    *why = reason;
    return false;
}

/* More than three bits are split between two predecoder blocks, the larger one first. */
static bool block_pair(struct mat *mat, const struct task *task, struct parts *parts,
                       unsigned first, unsigned bits, double load_f)
{
    unsigned second = bits > 3 ? bits / 2 : 0;

    mat->block[first] = parts_predecoder(parts, &task->process, bits - second, load_f);
    mat->block[first + 1] = parts_predecoder(parts, &task->process, second, load_f);
    return mat->block[first] != NULL && mat->block[first + 1] != NULL;
}

unsigned mat_row_bits(const struct task *task, const struct mat_shape *mat,
                      const struct subarray_shape *shape)
{
    if (task->fabric.rules->row_bits_less_ways)
        return (unsigned)(mat->address_bits -
                          log2_up(shape->mux0 * shape->mux1 * shape->mux2));
    return (unsigned)log2_up(shape->rows);
}

static bool make_predecoders(struct mat *mat, const struct task *task,
                             struct parts *parts, const char **why)
{
    const struct subarray *s = &mat->subarray;
    const struct subarray_shape *shape = &s->shape;
    double c = task->fabric.local.f_per_m;
    double rows = (double)mat->shape.rows, cols = (double)mat->shape.cols;
    double row_f = s->height_m * c * rows / 2 + s->width_m * c * cols / 2;
    double col_f = maths_max(0, s->height_m * c * (rows - 2) / 2) +
                   maths_max(0, s->width_m * c * (cols - 2) / 2);
    const uint64_t muxes[3] = { shape->mux0, shape->mux1, shape->mux2 };
    bool made;

    mat->row_bits = mat_row_bits(task, &mat->shape, shape);
    if (!task->fabric.rules->mat_wires_free)
        col_f = row_f;
    made = block_pair(mat, task, parts, 0, mat->row_bits, row_f);
    for (unsigned i = 0; i < 3 && made; i++)
        made = block_pair(mat, task, parts, 2 + 2 * i, (unsigned)log2_up(muxes[i]),
                          col_f);
    return made || refuse(why, "the row address is too wide for the predecoders");
}

/* Adds up the predecoders of a mat.  Returns the slope at the subarrays' row decoders; a block
 * of 0 bits passes a step on. */
static double predecode(struct mat *mat)
{
    double ramps[8];

    mat->predecode_s = mat->predecode_j = mat->predecode_w = mat->predecoder_area_m2 =
        0;
    for (int i = 0; i < 8; i++) {
        const struct predecoder *block = mat->block[i];

        mat->predecode_s = maths_max(mat->predecode_s, block->step_s);
        ramps[i] = block->step_ramp;
        mat->predecode_j += block->energy_j;
        mat->predecode_w += block->leakage_w;
        mat->predecoder_area_m2 += block->box.width_m * block->box.height_m;
    }
    return maths_min(ramps[0], ramps[1]);
}

/* What a macro contains besides the counted blocks (control, power grid, redundancy, test) is
 * assumed to be spread evenly among them, so that lengths grow by the square root of the area
 * overhead. */
double mat_stretch(const struct task *task)
{
    double given = task->request->area_overhead;
    double overhead = given > 0 ? given
                                : maths_max(task->process.node->area_overhead, 1);

    return task->fabric.rules->blocks_only ? 1 : sqrt(overhead);
}

static void mat_layout(struct mat *mat, const struct task *task)
{
    const struct subarray *s = &mat->subarray;
    double beside_m = sqrt(mat->predecoder_area_m2);

    mat->width_m = (double)mat->shape.cols * s->width_m;
    mat->height_m = (double)mat->shape.rows * s->height_m;
    if (mat->width_m > mat->height_m)
        mat->width_m += beside_m;
    else
        mat->height_m += beside_m;
    if (task->is_tag)
        mat->height_m += (double)mat->shape.ways * mat->comparator.area_m2 /
                         mat->width_m;
    mat->width_m *= mat_stretch(task);
    mat->height_m *= mat_stretch(task);
}

struct mat_wires mat_wires_of(const struct task *task, const struct mat_shape *shape,
                              const struct subarray *s)
{
    double length_m = mat_stretch(task) * ((double)shape->rows * s->height_m / 2 +
                                           (double)shape->cols * s->width_m / 2);
    const struct wire *wire = &task->fabric.tree.near;
    double vdd = task->process.vdd_v;
    double bits = (double)shape->bits *
                  (double)(shape->active_rows * shape->active_cols);
    struct mat_wires wires = { 0, 0 };

    if (task->fabric.rules->mat_wires_free)
        return wires;
    wires.delay_s = DISTRIBUTED * wire->ohm_per_m * wire->f_per_m * length_m * length_m;
    if (wire->repeated)
        wires.delay_s = maths_min(wires.delay_s, wire->s_per_m * length_m);
    wires.energy_j = TREE_ACTIVITY * bits * wire->f_per_m * length_m * vdd * vdd;
    return wires;
}

static void mat_wires(struct mat *mat, const struct task *task)
{
    struct mat_wires wires = mat_wires_of(task, &mat->shape, &mat->subarray);

    mat->wires_s = wires.delay_s;
    mat->wires_j = wires.energy_j;
}

bool mat_make(struct mat *mat, const struct task *task, struct parts *parts,
              const char **why)
{
    const struct subarray *s = &mat->subarray;
    struct subarray_times *t = &mat->times;
    double active = (double)(mat->shape.active_rows * mat->shape.active_cols);
    double all = (double)(mat->shape.rows * mat->shape.cols);

    if (!make_predecoders(mat, task, parts, why))
        return false;
    mat->ramp = predecode(mat);
    subarray_time(s, &task->fabric, mat->ramp, t);
    mat->comparator = (struct comparator){ 0 };
    if (task->is_tag)
        mat->comparator = *parts_comparator(parts, &task->process,
                                            mat->shape.bits * (uint64_t)active);
    mat_layout(mat, task);
    mat_wires(mat, task);
    mat->comparator_j = (double)mat->shape.ways * mat->comparator.energy_j;
    if (!task->is_tag)
        mat->comparator_j = 0;
    mat->read_s = mat->predecode_s + t->read_s + mat->comparator.delay_s +
                  2 * mat->wires_s;
    mat->write_s = mat->predecode_s + t->write_s + mat->wires_s;
    mat->set_s = mat->predecode_s + t->set_s + mat->wires_s;
    mat->reset_s = mat->predecode_s + t->reset_s + mat->wires_s;
    mat->read_j = mat->predecode_j + active * s->read_j + mat->comparator_j +
                  mat->wires_j;
    mat->write_j = mat->predecode_j + active * s->write_j + mat->wires_j;
    mat->set_j = mat->predecode_j + active * s->set_j + mat->wires_j;
    mat->reset_j = mat->predecode_j + active * s->reset_j + mat->wires_j;
    if (task->fabric.rules->comparator_on_write) {
        mat->write_j += mat->comparator_j;
        mat->set_j += mat->comparator_j;
        mat->reset_j += mat->comparator_j;
    }
    mat->leakage_w = mat->predecode_w + all * s->leakage_w;
    if (task->is_tag)
        mat->leakage_w += (double)mat->shape.ways * mat->comparator.leakage_w;
    return true;
}

/* The channels of the tree.  Repeaters make them wider, which makes the wires that cross them
 * longer. */
struct channels {
    const struct wire *h_wire[HTREE_LEVELS], *v_wire[HTREE_LEVELS];
    double h_m[HTREE_LEVELS], v_m[HTREE_LEVELS]; /* one bundle of each level */
    double all_h_m, all_v_m;
};

/* The metal level of a segment follows from the distance between the mats that it joins,
 * without channels: their width depends on the level. */
static void measure_channels(struct channels *c, const struct task *task,
                             const struct bank_shape *shape, const struct mat *mat)
{
    double length_m = mat->width_m;

    c->all_h_m = c->all_v_m = 0;
    for (unsigned i = shape->h_levels; i-- > 0; length_m *= 2) {
        c->h_wire[i] = wiring_at(&task->fabric.tree, length_m);
        c->h_m[i] = wire_bundle_m(c->h_wire[i], shape->h[i].bits);
    }
    length_m = mat->height_m / 2;
    for (unsigned i = shape->v_levels; i-- > 0; length_m *= 2) {
        c->v_wire[i] = wiring_at(&task->fabric.tree, length_m);
        c->v_m[i] = wire_bundle_m(c->v_wire[i], shape->v[i].bits);
    }
    for (unsigned i = 0; i < shape->h_levels; i++)
        c->all_h_m += wire_bundle_m(c->h_wire[i],
                                    shape->h[i].bits * shape->h[i].bundles);
    for (unsigned i = 0; i < shape->v_levels; i++)
        c->all_v_m += wire_bundle_m(c->v_wire[i],
                                    shape->v[i].bits * shape->v[i].bundles);
}

static void add_level(struct bank *bank, const struct task *task,
                      const struct htree_level *level, const struct wire *wire,
                      double length_m)
{
    struct wire_cost cost = wire_cost(wire, &task->process, length_m);

    bank->htree_s += cost.delay_s;
    bank->htree_j += cost.energy_j * level->active * level->bits;
    bank->htree_w += cost.leakage_w * level->copies * level->bits;
}

/* Returns half the width of the channels that a horizontal wire crosses.  Levels of both
 * directions form pairs by index; the innermost horizontal wire crosses all vertical channels
 * that have no partner (NVSim's BankWithHtree::CalculateArea). */
static double h_crossed_m(const struct channels *c, const struct bank_shape *shape,
                          unsigned level)
{
    unsigned last = shape->h_levels - 1;
    unsigned partner = shape->h_levels > shape->v_levels
                           ? level - (shape->h_levels - shape->v_levels)
                           : level;
    double crossed_m = 0;

    if (level + shape->v_levels < shape->h_levels)
        return 0;
    if (level < last)
        return c->v_m[partner] / 2;
    for (unsigned i = partner; i < shape->v_levels; i++)
        crossed_m += c->v_m[i] / 2;
    return crossed_m;
}

static double v_crossed_m(const struct channels *c, const struct bank_shape *shape,
                          unsigned level)
{
    unsigned partner = shape->h_levels > shape->v_levels
                           ? level + (shape->h_levels - shape->v_levels)
                           : level;

    if (level + 1 == shape->v_levels || partner + 1 >= shape->h_levels)
        return 0;
    return c->h_m[partner + 1] / 2;
}

static void make_tree(struct bank *bank, const struct task *task,
                      const struct bank_shape *shape, const struct mat *mat)
{
    struct channels c;
    double length_m = 0;

    measure_channels(&c, task, shape, mat);
    bank->height_m = (double)shape->rows * mat->height_m + c.all_h_m;
    bank->width_m = (double)shape->cols * mat->width_m + c.all_v_m;
    bank->htree_s = bank->htree_j = bank->htree_w = 0;
    for (unsigned i = shape->v_levels; i-- > 0;) {
        length_m = i + 1 == shape->v_levels ? mat->height_m / 2
                                            : 2 * length_m + v_crossed_m(&c, shape, i);
        add_level(bank, task, &shape->v[i], c.v_wire[i], length_m);
    }
    for (unsigned i = shape->h_levels; i-- > 0;) {
        length_m = i + 1 == shape->h_levels ? mat->width_m : 2 * length_m;
        length_m += h_crossed_m(&c, shape, i);
        add_level(bank, task, &shape->h[i], c.h_wire[i], length_m);
    }
    if (!task->fabric.rules->one_way_energy)
        bank->htree_j *= TREE_ACTIVITY;
}

/* One straight bus runs along every column of mats; the bus to row i is as long as the rows
 * before it.  NVSim (BankWithoutHtree) counts the energy and leakage of the farthest rows'
 * wires only and takes nothing for the way to the columns.  The physical rules count the
 * leakage of all rows' wires and a spine of half the bank's width that leads to the columns. */
static void make_bus(struct bank *bank, const struct task *task,
                     const struct bank_shape *shape, const struct mat *mat)
{
    const struct wiring *tree = &task->fabric.tree;
    double rows = (double)shape->rows, cols = (double)shape->cols;
    const struct wire *wire = wiring_at(tree, rows * mat->height_m);
    double bits = shape->bus_bits;
    double all_m = wire_bundle_m(wire, rows * cols * shape->bus_address_bits);
    struct wire_cost spine;

    bank->height_m = rows * mat->height_m;
    bank->width_m = cols * mat->width_m + all_m;
    bank->htree_s = bank->htree_j = bank->htree_w = 0;
    for (uint64_t i = 0; i < shape->rows; i++) {
        struct wire_cost cost = wire_cost(wire, &task->process,
                                          (rows - (double)i) * mat->height_m);

        if (i == 0)
            bank->htree_s = cost.delay_s;
        if (i < shape->active_rows)
            bank->htree_j += cost.energy_j * bits * (double)shape->active_cols;
        if (i < shape->active_rows || !task->fabric.rules->bus_half_counted)
            bank->htree_w += cost.leakage_w * bits * cols;
    }
    if (task->fabric.rules->bus_half_counted)
        return;
    spine = wire_cost(wiring_at(tree, bank->width_m / 2), &task->process,
                      bank->width_m / 2);
    bank->htree_s += spine.delay_s;
    bank->htree_j += spine.energy_j * bits * (double)shape->active_cols;
    bank->htree_w += spine.leakage_w * bits * cols;
    bank->htree_j *= TREE_ACTIVITY;
}

/* NVSim counts no time for the reply over a bus. */
double bank_trips(const struct task *task)
{
    return task->request->routing == ROUTING_BUS && task->fabric.rules->bus_half_counted
               ? 1
               : 2;
}

/* Returns the number of mats whose leakage counts in full: all of them or, with power gating,
 * the active ones plus a share of the others. */
static double mats_leaking(const struct task *task, double active, double all)
{
    /* assumed leakage of a gated mat that retains its data, over that of an active one */
    static const double IDLE_LEAK = 0.1;
    const struct array_request *request = task->request;
    double idle = request->idle_leak_ratio > 0 ? request->idle_leak_ratio : IDLE_LEAK;

    return request->power_gating ? active + (all - active) * idle : all;
}

bool bank_make(struct bank *bank, const struct task *task,
               const struct bank_shape *shape, const struct mat *mat, const char **why)
{
    double active = (double)(shape->active_rows * shape->active_cols);
    double all = (double)(shape->rows * shape->cols);
    double write_tree_j, mat_w;

    if (task->request->routing == ROUTING_BUS)
        make_bus(bank, task, shape, mat);
    else
        make_tree(bank, task, shape, mat);
    if (!task->is_tag && (bank->height_m > ASPECT_LIMIT * bank->width_m ||
                          bank->width_m > ASPECT_LIMIT * bank->height_m))
        return refuse(why, "one side of the bank is more than ten times the other");
    bank->area_m2 = bank->height_m * bank->width_m;
    bank->read_s = mat->read_s + bank_trips(task) * bank->htree_s;
    bank->write_s = mat->write_s + bank->htree_s;
    bank->set_s = mat->set_s + bank->htree_s;
    bank->reset_s = mat->reset_s + bank->htree_s;
    write_tree_j = bank->htree_j;
    if (task->is_cache && task->request->access == ACCESS_FAST &&
        task->fabric.rules->fast_write_over_ways)
        write_tree_j /= (double)task->request->associativity;
    bank->write_htree_j = write_tree_j;
    bank->read_j = active * mat->read_j + bank->htree_j;
    bank->write_j = active * mat->write_j + write_tree_j;
    bank->set_j = active * mat->set_j + write_tree_j;
    bank->reset_j = active * mat->reset_j + write_tree_j;
    mat_w = mat->leakage_w;
    if (task->fabric.rules->refresh_is_leakage)
        mat_w += (double)(mat->shape.rows * mat->shape.cols) * mat->subarray.refresh_w;
    bank->leakage_w = mats_leaking(task, active, all) * mat_w + bank->htree_w;
    return true;
}

/* Fills in the leakage of each part, of the mats and subarrays that leak in full. */
static void describe_leakage(const struct mat *mat, double mats, double subarrays,
                             bool refresh_is_leakage, struct array_breakdown *b)
{
    const struct subarray *s = &mat->subarray;

    b->predecoder_leakage_w = mats * mat->predecode_w;
    b->row_decoder_leakage_w = subarrays * s->row_decoder->leakage_w;
    if (s->write_decoder != s->row_decoder)
        b->row_decoder_leakage_w += subarrays * s->write_decoder->leakage_w;
    b->column_decoder_leakage_w = subarrays * (s->column_decoder[0]->leakage_w +
                                               s->column_decoder[1]->leakage_w +
                                               s->column_decoder[2]->leakage_w);
    b->sense_leakage_w = subarrays * s->sense_leakage_w;
    b->precharge_leakage_w = subarrays * s->precharger->leakage_w;
    b->cell_leakage_w = subarrays * s->cell_leakage_w;
    b->mux_leakage_w = subarrays * (s->mux[0].leakage_w + s->mux[1].leakage_w +
                                    s->mux[2].leakage_w);
    b->refresh_leakage_w = refresh_is_leakage ? subarrays * s->refresh_w : 0;
}

/* Fills in the areas of one subarray's blocks, then those of all subarrays and mats. */
static void describe_area(const struct task *task, const struct bank_shape *shape,
                          const struct mat *mat, const struct bank *bank,
                          double subarrays, struct array_breakdown *b)
{
    const struct subarray *s = &mat->subarray;
    double width_m = s->line_width_m;
    double mats = (double)(shape->rows * shape->cols) * task->banks;
    double mats_m2 = mats * mat->width_m * mat->height_m;
    double stretch2 = mat_stretch(task) * mat_stretch(task);
    double beside_m = s->width_m - s->line_width_m;

    b->channels_area_m2 = bank->area_m2 * task->banks - mats_m2;
    b->overhead_area_m2 = mats_m2 * (1 - 1 / stretch2);
    b->subarrays_area_m2 = subarrays * s->width_m * s->height_m;
    b->predecoders_area_m2 = mats_m2 / stretch2 - b->subarrays_area_m2;
    b->decoder_strips_m2 = subarrays * beside_m * s->line_height_m;
    b->corners_m2 = subarrays * beside_m * s->edge_height_m;
    b->sense_strips_m2 = subarrays * s->amp->height_m * width_m;
    b->mux_strips_m2 = subarrays * width_m *
                       (s->mux[0].height_m + s->mux[1].height_m + s->mux[2].height_m);
    b->precharge_strips_m2 = subarrays * s->edge_height_m * width_m -
                             b->sense_strips_m2 - b->mux_strips_m2;
    b->mux_area_m2 = (s->mux[0].height_m + s->mux[1].height_m + s->mux[2].height_m) *
                     width_m;
    b->sense_area_m2 = s->amp->height_m * width_m;
    b->precharge_area_m2 = s->precharger->box.height_m * width_m;
    b->row_decoder_area_m2 = s->row_decoder->box.width_m * s->row_decoder->box.height_m;
    if (s->write_decoder != s->row_decoder)
        b->row_decoder_area_m2 += s->write_decoder->box.width_m *
                                  s->write_decoder->box.height_m;
}

static void describe_times(const struct task *task, const struct mat *mat,
                           const struct bank *bank, struct array_breakdown *b)
{
    const struct subarray *s = &mat->subarray;
    const struct subarray_times *t = &mat->times;
    struct subarray_cycle cycle = subarray_cycle(s, &task->fabric, mat->ramp, t);

    b->read_latency_s = bank->read_s;
    b->write_latency_s = bank->write_s;
    b->set_latency_s = bank->set_s;
    b->reset_latency_s = bank->reset_s;
    b->htree_s = bank_trips(task) * bank->htree_s;
    b->write_htree_s = bank->htree_s;
    b->mat_wires_s = 2 * mat->wires_s;
    b->write_mat_wires_s = mat->wires_s;
    b->decode_s = t->decode_s;
    b->shift_s = task->fabric.cell.shift_s;
    b->more_levels_s = t->more_levels_s;
    b->write_select_s = t->write_select_s;
    b->write_charge_s = t->write_charge_s;
    b->write_pulse_s = t->write_pulse_s;
    b->verify_s = t->verify_s;
    b->read_mat_s = mat->read_s;
    b->write_mat_s = mat->write_s;
    b->predecoder_s = mat->predecode_s;
    b->read_subarray_s = mat->times.read_s;
    b->write_subarray_s = mat->times.write_s;
    b->row_decoder_s = mat->times.row_decoder_s;
    b->write_row_s = mat->times.write_row_s;
    b->column_decoder_s = mat->times.column_decoder_s;
    b->bitline_s = mat->times.bitline_s;
    b->sense_s = s->sense_s;
    b->mux_s = s->mux_s;
    b->charge_s = s->charge_s;
    b->comparator_s = mat->comparator.delay_s;
    b->cycle_s = cycle.cycle_s;
    b->restore_s = cycle.restore_s;
    b->precharge_enable_s = cycle.enable_s;
    b->precharge_s = cycle.precharge_s;
}

/* Returns the number of wires between the port and a bank. */
static double port_bits(const struct task *task)
{
    return (double)task->word_bits + log2_up(task->sets);
}

/* The n banks of a die form a square around the port, so that the centre of the farthest one
 * is sqrt(n) - 1 sides of a bank away.  The wires that join all of them are n - 1 sides long
 * and are on the lowest die. */
static double reach_m(const struct task *task, double bank_m2)
{
    return (sqrt(task->banks / task->tiers) - 1) * sqrt(bank_m2);
}

static struct reach reach_of(const struct task *task, double length_m,
                             struct wire_cost cost)
{
    double bits = port_bits(task), side_by_side = task->banks / task->tiers;
    double bonds = task->tiers - 1; /* to the farthest die; the mean is half of it */
    struct reach reach = {
        .bond_s = bonds * task->bond.delay_s,
        .bond_j = TREE_ACTIVITY * bits * bonds / 2 * task->bond.energy_j,
        .bond_w = bits * bonds * side_by_side * task->bond.leakage_w,
    };

    if (length_m > 0) {
        reach.delay_s = cost.delay_s;
        reach.energy_j = TREE_ACTIVITY * bits * cost.energy_j;
        reach.leakage_w = bits * (sqrt(side_by_side) + 1) * cost.leakage_w;
    }
    return reach;
}

struct reach bank_reach(const struct task *task, const struct bank *bank)
{
    double length_m = reach_m(task, bank->area_m2);

    return reach_of(
        task, length_m,
        wire_cost(wiring_at(&task->fabric.tree, length_m), &task->process, length_m));
}

struct reach bank_reach_least(const struct task *task, double bank_m2)
{
    double length_m = reach_m(task, bank_m2);

    return reach_of(task, length_m,
                    wiring_least(&task->fabric.tree, &task->process, length_m));
}

double bank_bonds_m2(const struct task *task)
{
    return port_bits(task) * (task->tiers - 1) * (task->banks / task->tiers) *
           task->bond_m2;
}

static void reach_banks(const struct task *task, const struct bank *bank,
                        struct array_breakdown *b)
{
    struct reach reach = bank_reach(task, bank);

    double one_way_s = reach.delay_s + reach.bond_s;
    double access_j = reach.energy_j + reach.bond_j;

    b->write_reach_s = reach.delay_s;
    b->write_bond_s = reach.bond_s;
    b->reach_s = 2 * reach.delay_s;
    b->bond_s = 2 * reach.bond_s;
    b->reach_j = reach.energy_j;
    b->bond_j = reach.bond_j;
    b->reach_leakage_w = reach.leakage_w + reach.bond_w;
    b->read_latency_s += 2 * one_way_s;
    b->write_latency_s += one_way_s;
    b->set_latency_s += one_way_s;
    b->reset_latency_s += one_way_s;
    b->read_energy_j += access_j;
    b->write_energy_j += access_j;
    b->set_energy_j += access_j;
    b->reset_energy_j += access_j;
    b->leakage_w += b->reach_leakage_w;
    b->width_m *= sqrt(task->banks / task->tiers);
    b->height_m *= sqrt(task->banks / task->tiers);
    b->bonds_area_m2 = bank_bonds_m2(task);
    b->area_m2 += b->bonds_area_m2;
}

void bank_describe(const struct task *task, const struct bank_shape *shape,
                   const struct mat *mat, const struct bank *bank,
                   const struct array_organization *organization,
                   struct array_breakdown *breakdown)
{
    const struct subarray *s = &mat->subarray;
    double mats = (double)(shape->rows * shape->cols) * task->banks;
    double subarrays = mats * (double)(mat->shape.rows * mat->shape.cols);
    double awake = mats_leaking(task, (double)(shape->active_rows * shape->active_cols),
                                (double)(shape->rows * shape->cols)) *
                   task->banks / mats;

    *breakdown = (struct array_breakdown){
        .organization = *organization,
        .area_m2 = bank->area_m2 * task->banks,
        .width_m = bank->width_m,
        .height_m = bank->height_m,
        .cell_area_m2 = (double)s->shape.rows * (double)s->shape.cols * subarrays *
                        task->fabric.cell.width_m * task->fabric.cell.height_m,
        .mat_area_m2 = mat->width_m * mat->height_m,
        .mat_width_m = mat->width_m,
        .mat_height_m = mat->height_m,
        .subarray_area_m2 = s->width_m * s->height_m,
        .subarray_width_m = s->width_m,
        .subarray_height_m = s->height_m,
        .read_energy_j = bank->read_j,
        .write_energy_j = bank->write_j,
        .set_energy_j = bank->set_j,
        .reset_energy_j = bank->reset_j,
        .htree_j = bank->htree_j,
        .write_htree_j = bank->write_htree_j,
        .mat_wires_j = mat->wires_j,
        .write_comparator_j = task->fabric.rules->comparator_on_write
                                  ? mat->comparator_j
                                  : 0,
        .shift_j = s->shift_j,
        .write_decoder_j = s->write_decoder->energy_j,
        .write_precharge_j = s->restore_j,
        .verify_j = s->verify_j,
        .mux_again_j = s->mux_again_j,
        .read_mat_j = mat->read_j,
        .write_mat_j = mat->write_j,
        .predecoder_j = mat->predecode_j,
        .comparator_j = mat->comparator_j,
        .read_subarray_j = s->read_j,
        .write_subarray_j = s->write_j,
        .bitline_j = s->bitline_j,
        .cell_read_j = s->cell_read_j,
        .row_decoder_j = s->row_decoder->energy_j,
        .column_decoder_j = s->column_decoder_j,
        .sense_j = s->sense_j,
        .mux_j = s->mux_j,
        .precharge_j = s->precharger->energy_j,
        .cell_write_j = s->cell_write_j,
        .leakage_w = bank->leakage_w * task->banks,
        .htree_leakage_w = bank->htree_w * task->banks,
        .refresh_w = subarrays * s->refresh_w,
        .predecoder_area_m2 = mat->predecoder_area_m2,
    };
    describe_times(task, mat, bank, breakdown);
    reach_banks(task, bank, breakdown);
    breakdown->efficiency = breakdown->cell_area_m2 / breakdown->area_m2;
    if (task->is_tag)
        breakdown->comparator_leakage_w = awake * mats * (double)mat->shape.ways *
                                          mat->comparator.leakage_w;
    describe_leakage(mat, awake * mats, awake * subarrays,
                     task->fabric.rules->refresh_is_leakage, breakdown);
    describe_area(task, shape, mat, bank, subarrays, breakdown);
}
