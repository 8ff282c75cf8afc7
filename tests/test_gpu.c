#include "unit.h"

#include "base/units.h"
#include "config/library.h"
#include "machine/gpu/kernels.h"
#include "machine/gpu/traffic.h"
#include "set_associative.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Four processors, one block of 128 x 128 x 32 each; lines of 32 words. */
static const struct gpu small = {
    .machine = { .family = FAMILY_GPU },
    .processors = 4,
    .clock_hz = 1e9,
    .peak_macs_hz = 1e9,
    .kernel_efficiency = 1,
    .sustained_share = 1,
    .tile_m = 128,
    .tile_n = 128,
    .tile_k = 32,
    .blocks_per_processor = 1,
    .l1_bypass = true,
    .llc_line_bytes = 128,
    .llc_sector_bytes = 32,
    .llc_slices = 1,
};

static struct layer layer_of(struct layer layer)
{
    layer.input = layer.input ? layer.input : "";
    layer.first = layer.weights_of = "";
    layer.stride = layer.stride ? layer.stride : 1;
    layer.dilation = layer.dilation ? layer.dilation : 1;
    layer.groups = layer.groups ? layer.groups : 1;
    layer.heads = layer.count = 1;
    return layer;
}

static struct reuse_curve curve_of(const struct gpu *gpu, struct layer *layers,
                                   size_t count, enum phase phase, uint64_t batch)
{
    struct workload workload = { .layers = layers,
                                 .layers_count = count,
                                 .sequence_length = 16 };
    struct reuse_curve curve = { .reads = -1 };
    struct error err = { "" };

    CU_ASSERT_EQUAL(
        reuse_evaluate(gpu, &workload, phase, batch, 32, 0, 0, &curve, &err),
        STATUS_OK);
    return curve;
}

static void product_makes_the_accesses_counted_by_hand(void)
{
    /* 256 x 256 x 256 words: each operand lies in 256 * 256 / 32 = 2048 lines; a is read
     * by both columns of tiles, b by both rows, c is written once. */
    struct layer gemm = layer_of((struct layer){
        .name = "gemm", .kind = LAYER_GEMM, .m = 256, .n = 256, .k = 256 });
    struct reuse_curve curve = curve_of(&small, &gemm, 1, PHASE_INFERENCE, 1);

    CU_ASSERT_EQUAL(curve.reads, 2 * 2048 + 2 * 2048);
    CU_ASSERT_EQUAL(curve.writes, 2048);
    CU_ASSERT_EQUAL(curve.read_bytes, curve.reads * 128);
    CU_ASSERT_EQUAL(curve.footprint_bytes, 3 * 2048 * 128);
    CU_ASSERT_EQUAL(curve.macs, 256.0 * 256 * 256);
    /* four blocks on four processors at 1e9 a second in all */
    ASSERT_NEAR(curve.compute_s, 256.0 * 256 * 256 / 1e9, 1e-12);
    CU_ASSERT_EQUAL(curve.method, REUSE_EXACT);
    /* 16 KiB hold a step of four blocks only in part; 2 MiB hold everything. */
    CU_ASSERT(curve.read_misses[0] >= 2 * 2048);
    CU_ASSERT_EQUAL(curve_at(curve.read_misses, 2 * MIB), 0);
    CU_ASSERT_EQUAL(curve_at(curve.writebacks, 2 * MIB), 0);
}

static void convolution_makes_the_accesses_counted_by_hand(void)
{
    /* 4 channels of 32 x 32 words: an image row is a line.  128 outputs: one row of tiles.
     * Tap row r falls on 31, 32 or 31 image rows, each for three tap columns, all four
     * output rows of 32 pixels of a tile in one tile.  Weights: 128 rows of 36 words in
     * 1152 / 8 = 144 lines, read by each of the 8 tiles of pixels in two steps (32 and 4
     * deep): counted below.  The image is uploaded in 128 lines. */
    struct layer layers[] = {
        layer_of((struct layer){ .name = "data",
                                 .kind = LAYER_INPUT,
                                 .channels = 4,
                                 .height = 32,
                                 .width = 32 }),
        layer_of((struct layer){ .name = "conv",
                                 .kind = LAYER_CONVOLUTION,
                                 .outputs = 128,
                                 .kernel = 3,
                                 .pad = 1 }),
    };
    struct reuse_curve curve = curve_of(&small, layers, 2, PHASE_INFERENCE, 1);
    uint64_t weight_accesses = 0;

    /* Words 0..31 and 32..35 of each row, which begins at word 36 row. */
    for (uint64_t row = 0; row < 128; row++)
        weight_accesses += (36 * row + 31) / 32 - 36 * row / 32 + 1 +
                           (36 * row + 35) / 32 - (36 * row + 32) / 32 + 1;
    CU_ASSERT_EQUAL(curve.reads, 4 * 3 * (31 + 32 + 31) + 8 * weight_accesses);
    CU_ASSERT_EQUAL(curve.writes, 128 + 128 * 32);
    CU_ASSERT_EQUAL(curve.macs, 128.0 * 36 * 1024);
}

