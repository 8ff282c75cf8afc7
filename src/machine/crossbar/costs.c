/* The costs of a chip's parts: the crossbar of weights, the SRAM crossbar of weight gradients, the
 * buffers from the array model, and the wires of the tree. */
#include "machine/crossbar/crossbar.h"

#include "array/process.h"
#include "array/wire.h"

/* The bits of an accumulator beyond those of a conversion: 8 for input bits, 3 for sums over eight
 * subarrays. */
static const double ACCUMULATOR_MARGIN_BITS = 11;

struct buffer {
    double bit_j, word_s, m2, w;
};

/* A buffer is a RAM of the width of the bus, with the least read energy-delay product. */
static enum status buffer_make(const struct crossbar_costs_request *request,
                               uint64_t bytes, struct buffer *buffer,
                               struct error *reason)
{
    const struct array_request ram = {
        .cell = request->sram,
        .node = request->node,
        .temperature_k = request->temperature_k,
        .capacity_bytes = bytes,
        .word_bits = request->chip->bus_bits,
        .target = TARGET_READ_EDP,
    };
    struct array_result result;
    enum status status = array_search(&ram, &result, reason);

    if (status != STATUS_OK)
        return status;
    *buffer = (struct buffer){
        .bit_j = (result.read_energy_j + result.write_energy_j) / 2 /
                 (double)request->chip->bus_bits,
        .word_s = fmax(fmax(result.cycle_s, result.write_latency_s),
                       1 / request->chip->clock_hz),
        .m2 = result.area_m2,
        .w = result.leakage_w,
    };
    return STATUS_OK;
}

enum status crossbar_buffers_make(const struct crossbar_costs_request *request,
                                  struct crossbar_buffers_row *buffers,
                                  struct error *reason)
{
    struct buffer tile, global;
    enum status status = buffer_make(request, request->chip->tile_buffer_bytes, &tile,
                                     reason);

    if (status == STATUS_OK)
        status = buffer_make(request, request->chip->global_buffer_bytes, &global,
                             reason);
    if (status != STATUS_OK)
        return status;
    *buffers = (struct crossbar_buffers_row){
        .tile_buffer_bit_j = tile.bit_j,
        .tile_buffer_word_s = tile.word_s,
        .tile_buffer_m2 = tile.m2,
        .tile_buffer_w = tile.w,
        .global_buffer_bit_j = global.bit_j,
        .global_buffer_word_s = global.word_s,
        .global_buffer_m2 = global.m2,
        .global_buffer_w = global.w,
    };
    return STATUS_OK;
}

static enum status weights_make(const struct crossbar_costs_request *request,
                                struct crossbar_array *array, struct error *reason)
{
    const struct crossbar *chip = request->chip;
    const struct crossbar_design design = {
        .cell = request->cell,
        .node = request->node,
        .temperature_k = request->temperature_k,
        .rows = chip->rows,
        .columns = chip->columns,
        .cell_bits = chip->cell_bits,
        .adc_columns = chip->adc_columns,
        .adc = chip->adc,
        .adc_bits = chip->adc_bits,
        .rows_driven = chip->rows_driven,
        .line_drop = chip->line_drop,
        .read_voltage_v = chip->read_voltage_v,
        .clock_hz = chip->clock_hz,
    };

    return crossbar_array_make(&design, array, reason);
}

static enum status gradients_make(const struct crossbar_costs_request *request,
                                  struct crossbar_array *array, struct error *reason)
{
    const struct crossbar *chip = request->chip;
    const struct crossbar_design design = {
        .cell = request->sram,
        .node = request->node,
        .temperature_k = request->temperature_k,
        .rows = chip->rows,
        .columns = chip->columns,
        .cell_bits = 1,
        .adc_columns = chip->adc_columns,
        .adc = chip->adc,
        .adc_bits = chip->gradient_adc_bits,
        .line_drop = chip->line_drop,
        .read_voltage_v = chip->read_voltage_v,
        .clock_hz = chip->clock_hz,
    };

    return crossbar_array_make(&design, array, reason);
}

