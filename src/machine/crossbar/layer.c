/* The costs of the phases of one layer: its products, the bits that they move, and the pulses
 * of its update. */
#include "machine/crossbar/product.h"

#include "base/maths.h"
#include "machine/layerwise/layerwise.h"

/* The bits that a phase moves for one sample. */
struct moved {
    double tile_bits; /* through buffers of `tiles` tiles */
    double tiles;
    double global_bits; /* through the chip's buffer and its tree */
    double dram_bits;
};

static void part_add(struct crossbar_layer *made, enum crossbar_phase phase,
                     enum crossbar_part part, double s, double j)
{
    made->part_s[part] += s;
    made->part_j[part] += j;
    made->phase_part_s[phase][part] += s;
    made->phase_part_j[phase][part] += j;
}

/* Adds the data movement of a phase to its parts, and computes the time of the phase. */
static void phase_close(const struct crossbar_request *request,
                        const struct crossbar_place *place, const struct moved *m,
                        enum crossbar_phase phase, double compute_s, double compute_j,
                        struct crossbar_layer *made)
{
    const struct crossbar_buffers_row *b = request->buffers;
    const struct crossbar_subarray_row *c = request->costs;
    const struct crossbar *chip = request->chip;
    double bus = (double)chip->bus_bits;
    double tile_s = m->tile_bits / bus / fmax(m->tiles, 1) * b->tile_buffer_word_s;
    double buffer_s = tile_s + m->global_bits / bus * b->global_buffer_word_s;
    double bus_s = m->global_bits > 0 ? m->global_bits / bus / chip->clock_hz +
                                            place->chip_m * c->bus_s_per_m
                                      : 0;
    double dram_s = m->dram_bits / 8 / request->dram_bytes_per_s;
    double buffer_j = m->tile_bits * b->tile_buffer_bit_j +
                      m->global_bits * b->global_buffer_bit_j;
    double bus_j = (m->global_bits * place->chip_m + m->tile_bits * place->tile_m) *
                   c->bus_bit_j_per_m;
    double dram_j = m->dram_bits * request->dram_j_per_bit;

    part_add(made, phase, CROSSBAR_BUFFER, buffer_s, buffer_j);
    part_add(made, phase, CROSSBAR_INTERCONNECT, bus_s, bus_j);
    part_add(made, phase, CROSSBAR_DRAM, dram_s, dram_j);
    made->dram_s[phase] = dram_s;
    made->phase_s[phase] = chip->overlaps
                               ? fmax(fmax(compute_s, buffer_s), fmax(bus_s, dram_s))
                               : compute_s + buffer_s + bus_s + dram_s;
    made->phase_j[phase] = compute_j + buffer_j + bus_j + dram_j;
}

static void spent_add(struct crossbar_layer *made, enum crossbar_phase phase,
                      const struct crossbar_product_cost *s)
{
    part_add(made, phase, CROSSBAR_ARRAY, s->array_s, s->array_j);
    part_add(made, phase, CROSSBAR_ADC, s->adc_s, s->adc_j);
    part_add(made, phase, CROSSBAR_ACCUMULATION, s->accumulation_s + s->drain_s,
             s->accumulation_j);
}

/* Adds all of a product to one part: gradient units or feedback. */
static void spent_add_to(struct crossbar_layer *made, enum crossbar_phase phase,
                         enum crossbar_part part, const struct crossbar_product_cost *s)
{
    part_add(made, phase, part, crossbar_product_s(s), crossbar_product_j(s));
}

/* Returns the number of values that are read from buffers for one sample: each pixel once for
 * every kernel position that uses it, or once in all. */
static double unrolled_values(const struct crossbar_request *request,
                              const struct mac_layer *layer,
                              const struct crossbar_matrix *m)
{
    double unrolled = m->positions * m->groups * m->inputs;

    return request->chip->passes_inputs ? fmin(unrolled, mac_layer_inputs(layer))
                                        : unrolled;
}

static struct crossbar_streamed attention(const struct crossbar_matrix *m,
                                          const struct crossbar_bits *bits)
{
    return (struct crossbar_streamed){ m->inputs,    m->outputs,       bits->activation,
                                       m->positions, bits->activation, m->groups };
}

