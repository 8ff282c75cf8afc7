#include "base/units.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The spelling of a unit and its size: factor * 10^exponent of the base unit.  `prefixes`
 * says which of the prefixes below it may have; those of areas are squared. */
enum prefixes { NONE, SI, SI_SQUARED, BINARY };

/* clang-format off */
static const struct unit {
    const char *spelling, *base;
    double factor;
    int exponent;
    enum prefixes prefixes;
} units[] = {
    { "m",      "m",      1,              0, SI },
    { "m2",     "m2",     1,              0, SI_SQUARED },
    { "m^2",    "m2",     1,              0, SI_SQUARED },
    { "s",      "s",      1,              0, SI },
    { "min",    "s",      60,             0, NONE },
    { "h",      "s",      3600,           0, NONE },
    { "d",      "s",      86400,          0, NONE },
    { "y",      "s",      365.25 * 86400, 0, NONE },
    { "Hz",     "Hz",     1,              0, SI },
    { "J",      "J",      1,              0, SI },
    { "Wh",     "J",      3600,           0, SI },
    { "W",      "W",      1,              0, SI },
    { "V",      "V",      1,              0, SI },
    { "A",      "A",      1,              0, SI },
    { "F",      "F",      1,              0, SI },
    { "ohm",    "ohm",    1,              0, SI },
    { "g",      "kg",     1,             -3, SI },
    { "B",      "byte",   1,              0, BINARY },
    { "byte",   "byte",   1,              0, BINARY },
    { "bytes",  "byte",   1,              0, NONE },
    { "bit",    "bit",    1,              0, BINARY },
    { "B/s",    "byte/s", 1,              0, BINARY },
    { "byte/s", "byte/s", 1,              0, BINARY },
    { "bit/s",  "byte/s", 0.125,          0, BINARY },
    { "b/s",    "byte/s", 0.125,          0, BINARY },
    { "%",      "1",      1,             -2, NONE },
    { "1",      "1",      1,              0, NONE },
    { "K",      "K",      1,              0, NONE },
};

static const struct prefix {
    const char *spelling;
    double factor;
    int exponent;
} prefixes[] = {
    { "a", 1, -18 },  { "f", 1, -15 },  { "p", 1, -12 },  { "n", 1, -9 },
    { "u", 1, -6 },   { "\xc2\xb5", 1, -6 }, { "m", 1, -3 }, { "c", 1, -2 },
    { "k", 1, 3 },    { "M", 1, 6 },    { "G", 1, 9 },    { "T", 1, 12 },
    { "Ki", KIB, 0 }, { "Mi", MIB, 0 }, { "Gi", GIB, 0 },
    { "Ti", TIB, 0 }, /* "KB" is missing because it may mean 1000 or 1024 bytes */
};
/* clang-format on */

/* A size of factor * 10^exponent; factor 0 means that there is no such unit.  The exponent is
 * kept apart because powers of ten below 1 are not exact as doubles: 7 times 1e-9 is not the
 * double nearest to 7e-9. */
struct unit_scale {
    double factor;
    int exponent;
};

/* Returns the size of `spelling` if it is this unit, with or without a prefix. */
static struct unit_scale spelling_scale(const struct unit *unit, const char *spelling)
{
    if (strcmp(spelling, unit->spelling) == 0)
        return (struct unit_scale){ unit->factor, unit->exponent };
    for (size_t p = 0; unit->prefixes != NONE && p < sizeof prefixes / sizeof *prefixes;
         p++) {
        const struct prefix *prefix = &prefixes[p];
        size_t length = strlen(prefix->spelling);
        int times = unit->prefixes == SI_SQUARED ? 2 : 1;

        if (unit->prefixes == BINARY ? prefix->exponent < 0 : prefix->factor > 1)
            continue;
        if (strncmp(spelling, prefix->spelling, length) == 0 &&
            strcmp(spelling + length, unit->spelling) == 0)
            return (struct unit_scale){ unit->factor * prefix->factor,
                                        unit->exponent + times * prefix->exponent };
    }
    return (struct unit_scale){ 0, 0 };
}

/* Returns the size of `spelling` in base_unit. */
static struct unit_scale unit_scale(const char *spelling, const char *base_unit)
{
    struct unit_scale scale = { strcmp(spelling, base_unit) == 0, 0 };

    for (size_t i = 0; scale.factor == 0 && i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].base, base_unit) == 0)
            scale = spelling_scale(&units[i], spelling);
    return scale;
}

const char *unit_base(const char *spelling)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (spelling_scale(&units[i], spelling).factor != 0)
            return units[i].base;
    return NULL;
}

/* Returns the size of a rate, whose numerator and denominator have their own prefixes:
 * "ohm/um" for the base unit "ohm/m". */
static struct unit_scale rate_scale(const char *spelling, const char *base_unit)
{
    const char *slash = strchr(spelling, '/'), *base_slash = strchr(base_unit, '/');
    char above[32], below[32], base_above[32], base_below[32];
    struct unit_scale top, bottom;

    if (!slash || !base_slash)
        return (struct unit_scale){ 0, 0 };
    snprintf(above, sizeof above, "%.*s", (int)(slash - spelling), spelling);
    snprintf(below, sizeof below, "%s", slash + 1);
    snprintf(base_above, sizeof base_above, "%.*s", (int)(base_slash - base_unit),
             base_unit);
    snprintf(base_below, sizeof base_below, "%s", base_slash + 1);
    top = unit_scale(above, base_above);
    bottom = unit_scale(below, base_below);
    return (struct unit_scale){ bottom.factor > 0 ? top.factor / bottom.factor : 0,
                                top.exponent - bottom.exponent };
}

