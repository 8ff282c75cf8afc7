/* The phases of one layer: how many wordlines, conversions, sums and bits moved they
 * take, times what these cost. */
#include "cim/crossbar.h"

#include "cim/cim.h"

/* Bits of operands, and the subarrays they meet. */
struct bits {
    double weight, activation, error, cell;
};

static double either(double asked, double fallback)
{
    return asked > 0 ? asked : fallback;
}

static struct bits bits_make(const struct crossbar_request *request)
{
    const struct crossbar *chip = request->chip;
    double asked = (double)request->precision_bits;

    return (struct bits){
        .weight = either((double)chip->weight_bits, asked),
        .activation = either((double)chip->activation_bits, asked),
        .error = either((double)chip->error_bits, asked),
        .cell = request->costs->crossbar_cell_bits,
    };
}

void crossbar_matrix_make(const struct crossbar_request *request,
                          const struct accel_layer *layer,
                          struct crossbar_matrix *matrix)
{
    struct bits bits = bits_make(request);
    double rows = request->rows, columns = request->columns;
    struct gemm gemm = accel_layer_gemm(layer);
    double inputs = (double)gemm.k, outputs = (double)gemm.n;
    double slices = ceil(bits.weight / bits.cell), packed = 1;

    if (layer->groups > 1)
        packed = fmax(fmin(floor(rows / inputs), floor(columns / (outputs * slices))),
                      1);
    *matrix = (struct crossbar_matrix){
        .inputs = inputs,
        .outputs = outputs,
        .groups = (double)layer->groups,
        .positions = (double)gemm.m,
        .slices = slices,
        .packed = fmin(packed, (double)layer->groups),
        .row_tiles = ceil(inputs / rows),
        .column_tiles = ceil(outputs * slices / columns),
        .copies = 1,
        .is_streamed = layer->streams_weights,
    };
    if (!matrix->is_streamed)
        matrix->subarrays = ceil(matrix->groups / matrix->packed) * matrix->row_tiles *
                            matrix->column_tiles;
    matrix->tiles = ceil(matrix->subarrays / (double)request->chip->tile_subarrays);
}

/* A product in subarrays: `inputs` wordlines by `columns` bitlines hold one operand (the
 * fullest subarray some of them), `vectors` vectors of input_bits pass. */
struct product {
    double vectors, input_bits;
    double driven;   /* wordlines of all subarrays that take the vector */
    double columns;  /* bitlines of all subarrays that are converted */
    double spans;    /* subarrays that one wordline runs through */
    double groups;   /* sums over wordlines of one column, from drivers' limits */
    double steps;    /* row groups of the fullest subarray, one after the other */
    double converted; /* columns of its converter, one after the other */
};

struct unit_costs {
    double wordline_s, conversion_s, adc_s;
    double wordline_j, cell_j, bitline_j, adc_j;
    double converter_bits;
};

static struct unit_costs weight_costs(const struct crossbar_costs *c)
{
    return (struct unit_costs){
        .wordline_s = c->crossbar_wordline_s,
        .conversion_s = c->crossbar_conversion_s,
        .adc_s = c->crossbar_adc_s,
        .wordline_j = c->crossbar_wordline_j,
        .cell_j = c->crossbar_cell_j,
        .bitline_j = c->crossbar_bitline_j,
        .adc_j = c->crossbar_adc_j,
        .converter_bits = c->crossbar_converter_bits,
    };
}

static struct unit_costs gradient_costs(const struct crossbar_costs *c)
{
    return (struct unit_costs){
        .wordline_s = c->gradient_wordline_s,
        .conversion_s = c->gradient_conversion_s,
        .wordline_j = c->gradient_wordline_j,
        .cell_j = c->gradient_cell_j,
        .bitline_j = c->gradient_bitline_j,
        .adc_j = c->gradient_adc_j,
        .converter_bits = c->gradient_converter_bits,
    };
}

/* Time and energy of a product, by part. */
struct spent {
    double array_s, adc_s, accumulation_s;
    double array_j, adc_j, accumulation_j;
};

