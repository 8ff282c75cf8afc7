#include "cmd/cmd.h"

#include "base/memory.h"
#include "base/mix.h"
#include "base/units.h"
#include "config/sweep.h"
#include "results/results.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The sweep's text and its records come from the file, so a difference in values shows that a
 * model has changed since. */
static enum status sweep_of(const struct results *results,
                            const struct library *library, struct sweep *sweep,
                            struct error *err)
{
    struct error why;
    enum status status = sweep_read_text(results->path, results->sweep_text, library,
                                         sweep, &why);

    if (status != STATUS_OK)
        error_set(err, status, "the sweep in the file cannot be read any more: %s",
                  why.text);
    return status;
}

/* The file in memory in place of finished stages; only what the sample reads is loaded. */
struct verify_inputs {
    const char *bytes; /* NULL: a packed copy, whose columns are read completely */
    size_t size;
};

static bool is_mapped(const struct verify_inputs *inputs, const void *at)
{
    return inputs->bytes && (const char *)at >= inputs->bytes &&
           (const char *)at < inputs->bytes + inputs->size;
}

/* All elements of a variable: mapped if they are aligned, otherwise a copy (datasets of less
 * than a page may not be aligned). */
static enum status input_get(const struct results *results,
                             const struct verify_inputs *inputs,
                             const struct variable *variable, void **at,
                             struct error *err)
{
    if (inputs->bytes && variable->offset % sizeof(uint64_t) == 0) {
        *at = (void *)(uintptr_t)(inputs->bytes + variable->offset);
        return STATUS_OK;
    }
    *at = alloc_array(variable->count, variable->item_bytes);
    return results_read_raw(results, variable, 0, variable->count, *at, err);
}

/* Loads the columns that later stages read. */
static enum status inputs_get(const struct results *results,
                              const struct verify_inputs *inputs, struct study *study,
                              enum stage_id id, size_t s, struct error *err)
{
    const struct results_stage *in = &results->stages[s];
    void *codes = NULL;
    enum status status = input_get(results, inputs, &results->variables[in->status],
                                   &codes, err);

    study->statuses[id] = codes;
    for (size_t m = 0; m < stages[id]->metric_count && status == STATUS_OK; m++)
        status = input_get(results, inputs, &results->variables[in->columns[m]],
                           &study->results[id].column[m], err);
    return status;
}

/* Removes mapped columns from the study, so that study_free frees the copies only. */
static void inputs_forget(const struct verify_inputs *inputs, struct study *study)
{
    for (enum stage_id id = 0; id < STAGE_COUNT; id++) {
        if (is_mapped(inputs, study->statuses[id]))
            study->statuses[id] = NULL;
        for (size_t m = 0; m < stages[id]->metric_count; m++)
            if (is_mapped(inputs, study->results[id].column[m]))
                study->results[id].column[m] = NULL;
    }
    raw_unmap(inputs->bytes, inputs->size);
}

/* Evaluates a computed point again; *differing: number of columns with other bytes. */
static enum status point_recompute(const struct results *results,
                                   const struct study *study, enum stage_id id,
                                   size_t s, uint64_t point, uint64_t *checked,
                                   uint64_t *differing, struct error *err)
{
    const struct results_stage *in = &results->stages[s];
    struct columns columns;
    int8_t now = POINT_PENDING, then = POINT_PENDING;
    enum status status = results_read_raw(results, &results->variables[in->status],
                                          point, 1, &then, err);

    if (status != STATUS_OK || (then != POINT_DONE && then != POINT_INFEASIBLE))
        return status;
    ++*checked;
    columns_alloc(id, 1, &columns);
    stages[id]->evaluate(study, (struct range){ point, 1 }, &columns, &now, NULL);
    *differing += now != then;
    if (status != STATUS_OK)
        goto out;
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
out:
    columns_free(id, &columns);
    return status;
}

static uint64_t computed(const struct results_summary *summary, size_t s)
{
    return summary->points[s][POINT_DONE] + summary->points[s][POINT_INFEASIBLE];
}

/* Does a later stage of the file, with results, read this stage? */
static bool is_read_later(const struct results *results, const struct study *study,
                          enum stage_id id, const struct results_summary *summary)
{
    size_t s = 0;

    for (int later = 0; later < STAGE_COUNT && s < results->stage_count; later++) {
        stage_mask inputs;

        if (!(study->stages >> later & 1))
            continue;
        inputs = stages[later]->inputs |
                 stage_inputs(study->sweep, (enum stage_id)later);
        if (later > (int)id && inputs >> id & 1 && computed(summary, s))
            return true;
        s++;
    }
    return false;
}

enum { DRAWS_MOST = 64 }; /* per sample, because a drawn point may be pending */

/* Evaluates up to `samples` points of a stage again, spread over all of it; if few points are
 * computed, the first ones. */
