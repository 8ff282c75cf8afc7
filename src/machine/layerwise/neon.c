/* NEON: computes non-linear functions as small networks in RRAM crossbars; for comparison with
 * digital units and look-up tables (A. Manglik et al., arXiv 2211.05730, 32 nm, 16-bit fixed
 * point). */
#include "base/divide.h"
#include "base/maths.h"
#include "machine/layerwise/layerwise.h"

#include <math.h>
#include <string.h>

/* clang-format off */
static const struct field neon_function_fields[] = {
    FIELD_WORD(struct neon_function, operation, operation_words, REQUIRED, "what it computes"),
    FIELD_COUNT(struct neon_function, elements, 1, 1, 1u << 20, "number of inputs, and of outputs"),
    FIELD_COUNT(struct neon_function, hidden_layers, 0, 0, 64, "hidden layers of its network in crossbars (0: it has no network)"),
    FIELD_COUNT(struct neon_function, exponent_units, 0, 0, 1u << 20, "number of digital exponential units"),
    FIELD_COUNT(struct neon_function, divide_units, 0, 0, 1u << 20, "number of digital division or square root units"),
    FIELD_COUNT(struct neon_function, multiply_units, 0, 0, 1u << 20, "digital multipliers"),
    FIELD_COUNT(struct neon_function, tables, 0, 0, 1u << 30, "number of look-up tables, each with an entry per value of a weight's width"),
    FIELD_COUNT(struct neon_function, table_steps, 1, 1, 64, "number of look-ups that follow each other"),
};
static const struct schema neon_function_schema = {
    .kind = "function", .size = sizeof(struct neon_function),
    .fields = neon_function_fields, .field_count = FIELD_COUNT_OF(neon_function_fields),
};

static const struct field neon_use_fields[] = {
    FIELD_NAME(struct neon_use, workload, "workload", NULL, "network that computes the function"),
    FIELD_WORD(struct neon_use, operation, operation_words, REQUIRED, "what it computes"),
    FIELD_COUNT(struct neon_use, elements, 1, 1, 1u << 20, "number of inputs, and of outputs"),
    FIELD_COUNT(struct neon_use, times, REQUIRED, 1, 1ull << 40, "how often it is computed in one inference"),
};
static const struct schema neon_use_schema = {
    .kind = "use", .size = sizeof(struct neon_use),
    .fields = neon_use_fields, .field_count = FIELD_COUNT_OF(neon_use_fields),
};

