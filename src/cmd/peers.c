#include "cmd/peers.h"

#include "base/statistics.h"
#include "compat/array_rows.h"
#include "base/maths.h"
#include "base/memory.h"
#include "cmd/cmd.h"
#include "cmd/csv.h"
#include "cmd/quirks.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char PEERS[] = "array_peers.csv";

/* Large caches: all of NVSim's sample cells, at the nodes of its tables and between them. */
static const char LARGE[] = "nvsim_large.csv";

/* Columns of the request; the columns of the organization follow in rows that have one. */
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
    const char *target = csv_cell(csv, row, "opt_target");

    if (strcmp(csv_cell(csv, row, "peer"), peer) != 0)
        return false;
    /* other tools have targets that the model does not have */
    return strcmp(peer, "NVSim") == 0 || strcmp(target, "ReadEDP") == 0 ||
           strcmp(target, "ReadED") == 0 || strcmp(target, "Area") == 0 ||
           strcmp(target, "ReadLatency") == 0;
}

/* The rows of one tool, in the form that array_rows reads. */
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
            const char *cell = r ? csv_cell(csv, r, keys[k]) : keys[k];

            if (strcmp(cell, "ReadED") == 0)
                cell = "ReadEDP";
            /* NVSim's sample cell of 146 F^2 does not exist at FinFET nodes */
            if (strcmp(cell, "SRAM") == 0 && strcmp(peer, "NS-Cache") == 0)
                cell = "sram";
            fprintf(out, "%s%s", k ? "," : "", cell);
        }
        for (size_t k = 0; k < COUNT(organization) && is_organized; k++)
            fprintf(out, ",%s",
                    r ? csv_cell(csv, r, organization[k]) : organization[k]);
        fputc('\n', out);
    }
    fclose(out);
    return text;
}

/* Prints the median and worst relative error of a column over the tool's rows. */
static size_t column_print(const struct csv *theirs, const struct csv *ours,
                           const char *peer, const char *column)
{
    double *errors = alloc_array(theirs->count, sizeof *errors);
    size_t count = 0, row = 0, outside = 0;

    for (size_t r = 1; r < theirs->count; r++) {
        const char *their, *our;

        if (!is_asked(theirs, r, peer) || ++row >= ours->count)
            continue;
        their = csv_cell(theirs, r, column);
        our = csv_cell(ours, row, column);
        if (!their[0] || strtod(their, NULL) == 0)
            continue;
        errors[count] = our[0] ? fabs(strtod(our, NULL) / strtod(their, NULL) - 1)
                               : INFINITY;
        outside += errors[count++] > 0.05;
    }
    numbers_sort(errors, count);
    if (count)
        printf("    %-18s %4zu rows   median %8.2g   worst %8.2g\n", column, count,
               errors[count / 2], errors[count - 1]);
    free(errors);
    return outside;
}

static enum status nvsim_print(const struct library *library, const char *name,
                               const struct csv *peers, bool is_organized,
                               size_t *missed, struct error *err)
{
    struct csv ours = { .count = 0 };
    size_t rows, same = 0, row = 0;
    char *asked = question(peers, "NVSim", is_organized, &rows);
    enum status status = csv_answer(library, &array_rules_nvsim, name, asked, &ours,
                                    err);

    free(asked);
    if (status != STATUS_OK)
        return status;
    for (size_t r = 1; r < peers->count; r++) {
        bool is_same = true;

        if (!is_asked(peers, r, "NVSim") || ++row >= ours.count)
            continue;
        for (size_t k = 0; k < COUNT(organization); k++) {
            const char *their = csv_cell(peers, r, organization[k]);

            if (their[0])
                is_same &= strtod(their, NULL) ==
                           strtod(csv_cell(&ours, row, organization[k]), NULL);
        }
        same += is_same;
    }
    if (is_organized)
        printf("  NVSim (%s), rules nvsim, at its organization (relative errors)\n",
               name);
    else
        printf(
            "  NVSim (%s), rules nvsim, our own search: the same organization in %zu "
            "of %zu\n",
            name, same, rows);
    for (size_t k = 0; k < COUNT(totals); k++)
        *missed += column_print(peers, &ours, "NVSim", totals[k]);
    for (size_t k = 0; k < COUNT(components) && is_organized; k++)
        *missed += column_print(peers, &ours, "NVSim", components[k]);
    csv_free(&ours);
    return STATUS_OK;
}

/* Why the tools differ by more than a quarter. */
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
    enum status status = csv_answer(library, &array_rules_physical, PEERS, asked, &ours,
                                    err);

    free(asked);
    if (status != STATUS_OK)
        return status;
    printf("  %s's optimum and ours, rules physical (theirs / ours)\n", peer);
    for (size_t r = 1; r < peers->count; r++) {
        if (!is_asked(peers, r, peer) || ++row >= ours.count)
            continue;
        printf("    %-7s %3s nm %5.3g MiB %-12s", csv_cell(peers, r, "tech"),
               csv_cell(peers, r, "node_nm"),
               strtod(csv_cell(peers, r, "capacity_bytes"), NULL) / 1048576,
               csv_cell(peers, r, "opt_target"));
        for (size_t k = 0; k < COUNT(shown); k++) {
            const char *our = csv_cell(&ours, row, shown[k]);

            printf("  %.*s %.3g / %.3g", (int)strcspn(shown[k], "_"), shown[k],
                   strtod(csv_cell(peers, r, shown[k]), NULL),
                   our[0] ? strtod(our, NULL) : NAN);
        }
        printf("\n");
    }
    printf("   differences over 25 %% and their reasons\n%s", reasons);
    csv_free(&ours);
    return STATUS_OK;
}

