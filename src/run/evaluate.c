#include "run/evaluate.h"

#include "base/stop.h"
#include "run/stop.h"

#include <string.h>

/* Gives excluded points their status, so that the models never see them. */
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

/* Number of points from i on that form a slice: all pending, or none; pending ones take
 * about SLICE_S. */
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

/* Evaluates the block in slices; false if it was given up. */
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
        if (stop_is_wanted()) { /* the model may have left its points unfinished */
            ev->is_stopped = true;
            return false;
        }
        ev->point_s = (clock_s() - begin_s) / (double)n;
        if (ev->poll && i + n < points.count && !ev->poll(ev->context))
            return false;
    }
    return true;
}

/* A stage may leave points pending by mistake; in a committed block they count as failed. */
static void pending_fail(struct evaluator *ev, struct range points)
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
    uint32_t index = ev->queue->blocks[position];
    uint8_t attempts = ev->queue->attempts[position];
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
        /* A stop is not the block's fault, so its count of attempts is restored. */
        status = commit_withdraw(&ev->commit, index, ev->is_stopped ? attempts : 0,
                                 err);
    } else if (status == STATUS_OK) {
        pending_fail(ev, points);
        growth_copy(ev->growth, ev->id, points, &ev->values);
        status = commit_block(&ev->commit, index, &ev->values, err);
    }
    ev->busy_s += clock_s() - begin_s;
    return status;
}
