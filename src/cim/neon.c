/* NEON: non-linear functions as small networks in RRAM crossbars, beside digital units
 * and look-up tables (A. Manglik et al., arXiv 2211.05730, 32 nm, 16-bit fixed point). */
#include "cim/cim.h"

static uint64_t div_up(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

static enum status neon_check(const struct cim *cim, struct error *err)
{
    const struct neon *n = cim->neon;

    if (n->weight_bits % n->cell_bits)
        return error_set(err, STATUS_INPUT,
                         "cell_bits is %ju, must divide weight_bits (%ju)",
                         (uintmax_t)n->cell_bits, (uintmax_t)n->weight_bits);
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
    const struct neon *n = request->cim->neon;
    uint64_t elements = request->elements ? request->elements : 1;
    const struct neon_function *f = NULL;

    for (size_t i = 0; i < n->functions_count; i++)
        if (n->functions[i].operation == request->operation &&
            n->functions[i].elements == elements)
            f = &n->functions[i];
    if (!f || request->bits != n->weight_bits)
        return error_set(reason, STATUS_INFEASIBLE,
                         "%s has no %s of %ju elements of %u bits",
                         request->cim->record.name,
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

const struct cim_family neon_family = { .check = neon_check, .operate = neon_operate };
