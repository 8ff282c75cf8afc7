#include "machine/pe_array/mapping.h"
#include "machine/pe_array/zeros.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

#define MAP_S 5e-7 /* measured, see mapping.h */
#define LAYER_S 1.5e-7

static const struct pe_steps *steps_of(const struct pe_machine *machine)
{
    return machine_family(&machine->array.machine)->pe;
}

double level_accesses(double elements, unsigned bits, uint64_t word_bits)
{
    if (word_bits >= bits)
        return elements / (double)(word_bits / bits);
    return elements * (double)((bits + word_bits - 1) / word_bits);
}

double pe_machine_capacity(const struct pe_machine *machine, enum level_id id)
{
    const struct level *level = pe_array_level(&machine->array, id);

    if (!level)
        return 0;
    return (double)(level->bytes * level->instances) * 8 / machine->bits;
}

/* Elements of dram_weight_reads have weight_bits, the others the machine's. */
static void stall(const struct pe_machine *machine, double weight_bits,
                  struct mapping *mapping)
{
    const struct pe_array *a = &machine->array;
    double saved_bits = mapping->dram_weight_reads * (machine->bits - weight_bits);
    double bytes = (mapping->dram_reads + mapping->dram_writes) * machine->bits / 8 -
                   saved_bits / 8;
    double dram_cycles = bytes / (a->dram_bytes_per_s * a->dram_share) * a->clock_hz;

    if (dram_cycles > mapping->cycles) {
        mapping->stall_cycles = dram_cycles - mapping->cycles;
        mapping->cycles = dram_cycles;
    }
}

void mapping_stall(const struct pe_machine *machine, struct mapping *mapping)
{
    stall(machine, machine->bits, mapping);
}

/* The second operand of attention are keys or values. */
static double weight_bits_of(const struct pe_machine *machine,
                             const struct mac_layer *layer)
{
    double bits = layer->streams_weights ? machine->kv_bits : machine->weight_bits;

    return bits > 0 ? bits : machine->bits;
}

void mapping_hold(struct mapping *mapping, enum level_id level, double elements,
                  double share)
{
    struct level_lifetime *life = &mapping->lifetimes[level];

    if (!(elements > 0))
        return;
    share = fmin(share, 1);
    life->elements += elements;
    life->sum += elements * share;
    life->longest = fmax(life->longest, share);
}

/* Shares of a layer's time become cycles, once these are known. */
static void lifetimes_to_cycles(struct mapping *mapping)
{
    for (int i = 0; i < LEVEL_COUNT; i++) {
        mapping->lifetimes[i].sum *= mapping->cycles;
        mapping->lifetimes[i].longest *= mapping->cycles;
    }
    mapping->longest_fold *= mapping->cycles;
}

static bool weights_stay(const struct pe_machine *machine,
                         const struct mac_layers *layers)
{
    double weights = 0;

    for (size_t i = 0; i < layers->count; i++)
        if (!layers->layers[i].streams_weights)
            weights += mac_layer_weights(&layers->layers[i]);
    return machine->array.keeps_weights &&
           weights <= pe_machine_capacity(machine, LEVEL_WEIGHT_BUFFER);
}

/* Keeps the weights on the chip.  A systolic array then reads its weight buffer as before, but
 * does not fill it. */
static void weights_keep(const struct pe_machine *machine, struct mapping *mapping)
{
    struct level_use *use = &mapping->levels[LEVEL_WEIGHT_BUFFER];

    if (machine->array.machine.family == FAMILY_SYSTOLIC)
        use->writes -= mapping->dram_weight_reads;
    else
        use->reads += mapping->dram_weight_reads;
    mapping->dram_reads -= mapping->dram_weight_reads;
    mapping->dram_weight_reads = 0;
    mapping->lifetimes[LEVEL_WEIGHT_BUFFER].sum = INFINITY;
    mapping->lifetimes[LEVEL_WEIGHT_BUFFER].longest = INFINITY;
}

/* Returns the layer with the densities that the machine assumes. */
static struct mac_layer layer_at(const struct pe_machine *machine,
                                 const struct mac_layer *of)
{
    struct mac_layer layer = *of;

    if (machine->weight_density > 0)
        layer.weight_density = machine->weight_density;
    if (machine->activation_density > 0)
        layer.activation_density = machine->activation_density;
    return layer;
}

/* Do the weights of all mapped layers fit the PEs at the same time? */
static bool weights_are_held(const struct pe_machine *machine,
                             const struct mac_layers *layers, size_t number)
{
    const struct pe_steps *steps = steps_of(machine);
    double capacity = pe_machine_capacity(machine, LEVEL_PE_WEIGHT) * machine->bits;
    double bits = 0;

    for (size_t i = 0; steps->held_bits && i < layers->count; i++) {
        struct mac_layer layer = layer_at(machine, &layers->layers[i]);

        if (!number || layers->number[i] == number)
            bits += steps->held_bits(machine, &layer);
    }
    return bits <= capacity && !machine->array.weights_in_dram;
}

/* Loads a layer's weights into the PEs.  Returns STATUS_INFEASIBLE if they do not fit. */
static enum status weights_load(const struct pe_machine *machine,
                                const struct mac_layer *layer, struct mapping *mapping,
                                struct error *err)
{
    double bits = steps_of(machine)->held_bits(machine, layer);
    double capacity = pe_machine_capacity(machine, LEVEL_PE_WEIGHT) * machine->bits;
    double elements = bits / machine->bits;

