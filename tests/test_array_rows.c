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
        { "tech,node_nm\n", "rows.csv:1: the header lacks column 'capacity_bytes'" },
        { "tech,node_nm,capacity_bytes\nSRAM,22,\n",
          "rows.csv:2: column capacity_bytes is empty" },
        { "tech,node_nm,capacity_bytes\nSRAM,22,1048576\nSRAM,22,1e6x\n",
          "rows.csv:3: column capacity_bytes is '1e6x'" },
        { "tech,node_nm,capacity_bytes\nSRAM,22,-5\n", "rows.csv:2: column capacity" },
        { "tech,node_nm,capacity_bytes\nSRAM,22,nan\n", "rows.csv:2: column capacity" },
        { "tech,node_nm,capacity_bytes\nSRAM,22,1000.5\n", "must be a whole number" },
        { "tech,node_nm,capacity_bytes\nFLUX,22,1048576\n",
          "no technology named 'FLUX'" },
        { "tech,node_nm,capacity_bytes\nSRAM,23,1048576\n", "no 23 nm node" },
        { "tech,node_nm,capacity_bytes,opt_target\nSRAM,22,1048576,Beauty\n",
          "'Beauty', must be one of ReadLatency" },
        { "tech,node_nm,capacity_bytes\nSRAM,22,1048576,7\n",
          "4 fields, the header 3" },
        { "tech,node_nm,capacity_bytes\nSRAM,22,1000\n", "no multiple of the 512-bit" },
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

SUITE(array_rows, TEST(published_rows_agree_at_their_organization),
      TEST(the_search_finds_the_published_optimum),
      TEST(malformed_rows_are_refused_with_their_line),
      TEST(infeasible_rows_keep_their_keys_and_say_why),
      TEST(banks_of_more_mats_than_trees_reach_are_refused));
