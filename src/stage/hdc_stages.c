/* The hdc_memory stage: operations of the memory that stores hypervectors.  The hdc_texts stage:
 * the classification of texts with them (hdc/hdc.h). */
#include "stage/stages.h"

#include "columns/hdc_memory.h"
#include "columns/hdc_texts.h"
#include "hdc/hdc.h"
#include "stage/visit.h"

/* Returns the work of queries that have the mean length of the task's texts. */
static struct hdc_work work_at(const struct point *point)
{
    const struct hdc_task *task = (const struct hdc_task *)point->hdc_task;
    double texts = (double)(task->queries ? task->queries : task->texts);

    return (struct hdc_work){
        .dimension = (double)task->dimension,
        .ngram = (double)task->ngram,
        .symbols = (double)task->symbols,
        .classes = (double)task->classes,
        .texts = texts,
        .characters = (double)task->characters * texts / (double)task->texts,
    };
}

static enum status memory_visit(const struct visit *visit, const struct columns *out,
                                uint64_t i, struct error *reason)
{
    const struct point *point = &visit->point;
    struct hdc_costs_request request = {
        .hdc = (const struct hdc *)point->hdc,
        .cell = (const struct cell *)point->technology,
        .temperature_k = point->temperature_k,
        .work = work_at(point),
    };
    struct hdc_memory_row costs;
    enum status status = visit_node(visit, &request.node, reason);

    if (status == STATUS_OK)
        status = hdc_costs_make(&request, &costs, reason);
    if (status != STATUS_OK)
        return status;
    columns_put(STAGE_HDC_MEMORY, out, i, &costs);
    return STATUS_OK;
}

static void hdc_memory_stage_evaluate(const struct study *study, struct range points,
                                      const struct columns *out, int8_t *status,
                                      struct error *reason)
{
    stage_visit(study, STAGE_HDC_MEMORY, points, memory_visit, NULL, out, status,
                reason);
}

const struct stage hdc_memory_stage = {
    .name = "hdc_memory",
    .summary = "the memory of hypervectors: read, write, shift, transverse read",
    STAGE_METRICS(hdc_memory),
    .axes = AXIS_BIT(technology) | AXIS_BIT(node_m) | AXIS_BIT(roadmap) |
            AXIS_BIT(temperature_k) | AXIS_BIT(hdc) | AXIS_BIT(hdc_task),
    .ignored_fields = "hdc_task.queries",
    .enabled_by = AXIS_BIT(hdc),
    .evaluate = hdc_memory_stage_evaluate,
    .point_s = 0.6e-3,
    .block_points = 1,
};

static void row_write(const struct hdc_work *work, const struct hdc_result *r,
                      const struct hdc_texts_columns *out, uint64_t i)
{
    out->ngrams[i] = r->counts.ngrams;
    out->binds[i] = r->counts.binds;
    out->counter_updates[i] = r->counts.counter_updates;
    out->thresholds[i] = r->counts.thresholds;
    out->compared_bits[i] = r->counts.compared_bits;
    out->shifts[i] = r->shifts;
    out->read_bits[i] = r->reads;
    out->written_bits[i] = r->writes;
    out->transverse_reads[i] = r->transverse_reads;
    out->instructions[i] = r->instructions;
    out->line_accesses[i] = r->line_accesses;
    for (uint64_t s = 0; s < HDC_STEP_COUNT; s++) {
        out->texts_step_s[i * HDC_STEP_COUNT + s] = r->step_s[s];
        out->texts_step_j[i * HDC_STEP_COUNT + s] = r->step_j[s];
    }
    out->latency_s[i] = r->latency_s;
    out->energy_j[i] = r->energy_j;
    out->text_s[i] = r->latency_s / work->texts;
    out->text_j[i] = r->energy_j / work->texts;
    out->power_w[i] = r->energy_j / r->latency_s;
    out->edp_js[i] = r->energy_j * r->latency_s;
    out->area_m2[i] = r->area_m2;
}

static enum status hdc_visit(const struct visit *visit, const struct columns *out,
                             uint64_t i, struct error *reason)
{
    const struct hdc_texts_columns to = hdc_texts_columns(out);
    const struct hdc_work work = work_at(&visit->point);
    struct hdc_result result;
    struct hdc_memory_row costs;
    enum status status;

    columns_get(STAGE_HDC_MEMORY, &visit->study->results[STAGE_HDC_MEMORY],
                visit->at[STAGE_HDC_MEMORY], &costs);
    status = hdc_evaluate((const struct hdc *)visit->point.hdc, &work, &costs, &result,
                          reason);
    if (status == STATUS_OK)
        row_write(&work, &result, &to, i);
    return status;
}

static void hdc_texts_stage_evaluate(const struct study *study, struct range points,
                                     const struct columns *out, int8_t *status,
                                     struct error *reason)
{
    stage_visit(study, STAGE_HDC_TEXTS, points, hdc_visit, NULL, out, status, reason);
}

const struct stage hdc_texts_stage = {
    .name = "hdc_texts",
    .summary = "texts recognised by hyperdimensional computing: operations, time, "
               "energy by step",
    STAGE_METRICS(hdc_texts),
    .enabled_by = AXIS_BIT(hdc) | AXIS_BIT(hdc_task),
    .inputs = INPUT(HDC_MEMORY),
    .evaluate = hdc_texts_stage_evaluate,
    .point_s = 2e-7,
    .block_points = 4096,
};
