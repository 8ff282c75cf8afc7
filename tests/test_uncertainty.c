/* Spreads, samples and sensitivities (src/uncertainty/spread.h). */
#include "array_library.h"
#include "files.h"

#include "columns/crossbar_chip.h"
#include "columns/gpu.h"
#include "columns/mapping.h"
#include "columns/sensitivity.h"
#include "machine/pe_array/pe_array.h"
#include "carbon/carbon.h"
#include "config/sweep.h"
#include "machine/gpu/gpu.h"
#include "machine/gpu/traffic.h"
#include "stage/parameters.h"
#include "stage/stage.h"
#include "stage/visit.h"
#include "base/path.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* The first points of the sequence; dimensions 0 and 1 as in Joe and Kuo's own program. */
static void the_sequence_begins_as_published(void)
{
    static const double first[][2] = { { 0, 0 },         { 0.5, 0.5 },
                                       { 0.25, 0.75 },   { 0.75, 0.25 },
                                       { 0.125, 0.625 }, { 0.625, 0.125 },
                                       { 0.375, 0.375 }, { 0.875, 0.875 } };

    for (size_t i = 0; i < 8; i++)
        for (unsigned d = 0; d < 2; d++)
            CU_ASSERT_EQUAL(sobol(0, i, d), first[i][d]);
}

/* Each of 1024 equal intervals holds one of 1024 points, in every dimension and for every
 * seed: what makes the sequence better than chance. */
static void every_dimension_is_evenly_filled(void)
{
    for (uint64_t seed = 0; seed < 3; seed++)
        for (unsigned d = 0; d < SPREAD_PARAMETERS_MAX; d++) {
            bool seen[1024] = { false };

            for (uint64_t i = 0; i < 1024; i++) {
                size_t cell = (size_t)(sobol(seed, i, d) * 1024);

                CU_ASSERT_FATAL(cell < 1024);
                CU_ASSERT(!seen[cell]);
                seen[cell] = true;
            }
        }
}

static struct spread_parameter parameters[] = {
    { .name = "set_pulse_s", .record = "", .low = 0.5, .high = 2, .shape = SPREAD_LOG },
    { .name = "read_voltage_v", .record = "", .low = 0.9, .high = 1.1 },
};
static const struct spread two = { .parameters = parameters, .parameters_count = 2 };

static void sample_at(struct variant *variant, const struct spread *spread,
                      uint64_t seed, uint64_t sample)
{
    struct change changes[CHANGES_MAX];

    for (size_t p = 0; p < spread->parameters_count; p++)
        changes[p] = (struct change){
            .place = spread_parameter_place(&spread->parameters[p]),
            .is_factor = true,
            .value = spread_factor(spread, seed, sample, p),
        };
    variant_at(variant, changes, spread->parameters_count);
}

static double varied_pulse_s(struct variant *variant, const struct cell *cell)
{
    const struct record *record = &cell->record;

    CU_ASSERT_EQUAL(variant_record(variant, RECORDS_TECHNOLOGY, &record, true, NULL),
                    STATUS_OK);
    return ((const struct cell *)record)->set_pulse_s;
}

static void samples_stay_within_their_spread(void)
{
    struct cell cell = *shipped_cell("stt-mram");
    struct variant variant = { 0 };
    double logs = 0;

    for (uint64_t s = 1; s <= 512; s++) {
        double ratio;

        sample_at(&variant, &two, 7, s);
        ratio = varied_pulse_s(&variant, &cell) / cell.set_pulse_s;
        CU_ASSERT(ratio >= 0.5 && ratio <= 2);
        logs += log(ratio) / 512;
    }
    CU_ASSERT_DOUBLE_EQUAL(logs, 0, 0.01);
    CU_ASSERT_EQUAL(cell.set_pulse_s, shipped_cell("stt-mram")->set_pulse_s);
    sample_at(&variant, &two, 7, 0); /* the record as it is */
    CU_ASSERT_EQUAL(varied_pulse_s(&variant, &cell), cell.set_pulse_s);
    CU_ASSERT_NOT_EQUAL(spread_factor(&two, 7, 5, 0), spread_factor(&two, 8, 5, 0));
    variant_free(&variant);
}

