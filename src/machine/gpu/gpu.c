#include "machine/gpu/gpu.h"

#include "machine/arithmetic.h"
#include "machine/gpu/block_kernel.h"

#include <inttypes.h>

static const struct word kernel_counting_words[] = {
    { "followed", KERNELS_FOLLOWED },
    { "counted", KERNELS_COUNTED },
    { NULL, 0 },
};

const struct word attention_words[] = {
    { "fused", ATTENTION_FUSED },
    { "fused_first", ATTENTION_FUSED_FIRST },
    { "unfused", ATTENTION_UNFUSED },
    { NULL, 0 },
};

/* clang-format off */
static const struct field gpu_fields[] = {
    MACHINE_FIELDS,
    FIELD_COUNT(struct gpu, processors, REQUIRED, 1, 65536, "streaming multiprocessors"),
    FIELD_NUMBER(struct gpu, clock_hz, "Hz", REQUIRED, 1e6, 1e11, "clock of the processors"),
    FIELD_NUMBER(struct gpu, peak_macs_hz, "Hz", REQUIRED, 1e6, 1e18, "multiply-accumulates per second, 32 bits"),
    FIELD_NUMBER(struct gpu, peak_macs_16b_hz, "Hz", 0, 0, 1e18, "multiply-accumulates per second, 16 bits and less (0: as 32 bits)"),
    FIELD_NUMBER(struct gpu, peak_macs_8b_hz, "Hz", 0, 0, 1e18, "multiply-accumulates per second, 8 bits and less (0: as 16 bits)"),
    FIELD_NUMBER(struct gpu, peak_macs_4b_hz, "Hz", 0, 0, 1e18, "multiply-accumulates per second, 4 bits and less (0: as 8 bits)"),
    FIELD_NUMBER(struct gpu, peak_macs_64b_hz, "Hz", 0, 0, 1e18, "multiply-accumulates per second, more than 32 bits (0: half of 32 bits)"),
    FIELD_NUMBER(struct gpu, kernel_efficiency, "1", 1, 0.01, 1, "share of peak that a full grid of thread blocks reaches"),
    FIELD_NUMBER(struct gpu, sustained_share, "1", 1, 0.01, 1, "share of the clock that the board's power sustains under products"),
    FIELD_NUMBER(struct gpu, sustained_8b_share, "1", 0, 0, 1, "share of the clock that the board's power sustains under products of 8 bits and less (0: sustained_share)"),
    FIELD_NUMBER(struct gpu, attention_share, "1", 0.62, 0.01, 1, "share of peak that attention on the chip reaches"),
    FIELD_NUMBER(struct gpu, launch_s, "s", 0, 0, 1, "time between two dependent kernels"),
    FIELD_NUMBER(struct gpu, step_s, "s", 0, 0, 1e-3, "time of one step of a thread block along k, including the fetch of its operands, if no other step overlaps"),
    FIELD_COUNT(struct gpu, tile_m, 128, 8, 1024, "rows of a thread block's output tile"),
    FIELD_COUNT(struct gpu, tile_n, 128, 8, 1024, "columns of a thread block's output tile"),
    FIELD_COUNT(struct gpu, tile_k, 32, 1, 1024, "depth of a step of a thread block"),
    FIELD_COUNT(struct gpu, blocks_per_processor, 2, 1, 64, "thread blocks that run at once on a processor"),
    FIELD_COUNT(struct gpu, stages, 2, 1, 64, "steps of a thread block whose operands are being fetched at the same time"),
    FIELD_WORD(struct gpu, block_order, block_order_words, BLOCK_ORDER_BANDS, "order in which the tiles of a product are launched"),
    FIELD_COUNT(struct gpu, block_swizzle, 8, 1, 65536, "rows of tiles in a band, for block_order = \"swizzle\""),
    FIELD_WORD(struct gpu, attention, attention_words, ATTENTION_FUSED, "attention where kernels are counted: scores on the chip with queries outermost, with keys outermost, or scores in memory"),
    FIELD_WORD(struct gpu, attention_order, attention_order_words, ATTENTION_ORDER_HEADS, "order in which attention's blocks are launched: head after head, or tile after tile of all heads"),
    FIELD_COUNT(struct gpu, attention_tile, 128, 1, 65536, "queries of a block of attention (FlashAttention-2: 64 or 128)"),
    FIELD_FLAG(struct gpu, attention_alternates, false, "every second wave of attention's blocks walks over the keys backwards"),
    FIELD_NUMBER(struct gpu, block_drift, "1", 0, 0, 1, "spread of thread blocks' starts after one block, in block durations"),
    FIELD_NUMBER(struct gpu, attention_drift, "1", 0, 0, 1, "the same for the blocks of attention, which read the same keys at the same time"),
    FIELD_FLAG(struct gpu, l1_bypass, true, "every global load reaches the last-level cache"),
    FIELD_FLAG(struct gpu, unrolls_convolutions, false, "convolutions copy their input's windows to a workspace first, image by image (im2col)"),
    FIELD_FLAG(struct gpu, fuses_elementwise, false, "pointwise layers cost no pass over memory"),
    FIELD_WORD(struct gpu, kernels, kernel_counting_words, KERNELS_FOLLOWED, "kernels of networks without convolutions: followed line by line (attention with its scores in memory), or counted by thread blocks (scores on the chip)"),
    FIELD_POWER(struct gpu, llc_line_bytes, "1", 128, 16, 4096, "line of the last-level cache"),
    FIELD_POWER(struct gpu, llc_sector_bytes, "1", 32, 4, 4096, "smallest part of a line that is moved"),
    FIELD_COUNT(struct gpu, llc_ways, 16, 0, 1024, "ways of the last-level cache (0: fully associative)"),
    FIELD_COUNT(struct gpu, llc_slices, 1, 1, 4096, "slices of the last-level cache"),
    FIELD_COUNT(struct gpu, llc_copies, 1, 1, 64, "partitions of the last-level cache that each hold a copy of what all read"),
    FIELD_COUNT(struct gpu, llc_dies, 1, 1, 64, "dies with a last-level cache and processors of their own"),
    FIELD_FLAG(struct gpu, dies_take_heads, false, "a die takes whole heads of attention; else blocks go to the dies in turn"),
    FIELD_SIZE(struct gpu, llc_bytes, REQUIRED, 1024, 1e15, "capacity of the last-level cache as sold"),
    FIELD_NUMBER(struct gpu, llc_bytes_per_s, "byte/s", REQUIRED, 1e6, 1e16, "bandwidth of the last-level cache"),
    FIELD_COUNT(struct gpu, llc_outstanding, 0, 0, 65536, "sectors that a processor may have in flight to the last-level cache (0: not known, never the bound)"),
    FIELD_NUMBER(struct gpu, llc_latency_s, "s", 0, 0, 1e-3, "latency of a hit in the last-level cache without its arrays: of the way there and back (0: not known)"),
    FIELD_NUMBER(struct gpu, llc_write_bytes_per_s, "byte/s", 0, 0, 1e16, "bandwidth at which a product's outputs leave its processors (0: unbounded)"),
    FIELD_NUMBER(struct gpu, link_bytes_per_s, "byte/s", 0, 0, 1e15, "bandwidth of the link to other GPUs, in one direction (0: it has no link)"),
    FIELD_NUMBER(struct gpu, dram_bytes, "byte", 0, 0, 1e16, "capacity of the DRAM (0: not stated)"),
    FIELD_NUMBER(struct gpu, dram_bytes_per_s, "byte/s", REQUIRED, 1e6, 1e16, "bandwidth of the DRAM"),
    FIELD_NUMBER(struct gpu, dram_share, "1", 1, 0.01, 1, "share of the DRAM's bandwidth that kernels achieve"),
    FIELD_NUMBER(struct gpu, dram_read_j_per_bit, "J", REQUIRED, 0, 1e-6, "energy of reading a bit from DRAM, activation and interface included"),
    FIELD_NUMBER(struct gpu, dram_write_j_per_bit, "J", REQUIRED, 0, 1e-6, "energy of writing a bit to DRAM"),
    FIELD_NUMBER(struct gpu, dram_latency_s, "s", REQUIRED, 0, 1e-3, "latency of one DRAM access, beyond that of a hit in the last-level cache"),
    FIELD_NUMBER(struct gpu, dram_parallelism, "1", 1, 1, 1e6, "DRAM accesses that overlap in the serial time bases"),
    FIELD_NUMBER(struct gpu, dram_background_w, "W", 0, 0, 1e4, "DRAM power without accesses"),
    FIELD_NUMBER(struct gpu, mac_j, "J", 0, 0, 1e-6, "energy of one multiply-accumulate, 32 bits, core overheads included"),
    FIELD_NUMBER(struct gpu, mac_64b_j, "J", 0, 0, 1e-6, "energy of one multiply-accumulate, more than 32 bits (0: scaled as arithmetic says)"),
    FIELD_NUMBER(struct gpu, mac_16b_j, "J", 0, 0, 1e-6, "energy of one multiply-accumulate, 16 bits and less (0: scaled as arithmetic says)"),
    FIELD_NUMBER(struct gpu, mac_8b_j, "J", 0, 0, 1e-6, "energy of one multiply-accumulate, 8 bits and less (0: as 16 bits)"),
    FIELD_NUMBER(struct gpu, mac_4b_j, "J", 0, 0, 1e-6, "energy of one multiply-accumulate, 4 bits and less (0: as 8 bits)"),
    FIELD_WORD(struct gpu, arithmetic, arithmetic_words, ARITHMETIC_FLOAT, "how mac_j depends on the bits"),
    FIELD_NUMBER(struct gpu, idle_w, "W", 0, 0, 1e4, "power of everything but the last-level cache, the DRAM and the arithmetic"),
    FIELD_NUMBER(struct gpu, power_limit_w, "W", 0, 0, 1e5, "board power above which the clock falls (0: not known, no limit)"),
    FIELD_TEXT(struct gpu, dram_source, NULL, "source of the DRAM values, and the reason for choosing them"),
};
/* clang-format on */

