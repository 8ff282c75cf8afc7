/* UPMEM: cores beside DRAM banks.  The model follows J. Gomez-Luna et al., "Benchmarking a New
 * Paradigm: Experimental Analysis of a Real Processing-in-Memory Architecture" (PrIM), IEEE
 * Access 10, 2022. */
#include "machine/layerwise/layerwise.h"

#include <math.h>

/* clang-format off */
static const struct field upmem_operation_fields[] = {
    FIELD_WORD(struct upmem_operation, operation, operation_words, REQUIRED, "what is computed"),
    FIELD_COUNT(struct upmem_operation, bits, REQUIRED, 1, 64, "width of the operands"),
    FIELD_NUMBER(struct upmem_operation, instructions, "1", REQUIRED, 1, 1e6, "instructions of one operation, with those for loop and addresses"),
};
static const struct schema upmem_operation_schema = {
    .kind = "operation", .size = sizeof(struct upmem_operation),
    .fields = upmem_operation_fields, .field_count = FIELD_COUNT_OF(upmem_operation_fields),
};

static const struct field upmem_fields[] = {
    MACHINE_FIELDS,
    FIELD_NUMBER(struct upmem, clock_hz, "Hz", REQUIRED, 1e6, 1e11, "clock of a DPU"),
    FIELD_COUNT(struct upmem, dpus, REQUIRED, 1, 1u << 20, "cores"),
    FIELD_COUNT_OR(struct upmem, active_dpus, "all", 1, 1u << 20, "cores at work"),
    FIELD_COUNT(struct upmem, tasklets, REQUIRED, 1, 64, "threads of a core at work"),
    FIELD_COUNT(struct upmem, issue_cycles, REQUIRED, 1, 64, "cycles between two instructions of a tasklet"),
    FIELD_NUMBER(struct upmem, memory_bytes, "byte", REQUIRED, 1, 1e12, "DRAM of a DPU (MRAM)"),
    FIELD_NUMBER(struct upmem, scratchpad_bytes, "byte", REQUIRED, 1, 1e12, "SRAM of a DPU (WRAM)"),
    FIELD_NUMBER(struct upmem, read_cycles, "1", REQUIRED, 0, 1e6, "cycles to start an MRAM read"),
    FIELD_NUMBER(struct upmem, write_cycles, "1", REQUIRED, 0, 1e6, "cycles to start an MRAM write"),
    FIELD_NUMBER(struct upmem, cycles_per_byte, "1", REQUIRED, 1e-6, 1e6, "cycles per byte of an MRAM transfer"),
    FIELD_NUMBER(struct upmem, transfer_bytes, "byte", REQUIRED, 8, 2048, "size of an MRAM transfer of a kernel"),
    FIELD_NUMBER(struct upmem, broadcast_bytes_per_s, "byte/s", REQUIRED, 1, 1e15, "rate of sending the same data from the host to all DPUs, counted where they arrive"),
    FIELD_NUMBER(struct upmem, scatter_bytes_per_s, "byte/s", REQUIRED, 1, 1e15, "rate of sending different data from the host to DPUs"),
    FIELD_NUMBER(struct upmem, gather_bytes_per_s, "byte/s", REQUIRED, 1, 1e15, "rate from DPUs to the host"),
    FIELD_NUMBER(struct upmem, power_w, "W", REQUIRED, 0, 1e6, "power of all DPUs while they work"),
    FIELD_LIST(struct upmem, operations, &upmem_operation_schema, "arithmetic"),
};
const struct schema upmem_schema = {
    .kind = "machine", .folder = "machines", .size = sizeof(struct upmem),
    .fields = upmem_fields, .field_count = FIELD_COUNT_OF(upmem_fields),
    .finish = machine_finish,
};
/* clang-format on */

/* Returns the instructions per second of one DPU.  Each tasklet issues one in issue_cycles
 * cycles. */
static double issue_hz(const struct upmem *u)
{
    return u->clock_hz * fmin(1, (double)u->tasklets / (double)u->issue_cycles);
}