/* y = 3 a + b with a and b uniform: a explains 9 of 10 parts of the variance. */
static void sensitivities_add_up_for_a_sum(void)
{
    enum { SAMPLES = 1024 };
    static struct sample_pair by_a[SAMPLES], by_b[SAMPLES], by_c[SAMPLES];
    uint64_t state = 1;
    double chance = 0;

    for (uint64_t i = 0; i < SAMPLES; i++) {
        double a = sobol(1, i, 0), b = sobol(1, i, 1), y = 3 * a + b;

        by_a[i] = (struct sample_pair){ a, y };
        by_b[i] = (struct sample_pair){ b, y };
        by_c[i] = (struct sample_pair){ sobol(1, i, 2), y };
    }
    CU_ASSERT_DOUBLE_EQUAL(first_order(by_a, SAMPLES, 16), 0.9, 0.01);
    CU_ASSERT_DOUBLE_EQUAL(first_order(by_b, SAMPLES, 16), 0.1, 0.01);
    CU_ASSERT_DOUBLE_EQUAL(first_order(by_c, SAMPLES, 16), 0, 0.02);
    CU_ASSERT(isnan(first_order(by_a, 32, 16)));
    for (uint64_t i = 0; i < SAMPLES; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        by_c[i] = (struct sample_pair){ sobol(1, i, 2), (double)(state >> 40) };
    }
    for (uint64_t i = 0; i < SAMPLES; i += 128) /* chance alone */
        chance += first_order(&by_c[i], 128, first_order_bins(128)) / 8;
    CU_ASSERT(chance > 0 && chance < 2 * 4 / 127.0);
    for (uint64_t i = 0; i < SAMPLES; i++)
        by_a[i].y = 1;
    CU_ASSERT(isnan(first_order(by_a, SAMPLES, 16)));
}

/* ---- paths */

static void every_table_but_spreads_has_a_kind(void)
{
    for (int table = 0; table < RECORDS_COUNT; table++)
        if (table != RECORDS_SPREAD)
            CU_ASSERT_STRING_EQUAL(word_name(spread_kinds, table),
                                   record_table_schemas[table]->kind);
}

/* Every number and count of every kind of record, lists of lists included, by its path. */
static size_t paths_walk(const struct schema *schema, const char *before,
                         void (*use)(const char *path, void *context), void *context)
{
    size_t paths = 0;

    for (size_t f = 0; f < schema->field_count; f++) {
        const struct field *field = &schema->fields[f];
        char path[200];

        snprintf(path, sizeof path, "%s%s", before, field->name);
        if (field->kind == KIND_NUMBER || field->kind == KIND_COUNT) {
            use(path, context);
            paths++;
        } else if (field->kind == KIND_LIST) {
            strcat(path, ".");
            paths += paths_walk(field->element, path, use, context);
        }
    }
    return paths;
}

static void path_is_accepted(const char *path, void *context)
{
    const struct field *field;
    struct error err;

    CU_ASSERT_EQUAL_FATAL(path_find_number(context, path, &field, &err), STATUS_OK);
}

static void any_number_of_any_record_may_vary(void)
{
    size_t paths = 0;

    for (int table = 0; table < RECORDS_COUNT; table++)
        if (table != RECORDS_SPREAD) {
            const struct schema *all = record_table_schemas[table];

            for (size_t f = 0; f < (all->families ? all->family_count : 1); f++) {
                const void *schema = all->families ? all->families[f] : all;

                paths += paths_walk(schema, "", path_is_accepted,
                                    (void *)(uintptr_t)schema);
            }
        }
    CU_ASSERT(paths > 250);
}

struct scaling_try {
    const struct schema *schema;
    const struct record *record;
    void *copy;
};

/* Twice, then by half: the record again, for all numbers that have room for it. */
static void path_scales_back(const char *path, void *context)
{
    struct scaling_try *try = context;

    if (path_scale(try->schema, try->copy, path, 2, NULL) == STATUS_OK) {
        CU_ASSERT_EQUAL(path_scale(try->schema, try->copy, path, 0.5, NULL), STATUS_OK);
    } else { /* out of range: the copy is spoilt */
        record_copy_free(try->schema, try->copy);
        record_copy(try->schema, try->record, try->copy);
    }
}