static enum status gpu_check(const struct machine *machine, struct error *err)
{
    const struct gpu *gpu = (const struct gpu *)machine;
    uint64_t line = gpu->llc_line_bytes, sector = gpu->llc_sector_bytes;

    if (line % sector != 0 || line / sector > 4)
        return error_set(err, STATUS_INPUT,
                         "has sectors of %" PRIu64 " bytes in lines of %" PRIu64
                         ", must be one, two, three or four to a line",
                         sector, line);
    if (16384 % line != 0)
        return error_set(err, STATUS_INPUT,
                         "has lines of %" PRIu64 " bytes, must be a power of two",
                         line);
    return STATUS_OK;
}

const struct schema gpu_schema = {
    .kind = "machine",
    .folder = "machines",
    .size = sizeof(struct gpu),
    .fields = gpu_fields,
    .field_count = FIELD_COUNT_OF(gpu_fields),
    .finish = machine_finish,
};

const struct machine_family gpu_family = {
    .name = "gpu",
    .summary = "streaming multiprocessors running tiled implicit-GEMM kernels",
    .kind = MACHINE_GPU,
    .schema = &gpu_schema,
    .check = gpu_check,
};

double gpu_sustained_share(const struct gpu *gpu, unsigned precision_bits)
{
    bool is_narrow = precision_bits <= 8 && gpu->sustained_8b_share > 0;

    return is_narrow ? gpu->sustained_8b_share : gpu->sustained_share;
}

