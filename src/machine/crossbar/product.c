/* Time and energy of products in subarrays: driving wordlines, converting columns, and adding
 * up the sums. */
#include "machine/crossbar/product.h"

#include "base/maths.h"

static double either(double asked, double fallback)
{
    return asked > 0 ? asked : fallback;
}

struct crossbar_bits crossbar_bits_of(const struct crossbar_request *request)
{
    const struct crossbar *chip = request->chip;
    double asked = (double)request->precision_bits;

    return (struct crossbar_bits){
        .weight = either((double)chip->weight_bits, asked),
        .activation = either((double)chip->activation_bits, asked),
        .error = either((double)chip->error_bits, asked),
        .cell = request->costs->bits_per_cell,
    };
}

/* A product in subarrays.  They store one operand; `vectors` vectors of input_bits of the other
 * operand are applied to them. */
struct product {
    double vectors, input_bits;
    double driven;  /* driven wordlines of all subarrays */
    double columns; /* converted bitlines of all subarrays */
    double spans;   /* subarrays through which one wordline runs */
    double groups; /* partial sums of one column, because of the limit on driven rows */
    double steps;  /* row groups of the fullest subarray, one after the other */
    double converted; /* columns of its converter, one after the other */
};

struct unit_costs {
    double wordline_s, conversion_s, adc_s;
    double wordline_j, cell_j, bitline_j, adc_j;
    double converter_bits;
};

static struct unit_costs weight_costs(const struct crossbar_subarray_row *c)
{
    return (struct unit_costs){
        .wordline_s = c->wordline_s,
        .conversion_s = c->conversion_s,
        .adc_s = c->adc_s,
        .wordline_j = c->wordline_j,
        .cell_j = c->cell_j,
        .bitline_j = c->bitline_j,
        .adc_j = c->adc_j,
        .converter_bits = c->converter_bits,
    };
}

static struct unit_costs gradient_costs(const struct crossbar_subarray_row *c)
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

static struct crossbar_product_cost product_cost(const struct crossbar_request *request,
                                                 const struct product *p,
                                                 const struct unit_costs *u)
{
    double bit_steps = p->vectors * p->input_bits * p->steps;
    double conversions = p->vectors * p->input_bits * p->columns * p->groups;
    double sum_bits = u->converter_bits + p->input_bits +
                      ceil(maths_log2(fmax(p->groups, 1)));
    double adc_s = fmin(u->adc_s, u->conversion_s);
    /* a shift with an addition, and a tree of adders over the partial sums of one column */
    double clocks = 1 + ceil(maths_log2(fmax(p->groups, 1)));
    double clock_s = 1 / request->chip->clock_hz;
    bool is_pipeline = request->chip->overlaps;

    return (struct crossbar_product_cost){
        .array_s = bit_steps *
                   (u->wordline_s + p->converted * (u->conversion_s - adc_s)),
        .adc_s = bit_steps * p->converted * adc_s,
        .accumulation_s = is_pipeline ? 0 : bit_steps * p->converted * clocks * clock_s,
        .drain_s = is_pipeline ? (1 + clocks) * clock_s : 0,
        .array_j = p->vectors * p->input_bits *
                       (request->activity * p->driven *
                        (p->spans * u->wordline_j + p->columns * u->cell_j)) +
                   conversions * u->bitline_j,
        .adc_j = conversions * u->adc_j,
        .accumulation_j = conversions * sum_bits * request->costs->accumulate_bit_j,
    };
}

double crossbar_product_s(const struct crossbar_product_cost *s)
{
    return s->array_s + s->adc_s + s->accumulation_s + s->drain_s;
}

double crossbar_product_j(const struct crossbar_product_cost *s)
{
    return s->array_j + s->adc_j + s->accumulation_j;
}

/* Returns how many columns one converter converts one after the other. */
static double converted(const struct crossbar_request *request, double columns,
                        double side)
{
    return ceil(fmin(columns, side) * request->adc_columns / side - 1e-9);
}

/* The product of weights and activations of one group.  Packed groups drive their wordlines one
 * group after the other. */
