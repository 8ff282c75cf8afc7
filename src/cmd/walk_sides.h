/* The two studies of a waterfall: read, with one value chosen per axis, and their memories. */
#ifndef NVSWEEP_CMD_WALK_SIDES_H
#define NVSWEEP_CMD_WALK_SIDES_H

#include "cmd/walk.h"
#include "config/sweep.h"
#include "store/curve_store.h"
#include "tech/given.h"

/* One of the two studies. */
struct walk_side {
    struct sweep sweep;
    const struct record *technologies[WALK_TECHNOLOGIES];
    size_t technology_count;
    struct given memories[WALK_TECHNOLOGIES]; /* results of the array stage */
};

enum step_kind { STEP_CAPACITY, STEP_COLUMN, STEP_AXIS };

struct waterfall_step {
    enum step_kind kind;
    enum given_figure column;
    enum axis_id axis;
};

struct walking {
    const struct walk_request *request;
    const struct library *library;
    struct curve_keeper *curves;
    struct walk_side sides[2];
    enum stage_id stage;
    size_t metric;
    struct waterfall_step steps[WALK_STEPS];
    size_t step_count;

    /* values after sets of steps that were computed already, by technology */
    struct known {
        uint32_t set;
        double value[WALK_TECHNOLOGIES];
    } * known;
    size_t known_count;
};

/* Gives an added field the value of the records. */
void axis_at_record(struct space *space, enum axis_id id);

/* Has the axis one value, however often? */
bool axis_is_single(const struct space *space, enum axis_id id);

/* Gives all points the value, or the technology. */
void axis_values_set(struct space *space, enum axis_id id, union axis_value value);
void axis_technology_set(struct space *space, const struct record *record);

/* Reads study `which` (0 or 1) with its settings and technologies.  Returns STATUS_INPUT if a
 * setting is wrong or there are too many technologies. */
enum status walk_side_read(struct walking *walking, size_t which, struct error *err);

/* Computes the memory of technology t.  Returns STATUS_INPUT if it cannot be built, or an axis of
 * the array has several values. */
enum status walk_memory_read(const struct walking *walking, struct walk_side *side,
                             size_t t, struct error *err);

#endif
