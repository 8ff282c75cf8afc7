#include "unit.h"

#include "base/mix.h"
#include "uncertainty/need.h"

#include <math.h>
#include <stdio.h>

/* A ratio that falls as a power of the factor, with a floor, a wave and jumps on top: what
 * organizations of an array do to a metric. */
struct law {
    double at_one, power, floor;
    double wave, waves;   /* of ln ratio, and how many over the range */
    double jump, jump_at; /* of ln ratio, at a ln factor */
    double nothing_below; /* ln factor under which there is no such record */
    uint64_t calls;
};

static double law_ratio(void *context, double factor)
{
    struct law *law = context;
    double ln_factor = log(factor), ratio;

    law->calls++;
    if (ln_factor < law->nothing_below)
        return NAN;
    ratio = law->floor + (law->at_one - law->floor) * exp(law->power * ln_factor);
    ratio *= exp(law->wave * sin(law->waves * ln_factor));
    return ln_factor < law->jump_at ? ratio * exp(law->jump) : ratio;
}

static struct law plain(double at_one, double power, double floor)
{
    return (struct law){ .at_one = at_one,
                         .power = power,
                         .floor = floor,
                         .jump_at = -INFINITY,
                         .nothing_below = -INFINITY };
}

static struct need solved(struct law *law, double goal)
{
    struct need need;

    law->calls = 0;
    need_solve(law_ratio, law, law_ratio(law, 1), goal, 0.01, 100, &need);
    CU_ASSERT_EQUAL(law->calls, need.evaluations + 1);
    CU_ASSERT(need.evaluations <= 64 - 7); /* the rest asks what binds next */
    return need;
}

static void a_power_law_needs_its_root(void)
{
    struct law law = plain(2, 1, 0);
    struct need need = solved(&law, 1);

    CU_ASSERT_EQUAL(need.state, NEED_FACTOR);
    ASSERT_NEAR(need.factor, 0.5, 1e-3);
    CU_ASSERT_EQUAL(need.crossings, 1);
    law = plain(2, -0.5, 0); /* better above 1 */
    need = solved(&law, 0.5);
    CU_ASSERT_EQUAL(need.state, NEED_FACTOR);
    ASSERT_NEAR(need.factor, 16.0, 1e-3);
}

static void equal_records_tie_at_a_goal_of_one(void)
{
    struct law law = plain(1, 0.7, 0.2);
    struct need need = solved(&law, 1);

    CU_ASSERT_EQUAL(need.state, NEED_TIE);
    CU_ASSERT_EQUAL(need.factor, 1);
}

static void slack_is_an_answer(void)
{
    struct law law = plain(0.4, 0.5, 0);
    struct need need = solved(&law, 0.8);

    CU_ASSERT_EQUAL(need.state, NEED_WINS);
    ASSERT_NEAR(need.factor, 4.0, 1e-3);
    law = plain(0.4, 0, 0);
    need = solved(&law, 0.8);
    CU_ASSERT_EQUAL(need.state, NEED_WINS);
    CU_ASSERT(isnan(need.factor));
}

static void what_no_factor_reaches_is_a_wall(void)
{
    struct law law = plain(1.454, 1, 1.13);
    struct need need = solved(&law, 1);

    CU_ASSERT_EQUAL(need.state, NEED_WALL);
    CU_ASSERT(isnan(need.factor));
    ASSERT_NEAR(need.floor, 1.13324, 1e-4);
    ASSERT_NEAR(need.floor_factor, 0.01, 1e-9);
}

static void a_jump_over_the_goal_is_a_step(void)
{
    struct law law = plain(2, 0.01, 0);
    struct need need;

    law.jump = -2;
    law.jump_at = -1.234;
    need = solved(&law, 1);
    CU_ASSERT_EQUAL(need.state, NEED_STEP);
    CU_ASSERT(log(need.factor) < law.jump_at);
    CU_ASSERT(log(need.factor) + need.resolution >= law.jump_at);
    CU_ASSERT(need.resolution < NEED_TOLERANCE);
}

