/* SI prefixes, binary sizes, and quantities in the spelling that people use. */
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

/* Reads text such as "3 MiB", "16 nm", "85 C", "0.25 um^2", "5 %" or "1e-9" as a number of
 * base_unit ("byte", "m", "K", "m2", "1", ...: the spellings of the units attribute in result
 * files).  A number without a unit is in base_unit.  If the unit is a power of ten of
 * base_unit, *value is the double nearest to the quantity ("7 nm" is 7e-9).  Returns
 * STATUS_INPUT with err ("is ..., must be ...", without file and line) if the text is not a
 * number, has a unit of another dimension, or is not finite. */
enum status quantity_parse(const char *text, const char *base_unit, double *value,
                           struct error *err);

/* Returns the base unit of a unit ("ns" gives "s", "mm^2" gives "m2"), or NULL if it is not a
 * unit that a factor converts.  So C gives NULL: its zero is not that of K. */
const char *unit_base(const char *spelling);

/* Returns the double nearest to number * 10^exponent.  text must hold one decimal number and
 * nothing else. */
double decimal_shifted(const char *text, int exponent);

/* Writes value, which is in base_unit, with a prefix: "3 MiB", "2.91 ns", "85 C".  Returns
 * buffer. */
char *quantity_format(double value, const char *base_unit, char *buffer, size_t size);

/* Writes a duration as "hh:mm:ss".  Returns buffer. */
char *duration_format(double seconds, char *buffer, size_t size);

#endif
