#include "run/evaluate.h"

#include "base/stop.h"
#include "run/stop.h"

#include <string.h>

/* Points an exclusion leaves out get their status; the models never see them. */
static void exclusions_mark(const struct evaluator *ev, struct range points)
{
    const struct grid *grid = &ev->study->grids[ev->id];
    const struct space *space = &ev->study->sweep->space;
    struct point point;

    if (!space_excludes(space))
        return;
    for (uint64_t i = 0; i < points.count; i++) {
        grid_point(grid, space, points.first + i, &point);
        if (grid_is_excluded(grid, space, &point))
            ev->values.status[i] = POINT_EXCLUDED;
    }
}

/* How many points from i on go together: of one kind, pending or not, and where they are
 * pending for about SLICE_S. */
static uint64_t slice_points(const struct evaluator *ev, uint64_t i, uint64_t count)
{
    bool is_pending = ev->values.status[i] == POINT_PENDING;
    double wanted = ev->point_s > 0 ? SLICE_S / ev->point_s : 1;
    uint64_t most = SLICE_BYTES / layout_point_bytes(ev->commit.layout), n = 1;

    if (is_pending && wanted < (double)most)
        most = (uint64_t)wanted;
    while (i + n < count && n < most &&
           (ev->values.status[i + n] == POINT_PENDING) == is_pending)
        n++;
    return n;
}

/* Evaluate in slices; false if the block was left on the way. */
static bool slices_evaluate(struct evaluator *ev, struct range points)
{
    for (uint64_t i = 0, n; i < points.count; i += n) {
        struct columns columns = block_columns_at(&ev->values, i);
        double begin_s = clock_s();

        n = slice_points(ev, i, points.count);
        block_empty(&ev->values, i, n);
        if (ev->values.status[i] != POINT_PENDING)
            continue;
        ev->stage->evaluate(ev->study, (struct range){ points.first + i, n }, &columns,
                            &ev->values.status[i], NULL);
        if (stop_is_wanted()) { /* who knows where the model left off */
            ev->is_stopped = true;
            return false;
        }
        ev->point_s = (clock_s() - begin_s) / (double)n;
        if (ev->poll && i + n < points.count && !ev->poll(ev->context))
            return false;
    }
    return true;
}

/* No point of a committed block is pending, whatever a stage left behind. */
static void statuses_settle(struct evaluator *ev, struct range points)
{
    for (uint64_t i = 0; i < points.count; i++) {
        int8_t *status = &ev->values.status[i];

        if (*status == POINT_PENDING)
            *status = POINT_FAILED;
        ev->failed += *status == POINT_FAILED || *status == POINT_QUARANTINED;
    }
    ev->points += points.count;
}

enum status evaluate_position(struct evaluator *ev, uint32_t position,
                              struct error *err)
{
    uint32_t index = ev->line->blocks[position];
    uint8_t attempts = ev->line->attempts[position];
    struct range points = layout_block(ev->commit.layout, index);
    double begin_s = clock_s();
    enum status status = commit_attempt(&ev->commit, index, attempts, err);
    bool is_left = false;

    if (status != STATUS_OK)
        return status;
    ev->is_stopped = false;
    memset(ev->values.status, POINT_PENDING, points.count);
    exclusions_mark(ev, points);
    growth_mark(ev->growth, ev->id, points, ev->values.status);
    if (attempts >= ATTEMPTS_SUSPECT) {
        struct isolation isolation = { ev->point_limit_s, ev->poll, ev->context };

        block_empty(&ev->values, 0, points.count);
        status = isolate_evaluate(&isolation, ev->study, points.first, points.count,
                                  &ev->values, &is_left, err);
        ev->is_stopped = is_left && !ev->is_dropped;
    } else {
        guard_enter(ev->guard, ev->commit.layout->attempts_offset + index, attempts);
        is_left = !slices_evaluate(ev, points);
        guard_leave(ev->guard);
    }
    if (status == STATUS_OK && is_left) {
        /* A stop is nobody's fault: the block stays as it was. */
        status = commit_withdraw(&ev->commit, index, ev->is_stopped ? attempts : 0,
                                 err);
    } else if (status == STATUS_OK) {
        statuses_settle(ev, points);
        growth_copy(ev->growth, ev->id, points, &ev->values);
        status = commit_block(&ev->commit, index, &ev->values, err);
    }
    ev->busy_s += clock_s() - begin_s;
    return status;
}
