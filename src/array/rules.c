#include "array/rules.h"

#include <stddef.h>
#include <string.h>

/* The switches that are the same in both of NVSim's rule sets. */
/* clang-format off */
#define TOOL_RULES \
    .write_over_ways = true, \
    .reset_adds_set = true, \
    .set_without_decoder = true, \
    .set_tests_reset = true, \
    .crosspoint_write_twice = true, \
    .sense_leak_vdd_twice = true, \
    .predecode_one_of_each = true, \
    .recharge_free = true, \
    .sram_full_swing = true, \
    .fast_write_over_ways = true, \
    .comparator_on_write = true, \
    .selected_cells_only = true, \
    .half_select_free = true, \
    .erase_before_set = true, \
    .one_way_energy = true, \
    .low_swing_amps_free = true, \
    .mux_leak_free = true, \
    .all_leak = true, \
    .shaper_divides_all = true, \
    .ramp_largest = true, \
    .first_decoder_timed = true, \
    .switch_at_half = true, \
    .one_access_device = true, \
    .read_current_forced = true, \
    .sense_load_lost = true, \
    .dram_restore_free = true, \
    .mat_wires_free = true, \
    .write_ignores_tag = true, \
    .refresh_is_leakage = true, \
    .bus_half_counted = true, \
    .wires_over_cells = true, \
    .any_subarray = true, \
    .tag_columns_ways = true, \
    .converter_by_node = true, \
    .ioff_linear = true, \
    .search_all = true,
/* clang-format on */

const struct array_rules array_rules_nvsim = {
    .name = "nvsim",
    TOOL_RULES.blocks_only = true,
    .powers_of_two = true,
    .row_bits_less_ways = true,
    .truncate_kelvin = true,
};

const struct array_rules array_rules_nvsim_any = { .name = "nvsim_any", TOOL_RULES };

const struct array_rules array_rules_physical = { .name = "physical" };

const struct array_rules array_rules_physical_nvsim_writes = {
    .name = "physical_nvsim_writes",
    .write_over_ways = true,
};

const struct array_rules *array_rules_find(const char *name)
{
    static const struct array_rules *const all[] = {
        &array_rules_nvsim,
        &array_rules_nvsim_any,
        &array_rules_physical,
        &array_rules_physical_nvsim_writes,
    };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (strcmp(name, all[i]->name) == 0)
            return all[i];
    return NULL;
}

/* clang-format off */
#define QUIRK(member, meaning_)                                                        \
    { #member, (unsigned)offsetof(struct array_rules, member), meaning_ }

const struct array_quirk array_quirks[] = {
    QUIRK(write_over_ways, "cell write energy divided by associativity in normal and fast mode"),
    QUIRK(reset_adds_set, "reset energy contains the set energy"),
    QUIRK(set_without_decoder, "set and reset energies leave the row decoder out"),
    QUIRK(set_tests_reset, "voltage of a set pulse chosen by the reset voltage"),
    QUIRK(crosspoint_write_twice, "crossbar writes count multiplexers twice"),
    QUIRK(sense_leak_vdd_twice, "sense amplifier leakage multiplied by Vdd twice"),
    QUIRK(predecode_one_of_each, "energy and leakage of one predecoder of each kind"),
    QUIRK(recharge_free, "restoring bitlines and half-selected columns costs nothing"),
    QUIRK(sram_full_swing, "SRAM bitlines precharge to Vdd/2 and discharge in full"),
    QUIRK(fast_write_over_ways, "fast mode divides H-tree write energy by associativity"),
    QUIRK(comparator_on_write, "comparators switch on tag writes"),
    QUIRK(half_select_free, "unselected cells of a crossbar draw nothing in a write"),
    QUIRK(erase_before_set, "crossbar writes pay a set and a reset"),
    QUIRK(one_way_energy, "every wire of the H-tree switches in every access"),
    QUIRK(low_swing_amps_free, "receivers of low-swing wires cost nothing"),
    QUIRK(all_leak, "idle row drivers and repeaters leak like other circuits"),
    QUIRK(mux_leak_free, "pass gates and comparator devices do not leak"),
    QUIRK(shaper_divides_all, "the write shaper's efficiency divides bitline energy, too"),
    QUIRK(ramp_largest, "predecoders hand on their steepest slope"),
    QUIRK(first_decoder_timed, "3:8 predecoders take the time of the 2:4 beside them"),
    QUIRK(switch_at_half, "gates leak as their worse half; repeaters drive with both"),
    QUIRK(one_access_device, "devices and wordlines that only write are no load"),
    QUIRK(read_current_forced, "access devices carry any read current, or the cell is refused"),
    QUIRK(sense_load_lost, "amplifiers do not load bitlines without multiplexer"),
    QUIRK(dram_restore_free, "destructive reads are not written back"),
    QUIRK(mat_wires_free, "no wires inside the mat"),
    QUIRK(write_ignores_tag, "a cache write does not wait for its tag check"),
    QUIRK(refresh_is_leakage, "every row refreshed each 64 ms, counted as leakage"),
    QUIRK(bus_half_counted, "buses: no reply time, no spine, active rows' leakage only"),
    QUIRK(wires_over_cells, "H-trees need no drivers and no area"),
    QUIRK(blocks_only, "macros hold the counted blocks, nothing else"),
    QUIRK(any_subarray, "subarrays of any size"),
    QUIRK(powers_of_two, "every count is a power of two"),
    QUIRK(row_bits_less_ways, "row predecoders lack the bits of the ways in a row"),
    QUIRK(tag_columns_ways, "subarrays need as many columns as ways"),
    QUIRK(converter_by_node, "current-voltage converters step at node boundaries"),
    QUIRK(truncate_kelvin, "whole kelvin, 300 to 400"),
    QUIRK(ioff_linear, "off-current linear in temperature between table entries"),
    QUIRK(search_all, "NVSim's search space and wire refinement"),
    QUIRK(fins_free, "FinFET widths are continuous"),
    { NULL, 0, NULL },
};
/* clang-format on */
