/* The schema of the library records of crossbar chips. */
#include "machine/crossbar/crossbar.h"

const struct word crossbar_adc_words[] = {
    { "flash", ADC_FLASH },
    { "sar", ADC_SAR },
    { NULL, 0 },
};

const struct word crossbar_pipeline_words[] = {
    { "none", PIPELINE_NONE },
    { "layers", PIPELINE_LAYERS },
    { NULL, 0 },
};

/* clang-format off */
static const struct field crossbar_fields[] = {
    MACHINE_FIELDS,
    FIELD_COUNT(struct crossbar, rows, 128, 1, 4096, "wordlines of a subarray"),
    FIELD_COUNT(struct crossbar, columns, 128, 1, 4096, "bitlines of a subarray"),
    FIELD_COUNT(struct crossbar, tile_subarrays, 16, 1, 65536, "subarrays of a tile, which holds weights of one layer"),
    FIELD_COUNT_OR(struct crossbar, tiles, "as_needed", 1, 1u << 20, "tiles of the chip, or as many as the network needs"),
    FIELD_FLAG(struct crossbar, replicates, false, "unused tiles take copies of the slowest layers"),
    FIELD_COUNT(struct crossbar, weight_bits, 0, 0, 32, "bits of a weight (0: the axis precision)"),
    FIELD_COUNT(struct crossbar, activation_bits, 0, 0, 32, "bits of an activation (0: the axis precision)"),
    FIELD_COUNT(struct crossbar, error_bits, 0, 0, 32, "bits of a back-propagated error (0: the axis precision)"),
    FIELD_COUNT_OR(struct crossbar, cell_bits, "technology", 1, 8, "bits of a cell, or the technology's own"),
    FIELD_COUNT(struct crossbar, adc_columns, 8, 1, 4096, "columns that share a converter"),
    FIELD_WORD(struct crossbar, adc, crossbar_adc_words, ADC_FLASH, "kind of converter"),
    FIELD_COUNT_OR(struct crossbar, adc_bits, "as_needed", 1, 16, "bits of a converter, or as many as the sums need"),
    FIELD_COUNT(struct crossbar, rows_driven, 0, 0, 4096, "wordlines driven at the same time (0: as many as line_drop allows)"),
    FIELD_NUMBER(struct crossbar, line_drop, "1", 0.1, 1e-4, 0.9, "share of the read voltage that a bitline may lose"),
    FIELD_NUMBER(struct crossbar, read_voltage_v, "V", 0.1, 1e-3, 5, "read voltage of cells whose record states none"),
    FIELD_NUMBER(struct crossbar, activity, "1", 0.5, 1e-6, 1, "share of input bits that are one"),
    FIELD_NUMBER(struct crossbar, clock_hz, "Hz", 1e9, 1e6, 1e11, "clock of the logic after the converters"),
    FIELD_SIZE_COUNT(struct crossbar, tile_buffer_bytes, 16384, 64, 1u << 30, "SRAM buffer of a tile"),
    FIELD_SIZE_COUNT(struct crossbar, global_buffer_bytes, 262144, 64, 1u << 30, "SRAM buffer of the chip"),
    FIELD_COUNT(struct crossbar, bus_bits, 256, 8, 65536, "width of buffers and of the tree between them"),
    FIELD_FLAG(struct crossbar, passes_inputs, false, "kernel positions pass pixels to each other, so that a pixel is read from its buffer once"),
    FIELD_FLAG(struct crossbar, overlaps, false, "buffers, bus and DRAM work while the arrays work"),
    FIELD_COUNT(struct crossbar, gradient_subarrays, 256, 1, 1u << 20, "SRAM subarrays of one weight-gradient unit"),
    FIELD_COUNT(struct crossbar, gradient_adc_bits, 0, 0, 16, "bits of the converters of these subarrays (0: as many as the sums need)"),
    FIELD_COUNT(struct crossbar, gradient_bits, 16, 1, 64, "bits of a weight's gradient in DRAM"),
    FIELD_COUNT(struct crossbar, gradient_samples, 1, 1, 65536, "samples whose gradients are added up before they are written to DRAM"),
    FIELD_NUMBER(struct crossbar, update_share, "1", 1, 0, 1, "share of the cells that a weight update changes"),
    FIELD_NUMBER(struct crossbar, update_pulses, "1", 1, 0, 1e6, "number of level steps by which an update changes a cell"),
    FIELD_WORD(struct crossbar, pipeline, crossbar_pipeline_words, PIPELINE_NONE, "whether layers work on different samples at the same time"),
    FIELD_FLAG(struct crossbar, updates_together, false, "backpropagation without a pipeline writes the weights of all layers at the same time after a batch, as feedback alignment and pipelines do; else layer after layer"),
    FIELD_NUMBER(struct crossbar, dram_bytes_per_s, "byte/s", REQUIRED, 1, 1e16, "bandwidth of the DRAM"),
    FIELD_NUMBER(struct crossbar, dram_j_per_bit, "J", REQUIRED, 0, 1e-9, "energy per bit to or from the DRAM"),
};
/* clang-format on */

static enum status crossbar_check(const struct machine *machine, struct error *err)
{
    const struct crossbar *c = (const struct crossbar *)machine;

    if (c->adc_columns > c->columns)
        return error_set(err, STATUS_INPUT,
                         "adc_columns is %ju, must be at most columns (%ju)",
                         (uintmax_t)c->adc_columns, (uintmax_t)c->columns);
    if (c->rows_driven > c->rows)
        return error_set(err, STATUS_INPUT,
                         "rows_driven is %ju, must be at most rows (%ju)",
                         (uintmax_t)c->rows_driven, (uintmax_t)c->rows);
    return STATUS_OK;
}

const struct schema crossbar_schema = {
    .kind = "machine",
    .folder = "machines",
    .size = sizeof(struct crossbar),
    .fields = crossbar_fields,
    .field_count = FIELD_COUNT_OF(crossbar_fields),
    .finish = machine_finish,
};

const struct machine_family crossbar_family = {
    .name = "crossbar",
    .summary = "a chip of crossbars that store weights and multiply in place",
    .kind = MACHINE_CROSSBAR,
    .schema = &crossbar_schema,
    .check = crossbar_check,
};
