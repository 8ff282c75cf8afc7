#include "small_library.h"
#include "unit.h"

#include "stage/stage.h"

#include <stdio.h>
#include <string.h>

#define AXES_OF(text) "axes = { " text " };"

static void a_sweep_is_what_its_file_says(void)
{
    static const char text[] =
        "\xef\xbb\xbf# which one?\r\n"
        "title = \"a test\"; stages = [ \"array\", \"gpu\" ];\n"
        "axes = { technology = [ \"stt-mram\", \"sram\" ]; workload = \"all\";\n"
        "  capacity = { from = \"1 MiB\"; to = \"5 MiB\"; factor = 2; };\n"
        "  temperature = ( \"25 C\", 358.15 ); node_m = \"7 nm\"; associativity = [ 8 "
        "]; };\n"
        "exclude = ( { technology = \"sram\"; capacity = ( \"2 MiB\", 4194304 ); } );\n"
        "options = { durability = \"power\"; seed = 5000000000L; max_error = \"5 %\"; "
        "};\n";
    static const char *const names[] = { "technology", "workload", "capacity_bytes",
                                         "temperature_k", "associativity" };
    static const uint64_t counts[] = { 2, 2, 3, 2, 1 };
    struct sweep sweep;
    struct error err;
    const struct space *space = &sweep.space;

    folder_make();
    if (sweep_from(text, &sweep, &err) != STATUS_OK)
        fprintf(stderr, "\n%s\n", err.text);
    CU_ASSERT_STRING_EQUAL_FATAL(err.text, "");
    CU_ASSERT_STRING_EQUAL(sweep.title, "a test");
    CU_ASSERT_STRING_EQUAL(sweep.text, text);
    CU_ASSERT_EQUAL(sweep.stages, STAGE_BIT(STAGE_ARRAY) | STAGE_BIT(STAGE_GPU));
    CU_ASSERT_EQUAL(sweep.durability, DURABILITY_POWER);
    CU_ASSERT_EQUAL(sweep.seed, 5000000000u);
    ASSERT_NEAR(sweep.max_error, 0.05, 1e-12);
    CU_ASSERT_EQUAL_FATAL(space->dimension_count, 5);
    for (size_t i = 0; i < 5; i++) {
        CU_ASSERT_STRING_EQUAL(space->dimensions[i].name, names[i]);
        CU_ASSERT_EQUAL(space->dimensions[i].count, counts[i]);
    }
    CU_ASSERT_PTR_EQUAL(space->axes[AXIS_technology].values[0].record,
                        &technologies[3]);
    CU_ASSERT_PTR_EQUAL(space->axes[AXIS_workload].values[1].record, &workloads[1]);
    CU_ASSERT_EQUAL(space->axes[AXIS_capacity_bytes].values[2].count, 4 << 20);
    ASSERT_NEAR(space->axes[AXIS_temperature_k].values[0].number, 298.15, 1e-12);
    CU_ASSERT(!space->axes[AXIS_node_m].is_dimension &&
              space->axes[AXIS_node_m].is_given);
    ASSERT_NEAR(space->axes[AXIS_node_m].values[0].number, 7e-9, 1e-12);
    CU_ASSERT(!space->axes[AXIS_batch].is_given);
    CU_ASSERT_EQUAL(space->axes[AXIS_batch].values[0].count, 1);
    CU_ASSERT_EQUAL_FATAL(space->exclusion_count, 1);
    CU_ASSERT_EQUAL(space->exclusions[0].axes,
                    AXIS_BIT(technology) | AXIS_BIT(capacity_bytes));
    CU_ASSERT_EQUAL(space->exclusions[0].counts[AXIS_capacity_bytes], 2);
    sweep_free(&sweep);
    folder_remove();
}

