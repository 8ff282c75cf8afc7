/* Stillmaker and Baas, Integration 58, 2017. */
#include "unit.h"

#include "machine/pe_array/scaling.h"

static void five_check_points_hold_to_four_digits(void)
{
    static const struct {
        double node_m, supply_v, delay, energy;
    } rows[] = {
        { 45e-9, 1.0, 12.500, 0.8612 }, { 32e-9, 0.9, 8.357, 0.4571 },
        { 14e-9, 0.8, 4.510, 0.0962 },  { 10e-9, 0.75, 3.841, 0.0702 },
        { 7e-9, 0.7, 3.239, 0.0478 },
    };

    for (int i = 0; i < 5; i++) {
        struct scaling s;

        CU_ASSERT_TRUE(scaling_evaluate(rows[i].node_m, false, rows[i].supply_v, &s));
        CU_ASSERT_DOUBLE_EQUAL(s.delay, rows[i].delay, 6e-4);
        CU_ASSERT_DOUBLE_EQUAL(s.energy, rows[i].energy, 6e-5);
        scaling_at(rows[i].node_m, false, &s); /* those are the nominal supplies */
        CU_ASSERT_DOUBLE_EQUAL(s.energy, rows[i].energy, 6e-5);
        CU_ASSERT_FALSE(s.is_interpolated);
    }
}

static void from_45_to_7_nm_scales_as_published(void)
{
    struct scaling from, to;

    scaling_at(45e-9, false, &from);
    scaling_at(7e-9, false, &to);
    CU_ASSERT_DOUBLE_EQUAL(to.energy / from.energy, 0.0555, 6e-5);
    CU_ASSERT_DOUBLE_EQUAL(to.delay / from.delay, 0.259, 6e-4);
    CU_ASSERT_DOUBLE_EQUAL(to.area / from.area, 0.059, 6e-4);
}

static void nodes_between_are_marked_and_lie_between(void)
{
    static const double nodes[] = { 40e-9, 28e-9, 22e-9 };
    struct scaling above, below, s;

    scaling_at(45e-9, false, &above);
    for (int i = 0; i < 3; i++) {
        scaling_at(nodes[i], false, &s);
        CU_ASSERT_TRUE(s.is_interpolated);
        CU_ASSERT_TRUE(s.energy < above.energy && s.area < above.area);
        CU_ASSERT_FALSE(scaling_evaluate(nodes[i], false, 0.9, &below));
        above = s;
    }
}

SUITE(pe_array_scaling, TEST(five_check_points_hold_to_four_digits),
      TEST(from_45_to_7_nm_scales_as_published),
      TEST(nodes_between_are_marked_and_lie_between));
