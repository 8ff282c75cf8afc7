/* SIMDRAM: bit-serial arithmetic in DRAM rows, one element per bitline (N. Hajinazar et al.,
 * ASPLOS 2021).  The command sequences are in simdram_sequences.c.  Operands pass through a
 * transposition unit in the memory controller; its cost is that of moving them over the
 * channel.
 *
 * A layer of a network is a matrix product.  The longer side of its outputs is distributed over
 * the lanes, and the operand of that side is stored in their rows.  The other operand is the
 * same for all lanes, so that the controller writes it by copying the constant rows.  The
 * columns of the shorter side are distributed over the working subarrays.  This mapping is an
 * assumption: the paper names its three binary networks, but not how their layers are stored in
 * rows. */
#include "machine/layerwise/simdram.h"

#include "base/maths.h"

#include <math.h>

/* clang-format off */
static const struct word backend_words[] = {
    { "simdram", SIMDRAM_MAJORITY },
    { "ambit", SIMDRAM_AND_OR },
    { NULL, 0 },
};

static const struct field simdram_fields[] = {
    MACHINE_FIELDS,
    FIELD_WORD(struct simdram, backend, backend_words, SIMDRAM_MAJORITY, "sequences of majority and NOT, or of AND, OR, XOR and NOT"),
    FIELD_NUMBER(struct simdram, ras_s, "s", REQUIRED, 1e-9, 1e-6, "tRAS: a row stays active"),
    FIELD_NUMBER(struct simdram, rp_s, "s", REQUIRED, 1e-9, 1e-6, "tRP: precharge"),
    FIELD_NUMBER(struct simdram, overlap_s, "s", REQUIRED, 0, 1e-6, "time from the first to the second activation of an AAP"),
    FIELD_NUMBER(struct simdram, four_activates_s, "s", 0, 0, 1e-6, "tFAW of a rank (0: banks do not limit each other)"),
    FIELD_COUNT(struct simdram, lanes, REQUIRED, 1, 1u << 30, "bits of a rank's row"),
    FIELD_COUNT(struct simdram, banks, REQUIRED, 1, 65536, "banks of a rank"),
    FIELD_COUNT(struct simdram, ranks, 1, 1, 65536, "ranks"),
    FIELD_COUNT(struct simdram, subarrays, 1, 1, 65536, "subarrays of a bank that may work at once"),
    FIELD_COUNT_OR(struct simdram, active_banks, "all", 1, 65536, "banks at work, of all ranks"),
    FIELD_COUNT(struct simdram, active_subarrays, 1, 1, 65536, "subarrays of each of them at work"),
    FIELD_COUNT(struct simdram, rows, REQUIRED, 1, 1u << 30, "rows of a bank"),
    FIELD_COUNT(struct simdram, chips, REQUIRED, 1, 65536, "chips of a rank"),
    FIELD_NUMBER(struct simdram, supply_v, "V", REQUIRED, 0.1, 10, "VDD"),
    FIELD_NUMBER(struct simdram, cycling_a, "A", REQUIRED, 0, 10, "IDD0 of a chip: current of activating and precharging one bank"),
    FIELD_NUMBER(struct simdram, standby_a, "A", REQUIRED, 0, 10, "IDD2N of a chip: standby current, all banks precharged"),
    FIELD_NUMBER(struct simdram, active_a, "A", REQUIRED, 0, 10, "IDD3N of a chip: standby current with an open row"),
    FIELD_NUMBER(struct simdram, read_a, "A", REQUIRED, 0, 10, "IDD4R of a chip: current of reading"),
    FIELD_NUMBER(struct simdram, write_a, "A", REQUIRED, 0, 10, "IDD4W of a chip: current of writing"),
    FIELD_NUMBER(struct simdram, channel_bytes_per_s, "byte/s", REQUIRED, 1, 1e15, "bandwidth between host and a rank"),
};
const struct schema simdram_schema = {
    .kind = "machine", .folder = "machines", .size = sizeof(struct simdram),
    .fields = simdram_fields, .field_count = FIELD_COUNT_OF(simdram_fields),
    .finish = machine_finish,
};
/* clang-format on */

