/* SIMDRAM (src/machine/layerwise/simdram.c). */
#include "unit.h"

#include "machine/layerwise/layerwise.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* DDR4-2400 as the authors simulate it (CMU-SAFARI/MIMDRAM at 49549f9). */
static struct simdram dram = {
    .machine = { .record = { .name = "simdram" }, .family = FAMILY_SIMDRAM },
    .ras_s = 32e-9,
    .rp_s = 14.16e-9,
    .overlap_s = 4e-9,
    .lanes = 65536,
    .banks = 16,
    .ranks = 2,
    .subarrays = 4,
    .active_subarrays = 1,
    .rows = 65536,
    .chips = 8,
    .supply_v = 1.2,
    .cycling_a = 64e-3,
    .standby_a = 50e-3,
    .active_a = 67e-3,
    .read_a = 160e-3,
    .write_a = 180e-3,
    .channel_bytes_per_s = 19.2e9,
};
static const struct machine *const machine = &dram.machine;

static enum status ask(int operation, unsigned bits, uint64_t banks,
                       struct operation_result *answer)
{
    const struct operation_request request = { .machine = machine,
                                               .operation = operation,
                                               .bits = bits };

    dram.active_banks = banks;
    return operation_evaluate(&request, answer, NULL);
}

/* The operation a line of the fixture speaks of.  The last bitcount program is the same
 * as the faster one. */
static int operation_of(const char *program)
{
    static const struct word programs[] = {
        { "00_addition-plus.c", OPERATION_ADD },
        { "01_subtraction-plus.c", OPERATION_SUBTRACT },
        { "02_min-plus.c", OPERATION_MINIMUM },
        { "03_max-plus.c", OPERATION_MAXIMUM },
        { "11_multu-plus.c", OPERATION_MULTIPLY },
        { "16_divu-plus.c", OPERATION_DIVIDE },
        { "30_xor_reduction-plus.c", OPERATION_XOR_REDUCTION },
        { "31_and_reduction-plus.c", OPERATION_AND_REDUCTION },
        { "32_or_reduction-plus.c", OPERATION_OR_REDUCTION },
        { "35_greater_equal_0-plus.c", OPERATION_NOT_NEGATIVE },
        { "36_greater_than_0-plus.c", OPERATION_POSITIVE },
        { "40_greater-plus.c", OPERATION_GREATER },
        { "41_greater_equal-plus.c", OPERATION_GREATER_EQUAL },
        { "42_equal-plus.c", OPERATION_EQUAL },
        { "50_abs-plus.c", OPERATION_ABSOLUTE },
        { "51_relu-plus.c", OPERATION_RELU },
        { "60_if_then_else-plus.c", OPERATION_IF_THEN_ELSE },
        { "90_bitweave-plus.c", OPERATION_BITWEAVE },
        { "91_bitcount-plus.c", OPERATION_BITCOUNT },
        { "91_bitcount_faster-plus.c", OPERATION_BITCOUNT_FAST },
        { "92_bitcount-plus.c", OPERATION_BITCOUNT_FAST },
        { NULL, 0 },
    };
    const struct word *word = word_find(programs, program);

    return word ? word->value : -1;
}

/* Counted in the authors' microworkloads (CMU-SAFARI/MIMDRAM at 49549f9). */
static void every_published_command_count_is_exact(void)
{
    FILE *file = fopen("tests/fixtures/simdram_counts.txt", "r");
    char program[64];
    unsigned bits, aaps, aps, lines = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    while (fscanf(file, "%63s n=%u AAP %u AP %u", program, &bits, &aaps, &aps) == 4) {
        int operation = operation_of(program);
        struct operation_result answer = { 0 };

        CU_ASSERT_FATAL(operation >= 0);
        CU_ASSERT_EQUAL_FATAL(ask(operation, bits, 1, &answer), STATUS_OK);
        CU_ASSERT_EQUAL(answer.aaps, aaps);
        CU_ASSERT_EQUAL(answer.aps, aps);
        lines++;
    }
    fclose(file);
    CU_ASSERT_EQUAL(lines, 105); /* 21 programs of five widths */
}

