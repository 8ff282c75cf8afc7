#include "files.h"
#include "unit.h"

#include "base/memory.h"
#include "config/library.h"
#include "config/published.h"
#include "config/sweep.h"

#include <dirent.h>

/* ---- a kind of record with a field of every kind */

enum colour { RED, GREEN };
static const struct word colours[] = { { "red", RED },
                                       { "green", GREEN },
                                       { NULL, 0 } };

struct part {
    double length_m;
    const char *label;
};

struct thing {
    struct record record;
    double width_m;
    uint64_t legs;
    bool shiny;
    int colour;
    const char *maker;
    const char *const *tags;
    size_t tags_count;
    struct part *parts;
    size_t parts_count;
};

static const struct field part_fields[] = {
    FIELD_NUMBER(struct part, length_m, "m", REQUIRED, 0, 1, "how long"),
    FIELD_TEXT(struct part, label, "", "what it says"),
};
static const struct schema part_schema = { .kind = "part",
                                           .size = sizeof(struct part),
                                           .fields = part_fields,
                                           .field_count = FIELD_COUNT_OF(part_fields) };

static const struct field thing_fields[] = {
    FIELD_NUMBER(struct thing, width_m, "m", REQUIRED, 1e-9, 1, "how wide"),
    FIELD_COUNT(struct thing, legs, 4, 1, 1e15, "how many"),
    FIELD_FLAG(struct thing, shiny, 1, "does it shine"),
    FIELD_WORD(struct thing, colour, colours, GREEN, "colour"),
    FIELD_TEXT(struct thing, maker, "unknown", "who made it"),
    FIELD_TEXTS(struct thing, tags, "labels"),
    FIELD_LIST(struct thing, parts, &part_schema, "what it is made of"),
};

static enum status thing_finish(void *record, struct error *err)
{
    const struct thing *thing = record;

    if (thing->legs == 13)
        return error_set(err, STATUS_INPUT, "13 legs bring bad luck, must be another");
    return STATUS_OK;
}

static const struct schema thing_schema = { .kind = "thing",
                                            .folder = "things",
                                            .size = sizeof(struct thing),
                                            .fields = thing_fields,
                                            .field_count = FIELD_COUNT_OF(thing_fields),
                                            .finish = thing_finish };

#define HEAD "name = \"a\"; source = \"s\"; "
#define THING(text) "things = ( { " HEAD text " } );"

static enum status things_read(const char *user, struct record_table *table,
                               struct error *err)
{
    char first[200], second[200];
    const char *folders[] = { first, second };

    snprintf(first, sizeof first, "%s/%s", folder, user);
    snprintf(second, sizeof second, "%s/shipped", folder);
    err->text[0] = '\0';
    return record_table_read(folders, 2, &thing_schema, table, err);
}

