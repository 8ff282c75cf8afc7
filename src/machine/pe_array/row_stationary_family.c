/* Row stationary (Eyeriss: Y.-H. Chen et al., ISCA 2016 and JSSC 52(1), 2017).  A set of kernel
 * rows x output rows PEs computes one-dimensional convolutions, and their partial sums are
 * added up along columns.  Sets are folded or replicated over the array.  A search enumerates
 * the work of a pass: q input channels and p filters per PE; r x t sets on further channels and
 * filters; n samples; u filter blocks and v strips of e output rows whose partial sums remain
 * in the global buffer.  It takes the pass with the least energy at the papers' costs of 200
 * per DRAM access and 6 per buffer access.  Weights do not pass through the buffer. */
#include "machine/pe_array/mapping.h"

#include "base/divide.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

enum { DRAM_COST = 200, BUFFER_COST = 6 };
enum {
    PASS_FILTERS = 16
}; /* the most filters in a PE in the published passes of the chip */

/* The divisors of a number in ascending order. */
struct divisors {
    uint64_t *of;
    size_t count;
};

static struct divisors divisors_create(uint64_t number)
{
    struct divisors divisors = { .count = 0 };
    uint64_t root = 1;
    size_t small;

    while (root < number / root)
        root++;
    divisors.of = alloc_array(2 * root, sizeof *divisors.of);
    for (uint64_t d = 1; d <= root && d <= number / d; d++)
        if (number % d == 0)
            divisors.of[divisors.count++] = d;
    small = divisors.count;
    for (size_t i = small; i > 0; i--)
        if (number / divisors.of[i - 1] > divisors.of[small - 1])
            divisors.of[divisors.count++] = number / divisors.of[i - 1];
    return divisors;
}

/* Returns the index of a number among the divisors, or their count if it is not one of them. */
static size_t divisor_find(const struct divisors *divisors, uint64_t number)
{
    size_t i = 0;

    while (i < divisors->count && divisors->of[i] < number)
        i++;
    return i < divisors->count && divisors->of[i] == number ? i : divisors->count;
}

/* The placement of sets on the array. */
struct row_placement {
    uint64_t rows_fold, columns_fold; /* passes for the rows of kernel and output */
    uint64_t sets;                    /* that work in parallel */
    double active_pes;
};

/* The elements that one group moves.  Partial sums are written to the buffer once per pass over
 * channels and read from it as often, the last time to DRAM. */
struct pe_pass {
    double buffer_inputs, buffer_sums, dram_inputs, dram_weights;
    double passes; /* one after the other */
    double blocks,
        strips; /* whose partial sums stay in the buffer: a round of passes */
};

/* The state of the search over the passes of a layer. */
struct pass_search {
    const struct pe_machine *machine;
    const struct mac_layer *layer;
    struct divisors batch, channels, filters;
    bool *is_met; /* was this pair of a divisor of channels and one of filters tried? */
    struct pe_pass best;
    double best_cost;
};

static enum status row_stationary_check(const struct machine *machine,
                                        struct error *err)
{
    const struct pe_array *array = (const struct pe_array *)machine;
    static const enum level_id needed[] = { LEVEL_GLOBAL_BUFFER, LEVEL_PE_INPUT,
                                            LEVEL_PE_WEIGHT, LEVEL_PE_OUTPUT };

    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!pe_array_level(array, needed[i]))
            return error_set(err, STATUS_INPUT,
                             "is row-stationary, must have a level %s",
                             word_name(level_words, needed[i]));
    return STATUS_OK;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Places the sets of a layer by folding and replication.  Free rows of sets are used for folds
 * first. */
static struct row_placement place(const struct pe_array *a,
                                  const struct mac_layer *layer)
{
    uint64_t kernel = layer->kernel_height, outputs = layer->out_height;
    uint64_t fold_w = div_up(outputs, a->pe_columns),
             fold_h = div_up(kernel, a->pe_rows);
    uint64_t replicas_w = fold_w > 1 ? 1 : a->pe_columns / outputs;
    uint64_t replicas_h = fold_h > 1 ? 1 : a->pe_rows / kernel;
    uint64_t absorbed = least(replicas_h, fold_w);

    fold_w = div_up(fold_w, absorbed);
    replicas_h /= absorbed;
    return (struct row_placement){
        .rows_fold = fold_h,
        .columns_fold = fold_w,
        .sets = replicas_w * replicas_h,
        .active_pes = (double)(kernel * outputs * replicas_w * replicas_h) /
                      (double)(fold_w * fold_h),
    };
}

/* Computes the traffic per group of one candidate.  Returns false if the buffer is too small
 * for it. */