/* An AAP of 32 + 4 + 14.16 ns, an AP of 46.16 ns, 49 and 16 of them. */
static void a_bank_adds_65536_bytes_in_3196_ns(void)
{
    struct operation_result answer;

    CU_ASSERT_EQUAL_FATAL(ask(OPERATION_ADD, 8, 1, &answer), STATUS_OK);
    ASSERT_NEAR(answer.latency_s, 49 * 50.16e-9 + 16 * 46.16e-9, 1e-12);
    ASSERT_NEAR(answer.throughput_hz, 20.50e9, 1e-3);
}

static void banks_add_up_until_activations_run_out(void)
{
    struct operation_result one, all;

    ask(OPERATION_ADD, 8, 1, &one);
    ask(OPERATION_ADD, 8, 32, &all);
    ASSERT_NEAR(all.throughput_hz, 32 * one.throughput_hz, 1e-12);
    CU_ASSERT(all.energy_j < one.energy_j); /* they share the background */
    dram.four_activates_s = 50e-9;
    ask(OPERATION_ADD, 8, 32, &all);
    dram.four_activates_s = 0;
    /* 16 banks of a rank need 16 (2 x 49 + 16) activations, four in 50 ns */
    ASSERT_NEAR(all.latency_s, 16 * 114 * 12.5e-9, 1e-12);
}

/* One chip: 1.2 V (64 mA x 46.16 ns - 67 mA x 32 ns - 50 mA x 14.16 ns) an activation. */
static void energy_follows_from_currents(void)
{
    struct operation_result answer;
    double activate_j = 8 * 1.2 * (64 * 46.16 - 67 * 32 - 50 * 14.16) * 1e-12;

    ask(OPERATION_ADD, 8, 1, &answer);
    ASSERT_NEAR(answer.energy_j * 65536,
                114 * activate_j + 8 * 1.2 * 67e-3 * answer.latency_s, 1e-12);
}

static void what_has_no_sequence_is_infeasible(void)
{
    struct operation_result answer = { .aaps = 7 };

    CU_ASSERT_EQUAL(ask(OPERATION_ADD, 3, 1, &answer), STATUS_INFEASIBLE);
    CU_ASSERT_EQUAL(ask(OPERATION_ADD, 65, 1, &answer), STATUS_INFEASIBLE);
    CU_ASSERT_EQUAL(ask(OPERATION_DIVIDE, 5, 1, &answer), STATUS_INFEASIBLE);
    CU_ASSERT_EQUAL(ask(OPERATION_SOFTMAX, 8, 1, &answer), STATUS_INFEASIBLE);
    dram.active_banks = 33;
    CU_ASSERT_EQUAL(simdram_family.check(machine, NULL), STATUS_INPUT);
    dram.active_banks = 32;
    CU_ASSERT_EQUAL(simdram_family.check(machine, NULL), STATUS_OK);
    CU_ASSERT_EQUAL(answer.aaps, 7);
}

static double seconds(int operation, unsigned bits, uint64_t banks, uint64_t subarrays)
{
    const struct operation_request request = { .machine = machine,
                                               .operation = operation,
                                               .bits = bits };
    struct operation_result answer = { .latency_s = NAN };

    dram.active_banks = banks;
    dram.active_subarrays = subarrays;
    operation_evaluate(&request, &answer, NULL);
    dram.active_subarrays = 1;
    return answer.latency_s / (double)answer.lanes;
}

static void subarrays_work_as_banks_do(void)
{
    ASSERT_NEAR(seconds(OPERATION_ADD, 8, 1, 4), seconds(OPERATION_ADD, 8, 4, 1),
                1e-12);
    dram.active_subarrays = 5; /* there are four */
    CU_ASSERT_EQUAL(simdram_family.check(machine, NULL), STATUS_INPUT);
    dram.active_subarrays = 1;
}

