/* Accelerators that are described by a loop nest.  The record lists DRAM, memories and fan-outs
 * from the outside, each with the tensors that it stores and the loops that it may have.  If
 * the record gives all loops ("P8 Q2 M4"), that mapping is evaluated.  If it only names
 * dimensions ("PQM"), the mapper searches their bounds; with a star after them ("PQM*") it also
 * searches their order. */
#include "machine/pe_array/mapping.h"
#include "machine/pe_array/nest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char dimension_letters[] = "CMPQRSN";
static const char tensor_letters[] = "wio";

/* Reads the loops of a step: their order into the place, their bounds into factors.  Returns
 * false if the text is not a list of loops. */
static bool loops_parse(const char *text, struct nest_place *place,
                        uint64_t factors[NEST_DIMENSIONS], bool *is_stated)
{
    while (*text) {
        const char *letter;
        char *end;

        if (*text == ' ') {
            text++;
            continue;
        }
        if (*text == '*' && !text[1]) {
            place->order_is_free = true;
            break;
        }
        letter = strchr(dimension_letters, *text);
        if (!letter || place->order_count == NEST_DIMENSIONS)
            return false;
        place->order[place->order_count++] = (enum nest_dimension)(letter -
                                                                   dimension_letters);
        place->allowed |= 1u << (letter - dimension_letters);
        text++;
        if (*text >= '0' && *text <= '9') {
            factors[letter - dimension_letters] = strtoull(text, &end, 10);
            if (factors[letter - dimension_letters] == 0)
                return false;
            *is_stated = true;
            text = end;
        }
    }
    return true;
}

static bool keeps_parse(const char *text, bool keeps[TENSORS])
{
    for (; *text; text++) {
        const char *letter = strchr(tensor_letters, *text);

        if (!letter)
            return false;
        keeps[letter - tensor_letters] = true;
    }
    return true;
}

/* Makes the nest of the record.  *is_stated is true if the record gives loop bounds. */
static bool nest_make(const struct pe_machine *machine, struct nest *nest,
                      struct nest_mapping *mapping, bool *is_stated)
{
    const struct pe_array *a = &machine->array;

    *nest =
        (struct nest){ .place_count = a->nest_count, .stride = 1, .mac_j = a->mac_j };
    *is_stated = false;
    for (size_t p = 0; p < NEST_PLACES_MAX; p++)
        for (int d = 0; d < NEST_DIMENSIONS; d++)
            mapping->factors[p][d] = 1;
    for (size_t p = 0; p < a->nest_count; p++) {
        const struct nest_step *step = &a->nest[p];
        struct nest_place *place = &nest->places[p];
        const struct level *level = NULL;

        place->is_spatial = step->at == NEST_STEP_SPATIAL;
        place->fanout = step->fanout;
        if (!loops_parse(step->loops, place, mapping->factors[p], is_stated) ||
            !keeps_parse(step->keeps, place->keeps))
            return false;
        if (step->at == NEST_STEP_DRAM) {
            place->read_j = place->write_j = a->dram_j_per_bit * machine->bits;
        } else if (!place->is_spatial) {
            level = pe_array_level(a, (enum level_id)step->at);
            if (!level)
                return false;
            place->capacity = (double)level->bytes * 8 / (double)machine->bits;
            place->read_j = level_accesses(level->read_j, machine->bits,
                                           level->word_bits);
            place->write_j = level_accesses(level->write_j, machine->bits,
                                            level->word_bits);
        }
    }
    return true;
}

static enum status nest_check(const struct machine *machine, struct error *err)
{
    const struct pe_array *array = (const struct pe_array *)machine;
    const struct pe_machine pe = { .array = *array, .bits = 8 };
    struct nest_mapping mapping;
    struct nest nest;
    bool is_stated;

    if (array->nest_count < 2 || array->nest_count > NEST_PLACES_MAX ||
        array->nest[0].at != NEST_STEP_DRAM)
        return error_set(
            err, STATUS_INPUT,
            "is a loop-nest, must have a nest of 2 to %d steps, dram first",
            NEST_PLACES_MAX);
    if (!nest_make(&pe, &nest, &mapping, &is_stated))
        return error_set(
            err, STATUS_INPUT,
            "has a wrong step in its nest: `at` must be a level of the record, `loops` "
            "such as \"P8 Q2\" or \"PQ\" of the dimensions C M P Q R S N, and `keeps` "
            "of "
            "w, i and o");
    return STATUS_OK;
}

static void layer_bounds(const struct mac_layer *layer, struct nest *nest)
{
    nest->bounds[NEST_C] = layer->channels;
    nest->bounds[NEST_M] = layer->filters;
    nest->bounds[NEST_P] = layer->out_height;
    nest->bounds[NEST_Q] = layer->out_width;
    nest->bounds[NEST_R] = layer->kernel_height;
    nest->bounds[NEST_S] = layer->kernel_width;
    nest->bounds[NEST_N] = layer->batch;
    nest->stride = layer->stride;
    nest->stride_width = mac_layer_stride_width(layer);
}

static bool covers(const struct nest *nest, const struct nest_mapping *mapping)
{
    for (int d = 0; d < NEST_DIMENSIONS; d++) {
        uint64_t product = 1;

        for (size_t p = 0; p < nest->place_count; p++)
            product *= mapping->factors[p][d];
        if (product != nest->bounds[d])
            return false;
    }
    return true;
}