    if (bits > capacity && !machine->array.weights_in_dram)
        return error_set(
            err, STATUS_INFEASIBLE,
            "layer '%s' takes %.3g bytes of the PEs' weight memories, must be at most "
            "%.3g",
            layer->name, bits / 8, capacity / 8);
    mapping->dram_reads += elements;
    mapping->dram_weight_reads += elements;
    mapping->levels[LEVEL_PE_WEIGHT].writes += elements;
    return STATUS_OK;
}

static void mapping_add(struct mapping *total, const struct mapping *one)
{
    total->active_pes += one->active_pes * one->cycles;
    total->cycles += one->cycles;
    total->stall_cycles += one->stall_cycles;
    total->ideal_cycles += one->ideal_cycles > 0 ? one->ideal_cycles
                                                 : one->cycles - one->stall_cycles;
    total->macs += one->macs;
    total->computed_macs += one->computed_macs;
    total->pe_cycles += one->pe_cycles;
    for (int i = 0; i < LEVEL_COUNT; i++) {
        total->levels[i].reads += one->levels[i].reads;
        total->levels[i].writes += one->levels[i].writes;
        total->lifetimes[i].elements += one->lifetimes[i].elements;
        total->lifetimes[i].sum += one->lifetimes[i].sum;
        total->lifetimes[i].longest = fmax(total->lifetimes[i].longest,
                                           one->lifetimes[i].longest);
    }
    total->longest_fold = fmax(total->longest_fold, one->longest_fold);
    total->pe_uses += one->pe_uses;
    total->noc_elements += one->noc_elements;
    total->dram_reads += one->dram_reads;
    total->dram_writes += one->dram_writes;
    total->instructions += one->instructions;
    total->transform_ops += one->transform_ops;
    total->direct_macs += one->direct_macs;
    total->transformed_macs += one->transformed_macs;
}

static enum status layer_map(const struct pe_machine *machine,
                             const struct mac_layer *of, bool stay, bool held,
                             struct mapping *one, struct error *err)
{
    const struct pe_steps *steps = steps_of(machine);
    struct mac_layer layer = layer_at(machine, of);
    enum status status;

    *one = (struct mapping){ 0 };
    status = steps->map(machine, &layer, one, err);
    if (status == STATUS_OK && !held)
        status = weights_load(machine, &layer, one, err);
    if (status != STATUS_OK)
        return status;
    if (!steps->counts_zeros)
        zeros_apply(machine, &layer, one);
    if (stay && !layer.streams_weights)
        weights_keep(machine, one);
    if (!steps->is_stall_free)
        stall(machine, weight_bits_of(machine, &layer), one);
    lifetimes_to_cycles(one);
    return STATUS_OK;
}

enum status pe_machine_map_one(const struct pe_machine *machine,
                               const struct mac_layers *layers, size_t index,
                               struct mapping *mapping, struct error *err)
{
    return layer_map(machine, &layers->layers[index], weights_stay(machine, layers),
                     weights_are_held(machine, layers, 0), mapping, err);
}

/* Does an earlier entry have the same mapping, so that a slow mapping need not be repeated?
 * Not used if a single layer is mapped. */
static bool is_known(const struct mac_layers *layers, size_t number, size_t i)
{
    return !number && layers->first_alike && layers->first_alike[i] < i;
}

double pe_machine_map_s(const struct pe_machine *machine,
                        const struct mac_layers *layers, size_t number)
{
    const struct pe_steps *steps = steps_of(machine);
    double sum_s = MAP_S;

    for (size_t i = 0; i < layers->count; i++) {
        if (number && layers->number[i] != number)
            continue;
        sum_s += LAYER_S;
        if (steps->map_s && !is_known(layers, number, i)) {
            struct mac_layer layer = layer_at(machine, &layers->layers[i]);

            sum_s += steps->map_s(machine, &layer);
        }
    }
    return sum_s;
}

enum status pe_machine_map(const struct pe_machine *machine,
                           const struct mac_layers *layers, size_t number,
                           struct mapping *total, struct error *err)
{
    bool is_costly = steps_of(machine)->map_s != NULL;
    bool is_found = false, stay = weights_stay(machine, layers);
    bool held = weights_are_held(machine, layers, number);
    struct mapping one = { 0 }, *made = &one;
    enum status status = STATUS_OK;

    *total = (struct mapping){ 0 };
    if (is_costly)
        made = alloc_array(layers->count, sizeof *made);
    for (size_t i = 0; i < layers->count && status == STATUS_OK; i++) {
        struct mapping *mapping = is_costly ? &made[i] : &one;

        if (number && layers->number[i] != number)
            continue;
        if (is_costly && is_known(layers, number, i))
            *mapping = made[layers->first_alike[i]];
        else
            status = layer_map(machine, &layers->layers[i], stay, held, mapping, err);
        if (status == STATUS_OK)
            mapping_add(total, mapping);
        is_found = true;
    }
    if (is_costly)
        free(made);
    if (status != STATUS_OK)
        return status;
    if (!is_found)
        return error_set(err, STATUS_INFEASIBLE, "has no computing layer number %zu",
                         number);
    total->active_pes /= total->cycles;
    return STATUS_OK;
}
