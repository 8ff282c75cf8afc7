/* Networks in crossbars (src/machine/crossbar/crossbar.h). */
#include "array_library.h"
#include "files.h"
#include "unit.h"
#include "columns/crossbar_subarray.h"
#include "columns/crossbar_buffers.h"

#include "machine/layerwise/layerwise.h"
#include "machine/crossbar/crossbar.h"

#include <math.h>
#include <string.h>

/* ---- how phases follow each other */

enum { LAYERS = 7, BATCH = 5 };

static void layers_fill(struct crossbar_layer *layers, double f, double a, double g,
                        double u)
{
    for (size_t i = 0; i < LAYERS; i++)
        layers[i] = (struct crossbar_layer){ .phase_s = { f, a, g, u } };
}

static double scheduled(const struct crossbar_layer *layers, uint64_t batch,
                        int learning, int pipeline, double *backward_s)
{
    const struct crossbar_schedule schedule = { batch, true, learning, pipeline,
                                                false };
    double whole_s;

    crossbar_schedule_time(&schedule, layers, LAYERS, &whole_s, backward_s);
    return whole_s;
}

static void identical_layers_without_forward_pass_give_n(void)
{
    struct crossbar_layer layers[LAYERS];
    double back_s, direct_s;

    layers_fill(layers, 0, 1, 2, 3);
    scheduled(layers, BATCH, LEARNING_BACKPROPAGATION, PIPELINE_NONE, &back_s);
    scheduled(layers, BATCH, LEARNING_FEEDBACK_ALIGNMENT, PIPELINE_NONE, &direct_s);
    CU_ASSERT_EQUAL(back_s, LAYERS * direct_s);
    CU_ASSERT_EQUAL(direct_s, BATCH * (1.0 + 2) + 3);
}

/* Where updates take all the time, feedback alignment's gain is that its layers are written together: none
 * is left if backpropagation's are, too. */
static void updates_together_leave_no_gain(void)
{
    struct crossbar_schedule schedule = { 1, true, LEARNING_BACKPROPAGATION,
                                          PIPELINE_NONE, false };
    struct crossbar_layer layers[LAYERS];
    double in_turn_s, together_s, direct_s, unused;

    layers_fill(layers, 0.01, 0.01, 0.01, 100);
    crossbar_schedule_time(&schedule, layers, LAYERS, &in_turn_s, &unused);
    schedule.updates_together = true;
    crossbar_schedule_time(&schedule, layers, LAYERS, &together_s, &unused);
    direct_s = scheduled(layers, 1, LEARNING_FEEDBACK_ALIGNMENT, PIPELINE_NONE,
                         &unused);
    ASSERT_NEAR(in_turn_s - together_s, (LAYERS - 1) * 100.0, 1e-9);
    CU_ASSERT(in_turn_s / direct_s > 0.99 * LAYERS);
    CU_ASSERT(together_s / direct_s < 1.01);
}

/* Forward as long as the rest: 2 N / (N + 1). */
static void the_forward_pass_halves_the_gain(void)
{
    struct crossbar_layer layers[LAYERS];
    double unused, gain;

    layers_fill(layers, 3, 1, 2, 0);
    gain = scheduled(layers, BATCH, LEARNING_BACKPROPAGATION, PIPELINE_NONE, &unused) /
           scheduled(layers, BATCH, LEARNING_FEEDBACK_ALIGNMENT, PIPELINE_NONE,
                     &unused);
    ASSERT_NEAR(gain, 2.0 * LAYERS / (LAYERS + 1), 1e-12);
}

/* The busiest layer holds its weights for forward and gradient: one sample in 4 + 2. */
static void a_pipeline_is_as_fast_as_its_busiest_layer(void)
{
    struct crossbar_layer layers[LAYERS];
    double unused, batch = 1 << 20;

    layers_fill(layers, 1, 1, 1, 0);
    layers[2].phase_s[CROSSBAR_FORWARD] = 4;
    layers[2].phase_s[CROSSBAR_ACTIVATION_GRADIENT] = 2;
    ASSERT_NEAR(scheduled(layers, (uint64_t)batch, LEARNING_BACKPROPAGATION,
                          PIPELINE_LAYERS, &unused) /
                    batch,
                6.0, 1e-4);
    /* feedback comes from matrices of its own, so weights are held for 4 only */
    ASSERT_NEAR(scheduled(layers, (uint64_t)batch, LEARNING_FEEDBACK_ALIGNMENT,
                          PIPELINE_LAYERS, &unused) /
                    batch,
                4.0, 1e-4);
}

