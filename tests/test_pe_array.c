/* Accelerator families: counts done by hand, laws that every mapping keeps. */
#include "unit.h"

#include "machine/pe_array/mapping.h"
#include "machine/pe_array/winograd.h"
#include "machine/pe_array/zeros.h"

#include <math.h>
#include <string.h>
#include <time.h>

static struct level buffers[] = {
    { .level = LEVEL_INPUT_BUFFER, .bytes = 65536, .word_bits = 64, .instances = 1 },
    { .level = LEVEL_WEIGHT_BUFFER,
      .bytes = 65536,
      .word_bits = 64,
      .instances = 1,
      .holds_weights = true },
    { .level = LEVEL_OUTPUT_BUFFER, .bytes = 65536, .word_bits = 64, .instances = 1 },
};
static struct level global[] = {
    { .level = LEVEL_GLOBAL_BUFFER, .bytes = 131072, .word_bits = 64, .instances = 1 },
    { .level = LEVEL_PE_INPUT, .bytes = 24, .word_bits = 16, .instances = 168 },
    { .level = LEVEL_PE_WEIGHT,
      .bytes = 448,
      .word_bits = 64,
      .instances = 168,
      .holds_weights = true },
    { .level = LEVEL_PE_OUTPUT, .bytes = 48, .word_bits = 16, .instances = 168 },
    { .level = LEVEL_PE_INDEX, .bytes = 32768, .word_bits = 16, .instances = 168 },
};

static struct pe_machine machine_of(enum machine_family_id family)
{
    bool is_systolic = family == FAMILY_SYSTOLIC || family == FAMILY_SCALESIM;

    return (struct pe_machine){
        .array = { .machine = { .family = (int)family },
                   .pe_rows = 12,
                   .pe_columns = 14,
                   .pe_depth = 4,
                   .clock_hz = 1e9,
                   .dram_bytes_per_s = 1e12,
                   .dram_share = 1,
                   .levels = is_systolic ? buffers : global,
                   .levels_count = is_systolic ? 3 : 5,
                   .weight_load_cycles = 0,
                   .queue_depth = 8,
                   .run_bits = 4,
                   .value_bits = 4,
                   .transform_ops_hz = 1e12 },
        .bits = 16,
    };
}

/* AlexNet's third convolution. */
static const struct mac_layer conv3 = {
    .name = "conv3",
    .batch = 4,
    .groups = 1,
    .channels = 256,
    .filters = 384,
    .in_height = 13,
    .in_width = 13,
    .kernel_height = 3,
    .kernel_width = 3,
    .stride = 1,
    .out_height = 13,
    .out_width = 13,
    .weight_density = 1,
    .activation_density = 1,
};
static const struct mac_layer dense = {
    .name = "fc",
    .batch = 1,
    .groups = 1,
    .channels = 512,
    .filters = 300,
    .in_height = 1,
    .in_width = 1,
    .kernel_height = 1,
    .kernel_width = 1,
    .stride = 1,
    .out_height = 1,
    .out_width = 1,
    .weight_density = 0.1,
    .activation_density = 0.4,
};

static struct mapping map_one(const struct pe_machine *machine,
                              const struct mac_layer *layer)
{
    struct mac_layer one = *layer;
    size_t number = 1;
    const struct mac_layers layers = { .layers = &one, .number = &number, .count = 1 };
    struct mapping mapping;
    struct error err = { "" };

    CU_ASSERT_EQUAL(pe_machine_map(machine, &layers, 0, &mapping, &err), STATUS_OK);
    return mapping;
}

static void no_family_beats_its_own_pes_or_moves_less_than_its_operands(void)
{
    static const enum machine_family_id families[] = { FAMILY_CPU, FAMILY_SYSTOLIC,
                                                       FAMILY_ROW_STATIONARY,
                                                       FAMILY_WINOGRAD };

    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        struct pe_machine machine = machine_of(families[i]);
        struct mapping m = map_one(&machine, &conv3);
        double operands = mac_layer_inputs(&conv3) + mac_layer_weights(&conv3);

        CU_ASSERT_TRUE(m.macs == mac_layer_macs(&conv3));
        CU_ASSERT_TRUE(m.computed_macs <= m.pe_cycles * (1 + 1e-12));
        CU_ASSERT_TRUE(m.dram_reads >= operands);
        CU_ASSERT_TRUE(m.dram_writes >= mac_layer_outputs(&conv3));
        CU_ASSERT_TRUE(m.cycles > 0 && m.stall_cycles >= 0);
    }
}