static void shipped_records_can_be_scaled_everywhere(void)
{
    const struct library *library = shipped_library();

    for (int id = 0; id < RECORDS_COUNT; id++) {
        const struct record_table *table = &library->tables[id];

        for (size_t r = 0; r < table->count && id != RECORDS_SPREAD; r++) {
            struct scaling_try try = { table->schema, table->records[r],
                                       malloc(table->schema->size) };
            struct error err;

            record_copy(try.schema, try.record, try.copy);
            paths_walk(try.schema, "", path_scales_back, &try);
            CU_ASSERT(!table->schema->finish ||
                      table->schema->finish(try.copy, &err) == STATUS_OK);
            record_copy_free(try.schema, try.copy);
            free(try.copy);
        }
    }
}

static void a_key_chooses_elements(void)
{
    const struct pe_array *eyeriss = (const struct pe_array *)library_find(
        shipped_library(), RECORDS_MACHINE, "xr-eyeriss");
    const struct fab *act = (const struct fab *)library_find(shipped_library(),
                                                             RECORDS_FAB, "act");
    struct pe_array chip;
    struct fab fab;

    record_copy(&row_stationary_schema, eyeriss, &chip);
    CU_ASSERT_EQUAL(
        path_scale(&row_stationary_schema, &chip, "levels[pe-weight].read_j", 3, NULL),
        STATUS_OK);
    for (size_t l = 0; l < chip.levels_count; l++)
        ASSERT_NEAR(chip.levels[l].read_j,
                    eyeriss->levels[l].read_j *
                        (chip.levels[l].level == LEVEL_PE_WEIGHT ? 3 : 1),
                    1e-15);
    record_copy_free(&row_stationary_schema, &chip);
    record_copy(&fab_schema, act, &fab);
    CU_ASSERT_EQUAL(
        path_scale(&fab_schema, &fab, "nodes[28 nm].energy_j_per_m2", 0.5, NULL),
        STATUS_OK);
    for (size_t n = 0; n < fab.nodes_count; n++)
        ASSERT_NEAR(fab.nodes[n].energy_j_per_m2,
                    act->nodes[n].energy_j_per_m2 *
                        (fabs(fab.nodes[n].node_m - 28e-9) < 1e-12 ? 0.5 : 1),
                    1e-15);
    record_copy_free(&fab_schema, &fab);
}

static void a_value_out_of_range_leaves_the_record(void)
{
    const struct record *eyeriss = library_find(shipped_library(), RECORDS_MACHINE,
                                                "xr-eyeriss");
    struct pe_array chip;
    struct error err;
    uint64_t rows;

    record_copy(&row_stationary_schema, eyeriss, &chip);
    rows = chip.pe_rows;
    CU_ASSERT_NOT_EQUAL(
        path_scale(&row_stationary_schema, &chip, "pe_rows", 1e30, &err), STATUS_OK);
    CU_ASSERT_NOT_EQUAL(path_set(&row_stationary_schema, &chip, "pe_rows", 1e30, &err),
                        STATUS_OK);
    CU_ASSERT_EQUAL(chip.pe_rows, rows);
    record_copy_free(&row_stationary_schema, &chip);
}

static void a_wrong_path_says_what_would_be_right(void)
{
    static const struct {
        const struct schema *schema;
        const char *path, *words;
    } cases[] = {
        { &cell_schema, "colour", "has no field 'colour'" },
        { &cell_schema, "kind", "is not a number" },
        { &cell_schema, "area_f2.x", "is not a list" },
        { &cell_schema, "area_f2[1]", "is not a list" },
        { &node_schema, "points", "must name one of its numbers" },
        { &node_schema, "points.colour", "a point has no field" },
        { &row_stationary_schema, "levels[l9].read_j", "the key must be" },
        { &row_stationary_schema, "levels[pe-input.read_j", "must end with ']'" },
        { &fab_schema, "nodes[28 kg].energy_j_per_m2", "nodes[28 kg]" },
        { &cell_schema, "", "has no field ''" },
    };

    for (size_t i = 0; i < FIELD_COUNT_OF(cases); i++) {
        struct error err = { "" };
        const struct field *field;

        CU_ASSERT_EQUAL(path_find_number(cases[i].schema, cases[i].path, &field, &err),
                        STATUS_INPUT);
        if (!strstr(err.text, cases[i].words))
            printf("\n'%s': %s\n", cases[i].path, err.text);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, cases[i].words));
    }
}

