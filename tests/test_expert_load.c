/* The busiest of several GPUs that hold experts, against draws. */
#include "unit.h"

#include "base/mix.h"
#include "workload/expert_load.h"

#include <stdbool.h>

enum { EXPERTS_MOST = 256, DRAWS = 2000 };

struct drawn {
    double pairs, touched; /* of the busiest GPU, mean over the draws */
};

/* One token: `used` different experts. */
static void token_route(const struct expert_routing *r, uint64_t *state, int *load)
{
    bool is_taken[EXPERTS_MOST] = { false };

    for (int k = 0; k < (int)r->used;) {
        int expert = (int)(mix_unit(mix((*state)++)) * r->experts);

        if (is_taken[expert])
            continue;
        is_taken[expert] = true;
        load[expert]++;
        k++;
    }
}

static struct drawn routing_draw(const struct expert_routing *r)
{
    struct drawn drawn = { 0, 0 };
    int held = (int)(r->experts / r->gpus);
    uint64_t state = 0;

    for (int d = 0; d < DRAWS; d++) {
        int load[EXPERTS_MOST] = { 0 };
        double most_pairs = 0, most_touched = 0;

        for (int t = 0; t < (int)r->tokens; t++)
            token_route(r, &state, load);
        for (int g = 0; g < (int)r->gpus; g++) {
            double pairs = 0, touched = 0;

            for (int e = g * held; e < (g + 1) * held; e++) {
                pairs += load[e];
                touched += load[e] > 0;
            }
            most_pairs = pairs > most_pairs ? pairs : most_pairs;
            most_touched = touched > most_touched ? touched : most_touched;
        }
        drawn.pairs += most_pairs / DRAWS;
        drawn.touched += most_touched / DRAWS;
    }
    return drawn;
}

static void the_busiest_gpu_is_that_of_draws(void)
{
    static const struct expert_routing routings[] = {
        { 8, 2, 2, 1 },     { 8, 2, 2, 16 },   { 8, 2, 4, 16 },   { 8, 2, 8, 64 },
        { 128, 8, 8, 1 },   { 128, 8, 8, 32 }, { 256, 8, 8, 1 },  { 256, 8, 8, 8 },
        { 256, 8, 8, 128 }, { 256, 8, 32, 1 }, { 256, 8, 32, 64 }
    };

    for (size_t i = 0; i < sizeof routings / sizeof *routings; i++) {
        struct drawn drawn = routing_draw(&routings[i]);

        ASSERT_NEAR(expert_busiest_pairs(&routings[i]), drawn.pairs, 0.08);
        ASSERT_NEAR(expert_busiest_touched(&routings[i]), drawn.touched, 0.08);
    }
}

/* One GPU has all; as tokens grow, loads even out. */
static void many_tokens_even_out(void)
{
    struct expert_routing r = { 256, 8, 1, 100 };

    CU_ASSERT_EQUAL(expert_busiest_pairs(&r), 800);
    r.gpus = 8;
    r.tokens = 1e6;
    CU_ASSERT(expert_busiest_pairs(&r) > 1e6);
    CU_ASSERT(expert_busiest_pairs(&r) < 1.003e6);
    CU_ASSERT_EQUAL(expert_busiest_touched(&r), 32);
}

SUITE(expert_load, TEST(the_busiest_gpu_is_that_of_draws), TEST(many_tokens_even_out));
