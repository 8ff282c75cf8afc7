/* A schema lists the fields of a kind of library record: a bitcell, a process node, a
 * workload, a machine, a published figure.  With it the reader of library files fills in
 * the record's struct, checks ranges, refuses unknown keys and writes the documentation.
 * A new parameter is one line in one table.
 *
 *   static const struct field cell_fields[] = {
 *       FIELD_NUMBER(struct cell, area_f2, "1", REQUIRED, 1, 1e6, "footprint in F^2"),
 *       FIELD_WORD(struct cell, kind, cell_kinds, NULL, "what stores the bit"),
 *       FIELD_TEXT(struct cell, source, NULL, "paper and table"),
 *   };
 *
 * Every record has a name, a source and perhaps aliases; the reader adds them to the
 * schema's own fields through struct record, which must be the struct's first member.
 */
#ifndef NVSWEEP_BASE_SCHEMA_H
#define NVSWEEP_BASE_SCHEMA_H

#include "base/error.h"
#include "base/text.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <assert.h>

/* First member of every record. */
struct record {
    const char *name;           /* as sweep files spell it */
    const char *const *aliases; /* other spellings, or NULL */
    size_t alias_count;
    const char *source; /* where the figures come from */

    /* Names or patterns of published figures: those to which parameters of the record were
     * fitted, and those that the record stores or that follow from stored values alone. */
    const char *const *fit_to, *const *stores;
    size_t fit_to_count, stores_count;
    const char *file; /* library file it was read from */
    unsigned line;
};

enum field_kind {
    KIND_NUMBER, /* double, in the field's SI unit; files may write a unit */
    KIND_COUNT,  /* uint64_t */
    KIND_FLAG,   /* bool */
    KIND_WORD,   /* int, one of words */
    KIND_TEXT,   /* const char * */
    KIND_TEXTS,  /* array of const char *, with its count beside it; may be absent */
    KIND_LIST,   /* array of structs described by element, with its count beside it */
};

/* Numbers and counts: which values make sense (base/grid.h). */
enum field_grid {
    GRID_PLAIN, /* numbers: any; counts: whole numbers */
    GRID_SIZE,  /* of a memory, in bytes */
    GRID_POWERS_OF_TWO,
};

#define REQUIRED NAN       /* as a fallback: the file must give the key */
#define UNIT_OF_RECORD "*" /* as a unit: the record's text `unit` holds the unit */

struct schema;

struct field {
    const char *name; /* key in the file; the same as the member */
    enum field_kind kind;
    size_t offset;
    const char *unit; /* numbers: "s", "J", "m2", "1", ... */
    double fallback;  /* numbers, counts, flags, words: value when absent */
    double min, max;  /* numbers, counts: inclusive */
    enum field_grid grid;
    const struct word *words;
    const char *zero;  /* numbers, counts: the word that means 0, or NULL */
    const char *text;  /* texts: value when absent, NULL if required */
    const char *names; /* texts: kind of the records that they name, or NULL */
    const struct schema *element; /* lists */
    size_t count_offset;          /* lists, arrays of texts: a size_t member */
    const char *meaning;
};

struct schema {
    const char *kind;   /* "technology", "layer", ...: used in messages */
    const char *folder; /* library folder of top-level records, else NULL */
    size_t size;        /* of the struct */
    const struct field *fields;
    size_t field_count;

    /* If the records of a folder are of several families: the word field that says which
     * one, and a schema for each of its values.  `fields` are those that all families
     * share.  NULL if there are no families. */
    const struct field *family;
    const struct schema *const *families;
    size_t family_count;

    /* Called after all fields are read: checks fields against each other and computes
     * derived members.  Returns STATUS_OK, or STATUS_INPUT with what is wrong and what
     * would be right (the reader puts file and line before it).  May be NULL. */
    enum status (*finish)(void *record, struct error *err);

    /* Releases members that are not fields and were filled in later.  May be NULL. */
    void (*release)(void *record);
};

/* Returns the schema of a record: that of its family, or `schema` if it has no families. */
const struct schema *schema_of(const struct schema *schema, const void *record);

/* Releases what the reader allocated for the fields of a record (texts, arrays, lists), but
 * not the record itself. */
void schema_fields_free(const struct schema *schema, void *record);

/* Calls fn for every field of this record that names another record, in the order of the
 * fields and including those of lists.  Stops at the first status other than STATUS_OK and
 * returns it. */
typedef enum status record_name_fn(void *context, const char *kind, const char *name);
enum status schema_names_visit(const struct schema *schema, const void *record,
                               record_name_fn *fn, void *context);