static struct product forward_product(const struct crossbar_request *request,
                                      const struct crossbar_matrix *m,
                                      const struct crossbar_bits *bits)
{
    double rows = request->rows, columns = request->columns;
    double driven = request->costs->driven_rows;
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

void crossbar_matrix_make(const struct crossbar_request *request,
                          const struct mac_layer *layer, struct crossbar_matrix *matrix)
{
    struct crossbar_bits bits = crossbar_bits_of(request);
    double rows = request->rows, columns = request->columns;
    struct gemm gemm = mac_layer_gemm(layer);
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
    if (!matrix->is_streamed) {
        struct product p = forward_product(request, matrix, &bits);
        struct unit_costs u = weight_costs(request->costs);
        struct crossbar_product_cost s = product_cost(request, &p, &u);

        matrix->subarrays = ceil(matrix->groups / matrix->packed) * matrix->row_tiles *
                            matrix->column_tiles;
        matrix->alone_s = s.array_s + s.adc_s;
    }
    matrix->tiles = ceil(matrix->subarrays / (double)request->chip->tile_subarrays);
}

/* The product of errors and transposed weights: the columns are driven, one slice after the
 * other. */
static struct product transposed_product(const struct crossbar_request *request,
                                         const struct crossbar_matrix *m,
                                         const struct crossbar_bits *bits)
{
    double rows = request->rows, columns = request->columns;
    double driven = request->costs->driven_rows;
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

struct crossbar_product_cost
crossbar_feedback_cost(const struct crossbar_request *request,
                       const struct crossbar_matrix *m, double classes,
                       double *subarrays)
{
    struct crossbar_bits bits = crossbar_bits_of(request);
    double rows = request->rows, columns = request->columns;
    double driven = request->costs->driven_rows;
    double outputs = m->groups * m->outputs * m->positions * m->slices;
    double blocks = fmin(fmax(floor(rows / classes), 1), ceil(outputs / columns));
    double row_tiles = ceil(classes / rows);

    struct unit_costs u = weight_costs(request->costs);
    struct product p = {
        .vectors = 1,
        .input_bits = bits.error,
        .driven = classes,
        .columns = outputs,
        .spans = ceil(outputs / columns),
        .groups = fmax(row_tiles, ceil(classes / driven)),
        .steps = blocks * ceil(fmin(classes, rows) / driven),
        .converted = converted(request, outputs, columns),
    };

    *subarrays = row_tiles * ceil(outputs / (columns * blocks));
    return product_cost(request, &p, &u);
}

struct crossbar_product_cost
crossbar_streamed_cost(const struct crossbar_request *request,
                       const struct crossbar_streamed *s)
{
    const struct crossbar_subarray_row *c = request->costs;
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
        .groups = fmax(row_tiles, ceil(s->inner / c->gradient_driven_rows)),
        .steps = ceil(fmin(s->inner, rows) / c->gradient_driven_rows),
        .converted = converted(request, bitlines, columns),
    };
    struct crossbar_product_cost cost = product_cost(request, &p, &u);
    double share = passes * ceil(s->vectors / copies) / (s->vectors * s->groups);

    cost.array_s = cost.array_s * share +
                   passes * fmin(s->inner, rows) * c->gradient_row_write_s;
    cost.adc_s *= share;
    cost.accumulation_s *= share;
    cost.array_j += copies * s->groups * s->inner * bitlines * c->gradient_cell_write_j;
    return cost;
}

static void copies_divide(struct crossbar_product_cost *s, double vectors,
                          double copies)
{
    double share = ceil(vectors / copies) / vectors;

    s->array_s *= share;
    s->adc_s *= share;
    s->accumulation_s *= share;
}

static void groups_multiply(struct crossbar_product_cost *s, double groups)
{
    s->array_j *= groups;
    s->adc_j *= groups;
    s->accumulation_j *= groups;
}

/* Returns time and energy of a layer's product with its weights, forward or transposed. */
static struct crossbar_product_cost
weights_spend(const struct crossbar_request *request, const struct crossbar_matrix *m,
              const struct product *p)
{
    struct unit_costs u = weight_costs(request->costs);
    struct crossbar_product_cost s = product_cost(request, p, &u);

    copies_divide(&s, p->vectors, m->copies);
    groups_multiply(
        &s, m->groups); /* groups work in parallel: only the energy is multiplied */
    return s;
}

struct crossbar_product_cost
crossbar_forward_cost(const struct crossbar_request *request,
                      const struct crossbar_matrix *m)
{
    struct crossbar_bits bits = crossbar_bits_of(request);
    struct product p = forward_product(request, m, &bits);

    return weights_spend(request, m, &p);
}

struct crossbar_product_cost
crossbar_transposed_cost(const struct crossbar_request *request,
                         const struct crossbar_matrix *m)
{
    struct crossbar_bits bits = crossbar_bits_of(request);
    struct product p = transposed_product(request, m, &bits);

    return weights_spend(request, m, &p);
}
