/* Kernels counted by thread blocks, against the walk over every line and against what an
 * A100's counters show. */
#include "unit.h"

#include "base/divide.h"
#include "base/memory.h"
#include "machine/collective.h"
#include "machine/gpu/block_gpu.h"
#include "machine/gpu/block_stream.h"
#include "machine/gpu/kernel.h"
#include "machine/gpu/software.h"
#include "workload/stack_distance.h"

#include <math.h>
#include <stdlib.h>

/* Fully associative, in step, column after column: what kernel.c walks through. */
static const struct gpu in_step = {
    .clock_hz = 1e9,
    .peak_macs_hz = 1e12,
    .kernel_efficiency = 1,
    .sustained_share = 1,
    .llc_dies = 1,
    .tile_m = 128,
    .tile_n = 128,
    .tile_k = 64,
    .blocks_per_processor = 1,
    .stages = 2,
    .block_order = BLOCK_ORDER_COLUMNS,
    .llc_line_bytes = 128,
    .llc_sector_bytes = 32,
    .llc_copies = 1,
    .llc_bytes_per_s = 1e12,
    .dram_bytes_per_s = 1e11,
    .dram_share = 1,
};

static uint64_t draw(uint64_t *state, uint64_t low, uint64_t high)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return low + (*state >> 33) % (high - low + 1);
}

struct shape {
    uint64_t m, n, k;
};

static void walked(const struct gpu *gpu, struct shape s, struct reuse_curve *curve)
{
    uint64_t a = s.m * s.k / 64, b = s.n * s.k / 64, c = s.m * s.n / 64;
    struct stack_distance *stack = stack_distance_create(a + b + c + 1, 128);
    struct kernel_stream stream;
    struct kernel_product product = {
        .m = s.m,
        .n = s.n,
        .k = s.k,
        .products = 1,
        .a = operand_matrix(0, true, s.m, s.k),
        .b = operand_matrix(a, true, s.n, s.k),
        .c = operand_matrix(a + b, true, s.m, s.n),
        .useful = 1,
    };

    kernel_stream_create(
        &stream, gpu, 16, 0,
        (struct access_sink){ .accesses = stack_distance_sink, .self = stack });
    kernel_product(&stream, &product);
    kernel_stream_flush(&stream);
    kernel_stream_free(&stream);
    stack_distance_finish(stack, 1, 0, curve);
    stack_distance_free(stack);
}

static void counted(const struct gpu *gpu, struct shape s, struct reuse_curve *curve)
{
    uint64_t a = s.m * s.k / 64, b = s.n * s.k / 64, c = s.m * s.n / 64;
    struct block_stream *blocks = block_stream_create(gpu);
    struct block_product product = {
        .m = s.m,
        .n = s.n,
        .k = s.k,
        .products = 1,
        .splits = 1,
        .tile_m = gpu->tile_m,
        .tile_n = gpu->tile_n,
        .blocks_per_processor = gpu->blocks_per_processor,
        .a_bytes = 2,
        .b_bytes = 2,
        .c_bytes = 2,
    };
    struct block_touch touches[] = { { .extent = { 0, a }, .writes = false },
                                     { .extent = { a, b }, .writes = false },
                                     { .extent = { a + b, c }, .writes = true } };

    block_stream_product(blocks, &product, touches, 3, 0);
    block_stream_begin(blocks);
    block_stream_product(blocks, &product, touches, 3, 0);
    block_stream_finish(blocks, curve, curve->kernel_s);
    block_stream_free(blocks);
}

/* How far the model's miss ratio lies outside of the exact ones at capacities from a factor
 * `within` below to as much above: near a cliff equal capacities tell nothing. */
static double outside(const struct reuse_curve *model, const struct reuse_curve *exact,
                      unsigned c, double within)
{
    double accesses = exact->reads + exact->writes, at = curve_capacity_bytes(c);
    double high = curve_at(exact->read_misses, at / within);
    double low = curve_at(exact->read_misses, at * within);

    return fmax(model->read_misses[c] - high, low - model->read_misses[c]) / accesses;
}

/* 100 random products: all accesses counted alike; the miss ratio, from the capacity on that
 * holds two steps of a wave, 0.01 off in the mean, and within 0.02 of what the exact walk finds
 * within a fifth of the capacity at 99 of 100 capacities, within 0.1 at all (COUNTED_ERROR). */
