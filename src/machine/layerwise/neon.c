/* NEON: non-linear functions as small networks in RRAM crossbars, beside digital units
 * and look-up tables (A. Manglik et al., arXiv 2211.05730, 32 nm, 16-bit fixed point). */
#include "base/divide.h"
#include "machine/layerwise/layerwise.h"

#include <math.h>

/* clang-format off */
static const struct field neon_function_fields[] = {
    FIELD_WORD(struct neon_function, operation, cim_operation_words, REQUIRED, "what it computes"),
    FIELD_COUNT(struct neon_function, elements, 1, 1, 1u << 20, "values in, and out"),
    FIELD_COUNT(struct neon_function, hidden_layers, 0, 0, 64, "of its network in crossbars (0: none)"),
    FIELD_COUNT(struct neon_function, exponent_units, 0, 0, 1u << 20, "digital exponential units"),
    FIELD_COUNT(struct neon_function, divide_units, 0, 0, 1u << 20, "digital division or square root units"),
    FIELD_COUNT(struct neon_function, multiply_units, 0, 0, 1u << 20, "digital multipliers"),
    FIELD_COUNT(struct neon_function, tables, 0, 0, 1u << 30, "look-up tables, each of all values of a weight's width"),
};
static const struct schema neon_function_schema = {
    .kind = "function", .size = sizeof(struct neon_function),
    .fields = neon_function_fields, .field_count = FIELD_COUNT_OF(neon_function_fields),
};

static const struct field neon_fields[] = {
    MACHINE_FIELDS,
    FIELD_COUNT(struct neon, rows, 128, 1, 65536, "rows and columns of a crossbar"),
    FIELD_COUNT(struct neon, hidden, 128, 1, 65536, "width of a network's hidden layers"),
    FIELD_COUNT(struct neon, weight_bits, 16, 1, 32, "bits of a weight"),
    FIELD_COUNT(struct neon, cell_bits, 2, 1, 32, "bits of a cell"),
    FIELD_NUMBER(struct neon, subarray_w, "W", 0, 0, 1e3, "a crossbar with its converters"),
    FIELD_NUMBER(struct neon, subarray_m2, "m2", 0, 0, 1, "a crossbar with its converters"),
    FIELD_COUNT(struct neon, bank_subarrays, 0, 0, 65536, "crossbars of a bank (0: none hold a network's weights)"),
    FIELD_NUMBER(struct neon, bank_w, "W", 0, 0, 1e3, "a bank, all crossbars at work"),
    FIELD_NUMBER(struct neon, bank_m2, "m2", 0, 0, 1, "a bank, its crossbars included"),
    FIELD_NUMBER(struct neon, cycle_s, "s", 0, 0, 1e-3, "one bit of all inputs of a crossbar, converted"),
    FIELD_NUMBER(struct neon, exponent_w, "W", 0, 0, 1e3, "digital exponential unit"),
    FIELD_NUMBER(struct neon, exponent_m2, "m2", 0, 0, 1, "digital exponential unit"),
    FIELD_NUMBER(struct neon, divide_w, "W", 0, 0, 1e3, "digital division or square root unit"),
    FIELD_NUMBER(struct neon, divide_m2, "m2", 0, 0, 1, "digital division or square root unit"),
    FIELD_NUMBER(struct neon, multiply_w, "W", 0, 0, 1e3, "digital multiplier"),
    FIELD_NUMBER(struct neon, multiply_m2, "m2", 0, 0, 1, "digital multiplier"),
    FIELD_LIST(struct neon, functions, &neon_function_schema, "functions there are units for"),
};
const struct schema neon_schema = {
    .kind = "machine", .folder = "machines", .size = sizeof(struct neon),
    .fields = neon_fields, .field_count = FIELD_COUNT_OF(neon_fields),
    .finish = machine_finish,
};
/* clang-format on */

static enum status neon_check(const struct machine *machine, struct error *err)
{
    const struct neon *n = (const struct neon *)machine;

    if (n->weight_bits % n->cell_bits)
        return error_set(err, STATUS_INPUT,
                         "cell_bits is %ju, must divide weight_bits (%ju)",
                         (uintmax_t)n->cell_bits, (uintmax_t)n->weight_bits);
    if (n->bank_w < (double)n->bank_subarrays * n->subarray_w)
        return error_set(err, STATUS_INPUT,
                         "bank_w is %g W, must be at least that of %ju subarrays "
                         "(%g W each)",
                         n->bank_w, (uintmax_t)n->bank_subarrays, n->subarray_w);
    if (n->hidden > n->rows)
        return error_set(err, STATUS_INPUT,
                         "hidden is %ju, must be at most rows (%ju): a hidden layer's "
                         "inputs are one crossbar's",
                         (uintmax_t)n->hidden, (uintmax_t)n->rows);
    return STATUS_OK;
}

