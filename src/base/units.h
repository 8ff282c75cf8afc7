/* SI prefixes, binary sizes, and quantities as people write them. */
#ifndef NVSWEEP_BASE_UNITS_H
#define NVSWEEP_BASE_UNITS_H

#include "base/error.h"

#include <stddef.h>

#define ATTO 1e-18
#define FEMTO 1e-15
#define PICO 1e-12
#define NANO 1e-9
#define MICRO 1e-6
#define MILLI 1e-3
#define KILO 1e3
#define MEGA 1e6
#define GIGA 1e9
#define TERA 1e12

#define KIB 1024.0
#define MIB (1024.0 * KIB)
#define GIB (1024.0 * MIB)
#define TIB (1024.0 * GIB)

/* Read text such as "3 MiB", "16 nm", "85 C", "0.25 um^2", "5 %" or "1e-9" as a
 * number of base_unit ("byte", "m", "K", "m2", "1", ...; the spellings of the units
 * attribute in result files).  A number without a unit is taken to be in base_unit
 * already.  *value is the double nearest to what the text says ("7 nm" is 7e-9), but for
 * units that are no power of ten of base_unit.  STATUS_INPUT and err ("is ..., must be ..." without a place) if it is no
 * number, carries a unit of another dimension, or is not finite. */
enum status quantity_parse(const char *text, const char *base_unit, double *value,
                           struct error *err);

/* The base unit of a unit as people write it ("ns" gives "s", "mm^2" gives "m2"); NULL if
 * it is none, as is C, whose zero is not that of K. */
const char *unit_base(const char *spelling);

/* The double nearest to the number that a text holds, and nothing else, times
 * 10^exponent. */
double decimal_shifted(const char *text, int exponent);

/* Write value [base_unit] the way people do: "3 MiB", "2.91 ns", "85 C".  Returns
 * buffer. */
char *quantity_format(double value, const char *base_unit, char *buffer, size_t size);

/* A duration as "hh:mm:ss". */
char *duration_format(double seconds, char *buffer, size_t size);

#endif