/* Returns the energy of activating and precharging a row in a rank, beyond the background: that of
 * JEDEC's IDD0 loop minus that of the standby currents in its two parts (Micron, TN-40-07). */
static double activate_j(const struct simdram *d)
{
    double charge = d->cycling_a * (d->ras_s + d->rp_s) - d->active_a * d->ras_s -
                    d->standby_a * d->rp_s;

    return (double)d->chips * d->supply_v * charge;
}

static enum status simdram_check(const struct machine *machine, struct error *err)
{
    const struct simdram *d = (const struct simdram *)machine;

    if (activate_j(d) <= 0)
        return error_set(
            err, STATUS_INPUT,
            "cycling_a (IDD0) is %g A, must be more than the mean of active_a and "
            "standby_a over a row cycle",
            d->cycling_a);
    if (d->active_banks > d->banks * d->ranks || d->active_subarrays > d->subarrays)
        return error_set(
            err, STATUS_INPUT,
            "active_banks is %ju and active_subarrays %ju, must be at most "
            "%ju and %ju",
            (uintmax_t)d->active_banks, (uintmax_t)d->active_subarrays,
            (uintmax_t)(d->banks * d->ranks), (uintmax_t)d->subarrays);
    if (d->read_a <= d->active_a || d->write_a <= d->active_a)
        return error_set(err, STATUS_INPUT,
                         "read_a is %g A and write_a %g A, must exceed active_a (%g A)",
                         d->read_a, d->write_a, d->active_a);
    return STATUS_OK;
}

/* The units that work: banks, and subarrays per bank. */
struct workforce {
    double banks, subarrays;
};

static struct workforce workforce_of(const struct simdram *d)
{
    return (struct workforce){
        .banks = (double)(d->active_banks ? d->active_banks : d->banks * d->ranks),
        .subarrays = (double)d->active_subarrays,
    };
}

/* Returns the time of the commands of one subarray, which follow each other. */
static double alone_s(const struct simdram *d, double aaps, double aps)
{
    return aaps * (d->ras_s + d->overlap_s + d->rp_s) + aps * (d->ras_s + d->rp_s);
}

/* Returns the least time of these commands under the limit of a rank of four activations in
 * tFAW.  An AAP has two activations. */
static double activations_s(const struct simdram *d, double aaps, double aps)
{
    return (2 * aaps + aps) * d->four_activates_s / 4;
}

/* Returns the time of the same commands in several subarrays at the same time. */
static double ranks_s(const struct simdram *d, double subarrays, double aaps,
                      double aps)
{
    return fmax(alone_s(d, aaps, aps),
                ceil(subarrays / (double)d->ranks) * activations_s(d, aaps, aps));
}

/* Returns the background power of the ranks with open rows. */
static double background_w(const struct simdram *d, double banks)
{
    return ceil(banks / (double)d->banks) * (double)d->chips * d->supply_v *
           d->active_a;
}

static enum status simdram_operate(const struct operation_request *request,
                                   struct operation_result *answer,
                                   struct error *reason)
{
    const struct simdram *d = (const struct simdram *)request->machine;
    struct simdram_commands commands;
    double time_s, total_j, lanes, operands;
    const struct workforce force = workforce_of(d);

    if (simdram_sequence(request->machine, request->operation, request->bits, &commands,
                         reason) != STATUS_OK)
        return STATUS_INFEASIBLE;
    time_s = ranks_s(d, force.banks * force.subarrays, commands.aaps, commands.aps);
    lanes = force.banks * force.subarrays * (double)d->lanes;
    total_j = force.banks * force.subarrays * (2 * commands.aaps + commands.aps) *
                  activate_j(d) +
              background_w(d, force.banks) * time_s;
    operands = simdram_operands(request->operation);
    answer->aaps = (uint64_t)commands.aaps;
    answer->aps = (uint64_t)commands.aps;
    answer->lanes = (uint64_t)lanes;
    answer->latency_s = time_s;
    answer->throughput_hz = lanes / time_s;
    answer->energy_j = total_j / lanes;
    answer->power_w = total_j / time_s;
    answer->transpose_s = lanes * operands * request->bits / 8 /
                          (d->channel_bytes_per_s *
                           fmin(force.banks, (double)d->ranks));
    return STATUS_OK;
}

