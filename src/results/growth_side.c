#include "results/growth_side.h"

#include "base/crc32c.h"
#include "base/memory.h"

#include <string.h>

struct axis_key side_old_key(const struct growth_coordinate *coordinate, uint64_t i)
{
    const struct variable *variable = coordinate->variable;

    if (variable->kind == VARIABLE_TEXT)
        return (struct axis_key){ variable->texts[i], strlen(variable->texts[i]) };
    return (struct axis_key){ coordinate->raw + i * variable->item_bytes,
                              variable->item_bytes };
}

static struct axis_key value_key(const struct space *space, enum axis_id axis,
                                 const union axis_value *value)
{
    const char *text = "";

    if (axis_value_is_record(space_axis(space, axis), *value))
        text =
            "record"; /* taken from the record; counts and numbers have a code for it */
    switch (space_axis(space, axis)->kind) {
    case AXIS_COUNT: return (struct axis_key){ &value->count, sizeof value->count };
    case AXIS_NUMBER: return (struct axis_key){ &value->number, sizeof value->number };
    case AXIS_WORD:
        if (!*text)
            text = word_name(space_axis(space, axis)->words, value->word);
        break;
    case AXIS_RECORD: text = value->record ? value->record->name : ""; break;
    }
    return (struct axis_key){ text, strlen(text) };
}

static bool keys_equal(struct axis_key a, struct axis_key b)
{
    return a.size == b.size && memcmp(a.bytes, b.bytes, a.size) == 0;
}

static uint32_t side_hash(const struct growth_side *side, const struct axis_key *keys)
{
    uint32_t crc = 0;

    for (size_t c = 0; c < side->count; c++)
        crc = crc32c(crc, keys[c].bytes, keys[c].size) + (uint32_t)keys[c].size;
    return crc;
}

void side_index(struct growth_side *side)
{
    struct axis_key keys[AXES];

    side->slots = 16;
    while (side->slots < 2 * side->length)
        side->slots *= 2;
    side->table = alloc_array(side->slots, sizeof *side->table);
    for (uint64_t t = 0; t < side->length; t++) {
        size_t at;

        for (size_t c = 0; c < side->count; c++)
            keys[c] = side_old_key(&side->coordinates[c], t);
        at = side_hash(side, keys) & (side->slots - 1);
        while (side->table[at])
            at = (at + 1) & (side->slots - 1);
        side->table[at] = (uint32_t)t + 1;
    }
}

/* The value of axis c at index i of the new dimension.  grid_value also serves a stage that
 * has only some of the sweep's machines. */
union axis_value side_value(const struct growth_side *side, size_t c, uint64_t i)
{
    enum axis_id axis = side->coordinates[c].axis;

    /* grid_value also serves a stage that has only some of the sweep's machines */
    return side->is_along[c]
               ? grid_value(side->grid, side->space, side->dimension, axis, i)
               : side->space->axes[axis].values[0];
}

bool side_has(const struct growth_side *side, size_t c, uint64_t i, uint64_t t)
{
    union axis_value value = side_value(side, c, i);

    return keys_equal(value_key(side->space, side->coordinates[c].axis, &value),
                      side_old_key(&side->coordinates[c], t));
}

uint64_t side_find(const struct growth_side *side, uint64_t i)
{
    union axis_value values[AXES];
    struct axis_key keys[AXES];
    size_t at;

    for (size_t c = 0; c < side->count; c++) {
        values[c] = side_value(side, c, i);
        keys[c] = value_key(side->space, side->coordinates[c].axis, &values[c]);
    }
    for (at = side_hash(side, keys) & (side->slots - 1); side->table[at];
         at = (at + 1) & (side->slots - 1)) {
        uint64_t t = side->table[at] - 1;
        size_t c = 0;

        while (c < side->count &&
               keys_equal(keys[c], side_old_key(&side->coordinates[c], t)))
            c++;
        if (c == side->count)
            return t;
    }
    return NOT_THERE;
}
