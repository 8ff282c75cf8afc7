#include "machine/gpu/platform.h"

#include "base/units.h"
#include "machine/gpu/block_kernel.h"
#include "machine/gpu/family.h"

static const struct word kernel_counting_words[] = {
    { "followed", KERNELS_FOLLOWED },
    { "counted", KERNELS_COUNTED },
    { NULL, 0 },
};

/* clang-format off */
static const struct field platform_fields[] = {
    FIELD_TEXT(struct platform, summary, "", "what it is, in a line"),
    FIELD_WORD(struct platform, family, family_words, FAMILY_GPU, "how it turns layers into memory accesses"),
    FIELD_COUNT(struct platform, processors, REQUIRED, 1, 65536, "streaming multiprocessors"),
    FIELD_NUMBER(struct platform, clock_hz, "Hz", REQUIRED, 1e6, 1e11, "clock of the processors"),
    FIELD_NUMBER(struct platform, peak_macs_hz, "Hz", REQUIRED, 1e6, 1e18, "multiply-accumulates a second, 32 bits"),
    FIELD_NUMBER(struct platform, peak_macs_16b_hz, "Hz", 0, 0, 1e18, "the same, 16 bits and less (0: as 32 bits)"),
    FIELD_NUMBER(struct platform, peak_macs_8b_hz, "Hz", 0, 0, 1e18, "the same, 8 bits and less (0: as 16 bits)"),
    FIELD_NUMBER(struct platform, peak_macs_64b_hz, "Hz", 0, 0, 1e18, "the same, more than 32 bits (0: half of 32 bits)"),
    FIELD_NUMBER(struct platform, kernel_efficiency, "1", 1, 0.01, 1, "share of peak that a full grid of thread blocks reaches"),
    FIELD_NUMBER(struct platform, launch_s, "s", 0, 0, 1, "between two dependent kernels"),
    FIELD_NUMBER(struct platform, step_s, "s", 0, 0, 1e-3, "of one step of a thread block along k, its operands fetched, with no other step beside it"),
    FIELD_COUNT(struct platform, tile_m, 128, 8, 1024, "rows of a thread block's output tile"),
    FIELD_COUNT(struct platform, tile_n, 128, 8, 1024, "columns of a thread block's output tile"),
    FIELD_COUNT(struct platform, tile_k, 32, 1, 1024, "depth of a step of a thread block"),
    FIELD_COUNT(struct platform, blocks_per_processor, 2, 1, 64, "thread blocks that run at once on a processor"),
    FIELD_COUNT(struct platform, stages, 2, 1, 64, "steps of a thread block whose operands are on their way at once"),
    FIELD_WORD(struct platform, block_order, block_order_words, BLOCK_ORDER_BANDS, "order in which the tiles of a product are launched"),
    FIELD_NUMBER(struct platform, block_drift, "1", 0, 0, 1, "spread of thread blocks' starts after one block, in block durations"),
    FIELD_FLAG(struct platform, l1_bypass, true, "every global load reaches the last-level cache"),
    FIELD_FLAG(struct platform, unrolls_convolutions, false, "convolutions copy their input's windows to a workspace first, image by image (im2col)"),
    FIELD_FLAG(struct platform, fuses_elementwise, false, "pointwise layers cost no pass over memory"),
    FIELD_WORD(struct platform, kernels, kernel_counting_words, KERNELS_FOLLOWED, "kernels of networks without convolutions: followed line by line (attention with its scores in memory), or counted by thread blocks (scores on the chip)"),
    FIELD_COUNT(struct platform, llc_line_bytes, 128, 16, 4096, "line of the last-level cache"),
    FIELD_COUNT(struct platform, llc_sector_bytes, 32, 4, 4096, "part of a line moved alone"),
    FIELD_COUNT(struct platform, llc_ways, 16, 0, 1024, "ways of the last-level cache (0: fully associative)"),
    FIELD_COUNT(struct platform, llc_slices, 1, 1, 4096, "slices of the last-level cache"),
    FIELD_COUNT(struct platform, llc_copies, 1, 1, 64, "partitions of the last-level cache that each hold a copy of what all read"),
    FIELD_NUMBER(struct platform, llc_bytes, "byte", REQUIRED, 1024, 1e15, "last-level cache as sold"),
    FIELD_NUMBER(struct platform, llc_bytes_per_s, "byte/s", REQUIRED, 1e6, 1e16, "bandwidth of the last-level cache"),
    FIELD_NUMBER(struct platform, llc_write_bytes_per_s, "byte/s", 0, 0, 1e16, "bandwidth at which a product's outputs leave its processors (0: unbounded)"),
    FIELD_NUMBER(struct platform, dram_bytes_per_s, "byte/s", REQUIRED, 1e6, 1e16, "bandwidth of the DRAM"),
    FIELD_NUMBER(struct platform, dram_share, "1", 1, 0.01, 1, "share of the DRAM's bandwidth that kernels achieve"),
    FIELD_NUMBER(struct platform, dram_read_j_per_bit, "J", REQUIRED, 0, 1e-6, "energy of reading a bit from DRAM, activation and interface included"),
    FIELD_NUMBER(struct platform, dram_write_j_per_bit, "J", REQUIRED, 0, 1e-6, "energy of writing a bit to DRAM"),
    FIELD_NUMBER(struct platform, dram_latency_s, "s", REQUIRED, 0, 1e-3, "latency of one DRAM access"),
    FIELD_NUMBER(struct platform, dram_parallelism, "1", 1, 1, 1e6, "DRAM accesses that overlap in the serial time base"),
    FIELD_NUMBER(struct platform, dram_background_w, "W", 0, 0, 1e4, "DRAM power without accesses"),
    FIELD_NUMBER(struct platform, mac_j, "J", 0, 0, 1e-6, "energy of one multiply-accumulate, 32 bits, core overheads included"),
    FIELD_NUMBER(struct platform, idle_w, "W", 0, 0, 1e4, "power of everything but the last-level cache, the DRAM and the arithmetic"),
    FIELD_TEXT(struct platform, dram_source, NULL, "where the DRAM values come from, and why these"),
};
/* clang-format on */

static enum status platform_finish(void *record, struct error *err)
{
    const struct platform *platform = record;

    return families[platform->family]->check(platform, err);
}

const struct schema platform_schema = {
    .kind = "platform",
    .folder = "platforms",
    .size = sizeof(struct platform),
    .fields = platform_fields,
    .field_count = FIELD_COUNT_OF(platform_fields),
    .finish = platform_finish,
};

double platform_peak_macs_hz(const struct platform *platform, unsigned precision_bits)
{
    double peak32 = platform->peak_macs_hz;
    double peak16 = platform->peak_macs_16b_hz > 0 ? platform->peak_macs_16b_hz
                                                   : peak32;
    double peak8 = platform->peak_macs_8b_hz > 0 ? platform->peak_macs_8b_hz : peak16;
    double peak64 = platform->peak_macs_64b_hz > 0 ? platform->peak_macs_64b_hz
                                                   : peak32 / 2;

    if (precision_bits > 32)
        return peak64;
    if (precision_bits > 16)
        return peak32;
    return precision_bits > 8 ? peak16 : peak8;
}
