/* The systolic array as SCALE-Sim counts it, including its errors
 * (machine/pe_array/scalesim.h), for comparison with the family systolic.  Groups run one after
 * the other.  The images of a batch are stacked to one tall image. */
#include "machine/pe_array/mapping.h"
#include "machine/pe_array/scalesim.h"

static enum status scalesim_check(const struct machine *machine, struct error *err)
{
    const struct pe_array *array = (const struct pe_array *)machine;
    if (!pe_array_level(array, LEVEL_INPUT_BUFFER) ||
        !pe_array_level(array, LEVEL_WEIGHT_BUFFER) ||
        !pe_array_level(array, LEVEL_OUTPUT_BUFFER))
        return error_set(err, STATUS_INPUT,
                         "is scalesim, must have an input-, a weight- and an "
                         "output-buffer");
    return STATUS_OK;
}

static uint64_t kib_of(const struct pe_machine *machine, enum level_id id)
{
    uint64_t kib = (uint64_t)pe_machine_capacity(machine, id) / 1024;

    return kib > 0 ? kib : 1;
}

static enum status scalesim_map(const struct pe_machine *machine,
                                const struct mac_layer *layer, struct mapping *mapping,
                                struct error *err)
{
    const struct pe_array *a = &machine->array;
    const struct scalesim_array array = {
        .rows = a->pe_rows,
        .columns = a->pe_columns,
        .dataflow = (enum dataflow)a->dataflow,
        .ifmap_kib = kib_of(machine, LEVEL_INPUT_BUFFER),
        .filter_kib = kib_of(machine, LEVEL_WEIGHT_BUFFER),
        .ofmap_kib = kib_of(machine, LEVEL_OUTPUT_BUFFER),
    };
    uint64_t rows = layer->batch * layer->out_height;
    bool is_cut = layer->hangs_over && layer->batch == 1;
    const struct scalesim_layer one = {
        .ifmap_height = is_cut ? layer->in_height
                               : (rows - 1) * layer->stride + layer->kernel_height,
        .ifmap_width = is_cut ? layer->in_width
                              : (layer->out_width - 1) * mac_layer_stride_width(layer) +
                                    layer->kernel_width,
        .filter_height = layer->kernel_height,
        .filter_width = layer->kernel_width,
        .channels = layer->channels,
        .filters = layer->filters,
        .stride = layer->stride,
        .stride_width = mac_layer_stride_width(layer),
    };
    double groups = (double)layer->groups;
    struct scalesim_counts c;
    enum status status = scalesim_evaluate(&array, &one, &c, err);

    if (status != STATUS_OK)
        return status;
    mapping->macs = mapping->computed_macs = mac_layer_macs(layer);
    mapping->cycles = groups * (double)c.total_cycles;
    mapping->pe_cycles = mapping->cycles * (double)(a->pe_rows * a->pe_columns);
    mapping->active_pes = c.mapping_efficiency / 100 *
                          (double)(a->pe_rows * a->pe_columns);
    mapping->levels[LEVEL_INPUT_BUFFER].reads = groups * (double)c.sram_ifmap.words;
    mapping->levels[LEVEL_WEIGHT_BUFFER].reads = groups * (double)c.sram_filter.words;
    mapping->levels[LEVEL_OUTPUT_BUFFER].writes = groups * (double)c.sram_ofmap.words;
    mapping->dram_reads = groups * (double)(c.dram_ifmap.words + c.dram_filter.words);
    mapping->dram_writes = groups * (double)c.dram_ofmap.words;
    return STATUS_OK;
}

/* The simulation takes one step per cycle and one per operand that enters the array.  Inputs
 * enter once if they fit the used half of their buffer, else once per column fold. */
static double scalesim_map_s(const struct pe_machine *machine,
                             const struct mac_layer *layer)
{
    const double cycle_s = 7e-9, operand_s = 4e-9;
    const struct pe_array *a = &machine->array;
    struct gemm gemm = mac_layer_gemm(layer);
    struct systolic_folds folds = systolic_fold(&gemm, (enum dataflow)a->dataflow,
                                                a->pe_rows, a->pe_columns);
    bool fits = mac_layer_inputs(layer) / (double)layer->groups <
                (double)kib_of(machine, LEVEL_INPUT_BUFFER) * 512;
    double passes = fits || a->dataflow == DATAFLOW_IS ? 1 : (double)folds.column_folds;
    double cycles = (double)folds.row_folds * (double)folds.column_folds *
                    (double)(folds.load + folds.time + folds.skew);

    return cycles * cycle_s + (double)gemm.m * (double)gemm.k * passes * operand_s;
}

/* clang-format off */
static const struct field scalesim_fields[] = {
    PE_ARRAY_FIELDS,
    FIELD_WORD(struct pe_array, dataflow, dataflow_words, DATAFLOW_OS, "operand that stays in the PEs: outputs, weights or inputs"),
};
/* clang-format on */

const struct schema scalesim_schema = PE_ARRAY_SCHEMA(scalesim_fields);

static const struct pe_steps scalesim_steps = {
    .is_stall_free = true,
    .map = scalesim_map,
    .map_s = scalesim_map_s,
};

const struct machine_family scalesim_family = {
    .name = "scalesim",
    .summary = "a systolic array with SCALE-Sim's counts",
    .kind = MACHINE_PE_ARRAY,
    .schema = &scalesim_schema,
    .check = scalesim_check,
    .pe = &scalesim_steps,
};
