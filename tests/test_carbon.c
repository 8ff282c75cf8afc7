/* Carbon of making and of running (src/carbon/carbon.h). */
#include "unit.h"

#include "base/units.h"
#include "carbon/carbon.h"
#include "carbon/life.h"
#include "config/library.h"

#include <stdlib.h>
#include <string.h>

static const double KWH_J = 3.6e6, CM2 = 1e-4, GRAM = 1e-3;

static struct library library;

static const struct device *find(const void *from, const char *name)
{
    return (const struct device *)library_find(from, RECORDS_DEVICE, name);
}

static void read(void)
{
    char *shipped = library_default_folder();
    const char *folders[] = { shipped };
    struct error err;

    CU_ASSERT_EQUAL_FATAL(library_read(folders, 1, &library, &err), STATUS_OK);
    free(shipped);
}

static struct manufacture making_of(const char *fab, const char *grid)
{
    const struct grid_region *region = (const struct grid_region *)library_find(
        &library, RECORDS_GRID, grid);
    struct manufacture making = {
        .fab = (const struct fab *)library_find(&library, RECORDS_FAB, fab),
        .node_m = 28 * NANO,
        .abatement = 0.97,
        .yield = 0.875,
    };

    CU_ASSERT_PTR_NOT_NULL_FATAL(region);
    CU_ASSERT_PTR_NOT_NULL_FATAL(making.fab);
    making.grid_kg_per_j = region->kg_per_j;
    return making;
}

/* ACT (Gupta et al., ISCA 2022), its program's output for Taiwan, 97 %, yield 0.875. */
static void carbon_per_area_is_acts_to_a_tenth_of_a_gram(void)
{
    static const struct {
        double node_m, g_per_cm2;
    } table[] = {
        { 28e-9, 1328.2 }, { 20e-9, 1542.4 }, { 14e-9, 1556.7 }, { 10e-9, 1777.1 },
        { 8e-9, 1807.0 },  { 7e-9, 2318.2 },  { 5e-9, 2778.0 },  { 3e-9, 3162.6 },
    };
    struct manufacture making;

    read();
    making = making_of("act", "taiwan");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct carbon_per_area cpa;

        CU_ASSERT_EQUAL(carbon_per_area(&making, table[i].node_m, &cpa, NULL),
                        STATUS_OK);
        CU_ASSERT_DOUBLE_EQUAL(cpa.kg_per_m2 / (GRAM / CM2), table[i].g_per_cm2, 0.1);
        ASSERT_NEAR(cpa.energy_kg_per_m2 + cpa.gas_kg_per_m2 + cpa.materials_kg_per_m2,
                    cpa.kg_per_m2, 1e-12);
        ASSERT_NEAR(cpa.node_m, table[i].node_m, 1e-12);
    }
    library_free(&library);
}

static void nodes_between_are_bracketed_and_beyond_are_held(void)
{
    struct manufacture making;
    struct carbon_per_area at14, at16, at20, at28, at45, at2, at3;

    read();
    making = making_of("act", "taiwan");
    carbon_per_area(&making, 14e-9, &at14, NULL);
    carbon_per_area(&making, 16e-9, &at16, NULL);
    carbon_per_area(&making, 20e-9, &at20, NULL);
    carbon_per_area(&making, 28e-9, &at28, NULL);
    carbon_per_area(&making, 45e-9, &at45, NULL);
    carbon_per_area(&making, 2e-9, &at2, NULL);
    carbon_per_area(&making, 3e-9, &at3, NULL);
    CU_ASSERT(at16.kg_per_m2 < at14.kg_per_m2 && at16.kg_per_m2 > at20.kg_per_m2);
    ASSERT_NEAR(at16.node_m, 16e-9, 1e-12);
    CU_ASSERT_EQUAL(at45.kg_per_m2, at28.kg_per_m2);
    ASSERT_NEAR(at45.node_m, 28e-9, 1e-12);
    CU_ASSERT_EQUAL(at2.kg_per_m2, at3.kg_per_m2);
    library_free(&library);
}

static void a_total_does_not_depend_on_the_fabs_grid(void)
{
    struct manufacture coal, wind;
    struct carbon_per_area a, b;

    read();
    coal = making_of("imec-netzero", "coal");
    wind = making_of("imec-netzero", "wind");
    carbon_per_area(&coal, 7e-9, &a, NULL);
    carbon_per_area(&wind, 7e-9, &b, NULL);
    CU_ASSERT_EQUAL(a.kg_per_m2, b.kg_per_m2);
    ASSERT_NEAR(a.kg_per_m2, 1.44 / CM2 / 0.875, 1e-12);
    library_free(&library);
}

