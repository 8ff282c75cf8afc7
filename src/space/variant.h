/* Records as a point has them: with fields that the sweep varies, or numbers that a sample
 * of a spread multiplies.  Copies, made when asked for. */
#ifndef NVSWEEP_SPACE_VARIANT_H
#define NVSWEEP_SPACE_VARIANT_H

#include "space/library.h"

enum { CHANGES_MAX = 56 }; /* of a point: spreads' parameters, axes, what is tried */

/* What is changed: a place in records (base/path.h). */
struct place {
    enum shelf_id of; /* kind of the records */
    const char
        *record; /* the one, by name; "": all of that kind that `is_own` leaves */
    const char *path;
    bool is_own; /* of all of that kind only those that the point's axes name */
};

struct change {
    struct place place;
    bool is_factor; /* multiplied, else set */
    double value;
};

/* All zero changes nothing. */
struct variant {
    struct change changes[CHANGES_MAX];
    size_t count;
    struct variant_record *kept; /* copies of this point and before */
    size_t kept_count;
};

/* "technology.area_f2", "technology[sram].area_f2": the place as people write it.  Returns
 * buffer. */
char *place_format(const struct place *place, char *buffer, size_t size);

/* May the place be in this record, which may be of a family without it?  is_own: an axis of
 * the point names it. */
bool place_touches(const struct place *place, enum shelf_id shelf,
                   const struct record *record, bool is_own);

/* Records from now on with these changes, whose texts outlive the variant; copies handed out
 * before end here. */
void variant_at(struct variant *variant, const struct change *changes, size_t count);

/* Is the record changed? */
bool variant_touches(struct variant *variant, enum shelf_id shelf,
                     const struct record *record, bool is_own);

/* *record as the point has it: itself if nothing changes it, else a copy that lives until
 * the next variant_at.  STATUS_INFEASIBLE and reason if no such record could be: a value
 * out of its range, or the record's own check fails.  variant may be NULL. */
enum status variant_record(struct variant *variant, enum shelf_id shelf,
                           const struct record **record, bool is_own,
                           struct error *reason);

/* The library's record that this one is a copy of, or itself. */
const struct record *variant_origin(const struct variant *variant,
                                    const struct record *record);

/* The changes of the record as text, by which two variants of it differ; freed by the
 * caller. */
char *variant_text(const struct variant *variant, enum shelf_id shelf,
                   const struct record *record, bool is_own);

void variant_free(struct variant *variant);

#endif
