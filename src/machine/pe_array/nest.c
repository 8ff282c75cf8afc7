#include "machine/pe_array/nest.h"

#include <math.h>

static const bool indexes[TENSORS][NEST_DIMENSIONS] = {
    [TENSOR_WEIGHTS] = { [NEST_C] = true,
                         [NEST_M] = true,
                         [NEST_R] = true,
                         [NEST_S] = true },
    [TENSOR_INPUTS] = { [NEST_C] = true,
                        [NEST_P] = true,
                        [NEST_Q] = true,
                        [NEST_R] = true,
                        [NEST_S] = true,
                        [NEST_N] = true },
    [TENSOR_OUTPUTS] = { [NEST_M] = true,
                         [NEST_P] = true,
                         [NEST_Q] = true,
                         [NEST_N] = true },
};

/* One loop, outermost first. */
struct loop {
    size_t place;
    enum nest_dimension dimension;
    uint64_t bound;
    bool is_spatial;
};

struct loops {
    struct loop loop[NEST_LOOPS_MAX];
    size_t count;
    bool skips_gaps; /* for the bound: rows that a stride skips do not count */
};

static void loops_list(const struct nest *nest, const struct nest_mapping *mapping,
                       struct loops *loops)
{
    *loops = (struct loops){ .count = 0 };
    for (size_t p = 0; p < nest->place_count; p++)
        for (size_t o = 0; o < nest->places[p].order_count; o++) {
            enum nest_dimension d = nest->places[p].order[o];

            if (mapping->factors[p][d] > 1)
                loops->loop[loops->count++] = (struct loop){
                    p, d, mapping->factors[p][d], nest->places[p].is_spatial
                };
        }
}

/* Computes the extent of each dimension over the loops at place `from` and inside it. */
static void extents_from(const struct loops *loops, size_t from,
                         uint64_t extents[NEST_DIMENSIONS])
{
    for (int d = 0; d < NEST_DIMENSIONS; d++)
        extents[d] = 1;
    for (size_t l = 0; l < loops->count; l++)
        if (loops->loop[l].place >= from)
            extents[loops->loop[l].dimension] *= loops->loop[l].bound;
}

/* Returns the input rows (or columns) that these outputs need with a kernel of this extent. */
static double span(uint64_t outputs, uint64_t kernel, uint64_t stride, bool skips_gaps)
{
    double all = (double)((outputs - 1) * stride + kernel);

    return skips_gaps ? fmin(all, (double)(outputs * kernel)) : all;
}

static uint64_t stride_across(const struct nest *nest)
{
    return nest->stride_width ? nest->stride_width : nest->stride;
}

static double tile_elements(enum nest_tensor tensor, const uint64_t e[NEST_DIMENSIONS],
                            const struct nest *nest, bool skips_gaps)
{
    switch (tensor) {
    case TENSOR_WEIGHTS: return (double)(e[NEST_C] * e[NEST_M] * e[NEST_R] * e[NEST_S]);
    case TENSOR_INPUTS:
        return (double)(e[NEST_N] * e[NEST_C]) *
               span(e[NEST_P], e[NEST_R], nest->stride, skips_gaps) *
               span(e[NEST_Q], e[NEST_S], stride_across(nest), skips_gaps);
    default: return (double)(e[NEST_N] * e[NEST_M] * e[NEST_P] * e[NEST_Q]);
    }
}

/* How often the tile at a place changes, and how many different tiles there are.  Both are
 * products over the loops around the tile down to the innermost temporal loop that indexes the
 * tensor.  With `every`, the loops inside that one count as well (for operands of the
 * arithmetic). */
struct changes {
    double visits, distinct;
    size_t last; /* that innermost loop; loops->count if there is none */
};

static struct changes changes_at(const struct loops *loops, size_t place,
                                 enum nest_tensor tensor)
{
    struct changes changes = { 1, 1, loops->count };

    for (size_t l = 0; l < loops->count && loops->loop[l].place < place; l++)
        if (!loops->loop[l].is_spatial && indexes[tensor][loops->loop[l].dimension])
            changes.last = l;
    for (size_t l = 0; changes.last < loops->count && l <= changes.last; l++) {
        if (loops->loop[l].is_spatial)
            continue;
        changes.visits *= (double)loops->loop[l].bound;
        if (indexes[tensor][loops->loop[l].dimension])
            changes.distinct *= (double)loops->loop[l].bound;
    }
    return changes;
}

