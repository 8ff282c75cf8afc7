/* What the tests of the array model over the whole library share: requests, and the check
 * of an answer.  Included by test files only. */
#ifndef NVSWEEP_TESTS_ARRAY_ANSWERS_H
#define NVSWEEP_TESTS_ARRAY_ANSWERS_H

#include "array/array.h"
#include "array_library.h"
#include "base/units.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

static inline const struct library *library(void)
{
    const struct library *shipped = shipped_library();

    CU_ASSERT_PTR_NOT_NULL_FATAL(shipped);
    return shipped;
}

static inline const struct cell *cell_named(const char *name)
{
    const struct cell *found = shipped_cell(name);

    CU_ASSERT_PTR_NOT_NULL_FATAL(found);
    return found;
}

static inline const struct node *node_of(double node_nm, enum node_roadmap roadmap)
{
    const struct node *found = shipped_node(node_nm * NANO, roadmap);

    CU_ASSERT_PTR_NOT_NULL_FATAL(found);
    return found;
}

/* One technology of each kind: those the plain names mean. */
static const char *const plain[] = {
    "sram", "sram-8t",       "edram", "edram-3t", "stt-mram", "sot-mram",  "vgsot-mram",
    "rram", "rram-crossbar", "pcm",   "fefet",    "ctt",      "racetrack",
};
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static inline struct array_request ram(const struct cell *cell, const struct node *node,
                                       double capacity_bytes, enum array_target target)
{
    return (struct array_request){
        .cell = cell,
        .node = node,
        .temperature_k = 350,
        .capacity_bytes = (uint64_t)capacity_bytes,
        .word_bits = 512,
        .target = target,
    };
}

static inline bool is_finite_result(const struct array_result *result, bool has_cells)
{
    const double must_be_positive[] = {
        result->area_m2,        result->width_m,
        result->height_m,       has_cells ? result->efficiency : 1,
        result->read_latency_s, result->write_latency_s,
        result->read_energy_j,  result->write_energy_j,
        result->cycle_s,
    };

    for (size_t i = 0; i < COUNT(must_be_positive); i++)
        if (!(must_be_positive[i] > 0 && isfinite(must_be_positive[i])))
            return false;
    return result->leakage_w >= 0 && isfinite(result->leakage_w) &&
           result->refresh_w >= 0 && !(result->efficiency > 1);
}

/* A finite result, or infeasible with a reason; true if there is a result. */
static inline bool check_answer(const struct array_request *request,
                                struct array_result *result)
{
    struct error why = { .text = "" };
    clock_t start = clock();
    enum status status = array_search(request, result, &why);
    double cpu_s = (double)(clock() - start) / CLOCKS_PER_SEC;
    bool good = status == STATUS_OK
                    ? is_finite_result(result, request->cell->kind != CELL_GIVEN)
                    : status == STATUS_INFEASIBLE && why.text[0] != '\0';

    CU_ASSERT(good);
    CU_ASSERT(cpu_s < 2); /* also under sanitizers */
    if (!good)
        printf("\n%s at %s, %g bytes, %g ways: status %d %s\n",
               request->cell->record.name, request->node->record.name,
               (double)request->capacity_bytes, (double)request->associativity,
               (int)status, why.text);
    return status == STATUS_OK;
}

#endif