static struct spent product_spend(const struct crossbar_request *request,
                                  const struct product *p, const struct unit_costs *u,
                                  double activity)
{
    double bit_steps = p->vectors * p->input_bits * p->steps;
    double conversions = p->vectors * p->input_bits * p->columns * p->groups;
    double sum_bits = u->converter_bits + p->input_bits + ceil(log2(fmax(p->groups, 1)));
    double adc_s = fmin(u->adc_s, u->conversion_s);

    return (struct spent){
        .array_s = bit_steps * (u->wordline_s + p->converted * (u->conversion_s - adc_s)),
        .adc_s = bit_steps * p->converted * adc_s,
        /* a pipeline behind the converters, drained once */
        .accumulation_s = (2 + ceil(log2(fmax(p->groups, 1)))) / request->chip->clock_hz,
        .array_j = p->vectors * p->input_bits *
                       (activity * p->driven *
                        (p->spans * u->wordline_j + p->columns * u->cell_j)) +
                   conversions * u->bitline_j,
        .adc_j = conversions * u->adc_j,
        .accumulation_j = conversions * sum_bits * request->costs->accumulate_bit_j,
    };
}

static double spent_s(const struct spent *s)
{
    return s->array_s + s->adc_s + s->accumulation_s;
}

static double spent_j(const struct spent *s)
{
    return s->array_j + s->adc_j + s->accumulation_j;
}

/* Columns that one converter takes one after the other. */
static double converted(const struct crossbar_request *request, double columns,
                        double side)
{
    return ceil(fmin(columns, side) * request->adc_columns / side - 1e-9);
}

/* Weights times activations, of one group; packed groups share wordlines' turns. */
static struct product forward_product(const struct crossbar_request *request,
                                      const struct crossbar_matrix *m,
                                      const struct bits *bits)
{
    double rows = request->rows, columns = request->columns;
    double driven = request->costs->crossbar_rows_driven;
    double each = fmin(m->inputs * m->packed, rows);

    return (struct product){
        .vectors = m->positions,
        .input_bits = bits->activation,
        .driven = m->inputs,
        .columns = m->outputs * m->slices,
        .spans = m->column_tiles,
        .groups = fmax(m->row_tiles, ceil(m->inputs / driven)),
        .steps = ceil(each / driven),
        .converted = converted(request, m->outputs * m->slices * m->packed, columns),
    };
}

double crossbar_matrix_s(const struct crossbar_request *request,
                         const struct crossbar_matrix *matrix)
{
    struct bits bits = bits_make(request);
    struct product p = forward_product(request, matrix, &bits);
    struct unit_costs u = weight_costs(request->costs);
    struct spent s = product_spend(request, &p, &u, 1);

    return matrix->is_streamed ? 0 : s.array_s + s.adc_s;
}

/* Weights read by columns, slice after slice: errors times transposed weights. */
static struct product transposed_product(const struct crossbar_request *request,
                                         const struct crossbar_matrix *m,
                                         const struct bits *bits)
{
    double rows = request->rows, columns = request->columns;
    double driven = request->costs->crossbar_rows_driven;
    double each = fmin(m->outputs * m->packed, floor(columns / m->slices));

    return (struct product){
        .vectors = m->positions * m->slices,
        .input_bits = bits->error,
        .driven = m->outputs,
        .columns = m->inputs,
        .spans = m->row_tiles,
        .groups = fmax(m->column_tiles, ceil(m->outputs / driven)),
        .steps = ceil(fmax(each, 1) / driven),
        .converted = converted(request, m->inputs * m->packed, rows),
    };
}

/* The output error through a fixed random matrix to all of a layer's outputs.  Blocks of
 * outputs lie above each other in a subarray's rows and are read one after the other. */
