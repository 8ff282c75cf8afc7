#include "learning/sliced.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double levels_of(const struct sliced *sliced)
{
    return (double)((UINT64_C(1) << sliced->design.cell_bits) - 1);
}

/* Returns the current of a converter's rows if all cells are on and all inputs at their largest. */
static double full_range(const struct sliced *sliced)
{
    double inputs = (double)((UINT64_C(1) << sliced->design.dac_bits) - 1);

    return (double)sliced->design.rows * inputs * (levels_of(sliced) + sliced->least);
}

/* Returns the largest code of a converter. */
static double largest_code(const struct sliced *sliced)
{
    return (double)((UINT64_C(1) << sliced->design.adc_bits) - 1);
}

static void cells_fill(struct sliced *sliced, const int64_t *weights,
                       struct random *random)
{
    const struct sliced_design *design = &sliced->design;
    uint64_t mask = (UINT64_C(1) << design->cell_bits) - 1;
    int64_t offset = INT64_C(1) << (sliced->weight_bits - 1);
    double *cell = sliced->cells;

    for (size_t i = 0; i < sliced->inputs * sliced->outputs; i++) {
        uint64_t weight = (uint64_t)(weights[i] + offset);

        for (size_t s = 0; s < sliced->slices; s++, cell++) {
            *cell = (double)(weight >> (s * design->cell_bits) & mask) + sliced->least;
            if (design->cell_sigma > 0)
                *cell = fmax(0, *cell + design->cell_sigma * levels_of(sliced) *
                                            random_normal(random));
        }
    }
}

void sliced_init(struct sliced *sliced, const struct sliced_design *design,
                 const int64_t *weights, size_t inputs, size_t outputs,
                 uint64_t weight_bits, uint64_t input_bits, struct random *random)
{
    size_t slices = (size_t)((weight_bits + design->cell_bits - 1) / design->cell_bits);

    *sliced = (struct sliced){
        .design = *design,
        .inputs = inputs,
        .outputs = outputs,
        .slices = slices,
        .weight_bits = weight_bits,
        .input_bits = input_bits,
        .cells = alloc_array(inputs * outputs * slices, sizeof(double)),
        .part = alloc_array(outputs * slices, sizeof(double)),
        .inputs_whole = alloc_array(inputs, sizeof(uint64_t)),
    };
    sliced->least = floor(levels_of(sliced) / (design->on_off - 1) * 65536) / 65536;
    if (!design->is_calibrated)
        sliced->range = full_range(sliced);
    cells_fill(sliced, weights, random);
}

void sliced_free(struct sliced *sliced)
{
    free(sliced->cells);
    free(sliced->part);
    free(sliced->inputs_whole);
    *sliced = (struct sliced){ .inputs = 0 };
}

/* Adds up the currents of all columns over the rows from `first` on, which the inputs' bits from
 * `shift` on drive, and returns the sum of these inputs. */
static double currents_sum(struct sliced *sliced, size_t first, uint64_t shift)
{
    size_t columns = sliced->outputs * sliced->slices;
    size_t end = sliced->inputs - first < sliced->design.rows
                     ? sliced->inputs
                     : first + (size_t)sliced->design.rows;
    uint64_t mask = (UINT64_C(1) << sliced->design.dac_bits) - 1, total = 0;
    double *part = sliced->part;

    memset(part, 0, columns * sizeof *part);
    for (size_t i = first; i < end; i++) {
        const double *row = sliced->cells + i * columns;
        uint64_t bits = sliced->inputs_whole[i] >> shift & mask;
        double driven = (double)bits;

        total += bits;
        for (size_t j = 0; bits && j < columns; j++)
            part[j] += driven * row[j];
    }
    return (double)total;
}

static void range_widen(struct sliced *sliced)
{
    for (size_t j = 0; j < sliced->outputs * sliced->slices; j++)
        sliced->range = fmax(sliced->range, sliced->part[j]);
}

/* Returns the distance of a converter's codes in levels. */
static double step_of(const struct sliced *sliced)
{
    double most = largest_code(sliced);

    return fmax(sliced->range, fmin(full_range(sliced), most)) / most;
}

/* Converts all columns, and adds what the digital side makes of them, times `weight`, to y. */
static void columns_convert(const struct sliced *sliced, double total, double weight,
                            double *y)
{
    double most = largest_code(sliced);
    double step = step_of(sliced), off = sliced->least * total;
    double slice_weight = (double)(UINT64_C(1) << sliced->design.cell_bits);
    const double *part = sliced->part;

    for (size_t o = 0; o < sliced->outputs; o++) {
        double place = weight;

        for (size_t s = 0; s < sliced->slices; s++, place *= slice_weight) {
            /* not negative, so that the cast is the floor */
            double code = fmin(most, (double)(int64_t)(*part++ / step + 0.5));

            y[o] += place *
                    (step > 1 ? code * step - off : ceil(code * step - off - 0.5));
        }
    }
}

void sliced_product(struct sliced *sliced, const double *x, double *y)
{
    const struct sliced_design *design = &sliced->design;
    double offset = 0;

    for (size_t i = 0; i < sliced->inputs; i++) {
        sliced->inputs_whole[i] = (uint64_t)x[i];
        offset += x[i] * (double)(UINT64_C(1) << (sliced->weight_bits - 1));
    }
    for (size_t o = 0; !sliced->is_calibrating && o < sliced->outputs; o++)
        y[o] = -offset;
    for (size_t first = 0; first < sliced->inputs; first += (size_t)design->rows)
        for (uint64_t shift = 0; shift < sliced->input_bits;
             shift += design->dac_bits) {
            double total = currents_sum(sliced, first, shift);

            if (sliced->is_calibrating)
                range_widen(sliced);
            else if (total > 0)
                columns_convert(sliced, total, (double)(UINT64_C(1) << shift), y);
        }
}
