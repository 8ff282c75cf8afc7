#!/usr/bin/python3
"""Prints maths_tables.h: python3-mpmath, src/base/maths_tables.py > src/base/maths_tables.h.

LOGARITHM: the significands [0.7057, 1.4113) in 128 steps of their bits.  inverse is 1/c of a c
near the middle of step i, with 11 bits after the point, so that z * inverse - 1 is exact for a z
of 21 bits; high + low is ln(c), high with 43 bits after the point, so that high + k * LN2_HIGH is
exact.  The step that holds 1 has c = 1: ln(1 + r) needs no digits of a table there.

POWER: 2^(i/128) = scale * (1 + tail).  STEP is ln(2) / 128; its high part times a whole number of
17 bits is exact.

ERFC: the Chebyshev series of (1 + 2x) exp(x^2) erfc(x) in t = (x - 3.75) / (x + 3.75), x from 0
to infinity (M. M. Shepherd and J. G. Laframboise, Mathematics of Computation 36, 1981).
"""
import struct
from mpmath import mp, mpf, log, exp, erfc, nint, cos, pi, sqrt

mp.prec = 300
STEPS = 128
FIRST = 0x3FE6955500000000


def number(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def hexadecimal(value):
    return float(value).hex()


def halves(value, bits):
    """high with so many bits after the point, low the rest as a double."""
    high = nint(value * mpf(2) ** bits) / mpf(2) ** bits
    return high, value - high


print("""/* Written by maths_tables.py, which says what these are. */
#ifndef NVSWEEP_BASE_MATHS_TABLES_H
#define NVSWEEP_BASE_MATHS_TABLES_H

/* clang-format off */
#define TABLE_STEPS 128
#define LOGARITHM_FIRST 0x%xu""" % FIRST)
for name, value, bits in (("LN2", log(2), 43), ("INVERSE_LN2", 1 / log(2), 26),
                          ("HALF_LN_2PI", log(2 * pi) / 2, 43)):
    high, low = halves(value, bits)
    print(f"#define {name}_HIGH {hexadecimal(high)}\n#define {name}_LOW {hexadecimal(low)}")
high, low = halves(log(2) / STEPS, 44)
print(f"#define STEP_HIGH {hexadecimal(high)}")
print(f"#define STEP_LOW {hexadecimal(low)}")
print(f"#define TWO_OVER_SQRT_PI {hexadecimal(2 / sqrt(pi))}")
print(f"#define INVERSE_STEP {hexadecimal(STEPS / log(2))}")

print("\nstatic const struct {\n    double inverse, high, low;\n} logarithm_table[TABLE_STEPS] = {")
for i in range(STEPS):
    low, high = (number(FIRST + (j << 45)) for j in (i, i + 1))
    inverse = nint(mpf(2) ** 11 / ((mpf(low) + mpf(high)) / 2)) / mpf(2) ** 11
    if low < 1 <= high:
        inverse = mpf(1)
    parts = halves(-log(inverse), 43)
    print("    { %s, %s, %s }," % tuple(map(hexadecimal, (inverse, *parts))))
print("};\n\nstatic const struct {\n    double scale, tail;\n} power_table[TABLE_STEPS] = {")
for i in range(STEPS):
    exact = mpf(2) ** (mpf(i) / STEPS)
    scale = float(exact)
    print(f"    {{ {hexadecimal(scale)}, {hexadecimal(exact / mpf(scale) - 1)} }},")

mp.prec = 160
POINTS = 96
nodes = [cos(pi * (k + mpf(1) / 2) / POINTS) for k in range(POINTS)]
values = []
for t in nodes:
    x = mpf(15) / 4 * (1 + t) / (1 - t)
    values.append((1 + 2 * x) * exp(x * x) * erfc(x))
series = [2 * sum(v * cos(pi * j * (k + mpf(1) / 2) / POINTS) for k, v in enumerate(values)) /
          POINTS for j in range(POINTS)]
series[0] /= 2
while abs(series[-1]) < 2e-18:
    series.pop()
print("};\n\nstatic const double erfc_table[] = {")
for value in series:
    print(f"    {hexadecimal(value)},")
print("};\n/* clang-format on */\n\n#endif")