static void a_record_is_what_its_group_says(void)
{
    static const char text[] =
        "# two things\nthings = (\n"
        "  { name = \"b\"; source = \"s\"; width_m = 1e-3; },\n"
        "  { name = \"a\"; source = \"here\"; aliases = [ \"A\", \"aa\" ];\n"
        "    width_m = \"25 um\"; legs = 5000000000L; shiny = false; colour = "
        "\"red\";\n"
        "    maker = \"x } y\"; /* } */ tags = ( \"p\", \"q\" );\n"
        "    parts = ( { length_m = 1; }, { length_m = 0.5; label = \"l\"; } ); } );\n";
    struct record_table table;
    struct error err;
    const struct thing *a, *b;

    folder_make();
    text_write("shipped/things/x.cfg", text);
    CU_ASSERT_EQUAL_FATAL(things_read("user", &table, &err), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(table.count, 2);
    a = table.records[0];
    b = table.records[1];
    CU_ASSERT_STRING_EQUAL(a->record.name, "a");
    CU_ASSERT_STRING_EQUAL(a->record.source, "here");
    CU_ASSERT_EQUAL(a->record.line, 4);
    CU_ASSERT_PTR_NOT_NULL(strstr(a->record.file, "shipped/things/x.cfg"));
    CU_ASSERT_EQUAL_FATAL(a->record.alias_count, 2);
    CU_ASSERT_STRING_EQUAL(a->record.aliases[1], "aa");
    ASSERT_NEAR(a->width_m, 25e-6, 1e-12);
    CU_ASSERT_EQUAL(a->legs, 5000000000u);
    CU_ASSERT(!a->shiny && a->colour == RED);
    CU_ASSERT_STRING_EQUAL(a->maker, "x } y");
    CU_ASSERT_EQUAL_FATAL(a->tags_count, 2);
    CU_ASSERT_STRING_EQUAL(a->tags[1], "q");
    CU_ASSERT_EQUAL_FATAL(a->parts_count, 2);
    ASSERT_NEAR(a->parts[1].length_m, 0.5, 1e-12);
    CU_ASSERT_STRING_EQUAL(a->parts[1].label, "l");
    CU_ASSERT_EQUAL(strncmp(table.texts[0], "{ name = \"a\"; source = \"here\";", 28),
                    0);
    CU_ASSERT_EQUAL(
        strcmp(table.texts[0] + strlen(table.texts[0]) - 8, "\"l\"; } ); }" + 3), 0);
    CU_ASSERT_STRING_EQUAL(table.texts[1],
                           "{ name = \"b\"; source = \"s\"; width_m = 1e-3; }");
    CU_ASSERT_EQUAL(b->legs, 4);
    CU_ASSERT(b->shiny && b->colour == GREEN);
    CU_ASSERT_STRING_EQUAL(b->maker, "unknown");
    CU_ASSERT_EQUAL(b->tags_count + b->parts_count, 0);
    record_table_free(&table);
    folder_remove();
}

static void bad_records_say_where_and_what_would_be_right(void)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        { "", "x.cfg:1: must be things = ( { ... }, ... );" },
        { "thing = ( );",
          "unknown key 'thing' in a file of things; did you mean 'things'?" },
        { "things = { };", "things must be a list" },
        { "things = [ 1 ];", "things must be a list" },
        { "things = ( 3 );", "things has 3, must have a thing { ... }" },
        { "things = ( { } );", "this thing lacks 'name'" },
        { "things = ( { name = \"a\"; } );", "this thing lacks 'source'" },
        { THING(""), "this thing lacks 'width_m' (how wide)" },
        { THING("widht_m = 1;"),
          "unknown key 'widht_m' in a thing; did you mean 'width_m'?" },
        { THING("zzzzzz = 1;"),
          "must be one of name, source, aliases, fit_to, stores, width_m" },
        { THING("width_m = 1;\n\n legs = 0;"),
          "x.cfg:3: legs is 0, must be in 1..1e+15" },
        { THING("width_m = 0;"), "width_m is 0 m, must be in 1 nm..1 m" },
        { THING("width_m = \"2 m\";"), "width_m is 2 m, must be in 1 nm..1 m" },
        { THING("width_m = \"2 s\";"), "width_m is '2 s', must be a quantity in m" },
        { THING("width_m = true;"), "width_m is true, must be a number in m" },
        { THING("width_m = [ 1 ];"), "width_m is a list, must be a number" },
        { THING("width_m = 1; legs = 2.5;"), "legs is 2.5, must be a whole number" },
        { THING("width_m = 1; legs = -2;"), "legs is -2, must be a whole number" },
        { THING("width_m = 1; legs = 5000000000;"), "write 5000000000L" },
        { THING("width_m = 1; legs = 13;"), "x.cfg:1: 13 legs bring bad luck" },
        { THING("width_m = 1; shiny = 1;"), "shiny is 1, must be true or false" },
        { THING("width_m = 1; colour = \"gren\";"), "did you mean 'green'?" },
        { THING("width_m = 1; colour = 1;"), "colour is 1, must be red or green" },
        { THING("width_m = 1; maker = 1;"), "maker is 1, must be a text" },
        { THING("width_m = 1; tags = [ 1 ];"), "tags is 1, must be a text" },
        { THING("width_m = 1; tags = { };"), "tags is a group { }, must be a text" },
        { THING("width_m = 1; parts = 1;"), "parts is 1, must be a list ( { ... }" },
        { THING("width_m = 1; parts = { };"), "must be a list ( { ... }" },
        { THING("width_m = 1; parts = [ 1 ];"), "parts has 1, must have a part" },
        { THING("width_m = 1; parts = ( { } );"), "this part lacks 'length_m'" },
        { THING("width_m = 1; parts = ( { length_m = 2; } );"),
          "length_m is 2 m, must be" },
        { THING("width_m = 1; parts = ( { length_m = 1; name = \"x\"; } );"),
          "unknown key 'name' in a part" },
        { "things = ( { name = \"a b\"; source = \"s\"; width_m = 1; } );",
          "must be without spaces" },
        { "things = ( { name = \"all\"; source = \"s\"; width_m = 1; } );",
          "names every record" },
        { "things = ( { name = \"a,b\"; source = \"s\"; width_m = 1; } );",
          "must be without spaces, commas" },
        { "things = ( { " HEAD "width_m = 1; aliases = [ \"x=y\" ]; } );",
          "must be without spaces, commas" },
        { "things = ( { " HEAD "width_m = 1; }, { " HEAD "width_m = 1; } );",
          "x.cfg:1: thing 'a' is named at" },
        { "things = ( { " HEAD "width_m = 1; aliases = \"a\"; } );",
          "thing 'a' is named at" },
        { "things = ( { " HEAD "width_m = 1; width_m = 1; } );", "given twice" },
        { "things = ( { " HEAD "width_m = 1; }, { name = \"bc\"; parent = \"a\"; },\n"
          "{ name = \"d\"; parent = \"cb\"; } );",
          "x.cfg:2: parent is 'cb', must name another thing; did you mean 'bc'?" },
        { THING("parent = \"a\";"), "parent is 'a', must name another thing" },
        { THING("parent = 3;"), "parent is 3, must be a text" },
        { "things = ( { " HEAD
          "parent = \"b\"; },\n{ name = \"b\"; parent = \"c\"; },\n"
          "{ name = \"c\"; parent = \"a\"; } );",
          "x.cfg:3: parent is 'a', which inherits from this record" },
        { "things = ( { " HEAD "width_m = 1; }, { name = \"b\"; parent = \"a\"; },\n"
          "{ parent = \"b\"; } );",
          "x.cfg:2: this thing lacks 'name'" },
        { "things = ( { " HEAD "}, { name = \"b\"; parent = \"a\"; width_m = 1; } );",
          "x.cfg:1: this thing lacks 'width_m'" },
        { "things = ( { " HEAD "width_m = 1; },\n"
          "{ name = \"b\"; parent = \"a\"; legs = 13; } );",
          "x.cfg:2: 13 legs bring bad luck" },
        { "things = ( { " HEAD "width_m = 1; },\n"
          "{ name = \"b\"; parent = \"a\"; heigth = 1; } );",
          "x.cfg:2: unknown key 'heigth' in a thing" },
        { "things = ( { " HEAD
          "width_m = 1; parts = ( { length_m = 1; parent = \"a\"; } "
          "); } );",
          "unknown key 'parent' in a part" },
        { "things = ( { name = \"0\"; source = \"s\"; width_m = 1; },\n"
          "{ name = \"1\"; parent = \"0\"; }, { name = \"2\"; parent = \"1\"; },\n"
          "{ name = \"3\"; parent = \"2\"; }, { name = \"4\"; parent = \"3\"; },\n"
          "{ name = \"5\"; parent = \"4\"; }, { name = \"6\"; parent = \"5\"; },\n"
          "{ name = \"7\"; parent = \"6\"; }, { name = \"8\"; parent = \"7\"; } );",
          "parent is parent number 8 of this record, must be at most number 7" },
    };

    folder_make();
    for (size_t i = 0; i < FIELD_COUNT_OF(cases); i++) {
        struct record_table table;
        struct error err;

        text_write("shipped/things/x.cfg", cases[i].text);
        CU_ASSERT_EQUAL(things_read("user", &table, &err), STATUS_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, cases[i].words));
        CU_ASSERT_PTR_NULL(strchr(err.text, '\n'));
        if (!strstr(err.text, cases[i].words))
            fprintf(stderr, "\n'%s' says '%s'\n", cases[i].text, err.text);
        record_table_free(&table);
    }
    folder_remove();
}

