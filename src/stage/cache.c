#include "stage/cache.h"

#include "machine/gpu/gpu.h"
#include "stage/parameters.h"

#include <string.h>

#define ALONE_CAPACITY_BYTES ((uint64_t)3 << 20)
#define ALONE_LINE_BYTES ((uint64_t)64)

static const struct gpu *gpu_of(const struct record *machine)
{
    const struct machine *head = (const struct machine *)machine;

    return machine && machine_family(head)->kind == MACHINE_GPU
               ? (const struct gpu *)machine
               : NULL;
}

static bool is_left(const struct sweep *sweep, enum axis_id axis)
{
    const struct axis *values = &sweep->space.axes[axis];

    for (uint64_t i = 0; i < values->count; i++)
        if (axis_value_is_word(&axis_specs[axis], values->values[i]))
            return true;
    return false;
}

bool cache_is_from_machine(const struct sweep *sweep)
{
    const struct axis *machines = &sweep->space.axes[AXIS_machine];

    if (!is_left(sweep, AXIS_capacity_bytes) && !is_left(sweep, AXIS_line_bytes))
        return false;
    for (uint64_t i = 0; i < machines->count; i++)
        if (gpu_of(machines->values[i].record))
            return true;
    return false;
}

bool cache_reads(const struct sweep *sweep, const struct place *place)
{
    return place->of == RECORDS_MACHINE &&
           ((strcmp(place->path, "llc_bytes") == 0 &&
             is_left(sweep, AXIS_capacity_bytes)) ||
            (strcmp(place->path, "llc_line_bytes") == 0 &&
             is_left(sweep, AXIS_line_bytes)));
}

/* May a field that is an axis, or a spread, change a cache? */
static bool is_varied(const struct sweep *sweep)
{
    const struct space *space = &sweep->space;
    struct parameters parameters;

    for (size_t f = 0; f < space->field_count; f++)
        if (cache_reads(sweep, &space->fields[f].place))
            return true;
    parameters_of(space, &parameters);
    for (size_t p = 0; p < parameters.count; p++) {
        const struct place place = spread_parameter_place(parameters.parameters[p]);

        if (cache_reads(sweep, &place))
            return true;
    }
    return false;
}

const struct record *cache_machine(const struct sweep *sweep,
                                   const struct record *machine)
{
    const struct axis *machines = &sweep->space.axes[AXIS_machine];
    const struct gpu *gpu = gpu_of(machine);

    if (!gpu || is_varied(sweep))
        return gpu ? machine : NULL;
    for (uint64_t i = 0; i < machines->count; i++) {
        const struct gpu *other = gpu_of(machines->values[i].record);

        if (other &&
            (other->llc_bytes == gpu->llc_bytes ||
             !is_left(sweep, AXIS_capacity_bytes)) &&
            (other->llc_line_bytes == gpu->llc_line_bytes ||
             !is_left(sweep, AXIS_line_bytes)))
            return machines->values[i].record;
    }
    return machine;
}

uint64_t cache_line_bytes(const struct point *point, const struct record *machine)
{
    const struct gpu *gpu = gpu_of(machine);

    if (point->line_bytes > 0)
        return point->line_bytes;
    return gpu ? gpu->llc_line_bytes : ALONE_LINE_BYTES;
}

void cache_resolve(struct point *point)
{
    const struct gpu *gpu = gpu_of(point->machine);

    if (point->capacity_bytes == 0)
        point->capacity_bytes = gpu ? (uint64_t)gpu->llc_bytes : ALONE_CAPACITY_BYTES;
    point->line_bytes = cache_line_bytes(point, point->machine);
}
