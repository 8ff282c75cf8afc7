/* SIMDRAM: bit-serial arithmetic by majority and NOT in DRAM rows, one element per
 * bitline (N. Hajinazar et al., ASPLOS 2021). */
#include "cim/cim.h"

#include <math.h>

/* clang-format off */
static const struct field simdram_fields[] = {
    FIELD_NUMBER(struct simdram, ras_s, "s", REQUIRED, 1e-9, 1e-6, "tRAS: a row stays active"),
    FIELD_NUMBER(struct simdram, rp_s, "s", REQUIRED, 1e-9, 1e-6, "tRP: precharge"),
    FIELD_NUMBER(struct simdram, overlap_s, "s", REQUIRED, 0, 1e-6, "from the first to the second activation of an AAP"),
    FIELD_NUMBER(struct simdram, four_activates_s, "s", 0, 0, 1e-6, "tFAW of a rank (0: banks do not limit each other)"),
    FIELD_COUNT(struct simdram, lanes, REQUIRED, 1, 1u << 30, "bits of a rank's row"),
    FIELD_COUNT(struct simdram, banks, REQUIRED, 1, 65536, "banks of a rank"),
    FIELD_COUNT(struct simdram, ranks, 1, 1, 65536, "ranks"),
    FIELD_COUNT(struct simdram, chips, REQUIRED, 1, 65536, "chips of a rank"),
    FIELD_NUMBER(struct simdram, supply_v, "V", REQUIRED, 0.1, 10, "VDD"),
    FIELD_NUMBER(struct simdram, cycling_a, "A", REQUIRED, 0, 10, "IDD0 of a chip"),
    FIELD_NUMBER(struct simdram, standby_a, "A", REQUIRED, 0, 10, "IDD2N of a chip"),
    FIELD_NUMBER(struct simdram, active_a, "A", REQUIRED, 0, 10, "IDD3N of a chip"),
};
const struct schema simdram_schema = {
    .kind = "simdram", .size = sizeof(struct simdram),
    .fields = simdram_fields, .field_count = FIELD_COUNT_OF(simdram_fields),
};
/* clang-format on */

/* Commands of an n-bit operation are square n^2 + linear n + constant.  The
 * coefficients reproduce every count of the authors' command sequences, n = 4, 8, 16, 32
 * and 64 (CMU-SAFARI/MIMDRAM at 49549f9, microworkloads). */
struct polynomial {
    double square, linear, constant;
};
struct sequence {
    struct polynomial aap, ap;
};

/* clang-format off */
static const struct sequence sequences[] = {
    [CIM_ADD] =           { { 0, 6, 1 },      { 0, 2, 0 } },
    [CIM_SUBTRACT] =      { { 0, 7, 1 },      { 0, 1, 0 } },
    [CIM_MULTIPLY] =      { { 8, -2, -1 },    { 3, -3, 0 } },
    [CIM_DIVIDE] =        { { 7.25, 11, 0 },  { 1, 1, 0 } },
    [CIM_MINIMUM] =       { { 0, 8, 2 },      { 0, 2, 0 } },
    [CIM_MAXIMUM] =       { { 0, 8, 2 },      { 0, 2, 0 } },
    [CIM_GREATER] =       { { 0, 2, 2 },      { 0, 1, 0 } },
    [CIM_GREATER_EQUAL] = { { 0, 2, 2 },      { 0, 1, 0 } },
    [CIM_EQUAL] =         { { 0, 2, 3 },      { 0, 2, 0 } },
    [CIM_ABSOLUTE] =      { { 0, 10, -1 },    { 0, 0, 0 } },
    [CIM_RELU] =          { { 0, 3, 1 },      { 0, 0, 0 } },
    [CIM_IF_THEN_ELSE] =  { { 0, 6, 0 },      { 0, 1, 0 } },
    [CIM_AND_REDUCTION] = { { 0, 2.5, 2 },    { 0, 0, 0 } },
    [CIM_OR_REDUCTION] =  { { 0, 2.5, 2 },    { 0, 0, 0 } },
    [CIM_XOR_REDUCTION] = { { 0, 3, 2 },      { 0, 0, 0 } },
    [CIM_NOT_NEGATIVE] =  { { 0, 0, 2 },      { 0, 0, 0 } },
    [CIM_POSITIVE] =      { { 0, 2.5, -1 },   { 0, 0, 0 } },
    [CIM_BITCOUNT] =      { { 0, 6.75, -6 },  { 0, 1.75, -2 } },
    [CIM_BITCOUNT_FAST] = { { 0, 6.5, -6 },   { 0, 1.5, -2 } },
    [CIM_BITWEAVE] =      { { 0, 2, 4 },      { 0, 2, 0 } },
};
/* clang-format on */

