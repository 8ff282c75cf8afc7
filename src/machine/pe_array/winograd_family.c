/* A matrix unit (rows x columns outputs with depth products each per cycle) and Winograd
 * transform units, as in R. Andri et al., MICRO 2022.  A layer is computed directly or
 * transformed, whichever is faster. Its time is the longest of matrix unit, operands,
 * transforms (those of inputs and outputs run in parallel) and DRAM. */
#include "machine/pe_array/mapping.h"
#include "machine/pe_array/winograd.h"

#include <math.h>

bool winograd_applies(const struct mac_layer *layer)
{
    return layer->kernel_height == 3 && layer->kernel_width == 3 &&
           layer->stride == 1 && mac_layer_stride_width(layer) == 1 &&
           layer->groups == 1 && !layer->streams_weights;
}

void winograd_count(const struct mac_layer *layer, uint64_t tile,
                    struct winograd_counts *counts)
{
    bool is_f2 = tile == 2; /* operations per tile: Lavin and Gray 2016, recalled */
    double data = is_f2 ? 32 : 156, filter = is_f2 ? 28 : 72, inverse = is_f2 ? 24 : 90;
    double across = (double)((layer->out_width + tile - 1) / tile);
    double down = (double)((layer->out_height + tile - 1) / tile);
    double tiles = (double)layer->batch * across * down;
    double channels = (double)layer->channels, filters = (double)layer->filters;
    double elements = (double)((tile + 2) * (tile + 2));

    *counts = (struct winograd_counts){
        .macs = tiles * elements * channels * filters,
        .tiles = tiles,
        .data_ops = tiles * channels * data,
        .filter_ops = channels * filters * filter,
        .inverse_ops = tiles * filters * inverse,
        .input_elements = tiles * elements * channels,
        .weight_elements = elements * channels * filters,
    };
}

static enum status winograd_check(const struct machine *machine, struct error *err)
{
    const struct pe_array *array = (const struct pe_array *)machine;
    if (!pe_array_level(array, LEVEL_GLOBAL_BUFFER))
        return error_set(err, STATUS_INPUT, "is winograd, must have a global-buffer");
    if (array->tile && array->transform_ops_hz <= 0)
        return error_set(err, STATUS_INPUT,
                         "transform_ops_hz is 0, must be above 0 with a tile");
    return STATUS_OK;
}

static double folds(uint64_t size, uint64_t unit)
{
    return (double)((size + unit - 1) / unit);
}

static double product_cycles(const struct pe_array *a, uint64_t m, uint64_t n,
                             uint64_t k)
{
    return folds(m, a->pe_rows) * folds(n, a->pe_columns) * folds(k, a->pe_depth);
}

/* Counts DRAM traffic.  Half the buffer holds a block of the smaller operand, and the other
 * operand is read once per block.  Weights are read untransformed and are transformed on the
 * chip. */
static void dram_count(const struct pe_machine *machine, const struct mac_layer *layer,
                       struct mapping *mapping)
{
    double half = pe_machine_capacity(machine, LEVEL_GLOBAL_BUFFER) / 2;
    double inputs = mac_layer_inputs(layer), weights = mac_layer_weights(layer);
    double by_weights = weights + inputs * ceil(weights / half);
    double by_inputs = inputs + weights * ceil(inputs / half);

    mapping->dram_reads = by_weights < by_inputs ? by_weights : by_inputs;
    mapping->dram_weight_reads = by_weights < by_inputs ? weights
                                                        : weights * ceil(inputs / half);
    mapping->dram_writes = mac_layer_outputs(layer);
}

/* Counts buffer accesses.  Operands enter the matrix unit once per block of its other side.
 * Elements from DRAM are written to the buffer, and elements to DRAM are read from it. */
static void buffer_count(const struct pe_array *a, double products, double outputs,
                         struct mapping *mapping)
{
    struct level_use *buffer = &mapping->levels[LEVEL_GLOBAL_BUFFER];

    buffer->reads = products / (double)a->pe_columns + products / (double)a->pe_rows +
                    mapping->dram_writes;
    buffer->writes = outputs + mapping->dram_reads;
}

/* Returns the seconds in which operands enter the matrix unit.  `elements` products (1: direct)
 * of m x n outputs and depth k accumulate at the same time; a square block of outputs is as
 * large as the accumulators allow.  Inputs enter once per block of columns, weights once per
 * block of rows. */
static double operands_s(const struct pe_machine *machine, double elements, double m,
                         double n, double k)
{
    const struct pe_array *a = &machine->array;
    const double sum_bytes = 4;
    double block = floor(sqrt(a->accumulator_bytes / (sum_bytes * elements)));
    double bytes = elements * k * machine->bits / 8;

    if (a->accumulator_bytes <= 0 || a->operand_bytes_per_s <= 0)
        return 0;
    block = fmax(block, 1);
    return bytes * (m * ceil(n / block) + n * ceil(m / block)) / a->operand_bytes_per_s;
}

