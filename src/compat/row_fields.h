/* Fields of comparison files: a CSV row cut at its commas, its columns found by any of the
 * names people give them, numbers and words as they write them. */
#ifndef NVSWEEP_COMPAT_ROW_FIELDS_H
#define NVSWEEP_COMPAT_ROW_FIELDS_H

#include "base/error.h"
#include "base/schema.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { ROW_FIELDS = 256 };

/* A column of the input: what it is called there and here, and the factor to our unit. */
struct row_title {
    const char *given, *name;
    double scale;
};

struct row_fields {
    const char *file;
    unsigned line;
    struct row_title titles[ROW_FIELDS];
    char *fields[ROW_FIELDS];
    size_t title_count, field_count;
    char *header; /* the titles' text, freed by row_fields_free */
    struct error *err;
};

/* "file:line: ..." into fields->err.  Returns STATUS_INPUT. */
enum status row_bad(const struct row_fields *fields, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The header line, kept; its columns get our names.  STATUS_INPUT if two columns mean the
 * same or there are more than ROW_FIELDS. */
enum status row_header(struct row_fields *fields, const char *line);
void row_fields_free(struct row_fields *fields);

/* Cut a row's line, in place.  STATUS_INPUT if it has more fields than the header. */
enum status row_cut(struct row_fields *fields, char *line);

bool row_has(const struct row_fields *fields, const char *name);

/* A column's text by our name; "" if the row or the file lacks it or it is "-". */
const char *row_text(const struct row_fields *fields, const char *name);

/* A column in our unit; text without commas. */
void row_key_write(const struct row_fields *fields, const char *name, FILE *out);
void row_text_write(const char *text, FILE *out);

/* A number, with a unit's prefix (64K, 1 MiB, 22nm) or without; fallback if absent, an
 * error if absent and fallback is negative. */
enum status row_number(const struct row_fields *fields, const char *name,
                       double fallback, double least, double most, double *value);
enum status row_whole(const struct row_fields *fields, const char *name,
                      double fallback, double most, uint64_t *value);

/* A word of a list, in any case; fallback if absent. */
enum status row_word(const struct row_fields *fields, const char *name,
                     const struct word *words, int fallback, int *value);

#endif
