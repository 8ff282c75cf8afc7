/* The list of stages, and what their points are said to cost. */
#include "array_library.h"
#include "unit.h"

#include "columns/hdc_memory.h"
#include "machine/pe_array/mapping.h"
#include "workload/layer_cache.h"
#include "base/memory.h"
#include "config/sweep.h"
#include "stage/stage.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void every_stage_has_its_entry(void)
{
    for (enum stage_id id = 0; id < STAGE_COUNT; id++) {
        const struct stage *stage = stages[id];

        CU_ASSERT_PTR_NOT_NULL_FATAL(stage->name); /* else stages[] lacks it */
        CU_ASSERT_STRING_EQUAL(stage->name, word_name(stage_words, (int)id));
        CU_ASSERT_PTR_NULL(stage_renamed(stage->name));
        CU_ASSERT(stage->summary && stage->evaluate);
        CU_ASSERT(stage->point_s > 0 || stage->cost_s); /* they add up */
        CU_ASSERT(stage_declared_axes(id) && stage->block_points >= 1 &&
                  stage->metric_count >= 1);
        CU_ASSERT_EQUAL(stage->inputs >> id, 0); /* it reads earlier ones only */
    }
}

static void old_names_lead_to_new_ones(void)
{
    enum stage_id stage;
    size_t metric;

    CU_ASSERT_STRING_EQUAL(stage_renamed("cim_network"), "layerwise");
    CU_ASSERT_STRING_EQUAL(stage_renamed("crossbar"), "crossbar_subarray");
    CU_ASSERT_STRING_EQUAL(metric_renamed("crossbar_network/latency_s"),
                           "of the stage 'crossbar_chip'");
    CU_ASSERT_STRING_EQUAL(metric_renamed("crossbar_chip/crossbar_s"), "latency_s");
    CU_ASSERT_STRING_EQUAL(metric_renamed("network_compute_s"), "compute_s");
    CU_ASSERT_STRING_EQUAL(metric_renamed("network_memory_j"), "dram_j");
    CU_ASSERT_STRING_EQUAL(metric_renamed("video_result_s"), "result_s");
    CU_ASSERT_STRING_EQUAL(metric_renamed("hdc_memory/hdc_shift_s"), "shift_s");
    CU_ASSERT_STRING_EQUAL(metric_renamed("hdc_j"), "hdc_texts/energy_j");
    CU_ASSERT_EQUAL(
        metric_find("crossbar_chip/latency_s", NULL, STAGES_ALL, &stage, &metric, NULL),
        STATUS_OK);
    CU_ASSERT_PTR_NULL(metric_renamed("crossbar_chip/latency_s"));
}

static void metrics_have_names_of_their_own_within_a_stage(void)
{
    for (enum stage_id id = 0; id < STAGE_COUNT; id++)
        for (size_t m = 0; m < stages[id]->metric_count; m++) {
            enum stage_id found = STAGE_COUNT;
            size_t at = SIZE_MAX;

            CU_ASSERT_EQUAL(metric_find(stages[id]->metrics[m].name, NULL,
                                        STAGE_BIT(id), &found, &at, NULL),
                            STATUS_OK);
            CU_ASSERT(found == id && at == m);
            CU_ASSERT(!metric_renamed(stages[id]->metrics[m].name));
        }
}

/* What `name` means in a sweep of these axes; STAGE_COUNT if several stages are as near. */
static enum stage_id meant(const char *name, const char *const *settings, size_t count,
                           stage_mask named, struct error *why)
{
    struct sweep sweep;
    enum stage_id stage = STAGE_COUNT;
    size_t metric;

    CU_ASSERT_EQUAL_FATAL(
        sweep_from_settings(settings, count, shipped_library(), &sweep, why),
        STATUS_OK);
    sweep.stages = named;
    if (metric_find(name, &sweep, STAGES_ALL, &stage, &metric, why) != STATUS_OK)
        stage = STAGE_COUNT;
    sweep_free(&sweep);
    return stage;
}