/* A spread that makes an impossible record: an infeasible sample, not a wrong number. */
static void an_impossible_sample_is_infeasible(void)
{
    struct spread_parameter swap[] = {
        { .name = "resistance_off_ohm", .record = "", .low = 0.01, .high = 0.01 },
        { .name = "resistance_off_read_ohm", .record = "", .low = 0.01, .high = 0.01 },
    };
    const struct spread spread = { .parameters = swap, .parameters_count = 2 };
    const struct record *record = &shipped_cell("stt-mram")->record;
    struct variant variant = { 0 };
    struct error reason = { "" };

    sample_at(&variant, &spread, 1, 1);
    CU_ASSERT_EQUAL(
        variant_record(&variant, RECORDS_TECHNOLOGY, &record, true, &reason),
        STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(reason.text, "technology stt-mram as varied"));
    variant_free(&variant);
}

/* ---- stages */

static const char system_axes[] =
    "technology = [ \"sram\", \"stt-mram\" ]; node = \"16 nm\"; line = \"128 B\";"
    "machine = \"gtx-1080-ti\"; workload = \"squeezenet\"; batch = 4;";

static void sweep_make(const char *text, struct sweep *sweep)
{
    struct error err;

    folder_make();
    if (sweep_read(text_write("sweep.cfg", text), shipped_library(), sweep, &err) !=
        STATUS_OK) {
        printf("\n%s\n", err.text);
        CU_FAIL_FATAL("sweep");
    }
    folder_remove();
}

/* carbon-factors speaks of grids, fabs and devices: caches are the same in all samples. */
static void only_what_reads_a_varied_record_is_sampled(void)
{
    const axis_mask sample = AXIS_BIT(sample);
    struct sweep sweep;
    char text[1000];

    snprintf(text, sizeof text,
             "stages = [ \"sensitivity\" ]; objective = \"carbon_kg\"; samples = 8; "
             "axes = { %s spread = \"carbon-factors\"; device = \"nothing\"; fab = "
             "\"act\"; fab_grid = \"taiwan\"; grid = \"europe\"; };",
             system_axes);
    sweep_make(text, &sweep);
    CU_ASSERT(!(stage_axes(&sweep, STAGE_ARRAY) & sample));
    CU_ASSERT(!(stage_axes(&sweep, STAGE_GPU) & sample));
    CU_ASSERT((stage_axes(&sweep, STAGE_FOOTPRINT) & sample) != 0);
    CU_ASSERT((stage_axes(&sweep, STAGE_CARBON) & sample) != 0);
    CU_ASSERT(!(stage_axes(&sweep, STAGE_SENSITIVITY) & sample));
    CU_ASSERT_STRING_EQUAL(objective_metric(&sweep)->units, "kg");
    sweep_free(&sweep);
}

static double varied_system_j(const char *parameter, const char *of, double factor)
{
    struct spread_parameter one = {
        .name = parameter, .record = "", .low = factor, .high = factor
    };
    const struct spread spread = { .record = { .name = "one" },
                                   .parameters = &one,
                                   .parameters_count = 1 };
    struct sweep sweep;
    struct study study;
    struct error err;
    char text[1000];
    double energy_j;

    one.of = word_find(spread_kinds, of)->value;
    snprintf(text, sizeof text,
             "stages = [ \"gpu\" ]; axes = { %s spread = \"device-30\"; sample = 1; };",
             system_axes);
    sweep_make(text, &sweep);
    sweep.space.axes[AXIS_spread].values[0].record = &spread.record;
    CU_ASSERT_EQUAL_FATAL(study_init(&study, &sweep, shipped_library(), &err),
                          STATUS_OK);
    study_evaluate(&study, &err);
    energy_j = gpu_columns(&study.results[STAGE_GPU]).energy_j[1];
    study_free(&study);
    sweep_free(&sweep);
    return energy_j;
}

/* A factor on DRAM energy moves the whole by DRAM's share; factors on the node and the
 * workload reach the cache and the traffic. */
