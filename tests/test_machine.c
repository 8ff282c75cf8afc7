/* Machines of every kind on one axis (src/space/machine.c, the inference stage). */
#include "array_library.h"
#include "unit.h"

#include "config/sweep.h"
#include "space/machine.h"
#include "stage/stage.h"

#include <math.h>
#include <string.h>

static struct sweep sweep;
static struct study study;

static enum status evaluate(const char *machines, const char *budgets,
                            struct error *err)
{
    char axes[2][200];
    const char *const settings[] = {
        axes[0],      axes[1],       "workload=vgg8-cifar", "technology=sram",
        "node=22 nm", "roadmap=lop", "precision=8",         "capacity=1 MiB"
    };
    enum status status;

    snprintf(axes[0], sizeof axes[0], "machine=%s", machines);
    snprintf(axes[1], sizeof axes[1], "area_budget=%s", budgets);
    status = sweep_from_settings(settings, 8, shipped_library(), &sweep, err);
    study = (struct study){ 0 };
    if (status == STATUS_OK)
        status = study_init(&study, &sweep, shipped_library(), err);
    if (status == STATUS_OK)
        study_evaluate(&study, NULL);
    return status;
}

static void release(void)
{
    study_free(&study);
    sweep_free(&sweep);
}

static double value(const double *column, uint64_t i)
{
    return study.statuses[STAGE_INFERENCE][i] == POINT_DONE ? column[i] : NAN;
}

/* Every kind has its own stage; the others leave its points out. */
static void a_machine_is_evaluated_by_its_own_stage_alone(void)
{
    static const enum stage_id stage_of[] = { STAGE_SYSTEM, STAGE_CHIP,
                                              STAGE_CIM_NETWORK,
                                              STAGE_CROSSBAR_NETWORK };
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(
        evaluate("gpu-gtx-1080-ti,eyeriss,mensa,crossbar-chip", "0 m2", &err),
        STATUS_OK);
    for (uint64_t i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL(study.statuses[STAGE_INFERENCE][i], POINT_DONE);
        for (uint64_t s = 0; s < 4; s++)
            CU_ASSERT_EQUAL(study.statuses[stage_of[s]][i],
                            i == s ? POINT_DONE : POINT_EXCLUDED);
    }
    release();
}

static void its_latency_is_that_stages(void)
{
    const struct inference_columns *in = &study.results[STAGE_INFERENCE].inference;
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(evaluate("gpu-gtx-1080-ti,eyeriss,mensa", "0 m2", &err),
                          STATUS_OK);
    CU_ASSERT_EQUAL(in->inference_latency_s[0],
                    study.results[STAGE_SYSTEM].system.roofline_s[0]);
    CU_ASSERT_EQUAL(in->inference_latency_s[1],
                    study.results[STAGE_CHIP].chip.latency_s[1]);
    CU_ASSERT_EQUAL(in->inference_latency_s[2],
                    study.results[STAGE_CIM_NETWORK].cim_network.network_s[2]);
    ASSERT_NEAR(in->machine_area_m2[0], 471e-6, 1e-12); /* GP102, its record */
    CU_ASSERT_EQUAL(in->machine_area_m2[1],
                    study.results[STAGE_CHIP].chip.chip_area_m2[1]);
    release();
}

/* Whole machines, as many as fit; latency and energy of an inference are one machine's. */
static void a_budget_buys_copies(void)
{
    const struct inference_columns *in = &study.results[STAGE_INFERENCE].inference;
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(
        evaluate("gpu-gtx-1080-ti,eyeriss", "0 m2,470 mm2,1000 mm2", &err), STATUS_OK);
    CU_ASSERT_EQUAL(in->machine_copies[0], 1);
    CU_ASSERT_EQUAL(study.statuses[STAGE_INFERENCE][1], POINT_INFEASIBLE);
    CU_ASSERT_EQUAL(in->machine_copies[2], 2);
    ASSERT_NEAR(value(in->inference_rate_hz, 2), 2 * value(in->inference_rate_hz, 0),
                1e-12);
    CU_ASSERT_EQUAL(value(in->inference_energy_j, 2), value(in->inference_energy_j, 0));
    CU_ASSERT(value(in->inference_area_m2, 5) <= 1000e-6);
    CU_ASSERT(value(in->inference_area_m2, 5) + value(in->machine_area_m2, 5) >
              1000e-6);
    release();
}

