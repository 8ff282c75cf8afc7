/* Mensa: several small accelerators, some of them in the logic layer of stacked DRAM, share a
 * network layer by layer.  A single accelerator under the same rules is the baseline (A.
 * Boroumand et al., "Google Neural Network Models for Edge Devices", PACT 2021).
 *
 * The family of each accelerator maps its layers (machine/pe_array/mapping.h), and
 * machine/pe_array/chip.h computes their costs.  Activations remain in the input buffer from
 * one layer to the next if they fit and both layers run on the same accelerator; else they are
 * moved through DRAM.  Accelerators that wait still leak. */
#include "machine/layerwise/layerwise.h"

#include "base/maths.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct field mensa_family_fields[] = {
    FIELD_TEXT(struct mensa_family, name, NULL, "name of the family"),
    FIELD_NAME(struct mensa_family, engine, "machine", NULL, "PE array that is designed for it"),
    FIELD_NUMBER(struct mensa_family, weights_from_bytes, "byte", REQUIRED, 1, 1e12, "smallest size of a layer's weights"),
    FIELD_NUMBER(struct mensa_family, weights_to_bytes, "byte", REQUIRED, 1, 1e12, "largest size of a layer's weights"),
    FIELD_NUMBER(struct mensa_family, reuse_from, "1", REQUIRED, 1e-3, 1e12, "fewest multiply-accumulates per weight byte"),
    FIELD_NUMBER(struct mensa_family, reuse_to, "1", REQUIRED, 1e-3, 1e12, "most multiply-accumulates per weight byte"),
    FIELD_NUMBER(struct mensa_family, macs_from, "1", REQUIRED, 1, 1e15, "fewest multiply-accumulates of a layer"),
    FIELD_NUMBER(struct mensa_family, macs_to, "1", REQUIRED, 1, 1e15, "most multiply-accumulates of a layer"),
};
static const struct schema mensa_family_schema = {
    .kind = "family", .size = sizeof(struct mensa_family),
    .fields = mensa_family_fields, .field_count = FIELD_COUNT_OF(mensa_family_fields),
};

static const struct field mensa_fields[] = {
    MACHINE_FIELDS,
    FIELD_WORD(struct mensa, schedule, schedule_words, SCHEDULE_FAMILY, "which PE array takes a layer: its family's, or that of least time, energy or their product"),
    FIELD_NAMES(struct mensa, engines, "machine", "names of the PE arrays"),
    FIELD_LIST(struct mensa, families, &mensa_family_schema, "families of layers and the PE array for each"),
};
const struct schema mensa_schema = {
    .kind = "machine", .folder = "machines", .size = sizeof(struct mensa),
    .fields = mensa_fields, .field_count = FIELD_COUNT_OF(mensa_fields),
    .finish = machine_finish,
};
/* clang-format on */

/* Returns the index of the engine of a name, or engines_count. */
static size_t engine_named(const struct mensa *mensa, const char *name)
{
    size_t i = 0;

    while (i < mensa->engines_count && strcmp(mensa->engines[i], name) != 0)
        i++;
    return i;
}

static enum status mensa_check(const struct machine *machine, struct error *err)
{
    const struct mensa *mensa = (const struct mensa *)machine;

    if (mensa->engines_count < 1 || mensa->engines_count > ENGINES_MAX)
        return error_set(err, STATUS_INPUT, "has %zu engines, must have 1 to %d",
                         mensa->engines_count, ENGINES_MAX);
    for (size_t i = 0; i < mensa->families_count; i++) {
        const struct mensa_family *f = &mensa->families[i];

        if (engine_named(mensa, f->engine) == mensa->engines_count)
            return error_set(
                err, STATUS_INPUT,
                "family '%s' has the engine '%s', must be one of `engines`", f->name,
                f->engine);
        if (f->weights_from_bytes > f->weights_to_bytes ||
            f->reuse_from > f->reuse_to || f->macs_from > f->macs_to)
            return error_set(
                err, STATUS_INPUT,
                "family '%s' has a range whose end is below its beginning, "
                "must be from the smaller to the larger number",
                f->name);
    }
    return STATUS_OK;
}

static const char *mensa_engine(const struct machine *machine, size_t i)
{
    return i < ((const struct mensa *)machine)->engines_count
               ? ((const struct mensa *)machine)->engines[i]
               : NULL;
}