static void systolic_folds_are_as_counted_by_hand(void)
{
    /* 5 x 7 outputs, depth 10, on 4 x 4 PEs */
    const struct gemm gemm = { .m = 5, .n = 7, .k = 10 };
    struct systolic_folds os = systolic_fold(&gemm, DATAFLOW_OS, 4, 4);
    struct systolic_folds ws = systolic_fold(&gemm, DATAFLOW_WS, 4, 4);

    CU_ASSERT_EQUAL(systolic_cycles(&os, false), 2 * 2 * (10 + 4 + 4 - 2));
    CU_ASSERT_EQUAL(systolic_cycles(&ws, false), 3 * 2 * (5 + 2 * 4 + 4 - 2));
    /* overlapped: one skew, then a fold every 10 cycles */
    CU_ASSERT_EQUAL(systolic_cycles(&os, true), 6 + 4 * 10);
    CU_ASSERT_EQUAL(systolic_cycles(&ws, true), 4 + 6 + 5 * 5 + 5);
    CU_ASSERT_DOUBLE_EQUAL(systolic_mapping(&os, 4, 4), 35.0 / 64, 1e-15);
}

static void larger_buffers_never_move_more(void)
{
    for (int dataflow = DATAFLOW_OS; dataflow <= DATAFLOW_IS; dataflow++) {
        struct pe_machine machine = machine_of(FAMILY_SYSTOLIC);
        double before = INFINITY;

        struct level levels[LEVEL_COUNT];
        struct pe_array *array = &machine.array;

        array->dataflow = dataflow;
        memcpy(levels, array->levels, array->levels_count * sizeof *levels);
        array->levels = levels;
        for (uint64_t bytes = 1024; bytes < 1 << 24; bytes *= 4) {
            struct mapping m;

            for (size_t l = 0; l < array->levels_count; l++)
                if (levels[l].level <= LEVEL_GLOBAL_BUFFER)
                    levels[l].bytes = bytes;
            m = map_one(&machine, &conv3);

            CU_ASSERT_TRUE(m.dram_reads + m.dram_writes <= before);
            before = m.dram_reads + m.dram_writes;
        }
        /* everything fits: each operand once */
        CU_ASSERT_DOUBLE_EQUAL(before,
                               mac_layer_inputs(&conv3) + mac_layer_weights(&conv3) +
                                   mac_layer_outputs(&conv3),
                               1);
    }
}

static void a_slow_dram_stalls(void)
{
    struct pe_machine machine = machine_of(FAMILY_SYSTOLIC);
    struct mapping fast = map_one(&machine, &conv3), slow;

    machine.array.dram_bytes_per_s = 1e6;
    slow = map_one(&machine, &conv3);
    CU_ASSERT_EQUAL(fast.stall_cycles, 0);
    ASSERT_NEAR(slow.cycles, (slow.dram_reads + slow.dram_writes) * 2 * 1e3, 1e-9);
    ASSERT_NEAR(slow.cycles - slow.stall_cycles, fast.cycles, 1e-9);
}

/* Y.-H. Chen et al., JSSC 52(1), 2017: PEs at work in AlexNet's layers 2 to 5. */
static void row_stationary_sets_fill_the_chip_as_published(void)
{
    static const struct {
        uint64_t kernel, height, stride;
        double pes;
    } rows[] = { { 5, 27, 1, 135 }, { 3, 13, 1, 156 }, { 11, 55, 4, 151.25 } };
    struct pe_machine machine = machine_of(FAMILY_ROW_STATIONARY);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mac_layer layer = conv3;

        layer.channels = 3;
        layer.kernel_height = layer.kernel_width = rows[i].kernel;
        layer.out_height = layer.out_width = rows[i].height;
        layer.stride = rows[i].stride;
        layer.in_height = layer.in_width = (rows[i].height - 1) * rows[i].stride +
                                           rows[i].kernel;
        CU_ASSERT_DOUBLE_EQUAL(map_one(&machine, &layer).active_pes, rows[i].pes, 1e-9);
    }
}

