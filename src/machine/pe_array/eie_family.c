/* EIE (S. Han et al., ISCA 2016): fully-connected layers whose pruned weights are stored in
 * compressed sparse columns.  PE p stores the rows p, p + PEs, ....  An entry is the index of a
 * shared weight and the number of zeros before it; a run of zeros that is too long takes padding
 * entries.  Activations that are not zero are broadcast, at most one per cycle, into a queue per
 * PE; a full queue delays the broadcast.  Weights are assumed to be zero independently with the
 * layer's density.  The random numbers depend on the layer alone. */
#include "machine/pe_array/mapping.h"

#include "base/maths.h"
#include "base/memory.h"
#include "base/mix.h"

#include <math.h>
#include <stdlib.h>

static enum status eie_check(const struct machine *machine, struct error *err)
{
    const struct pe_array *array = (const struct pe_array *)machine;
    static const enum level_id needed[] = { LEVEL_PE_WEIGHT, LEVEL_PE_INDEX,
                                            LEVEL_PE_INPUT };

    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!pe_array_level(array, needed[i]))
            return error_set(err, STATUS_INPUT, "is eie, must have a level %s",
                             word_name(level_words, needed[i]));
    return STATUS_OK;
}

/* Draws a number in 1..2^53: 2^53 times a random number in (0, 1]. */
static uint64_t draw(uint64_t *state)
{
    uint64_t bits = mix(*state);

    *state += MIX_STEP;
    return (bits >> 11) + 1;
}

/* Gaps between non-zero weights are distributed geometrically: floor(log(u) / log(1 - density))
 * for a uniform number u.  A gap is at least g if u is at most (1 - density)^g.  A table holds
 * these limits, and a guide says where to begin in the table for the leading bits of u (H. Chen
 * and Y. Asau, AIIE Transactions 6, 1974).  Near a limit, where rounding decides, and beyond
 * the table the logarithm is computed. */
enum { GUIDE_BITS = 10, LIMITS_MOST = 4096 };
struct gaps {
    double per_log;
    uint64_t longest; /* longer gaps need not be distinguished */
    /* the gap is at least g if u is at most limits[g]; certainly if u is at most within[g] */
    uint64_t *limits, *within;
    uint32_t guide[1 << GUIDE_BITS];
};

static void gaps_create(struct gaps *gaps, double density, uint64_t longest)
{
    const double nearness = 1e-12; /* the rounding of logarithm and product is 2e-14 */
    uint64_t most = longest < LIMITS_MOST ? longest : LIMITS_MOST, gap = most;

    gaps->per_log = 1 / maths_log1p(-density);
    gaps->longest = longest;
    gaps->limits = alloc_array(2 * (most + 2), sizeof *gaps->limits);
    gaps->within = gaps->limits + most + 2;
    gaps->limits[0] = gaps->within[0] = UINT64_MAX;
    for (uint64_t g = 1; g <= most; g++) {
        double limit = 0x1p53 * maths_exp((double)g / gaps->per_log);

        gaps->limits[g] = (uint64_t)(limit * (1 + nearness)) + 1;
        gaps->within[g] = (uint64_t)(limit * (1 - nearness));
    }
    gaps->limits[most + 1] = 0; /* ends every search */
    if (most < longest)
        gaps->within[most] = 0;
    for (uint64_t i = 0; i < 1 << GUIDE_BITS; i++) {
        uint64_t largest = (i + 1) << (53 - GUIDE_BITS);

        while (gaps->limits[gap] < largest)
            gap--;
        gaps->guide[i] = (uint32_t)gap;
    }
}

static uint64_t gap_draw(const struct gaps *gaps, uint64_t *state)
{
    uint64_t u = draw(state);
    uint64_t gap = gaps->guide[(u - 1) >> (53 - GUIDE_BITS)];

    while (u <= gaps->limits[gap + 1])
        gap++;
    if (u > gaps->within[gap]) {
        double exact = maths_log((double)u * 0x1p-53) * gaps->per_log;

        gap = exact < (double)gaps->longest ? (uint64_t)exact : gaps->longest;
    }
    return gap;
}