static const struct field neon_fields[] = {
    MACHINE_FIELDS,
    FIELD_COUNT(struct neon, rows, 128, 1, 65536, "rows and columns of a crossbar"),
    FIELD_COUNT(struct neon, hidden, 128, 1, 65536, "width of a network's hidden layers"),
    FIELD_COUNT(struct neon, weight_bits, 16, 1, 32, "bits of a weight"),
    FIELD_COUNT(struct neon, cell_bits, 2, 1, 32, "bits of a cell"),
    FIELD_NUMBER(struct neon, subarray_w, "W", 0, 0, 1e3, "power of a crossbar with its converters"),
    FIELD_NUMBER(struct neon, subarray_m2, "m2", 0, 0, 1, "area of a crossbar with its converters"),
    FIELD_COUNT(struct neon, bank_subarrays, 0, 0, 65536, "crossbars of a bank (0: no crossbar stores a network's weights)"),
    FIELD_NUMBER(struct neon, bank_w, "W", 0, 0, 1e3, "power of a bank in which all crossbars work"),
    FIELD_NUMBER(struct neon, bank_m2, "m2", 0, 0, 1, "area of a bank with its crossbars"),
    FIELD_NUMBER(struct neon, cycle_s, "s", 0, 0, 1e-3, "time in which a crossbar takes and converts one bit of all its inputs"),
    FIELD_NUMBER(struct neon, exponent_w, "W", 0, 0, 1e3, "power of a digital exponential unit"),
    FIELD_NUMBER(struct neon, exponent_m2, "m2", 0, 0, 1, "area of a digital exponential unit"),
    FIELD_NUMBER(struct neon, divide_w, "W", 0, 0, 1e3, "power of a digital division or square root unit"),
    FIELD_NUMBER(struct neon, divide_m2, "m2", 0, 0, 1, "area of a digital division or square root unit"),
    FIELD_NUMBER(struct neon, multiply_w, "W", 0, 0, 1e3, "power of a digital multiplier"),
    FIELD_NUMBER(struct neon, multiply_m2, "m2", 0, 0, 1, "area of a digital multiplier"),
    FIELD_NUMBER(struct neon, exponent_s, "s", 0, 0, 1, "time of a digital exponential"),
    FIELD_NUMBER(struct neon, divide_s, "s", 0, 0, 1, "time of a digital division or square root"),
    FIELD_NUMBER(struct neon, multiply_s, "s", 0, 0, 1, "time of a digital multiplication"),
    FIELD_NUMBER(struct neon, add_s, "s", 0, 0, 1, "time of one level of a tree of adders"),
    FIELD_NUMBER(struct neon, table_s, "s", 0, 0, 1, "time of a look-up"),
    FIELD_NUMBER(struct neon, table_j, "J", 0, 0, 1, "energy of a look-up"),
    FIELD_NUMBER(struct neon, table_m2, "m2", 0, 0, 1, "area of a table"),
    FIELD_NUMBER(struct neon, write_row_s, "s", 0, 0, 1, "time to program a row of cells (0: crossbars do not compute products of activations)"),
    FIELD_LIST(struct neon, uses, &neon_use_schema, "how often networks compute functions"),
    FIELD_LIST(struct neon, functions, &neon_function_schema, "functions for which the machine has units"),
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
        return error_set(
            err, STATUS_INPUT,
            "hidden is %ju, must be at most rows (%ju): one crossbar takes all "
            "inputs of a hidden layer",
            (uintmax_t)n->hidden, (uintmax_t)n->rows);
    return STATUS_OK;
}

/* Returns the number of crossbars of a network d -> hidden (x layers) -> d whose weights take
 * weight_bits / cell_bits adjacent cells.  The paper does not state this rule; it is inferred from
 * its table, and reproduces all seven powers without a fitted constant. */
static uint64_t subarrays(const struct neon *n, const struct neon_function *f)
{
    uint64_t slices = n->weight_bits / n->cell_bits;
    uint64_t hidden = div_up(slices * n->hidden, n->rows);

    if (!f->hidden_layers)
        return 0;
    return div_up(f->elements, n->rows) * hidden + (f->hidden_layers - 1) * hidden +
           div_up(slices * f->elements, n->rows);
}

static const struct neon_function *function_find(const struct neon *n, int operation,
                                                 uint64_t elements)
{
    for (size_t i = 0; i < n->functions_count; i++)
        if (n->functions[i].operation == operation &&
            n->functions[i].elements == elements)
            return &n->functions[i];
    return NULL;
}

static double levels_of_tree(const struct neon_function *f)
{
    return f->elements > 1 ? ceil(maths_log2((double)f->elements)) : 0;
}

static double rounds(const struct neon_function *f, uint64_t units)
{
    return units ? ceil((double)f->elements / (double)units) : 0;
}

/* Returns the time of one operation, or NAN if the record does not give its parts.  Crossbars
 * take one bit of all inputs per cycle, layer after layer.  Digital units process their
 * elements one after the other and add up values in a tree of adders.  Tables take look-ups. */