/* A phone is its parts: the assemblies' carbon adds up. */
static void an_assembly_is_the_sum_of_its_parts(void)
{
    static const char *const parts[] = { "fairphone-3-memory", "fairphone-3-cpu",
                                         "fairphone-3-ics" };
    struct manufacture making;
    struct embodied whole, part;
    double sum_kg = 0;

    read();
    making = making_of("act", "coal");
    for (size_t i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(device_embodied(find(&library, parts[i]), &making, find,
                                        &library, &part, NULL),
                        STATUS_OK);
        sum_kg += embodied_total_kg(&part);
    }
    CU_ASSERT_EQUAL(device_embodied(find(&library, "fairphone-3"), &making, find,
                                    &library, &whole, NULL),
                    STATUS_OK);
    ASSERT_NEAR(embodied_total_kg(&whole), sum_kg, 1e-12);
    ASSERT_NEAR(whole.packaging_kg, 23 * 0.15, 1e-12); /* 20 chips, CPU, RAM, flash */
    library_free(&library);
}

static void what_cannot_be_made_is_infeasible(void)
{
    struct manufacture making;
    struct embodied embodied;
    struct carbon_per_area cpa;
    struct error reason;
    struct device_part parts[] = { { .name = "tape",
                                     .kind = PART_STORAGE,
                                     .medium = "papyrus",
                                     .of = "it",
                                     .capacity_bytes = 1,
                                     .count = 1 } };
    struct device device = { .parts = parts, .parts_count = 1 };
    struct fab empty = { .record.name = "empty" };

    read();
    making = making_of("act", "taiwan");
    CU_ASSERT_EQUAL(
        device_embodied(&device, &making, find, &library, &embodied, &reason),
        STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(reason.text, "papyrus"));
    parts[0].kind = PART_ASSEMBLY;
    CU_ASSERT_EQUAL(
        device_embodied(&device, &making, find, &library, &embodied, &reason),
        STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(reason.text, "no device"));
    making.fab = &empty;
    CU_ASSERT_EQUAL(carbon_per_area(&making, 7e-9, &cpa, &reason), STATUS_INFEASIBLE);
    library_free(&library);
}

/* By hand: 1 kWh at PUE 1.1 and 380 g/kWh is 418 g; of 1000 kg, one of a lifetime's
 * thousand working seconds is 1 kg. */
static void use_is_counted_by_hand(void)
{
    struct usage usage = { .grid_kg_per_j = 380 * GRAM / KWH_J,
                           .pue = 1.1,
                           .lifetime_s = 2000,
                           .utilisation = 0.5 };
    struct device device = { .power_w = 100, .idle_w = 20 };

    ASSERT_NEAR(operational_kg(&usage, KWH_J), 0.418, 1e-12);
    ASSERT_NEAR(amortised_kg(&usage, 1000, 1), 1.0, 1e-12);
    ASSERT_NEAR(lifetime_operational_kg(&usage, &device, 1),
                operational_kg(&usage, 1000 * 100 + 1000 * 20), 1e-12);
    ASSERT_NEAR(lifetime_operational_kg(&usage, &device, 10),
                operational_kg(&usage, 1000 * 10 + 1000 * 20), 1e-12);
}

/* Sustainable AI (Wu et al., 2022): 6.7 x 10.1 x 2.4 x 5 = 812. */
static void steps_multiply(void)
{
    const struct device *server;

    read();
    server = find(&library, "lm-inference-server");
    CU_ASSERT_EQUAL(device_gain(server, 0), 1);
    ASSERT_NEAR(device_gain(server, 2), 67.67, 1e-12);
    ASSERT_NEAR(device_gain(server, 4), 812.0, 1e-4);
    CU_ASSERT_EQUAL(device_gain(server, 64), device_gain(server, 4));
    library_free(&library);
}

/* Three hours past midnight: 1, 4 and 5 of the hours below. */
static void hours_wrap_round_midnight(void)
{
    struct grid_hour hours[GRID_HOURS];
    struct grid_region grid = { .kg_per_j = 12.5,
                                .hours = hours,
                                .hours_count = GRID_HOURS };

    for (int h = 0; h < GRID_HOURS; h++)
        hours[h].kg_per_j = h + 1;
    ASSERT_NEAR(grid_intensity(&grid, 0, 24), 12.5, 1e-12);
    ASSERT_NEAR(grid_intensity(&grid, 3, 2), 4.5, 1e-12);
    ASSERT_NEAR(grid_intensity(&grid, 23, 3), (24 + 1 + 2) / 3.0, 1e-12);
    grid.hours_count = 0;
    ASSERT_NEAR(grid_intensity(&grid, 3, 2), 12.5, 1e-12);
}

