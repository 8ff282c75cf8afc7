#include "tech/given.h"

#include "base/maths.h"
#include "base/units.h"

#include <string.h>

/* clang-format off */
#define NUM(member, unit, fallback, min, max, meaning)                                 \
    FIELD_NUMBER(struct given, member, unit, fallback, min, max, meaning)

static const struct field given_fields[] = {
    NUM(capacity_bytes, "byte", REQUIRED, 1, 1e15, "data capacity of the memory"),
    NUM(area_m2, "m2", 0, 0, 1, "area of the whole memory (0: not given)"),
    NUM(read_latency_s, "s", 0, 0, 1, "latency of a read, of a cache: of a hit (0: not given)"),
    NUM(write_latency_s, "s", 0, 0, 1, "latency of a write (0: not given)"),
    NUM(read_energy_j, "J", 0, 0, 1, "energy of a read, of a cache: of a hit (0: not given)"),
    NUM(write_energy_j, "J", 0, 0, 1, "energy of a write (0: not given)"),
    NUM(leakage_w, "W", 0, 0, 1e6, "leakage of the whole memory, refresh included (0: not given)"),
    NUM(cycle_s, "s", 0, 0, 1, "time between two reads of a bank (0: the read latency)"),
    NUM(banks, "1", 0, 0, 1e6, "banks that work in parallel (0: one)"),
    NUM(miss_latency_s, "s", 0, 0, 1, "cache: time until a miss is known (0: that of a hit)"),
    NUM(miss_energy_j, "J", 0, 0, 1, "cache: energy of a read that misses (0: that of a hit)"),
    NUM(tag_energy_j, "J", 0, 0, 1, "cache: energy of a look-up of the tags alone (0: not given)"),
};
/* clang-format on */

const struct schema given_schema = {
    .kind = "given memory",
    .size = sizeof(struct given),
    .fields = given_fields,
    .field_count = FIELD_COUNT_OF(given_fields),
};

const char *given_name(enum given_figure figure)
{
    return given_fields[1 + figure].name;
}

const char *given_unit(enum given_figure figure)
{
    return given_fields[1 + figure].unit;
}

double given_at(const struct given *given, enum given_figure figure)
{
    double value;

    memcpy(&value, (const char *)given + given_fields[1 + figure].offset, sizeof value);
    return value;
}

enum status given_check(const struct given *rows, size_t count, struct error *err)
{
    char capacity[40];

    for (size_t i = 0; i < count; i++) {
        bool has_one = false;

        quantity_format(rows[i].capacity_bytes, "byte", capacity, sizeof capacity);
        for (enum given_figure f = 0; f < GIVEN_FIGURES; f++)
            has_one |= given_at(&rows[i], f) > 0;
        if (!has_one)
            return error_set(err, STATUS_INPUT,
                             "the row of %s has no figure, must give an area, latency, "
                             "energy or leakage",
                             capacity);
        if (rows[i].read_latency_s > 0 &&
            rows[i].miss_latency_s > rows[i].read_latency_s)
            return error_set(err, STATUS_INPUT,
                             "the row of %s has a miss_latency_s of %g s, must be at "
                             "most its read_latency_s of %g s: a miss is known before "
                             "the data of a hit are there",
                             capacity, rows[i].miss_latency_s, rows[i].read_latency_s);
        for (size_t k = 0; k < i; k++)
            if (rows[k].capacity_bytes == rows[i].capacity_bytes)
                return error_set(err, STATUS_INPUT,
                                 "two rows have the capacity %s, must be one",
                                 capacity);
    }
    return STATUS_OK;
}

double given_first_bytes(const struct given *rows, size_t count)
{
    double first = rows[0].capacity_bytes;

    for (size_t i = 1; i < count; i++)
        first = rows[i].capacity_bytes < first ? rows[i].capacity_bytes : first;
    return first;
}

double given_last_bytes(const struct given *rows, size_t count)
{
    double last = rows[0].capacity_bytes;

    for (size_t i = 1; i < count; i++)
        last = rows[i].capacity_bytes > last ? rows[i].capacity_bytes : last;
    return last;
}

enum status given_value(const struct given *rows, size_t count,
                        enum given_figure figure, double capacity_bytes, double *value,
                        struct error *why)
{
    const struct given *below = NULL, *above = NULL, *any = NULL;
    char asked[40], first[40];

    *value = NAN;
    for (size_t i = 0; i < count; i++) {
        const struct given *row = &rows[i];

        if (!(given_at(row, figure) > 0))
            continue;
        any = row;
        if (row->capacity_bytes <= capacity_bytes &&
            (!below || row->capacity_bytes > below->capacity_bytes))
            below = row;
        if (row->capacity_bytes >= capacity_bytes &&
            (!above || row->capacity_bytes < above->capacity_bytes))
            above = row;
    }
    if (!any)
        return STATUS_OK;
    if (!below || !above)
        return error_set(why, STATUS_INFEASIBLE,
                         "its rows give %s %s %s, but the capacity is %s",
                         given_name(figure), below ? "up to" : "from",
                         quantity_format((below ? below : above)->capacity_bytes,
                                         "byte", first, sizeof first),
                         quantity_format(capacity_bytes, "byte", asked, sizeof asked));
    *value = given_at(below, figure);
    if (below != above)
        *value *= maths_pow(
            given_at(above, figure) / *value,
            maths_log(capacity_bytes / below->capacity_bytes) /
                maths_log(above->capacity_bytes / below->capacity_bytes));
    return STATUS_OK;
}
