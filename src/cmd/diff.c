#include "cmd/cmd.h"

#include "base/memory.h"
#include "base/json.h"
#include "results/results.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 65536 };

struct difference {
    double largest; /* relative to the larger magnitude */
    uint64_t at, differing;
};

/* NaN equals NaN; NaN and a number differ infinitely. */
static double relative(double a, double b)
{
    double scale = fmax(fabs(a), fabs(b));

    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b) ? 0 : INFINITY;
    return scale > 0 ? fabs(a - b) / scale : 0;
}

static enum status variables_compare(const struct results *a, const struct variable *va,
                                     const struct results *b, const struct variable *vb,
                                     struct difference *difference, struct error *err)
{
    double *x = alloc_array(CHUNK, sizeof *x), *y = alloc_array(CHUNK, sizeof *y);
    enum status status = STATUS_OK;

    *difference = (struct difference){ .largest = 0 };
    for (uint64_t first = 0; first < va->count && status == STATUS_OK; first += CHUNK) {
        uint64_t count = va->count - first < CHUNK ? va->count - first : CHUNK;

        status = results_read_numbers(a, va, first, count, x, err);
        if (status == STATUS_OK)
            status = results_read_numbers(b, vb, first, count, y, err);
        for (uint64_t i = 0; i < count && status == STATUS_OK; i++) {
            double r = relative(x[i], y[i]);

            difference->differing += r > 0;
            if (r > difference->largest) {
                difference->largest = r;
                difference->at = first + i;
            }
        }
    }
    free(x);
    free(y);
    return status;
}

/* The difference in one variable. */
struct column_finding {
    const char *name, *words; /* words: "only in ...", or NULL if numbers differ */
    const struct variable *variable;
    struct difference difference;
};

struct file_comparison {
    const struct results *a, *b;
    bool is_json;
    uint64_t differing; /* variables */
};

/* Prints the coordinates of a flat element along the variable's dimensions. */
static void element_print(const struct file_comparison *comparison,
                          const struct column_finding *finding)
{
    const struct results *results = comparison->a;
    const struct variable *variable = finding->variable;
    uint64_t rest = finding->difference.at, index[VARIABLE_DIMENSIONS];
    unsigned members = 0;
    char text[100];

    for (size_t d = variable->dimension_count; d-- > 0;) {
        uint64_t count = results->dimensions[variable->dimensions[d]].count;

        index[d] = rest % count;
        rest /= count;
    }
    for (size_t d = 0; d < variable->dimension_count; d++) {
        const char *name = results->dimensions[variable->dimensions[d]].name;

        if (results->dimensions[variable->dimensions[d]].count == 1)
            continue;

        results_coordinate_format(results, variable->dimensions[d], index[d], text,
                                  sizeof text);
        if (comparison->is_json) {
            json_name(stdout, &members, name);
            json_text(stdout, text);
        } else {
            printf(" %s=%s", name, text);
        }
    }
}

static void finding_json(const struct file_comparison *comparison,
                         const struct column_finding *finding)
{
    unsigned members = 0;

    printf("%s\n{", comparison->differing > 1 ? "," : "");
    json_name(stdout, &members, "name");
    json_text(stdout, finding->name);
    if (finding->words) {
        json_name(stdout, &members, "difference");
        json_text(stdout, finding->words);
    } else {
        json_name(stdout, &members, "largest"); /* null: a number against none */
        json_number(stdout, finding->difference.largest);
        json_name(stdout, &members, "differing");
        printf("%llu", (unsigned long long)finding->difference.differing);
        json_name(stdout, &members, "of");
        printf("%llu", (unsigned long long)finding->variable->count);
        json_name(stdout, &members, "at");
        printf("{");
        element_print(comparison, finding);
        printf("}");
    }
    printf("}");
}

static void finding_print(struct file_comparison *comparison,
                          const struct column_finding *finding)
{
    comparison->differing++;
    if (comparison->is_json) {
        finding_json(comparison, finding);
    } else if (finding->words) {
        printf("%-28s %s\n", finding->name, finding->words);
    } else {
        printf("%-28s %.3g in %llu of %llu, most at", finding->name,
               finding->difference.largest,
               (unsigned long long)finding->difference.differing,
               (unsigned long long)finding->variable->count);
        element_print(comparison, finding);
        printf("\n");
    }
}

static bool texts_equal(const struct variable *a, const struct variable *b)
{
    bool is_same = a->kind == b->kind;

    for (uint64_t k = 0; is_same && k < a->count; k++)
        is_same = strcmp(a->texts[k], b->texts[k]) == 0;
    return is_same;
}

static enum status pair_compare(struct file_comparison *comparison,
                                const struct variable *a, const struct variable *b,
                                struct error *err)
{
    struct column_finding finding = { .name = a->name, .variable = a };
    enum status status = STATUS_OK;

    if (!b)
        finding.words = "only in the first file";
    else if (b->count != a->count || b->dimension_count != a->dimension_count)
        finding.words = "other shape";
    else if ((a->kind == VARIABLE_TEXT || b->kind == VARIABLE_TEXT) &&
             !texts_equal(a, b))
        finding.words = "other values";
    else if (a->kind != VARIABLE_TEXT)
        status = variables_compare(comparison->a, a, comparison->b, b,
                                   &finding.difference, err);
    if (status == STATUS_OK && (finding.words || finding.difference.differing))
        finding_print(comparison, &finding);
    return status;
}

/* Checksums of metadata differ even if only the program's version does, so they are skipped. */
static bool is_compared(const struct variable *variable)
{
    return strcmp(variable->path, RESULTS_METADATA_CHECKSUM) != 0;
}

static enum status files_compare(struct file_comparison *comparison, struct error *err)
{
    const struct results *a = comparison->a, *b = comparison->b;
    enum status status = STATUS_OK;

    if (comparison->is_json)
        printf("[");
    for (size_t i = 0; i < a->variable_count && status == STATUS_OK; i++)
        if (is_compared(&a->variables[i]))
            status = pair_compare(comparison, &a->variables[i],
                                  results_find_path(b, a->variables[i].path), err);
    for (size_t i = 0; i < b->variable_count && status == STATUS_OK; i++)
        if (is_compared(&b->variables[i]) &&
            !results_find_path(a, b->variables[i].path))
            finding_print(comparison, &(struct column_finding){
                                          .name = b->variables[i].name,
                                          .words = "only in the second file" });
    if (comparison->is_json)
        printf("\n]\n");
    else if (status == STATUS_OK && comparison->differing == 0)
        printf("no differences\n");
    return status;
}

enum status cmd_diff(int argc, char **argv, struct error *err)
{
    struct results *a = NULL, *b = NULL;
    struct file_comparison comparison = { .differing = 0 };
    enum status status = options_read("diff", &argc, argv, err);

    option_get_flag("json", &comparison.is_json);

    if (status != STATUS_OK)
        return status;
    if (argc != 2)
        return error_set(err, STATUS_INPUT,
                         "diff needs two result files: nvsweep diff A B");
    status = results_open_intact(argv[0], &a, err);
    if (status != STATUS_OK)
        goto out;
    status = results_open_intact(argv[1], &b, err);
    if (status != STATUS_OK)
        goto out;
    comparison.a = a;
    comparison.b = b;
    status = files_compare(&comparison, err);
    if (status == STATUS_OK && comparison.differing)
        status = STATUS_RECORDED;
out:
    results_close(a);
    results_close(b);
    return status;
}