static void factors_reach_every_stage(void)
{
    double plain_j = varied_system_j("area_f2", "technology", 1);
    double dram_j = varied_system_j("dram_read_j_per_bit", "machine", 2) - plain_j;

    CU_ASSERT(dram_j > 0);
    ASSERT_NEAR(varied_system_j("dram_read_j_per_bit", "machine", 3),
                plain_j + 2 * dram_j, 1e-12);
    CU_ASSERT(varied_system_j("points.ioff_n_a_per_m", "node", 2) > plain_j);
    CU_ASSERT(varied_system_j("layers.outputs", "workload", 1) == plain_j);
    CU_ASSERT(varied_system_j("set_energy_j", "technology", 2) > plain_j);
}

/* Multiply-accumulates of a network whose layers have `factor` times the outputs, as a
 * systolic array and a crossbar chip count them. */
static void varied_macs(double factor, double macs[2])
{
    struct spread_parameter one = { .name = "layers.outputs",
                                    .record = "",
                                    .of = RECORDS_WORKLOAD,
                                    .low = factor,
                                    .high = factor };
    const struct spread spread = { .record = { .name = "one" },
                                   .parameters = &one,
                                   .parameters_count = 1 };
    struct sweep sweep;
    struct study study;
    struct error err;

    sweep_make("stages = [ \"mapping\", \"crossbar_chip\" ]; axes = { workload = "
               "\"vgg8-cifar\"; machine = [ \"systolic-32\", "
               "\"crossbar-chip\" ]; technology = \"fefet\"; node = \"22 nm\"; "
               "precision = 8; spread = \"device-30\"; sample = 1; };",
               &sweep);
    sweep.space.axes[AXIS_spread].values[0].record = &spread.record;
    CU_ASSERT_EQUAL_FATAL(study_init(&study, &sweep, shipped_library(), &err),
                          STATUS_OK);
    study_evaluate(&study, &err);
    macs[0] = mapping_columns(&study.results[STAGE_MAPPING]).layer_macs[0];
    macs[1] = crossbar_chip_columns(&study.results[STAGE_CROSSBAR_CHIP]).macs[0];
    study_free(&study);
    sweep_free(&sweep);
}

/* A varied network is the same one to every machine. */
static void factors_of_a_network_reach_all_machines(void)
{
    double plain[2], wider[2];

    varied_macs(1, plain);
    varied_macs(2, wider);
    CU_ASSERT_EQUAL(plain[0], 615917568.0);
    CU_ASSERT_EQUAL(plain[1], plain[0]);
    CU_ASSERT_EQUAL(wider[1], wider[0]);
    CU_ASSERT(wider[0] > 2 * plain[0] && wider[0] < 4 * plain[0]);
}

/* What a stage says it does not read changes nothing in it. */
static void stages_ignore_what_they_say(void)
{
    static const char *const unread[] = {
        "dram_read_j_per_bit", "dram_latency_s", "dram_parallelism",
        "dram_background_w",   "mac_j",          "idle_w"
    };
    const struct gpu *gpu = (const struct gpu *)library_find(
        shipped_library(), RECORDS_MACHINE, "gtx-1080-ti");
    static struct reuse_curve plain, other;
    const struct workload *net = (const struct workload *)library_find(
        shipped_library(), RECORDS_WORKLOAD, "squeezenet");

    CU_ASSERT_EQUAL(
        reuse_evaluate(gpu, net, PHASE_INFERENCE, 1, 32, 0, 0.05, &plain, NULL),
        STATUS_OK);
    for (size_t i = 0; i < FIELD_COUNT_OF(unread); i++) {
        const struct place one = { .of = RECORDS_MACHINE,
                                   .record = "",
                                   .path = unread[i] };
        struct gpu varied = *gpu;

        CU_ASSERT(!stage_reads(STAGE_REUSE, &one));
        CU_ASSERT(stage_reads(STAGE_GPU, &one));
        path_scale(&gpu_schema, &varied, unread[i], 2, NULL);
        memset(&other, 0, sizeof other);
        reuse_evaluate(&varied, net, PHASE_INFERENCE, 1, 32, 0, 0.05, &other, NULL);
        CU_ASSERT_EQUAL(memcmp(&plain, &other, sizeof plain), 0);
    }
}

