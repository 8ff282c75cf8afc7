/* Mensa (src/machine/layerwise/mensa.c): one network on several accelerators. */
#include "unit.h"

#include "machine/layerwise/layerwise.h"

#include <math.h>
#include <string.h>

/* Two engines: a wide one on slow DRAM, a narrow one on fast DRAM. */
static struct level wide_levels[] = {
    { .level = LEVEL_INPUT_BUFFER, .bytes = 65536, .word_bits = 64, .instances = 1 },
    { .level = LEVEL_WEIGHT_BUFFER, .bytes = 65536, .word_bits = 64, .instances = 1 },
    { .level = LEVEL_OUTPUT_BUFFER, .bytes = 65536, .word_bits = 64, .instances = 1 },
};
static const struct pe_array wide = {
    .machine = { .record = { .name = "wide" }, .family = FAMILY_SYSTOLIC },
    .dataflow = DATAFLOW_OS,
    .overlap = true,
    .pe_rows = 32,
    .pe_columns = 32,
    .pe_depth = 1,
    .clock_hz = 1e9,
    .node_m = 22e-9,
    .mac_bits = 8,
    .mac_j = 1e-12,
    .dram_bytes_per_s = 32e9,
    .dram_share = 1,
    .dram_j_per_bit = 8e-12,
    .levels = wide_levels,
    .levels_count = 3,
};
static struct pe_array narrow; /* made from it */
static struct engine_costs engines[2];
static const char *const names[] = { "wide", "narrow" };
static struct mensa_family families[] = {
    { .name = "reused",
      .engine = "wide",
      .weights_from_bytes = 1e3,
      .weights_to_bytes = 1e5,
      .reuse_from = 100,
      .reuse_to = 1e4,
      .macs_from = 1e6,
      .macs_to = 1e9 },
    { .name = "streamed",
      .engine = "narrow",
      .weights_from_bytes = 1e6,
      .weights_to_bytes = 1e7,
      .reuse_from = 1,
      .reuse_to = 1,
      .macs_from = 1e6,
      .macs_to = 1e7 },
};
static struct mensa both = { .machine = { .record = { .name = "both" },
                                          .family = FAMILY_MENSA },
                             .engines = names,
                             .engines_count = 2,
                             .families = families,
                             .families_count = 2 };
static const struct machine *const machine = &both.machine;

/* A convolution whose weights are used 3136 times, and vectors times matrices. */
static struct mac_layer both_layers[3] = { { .name = "conv",
                                             .batch = 1,
                                             .groups = 1,
                                             .channels = 64,
                                             .filters = 64,
                                             .in_height = 58,
                                             .in_width = 58,
                                             .kernel_height = 3,
                                             .kernel_width = 3,
                                             .stride = 1,
                                             .out_height = 56,
                                             .out_width = 56 } };
static size_t numbers[] = { 1, 2, 3 };
static const struct mac_layers network = { .layers = both_layers,
                                           .number = numbers,
                                           .count = 3 };

static void case_make(void)
{
    both_layers[1] = mac_layer_product(1, 4096, 1024, 1);
    both_layers[2] = mac_layer_product(1, 1024, 4096, 1);
    narrow = wide;
    narrow.machine.record.name = "narrow";
    narrow.pe_rows = 1;
    narrow.pe_columns = 64;
    narrow.dram_bytes_per_s = 256e9;
    narrow.dram_j_per_bit = 4e-12;
    narrow.dram_is_stacked = true;
    engines[0] = (struct engine_costs){ .array = &wide };
    engines[1] = (struct engine_costs){ .array = &narrow };
    for (int e = 0; e < 2; e++)
        for (int l = 0; l < LEVEL_COUNT; l++)
            engines[e].levels[l] = (struct level_cost){
                .read_j = 1e-12, .write_j = 1e-12, .leakage_w = 1e-3, .banks = 1
            };
}

static struct layerwise_result evaluate(size_t layer, int schedule)
{
    const struct layerwise_request request = { .machine = machine,
                                               .engines = engines,
                                               .node_m = 22e-9,
                                               .layers = &network,
                                               .layer = layer,
                                               .bits = 8 };
    struct layerwise_result result = { .latency_s = NAN };

    case_make();
    both.schedule = schedule;
    CU_ASSERT_EQUAL(layerwise_network(&request, &result, NULL), STATUS_OK);
    return result;
}

static void a_layer_goes_where_its_family_is_meant_to(void)
{
    CU_ASSERT_EQUAL(evaluate(1, SCHEDULE_FAMILY).engine, 1);
    CU_ASSERT_EQUAL(evaluate(2, SCHEDULE_FAMILY).engine, 2);
    CU_ASSERT_EQUAL(evaluate(3, SCHEDULE_FAMILY).engine, 2);
}

