/* Retention of cells (src/tech/retention.h), and what outlives it (src/stage/residencies.h). */
#include "unit.h"

#include "base/memory.h"
#include "stage/residencies.h"
#include "tech/retention.h"

#include <math.h>
#include <stdlib.h>

static const double YEAR_S = 31557600.0;

static struct cell magnet(void)
{
    return (struct cell){
        .kind = CELL_STT_MRAM,
        .retention_s = 10 * YEAR_S,
        .retention_temperature_k = 358.15,
        .design_overdrive = 1.5,
        .design_write_error = 1e-9,
        .set_mode = PULSE_CURRENT,
        .reset_mode = PULSE_CURRENT,
        .set_current_a = 80e-6,
        .reset_current_a = 90e-6,
        .set_pulse_s = 10e-9,
        .reset_pulse_s = 8e-9,
        .set_energy_j = 0.5e-12,
        .reset_energy_j = 0.6e-12,
    };
}

static void relaxed(struct cell *cell)
{
    struct error err;

    CU_ASSERT_EQUAL(cell_relax(cell, &err), STATUS_OK);
}

/* ln(10 years / 1e-6 / 1 ns) = 54.109; a factor of e in retention is 1 of stability. */
static void the_barrier_follows_from_the_retention(void)
{
    struct cell cell = magnet();

    relaxed(&cell);
    ASSERT_NEAR(cell.thermal_stability, log(10 * YEAR_S * 1e15), 1e-12);
    CU_ASSERT_EQUAL(cell.set_pulse_s, 10e-9);
    CU_ASSERT_EQUAL(cell.reset_current_a, 90e-6);
    CU_ASSERT_EQUAL(cell.retention_s, 10 * YEAR_S);
    cell.thermal_stability -= 10;
    relaxed(&cell);
    ASSERT_NEAR(cell.retention_s, 10 * YEAR_S * exp(-10), 1e-9);
    ASSERT_NEAR(cell_flip_s(&cell, 358.15), 1e6 * cell.retention_s, 1e-9);
    ASSERT_NEAR(cell_retention_s(&cell, 358.15), cell.retention_s, 1e-9);
}

/* The error of a pulse of x = 2 (i - 1) t / t_D, from Butler's formula itself. */
static double error_of(double stability, double overdrive, double x)
{
    const double pi = acos(-1.0);

    return -expm1(-pi * pi / 4 * stability * (overdrive - 1) /
                  (overdrive * exp(x) - 1));
}

static void a_moved_pulse_has_the_error_that_is_asked_for(void)
{
    struct cell cell = magnet(), moved = cell;
    double own = log(10 * YEAR_S * 1e15), x = 0;

    for (double step = 64; step > 1e-14; step /= 2) /* x of the record's pulse */
        x += error_of(own, 1.5, x + step) > 1e-9 ? step : 0;
    moved.thermal_stability = 30;
    moved.write_overdrive = 2.5;
    moved.write_error = 1e-6;
    relaxed(&moved);
    ASSERT_NEAR(moved.set_current_a, 80e-6 * 30 / own * 2.5 / 1.5, 1e-12);
    ASSERT_NEAR(
        error_of(30, 2.5,
                 x * (moved.set_pulse_s / cell.set_pulse_s) * (2.5 - 1) / (1.5 - 1)),
        1e-6, 1e-6);
    ASSERT_NEAR(moved.set_energy_j / cell.set_energy_j,
                moved.set_current_a * moved.set_pulse_s /
                    (cell.set_current_a * cell.set_pulse_s),
                1e-12);
    ASSERT_NEAR(moved.reset_pulse_s / cell.reset_pulse_s,
                moved.set_pulse_s / cell.set_pulse_s, 1e-12);
}