static enum status stage_recompute(const struct results *results,
                                   const struct study *study, enum stage_id id,
                                   size_t s, uint64_t samples, uint64_t *checked,
                                   uint64_t *differing, struct error *err)
{
    uint64_t points = study->grids[id].points, here = 0;
    uint64_t *first = alloc_array(samples, sizeof *first);
    enum status status = STATUS_OK;
    size_t found = 0;

    for (uint64_t i = 0; here < samples && i < DRAWS_MOST * samples && i < points &&
                         status == STATUS_OK;
         i++)
        status = point_recompute(results, study, id, s,
                                 points <= samples ? i : mix(i) % points, &here,
                                 differing, err);
    if (status == STATUS_OK && !here)
        status = results_points_with(results, s, POINT_DONE, 0, first, samples, &found,
                                     err);
    for (size_t i = 0; i < found && status == STATUS_OK; i++)
        status = point_recompute(results, study, id, s, first[i], &here, differing,
                                 err);
    *checked += here;
    free(first);
    return status;
}

static enum status sample_recompute(const struct results *results,
                                    const struct verify_inputs *inputs,
                                    struct study *study, uint64_t samples,
                                    uint64_t *checked, uint64_t *differing,
                                    struct error *err)
{
    struct results_summary summary;
    enum status status = results_summarize(results, &summary, err);
    size_t s = 0;

    for (enum stage_id id = 0; id < STAGE_COUNT && status == STATUS_OK; id++) {
        uint64_t points = study->grids[id].points;

        if (!(study->stages >> id & 1))
            continue;
        if (s == results->stage_count ||
            strcmp(results->stages[s].name, stages[id]->name) != 0 ||
            results->variables[results->stages[s].status].count != points)
            return error_set(err, STATUS_INPUT,
                             "%s: its sweep has a different number of points in this "
                             "version",
                             results->path);
        if (computed(&summary, s))
            status = stage_recompute(results, study, id, s, samples, checked, differing,
                                     err);
        if (status == STATUS_OK && is_read_later(results, study, id, &summary))
            status = inputs_get(results, inputs, study, id, s, err);
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
    struct verify_inputs inputs = { NULL, 0 };
    struct layout layout;
    struct error why = { "" };
    enum status status = library_load_inside(results, &library, err);

    if (status != STATUS_OK)
        goto out;
    status = sweep_of(results, &library, &sweep, err);
    if (status != STATUS_OK)
        goto out;
    status = data_load(&library, &sweep, &why);
    if (status != STATUS_OK) {
        error_set(err, status, "%s; or --sample 0, which checks the bytes alone",
                  why.text);
        goto out;
    }
    status = study_init(&study, &sweep, &library, err);
    if (status != STATUS_OK)
        goto out;
    /* checks that the columns have the stages' widths */
    status = results_layout(results, &study, stages, &layout, err);
    if (status != STATUS_OK)
        goto out;
    if (!results->packed)
        inputs.bytes = raw_map(&results->raw, &inputs.size);
    status = sample_recompute(results, &inputs, &study, samples, checked, differing,
                              err);
out:
    inputs_forget(&inputs, &study);
    study_free(&study);
    sweep_free(&sweep);
    library_free(&library);
    return status;
}

enum status cmd_verify(int argc, char **argv, struct error *err)
{
    const char *sample = "16";
    struct results *results = NULL;
    struct results_blocks blocks = { 0 };
    uint64_t checked = 0, differing = 0;
    struct error where = { "" };
    bool is_intact = true;
    double samples;
    enum status status = options_read("verify", &argc, argv, err);

    option_get("sample", &sample);

    if (status != STATUS_OK)
        return status;
    if (argc != 1 || quantity_parse(sample, "1", &samples, NULL) != STATUS_OK ||
        samples < 0 || samples > 1e6)
        return error_set(
            err, STATUS_INPUT,
            "verify needs a result file: nvsweep verify FILE [--sample N]");
    status = results_open(argv[0], &results, err);
    if (status != STATUS_OK)
        goto out;
    status = results_check_seal(results, &is_intact, err);
    if (status != STATUS_OK)
        goto out;
    if (results_verify(results, &blocks, &where) != STATUS_OK)
        status = error_set(err, STATUS_IO, "%s", where.text);
    if (status != STATUS_OK)
        goto out;
    if (samples > 0 && is_intact)
        status = recompute(results, (uint64_t)samples, &checked, &differing, err);
    if (status != STATUS_OK)
        goto out;
    printf("%" PRIu64 " committed blocks checked, %" PRIu64 " damaged%s%s, %" PRIu64
           " pending; %s%" PRIu64 " points recomputed, %" PRIu64 " differ\n",
           blocks.checked, blocks.damaged, blocks.damaged ? ": " : "",
           blocks.damaged ? where.text : "", blocks.pending,
           is_intact ? "" : "coordinates, units or labels are damaged; ", checked,
           differing);
    if (blocks.damaged || differing || !is_intact)
        status = STATUS_RECORDED;
    else if (blocks.pending)
        status = error_set(err, STATUS_RESUME,
                           "%s: %" PRIu64
                           " blocks are pending; `nvsweep run` with its sweep "
                           "continues it",
                           argv[0], blocks.pending);
out:
    results_close(results);
    return status;
}
