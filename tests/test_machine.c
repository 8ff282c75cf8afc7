/* Machines of every kind on one axis (src/machine/machine.h, the inference stage). */
#include "array_library.h"
#include "unit.h"

#include "columns/array.h"
#include "columns/chip.h"
#include "columns/layerwise.h"
#include "columns/gpu.h"
#include "columns/machines.h"
#include "columns/reuse.h"
#include "config/sweep.h"
#include "machine/gpu/gpu.h"
#include "stage/stage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct sweep sweep;
static struct study study;

static enum status evaluate_settings(const char *const *settings, size_t count,
                                     struct error *err)
{
    enum status status = sweep_from_settings(settings, count, shipped_library(), &sweep,
                                             err);

    study = (struct study){ 0 };
    if (status == STATUS_OK)
        status = study_init(&study, &sweep, shipped_library(), err);
    if (status == STATUS_OK)
        study_evaluate(&study, err);
    return status;
}

static enum status evaluate(const char *machines, const char *budgets,
                            struct error *err)
{
    char axes[2][200];
    const char *const settings[] = {
        axes[0],      axes[1],       "workload=vgg8-cifar", "technology=sram",
        "node=22 nm", "roadmap=lop", "precision=8",         "capacity=1 MiB"
    };

    snprintf(axes[0], sizeof axes[0], "machine=%s", machines);
    snprintf(axes[1], sizeof axes[1], "area_budget=%s", budgets);
    return evaluate_settings(settings, 8, err);
}

static void release(void)
{
    study_free(&study);
    sweep_free(&sweep);
}

static double value(const double *column, uint64_t i)
{
    return study.statuses[STAGE_MACHINES][i] == POINT_DONE ? column[i] : NAN;
}

/* Every kind has its own stage, over its own machines. */
static void a_machine_is_evaluated_by_its_own_stage_alone(void)
{
    static const enum stage_id stage_of[] = { STAGE_GPU, STAGE_CHIP, STAGE_LAYERWISE,
                                              STAGE_CROSSBAR_CHIP };
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(
        evaluate("gtx-1080-ti,eyeriss,mensa,crossbar-chip", "none", &err), STATUS_OK);
    for (uint64_t i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL(study.statuses[STAGE_MACHINES][i], POINT_DONE);
        CU_ASSERT_EQUAL(study.grids[stage_of[i]].points, 1);
        CU_ASSERT_EQUAL(study.statuses[stage_of[i]][0], POINT_DONE);
        for (uint64_t s = 0; s < 4; s++)
            CU_ASSERT_EQUAL(grid_project(&study.grids[STAGE_MACHINES], i,
                                         &study.grids[stage_of[s]]),
                            i == s ? 0 : UINT64_MAX);
    }
    release();
}

static void its_latency_is_that_stages(void)
{
    struct machines_columns in;
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(evaluate("gtx-1080-ti,eyeriss,mensa", "none", &err),
                          STATUS_OK);
    in = machines_columns(&study.results[STAGE_MACHINES]);
    CU_ASSERT_EQUAL(in.latency_s[0],
                    gpu_columns(&study.results[STAGE_GPU]).latency_s[0]);
    CU_ASSERT_EQUAL(in.latency_s[1],
                    chip_columns(&study.results[STAGE_CHIP]).latency_s[0]);
    CU_ASSERT_EQUAL(in.latency_s[2],
                    layerwise_columns(&study.results[STAGE_LAYERWISE]).latency_s[0]);
    ASSERT_NEAR(in.area_m2[0], 471e-6, 1e-12); /* GP102, its record */
    CU_ASSERT_EQUAL(in.area_m2[1], chip_columns(&study.results[STAGE_CHIP]).area_m2[0]);
    release();
}

