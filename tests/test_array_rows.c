/* Rows of comparison files: the published tool's rows against rules = nvsim, at the
 * organization stated and with the search left free; malformed rows. */
#include "array_library.h"

#include <math.h>
#include <string.h>

#define PEER_ROWS "sweeps/library/published/array_peers.csv"

enum { FIELDS = 96, LINE = 4096 };

struct line {
    char text[LINE];
    char *fields[FIELDS];
    size_t count;
};

static bool line_read(FILE *file, struct line *line)
{
    line->count = 0;
    if (fgets(line->text, LINE, file) == NULL)
        return false;
    line->text[strcspn(line->text, "\r\n")] = '\0';
    for (char *at = line->text; at != NULL && line->count < FIELDS;) {
        line->fields[line->count++] = at;
        at = strchr(at, ',');
        if (at != NULL)
            *at++ = '\0';
    }
    return true;
}

static const char *line_field(const struct line *header, const struct line *line,
                              const char *title)
{
    for (size_t i = 0; i < header->count && i < line->count; i++)
        if (strcmp(header->fields[i], title) == 0)
            return line->fields[i];
    return "";
}

static bool is_nvsim(const struct line *header, const struct line *line)
{
    return strcmp(line_field(header, line, "peer"), "NVSim") == 0;
}

/* A search needs these; the areas tell two cells of one name apart. */
static const char *const search_keys[] = {
    "mode",   "tech",    "node_nm",     "capacity_bytes", "assoc",        "line_bits",
    "temp_K", "roadmap", "access_mode", "opt_target",     "arr_area_mm2", "area_eff_pct"
};
enum { SEARCH_KEYS = sizeof search_keys / sizeof search_keys[0] };

/* NVSim's rows of the file, all columns or those a search needs. */
static FILE *nvsim_rows(const char *path, bool is_free)
{
    FILE *file = fopen(path, "r"), *chosen = tmpfile();
    struct line header, line;

    CU_ASSERT_FATAL(file != NULL && chosen != NULL);
    line_read(file, &header);
    for (bool is_title = true; is_title || line_read(file, &line); is_title = false) {
        size_t count = is_free ? (size_t)SEARCH_KEYS : header.count;

        if (!is_title && !is_nvsim(&header, &line))
            continue;
        for (size_t i = 0; i < count; i++) {
            const char *title = is_free ? search_keys[i] : header.fields[i];

            fprintf(chosen, "%s%s", i > 0 ? "," : "",
                    is_title ? title : line_field(&header, &line, title));
        }
        fputc('\n', chosen);
    }
    fclose(file);
    rewind(chosen);
    return chosen;
}

static FILE *run_rows(const char *path, bool is_free)
{
    FILE *in = nvsim_rows(path, is_free), *out = tmpfile();
    struct error err = { "" };
    enum status status = array_rows(in, path, out, &array_rules_nvsim, &shipped_rows,
                                    &err);

    CU_ASSERT_EQUAL(status, STATUS_OK);
    if (status != STATUS_OK)
        fprintf(stderr, "%s\n", err.text);
    fclose(in);
    rewind(out);
    return out;
}

/* The candidates the published tool counted are not the model's to reproduce. */
static bool is_count_of_candidates(const char *title)
{
    return strstr(title, "_iter") != NULL || strstr(title, "_eval") != NULL ||
           strstr(title, "_valid") != NULL;
}

/* Largest relative deviation of any number both files state.  Published numbers have
 * seven digits, small energies four. */
static double worst_deviation(const char *path, FILE *ours, size_t *numbers)
{
    FILE *theirs = fopen(path, "r");
    struct line header, our_header, line, our_line;
    double worst = 0;

    line_read(theirs, &header);
    line_read(ours, &our_header);
    *numbers = 0;
    while (line_read(theirs, &line)) {
        if (!is_nvsim(&header, &line))
            continue;
        CU_ASSERT_FATAL(line_read(ours, &our_line));
        CU_ASSERT_STRING_EQUAL(line_field(&our_header, &our_line, "note"), "");
        for (size_t i = 0; i < header.count && i < line.count; i++) {
            char *end;
            double expected = strtod(line.fields[i], &end);
            const char *text = line_field(&our_header, &our_line, header.fields[i]);
            double off = fabs(strtod(text, NULL) - expected) / fabs(expected);

            if (*line.fields[i] == '\0' || *end != '\0' || expected == 0 ||
                is_count_of_candidates(header.fields[i]))
                continue;
            ++*numbers;
            worst = fmax(worst, off);
        }
    }
    fclose(theirs);
    return worst;
}