static void a_bare_name_is_of_the_last_stage_then_of_the_nearest(void)
{
    static const char *const gpu[] = { "machine=gtx-1080-ti", "workload=alexnet",
                                       "technology=sram" };
    static const char *const kinds[] = { "machine=eyeriss,crossbar-chip",
                                         "workload=vgg8-cifar", "technology=sram" };
    const stage_mask both = STAGE_BIT(STAGE_CHIP) | STAGE_BIT(STAGE_CROSSBAR_CHIP);
    struct error why = { "" };

    CU_ASSERT_EQUAL(meant("area_m2", gpu, 3, 0, &why), STAGE_MACHINES);
    CU_ASSERT_EQUAL(meant("area_m2", gpu, 3, STAGE_BIT(STAGE_GPU), &why), STAGE_ARRAY);
    CU_ASSERT_EQUAL(meant("edp_js", gpu, 3, STAGE_BIT(STAGE_GPU), &why), STAGE_GPU);
    CU_ASSERT_EQUAL(meant("leakage_w", gpu, 3, 0, &why), STAGE_ARRAY);
    CU_ASSERT_EQUAL(meant("array/area_m2", gpu, 3, 0, &why), STAGE_ARRAY);
    CU_ASSERT_EQUAL(meant("area_m2", gpu, 3, STAGE_BIT(STAGE_SENSITIVITY), &why),
                    STAGE_MACHINES);
    CU_ASSERT_EQUAL(meant("latency_s", kinds, 3, 0, &why), STAGE_MACHINES);
    CU_ASSERT_EQUAL(meant("latency_s", kinds, 3, both, &why), STAGE_CROSSBAR_CHIP);
    CU_ASSERT_EQUAL(meant("part_j", kinds, 3, 0, &why), STAGE_COUNT);
    CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "chip/part_j, crossbar_chip/part_j"));
}

static void nearest_stages_have_the_fewest_reads_between(void)
{
    /* 4 reads 3 and 2, these read 1 and 0; 5 reads nothing */
    const uint64_t inputs[] = { 0, 0, 1 << 0, 1 << 1, 1 << 3 | 1 << 2, 0 };

    CU_ASSERT_EQUAL(stages_nearest(1 << 4 | 1 << 0, 0x1f, inputs), 1 << 4);
    CU_ASSERT_EQUAL(stages_nearest(1 << 3 | 1 << 0, 0x1f, inputs), 1 << 3);
    CU_ASSERT_EQUAL(stages_nearest(1 << 3 | 1 << 2, 0x1f, inputs), 1 << 3 | 1 << 2);
    CU_ASSERT_EQUAL(stages_nearest(1 << 4 | 1 << 3, 0x3f, inputs), 1 << 4);
    CU_ASSERT_EQUAL(stages_nearest(1 << 5, 0x1f, inputs), 0);
}

static void a_row_comes_back_from_its_columns(void)
{
    struct hdc_memory_row rows[2], back;
    struct hdc_memory_columns named;
    struct columns columns;

    for (size_t i = 0; i < 2 * sizeof *rows / sizeof(double); i++)
        ((double *)rows)[i] = 1 + (double)i;
    columns_alloc(STAGE_HDC_MEMORY, 3, &columns);
    named = hdc_memory_columns(&columns);
    columns_put(STAGE_HDC_MEMORY, &columns, 0, &rows[0]);
    columns_put(STAGE_HDC_MEMORY, &columns, 2, &rows[1]);
    CU_ASSERT_EQUAL(named.track_domains[0], rows[0].track_domains);
    CU_ASSERT(isnan(named.track_domains[1]));
    CU_ASSERT_EQUAL(named.machine_m2[2], rows[1].machine_m2);
    for (size_t i = 0; i < 2; i++) {
        columns_get(STAGE_HDC_MEMORY, &columns, 2 * i, &back);
        CU_ASSERT_EQUAL(memcmp(&back, &rows[i], sizeof back), 0);
    }
    columns_free(STAGE_HDC_MEMORY, &columns);
}

/* ---- costs */

static struct sweep sweep;
static struct study study;

static void release(void)
{
    study_free(&study);
    sweep_free(&sweep);
}

static double mapping_s(const char *accelerator, const char *workload,
                        const char *layer)
{
    char texts[3][80];
    const char *const settings[] = { texts[0], texts[1], texts[2] };
    struct error err = { "" };
    double total_s;

    snprintf(texts[0], sizeof texts[0], "machine=%s", accelerator);
    snprintf(texts[1], sizeof texts[1], "workload=%s", workload);
    snprintf(texts[2], sizeof texts[2], "layer=%s", layer);
    study = (struct study){ 0 };
    CU_ASSERT_EQUAL_FATAL(
        sweep_from_settings(settings, 3, shipped_library(), &sweep, &err), STATUS_OK);
    sweep.stages = STAGE_BIT(STAGE_MAPPING);
    CU_ASSERT_EQUAL_FATAL(study_init(&study, &sweep, shipped_library(), &err),
                          STATUS_OK);
    total_s = stage_total_s(&study, STAGE_MAPPING);
    release();
    return total_s;
}

