#include "uncertainty/spread.h"

#include "base/maths.h"
#include "base/mix.h"
#include "base/path.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct word spread_shapes[] = {
    { "uniform", SPREAD_UNIFORM },
    { "log", SPREAD_LOG },
    { NULL, 0 },
};

/* The names of the kinds are those of their schemas (space/library.h).  Spreads are not in the
 * list because a spread cannot vary another one. */
const struct word spread_kinds[] = {
    { "technology", RECORDS_TECHNOLOGY },
    { "node", RECORDS_NODE },
    { "workload", RECORDS_WORKLOAD },
    { "grid", RECORDS_GRID },
    { "fab", RECORDS_FAB },
    { "device", RECORDS_DEVICE },
    { "instance", RECORDS_INSTANCE },
    { "dataset", RECORDS_DATASET },
    { "site", RECORDS_SITE },
    { "video", RECORDS_VIDEO },
    { "video_pipeline", RECORDS_VIDEO_PIPELINE },
    { "life", RECORDS_LIFE },
    { "machine", RECORDS_MACHINE },
    { "hdc", RECORDS_HDC },
    { "hdc_task", RECORDS_HDC_TASK },
    { "build", RECORDS_BUILD },
    { "synapse", RECORDS_SYNAPSE },
    { "corpus", RECORDS_CORPUS },
    { "experiment", RECORDS_EXPERIMENT },
    { "approximation", RECORDS_APPROXIMATION },
    { "software", RECORDS_SOFTWARE },
    { NULL, 0 },
};

/* clang-format off */
static const struct field spread_parameter_fields[] = {
    FIELD_TEXT(struct spread_parameter, name, NULL, "path of a number or count of the records: list.number for all elements of a list, list[KEY].number for elements whose first field is KEY"),
    FIELD_WORD(struct spread_parameter, of, spread_kinds, RECORDS_TECHNOLOGY, "kind of the records"),
    FIELD_TEXT(struct spread_parameter, record, "", "the one record it varies; else all of the kind, by the same factor"),
    FIELD_NUMBER(struct spread_parameter, low, "1", REQUIRED, 1e-6, 1e6, "least factor"),
    FIELD_NUMBER(struct spread_parameter, high, "1", REQUIRED, 1e-6, 1e6, "greatest factor"),
    FIELD_WORD(struct spread_parameter, shape, spread_shapes, SPREAD_LOG, "distribution of factors between them"),
};
static const struct schema spread_parameter_schema = {
    .kind = "parameter", .size = sizeof(struct spread_parameter),
    .fields = spread_parameter_fields,
    .field_count = FIELD_COUNT_OF(spread_parameter_fields),
};
static const struct field spread_fields[] = {
    FIELD_TEXT(struct spread, summary, "", "summary in one line"),
    FIELD_LIST(struct spread, parameters, &spread_parameter_schema, "what varies"),
};
/* clang-format on */

/* Checks that the path names a number of the schema or of one of its families. */
static enum status parameter_path_check(const struct schema *schema, const char *path,
                                        struct error *err)
{
    const struct field *field;
    enum status status = path_find_number(schema, path, &field, err);

    for (size_t f = 0; status != STATUS_OK && f < schema->family_count; f++)
        if (path_find_number(schema->families[f], path, &field, NULL) == STATUS_OK)
            return STATUS_OK;
    return status;
}

static enum status parameter_check(const struct spread_parameter *parameter,
                                   struct error *err)
{
    enum status status;

    status = parameter_path_check(record_table_schemas[parameter->of], parameter->name,
                                  err);
    if (status == STATUS_OK && parameter->low > parameter->high)
        status = error_set(err, STATUS_INPUT, "%s: low must not be above high",
                           parameter->name);
    return status;
}

static enum status spread_finish(void *record, struct error *err)
{
    const struct spread *spread = record;
    enum status status = STATUS_OK;