/* Whole machines, as many as fit; latency and energy of an inference are one machine's. */
static void a_budget_buys_copies(void)
{
    struct machines_columns in;
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(
        evaluate("gtx-1080-ti,eyeriss", "none,470 mm2,1000 mm2", &err), STATUS_OK);
    in = machines_columns(&study.results[STAGE_MACHINES]);
    CU_ASSERT_EQUAL(in.copies[0], 1);
    CU_ASSERT_EQUAL(study.statuses[STAGE_MACHINES][1], POINT_INFEASIBLE);
    CU_ASSERT_EQUAL(in.copies[2], 2);
    ASSERT_NEAR(value(in.rate_hz, 2), 2 * value(in.rate_hz, 0), 1e-12);
    CU_ASSERT_EQUAL(value(in.sample_j, 2), value(in.sample_j, 0));
    CU_ASSERT(value(in.total_area_m2, 5) <= 1000e-6);
    CU_ASSERT(value(in.total_area_m2, 5) + value(in.area_m2, 5) > 1000e-6);
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
    CU_ASSERT_EQUAL_FATAL(study.grids[STAGE_MACHINES].points, 2);
    const double *rates = machines_columns(&study.results[STAGE_MACHINES]).rate_hz;

    ASSERT_NEAR(value(rates, 1), 2 * value(rates, 0), 1e-9);
    release();
}

