#include "machine/gpu/kernel.h"

#include "base/divide.h"
#include "base/stop.h"
#include "base/memory.h"
#include "machine/gpu/block_gpu.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BUFFER_ACCESSES = 1 << 13,
    TILE_MIN = 32,
    COUNTED_LINES =
        1 << 15,         /* largest operand in lines whose accesses are all counted */
    SPLIT_STEPS_MIN = 4, /* least steps of k in a block of a split-K kernel */
    ATTENTION_ROWS = 16, /* rows of a tensor core's operand (mma.m16n8k16) */
    PASS_BLOCK_BYTES = 4096, /* 256 threads of four 32-bit words each */
};

/* FlashAttention-2 is twice as fast as FlashAttention (arXiv 2307.08691, abstract). */
#define FLASH1_SHARE 0.5

void kernel_stream_create(struct kernel_stream *stream, const struct gpu *gpu,
                          unsigned precision_bits, unsigned shift,
                          struct access_sink sink)
{
    *stream = (struct kernel_stream){
        .gpu = gpu,
        .granularity = { .elements_per_line = gpu->llc_line_bytes * 8 / precision_bits,
                         .sectors_per_line = gpu->llc_line_bytes /
                                             gpu->llc_sector_bytes,
                         .shift = shift },
        .precision_bits = precision_bits,
        .macs_hz = gpu_peak_macs_hz(gpu, precision_bits) * gpu->kernel_efficiency *
                   gpu_sustained_share(gpu, precision_bits),
        .sink = sink,
        .buffer = alloc_array(BUFFER_ACCESSES, sizeof(uint32_t)),
    };
}

void kernel_stream_flush(struct kernel_stream *stream)
{
    if (stream->buffered > 0 && !stop_is_wanted()) /* lists may be incomplete */
        stream->sink.accesses(stream->sink.self, stream->buffer, stream->buffered);
    stream->buffered = 0;
}

void kernel_stream_free(struct kernel_stream *stream)
{
    tile_list_free(&stream->a);
    tile_list_free(&stream->b);
    tile_list_free(&stream->c);
    free(stream->buffer);
}

/* Tells the sink that a kernel begins. */
static void kernel_begin(struct kernel_stream *stream, double launch_s, double alone_s,
                         double accesses)
{
    if (!stream->sink.kernel || stop_is_wanted())
        return;
    kernel_stream_flush(stream);
    stream->sink.kernel(stream->sink.self, launch_s, alone_s, accesses);
}

static inline void emit(struct kernel_stream *stream, uint32_t access)
{
    if (stream->buffered == BUFFER_ACCESSES)
        kernel_stream_flush(stream);
    stream->buffer[stream->buffered++] = access;
}

static inline void emit_tile(struct kernel_stream *stream, const struct tile_list *list,
                             uint64_t tile, uint32_t write)
{
    for (uint32_t i = list->starts[tile]; i < list->starts[tile + 1]; i++)
        emit(stream, list->entries[i] | write);
}

/* The grid of thread blocks of a product. */
struct thread_grid {
    uint64_t tile_m, tile_n, tile_k;
    uint64_t tiles_m, tiles_n, steps, splits, split_steps, blocks, concurrent;
};

static struct thread_grid product_grid(const struct gpu *gpu,
                                       const struct kernel_product *p)
{
    struct thread_grid grid = {
        .tile_m = gpu->tile_m,
        .tile_n = gpu->tile_n,
        .tile_k = gpu->tile_k,
        .concurrent = gpu->processors * gpu->blocks_per_processor,
    };
    uint64_t tiles;

    while (grid.tile_m > TILE_MIN && grid.tile_m / 2 >= p->m)
        grid.tile_m /= 2;
    while (grid.tile_n > TILE_MIN && grid.tile_n / 2 >= p->n)
        grid.tile_n /= 2;
    for (;;) {
        tiles = p->products * div_up(p->m, grid.tile_m) * div_up(p->n, grid.tile_n);
        if (tiles >= gpu->processors ||
            (grid.tile_m <= TILE_MIN && grid.tile_n <= TILE_MIN))
            break;
        if (grid.tile_m >= grid.tile_n)
            grid.tile_m /= 2;
        else
            grid.tile_n /= 2;
    }
    grid.tiles_m = div_up(p->m, grid.tile_m);
    grid.tiles_n = div_up(p->n, grid.tile_n);
    grid.steps = div_up(p->k, grid.tile_k);
    grid.splits = 1;
    if (tiles < gpu->processors)
        grid.splits = grid.concurrent / tiles;
    if (grid.splits > grid.steps / SPLIT_STEPS_MIN)
        grid.splits = grid.steps / SPLIT_STEPS_MIN;
    if (grid.splits == 0)
        grid.splits = 1;
    grid.split_steps = div_up(grid.steps, grid.splits);
    grid.splits = div_up(grid.steps, grid.split_steps);
    grid.blocks = tiles * grid.splits;
    return grid;
}

