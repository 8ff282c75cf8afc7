/* Elementary functions that give the same bits on every processor and with every library and
 * compiler.  The C library does not: at run time it chooses among implementations (with and
 * without fused multiply-add) that differ in the last bit.  All of src/ calls these functions;
 * run_maths.sh fails if an object calls another one.  Functions that IEEE 754 defines exactly
 * (sqrt, floor, fmod, ldexp ...) are taken from <math.h>.
 *
 * Arguments and special values follow C11, annex F, with rounding to nearest; errno and
 * floating-point exceptions are not set.  The comments give the largest error in units in the
 * last place of the result, as test_maths.c measures it. */
#ifndef NVSWEEP_BASE_MATHS_H
#define NVSWEEP_BASE_MATHS_H

/* At most 0.52 where the result is not subnormal; 0 where the true result is a double. */
double maths_exp(double x);
double maths_exp2(double x);
double maths_log(double x);
double maths_log2(double x);
double maths_pow(double x, double y);
double maths_cbrt(double x);

double maths_log1p(double x);           /* 0.52 */
double maths_expm1(double x);           /* 1 */
double maths_tanh(double x);            /* 3 */
double maths_hypot(double x, double y); /* 1.25 */
double maths_erfc(double x);            /* 4 */

/* The larger and the smaller of two numbers, neither of them NAN.  fmax and fmin, which must
 * look for one, are calls of the library. */
static inline double maths_max(double a, double b)
{
    return a > b ? a : b;
}

static inline double maths_min(double a, double b)
{
    return a < b ? a : b;
}

/* Returns ln(n!), or NAN if n is negative or not a whole number.  At most 2. */
double maths_ln_factorial(double n);

#endif