/* Two operands in, one out: 3 bytes of 65536 lanes at 19.2 GB/s. */
static void transposing_costs_the_channel(void)
{
    struct operation_result answer;

    ask(OPERATION_ADD, 8, 1, &answer);
    ASSERT_NEAR(answer.transpose_s, 3 * 65536 / 19.2e9, 1e-12);
    ask(OPERATION_RELU, 8, 1, &answer);
    ASSERT_NEAR(answer.transpose_s, 2 * 65536 / 19.2e9, 1e-12);
}

/* By hand, of V. Seshadri et al., MICRO 2017, figure 8: AND and OR 4 AAP, NOT 2, XOR 5 and 2
 * AP.  An adder's bit: two XOR, two AND, an OR.  Equality: 8 XNOR, 7 AND. */
static void gates_of_ambit_are_counted_by_hand(void)
{
    struct operation_result answer;

    dram.backend = SIMDRAM_AND_OR;
    ask(OPERATION_ADD, 8, 1, &answer);
    CU_ASSERT_EQUAL(answer.aaps, 8 * (2 * 5 + 2 * 4 + 4));
    CU_ASSERT_EQUAL(answer.aps, 8 * 2 * 2);
    ask(OPERATION_EQUAL, 8, 1, &answer);
    CU_ASSERT_EQUAL(answer.aaps, 8 * 5 + 7 * 4);
    CU_ASSERT_EQUAL(answer.aps, 8 * 2);
    dram.backend = SIMDRAM_MAJORITY;
}

/* Of integer arithmetic and comparisons; NOT alone is the same. */
static void majority_needs_fewer_commands_than_and_or(void)
{
    for (int operation = 0; operation <= OPERATION_BITWEAVE; operation++) {
        double simdram = seconds(operation, 32, 1, 1), ambit;

        dram.backend = SIMDRAM_AND_OR;
        ambit = seconds(operation, 32, 1, 1);
        dram.backend = SIMDRAM_MAJORITY;
        CU_ASSERT(operation == OPERATION_NOT_NEGATIVE ? ambit == simdram
                                                      : ambit > simdram);
    }
}

/* m vectors of 64 by a matrix of 64 x n. */
static enum status network_in(uint64_t m, uint64_t n, unsigned bits, uint64_t banks,
                              struct layerwise_result *result)
{
    struct mac_layer product = mac_layer_product(m, n, 64, 1);
    size_t number = 1;
    const struct mac_layers layers = { .layers = &product,
                                       .number = &number,
                                       .count = 1 };
    const struct layerwise_request request = { .machine = machine,
                                               .layers = &layers,
                                               .bits = bits };

    dram.active_banks = banks;
    return layerwise_network(&request, result, NULL);
}

static enum status network_of(uint64_t m, uint64_t n, unsigned bits,
                              struct layerwise_result *result)
{
    return network_in(m, n, bits, 1, result);
}

/* 64 outputs along the lanes, 16 columns one after the other: per column 64 copies of one
 * and a half AAPs, one count of 64 bits (410 AAP, 94 AP) and the sign of 7 bits (16, 7). */
static const double binary_column_s = (96 + 410 + 16) * 50.16e-9 + (94 + 7) * 46.16e-9;
static void binary_layers_are_counted_by_hand(void)
{
    struct layerwise_result result;

    CU_ASSERT_EQUAL_FATAL(network_of(64, 16, 1, &result), STATUS_OK);
    ASSERT_NEAR(result.compute_s, 16 * binary_column_s, 1e-12);
    CU_ASSERT_EQUAL(result.macs, 64 * 64 * 16);
    ASSERT_NEAR(result.input_s, 64 * 64 / 8 / 19.2e9, 1e-12);
    ASSERT_NEAR(result.energy_j,
                result.part_j[LAYERWISE_PART_COMPUTE] +
                    result.part_j[LAYERWISE_PART_TRANSFER] +
                    result.part_j[LAYERWISE_PART_STATIC],
                1e-12);
    CU_ASSERT(isnan(result.area_m2));
}