/* A language model's last layer on many PEs of one-bit elements: 50 257 filters, a PE
 * holds hundreds of channels.  Choices are what divides, so that all are looked at soon. */
static void large_row_stationary_arrays_are_searched_soon(void)
{
    struct pe_machine machine = machine_of(FAMILY_ROW_STATIONARY);
    struct mac_layer layer = mac_layer_product(720720, 50257, 1024, 1);
    clock_t begin = clock();

    machine.array.pe_rows = 846;
    machine.array.pe_columns = 16;
    for (size_t l = 1; l < 5; l++)
        global[l].instances = 846 * 16;
    machine.bits = 1;
    CU_ASSERT(map_one(&machine, &layer).cycles > 0);
    for (size_t l = 1; l < 5; l++)
        global[l].instances = 168;
    CU_ASSERT((double)(clock() - begin) / CLOCKS_PER_SEC < 5);
}

static void eie_skips_zeros_and_pads_long_runs(void)
{
    struct pe_machine machine = machine_of(FAMILY_EIE);
    struct level roomy[5];
    struct mac_layer layer = dense;
    struct mapping m, queued;
    double columns = ceil(512 * 0.4);

    memcpy(roomy, global, sizeof roomy);
    roomy[2].bytes = 1 << 24; /* holds all that follow */
    machine.array.levels = roomy;
    m = map_one(&machine, &layer);
    /* 205 columns x 300 rows x 0.1, paddings are rare at this density */
    ASSERT_NEAR(m.computed_macs, columns * 300 * 0.1, 0.05);
    layer.weight_density = 1;
    m = map_one(&machine, &layer);
    CU_ASSERT_EQUAL(m.computed_macs, columns * 300);
    layer.weight_density = 0.02; /* gaps of 50: more padding than weights */
    m = map_one(&machine, &layer);
    CU_ASSERT_TRUE(m.computed_macs <
                   1.05 * columns * 300 * 0.02); /* 2 rows a PE: none */
    machine.array.pe_rows = machine.array.pe_columns = 1;
    layer.filters = 30000; /* in one PE: 1 / (1 - 0.98^16) entries per weight */
    m = map_one(&machine, &layer);
    ASSERT_NEAR(m.computed_macs, columns * 30000 * 0.02 / (1 - pow(0.98, 16)), 0.02);
    machine.array.pe_rows = 8;
    queued = map_one(&machine, &layer);
    machine.array.queue_depth = 1;
    CU_ASSERT_TRUE(map_one(&machine, &layer).cycles > queued.cycles);
}

/* 64 filters of 3 x 3, a channel each: one column at a time, or fourteen. */
static void groups_side_by_side_are_faster_and_move_as_much(void)
{
    struct pe_machine machine = machine_of(FAMILY_SYSTOLIC);
    struct mac_layer depthwise = conv3;
    struct mapping one, many;

    depthwise.groups = 64;
    depthwise.channels = depthwise.filters = 1;
    machine.array.dataflow = DATAFLOW_WS;
    one = map_one(&machine, &depthwise);
    machine.array.spreads_groups = true;
    many = map_one(&machine, &depthwise);
    CU_ASSERT_EQUAL(many.macs, one.macs);
    CU_ASSERT(many.cycles * 10 < one.cycles); /* 5 folds of columns for 64 */
    CU_ASSERT(many.dram_reads <= one.dram_reads);
    CU_ASSERT_EQUAL(many.levels[LEVEL_INPUT_BUFFER].reads,
                    one.levels[LEVEL_INPUT_BUFFER].reads);
    CU_ASSERT_EQUAL(many.levels[LEVEL_OUTPUT_BUFFER].writes,
                    one.levels[LEVEL_OUTPUT_BUFFER].writes);
    depthwise.groups = 1;
    CU_ASSERT_EQUAL(map_one(&machine, &depthwise).cycles, one.cycles / 64);
}

