#include "base/units.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A unit as people write it, what it counts, and its size in that base unit.  Prefixed
 * spellings are made from the prefixes below where `prefixes` says so; area prefixes
 * are squared. */
enum prefixes { NONE, SI, SI_SQUARED, BINARY };

static const struct unit {
    const char *spelling, *base;
    double scale;
    enum prefixes prefixes;
} units[] = {
    { "m", "m", 1, SI },
    { "m2", "m2", 1, SI_SQUARED },
    { "m^2", "m2", 1, SI_SQUARED },
    { "s", "s", 1, SI },
    { "min", "s", 60, NONE },
    { "h", "s", 3600, NONE },
    { "d", "s", 86400, NONE },
    { "y", "s", 365.25 * 86400, NONE },
    { "Hz", "Hz", 1, SI },
    { "J", "J", 1, SI },
    { "Wh", "J", 3600, SI },
    { "W", "W", 1, SI },
    { "V", "V", 1, SI },
    { "A", "A", 1, SI },
    { "F", "F", 1, SI },
    { "ohm", "ohm", 1, SI },
    { "g", "kg", 1e-3, SI },
    { "B", "byte", 1, BINARY },
    { "byte", "byte", 1, BINARY },
    { "bytes", "byte", 1, NONE },
    { "bit", "bit", 1, BINARY },
    { "B/s", "byte/s", 1, BINARY },
    { "byte/s", "byte/s", 1, BINARY },
    { "bit/s", "byte/s", 0.125, BINARY },
    { "b/s", "byte/s", 0.125, BINARY },
    { "%", "1", 0.01, NONE },
    { "1", "1", 1, NONE },
    { "K", "K", 1, NONE },
};

static const struct prefix {
    const char *spelling;
    double scale;
    bool is_binary;
} prefixes[] = {
    { "a", ATTO, false },  { "f", FEMTO, false }, { "p", PICO, false },
    { "n", NANO, false },  { "u", MICRO, false }, { "\xc2\xb5", MICRO, false },
    { "m", MILLI, false }, { "c", 1e-2, false },  { "k", KILO, false },
    { "M", MEGA, false },  { "G", GIGA, false },  { "T", TERA, false },
    { "Ki", KIB, true },   { "Mi", MIB, true },   { "Gi", GIB, true },
    { "Ti", TIB, true }, /* no "KB": some mean 1000 bytes, some 1024 */
};

/* The size of one `spelling` if it is this unit, with a prefix or without; else 0. */
static double spelling_scale(const struct unit *unit, const char *spelling)
{
    if (strcmp(spelling, unit->spelling) == 0)
        return unit->scale;
    for (size_t p = 0; unit->prefixes != NONE && p < sizeof prefixes / sizeof *prefixes;
         p++) {
        size_t length = strlen(prefixes[p].spelling);
        double scale = prefixes[p].scale;

        if (unit->prefixes == BINARY ? scale < 1 : prefixes[p].is_binary)
            continue;
        if (strncmp(spelling, prefixes[p].spelling, length) == 0 &&
            strcmp(spelling + length, unit->spelling) == 0)
            return unit->scale * (unit->prefixes == SI_SQUARED ? scale * scale : scale);
    }
    return 0;
}

/* The size of one `spelling` in base_unit, or 0 if it is no such unit. */
static double unit_scale(const char *spelling, const char *base_unit)
{
    double scale = strcmp(spelling, base_unit) == 0;

    for (size_t i = 0; scale == 0 && i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].base, base_unit) == 0)
            scale = spelling_scale(&units[i], spelling);
    return scale;
}

const char *unit_base(const char *spelling, double *scale)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        *scale = spelling_scale(&units[i], spelling);
        if (*scale != 0)
            return units[i].base;
    }
    return NULL;
}

/* Other spellings with which a number may be scaled: a rate "ohm/um" is ohm_per_m. */
static double rate_scale(const char *spelling, const char *base_unit)
{
    const char *slash = strchr(spelling, '/'), *base_slash = strchr(base_unit, '/');
    char above[32], below[32], base_above[32], base_below[32];
    double top, bottom;

    if (!slash || !base_slash)
        return 0;
    snprintf(above, sizeof above, "%.*s", (int)(slash - spelling), spelling);
    snprintf(below, sizeof below, "%s", slash + 1);
    snprintf(base_above, sizeof base_above, "%.*s", (int)(base_slash - base_unit),
             base_unit);
    snprintf(base_below, sizeof base_below, "%s", base_slash + 1);
    top = unit_scale(above, base_above);
    bottom = unit_scale(below, base_below);
    return bottom > 0 ? top / bottom : 0;
}

enum status quantity_parse(const char *text, const char *base_unit, double *value,
                           struct error *err)
{
    char *end;
    double number = strtod(text, &end), scale = 1;
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
    if (scale == 0)
        scale = rate_scale(spelling, base_unit);
    if (scale == 0)
        return error_set(err, STATUS_INPUT, "is '%.60s', must be a quantity in %s%s",
                         text, base_unit,
                         strcmp(base_unit, "byte") == 0 ? " (B, KiB, MiB, GiB, kB, ...)"
                                                        : "");
    *value = number * scale;
    if (!isfinite(*value))
        return error_set(err, STATUS_INPUT, "is '%.60s', too large to compute with",
                         text);
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
        snprintf(buffer, size, "%.6g C", value - 273.15);
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