/* Nobody knows how many machines without an area fit one. */
static void machines_of_unknown_area_fit_no_budget(void)
{
    const char *const settings[] = {
        "machine=eyeriss",  "area_budget=none,1 m2", "energies=record", "precision=16",
        "workload=alexnet", "technology=sram",       "node=65 nm",
    };
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(
        sweep_from_settings(settings, 7, shipped_library(), &sweep, &err), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(study_init(&study, &sweep, shipped_library(), &err),
                          STATUS_OK);
    study_evaluate(&study, &err);
    CU_ASSERT_EQUAL(study.statuses[STAGE_MACHINES][0], POINT_DONE);
    CU_ASSERT(isnan(machines_columns(&study.results[STAGE_MACHINES]).area_m2[0]));
    CU_ASSERT_EQUAL(study.statuses[STAGE_MACHINES][1], POINT_INFEASIBLE);
    release();
}

static void a_single_machine_needs_no_other_kinds(void)
{
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(evaluate("upmem-rank", "none", &err), STATUS_OK);
    CU_ASSERT_EQUAL(study.grids[STAGE_MACHINES].points, 1);
    CU_ASSERT_EQUAL(study.statuses[STAGE_MACHINES][0], POINT_DONE);
    CU_ASSERT_EQUAL(study.stages >> STAGE_CHIP & 1, 0);
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

/* Zipped with an axis that a stage does not read, a machine stands there once; each point
 * finds the row of its machine. */
static void a_stage_has_each_machine_once(void)
{
    struct error err = { "" };
    struct axis *machines, *batches;
    struct dimension both = { .name = "machine",
                              .count = 4,
                              .axes = { AXIS_machine, AXIS_technology },
                              .axis_count = 2 };
    struct point point;

    CU_ASSERT_EQUAL_FATAL(
        evaluate("eyeriss,gtx-1080-ti,tpu-like,systolic-32", "none", &err), STATUS_OK);
    study_free(&study);
    machines = &sweep.space.axes[AXIS_machine];
    machines->values[2] = machines->values[0]; /* eyeriss twice */
    batches = &sweep.space.axes[AXIS_technology];
    batches->values = realloc(batches->values, 4 * sizeof *batches->values);
    batches->values[1] = batches->values[0];
    batches->values[3] = batches->values[0];
    batches->values[2].record = library_find(shipped_library(), RECORDS_TECHNOLOGY,
                                             "stt-mram");
    batches->count = 4;
    batches->is_dimension = true;
    sweep.space.dimensions[0] = both;
    sweep.space.dimension_count = 1;
    CU_ASSERT_EQUAL_FATAL(study_init(&study, &sweep, shipped_library(), &err),
                          STATUS_OK);
    study_evaluate(&study, &err);
    CU_ASSERT_EQUAL(study.grids[STAGE_MAPPING].points, 2);
    CU_ASSERT_EQUAL(study.grids[STAGE_CHIP].points, 3);
    CU_ASSERT_EQUAL(study.grids[STAGE_MACHINES].points, 4);
    for (uint64_t i = 0; i < 4; i++) {
        uint64_t at = grid_project(&study.grids[STAGE_MACHINES], i,
                                   &study.grids[STAGE_MAPPING]);

        CU_ASSERT_EQUAL(at == UINT64_MAX, i == 1);
        if (i == 1)
            continue;
        grid_point(&study.grids[STAGE_MAPPING], &sweep.space, at, &point);
        CU_ASSERT_PTR_EQUAL(point.machine, machines->values[i].record);
    }
    release();
}

static void every_family_has_its_name_and_kind(void)
{
    const struct record_table *table = &shipped_library()->tables[RECORDS_MACHINE];
    uint32_t kinds = 0;

    CU_ASSERT(table->count > 50);
    for (int id = 0; id < FAMILY_COUNT; id++) {
        const struct machine_family *family = machine_families[id];

        CU_ASSERT_STRING_EQUAL(family->name, word_name(machine_family_words, id));
        CU_ASSERT_EQUAL(family->pe != NULL, family->kind == MACHINE_PE_ARRAY);
        CU_ASSERT_EQUAL(family->layerwise != NULL, family->kind == MACHINE_LAYERWISE);
        CU_ASSERT_PTR_EQUAL(family->schema, machine_schema.families[id]);
    }
    for (size_t i = 0; i < table->count; i++)
        kinds |= 1u << machine_family(table->records[i])->kind;
    CU_ASSERT_EQUAL(kinds, (1u << MACHINE_KINDS) - 1);
}

static void a_stage_for_no_machine_of_the_sweep_is_refused(void)
{
    const char *const settings[] = { "machine=eyeriss", "workload=vgg8-cifar",
                                     "technology=sram" };
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(
        sweep_from_settings(settings, 3, shipped_library(), &sweep, &err), STATUS_OK);
    sweep.stages = STAGE_BIT(STAGE_REUSE);
    CU_ASSERT_EQUAL(study_init(&study, &sweep, shipped_library(), &err), STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(err.text, "the reuse stage is for machines of the kind 'gpu'"));
    release();
}

/* A GPU has no layers of its own: the whole network is not "layer 1". */
static void a_question_without_an_answer_has_no_result(void)
{
    const char *const settings[] = { "machine=gtx-1080-ti,eyeriss,upmem-rank",
                                     "layer=all,1",
                                     "ips=back_to_back,1 Hz",
                                     "workload=lenet",
                                     "technology=sram",
                                     "capacity=1 MiB",
                                     "precision=8",
                                     "node=22 nm" };
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(evaluate_settings(settings, 8, &err), STATUS_OK);
    for (uint64_t i = 0; i < 12; i++) {
        uint64_t machine = i / 4, layer = i / 2 % 2, rate = i % 2;
        bool is_answered = (machine != 0 || !layer) && (machine == 1 || !rate);

        CU_ASSERT_EQUAL(study.statuses[STAGE_MACHINES][i],
                        is_answered ? POINT_DONE : POINT_INFEASIBLE);
    }
    CU_ASSERT_STRING_EQUAL(
        err.text,
        "the model of upmem-rank (upmem) does not take the axis ips into account");
    release();
}

/* DeepNVM++'s accounting: accesses one after the other, nothing else. */
static void a_serial_time_base_adds_up_accesses(void)
{
    static const char *const settings[] = {
        "machine=gtx-1080-ti", "technology=stt-mram", "workload=squeezenet",
        "line=128 B", "time_base=roofline,serial,serial_full_leakage"
    };
    struct gpu_columns g;
    struct array_columns a;
    struct reuse_columns r;
    const struct gpu *gpu;
    double dram_s, dram_j, sum_j;
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(evaluate_settings(settings, FIELD_COUNT_OF(settings), &err),
                          STATUS_OK);
    g = gpu_columns(&study.results[STAGE_GPU]);
    a = array_columns(&study.results[STAGE_ARRAY]);
    r = reuse_columns(&study.results[STAGE_REUSE]);
    CU_ASSERT_EQUAL_FATAL(study.grids[STAGE_GPU].points, 3);
    gpu = (const struct gpu *)sweep.space.axes[AXIS_machine].values[0].record;
    dram_s = (g.dram_reads[1] + g.dram_writes[1]) * gpu->dram_latency_s /
             gpu->dram_parallelism;
    dram_j = 8 * (g.dram_read_bytes[1] * gpu->dram_read_j_per_bit +
                  g.dram_write_bytes[1] * gpu->dram_write_j_per_bit);
    ASSERT_NEAR(g.llc_delay_s[1],
                r.llc_reads[0] * a.read_latency_s[0] +
                    r.llc_writes[0] * a.write_latency_s[0],
                1e-12);
    ASSERT_NEAR(g.latency_s[1], g.llc_delay_s[1] + dram_s, 1e-12);
    CU_ASSERT_EQUAL(g.latency_s[2], g.latency_s[1]);
    ASSERT_NEAR(g.energy_j[1],
                g.llc_dynamic_j[1] + a.leakage_w[0] * g.llc_delay_s[1] + dram_j, 1e-12);
    ASSERT_NEAR(g.energy_j[2] - g.energy_j[1], a.leakage_w[0] * dram_s, 1e-9);
    CU_ASSERT_EQUAL(g.latency_s[0], fmax(fmax(r.compute_s[0], g.llc_wait_s[0]),
                                         fmax(g.llc_busy_s[0], g.dram_busy_s[0])));
    ASSERT_NEAR(
        g.llc_wait_s[0],
        (r.llc_read_bytes[0] * (gpu->llc_latency_s + a.read_latency_s[0]) +
         g.dram_read_bytes[0] * gpu->dram_latency_s) /
            (double)(gpu->processors * gpu->llc_outstanding * gpu->llc_sector_bytes),
        1e-12);
    CU_ASSERT_EQUAL(g.clock_share[0], 1);
    for (uint64_t i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(g.edp_js[i], g.energy_j[i] * g.latency_s[i]);
        sum_j = 0;
        for (uint64_t c = 0; c < COMPONENT_COUNT; c++)
            sum_j += g.component_j[i * COMPONENT_COUNT + c];
        ASSERT_NEAR(sum_j, g.energy_j[i], 1e-12);
    }
    CU_ASSERT(g.component_j[COMPONENT_COMPUTE] > 0);
    CU_ASSERT_EQUAL(g.component_j[COMPONENT_COUNT + COMPONENT_COMPUTE], 0);
    release();
}

/* A batch that keeps the arithmetic busy takes the module to its limit: the clock falls until
 * power is just that. */
static void the_clock_falls_at_the_power_limit(void)
{
    static const char *const settings[] = { "machine=jetson-tx2", "technology=stt-mram",
                                            "workload=cct-7-3x1", "capacity=512 KiB",
                                            "batch=1,64",         "line=128 B" };
    struct gpu_columns g;
    struct reuse_columns r;
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(evaluate_settings(settings, FIELD_COUNT_OF(settings), &err),
                          STATUS_OK);
    g = gpu_columns(&study.results[STAGE_GPU]);
    r = reuse_columns(&study.results[STAGE_REUSE]);
    CU_ASSERT(g.power_w[0] < 15);
    CU_ASSERT_EQUAL(g.clock_share[0], 1);
    CU_ASSERT_EQUAL_FATAL(study.statuses[STAGE_GPU][1], POINT_DONE);
    CU_ASSERT(g.clock_share[1] < 1);
    ASSERT_NEAR(g.power_w[1], 15.0, 1e-12);
    ASSERT_NEAR(g.latency_s[1] * g.clock_share[1],
                fmax(r.compute_s[1], g.llc_busy_s[1]), 1e-12);
    release();
}

static void a_cache_that_leaks_more_than_the_board_gets_is_infeasible(void)
{
    static const char *const settings[] = {
        "machine=jetson-tx2",       "technology=sram", "cell_roadmap=hp",
        "capacity=256 MiB",         "workload=lenet",  "line=128 B",
        "time_base=roofline,serial"
    };
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(evaluate_settings(settings, FIELD_COUNT_OF(settings), &err),
                          STATUS_OK);
    CU_ASSERT(array_columns(&study.results[STAGE_ARRAY]).leakage_w[0] > 15);
    CU_ASSERT_EQUAL(study.statuses[STAGE_GPU][0], POINT_INFEASIBLE);
    CU_ASSERT(isnan(machines_columns(&study.results[STAGE_MACHINES]).macs[0]));
    CU_ASSERT_EQUAL(study.statuses[STAGE_GPU][1], POINT_DONE);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(err.text, "more than the power limit of 15 W of jetson-tx2"));
    release();
}

/* Tensor cores have another rate than the law's units: no more than the board's power. */
static void low_precision_takes_no_more_than_the_board(void)
{
    const struct gpu *v100 = (const struct gpu *)library_find(shipped_library(),
                                                              RECORDS_MACHINE, "v100");

    CU_ASSERT_EQUAL(gpu_mac_j(v100, 32), v100->mac_j);
    ASSERT_NEAR(gpu_mac_j(v100, 16) * gpu_peak_macs_hz(v100, 16), v100->power_limit_w,
                1e-12);
    CU_ASSERT(gpu_mac_j(v100, 16) < v100->mac_j / 3);
}

/* Units by precision: at the rates they sustain none takes more than the board gets (2 % of rounding), and
 * fewer bits never take more. */
static void units_of_every_precision_can_be_supplied(void)
{
    static const char *const names[] = { "a100-40gb", "a100-80gb",      "h100-sxm",
                                         "h100-pcie", "h200",           "b200",
                                         "gb10",      "l40s",           "rtx-4090",
                                         "mi300x",    "jetson-agx-orin" };
    static const unsigned bits[] = { 64, 32, 16, 8, 4 };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct gpu *gpu = (const struct gpu *)library_find(
            shipped_library(), RECORDS_MACHINE, names[i]);
        double before_j = 1;

        CU_ASSERT_PTR_NOT_NULL_FATAL(gpu);
        for (size_t b = gpu->mac_64b_j > 0 ? 0 : 1; b < 5; b++) {
            double mac_j = gpu_mac_j(gpu, bits[b]);

            double power_w = mac_j * gpu_peak_macs_hz(gpu, bits[b]) *
                             gpu_sustained_share(gpu, bits[b]);

            if (power_w > 1.02 * gpu->power_limit_w)
                fprintf(stderr, "%s: %g W at %u bits\n", names[i], power_w, bits[b]);
            CU_ASSERT(power_w <= 1.02 * gpu->power_limit_w);
            CU_ASSERT(mac_j < before_j * (1 + 1e-12));
            before_j = mac_j;
        }
    }
}