/* 512 x 300 weights, a tenth of them entries of 8 bits: 15360 bytes. */
static void eie_weights_must_fit_its_pes(void)
{
    struct pe_machine machine = machine_of(FAMILY_EIE);
    struct mac_layer two[] = { dense, dense };
    size_t numbers[] = { 1, 2 };
    const struct mac_layers layers = { .layers = two, .number = numbers, .count = 2 };
    struct level tight[5];
    struct mapping one, both;
    struct error err = { "" };

    memcpy(tight, global, sizeof tight);
    tight[2].bytes = 100; /* 168 of them: 16800 bytes, one layer */
    machine.array.levels = tight;
    CU_ASSERT_EQUAL(pe_machine_map(&machine, &layers, 1, &one, &err), STATUS_OK);
    CU_ASSERT_EQUAL(one.dram_reads, 0);
    CU_ASSERT_EQUAL(pe_machine_map(&machine, &layers, 0, &both, &err), STATUS_OK);
    CU_ASSERT_EQUAL(both.dram_reads * machine.bits / 8, 2 * 15360);
    tight[2].bytes = 90; /* 15120 bytes: not even one */
    CU_ASSERT_EQUAL(pe_machine_map(&machine, &layers, 1, &one, &err),
                    STATUS_INFEASIBLE);
    CU_ASSERT_STRING_EQUAL(err.text, "layer 'fc' takes 1.54e+04 bytes of the PEs' "
                                     "weight memories, must be at most 1.51e+04");
}

