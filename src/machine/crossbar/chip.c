/* Evaluates a network on a chip of crossbars: places its layers, and computes time, energy and
 * area of a batch. */
#include "machine/crossbar/crossbar.h"

#include "base/maths.h"
#include "base/memory.h"
#include "machine/layerwise/layerwise.h"

#include <stdlib.h>

struct crossbar_request crossbar_request_of(const struct crossbar *chip,
                                            const struct crossbar_subarray_row *costs,
                                            const struct crossbar_buffers_row *buffers)
{
    return (struct crossbar_request){
        .chip = chip,
        .costs = costs,
        .buffers = buffers,
        .precision_bits = 8,
        .batch = 1,
        .rows = (double)chip->rows,
        .columns = (double)chip->columns,
        .adc_columns = (double)chip->adc_columns,
        .tiles = (double)chip->tiles,
        .activity = chip->activity,
        .update_share = chip->update_share,
        .update_pulses = chip->update_pulses,
        .pipeline = chip->pipeline,
        .dram_bytes_per_s = chip->dram_bytes_per_s,
        .dram_j_per_bit = chip->dram_j_per_bit,
    };
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* Times of one sample: sums over the layers, and the longest of a layer. */
struct stretch {
    double forward_s; /* sum of the forward phases */
    double chain_s;   /* sum of forward phases and activation gradients */
    double forward_max_s;
    double held_max_s; /* longest time in which a layer's weights work on one sample */
    double feedback_max_s, gradient_max_s, backward_max_s;
    double dram_s, backward_dram_s, update_dram_s;
    double gradient_sum_s, update_sum_s, update_max_s;
    double
        direct_s; /* longest sum of a layer's phases after the forward one, per batch */
};

static struct stretch stretch_of(const struct crossbar_schedule *schedule,
                                 const struct crossbar_layer *layers, size_t count)
{
    struct stretch s = { 0 };

    for (size_t i = 0; i < count; i++) {
        const double *p = layers[i].phase_s, *d = layers[i].dram_s;
        double f = p[CROSSBAR_FORWARD], a = p[CROSSBAR_ACTIVATION_GRADIENT];
        double g = p[CROSSBAR_WEIGHT_GRADIENT], u = p[CROSSBAR_WEIGHT_UPDATE];

        s.forward_s += f;
        s.chain_s += f + a;
        s.forward_max_s = larger(s.forward_max_s, f);
        s.held_max_s = larger(s.held_max_s, f + a);
        s.feedback_max_s = larger(s.feedback_max_s, a);
        s.gradient_max_s = larger(s.gradient_max_s, g);
        s.backward_max_s = larger(s.backward_max_s, a + g);
        s.gradient_sum_s += g;
        s.update_sum_s += u;
        s.update_max_s = larger(s.update_max_s, u);
        s.direct_s = larger(s.direct_s, (double)schedule->batch * (a + g) + u);
        s.dram_s += d[CROSSBAR_FORWARD];
        s.backward_dram_s += d[CROSSBAR_ACTIVATION_GRADIENT] +
                             d[CROSSBAR_WEIGHT_GRADIENT];
        s.update_dram_s += d[CROSSBAR_WEIGHT_UPDATE];
    }
    return s;
}

/* Returns the time of a batch whose samples follow each other through the layers (L. Song et al.,
 * PipeLayer, HPCA 2017).  The weights of all layers are written at the end of the batch. */
static double pipelined_s(const struct crossbar_schedule *schedule,
                          const struct stretch *s, double first_gradient_s)
{
    double more = (double)schedule->batch - 1;
    double update_s = larger(s->update_max_s, s->update_dram_s);
    double interval_s = larger(s->forward_max_s, s->dram_s);

    if (!schedule->trains)
        return s->forward_s + more * interval_s;
    interval_s = larger(s->dram_s + s->backward_dram_s, s->gradient_max_s);
    if (schedule->learning == LEARNING_FEEDBACK_ALIGNMENT) {
        interval_s = larger(interval_s, larger(s->forward_max_s, s->feedback_max_s));
        return s->forward_s + s->backward_max_s + more * interval_s + update_s;
    }
    interval_s = larger(interval_s, s->held_max_s);
    return s->chain_s + first_gradient_s + more * interval_s + update_s;
}

void crossbar_schedule_time(const struct crossbar_schedule *schedule,
                            const struct crossbar_layer *layers, size_t count,
                            double *whole_s, double *backward_s)
{
    struct stretch s = stretch_of(schedule, layers, count);
    double batch = (double)schedule->batch, forward_s = batch * s.forward_s;

    if (schedule->pipeline == PIPELINE_LAYERS) {
        forward_s = s.forward_s + (batch - 1) * larger(s.forward_max_s, s.dram_s);
        *whole_s = pipelined_s(schedule, &s,
                               layers[0].phase_s[CROSSBAR_WEIGHT_GRADIENT]);
        *backward_s = *whole_s - forward_s;
        return;
    }
    *backward_s = 0;
    if (schedule->trains && schedule->learning == LEARNING_FEEDBACK_ALIGNMENT)
        *backward_s = larger(s.direct_s, batch * s.backward_dram_s + s.update_dram_s);
    else if (schedule->trains)
        *backward_s = batch * (s.chain_s - s.forward_s + s.gradient_sum_s) +
                      (schedule->updates_together
                           ? larger(s.update_max_s, s.update_dram_s)
                           : s.update_sum_s);
    *whole_s = forward_s + *backward_s;
}

/* The state while a network is placed. */
struct placed_crossbar {
    struct crossbar_matrix *matrices;
    struct crossbar_layer *layers;
    size_t count;
    double tiles; /* of the chip */
};

/* Returns the number of copies of a layer with which it takes at most limit_s. */
static double copies_within(const struct crossbar_matrix *m, double limit_s)
{
    return fmax(fmin(ceil(m->alone_s / limit_s), m->positions), 1);
}

static double tiles_within(const struct placed_crossbar *placed, double tile,
                           double limit_s)
{
    double tiles = 0;

    for (size_t i = 0; i < placed->count; i++) {
        const struct crossbar_matrix *m = &placed->matrices[i];

        tiles += ceil(copies_within(m, limit_s) * m->subarrays / tile);
    }
    return tiles;
}

/* Uses all tiles of the chip for copies of the slowest layers.  It finds by bisection the least
 * time limit that all layers can meet; the number of tiles that it needs never rises with the
 * limit. */
static void copies_grow(const struct crossbar_request *request,
                        struct placed_crossbar *placed)
{
    enum { HALVINGS = 60 };
    double tile = (double)request->chip->tile_subarrays, high_s = 0, low_s = 0;

    for (size_t i = 0; i < placed->count; i++)
        high_s = larger(high_s, placed->matrices[i].alone_s);
    for (int i = 0; i < HALVINGS; i++) {
        double middle_s = (low_s + high_s) / 2;

        if (middle_s > 0 && tiles_within(placed, tile, middle_s) <= placed->tiles)
            high_s = middle_s;
        else
            low_s = middle_s;
    }
    for (size_t i = 0; i < placed->count && high_s > 0; i++) {
        struct crossbar_matrix *m = &placed->matrices[i];

        if (m->subarrays <= 0)
            continue;
        m->tiles = ceil(copies_within(m, high_s) * m->subarrays / tile);
        m->copies = fmin(floor(m->tiles * tile / m->subarrays), m->positions);
    }
}

static enum status network_place(const struct crossbar_request *request,
                                 struct placed_crossbar *placed, struct error *reason)
{
    double needed = 0;

    for (size_t i = 0; i < placed->count; i++) {
        struct crossbar_matrix *m = &placed->matrices[i];

        crossbar_matrix_make(request, &request->layers->layers[i], m);
        needed += m->tiles;
    }
    placed->tiles = request->tiles > 0 ? request->tiles : needed;
    if (needed > placed->tiles)
        return error_set(reason, STATUS_INFEASIBLE,
                         "the network's weights take %.0f tiles, but %s has %.0f",
                         needed, request->chip->machine.record.name, placed->tiles);
    if (request->chip->replicates)
        copies_grow(request, placed);
    return STATUS_OK;
}

/* Do layers work at the same time, so that each needs its own gradient units? */
static bool is_concurrent(const struct crossbar_request *request)
{
    return request->pipeline == PIPELINE_LAYERS ||
           (request->trains && request->learning == LEARNING_FEEDBACK_ALIGNMENT);
}

static double gradient_units(const struct crossbar_request *request,
                             const struct placed_crossbar *placed)
{
    double users = 0;

    for (size_t i = 0; i < placed->count; i++)
        users += request->trains || placed->matrices[i].is_streamed;
    return is_concurrent(request) ? users : fmin(users, 1);
}

/* Returns the length of an H-tree over n leaves: 3/2 sqrt(n) (sqrt(n) - 1) pitches. */
static double tree_m(double leaves, double pitch_m)
{
    double side = sqrt(fmax(leaves, 1));

    return 1.5 * side * (side - 1) * pitch_m;
}

/* Computes area and leakage by part.  The interconnect is the tree over all tiles. */
static void chip_measure(const struct crossbar_request *request,
                         struct placed_crossbar *placed, double *tile_m,
                         struct crossbar_result *r)
{
    const struct crossbar_buffers_row *b = request->buffers;
    const struct crossbar_subarray_row *c = request->costs;
    const struct crossbar *chip = request->chip;
    bool reads_columns = request->trains &&
                         request->learning == LEARNING_BACKPROPAGATION;
    double tile = (double)chip->tile_subarrays;
    double each_m2 = c->cells_m2 + c->driver_m2 + c->adc_m2 + c->accumulator_m2;
    double accumulators_m2 = c->accumulator_m2 *
                             (reads_columns ? 1 + request->rows / request->columns : 1);
    double units = gradient_units(request, placed);
    double feedback_tiles, tiles, wires;

    r->tiles = placed->tiles;
    r->subarrays = placed->tiles * tile;
    r->gradient_subarrays = units * (double)chip->gradient_subarrays;
    r->part_m2[CROSSBAR_ARRAY] = r->subarrays * (c->cells_m2 + c->driver_m2);
    r->part_m2[CROSSBAR_ADC] = r->subarrays * c->adc_m2;
    if (reads_columns) {
        r->part_m2[CROSSBAR_ARRAY] += r->subarrays * c->driver_m2;
        r->part_m2[CROSSBAR_ADC] += r->subarrays * (c->transposed_m2 - c->driver_m2);
    }
    r->part_m2[CROSSBAR_ACCUMULATION] = r->subarrays * accumulators_m2;
    r->part_m2[CROSSBAR_GRADIENT] = r->gradient_subarrays * c->gradient_subarray_m2;
    r->part_m2[CROSSBAR_FEEDBACK] = r->feedback_subarrays * each_m2;
    feedback_tiles = ceil(r->feedback_subarrays / tile);
    tiles = placed->tiles + feedback_tiles + ceil(r->gradient_subarrays / tile);
    r->part_m2[CROSSBAR_BUFFER] = tiles * b->tile_buffer_m2 + b->global_buffer_m2;
    for (int p = 0; p < CROSSBAR_PART_COUNT; p++)
        r->area_m2 += r->part_m2[p];
    *tile_m = sqrt(r->area_m2 / tiles);
    wires = (double)chip->bus_bits * tree_m(tiles, *tile_m);
    r->part_m2[CROSSBAR_INTERCONNECT] = wires * c->bus_pitch_m;
    r->area_m2 += r->part_m2[CROSSBAR_INTERCONNECT];
    r->leakage_w = (r->subarrays + r->feedback_subarrays) * c->leakage_w +
                   (reads_columns ? r->subarrays * c->transposed_w : 0) +
                   r->gradient_subarrays * c->gradient_subarray_w +
                   tiles * b->tile_buffer_w + b->global_buffer_w +
                   wires * c->bus_w_per_m;
}

static bool is_asked(const struct crossbar_request *request, size_t i)
{
    return !request->layer || request->layers->number[i] == request->layer;
}

/* Adds up phases and parts of a batch over the layers. */
static void layers_sum(const struct crossbar_request *request,
                       const struct placed_crossbar *placed, struct crossbar_result *r)
{
    double batch = (double)request->batch;

    for (size_t i = 0; i < placed->count; i++) {
        const struct crossbar_layer *l = &placed->layers[i];

        if (!is_asked(request, i))
            continue;
        for (int p = 0; p < CROSSBAR_PHASE_COUNT; p++) {
            double times = p == CROSSBAR_WEIGHT_UPDATE ? 1 : batch;

            r->phase_s[p] += l->phase_s[p] * times;
            r->phase_j[p] += l->phase_j[p] * times;
            for (int part = 0; part < CROSSBAR_PART_COUNT; part++) {
                r->phase_part_s[p][part] += l->phase_part_s[p][part] * times;
                r->phase_part_j[p][part] += l->phase_part_j[p][part] * times;
            }
        }
        for (int p = 0; p < CROSSBAR_PART_COUNT; p++) {
            r->part_s[p] += l->part_s[p] * batch;
            r->part_j[p] += l->part_j[p] * batch;
        }
        r->part_s[CROSSBAR_UPDATE] += l->update_s;
        r->part_s[CROSSBAR_DRAM] += l->dram_s[CROSSBAR_WEIGHT_UPDATE];
        r->part_j[CROSSBAR_UPDATE] += l->update_j;
        r->part_j[CROSSBAR_DRAM] += l->update_dram_j;
    }
}

static void network_count(const struct crossbar_request *request,
                          const struct placed_crossbar *placed,
                          struct crossbar_result *r)
{
    double cells = request->rows * request->columns * r->subarrays, used = 0;
    double levels = maths_exp2(request->costs->bits_per_cell) - 1;

    for (size_t i = 0; i < placed->count; i++) {
        const struct crossbar_matrix *m = &placed->matrices[i];
        double weights = m->is_streamed ? 0 : m->groups * m->inputs * m->outputs;

        if (is_asked(request, i))
            r->macs += mac_layer_macs(&request->layers->layers[i]) *
                       (double)request->batch;
        r->layers += is_asked(request, i) && !m->is_streamed;
        r->weights += weights;
        used += weights * m->slices * m->copies;
    }
    r->used = cells > 0 ? used / cells : 0;
    if (request->trains)
        r->cell_writes = request->update_share * fmin(request->update_pulses, levels);
}

/* Computes the time of the requested layers as if they were the whole network. */
static void network_time(const struct crossbar_request *request,
                         struct placed_crossbar *placed, struct crossbar_result *r)
{
    const struct crossbar_schedule schedule = {
        .batch = request->batch,
        .trains = request->trains,
        .learning = request->learning,
        .pipeline = request->pipeline,
        .updates_together = request->chip->updates_together,
    };
    size_t kept = 0;

    layers_sum(request, placed, r);
    for (size_t i = 0; i < placed->count; i++)
        if (is_asked(request, i))
            placed->layers[kept++] = placed->layers[i];
    crossbar_schedule_time(&schedule, placed->layers, kept, &r->latency_s,
                           &r->backward_s);
    r->forward_s = r->latency_s - r->backward_s;
    r->dram_bytes = r->part_s[CROSSBAR_DRAM] * request->dram_bytes_per_s;
    r->part_j[CROSSBAR_LEAKAGE] = r->leakage_w * r->latency_s;
    for (int p = 0; p < CROSSBAR_PART_COUNT; p++)
        r->energy_j += r->part_j[p];
}

static double outputs_of_last(const struct crossbar_request *request)
{
    return mac_layer_outputs(&request->layers->layers[request->layers->count - 1]);
}

/* Evaluates the layers twice.  The first time gives the size of the random matrices, from which
 * the size of the chip follows; the second time uses that size for the movement of bits. */
static void layers_make(const struct crossbar_request *request,
                        struct placed_crossbar *placed, struct crossbar_result *r)
{
    struct crossbar_place place = { .classes = outputs_of_last(request) };

    for (int pass = 0; pass < 2; pass++) {
        r->feedback_subarrays = 0;
        for (size_t i = 0; i < placed->count; i++) {
            place.is_first = i == 0;
            place.is_last = i + 1 == placed->count;
            crossbar_layer_make(request, &request->layers->layers[i],
                                &placed->matrices[i], &place, &placed->layers[i]);
            r->feedback_subarrays += placed->layers[i].feedback_subarrays;
        }
        if (pass == 0) {
            chip_measure(request, placed, &place.tile_m, r);
            place.chip_m = sqrt(r->area_m2);
        }
    }
}

void crossbar_scratch_free(struct crossbar_scratch *room)
{
    free(room->matrices);
    free(room->layers);
    *room = (struct crossbar_scratch){ .count = 0 };
}

static void room_make(struct crossbar_scratch *room, size_t count)
{
    if (count <= room->count)
        return;
    room->matrices = realloc_array(room->matrices, count, sizeof *room->matrices);
    room->layers = realloc_array(room->layers, count, sizeof *room->layers);
    room->count = count;
}

enum status crossbar_chip_evaluate(const struct crossbar_request *request,
                                   struct crossbar_scratch *room,
                                   struct crossbar_result *result, struct error *reason)
{
    struct crossbar_result r = { 0 };
    struct placed_crossbar placed;
    enum status status;

    room_make(room, request->layers->count);
    placed = (struct placed_crossbar){ room->matrices, room->layers,
                                       request->layers->count, 0 };
    status = network_place(request, &placed, reason);
    if (status != STATUS_OK)
        return status;
    layers_make(request, &placed, &r);
    network_count(request, &placed, &r);
    if (r.macs <= 0)
        return error_set(reason, STATUS_INFEASIBLE,
                         "the workload has no computing layer number %zu",
                         request->layer);
    network_time(request, &placed, &r);
    *result = r;
    return STATUS_OK;
}
