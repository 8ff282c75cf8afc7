#include "cmd/quirks.h"

#include "array/rules.h"
#include "base/memory.h"
#include "cmd/csv.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *const metrics[] = { "area_mm2",         "read_latency_ns",
                                       "write_latency_ns", "read_energy_nJ",
                                       "write_energy_nJ",  "leakage_mW" };
enum { METRICS = sizeof metrics / sizeof *metrics };

/* Every 11th row, so that all technologies and modes occur. */
static char *sample(const char *text)
{
    enum { EVERY = 11 };
    char *kept = alloc_array(strlen(text) + 1, 1), *to = kept;
    size_t line = 0;

    for (const char *at = text; *at; line++) {
        size_t length = strcspn(at, "\n") + 1;

        if (line == 0 || line % EVERY == 1) {
            memcpy(to, at, length);
            to += length;
        }
        at += length;
    }
    *to = '\0';
    return kept;
}

static int by_size(const void *a, const void *b)
{
    double x = fabs(*(const double *)a), y = fabs(*(const double *)b);

    return (x > y) - (x < y);
}

/* Prints the relative changes of a metric over the rows. */
static void print_changes(const struct csv *before, const struct csv *after,
                          const char *metric)
{
    double *changes = alloc_array(before->count, sizeof *changes);
    size_t count = 0;

    for (size_t r = 1; r < before->count && r < after->count; r++) {
        double was = strtod(csv_cell(before, r, metric), NULL);
        const char *text = csv_cell(after, r, metric);

        if (was > 0 && text[0])
            changes[count++] = strtod(text, NULL) / was - 1;
    }
    qsort(changes, count, sizeof *changes, by_size);
    if (count == 0 || fabs(changes[count - 1]) < 5e-4)
        printf(" %13s", ".");
    else
        printf(" %+5.0f%% %+5.0f%%", 100 * changes[count / 2],
               100 * changes[count - 1]);
    free(changes);
}

static size_t refused(const struct csv *csv)
{
    size_t count = 0;

    for (size_t r = 1; r < csv->count; r++)
        count += csv_cell(csv, r, metrics[0])[0] == '\0';
    return count;
}

static enum status print_rules(const struct library *library,
                               const struct array_rules *rules, const char *name,
                               const char *asked, const struct csv *before,
                               struct error *err)
{
    struct csv after = { .count = 0 };
    char *text = alloc_text(asked);
    enum status status = csv_answer(library, rules, "array_peers.csv", text, &after,
                                    err);

    free(text);
    if (status != STATUS_OK)
        return status;
    printf("    %-22s", name);
    for (size_t m = 0; m < METRICS; m++)
        print_changes(before, &after, metrics[m]);
    if (refused(&after) > 0)
        printf("  %zu rows refused", refused(&after));
    printf("\n");
    csv_free(&after);
    return STATUS_OK;
}

enum status quirks_print(const struct library *library, const char *asked,
                         struct error *err)
{
    char *text = sample(asked), *copy = alloc_text(text);
    struct csv before = { .count = 0 };
    enum status status = csv_answer(library, &array_rules_nvsim, "array_peers.csv",
                                    copy, &before, err);

    free(copy);
    if (status != STATUS_OK)
        goto out;
    printf("  Effect of each corrected error of NVSim at its organizations, %zu rows: "
           "median and largest\n    %-22s %13s %13s %13s %13s %13s %13s\n",
           before.count - 1, "switch", "area", "read time", "write time", "read energy",
           "write energy", "leakage");
    for (const struct array_quirk *quirk = array_quirks;
         quirk->name && status == STATUS_OK; quirk++) {
        struct array_rules rules = array_rules_nvsim;
        bool *is_on = (bool *)(void *)((char *)&rules + quirk->offset);

        if (!*is_on)
            continue;
        *is_on = false;
        status = print_rules(library, &rules, quirk->name, text, &before, err);
    }
    if (status != STATUS_OK)
        goto out;
    status = print_rules(library, &array_rules_physical, "all (physical)", text,
                         &before, err);
out:
    csv_free(&before);
    free(text);
    return status;
}