static void published_rows_agree_at_their_organization(void)
{
    FILE *ours = run_rows(PEER_ROWS, false);
    size_t numbers;

    CU_ASSERT(worst_deviation(PEER_ROWS, ours, &numbers) < 1e-3);
    CU_ASSERT(numbers > 416 * 40);
    fclose(ours);
}

/* The organization columns are among the numbers compared. */
static void the_search_finds_the_published_optimum(void)
{
    FILE *ours = run_rows(PEER_ROWS, true);
    size_t numbers;

    CU_ASSERT(worst_deviation(PEER_ROWS, ours, &numbers) < 1e-3);
    fclose(ours);
}

static enum status rows_of(const char *text, struct error *err)
{
    FILE *in = tmpfile(), *out = tmpfile();
    enum status status;

    fputs(text, in);
    rewind(in);
    status = array_rows(in, "rows.csv", out, &array_rules_physical, &shipped_rows, err);
    fclose(in);
    fclose(out);
    return status;
}

static void malformed_rows_are_refused_with_their_line(void)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        { "", "rows.csv: is empty" },
        { "tech,node_nm\n", "rows.csv:1: the header has no column 'capacity_bytes'" },
        { "tech,node_nm,capacity_bytes\nSRAM,22,\n",
          "rows.csv:2: column capacity_bytes is empty" },
        { "tech,node_nm,capacity_bytes\nSRAM,22,1048576\nSRAM,22,1e6x\n",
          "rows.csv:3: column capacity_bytes is '1e6x'" },
        { "tech,node_nm,capacity_bytes\nSRAM,22,-5\n", "rows.csv:2: column capacity" },
        { "tech,node_nm,capacity_bytes\nSRAM,22,nan\n", "rows.csv:2: column capacity" },
        { "tech,node_nm,capacity_bytes\nSRAM,22,1000.5\n", "must be a whole number" },
        { "tech,node_nm,capacity_bytes\nFLUX,22,1048576\n", "column tech is 'FLUX'" },
        { "tech,node_nm,capacity_bytes\nSRAM,23,1048576\n", "no 23 nm node" },
        { "tech,node_nm,capacity_bytes,opt_target\nSRAM,22,1048576,Beauty\n",
          "'Beauty', must be one of ReadLatency" },
        { "tech,node_nm,capacity_bytes\nSRAM,22,1048576,7\n",
          "4 fields, must have at most the header's 3" },
        { "tech,node_nm,capacity_bytes\nSRAM,22,1000\n",
          "must be a multiple of the 512-bit" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error err = { "" };

        CU_ASSERT_EQUAL(rows_of(cases[i].text, &err), STATUS_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, cases[i].words));
        if (strstr(err.text, cases[i].words) == NULL)
            fprintf(stderr, "said: %s\n", err.text);
    }
}

static void infeasible_rows_keep_their_keys_and_say_why(void)
{
    FILE *in = tmpfile(), *out = tmpfile();
    struct line header, line;
    struct error err;

    fputs("tech,node_nm,capacity_bytes,mux_sa,bank_rows,color\n"
          "SRAM,22,1048576,256,512,blue\n",
          in);
    rewind(in);
    CU_ASSERT_EQUAL(
        array_rows(in, "rows.csv", out, &array_rules_nvsim, &shipped_rows, &err),
        STATUS_OK);
    rewind(out);
    line_read(out, &header);
    line_read(out, &line);
    CU_ASSERT_STRING_EQUAL(line_field(&header, &line, "tech"), "SRAM");
    CU_ASSERT_STRING_EQUAL(line_field(&header, &line, "color"), "blue");
    CU_ASSERT_STRING_EQUAL(line_field(&header, &line, "area_mm2"), "");
    CU_ASSERT(strlen(line_field(&header, &line, "note")) > 0);
    fclose(in);
    fclose(out);
}

