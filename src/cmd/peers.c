#include "cmd/peers.h"

#include "array/array_rows.h"
#include "base/memory.h"
#include "cmd/cmd.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 96, LINE = 4096 };

/* Rows of comma-separated cells; the first is the header. */
struct csv {
    char ***rows;
    size_t count, columns;
};

static void row_add(struct csv *csv, char *line)
{
    char **cells = alloc_array(FIELDS, sizeof *cells);
    size_t count = 0;

    line[strcspn(line, "\r\n")] = '\0';
    for (char *cell = line; cell && count < FIELDS;) {
        size_t length = strcspn(cell, ",");

        cells[count++] = alloc_text_part(cell, length);
        cell = cell[length] ? cell + length + 1 : NULL;
    }
    if (csv->count == 0)
        csv->columns = count;
    csv->rows = realloc_array(csv->rows, csv->count + 1, sizeof *csv->rows);
    csv->rows[csv->count++] = cells;
}

static void csv_read(struct csv *csv, FILE *file)
{
    char line[LINE];

    *csv = (struct csv){ .count = 0 };
    while (fgets(line, sizeof line, file))
        row_add(csv, line);
}

static void csv_free(struct csv *csv)
{
    for (size_t r = 0; r < csv->count; r++) {
        for (size_t c = 0; c < FIELDS; c++)
            free(csv->rows[r][c]);
        free(csv->rows[r]);
    }
    free(csv->rows);
    *csv = (struct csv){ .count = 0 };
}

static const char *cell_of(const struct csv *csv, size_t row, const char *column)
{
    for (size_t c = 0; c < csv->columns; c++)
        if (csv->rows[0][c] && strcmp(csv->rows[0][c], column) == 0)
            return csv->rows[row][c] ? csv->rows[row][c] : "";
    return "";
}

/* What describes the question; the organization follows in the rows that have it. */
static const char *const keys[] = {
    "peer",       "mode",         "tech",         "node_nm", "capacity_bytes",
    "assoc",      "line_bits",    "temp_K",       "roadmap", "access_mode",
    "opt_target", "arr_area_mm2", "area_eff_pct",
};
static const char *const organization[] = {
    "bank_rows",    "bank_cols",    "act_mats_col", "act_mats_row",  "act_sub_col",
    "act_sub_row",  "mat_rows",     "mat_cols",     "sub_rows",      "sub_cols",
    "mux_sa",       "mux_l1",       "mux_l2",       "tag_bank_rows", "tag_bank_cols",
    "tag_mat_rows", "tag_mat_cols", "tag_sub_rows", "tag_sub_cols",  "tag_mux_sa",
};
static const char *const totals[] = {
    "area_mm2",       "read_latency_ns", "write_latency_ns", "miss_latency_ns",
    "read_energy_nJ", "write_energy_nJ", "leakage_mW",
};
static const char *const components[] = {
    "rd_htree_ns", "rd_mat_ns",   "predec_ns", "rd_sub_ns",      "rowdec_ns",
    "bitline_ns",  "sa_ns",       "mux_ns",    "comp_ns",        "rd_htree_e_nJ",
    "rd_mat_e_nJ", "rd_sub_e_nJ", "sa_e_nJ",   "precharge_e_nJ", "rowdec_e_nJ",
};
#define COUNT(table) (sizeof(table) / sizeof *(table))

static bool is_asked(const struct csv *csv, size_t row, const char *peer)
{
    const char *target = cell_of(csv, row, "opt_target");

    if (strcmp(cell_of(csv, row, "peer"), peer) != 0)
        return false;
    /* targets of the other tools that ours does not have */
    return strcmp(peer, "NVSim") == 0 || strcmp(target, "ReadEDP") == 0 ||
           strcmp(target, "ReadED") == 0 || strcmp(target, "Area") == 0 ||
           strcmp(target, "ReadLatency") == 0;
}