static struct product feedback_product(const struct crossbar_request *request,
                                       const struct crossbar_matrix *m,
                                       const struct bits *bits, double classes,
                                       double *subarrays)
{
    double rows = request->rows, columns = request->columns;
    double driven = request->costs->crossbar_rows_driven;
    double outputs = m->groups * m->outputs * m->positions * m->slices;
    double blocks = fmin(fmax(floor(rows / classes), 1), ceil(outputs / columns));
    double row_tiles = ceil(classes / rows);

    *subarrays = row_tiles * ceil(outputs / (columns * blocks));
    return (struct product){
        .vectors = 1,
        .input_bits = bits->error,
        .driven = classes,
        .columns = outputs,
        .spans = ceil(outputs / columns),
        .groups = fmax(row_tiles, ceil(classes / driven)),
        .steps = blocks * ceil(fmin(classes, rows) / driven),
        .converted = converted(request, outputs, columns),
    };
}

/* Two operands that are both new, in the SRAM subarrays of a gradient unit: `inner` rows
 * hold `stored` values, `vectors` vectors of the other operand pass.  What does not fit
 * takes several passes, room that is left takes copies. */
struct streamed {
    double inner, stored, stored_bits, vectors, input_bits, groups;
};

static struct spent streamed_spend(const struct crossbar_request *request,
                                   const struct streamed *s, double activity)
{
    const struct crossbar_costs *c = request->costs;
    double rows = request->rows, columns = request->columns;
    double room = (double)request->chip->gradient_subarrays;
    double bitlines = s->stored * s->stored_bits;
    double row_tiles = ceil(s->inner / rows), column_tiles = ceil(bitlines / columns);
    double subarrays = s->groups * row_tiles * column_tiles;
    double passes = ceil(subarrays / room);
    double copies = fmin(fmax(floor(room / subarrays), 1), s->vectors);
    struct unit_costs u = gradient_costs(c);
    struct product p = {
        .vectors = s->vectors * s->groups,
        .input_bits = s->input_bits,
        .driven = s->inner,
        .columns = bitlines,
        .spans = column_tiles,
        .groups = fmax(row_tiles, ceil(s->inner / c->gradient_rows_driven)),
        .steps = ceil(fmin(s->inner, rows) / c->gradient_rows_driven),
        .converted = converted(request, bitlines, columns),
    };
    struct spent spent = product_spend(request, &p, &u, activity);
    double share = passes * ceil(s->vectors / copies) / (s->vectors * s->groups);

    spent.array_s = spent.array_s * share +
                    passes * fmin(s->inner, rows) * c->gradient_write_row_s;
    spent.adc_s *= share;
    spent.array_j += copies * s->groups * s->inner * bitlines *
                     c->gradient_write_cell_j;
    return spent;
}

/* Bits that a phase moves for one sample. */
struct moved {
    double tile_bits;   /* through buffers of `tiles` tiles */
    double tiles;
    double global_bits; /* through the chip's buffer and its tree */
    double dram_bits;
};

/* Adds the movement to part_s and part_j of a phase, and joins its times. */
static void phase_close(const struct crossbar_request *request,
                        const struct crossbar_place *place, const struct moved *m,
                        enum crossbar_phase phase, double compute_s, double compute_j,
                        struct crossbar_layer *made)
{
    const struct crossbar_costs *c = request->costs;
    const struct crossbar *chip = request->chip;
    double bus = (double)chip->bus_bits;
    double tile_s = m->tile_bits / bus / fmax(m->tiles, 1) * c->buffers.tile_buffer_word_s;
    double buffer_s = tile_s + m->global_bits / bus * c->buffers.global_buffer_word_s;
    double bus_s = m->global_bits > 0 ? m->global_bits / bus / chip->clock_hz +
                                            place->chip_m * c->bus_s_per_m
                                      : 0;
    double dram_s = m->dram_bits / 8 / request->dram_bytes_per_s;
    double buffer_j = m->tile_bits * c->buffers.tile_buffer_bit_j +
                      m->global_bits * c->buffers.global_buffer_bit_j;
    double bus_j = (m->global_bits * place->chip_m + m->tile_bits * place->tile_m) *
                   c->bus_bit_j_per_m;
    double dram_j = m->dram_bits * request->dram_j_per_bit;

