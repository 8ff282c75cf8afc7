#include "cmd/csv.h"

#include "compat/array_rows.h"
#include "base/memory.h"
#include "cmd/cmd.h"

#include <stdlib.h>
#include <string.h>

enum { FIELDS = 96 };

static void row_add(struct csv *csv, char *line)
{
    char **cells = alloc_array(FIELDS, sizeof *cells);
    size_t count = 0;

    line[strcspn(line, "\r\n")] = '\0';
    for (char *cell = line; cell && count < FIELDS;) {
        size_t length = strcspn(cell, ",");

        cells[count++] = alloc_text_part(cell, length);
        cell = cell[length] ? cell + length + 1 : NULL;
    }
    if (csv->count == 0)
        csv->columns = count;
    csv->rows = realloc_array(csv->rows, csv->count + 1, sizeof *csv->rows);
    csv->rows[csv->count++] = cells;
}

void csv_read(struct csv *csv, FILE *file)
{
    char *line = NULL;
    size_t size = 0;

    *csv = (struct csv){ .count = 0 };
    while (getline(&line, &size, file) >= 0)
        row_add(csv, line);
    free(line);
}

void csv_free(struct csv *csv)
{
    for (size_t r = 0; r < csv->count; r++) {
        for (size_t c = 0; c < FIELDS; c++)
            free(csv->rows[r][c]);
        free(csv->rows[r]);
    }
    free(csv->rows);
    *csv = (struct csv){ .count = 0 };
}

const char *csv_cell(const struct csv *csv, size_t row, const char *column)
{
    for (size_t c = 0; c < csv->columns; c++)
        if (csv->rows[0][c] && strcmp(csv->rows[0][c], column) == 0)
            return csv->rows[row][c] ? csv->rows[row][c] : "";
    return "";
}

enum status csv_answer(const struct library *library, const struct array_rules *rules,
                       const char *name, char *asked, struct csv *answered,
                       struct error *err)
{
    struct array_library names = array_library_of(library);
    FILE *in = fmemopen(asked, strlen(asked), "r");
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    enum status status = array_rows(in, name, out, rules, &names, err);

    fclose(in);
    fclose(out);
    if (status == STATUS_OK) {
        FILE *back = fmemopen(text, strlen(text) ? strlen(text) : 1, "r");

        csv_read(answered, back);
        fclose(back);
    }
    free(text);
    return status;
}

char *csv_text(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;

    if (!file)
        return NULL;
    if (getdelim(&text, &size, '\0', file) < 0) {
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}
