#include "stage/parameters.h"

#include <string.h>

static bool is_same(const struct spread_parameter *a, const struct spread_parameter *b)
{
    return a->of == b->of && strcmp(a->record, b->record) == 0 &&
           strcmp(a->name, b->name) == 0;
}

size_t parameters_find(const struct parameters *parameters,
                       const struct spread_parameter *parameter)
{
    size_t p = 0;

    while (p < parameters->count && !is_same(parameters->parameters[p], parameter))
        p++;
    return p;
}

bool parameters_of(const struct space *space, struct parameters *parameters)
{
    const struct axis *spreads = &space->axes[AXIS_spread];

    *parameters = (struct parameters){ .count = 0 };
    for (uint64_t i = 0; i < spreads->count; i++) {
        const struct spread *spread = (const struct spread *)spreads->values[i].record;

        for (size_t p = 0; spread && p < spread->parameters_count; p++) {
            if (parameters_find(parameters, &spread->parameters[p]) < parameters->count)
                continue;
            if (parameters->count == SPREAD_PARAMETERS_MAX)
                return false;
            parameters->parameters[parameters->count++] = &spread->parameters[p];
        }
    }
    return true;
}