/* A thread block's position in the tile lists. */
struct thread_block {
    uint64_t a, b, c; /* of its first step */
    uint64_t steps;
};

static struct thread_block block_at(const struct thread_grid *grid, uint64_t i)
{
    uint64_t m = i % grid->tiles_m, n = i / grid->tiles_m % grid->tiles_n;
    uint64_t rest = i / grid->tiles_m / grid->tiles_n;
    uint64_t split = rest % grid->splits, product = rest / grid->splits;
    uint64_t step = split * grid->split_steps;

    return (struct thread_block){
        .a = (product * grid->tiles_m + m) * grid->steps + step,
        .b = (product * grid->tiles_n + n) * grid->steps + step,
        .c = (product * grid->tiles_m + m) * grid->tiles_n + n,
        .steps = grid->steps - step < grid->split_steps ? grid->steps - step
                                                        : grid->split_steps,
    };
}

static void emit_wave(struct kernel_stream *stream, const struct thread_grid *grid,
                      struct thread_block *blocks, uint64_t first, uint64_t count,
                      bool accumulates)
{
    for (uint64_t i = 0; i < count; i++)
        blocks[i] = block_at(grid, first + i);
    for (uint64_t step = 0; step < grid->split_steps && !stop_is_wanted(); step++)
        for (uint64_t i = 0; i < count; i++)
            if (step < blocks[i].steps) {
                emit_tile(stream, &stream->a, blocks[i].a + step, 0);
                emit_tile(stream, &stream->b, blocks[i].b + step, 0);
            }
    for (uint64_t i = 0; i < count; i++) {
        if (accumulates)
            emit_tile(stream, &stream->c, blocks[i].c, 0);
        emit_tile(stream, &stream->c, blocks[i].c, ACCESS_WRITE);
    }
}

/* The accesses of a small operand that the sample does not represent.  Every thread block reads
 * its few lines, so that a sample of them estimates the number of accesses poorly; all of them
 * are counted instead. */
static double uncounted(const struct kernel_stream *stream,
                        const struct tile_list *list, const struct operand *operand,
                        uint64_t products, uint64_t size_x, uint64_t size_y,
                        uint64_t tile_x, uint64_t tile_y)
{
    const struct granularity *grain = &stream->granularity;
    uint64_t sampled = list->starts[products * list->tiles_x * list->tiles_y];

    if (grain->shift == 0 || operand_lines(operand, grain) > COUNTED_LINES)
        return 0;
    return (double)operand_accesses(operand, grain, size_x, size_y, tile_x, tile_y) -
           (double)(sampled << grain->shift);
}

static void correct_count(struct kernel_stream *stream, const struct kernel_product *p,
                          const struct thread_grid *grid)
{
    double c = uncounted(stream, &stream->c, &p->c, p->products, p->m, p->n,
                         grid->tile_m, grid->tile_n) *
               (double)grid->splits;

    stream->missed_reads += uncounted(stream, &stream->a, &p->a, p->products, p->m,
                                      p->k, grid->tile_m, grid->tile_k) *
                            (double)grid->tiles_n;
    stream->missed_reads += uncounted(stream, &stream->b, &p->b, p->products, p->n,
                                      p->k, grid->tile_n, grid->tile_k) *
                            (double)grid->tiles_m;
    stream->missed_reads += p->accumulates ? c : 0;
    stream->missed_writes += c;
}

static void emit_product(struct kernel_stream *stream, const struct kernel_product *p,
                         const struct thread_grid *grid)
{
    struct thread_block *blocks = alloc_array(grid->concurrent, sizeof *blocks);

    tile_list_fill(&stream->a, &p->a, &stream->granularity, p->products, p->m, p->k,
                   grid->tile_m, grid->tile_k);
    tile_list_fill(&stream->b, &p->b, &stream->granularity, p->products, p->n, p->k,
                   grid->tile_n, grid->tile_k);
    tile_list_fill(&stream->c, &p->c, &stream->granularity, p->products, p->m, p->n,
                   grid->tile_m, grid->tile_n);
    correct_count(stream, p, grid);
    for (uint64_t first = 0; first < grid->blocks && !stop_is_wanted();
         first += grid->concurrent) {
        uint64_t left = grid->blocks - first;

        emit_wave(stream, grid, blocks, first,
                  left < grid->concurrent ? left : grid->concurrent, p->accumulates);
    }
    free(blocks);
}

