/* The hdc_memory stage: operations of the memory that hypervectors lie in.  The hdc stage:
 * texts recognised with them (cim/hdc.h). */
#include "stage/stages.h"

#include "cim/hdc.h"

static double either(uint64_t asked, uint64_t fallback)
{
    return (double)(asked ? asked : fallback);
}

/* Queries of the mean length of the task's texts. */
static struct hdc_work work_at(const struct point *point)
{
    const struct hdc_task *task = (const struct hdc_task *)point->hdc_task;
    double texts = either(point->queries, task->texts);

    return (struct hdc_work){
        .dimension = either(point->dimension, task->dimension),
        .ngram = either(point->ngram, task->ngram),
        .symbols = (double)task->symbols,
        .classes = either(point->classes, task->classes),
        .texts = texts,
        .characters = (double)task->characters * texts / (double)task->texts,
    };
}

void hdc_memory_stage_evaluate(const struct study *study, struct range points,
                               const union columns *out, int8_t *status,
                               struct error *reason)
{
    for (uint64_t i = 0; i < points.count; i++) {
        struct point point;
        struct hdc_costs costs;

        grid_point(&study->grids[STAGE_HDC_MEMORY], &study->sweep->space,
                   points.first + i, &point);
        const struct hdc_costs_request request = {
            .hdc = (const struct hdc *)point.hdc,
            .cell = (const struct cell *)point.technology,
            .node = library_node(study->library, point.node_m, point.roadmap),
            .temperature_k = point.temperature_k,
            .work = work_at(&point),
            .domains = point.domains,
            .span = point.span,
        };
        status[i] = POINT_INFEASIBLE;
        if (!request.node) {
            error_set(reason, STATUS_INFEASIBLE, "the library has no %g nm %s node",
                      point.node_m * 1e9, word_name(node_roadmaps, point.roadmap));
            continue;
        }
        if (hdc_costs_make(&request, &costs, reason) != STATUS_OK)
            continue;
#define HDC_MEMORY(kind, name, ...) out->hdc_memory.name[i] = costs.name;
#include "metrics.def"
        status[i] = POINT_DONE;
    }
}

double hdc_memory_stage_cost_s(const struct study *study, const struct point *point)
{
    (void)study;
    (void)point;
    return 5e-3;
}

static void row_write(const struct hdc_work *work, const struct hdc_result *r,
                      const struct hdc_columns *out, uint64_t i)
{
    out->hdc_ngrams[i] = r->counts.ngrams;
    out->hdc_binds[i] = r->counts.binds;
    out->hdc_counter_updates[i] = r->counts.counter_updates;
    out->hdc_thresholds[i] = r->counts.thresholds;
    out->hdc_compared_bits[i] = r->counts.compared_bits;
    out->hdc_shifts[i] = r->shifts;
    out->hdc_reads[i] = r->reads;
    out->hdc_writes[i] = r->writes;
    out->hdc_transverse_reads[i] = r->transverse_reads;
    out->hdc_instructions[i] = r->instructions;
    out->hdc_line_accesses[i] = r->line_accesses;
    for (uint64_t s = 0; s < HDC_STEP_COUNT; s++) {
        out->hdc_step_s[i * HDC_STEP_COUNT + s] = r->step_s[s];
        out->hdc_step_j[i * HDC_STEP_COUNT + s] = r->step_j[s];
    }
    out->hdc_s[i] = r->latency_s;
    out->hdc_j[i] = r->energy_j;
    out->hdc_text_s[i] = r->latency_s / work->texts;
    out->hdc_text_j[i] = r->energy_j / work->texts;
    out->hdc_w[i] = r->energy_j / r->latency_s;
    out->hdc_edp_js[i] = r->energy_j * r->latency_s;
    out->hdc_area_m2[i] = r->area_m2;
}

void hdc_stage_evaluate(const struct study *study, struct range points,
                        const union columns *out, int8_t *status, struct error *reason)
{
    const struct grid *grid = &study->grids[STAGE_HDC];
    const struct hdc_memory_columns *in = &study->results[STAGE_HDC_MEMORY].hdc_memory;

    for (uint64_t i = 0; i < points.count; i++) {
        uint64_t index = points.first + i;
        uint64_t row = grid_project(grid, index, &study->grids[STAGE_HDC_MEMORY]);
        struct hdc_result result;
        struct hdc_costs costs;
        struct hdc_work work;
        struct point point;

        status[i] = POINT_INFEASIBLE;
        if (study->statuses[STAGE_HDC_MEMORY][row] != POINT_DONE)
            continue; /* that stage said why */
        grid_point(grid, &study->sweep->space, index, &point);
#define HDC_MEMORY(kind, name, ...) costs.name = in->name[row];
#include "metrics.def"
        work = work_at(&point);
        if (hdc_evaluate((const struct hdc *)point.hdc, &work, &costs, &result,
                         reason) != STATUS_OK)
            continue;
        row_write(&work, &result, &out->hdc, i);
        status[i] = POINT_DONE;
    }
}

double hdc_stage_cost_s(const struct study *study, const struct point *point)
{
    (void)study;
    (void)point;
    return 1e-6;
}
