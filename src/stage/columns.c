/* The columns of a stage's results: memory for a number of points. */
#include "stage/stage.h"

#include "base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t metric_point_bytes(const struct metric *metric)
{
    return sizeof(double) * inners[metric->inner].count;
}

void columns_fill(enum stage_id id, uint64_t count, const struct columns *columns)
{
    for (size_t m = 0; m < stages[id]->metric_count; m++) {
        const struct metric *metric = &stages[id]->metrics[m];
        uint64_t elements = count * inners[metric->inner].count;

        for (uint64_t i = 0; i < elements; i++) {
            if (metric->kind == COLUMN_NUMBER)
                ((double *)columns->column[m])[i] = NAN;
            else
                ((uint64_t *)columns->column[m])[i] = COUNT_NONE;
        }
    }
}

void columns_alloc(enum stage_id id, uint64_t count, struct columns *columns)
{
    *columns = (struct columns){ .column = { NULL } };
    for (size_t m = 0; m < stages[id]->metric_count; m++)
        columns->column[m] = alloc_array(count,
                                         metric_point_bytes(&stages[id]->metrics[m]));
    columns_fill(id, count, columns);
}

void columns_put(enum stage_id id, const struct columns *columns, uint64_t i,
                 const void *row)
{
    const struct metric *metrics = stages[id]->metrics;

    for (size_t m = 0; m < stages[id]->metric_count; m++) {
        assert(metrics[m].inner == INNER_SCALAR);
        memcpy((uint64_t *)columns->column[m] + i, (const uint64_t *)row + m,
               sizeof(uint64_t));
    }
}

void columns_get(enum stage_id id, const struct columns *columns, uint64_t i, void *row)
{
    const struct metric *metrics = stages[id]->metrics;

    for (size_t m = 0; m < stages[id]->metric_count; m++) {
        assert(metrics[m].inner == INNER_SCALAR);
        memcpy((uint64_t *)row + m, (const uint64_t *)columns->column[m] + i,
               sizeof(uint64_t));
    }
}

void columns_free(enum stage_id id, struct columns *columns)
{
    for (size_t m = 0; m < stages[id]->metric_count; m++)
        free(columns->column[m]);
    *columns = (struct columns){ .column = { NULL } };
}

struct columns columns_at(enum stage_id id, const struct columns *columns,
                          uint64_t points)
{
    struct columns moved = *columns;

    for (size_t m = 0; m < stages[id]->metric_count; m++)
        moved.column[m] = (char *)moved.column[m] +
                          points * metric_point_bytes(&stages[id]->metrics[m]);
    return moved;
}
