#include "cmd/sheet.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sheet_add_row(struct sheet *sheet)
{
    sheet->rows++;
    sheet->cells = realloc_array(sheet->cells, sheet->rows * sheet->columns,
                                 sizeof *sheet->cells);
    memset(sheet->cells + (sheet->rows - 1) * sheet->columns, 0,
           sheet->columns * sizeof *sheet->cells);
    sheet->keys = realloc_array(sheet->keys, sheet->rows, sizeof *sheet->keys);
    sheet->keys[sheet->rows - 1] = NAN;
    sheet->groups = realloc_array(sheet->groups, sheet->rows, sizeof *sheet->groups);
    sheet->groups[sheet->rows - 1] = NULL;
}

void sheet_set(struct sheet *sheet, size_t column, const char *text)
{
    char **cell = &sheet->cells[(sheet->rows - 1) * sheet->columns + column];

    free(*cell);
    *cell = alloc_text(text);
}

void sheet_set_group(struct sheet *sheet, const char *heading)
{
    free(sheet->groups[sheet->rows - 1]);
    sheet->groups[sheet->rows - 1] = alloc_text(heading);
}

void sheet_free(struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->rows * sheet->columns; i++)
        free(sheet->cells[i]);
    for (size_t r = 0; r < sheet->rows; r++)
        free(sheet->groups[r]);
    free(sheet->cells);
    free(sheet->keys);
    free(sheet->groups);
    free(sheet->order);
    *sheet = (struct sheet){ .columns = 0 };
}

/* ---- order */

/* The sort key of a row: its group's first row, then its key, then its position. */
struct rank {
    size_t group, row;
    double key;
};

static int rank_compare(const void *left, const void *right)
{
    const struct rank *a = left, *b = right;

    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    if (isnan(a->key) != isnan(b->key))
        return isnan(a->key) ? 1 : -1;
    if (a->key < b->key || a->key > b->key)
        return a->key < b->key ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

static bool same_group(const struct sheet *sheet, size_t a, size_t b)
{
    const char *left = sheet->groups[a], *right = sheet->groups[b];

    return left && right ? strcmp(left, right) == 0 : left == right;
}

void sheet_sort(struct sheet *sheet, bool is_by_key)
{
    struct rank *ranks = alloc_array(sheet->rows, sizeof *ranks);
    size_t *firsts = alloc_array(sheet->rows, sizeof *firsts), groups = 0;

    for (size_t r = 1; r < sheet->rows; r++) {
        size_t g = groups;

        while (g > 0 && !same_group(sheet, firsts[g - 1], r))
            g--;
        if (g == 0) {
            firsts[groups++] = r;
            g = groups;
        }
        ranks[r] = (struct rank){ .group = g, .row = r };
        ranks[r].key = is_by_key ? sheet->keys[r] : 0;
    }
    if (sheet->rows > 2)
        qsort(ranks + 1, sheet->rows - 1, sizeof *ranks, rank_compare);
    free(sheet->order);
    sheet->order = alloc_array(sheet->rows, sizeof *sheet->order);
    for (size_t r = 0; r < sheet->rows; r++)
        sheet->order[r] = ranks[r].row;
    free(ranks);
    free(firsts);
}

bool sheet_is_same_group(const struct sheet *sheet, size_t i, size_t k)
{
    return same_group(sheet, sheet->order[i], sheet->order[k]);
}

/* ---- printing */

/* Width on the screen: the bytes of UTF-8 that begin a character. */
static size_t width_of(const char *text)
{
    size_t width = 0;

    for (; text && *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static void row_print(const struct sheet *sheet, size_t row, const size_t *widths)
{
    char *const *cells = &sheet->cells[row * sheet->columns];
    size_t last = sheet->columns; /* no spaces after the last cell with text */

    while (last > 0 && width_of(cells[last - 1]) == 0)
        last--;
    for (size_t c = 0; c < last; c++) {
        printf("%s%s", c ? "  " : "", cells[c] ? cells[c] : "");
        if (c + 1 < last)
            printf("%*s", (int)(widths[c] - width_of(cells[c])), "");
    }
    printf("\n");
}

void sheet_print(const struct sheet *sheet, uint64_t limit)
{
    size_t *widths = alloc_array(sheet->columns, sizeof *widths);
    size_t rows = sheet->rows - 1 < limit ? sheet->rows : (size_t)limit + 1;

    for (size_t i = 0; i < rows; i++)
        for (size_t c = 0; c < sheet->columns; c++) {
            size_t row = sheet->order ? sheet->order[i] : i;
            size_t width = width_of(sheet->cells[row * sheet->columns + c]);

            widths[c] = width > widths[c] ? width : widths[c];
        }
    for (size_t i = 0; i < rows; i++) {
        size_t row = sheet->order ? sheet->order[i] : i;
        size_t before = i > 1 ? (sheet->order ? sheet->order[i - 1] : i - 1) : 0;

        if (sheet->groups[row] && !same_group(sheet, row, before))
            printf("%s%s\n", i > 1 ? "\n" : "", sheet->groups[row]);
        row_print(sheet, row, widths);
    }
    free(widths);
}

/* ---- bars */

char *sheet_bar(double value, double most, size_t cells, char *buffer)
{
    static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
    size_t units;

    buffer[0] = '\0';
    if (!(value > 0) || !(most > 0) || !isfinite(value / most))
        return buffer;
    units = (size_t)lround(fmin(value / most, 1) * 8 * (double)cells);
    for (size_t i = 0; i < units / 8; i++)
        strcat(buffer, "█");
    return strcat(buffer, units ? eighths[units % 8] : eighths[1]);
}

char *sheet_sparkline(const double *values, size_t count, char *buffer)
{
    static const char *const heights[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
    double least = INFINITY, most = -INFINITY;

    buffer[0] = '\0';
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i])) {
            least = fmin(least, values[i]);
            most = fmax(most, values[i]);
        }
    for (size_t i = 0; i < count; i++) {
        double share = most > least ? (values[i] - least) / (most - least) : 0.5;

        strcat(buffer, isfinite(values[i]) ? heights[(size_t)lround(7 * share)] : "·");
    }
    return buffer;
}