static double latency_s(const struct neon *n, const struct neon_function *f)
{
    double units_s = rounds(f, f->exponent_units) * n->exponent_s +
                     rounds(f, f->divide_units) * n->divide_s +
                     rounds(f, f->multiply_units) * n->multiply_s +
                     levels_of_tree(f) * n->add_s;
    double tables_s = (double)f->table_steps * n->table_s +
                      levels_of_tree(f) * n->add_s;
    double crossbars_s = (double)(f->hidden_layers + 1) * (double)n->weight_bits *
                         n->cycle_s;
    double time_s = f->hidden_layers ? crossbars_s : f->tables ? tables_s : units_s;

    return time_s > 0 ? time_s : NAN;
}

static void units_answer(const struct neon *n, const struct neon_function *f,
                         struct operation_result *answer)
{
    answer->power_w = (double)answer->subarrays * n->subarray_w +
                      (double)f->exponent_units * n->exponent_w +
                      (double)f->divide_units * n->divide_w +
                      (double)f->multiply_units * n->multiply_w;
    answer->area_m2 = (double)answer->subarrays * n->subarray_m2 +
                      (double)f->exponent_units * n->exponent_m2 +
                      (double)f->divide_units * n->divide_m2 +
                      (double)f->multiply_units * n->multiply_m2;
    answer->energy_j = answer->power_w * answer->latency_s;
}

/* The paper gives no power or area of a table; the record may give them. */
static void tables_answer(const struct neon *n, const struct neon_function *f,
                          struct operation_result *answer)
{
    if (n->table_j <= 0 || n->table_m2 <= 0)
        return;
    answer->energy_j = (double)f->tables * n->table_j;
    answer->area_m2 = (double)f->tables * n->table_m2;
    answer->power_w = answer->energy_j / answer->latency_s;
}

/* The unit for what is asked. */
static enum status unit_find(const struct operation_request *request,
                             const struct neon_function **function,
                             struct error *reason)
{
    const struct neon *n = (const struct neon *)request->machine;
    uint64_t elements = request->elements ? request->elements : 1;

    *function = function_find(n, request->operation, elements);
    if (!*function || request->bits != n->weight_bits)
        return error_set(reason, STATUS_INFEASIBLE,
                         "%s has no %s of %ju elements of %u bits",
                         request->machine->record.name,
                         word_name(operation_words, request->operation),
                         (uintmax_t)elements, request->bits);
    return STATUS_OK;
}

static enum status neon_function(const struct operation_request *request,
                                 struct operation_network *network,
                                 struct error *reason)
{
    const struct neon *n = (const struct neon *)request->machine;
    const struct neon_function *f;
    enum status status = unit_find(request, &f, reason);

    if (status != STATUS_OK)
        return status;
    if (!f->hidden_layers)
        return error_set(reason, STATUS_INFEASIBLE, "%s computes %s by no network",
                         request->machine->record.name,
                         word_name(operation_words, request->operation));
    *network = (struct operation_network){
        .hidden_layers = f->hidden_layers,
        .hidden = n->hidden,
        .weight_bits = n->weight_bits,
    };
    return STATUS_OK;
}

static enum status neon_operate(const struct operation_request *request,
                                struct operation_result *answer, struct error *reason)
{
    const struct neon *n = (const struct neon *)request->machine;
    const struct neon_function *f;
    enum status status = unit_find(request, &f, reason);

    if (status != STATUS_OK)
        return status;
    answer->subarrays = subarrays(n, f);
    answer->table_bytes = (double)f->tables * (double)(1ull << n->weight_bits) *
                          (double)n->weight_bits / 8;
    answer->latency_s = latency_s(n, f);
    if (f->tables)
        tables_answer(n, f, answer);
    else
        units_answer(n, f, answer);
    return STATUS_OK;
}

/* ---- networks */

/* Each layer has its own crossbars, with the bit slices of a weight in adjacent cells.  Every
 * input vector is applied bit by bit, one bit per cycle.  Layers run one after the other.  The
 * circuits that crossbars of a bank share are on while one of these crossbars works. */