/* One machine, not a list: no dimension. */
/* Copies share DRAM: a budget of bandwidth that is an axis of its own moves their rate. */
static void a_dram_budget_varies_alone(void)
{
    const char *const settings[] = {
        "machine=eyeriss",     "area_budget=1 m2", "dram_budget=1 GB/s,2 GB/s",
        "workload=vgg8-cifar", "technology=sram",  "node=22 nm",
        "roadmap=lop",         "precision=8",
    };
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(
        sweep_from_settings(settings, 8, shipped_library(), &sweep, &err), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(study_init(&study, &sweep, shipped_library(), &err),
                          STATUS_OK);
    study_evaluate(&study, NULL);
    CU_ASSERT_EQUAL_FATAL(study.grids[STAGE_INFERENCE].points, 2);
    const double *rates = study.results[STAGE_INFERENCE].inference.inference_rate_hz;

    ASSERT_NEAR(value(rates, 1), 2 * value(rates, 0), 1e-9);
    release();
}

/* Nobody knows how many machines without an area fit one. */
static void machines_of_unknown_area_fit_no_budget(void)
{
    const char *const settings[] = {
        "machine=eyeriss",  "area_budget=0 m2,1 m2", "energies=record", "precision=16",
        "workload=alexnet", "technology=sram",       "node=65 nm",
    };
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(
        sweep_from_settings(settings, 7, shipped_library(), &sweep, &err), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(study_init(&study, &sweep, shipped_library(), &err),
                          STATUS_OK);
    study_evaluate(&study, &err);
    CU_ASSERT_EQUAL(study.statuses[STAGE_INFERENCE][0], POINT_DONE);
    CU_ASSERT(isnan(study.results[STAGE_INFERENCE].inference.machine_area_m2[0]));
    CU_ASSERT_EQUAL(study.statuses[STAGE_INFERENCE][1], POINT_INFEASIBLE);
    release();
}

static void a_single_machine_needs_no_other_kinds(void)
{
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(evaluate("upmem-rank", "0 m2", &err), STATUS_OK);
    CU_ASSERT_EQUAL(study.grids[STAGE_INFERENCE].points, 1);
    CU_ASSERT_EQUAL(study.statuses[STAGE_INFERENCE][0], POINT_DONE);
    CU_ASSERT_EQUAL(study.statuses[STAGE_CHIP][0], POINT_EXCLUDED);
    release();
}

static void a_machines_axes_cannot_be_given_beside_it(void)
{
    const char *const settings[] = { "machine=eyeriss", "machine=mensa",
                                     "workload=vgg8-cifar", "technology=sram" };
    struct error err = { "" };

    CU_ASSERT_EQUAL(sweep_from_settings(settings, 4, shipped_library(), &sweep, &err),
                    STATUS_INPUT);
    CU_ASSERT_STRING_EQUAL(err.text,
                           "setting 'machine=mensa' gives an axis a second time");
    sweep_free(&sweep);
}

static void every_shipped_machine_names_a_record(void)
{
    const struct shelf *shelf = &shipped_library()->shelves[SHELF_MACHINE];

    CU_ASSERT(shelf->count > 10);
    for (size_t i = 0; i < shelf->count; i++) {
        size_t found = 0;

        for (size_t k = 0; k < MACHINE_KINDS; k++) {
            const struct record *part;
            struct error err = { "" };

            CU_ASSERT_EQUAL(machine_part(shelf->records[i], shipped_library(),
                                         machine_axes[k], &part, &err),
                            STATUS_OK);
            found += part != NULL;
        }
        CU_ASSERT_EQUAL(found, 1);
    }
}

static void bad_records_are_refused_in_words(void)
{
    struct machine_record two = {
        .platform = "a", .accelerator = "", .cim = "b", .crossbar = ""
    };
    const struct record *part;
    struct error err = { "" };

    CU_ASSERT_EQUAL(machine_schema.finish(&two, &err), STATUS_INPUT);
    CU_ASSERT_STRING_EQUAL(err.text, "names 2 records, must name one: a platform, an "
                                     "accelerator, a cim or a crossbar");
    two.record.name = "m";
    CU_ASSERT_EQUAL(machine_part(&two, shipped_library(), AXIS_cim, &part, &err),
                    STATUS_INPUT);
    CU_ASSERT_STRING_EQUAL(err.text,
                           "names machine 'm', which is cim 'b': the library has none");
}

SUITE(machine, TEST(a_machine_is_evaluated_by_its_own_stage_alone),
      TEST(its_latency_is_that_stages), TEST(a_budget_buys_copies),
      TEST(a_dram_budget_varies_alone), TEST(machines_of_unknown_area_fit_no_budget),
      TEST(a_single_machine_needs_no_other_kinds),
      TEST(a_machines_axes_cannot_be_given_beside_it),
      TEST(every_shipped_machine_names_a_record),
      TEST(bad_records_are_refused_in_words));