/* Returns factor times the double nearest to number * 10^exponent.  The exponent is added to
 * the text of the number, so that strtod rounds once. */
static double scaled(const char *number, const char *end, struct unit_scale scale)
{
    size_t length = (size_t)(end - number), mantissa = strcspn(number, "eE");
    long exponent = scale.exponent;
    char text[400];

    if (strcspn(number, "xX") < length || /* hexadecimal: has no decimal exponent */
        length > sizeof text - 40) {
        snprintf(text, sizeof text, "1e%ld", labs(exponent));
        return strtod(number, NULL) * scale.factor *
               (exponent < 0 ? 1 / strtod(text, NULL) : strtod(text, NULL));
    }
    if (mantissa < length)
        exponent += strtol(number + mantissa + 1, NULL, 10);
    else
        mantissa = length;
    snprintf(text, sizeof text, "%.*se%ld", (int)mantissa, number, exponent);
    return strtod(text, NULL) * scale.factor;
}

double decimal_shifted(const char *text, int exponent)
{
    return scaled(text, text + strlen(text), (struct unit_scale){ 1, exponent });
}

enum status quantity_parse(const char *text, const char *base_unit, double *value,
                           struct error *err)
{
    char *end;
    double number = strtod(text, &end);
    const char *number_end = end;
    struct unit_scale scale;
    char spelling[64];
    size_t length;

    if (end == text || !isfinite(number))
        return error_set(err, STATUS_INPUT,
                         "is '%.60s', must be a number%s%s, such as \"%s\"", text,
                         strcmp(base_unit, "1") == 0 ? "" : " in ",
                         strcmp(base_unit, "1") == 0 ? "" : base_unit,
                         strcmp(base_unit, "byte") == 0 ? "3 MiB"
                         : strcmp(base_unit, "m") == 0  ? "16 nm"
                         : strcmp(base_unit, "K") == 0  ? "85 C"
                                                        : "1.5");
    while (isspace((unsigned char)*end))
        end++;
    snprintf(spelling, sizeof spelling, "%s", end);
    length = strlen(spelling);
    while (length && isspace((unsigned char)spelling[length - 1]))
        spelling[--length] = '\0';
    if (length == 0) {
        *value = number;
        return STATUS_OK;
    }
    if (strcmp(base_unit, "K") == 0 &&
        (strcmp(spelling, "C") == 0 || strcmp(spelling, "\xc2\xb0"
                                                        "C") == 0)) {
        *value = number + 273.15;
        return STATUS_OK;
    }
    scale = unit_scale(spelling, base_unit);
    if (scale.factor == 0)
        scale = rate_scale(spelling, base_unit);
    if (scale.factor == 0)
        return error_set(err, STATUS_INPUT, "is '%.60s', must be a quantity in %s%s",
                         text, base_unit,
                         strcmp(base_unit, "byte") == 0 ? " (B, KiB, MiB, GiB, kB, ...)"
                                                        : "");
    *value = scaled(text, number_end, scale);
    if (!isfinite(*value))
        return error_set(err, STATUS_INPUT,
                         "is '%.60s', must be small enough for a double", text);
    return STATUS_OK;
}

char *quantity_format(double value, const char *base_unit, char *buffer, size_t size)
{
    static const struct step {
        double scale;
        const char *prefix;
    } binary[] = { { TIB, "Ti" },
                   { GIB, "Gi" },
                   { MIB, "Mi" },
                   { KIB, "Ki" },
                   { 1, "" } },
      si[] = { { TERA, "T" }, { GIGA, "G" },  { MEGA, "M" },  { KILO, "k" },
               { 1, "" },     { MILLI, "m" }, { MICRO, "u" }, { NANO, "n" },
               { PICO, "p" }, { FEMTO, "f" }, { ATTO, "a" } };
    double magnitude = fabs(value);
    const struct step *step = NULL;

    if (strcmp(base_unit, "K") == 0) {
        double celsius = value - 273.15;
        bool is_whole = fabs(celsius - round(celsius)) < 1e-6;

        snprintf(buffer, size, is_whole ? "%.6g C" : "%.6g K",
                 is_whole ? celsius : value);
    } else if (strcmp(base_unit, "byte") == 0) {
        for (step = binary; step->scale > 1 && magnitude < step->scale; step++)
            ;
        snprintf(buffer, size, "%.6g %sB", value / step->scale, step->prefix);
    } else if (strcmp(base_unit, "m2") == 0) {
        bool is_small = magnitude < 1e-9;

        snprintf(buffer, size, "%.4g %s", value / (is_small ? 1e-12 : 1e-6),
                 is_small ? "um2" : "mm2");
    } else if (strchr("sJWVAFHm", base_unit[0]) && !strpbrk(base_unit, " /") &&
               magnitude > 0 && isfinite(magnitude)) {
        for (step = si; step->scale > ATTO && magnitude < 0.99995 * step->scale; step++)
            ;
        snprintf(buffer, size, "%.4g %s%s", value / step->scale, step->prefix,
                 base_unit);
    } else if (strcmp(base_unit, "1") == 0) {
        snprintf(buffer, size, "%.6g", value);
    } else {
        snprintf(buffer, size, "%.6g %s", value, base_unit);
    }
    return buffer;
}

char *duration_format(double seconds, char *buffer, size_t size)
{
    double whole_s = seconds > 0 ? floor(seconds + 0.5) : 0;

    snprintf(buffer, size, "%02.0f:%02.0f:%02.0f", floor(whole_s / 3600),
             floor(fmod(whole_s, 3600) / 60), fmod(whole_s, 60));
    return buffer;
}