static void layers_share_one_dram(void)
{
    struct crossbar_layer layers[LAYERS];
    double back_s, direct_s;

    layers_fill(layers, 0, 0, 2, 0);
    for (size_t i = 0; i < LAYERS; i++)
        layers[i].dram_s[CROSSBAR_WEIGHT_GRADIENT] = 2; /* nothing but DRAM */
    scheduled(layers, BATCH, LEARNING_BACKPROPAGATION, PIPELINE_NONE, &back_s);
    scheduled(layers, BATCH, LEARNING_FEEDBACK_ALIGNMENT, PIPELINE_NONE, &direct_s);
    CU_ASSERT_EQUAL(back_s, direct_s);
}

/* ---- a subarray */

static struct crossbar_design design_of(const char *cell)
{
    return (struct crossbar_design){
        .cell = shipped_cell(cell),
        .node = shipped_node(32e-9, ROADMAP_LSTP),
        .temperature_k = 300,
        .rows = 128,
        .columns = 128,
        .adc_columns = 8,
        .line_drop = 0.1,
        .read_voltage_v = 0.1,
        .clock_hz = 1e9,
    };
}

static struct crossbar_array array_of(const struct crossbar_design *design)
{
    struct crossbar_array array = { 0 };
    struct error reason;

    CU_ASSERT_EQUAL(crossbar_array_make(design, &array, &reason), STATUS_OK);
    return array;
}

/* Low resistances lose the read voltage in the bitline: fewer rows at a time. */
static void cells_that_conduct_more_drive_fewer_rows(void)
{
    struct crossbar_design fefet = design_of("fefet"), stt = design_of("stt-mram");
    struct crossbar_array high = array_of(&fefet), low = array_of(&stt);

    CU_ASSERT(low.rows_driven < high.rows_driven);
    CU_ASSERT(low.line_drop <= stt.line_drop);
    CU_ASSERT(low.sum_bits < high.sum_bits);
}

static void too_many_rows_at_once_lose_the_read_voltage(void)
{
    struct crossbar_design design = design_of("stt-mram");
    struct crossbar_array array;
    struct error reason;

    design.rows_driven = 128;
    CU_ASSERT_EQUAL(crossbar_array_make(&design, &array, &reason), STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(reason.text, "all of the read voltage"));
}

/* 2 rows of a bit: sums 0, 1, 2, so 2 bits; with an on-off ratio of two the off-state
 * currents take half of the range: 4 steps and 0, so 3 bits. */
static void off_currents_cost_converter_bits(void)
{
    struct cell cell = *shipped_cell("fefet");
    struct crossbar_design design = design_of("fefet");

    design.rows_driven = 2;
    cell.resistance_on_ohm = 1e6; /* the access device counts for little */
    cell.resistance_off_ohm = 1e13;
    design.cell = &cell;
    CU_ASSERT_EQUAL(array_of(&design).sum_bits, 2);
    cell.resistance_off_ohm = 2.01e6;
    CU_ASSERT_EQUAL(array_of(&design).sum_bits, 3);
}

static void more_converter_bits_cost_more(void)
{
    for (int adc = ADC_FLASH; adc <= ADC_SAR; adc++) {
        struct crossbar_design design = design_of("rram");
        struct crossbar_array coarse, fine;

        design.adc = adc;
        design.adc_bits = 4;
        coarse = array_of(&design);
        design.adc_bits = 7;
        fine = array_of(&design);
        CU_ASSERT(fine.adc_j > coarse.adc_j);
        CU_ASSERT(fine.adc_m2 > coarse.adc_m2);
        CU_ASSERT(fine.settle_s + fine.adc_s > coarse.settle_s + coarse.adc_s);
    }
}

