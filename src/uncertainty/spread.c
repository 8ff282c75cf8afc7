#include "uncertainty/spread.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct word spread_shapes[] = {
    { "uniform", SPREAD_UNIFORM },
    { "log", SPREAD_LOG },
    { NULL, 0 },
};

/* clang-format off */
static const struct field spread_parameter_fields[] = {
    FIELD_TEXT(struct spread_parameter, name, NULL, "number of a technology record"),
    FIELD_NUMBER(struct spread_parameter, low, "1", REQUIRED, 1e-6, 1e6, "least factor"),
    FIELD_NUMBER(struct spread_parameter, high, "1", REQUIRED, 1e-6, 1e6, "greatest factor"),
    FIELD_WORD(struct spread_parameter, shape, spread_shapes, SPREAD_LOG, "how factors lie between them"),
};
static const struct schema spread_parameter_schema = {
    .kind = "parameter", .size = sizeof(struct spread_parameter),
    .fields = spread_parameter_fields,
    .field_count = FIELD_COUNT_OF(spread_parameter_fields),
};
static const struct field spread_fields[] = {
    FIELD_TEXT(struct spread, summary, "", "what it is, in a line"),
    FIELD_LIST(struct spread, parameters, &spread_parameter_schema, "what varies"),
};
/* clang-format on */

static const struct field *number_of(const struct schema *schema, const char *name)
{
    for (size_t f = 0; f < schema->field_count; f++)
        if (schema->fields[f].kind == KIND_NUMBER &&
            strcmp(schema->fields[f].name, name) == 0)
            return &schema->fields[f];
    return NULL;
}

static enum status spread_finish(void *record, struct error *err)
{
    const struct spread *spread = record;

    if (spread->parameters_count > SPREAD_PARAMETERS_MAX)
        return error_set(err, STATUS_INPUT, "has %zu parameters, must have at most %d",
                         spread->parameters_count, SPREAD_PARAMETERS_MAX);
    for (size_t p = 0; p < spread->parameters_count; p++) {
        const struct spread_parameter *parameter = &spread->parameters[p];

        if (!number_of(&cell_schema, parameter->name))
            return error_set(err, STATUS_INPUT,
                             "'%.60s' is no number of a technology record",
                             parameter->name);
        if (parameter->low > parameter->high)
            return error_set(err, STATUS_INPUT, "%s: low must not be above high",
                             parameter->name);
    }
    return STATUS_OK;
}

const struct schema spread_schema = {
    .kind = "spread",
    .folder = "spreads",
    .size = sizeof(struct spread),
    .fields = spread_fields,
    .field_count = FIELD_COUNT_OF(spread_fields),
    .finish = spread_finish,
};

/* ---- the sequence */

enum { BITS = 32 };

/* Dimensions 1 and up: degree and coefficients of a primitive polynomial, first direction
 * numbers.  Dimension 0 is van der Corput's sequence. */
static const struct direction {
    unsigned degree, coefficients;
    uint32_t first[5];
} directions[SPREAD_PARAMETERS_MAX] = {
    { 0, 0, { 0 } },
    { 1, 0, { 1 } },
    { 2, 1, { 1, 3 } },
    { 3, 1, { 1, 3, 1 } },
    { 3, 2, { 1, 1, 1 } },
    { 4, 1, { 1, 1, 3, 3 } },
    { 4, 4, { 1, 3, 5, 13 } },
    { 5, 2, { 1, 1, 5, 5, 17 } },
    { 5, 4, { 1, 1, 5, 5, 5 } },
    { 5, 7, { 1, 1, 7, 11, 19 } },
    { 5, 11, { 1, 1, 5, 1, 1 } },
    { 5, 13, { 1, 1, 1, 3, 11 } },
};

static void direction_numbers(unsigned dimension, uint32_t v[BITS])
{
    const struct direction *d = &directions[dimension];

    for (unsigned i = 0; i < BITS; i++) {
        if (d->degree == 0 || i < d->degree) {
            v[i] = (d->degree ? d->first[i] : 1) << (BITS - 1 - i);
            continue;
        }
        v[i] = v[i - d->degree] ^ v[i - d->degree] >> d->degree;
        for (unsigned k = 1; k < d->degree; k++)
            if (d->coefficients >> (d->degree - 1 - k) & 1)
                v[i] ^= v[i - k];
    }
}

/* The output function of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
static uint64_t mixed(uint64_t z)
{
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

double sobol(uint64_t seed, uint64_t index, unsigned dimension)
{
    uint32_t v[BITS] = { 0 }, x = seed ? (uint32_t)mixed(seed ^ mixed(dimension)) : 0;

    direction_numbers(dimension, v);
    for (unsigned i = 0; i < BITS && index >> i; i++)
        if (index >> i & 1)
            x ^= v[i];
    return (double)x * 0x1p-32;
}

/* ---- samples */

double spread_factor(const struct spread *spread, uint64_t seed, uint64_t sample,
                     size_t p)
{
    const struct spread_parameter *parameter = &spread->parameters[p];
    double u;

    if (sample == 0)
        return 1;
    u = sobol(seed, sample - 1, (unsigned)p);
    return parameter->shape == SPREAD_LOG
               ? parameter->low * pow(parameter->high / parameter->low, u)
               : parameter->low + u * (parameter->high - parameter->low);
}

void spread_apply(const struct spread *spread, uint64_t seed, uint64_t sample,
                  const struct cell *cell, struct cell *changed)
{
    *changed = *cell;
    for (size_t p = 0; p < spread->parameters_count; p++) {
        const struct field *field = number_of(&cell_schema, spread->parameters[p].name);
        double value;

        memcpy(&value, (const char *)cell + field->offset, sizeof value);
        value *= spread_factor(spread, seed, sample, p);
        memcpy((char *)changed + field->offset, &value, sizeof value);
    }
}

/* ---- sensitivity */

static int by_x(const void *a, const void *b)
{
    const struct pair *p = a, *q = b;

    return p->x < q->x ? -1 : p->x > q->x;
}

double first_order(struct pair *pairs, uint64_t n, unsigned bins)
{
    double mean = 0, variance = 0, explained = 0;

    if (n < 4 * (uint64_t)bins)
        return NAN;
    qsort(pairs, n, sizeof *pairs, by_x);
    for (uint64_t i = 0; i < n; i++)
        mean += pairs[i].y / (double)n;
    for (uint64_t i = 0; i < n; i++)
        variance += (pairs[i].y - mean) * (pairs[i].y - mean) / (double)n;
    for (unsigned b = 0; b < bins; b++) {
        uint64_t first = n * b / bins, end = n * (b + 1) / bins;
        double sum = 0;

        for (uint64_t i = first; i < end; i++)
            sum += pairs[i].y - mean;
        explained += sum * sum / (double)(end - first) / (double)n;
    }
    return variance > 0 ? explained / variance : NAN;
}