/* Twice, or by way of another: a record is finished again after every change. */
static void moves_do_not_add_up(void)
{
    struct cell once = magnet(), twice = once, back = once;

    once.thermal_stability = 25;
    once.write_overdrive = 3;
    relaxed(&once);
    twice.thermal_stability = 40;
    twice.write_overdrive = 2;
    relaxed(&twice);
    twice.thermal_stability = 25;
    twice.write_overdrive = 3;
    relaxed(&twice);
    relaxed(&twice);
    ASSERT_NEAR(twice.set_pulse_s, once.set_pulse_s, 1e-12);
    ASSERT_NEAR(twice.set_energy_j, once.set_energy_j, 1e-12);
    ASSERT_NEAR(twice.reset_current_a, once.reset_current_a, 1e-12);
    ASSERT_NEAR(twice.retention_s, once.retention_s, 1e-9);
    relaxed(&back);
    back.retention_s = 1; /* alone: the pulses are those of such a cell */
    relaxed(&back);
    CU_ASSERT_EQUAL(back.set_pulse_s, 10e-9);
    ASSERT_NEAR(back.thermal_stability, log(1e15), 1e-12);
}

static void only_magnets_are_moved(void)
{
    struct cell cell = magnet();
    struct error err;

    cell.kind = CELL_EDRAM;
    CU_ASSERT_EQUAL(cell_relax(&cell, &err), STATUS_OK);
    cell.thermal_stability = 40;
    CU_ASSERT_EQUAL(cell_relax(&cell, &err), STATUS_INPUT);
    cell = magnet();
    cell.write_overdrive = 1;
    CU_ASSERT_EQUAL(cell_relax(&cell, &err), STATUS_INPUT);
    cell = magnet();
    cell.retention_s = 0;
    CU_ASSERT_EQUAL(cell_relax(&cell, &err), STATUS_OK);
    CU_ASSERT_EQUAL(cell.thermal_stability, 0);
    cell.write_error = 1e-6;
    CU_ASSERT_EQUAL(cell_relax(&cell, &err), STATUS_INPUT);
}

/* A charge halves its time every 10 K; a latch never forgets; a record may say how often. */
static void a_charge_is_refreshed_at_its_retention(void)
{
    struct cell cell = { .kind = CELL_GAIN_CELL,
                         .retention_s = 100e-6,
                         .retention_temperature_k = 350 };

    ASSERT_NEAR(cell_retention_s(&cell, 360), 50e-6, 1e-12);
    ASSERT_NEAR(cell_refresh_interval_s(&cell, 340), 200e-6, 1e-12);
    CU_ASSERT_TRUE(isinf(cell_flip_s(&cell, 350)));
    cell.refresh_interval_s = 40e-6;
    ASSERT_NEAR(cell_refresh_interval_s(&cell, 350), 40e-6, 1e-12);
    ASSERT_NEAR(cell_retention_s(&cell, 350), 100e-6, 1e-12);
    cell = (struct cell){ .kind = CELL_SRAM, .retention_temperature_k = 358 };
    CU_ASSERT_TRUE(isinf(cell_retention_s(&cell, 350)));
    CU_ASSERT_TRUE(isinf(cell_refresh_interval_s(&cell, 350)));
}

/* ---- what outlives */

/* Columns of one row of which half of the residencies end within 1 us and a tenth never. */
struct row {
    double longer_share[TENSOR_COUNT * LIFETIME_CAPACITIES * LIFETIME_BOUNDS];
    double longer_live_share[LIFETIME_CAPACITIES * LIFETIME_BOUNDS];
    double endless_share[TENSOR_COUNT * CURVE_POINTS];
    double live_share[TENSOR_COUNT * CURVE_POINTS];
    double lifetime_100_s[TENSOR_COUNT * CURVE_POINTS];
    double run_s;
};

/* Larger caches hold data for longer. */
static double longer(double bound_s, unsigned capacity)
{
    return 0.1 + 0.9 / (1 + bound_s / 1e-6 * 10 / (1 + capacity));
}