/* Returns the time of a transfer between MRAM and WRAM: a start time and a time per byte. */
static double transfer_s(const struct upmem *u, bool is_read, double bytes)
{
    return ((is_read ? u->read_cycles : u->write_cycles) + u->cycles_per_byte * bytes) /
           u->clock_hz;
}

static double instructions(const struct upmem *u, int operation, uint64_t bits)
{
    for (size_t i = 0; i < u->operations_count; i++)
        if (u->operations[i].operation == operation && u->operations[i].bits == bits)
            return u->operations[i].instructions;
    return 0;
}

static uint64_t active_dpus(const struct upmem *u)
{
    return u->active_dpus ? u->active_dpus : u->dpus;
}

/* Returns the number of instructions of one step of a dot product.  If the record does not give
 * it, it is the sum of those of a multiplication and an addition; 0 if these are missing, too. */
static double mac_instructions(const struct upmem *u, uint64_t bits)
{
    double together = instructions(u, OPERATION_MULTIPLY_ADD, bits);
    double product = instructions(u, OPERATION_MULTIPLY, bits);

    return together > 0 || product <= 0
               ? together
               : product + instructions(u, OPERATION_ADD, bits);
}

static enum status upmem_check(const struct machine *machine, struct error *err)
{
    const struct upmem *u = (const struct upmem *)machine;

    if (u->active_dpus > u->dpus)
        return error_set(err, STATUS_INPUT,
                         "active_dpus is %ju, must be \"all\" or at most dpus (%ju)",
                         (uintmax_t)u->active_dpus, (uintmax_t)u->dpus);
    if (u->scratchpad_bytes < (double)u->tasklets * u->transfer_bytes)
        return error_set(
            err, STATUS_INPUT,
            "transfer_bytes is %g, must be small enough that the buffers of %ju "
            "tasklets fit scratchpad_bytes (%g)",
            u->transfer_bytes, (uintmax_t)u->tasklets, u->scratchpad_bytes);
    return STATUS_OK;
}

static enum status memory_operate(const struct operation_request *request,
                                  uint64_t dpus, struct operation_result *answer,
                                  struct error *reason)
{
    const struct upmem *u = (const struct upmem *)request->machine;
    double bytes = (double)request->elements;

    if (bytes < 8 || bytes > 2048 || fmod(bytes, 8) > 0)
        return error_set(
            reason, STATUS_INFEASIBLE,
            "an MRAM transfer has %g bytes, must be a multiple of 8 in 8..2048", bytes);
    answer->lanes = dpus;
    answer->latency_s = transfer_s(u, request->operation == OPERATION_MEMORY_READ,
                                   bytes);
    answer->throughput_hz = (double)dpus / answer->latency_s;
    answer->bytes_per_s = bytes / answer->latency_s;
    return STATUS_OK;
}

static enum status upmem_operate(const struct operation_request *request,
                                 struct operation_result *answer, struct error *reason)
{
    const struct upmem *u = (const struct upmem *)request->machine;
    double count = instructions(u, request->operation, request->bits);
    uint64_t dpus = active_dpus(u);

    if (request->operation == OPERATION_MEMORY_READ ||
        request->operation == OPERATION_MEMORY_WRITE)
        return memory_operate(request, dpus, answer, reason);
    if (count <= 0)
        return error_set(reason, STATUS_INFEASIBLE, "%s has no %s of %u bits",
                         request->machine->record.name,
                         word_name(operation_words, request->operation), request->bits);
    answer->lanes = dpus;
    answer->latency_s = count / issue_hz(u);
    answer->throughput_hz = (double)dpus / answer->latency_s;
    answer->power_w = u->power_w * (double)dpus / (double)u->dpus;
    answer->energy_j = answer->power_w / answer->throughput_hz;
    return STATUS_OK;
}

/* How the m x n outputs (n over all groups) are distributed: columns to DPUs, and also rows if
 * there are more DPUs than columns. */