static void no_schedule_beats_the_one_that_asks_for_it(void)
{
    static const int schedules[] = { SCHEDULE_FAMILY, SCHEDULE_LATENCY, SCHEDULE_ENERGY,
                                     SCHEDULE_EDP };
    struct layerwise_result fast = evaluate(1, SCHEDULE_LATENCY);
    struct layerwise_result frugal = evaluate(1, SCHEDULE_ENERGY);

    for (size_t i = 0; i < 4; i++) {
        struct layerwise_result one = evaluate(1, schedules[i]);

        CU_ASSERT(fast.latency_s <= one.latency_s);
        CU_ASSERT(frugal.energy_j <= one.energy_j);
    }
}

static void a_network_is_the_sum_of_its_layers(void)
{
    struct layerwise_result all = evaluate(0, SCHEDULE_FAMILY), sum = { 0 };

    for (size_t layer = 1; layer <= 3; layer++) {
        struct layerwise_result one = evaluate(layer, SCHEDULE_FAMILY);

        sum.latency_s += one.latency_s;
        sum.energy_j += one.energy_j;
        sum.dram_bytes += one.dram_bytes;
        sum.macs += one.macs;
    }
    ASSERT_NEAR(sum.latency_s, all.latency_s, 1e-12);
    ASSERT_NEAR(sum.energy_j, all.energy_j, 1e-12);
    ASSERT_NEAR(sum.dram_bytes, all.dram_bytes, 1e-12);
    ASSERT_NEAR(sum.macs, all.macs, 1e-12);
}

static void nothing_is_faster_than_its_roofline(void)
{
    for (size_t layer = 0; layer <= 3; layer++) {
        struct layerwise_result one = evaluate(layer, SCHEDULE_FAMILY);

        CU_ASSERT(one.latency_s >= one.roofline_s);
        CU_ASSERT(one.roofline_s > 0);
    }
}

/* "more" follows "gates" on the same engine, and 4096 bytes stay in its 64 KiB; so only
 * its weights and its 1024 outputs pass through DRAM. */
static void activations_stay_between_layers_of_one_engine(void)
{
    struct layerwise_result more = evaluate(3, SCHEDULE_FAMILY);

    CU_ASSERT_EQUAL(more.dram_bytes, 4096.0 * 1024 + 1024);
    wide_levels[0].bytes = 4095;
    more = evaluate(3, SCHEDULE_FAMILY);
    wide_levels[0].bytes = 65536;
    CU_ASSERT(more.dram_bytes >= 4096.0 * 1024 + 1024 + 4096);
}

static void stacked_dram_leaves_nothing_outside(void)
{
    struct layerwise_result conv = evaluate(1, SCHEDULE_FAMILY);
    struct layerwise_result gates = evaluate(2, SCHEDULE_FAMILY);

    CU_ASSERT_EQUAL(conv.offchip_bytes, conv.dram_bytes);
    CU_ASSERT_EQUAL(gates.offchip_bytes, 0);
    CU_ASSERT(gates.dram_bytes > 0);
}

/* Six levels of 1 mW leak all the time, whoever works. */
static void engines_that_wait_leak_on(void)
{
    struct layerwise_result gates = evaluate(2, SCHEDULE_FAMILY);

    ASSERT_NEAR(gates.part_j[LAYERWISE_PART_STATIC], 6e-3 * gates.latency_s, 1e-12);
}

static void bad_records_are_refused_in_words(void)
{
    struct error err = { "" };

    both.engines_count = 0;
    CU_ASSERT_EQUAL(machine_finish(&both, &err), STATUS_INPUT);
    CU_ASSERT_STRING_EQUAL(err.text, "has 0 engines, must have 1 to 4");
    both.engines_count = 1;
    CU_ASSERT_EQUAL(machine_finish(&both, &err), STATUS_INPUT);
    CU_ASSERT_STRING_EQUAL(
        err.text,
        "family 'streamed' has the engine 'narrow', must be one of `engines`");
    both.engines_count = 2;
    families[0].macs_to = 1;
    CU_ASSERT_EQUAL(machine_finish(&both, &err), STATUS_INPUT);
    CU_ASSERT_STRING_EQUAL(
        err.text, "family 'reused' has a range whose end is below its beginning, "
                  "must be from the smaller to the larger number");
    families[0].macs_to = 1e9;
    CU_ASSERT_EQUAL(machine_finish(&both, &err), STATUS_OK);
}

SUITE(layerwise_mensa, TEST(a_layer_goes_where_its_family_is_meant_to),
      TEST(no_schedule_beats_the_one_that_asks_for_it),
      TEST(a_network_is_the_sum_of_its_layers),
      TEST(nothing_is_faster_than_its_roofline),
      TEST(activations_stay_between_layers_of_one_engine),
      TEST(stacked_dram_leaves_nothing_outside), TEST(engines_that_wait_leak_on),
      TEST(bad_records_are_refused_in_words));
