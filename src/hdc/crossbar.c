/* Hyperdimensional computing in resistive crossbars (G. Karunaratne et al., Nature
 * Electronics 3, 2020).  A crossbar stores the vectors of the symbols and their complements.
 * The bits of an n-gram so far select which of the two is read, which gives the exclusive or.
 * CMOS logic counts the n-grams.  The text's vector drives the wordlines of a second crossbar,
 * which stores the classes; the current of a bitline is the number of ones that text and class
 * have in common. */
#include "hdc/hdc.h"

#include "array/process.h"
#include "array/wire.h"
#include "base/maths.h"
#include "machine/crossbar/crossbar.h"

/* The mean number of bits of a counter that an increment changes. */
static const double BITS_CHANGED = 2;
/* The share of ones in the text's vector. */
static const double ONES = 0.5;

static double counter_bits(const struct hdc_work *work)
{
    return ceil(maths_log2(ceil(work->characters / work->texts) - work->ngram + 2));
}

/* Builds the memory of the symbols: one row for each vector and one for its complement. */
static enum status items_make(const struct hdc_costs_request *request,
                              struct array_result *items, struct error *reason)
{
    double rows = ceil(request->work.dimension / (double)request->hdc->row_bits);
    double bits = 2 * request->work.symbols * rows * (double)request->hdc->row_bits;
    const struct array_request ram = {
        .cell = request->cell,
        .node = request->node,
        .temperature_k = request->temperature_k,
        .capacity_bytes = (uint64_t)ceil(bits / 8),
        .word_bits = request->hdc->row_bits,
        .target = TARGET_READ_EDP,
    };

    return array_search(&ram, items, reason);
}

static enum status search_make(const struct hdc_costs_request *request,
                               struct crossbar_array *array, struct error *reason)
{
    const struct crossbar_design design = {
        .cell = request->cell,
        .node = request->node,
        .temperature_k = request->temperature_k,
        .rows = request->hdc->rows,
        .columns = request->hdc->rows,
        .cell_bits = 1,
        .adc_columns = request->hdc->adc_columns,
        .adc = ADC_SAR,
        .line_drop = request->hdc->line_drop,
        .read_voltage_v = 0.1,
        .clock_hz = request->hdc->clock_hz,
    };

    return crossbar_array_make(&design, array, reason);
}

/* Computes the costs of comparing one vector with all classes: its ones drive wordlines, and
 * every class is a column. */
static void search_write(const struct hdc_costs_request *request,
                         const struct crossbar_array *a,
                         const struct crossbar_logic *logic,
                         struct hdc_memory_row *costs)
{
    const struct hdc *hdc = request->hdc;
    double d = request->work.dimension, classes = request->work.classes;
    double side = (double)hdc->rows, spans = ceil(classes / side);
    double sums = ceil(d / a->rows_driven), steps = ceil(side / a->rows_driven);
    double columns = ceil(fmin(classes, side) * (double)hdc->adc_columns / side);
    double sum_j = (a->adc_bits + ceil(maths_log2(sums + 1))) *
                   (logic->adder_j + logic->register_j);

    costs->search_s = steps * (a->wordline_s + columns * a->conversion_s) +
                      ceil(maths_log2(sums + 1)) / hdc->clock_hz;
    costs->search_j = ONES * d * (spans * a->wordline_j + classes * a->cell_j) +
                      sums * classes * (a->bitline_j + a->adc_j + sum_j);
}

static enum status costs_make(const struct hdc_costs_request *request,
                              struct hdc_memory_row *costs, struct error *reason)
{
    double side = (double)request->hdc->rows, row_bits = (double)request->hdc->row_bits;
    double d = request->work.dimension, bits = counter_bits(&request->work);
    double arrays = ceil(d / side) * ceil(request->work.classes / side);
    struct crossbar_logic logic;
    struct crossbar_array search;
    struct array_result items;
    struct process process;
    struct wire wire;
    double way_m;
    enum status status = search_make(request, &search, reason);

    if (status == STATUS_OK)
        status = items_make(request, &items, reason);
    if (status == STATUS_OK)
        status = process_make(&process, request->node, &array_rules_physical,
                              request->temperature_k, reason);
    if (status != STATUS_OK)
        return status;
    status = wire_make(
        &wire, &process,
        (struct wire_choice){ .level = WIRE_SEMI_GLOBAL, .repeat = REPEAT_OPTIMAL },
        reason);
    if (status != STATUS_OK)
        return status;
    crossbar_logic_make(&process, &logic);
    search_write(request, &search, &logic, costs);
    costs->row_read_s = items.data.read_subarray_s;
    costs->read_bit_j = items.read_energy_j / row_bits;
    costs->adder_j = logic.adder_j;
    costs->parallel_banks = ceil(d / row_bits);
    costs->memory_bytes = d / 8 * (2 * request->work.symbols + request->work.classes);
    costs->leakage_w = items.leakage_w + arrays * search.leakage_w +
                       d * bits * (logic.adder_w + logic.register_w);
    costs->machine_m2 = items.area_m2 +
                        arrays * (search.cells_m2 + search.driver_m2 + search.adc_m2) +
                        d * bits * (logic.adder_m2 + logic.register_m2) *
                            fmax(request->node->area_overhead, 1);
    /* A bit travels across half of the machine to its counter.  All flip-flops of the counter
     * are clocked.  Half of the bits are ones and change two digits on average. */
    way_m = sqrt(costs->machine_m2) / 2;
    costs->count_bit_j = wire.j_per_m / 2 * way_m + bits * logic.register_j +
                         ONES * BITS_CHANGED * (logic.adder_j + logic.register_j);
    return STATUS_OK;
}

static void run(const struct hdc *hdc, const struct hdc_work *w,
                const struct hdc_memory_row *c, struct hdc_result *r)
{
    double reads = r->counts.ngrams * w->ngram, clock_s = 1 / hdc->clock_hz;

    r->reads = 2 * reads * w->dimension; /* of the vector and of its complement */
    r->step_s[HDC_BIND] = reads * c->row_read_s;
    r->step_j[HDC_BIND] = r->reads * c->read_bit_j;
    r->step_s[HDC_COUNT] = r->counts.ngrams * clock_s;
    r->step_j[HDC_COUNT] = r->counts.counter_updates * c->count_bit_j;
    r->step_s[HDC_THRESHOLD] = w->texts * clock_s;
    r->step_j[HDC_THRESHOLD] = r->counts.thresholds * counter_bits(w) * c->adder_j;
    r->step_s[HDC_COMPARE] = w->texts * c->search_s;
    r->step_j[HDC_COMPARE] = w->texts * c->search_j;
}

const struct hdc_family hdc_crossbar = { .costs = costs_make, .run = run };