static void caching_loads_in_the_l1_leaves_one_access_per_step(void)
{
    struct gpu caching = small;
    struct layer layers[] = {
        layer_of((struct layer){ .name = "data",
                                 .kind = LAYER_INPUT,
                                 .channels = 4,
                                 .height = 32,
                                 .width = 32 }),
        layer_of((struct layer){ .name = "conv",
                                 .kind = LAYER_CONVOLUTION,
                                 .outputs = 128,
                                 .kernel = 3,
                                 .pad = 1 }),
    };

    caching.l1_bypass = false;
    CU_ASSERT(curve_of(&caching, layers, 2, PHASE_INFERENCE, 1).reads <
              curve_of(&small, layers, 2, PHASE_INFERENCE, 1).reads);
}

static void training_computes_three_times_what_inference_does(void)
{
    /* Less the data gradient of the first layer, which nobody wants. */
    struct layer layers[] = {
        layer_of((struct layer){ .name = "data",
                                 .kind = LAYER_INPUT,
                                 .channels = 3,
                                 .height = 16,
                                 .width = 16 }),
        layer_of((struct layer){ .name = "conv1",
                                 .kind = LAYER_CONVOLUTION,
                                 .outputs = 8,
                                 .kernel = 3,
                                 .pad = 1,
                                 .stride = 2 }),
        layer_of((struct layer){ .name = "conv2",
                                 .kind = LAYER_CONVOLUTION,
                                 .outputs = 8,
                                 .kernel = 3,
                                 .pad = 1,
                                 .stride = 2 }),
        layer_of((struct layer){
            .name = "fc", .kind = LAYER_FULLY_CONNECTED, .outputs = 10 }),
    };
    double first = 8.0 * 3 * 9 * 8 * 8, second = 8.0 * 8 * 9 * 4 * 4,
           last = 8.0 * 16 * 10;
    struct reuse_curve forward = curve_of(&small, layers, 4, PHASE_INFERENCE, 2);
    struct reuse_curve training = curve_of(&small, layers, 4, PHASE_TRAINING, 2);

    ASSERT_NEAR(forward.macs, 2 * (first + second + last), 1e-12);
    ASSERT_NEAR(training.macs, 2 * (2 * first + 3 * second + 3 * last), 1e-12);
    CU_ASSERT(training.footprint_bytes > 2 * forward.footprint_bytes);
}

static void unrolling_adds_the_workspace_and_no_arithmetic(void)
{
    /* 4 channels of 32 x 32, 3 x 3 taps: 36 x 1024 words in 1152 lines; each of two images
     * writes them once and its product reads them once (128 outputs: one row of tiles).
     * Reads of images: nine loads of 128 lines each; weights as without unrolling, a tile
     * of pixels being in one image there, too. */
    struct gpu unrolling = small;
    struct layer layers[] = {
        layer_of((struct layer){ .name = "data",
                                 .kind = LAYER_INPUT,
                                 .channels = 4,
                                 .height = 32,
                                 .width = 32 }),
        layer_of((struct layer){ .name = "conv",
                                 .kind = LAYER_CONVOLUTION,
                                 .outputs = 128,
                                 .kernel = 3,
                                 .pad = 1 }),
    };
    struct reuse_curve direct = curve_of(&small, layers, 2, PHASE_INFERENCE, 2);
    struct reuse_curve unrolled;

    unrolling.unrolls_convolutions = true;
    unrolled = curve_of(&unrolling, layers, 2, PHASE_INFERENCE, 2);
    CU_ASSERT_EQUAL(unrolled.macs, direct.macs);
    CU_ASSERT_EQUAL(unrolled.writes, direct.writes + 2 * 1152);
    CU_ASSERT_EQUAL(unrolled.footprint_bytes, direct.footprint_bytes + 1152 * 128);
    CU_ASSERT_EQUAL(unrolled.reads,
                    direct.reads - 2 * 4 * 3 * (31 + 32 + 31) + 2 * (9 * 128 + 1152));
    ASSERT_NEAR(curve_of(&unrolling, layers, 2, PHASE_TRAINING, 2).macs,
                2 * unrolled.macs, 1e-12);
}

