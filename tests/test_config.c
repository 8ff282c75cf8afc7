#include "small_library.h"
#include "unit.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is wrong with a text must be said in these words. */
static void assert_said(const char *text, const char *words)
{
    struct sweep sweep;
    struct error err;
    enum status status = sweep_from(text, &sweep, &err);

    if (status != STATUS_INPUT || !strstr(err.text, words) || strchr(err.text, '\n')) {
        char message[2048];

        snprintf(message, sizeof message, "'%.200s' says '%s', not '%s'", text,
                 err.text, words);
        CU_FAIL("the message is another");
        fprintf(stderr, "\n%s\n", message);
    }
    CU_ASSERT(status == STATUS_INPUT);
    sweep_free(&sweep);
}

#define AXES_OF(text) "axes = { " text " };"
#define ONE "axes = { technology = \"sram\"; };\n"

static void bad_sweeps_say_where_and_what_would_be_right(void)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        /* the file as a whole */
        { "", "sweep.cfg:1: has no axes, must have axes" },
        { "# nothing\n", "has no axes" },
        { "axes = {};", "axes is empty" },
        { "axes = 3;", "axes is 3, must be a group" },
        { "axis = { technology = \"sram\"; };", "did you mean 'axes'?" },
        { ONE "foo = 1;",
          ":2: unknown key 'foo' in a sweep file, must be one of title" },
        { ONE "tilte = \"x\";", "did you mean 'title'?" },
        { ONE "title = 3;", "title is 3, must be a text in quotes" },
        { ONE "title = \"\";", "title is an empty text" },
        { "axes = { technology = \"sram\"; technology = \"sram\"; };", "given twice" },
        { ONE ONE, ":2: this name is given twice" },
        { "axes = { technology = \"sram\"", ":1: this '{' is never closed" },
        { "\naxes = { technology = \"sram };", ":2: this text is never closed" },
        { "title = \"a\naxes = { technology = \"sram\"; };\n",
          ":1: this text is never" },
        { "axes = [ 1 };", "'}' cannot close the '[' of line 1" },
        { "axes = { };\n}", ":2: '}' closes nothing" },
        { "/* axes", "this comment is never closed" },
        { "@include \"other.cfg\"\n", "@include is not supported" },
        { "axes = { technology = sram; };", "'sram' must be in quotes" },
        { "axes = { node = 16 nm; };", "'nm' after a number" },
        { "axes = { node = 16nm; };", "'16nm' is no number" },
        { "axes = { node = %; };", "unexpected '%'" },
        { "axes = { technology = \"sr\\x61m\"; };", "\\x in a text" },
        { "axes = { technology = \"sr\\am\"; };", "\\a in a text" },
        { "axes { technology = \"sram\"; };", "'axes' must be in quotes" },
        { "axes = { technology \"sram\"; };", "'technology' must be in quotes" },
        { "axes = { batch = [ 1, 2, ]; };", "syntax error" },
        { "axes = { batch = , };", "syntax error" },
        { "axes = { temperature = [ \"25 C\", 358.15 ]; };", "use ( ) for a list" },
        { "axes = { technology = \"sram\";\n\xff };", ":2: byte 0xff, must be text" },
        { "axes = { technology = \"sram\x01\"; };", "byte 0x01, must be text" },
        /* integers */
        { AXES_OF("capacity = 4294967296;"), "write 4294967296L" },
        { AXES_OF("capacity = 3000000000;"), "needs more than 32 bits" },
        { AXES_OF("capacity = 0x100000000;"), "write 0x100000000L" },
        { AXES_OF("capacity = 99999999999999999999L;"),
          "must be at most 9223372036854" },
        { AXES_OF("capacity = .;"), "'.' is no number" },
        { AXES_OF("capacity = 0x;"), "'0x' is no number" },
        { AXES_OF("temperature = 1e999;"), "must be a finite number" },
        /* axes and their values */
        { AXES_OF("tecnology = \"sram\";"),
          "no axis named 'tecnology'; did you mean 'tec" },
        { AXES_OF("xyzzy = 1;"), "must be one of `nvsweep list axes`" },
        { AXES_OF("node = \"16 nm\"; node_m = \"7 nm\";"),
          "the axis that line 1 already gives" },
        { AXES_OF("technology = \"srma\";"), "did you mean 'sram'?" },
        { AXES_OF("technology = \"SRAM\";"), "did you mean 'sram'?" },
        { AXES_OF("technology = 3;"), "technology is 3, must be a name in quotes" },
        { AXES_OF("technology = true;"), "technology is true, must be a name" },
        { AXES_OF("technology = [];"), "technology is empty, must have a value" },
        { AXES_OF("technology = ( ( \"sram\" ) );"), "technology is a list, must be" },
        { AXES_OF("technology = { from = 1; to = 2; };"), "is a range, must be names" },
        { AXES_OF("technology = [ \"sram\", \"sram\" ];"), "has sram twice" },
        { AXES_OF("technology = [ \"sram\", \"6t\" ];"), "has sram twice" },
        { AXES_OF("technology = [ \"all\" ];"), "no technology named 'all'" },
        { AXES_OF("machine = \"all\";"), "the library has no machine" },
        { AXES_OF("phase = \"all\";"), "phase is 'all', must be" },
        { AXES_OF("phase = \"trainig\";"), "must be" },
        { AXES_OF("technology = \"sr\\nam\";"), "no technology named 'sr am'" },
        { AXES_OF("phase = 1;"), "phase is 1, must be a name in quotes" },
        { AXES_OF("capacity = \"3 XB\";"),
          "capacity is '3 XB', must be a quantity in byte" },
        { AXES_OF("capacity = \"3 KB\";"), "must be a quantity in byte (B, KiB" },
        { AXES_OF("capacity = \"3 nm\";"), "must be a quantity in byte" },
        { AXES_OF("capacity = \"1.5 B\";"), "must be a whole number of byte" },
        { AXES_OF("capacity = 1.5;"), "capacity is 1.5, must be a whole number" },
        { AXES_OF("capacity = -1;"), "capacity is -1, must be a whole number" },
        { AXES_OF("capacity = 1;"), "in 64 B..1 TiB" },
        { AXES_OF("capacity = true;"), "capacity is true, must be a number in byte" },
        { AXES_OF("capacity = [ 1024,\n2048,\n1024 ];"),
          ":3: capacity has 1 KiB twice" },
        { AXES_OF("capacity = ( \"1 KiB\", 1024 );"), "has 1 KiB twice" },
        { AXES_OF("temperature = \"500 C\";"), "must be in" },
        { AXES_OF("temperature = ( \"85 C\", 358.15 );"), "twice" },
        { AXES_OF("temperature = \"warm\";"),
          "temperature is 'warm', must be a number" },
        { AXES_OF("temperature = \"nan\";"), "must be a number" },
        { AXES_OF("node = \"16 nm 2\";"), "must be a quantity in m" },
        /* ranges */
        { AXES_OF("batch = { from = 1; };"), "batch lacks 'to'" },
        { AXES_OF("batch = { to = 1; };"), "batch lacks 'from'" },
        { AXES_OF("batch = { };"), "batch lacks 'from'" },
        { AXES_OF("batch = { from = 1; to = 8; };"), "lacks step, factor or points" },
        { AXES_OF("batch = { from = 1; to = 8; setp = 1; };"), "did you mean 'step'?" },
        { AXES_OF("batch = { from = 8; to = 1; step = 1; };"), "must have from <= to" },
        { AXES_OF("batch = { from = 1; to = 8; step = 0; };"),
          "step is 0, must be above 0" },
        { AXES_OF("batch = { from = 1; to = 8; step = -1; };"), "must be above 0" },
        { AXES_OF("batch = { from = 1; to = 8; step = 0.5; };"),
          "must be a whole number" },
        { AXES_OF("batch = { from = 1; to = 8; factor = 1; };"), "must be above 1" },
        { AXES_OF("batch = { from = 1; to = 8; factor = 0.5; };"), "must be above 1" },
        { AXES_OF("batch = { from = 1; to = 8; factor = 1.1; };"), "twice" },
        { AXES_OF("associativity = 0;"), "is 0, must be \"ram\" or in 1.." },
        { AXES_OF("layer = [0, 1];"), "is 0, must be \"all\" or in 1.." },
        { AXES_OF("area_budget = \"0 mm2\";"), "must be \"none\" or in" },
        { AXES_OF("layer = { from = \"all\"; to = 8; step = 1; };"),
          "is a word, a range is of numbers" },
        { AXES_OF("optimisations = { from = 0; to = 8; factor = 2; };"),
          "needs a from above 0" },
        { AXES_OF("batch = { from = 1; to = 8; step = 1; points = 2; };"),
          "has step and points, must have one" },
        { AXES_OF("batch = { from = 1; to = 8; points = 1; };"), "must be at least 2" },
        { AXES_OF("batch = { from = 1; to = 4; points = 9; };"), "twice" },
        { AXES_OF("batch = { from = 1; to = 8; step = 1; scale = \"log\"; };"),
          "scale needs points, but the range has step" },
        { AXES_OF("batch = { from = 1; to = 8; points = 2; scale = \"lgo\"; };"),
          "did you mean 'log'?" },
        { AXES_OF(
              "optimisations = { from = 0; to = 8; points = 2; scale = \"log\"; };"),
          "so from must be above 0" },
        { AXES_OF("temperature = { from = 300; to = 400; step = 1e-9; };"),
          "has 1e+11 values, must have at most 10000000" },
        { AXES_OF("capacity = { from = 64; to = \"1 TiB\"; step = 1; };"),
          "must have at" },
        { AXES_OF("temperature = { from = 300; to = 400; factor = 1.0000000001; };"),
          "must have at most" },
        { AXES_OF("temperature = { from = 300; to = 400; points = 100000000; };"),
          "must have at most" },
        { AXES_OF("batch = { from = 1; to = 8; step = ( 1 ); };"), "step is a list" },
        /* iso-area */
        { AXES_OF("capacity = { iso_area_of = \"sram\"; };"), "lacks 'baseline'" },
        { AXES_OF("capacity = { iso_area_of = \"srm\"; baseline = 1024; };"),
          "did you mean 'sram'?" },
        { AXES_OF("capacity = { iso_area_of = \"sram\"; basline = 1024; };"),
          "did you mean 'baseline'?" },
        { AXES_OF("capacity = { iso_area_of = \"sram\"; baseline = 1024; step = 0; };"),
          "step is 0 B, must be" },
        { AXES_OF("batch = { iso_area_of = \"sram\"; baseline = 1; };"),
          "unknown key 'iso" },
        /* zip */
        { AXES_OF(
              "batch = [ 1, 2 ]; phase = [ \"inference\", \"training\" ];") "zip = [ "
                                                                            "\"batch\","
                                                                            " \"phase\""
                                                                            " ];",
          "zip is one array, must be ( [" },
        { AXES_OF("batch = [ 1, 2 ];") "zip = ( [ \"batch\" ] );", "two or more axes" },
        { AXES_OF("batch = [ 1, 2 ];") "zip = ( \"batch\" );", "two or more axes" },
        { AXES_OF("batch = [ 1, 2 ];") "zip = ( [ \"batch\", \"line\" ] );",
          "names 'line', which must be given in axes as a list" },
        { AXES_OF("batch = [ 1, 2 ]; line = 64;") "zip = ( [ \"batch\", \"line\" ] );",
          "names 'line', which must be given in axes as a list" },
        { AXES_OF("batch = [ 1, 2 ];") "zip = ( [ \"batch\", \"pahse\" ] );",
          "did you mean 'phase'?" },
        { AXES_OF("batch = [ 1, 2 ];") "zip = ( [ \"batch\", \"batch\" ] );", "twice" },
        { AXES_OF("batch = [ 1, 2 ]; line = [ 32, 64, 128 ];") "zip = ( [ \"batch\", "
                                                               "\"line\" ] );",
          "as many values of 'batch' as of 'line', not 2 and 3" },
        { AXES_OF(
              "batch = [ 1, 2 ]; line = [ 32, 64 ]; precision = [ 8, 16 ];") "zip = ( "
                                                                             "[ "
                                                                             "\"batch\""
                                                                             ", "
                                                                             "\"line\" "
                                                                             "], [ "
                                                                             "\"precisi"
                                                                             "on\", "
                                                                             "\"batch\""
                                                                             " ] );",
          "names 'batch' twice" },
        { AXES_OF(
              "batch = [ 1, 2 ]; line = [ 32, 64 ]; precision = [ 8, 16 ];") "zip = ( "
                                                                             "[ "
                                                                             "\"batch\""
                                                                             ", "
                                                                             "\"line\" "
                                                                             "], [ "
                                                                             "\"line\","
                                                                             " \"precis"
                                                                             "ion\" ] "
                                                                             ");",
          "names 'line' twice" },
        { AXES_OF("batch = [ 1, 2 ];") "zip = ( [ 1, 2 ] );", "must be a text" },
        /* exclude */
        { ONE "exclude = { technology = \"sram\"; };", "exclude must be a list" },
        { ONE "exclude = ( { } );", "must be rules" },
        { ONE "exclude = ( 3 );", "must be rules" },
        { ONE "exclude = ( { technology = \"stt-mram\"; } );",
          "technology excludes stt-mram, must be one of the values" },
        { ONE "exclude = ( { technolgy = \"sram\"; } );",
          "did you mean 'technology'?" },
        { ONE "exclude = ( { batch = 1; } );", "batch cannot be excluded by value" },
        { AXES_OF("batch = { from = 1; to = 8; factor = 2; };") "exclude = ( { batch = "
                                                                "3; } );",
          "batch excludes 3, must be one of the values" },
        { AXES_OF("node = 16e-9;") "exclude = ( { node = 16e-9; node_m = 16e-9; } );",
          "the same axis" },
        { AXES_OF(
              "batch = [ 1, 2 ];") "exclude = ( { batch = { from = 1; to = 2; }; } );",
          "a range without steps" },
        /* sample */
        { AXES_OF("batch = { from = 1; to = 8; };") "sample = 3;",
          "sample must be a group" },
        { AXES_OF("batch = { from = 1; to = 8; };") "sample = { };",
          "sample lacks 'count'" },
        { AXES_OF("batch = { from = 1; to = 8; };") "sample = { count = 0; };",
          "count is 0, must be in 1..10000000" },
        { AXES_OF("batch = { from = 1; to = 8; };") "sample = { cuont = 3; };",
          "did you mean 'count'?" },
        { AXES_OF(
              "batch = { from = 1; to = 8; };") "sample = { count = 3; seed = -1; };",
          "seed is -1, must be a whole number" },
        { ONE "sample = { count = 3; };", "has no axis to draw from" },
        { AXES_OF("batch = { from = 1; to = 8; };") "sample = { count = 3; }; exclude "
                                                    "= ( { batch = 1; } );",
          "batch cannot be excluded by value" },
        { AXES_OF(
              "batch = { from = 1; to = 8; }; line = { from = 1; to = 8; };") "sample "
                                                                              "= { "
                                                                              "count = "
                                                                              "3; }; "
                                                                              "zip = ( "
                                                                              "[ "
                                                                              "\"batch"
                                                                              "\", "
                                                                              "\"line\""
                                                                              " ] );",
          "needs as many values" },
        /* stages, options */
        { ONE "stages = \"array\";", "stages must list stages" },
        { ONE "stages = [ ];", "stages must list stages" },
        { ONE "stages = [ \"aray\" ];", "did you mean 'array'?" },
        { ONE "stages = [ \"array\", \"array\" ];", "has 'array' twice" },
        { ONE "options = 1;", "options must be a group" },
        { ONE "options = { sed = 1; };", "did you mean 'seed'?" },
        { ONE "options = { seed = 1.5; };", "seed is 1.5, must be a whole number" },
        { ONE "options = { durability = \"powr\"; };", "did you mean 'power'?" },
        { ONE "options = { durability = 1; };",
          "durability is 1, must be process or power" },
        { ONE "options = { max_error = 0; };", "max_error is 0, must be above 0" },
        { ONE "options = { max_error = 2.0; };", "must be above 0 and at most 1" },
        { ONE "options = { max_error = \"much\"; };", "max_error is 'much', must be" },
    };

    folder_make();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_said(cases[i].text, cases[i].words);
    folder_remove();
}

