/* Logarithms are computed to 68 bits, as the sum of two doubles, from a table of 128 steps and
 * a Taylor series.  One multiplication gives the logarithms to other bases, and pow uses the
 * same sum.  Exponentials use a table and a series as well (P. T. P. Tang, "Table-driven
 * implementation of the exponential function", ACM TOMS 15, 1989, and "... of the logarithm
 * function", TOMS 16, 1990). */
#include "base/maths.h"
#include "base/maths_tables.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The number high + low.  |low| is at most one unit in the last place of high. */
struct sum {
    double high, low;
};

static uint64_t bits_of(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double of_bits(uint64_t bits)
{
    double x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Returns a + b exactly.  Requires |a| >= |b| or a = 0 (T. J. Dekker, Numerische Mathematik
 * 18, 1971). */
static struct sum add(double a, double b)
{
    double high = a + b;

    return (struct sum){ high, a - high + b };
}

/* Returns x without the last 27 bits of its significand.  The product of two such numbers is
 * exact. */
static double upper_half(double x)
{
    return of_bits(bits_of(x) & -(UINT64_C(1) << 27));
}

/* Returns a * b: high is the exact product of the upper halves, low all other products. */
static struct sum times(struct sum a, double b)
{
    double left = upper_half(a.high), right = upper_half(b);

    return (struct sum){ left * right,
                         left * (b - right) + (a.high - left + a.low) * b };
}

static struct sum multiply(struct sum a, struct sum b)
{
    double high = a.high * b.high;
    double left = upper_half(a.high), right = upper_half(b.high);
    double left_rest = a.high - left, right_rest = b.high - right;
    double error = left * right - high + left * right_rest + left_rest * right +
                   left_rest * right_rest;

    return add(high, error + (a.high * b.low + a.low * b.high));
}

/* ---- logarithms */

/* Computes ln(x) of a positive, finite x.  With `whole` it returns ln(x); without, it returns
 * ln(x) - *exponent * ln(2). */
static inline struct sum ln_parts(double x, bool whole, double *exponent)
{
    double shift = 0;
    uint64_t bits = bits_of(x), above;

    if (x < 0x1p-1022) {
        bits = bits_of(x * 0x1p52);
        shift = -52;
    }
    above = bits - LOGARITHM_FIRST;

    size_t i = (size_t)(above >> 45) % TABLE_STEPS;
    double k = (double)((int64_t)above >> 52) + shift;
    double z = of_bits(bits - (above & UINT64_C(0xfff) << 52));
    double inverse = logarithm_table[i].inverse;

    /* r = z / c - 1 = high + low, exactly; high has less than 27 bits */
    double z_high = of_bits((bits_of(z) + (UINT64_C(1) << 31)) & -(UINT64_C(1) << 32));
    double high = z_high * inverse - 1, low = (z - z_high) * inverse;
    double r = high + low, rest = high - r + low;

    /* k ln(2) + ln(c) + r */
    double base = (whole ? k * LN2_HIGH : 0) + logarithm_table[i].high;
    double tail = (whole ? k * LN2_LOW : 0) + logarithm_table[i].low + rest;
    double linear = base + r;
    double linear_rest = base - linear + r;

    /* - r^2 / 2, of which high^2 is exact */
    double square = -0.5 * high * high;
    double sum = linear + square;
    double square_rest = linear - sum + square - 0.5 * low * (r + high);

    double r2 = r * r;
    double series = r * r2 *
                    (1.0 / 3 - r * (1.0 / 4) + r2 * (1.0 / 5 - r * (1.0 / 6)) +
                     r2 * r2 *
                         (1.0 / 7 - r * (1.0 / 8) + r2 * (1.0 / 9 - r * (1.0 / 10))));

    *exponent = k;
    return add(sum, tail + linear_rest + square_rest + series);
}

static struct sum ln_sum(double x)
{
    double exponent;

    return ln_parts(x, true, &exponent);
}

/* Is x positive and finite?  The logarithm of any other x is a special value. */
static bool is_regular(double x)
{
    return x > 0 && x < INFINITY;
}

static double irregular_log(double x)
{
    return x == 0 ? -INFINITY : x < 0 ? NAN : x;
}

double maths_log(double x)
{
    return is_regular(x) ? ln_sum(x).high : irregular_log(x);
}

double maths_log2(double x)
{
    double exponent;
    struct sum ln, product, total;

    if (!is_regular(x))
        return irregular_log(x);
    ln = ln_parts(x, false, &exponent);
    product = multiply(ln, (struct sum){ INVERSE_LN2_HIGH, INVERSE_LN2_LOW });
    total = exponent != 0 ? add(exponent, product.high)
                          : (struct sum){ product.high, 0 };
    return total.high + (total.low + product.low);
}

double maths_log1p(double x)
{
    struct sum one, ln;

    if (!(x > -1 && x < INFINITY))
        return x == -1 ? -INFINITY : x < -1 ? NAN : x;
    if (fabs(x) < 0x1p-54)
        return x;
    one = fabs(x) < 1 ? add(1, x) : add(x, 1);
    ln = ln_sum(one.high);
    return ln.high + (ln.low + one.low / one.high);
}

/* ---- powers */

/* Rounds to the nearest whole number, for |x| < 2^51: the sum with 1.5 * 2^52 has no bits
 * below 1. */
static double rounded(double x)
{
    return x + 0x1.8p52 - 0x1.8p52;
}

/* Returns e^r - 1 - r for |r| <= ln(2) / 256. */
static double exp_series(double r)
{
    double r2 = r * r;

    return r2 * (1.0 / 2 + r * (1.0 / 6)) +
           r2 * r2 * (1.0 / 24 + r * (1.0 / 120) + r2 * (1.0 / 720));
}

/* A power 2^(steps / 128) e^r, |r| <= ln(2) / 256, written as 2^exponent scale (1 + tail). */
struct power {
    double scale, tail;
    int64_t exponent;
};

static struct power power_of(double steps, double r)
{
    int64_t whole = (int64_t)steps;
    size_t i = (size_t)((uint64_t)whole % TABLE_STEPS);

    return (struct power){ .scale = power_table[i].scale,
                           .tail = power_table[i].tail + exp_series(r) + r,
                           .exponent = (whole - (int64_t)i) / TABLE_STEPS };
}

/* Returns 2^exponent, which must be a normal number. */
static double two_to(int64_t exponent)
{
    return of_bits((uint64_t)(exponent + 1023) << 52);
}

/* Returns the power as a double.  It is rounded once, and twice where it is subnormal. */
static double value_of(struct power p)
{
    int64_t half = p.exponent / 2;
    double scale;

    if (p.exponent > -950 && p.exponent < 1023) {
        scale = p.scale * two_to(p.exponent);
        return scale + scale * p.tail;
    }
    return (p.scale + p.scale * p.tail) * two_to(half) * two_to(p.exponent - half);
}

#define LARGEST_LN 709.8   /* e^x of a larger x overflows to infinity */
#define SMALLEST_LN -745.2 /* e^x of a smaller x underflows to 0 */

static double exp_sum(struct sum x)
{
    double steps, r;

    if (!(x.high < LARGEST_LN))
        return isnan(x.high) ? x.high : INFINITY;
    if (x.high < SMALLEST_LN)
        return 0;
    steps = rounded(x.high * INVERSE_STEP);
    r = x.high - steps * STEP_HIGH - steps * STEP_LOW;
    return value_of(power_of(steps, r + x.low));
}

double maths_exp(double x)
{
    return exp_sum((struct sum){ x, 0 });
}

double maths_exp2(double x)
{
    double steps, r;

    if (!(x < 1025))
        return isnan(x) ? x : INFINITY;
    if (x < -1080)
        return 0;
    steps = rounded(x * TABLE_STEPS);
    r = (x - steps / TABLE_STEPS) * (LN2_HIGH + LN2_LOW);
    return value_of(power_of(steps, r));
}

double maths_expm1(double x)
{
    double steps, scale;
    struct power p;
    struct sum left;

    if (fabs(x) < 0x1p-7) { /* Taylor series up to x^8 */
        double sum = 1;

        for (int n = 8; n > 2; n--)
            sum = 1 + sum * x / n;
        return x != 0 ? x + sum * (x * x / 2) : x;
    }
    if (!(x < 40))
        return maths_exp(x);
    if (x < -40)
        return -1;
    steps = rounded(x * INVERSE_STEP);
    p = power_of(steps, x - steps * STEP_HIGH - steps * STEP_LOW);
    scale = p.scale * two_to(p.exponent);
    left = scale < 1 ? add(-1, scale) : add(scale, -1);
    return left.high + (left.low + scale * p.tail);
}

double maths_tanh(double x)
{
    double grown = maths_expm1(2 * fabs(x));
    double value = fabs(x) > 22 ? 1 : grown / (grown + 2);

    return isnan(x) ? x : copysign(value, x);
}

enum parity { FRACTION, EVEN, ODD };

static enum parity parity_of(double y)
{
    double half = y / 2;

    if (floor(y) != y)
        return FRACTION;
    return floor(half) == half ? EVEN : ODD;
}

double maths_pow(double x, double y)
{
    bool is_odd = false;
    struct sum ln;
    double value;

    if (x == 1 || y == 0)
        return 1;
    if (isnan(x) || isnan(y))
        return x + y;
    if (isinf(y))
        return fabs(x) == 1 ? 1 : (fabs(x) > 1) == (y > 0) ? INFINITY : 0;
    if (!(x > 0) || isinf(x)) {
        enum parity parity = parity_of(y);

        is_odd = signbit(x) && parity == ODD;
        if (x == 0 || isinf(x)) {
            value = (x == 0) == (y > 0) ? 0 : INFINITY;
            return is_odd ? -value : value;
        }
        if (parity == FRACTION)
            return NAN;
        x = -x;
    }
    ln = ln_sum(x);
    if (fabs(ln.high) * fabs(y) > 1000) /* the product's parts could overflow */
        value = (ln.high > 0) == (y > 0) ? INFINITY : 0;
    else
        value = exp_sum(times(ln, y));
    return is_odd ? -value : value;
}

double maths_cbrt(double x)
{
    struct sum third = { 1.0 / 3, 0x1.5555555555555p-56 };

    if (!is_regular(fabs(x)))
        return x;
    return copysign(exp_sum(multiply(ln_sum(fabs(x)), third)), x);
}

/* ---- others */

double maths_hypot(double x, double y)
{
    double large = fmax(fabs(x), fabs(y)), small = fmin(fabs(x), fabs(y)), scale = 1;

    if (isinf(x) || isinf(y))
        return INFINITY;
    if (isnan(x) || isnan(y))
        return NAN;
    if (small == 0)
        return large;
    if (large > 0x1p500)
        scale = 0x1p600;
    else if (large < 0x1p-400)
        scale = 0x1p-600;
    large /= scale;
    small /= scale;
    return scale * sqrt(large * large + small * small);
}

/* Returns erfc(x) for |x| <= 1/2 from the Taylor series of erf. */
static double erfc_near_0(double x)
{
    double sum = 0;

    for (int n = 14; n > 0; n--)
        sum = (1.0 / (2 * n + 1) - sum) * x * x / n;
    return 1 - TWO_OVER_SQRT_PI * (x - x * sum);
}

double maths_erfc(double x)
{
    double from = fabs(x), t, now = 0, last = 0, value, head, rest;

    if (isnan(x))
        return x;
    if (from <= 0.5)
        return erfc_near_0(x);
    if (from > 27.3)
        return x > 0 ? 0 : 2;
    t = (from - 3.75) / (from + 3.75);
    for (size_t i = sizeof erfc_table / sizeof *erfc_table - 1; i > 0; i--) {
        double next = 2 * t * now - last + erfc_table[i];

        last = now;
        now = next;
    }
    value = t * now - last + erfc_table[0];

    head = of_bits(bits_of(from) & -(UINT64_C(1) << 32)); /* its square is exact */
    rest = (from - head) * (from + head);
    value *= exp_sum((struct sum){ -head * head, -rest }) / (1 + 2 * from);
    return x < 0 ? 2 - value : value;
}

/* Small factorials are exact doubles, whose logarithm is taken; larger ones use Stirling's
 * series. */
double maths_ln_factorial(double n)
{
    static const double bernoulli[] = { /* B(2k) / (2k (2k - 1)) */
                                        1.0 / 12,    -1.0 / 360, 1.0 / 1260,
                                        -1.0 / 1680, 1.0 / 1188, -691.0 / 360360,
                                        1.0 / 156
    };
    double x = n + 1, factorial = 1, series = 0;
    struct sum product;

    if (n == INFINITY)
        return n;
    if (!(n >= 0 && floor(n) == n))
        return NAN;
    if (n < 19) {
        for (double i = 2; i <= n; i++)
            factorial *= i;
        return maths_log(factorial);
    }
    for (size_t i = sizeof bernoulli / sizeof *bernoulli; i-- > 0;)
        series = bernoulli[i] + series / (x * x);
    product = multiply(ln_sum(x), (struct sum){ x - 0.5, 0 });
    return product.high - x + HALF_LN_2PI_HIGH +
           (HALF_LN_2PI_LOW + product.low + series / x);
}