static void ranges_have_the_values_one_expects(void)
{
    static const struct {
        const char *text;
        enum axis_id axis;
        size_t count;
        double values[6];
    } cases[] = {
        { "batch = { from = 1; to = 10; step = 3; };", AXIS_batch, 4, { 1, 4, 7, 10 } },
        { "batch = { from = 1; to = 9; step = 3; };", AXIS_batch, 3, { 1, 4, 7 } },
        { "batch = { from = 5; to = 5; step = 3; };", AXIS_batch, 1, { 5 } },
        { "batch = { from = 3; to = 50; factor = 2; };",
          AXIS_batch,
          5,
          { 3, 6, 12, 24, 48 } },
        { "batch = { from = 1; to = 1000; factor = 10; };",
          AXIS_batch,
          4,
          { 1, 10, 100, 1000 } },
        { "batch = { from = 2; to = 10; factor = 1.5; };",
          AXIS_batch,
          4,
          { 2, 3, 5, 7 } },
        { "temperature = { from = \"25 C\"; to = \"85 C\"; step = \"20 C\"; };",
          AXIS_temperature_k,
          4,
          { 298.15, 318.15, 338.15, 358.15 } },
        { "temperature = { from = 300; to = 300.3; step = 0.1; };",
          AXIS_temperature_k,
          4,
          { 300, 300.1, 300.2, 300.3 } },
        { "temperature = { from = 300; to = 400; points = 3; };",
          AXIS_temperature_k,
          3,
          { 300, 350, 400 } },
        { "node = { from = \"4 nm\"; to = \"64 nm\"; points = 5; scale = \"log\"; };",
          AXIS_node_m,
          5,
          { 4e-9, 8e-9, 16e-9, 32e-9, 64e-9 } },
        { "capacity = { from = \"1 MiB\"; to = \"3 MiB\"; step = \"1 MiB\"; };",
          AXIS_capacity_bytes,
          3,
          { 1 << 20, 2 << 20, 3 << 20 } },
    };

    folder_make();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sweep sweep;
        struct error err;
        char text[200];
        const struct axis *axis = &sweep.space.axes[cases[i].axis];

        snprintf(text, sizeof text, "axes = { %s };", cases[i].text);
        CU_ASSERT_EQUAL_FATAL(sweep_from(text, &sweep, &err), STATUS_OK);
        CU_ASSERT(axis->is_dimension);
        CU_ASSERT_EQUAL_FATAL(axis->count, cases[i].count);
        for (size_t v = 0; v < axis->count; v++)
            ASSERT_NEAR(axis_specs[cases[i].axis].kind == AXIS_COUNT
                            ? (double)axis->values[v].count
                            : axis->values[v].number,
                        cases[i].values[v], 1e-12);
        sweep_free(&sweep);
    }
    folder_remove();
}