static void arrays_write(const struct crossbar_costs_request *request,
                         const struct process *process, const struct crossbar_array *a,
                         const struct crossbar_array *g,
                         struct crossbar_subarray_row *costs)
{
    const struct crossbar *chip = request->chip;
    double converters = (double)chip->columns / (double)chip->adc_columns;
    double overhead = fmax(request->node->area_overhead, 1);
    struct crossbar_logic logic;

    crossbar_logic_make(process, &logic);

    double bit_m2 = (logic.adder_m2 + logic.register_m2) * overhead;
    double bit_w = logic.adder_w + logic.register_w;
    double bits = converters * (a->adc_bits + ACCUMULATOR_MARGIN_BITS);
    double gradient_bits = converters * (g->adc_bits + ACCUMULATOR_MARGIN_BITS);

    costs->bits_per_cell = a->cell_bits;
    costs->driven_rows = a->rows_driven;
    costs->bitline_drop = a->line_drop;
    costs->sum_bits = a->sum_bits;
    costs->converter_bits = a->adc_bits;
    costs->wordline_s = a->wordline_s;
    costs->settle_s = a->settle_s;
    costs->adc_s = a->adc_s;
    costs->conversion_s = a->conversion_s;
    costs->wordline_j = a->wordline_j;
    costs->cell_j = a->cell_j;
    costs->bitline_j = a->bitline_j;
    costs->adc_j = a->adc_j;
    costs->row_write_s = a->write_row_s;
    costs->cell_write_j = a->write_cell_j;
    costs->cells_m2 = a->cells_m2;
    costs->driver_m2 = a->driver_m2;
    costs->adc_m2 = a->adc_m2;
    costs->transposed_m2 = a->transposed_m2;
    costs->accumulator_m2 = bits * bit_m2;
    costs->leakage_w = a->leakage_w + bits * bit_w;
    costs->transposed_w = a->transposed_leakage_w;
    costs->gradient_driven_rows = g->rows_driven;
    costs->gradient_converter_bits = g->adc_bits;
    costs->gradient_wordline_s = g->wordline_s;
    costs->gradient_conversion_s = g->conversion_s;
    costs->gradient_wordline_j = g->wordline_j;
    costs->gradient_cell_j = g->cell_j;
    costs->gradient_bitline_j = g->bitline_j;
    costs->gradient_adc_j = g->adc_j;
    costs->gradient_row_write_s = g->write_row_s;
    costs->gradient_cell_write_j = g->write_cell_j;
    costs->gradient_subarray_m2 = g->cells_m2 + g->driver_m2 + g->adc_m2 +
                                  gradient_bits * bit_m2;
    costs->gradient_subarray_w = g->leakage_w + gradient_bits * bit_w;
    costs->accumulate_bit_j = logic.adder_j + logic.register_j;
}

static void bus_write(const struct wire *wire, struct crossbar_subarray_row *costs)
{
    costs->bus_bit_j_per_m = wire->j_per_m /
                             2; /* half of the wires switch with random data */
    costs->bus_s_per_m = wire->s_per_m;
    costs->bus_w_per_m = wire->w_per_m;
    costs->bus_pitch_m = wire->slot_m / wire->slot_shares;
}

enum status crossbar_costs_make(const struct crossbar_costs_request *request,
                                struct crossbar_subarray_row *costs,
                                struct error *reason)
{
    const struct wire_choice choice = { .level = WIRE_GLOBAL,
                                        .repeat = REPEAT_OPTIMAL };
    struct crossbar_array weights, gradients;
    struct process process;
    struct wire bus;
    enum status status;

    *costs = (struct crossbar_subarray_row){ .bits_per_cell = 0 };
    status = weights_make(request, &weights, reason);
    if (status == STATUS_OK)
        status = gradients_make(request, &gradients, reason);
    if (status == STATUS_OK)
        status = process_make(&process, request->node, &array_rules_physical,
                              request->temperature_k, reason);
    if (status == STATUS_OK)
        status = wire_make(&bus, &process, choice, reason);
    if (status != STATUS_OK)
        return status;
    bus_write(&bus, costs);
    arrays_write(request, &process, &weights, &gradients, costs);
    return STATUS_OK;
}