    made->part_s[CROSSBAR_BUFFER] += buffer_s;
    made->part_s[CROSSBAR_INTERCONNECT] += bus_s;
    made->part_s[CROSSBAR_DRAM] += dram_s;
    made->part_j[CROSSBAR_BUFFER] += buffer_j;
    made->part_j[CROSSBAR_INTERCONNECT] += bus_j;
    made->part_j[CROSSBAR_DRAM] += dram_j;
    made->dram_s[phase] = dram_s;
    made->phase_s[phase] = chip->overlaps
                               ? fmax(fmax(compute_s, buffer_s), fmax(bus_s, dram_s))
                               : compute_s + buffer_s + bus_s + dram_s;
    made->phase_j[phase] = compute_j + buffer_j + bus_j + dram_j;
}

static void spent_add(struct crossbar_layer *made, const struct spent *s)
{
    made->part_s[CROSSBAR_ARRAY] += s->array_s;
    made->part_s[CROSSBAR_ADC] += s->adc_s;
    made->part_s[CROSSBAR_ACCUMULATION] += s->accumulation_s;
    made->part_j[CROSSBAR_ARRAY] += s->array_j;
    made->part_j[CROSSBAR_ADC] += s->adc_j;
    made->part_j[CROSSBAR_ACCUMULATION] += s->accumulation_j;
}

/* All into one part: gradient units, feedback. */
static void spent_add_to(struct crossbar_layer *made, enum crossbar_part part,
                         const struct spent *s)
{
    made->part_s[part] += spent_s(s);
    made->part_j[part] += spent_j(s);
}

static void copies_divide(struct spent *s, double vectors, double copies)
{
    double share = ceil(vectors / copies) / vectors;

    s->array_s *= share;
    s->adc_s *= share;
}

static void groups_multiply(struct spent *s, double groups)
{
    s->array_j *= groups;
    s->adc_j *= groups;
    s->accumulation_j *= groups;
}

/* A layer's product with its weights, forwards or transposed. */
static struct spent weights_spend(const struct crossbar_request *request,
                                  const struct crossbar_matrix *m, struct product *p,
                                  double activity)
{
    struct unit_costs u = weight_costs(request->costs);
    struct spent s = product_spend(request, p, &u, activity);

    copies_divide(&s, p->vectors, m->copies);
    groups_multiply(&s, m->groups); /* side by side: energy, not time */
    return s;
}

/* Values that a sample's vectors take from buffers: each pixel for every kernel position
 * that sees it, or once. */
static double unrolled_values(const struct crossbar_request *request,
                              const struct accel_layer *layer,
                              const struct crossbar_matrix *m)
{
    double unrolled = m->positions * m->groups * m->inputs;

    return request->chip->passes_inputs ? fmin(unrolled, accel_layer_inputs(layer))
                                        : unrolled;
}

static struct streamed attention(const struct crossbar_matrix *m,
                                 const struct bits *bits)
{
    return (struct streamed){ m->inputs,    m->outputs,       bits->activation,
                              m->positions, bits->activation, m->groups };
}

static void forward(const struct crossbar_request *request,
                    const struct accel_layer *layer, const struct crossbar_matrix *m,
                    const struct crossbar_place *place, const struct bits *bits,
                    struct crossbar_layer *made)
{
    double in = accel_layer_inputs(layer) * bits->activation;
    double out = accel_layer_outputs(layer) * bits->activation;
    double unrolled = unrolled_values(request, layer, m) * bits->activation;
    double stored = m->groups * m->inputs * m->outputs * bits->activation;
    struct moved moved = {
        .tile_bits = unrolled + out,
        .tiles = m->tiles,
        .global_bits = in + out,
        .dram_bits = (place->is_first ? in : 0) +
                     (place->is_last != request->trains ? out : 0),
    };
    struct spent s;