static void zipped_axes_share_the_dimension_of_the_first(void)
{
    struct sweep sweep;
    struct error err;
    const struct dimension *dimension = sweep.space.dimensions;

    folder_make();
    CU_ASSERT_EQUAL_FATAL(sweep_from(AXES_OF("batch = [ 4, 64, 64 ]; technology = [ "
                                             "\"sram\", \"edram\" ];"
                                             "phase = [ \"inference\", \"training\", "
                                             "\"inference\" ];") "zip = ( [ \"phase\", "
                                                                 "\"batch\" ] );",
                                     &sweep, &err),
                          STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(sweep.space.dimension_count, 2);
    CU_ASSERT_STRING_EQUAL(dimension[0].name, "technology");
    CU_ASSERT_STRING_EQUAL(dimension[1].name, "phase");
    CU_ASSERT_EQUAL(dimension[1].count, 3);
    CU_ASSERT_EQUAL_FATAL(dimension[1].axis_count, 2);
    CU_ASSERT_EQUAL(dimension[1].axes[0], AXIS_phase);
    CU_ASSERT_EQUAL(dimension[1].axes[1], AXIS_batch);
    sweep_free(&sweep);
    folder_remove();
}

static void iso_area_capacities_are_the_baselines(void)
{
    struct sweep sweep;
    struct error err;

    folder_make();
    CU_ASSERT_EQUAL_FATAL(
        sweep_from(AXES_OF("capacity = { iso_area_of = \"sram\"; baseline "
                           "= [ \"3 MiB\", \"6 MiB\" ]; };"),
                   &sweep, &err),
        STATUS_OK);
    CU_ASSERT_PTR_EQUAL(sweep.space.iso_area.baseline, &technologies[2]);
    CU_ASSERT_EQUAL(sweep.space.iso_area.step_bytes, 1 << 20);
    CU_ASSERT_EQUAL(sweep.space.dimensions[0].count, 2);
    sweep_free(&sweep);
    folder_remove();
}

static const char sampled[] =
    "axes = { technology = \"all\"; batch = { from = 1; to = 4; }; line = 64;\n"
    "  capacity = { from = \"1 MiB\"; to = \"1 GiB\"; scale = \"log\"; };\n"
    "  temperature = { from = 300; to = 400; };\n"
    "  phase = [ \"inference\", \"training\" ]; precision = [ 8, 16 ]; };\n"
    "zip = ( [ \"phase\", \"precision\" ] );\n"
    "sample = { count = 20000; seed = %d; };\n";

static void samples_cover_their_axes_evenly(void)
{
    struct sweep sweep;
    struct error err;
    char text[600];
    double mean_k = 0, below = 0, batches[5] = { 0 };
    uint64_t n;

    folder_make();
    snprintf(text, sizeof text, sampled, 7);
    CU_ASSERT_EQUAL_FATAL(sweep_from(text, &sweep, &err), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(sweep.space.dimension_count, 1);
    CU_ASSERT_STRING_EQUAL(sweep.space.dimensions[0].name, "point");
    CU_ASSERT_EQUAL(sweep.space.dimensions[0].axis_count, 6);
    n = sweep.space.dimensions[0].count;
    CU_ASSERT_EQUAL_FATAL(n, 20000);
    CU_ASSERT(!sweep.space.axes[AXIS_line_bytes].is_dimension);
    for (uint64_t i = 0; i < n; i++) {
        const struct axis *axes = sweep.space.axes;
        uint64_t batch = axes[AXIS_batch].values[i].count;
        bool is_first = axes[AXIS_precision_bits].values[i].count == 8;

        CU_ASSERT_FATAL(batch >= 1 && batch <= 4);
        batches[batch]++;
        mean_k += axes[AXIS_temperature_k].values[i].number / (double)n;
        below += axes[AXIS_capacity_bytes].values[i].count < 32 << 20;
        CU_ASSERT_EQUAL(axes[AXIS_phase].values[i].word ==
                            axes[AXIS_phase].values[0].word,
                        is_first == (axes[AXIS_precision_bits].values[0].count == 8));
    }
    /* five standard deviations of the mean, of the shares of 1/4 and of 1/2 */
    CU_ASSERT(mean_k > 348.9 && mean_k < 351.1);
    for (int b = 1; b <= 4; b++)
        CU_ASSERT(batches[b] > 4690 && batches[b] < 5310);
    CU_ASSERT(below > 9645 && below < 10355); /* log-uniform: half below 32 MiB */
    sweep_free(&sweep);
    folder_remove();
}

static void a_seed_always_gives_the_same_sample(void)
{
    struct sweep first, second, other;
    struct error err;
    char text[600];
    size_t size = 20000 * sizeof(union axis_value);

    folder_make();
    snprintf(text, sizeof text, sampled, 7);
    CU_ASSERT_EQUAL_FATAL(sweep_from(text, &first, &err), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(sweep_from(text, &second, &err), STATUS_OK);
    snprintf(text, sizeof text, sampled, 8);
    CU_ASSERT_EQUAL_FATAL(sweep_from(text, &other, &err), STATUS_OK);
#define VALUES(sweep) sweep.space.axes[AXIS_temperature_k].values
    CU_ASSERT_EQUAL(memcmp(VALUES(first), VALUES(second), size), 0);
    CU_ASSERT_NOT_EQUAL(memcmp(VALUES(first), VALUES(other), size), 0);
#undef VALUES
    sweep_free(&first);
    sweep_free(&second);
    sweep_free(&other);
    folder_remove();
}

/* What tables show can be given to --where and to settings. */
static void labels_read_back_as_their_values(void)
{
    static const struct {
        const char *setting, *label;
        enum axis_id axis;
    } cases[] = {
        { "technology=6t", "sram", AXIS_technology },
        { "node=16e-9", "16 nm", AXIS_node_m },
        { "capacity=3145728", "3 MiB", AXIS_capacity_bytes },
        { "capacity=1536", "1.5 KiB", AXIS_capacity_bytes },
        { "temperature=358.15", "85 C", AXIS_temperature_k },
        { "phase=training", "training", AXIS_phase },
        { "batch=64", "64", AXIS_batch },
        { "lifetime=100", "100 s", AXIS_lifetime_s },
    };
    struct library library = library_make();

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *setting = cases[i].setting;
        enum axis_id axis = cases[i].axis;
        union axis_value value;
        struct sweep sweep;
        struct error err;
        char label[80];

        CU_ASSERT_EQUAL_FATAL(sweep_from_settings(&setting, 1, &library, &sweep, &err),
                              STATUS_OK);
        axis_value_format(&axis_specs[axis], sweep.space.axes[axis].values[0], label,
                          sizeof label);
        CU_ASSERT_STRING_EQUAL(label, cases[i].label);
        CU_ASSERT_EQUAL(
            axis_value_parse(&library, &axis_specs[axis], label, &value, &err),
            STATUS_OK);
        CU_ASSERT(axis_values_equal(&axis_specs[axis], value,
                                    sweep.space.axes[axis].values[0]));
        sweep_free(&sweep);
    }
}

static void settings_make_a_sweep(void)
{
    static const char *const settings[] = { "technology=sram", "capacity=3 MiB",
                                            "workload=vgg16,alexnet" };
    struct library library = library_make();
    struct sweep sweep;
    struct error err;

    CU_ASSERT_EQUAL_FATAL(sweep_from_settings(settings, 3, &library, &sweep, &err),
                          STATUS_OK);
    CU_ASSERT_EQUAL(sweep.space.dimension_count, 1);
    CU_ASSERT_EQUAL(sweep.space.dimensions[0].count, 2);
    CU_ASSERT_PTR_EQUAL(sweep.space.axes[AXIS_workload].values[0].record,
                        &workloads[1]);
    CU_ASSERT_EQUAL(sweep.space.axes[AXIS_capacity_bytes].values[0].count, 3 << 20);
    CU_ASSERT_STRING_EQUAL(sweep.text,
                           "technology=sram\ncapacity=3 MiB\nworkload=vgg16,alexnet\n");
    sweep_free(&sweep);
}

static void bad_settings_are_refused(void)
{
    static const struct {
        const char *first, *second, *words;
    } cases[] = {
        { "technology", "", "setting 'technology' must be axis=value" },
        { "tecnology=sram", "", "did you mean 'technology'?" },
        { "technology=srma", "", "did you mean 'sram'?" },
        { "technology=", "", "no technology named ''" },
        { "technology=sram,", "", "no technology named ''" },
        { "technology=sram,sram", "", "has a value twice" },
        { "technology=sram", "technology=edram", "gives an axis a second time" },
        { "batch=all", "", "is 'all', must be a number" },
        { "batch=0", "", "must be in" },
    };
    struct library library = library_make();

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *settings[] = { cases[i].first, cases[i].second };
        struct sweep sweep;
        struct error err = { "" };

        CU_ASSERT_EQUAL(sweep_from_settings(settings, *cases[i].second ? 2 : 1,
                                            &library, &sweep, &err),
                        STATUS_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, cases[i].words));
        if (!strstr(err.text, cases[i].words))
            fprintf(stderr, "\n'%s' says '%s'\n", cases[i].first, err.text);
        sweep_free(&sweep);
    }
}

SUITE(sweep, TEST(a_sweep_is_what_its_file_says),
      TEST(ranges_have_the_values_one_expects),
      TEST(zipped_axes_share_the_dimension_of_the_first),
      TEST(iso_area_capacities_are_the_baselines),
      TEST(samples_cover_their_axes_evenly), TEST(a_seed_always_gives_the_same_sample),
      TEST(labels_read_back_as_their_values), TEST(settings_make_a_sweep),
      TEST(bad_settings_are_refused));