    if (spread->parameters_count > SPREAD_PARAMETERS_MAX)
        return error_set(err, STATUS_INPUT, "has %zu parameters, must have at most %d",
                         spread->parameters_count, SPREAD_PARAMETERS_MAX);
    for (size_t p = 0; p < spread->parameters_count && status == STATUS_OK; p++)
        status = parameter_check(&spread->parameters[p], err);
    return status;
}

const struct schema spread_schema = {
    .kind = "spread",
    .folder = "spreads",
    .size = sizeof(struct spread),
    .fields = spread_fields,
    .field_count = FIELD_COUNT_OF(spread_fields),
    .finish = spread_finish,
};

struct place spread_parameter_place(const struct spread_parameter *parameter)
{
    return (struct place){
        .of = (enum record_table_id)parameter->of,
        .record = parameter->record,
        .path = parameter->name,
    };
}

enum status spreads_check(const struct library *library, struct error *err)
{
    const struct record_table *table = &library->tables[RECORDS_SPREAD];

    for (size_t i = 0; i < table->count; i++) {
        const struct spread *spread = table->records[i];

        for (size_t p = 0; p < spread->parameters_count; p++) {
            const struct spread_parameter *parameter = &spread->parameters[p];

            if (parameter->record[0] &&
                !library_find(library, (enum record_table_id)parameter->of,
                              parameter->record))
                return error_set(
                    err, STATUS_INPUT,
                    "%s:%u: %s: there is no %s '%.60s', `record` must name an existing "
                    "one",
                    spread->record.file, spread->record.line, parameter->name,
                    word_name(spread_kinds, parameter->of), parameter->record);
        }
    }
    return STATUS_OK;
}

/* ---- the sequence */

enum { BITS = 32 };

/* For dimensions from 1 on: degree and coefficients of a primitive polynomial, and the first
 * direction numbers.  Dimension 0 is van der Corput's sequence. */
static const struct direction {
    unsigned degree, coefficients;
    uint32_t first[7];
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
    { 5, 14, { 1, 3, 5, 5, 31 } },
    { 6, 1, { 1, 3, 3, 9, 7, 49 } },
    { 6, 13, { 1, 1, 1, 15, 21, 21 } },
    { 6, 16, { 1, 3, 1, 13, 27, 49 } },
    { 6, 19, { 1, 1, 1, 15, 7, 5 } },
    { 6, 22, { 1, 3, 1, 15, 13, 25 } },
    { 6, 25, { 1, 1, 5, 5, 19, 61 } },
    { 7, 1, { 1, 3, 7, 11, 23, 15, 103 } },
    { 7, 4, { 1, 3, 7, 13, 13, 15, 69 } },
    { 7, 7, { 1, 1, 3, 13, 7, 35, 63 } },
    { 7, 8, { 1, 3, 5, 9, 1, 25, 53 } },
    { 7, 14, { 1, 3, 1, 13, 9, 35, 107 } },
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

double sobol(uint64_t seed, uint64_t index, unsigned dimension)
{
    uint32_t v[BITS] = { 0 }, x = seed ? (uint32_t)mix(seed ^ mix(dimension)) : 0;

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
               ? parameter->low * maths_pow(parameter->high / parameter->low, u)
               : parameter->low + u * (parameter->high - parameter->low);
}

/* ---- sensitivity */

static int by_x(const void *a, const void *b)
{
    const struct sample_pair *p = a, *q = b;

    return p->x < q->x ? -1 : p->x > q->x;
}

unsigned first_order_bins(uint64_t n)
{
    double bins = round(maths_cbrt((double)n));

    return bins < 4 ? 4 : bins > 32 ? 32 : (unsigned)bins;
}

double first_order(struct sample_pair *pairs, uint64_t n, unsigned bins)
{
    double mean = 0, variance = 0, explained = 0;

    if (n < 4 * (uint64_t)bins)
        return NAN;
    qsort(pairs, n, sizeof *pairs, by_x);
    if (pairs[0].x == pairs[n - 1].x)
        return NAN;
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