static void cells_that_cannot_sum_are_infeasible(void)
{
    static const struct {
        const char *cell;
        uint64_t bits;
        const char *says;
    } cases[] = {
        { "racetrack", 0, "needs shifts" },  { "edram", 0, "destroys its charge" },
        { "sot-mram", 2, "has two states" }, { "sram", 4, "has two states" },
        { "rram", 9, "at most 8" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct crossbar_design design = design_of(cases[i].cell);
        struct crossbar_array array;
        struct error reason;

        design.cell_bits = cases[i].bits;
        CU_ASSERT_EQUAL(crossbar_array_make(&design, &array, &reason),
                        STATUS_INFEASIBLE);
        CU_ASSERT_PTR_NOT_NULL(strstr(reason.text, cases[i].says));
    }
}

/* ---- a network */

static const struct crossbar *shipped_chip(const char *name)
{
    return (const struct crossbar *)library_find(shipped_library(), RECORDS_MACHINE,
                                                 name);
}

static struct crossbar_request priced(const char *chip, const char *cell)
{
    static struct crossbar_buffers_row buffers;
    static struct crossbar_subarray_row costs;
    const struct crossbar_costs_request request = {
        .chip = shipped_chip(chip),
        .cell = shipped_cell(cell),
        .sram = shipped_cell("sram"),
        .node = shipped_node(32e-9, ROADMAP_LSTP),
        .temperature_k = 300,
    };
    struct error reason;

    CU_ASSERT_EQUAL(crossbar_costs_make(&request, &costs, &reason), STATUS_OK);
    CU_ASSERT_EQUAL(crossbar_buffers_make(&request, &buffers, &reason), STATUS_OK);
    return crossbar_request_of(request.chip, &costs, &buffers);
}

static struct crossbar_result network(const struct crossbar_request *request)
{
    struct crossbar_result result = { 0 };
    struct crossbar_scratch room = { .count = 0 };
    struct error reason;

    CU_ASSERT_EQUAL(crossbar_chip_evaluate(request, &room, &result, &reason),
                    STATUS_OK);
    crossbar_scratch_free(&room);
    return result;
}

static struct mac_layers *layers_of(const char *workload)
{
    static struct mac_layers layers;
    struct error err;

    mac_layers_free(&layers);
    CU_ASSERT_EQUAL(
        mac_layers_create(&layers,
                          (const struct workload *)library_find(
                              shipped_library(), RECORDS_WORKLOAD, workload),
                          PHASE_INFERENCE, 1, 0, &err),
        STATUS_OK);
    return &layers;
}

static struct crossbar_request request_of(const char *chip, const char *cell,
                                          const char *workload)
{
    struct crossbar_request request = priced(chip, cell);

    request.layers = layers_of(workload);
    return request;
}

static void parts_and_phases_add_up(void)
{
    struct crossbar_request request = request_of("neurosim-chip", "fefet-neurosim",
                                                 "vgg8-cifar");
    double parts_s = 0, parts_j = 0, parts_m2 = 0, phases_s = 0, phases_j = 0;
    struct crossbar_result r;

    request.trains = true;
    request.batch = 200;
    r = network(&request);
    for (int p = 0; p < CROSSBAR_PART_COUNT; p++) {
        parts_s += r.part_s[p];
        parts_j += r.part_j[p];
        parts_m2 += r.part_m2[p];
    }
    for (int p = 0; p < CROSSBAR_PHASE_COUNT; p++) {
        phases_s += r.phase_s[p];
        phases_j += r.phase_j[p];
    }
    ASSERT_NEAR(parts_j, r.energy_j, 1e-9);
    ASSERT_NEAR(phases_j + r.part_j[CROSSBAR_LEAKAGE], r.energy_j, 1e-9);
    ASSERT_NEAR(parts_m2, r.area_m2, 1e-9);
    ASSERT_NEAR(phases_s, r.latency_s, 1e-9);   /* one after the other */
    ASSERT_NEAR(parts_s, r.latency_s, 1e-9);    /* and nothing overlaps on this chip */
    CU_ASSERT_EQUAL(r.macs, 200 * 615917568.0); /* by hand from its layers */
    CU_ASSERT_EQUAL(r.weights, 12973440);
}

/* The table of phases by parts has the phases as sums of its rows, and the parts of its columns. */
static void phases_by_part_add_up(void)
{
    struct crossbar_request request = request_of("neurosim-chip", "fefet-neurosim",
                                                 "vgg8-cifar");

    request.trains = true;
    request.batch = 20;
    for (request.learning = LEARNING_BACKPROPAGATION;
         request.learning <= LEARNING_FEEDBACK_ALIGNMENT; request.learning++) {
        struct crossbar_result r = network(&request);
        double part_s[CROSSBAR_PART_COUNT] = { 0 };

        CU_ASSERT_EQUAL(r.layers, 8);
        for (int p = 0; p < CROSSBAR_PHASE_COUNT; p++) {
            double sum_s = 0, sum_j = 0;

            for (int part = 0; part < CROSSBAR_PART_COUNT; part++) {
                sum_s += r.phase_part_s[p][part];
                sum_j += r.phase_part_j[p][part];
                part_s[part] += r.phase_part_s[p][part];
            }
            ASSERT_NEAR(sum_s, r.phase_s[p], 1e-9);
            ASSERT_NEAR(sum_j, r.phase_j[p], 1e-9);
        }
        for (int part = 0; part < CROSSBAR_PART_COUNT; part++)
            if (r.part_s[part] > 0)
                ASSERT_NEAR(part_s[part], r.part_s[part], 1e-9);
    }
}

/* conv1 of VGG-8: 1024 pixels, 8 input bits, 128 columns of 5-bit cells, 27 rows of one
 * subarray: a conversion for each. */
static void conversions_are_counted(void)
{
    struct crossbar_request request = request_of("neurosim-chip", "fefet-neurosim",
                                                 "vgg8-cifar");
    struct crossbar_result r;

    request.layer = 1;
    r = network(&request);
    ASSERT_NEAR(r.part_j[CROSSBAR_ADC], 1024.0 * 8 * 128 * request.costs->adc_j, 1e-9);
    CU_ASSERT_EQUAL(r.part_j[CROSSBAR_GRADIENT], 0);
    CU_ASSERT_EQUAL(r.backward_s, 0);
    ASSERT_NEAR(r.dram_bytes, 3 * 32 * 32.0, 1e-9); /* its input, 8 bits a value */
}

/* The layers of a network cost what the network costs. */
static void layers_add_up_to_the_network(void)
{
    struct crossbar_request request = request_of("neurosim-chip", "fefet-neurosim",
                                                 "vgg8-cifar");
    double whole_s, whole_j, sum_s = 0, sum_j = 0;

    request.trains = true;
    request.batch = 20;
    whole_s = network(&request).latency_s;
    whole_j = network(&request).energy_j;
    for (request.layer = 1; request.layer <= 8; request.layer++) {
        struct crossbar_result r = network(&request);

        sum_s += r.latency_s;
        sum_j += r.energy_j;
    }
    ASSERT_NEAR(sum_s, whole_s, 1e-9);
    ASSERT_NEAR(sum_j, whole_j, 1e-9);
}

/* Twice the share of cells: twice the pulses; cells of a bit know one step only. */
static void updates_wear_cells(void)
{
    struct crossbar_request request = request_of("neurosim-chip", "fefet-neurosim",
                                                 "vgg8-cifar");
    struct crossbar_result few, many;

    request.trains = true;
    request.update_share = 0.1;
    few = network(&request);
    ASSERT_NEAR(few.cell_writes, 0.1, 1e-12);
    request.update_share = 0.2;
    request.update_pulses = 3;
    many = network(&request);
    ASSERT_NEAR(many.cell_writes, 0.6, 1e-12);
    ASSERT_NEAR(many.part_j[CROSSBAR_UPDATE], 6 * few.part_j[CROSSBAR_UPDATE], 1e-9);
    CU_ASSERT(many.part_s[CROSSBAR_UPDATE] > 3 * few.part_s[CROSSBAR_UPDATE] * 0.999);
    request = request_of("crossbar-chip", "rram", "vgg8-cifar");
    request.trains = true;
    request.update_pulses = 3;
    ASSERT_NEAR(network(&request).cell_writes, 0.1, 1e-12);
}

static void feedback_alignment_takes_area_for_time(void)
{
    struct crossbar_request request = request_of("neurosim-chip", "fefet-neurosim",
                                                 "vgg8-cifar");
    struct crossbar_result back, direct;

    request.trains = true;
    request.batch = 200;
    back = network(&request);
    request.learning = LEARNING_FEEDBACK_ALIGNMENT;
    direct = network(&request);
    CU_ASSERT(direct.latency_s < back.latency_s);
    CU_ASSERT(direct.latency_s > back.latency_s / 8); /* eight layers */
    CU_ASSERT_EQUAL(back.feedback_subarrays, 0);
    CU_ASSERT(direct.feedback_subarrays > 0);
    CU_ASSERT_EQUAL(back.gradient_subarrays, 512);
    CU_ASSERT_EQUAL(direct.gradient_subarrays, 8 * 512); /* a unit for every layer */
    ASSERT_NEAR(direct.forward_s, back.forward_s, 0.01); /* over a larger chip */
}

static void pipelining_shortens_batches_and_not_samples(void)
{
    struct crossbar_request request = request_of("crossbar-chip", "fefet",
                                                 "vgg8-cifar");
    double one_s, pipelined_s;

    one_s = network(&request).latency_s;
    request.pipeline = PIPELINE_LAYERS;
    ASSERT_NEAR(network(&request).latency_s, one_s, 1e-12);
    request.batch = 64;
    pipelined_s = network(&request).latency_s;
    CU_ASSERT(pipelined_s < 64 * one_s);
    CU_ASSERT(pipelined_s > 64 * one_s / 8);
}

/* Depthwise layers share subarrays: 9 rows and 8 columns each, 14 rows' worth of 128. */
static void groups_share_subarrays(void)
{
    struct crossbar_request request = request_of("crossbar-chip", "fefet",
                                                 "vgg8-cifar");
    const struct mac_layer depthwise = {
        .batch = 1,
        .groups = 28,
        .channels = 1,
        .filters = 1,
        .in_height = 8,
        .in_width = 8,
        .kernel_height = 3,
        .kernel_width = 3,
        .stride = 1,
        .out_height = 8,
        .out_width = 8,
    };
    struct crossbar_matrix m;

    crossbar_matrix_make(&request, &depthwise, &m);
    CU_ASSERT_EQUAL(m.slices, 8);
    CU_ASSERT_EQUAL(m.packed, 14);
    CU_ASSERT_EQUAL(m.subarrays, 2);
}

static void a_network_too_large_for_the_chip_is_infeasible(void)
{
    struct crossbar_request request = request_of("crossbar-chip", "fefet",
                                                 "vgg8-cifar");
    double needed = network(&request).tiles;
    struct crossbar_result result = { .latency_s = 1 };
    struct crossbar_scratch room = { .count = 0 };
    struct error reason;

    request.tiles = needed - 1;
    CU_ASSERT_EQUAL(crossbar_chip_evaluate(&request, &room, &result, &reason),
                    STATUS_INFEASIBLE);
    crossbar_scratch_free(&room);
    CU_ASSERT_PTR_NOT_NULL(strstr(reason.text, "tiles"));
    CU_ASSERT_EQUAL(result.latency_s, 1); /* untouched */
    request.tiles = needed;
    CU_ASSERT(network(&request).latency_s > 0);
}

static void copies_shorten_the_slowest_layer(void)
{
    struct crossbar_request request = request_of("crossbar-chip", "fefet",
                                                 "vgg8-cifar");
    double tiles = network(&request).tiles, tight_s, roomy_s;

    request.batch = 64;
    request.pipeline = PIPELINE_LAYERS;
    tight_s = network(&request).latency_s;
    request.tiles = 2 * tiles;
    roomy_s = network(&request).latency_s;
    CU_ASSERT(roomy_s < tight_s);
}

static void attention_runs_in_the_gradient_units(void)
{
    struct crossbar_request request = request_of("crossbar-chip", "fefet", "cct-7-3x1");
    struct crossbar_result r = network(&request);

    CU_ASSERT(r.part_j[CROSSBAR_GRADIENT] > 0);
    CU_ASSERT_EQUAL(r.gradient_subarrays, 256);
}

/* The first layer that multiplies two activations, as the axis `layer` counts. */
static uint64_t attention_layer(const struct mac_layers *layers)
{
    for (size_t i = 0; i < layers->count; i++)
        if (layers->layers[i].streams_weights)
            return layers->number[i];
    CU_FAIL("no layer multiplies activations");
    return 0;
}

/* Q K^T has two operands and no weights: back through it go two products of its size, and
 * nothing is updated. */
static void attention_is_two_products_on_the_way_back(void)
{
    struct crossbar_request request = request_of("crossbar-chip", "fefet", "cct-7-3x1");
    struct crossbar_result forward, both;

    request.layer = attention_layer(request.layers);
    forward = network(&request);
    request.trains = true;
    both = network(&request);
    ASSERT_NEAR(both.part_j[CROSSBAR_GRADIENT], 3 * forward.part_j[CROSSBAR_GRADIENT],
                1e-9);
    ASSERT_NEAR(both.part_s[CROSSBAR_GRADIENT], 3 * forward.part_s[CROSSBAR_GRADIENT],
                1e-9);
    CU_ASSERT(both.phase_s[CROSSBAR_ACTIVATION_GRADIENT] > 0);
    CU_ASSERT_EQUAL(both.phase_s[CROSSBAR_WEIGHT_GRADIENT], 0);
    CU_ASSERT_EQUAL(both.part_j[CROSSBAR_UPDATE], 0);
}

/* ---- records */

static void a_crossbar_of_no_rows_is_refused(void)
{
    static const struct {
        const char *fields, *says;
    } cases[] = {
        { "rows = 0;", "rows is 0, must be in 1..4096" },
        { "columns = 4; adc_columns = 8;",
          "adc_columns is 8, must be at most columns" },
        { "rows = 4; rows_driven = 8;", "rows_driven is 8, must be at most rows" },
        { "activity = 0;", "activity" },
        { "tile_subarrays = 0;", "tile_subarrays" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[400];
        struct library library;
        struct error err;

        snprintf(
            text, sizeof text,
            "machines = ( { name = \"x\"; source = \"none\"; family = \"crossbar\"; %s "
            "dram_bytes_per_s = 1e9; dram_j_per_bit = 1e-12; } );\n",
            cases[i].fields);
        const char *const folders[] = { folder };

        folder_make();
        text_write("machines/x.cfg", text);
        CU_ASSERT_EQUAL(library_read(folders, 1, &library, &err), STATUS_INPUT);
        if (!strstr(err.text, cases[i].says))
            fprintf(stderr, "says: %s\n", err.text);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, cases[i].says));
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "x.cfg:1"));
        library_free(&library);
        folder_remove();
    }
}

SUITE(crossbar, TEST(identical_layers_without_forward_pass_give_n),
      TEST(updates_together_leave_no_gain), TEST(the_forward_pass_halves_the_gain),
      TEST(a_pipeline_is_as_fast_as_its_busiest_layer), TEST(layers_share_one_dram),
      TEST(cells_that_conduct_more_drive_fewer_rows),
      TEST(too_many_rows_at_once_lose_the_read_voltage),
      TEST(off_currents_cost_converter_bits), TEST(more_converter_bits_cost_more),
      TEST(cells_that_cannot_sum_are_infeasible), TEST(parts_and_phases_add_up),
      TEST(phases_by_part_add_up), TEST(conversions_are_counted),
      TEST(layers_add_up_to_the_network), TEST(updates_wear_cells),
      TEST(feedback_alignment_takes_area_for_time),
      TEST(pipelining_shortens_batches_and_not_samples), TEST(groups_share_subarrays),
      TEST(a_network_too_large_for_the_chip_is_infeasible),
      TEST(copies_shorten_the_slowest_layer),
      TEST(attention_runs_in_the_gradient_units),
      TEST(attention_is_two_products_on_the_way_back),
      TEST(a_crossbar_of_no_rows_is_refused));
