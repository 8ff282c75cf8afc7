/* The axes a sweep may vary, from hdf5_schema/axes.def. */
#ifndef NVSWEEP_SPACE_AXIS_H
#define NVSWEEP_SPACE_AXIS_H

#include "base/schema.h"
#include "space/library.h"
#include "space/variant.h"

enum axis_kind { AXIS_RECORD, AXIS_WORD, AXIS_COUNT, AXIS_NUMBER };

enum { FIELD_AXES_MAX = 16 };

/* The axes of axes.def, then room for fields of records that a sweep varies. */
enum axis_id {
#define AXIS(kind, name, ...) AXIS_##name,
#include "axes.def"
#undef AXIS
    AXES_NAMED,
    AXES = AXES_NAMED + FIELD_AXES_MAX
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
    const char *zero;         /* COUNT and NUMBER axes: the word kept as 0, or NULL */
    enum shelf_id shelf;      /* RECORD axes */
    bool is_field;            /* "record" is a value, too: what the record says */
    const char *meaning;
};

/* The words of a field that is true or false. */
extern const struct word flag_words[];

/* The list that the models' axes make (stage/axes.c). */
extern const struct axis_spec axis_specs[AXES_NAMED];

/* A field of records as an axis: its spec is the field's. */
struct field_axis {
    struct axis_spec spec; /* name and key: as the sweep calls it */
    struct place place;
};

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
    union axis_value fields[FIELD_AXES_MAX];
};

void point_set(struct point *point, enum axis_id axis, union axis_value value);
union axis_value point_get(const struct point *point, enum axis_id axis);

/* The axis of that key or name, or AXES. */
enum axis_id axis_find(const char *key);

/* What an axis of earlier versions is called now, or NULL. */
const char *axis_renamed(const char *key);

/* STATUS_INPUT: there is no axis of that key, with a suggestion. */
enum status axis_unknown(const char *key, struct error *err);

bool axis_values_equal(const struct axis_spec *spec, union axis_value a,
                       union axis_value b);

/* The value as tables and labels show it ("stt-mram", "3 MiB", "training"). */
char *axis_value_format(const struct axis_spec *spec, union axis_value value,
                        char *buffer, size_t size);

/* Read a value as people write it: a record's name, a word, a count or a quantity
 * with unit.  STATUS_INPUT and "is ..., must be ..." with a suggestion otherwise. */
enum status axis_value_parse(const struct library *library,
                             const struct axis_spec *spec, const char *text,
                             union axis_value *value, struct error *err);

/* Is a number or count within the axis's range?  STATUS_INPUT and "is ..., must be in
 * ..." if not. */
enum status axis_value_check(const struct axis_spec *spec, union axis_value value,
                             struct error *err);

/* The value "record" of a field, and is it that? */
union axis_value axis_value_record(const struct axis_spec *spec);
bool axis_value_is_record(const struct axis_spec *spec, union axis_value value);

/* Is it the word that stands beside an axis's numbers, or "record"? */
bool axis_value_is_word(const struct axis_spec *spec, union axis_value value);

/* The value as a number: words and flags as their own, records NAN. */
double axis_value_number(const struct axis_spec *spec, union axis_value value);

#endif
