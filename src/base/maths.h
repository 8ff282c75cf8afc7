/* Elementary functions whose bits depend on no processor, library or compiler: the C library
 * chooses among several of its own at run time (with and without fused multiply-add), which
 * differ in the last bit.  All of src/ calls these; run_maths.sh fails if an object calls
 * another.  What IEEE 754 defines exactly (sqrt, floor, fmod, ldexp ...) stays <math.h>'s.
 *
 * Arguments and special values are those of C11, annex F, in rounding to nearest; errno and
 * exceptions are not set.  The errors are measured by test_maths.c and stated in units in the
 * last place of the result. */
#ifndef NVSWEEP_BASE_MATHS_H
#define NVSWEEP_BASE_MATHS_H

/* Within 0.52 where the result is not subnormal; exact where the result is a double. */
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

/* ln(n!); NAN if n is no whole number or below 0.  Within 2. */
double maths_ln_factorial(double n);

#endif