/* ---- networks */

/* Counts the commands of one output: a product and an addition per weight.  With one bit they
 * are an XNOR with a constant (a copy of the row, or of its complement through the dual-contact
 * row: 1.5 AAPs on average), counts of ones in up to 64 bits, their sum, and the sign. */
static enum status dot_commands(const struct machine *machine, double depth,
                                unsigned bits, struct simdram_commands *dot,
                                struct error *reason)
{
    unsigned grown = (unsigned)ceil(maths_log2(depth + 1)), word = 8, sum_bits;
    struct simdram_commands one, add;

    if (bits > 1) {
        sum_bits = 2 * bits + grown < 64 ? 2 * bits + grown : 64;
        if (simdram_sequence(machine, OPERATION_MULTIPLY, bits, &one, reason) !=
                STATUS_OK ||
            simdram_sequence(machine, OPERATION_ADD, sum_bits, &add, reason) !=
                STATUS_OK)
            return STATUS_INFEASIBLE;
        *dot = (struct simdram_commands){
            .aaps = depth * (one.aaps + add.aaps + bits),
            .aps = depth * (one.aps + add.aps),
        };
        return STATUS_OK;
    }
    while (word < 64 && word < depth)
        word *= 2;
    sum_bits = grown < 4 ? 4 : grown;
    if (simdram_sequence(machine, OPERATION_BITCOUNT_FAST, word, &one, reason) !=
            STATUS_OK ||
        simdram_sequence(machine, OPERATION_ADD, sum_bits, &add, reason) != STATUS_OK)
        return STATUS_INFEASIBLE;
    *dot = (struct simdram_commands){
        .aaps = 1.5 * depth + ceil(depth / word) * one.aaps +
                (ceil(depth / word) - 1) * add.aaps,
        .aps = ceil(depth / word) * one.aps + (ceil(depth / word) - 1) * add.aps,
    };
    if (simdram_sequence(machine, OPERATION_GREATER, sum_bits, &one, reason) !=
        STATUS_OK)
        return STATUS_INFEASIBLE;
    dot->aaps += one.aaps;
    dot->aps += one.aps;
    return STATUS_OK;
}

/* A layer divided into tasks for single subarrays.  A subarray stores the lanes' operand in its
 * rows and computes one column of the other side after the other. */
struct simdram_placement {
    double across; /* columns of the shorter side per group */
    double parts;  /* subarrays that one copy of the lanes' operand takes */
    double units;  /* subarrays at work */
    double copy_s; /* to move one copy over the channel */
    struct simdram_commands dot;
};

/* Returns the time of all tasks with a number of copies.  A subarray computes its tasks one
 * after the other; the limit on activations holds for each rank. */
static double placed_s(const struct simdram *d, const struct simdram_placement *p,
                       double copies)
{
    double tasks = p->across * p->parts;
    double at_once = fmin(p->units, fmin(tasks, copies * p->parts));
    double of_rank = ceil(tasks / fmin((double)d->ranks, at_once));

    return fmax(ceil(tasks / at_once) * alone_s(d, p->dot.aaps, p->dot.aps),
                of_rank * activations_s(d, p->dot.aaps, p->dot.aps));
}

/* Returns the number of copies with the least time.  Only a number of copies that saves a round
 * of tasks can be better, so that one number is tried for each number of rounds. */
static double copies_choose(const struct simdram *d, const struct simdram_placement *p)
{
    double most = fmin(p->across, fmax(1, floor(p->units / p->parts)));
    double best = 1, least_s = INFINITY;

    for (double copies = 1; copies <= most;) {
        double rounds = ceil(p->across / copies);
        double time_s = placed_s(d, p, copies) + copies * p->copy_s;

        if (time_s < least_s) {
            least_s = time_s;
            best = copies;
        }
        copies = rounds > 1 ? fmax(copies + 1, ceil(p->across / (rounds - 1)))
                            : most + 1;
    }
    return best;
}