static void footprint_follows_precision(void)
{
    struct layer gemm = layer_of((struct layer){
        .name = "gemm", .kind = LAYER_GEMM, .m = 256, .n = 256, .k = 256 });
    struct workload workload = { .layers = &gemm, .layers_count = 1 };
    double bytes[3] = { 0 };
    static const unsigned bits[3] = { 32, 16, 8 };

    for (int i = 0; i < 3; i++) {
        struct reuse_curve curve;

        CU_ASSERT_EQUAL(reuse_evaluate(&small, &workload, PHASE_INFERENCE, 1, bits[i],
                                       0, 0, &curve, NULL),
                        STATUS_OK);
        bytes[i] = curve.footprint_bytes;
    }
    ASSERT_NEAR(bytes[1], bytes[0] / 2, 1e-12);
    ASSERT_NEAR(bytes[2], bytes[0] / 4, 1e-12);
}

/* ---- with the library's networks */

static struct record_table workloads, machines;

static void open_library(void)
{
    char *folder = library_default_folder();
    const char *folders[] = { folder };
    struct error err = { "" };

    CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
    CU_ASSERT_EQUAL_FATAL(
        record_table_read(folders, 1, &workload_schema, &workloads, &err), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(
        record_table_read(folders, 1, &machine_schema, &machines, &err), STATUS_OK);
    free(folder);
}

static void close_library(void)
{
    record_table_free(&workloads);
    record_table_free(&machines);
}

static const void *record_named(const struct record_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (!strcmp(((struct record *)table->records[i])->name, name))
            return table->records[i];
    CU_FAIL_FATAL("no such record");
    return NULL;
}

static struct evaluation evaluation_of(const char *workload, enum phase phase,
                                       uint64_t batch)
{
    return (struct evaluation){
        .gpu = record_named(&machines, "gtx-1080-ti"),
        .workload = record_named(&workloads, workload),
        .phase = phase,
        .batch = batch,
        .precision_bits = 32,
    };
}

/* 2.75 MiB is the card's own geometry: 22 slices of 64 sets of 16 ways. */
static const double cache_mib[] = { 0.5, 2.75, 8 };
enum { CACHES = sizeof cache_mib / sizeof *cache_mib };

static void caches_sink(void *caches, const uint32_t *accesses, size_t count)
{
    set_associative_access_all(caches, CACHES, accesses, count);
}

static void alexnet_agrees_with_set_associative_caches(void)
{
    struct set_associative *caches[CACHES];
    struct access_sink sink = { .accesses = caches_sink, .self = caches };
    static struct reuse_curve curve;
    struct evaluation evaluation;

    open_library();
    evaluation = evaluation_of("alexnet", PHASE_INFERENCE, 4);
    CU_ASSERT_EQUAL_FATAL(gpu_measure(&evaluation, 0, &curve, NULL, NULL), STATUS_OK);
    for (int i = 0; i < CACHES; i++)
        caches[i] = set_associative_create((uint64_t)(cache_mib[i] * MIB) / 128 / 16,
                                           16, INDEX_HASHED);
    gpu_stream(&evaluation, 0, sink, NULL); /* fills the caches */
    for (int i = 0; i < CACHES; i++)
        set_associative_reset(caches[i]);
    gpu_stream(&evaluation, 0, sink, NULL);
    for (int i = 0; i < CACHES; i++) {
        struct set_associative_counts counts = set_associative_counts(caches[i]);
        struct traffic traffic = traffic_at(&curve, cache_mib[i] * MIB);

        CU_ASSERT_EQUAL((double)counts.accesses, curve.reads + curve.writes);
        ASSERT_NEAR(traffic.dram_reads, (double)counts.read_misses, 0.02);
        ASSERT_NEAR(traffic.dram_reads + traffic.dram_writes,
                    (double)(counts.read_misses + counts.writebacks), 0.02);
        set_associative_free(caches[i]);
    }
    close_library();
}

static void samples_stay_within_their_stated_error(void)
{
    static const struct {
        const char *workload;
        unsigned shift;
    } cases[] = { { "squeezenet", 3 },
                  { "squeezenet", 6 },
                  { "alexnet", 6 },
                  { "cct-7-3x1", 5 },
                  { "mobilenet-v3", 6 } };
    static struct reuse_curve exact, sample;

    open_library();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct evaluation evaluation = evaluation_of(cases[i].workload, PHASE_INFERENCE,
                                                     2);
        double worst = 0, accesses;

        CU_ASSERT_EQUAL_FATAL(gpu_measure(&evaluation, 0, &exact, NULL, NULL),
                              STATUS_OK);
        CU_ASSERT_EQUAL_FATAL(
            gpu_measure(&evaluation, cases[i].shift, &sample, NULL, NULL), STATUS_OK);
        accesses = exact.reads + exact.writes;
        for (unsigned p = curve_bin(512 * KIB); p < CURVE_POINTS; p++) {
            double difference = sample.read_misses[p] + sample.write_misses[p] -
                                exact.read_misses[p] - exact.write_misses[p];

            worst = fmax(worst, fabs(difference) / accesses);
        }
        CU_ASSERT(worst <= sample.error);
        CU_ASSERT(sample.error < 0.05);
        ASSERT_NEAR(sample.reads, exact.reads, 0.01);
        ASSERT_NEAR(sample.writes, exact.writes, 0.01);
        CU_ASSERT_EQUAL(sample.macs, exact.macs);
    }
    close_library();
}