/* The model's trees have ten levels each way. */
static void banks_of_more_mats_than_trees_reach_are_refused(void)
{
    FILE *in = tmpfile(), *out = tmpfile();
    struct line header, line;
    struct error err;

    fputs("mode,tech,node_nm,capacity_bytes,bank_rows,bank_cols\n"
          "RAM,SRAM,22,1073741824,1,4096\n"
          "RAM,SRAM,22,1073741824,65536,1\n",
          in);
    rewind(in);
    CU_ASSERT_EQUAL(
        array_rows(in, "rows.csv", out, &array_rules_physical, &shipped_rows, &err),
        STATUS_OK);
    rewind(out);
    line_read(out, &header);
    for (int row = 0; row < 2; row++) {
        line_read(out, &line);
        CU_ASSERT_STRING_EQUAL(line_field(&header, &line, "area_mm2"), "");
        CU_ASSERT(strlen(line_field(&header, &line, "note")) > 0);
    }
    fclose(in);
    fclose(out);
}

/* Rows through a rule set; the status that array_rows gave. */
static FILE *answer(const char *text, const struct array_rules *rules,
                    enum status expected, struct error *err)
{
    FILE *in = tmpfile(), *out = tmpfile();

    fputs(text, in);
    rewind(in);
    CU_ASSERT_EQUAL(array_rows(in, "rows.csv", out, rules, &shipped_rows, err),
                    expected);
    fclose(in);
    rewind(out);
    return out;
}

/* The first rows' texts in a column of an answer. */
static void column_read(FILE *file, const char *title, size_t rows, char texts[][40])
{
    struct line header, line;

    rewind(file);
    line_read(file, &header);
    for (size_t i = 0; i < rows; i++) {
        CU_ASSERT_FATAL(line_read(file, &line));
        snprintf(texts[i], sizeof texts[i], "%.39s", line_field(&header, &line, title));
    }
}

/* The same cache, its columns in other orders, under other names, in other units. */
static void columns_have_any_order_name_and_unit(void)
{
    static const char *const spellings[] = {
        "tech,node_nm,capacity_bytes,assoc,line_bits,access_mode,opt_target,temp_K\n"
        "SRAM,22,1048576,16,512,Sequential,ReadEDP,350\n",
        "opt_target,temp_K,access_mode,line_bits,assoc,capacity_bytes,node_nm,tech\n"
        "ReadEDP,350,Sequential,512,16,1048576,22,SRAM\n",
        "technology,node,capacity_MB,ways,line_bytes,access,target\n"
        "SRAM,22,1,16,64,sequential,readedp\n",
        "\xEF\xBB\xBF\"tech\",\"capacity\",\"access_mode\",\"optimization_target\"\r\n"
        "\"SRAM\", \"1 MiB\" ,\"sequential\",\"ReadEDP\"\r\n",
        "tech,node_nm,capacity_kb,access_mode,opt_target,temperature\n"
        "SRAM,22nm,1024,Sequential,ReadEDP,350K\n",
        "tech,capacity_bytes,access_mode,opt_target,temp_K\n"
        "SRAM,1M,Sequential,ReadEDP,\n",
    };
    char first[1][40], other[1][40];

    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        struct error err = { "" };
        FILE *out = answer(spellings[i], &array_rules_nvsim, STATUS_OK, &err);

        column_read(out, "capacity_bytes", 1, other);
        CU_ASSERT(strcmp(other[0], "1048576") == 0);
        column_read(out, "read_latency_ns", 1, i == 0 ? first : other);
        if (i == 0)
            CU_ASSERT(strtod(first[0], NULL) > 0);
        if (i > 0)
            CU_ASSERT_STRING_EQUAL(first[0], other[0]);
        if (i > 0 && strcmp(first[0], other[0]) != 0)
            fprintf(stderr, "spelling %zu: %s, not %s; %s\n", i, other[0], first[0],
                    err.text);
        fclose(out);
    }
}