/* The record's energy [J] for the precision; 0 if it states none. */
static double stated_mac_j(const struct gpu *gpu, unsigned precision_bits)
{
    double mac16 = gpu->mac_16b_j;
    double mac8 = gpu->mac_8b_j > 0 ? gpu->mac_8b_j : mac16;
    double mac4 = gpu->mac_4b_j > 0 ? gpu->mac_4b_j : mac8;

    if (precision_bits > 32)
        return gpu->mac_64b_j;
    if (precision_bits > 16)
        return 0;
    if (precision_bits > 8)
        return mac16;
    return precision_bits > 4 ? mac8 : mac4;
}

double gpu_mac_j(const struct gpu *gpu, unsigned precision_bits)
{
    double law_j = gpu->mac_j * mac_energy_ratio((enum arithmetic)gpu->arithmetic,
                                                 (double)precision_bits, 32);
    double peak_hz = gpu_peak_macs_hz(gpu, precision_bits);
    double most_j = gpu->power_limit_w / peak_hz;
    double stated_j = stated_mac_j(gpu, precision_bits);

    if (stated_j > 0)
        return stated_j;

    /* units with another peak rate, such as tensor cores, take another energy */
    return peak_hz != gpu->peak_macs_hz && most_j > 0 && most_j < law_j ? most_j
                                                                        : law_j;
}

double gpu_peak_macs_hz(const struct gpu *gpu, unsigned precision_bits)
{
    double peak32 = gpu->peak_macs_hz;
    double peak16 = gpu->peak_macs_16b_hz > 0 ? gpu->peak_macs_16b_hz : peak32;
    double peak8 = gpu->peak_macs_8b_hz > 0 ? gpu->peak_macs_8b_hz : peak16;
    double peak4 = gpu->peak_macs_4b_hz > 0 ? gpu->peak_macs_4b_hz : peak8;
    double peak64 = gpu->peak_macs_64b_hz > 0 ? gpu->peak_macs_64b_hz : peak32 / 2;

    if (precision_bits > 32)
        return peak64;
    if (precision_bits > 16)
        return peak32;
    if (precision_bits > 8)
        return peak16;
    return precision_bits > 4 ? peak8 : peak4;
}