/* Only machines that are made of others have memories of engines, and need a technology. */
static void a_machine_without_engines_has_no_memories_of_them(void)
{
    static const char *const upmem[] = { "machine=upmem-rank", "workload=lenet",
                                         "precision=32" };
    static const char *const both[] = { "machine=upmem-rank,mensa", "workload=lenet",
                                        "technology=sram", "precision=8" };
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(evaluate_settings(upmem, FIELD_COUNT_OF(upmem), &err),
                          STATUS_OK);
    CU_ASSERT(!(study.stages >> STAGE_ENGINES & 1));
    CU_ASSERT(!(study.grids[STAGE_MACHINES].axes & AXIS_BIT(technology)));
    CU_ASSERT_EQUAL(study.statuses[STAGE_MACHINES][0], POINT_DONE);
    release();
    CU_ASSERT_EQUAL_FATAL(evaluate_settings(both, FIELD_COUNT_OF(both), &err),
                          STATUS_OK);
    CU_ASSERT_EQUAL(study.grids[STAGE_ENGINES].points, 1);
    CU_ASSERT_EQUAL(study.statuses[STAGE_MACHINES][0], POINT_DONE);
    CU_ASSERT_EQUAL(study.statuses[STAGE_MACHINES][1], POINT_DONE);
    release();
}

