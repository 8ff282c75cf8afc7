/* The axes a sweep may vary, from hdf5_schema/axes.def. */
#ifndef NVSWEEP_SPACE_AXIS_H
#define NVSWEEP_SPACE_AXIS_H

#include "base/schema.h"
#include "space/library.h"

enum axis_kind { AXIS_RECORD, AXIS_WORD, AXIS_COUNT, AXIS_NUMBER };

enum axis_id {
#define AXIS(kind, name, ...) AXIS_##name,
#include "axes.def"
#undef AXIS
    AXES
};

/* One value of an axis; which member holds it follows from the axis's kind. */
union axis_value {
    const struct record *record;
    int word;
    uint64_t count;
    double number;
};

/* The fallback of a RECORD axis that need not be given; the others must be. */
#define AXIS_OPTIONAL 1

struct axis_spec {
    enum axis_kind kind;
    const char *name, *key, *units;
    double fallback, min, max;
    const char *fallback_word;
    const struct word *words; /* WORD axes */
    enum shelf_id shelf;      /* RECORD axes */
    const char *meaning;
};

/* The list that the models' axes make (stage/axes.c). */
extern const struct axis_spec axis_specs[AXES];

/* The value of an axis that a sweep does not give. */
union axis_value axis_default(enum axis_id axis);

/* One design point: a value for every axis, under its name. */
#define AXIS_TYPE_RECORD const struct record *
#define AXIS_TYPE_WORD int
#define AXIS_TYPE_COUNT uint64_t
#define AXIS_TYPE_NUMBER double
struct point {
#define AXIS(kind, name, ...) AXIS_TYPE_##kind name;
#include "axes.def"
#undef AXIS
};

void point_set(struct point *point, enum axis_id axis, union axis_value value);
union axis_value point_get(const struct point *point, enum axis_id axis);

/* The axis of that key or name, or AXES. */
enum axis_id axis_find(const char *key);

/* What an axis of earlier versions is called now, or NULL. */
const char *axis_renamed(const char *key);

/* STATUS_INPUT: there is no axis of that key, with a suggestion. */
enum status axis_unknown(const char *key, struct error *err);

bool axis_values_equal(enum axis_id axis, union axis_value a, union axis_value b);

/* The value as tables and labels show it ("stt-mram", "3 MiB", "training"). */
char *axis_value_format(enum axis_id axis, union axis_value value, char *buffer,
                        size_t size);

/* Read a value as people write it: a record's name, a word, a count or a quantity
 * with unit.  STATUS_INPUT and "is ..., must be ..." with a suggestion otherwise. */
enum status axis_value_parse(const struct library *library, enum axis_id axis,
                             const char *text, union axis_value *value,
                             struct error *err);

/* Is a number or count within the axis's range?  STATUS_INPUT and "is ..., must be in
 * ..." if not. */
enum status axis_value_check(enum axis_id axis, union axis_value value,
                             struct error *err);

#endif
