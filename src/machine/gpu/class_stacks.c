#include "machine/gpu/class_stacks.h"

#include "base/memory.h"
#include "workload/stack_distance.h"

#include <stdlib.h>
#include <string.h>

struct class_stacks {
    struct stack_distance *stacks[TENSOR_COUNT]; /* TENSOR_ALL: of all lines */
    const uint8_t *classes;
    uint32_t *numbers; /* index of a line among those of its class */
};

static void accesses_deal(void *self, const uint32_t *accesses, size_t count)
{
    const struct class_stacks *stacks = self;

    stack_distance_access(stacks->stacks[TENSOR_ALL], accesses, count);
    for (size_t i = 0; i < count; i++) {
        uint32_t line = accesses[i] & ACCESS_LINE_MASK;
        uint32_t own = (accesses[i] & ~ACCESS_LINE_MASK) | stacks->numbers[line];

        stack_distance_access(stacks->stacks[stacks->classes[line]], &own, 1);
    }
}

struct class_stacks *class_stacks_create(uint64_t lines, const uint8_t *classes,
                                         uint64_t scale_bytes, struct access_sink *sink)
{
    struct class_stacks *stacks = alloc_array(1, sizeof *stacks);
    uint64_t counts[TENSOR_COUNT] = { lines };

    stacks->classes = classes;
    stacks->numbers = alloc_array(lines, sizeof *stacks->numbers);
    for (uint64_t line = 0; line < lines; line++)
        stacks->numbers[line] = (uint32_t)counts[classes[line]]++;
    for (int tensor = 0; tensor < TENSOR_COUNT; tensor++)
        stacks->stacks[tensor] = stack_distance_create(counts[tensor] + 1, scale_bytes);
    *sink = (struct access_sink){ .accesses = accesses_deal, .self = stacks };
    return stacks;
}

void class_stacks_finish(struct class_stacks *stacks, double weight, uint64_t ways,
                         struct reuse_curve curves[TENSOR_COUNT])
{
    for (int tensor = 0; tensor < TENSOR_COUNT; tensor++) {
        memset(&curves[tensor], 0, sizeof curves[tensor]);
        stack_distance_finish(stacks->stacks[tensor], weight, ways, &curves[tensor]);
        stack_distance_free(stacks->stacks[tensor]);
    }
    free(stacks->numbers);
    free(stacks);
}
