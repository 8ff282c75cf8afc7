/* Records of cells and nodes as the array model reads them. */
#include "base/units.h"
#include "tech/cell.h"
#include "tech/node.h"
#include "unit.h"

#include <math.h>
#include <string.h>

static struct node_point points[] = {
    { 300, 1000, 500, 1e-3, 2e-3 },
    { 350, 900, 460, 1e-2, 2e-2 },
};

static struct node_wire wires[] = {
    { .level = WIRE_LOCAL,
      .style = WIRE_AGGRESSIVE,
      .pitch_m = 44 * NANO,
      .resistance_ohm_per_m = 1e7,
      .capacitance_f_per_m = 2e-10 },
    { .level = WIRE_LOCAL,
      .style = WIRE_CONSERVATIVE,
      .pitch_m = 50 * NANO,
      .resistance_ohm_per_m = 2e7,
      .capacitance_f_per_m = 2e-10 },
    { .level = WIRE_SEMI_GLOBAL,
      .style = WIRE_AGGRESSIVE,
      .pitch_m = 88 * NANO,
      .resistance_ohm_per_m = 1e6,
      .capacitance_f_per_m = 2e-10 },
    { .level = WIRE_GLOBAL,
      .style = WIRE_AGGRESSIVE,
      .pitch_m = 176 * NANO,
      .resistance_ohm_per_m = 1e5,
      .capacitance_f_per_m = 2e-10 },
};

static const struct node sample = {
    .node_m = 22 * NANO,
    .vdd_v = 0.9,
    .gate_f_per_m = 4e-10,
    .gm_n_s_per_m = 1000,
    .points = points,
    .points_count = 2,
    .wires = wires,
    .wires_count = 4,
};

static void currents_are_the_tables_at_its_points(void)
{
    for (size_t i = 0; i < 2; i++) {
        struct node_point at = node_device(&sample, points[i].temperature_k, false);

        ASSERT_NEAR(at.ion_n_a_per_m, points[i].ion_n_a_per_m, 1e-12);
        ASSERT_NEAR(at.ioff_p_a_per_m, points[i].ioff_p_a_per_m, 1e-12);
    }
}

static void off_current_is_linear_or_exponential_between_points(void)
{
    /* half way: mean, or geometric mean, of 1e-3 and 1e-2 */
    ASSERT_NEAR(node_device(&sample, 325, true).ioff_n_a_per_m, 5.5e-3, 1e-12);
    ASSERT_NEAR(node_device(&sample, 325, false).ioff_n_a_per_m, sqrt(1e-5), 1e-12);
    ASSERT_NEAR(node_device(&sample, 325, true).ion_n_a_per_m, 950.0, 1e-12);
}

static void currents_go_on_beyond_the_table(void)
{
    double last = 0;

    /* -40 to 125 C: one decade per 50 K, both ways */
    ASSERT_NEAR(node_device(&sample, 250, true).ioff_n_a_per_m, 1e-4, 1e-9);
    ASSERT_NEAR(node_device(&sample, 400, true).ioff_n_a_per_m, 1e-1, 1e-9);
    for (double k = 233.15; k < 399; k += 5) {
        struct node_point at = node_device(&sample, k, false);

        CU_ASSERT(at.ioff_n_a_per_m > last);
        CU_ASSERT(at.ion_n_a_per_m > 0);
        last = at.ioff_n_a_per_m;
    }
}

static void a_wire_of_another_style_stands_in(void)
{
    CU_ASSERT_PTR_EQUAL(node_wire_find(&sample, WIRE_LOCAL, WIRE_CONSERVATIVE),
                        &wires[1]);
    CU_ASSERT_PTR_EQUAL(node_wire_find(&sample, WIRE_GLOBAL, WIRE_CONSERVATIVE),
                        &wires[3]);
}

static void areas_follow_the_first_unit_given(void)
{
    struct cell cell = { .area_f2 = 146 };
    struct node node = sample;

    ASSERT_NEAR(cell_area_m2(&cell, &node), 146 * 22e-9 * 22e-9, 1e-12);
    cell.area_sram = 0.5;
    node.sram_cell_m2 = 1e-13;
    ASSERT_NEAR(cell_area_m2(&cell, &node), 0.5e-13, 1e-12);
    cell.area_m2 = 3e-14;
    ASSERT_NEAR(cell_area_m2(&cell, &node), 3e-14, 1e-12);
}

static void contradictory_records_are_refused(void)
{
    struct error err;
    struct cell areas = { .kind = CELL_SRAM };
    struct cell states = { .kind = CELL_RRAM,
                           .area_f2 = 4,
                           .resistance_on_ohm = 1e6,
                           .resistance_off_ohm = 1e4 };
    struct cell dram = { .kind = CELL_EDRAM, .area_f2 = 30 };
    struct node falling = sample, bare = sample;
    struct node_point unordered[] = { points[1], points[0] };

    CU_ASSERT_EQUAL(cell_schema.finish(&areas, &err), STATUS_INPUT);
    CU_ASSERT_EQUAL(cell_schema.finish(&states, &err), STATUS_INPUT);
    CU_ASSERT_EQUAL(cell_schema.finish(&dram, &err), STATUS_INPUT);
    falling.points = unordered;
    CU_ASSERT_EQUAL(node_schema.finish(&falling, &err), STATUS_INPUT);
    bare.wires_count = 2;
    CU_ASSERT_EQUAL(node_schema.finish(&bare, &err), STATUS_INPUT);
    falling = sample;
    CU_ASSERT_EQUAL(node_schema.finish(&falling, &err), STATUS_OK);
}

/* A quantity that a cell needs is asked for by its key: an absent number is no zero. */
static void a_cell_without_what_it_needs_is_refused_by_key(void)
{
    const struct cell good = {
        .kind = CELL_STT_MRAM,
        .area_f2 = 54,
        .resistance_on_ohm = 3000,
        .resistance_off_ohm = 6000,
        .sensing = SENSE_CURRENT,
        .read_voltage_v = 0.25,
        .set_mode = PULSE_CURRENT,
        .set_current_a = 80e-6,
        .set_pulse_s = 10e-9,
        .reset_mode = PULSE_CURRENT,
        .reset_current_a = 80e-6,
        .reset_pulse_s = 10e-9,
    };
    struct cell bad[8];
    static const char *const keys[] = { "set_mode",       "reset_mode",
                                        "set_pulse_s",    "reset_pulse_s",
                                        "set_current_a",  "reset_current_a",
                                        "read_voltage_v", "native_node_m" };
    struct error err;
    struct cell cell = good;

    for (size_t i = 0; i < 8; i++)
        bad[i] = good;
    bad[0].set_mode = bad[1].reset_mode = PULSE_NONE;
    bad[2].set_pulse_s = bad[3].reset_pulse_s = 0;
    bad[4].set_current_a = bad[5].reset_current_a = 0;
    bad[6].read_voltage_v = 0;
    bad[7].area_m2 = 1e-14;
    CU_ASSERT_EQUAL(cell_schema.finish(&cell, &err), STATUS_OK);
    for (size_t i = 0; i < 8; i++) {
        CU_ASSERT_EQUAL(cell_schema.finish(&bad[i], &err), STATUS_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, keys[i]));
    }
}

SUITE(tech, TEST(currents_are_the_tables_at_its_points),
      TEST(off_current_is_linear_or_exponential_between_points),
      TEST(currents_go_on_beyond_the_table), TEST(a_wire_of_another_style_stands_in),
      TEST(areas_follow_the_first_unit_given), TEST(contradictory_records_are_refused),
      TEST(a_cell_without_what_it_needs_is_refused_by_key));