/* Sensitivities where capacities are found by area, anew in each sample. */
static void sensitivity_works_at_equal_area(void)
{
    struct sweep sweep;
    struct study study;
    struct error err;
    char text[1000];

    snprintf(
        text, sizeof text,
        "stages = [ \"sensitivity\" ]; samples = 64; axes = { %s spread = "
        "\"device-30\"; capacity = { iso_area_of = \"sram\"; baseline = [ \"256 KiB\" "
        "]; step = \"16 KiB\"; }; };",
        system_axes);
    sweep_make(text, &sweep);
    CU_ASSERT_EQUAL_FATAL(study_init(&study, &sweep, shipped_library(), &err),
                          STATUS_OK);
    study_evaluate(&study, &err);
    CU_ASSERT_EQUAL(study.grids[STAGE_SENSITIVITY].points, 2);
    for (int i = 0; i < 2; i++) {
        const struct sensitivity_columns s = sensitivity_columns(
            &study.results[STAGE_SENSITIVITY]);

        CU_ASSERT_EQUAL(study.statuses[STAGE_SENSITIVITY][i], POINT_DONE);
        CU_ASSERT_EQUAL(s.samples_done[i], 64);
        CU_ASSERT(s.objective_5[i] < s.objective_50[i] &&
                  s.objective_50[i] < s.objective_95[i]);
    }
    ASSERT_NEAR(sensitivity_columns(&study.results[STAGE_SENSITIVITY]).win_share[0] +
                    sensitivity_columns(&study.results[STAGE_SENSITIVITY]).win_share[1],
                1.0, 1e-12);
    study_free(&study);
    sweep_free(&sweep);
}

/* A device of nothing has no share of embodied carbon, in no sample. */
static void an_objective_that_no_sample_has_is_infeasible(void)
{
    struct sweep sweep;
    struct study study;
    struct error err;

    sweep_make("stages = [ \"sensitivity\" ]; objective = \"device_embodied_share\"; "
               "samples = 8; axes = { device = [ \"nothing\", \"fairphone-3\" ]; fab = "
               "\"act\"; fab_grid = \"taiwan\"; grid = \"europe\"; spread = "
               "\"carbon-factors\"; };",
               &sweep);
    CU_ASSERT_EQUAL_FATAL(study_init(&study, &sweep, shipped_library(), &err),
                          STATUS_OK);
    study_evaluate(&study, &err);
    CU_ASSERT_EQUAL(study.statuses[STAGE_SENSITIVITY][0], POINT_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "no sample has a value of"));
    CU_ASSERT_EQUAL(study.statuses[STAGE_SENSITIVITY][1], POINT_DONE);
    study_free(&study);
    sweep_free(&sweep);
}

static void a_spread_of_nothing_known_is_refused(void)
{
    struct spread_parameter wrong[] = {
        { .name = "colour", .record = "", .low = 1, .high = 1 }
    };
    struct spread spread = { .parameters = wrong, .parameters_count = 1 };
    struct error err;

    CU_ASSERT_EQUAL(spread_schema.finish(&spread, &err), STATUS_INPUT);
    wrong[0] = (struct spread_parameter){
        .name = "area_f2", .record = "", .low = 2, .high = 1
    };
    CU_ASSERT_EQUAL(spread_schema.finish(&spread, &err), STATUS_INPUT);
    wrong[0].high = 3;
    CU_ASSERT_EQUAL(spread_schema.finish(&spread, &err), STATUS_OK);
}

SUITE(uncertainty, TEST(the_sequence_begins_as_published),
      TEST(every_dimension_is_evenly_filled), TEST(samples_stay_within_their_spread),
      TEST(sensitivities_add_up_for_a_sum), TEST(every_table_but_spreads_has_a_kind),
      TEST(any_number_of_any_record_may_vary),
      TEST(shipped_records_can_be_scaled_everywhere), TEST(a_key_chooses_elements),
      TEST(a_value_out_of_range_leaves_the_record),
      TEST(a_wrong_path_says_what_would_be_right),
      TEST(an_impossible_sample_is_infeasible),
      TEST(only_what_reads_a_varied_record_is_sampled), TEST(factors_reach_every_stage),
      TEST(factors_of_a_network_reach_all_machines), TEST(stages_ignore_what_they_say),
      TEST(sensitivity_works_at_equal_area),
      TEST(an_objective_that_no_sample_has_is_infeasible),
      TEST(a_spread_of_nothing_known_is_refused));