    if (m->is_streamed) {
        struct streamed operands = attention(m, bits);

        s = streamed_spend(request, &operands, request->activity);
        spent_add_to(made, CROSSBAR_GRADIENT, &s);
        moved.tile_bits += stored;
        moved.global_bits += stored;
        moved.tiles = ceil((double)request->chip->gradient_subarrays /
                           (double)request->chip->tile_subarrays);
    } else {
        struct product p = forward_product(request, m, bits);

        s = weights_spend(request, m, &p, request->activity);
        spent_add(made, &s);
    }
    phase_close(request, place, &moved, CROSSBAR_FORWARD, spent_s(&s), spent_j(&s),
                made);
}

static void activation_gradient(const struct crossbar_request *request,
                                const struct accel_layer *layer,
                                const struct crossbar_matrix *m,
                                const struct crossbar_place *place,
                                const struct bits *bits, struct crossbar_layer *made)
{
    double in = accel_layer_inputs(layer) * bits->error;
    double out = accel_layer_outputs(layer) * bits->error;
    double unrolled = unrolled_values(request, layer, m) * bits->error;
    struct moved moved = { .tile_bits = unrolled + out,
                           .tiles = m->tiles,
                           .global_bits = in + out };
    struct product p = transposed_product(request, m, bits);
    struct spent s = weights_spend(request, m, &p, request->activity);

    spent_add(made, &s);
    phase_close(request, place, &moved, CROSSBAR_ACTIVATION_GRADIENT, spent_s(&s),
                spent_j(&s), made);
}

/* Errors of both operands of a product of activations: two products of its size. */
static void streamed_gradient(const struct crossbar_request *request,
                              const struct accel_layer *layer,
                              const struct crossbar_matrix *m,
                              const struct crossbar_place *place,
                              const struct bits *bits, struct crossbar_layer *made)
{
    struct streamed operands = attention(m, bits);
    double stored = m->groups * m->inputs * m->outputs * bits->error;
    double moves = (accel_layer_inputs(layer) + accel_layer_outputs(layer)) *
                   bits->error;
    struct moved moved = {
        .tile_bits = 2 * (moves + stored),
        .tiles = ceil((double)request->chip->gradient_subarrays /
                      (double)request->chip->tile_subarrays),
        .global_bits = 2 * (moves + stored),
    };
    struct spent s = streamed_spend(request, &operands, request->activity);

    spent_add_to(made, CROSSBAR_GRADIENT, &s);
    spent_add_to(made, CROSSBAR_GRADIENT, &s);
    phase_close(request, place, &moved, CROSSBAR_ACTIVATION_GRADIENT, 2 * spent_s(&s),
                2 * spent_j(&s), made);
}

static void feedback(const struct crossbar_request *request,
                     const struct crossbar_matrix *m,
                     const struct crossbar_place *place, const struct bits *bits,
                     struct crossbar_layer *made)
{
    struct product p = feedback_product(request, m, bits, place->classes,
                                        &made->feedback_subarrays);
    struct unit_costs u = weight_costs(request->costs);
    struct spent s = product_spend(request, &p, &u, request->activity);
    double out = m->groups * m->outputs * m->positions * bits->error;
    struct moved moved = {
        .tile_bits = place->classes * bits->error + out,
        .tiles = ceil(made->feedback_subarrays / (double)request->chip->tile_subarrays),
        .global_bits = place->classes * bits->error,
    };

    spent_add_to(made, CROSSBAR_FEEDBACK, &s);
    phase_close(request, place, &moved, CROSSBAR_ACTIVATION_GRADIENT, spent_s(&s),
                spent_j(&s), made);
}

/* Activations times errors, summed over positions and samples: the operand with more
 * values a position stays, the other passes. */
