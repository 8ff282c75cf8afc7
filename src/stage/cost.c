/* The estimated cost of points. */
#include "stage/stage.h"

#include "stage/cache.h"
#include "workload/layer_cache.h"

#include <math.h>

#define VISIT_S 1e-7  /* an infeasible point */
#define VARIED_S 4e-6 /* applying a sample's changes to a point's records */

double stage_cost_s(const struct study *study, enum stage_id id,
                    const struct point *point, struct layer_cache *layers)
{
    const struct space *space = &study->sweep->space;
    struct layer_cache own = { .count = 0 };
    struct point resolved = *point;
    double cost_s = VISIT_S + stages[id]->point_s;

    if (space_excludes(space) && grid_is_excluded(&study->grids[id], space, point))
        return 0;
    cache_resolve(&resolved);
    if (stages[id]->cost_s)
        cost_s += stages[id]->cost_s(study, &resolved, layers ? layers : &own);
    if (study->grids[id].axes & AXIS_BIT(spread) || study->grids[id].axes >> AXES_NAMED)
        cost_s += VARIED_S;
    layer_cache_free(&own);
    return cost_s;
}

/* Returns sample i of a grid's points.  The fractional parts of multiples of the golden ratio
 * spread them evenly without a period that an axis might have. */
static uint64_t sample_at(uint64_t points, uint64_t samples, uint64_t i)
{
    double at = ((double)i + 0.5) * 0.61803398874989485;

    return samples == points ? i : (uint64_t)((at - floor(at)) * (double)points);
}

double stage_total_s(const struct study *study, enum stage_id id)
{
    const uint64_t most = 1000;
    const struct grid *grid = &study->grids[id];
    uint64_t samples = grid->points < most ? grid->points : most;
    struct layer_cache layers = { .count = 0 };
    double sum_s = 0;

    for (uint64_t i = 0; i < samples; i++) {
        struct point point;

        grid_point(grid, &study->sweep->space, sample_at(grid->points, samples, i),
                   &point);
        sum_s += stage_cost_s(study, id, &point, &layers);
    }
    layer_cache_free(&layers);
    return samples ? sum_s / (double)samples * (double)grid->points : 0;
}

/* The size is a power of two, so that a slightly different estimate rarely changes the blocks. */
uint64_t stage_block_points(const struct study *study, const struct stage *stage,
                            enum stage_id id)
{
    double points = (double)study->grids[id].points, total_s;
    uint64_t block_points = 1;

    if (stage->block_s <= 0)
        return stage->block_points;
    total_s = stage_total_s(study, id);
    while (2 * block_points <= stage->block_points &&
           2 * (double)block_points * total_s <= stage->block_s * points)
        block_points *= 2;
    return block_points;
}
