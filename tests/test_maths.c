/* The references are the C library's long doubles, whose errors are 2^11 times smaller. */
#include "unit.h"

#include "base/maths.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t state;

static double uniform(void) /* in [0, 1): SplitMix64 */
{
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

static double between(double low, double high)
{
    return low + (high - low) * uniform();
}

/* Units in the last place of a double near `exact`. */
static double units_between(double value, long double exact)
{
    int exponent;

    frexpl(exact, &exponent);
    if (exponent < DBL_MIN_EXP)
        exponent = DBL_MIN_EXP;
    return (double)fabsl(ldexpl((long double)value - exact, DBL_MANT_DIG - exponent));
}

enum { DRAWS = 20000 };

/* Every range in which a function takes another path. */
static void functions_of_one_number_keep_their_bounds(void)
{
    static const struct {
        const char *name;
        double (*ours)(double);
        long double (*exact)(long double);
        double low, high, bound;
    } cases[] = {
        { "exp", maths_exp, expl, -1, 1, 0.52 },
        { "exp", maths_exp, expl, -708, 709.7, 0.52 },
        { "exp", maths_exp, expl, -745, -708, 1.01 },
        { "exp", maths_exp, expl, -1e-9, 1e-9, 0.52 },
        { "exp2", maths_exp2, exp2l, -1, 1, 0.52 },
        { "exp2", maths_exp2, exp2l, -1022, 1024, 0.52 },
        { "exp2", maths_exp2, exp2l, -1074, -1022, 1.01 },
        { "log", maths_log, logl, 0.6, 1.5, 0.52 },
        { "log", maths_log, logl, 0.99, 1.01, 0.52 },
        { "log", maths_log, logl, 1 - 1e-9, 1 + 1e-9, 0.52 },
        { "log", maths_log, logl, 0, 1e-3, 0.52 },
        { "log", maths_log, logl, 0, 1e-310, 0.52 },
        { "log", maths_log, logl, 1, 1e300, 0.52 },
        { "log2", maths_log2, log2l, 0.6, 1.5, 0.52 },
        { "log2", maths_log2, log2l, 0.99, 1.01, 0.52 },
        { "log2", maths_log2, log2l, 1 - 1e-9, 1 + 1e-9, 0.52 },
        { "log2", maths_log2, log2l, 0, 1e-310, 0.52 },
        { "log2", maths_log2, log2l, 1, 1e300, 0.52 },
        { "log1p", maths_log1p, log1pl, -1, 3, 0.52 },
        { "log1p", maths_log1p, log1pl, -0.01, 0.01, 0.52 },
        { "log1p", maths_log1p, log1pl, -1e-9, 1e-9, 0.52 },
        { "log1p", maths_log1p, log1pl, 1, 1e300, 0.52 },
        { "expm1", maths_expm1, expm1l, -1, 1, 1.25 },
        { "expm1", maths_expm1, expm1l, -0.01, 0.01, 1.25 },
        { "expm1", maths_expm1, expm1l, -1e-9, 1e-9, 1.25 },
        { "expm1", maths_expm1, expm1l, -50, 709, 1.25 },
        { "tanh", maths_tanh, tanhl, -1, 1, 3 },
        { "tanh", maths_tanh, tanhl, -30, 30, 3 },
        { "tanh", maths_tanh, tanhl, -1e-9, 1e-9, 3 },
        { "cbrt", maths_cbrt, cbrtl, -10, 10, 0.52 },
        { "cbrt", maths_cbrt, cbrtl, 0, 1e-310, 0.52 },
        { "cbrt", maths_cbrt, cbrtl, 0, 1e300, 0.52 },
        { "erfc", maths_erfc, erfcl, -7, 1, 4 },
        { "erfc", maths_erfc, erfcl, 0.4, 0.6, 4 },
        { "erfc", maths_erfc, erfcl, 0, 26.5, 4 },
        { "erfc", maths_erfc, erfcl, -1e-9, 1e-9, 4 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double worst = 0, worst_x = 0;

        state = i;
        for (int draw = 0; draw < DRAWS; draw++) {
            double x = between(cases[i].low, cases[i].high);
            double units = units_between(cases[i].ours(x), cases[i].exact(x));

            if (!(units <= worst)) {
                worst = units;
                worst_x = x;
            }
        }
        CU_ASSERT(worst <= cases[i].bound);
        if (!(worst <= cases[i].bound) || getenv("V"))
            fprintf(stderr, "%-6s %10.4g..%-10.4g off by %.4f units at %a\n",
                    cases[i].name, cases[i].low, cases[i].high, worst, worst_x);
    }
}

static void functions_of_two_numbers_keep_their_bounds(void)
{
    double worst_pow = 0, worst_hypot = 0;

    state = 0;
    for (int draw = 0; draw < 10 * DRAWS; draw++) {
        /* results over the whole range, from bases near 1 and far */
        double x = draw % 2 ? between(0.9, 1.1) : exp(between(-700, 700));
        double y = between(-707, 707) / log(x);
        long double power = powl(x, y);
        double a = exp(between(-700, 700)), b = a * exp(between(-40, 40));
        double units = units_between(maths_pow(x, y), power);

        worst_pow = fmax(worst_pow, units);
        worst_hypot = fmax(worst_hypot, units_between(maths_hypot(a, b), hypotl(a, b)));
    }
    if (getenv("V"))
        fprintf(stderr, "pow off by %.4f units, hypot by %.4f\n", worst_pow,
                worst_hypot);
    CU_ASSERT(worst_pow <= 0.52);
    CU_ASSERT(worst_hypot <= 1.25);
}

static void factorials_keep_their_bound(void)
{
    double worst = 0;

    state = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
        double n = draw < 2000 ? draw : floor(exp(between(0, 36)));

        worst = fmax(worst, units_between(maths_ln_factorial(n), lgammal(n + 1.0L)));
    }
    if (getenv("V"))
        fprintf(stderr, "ln(n!) off by %.4f units\n", worst);
    CU_ASSERT(worst <= 2);
}

static void results_that_are_doubles_are_exact(void)
{
    for (int i = -1074; i < 1024; i++) {
        CU_ASSERT_EQUAL(maths_exp2(i), ldexp(1, i));
        CU_ASSERT_EQUAL(maths_log2(ldexp(1, i)), i);
        CU_ASSERT_EQUAL(maths_pow(2, i), ldexp(1, i));
    }
    for (int i = 1; i < 2000; i++) {
        CU_ASSERT_EQUAL(maths_pow(i, 2), (double)i * i);
        CU_ASSERT_EQUAL(maths_pow(i, 3), (double)i * i * i);
        CU_ASSERT_EQUAL(maths_cbrt((double)i * i * i), i);
        CU_ASSERT_EQUAL(maths_pow((double)i * i, 0.5), i);
        CU_ASSERT_EQUAL(maths_hypot(3 * i, 4 * i), 5 * i);
    }
    for (int i = 0; i < 23; i++)
        CU_ASSERT_EQUAL(
            maths_pow(10, i),
            strtod((char[]){ '1', 'e', (char)('0' + i / 10), (char)('0' + i % 10), 0 },
                   NULL));
}

static int is_same(double a, double b)
{
    return isnan(a) ? isnan(b) : a == b && signbit(a) == signbit(b);
}

/* C11, annex F */
static void special_values_are_those_of_the_standard(void)
{
    static const double values[] = { -INFINITY, -1e308,   -7,      -2,   -1.5, -1,
                                     -0.25,     -1e-308,  -5e-324, -0.0, 0,    5e-324,
                                     1e-308,    0.25,     1,       1.5,  2,    7,
                                     1e308,     INFINITY, NAN };
    static const struct {
        const char *name;
        double (*ours)(double), (*theirs)(double);
    } functions[] = {
        { "exp", maths_exp, exp },       { "exp2", maths_exp2, exp2 },
        { "log", maths_log, log },       { "log2", maths_log2, log2 },
        { "log1p", maths_log1p, log1p }, { "expm1", maths_expm1, expm1 },
        { "tanh", maths_tanh, tanh },    { "cbrt", maths_cbrt, cbrt },
        { "erfc", maths_erfc, erfc },
    };

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        double x = values[i];

        for (size_t f = 0; f < sizeof functions / sizeof *functions; f++) {
            double exact = functions[f].theirs(x), ours = functions[f].ours(x);

            if (isfinite(exact) && exact != 0)
                continue; /* the bounds above */
            CU_ASSERT(is_same(ours, exact));
            if (!is_same(ours, exact))
                fprintf(stderr, "%s(%a) is %a, must be %a\n", functions[f].name, x,
                        ours, exact);
        }
        for (size_t j = 0; j < sizeof values / sizeof *values; j++) {
            double y = values[j], exact = pow(x, y), ours = maths_pow(x, y);
            int is_near = isfinite(exact) && exact != 0 &&
                          fabs(ours - exact) <= 1e-15 * fabs(exact);

            CU_ASSERT(is_near || is_same(ours, exact));
            if (!is_near && !is_same(ours, exact))
                fprintf(stderr, "pow(%a, %a) is %a, must be %a\n", x, y, ours, exact);
            exact = hypot(x, y);
            ours = maths_hypot(x, y);
            is_near = isfinite(exact) && exact > 0 &&
                      fabs(ours - exact) <= 1e-15 * fabs(exact) + 5e-324;
            CU_ASSERT(is_near || is_same(ours, exact));
            if (!is_near && !is_same(ours, exact))
                fprintf(stderr, "hypot(%a, %a) is %a, must be %a\n", x, y, ours, exact);
        }
    }
    CU_ASSERT(isnan(maths_ln_factorial(-1)));
    CU_ASSERT(isnan(maths_ln_factorial(0.5)));
    CU_ASSERT(isnan(maths_ln_factorial(NAN)));
    CU_ASSERT_EQUAL(maths_ln_factorial(INFINITY), INFINITY);
}

SUITE(maths, TEST(functions_of_one_number_keep_their_bounds),
      TEST(functions_of_two_numbers_keep_their_bounds),
      TEST(factorials_keep_their_bound), TEST(results_that_are_doubles_are_exact),
      TEST(special_values_are_those_of_the_standard));