/* Returns the elements that are new at a step of loop `last`.  If that loop is the innermost
 * around the tile, rows and columns that two successive input tiles share are not moved again;
 * else it is the whole tile. */
static double step_elements(const struct nest *nest, const struct loops *loops,
                            size_t place, size_t last, enum nest_tensor tensor)
{
    uint64_t e[NEST_DIMENSIONS], step = 1;
    const struct loop *loop = &loops->loop[last];
    double rows, columns, shift;

    extents_from(loops, place, e);
    for (size_t l = last + 1; l < loops->count && loops->loop[l].place < place; l++)
        if (!loops->loop[l].is_spatial)
            return tile_elements(tensor, e, nest, loops->skips_gaps);
    if (tensor != TENSOR_INPUTS)
        return tile_elements(tensor, e, nest, loops->skips_gaps);
    for (size_t l = last + 1; l < loops->count; l++)
        if (loops->loop[l].dimension == loop->dimension)
            step *= loops->loop[l].bound;
    rows = span(e[NEST_P], e[NEST_R], nest->stride, loops->skips_gaps);
    columns = span(e[NEST_Q], e[NEST_S], stride_across(nest), loops->skips_gaps);
    shift = (double)(loop->dimension == NEST_P   ? step * nest->stride
                     : loop->dimension == NEST_Q ? step * stride_across(nest)
                                                 : step);
    if (loop->dimension == NEST_P || loop->dimension == NEST_R)
        rows = fmin(rows, shift);
    else if (loop->dimension == NEST_Q || loop->dimension == NEST_S)
        columns = fmin(columns, shift);
    return (double)(e[NEST_N] * e[NEST_C]) * rows * columns;
}

/* Returns the product of the spatial bounds between two places.  With only_indexing only loops
 * that index the tensor count: instances along other loops share one transfer, or their sums
 * are added up on the way. */
static double fanout_between(const struct loops *loops, size_t outer, size_t inner,
                             enum nest_tensor tensor, bool only_indexing)
{
    double product = 1;

    for (size_t l = 0; l < loops->count; l++)
        if (loops->loop[l].is_spatial && loops->loop[l].place >= outer &&
            loops->loop[l].place < inner &&
            (!only_indexing || indexes[tensor][loops->loop[l].dimension]))
            product *= (double)loops->loop[l].bound;
    return product;
}

static bool loops_fit(const struct nest *nest, const struct nest_mapping *mapping,
                      const struct loops *loops)
{
    for (size_t p = 0; p < nest->place_count; p++) {
        const struct nest_place *place = &nest->places[p];
        uint64_t e[NEST_DIMENSIONS], used = 1;
        double held = 0;

        if (place->is_spatial) {
            for (int d = 0; d < NEST_DIMENSIONS; d++)
                used *= mapping->factors[p][d];
            if (used > place->fanout)
                return false;
            continue;
        }
        extents_from(loops, p, e);
        for (int t = 0; t < TENSORS; t++)
            if (place->keeps[t])
                held += tile_elements((enum nest_tensor)t, e, nest, false);
        if (place->capacity > 0 && held > place->capacity)
            return false;
    }
    return true;
}

/* Counts the movement of one tensor through all memories to the arithmetic. */
static void tensor_count(const struct nest *nest, const struct loops *loops,
                         enum nest_tensor tensor, double macs,
                         struct nest_counts *counts)
{
    size_t parent = nest->place_count;