static void forward(const struct crossbar_request *request,
                    const struct mac_layer *layer, const struct crossbar_matrix *m,
                    const struct crossbar_place *place,
                    const struct crossbar_bits *bits, struct crossbar_layer *made)
{
    double in = mac_layer_inputs(layer) * bits->activation;
    double out = mac_layer_outputs(layer) * bits->activation;
    double unrolled = unrolled_values(request, layer, m) * bits->activation;
    double stored = m->groups * m->inputs * m->outputs * bits->activation;
    struct moved moved = {
        .tile_bits = unrolled + out,
        .tiles = m->tiles,
        .global_bits = in + out,
        .dram_bits = (place->is_first ? in : 0) +
                     (place->is_last != request->trains ? out : 0),
    };
    struct crossbar_product_cost s;

    if (m->is_streamed) {
        struct crossbar_streamed operands = attention(m, bits);

        s = crossbar_streamed_cost(request, &operands);
        spent_add_to(made, CROSSBAR_FORWARD, CROSSBAR_GRADIENT, &s);
        moved.tile_bits += stored;
        moved.global_bits += stored;
        moved.tiles = ceil((double)request->chip->gradient_subarrays /
                           (double)request->chip->tile_subarrays);
    } else {
        s = crossbar_forward_cost(request, m);
        spent_add(made, CROSSBAR_FORWARD, &s);
    }
    phase_close(request, place, &moved, CROSSBAR_FORWARD, crossbar_product_s(&s),
                crossbar_product_j(&s), made);
}

static void activation_gradient(const struct crossbar_request *request,
                                const struct mac_layer *layer,
                                const struct crossbar_matrix *m,
                                const struct crossbar_place *place,
                                const struct crossbar_bits *bits,
                                struct crossbar_layer *made)
{
    double in = mac_layer_inputs(layer) * bits->error;
    double out = mac_layer_outputs(layer) * bits->error;
    double unrolled = unrolled_values(request, layer, m) * bits->error;
    struct moved moved = { .tile_bits = unrolled + out,
                           .tiles = m->tiles,
                           .global_bits = in + out };
    struct crossbar_product_cost s = crossbar_transposed_cost(request, m);

    spent_add(made, CROSSBAR_ACTIVATION_GRADIENT, &s);
    phase_close(request, place, &moved, CROSSBAR_ACTIVATION_GRADIENT,
                crossbar_product_s(&s), crossbar_product_j(&s), made);
}

/* The gradients of both operands of a product of activations are two products of the same size. */
static void
streamed_gradient(const struct crossbar_request *request, const struct mac_layer *layer,
                  const struct crossbar_matrix *m, const struct crossbar_place *place,
                  const struct crossbar_bits *bits, struct crossbar_layer *made)
{
    struct crossbar_streamed operands = attention(m, bits);
    double stored = m->groups * m->inputs * m->outputs * bits->error;
    double moves = (mac_layer_inputs(layer) + mac_layer_outputs(layer)) * bits->error;
    struct moved moved = {
        .tile_bits = 2 * (moves + stored),
        .tiles = ceil((double)request->chip->gradient_subarrays /
                      (double)request->chip->tile_subarrays),
        .global_bits = 2 * (moves + stored),
    };
    struct crossbar_product_cost s = crossbar_streamed_cost(request, &operands);

    spent_add_to(made, CROSSBAR_ACTIVATION_GRADIENT, CROSSBAR_GRADIENT, &s);
    spent_add_to(made, CROSSBAR_ACTIVATION_GRADIENT, CROSSBAR_GRADIENT, &s);
    phase_close(request, place, &moved, CROSSBAR_ACTIVATION_GRADIENT,
                2 * crossbar_product_s(&s), 2 * crossbar_product_j(&s), made);
}

static void feedback(const struct crossbar_request *request,
                     const struct crossbar_matrix *m,
                     const struct crossbar_place *place,
                     const struct crossbar_bits *bits, struct crossbar_layer *made)
{
    struct crossbar_product_cost s = crossbar_feedback_cost(request, m, place->classes,
                                                            &made->feedback_subarrays);
    double out = m->groups * m->outputs * m->positions * bits->error;
    struct moved moved = {
        .tile_bits = place->classes * bits->error + out,
        .tiles = ceil(made->feedback_subarrays / (double)request->chip->tile_subarrays),
        .global_bits = place->classes * bits->error,
    };

    spent_add_to(made, CROSSBAR_ACTIVATION_GRADIENT, CROSSBAR_FEEDBACK, &s);
    phase_close(request, place, &moved, CROSSBAR_ACTIVATION_GRADIENT,
                crossbar_product_s(&s), crossbar_product_j(&s), made);
}

/* The weight gradient is the product of activations and errors, summed over positions and samples.
 * The operand with more values per position is stored, the other one is streamed. */