static void a_record_has_what_it_does_not_say_from_its_parent(void)
{
    static const char text[] =
        "things = ( { name = \"b\"; parent = \"a\"; legs = 2; tags = [ \"r\" ]; },\n"
        "{ name = \"c\"; parent = \"b\"; source = \"c's\"; width_m = 0.125; },\n"
        "{ name = \"a\"; source = \"a's\"; aliases = [ \"A\" ]; width_m = \"25 um\";\n"
        "legs = 5000000000L; shiny = false; colour = \"red\"; maker = \"x } \\\"y\\\" "
        "\\t\";\n"
        "tags = ( \"p\", \"q\" ); fit_to = [ \"f*\" ];\n"
        "parts = ( { length_m = 1; }, { length_m = 0.1; label = \"l\"; } ); } );\n";
    struct record_table table, again;
    const struct thing *a, *b, *c;
    struct error err;
    char *kept;

    folder_make();
    text_write("shipped/things/x.cfg", text);
    CU_ASSERT_EQUAL_FATAL(things_read("user", &table, &err), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(table.count, 3);
    a = table.records[0];
    b = table.records[1];
    c = table.records[2];
    CU_ASSERT_EQUAL(b->width_m, a->width_m);
    CU_ASSERT_EQUAL(b->legs, 2);
    CU_ASSERT_EQUAL(b->shiny, false);
    CU_ASSERT_EQUAL(b->colour, RED);
    CU_ASSERT_STRING_EQUAL(b->record.source, "a's");
    CU_ASSERT_EQUAL(b->record.alias_count, 0); /* names are a record's own */
    CU_ASSERT_EQUAL(b->record.fit_to_count, 1);
    CU_ASSERT_EQUAL_FATAL(b->tags_count, 1);
    CU_ASSERT_STRING_EQUAL(b->tags[0], "r");
    CU_ASSERT_EQUAL(b->record.line, 1);
    CU_ASSERT_EQUAL(c->width_m, 0.125);
    CU_ASSERT_EQUAL(c->legs, 2);
    CU_ASSERT_STRING_EQUAL(c->record.source, "c's");
    CU_ASSERT_STRING_EQUAL(c->maker, a->maker);
    CU_ASSERT_EQUAL_FATAL(c->parts_count, 2);
    CU_ASSERT_EQUAL(c->parts[1].length_m, 0.1);

    /* what is kept of it stands alone */
    kept = alloc_printf("things = ( %s );", table.texts[2]);
    text_write("shipped/things/x.cfg", kept);
    CU_ASSERT_EQUAL_FATAL(things_read("user", &again, &err), STATUS_OK);
    b = again.records[0];
    CU_ASSERT_STRING_EQUAL(b->record.name, "c");
    CU_ASSERT_EQUAL(b->width_m, c->width_m);
    CU_ASSERT_EQUAL(b->legs, 2);
    CU_ASSERT_EQUAL(b->colour, RED);
    CU_ASSERT_STRING_EQUAL(b->maker, c->maker);
    CU_ASSERT_EQUAL_FATAL(b->parts_count, 2);
    CU_ASSERT_EQUAL(b->parts[1].length_m, 0.1);
    CU_ASSERT_STRING_EQUAL(b->parts[1].label, "l");
    record_table_free(&again);
    record_table_free(&table);
    free(kept);
    folder_remove();
}

static void parents_are_found_as_everything_else(void)
{
    struct record_table table;
    struct error err;
    const struct thing *a, *b;

    folder_make();
    text_write("shipped/things/x.cfg",
               "things = ( { name = \"a\"; source = \"s\"; width_m = 1; legs = 6; },\n"
               "{ name = \"b\"; parent = \"a\"; colour = \"red\"; } );");
    text_write("user/things/x.cfg",
               "things = ( { name = \"a\"; parent = \"a\"; width_m = 0.5; } );");
    CU_ASSERT_EQUAL_FATAL(things_read("user", &table, &err), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(table.count, 2);
    a = table.records[0];
    b = table.records[1];
    CU_ASSERT_EQUAL(a->width_m, 0.5); /* what it shadows is its parent */
    CU_ASSERT_EQUAL(a->legs, 6);
    CU_ASSERT_EQUAL(b->width_m, 0.5); /* the user's record is the one of that name */
    CU_ASSERT_EQUAL(b->legs, 6);
    record_table_free(&table);
    folder_remove();
}

static void the_users_records_come_first(void)
{
    struct record_table table;
    struct error err;

    folder_make();
    text_write("shipped/things/1.cfg",
               "things = ( { name = \"a\"; source = \"s\"; width_m = 1; },\n"
               "{ name = \"b\"; source = \"s\"; width_m = 1; aliases = [ \"c\", \"d\" "
               "]; } );");
    text_write("user/things/1.cfg",
               "things = ( { name = \"a\"; source = \"mine\"; width_m = 0.5; } );");
    text_write("user/things/2.cfg",
               "things = ( { name = \"c\"; source = \"mine\"; width_m = 0.5; } );");
    text_write("user/things/notes.txt", "not read");
    CU_ASSERT_EQUAL_FATAL(things_read("user", &table, &err), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(table.count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct record *record = table.records[i];

        CU_ASSERT_EQUAL(record->name[0], "abc"[i]);
        CU_ASSERT_STRING_EQUAL(record->source, i == 1 ? "s" : "mine");
        CU_ASSERT_EQUAL(record->alias_count, i == 1 ? 1 : 0);
    }
    record_table_free(&table);
    folder_remove();
}

static void one_name_in_two_files_of_a_folder_is_refused(void)
{
    struct record_table table;
    struct error err;

    folder_make();
    text_write("shipped/things/1.cfg", "\n\n" THING("width_m = 1;"));
    text_write("shipped/things/2.cfg", "\n" THING("width_m = 1;"));
    CU_ASSERT_EQUAL(things_read("user", &table, &err), STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "2.cfg:2: thing 'a' is named at"));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "1.cfg:3 already"));
    folder_remove();
}