/* Blocks are distributed evenly, so that the processor with the most of them takes longest. */
static double product_compute_s(const struct kernel_stream *stream,
                                const struct kernel_product *p,
                                const struct thread_grid *grid)
{
    double processors = (double)stream->gpu->processors;
    double block_macs = (double)(grid->tile_m * grid->tile_n * grid->tile_k) *
                        (double)grid->split_steps * p->useful;
    double rounds = (double)div_up(grid->blocks, stream->gpu->processors);

    return rounds * block_macs * processors / stream->macs_hz;
}

void kernel_counted_product(struct kernel_stream *stream, uint64_t m, uint64_t n,
                            uint64_t k, uint64_t products,
                            const struct block_touch *touches, size_t count)
{
    const struct gpu *gpu = stream->gpu;
    struct gpu_product product = {
        .m = m,
        .n = n,
        .k = k,
        .products = products,
        .precision_bits = stream->precision_bits,
        .a_bits = stream->a_bits,
    };
    struct gpu_product_bounds bounds;
    struct block_product blocks;
    double alone_s;

    gpu_product_tiles(gpu, &product);
    bounds = gpu_product_bounds(gpu, &product);
    blocks = gpu_product_blocks(&product);
    alone_s = fmax(bounds.compute_s, bounds.steps_s);
    stream->macs += (double)products * (double)m * (double)n * (double)k;
    stream->compute_s += alone_s + gpu->launch_s;
    stream->kernels += 1;
    if (stream->blocks)
        block_stream_product(stream->blocks, &blocks, touches, count, alone_s);
}

static struct block_touch touch_of(const struct kernel_stream *stream,
                                   const struct operand *operand, bool writes)
{
    return (struct block_touch){
        .extent = { operand->first_line, operand_lines(operand, &stream->granularity) },
        .writes = writes,
    };
}

/* The time of attention without transfers: of all processors together, or of the longest block
 * alone.  Queries are padded to the rows of a tensor core's operand. */
static double attention_alone_s(const struct kernel_stream *stream,
                                const struct block_attention *a, double macs)
{
    const struct gpu *gpu = stream->gpu;
    unsigned bits = stream->precision_bits;
    double peak = gpu_peak_macs_hz(gpu, bits) * gpu_sustained_share(gpu, bits);
    bool is_first = a->walk == ATTENTION_WALK_QUERIES;
    double rate = peak * gpu->attention_share * (is_first ? FLASH1_SHARE : 1);
    double padded = (double)div_up(a->tokens, ATTENTION_ROWS) * ATTENTION_ROWS /
                    (double)a->tokens;
    uint64_t tiles = is_first ? 1 : div_up(a->tokens, a->tile_tokens) * a->splits;
    double blocks = (double)(a->batch * a->heads * tiles);
    double most = ceil(blocks / (double)gpu->processors) / blocks *
                  (double)gpu->processors;

    return macs * padded / rate * (a->is_causal ? 1 : most);
}

void kernel_attention(struct kernel_stream *stream,
                      const struct block_attention *attention, double macs,
                      const struct block_touch *touches, size_t count)
{
    double alone_s = attention_alone_s(stream, attention, macs);

    stream->macs += macs;
    stream->compute_s += alone_s + stream->gpu->launch_s;
    stream->kernels += 1;
    if (stream->blocks)
        block_stream_attention(stream->blocks, attention, touches, count, alone_s);
}

void kernel_product(struct kernel_stream *stream, const struct kernel_product *p)
{
    if (stream->blocks) {
        struct block_touch touches[] = { touch_of(stream, &p->a, false),
                                         touch_of(stream, &p->b, false),
                                         touch_of(stream, &p->c, false),
                                         touch_of(stream, &p->c, true) };

        if (!p->accumulates)
            touches[2] = touches[3];
        kernel_counted_product(stream, p->m, p->n, p->k, p->products, touches,
                               p->accumulates ? 4 : 3);
        return;
    }
    struct thread_grid grid = product_grid(stream->gpu, p);
    double m = (double)p->m, n = (double)p->n, k = (double)p->k;
    double products = (double)p->products;
    double per_line = (double)stream->granularity.elements_per_line;
    double compute_s = product_compute_s(stream, p, &grid);
    double accesses = products / per_line *
                      (m * k * (double)grid.tiles_n + n * k * (double)grid.tiles_m +
                       m * n * (double)grid.splits);

    stream->macs += products * m * n * k * p->useful;
    stream->compute_s += compute_s + stream->gpu->launch_s;
    stream->kernels += 1;
    stream->accesses += accesses;
    kernel_begin(stream, stream->gpu->launch_s, compute_s, accesses);
    stream->tiles = fmax(stream->tiles, products * (double)grid.steps *
                                            (double)(grid.tiles_m + grid.tiles_n));
    stream->tile_accesses = fmax(stream->tile_accesses,
                                 products / per_line * (m * k + n * k + m * n));
    if (stream->sink.accesses && !stop_is_wanted())
        emit_product(stream, p, &grid);
}

