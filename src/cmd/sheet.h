/* Prints a table of text cells to standard output, with columns as wide as their widest cell,
 * sorted, grouped under headings, with bars.  UTF-8 without colours or terminal codes, so a
 * pipe gets the same text as a terminal. */
#ifndef NVSWEEP_CMD_SHEET_H
#define NVSWEEP_CMD_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sheet {
    size_t columns, rows; /* the first row is the header */
    char **cells;         /* row-major; owned */
    double *keys;         /* per row: sort key; NaN last */
    char **groups;        /* per row: its heading, or NULL; owned */
    size_t *order;        /* row numbers in printing order */
};

/* Appends an empty row. */
void sheet_add_row(struct sheet *sheet);

/* Sets a cell of the last row; the text is copied. */
void sheet_set(struct sheet *sheet, size_t column, const char *text);

/* Puts the last row under a heading.  Rows with the same heading are printed together,
 * headings in the order of their first rows. */
void sheet_set_group(struct sheet *sheet, const char *heading);

/* Groups the rows and, if is_by_key, sorts each group by ascending key.  Stable. */
void sheet_sort(struct sheet *sheet, bool is_by_key);

/* After sorting: are the i-th and k-th printed rows in one group? */
bool sheet_is_same_group(const struct sheet *sheet, size_t i, size_t k);

/* Prints the header and at most `limit` other rows. */
void sheet_print(const struct sheet *sheet, uint64_t limit);
void sheet_free(struct sheet *sheet);

/* A horizontal bar of value/most * cells cells, eighths included.  buffer: 3 * cells + 4
 * bytes; empty for NaN and for values <= 0. */
char *sheet_bar(double value, double most, size_t cells, char *buffer);

/* One block character per value, from the smallest value (lowest) to the largest; a dot for
 * NaN.  buffer:
 * 3 * count + 1 bytes. */
char *sheet_sparkline(const double *values, size_t count, char *buffer);

#endif