static void a_kind_without_files_is_an_empty_table(void)
{
    struct record_table table;
    struct error err;

    folder_make();
    CU_ASSERT_EQUAL(things_read("user", &table, &err), STATUS_OK);
    CU_ASSERT_EQUAL(table.count, 0);
    record_table_free(&table);
    text_write("shipped/things/x.cfg", "things = ( );");
    CU_ASSERT_EQUAL(things_read("user", &table, &err), STATUS_OK);
    CU_ASSERT_EQUAL(table.count, 0);
    record_table_free(&table);
    folder_remove();
}

/* As a run's ranks do: one reads, the bytes go elsewhere, the disk may change. */
static void what_was_read_is_parsed_anywhere(void)
{
    char first[200], second[200];
    const char *folders[] = { first, second };
    struct files read = { 0 }, copy = { 0 };
    struct record_table table;
    struct error err;
    struct file file;

    folder_make();
    snprintf(first, sizeof first, "%s/user", folder);
    snprintf(second, sizeof second, "%s/shipped", folder);
    text_write("user/things/x.cfg", THING("width_m = 0.25;"));
    text_write("shipped/things/x.cfg", THING("width_m = 0.5;"));
    text_write("shipped/things/y.cfg",
               "things = ( { name = \"b\"; source = \"s\"; width_m = 1; } );");
    files_put(&read, "things/sweep.cfg", "no \0thing", 9);
    for (size_t i = 0; i < 2; i++) {
        files_put_folder(&read, folders[i]);
        record_table_gather(folders[i], &thing_schema, &read);
    }
    folder_remove();

    copy = (struct files){ .bytes = alloc_array(read.size, 1), .size = read.size };
    memcpy(copy.bytes, read.bytes, read.size);
    files_free(&read);
    CU_ASSERT_EQUAL(record_table_parse(&copy, &thing_schema, &table, &err), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(table.count, 2);
    CU_ASSERT_EQUAL(((const struct thing *)table.records[0])->width_m, 0.25);
    CU_ASSERT_EQUAL(((const struct thing *)table.records[1])->width_m, 1);
    record_table_free(&table);
    CU_ASSERT_FATAL(files_find(&copy, "things/sweep.cfg", &file));
    CU_ASSERT_EQUAL(file.size, 9);
    CU_ASSERT_EQUAL(memcmp(file.text, "no \0thing", 10), 0);
    CU_ASSERT(!files_find(&copy, second, &file)); /* a folder is no file */
    files_free(&copy);
}

/* The first thing that is wrong is the one that is said, wherever it was noticed. */
static void a_file_that_cannot_be_read_waits_its_turn(void)
{
    struct record_table table;
    struct error err;
    char path[300];

    folder_make();
    text_write("shipped/things/a.cfg", THING("width_m = 1;"));
    snprintf(path, sizeof path, "%s/shipped/things/b.cfg", folder);
    mkdir(path, 0700);
    text_write("shipped/things/c.cfg", THING("width_m = 2;"));
    CU_ASSERT_EQUAL(things_read("user", &table, &err), STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "b.cfg: is a folder, must be a file"));
    record_table_free(&table);
    text_write("shipped/things/a.cfg", THING("width_m = 3;"));
    CU_ASSERT_EQUAL(things_read("user", &table, &err), STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "a.cfg:1: width_m"));
    record_table_free(&table);
    folder_remove();
    folder_make(); /* a file where the table's folder should be */
    text_write("shipped/things", "");
    CU_ASSERT_EQUAL(things_read("user", &table, &err), STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "shipped/things: Not a directory"));
    record_table_free(&table);
    folder_remove();
}