static void
weight_gradient(const struct crossbar_request *request, const struct mac_layer *layer,
                const struct crossbar_matrix *m, const struct crossbar_place *place,
                const struct crossbar_bits *bits, struct crossbar_layer *made)
{
    double samples = fmin((double)request->chip->gradient_samples,
                          (double)request->batch);
    bool keeps_errors = m->outputs >= m->inputs;
    const struct crossbar_streamed operands = {
        .inner = m->positions * samples,
        .stored = fmax(m->inputs, m->outputs),
        .stored_bits = keeps_errors ? bits->error : bits->activation,
        .vectors = fmin(m->inputs, m->outputs),
        .input_bits = keeps_errors ? bits->activation : bits->error,
        .groups = m->groups,
    };
    double in = mac_layer_inputs(layer) * bits->activation;
    double out = mac_layer_outputs(layer) * bits->error;
    double unrolled = unrolled_values(request, layer, m) * bits->activation;
    double gradients = m->groups * m->inputs * m->outputs *
                       (double)request->chip->gradient_bits / samples;
    const struct moved moved = {
        .tile_bits = unrolled + out,
        .tiles = ceil((double)request->chip->gradient_subarrays /
                      (double)request->chip->tile_subarrays),
        .global_bits = in + out + gradients,
        .dram_bits = in + 2 * gradients, /* gradients are read and written */
    };
    struct crossbar_product_cost s = crossbar_streamed_cost(request, &operands);

    s.array_s /= samples;
    s.adc_s /= samples;
    s.accumulation_s /= samples;
    s.array_j /= samples;
    s.adc_j /= samples;
    s.accumulation_j /= samples;
    spent_add_to(made, CROSSBAR_WEIGHT_GRADIENT, CROSSBAR_GRADIENT, &s);
    phase_close(request, place, &moved, CROSSBAR_WEIGHT_GRADIENT,
                crossbar_product_s(&s), crossbar_product_j(&s), made);
}

/* The update writes row by row, in all subarrays and columns at the same time, and skips rows
 * in which no cell changes.  A cell of two states takes one pulse for any step. */
static void weight_update(const struct crossbar_request *request,
                          const struct crossbar_matrix *m,
                          const struct crossbar_bits *bits, struct crossbar_layer *made)
{
    const struct crossbar *chip = request->chip;
    const struct crossbar_subarray_row *c = request->costs;
    double pulses = fmin(request->update_pulses, maths_exp2(bits->cell) - 1);
    double columns = fmin(m->outputs * m->slices * m->packed, request->columns);
    double rows = fmin(m->inputs * m->packed, request->rows);
    double touched = 1 - maths_pow(1 - request->update_share, columns);
    double weights = m->groups * m->inputs * m->outputs;
    double dram_bits = weights * (double)chip->gradient_bits;
    double dram_s = dram_bits / 8 / request->dram_bytes_per_s;

    made->update_s = rows * touched * pulses * c->row_write_s;
    made->update_j = weights * m->slices * m->copies * request->update_share * pulses *
                     c->cell_write_j;
    made->update_dram_j = dram_bits * request->dram_j_per_bit;
    made->dram_s[CROSSBAR_WEIGHT_UPDATE] = dram_s;
    made->phase_part_s[CROSSBAR_WEIGHT_UPDATE][CROSSBAR_UPDATE] = made->update_s;
    made->phase_part_j[CROSSBAR_WEIGHT_UPDATE][CROSSBAR_UPDATE] = made->update_j;
    made->phase_part_s[CROSSBAR_WEIGHT_UPDATE][CROSSBAR_DRAM] = dram_s;
    made->phase_part_j[CROSSBAR_WEIGHT_UPDATE][CROSSBAR_DRAM] = made->update_dram_j;
    made->phase_s[CROSSBAR_WEIGHT_UPDATE] = chip->overlaps
                                                ? fmax(made->update_s, dram_s)
                                                : made->update_s + dram_s;
    made->phase_j[CROSSBAR_WEIGHT_UPDATE] = made->update_j + made->update_dram_j;
}

void crossbar_layer_make(const struct crossbar_request *request,
                         const struct mac_layer *layer,
                         const struct crossbar_matrix *matrix,
                         const struct crossbar_place *place,
                         struct crossbar_layer *made)
{
    struct crossbar_bits bits = crossbar_bits_of(request);

    *made = (struct crossbar_layer){ .feedback_subarrays = 0 };
    forward(request, layer, matrix, place, &bits, made);
    if (!request->trains)
        return;
    if (matrix->is_streamed) {
        streamed_gradient(request, layer, matrix, place, &bits, made);
        return;
    }
    if (request->learning == LEARNING_BACKPROPAGATION && !place->is_first)
        activation_gradient(request, layer, matrix, place, &bits, made);
    if (request->learning == LEARNING_FEEDBACK_ALIGNMENT && !place->is_last)
        feedback(request, matrix, place, &bits, made);
    weight_gradient(request, layer, matrix, place, &bits, made);
    weight_update(request, matrix, &bits, made);
}
