/* The groups of a sweep file that constrain the search (limits) or weight its target. */
#include "array/array.h"

#include <float.h>

/* clang-format off */
#define LIMIT(member, unit, meaning)                                                   \
    FIELD_NUMBER(struct array_limits, member, unit, 0, 0, DBL_MAX, meaning)
#define WEIGHT(member, meaning)                                                        \
    FIELD_NUMBER(struct array_weights, member, "1", 0, -100, 100, meaning)

static const struct field limit_fields[] = {
    LIMIT(area_m2, "m2", "largest area of the data array"),
    LIMIT(read_latency_s, "s", "longest read"),
    LIMIT(write_latency_s, "s", "longest write"),
    LIMIT(read_energy_j, "J", "most energy of a read"),
    LIMIT(write_energy_j, "J", "most energy of a write"),
    LIMIT(leakage_w, "W", "most leakage"),
    LIMIT(read_edp_js, "J s", "most energy times delay of a read"),
    LIMIT(write_edp_js, "J s", "most energy times delay of a write"),
    LIMIT(edap_jsm2, "J s m2", "most energy times delay times area"),
};

static const struct field weight_fields[] = {
    WEIGHT(read_latency, "exponent of the read latency in target \"weighted\""),
    WEIGHT(write_latency, "exponent of the write latency"),
    WEIGHT(read_energy, "exponent of the read energy"),
    WEIGHT(write_energy, "exponent of the write energy"),
    WEIGHT(leakage, "exponent of the leakage"),
    WEIGHT(area, "exponent of the area"),
};
/* clang-format on */

const struct schema array_limits_schema = {
    .kind = "limits group",
    .size = sizeof(struct array_limits),
    .fields = limit_fields,
    .field_count = FIELD_COUNT_OF(limit_fields),
};

const struct schema array_weights_schema = {
    .kind = "weights group",
    .size = sizeof(struct array_weights),
    .fields = weight_fields,
    .field_count = FIELD_COUNT_OF(weight_fields),
};