static bool pass_evaluate(const struct mac_layer *l, uint64_t e, uint64_t strips_held,
                          uint64_t n, uint64_t channels, uint64_t filters,
                          uint64_t filters_held, double capacity, struct pe_pass *pass)
{
    uint64_t rows = (e - 1) * l->stride + l->kernel_height;
    uint64_t width = (l->out_width - 1) * mac_layer_stride_width(l) + l->kernel_width;
    uint64_t strips = div_up(l->out_height, e),
             held = least(e * strips_held, l->out_height);
    double sums = (double)(filters_held * held * l->out_width * n);
    double outputs = mac_layer_outputs(l) / (double)l->groups;
    /* rows of all strips; those that two strips share are read twice */
    double strip_rows = (double)(strips * l->kernel_height) +
                        (double)(l->out_height * l->stride) -
                        (double)(strips * l->stride);
    double inputs;

    if (sums + (double)(channels * rows * width * n) > capacity)
        return false;
    inputs = (double)(l->batch * l->channels * width) * strip_rows;
    *pass = (struct pe_pass){
        .buffer_inputs = inputs * (double)div_up(l->filters, filters),
        .buffer_sums = 2 * outputs * (double)div_up(l->channels, channels),
        .dram_inputs = inputs * (double)div_up(l->filters, filters_held),
        .dram_weights = mac_layer_weights(l) / (double)l->groups *
                        (double)(div_up(l->batch, n) * div_up(strips, strips_held)),
        .passes = (double)(div_up(l->channels, channels) *
                           div_up(l->filters, filters)) *
                  (double)(strips * div_up(l->batch, n)),
        .blocks = (double)div_up(filters_held, filters),
        .strips = (double)least(strips_held, strips),
    };
    return true;
}

static double pass_cost(const struct pe_pass *pass)
{
    return DRAM_COST * (pass->dram_inputs + pass->dram_weights) +
           BUFFER_COST * (pass->buffer_inputs + pass->buffer_sums);
}

/* Finds the best numbers of samples, filter blocks and strips in the buffer for a choice of
 * sets.  The size of a filter block is a divisor of the layer's filters, and so are the
 * divisors of that size. */
static void pass_hold(struct pass_search *search, uint64_t e, uint64_t channels,
                      uint64_t filters, double capacity)
{
    const struct mac_layer *l = search->layer;
    uint64_t strips = div_up(l->out_height, e), blocks = l->filters / filters;

    for (int all_strips = 0; all_strips < 2; all_strips++)
        for (size_t n = 0; n < search->batch.count; n++)
            for (size_t u = 0; u < search->filters.count; u++) {
                uint64_t held = search->filters.of[u];
                struct pe_pass pass;

                if (held > blocks)
                    break;
                if (blocks % held != 0)
                    continue;
                if (!pass_evaluate(l, e, all_strips ? strips : 1, search->batch.of[n],
                                   channels, filters, filters * held, capacity, &pass))
                    break;
                if (pass_cost(&pass) < search->best_cost) {
                    search->best_cost = pass_cost(&pass);
                    search->best = pass;
                }
            }
}

/* Tries all numbers of channels q and filters p of a PE, and all divisions of the sets into r
 * groups of channels and t groups of filters, for strips of e rows.  Blocks have equal sizes.
 * Many choices give the same blocks; only the first of them is evaluated. */
static bool pass_search_strip(struct pass_search *search, uint64_t sets, uint64_t e)
{
    const struct pe_machine *machine = search->machine;
    const struct pe_array *a = &machine->array;
    const struct mac_layer *l = search->layer;
    double pes = (double)(a->pe_rows * a->pe_columns);
    uint64_t inputs = (uint64_t)(pe_machine_capacity(machine, LEVEL_PE_INPUT) / pes);
    uint64_t weights = (uint64_t)(pe_machine_capacity(machine, LEVEL_PE_WEIGHT) / pes);
    uint64_t sums = (uint64_t)(pe_machine_capacity(machine, LEVEL_PE_OUTPUT) / pes);
    double capacity = pe_machine_capacity(machine, LEVEL_GLOBAL_BUFFER);

    for (uint64_t r = 1; r <= sets; r++)
        for (uint64_t q = 1; q <= l->channels && q * l->kernel_width <= inputs; q++) {
            uint64_t channels = least(q * r, l->channels);
            bool is_last =
                q * r >=
                l->channels; /* a larger q needs more memory and gains nothing */
            uint64_t most = least(sums, weights / (q * l->kernel_width));
            size_t c = divisor_find(&search->channels, channels);

            for (uint64_t p = least(most, PASS_FILTERS);
                 p > 0 && c < search->channels.count; p--) {
                uint64_t filters = least(p * (sets / r), l->filters);
                size_t f = divisor_find(&search->filters, filters);
                bool *is_met = &search->is_met[c * search->filters.count + f];

                if (f == search->filters.count || *is_met)
                    continue;
                *is_met = true;
                pass_hold(search, e, channels, filters, capacity);
            }
            if (is_last)
                break;
        }
    return search->best_cost < INFINITY;
}