/* On EIE every input of a layer visits every PE; a search grows with what it searches. */
static void costs_follow_the_layers(void)
{
    double network_s = mapping_s("eie-64", "vgg16", "all");
    double last_s = mapping_s("eie-64", "vgg16", "13"); /* 512 x 3 x 3 inputs */

    CU_ASSERT(network_s > last_s);
    CU_ASSERT(last_s > 50 * mapping_s("eie-64", "vgg16", "1"));     /* 3 x 3 x 3 */
    CU_ASSERT(last_s > 4 * mapping_s("eie-64", "vgg8-cifar", "8")); /* 1024 x 10 */
    CU_ASSERT(network_s > 100 * mapping_s("systolic-32", "vgg16", "all"));
    CU_ASSERT(mapping_s("timeloop-eyeriss", "alexnet", "3") >
              1e4 * mapping_s("timeloop-eyeriss-stated", "timeloop-default", "1"));
    CU_ASSERT(mapping_s("scalesim-32", "vgg16", "all") >
              mapping_s("scalesim-32", "squeezenet", "all"));
    CU_ASSERT(mapping_s("eyeriss-like", "bert-base", "all") >
              20 * mapping_s("eyeriss-like", "vgg8-cifar", "all"));
}

static double cpu_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Estimates stand to each other as times do, whatever the machine and its load. */
static void costs_stand_to_each_other_as_times(void)
{
    static const char *const cases[][2] = {
        { "eie-64", "squeezenet" },
        { "eie-64", "eie9" },
        { "eyeriss-like", "bert-base" },
        { "scalesim-32", "alexnet" },
        { "systolic-32", "vgg16" },
        { "timeloop-weight-stationary", "timeloop-default" },
    };
    double least = INFINITY, most = 0;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct library *library = shipped_library();
        const struct pe_array *accelerator = (const struct pe_array *)library_find(
            library, RECORDS_MACHINE, cases[i][0]);
        const struct workload *workload = (const struct workload *)library_find(
            library, RECORDS_WORKLOAD, cases[i][1]);
        struct pe_machine machine = { .array = *accelerator, .bits = 8 };
        struct mac_layers layers;
        struct mapping mapping;
        double begin_s, took_s, ratio;
        unsigned times = 0;

        CU_ASSERT_EQUAL_FATAL(
            mac_layers_create(&layers, workload, PHASE_INFERENCE, 1, 0, NULL),
            STATUS_OK);
        begin_s = cpu_s();
        do {
            (void)pe_machine_map(&machine, &layers, 0, &mapping, NULL);
            took_s = cpu_s() - begin_s;
        } while (++times < 1000 && took_s < 0.01);
        ratio = pe_machine_map_s(&machine, &layers, 0) / (took_s / times);
        least = fmin(least, ratio);
        most = fmax(most, ratio);
        mac_layers_free(&layers);
    }
    CU_ASSERT(most < 30 * least);
}

/* Layers that are alike are mapped once; the sum is that of mapping them all. */
static void layers_alike_change_no_mapping(void)
{
    static const char *const cases[][2] = { { "eyeriss-like", "bert-base" },
                                            { "eie-64", "squeezenet" },
                                            { "scalesim-32", "mobilenet-v2" } };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct library *library = shipped_library();
        struct pe_machine machine = { .array = *(const struct pe_array *)library_find(
                                          library, RECORDS_MACHINE, cases[i][0]),
                                      .bits = 8 };
        struct mapping once, all;
        struct mac_layers layers, plain;
        size_t alike = 0;

        CU_ASSERT_EQUAL_FATAL(
            mac_layers_create(&layers,
                              (const struct workload *)library_find(
                                  library, RECORDS_WORKLOAD, cases[i][1]),
                              PHASE_INFERENCE, 1, 0, NULL),
            STATUS_OK);
        plain = layers;
        plain.first_alike = NULL;
        for (size_t l = 0; l < layers.count; l++)
            alike += layers.first_alike[l] < l;
        CU_ASSERT(alike > 0);
        CU_ASSERT_EQUAL(pe_machine_map(&machine, &layers, 0, &once, NULL), STATUS_OK);
        CU_ASSERT_EQUAL(pe_machine_map(&machine, &plain, 0, &all, NULL), STATUS_OK);
        CU_ASSERT_EQUAL(memcmp(&once, &all, sizeof once), 0);
        CU_ASSERT(pe_machine_map_s(&machine, &layers, 0) <
                  pe_machine_map_s(&machine, &plain, 0));
        mac_layers_free(&layers);
    }
}

