#include "cmd/front.h"

#include "base/memory.h"

#include <math.h>

static struct group *group_of(struct front_search *search)
{
    uint64_t key = 0;

    for (size_t p = 0; p < search->per_count; p++)
        key = key * search->table.selected_count[search->per[p]] +
              search->table.position[search->per[p]];
    for (size_t g = search->group_count; g-- > 0;)
        if (search->groups[g].key == key)
            return &search->groups[g];
    search->groups = realloc_array(search->groups, search->group_count + 1,
                                   sizeof *search->groups);
    search->groups[search->group_count] = (struct group){ .key = key };
    return &search->groups[search->group_count++];
}

/* Is a no worse than b in every objective? */
static bool covers(const struct front_search *search, const double *a, const double *b)
{
    for (size_t m = 0; m < search->objectives; m++)
        if (a[m] > b[m])
            return false;
    return true;
}

static void front_add(const struct front_search *search, struct group *group,
                      const struct front_candidate *candidate)
{
    size_t kept = 0;

    for (size_t i = 0; i < group->count; i++)
        if (covers(search, group->front[i].values, candidate->values))
            return;
    for (size_t i = 0; i < group->count; i++)
        if (!covers(search, candidate->values, group->front[i].values))
            group->front[kept++] = group->front[i];
    group->front = realloc_array(group->front, kept + 1, sizeof *group->front);
    group->front[kept] = *candidate;
    group->count = kept + 1;
}

static bool is_allowed(const struct front_search *search, const double *values)
{
    for (size_t m = 0; m < search->table.metric_count; m++)
        if (isnan(values[m]))
            return false;
    for (size_t i = 0; i < search->limit_count; i++) {
        double value = values[search->limits[i].metric];

        if (search->limits[i].is_upper ? value > search->limits[i].value
                                       : value < search->limits[i].value)
            return false;
    }
    return true;
}

enum status fronts_find(struct front_search *search, struct error *err)
{
    enum status status = STATUS_OK;

    while (status == STATUS_OK && table_next(&search->table)) {
        struct front_candidate candidate = { .row = search->table.row };
        int done;

        status = table_status(&search->table, &done, err);
        for (size_t m = 0; m < search->table.metric_count && status == STATUS_OK; m++)
            status = table_value(&search->table, m, &candidate.values[m], err);
        if (status == STATUS_OK && done == POINT_DONE &&
            is_allowed(search, candidate.values))
            front_add(search, group_of(search), &candidate);
    }
    return status;
}