    for (size_t p = 0; p <= nest->place_count; p++) {
        bool is_arithmetic = p == nest->place_count;
        struct changes changes;
        uint64_t e[NEST_DIMENSIONS];
        double instances, tile, moved, again, shared;

        if (!is_arithmetic &&
            (nest->places[p].is_spatial || !nest->places[p].keeps[tensor]))
            continue;
        if (parent == nest->place_count) { /* the outermost memory stores everything */
            parent = p;
            continue;
        }
        instances = fanout_between(loops, 0, p, tensor, false);
        shared = instances / (fanout_between(loops, 0, parent, tensor, false) *
                              fanout_between(loops, parent, p, tensor, true));
        if (is_arithmetic) {
            /* the first access of each accumulation needs no read of a partial sum */
            changes = changes_at(loops, parent, tensor);
            extents_from(loops, parent, e);
            tile = tile_elements(tensor, e, nest, loops->skips_gaps);
            moved = macs / shared;
            again = changes.distinct * tile *
                    fanout_between(loops, 0, parent, tensor, false);
            counts->reads[parent][tensor] += tensor == TENSOR_OUTPUTS ? moved - again
                                                                      : moved;
            if (tensor == TENSOR_OUTPUTS)
                counts->writes[parent][tensor] += moved;
            return;
        }
        changes = changes_at(loops, p, tensor);
        extents_from(loops, p, e);
        tile = tile_elements(tensor, e, nest, loops->skips_gaps);
        moved = changes.visits * tile * instances;
        if (tensor == TENSOR_OUTPUTS) {
            again = (changes.visits - changes.distinct) * tile * instances;
            counts->writes[p][tensor] += again; /* partial sums that are read back */
            counts->writes[parent][tensor] += moved / shared;
            counts->reads[parent][tensor] += again / shared;
        } else {
            if (changes.last < loops->count) {
                double bound = (double)loops->loop[changes.last].bound;

                moved = changes.visits / bound * instances *
                        (tile + (bound - 1) * step_elements(nest, loops, p,
                                                            changes.last, tensor));
            }
            counts->writes[p][tensor] += moved;
            counts->reads[parent][tensor] += moved / shared;
        }
        parent = p;
    }
}

bool nest_fits(const struct nest *nest, const struct nest_mapping *mapping)
{
    struct loops loops;

    loops_list(nest, mapping, &loops);
    return loops_fit(nest, mapping, &loops);
}

double nest_least_energy(const struct nest *nest, const struct nest_mapping *mapping,
                         unsigned decided)
{
    struct nest_counts counts = { .macs = 1 };
    struct loops loops;
    double energy_j;

    loops_list(nest, mapping, &loops);
    loops.skips_gaps = true;
    for (int d = 0; d < NEST_DIMENSIONS; d++) {
        uint64_t rest = nest->bounds[d];

        counts.macs *= (double)nest->bounds[d];
        for (size_t l = 0; l < loops.count; l++)
            if (loops.loop[l].dimension == (enum nest_dimension)d)
                rest /= loops.loop[l].bound;
        if (!(decided >> d & 1) && rest > 1)
            loops.loop[loops.count++] =
                (struct loop){ nest->place_count, (enum nest_dimension)d, rest, false };
    }
    energy_j = counts.macs * nest->mac_j;
    for (int t = 0; t < TENSORS; t++) {
        tensor_count(nest, &loops, (enum nest_tensor)t, counts.macs, &counts);
        for (size_t p = 0; p < nest->place_count; p++)
            energy_j += counts.reads[p][t] * nest->places[p].read_j +
                        counts.writes[p][t] * nest->places[p].write_j;
    }
    return energy_j;
}

bool nest_evaluate(const struct nest *nest, const struct nest_mapping *mapping,
                   struct nest_counts *counts)
{
    struct loops loops;

    loops_list(nest, mapping, &loops);
    if (!loops_fit(nest, mapping, &loops))
        return false;
    *counts = (struct nest_counts){ .macs = 1, .cycles = 1 };
    for (int d = 0; d < NEST_DIMENSIONS; d++)
        counts->macs *= (double)nest->bounds[d];
    for (size_t l = 0; l < loops.count; l++)
        if (!loops.loop[l].is_spatial)
            counts->cycles *= (double)loops.loop[l].bound;
    counts->energy_j = counts->macs * nest->mac_j;
    for (int t = 0; t < TENSORS; t++)
        tensor_count(nest, &loops, (enum nest_tensor)t, counts->macs, counts);
    for (size_t p = 0; p < nest->place_count; p++) {
        counts->instances[p] = fanout_between(&loops, 0, p, TENSOR_WEIGHTS, false);
        for (int t = 0; t < TENSORS; t++)
            counts->energy_j += counts->reads[p][t] * nest->places[p].read_j +
                                counts->writes[p][t] * nest->places[p].write_j;
    }
    return true;
}