/* Draws the number of entries for `rows` positions.  A gap of g zeros takes g / 2^run_bits padding
 * entries. */
static unsigned entries_draw(uint64_t rows, const struct gaps *gaps, uint64_t run_bits,
                             uint64_t *state)
{
    unsigned entries = 0;
    uint64_t at = 0;

    while (at < rows) {
        uint64_t gap = gap_draw(gaps, state);

        if (gap >= rows - at)
            break;
        entries += 1 + (unsigned)(gap >> run_bits);
        at += gap + 1;
    }
    return entries;
}

/* The results of the simulation. */
struct eie_run {
    double cycles, entries;
    double columns; /* columns with entries, added up over all PEs */
};

/* Simulates column by column.  A PE starts a column when it has been broadcast and the previous
 * column is done; until then the column is in the PE's queue.  So the broadcast of a column
 * waits until every PE has finished the column `depth` before it. */
static void eie_simulate(uint64_t pes, uint64_t rows, uint64_t columns, double density,
                         uint64_t depth, uint64_t run_bits, struct eie_run *result)
{
    uint64_t state = rows * 1000003 + columns, broadcast = 0, last = 0;
    uint64_t *done = alloc_array(pes, sizeof *done);
    uint64_t *left = alloc_array(depth, sizeof *left); /* when the last PE is done */
    uint64_t each = rows / pes, longer = rows % pes;
    struct gaps gaps = { .limits = NULL };

    *result = (struct eie_run){ 0 };
    if (density < 1)
        gaps_create(&gaps, density, each + 1);
    for (uint64_t c = 0; c < columns; c++) {
        uint64_t latest = 0, entries_sum = 0, busy = 0;

        if (c >= depth && left[c % depth] > broadcast)
            broadcast = left[c % depth];
        for (uint64_t p = 0; p < pes; p++) {
            uint64_t own = each + (p < longer);
            uint64_t start = done[p] > broadcast ? done[p] : broadcast;
            unsigned entries = density < 1 ? entries_draw(own, &gaps, run_bits, &state)
                                           : (unsigned)own;

            done[p] = start + entries;
            latest = done[p] > latest ? done[p] : latest;
            entries_sum += entries;
            busy += entries > 0;
        }
        last = latest > last ? latest : last;
        result->entries += (double)entries_sum;
        result->columns += (double)busy;
        left[c % depth] = latest;
        broadcast++;
    }
    result->cycles = (double)(last > broadcast ? last : broadcast);
    free(gaps.limits);
    free(done);
    free(left);
}

/* Returns the bits of an entry: those of a weight (or of the index of a shared one) and of the
 * run of zeros before it.  A dense layer has no runs. */
static double entry_bits(const struct pe_machine *machine,
                         const struct mac_layer *layer)
{
    const struct pe_array *a = &machine->array;

    return (double)(a->value_bits + (layer->weight_density < 1 ? a->run_bits : 0));
}

/* Returns the reads of the weight memory.  A word holds k entries and a column may begin
 * anywhere in a word, so that n entries take n / k + 1 - 1 / k reads on average.  A wide entry
 * takes several words. */
static double entry_words(const struct pe_machine *machine,
                          const struct mac_layer *layer, const struct eie_run *run)
{
    const struct level *level = pe_array_level(&machine->array, LEVEL_PE_WEIGHT);
    double word = (double)level->word_bits;
    double bits = entry_bits(machine, layer), per_word = floor(word / bits);

    if (per_word < 1)
        return run->entries * ceil(bits / word);
    return run->entries / per_word + run->columns * (1 - 1 / per_word);
}

static enum status eie_map(const struct pe_machine *machine,
                           const struct mac_layer *layer, struct mapping *mapping,
                           struct error *err)
{
    const struct pe_array *a = &machine->array;
    struct gemm gemm = mac_layer_gemm(layer);
    double pes = (double)(a->pe_rows * a->pe_columns), times;
    double columns = ceil((double)gemm.k * layer->activation_density);
    struct eie_run run;