static void products_miss_as_walked(void)
{
    struct reuse_curve *exact = alloc_array(1, sizeof *exact);
    struct reuse_curve *model = alloc_array(1, sizeof *model);
    uint64_t state = 7;
    double sum = 0, count = 0, far = 0, worst = 0;

    for (int i = 0; i < 100; i++) {
        struct gpu gpu = in_step;
        struct shape s = { 128 * draw(&state, 4, 16), 128 * draw(&state, 4, 16),
                           64 * draw(&state, 2, 24) };
        double step_bytes, accesses, off;

        gpu.processors = draw(&state, 4, 16);
        step_bytes = (double)gpu.processors * 2 * 128 * 64 * 2;
        walked(&gpu, s, exact);
        counted(&gpu, s, model);
        accesses = exact->reads + exact->writes;
        CU_ASSERT_DOUBLE_EQUAL(model->reads / exact->reads, 1, 1e-9);
        CU_ASSERT_DOUBLE_EQUAL(model->writes / exact->writes, 1, 1e-9);
        for (unsigned c = 0; c < CURVE_POINTS; c++) {
            if (curve_capacity_bytes(c) < 2 * step_bytes)
                continue;
            off = outside(model, exact, c, 1.2);
            far += off > 0.02;
            worst = fmax(worst, off);
            sum += fabs(model->read_misses[c] - exact->read_misses[c]) / accesses;
            count += 1;
        }
    }
    CU_ASSERT(sum / count <= 0.01);
    CU_ASSERT(far / count <= 0.01);
    CU_ASSERT(worst <= 0.1);
    free(exact);
    free(model);
}

/* A network's product takes what `traffic` says of it: one price.  Its operands are far larger
 * than the cache, so that neither finds anything of the run before. */
static void products_have_one_price(void)
{
    static const uint64_t shapes[][3] = {
        { 16384, 8192, 4096 }, /* tiles */
        { 4096, 64, 65536 },   /* k is split */
        { 65536, 1, 16384 },   /* matrix times vector */
    };
    struct gpu gpu = in_step;

    gpu.processors = 16;
    gpu.launch_s = 5e-6;
    gpu.step_s = 1e-6;
    for (size_t i = 0; i < 3; i++) {
        uint64_t m = shapes[i][0], n = shapes[i][1], k = shapes[i][2];
        struct gpu_product product = {
            .m = m, .n = n, .k = k, .products = 1, .precision_bits = 16
        };
        double expected_s = gpu_product_cost(&gpu, &product, 1 << 20).time_s;
        struct block_stream *blocks = block_stream_create(&gpu);
        struct reuse_curve *curve = alloc_array(1, sizeof *curve);
        uint64_t a = m * k / 64, b = n * k / 64, c = div_up(m * n, 64);
        struct block_touch touches[] = { { .extent = { 0, a } },
                                         { .extent = { a, b } },
                                         { .extent = { a + b, c }, .writes = true } };

        for (int run = 0; run < 2; run++) {
            struct kernel_stream stream;

            if (run == 1)
                block_stream_begin(blocks);
            kernel_stream_create(&stream, &gpu, 16, 0, (struct access_sink){ 0 });
            stream.blocks = blocks;
            kernel_counted_product(&stream, m, n, k, 1, touches, 3);
            kernel_stream_free(&stream);
        }
        block_stream_finish(blocks, curve, curve->kernel_s);
        CU_ASSERT_DOUBLE_EQUAL(curve_at(curve->kernel_s, 1 << 20) / expected_s, 1,
                               0.02);
        block_stream_free(blocks);
        free(curve);
    }
}

/* Blocks that read other keys of one head read each key once, as one block does. */
static void split_keys_are_read_once(void)
{
    struct block_launch launch = { .processors = 16, .dies = 1 };
    struct block_attention attention = {
        .batch = 2,
        .heads = 4,
        .kv_heads = 4,
        .head_width = 64,
        .tokens = 1,
        .context = 4096,
        .splits = 1,
        .shared_tensors = 2,
        .own_reads = 1,
        .own_writes = 1,
        .tile_tokens = 128,
        .blocks_per_processor = 2,
        .element_bytes = 2,
        .shared_bytes = 1,
    };
    double capacity = 1 << 20, keys = 2.0 * 4 * 64 * 4096 * 2 * 1;

    for (uint64_t splits = 1; splits <= 16; splits *= 4) {
        struct block_traffic traffic;
        struct block_misses misses;

        attention.splits = splits;
        traffic = block_attention_traffic(&attention, &launch);
        block_traffic_misses(&traffic, &capacity, 1, &misses);
        CU_ASSERT_EQUAL(traffic.blocks, 8 * splits);
        CU_ASSERT_DOUBLE_EQUAL(misses.compulsory_bytes / keys, 1, 0.01);
        CU_ASSERT_DOUBLE_EQUAL(misses.refetched_bytes / keys, 0, 1e-9);
        block_reuse_free(traffic.reuse);
    }
}