/* Capacity and line of a cache are its machine's by default: one array for each that differs,
 * none for machines without a cache, and what the same numbers say when they are given. */
static void a_cache_is_its_machines(void)
{
    static const char *const left[] = {
        "machine=gtx-1080-ti,eyeriss,gtx-1080-ti-im2col,titan-x-pascal",
        "workload=squeezenet", "technology=sram"
    };
    static const char *const given[] = { "machine=gtx-1080-ti", "workload=squeezenet",
                                         "technology=sram", "capacity=2816 KiB",
                                         "line=128 B" };
    static const char *const fields[] = { "machine=gtx-1080-ti,gtx-1080-ti-im2col",
                                          "workload=squeezenet", "technology=sram",
                                          "llc_bytes=1 MiB,record",
                                          "line=machine,64 B" };
    struct error err = { "" };
    struct array_columns a;
    double latency_s;

    CU_ASSERT_EQUAL_FATAL(evaluate_settings(left, FIELD_COUNT_OF(left), &err),
                          STATUS_OK);
    a = array_columns(&study.results[STAGE_ARRAY]);
    CU_ASSERT_EQUAL_FATAL(study.grids[STAGE_ARRAY].points, 2);
    CU_ASSERT_EQUAL(a.resolved_capacity_bytes[0], 2816 << 10);
    CU_ASSERT_EQUAL(a.resolved_capacity_bytes[1], 3 << 20);
    CU_ASSERT_EQUAL(study.grids[STAGE_GPU].points, 3);
    latency_s = gpu_columns(&study.results[STAGE_GPU]).latency_s[0];
    release();

    CU_ASSERT_EQUAL_FATAL(evaluate_settings(given, FIELD_COUNT_OF(given), &err),
                          STATUS_OK);
    CU_ASSERT(!(study.grids[STAGE_ARRAY].axes & AXIS_BIT(machine)));
    CU_ASSERT_EQUAL(gpu_columns(&study.results[STAGE_GPU]).latency_s[0], latency_s);
    release();

    CU_ASSERT_EQUAL_FATAL(evaluate_settings(fields, FIELD_COUNT_OF(fields), &err),
                          STATUS_OK);
    a = array_columns(&study.results[STAGE_ARRAY]);
    CU_ASSERT_EQUAL_FATAL(study.grids[STAGE_ARRAY].points, 8);
    CU_ASSERT_EQUAL(a.resolved_capacity_bytes[0], 1 << 20);
    CU_ASSERT_EQUAL(a.resolved_capacity_bytes[1], 2816 << 10);
    release();
}