/* Returns by how many octaves a value is outside a range. */
static double outside(double value, double from, double to)
{
    return value < from ? maths_log2(from / value)
           : value > to ? maths_log2(value / to)
                        : 0;
}

/* Returns the engine of the family whose ranges contain the layer or are nearest to it. */
static size_t family_engine(const struct mensa *mensa, const struct mac_layer *layer,
                            double bytes_per_element)
{
    double weights = mac_layer_weights(layer) * bytes_per_element;
    double macs = mac_layer_macs(layer);
    double nearest = INFINITY;
    size_t engine = 0;

    for (size_t i = 0; i < mensa->families_count; i++) {
        const struct mensa_family *f = &mensa->families[i];
        double away = outside(weights, f->weights_from_bytes, f->weights_to_bytes) +
                      outside(macs / weights, f->reuse_from, f->reuse_to) +
                      outside(macs, f->macs_from, f->macs_to);

        if (away < nearest) {
            nearest = away;
            engine = engine_named(mensa, f->engine);
        }
    }
    return engine;
}

/* A layer placed on an engine. */
struct placed_layer {
    size_t engine;
    struct mapping mapping;
    struct chip chip;
};

static void cost(const struct layerwise_request *request, struct placed_layer *placed)
{
    const struct engine_costs *engine = &request->engines[placed->engine];
    const struct chip_request chip = {
        .array = engine->array,
        .levels = engine->levels,
        .mapping = &placed->mapping,
        .bits = request->bits,
        .node_m = request->node_m,
        .is_timed = engine->is_timed,
    };

    chip_evaluate(&chip, &placed->chip);
}

static double energy_j(const struct chip *chip)
{
    double sum_j = 0;

    for (int part = 0; part < PART_COUNT; part++)
        sum_j += chip->part_j[part];
    return sum_j;
}

/* Returns the quantity that a schedule minimizes. */
static double objective(int schedule, const struct chip *chip)
{
    switch (schedule) {
    case SCHEDULE_ENERGY: return energy_j(chip);
    case SCHEDULE_EDP: return energy_j(chip) * chip->latency_s;
    default: return chip->latency_s;
    }
}

static enum status place_on(const struct layerwise_request *request, size_t layer,
                            size_t engine, struct placed_layer *placed,
                            struct error *reason)
{
    const struct pe_machine machine = {
        .array = *request->engines[engine].array,
        .bits = request->bits,
    };
    enum status status;

    placed->engine = engine;
    status = pe_machine_map_one(&machine, request->layers, layer, &placed->mapping,
                                reason);
    if (status == STATUS_OK)
        cost(request, placed);
    return status;
}

static enum status place(const struct layerwise_request *request, size_t layer,
                         struct placed_layer *best, struct error *reason)
{
    const struct mensa *mensa = (const struct mensa *)request->machine;
    enum status status = STATUS_INFEASIBLE;
    double least = INFINITY;

    if (mensa->schedule == SCHEDULE_FAMILY && mensa->families_count)
        return place_on(
            request, layer,
            family_engine(mensa, &request->layers->layers[layer], request->bits / 8.0),
            best, reason);
    for (size_t e = 0; e < mensa->engines_count; e++) {
        struct placed_layer placed;

        if (place_on(request, layer, e, &placed, reason) != STATUS_OK)
            continue;
        if (objective(mensa->schedule, &placed.chip) < least) {
            least = objective(mensa->schedule, &placed.chip);
            *best = placed;
            status = STATUS_OK;
        }
    }
    return status;
}

/* Does the output of a layer remain in the buffer for the next layer? */
static bool stays(const struct layerwise_request *request,
                  const struct placed_layer *one, const struct placed_layer *next,
                  const struct mac_layer *layer)
{
    const struct pe_machine machine = {
        .array = *request->engines[one->engine].array,
        .bits = request->bits,
    };
    double capacity = pe_machine_capacity(&machine, LEVEL_INPUT_BUFFER);

    if (capacity <= 0)
        capacity = pe_machine_capacity(&machine, LEVEL_GLOBAL_BUFFER);
    return one->engine == next->engine && mac_layer_outputs(layer) <= capacity;
}

/* Removes the DRAM traffic of activations that remain on the chip. */
static void forward(const struct layerwise_request *request,
                    struct placed_layer *placed, size_t count)
{
    const struct mac_layer *layers = request->layers->layers;