static void curves_are_the_same_every_time_and_never_rise(void)
{
    static struct reuse_curve first, second;
    struct evaluation evaluation;

    open_library();
    evaluation = evaluation_of("squeezenet", PHASE_TRAINING, 8);
    CU_ASSERT_EQUAL(gpu_measure(&evaluation, 4, &first, NULL, NULL), STATUS_OK);
    CU_ASSERT_EQUAL(gpu_measure(&evaluation, 4, &second, NULL, NULL), STATUS_OK);
    CU_ASSERT_EQUAL(memcmp(&first, &second, sizeof first), 0);
    for (unsigned i = 1; i < CURVE_POINTS; i++) {
        CU_ASSERT(first.read_misses[i] <= first.read_misses[i - 1] * (1 + 1e-12));
        CU_ASSERT(first.writebacks[i] <= first.writebacks[i - 1] * (1 + 1e-12));
    }
    close_library();
}

static void every_workload_runs_in_every_phase_it_has(void)
{
    open_library();
    for (size_t i = 0; i < workloads.count; i++)
        for (enum phase phase = PHASE_INFERENCE; phase <= PHASE_DECODE; phase++) {
            const struct gpu *gpu = record_named(&machines, "gtx-1080-ti");
            const struct workload *workload = workloads.records[i];
            static struct reuse_curve curve;
            struct error err = { "" };
            struct traffic traffic;
            enum status status = reuse_evaluate(gpu, workload, phase, 1, 32, 32, 1,
                                                &curve, &err);

            if (status == STATUS_INFEASIBLE)
                continue;
            if (status != STATUS_OK)
                printf("%s %d: %s\n", workload->record.name, phase, err.text);
            CU_ASSERT_EQUAL_FATAL(status, STATUS_OK);
            traffic = traffic_at(&curve, 3 * MIB);
            CU_ASSERT(curve.reads > 0);
            CU_ASSERT(curve.macs == 0 || curve.compute_s > 0);
            if (curve.footprint_bytes <= 3 * MIB)
                continue; /* attention alone: all of it stays from run to run */
            CU_ASSERT(curve.reads > traffic.dram_reads && traffic.dram_reads > 0);
            CU_ASSERT(traffic.miss_ratio > 0 && traffic.miss_ratio < 1);
        }
    close_library();
}

static void impossible_requests_are_refused(void)
{
    struct layer gemm = layer_of(
        (struct layer){ .name = "gemm", .kind = LAYER_GEMM, .m = 8, .n = 8, .k = 8 });
    struct workload workload = { .layers = &gemm, .layers_count = 1 };
    struct reuse_curve curve;
    struct error err = { "" };

    CU_ASSERT_EQUAL(
        reuse_evaluate(&small, &workload, PHASE_INFERENCE, 0, 32, 0, 0, &curve, &err),
        STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "batch is 0"));
    CU_ASSERT_EQUAL(
        reuse_evaluate(&small, &workload, PHASE_INFERENCE, 1, 65, 0, 0, &curve, &err),
        STATUS_INPUT);
    gemm.m = gemm.n = gemm.k = 1 << 24;
    CU_ASSERT_EQUAL(
        reuse_evaluate(&small, &workload, PHASE_INFERENCE, 1, 32, 0, 1, &curve, &err),
        STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "too large to follow"));
    CU_ASSERT_EQUAL(
        reuse_evaluate(&small, &workload, PHASE_DECODE, 1, 32, 0, 0, &curve, &err),
        STATUS_INFEASIBLE);
}

SUITE(gpu, TEST(product_makes_the_accesses_counted_by_hand),
      TEST(convolution_makes_the_accesses_counted_by_hand),
      TEST(caching_loads_in_the_l1_leaves_one_access_per_step),
      TEST(training_computes_three_times_what_inference_does),
      TEST(unrolling_adds_the_workspace_and_no_arithmetic),
      TEST(footprint_follows_precision),
      TEST(alexnet_agrees_with_set_associative_caches),
      TEST(samples_stay_within_their_stated_error),
      TEST(curves_are_the_same_every_time_and_never_rise),
      TEST(every_workload_runs_in_every_phase_it_has),
      TEST(impossible_requests_are_refused));
