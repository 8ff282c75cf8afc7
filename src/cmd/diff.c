#include "cmd/cmd.h"

#include "base/memory.h"
#include "results/results.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 65536 };

struct difference {
    double largest; /* relative to the larger magnitude */
    uint64_t at, differing;
};

/* NaN equals NaN; NaN against a number is an infinite difference. */
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

/* A flat element's coordinates along the variable's dimensions. */
static void element_print(const struct results *results, const struct variable *variable,
                          uint64_t element)
{
    uint64_t rest = element, index[VARIABLE_DIMENSIONS];
    char text[100];

    for (size_t d = variable->dimension_count; d-- > 0;) {
        uint64_t count = results->dimensions[variable->dimensions[d]].count;

        index[d] = rest % count;
        rest /= count;
    }
    for (size_t d = 0; d < variable->dimension_count; d++)
        printf(" %s=%s", results->dimensions[variable->dimensions[d]].name,
               results_coordinate_format(results, variable->dimensions[d], index[d], text,
                                         sizeof text));
}

static enum status files_compare(const struct results *a, const struct results *b,
                                 uint64_t *differing, struct error *err)
{
    for (size_t i = 0; i < a->variable_count; i++) {
        const struct variable *va = &a->variables[i], *vb = results_find(b, va->name);
        struct difference difference;
        enum status status;

        if (!vb || vb->count != va->count || vb->dimension_count != va->dimension_count) {
            printf("%-28s %s\n", va->name, vb ? "other shape" : "only in the first file");
            ++*differing;
            continue;
        }
        if (va->kind == VARIABLE_TEXT || vb->kind == VARIABLE_TEXT) {
            bool is_same = va->kind == vb->kind;

            for (uint64_t k = 0; is_same && k < va->count; k++)
                is_same = strcmp(va->texts[k], vb->texts[k]) == 0;
            *differing += !is_same;
            if (!is_same)
                printf("%-28s other values\n", va->name);
            continue;
        }
        status = variables_compare(a, va, b, vb, &difference, err);
        if (status != STATUS_OK)
            return status;
        if (difference.differing == 0)
            continue;
        ++*differing;
        printf("%-28s %.3g in %llu of %llu, most at", va->name, difference.largest,
               (unsigned long long)difference.differing, (unsigned long long)va->count);
        element_print(a, va, difference.at);
        printf("\n");
    }
    for (size_t i = 0; i < b->variable_count; i++)
        if (!results_find(a, b->variables[i].name)) {
            printf("%-28s only in the second file\n", b->variables[i].name);
            ++*differing;
        }
    return STATUS_OK;
}

enum status cmd_diff(int argc, char **argv, struct error *err)
{
    struct results *a = NULL, *b = NULL;
    uint64_t differing = 0;
    enum status status = options_read(&argc, argv, NULL, 0, err);

    if (status != STATUS_OK)
        return status;
    if (argc != 2)
        return error_set(err, STATUS_INPUT, "diff needs two result files: nvsweep diff A B");
    status = results_open(argv[0], &a, err);
    if (status == STATUS_OK)
        status = results_open(argv[1], &b, err);
    if (status == STATUS_OK)
        status = files_compare(a, b, &differing, err);
    if (status == STATUS_OK && differing == 0)
        printf("no differences\n");
    results_close(a);
    results_close(b);
    if (status == STATUS_OK && differing)
        return STATUS_RECORDED;
    return status;
}