static enum status nest_map(const struct pe_machine *machine,
                            const struct mac_layer *layer, struct mapping *mapping,
                            struct error *err)
{
    const struct pe_array *a = &machine->array;
    double groups = (double)layer->groups;
    struct nest_mapping loops;
    struct nest_counts counts;
    struct nest nest;
    bool is_stated;

    if (!nest_make(machine, &nest, &loops, &is_stated))
        return error_set(err, STATUS_INFEASIBLE, "the record's nest is wrong");
    layer_bounds(layer, &nest);
    if (is_stated && !covers(&nest, &loops))
        return error_set(
            err, STATUS_INFEASIBLE,
            "the loops of the record do not match the dimensions of layer '%s'",
            layer->name);
    if ((!is_stated && !nest_search(&nest, &loops)) ||
        !nest_evaluate(&nest, &loops, &counts))
        return error_set(err, STATUS_INFEASIBLE, "no mapping of '%s' fits the memories",
                         layer->name);
    mapping->macs = mapping->computed_macs = mac_layer_macs(layer);
    mapping->cycles = groups * counts.cycles;
    mapping->pe_cycles = mapping->cycles * (double)(a->pe_rows * a->pe_columns);
    mapping->active_pes = counts.macs / counts.cycles;
    for (size_t p = 0; p < nest.place_count; p++)
        for (int t = 0; t < TENSORS; t++) {
            if (a->nest[p].at == NEST_STEP_DRAM) {
                mapping->dram_reads += groups * counts.reads[p][t];
                mapping->dram_writes += groups * counts.writes[p][t];
            } else if (a->nest[p].at != NEST_STEP_SPATIAL) {
                mapping->levels[a->nest[p].at].reads += groups * counts.reads[p][t];
                mapping->levels[a->nest[p].at].writes += groups * counts.writes[p][t];
            }
        }
    mapping->dram_weight_reads = groups * counts.reads[0][TENSOR_WEIGHTS];
    return STATUS_OK;
}

/* Returns the number of ways to write a number as an ordered product of this many factors. */
static double products_count(uint64_t number, uint64_t factors)
{
    double ways = 1;

    for (uint64_t prime = 2; number > 1; prime++) {
        if (prime > number / prime)
            prime = number;
        for (uint64_t times = 1; number % prime == 0; times++, number /= prime)
            ways *= (double)(times + factors - 1) / (double)times;
    }
    return ways;
}

/* A search evaluates about the square root of the number of mappings.  How much the bounds
 * prune differs from layer to layer: a layer may take between a tenth and five times the
 * estimate. */
static double nest_map_s(const struct pe_machine *machine,
                         const struct mac_layer *layer)
{
    const double root_s = 7e-5;
    struct nest_mapping loops;
    struct nest nest;
    bool is_stated;
    double mappings = 1;

    if (!nest_make(machine, &nest, &loops, &is_stated) || is_stated)
        return 0;
    layer_bounds(layer, &nest);
    for (int d = 0; d < NEST_DIMENSIONS; d++) {
        uint64_t places = 0;

        for (size_t p = 0; p < nest.place_count; p++)
            places += nest.places[p].allowed >> d & 1;
        if (places > 0)
            mappings *= products_count(nest.bounds[d], places);
    }
    return root_s * sqrt(mappings);
}

/* clang-format off */
static const struct word step_words[] = {
    { "dram", NEST_STEP_DRAM },               { "spatial", NEST_STEP_SPATIAL },
    { "input-buffer", LEVEL_INPUT_BUFFER },   { "weight-buffer", LEVEL_WEIGHT_BUFFER },
    { "output-buffer", LEVEL_OUTPUT_BUFFER }, { "global-buffer", LEVEL_GLOBAL_BUFFER },
    { "pe-input", LEVEL_PE_INPUT },           { "pe-weight", LEVEL_PE_WEIGHT },
    { "pe-output", LEVEL_PE_OUTPUT },         { "pe-index", LEVEL_PE_INDEX },
    { NULL, 0 },
};

static const struct field step_fields[] = {
    FIELD_WORD(struct nest_step, at, step_words, REQUIRED, "dram, spatial (a fan-out) or a level"),
    FIELD_COUNT(struct nest_step, fanout, 1, 1, 1e6, "spatial: number of copies of the inner places"),
    FIELD_TEXT(struct nest_step, keeps, "", "memories: tensors that are stored, of w, i and o (weights, inputs, outputs)"),
    FIELD_TEXT(struct nest_step, loops, "", "loops here, outermost first: \"P8 Q2\" stated, \"PQ\" searched, \"PQ*\" in any order"),
};

static const struct schema step_schema = {
    .kind = "step",
    .size = sizeof(struct nest_step),
    .fields = step_fields,
    .field_count = FIELD_COUNT_OF(step_fields),
};

static const struct field nest_fields[] = {
    PE_ARRAY_FIELDS,
    FIELD_LIST(struct pe_array, nest, &step_schema, "DRAM, memories and fan-outs from the outside in"),
};
/* clang-format on */

const struct schema nest_schema = PE_ARRAY_SCHEMA(nest_fields);

static const struct pe_steps nest_steps = {
    .map = nest_map,
    .map_s = nest_map_s,
};

const struct machine_family nest_family = {
    .name = "loop-nest",
    .summary = "memories and fan-outs with loops, stated or searched",
    .kind = MACHINE_PE_ARRAY,
    .schema = &nest_schema,
    .check = nest_check,
    .pe = &nest_steps,
};