/* Do the values agree within half a unit of the last printed decimal, plus rounding of sums
 * and units? */
static bool agrees_as_printed(const char *their, const char *our)
{
    const char *point = strchr(their, '.');
    double unit = point ? maths_pow(10, -(double)strlen(point + 1)) : 1;

    return fabs(strtod(our, NULL) - strtod(their, NULL)) <= 0.51 * unit;
}

static enum status runs_compare(const struct library *library, const char *path,
                                size_t *rows, size_t *numbers, size_t *equal,
                                struct error *err)
{
    struct csv theirs = { .count = 0 }, ours = { .count = 0 };
    char *asked = csv_text(path);
    FILE *in = asked ? fmemopen(asked, strlen(asked), "r") : NULL;
    enum status status;

    if (!in) {
        status = error_set(err, STATUS_INPUT, "%s: %s", path, strerror(errno));
        goto out;
    }
    csv_read(&theirs, in);
    fclose(in);
    status = csv_answer(library, &array_rules_nvsim, path, asked, &ours, err);
    for (size_t r = 1; status == STATUS_OK && r < theirs.count; r++)
        for (size_t c = 0; c < theirs.columns; c++) {
            const char *their = theirs.rows[r][c], *column = theirs.rows[0][c];

            if (strncmp(column, "cell", 4) == 0 || !strchr(their ? their : "", '.'))
                continue; /* columns of the request, and the cell's area */
            ++*numbers;
            *equal += agrees_as_printed(their, csv_cell(&ours, r, column));
        }
    *rows = theirs.count - 1;
out:
    csv_free(&theirs);
    csv_free(&ours);
    free(asked);
    return status;
}

/* Compares with published runs of NVSim that state no organization: caches found by our
 * search; figures agree to the three printed decimals. */
static enum status runs_print(const struct library *library, const char *folder,
                              struct error *err)
{
    static const struct {
        const char *file, *what;
    } runs[] = {
        { "nvsim_class_project.csv", "caches of a class project (CMU 18-743, 2018)" },
        { "nvsim_runs.csv", "caches of DeepNVM++'s recalled bitcells at 22 nm" },
    };
    enum status status = STATUS_OK;

    for (size_t i = 0; i < COUNT(runs) && status == STATUS_OK; i++) {
        char *path = alloc_printf("%s/published/%s", folder, runs[i].file);
        size_t equal = 0, numbers = 0, rows = 0;

        status = runs_compare(library, path, &rows, &numbers, &equal, err);
        if (status == STATUS_OK)
            printf("  NVSim, %s: %zu of %zu figures of %zu rows agree as printed\n",
                   runs[i].what, equal, numbers, rows);
        free(path);
    }
    return status;
}

/* Prints the effect of each corrected error, for a sample of NVSim's rows. */
static enum status quirks_ask(const struct library *library, const struct csv *peers,
                              struct error *err)
{
    size_t rows;
    char *asked = question(peers, "NVSim", true, &rows);
    enum status status = quirks_print(library, asked, err);

    free(asked);
    return status;
}

static enum status peers_read(const char *folder, const char *name, struct csv *peers,
                              struct error *err)
{
    char *path = alloc_printf("%s/published/%s", folder, name);
    FILE *file = fopen(path, "r");
    enum status status = STATUS_OK;

    if (file)
        csv_read(peers, file);
    else
        status = error_set(err, STATUS_INPUT, "%s: %s", path, strerror(errno));
    if (file)
        fclose(file);
    free(path);
    return status;
}

/* Compares a file of NVSim's rows, at its organization and at our search's. */
static enum status nvsim_both_print(const struct library *library, const char *name,
                                    const struct csv *peers, size_t *missed,
                                    struct error *err)
{
    enum status status = nvsim_print(library, name, peers, true, missed, err);

    if (status == STATUS_OK)
        status = nvsim_print(library, name, peers, false, missed, err);
    return status;
}

enum status peers_print(const struct library *library, const char *folder,
                        size_t *missed, struct error *err)
{
    struct csv peers = { .count = 0 }, large = { .count = 0 };
    enum status status = peers_read(folder, PEERS, &peers, err);

    *missed = 0;
    if (status != STATUS_OK)
        goto out;
    status = peers_read(folder, LARGE, &large, err);
    if (status != STATUS_OK)
        goto out;
    printf("array against other tools (areas in mm2, ns, nJ, mW)\n");
    status = nvsim_both_print(library, PEERS, &peers, missed, err);
    if (status != STATUS_OK)
        goto out;
    status = nvsim_both_print(library, LARGE, &large, missed, err);
    if (status != STATUS_OK)
        goto out;
    status = runs_print(library, folder, err);
    if (status != STATUS_OK)
        goto out;
    status = quirks_ask(library, &peers, err);
    if (status != STATUS_OK)
        goto out;
    status = optima_print(library, &peers, "NS-Cache", ns_cache_reasons, err);
    if (status != STATUS_OK)
        goto out;
    status = optima_print(library, &peers, "CACTI7", cacti_reasons, err);
out:
    csv_free(&peers);
    csv_free(&large);
    return status;
}