/* The peer's rows as the question array_rows understands. */
static char *question(const struct csv *csv, const char *peer, bool is_organized,
                      size_t *rows)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    *rows = 0;
    for (size_t r = 0; r < csv->count; r++) {
        if (r && !is_asked(csv, r, peer))
            continue;
        *rows += r > 0;
        for (size_t k = 0; k < COUNT(keys); k++) {
            const char *cell = r ? cell_of(csv, r, keys[k]) : keys[k];

            if (strcmp(cell, "ReadED") == 0)
                cell = "ReadEDP";
            /* NVSim's sample cell of 146 F^2 exists in no FinFET node */
            if (strcmp(cell, "SRAM") == 0 && strcmp(peer, "NS-Cache") == 0)
                cell = "sram";
            fprintf(out, "%s%s", k ? "," : "", cell);
        }
        for (size_t k = 0; k < COUNT(organization) && is_organized; k++)
            fprintf(out, ",%s", r ? cell_of(csv, r, organization[k]) : organization[k]);
        fputc('\n', out);
    }
    fclose(out);
    return text;
}

static enum status answer(const struct library *library,
                          const struct array_rules *rules, char *asked,
                          struct csv *answered, struct error *err)
{
    struct array_library names = array_library_of(library);
    FILE *in = fmemopen(asked, strlen(asked), "r");
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    enum status status = array_rows(in, "array_peers.csv", out, rules, &names, err);

    fclose(in);
    fclose(out);
    if (status == STATUS_OK) {
        FILE *back = fmemopen(text, strlen(text) ? strlen(text) : 1, "r");

        csv_read(answered, back);
        fclose(back);
    }
    free(text);
    return status;
}

static int double_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Median and worst relative error of a column over the peer's rows. */
static size_t column_print(const struct csv *theirs, const struct csv *ours,
                           const char *peer, const char *column)
{
    double *errors = alloc_array(theirs->count, sizeof *errors);
    size_t count = 0, row = 0, outside = 0;

    for (size_t r = 1; r < theirs->count; r++) {
        const char *their, *our;

        if (!is_asked(theirs, r, peer) || ++row >= ours->count)
            continue;
        their = cell_of(theirs, r, column);
        our = cell_of(ours, row, column);
        if (!their[0] || strtod(their, NULL) == 0)
            continue;
        errors[count] = our[0] ? fabs(strtod(our, NULL) / strtod(their, NULL) - 1)
                               : INFINITY;
        outside += errors[count++] > 0.05;
    }
    qsort(errors, count, sizeof *errors, double_compare);
    if (count)
        printf("    %-18s %4zu rows   median %8.2g   worst %8.2g\n", column, count,
               errors[count / 2], errors[count - 1]);
    free(errors);
    return outside;
}

static enum status nvsim_print(const struct library *library, const struct csv *peers,
                               bool is_organized, size_t *missed, struct error *err)
{
    struct csv ours = { .count = 0 };
    size_t rows, same = 0, row = 0;
    char *asked = question(peers, "NVSim", is_organized, &rows);
    enum status status = answer(library, &array_rules_nvsim, asked, &ours, err);

    free(asked);
    if (status != STATUS_OK)
        return status;
    for (size_t r = 1; r < peers->count; r++) {
        bool is_same = true;

        if (!is_asked(peers, r, "NVSim") || ++row >= ours.count)
            continue;
        for (size_t k = 0; k < COUNT(organization); k++) {
            const char *their = cell_of(peers, r, organization[k]);

            if (their[0])
                is_same &= strtod(their, NULL) ==
                           strtod(cell_of(&ours, row, organization[k]), NULL);
        }
        same += is_same;
    }
    if (is_organized)
        printf("  NVSim, rules nvsim, at its organization (relative errors)\n");
    else
        printf("  NVSim, rules nvsim, our own search: the same organization in %zu of "
               "%zu\n",
               same, rows);
    for (size_t k = 0; k < COUNT(totals); k++)
        *missed += column_print(peers, &ours, "NVSim", totals[k]);
    for (size_t k = 0; k < COUNT(components) && is_organized; k++)
        *missed += column_print(peers, &ours, "NVSim", components[k]);
    csv_free(&ours);
    return STATUS_OK;
}