    if (pe_array_level(a, LEVEL_PE_WEIGHT)->word_bits <
        (machine->bits > 8 ? machine->bits : 8))
        return error_set(
            err, STATUS_INFEASIBLE,
            "a word of the weight memory must have at least the bits of a weight");
    if (layer->streams_weights)
        return error_set(err, STATUS_INFEASIBLE,
                         "layer '%s' has no weights to compress", layer->name);
    eie_simulate(a->pe_rows * a->pe_columns, gemm.n, (uint64_t)columns,
                 layer->weight_density, a->queue_depth, a->run_bits, &run);
    times = (double)(gemm.m * layer->groups); /* vectors follow each other */
    mapping->macs = mac_layer_macs(layer);
    mapping->computed_macs = times * run.entries;
    mapping->ideal_cycles = times * run.entries / pes;
    mapping->cycles = times * run.cycles;
    mapping->pe_cycles = mapping->cycles * pes;
    mapping->active_pes = run.entries / run.cycles;
    /* words with entries, two pointers per column, and a read and a write of accumulators */
    mapping->levels[LEVEL_PE_WEIGHT].reads =
        times * entry_words(machine, layer, &run) *
        (double)(pe_array_level(a, LEVEL_PE_WEIGHT)->word_bits / machine->bits);
    mapping->levels[LEVEL_PE_INDEX].reads = times * 2 * columns * pes;
    mapping->levels[LEVEL_PE_INPUT].reads = times * run.entries;
    mapping->levels[LEVEL_PE_INPUT].writes = times * run.entries;
    mapping->noc_elements = times * columns * pes;
    return STATUS_OK;
}

/* One entry per non-zero weight; padding entries are not counted. */
static double eie_held_bits(const struct pe_machine *machine,
                            const struct mac_layer *layer)
{
    return mac_layer_weights(layer) * layer->weight_density *
           entry_bits(machine, layer);
}

/* Every PE handles every column and draws one random number per entry and one more at the end. */
static double eie_map_s(const struct pe_machine *machine, const struct mac_layer *layer)
{
    const double visit_s = 1.4e-9, draw_s = 7e-9;
    const struct pe_array *a = &machine->array;
    double pes = (double)(a->pe_rows * a->pe_columns);
    struct gemm gemm = mac_layer_gemm(layer);
    double draws = layer->weight_density < 1
                       ? pes + (double)gemm.n * layer->weight_density
                       : 0;

    if (layer->streams_weights)
        return 0;
    return (double)gemm.k * layer->activation_density *
           (pes * visit_s + draws * draw_s);
}

/* clang-format off */
static const struct field eie_fields[] = {
    PE_ARRAY_FIELDS,
    FIELD_COUNT(struct pe_array, queue_depth, 8, 1, 65536, "entries of a PE's activation queue"),
    FIELD_COUNT(struct pe_array, run_bits, 4, 1, 16, "bits of the length of a run of zeros"),
    FIELD_COUNT(struct pe_array, value_bits, 4, 1, 64, "bits of a weight: an index into the shared ones (4), or the weight itself"),
    FIELD_FLAG(struct pe_array, weights_in_dram, 0, "weights come from DRAM for every inference, even if they fit the chip"),
};
/* clang-format on */

const struct schema eie_schema = PE_ARRAY_SCHEMA(eie_fields);

static const struct pe_steps eie_steps = {
    .counts_zeros = true,
    .held_bits = eie_held_bits,
    .map = eie_map,
    .map_s = eie_map_s,
};

const struct machine_family eie_family = {
    .name = "eie",
    .summary =
        "pruned fully-connected layers, compressed columns, broadcast activations",
    .kind = MACHINE_PE_ARRAY,
    .schema = &eie_schema,
    .check = eie_check,
    .pe = &eie_steps,
};