static void direct_map(const struct pe_machine *machine, const struct mac_layer *layer,
                       struct mapping *mapping)
{
    const struct pe_array *a = &machine->array;
    struct gemm gemm = mac_layer_gemm(layer);

    mapping->macs = mapping->computed_macs = mac_layer_macs(layer);
    mapping->cycles = (double)layer->groups *
                      fmax(product_cycles(a, gemm.m, gemm.n, gemm.k),
                           a->clock_hz * operands_s(machine, 1, (double)gemm.m,
                                                    (double)gemm.n, (double)gemm.k));
    dram_count(machine, layer, mapping);
    buffer_count(a, mapping->computed_macs, mac_layer_outputs(layer), mapping);
}

static void transformed_map(const struct pe_machine *machine,
                            const struct mac_layer *layer, struct mapping *mapping)
{
    const struct pe_array *a = &machine->array;
    uint64_t tile = (uint64_t)a->tile, side = tile + 2;
    struct winograd_counts counts;
    double transform_cycles;

    winograd_count(layer, tile, &counts);
    mapping->macs = mac_layer_macs(layer);
    mapping->computed_macs = counts.macs;
    mapping->cycles = (double)(side * side) * product_cycles(a, (uint64_t)counts.tiles,
                                                             layer->filters,
                                                             layer->channels);
    mapping->transform_ops = counts.data_ops + counts.filter_ops + counts.inverse_ops;
    transform_cycles = fmax(counts.data_ops + counts.filter_ops, counts.inverse_ops) /
                       a->transform_ops_hz * a->clock_hz;
    mapping->cycles = fmax(mapping->cycles, transform_cycles);
    mapping->cycles = fmax(
        mapping->cycles,
        a->clock_hz * operands_s(machine, (double)(side * side), counts.tiles,
                                 (double)layer->filters, (double)layer->channels));
    dram_count(machine, layer, mapping);
    buffer_count(a, counts.macs,
                 counts.tiles * (double)(side * side) * (double)layer->filters,
                 mapping);
    mapping->levels[LEVEL_GLOBAL_BUFFER].writes += counts.input_elements +
                                                   counts.weight_elements;
}

static double winograd_macs(const struct mac_layer *layer, uint64_t tile)
{
    struct winograd_counts counts;

    winograd_count(layer, tile, &counts);
    return counts.macs;
}

static enum status winograd_map(const struct pe_machine *machine,
                                const struct mac_layer *layer, struct mapping *mapping,
                                struct error *err)
{
    const struct pe_array *a = &machine->array;
    double units = (double)(a->pe_rows * a->pe_columns * a->pe_depth);
    struct mapping other = *mapping;

    (void)err;
    direct_map(machine, layer, mapping);
    mapping_stall(machine, mapping);
    if (a->tile && winograd_applies(layer)) {
        transformed_map(machine, layer, &other);
        mapping_stall(machine, &other);
        if (other.cycles < mapping->cycles)
            *mapping = other;
    }
    if (a->tile && winograd_applies(layer)) { /* even if direct convolution is faster */
        mapping->direct_macs = mapping->macs;
        mapping->transformed_macs = winograd_macs(layer, (uint64_t)a->tile);
    }
    mapping->pe_cycles = (mapping->cycles - mapping->stall_cycles) * units;
    mapping->active_pes = mapping->computed_macs /
                          (mapping->cycles - mapping->stall_cycles);
    mapping->noc_elements = 2 * mapping->computed_macs;
    return STATUS_OK;
}

/* clang-format off */
static const struct field winograd_fields[] = {
    PE_ARRAY_FIELDS,
    FIELD_WORD(struct pe_array, tile, tile_words, TILE_DIRECT, "outputs per side of a tile: 2, 4, or direct convolution"),
    FIELD_NUMBER(struct pe_array, transform_ops_hz, "Hz", 0, 0, 1e18, "additions per second of the transform units"),
    FIELD_NUMBER(struct pe_array, transform_m2, "m2", 0, 0, 1, "area of all transform units (none in direct convolution)"),
    FIELD_NUMBER(struct pe_array, accumulator_bytes, "byte", 0, 0, 1e9, "sums of 32 bits that the matrix unit keeps (0: no limit)"),
    FIELD_NUMBER(struct pe_array, operand_bytes_per_s, "byte/s", 0, 0, 1e16, "bandwidth of operands from the buffer to the matrix unit (0: no limit)"),
    FIELD_NUMBER(struct pe_array, transform_j, "J", 0, 0, 1e-6, "energy of one addition of a transform"),
};
/* clang-format on */

const struct schema winograd_schema = PE_ARRAY_SCHEMA(winograd_fields);

static const struct pe_steps winograd_steps = {
    .map = winograd_map,
};

const struct machine_family winograd_family = {
    .name = "winograd",
    .summary = "a matrix unit with transform units for 3 x 3 convolutions",
    .kind = MACHINE_PE_ARRAY,
    .schema = &winograd_schema,
    .check = winograd_check,
    .pe = &winograd_steps,
};