static void too_many_points_are_refused(void)
{
    folder_make();
    assert_said(AXES_OF("temperature = { from = 300; to = 400; points = 10000000; };"
                        "pue = { from = 1; to = 10; points = 10000000; };"
                        "lifetime = { from = 1; to = 1e10; points = 100000; };"),
                "axes makes more than 2^62 points");
    folder_remove();
}

static void strange_files_give_a_line_and_end(void)
{
    struct library library = library_make();
    struct sweep sweep;
    struct error err;
    char deep[400], *huge;
    size_t size = (16u << 20) + 1;

    folder_make();
    CU_ASSERT_EQUAL(sweep_read("/nowhere/x.cfg", &library, &sweep, &err), STATUS_INPUT);
    CU_ASSERT_STRING_EQUAL(err.text, "/nowhere/x.cfg: No such file or directory");
    sweep_free(&sweep);
    CU_ASSERT_EQUAL(sweep_read(folder, &library, &sweep, &err), STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "is a folder, must be a file"));
    sweep_free(&sweep);
    CU_ASSERT_EQUAL(sweep_read("/dev/zero", &library, &sweep, &err), STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "must be a regular file"));
    sweep_free(&sweep);
    CU_ASSERT_EQUAL(sweep_read(file_write("x.cfg", "a\0b", 3), &library, &sweep, &err),
                    STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "x.cfg:1: byte 0x00"));
    sweep_free(&sweep);
    memset(deep, '(', 200);
    memset(deep + 200, ')', 200);
    CU_ASSERT_EQUAL(
        sweep_read(file_write("x.cfg", deep, sizeof deep), &library, &sweep, &err),
        STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "nested more than 64 deep"));
    sweep_free(&sweep);
    huge = alloc_array(size, 1);
    memset(huge, ' ', size);
    CU_ASSERT_EQUAL(sweep_read(file_write("x.cfg", huge, size), &library, &sweep, &err),
                    STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "must be at most 16777216"));
    sweep_free(&sweep);
    free(huge);
    folder_remove();
}

/* libconfig compares every name in a group with all before it. */
static void a_group_of_very_many_keys_is_refused_at_once(void)
{
    char *text = alloc_array(5000, 16);
    size_t used = 0;

    for (int i = 0; i < 5000; i++)
        used += (size_t)sprintf(text + used, "k%d = 1;\n", i);
    folder_make();
    assert_said(text, "sweep.cfg:4097: more than 4096 settings in one group");
    folder_remove();
    free(text);
}

SUITE(config, TEST(bad_sweeps_say_where_and_what_would_be_right),
      TEST(too_many_points_are_refused), TEST(strange_files_give_a_line_and_end),
      TEST(a_group_of_very_many_keys_is_refused_at_once));
