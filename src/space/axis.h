/* The axes that a sweep may vary, from hdf5_schema/axes.def. */
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

/* One value of an axis.  The axis's kind says which member holds it. */
union axis_value {
    const struct record *record;
    int word;
    uint64_t count;
    double number;
};

/* The fallback of a RECORD axis that is optional; the others must be given. */
#define AXIS_OPTIONAL 1

struct axis_spec {
    enum axis_kind kind;
    const char *name, *key, *units;
    double fallback, min, max;
    const char *fallback_word;
    const struct word *words;   /* WORD axes */
    const char *zero;           /* COUNT and NUMBER axes: the word that is stored as 0,
                               * or NULL */
    enum record_table_id table; /* RECORD axes */
    bool is_field;              /* "record" is also a value: that of the record */
    const char *meaning;
};

/* The words of a field that is true or false. */
extern const struct word flag_words[];

/* The table of the axes in axes.def (stage/axes.c). */
extern const struct axis_spec axis_specs[AXES_NAMED];

/* A field of records as an axis.  Its spec follows from the field. */
struct field_axis {
    struct axis_spec spec; /* name and key are those in the sweep */
    struct place place;
};

/* Returns the value of an axis that the sweep does not give. */
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

/* Returns the axis of that key or name, or AXES. */
enum axis_id axis_find(const char *key);

/* Returns what replaces an axis of earlier versions, or NULL. */
const char *axis_renamed(const char *key);

/* Returns STATUS_INPUT and says that there is no axis of that key, with a suggestion. */
enum status axis_unknown(const char *key, struct error *err);

bool axis_values_equal(const struct axis_spec *spec, union axis_value a,
                       union axis_value b);

/* Formats a value for tables and labels ("stt-mram", "3 MiB", "training").  Returns buffer. */
char *axis_value_format(const struct axis_spec *spec, union axis_value value,
                        char *buffer, size_t size);

/* Reads a value as users write it: a record's name, a word, a count or a quantity with a
 * unit.  Returns STATUS_INPUT and "is ..., must be ...", with a suggestion, if it is none. */
enum status axis_value_parse(const struct library *library,
                             const struct axis_spec *spec, const char *text,
                             union axis_value *value, struct error *err);

/* Checks that a number or count is within the axis's range.  Returns STATUS_INPUT and "is
 * ..., must be in ..." if not. */
enum status axis_value_check(const struct axis_spec *spec, union axis_value value,
                             struct error *err);

/* Returns the value "record" of a field's axis.  axis_value_is_record: is the value that one? */
union axis_value axis_value_record(const struct axis_spec *spec);
bool axis_value_is_record(const struct axis_spec *spec, union axis_value value);

/* Is the value the word that an axis has besides its numbers, or "record"? */
bool axis_value_is_word(const struct axis_spec *spec, union axis_value value);

/* Returns the value as a number: words and flags as their numbers, records as NAN. */
double axis_value_number(const struct axis_spec *spec, union axis_value value);

#endif