static struct data_lifetime_columns row_fill(struct row *row)
{
    for (unsigned t = 0; t < TENSOR_COUNT; t++)
        for (unsigned c = 0; c < LIFETIME_CAPACITIES; c++)
            for (unsigned b = 0; b < LIFETIME_BOUNDS; b++)
                row->longer_share[(t * LIFETIME_CAPACITIES + c) * LIFETIME_BOUNDS + b] =
                    longer(lifetime_bound_s(b), c);
    for (unsigned c = 0; c < LIFETIME_CAPACITIES; c++)
        for (unsigned b = 0; b < LIFETIME_BOUNDS; b++)
            row->longer_live_share[c * LIFETIME_BOUNDS + b] =
                0.5 * longer(lifetime_bound_s(b), c);
    for (unsigned i = 0; i < TENSOR_COUNT * CURVE_POINTS; i++) {
        row->endless_share[i] = 0.1;
        row->live_share[i] = 0.5;
        row->lifetime_100_s[i] = INFINITY;
    }
    row->run_s = 1e-3;
    return (struct data_lifetime_columns){ .longer_share = row->longer_share,
                                           .longer_live_share = row->longer_live_share,
                                           .endless_share = row->endless_share,
                                           .live_share = row->live_share,
                                           .lifetime_100_s = row->lifetime_100_s,
                                           .run_s = &row->run_s };
}

static void shares_are_those_of_the_bounds(void)
{
    struct row *row = alloc_array(1, sizeof *row);
    struct data_lifetime_columns columns = row_fill(row);

    for (unsigned c = 0; c < LIFETIME_CAPACITIES; c++) {
        struct residencies residencies = residencies_at(&columns, 0,
                                                        lifetime_capacity_bytes(c));

        for (unsigned b = 0; b < LIFETIME_BOUNDS; b++) {
            double bound_s = lifetime_bound_s(b), share = longer(bound_s, c);

            ASSERT_NEAR(residencies_longer_line_share(&residencies, bound_s),
                        0.5 * share, 1e-9);
            ASSERT_NEAR(residencies_longer_share(&residencies, TENSOR_WEIGHTS, bound_s),
                        share - 0.1 + 0.1 * fmin(1e-3 / bound_s, 1), 1e-9);
        }
        CU_ASSERT_EQUAL(residencies_longer_share(&residencies, TENSOR_ALL, INFINITY),
                        0);
        CU_ASSERT_EQUAL(residencies_longer_line_share(&residencies, INFINITY), 0);
        /* of ten years a run is a small part */
        CU_ASSERT_TRUE(residencies_longer_share(&residencies, TENSOR_ALL, 10 * YEAR_S) <
                       1e-3);
    }
    free(row);
}

static void between_bounds_shares_never_rise_with_retention(void)
{
    struct row *row = alloc_array(1, sizeof *row);
    struct data_lifetime_columns columns = row_fill(row);

    row->lifetime_100_s[TENSOR_ALL * CURVE_POINTS + 130] = 3e-3;
    row->lifetime_100_s[TENSOR_ALL * CURVE_POINTS + 131] = 3e-3;
    for (unsigned i = 0; i < 30; i++) {
        double capacity = exp2(14 + 0.66 * i), was = 1, live_was = 0.5;
        struct residencies residencies = residencies_at(&columns, 0,
                                                        i ? capacity : 4.85e6);

        for (double retention_s = 1e-11; retention_s < 1e5; retention_s *= 1.07) {
            double now = residencies_longer_share(&residencies, TENSOR_ALL,
                                                  retention_s);
            double live = residencies_longer_line_share(&residencies, retention_s);

            CU_ASSERT_TRUE(now <= was && now >= 0);
            CU_ASSERT_TRUE(live <= live_was + 1e-15 && live >= 0);
            was = now;
            live_was = live;
        }
    }
    free(row);
}

SUITE(retention, TEST(the_barrier_follows_from_the_retention),
      TEST(a_moved_pulse_has_the_error_that_is_asked_for), TEST(moves_do_not_add_up),
      TEST(only_magnets_are_moved), TEST(a_charge_is_refreshed_at_its_retention),
      TEST(shares_are_those_of_the_bounds),
      TEST(between_bounds_shares_never_rise_with_retention));
