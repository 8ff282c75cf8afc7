/* Variants of records: copies in which fields have the values of the point's axes, or in
 * which numbers are multiplied by the factors of a sample.  A copy is made when it is first
 * needed. */
#ifndef NVSWEEP_SPACE_VARIANT_H
#define NVSWEEP_SPACE_VARIANT_H

#include "space/library.h"

enum {
    CHANGES_MAX = 56
}; /* of a point: parameters of spreads, axes, and what the
                            * need stage tries */

/* The place of a change: a field of records (base/path.h). */
struct place {
    enum record_table_id of; /* kind of the records */
    const char
        *record; /* name of the record; "": all records of the kind, see is_selected */
    const char *path;
    bool is_selected; /* only records that an axis of the point names */
};

struct change {
    struct place place;
    bool is_factor; /* the field is multiplied by `value`, else set to it */
    double value;
};

/* All zero changes nothing. */
struct variant {
    struct change changes[CHANGES_MAX];
    size_t count;
    struct variant_record *kept; /* copies for this point and earlier ones */
    size_t kept_count;
};

/* Formats a place as users write it: "technology.area_f2", "technology[sram].area_f2".
 * Returns buffer. */
char *place_format(const struct place *place, char *buffer, size_t size);

/* May the place be in this record?  A record may be of a family that does not have the field.
 * is_selected: an axis of the point names the record. */
bool place_touches(const struct place *place, enum record_table_id table,
                   const struct record *record, bool is_selected);

/* Sets the changes for all following calls.  Their texts must outlive the variant.  Copies
 * that were returned before become invalid. */
void variant_at(struct variant *variant, const struct change *changes, size_t count);

/* Is the record changed? */
bool variant_touches(struct variant *variant, enum record_table_id table,
                     const struct record *record, bool is_selected);

/* Replaces *record by its variant: the record itself if nothing changes it, else a copy that
 * is valid until the next variant_at.  Returns STATUS_INFEASIBLE with a reason if the variant
 * cannot exist: a value is out of its range, or the record's own check fails.  variant may be
 * NULL. */
enum status variant_record(struct variant *variant, enum record_table_id table,
                           const struct record **record, bool is_selected,
                           struct error *reason);

/* Returns the library's record of which this is a copy, or the record itself. */
const struct record *variant_origin(const struct variant *variant,
                                    const struct record *record);

/* Returns the changes of the record as a text, by which two variants of it differ; freed by
 * the caller. */
char *variant_text(const struct variant *variant, enum record_table_id table,
                   const struct record *record, bool is_selected);

void variant_free(struct variant *variant);

#endif