/* Begins with the highest strips of the folded array and halves them until their rows fit the
 * buffer. */
static bool pass_search(const struct pe_machine *machine, const struct mac_layer *l,
                        const struct row_placement *placement, struct pe_pass *best)
{
    struct pass_search search = { .machine = machine,
                                  .layer = l,
                                  .batch = divisors_create(l->batch),
                                  .channels = divisors_create(l->channels),
                                  .filters = divisors_create(l->filters),
                                  .best_cost = INFINITY };
    bool is_found = false;

    for (uint64_t e = div_up(l->out_height, placement->columns_fold);
         e > 0 && !is_found; e /= 2) {
        search.is_met = alloc_array(search.channels.count * search.filters.count + 1,
                                    sizeof *search.is_met);
        is_found = pass_search_strip(&search, placement->sets, e);
        free(search.is_met);
    }
    *best = search.best;
    free(search.batch.of);
    free(search.channels.of);
    free(search.filters.of);
    return is_found;
}

/* Evaluates the pass that the record gives for such layers, if there is one that matches. */
static bool pass_known(const struct pe_machine *machine, const struct mac_layer *l,
                       struct pe_pass *pass)
{
    const struct pe_array *a = &machine->array;

    for (size_t i = 0; i < a->passes_count; i++) {
        const struct pass_choice *known = &a->passes[i];

        if (known->kernel == l->kernel_height && known->height == l->out_height)
            return pass_evaluate(
                l, known->strip, 1, least(known->samples, l->batch),
                least(known->channels, l->channels), least(known->filters, l->filters),
                least(known->filters_held, l->filters),
                pe_machine_capacity(machine, LEVEL_GLOBAL_BUFFER), pass);
    }
    return false;
}

/* Sums of a round stay until the next channels' round reads them; inputs and weights for the passes
 * of a round that may use them: one, if it is of one block or of one strip, else all. */
static void lifetimes_record(const struct pe_pass *pass, double groups,
                             struct mapping *mapping)
{
    double one = 1 / (groups * pass->passes), round = one * pass->blocks * pass->strips;

    mapping->longest_fold = one;
    mapping_hold(mapping, LEVEL_GLOBAL_BUFFER, groups * pass->dram_inputs,
                 pass->blocks > 1 ? round : one);
    mapping_hold(mapping, LEVEL_GLOBAL_BUFFER, groups * pass->buffer_sums / 2, round);
    mapping_hold(mapping, LEVEL_PE_WEIGHT, groups * pass->dram_weights,
                 pass->strips > 1 ? round : one);
    mapping_hold(mapping, LEVEL_PE_INPUT, groups * pass->buffer_inputs, one);
    mapping_hold(mapping, LEVEL_PE_OUTPUT, groups * pass->buffer_sums / 2, one);
}

static enum status row_stationary_map(const struct pe_machine *machine,
                                      const struct mac_layer *layer,
                                      struct mapping *mapping, struct error *err)
{
    const struct pe_array *a = &machine->array;
    struct row_placement placement = place(a, layer);
    double groups = (double)layer->groups, outputs = mac_layer_outputs(layer);
    double macs = mac_layer_macs(layer), buffer_cycles = 0, elements;
    struct pe_pass pass = { 0 };