static void weight_gradient(const struct crossbar_request *request,
                            const struct accel_layer *layer,
                            const struct crossbar_matrix *m,
                            const struct crossbar_place *place, const struct bits *bits,
                            struct crossbar_layer *made)
{
    double samples = fmin((double)request->chip->gradient_samples,
                          (double)request->batch);
    bool keeps_errors = m->outputs >= m->inputs;
    const struct streamed operands = {
        .inner = m->positions * samples,
        .stored = fmax(m->inputs, m->outputs),
        .stored_bits = keeps_errors ? bits->error : bits->activation,
        .vectors = fmin(m->inputs, m->outputs),
        .input_bits = keeps_errors ? bits->activation : bits->error,
        .groups = m->groups,
    };
    double in = accel_layer_inputs(layer) * bits->activation;
    double out = accel_layer_outputs(layer) * bits->error;
    double unrolled = unrolled_values(request, layer, m) * bits->activation;
    double gradients = m->groups * m->inputs * m->outputs *
                       (double)request->chip->gradient_bits / samples;
    const struct moved moved = {
        .tile_bits = unrolled + out,
        .tiles = ceil((double)request->chip->gradient_subarrays /
                      (double)request->chip->tile_subarrays),
        .global_bits = in + out + gradients,
        .dram_bits = in + 2 * gradients, /* read, added to, written */
    };
    struct spent s = streamed_spend(request, &operands, request->activity);

    s.array_s /= samples;
    s.adc_s /= samples;
    s.array_j /= samples;
    s.adc_j /= samples;
    s.accumulation_j /= samples;
    spent_add_to(made, CROSSBAR_GRADIENT, &s);
    phase_close(request, place, &moved, CROSSBAR_WEIGHT_GRADIENT, spent_s(&s),
                spent_j(&s), made);
}

/* Row by row, all subarrays and columns together; rows without a changed cell are passed
 * over.  A cell of two states takes one pulse, whatever the step. */
static void weight_update(const struct crossbar_request *request,
                          const struct crossbar_matrix *m, const struct bits *bits,
                          struct crossbar_layer *made)
{
    const struct crossbar *chip = request->chip;
    const struct crossbar_costs *c = request->costs;
    double pulses = fmin(chip->update_pulses, exp2(bits->cell) - 1);
    double columns = fmin(m->outputs * m->slices * m->packed, request->columns);
    double rows = fmin(m->inputs * m->packed, request->rows);
    double touched = 1 - pow(1 - chip->update_share, columns);
    double weights = m->groups * m->inputs * m->outputs;
    double dram_bits = weights * (double)chip->gradient_bits;
    double dram_s = dram_bits / 8 / request->dram_bytes_per_s;

    made->update_s = rows * touched * pulses * c->crossbar_write_row_s;
    made->update_j = weights * m->slices * m->copies * chip->update_share * pulses *
                     c->crossbar_write_cell_j;
    made->update_dram_j = dram_bits * request->dram_j_per_bit;
    made->dram_s[CROSSBAR_WEIGHT_UPDATE] = dram_s;
    made->phase_s[CROSSBAR_WEIGHT_UPDATE] = chip->overlaps
                                                ? fmax(made->update_s, dram_s)
                                                : made->update_s + dram_s;
    made->phase_j[CROSSBAR_WEIGHT_UPDATE] = made->update_j + made->update_dram_j;
}

void crossbar_layer_make(const struct crossbar_request *request,
                         const struct accel_layer *layer,
                         const struct crossbar_matrix *matrix,
                         const struct crossbar_place *place,
                         struct crossbar_layer *made)
{
    struct bits bits = bits_make(request);

    *made = (struct crossbar_layer){ .feedback_subarrays = 0 };
    forward(request, layer, matrix, place, &bits, made);
    if (!request->trains)
        return;
    if (matrix->is_streamed) {
        streamed_gradient(request, layer, matrix, place, &bits, made);
        return;
    }
    if (request->learning == CIM_BACKPROPAGATION && !place->is_first)
        activation_gradient(request, layer, matrix, place, &bits, made);
    if (request->learning == CIM_FEEDBACK_ALIGNMENT && !place->is_last)
        feedback(request, matrix, place, &bits, made);
    weight_gradient(request, layer, matrix, place, &bits, made);
    weight_update(request, matrix, &bits, made);
}