/* Dies that take whole heads fetch each key once; dies that take blocks in turn each fetch it. */
static void dies_share_nothing(void)
{
    struct block_launch launch = { .processors = 64, .dies = 8 };
    struct block_attention attention = {
        .batch = 1,
        .heads = 16,
        .kv_heads = 16,
        .head_width = 128,
        .tokens = 8192,
        .context = 8192,
        .splits = 1,
        .shared_tensors = 2,
        .own_reads = 1,
        .own_writes = 1,
        .tile_tokens = 128,
        .blocks_per_processor = 1,
        .element_bytes = 2,
        .shared_bytes = 2,
    };
    double capacity = 64 << 20, keys = 16.0 * 8192 * 128 * 2 * 2;
    double read[2];

    for (int takes_heads = 0; takes_heads < 2; takes_heads++) {
        struct block_traffic traffic;
        struct block_misses misses;

        launch.dies_take_heads = takes_heads;
        traffic = block_attention_traffic(&attention, &launch);
        block_traffic_misses(&traffic, &capacity, 1, &misses);
        read[takes_heads] = misses.compulsory_bytes + misses.refetched_bytes - keys / 2;
        block_reuse_free(traffic.reuse);
    }
    CU_ASSERT_DOUBLE_EQUAL(read[1] / keys, 1, 0.01);
    CU_ASSERT_DOUBLE_EQUAL(read[0] / keys, 8, 0.01);
}

/* 64 x 64 tiles fill 108 processors 0.1 % better, but their operands take longer than the arithmetic
 * at 5120 bytes a clock. */
static void tiles_are_as_large_as_the_cache_asks(void)
{
    struct gpu a100 = in_step;
    struct gpu_product product = {
        .m = 12288, .n = 32768, .k = 12288, .products = 1, .precision_bits = 16
    };

    a100.processors = 108;
    a100.peak_macs_hz = 1.56e14;
    a100.llc_bytes_per_s = 5447e9;
    gpu_product_tiles(&a100, &product);
    CU_ASSERT_EQUAL(product.tile_m * product.tile_n, 256 * 128);
    a100.llc_bytes_per_s = 1e15;
    product.tile_m = product.tile_n = product.tile_k = product.splits = 0;
    gpu_product_tiles(&a100, &product);
    CU_ASSERT_EQUAL(product.tile_m * product.tile_n, 64 * 64);
}

/* NCCL's own figures: 3.6 us and 0.47 us a hop; 2 (n - 1) / n of a large buffer at 235 of 300
 * GB/s. */
static void exchanges_take_what_nccl_says(void)
{
    CU_ASSERT_EQUAL(server_allreduce_s(1e6, 1, 300e9), 0);
    CU_ASSERT_DOUBLE_EQUAL(server_allreduce_s(0, 8, 300e9), 3.6e-6 + 14 * 0.47e-6,
                           1e-12);
    CU_ASSERT_DOUBLE_EQUAL(
        server_allreduce_s(8e9, 8, 300e9) / (2 * 7 / 8.0 * 8e9 / 235e9), 1, 0.01);
}

/* Scales included: a block of q4_0 is 18 bytes for 32 values, of q8_0 34. */
static void formats_have_their_bits(void)
{
    CU_ASSERT_EQUAL(number_format_bits(FORMAT_PRECISION, 16), 16);
    CU_ASSERT_EQUAL(number_format_bits(FORMAT_INT8, 16), 8);
    CU_ASSERT_EQUAL(number_format_bits(FORMAT_Q4_0, 16), 18 * 8 / 32.0);
    CU_ASSERT_EQUAL(number_format_bits(FORMAT_Q8_0, 16), 34 * 8 / 32.0);
}

/* By hand: one block computes when it has its bytes; of two alike stations N blocks keep each busy
 * N / (N + 1) of the time; many hide the shorter time; without arithmetic the bytes are all. */
static void blocks_compute_by_turns(void)
{
    CU_ASSERT_DOUBLE_EQUAL(gpu_alternating_s(2, 3, 1), 5, 1e-12);
    for (unsigned turns = 1; turns <= 16; turns++)
        CU_ASSERT_DOUBLE_EQUAL(gpu_alternating_s(4, 4, turns),
                               4 * (turns + 1.0) / turns, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(gpu_alternating_s(2, 3, 64), 3, 1e-6);
    CU_ASSERT_EQUAL(gpu_alternating_s(0, 3, 1), 3);
    CU_ASSERT_EQUAL(gpu_alternating_s(2, 3, 0), 3);
}

CU_TestInfo suite_blocks[] = {
    { "products miss as the walk over every line does", products_miss_as_walked },
    { "a network's products have the price that traffic says",
      products_have_one_price },
    { "split keys are read once", split_keys_are_read_once },
    { "dies share nothing", dies_share_nothing },
    { "tiles are as large as the cache asks", tiles_are_as_large_as_the_cache_asks },
    { "exchanges take what NCCL says", exchanges_take_what_nccl_says },
    { "formats have their bits", formats_have_their_bits },
    { "blocks compute by turns", blocks_compute_by_turns },
    CU_TEST_INFO_NULL,
};
