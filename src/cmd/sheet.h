/* A table of text cells on standard output: as wide as its widest cells, sorted,
 * grouped under headings, with bars.  UTF-8; no colours and no terminal codes, so that a
 * pipe sees what a terminal shows. */
#ifndef NVSWEEP_CMD_SHEET_H
#define NVSWEEP_CMD_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sheet {
    size_t columns, rows; /* the first row is the header */
    char **cells;         /* row-major; owned */
    double *keys;         /* per row: what it is sorted by, NaN last */
    char **groups;        /* per row: heading it stands under, or NULL; owned */
    size_t *order;        /* rows as printed */
};

/* Append an empty row. */
void sheet_add_row(struct sheet *sheet);

/* Fill a cell of the last row; the text is copied. */
void sheet_set(struct sheet *sheet, size_t column, const char *text);

/* Put the last row under a heading; rows of one heading are printed together, headings
 * in the order of their first rows. */
void sheet_set_group(struct sheet *sheet, const char *heading);

/* Groups together and, if asked, smallest key first within each.  Stable. */
void sheet_sort(struct sheet *sheet, bool is_by_key);

/* Do the rows printed at places i and k, after sorting, stand under one heading? */
bool sheet_is_same_group(const struct sheet *sheet, size_t i, size_t k);

/* The header and the first `limit` other rows. */
void sheet_print(const struct sheet *sheet, uint64_t limit);
void sheet_free(struct sheet *sheet);

/* A horizontal bar of value/most * cells cells, eighths included.  buffer: 3 * cells + 4
 * bytes; empty for NaN and for values <= 0. */
char *sheet_bar(double value, double most, size_t cells, char *buffer);

/* One block per value, from the least (lowest) to the most; a dot for NaN.  buffer:
 * 3 * count + 1 bytes. */
char *sheet_sparkline(const double *values, size_t count, char *buffer);

#endif