static void a_bad_row_does_not_stop_those_after_it(void)
{
    struct error err = { "" };
    char area[3][40], note[3][40];
    FILE *out = answer("tech,node_nm,capacity_bytes\nSRAM,22,65536\nFLUX,22,65536\n"
                       "SRAM,22,131072\n",
                       &array_rules_nvsim, STATUS_INPUT, &err);

    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "rows.csv:3: "));
    column_read(out, "area_mm2", 3, area);
    column_read(out, "note", 3, note);
    CU_ASSERT(strtod(area[0], NULL) > 0);
    CU_ASSERT_STRING_EQUAL(area[1], "");
    CU_ASSERT(strlen(note[1]) > 0);
    CU_ASSERT(strtod(area[2], NULL) > strtod(area[0], NULL));
    CU_ASSERT_STRING_EQUAL(note[2], "");
    fclose(out);
}

static void rows_of_other_tools_are_said_to_be(void)
{
    struct error err = { "" };
    char note[2][40], read[2][40];
    FILE *out = answer("peer,tech,node_nm,capacity_bytes,read_latency_ns\n"
                       "CACTI,SRAM,22,65536,1\nNVSim,SRAM,22,65536,1\n",
                       &array_rules_nvsim, STATUS_OK, &err);

    column_read(out, "note", 2, note);
    column_read(out, "read_latency_ns", 2, read);
    CU_ASSERT_PTR_NOT_NULL(strstr(note[0], "CACTI"));
    CU_ASSERT_STRING_EQUAL(note[1], "");
    CU_ASSERT_STRING_EQUAL(read[0], read[1]);
    fclose(out);
}

/* The tool takes any node from 22 to 200 nm, its table steps between. */
static void nodes_between_the_tables_have_an_answer(void)
{
    struct error err = { "" };
    char area[4][40];
    FILE *out = answer("tech,node_nm,capacity_bytes\nSRAM,32,262144\nSRAM,40,262144\n"
                       "SRAM,45,262144\nSRAM,150,262144\n",
                       &array_rules_nvsim, STATUS_OK, &err);

    column_read(out, "area_mm2", 4, area);
    for (int i = 1; i < 4; i++)
        CU_ASSERT(strtod(area[i], NULL) > strtod(area[i - 1], NULL));
    fclose(out);
}

/* Devices of all three roadmaps, all access modes, from the tool's own tables. */
static void roadmaps_are_ordered_by_leakage(void)
{
    static const char *const modes[] = { "Normal", "Sequential", "Fast" };

    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        struct error err = { "" };
        char text[256], leak[3][40];
        FILE *out;

        snprintf(text, sizeof text,
                 "tech,node_nm,capacity_bytes,access_mode,roadmap,assoc\n"
                 "SRAM,32,262144,%s,HP,8\nSRAM,32,262144,%s,LOP,8\n"
                 "SRAM,32,262144,%s,LSTP,8\n",
                 modes[i], modes[i], modes[i]);
        out = answer(text, &array_rules_nvsim, STATUS_OK, &err);
        column_read(out, "leakage_mW", 3, leak);
        CU_ASSERT(strtod(leak[0], NULL) > strtod(leak[1], NULL));
        CU_ASSERT(strtod(leak[1], NULL) > strtod(leak[2], NULL));
        CU_ASSERT(strtod(leak[2], NULL) > 0);
        fclose(out);
    }
}

SUITE(array_rows, TEST(published_rows_agree_at_their_organization),
      TEST(the_search_finds_the_published_optimum),
      TEST(malformed_rows_are_refused_with_their_line),
      TEST(infeasible_rows_keep_their_keys_and_say_why),
      TEST(banks_of_more_mats_than_trees_reach_are_refused),
      TEST(columns_have_any_order_name_and_unit),
      TEST(a_bad_row_does_not_stop_those_after_it),
      TEST(rows_of_other_tools_are_said_to_be),
      TEST(nodes_between_the_tables_have_an_answer),
      TEST(roadmaps_are_ordered_by_leakage));