static enum status neon_layer(const struct layerwise_request *request,
                              const struct mac_layer *layer,
                              struct layerwise_result *result, struct error *reason)
{
    const struct neon *n = (const struct neon *)request->machine;
    struct gemm gemm = mac_layer_gemm(layer);
    uint64_t slices = div_up(request->bits, n->cell_bits);
    uint64_t crossbars = layer->groups * div_up(gemm.k, n->rows) *
                         div_up(gemm.n * slices, n->rows);
    double time_s = (double)gemm.m * request->bits * n->cycle_s;
    double banks, shared_w;

    if (layer->streams_weights) /* one operand is first written, row by row */
        time_s += fmin((double)gemm.k, (double)n->rows) * n->write_row_s;
    if (n->cycle_s <= 0 || !n->bank_subarrays)
        return error_set(reason, STATUS_INFEASIBLE, "%s has no crossbars for weights",
                         request->machine->record.name);
    if (request->bits > n->weight_bits)
        return error_set(reason, STATUS_INFEASIBLE,
                         "precision is %u bits, must be at most weight_bits (%ju)",
                         request->bits, (uintmax_t)n->weight_bits);
    if (layer->streams_weights && n->write_row_s <= 0)
        return error_set(
            reason, STATUS_INFEASIBLE,
            "layer '%s' multiplies activations, which needs write_row_s above 0",
            layer->name);
    banks = ceil((double)crossbars / (double)n->bank_subarrays);
    shared_w = n->bank_w - (double)n->bank_subarrays * n->subarray_w;
    result->crossbars += (double)crossbars;
    result->compute_s += time_s;
    result->latency_s += time_s;
    result->part_j[LAYERWISE_PART_COMPUTE] += (double)crossbars * n->subarray_w *
                                              time_s;
    result->part_j[LAYERWISE_PART_BUFFERS] += banks * shared_w * time_s;
    return STATUS_OK;
}

/* Returns the time of all operations of a function.  The layers of its network have separate
 * crossbars, so that they work on different operations at the same time. */
static double times_s(const struct neon *n, const struct neon_use *use,
                      const struct operation_result *one)
{
    const struct neon_function *f = function_find(n, use->operation, use->elements);
    double layer_s = (double)n->weight_bits * n->cycle_s;

    return f->hidden_layers ? one->latency_s + (double)(use->times - 1) * layer_s
                            : (double)use->times * one->latency_s;
}

/* Adds the non-linear functions of a network, one after the other. */
static enum status uses_add(const struct layerwise_request *request,
                            struct layerwise_result *result, struct error *reason)
{
    const struct neon *n = (const struct neon *)request->machine;
    enum status status = STATUS_OK;

    for (size_t i = 0; i < n->uses_count && status == STATUS_OK; i++) {
        const struct neon_use *use = &n->uses[i];
        const struct operation_request operation = { .machine = request->machine,
                                                     .operation = use->operation,
                                                     .bits = request->bits,
                                                     .elements = use->elements };
        struct operation_result answer;

        if (request->layer || strcmp(use->workload, request->workload) != 0)
            continue;
        status = operation_evaluate(&operation, &answer, reason);
        if (status != STATUS_OK)
            break;
        result->compute_s += times_s(n, use, &answer);
        result->latency_s += times_s(n, use, &answer);
        result->part_j[LAYERWISE_PART_COMPUTE] += (double)use->times * answer.energy_j;
        result->area_m2 += answer.area_m2;
    }
    return status;
}

static enum status neon_finish(const struct layerwise_request *request,
                               struct layerwise_result *result, struct error *reason)
{
    const struct neon *n = (const struct neon *)request->machine;
    enum status status;

    result->area_m2 = ceil(result->crossbars / (double)n->bank_subarrays) * n->bank_m2;
    status = uses_add(request, result, reason);
    result->energy_j = result->part_j[LAYERWISE_PART_COMPUTE] +
                       result->part_j[LAYERWISE_PART_BUFFERS];
    return status;
}

static const struct layerwise_steps neon_steps = {
    .knows_parts = true,
    .operate = neon_operate,
    .function = neon_function,
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