/* Lavin and Gray: 9 m^2 / (m + 2)^2 where tiles fit; 3.892 over VGG-16's 3 x 3 layers. */
static void winograd_counts_are_exact(void)
{
    static const struct {
        uint64_t channels, filters, size;
    } vgg16[] = { { 3, 64, 224 },    { 64, 64, 224 },  { 64, 128, 112 },
                  { 128, 128, 112 }, { 128, 256, 56 }, { 256, 256, 56 },
                  { 256, 256, 56 },  { 256, 512, 28 }, { 512, 512, 28 },
                  { 512, 512, 28 },  { 512, 512, 14 }, { 512, 512, 14 },
                  { 512, 512, 14 } };
    double direct = 0, f2 = 0, f4 = 0;

    for (size_t i = 0; i < sizeof vgg16 / sizeof *vgg16; i++) {
        struct mac_layer layer = conv3;
        struct winograd_counts counts;

        layer.batch = 1;
        layer.channels = vgg16[i].channels;
        layer.filters = vgg16[i].filters;
        layer.out_height = layer.out_width = layer.in_height = layer.in_width =
            vgg16[i].size;
        CU_ASSERT_TRUE(winograd_applies(&layer));
        direct += mac_layer_macs(&layer);
        winograd_count(&layer, 2, &counts);
        f2 += counts.macs;
        winograd_count(&layer, 4, &counts);
        f4 += counts.macs;
        if (vgg16[i].size % 4 == 0) {
            ASSERT_NEAR(mac_layer_macs(&layer) / counts.macs, 4.0, 1e-12);
            ASSERT_NEAR(counts.weight_elements / mac_layer_weights(&layer), 4.0, 1e-12);
            ASSERT_NEAR(counts.input_elements / mac_layer_inputs(&layer), 2.25, 1e-12);
        }
    }
    ASSERT_NEAR(direct / f2, 2.25, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(direct / f4, 3.892, 5e-4);
}

static void words_hold_whole_elements(void)
{
    CU_ASSERT_EQUAL(level_accesses(100, 8, 64), 12.5);
    CU_ASSERT_EQUAL(level_accesses(100, 16, 24), 100);
    CU_ASSERT_EQUAL(level_accesses(100, 32, 16), 200);
}

/* Zeros never cost more; gating saves energy, skipping time as well; a coded share is at
 * most all of it, and that of EIE's four-bit runs is its padding. */
static void zeros_save_what_the_machine_says(void)
{
    static const double densities[] = { 1, 0.7, 0.3, 0.05, 1e-4 };
    double coded = 2;

    for (size_t i = 0; i < 5; i++) {
        double now = zeros_coded_share(densities[i], 16, 5);

        CU_ASSERT(now <= coded && now > 0 && now <= 1);
        coded = now;
    }
    CU_ASSERT_EQUAL(zeros_coded_share(1, 16, 5), 1);
    /* 0.96^16 = 0.5204: 0.04 (1 + 0.5204 / 0.4796) entries of 20 bits for 16 */
    ASSERT_NEAR(zeros_coded_share(0.04, 16, 4), 0.04 * 2.0851 * 20 / 16, 1e-4);
    for (int family = 0; family < FAMILY_COUNT; family++) {
        if (!machine_families[family]->pe)
            continue;
        struct pe_machine machine = machine_of((enum machine_family_id)family);
        struct mac_layer layer = conv3;
        struct mac_layers layers = { .layers = &layer,
                                     .number = (size_t[]){ 1 },
                                     .count = 1 };
        struct mapping full, gated, skipped, coded_dram;
        struct error err;

        if (family == FAMILY_EIE || family == FAMILY_NEST)
            continue; /* counts them itself; needs a nest */
        CU_ASSERT_EQUAL(pe_machine_map(&machine, &layers, 0, &full, &err), STATUS_OK);
        machine.activation_density = 0.25;
        machine.array.zeros = ZEROS_GATED;
        CU_ASSERT_EQUAL(pe_machine_map(&machine, &layers, 0, &gated, &err), STATUS_OK);
        CU_ASSERT_EQUAL(gated.cycles, full.cycles);
        ASSERT_NEAR(gated.computed_macs, 0.25 * full.computed_macs, 1e-12);
        CU_ASSERT_EQUAL(gated.dram_reads, full.dram_reads);
        machine.array.zeros = ZEROS_SKIPPED_BOTH;
        machine.weight_density = 0.5;
        CU_ASSERT_EQUAL(pe_machine_map(&machine, &layers, 0, &skipped, &err),
                        STATUS_OK);
        CU_ASSERT(skipped.cycles < gated.cycles);
        ASSERT_NEAR(skipped.computed_macs, 0.125 * full.computed_macs, 1e-12);
        machine.array.zeros = ZEROS_COMPUTED;
        machine.array.dram_run_bits = 5;
        CU_ASSERT_EQUAL(pe_machine_map(&machine, &layers, 0, &coded_dram, &err),
                        STATUS_OK);
        CU_ASSERT(coded_dram.dram_reads < full.dram_reads &&
                  coded_dram.dram_writes < full.dram_writes);
        CU_ASSERT_EQUAL(coded_dram.computed_macs, full.computed_macs);
    }
}

/* splitmix64 as a number in (0, 1]. */
static double drawn(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (double)(((z ^ z >> 31) >> 11) + 1) * 0x1p-53;
}

/* Entries of all PEs, every gap by its logarithm. */
static double entries_by_logarithms(uint64_t pes, uint64_t rows, uint64_t columns,
                                    double density, uint64_t run)
{
    uint64_t state = rows * 1000003 + columns, entries = 0;

    for (uint64_t i = 0; i < columns * pes; i++) {
        double own = (double)(rows / pes + (i % pes < rows % pes)), at = 0;

        while (at < own) {
            double gap = floor(log(drawn(&state)) * (1 / log1p(-density)));

            if (gap >= own - at)
                break;
            entries += 1 + (uint64_t)gap / run;
            at += gap + 1;
        }
    }
    return (double)entries;
}

static void eie_gaps_are_those_of_logarithms(void)
{
    static const double densities[] = {
        1e-4, 0.003, 0.04, 0.09, 0.25, 0.5, 0.9, 0.9999
    };
    static const uint64_t sizes[] = { 1, 100, 168, 1000, 4097, 2000000 };

    for (size_t d = 0; d < sizeof densities / sizeof *densities; d++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            struct pe_machine machine = machine_of(FAMILY_EIE);
            uint64_t columns = sizes[s] > 5000 ? 1 : 300;
            struct mac_layer layer = mac_layer_product(1, sizes[s], columns, 1);
            struct mapping mapping = { 0 };
            struct error err;

            layer.weight_density = densities[d];
            layer.activation_density = 1;
            CU_ASSERT_EQUAL(
                machine_families[FAMILY_EIE]->pe->map(&machine, &layer, &mapping, &err),
                STATUS_OK);
            CU_ASSERT_EQUAL(
                mapping.computed_macs,
                entries_by_logarithms(168, sizes[s], columns, densities[d], 16));
        }
}

/* The least a product of b x c by c x f can cost on 168 sets of PEs with 12 inputs, 224
 * weights and 24 sums each, and a buffer of 65536, all passes tried. */
static double least_cost(uint64_t b, uint64_t c, uint64_t f)
{
    double least = INFINITY;

    for (uint64_t r = 1; r <= 168; r++)
        for (uint64_t q = 1; q <= 12 && q <= c; q++)
            for (uint64_t p = 1; p <= 16 && p <= 224 / q; p++) {
                uint64_t channels = q * r < c ? q * r : c;
                uint64_t filters = p * (168 / r) < f ? p * (168 / r) : f;

                if (c % channels || f % filters)
                    continue;
                for (uint64_t n = 1; n <= b; n++)
                    for (uint64_t held = filters; held <= f; held += filters) {
                        double buffer = (double)(b * c * (f / filters) +
                                                 2 * b * f * (c / channels));
                        double dram = (double)(b * c * (f / held) + c * f * (b / n));

                        if (b % n || (f / filters) % (held / filters) ||
                            held * n + channels * n > 65536)
                            continue;
                        least = fmin(least, 200 * dram + 6 * buffer);
                    }
            }
    return least;
}

static void row_stationary_finds_the_least_of_all_passes(void)
{
    static const uint64_t products[][3] = { { 1, 64, 10 },    { 6, 96, 120 },
                                            { 16, 768, 768 }, { 128, 64, 128 },
                                            { 1, 97, 101 },   { 12, 1280, 360 } };

    for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
        uint64_t b = products[i][0], c = products[i][1], f = products[i][2];
        struct pe_machine machine = machine_of(FAMILY_ROW_STATIONARY);
        struct mac_layer layer = mac_layer_product(b, f, c, 1);
        struct mapping mapping = { 0 };
        struct error err;

        CU_ASSERT_EQUAL(machine_families[FAMILY_ROW_STATIONARY]->pe->map(
                            &machine, &layer, &mapping, &err),
                        STATUS_OK);
        CU_ASSERT_EQUAL(200 * mapping.dram_reads +
                            6 * (mapping.noc_elements - mapping.macs),
                        least_cost(b, c, f));
    }
}