/* A cache of no machine has a capacity, too. */
static void an_array_alone_has_a_capacity(void)
{
    static const char *const settings[] = { "technology=sram" };
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(evaluate_settings(settings, 1, &err), STATUS_OK);
    CU_ASSERT_EQUAL(
        array_columns(&study.results[STAGE_ARRAY]).resolved_capacity_bytes[0], 3 << 20);
    release();
}

SUITE(machine, TEST(a_cache_is_its_machines), TEST(an_array_alone_has_a_capacity),
      TEST(a_machine_without_engines_has_no_memories_of_them),
      TEST(the_clock_falls_at_the_power_limit),
      TEST(a_cache_that_leaks_more_than_the_board_gets_is_infeasible),
      TEST(units_of_every_precision_can_be_supplied),
      TEST(low_precision_takes_no_more_than_the_board),
      TEST(a_serial_time_base_adds_up_accesses),
      TEST(a_question_without_an_answer_has_no_result),
      TEST(a_machine_is_evaluated_by_its_own_stage_alone),
      TEST(its_latency_is_that_stages), TEST(a_budget_buys_copies),
      TEST(a_dram_budget_varies_alone), TEST(machines_of_unknown_area_fit_no_budget),
      TEST(a_single_machine_needs_no_other_kinds),
      TEST(a_machines_axes_cannot_be_given_beside_it),
      TEST(a_stage_has_each_machine_once), TEST(every_family_has_its_name_and_kind),
      TEST(a_stage_for_no_machine_of_the_sweep_is_refused));