static const struct grid_region *no_grid(const void *context, const char *name)
{
    (void)context;
    (void)name;
    return NULL;
}

/* A machine of 100 W that takes 1 s a sample, 50 W of host, 40 W idle, half of its time busy:
 * 190 J a second at work.  3 x 100 samples are learnt, 100 are asked. */
static void a_life_is_counted_by_hand(void)
{
    struct life_step steps[] = {
        { .phase = LIFE_DATA,
          .passes = 1,
          .moved_bytes = 1000,
          .stored_bytes = 10,
          .grid = "" },
        { .phase = LIFE_TRAINING,
          .samples = 100,
          .passes = 3,
          .is_shiftable = true,
          .grid = "" },
        { .phase = LIFE_INFERENCE, .samples = 100, .passes = 1, .grid = "" },
    };
    struct life life = { .life_s = 100,
                         .moved_j_per_byte = 2,
                         .storage_w_per_byte = 3,
                         .storage_kg_per_byte = 4,
                         .steps = steps,
                         .steps_count = 3 };
    struct life_work work = { .sample_j = 100, .sample_s = 1 };
    struct life_device device = { .embodied_kg = 1000, .host_w = 50, .idle_w = 40 };
    struct grid_region grid = { .kg_per_j = 0.001 };
    struct life_use use = {
        .usage = { .pue = 2, .lifetime_s = 1e4, .utilisation = 0.5 },
        .grid = &grid,
        .work_hours = 24
    };
    struct phase_carbon phases[LIFE_PHASES];
    struct error reason;

    CU_ASSERT_EQUAL(
        life_evaluate(&life, &work, &device, &use, no_grid, NULL, phases, &reason),
        STATUS_OK);
    ASSERT_NEAR(phases[LIFE_DATA].energy_j, 2000.0 + 3000.0, 1e-12);
    ASSERT_NEAR(phases[LIFE_DATA].embodied_kg, 10 * 4 * 100 / 1e4, 1e-12);
    ASSERT_NEAR(phases[LIFE_TRAINING].energy_j, 300 * 190.0, 1e-12);
    ASSERT_NEAR(phases[LIFE_TRAINING].operational_kg, 300 * 190 * 2 * 0.001, 1e-12);
    ASSERT_NEAR(phases[LIFE_TRAINING].embodied_kg, 1000 * 300 / (1e4 * 0.5), 1e-12);
    ASSERT_NEAR(phases[LIFE_INFERENCE].energy_j, 100 * 190.0, 1e-12);
    CU_ASSERT_EQUAL(phases[LIFE_EXPERIMENTATION].energy_j, 0);

    /* six hours a day: a quarter of the time at work, three quarters idle */
    use.work_hours = 6;
    life_evaluate(&life, &work, &device, &use, no_grid, NULL, phases, &reason);
    ASSERT_NEAR(phases[LIFE_TRAINING].energy_j, 300 * (150 + 40 * 3.0), 1e-12);
    ASSERT_NEAR(phases[LIFE_TRAINING].embodied_kg, 1000 * 300 / (1e4 * 0.25), 1e-12);
    ASSERT_NEAR(phases[LIFE_INFERENCE].energy_j, 100 * 190.0, 1e-12);

    /* training as 3 of 4 parts of all: three times what inference takes */
    use.work_hours = 24;
    steps[0] = (struct life_step){ .phase = LIFE_DATA, .passes = 1, .grid = "" };
    steps[1].samples = 0;
    steps[1].energy_share = 0.75;
    steps[2].energy_share = 0.25;
    life_evaluate(&life, &work, &device, &use, no_grid, NULL, phases, &reason);
    ASSERT_NEAR(phases[LIFE_TRAINING].energy_j, 3 * 100 * 190.0, 1e-12);
    ASSERT_NEAR(phases[LIFE_TRAINING].machine_s, 300.0, 1e-12);
    steps[1].grid = "atlantis";
    CU_ASSERT_EQUAL(
        life_evaluate(&life, &work, &device, &use, no_grid, NULL, phases, &reason),
        STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(reason.text, "atlantis"));
}

SUITE(carbon, TEST(hours_wrap_round_midnight), TEST(a_life_is_counted_by_hand),
      TEST(carbon_per_area_is_acts_to_a_tenth_of_a_gram),
      TEST(nodes_between_are_bracketed_and_beyond_are_held),
      TEST(a_total_does_not_depend_on_the_fabs_grid),
      TEST(an_assembly_is_the_sum_of_its_parts),
      TEST(what_cannot_be_made_is_infeasible), TEST(use_is_counted_by_hand),
      TEST(steps_multiply));