    if (!pass_known(machine, layer, &pass) &&
        !pass_search(machine, layer, &placement, &pass))
        return error_set(err, STATUS_INFEASIBLE,
                         "no pass of layer '%s' fits the buffers", layer->name);
    mapping->macs = mapping->computed_macs = macs;
    mapping->active_pes = placement.active_pes;
    mapping->ideal_cycles = macs / placement.active_pes;
    /* the PEs do not compute while the weights of a pass are loaded */
    mapping->cycles = mapping->ideal_cycles +
                      groups * pass.dram_weights * a->weight_load_cycles;
    elements = groups * (pass.buffer_inputs + pass.buffer_sums);
    if (a->buffer_bytes_per_s > 0)
        buffer_cycles = elements * machine->bits / 8 / a->buffer_bytes_per_s *
                        a->clock_hz;
    if (buffer_cycles > mapping->cycles)
        mapping->cycles = buffer_cycles;
    mapping->pe_cycles = mapping->cycles * (double)(a->pe_rows * a->pe_columns);
    /* each multiply-accumulate reads both operands and the partial sum, and writes the sum */
    mapping->levels[LEVEL_PE_INPUT] = (struct level_use){ macs,
                                                          pass.buffer_inputs * groups };
    mapping->levels[LEVEL_PE_WEIGHT] = (struct level_use){ macs,
                                                           pass.dram_weights * groups };
    mapping->levels[LEVEL_PE_OUTPUT] = (struct level_use){ macs, macs };
    mapping->pe_uses = 4 * macs;
    mapping->dram_reads = groups * (pass.dram_inputs + pass.dram_weights);
    mapping->dram_writes = outputs;
    mapping->dram_weight_reads = groups * pass.dram_weights;
    mapping->levels[LEVEL_GLOBAL_BUFFER] = (struct level_use){
        .reads = groups * (pass.buffer_inputs + pass.buffer_sums / 2),
        .writes = groups * (pass.dram_inputs + pass.buffer_sums / 2),
    };
    lifetimes_record(&pass, groups, mapping);
    mapping->noc_elements = elements + macs / (double)layer->kernel_width;
    return STATUS_OK;
}

static double divisors_count(uint64_t number)
{
    double count = 0;

    for (uint64_t d = 1; d <= number / d; d++)
        if (number % d == 0)
            count += d < number / d ? 2 : 1;
    return count;
}

/* The time is that of all choices of q, p and r, and for each pair of blocks that of the
 * divisors of samples and filters.  Less than half of the pairs occur, because a PE holds few
 * channels and filters. */
static double row_stationary_map_s(const struct pe_machine *machine,
                                   const struct mac_layer *layer)
{
    const double choice_s = 3e-9, pass_s = 8e-9;
    const struct pe_array *a = &machine->array;
    struct row_placement placement = place(a, layer);
    double pes = (double)(a->pe_rows * a->pe_columns), filters, channels, choices;
    struct pe_pass pass;

    if (pass_known(machine, layer, &pass))
        return 0;
    filters = divisors_count(layer->filters);
    channels = fmin((double)layer->channels,
                    pe_machine_capacity(machine, LEVEL_PE_INPUT) / pes /
                        (double)layer->kernel_width);
    choices = (double)placement.sets * channels;
    return choices * choice_s +
           fmin(choices * PASS_FILTERS, divisors_count(layer->channels) * filters) *
               divisors_count(layer->batch) * filters * pass_s;
}

/* clang-format off */
static const struct field pass_fields[] = {
    FIELD_COUNT(struct pass_choice, kernel, REQUIRED, 1, 1024, "kernel height of the layers to which it applies"),
    FIELD_COUNT(struct pass_choice, height, REQUIRED, 1, 65536, "output height of the layers to which it applies"),
    FIELD_COUNT(struct pass_choice, strip, REQUIRED, 1, 65536, "output rows of a pass"),
    FIELD_COUNT(struct pass_choice, channels, REQUIRED, 1, 65536, "input channels of a pass"),
    FIELD_COUNT(struct pass_choice, filters, REQUIRED, 1, 65536, "filters of a pass"),
    FIELD_COUNT(struct pass_choice, filters_held, REQUIRED, 1, 65536, "filters whose partial sums stay in the buffer"),
    FIELD_COUNT(struct pass_choice, samples, 1, 1, 65536, "samples of a pass"),
};

static const struct schema pass_schema = {
    .kind = "pass",
    .size = sizeof(struct pass_choice),
    .fields = pass_fields,
    .field_count = FIELD_COUNT_OF(pass_fields),
};

static const struct field row_stationary_fields[] = {
    PE_ARRAY_FIELDS,
    FIELD_NUMBER(struct pe_array, weight_load_cycles, "1", 0, 0, 100, "cycles per weight loaded into PEs, in which they do not compute"),
    FIELD_NUMBER(struct pe_array, buffer_bytes_per_s, "byte/s", 0, 0, 1e16, "bandwidth of the global buffer (0: never limits)"),
    FIELD_LIST(struct pe_array, passes, &pass_schema, "passes known for some layers"),
};
/* clang-format on */

const struct schema row_stationary_schema = PE_ARRAY_SCHEMA(row_stationary_fields);

static const struct pe_steps row_stationary_steps = {
    .map = row_stationary_map,
    .map_s = row_stationary_map_s,
};

const struct machine_family row_stationary_family = {
    .name = "row-stationary",
    .summary = "kernel rows stay in PEs, partial sums are added up along columns",
    .kind = MACHINE_PE_ARRAY,
    .schema = &row_stationary_schema,
    .check = row_stationary_check,
    .pe = &row_stationary_steps,
};