    for (size_t i = 0; i < count; i++) {
        struct mapping *m = &placed[i].mapping;
        const struct pe_machine machine = {
            .array = *request->engines[placed[i].engine].array,
            .bits = request->bits,
        };

        if (i > 0 && stays(request, &placed[i - 1], &placed[i], &layers[i - 1]))
            m->dram_reads = m->dram_weight_reads;
        if (i + 1 < count && stays(request, &placed[i], &placed[i + 1], &layers[i]))
            m->dram_writes = 0;
        m->cycles -= m->stall_cycles;
        m->stall_cycles = 0;
        mapping_stall(&machine, m);
        cost(request, &placed[i]);
    }
}

static double levels_j(const struct chip *chip)
{
    double sum_j = 0;

    for (int level = 0; level < LEVEL_COUNT; level++)
        sum_j += chip->part_j[level];
    return sum_j;
}

static void layer_add(const struct layerwise_request *request,
                      const struct placed_layer *placed, double leakage_w,
                      struct layerwise_result *sum)
{
    const struct pe_array *a = request->engines[placed->engine].array;
    const struct chip *chip = &placed->chip;
    const struct mapping *m = &placed->mapping;
    double bytes = (m->dram_reads + m->dram_writes) * request->bits / 8;
    double own_w = chip->levels_leakage_w + chip->logic_leakage_w;

    sum->compute_s += (m->cycles - m->stall_cycles) / a->clock_hz;
    sum->memory_s += bytes / (a->dram_bytes_per_s * a->dram_share);
    sum->latency_s += chip->latency_s;
    sum->dram_bytes += bytes;
    sum->offchip_bytes += a->dram_is_stacked ? 0 : bytes;
    sum->roofline_s += fmax(m->macs / chip->peak_macs_hz,
                            bytes / (a->dram_bytes_per_s * a->dram_share));
    sum->engine = placed->engine + 1;
    sum->part_j[LAYERWISE_PART_BUFFERS] += levels_j(chip);
    sum->part_j[LAYERWISE_PART_MEMORY] += chip->part_j[PART_DRAM];
    sum->part_j[LAYERWISE_PART_STATIC] += chip->part_j[PART_LEAKAGE] +
                                          chip->part_j[PART_DRAM_BACKGROUND] +
                                          (leakage_w - own_w) * chip->latency_s;
    sum->part_j[LAYERWISE_PART_COMPUTE] += chip->part_j[PART_MAC] +
                                           chip->part_j[PART_NOC] +
                                           chip->part_j[PART_CONTROL];
}

/* Adds up area and leakage of all engines, including those that are idle. */
static void engines_sum(const struct layerwise_request *request, double *area_m2,
                        double *leakage_w)
{
    const struct mapping idle = { .cycles = 1 };

    *area_m2 = *leakage_w = 0;
    for (size_t e = 0; e < ((const struct mensa *)request->machine)->engines_count;
         e++) {
        struct placed_layer placed = { .engine = e, .mapping = idle };

        cost(request, &placed);
        *area_m2 += placed.chip.area_m2;
        *leakage_w += placed.chip.levels_leakage_w + placed.chip.logic_leakage_w;
    }
}

static enum status mensa_network(const struct layerwise_request *request,
                                 struct layerwise_result *result, struct error *reason)
{
    const struct mac_layers *layers = request->layers;
    struct placed_layer *placed = alloc_array(layers->count, sizeof *placed);
    enum status status = STATUS_OK;
    double leakage_w;

    for (size_t i = 0; i < layers->count && status == STATUS_OK; i++)
        status = place(request, i, &placed[i], reason);
    if (status != STATUS_OK)
        goto out;
    forward(request, placed, layers->count);
    engines_sum(request, &result->area_m2, &leakage_w);
    result->dram_bytes = result->roofline_s = 0;
    for (size_t i = 0; i < layers->count; i++)
        if (!request->layer || layers->number[i] == request->layer)
            layer_add(request, &placed[i], leakage_w, result);
    for (int part = 0; part < LAYERWISE_PART_COUNT; part++)
        result->energy_j += result->part_j[part];
out:
    free(placed);
    return status;
}

static const struct layerwise_steps mensa_steps = {
    .knows_parts = true,
    .network = mensa_network,
};

const struct machine_family mensa_family = {
    .name = "mensa",
    .summary = "several PE arrays that share a network layer by layer",
    .kind = MACHINE_LAYERWISE,
    .schema = &mensa_schema,
    .layerwise = &mensa_steps,
    .check = mensa_check,
    .engine = mensa_engine,
};
