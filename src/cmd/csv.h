/* Comma-separated rows in memory, and the array model's results for them. */
#ifndef NVSWEEP_CMD_CSV_H
#define NVSWEEP_CMD_CSV_H

#include "array/rules.h"
#include "base/error.h"
#include "space/library.h"

#include <stddef.h>
#include <stdio.h>

/* Rows of cells; the first is the header. */
struct csv {
    char ***rows;
    size_t count, columns;
};

void csv_read(struct csv *csv, FILE *file);
void csv_free(struct csv *csv);

/* The text of a file, freed by the caller; NULL if it cannot be opened. */
char *csv_text(const char *path);

/* A row's cell in a column; "" if there is none. */
const char *csv_cell(const struct csv *csv, size_t row, const char *column);

/* Evaluates the rows of `asked` (the text of a file called `name`) with array_rows.  Free
 * `answered` with csv_free. */
enum status csv_answer(const struct library *library, const struct array_rules *rules,
                       const char *name, char *asked, struct csv *answered,
                       struct error *err);

#endif