static void the_nearest_of_several_crossings_is_returned(void)
{
    struct law law = plain(1.05, 0.02, 0);
    struct need need;

    law.wave = 0.3;
    law.waves = 4;
    need = solved(&law, 1);
    CU_ASSERT_EQUAL(need.state, NEED_FACTOR);
    CU_ASSERT(need.crossings > 2);
    CU_ASSERT(fabs(log(need.factor)) < 0.1);
    ASSERT_NEAR(law_ratio(&law, need.factor), 1.0, NEED_TOLERANCE);
}

static double random_in(uint64_t *counter, double low, double high)
{
    return low + (high - low) * mix_unit(mix((*counter)++));
}

static struct law random_law(uint64_t seed)
{
    uint64_t counter = seed << 8;
    struct law law = plain(random_in(&counter, 0.5, 4), random_in(&counter, -1, 1),
                           random_in(&counter, 0, 0.5));

    if (seed % 3 == 1) {
        law.wave = random_in(&counter, 0, 0.2);
        law.waves = random_in(&counter, 0, 4);
    }
    if (seed % 3 == 2) {
        law.jump = random_in(&counter, -0.5, 0.5);
        law.jump_at = random_in(&counter, -4, 4);
    }
    if (seed % 5 == 0)
        law.nothing_below = random_in(&counter, -4, -1);
    return law;
}

/* The crossing nearest to 1 of a scan of 257 factors: the end next to 1. */
static double scanned(struct law *law, double goal)
{
    double nearest = INFINITY;

    for (int i = 0; i < 256; i++) {
        double ends[2], met[2];

        for (int e = 0; e < 2; e++) {
            double ratio;

            ends[e] = log(100) * (i + e - 128) / 128;
            ratio = law_ratio(law, exp(ends[e]));
            met[e] = ratio <= goal;
        }
        if (met[0] != met[1] && fmin(fabs(ends[0]), fabs(ends[1])) < nearest)
            nearest = fmin(fabs(ends[0]), fabs(ends[1]));
    }
    return nearest;
}

/* 1000 answers fed back, and beside a scan nine times as fine. */
static void answers_reach_their_goals(void)
{
    const double step = log(100) / 128;
    unsigned others = 0, wrong = 0, kinds[NEED_ABSENT + 1] = { 0 };

    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct law law = random_law(seed);
        double goal = 0.6 + 0.001 * (double)(seed % 700), nearest;
        struct need need = solved(&law, goal);

        kinds[need.state]++;
        if (need.state == NEED_FACTOR)
            wrong += !(fabs(law_ratio(&law, need.factor) / goal - 1) <= NEED_TOLERANCE);
        if (need.state == NEED_STEP) {
            double side = need.factor > exp(law.jump_at) ? -1 : 1;
            double beyond = law_ratio(&law, need.factor * exp(side * need.resolution));
            double before = law_ratio(&law, need.factor * exp(-side * need.resolution));

            wrong += !(law_ratio(&law, need.factor) <= goal);
            wrong += beyond <= goal && before <= goal;
        }
        if (need.state == NEED_TIE)
            continue;
        nearest = scanned(&law, goal);
        if (isfinite(nearest) != isfinite(need.factor) ||
            (isfinite(nearest) && !(fabs(log(need.factor)) >= nearest - 1e-9 &&
                                    fabs(log(need.factor)) <= nearest + 1.01 * step))) {
            others++;
            printf("    need: law %d, a scan of 257 finds %.4f, need %.4f\n", (int)seed,
                   nearest, log(need.factor));
        }
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(others <= 20);
    for (int state = NEED_FACTOR; state < NEED_ABSENT; state++)
        CU_ASSERT(state == NEED_TIE || kinds[state] > 2);
}

SUITE(need, TEST(a_power_law_needs_its_root), TEST(equal_records_tie_at_a_goal_of_one),
      TEST(slack_is_an_answer), TEST(what_no_factor_reaches_is_a_wall),
      TEST(a_jump_over_the_goal_is_a_step),
      TEST(the_nearest_of_several_crossings_is_returned),
      TEST(answers_reach_their_goals));