/* A product of 8 x 8 outputs over a depth of 16 on 4 x 4 PEs, with buffers of whole operands or of
 * what the row says (in elements; double, so twice that).  Lifetimes in quarters of the time (a
 * fold of four) or eighths (of eight). */
static void buffers_hold_what_the_folds_need(void)
{
    static const struct {
        enum dataflow dataflow;
        uint64_t input, weight, output; /* of 128, 128 and 64 elements */
        double folds, lifetimes[3];     /* in folds: input, weight, output */
    } rows[] = {
        /* rows outermost: a row of folds needs its inputs for two folds, which come one before;
         * weights until the end */
        { DATAFLOW_OS, 128, 128, 64, 4, { 3, 4, 1 } },
        { DATAFLOW_OS, 64, 128, 64, 4, { 3, 4, 1 } },
        /* weights do not fit: the same order, weights anew for each row */
        { DATAFLOW_OS, 64, 32, 64, 4, { 3, 2, 1 } },
        /* inputs fit neither way: columns outermost, a column's weights stay for two folds */
        { DATAFLOW_OS, 32, 64, 64, 4, { 2, 3, 1 } },
        /* depth by filters, 4 x 2 folds; rows outermost: sums come back after two folds */
        { DATAFLOW_WS, 128, 128, 64, 8, { 3, 2, 2 } },
        /* sums do not fit: columns outermost, they come back in the next fold */
        { DATAFLOW_WS, 128, 128, 32, 8, { 8, 2, 1 } },
        { DATAFLOW_IS, 128, 128, 64, 8, { 2, 3, 2 } },
        { DATAFLOW_IS, 128, 128, 32, 8, { 2, 8, 1 } },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pe_machine machine = machine_of(FAMILY_SYSTOLIC);
        struct mac_layer layer = mac_layer_product(8, 8, 16, 1);
        uint64_t elements[] = { rows[i].input, rows[i].weight, rows[i].output };
        struct level levels[3];
        struct mapping m;

        memcpy(levels, buffers, sizeof levels);
        for (int l = 0; l < 3; l++)
            levels[l].bytes = 4 * elements[l];
        machine.array.levels = levels;
        machine.array.pe_rows = machine.array.pe_columns = 4;
        machine.array.dataflow = rows[i].dataflow;
        m = map_one(&machine, &layer);
        ASSERT_NEAR(m.longest_fold, m.cycles / rows[i].folds, 1e-12);
        for (int l = 0; l < 3; l++) {
            const struct level_lifetime *life = &m.lifetimes[l];

            ASSERT_NEAR(life->longest, rows[i].lifetimes[l] * m.longest_fold, 1e-12);
            ASSERT_NEAR(life->sum, life->longest * life->elements, 1e-12);
            CU_ASSERT_EQUAL(life->elements, m.levels[l].writes);
        }
    }
}