/* Why the tools differ where they do by more than a quarter. */
static const char *const ns_cache_reasons =
    "    area: its cells are relaxed to the logic cell's pitch (an STT cell takes one "
    "gate\n"
    "      pitch by one cell height), ours are the library's records; Area optima are "
    "one\n"
    "      monolith in its search and folded in ours\n"
    "    read: no global wire class (0.2 fF/um and one resistance for all lengths) and "
    "a\n"
    "      2..4 ns current converter at 7..14 nm; ours is the node's\n"
    "    leakage: 0.1 nA/um of every device at 300 K; ours are the node's LOP "
    "currents\n";
static const char *const cacti_reasons =
    "    leakage: 215 nA/um at 22 nm HP and a long-channel factor of 0.31, ours "
    "NVSim's\n"
    "      1057 nA/um: ITRS projections of different years\n"
    "    Area optima: CACTI bounds the slow-down it accepts, ours is the least area\n"
    "      whatever it costs in time\n"
    "    sequential rows: tag before data in its access time\n";

static enum status optima_print(const struct library *library, const struct csv *peers,
                                const char *peer, const char *reasons,
                                struct error *err)
{
    static const char *const shown[] = { "area_mm2", "read_latency_ns",
                                         "read_energy_nJ", "leakage_mW" };
    struct csv ours = { .count = 0 };
    size_t rows, row = 0;
    char *asked = question(peers, peer, false, &rows);
    enum status status = answer(library, &array_rules_physical, asked, &ours, err);

    free(asked);
    if (status != STATUS_OK)
        return status;
    printf("  %s's optimum and ours, rules physical (theirs / ours)\n", peer);
    for (size_t r = 1; r < peers->count; r++) {
        if (!is_asked(peers, r, peer) || ++row >= ours.count)
            continue;
        printf("    %-7s %3s nm %5.3g MiB %-12s", cell_of(peers, r, "tech"),
               cell_of(peers, r, "node_nm"),
               strtod(cell_of(peers, r, "capacity_bytes"), NULL) / 1048576,
               cell_of(peers, r, "opt_target"));
        for (size_t k = 0; k < COUNT(shown); k++) {
            const char *our = cell_of(&ours, row, shown[k]);

            printf("  %.*s %.3g / %.3g", (int)strcspn(shown[k], "_"), shown[k],
                   strtod(cell_of(peers, r, shown[k]), NULL),
                   our[0] ? strtod(our, NULL) : NAN);
        }
        printf("\n");
    }
    printf("   gaps over 25 %% and their reasons\n%s", reasons);
    csv_free(&ours);
    return STATUS_OK;
}

enum status peers_print(const struct library *library, const char *folder,
                        size_t *missed, struct error *err)
{
    char *path = alloc_printf("%s/published/array_peers.csv", folder);
    FILE *file = fopen(path, "r");
    struct csv peers;
    enum status status;

    *missed = 0;
    if (!file) {
        status = error_set(err, STATUS_INPUT, "%s: %s", path, strerror(errno));
        free(path);
        return status;
    }
    csv_read(&peers, file);
    fclose(file);
    free(path);
    printf("array against other tools (areas in mm2, ns, nJ, mW)\n");
    status = nvsim_print(library, &peers, true, missed, err);
    if (status == STATUS_OK)
        status = nvsim_print(library, &peers, false, missed, err);
    if (status == STATUS_OK)
        status = optima_print(library, &peers, "NS-Cache", ns_cache_reasons, err);
    if (status == STATUS_OK)
        status = optima_print(library, &peers, "CACTI7", cacti_reasons, err);
    csv_free(&peers);
    return status;
}