/* Every stage of the study: costs are numbers, some of them positive. */
static void costs_check(void)
{
    for (enum stage_id id = 0; id < STAGE_COUNT; id++) {
        const struct grid *grid = &study.grids[id];
        uint64_t step = grid->points / 200 + 1;
        struct layer_cache layers = { .count = 0 };

        if (!(study.stages >> id & 1))
            continue;
        for (uint64_t i = 0; i < grid->points; i += step) {
            struct point point;
            double cost_s;

            grid_point(grid, &sweep.space, i, &point);
            cost_s = stage_cost_s(&study, id, &point, &layers);
            CU_ASSERT(isfinite(cost_s));
            CU_ASSERT(grid_is_excluded(grid, &sweep.space, &point) ? cost_s == 0
                                                                   : cost_s > 0);
        }
        layer_cache_free(&layers);
        CU_ASSERT(isfinite(stage_total_s(&study, id)) && stage_total_s(&study, id) > 0);
    }
}

/* Blocks of the mapping stage: none holds a quarter of what several ranks should share
 * beside its costliest point; and where points are cheap they are as large as they may. */
static void blocks_check(void)
{
    const struct stage *stage = stages[STAGE_MAPPING];
    const struct grid *grid = &study.grids[STAGE_MAPPING];
    uint64_t block_points = stage_block_points(&study, stage, STAGE_MAPPING);
    struct layer_cache layers = { .count = 0 };
    double total_s = 0, block_s = 0, block_most_s = 0, point_most_s = 0;

    for (uint64_t i = 0; i < grid->points; i++) {
        struct point point;
        double cost_s;

        grid_point(grid, &sweep.space, i, &point);
        cost_s = stage_cost_s(&study, STAGE_MAPPING, &point, &layers);
        block_s = i % block_points == 0 ? cost_s : block_s + cost_s;
        block_most_s = fmax(block_most_s, block_s);
        point_most_s = fmax(point_most_s, cost_s);
        total_s += cost_s;
    }
    layer_cache_free(&layers);
    CU_ASSERT(block_points >= 1 && block_points <= stage->block_points);
    if (total_s > 0.02)
        CU_ASSERT(block_most_s - point_most_s < total_s / 4);
    if (total_s / (double)grid->points * (double)stage->block_points < stage->block_s)
        CU_ASSERT_EQUAL(block_points, stage->block_points);
}

static void shipped_sweeps_have_costs_and_blocks_to_share(void)
{
    char *folder = library_default_folder(), *sweeps = alloc_printf("%s/..", folder);
    unsigned read = 0;
    DIR *directory = opendir(sweeps);
    const struct dirent *entry;

    CU_ASSERT_PTR_NOT_NULL_FATAL(directory);
    while ((entry = readdir(directory))) {
        char *file = alloc_printf("%s/%s", sweeps, entry->d_name);
        struct error err = { "" };

        if (strstr(entry->d_name, ".cfg")) {
            study = (struct study){ 0 };
            CU_ASSERT_EQUAL_FATAL(sweep_read(file, shipped_library(), &sweep, &err),
                                  STATUS_OK);
            CU_ASSERT_EQUAL_FATAL(study_init(&study, &sweep, shipped_library(), &err),
                                  STATUS_OK);
            costs_check();
            if (study.stages >> STAGE_MAPPING & 1)
                blocks_check();
            release();
            read++;
        }
        free(file);
    }
    closedir(directory);
    free(folder);
    free(sweeps);
    CU_ASSERT(read > 40);
}

SUITE(stage, TEST(every_stage_has_its_entry), TEST(old_names_lead_to_new_ones),
      TEST(a_bare_name_is_of_the_last_stage_then_of_the_nearest),
      TEST(nearest_stages_have_the_fewest_reads_between),
      TEST(metrics_have_names_of_their_own_within_a_stage),
      TEST(a_row_comes_back_from_its_columns), TEST(costs_follow_the_layers),
      TEST(costs_stand_to_each_other_as_times), TEST(layers_alike_change_no_mapping),
      TEST(shipped_sweeps_have_costs_and_blocks_to_share));