/* Crossbars of a network d -> hidden (x layers) -> d, a weight in weight_bits / cell_bits
 * adjoining cells.  Our reading of the paper's table: with no constant fitted it gives
 * all seven of its powers. */
static uint64_t subarrays(const struct neon *n, const struct neon_function *f)
{
    uint64_t slices = n->weight_bits / n->cell_bits;
    uint64_t hidden = div_up(slices * n->hidden, n->rows);

    if (!f->hidden_layers)
        return 0;
    return div_up(f->elements, n->rows) * hidden + (f->hidden_layers - 1) * hidden +
           div_up(slices * f->elements, n->rows);
}

static enum status neon_operate(const struct cim_request *request,
                                struct cim_answer *answer, struct error *reason)
{
    const struct neon *n = (const struct neon *)request->machine;
    uint64_t elements = request->elements ? request->elements : 1;
    const struct neon_function *f = NULL;

    for (size_t i = 0; i < n->functions_count; i++)
        if (n->functions[i].operation == request->operation &&
            n->functions[i].elements == elements)
            f = &n->functions[i];
    if (!f || request->bits != n->weight_bits)
        return error_set(reason, STATUS_INFEASIBLE,
                         "%s has no %s of %ju elements of %u bits",
                         request->machine->record.name,
                         word_name(cim_operation_words, request->operation),
                         (uintmax_t)elements, request->bits);
    answer->subarrays = subarrays(n, f);
    answer->table_bytes = (double)f->tables * (double)(1ull << n->weight_bits) *
                          (double)n->weight_bits / 8;
    if (f->tables) /* the paper gives no power or area of one table */
        return STATUS_OK;
    answer->power_w = (double)answer->subarrays * n->subarray_w +
                      (double)f->exponent_units * n->exponent_w +
                      (double)f->divide_units * n->divide_w +
                      (double)f->multiply_units * n->multiply_w;
    answer->area_m2 = (double)answer->subarrays * n->subarray_m2 +
                      (double)f->exponent_units * n->exponent_m2 +
                      (double)f->divide_units * n->divide_m2 +
                      (double)f->multiply_units * n->multiply_m2;
    return STATUS_OK;
}

/* ---- networks */

/* A layer's weights lie in crossbars of its own, bit slices side by side; every input
 * vector is applied bit by bit, one cycle each.  Layers come one after the other.  What
 * crossbars of a bank share is on while one of them works. */
static enum status neon_layer(const struct cim_network_request *request,
                              const struct mac_layer *layer, struct cim_network *result,
                              struct error *reason)
{
    const struct neon *n = (const struct neon *)request->machine;
    struct gemm gemm = mac_layer_gemm(layer);
    uint64_t slices = div_up(request->bits, n->cell_bits);
    uint64_t crossbars = layer->groups * div_up(gemm.k, n->rows) *
                         div_up(gemm.n * slices, n->rows);
    double time_s = (double)gemm.m * request->bits * n->cycle_s;
    double banks, shared_w;

    if (n->cycle_s <= 0 || !n->bank_subarrays)
        return error_set(reason, STATUS_INFEASIBLE, "%s has no crossbars for weights",
                         request->machine->record.name);
    if (request->bits > n->weight_bits)
        return error_set(reason, STATUS_INFEASIBLE, "weights have %ju bits, not %u",
                         (uintmax_t)n->weight_bits, request->bits);
    if (layer->streams_weights)
        return error_set(reason, STATUS_INFEASIBLE,
                         "layer '%s' multiplies activations, crossbars hold weights",
                         layer->name);
    banks = ceil((double)crossbars / (double)n->bank_subarrays);
    shared_w = n->bank_w - (double)n->bank_subarrays * n->subarray_w;
    result->crossbars += (double)crossbars;
    result->compute_s += time_s;
    result->latency_s += time_s;
    result->part_j[CIM_PART_COMPUTE] += (double)crossbars * n->subarray_w * time_s;
    result->part_j[CIM_PART_BUFFERS] += banks * shared_w * time_s;
    return STATUS_OK;
}

static enum status neon_finish(const struct cim_network_request *request,
                               struct cim_network *result, struct error *reason)
{
    const struct neon *n = (const struct neon *)request->machine;

    (void)reason;
    result->area_m2 = ceil(result->crossbars / (double)n->bank_subarrays) * n->bank_m2;
    result->energy_j = result->part_j[CIM_PART_COMPUTE] +
                       result->part_j[CIM_PART_BUFFERS];
    return STATUS_OK;
}

static const struct layerwise_steps neon_steps = {
    .knows_parts = true,
    .operate = neon_operate,
    .layer = neon_layer,
    .finish = neon_finish,
};

const struct machine_family neon_family = {
    .name = "neon",
    .summary = "non-linear functions and networks on RRAM crossbars",
    .kind = MACHINE_LAYERWISE,
    .schema = &neon_schema,
    .layerwise = &neon_steps,
    .check = neon_check,
};