struct shares {
    double columns, rows; /* the largest share of a DPU */
    double groups;        /* number of groups whose inputs its columns need */
    double dpus;          /* number of DPUs that have work */
    bool is_broadcast;    /* all DPUs take the same inputs */
};

static struct shares shares_of(const struct gemm *gemm, uint64_t groups, uint64_t dpus)
{
    double n = (double)gemm->n * (double)groups, m = (double)gemm->m;
    double across = fmin(n, (double)dpus);
    double down = fmin(m, floor((double)dpus / across));

    return (struct shares){
        .columns = ceil(n / across),
        .rows = ceil(m / down),
        .groups = ceil(ceil(n / across) / (double)gemm->n),
        .dpus = across * down,
        .is_broadcast = down <= 1 && groups == 1,
    };
}

/* Weights are read from MRAM for each output.  Inputs are, too, if a column of them is larger
 * than the part of the scratchpad that the tasklets' buffers leave free.  The host sends the
 * windows of a convolution as columns of a product, so that overlapping pixels are sent several
 * times. */
static enum status upmem_layer(const struct layerwise_request *request,
                               const struct mac_layer *layer,
                               struct layerwise_result *result, struct error *reason)
{
    const struct upmem *u = (const struct upmem *)request->machine;
    struct gemm gemm = mac_layer_gemm(layer);
    double bytes = request->bits / 8.0;
    double per_mac = mac_instructions(u, request->bits);
    double spare = u->scratchpad_bytes - (double)u->tasklets * u->transfer_bytes;
    double macs, moved, compute_s, memory_s, inputs_s;
    uint64_t dpus = active_dpus(u);
    struct shares share;

    if (per_mac <= 0)
        return error_set(reason, STATUS_INFEASIBLE,
                         "%s has no multiplication of %u bits",
                         request->machine->record.name, request->bits);
    share = shares_of(&gemm, layer->groups, dpus);
    macs = share.columns * share.rows * (double)gemm.k;
    moved = macs * bytes * ((double)gemm.k * bytes > spare ? 2 : 1);
    compute_s = macs * per_mac / issue_hz(u);
    memory_s = moved / u->transfer_bytes * transfer_s(u, true, u->transfer_bytes);
    inputs_s = share.groups * share.rows * (double)gemm.k * bytes * share.dpus /
               (share.is_broadcast ? u->broadcast_bytes_per_s : u->scatter_bytes_per_s);
    if (layer->streams_weights) /* the second operand was not stored before either */
        inputs_s += mac_layer_weights(layer) * bytes / u->scatter_bytes_per_s;
    result->compute_s += compute_s;
    result->memory_s += memory_s;
    result->input_s += inputs_s;
    result->output_s += mac_layer_outputs(layer) * bytes / u->gather_bytes_per_s;
    result->offchip_bytes += (mac_layer_inputs(layer) + mac_layer_outputs(layer)) *
                             bytes;
    result->latency_s += fmax(compute_s, memory_s);
    return STATUS_OK;
}

static enum status upmem_finish(const struct layerwise_request *request,
                                struct layerwise_result *result, struct error *reason)
{
    const struct upmem *u = (const struct upmem *)request->machine;
    double dpus = (double)active_dpus(u);

    if (result->weight_bytes > dpus * u->memory_bytes)
        return error_set(
            reason, STATUS_INFEASIBLE,
            "the weights take %.3g bytes, must fit %g DPUs of %.3g bytes each",
            result->weight_bytes, dpus, u->memory_bytes);
    result->latency_s += result->input_s + result->output_s;
    result->energy_j = u->power_w * dpus / (double)u->dpus * result->latency_s;
    return STATUS_OK;
}

static const struct layerwise_steps upmem_steps = {
    .operate = upmem_operate,
    .layer = upmem_layer,
    .finish = upmem_finish,
};

const struct machine_family upmem_family = {
    .name = "upmem",
    .summary = "cores beside DRAM banks",
    .kind = MACHINE_LAYERWISE,
    .schema = &upmem_schema,
    .layerwise = &upmem_steps,
    .check = upmem_check,
};