/* Nothing is held longer than its layer takes, weights that stay excepted. */
static void nothing_outlives_its_layer(void)
{
    static const enum machine_family_id families[] = { FAMILY_SYSTOLIC,
                                                       FAMILY_ROW_STATIONARY };
    struct pe_machine machine;
    struct mac_layer small;
    struct mapping m;

    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        machine = machine_of(families[i]);
        m = map_one(&machine, &conv3);
        CU_ASSERT(m.longest_fold > 0 && m.longest_fold <= m.cycles);
        for (int l = 0; l < LEVEL_COUNT; l++) {
            const struct level_lifetime *life = &m.lifetimes[l];

            CU_ASSERT(life->longest <= m.cycles);
            CU_ASSERT(life->sum <= life->longest * life->elements * (1 + 1e-12));
            CU_ASSERT(!(life->elements > 0) || life->longest >= m.longest_fold);
        }
        /* a slow DRAM makes all wait alike */
        machine.array.dram_bytes_per_s = 1e8;
        CU_ASSERT(map_one(&machine, &conv3).longest_fold > 2 * m.longest_fold);
    }
    machine = machine_of(FAMILY_SYSTOLIC);
    machine.array.keeps_weights = true;
    small = mac_layer_product(8, 8, 16, 1);
    m = map_one(&machine, &small);
    CU_ASSERT(isinf(m.lifetimes[LEVEL_WEIGHT_BUFFER].longest));
}

SUITE(pe_array, TEST(buffers_hold_what_the_folds_need),
      TEST(nothing_outlives_its_layer),
      TEST(no_family_beats_its_own_pes_or_moves_less_than_its_operands),
      TEST(systolic_folds_are_as_counted_by_hand), TEST(larger_buffers_never_move_more),
      TEST(a_slow_dram_stalls), TEST(row_stationary_sets_fill_the_chip_as_published),
      TEST(large_row_stationary_arrays_are_searched_soon),
      TEST(eie_skips_zeros_and_pads_long_runs), TEST(eie_weights_must_fit_its_pes),
      TEST(groups_side_by_side_are_faster_and_move_as_much),
      TEST(winograd_counts_are_exact), TEST(words_hold_whole_elements),
      TEST(zeros_save_what_the_machine_says), TEST(eie_gaps_are_those_of_logarithms),
      TEST(row_stationary_finds_the_least_of_all_passes));