static enum status simdram_layer(const struct layerwise_request *request,
                                 const struct mac_layer *layer,
                                 struct layerwise_result *result, struct error *reason)
{
    const struct simdram *d = (const struct simdram *)request->machine;
    struct gemm gemm = mac_layer_gemm(layer);
    double groups = (double)layer->groups, lanes = (double)d->lanes;
    double along = fmax((double)gemm.m, (double)gemm.n);
    bool holds_inputs = gemm.m >= gemm.n || layer->streams_weights;
    double depth = (double)gemm.k, bytes = request->bits / 8.0;
    double pieces = ceil(depth * request->bits / (double)d->rows); /* of a bank each */
    struct simdram_placement placement = {
        .across = fmin((double)gemm.m, (double)gemm.n),
        .parts = ceil(along / lanes) * groups * pieces,
        .copy_s = holds_inputs
                      ? groups * (double)gemm.m * depth * bytes / d->channel_bytes_per_s
                      : 0, /* weights were stored before */
    };
    double copies, compute_s, written_s, read_s, read_bits;
    const struct workforce force = workforce_of(d);

    if (dot_commands(request->machine, ceil(depth / pieces), request->bits,
                     &placement.dot, reason) != STATUS_OK)
        return STATUS_INFEASIBLE;
    placement.units = force.banks * force.subarrays;
    copies = copies_choose(d, &placement);
    compute_s = placed_s(d, &placement, copies);
    written_s = copies * placement.copy_s;
    read_bits = request->bits > 1 ? 2.0 * request->bits + ceil(maths_log2(depth + 1))
                                  : 1;
    read_s = pieces * mac_layer_outputs(layer) * read_bits / 8 /
             d->channel_bytes_per_s; /* the host adds up the partial sums */
    result->compute_s += compute_s;
    result->input_s += written_s;
    result->output_s += read_s;
    result->offchip_bytes += (written_s + read_s) * d->channel_bytes_per_s;
    result->part_j[LAYERWISE_PART_COMPUTE] +=
        placement.across * placement.parts *
        (2 * placement.dot.aaps + placement.dot.aps) * activate_j(d);
    result->part_j[LAYERWISE_PART_STATIC] += background_w(d, force.banks) *
                                             (compute_s + written_s + read_s);
    result->part_j[LAYERWISE_PART_TRANSFER] += (double)d->chips * d->supply_v *
                                               (written_s * (d->write_a - d->active_a) +
                                                read_s * (d->read_a - d->active_a));
    result->latency_s += compute_s + written_s + read_s;
    return STATUS_OK;
}

static enum status simdram_finish(const struct layerwise_request *request,
                                  struct layerwise_result *result, struct error *reason)
{
    const struct simdram *d = (const struct simdram *)request->machine;
    double bytes = (double)(d->banks * d->ranks) * (double)d->rows * (double)d->lanes /
                   8;

    if (result->weight_bytes > bytes)
        return error_set(reason, STATUS_INFEASIBLE,
                         "the weights take %.3g bytes, must fit %.3g bytes of rows",
                         result->weight_bytes, bytes);
    result->energy_j = result->part_j[LAYERWISE_PART_COMPUTE] +
                       result->part_j[LAYERWISE_PART_TRANSFER] +
                       result->part_j[LAYERWISE_PART_STATIC];
    return STATUS_OK;
}

static const struct layerwise_steps simdram_steps = {
    .knows_parts = true,
    .operate = simdram_operate,
    .layer = simdram_layer,
    .finish = simdram_finish,
};

const struct machine_family simdram_family = {
    .name = "simdram",
    .summary = "DRAM that computes in its rows",
    .kind = MACHINE_LAYERWISE,
    .schema = &simdram_schema,
    .layerwise = &simdram_steps,
    .check = simdram_check,
};
