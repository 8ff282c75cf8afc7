#include "cmd/cmd.h"

#include "base/memory.h"
#include "base/units.h"
#include "config/sweep.h"
#include "results/results.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The sweep's text stands in the file; the records are today's, so a difference of values
 * shows a library or a model that changed since. */
static enum status sweep_of(const struct results *results,
                            const struct library *library, struct sweep *sweep,
                            struct error *err)
{
    struct error why;
    enum status status = sweep_read_text(results->path, results->sweep_text, library,
                                         sweep, &why);

    if (status != STATUS_OK)
        error_set(err, status, "its sweep no longer reads: %s", why.text);
    return status;
}

/* Load what later stages read from the file, whole. */
static enum status inputs_read(const struct results *results, struct study *study,
                               enum stage_id id, size_t s, struct error *err)
{
    const struct results_stage *in = &results->stages[s];
    uint64_t points = study->grids[id].points;
    int8_t *codes = alloc_array(points, 1);
    enum status status = results_read_raw(results, &results->variables[in->status], 0,
                                          points, codes, err);

    columns_alloc(id, points, &study->results[id]);
    study->statuses[id] = codes;
    for (size_t m = 0; m < stages[id]->metric_count && status == STATUS_OK; m++) {
        const struct variable *v = &results->variables[in->columns[m]];

        status = results_read_raw(results, v, 0, v->count, study->results[id].column[m],
                                  err);
    }
    return status;
}

static uint64_t mixed(uint64_t x) /* splitmix64 */
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* Evaluate one point again; *differing counts columns whose bytes are others. */
static enum status point_recompute(const struct results *results,
                                   const struct study *study, enum stage_id id,
                                   size_t s, uint64_t point, uint64_t *differing,
                                   struct error *err)
{
    const struct results_stage *in = &results->stages[s];
    union columns columns;
    int8_t now = POINT_PENDING, then = POINT_PENDING;
    enum status status = results_read_raw(results, &results->variables[in->status],
                                          point, 1, &then, err);

    if (status != STATUS_OK || (then != POINT_DONE && then != POINT_INFEASIBLE))
        return status;
    columns_alloc(id, 1, &columns);
    stages[id]->evaluate(study, (struct range){ point, 1 }, &columns, &now, NULL);
    *differing += now != then;
    for (size_t m = 0;
         m < stages[id]->metric_count && status == STATUS_OK && now == then; m++) {
        size_t bytes = metric_point_bytes(&stages[id]->metrics[m]);
        const struct variable *v = &results->variables[in->columns[m]];
        char *stored = alloc_array(bytes, 1);

        status = results_read_raw(results, v, point * (bytes / 8), bytes / 8, stored,
                                  err);
        if (status == STATUS_OK && memcmp(stored, columns.column[m], bytes) != 0) {
            char where[512];

            ++*differing;
            printf("differs  %s at %s\n", v->name,
                   results_point_format(results, s, point, where, sizeof where));
        }
        free(stored);
    }
    columns_free(id, &columns);
    return status;
}

static enum status sample_recompute(const struct results *results, struct study *study,
                                    uint64_t samples, uint64_t *checked,
                                    uint64_t *differing, struct error *err)
{
    enum status status = STATUS_OK;
    size_t s = 0;

    for (enum stage_id id = 0; id < STAGE_COUNT && status == STATUS_OK; id++) {
        uint64_t points = study->grids[id].points;

        if (!(study->stages >> id & 1))
            continue;
        if (s == results->stage_count ||
            strcmp(results->stages[s].name, stages[id]->name) != 0 ||
            results->variables[results->stages[s].status].count != points)
            return error_set(err, STATUS_INPUT, "%s: its sweep has other points now",
                             results->path);
        for (uint64_t i = 0; i < samples && i < points && status == STATUS_OK; i++) {
            uint64_t point = points <= samples ? i : mixed(i) % points;

            status = point_recompute(results, study, id, s, point, differing, err);
            ++*checked;
        }
        if (status == STATUS_OK && id + 1 < STAGE_COUNT)
            status = inputs_read(results, study, id, s, err);
        s++;
    }
    return status;
}

static enum status recompute(const struct results *results, uint64_t samples,
                             uint64_t *checked, uint64_t *differing, struct error *err)
{
    struct library library;
    struct sweep sweep = { 0 };
    struct study study = { .sweep = NULL };
    struct layout layout;
    enum status status = library_load(&library, err);

    if (status == STATUS_OK)
        status = sweep_of(results, &library, &sweep, err);
    if (status == STATUS_OK)
        status = study_init(&study, &sweep, &library, err);
    if (status == STATUS_OK) /* the columns are as wide as the stages' */
        status = results_layout(results, &study, stages, &layout, err);
    if (status == STATUS_OK)
        status = sample_recompute(results, &study, samples, checked, differing, err);
    study_free(&study);
    sweep_free(&sweep);
    library_free(&library);
    return status;
}

enum status cmd_verify(int argc, char **argv, struct error *err)
{
    const char *sample = "16";
    const struct option_spec options[] = { { "sample", &sample, NULL } };
    struct results *results = NULL;
    uint64_t blocks = 0, damaged = 0, checked = 0, differing = 0;
    struct error where = { "" };
    double samples;
    enum status status = options_read(&argc, argv, options, 1, err);

    if (status != STATUS_OK)
        return status;
    if (argc != 1 || quantity_parse(sample, "1", &samples, NULL) != STATUS_OK ||
        samples < 0 || samples > 1e6)
        return error_set(
            err, STATUS_INPUT,
            "verify needs a result file: nvsweep verify FILE [--sample N]");
    status = results_open(argv[0], &results, err);
    if (status == STATUS_OK)
        status = results_verify(results, &blocks, &damaged, &where);
    if (status == STATUS_OK && samples > 0)
        status = recompute(results, (uint64_t)samples, &checked, &differing, err);
    else if (where.text[0] && !err->text[0])
        *err = where;
    if (status == STATUS_OK)
        printf("%" PRIu64 " committed blocks checked, %" PRIu64 " damaged%s%s; %" PRIu64
               " points recomputed, %" PRIu64 " differ\n",
               blocks, damaged, damaged ? ": " : "", damaged ? where.text : "", checked,
               differing);
    results_close(results);
    if (status == STATUS_OK && (damaged || differing))
        return STATUS_RECORDED;
    return status;
}
