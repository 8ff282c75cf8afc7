/* Caches divided among classes: the best of all divisions, and classes' curves are those of their own
 * accesses. */
#include "unit.h"

#include "base/mix.h"
#include "machine/gpu/class_stacks.h"
#include "workload/partition.h"
#include "workload/stack_distance.h"

#include <stdlib.h>
#include <string.h>

static uint64_t counter;

static uint64_t random_below(uint64_t most)
{
    return mix(counter++) % most;
}

/* Three classes of falling moves, neither smooth nor convex. */
static void the_best_of_all_divisions_is_found(void)
{
    for (int n = 0; n < 50; n++) {
        struct partition_class classes[3];
        unsigned parts[PARTITION_CLASSES];
        double best = 1e30, found;

        for (int c = 0; c < 3; c++) {
            double moves = 1e6;

            for (int p = 0; p <= PARTITION_PARTS; p++) {
                classes[c].moves[p] = moves;
                moves -= (double)random_below(p % 7 ? 100 : 50000);
            }
        }
        for (unsigned a = 0; a <= PARTITION_PARTS; a++)
            for (unsigned b = 0; a + b <= PARTITION_PARTS; b++) {
                double sum = classes[0].moves[a] + classes[1].moves[b] +
                             classes[2].moves[PARTITION_PARTS - a - b];

                best = sum < best ? sum : best;
            }
        found = partition_best(classes, 3, parts);
        CU_ASSERT_EQUAL(found, best);
        CU_ASSERT_EQUAL(parts[0] + parts[1] + parts[2], PARTITION_PARTS);
        CU_ASSERT_EQUAL(classes[0].moves[parts[0]] + classes[1].moves[parts[1]] +
                            classes[2].moves[parts[2]],
                        found);
    }
}

static void one_class_has_all(void)
{
    struct partition_class one;
    unsigned parts[PARTITION_CLASSES];

    for (int p = 0; p <= PARTITION_PARTS; p++)
        one.moves[p] = 100 - p;
    CU_ASSERT_EQUAL(partition_best(&one, 1, parts), 100 - PARTITION_PARTS);
    CU_ASSERT_EQUAL(parts[0], PARTITION_PARTS);
}

enum { LINES = 3000, ACCESSES = 40000, LINE_BYTES = 128 };

static void curve_of(const uint32_t *accesses, size_t count, struct reuse_curve *curve)
{
    struct stack_distance *stack = stack_distance_create(LINES, LINE_BYTES);

    memset(curve, 0, sizeof *curve);
    stack_distance_access(stack, accesses, count);
    stack_distance_finish(stack, 1, 16, curve);
    stack_distance_free(stack);
}

/* The stream filtered by class, one pass each, is what the one pass over all finds. */
static void classes_reuse_as_if_they_were_alone(void)
{
    static struct reuse_curve curves[TENSOR_COUNT], alone;
    static uint32_t accesses[ACCESSES], own[ACCESSES];
    static uint8_t classes[LINES];
    struct access_sink sink;
    struct class_stacks *stacks;

    counter = 12345;
    for (uint32_t line = 0; line < LINES; line++)
        classes[line] = (uint8_t)(random_below(3) ? TENSOR_WEIGHTS
                                                  : TENSOR_ACTIVATIONS);
    for (size_t i = 0; i < ACCESSES; i++)
        accesses[i] = access_pack((uint32_t)random_below(random_below(2) ? LINES : 300),
                                  1, random_below(4) ? 0 : ACCESS_WRITE);
    stacks = class_stacks_create(LINES, classes, LINE_BYTES, &sink);
    for (size_t i = 0; i < ACCESSES; i += 100)
        sink.accesses(sink.self, accesses + i, 100);
    class_stacks_finish(stacks, 1, 16, curves);
    curve_of(accesses, ACCESSES, &alone);
    CU_ASSERT_EQUAL(memcmp(&alone, &curves[TENSOR_ALL], sizeof alone), 0);
    for (int tensor = TENSOR_ALL + 1; tensor < TENSOR_COUNT; tensor++) {
        size_t count = 0;

        for (size_t i = 0; i < ACCESSES; i++)
            if (classes[accesses[i] & ACCESS_LINE_MASK] == tensor)
                own[count++] = accesses[i];
        curve_of(own, count, &alone);
        CU_ASSERT_EQUAL(memcmp(alone.read_misses, curves[tensor].read_misses,
                               sizeof alone.read_misses),
                        0);
        CU_ASSERT_EQUAL(memcmp(alone.writebacks, curves[tensor].writebacks,
                               sizeof alone.writebacks),
                        0);
        CU_ASSERT_EQUAL(alone.reads, curves[tensor].reads);
    }
}

SUITE(partition, TEST(the_best_of_all_divisions_is_found), TEST(one_class_has_all),
      TEST(classes_reuse_as_if_they_were_alone));