void kernel_run(struct kernel_stream *stream, uint64_t first_line, uint64_t lines,
                bool writes)
{
    unsigned shift = stream->granularity.shift;
    uint32_t write = writes ? ACCESS_WRITE : 0;
    uint32_t sectors = (uint32_t)stream->granularity.sectors_per_line;
    uint64_t end = first_line + lines;

    stream->accesses += (double)lines;
    if (stream->blocks && lines > 0) {
        struct block_touch touch = { .extent = { first_line, lines },
                                     .writes = writes };
        double bytes = (double)(lines * stream->gpu->llc_line_bytes);

        block_stream_pass(
            stream->blocks, &touch, 1, writes ? 0 : bytes, writes ? bytes : 0,
            &(struct pass_times){ .launch_s = stream->gpu->pass_launch_s });
        return;
    }
    if (!stream->sink.accesses || lines == 0 || stop_is_wanted())
        return;
    for (uint64_t group = first_line >> shift; group <= (end - 1) >> shift; group++) {
        uint64_t line = sampled_line(group, shift);

        if (line >= first_line && line < end)
            emit(stream, access_pack((uint32_t)group, sectors, write));
    }
}

/* Generates the accesses of one wave to a tensor. */
static void emit_share(struct kernel_stream *stream, const struct pass_tensor *tensor,
                       uint64_t wave, uint64_t waves)
{
    uint64_t begin = tensor->lines * wave / waves;
    uint64_t end = tensor->lines * (wave + 1) / waves;

    for (uint64_t i = 0; i < (tensor->times ? tensor->times : 1); i++)
        kernel_run(stream, tensor->first_line + begin, end - begin, tensor->writes);
}

static uint64_t pass_waves(const struct gpu *gpu, const struct pass *pass)
{
    uint64_t wave_lines = gpu->processors * gpu->blocks_per_processor *
                          (PASS_BLOCK_BYTES / gpu->llc_line_bytes);
    uint64_t longest = 0;

    for (unsigned i = 0; i < pass->count; i++)
        if (pass->tensors[i].lines > longest)
            longest = pass->tensors[i].lines;
    return div_up(longest, wave_lines);
}

static double pass_accesses(const struct pass *pass)
{
    double accesses = 0;

    for (unsigned i = 0; i < pass->count; i++)
        accesses += (double)(pass->tensors[i].lines *
                             (pass->tensors[i].times ? pass->tensors[i].times : 1));
    return accesses;
}

static void count_pass(struct kernel_stream *stream, const struct pass *pass)
{
    struct block_touch touches[PASS_TENSORS_MAX];
    double bytes[2] = { 0, 0 };

    for (unsigned i = 0; i < pass->count; i++) {
        const struct pass_tensor *tensor = &pass->tensors[i];
        uint64_t times = tensor->times ? tensor->times : 1;

        touches[i] = (struct block_touch){
            .extent = { tensor->first_line, tensor->lines }, .writes = tensor->writes
        };
        bytes[tensor->writes] += (double)(tensor->lines * times *
                                          stream->gpu->llc_line_bytes);
    }
    block_stream_pass(stream->blocks, touches, pass->count, bytes[0], bytes[1],
                      &(struct pass_times){
                          .launch_s = stream->gpu->pass_launch_s,
                          .alone_s = pass->macs / stream->macs_hz + pass->exchange_s,
                          .turn_s = pass->turn_s,
                          .turns = pass->turns,
                      });
}

void kernel_pass(struct kernel_stream *stream, const struct pass *pass)
{
    uint64_t waves = pass_waves(stream->gpu, pass);

    stream->macs += pass->macs;
    stream->compute_s += pass->macs / stream->macs_hz + pass->exchange_s;
    stream->kernels += 1;
    if (stream->blocks) {
        stream->compute_s += stream->gpu->pass_launch_s;
        count_pass(stream, pass);
        return;
    }
    stream->compute_s += stream->gpu->launch_s;
    kernel_begin(stream, stream->gpu->launch_s,
                 pass->macs / stream->macs_hz + pass->exchange_s, pass_accesses(pass));
    if (!stream->sink.accesses)
        waves = waves > 0; /* only totals are wanted: one wave has them all */
    for (uint64_t i = 0; i < waves && !stop_is_wanted(); i++) {
        uint64_t wave = pass->backwards ? waves - 1 - i : i;

        for (int writes = 0; writes <= 1; writes++)
            for (unsigned t = 0; t < pass->count; t++)
                if (pass->tensors[t].writes == writes)
                    emit_share(stream, &pass->tensors[t], wave, waves);
    }
}
