/* The fields of comparison files: cuts CSV rows at their commas, finds columns by any of their
 * usual names, and reads numbers and words in their usual spellings. */
#ifndef NVSWEEP_COMPAT_ROW_FIELDS_H
#define NVSWEEP_COMPAT_ROW_FIELDS_H

#include "base/error.h"
#include "base/schema.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { ROW_FIELDS = 256 };

/* A column of the input: the name given there, its name here, and the factor to the unit used
 * here. */
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

/* Writes "file:line: ..." to fields->err and returns STATUS_INPUT. */
enum status row_bad(const struct row_fields *fields, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Reads the header line and maps its columns to the names used here.  Returns STATUS_INPUT if
 * two columns have the same name or there are more than ROW_FIELDS. */
enum status row_header(struct row_fields *fields, const char *line);
void row_fields_free(struct row_fields *fields);

/* Cuts a row's line into fields, in place.  Returns STATUS_INPUT if it has more fields than the
 * header. */
enum status row_cut(struct row_fields *fields, char *line);

bool row_has(const struct row_fields *fields, const char *name);

/* Returns the text of a column by its name here; "" if the row or the file does not have it or
 * it is "-". */
const char *row_text(const struct row_fields *fields, const char *name);

/* Write a column in the unit used here, and a text without commas. */
void row_key_write(const struct row_fields *fields, const char *name, FILE *out);
void row_text_write(const char *text, FILE *out);

/* Reads a number, with or without a unit (64K, 1 MiB, 22nm).  If it is absent, *value is
 * fallback; if fallback is negative, that is an error. */
enum status row_number(const struct row_fields *fields, const char *name,
                       double fallback, double least, double most, double *value);
enum status row_whole(const struct row_fields *fields, const char *name,
                      double fallback, double most, uint64_t *value);

/* Reads a word of a list in upper or lower case.  If it is absent, *value is fallback. */
enum status row_word(const struct row_fields *fields, const char *name,
                     const struct word *words, int fallback, int *value);

#endif