#define FIELD_COUNT_OF(table) (sizeof(table) / sizeof(table)[0])

/* clang-format off */
#define FIELD_NUMBER(type, member, unit_, fallback_, min_, max_, meaning_)             \
    { .name = #member, .kind = KIND_NUMBER, .offset = offsetof(type, member),          \
      .unit = unit_, .fallback = fallback_, .min = min_, .max = max_, .meaning = meaning_ }
#define FIELD_COUNT(type, member, fallback_, min_, max_, meaning_)                     \
    { .name = #member, .kind = KIND_COUNT, .offset = offsetof(type, member),           \
      .unit = "1", .fallback = fallback_, .min = min_, .max = max_, .meaning = meaning_ }
/* a number that may also be the word zero_, which means 0 and is the default */
#define FIELD_NUMBER_OR(type, member, unit_, zero_, min_, max_, meaning_)              \
    { .name = #member, .kind = KIND_NUMBER, .offset = offsetof(type, member),          \
      .unit = unit_, .zero = zero_, .min = min_, .max = max_, .meaning = meaning_ }
/* the size of a memory in bytes; a count that must be a power of two */
#define FIELD_SIZE(type, member, fallback_, min_, max_, meaning_)                      \
    { .name = #member, .kind = KIND_NUMBER, .offset = offsetof(type, member),          \
      .unit = "byte", .fallback = fallback_, .min = min_, .max = max_,                 \
      .grid = GRID_SIZE, .meaning = meaning_ }
#define FIELD_SIZE_COUNT(type, member, fallback_, min_, max_, meaning_)                \
    { .name = #member, .kind = KIND_COUNT, .offset = offsetof(type, member),           \
      .unit = "byte", .fallback = fallback_, .min = min_, .max = max_,                  \
      .grid = GRID_SIZE, .meaning = meaning_ }
#define FIELD_POWER(type, member, unit_, fallback_, min_, max_, meaning_)              \
    { .name = #member, .kind = KIND_COUNT, .offset = offsetof(type, member),           \
      .unit = unit_, .fallback = fallback_, .min = min_, .max = max_,                    \
      .grid = GRID_POWERS_OF_TWO, .meaning = meaning_ }
/* a count that may also be the word zero_, which means 0 and is the default */
#define FIELD_COUNT_OR(type, member, zero_, min_, max_, meaning_)                      \
    { .name = #member, .kind = KIND_COUNT, .offset = offsetof(type, member),           \
      .unit = "1", .zero = zero_, .min = min_, .max = max_, .meaning = meaning_ }
#define FIELD_FLAG(type, member, fallback_, meaning_)                                  \
    { .name = #member, .kind = KIND_FLAG, .offset = offsetof(type, member),            \
      .fallback = fallback_, .meaning = meaning_ }
/* fallback_: a value of the enumeration, or REQUIRED */
#define FIELD_WORD(type, member, words_, fallback_, meaning_)                          \
    { .name = #member, .kind = KIND_WORD, .offset = offsetof(type, member),            \
      .words = words_, .fallback = fallback_, .meaning = meaning_ }
/* text_: value when absent, NULL if required */
#define FIELD_TEXT(type, member, text_, meaning_)                                      \
    { .name = #member, .kind = KIND_TEXT, .offset = offsetof(type, member),            \
      .text = text_, .meaning = meaning_ }
/* the name of a record of the kind kind_ (struct schema); text_ as above, "" if it may name
 * none */
#define FIELD_NAME(type, member, kind_, text_, meaning_)                               \
    { .name = #member, .kind = KIND_TEXT, .offset = offsetof(type, member),            \
      .text = text_, .names = kind_, .meaning = meaning_ }
/* the struct has members `member` (const char *const *) and `member_count` (size_t) */
#define FIELD_TEXTS(type, member, meaning_)                                            \
    { .name = #member, .kind = KIND_TEXTS, .offset = offsetof(type, member),           \
      .count_offset = offsetof(type, member##_count), .meaning = meaning_ }
#define FIELD_NAMES(type, member, kind_, meaning_)                                     \
    { .name = #member, .kind = KIND_TEXTS, .offset = offsetof(type, member),           \
      .count_offset = offsetof(type, member##_count), .names = kind_,                  \
      .meaning = meaning_ }
/* the struct has members `member` (pointer to elements) and `member_count` (size_t) */
#define FIELD_LIST(type, member, element_, meaning_)                                   \
    { .name = #member, .kind = KIND_LIST, .offset = offsetof(type, member),            \
      .element = element_, .count_offset = offsetof(type, member##_count),             \
      .meaning = meaning_ }
/* clang-format on */

#endif