/* Three binary columns of 65536 outputs: a copy of their operand, 512 KiB, takes 55 us of half
 * the channel and a column 31, so that one copy is best; the whole channel makes it three. */
static void a_copy_is_made_where_it_saves_time(void)
{
    struct layerwise_result one, more;

    dram.channel_bytes_per_s /= 2;
    CU_ASSERT_EQUAL_FATAL(network_in(65536, 3, 1, 0, &one), STATUS_OK);
    dram.channel_bytes_per_s *= 2;
    CU_ASSERT_EQUAL_FATAL(network_in(65536, 3, 1, 0, &more), STATUS_OK);
    ASSERT_NEAR(one.input_s, 65536 * 64 / 8 / 9.6e9, 1e-12);
    ASSERT_NEAR(one.compute_s, 3 * binary_column_s, 1e-12);
    ASSERT_NEAR(more.input_s, 3 * 65536 * 64 / 8 / 19.2e9, 1e-12);
    ASSERT_NEAR(more.compute_s, binary_column_s, 1e-12);
}

/* 33 columns on 32 subarrays: activations of 33, not of two full rounds. */
static void the_last_round_is_charged_for_what_it_does(void)
{
    double column_j, activations_s = (2 * 522.0 + 101) * 12.5e-9;
    struct layerwise_result full, over;

    dram.four_activates_s = 50e-9;
    dram.channel_bytes_per_s *= 1e6;
    CU_ASSERT_EQUAL_FATAL(network_in(65536, 32, 1, 0, &full), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(network_in(65536, 33, 1, 0, &over), STATUS_OK);
    dram.channel_bytes_per_s /= 1e6;
    dram.four_activates_s = 0;
    ASSERT_NEAR(full.compute_s, 16 * activations_s, 1e-12); /* of a rank */
    ASSERT_NEAR(over.compute_s, 17 * activations_s, 1e-12);
    column_j = full.part_j[LAYERWISE_PART_COMPUTE] / 32;
    ASSERT_NEAR(over.part_j[LAYERWISE_PART_COMPUTE], 33 * column_j, 1e-12);
}

static void networks_that_do_not_fit_are_infeasible(void)
{
    struct layerwise_result result;

    CU_ASSERT_EQUAL(network_of(64, 16, 8, &result), STATUS_OK);
    dram.rows = 2; /* 32 banks of two rows hold 512 KiB */
    CU_ASSERT_EQUAL(network_of(1, 65536, 8, &result), STATUS_INFEASIBLE);
    dram.rows = 65536;
    CU_ASSERT_EQUAL(network_of(1, 65536, 8, &result), STATUS_OK);
    CU_ASSERT_EQUAL(network_of(64, 16, 3, &result),
                    STATUS_INFEASIBLE); /* no sequence */
}

static void bad_records_are_refused_in_words(void)
{
    struct error err = { "" };

    dram.write_a = 0.05;
    CU_ASSERT_EQUAL(machine_finish(&dram, &err), STATUS_INPUT);
    CU_ASSERT_STRING_EQUAL(
        err.text,
        "read_a is 0.16 A and write_a 0.05 A, must exceed active_a (0.067 A)");
    dram.write_a = 180e-3;
    CU_ASSERT_EQUAL(machine_finish(&dram, &err), STATUS_OK);
}

SUITE(layerwise_simdram, TEST(every_published_command_count_is_exact),
      TEST(a_bank_adds_65536_bytes_in_3196_ns),
      TEST(banks_add_up_until_activations_run_out), TEST(energy_follows_from_currents),
      TEST(what_has_no_sequence_is_infeasible), TEST(subarrays_work_as_banks_do),
      TEST(transposing_costs_the_channel), TEST(gates_of_ambit_are_counted_by_hand),
      TEST(majority_needs_fewer_commands_than_and_or),
      TEST(binary_layers_are_counted_by_hand), TEST(a_copy_is_made_where_it_saves_time),
      TEST(the_last_round_is_charged_for_what_it_does),
      TEST(networks_that_do_not_fit_are_infeasible),
      TEST(bad_records_are_refused_in_words));