static void a_folder_must_be_a_library(void)
{
    static const char *const nowhere = "/nowhere/at/all";
    const char *folders[] = { folder };
    struct library library;
    struct error err;

    CU_ASSERT_EQUAL(library_read(&nowhere, 1, &library, &err), STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "/nowhere/at/all: No such file"));
    library_free(&library);
    folder_make();
    CU_ASSERT_EQUAL(library_read(folders, 1, &library, &err), STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(err.text, "is not a library folder, must contain technologies/"));
    library_free(&library);
    text_write("technologie/x.cfg", "");
    CU_ASSERT_EQUAL(library_read(folders, 1, &library, &err), STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "must be named 'technologies'"));
    library_free(&library);
    folder_remove();
}

static void published_figures_are_in_base_units(void)
{
    static const char *const values[] = { "value = 5.53; unit = \"mm2\";",
                                          "value = \"5.53\"; unit = \"mm2\";",
                                          "value = \"5.53 mm2\"; unit = \"m2\";",
                                          "value = 5.53e-6; unit = \"m2\";" };
    const char *folders[] = { folder };
    struct published published;
    struct error err;

    folder_make();
    for (size_t i = 0; i < FIELD_COUNT_OF(values); i++) {
        char text[600];

        snprintf(
            text, sizeof text,
            "published = ( { " HEAD "system = \"deepnvm\"; grade = \"recalled\";\n"
            "where = [ \"technology=sram\", \"capacity=3 MiB\" ]; bound = \"upper\";\n"
            "metric = \"area_m2\"; tolerance = \"5 %%\"; %s } );",
            values[i]);
        text_write("published/x.cfg", text);
        CU_ASSERT_EQUAL_FATAL(published_read(folders, 1, &published, &err), STATUS_OK);
        CU_ASSERT_EQUAL_FATAL(published.count, 1);
        ASSERT_NEAR(published.figures[0].value, 5.53e-6, 1e-12);
        CU_ASSERT_STRING_EQUAL(published.figures[0].unit, "m2");
        CU_ASSERT_EQUAL(published.figures[0].where_count, 2);
        CU_ASSERT_EQUAL(published.figures[0].baseline_count, 0);
        CU_ASSERT_EQUAL(published.figures[0].grade, GRADE_RECALLED);
        CU_ASSERT_EQUAL(published.figures[0].reduce, REDUCE_VALUE);
        CU_ASSERT_EQUAL(published.figures[0].bound, BOUND_UPPER);
        ASSERT_NEAR(published.figures[0].tolerance, 0.05, 1e-12);
        published_free(&published);
    }
    text_write("published/x.cfg", "published = ( { " HEAD
                                  "system = \"x\"; grade = \"peer\"; metric = \"m\";\n"
                                  "value = \"5 ns\"; unit = \"mm2\"; } );");
    CU_ASSERT_EQUAL(published_read(folders, 1, &published, &err), STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(err.text, "value is '5 ns', must be a quantity in m2"));
    published_free(&published);
    folder_remove();
}

