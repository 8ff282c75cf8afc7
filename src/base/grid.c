#include "base/grid.h"

#define SIZE_UNIT_MOST 65536.0
#define SIZE_PARTS 16 /* a size consists of so many units at least, if it can */

static double size_unit(double bytes)
{
    double unit = 1;

    if (bytes != floor(bytes))
        return 0;
    while (2 * unit <= SIZE_UNIT_MOST && 2 * unit * SIZE_PARTS <= bytes &&
           fmod(bytes, 2 * unit) == 0)
        unit *= 2;
    return unit;
}

struct value_grid value_grid_of(const struct field *field, double value)
{
    struct value_grid grid = { .start = value };

    if (!(value > 0))
        return grid;
    grid.is_powers_of_two = field->grid == GRID_POWERS_OF_TWO;
    if (field->grid == GRID_SIZE)
        grid.unit = size_unit(value);
    else if (field->kind == KIND_COUNT)
        grid.unit = 1;
    return grid;
}

static bool is_multiple(const struct value_grid *grid, double value)
{
    return value >= grid->unit && fmod(value, grid->unit) == 0;
}

double value_grid_next(const struct value_grid *grid, double value, int direction)
{
    double next = grid->is_powers_of_two ? direction < 0 ? value / 2 : 2 * value
                                         : value + direction * grid->unit;

    return is_multiple(grid, next) ? next : 0;
}

double value_grid_round(const struct value_grid *grid, double value)
{
    double nearest = grid->start;

    if (grid->unit == 0 || !(value > 0))
        return value;
    if (!grid->is_powers_of_two) {
        double units = round(value / grid->unit);

        return (units < 1 ? 1 : units) * grid->unit;
    }
    /* the ends of an interval meet in its geometric mean */
    while (value * value > 2 * nearest * nearest)
        nearest *= 2;
    while (2 * value * value < nearest * nearest && is_multiple(grid, nearest / 2))
        nearest /= 2;
    return nearest;
}
