/* The list of stages, and what their points are said to cost. */
#include "stage/stage.h"
#include "unit.h"

#include <math.h>
#include <string.h>

static void every_stage_has_its_entry(void)
{
    for (enum stage_id id = 0; id < STAGE_COUNT; id++) {
        const struct stage *stage = &stages[id];

        CU_ASSERT_PTR_NOT_NULL_FATAL(stage->name); /* else stages[] lacks it */
        CU_ASSERT_STRING_EQUAL(stage->name, word_name(stage_words, (int)id));
        CU_ASSERT(stage->summary && stage->evaluate);
        CU_ASSERT((stage->point_s > 0) != (stage->cost_s != NULL));
        CU_ASSERT(stage->axes && stage->block_points >= 1 && stage->metric_count >= 1);
        CU_ASSERT_EQUAL(stage->inputs >> id, 0); /* it reads earlier ones only */
    }
}

/* Datasets of all stages lie side by side in a file. */
static void metrics_have_names_of_their_own(void)
{
    for (enum stage_id id = 0; id < STAGE_COUNT; id++)
        for (size_t m = 0; m < stages[id].metric_count; m++) {
            enum stage_id found = STAGE_COUNT;
            size_t at = SIZE_MAX;

            CU_ASSERT(metric_find(stages[id].metrics[m].name, &found, &at));
            CU_ASSERT(found == id && at == m);
        }
}

static void a_row_comes_back_from_its_columns(void)
{
    struct hdc_memory_row rows[2], back;
    union columns columns;

    for (size_t i = 0; i < 2 * sizeof *rows / sizeof(double); i++)
        ((double *)rows)[i] = 1 + (double)i;
    columns_alloc(STAGE_HDC_MEMORY, 3, &columns);
    columns_put(STAGE_HDC_MEMORY, &columns, 0, &rows[0]);
    columns_put(STAGE_HDC_MEMORY, &columns, 2, &rows[1]);
    CU_ASSERT_EQUAL(columns.hdc_memory.hdc_domains[0], rows[0].hdc_domains);
    CU_ASSERT(isnan(columns.hdc_memory.hdc_domains[1]));
    CU_ASSERT_EQUAL(columns.hdc_memory.hdc_machine_m2[2], rows[1].hdc_machine_m2);
    for (size_t i = 0; i < 2; i++) {
        columns_get(STAGE_HDC_MEMORY, &columns, 2 * i, &back);
        CU_ASSERT_EQUAL(memcmp(&back, &rows[i], sizeof back), 0);
    }
    columns_free(STAGE_HDC_MEMORY, &columns);
}

SUITE(stage, TEST(every_stage_has_its_entry), TEST(metrics_have_names_of_their_own),
      TEST(a_row_comes_back_from_its_columns));