enum { BITS_MIN = 4, BITS_MAX = 64 };

static double commands(const struct polynomial *p, double bits)
{
    return (p->square * bits + p->linear) * bits + p->constant;
}

/* What activating and precharging a row adds to a rank's background: JEDEC's loop of
 * IDD0 less the standby currents of its two parts (Micron, TN-40-07). */
static double activate_j(const struct simdram *d)
{
    double charge = d->cycling_a * (d->ras_s + d->rp_s) - d->active_a * d->ras_s -
                    d->standby_a * d->rp_s;

    return (double)d->chips * d->supply_v * charge;
}

static enum status simdram_check(const struct cim *cim, struct error *err)
{
    if (activate_j(cim->simdram) <= 0)
        return error_set(
            err, STATUS_INPUT,
            "cycling_a (IDD0) is %g A, less than standby alone takes; must "
            "exceed the mean of active_a and standby_a over a row cycle",
            cim->simdram->cycling_a);
    return STATUS_OK;
}

static enum status sequence_check(const struct cim_request *request, double aaps,
                                  double aps, struct error *reason)
{
    if (request->bits < BITS_MIN || request->bits > BITS_MAX || aaps != floor(aaps) ||
        aps != floor(aps))
        return error_set(
            reason, STATUS_INFEASIBLE, "no command sequence of %s for %u bits is known",
            word_name(cim_operation_words, request->operation), request->bits);
    return STATUS_OK;
}

/* Banks of a rank share its activations: four in tFAW.  An AAP activates twice. */
static double ranks_s(const struct simdram *d, double banks, double aaps, double aps)
{
    double alone_s = aaps * (d->ras_s + d->overlap_s + d->rp_s) +
                     aps * (d->ras_s + d->rp_s);
    double banks_per_rank = ceil(banks / (double)d->ranks);
    double shared_s = banks_per_rank * (2 * aaps + aps) * d->four_activates_s / 4;

    return fmax(alone_s, shared_s);
}

static enum status simdram_operate(const struct cim_request *request,
                                   struct cim_answer *answer, struct error *reason)
{
    const struct simdram *d = request->cim->simdram;
    uint64_t banks = request->units ? request->units : d->banks * d->ranks;
    double bits = request->bits;
    double aaps, aps, time_s, total_j, lanes;

    if (request->operation > CIM_BITWEAVE)
        return error_set(reason, STATUS_INFEASIBLE, "%s has no command sequence for %s",
                         request->cim->record.name,
                         word_name(cim_operation_words, request->operation));
    if (banks > d->banks * d->ranks)
        return error_set(reason, STATUS_INFEASIBLE, "%s has %ju banks, not %ju",
                         request->cim->record.name, (uintmax_t)(d->banks * d->ranks),
                         (uintmax_t)banks);
    aaps = commands(&sequences[request->operation].aap, bits);
    aps = commands(&sequences[request->operation].ap, bits);
    if (sequence_check(request, aaps, aps, reason) != STATUS_OK)
        return STATUS_INFEASIBLE;
    time_s = ranks_s(d, (double)banks, aaps, aps);
    lanes = (double)(banks * d->lanes);
    total_j = (double)banks * (2 * aaps + aps) * activate_j(d) +
              ceil((double)banks / (double)d->banks) * (double)d->chips * d->supply_v *
                  d->active_a * time_s;
    answer->aaps = (uint64_t)aaps;
    answer->aps = (uint64_t)aps;
    answer->lanes = banks * d->lanes;
    answer->latency_s = time_s;
    answer->throughput_hz = lanes / time_s;
    answer->energy_j = total_j / lanes;
    answer->power_w = total_j / time_s;
    return STATUS_OK;
}

const struct cim_family simdram_family = { .check = simdram_check,
                                           .operate = simdram_operate };