static void every_shipped_record_is_valid(void)
{
    char *shipped = library_default_folder();
    const char *folders[] = { shipped };
    struct library library;
    struct published published;
    struct error err = { "" };

    CU_ASSERT_PTR_NOT_NULL_FATAL(shipped);
    CU_ASSERT_EQUAL(library_read(folders, 1, &library, &err), STATUS_OK);
    if (*err.text)
        fprintf(stderr, "\n%s\n", err.text);
    err.text[0] = '\0';
    for (enum record_table_id id = 0; id < RECORDS_COUNT; id++)
        CU_ASSERT(library.tables[id].count > 0);
    library_free(&library);
    CU_ASSERT_EQUAL(published_read(folders, 1, &published, &err), STATUS_OK);
    published_free(&published);
    if (*err.text)
        fprintf(stderr, "\n%s\n", err.text);
    free(shipped);
}

static int is_sweep(const struct dirent *file)
{
    return strstr(file->d_name, ".cfg") != NULL;
}

static void every_shipped_sweep_is_valid(void)
{
    char *shipped = library_default_folder();
    const char *folders[] = { shipped };
    char *sweeps = alloc_printf("%s/..", shipped);
    struct dirent **files = NULL;
    struct library library;
    struct error err = { "" };
    int count = scandir(sweeps, &files, is_sweep, NULL);

    CU_ASSERT(count >= 2);
    CU_ASSERT_EQUAL(library_read(folders, 1, &library, &err), STATUS_OK);
    for (int i = 0; i < count; i++) {
        char *file = alloc_printf("%s/%s", sweeps, files[i]->d_name);
        struct sweep sweep;

        CU_ASSERT_EQUAL(sweep_read(file, &library, &sweep, &err), STATUS_OK);
        if (*err.text)
            fprintf(stderr, "\n%s\n", err.text);
        sweep_free(&sweep);
        free(file);
        free(files[i]);
    }
    library_free(&library);
    free(files);
    free(sweeps);
    free(shipped);
}

SUITE(library, TEST(a_record_is_what_its_group_says),
      TEST(bad_records_say_where_and_what_would_be_right),
      TEST(a_record_has_what_it_does_not_say_from_its_parent),
      TEST(parents_are_found_as_everything_else), TEST(the_users_records_come_first),
      TEST(one_name_in_two_files_of_a_folder_is_refused),
      TEST(a_kind_without_files_is_an_empty_table),
      TEST(what_was_read_is_parsed_anywhere),
      TEST(a_file_that_cannot_be_read_waits_its_turn), TEST(a_folder_must_be_a_library),
      TEST(published_figures_are_in_base_units), TEST(every_shipped_record_is_valid),
      TEST(every_shipped_sweep_is_valid));
