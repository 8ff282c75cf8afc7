#include "array/rules.h"

#include <stddef.h>
#include <string.h>

const struct array_rules array_rules_nvsim = {
    .name = "nvsim",
    .write_over_ways = true,
    .reset_adds_set = true,
    .set_tests_reset = true,
    .crosspoint_write_twice = true,
    .sense_leak_vdd_twice = true,
    .predecode_one_of_each = true,
    .third_rank_unpowered = true,
    .recharge_free = true,
    .sram_full_swing = true,
    .fast_write_over_ways = true,
    .miss_reads_data = true,
    .comparator_on_write = true,
    .half_select_free = true,
    .erase_before_set = true,
    .one_way_energy = true,
    .low_swing_amps_free = true,
    .mux_leak_free = true,
    .shaper_divides_all = true,
    .ramp_largest = true,
    .switch_at_half = true,
    .sense_load_lost = true,
    .dram_restore_free = true,
    .mat_wires_free = true,
    .write_ignores_tag = true,
    .refresh_is_leakage = true,
    .wires_over_cells = true,
    .blocks_only = true,
    .any_subarray = true,
    .powers_of_two = true,
    .row_bits_less_ways = true,
    .tag_columns_ways = true,
    .converter_by_node = true,
    .truncate_kelvin = true,
    .ioff_linear = true,
    .search_all = true,
    .fins_free = false,
};

const struct array_rules array_rules_physical = { .name = "physical" };

const struct array_rules *array_rules_find(const char *name)
{
    if (strcmp(name, array_rules_nvsim.name) == 0)
        return &array_rules_nvsim;
    if (strcmp(name, array_rules_physical.name) == 0)
        return &array_rules_physical;
    return NULL;
}
