#include "unit.h"

#include "base/units.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void quantities_are_read_as_people_write_them(void)
{
    static const struct {
        const char *text, *unit;
        double value;
    } cases[] = {
        { "3 MiB", "byte", 3145728 },
        { "3MiB", "byte", 3145728 },
        { " 3 MiB ", "byte", 3145728 },
        { "1.5 kB", "byte", 1500 },
        { "2 MB", "byte", 2e6 },
        { "1 TiB", "byte", 1099511627776.0 },
        { "64 bytes", "byte", 64 },
        { "64", "byte", 64 },
        { "16 nm", "m", 16e-9 },
        { "0.074 um2", "m2", 0.074e-12 },
        { "0.25 um^2", "m2", 0.25e-12 },
        { "5.53 mm2", "m2", 5.53e-6 },
        { "0.5 \xc2\xb5m", "m", 0.5e-6 },
        { "85 C", "K", 358.15 },
        { "-40 \xc2\xb0"
          "C",
          "K", 233.15 },
        { "300 K", "K", 300 },
        { "300", "K", 300 },
        { "2.91 ns", "s", 2.91e-9 },
        { "650 ps", "s", 650e-12 },
        { "10 y", "s", 315576000 },
        { "0.076 pJ", "J", 0.076e-12 },
        { "6442 mW", "W", 6.442 },
        { "1 kWh", "J", 3.6e6 },
        { "1.481 GHz", "Hz", 1.481e9 },
        { "5 %", "1", 0.05 },
        { "1e-9", "s", 1e-9 },
        { "484 GB/s", "byte/s", 484e9 },
        { "8 Gbit/s", "byte/s", 1e9 },
        { "0.2 fF/um", "F/m", 0.2e-9 },
        { "1.26 mA/um", "A/m", 1260 },
        { "0.01 A/cm2", "A/m2", 100 },
        { "3 ohm/um", "ohm/m", 3e6 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error err = { "" };
        double value = NAN;

        CU_ASSERT_EQUAL(quantity_parse(cases[i].text, cases[i].unit, &value, &err),
                        STATUS_OK);
        ASSERT_NEAR(value, cases[i].value, 1e-12);
        if (*err.text)
            fprintf(stderr, "\n'%s' %s\n", cases[i].text, err.text);
    }
}

static void what_is_no_quantity_is_refused_in_words(void)
{
    static const struct {
        const char *text, *unit, *words;
    } cases[] = {
        { "", "s", "is '', must be a number in s" },
        { "ns", "s", "must be a number in s" },
        { "three", "1", "is 'three', must be a number, such as" },
        { "nan", "s", "must be a number" },
        { "inf", "s", "must be a number" },
        { "1e999", "s", "must be a number" },
        { "1e300 TiB", "byte", "must be small enough" },
        { "3 nm", "s", "is '3 nm', must be a quantity in s" },
        { "3 xs", "s", "must be a quantity in s" },
        { "3 ns 4", "s", "must be a quantity in s" },
        { "3 KB", "byte", "must be a quantity in byte (B, KiB" }, /* 1000 or 1024? */
        { "3 mB", "byte", "must be a quantity in byte" },
        { "3 Kim", "m", "must be a quantity in m" },
        { "3 C", "m", "must be a quantity in m" },
        { "3 s/m", "s", "must be a quantity in s" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error err = { "" };
        double value;

        CU_ASSERT_EQUAL(quantity_parse(cases[i].text, cases[i].unit, &value, &err),
                        STATUS_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, cases[i].words));
        if (!strstr(err.text, cases[i].words))
            fprintf(stderr, "\n'%s' says '%s'\n", cases[i].text, err.text);
    }
}

static void quantities_are_written_as_people_do(void)
{
    static const struct {
        double value;
        const char *unit, *text;
    } cases[] = {
        { 3145728, "byte", "3 MiB" },
        { 1536, "byte", "1.5 KiB" },
        { 64, "byte", "64 B" },
        { 0, "byte", "0 B" },
        { 2.91e-9, "s", "2.91 ns" },
        { 1e-9, "s", "1 ns" },
        { 9.99999e-7, "s", "1 us" }, /* not "1000 ns" */
        { 0, "s", "0 s" },
        { -2e-3, "V", "-2 mV" },
        { 358.15, "K", "85 C" },
        { 300, "K", "300 K" },
        { 5.53e-6, "m2", "5.53 mm2" },
        { 0.074e-12, "m2", "0.074 um2" },
        { 16e-9, "m", "16 nm" },
        { 0.05, "1", "0.05" },
        { 1.5e-20, "J s", "1.5e-20 J s" },
        { 1e9, "byte/s", "1e+09 byte/s" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[40];

        CU_ASSERT_STRING_EQUAL(
            quantity_format(cases[i].value, cases[i].unit, text, sizeof text),
            cases[i].text);
    }
}

static void what_was_written_reads_back_the_same(void)
{
    static const char *const units[] = { "s", "J",  "W", "V",    "A", "F",
                                         "m", "m2", "K", "byte", "1", "Hz" };

    for (size_t u = 0; u < sizeof units / sizeof *units; u++)
        for (double value = 1.25e-17; value < 1e13; value *= 3.7) {
            char text[40];
            double back = NAN;

            quantity_format(value, units[u], text, sizeof text);
            CU_ASSERT_EQUAL(quantity_parse(text, units[u], &back, NULL), STATUS_OK);
            /* four digits are written; of temperatures, six, before adding 273.15 */
            CU_ASSERT_DOUBLE_EQUAL(back, value,
                                   5.1e-4 * value + (units[u][0] == 'K' ? 1e-3 : 0));
        }
}

static void units_know_their_base(void)
{
    CU_ASSERT_STRING_EQUAL(unit_base("ns"), "s");
    CU_ASSERT_STRING_EQUAL(unit_base("mm2"), "m2");
    CU_ASSERT_STRING_EQUAL(unit_base("1"), "1");
    CU_ASSERT_STRING_EQUAL(unit_base("m"), "m"); /* metre, not milli */
    CU_ASSERT_STRING_EQUAL(unit_base("min"), "s");
    CU_ASSERT_PTR_NULL(unit_base("furlong"));
    CU_ASSERT_PTR_NULL(unit_base("J s"));
}

static void decimal_units_are_exact(void)
{
    static const struct {
        const char *text, *unit;
        double value;
    } cases[] = {
        { "7 nm", "m", 7e-9 },          { "0.1 nm", "m", 0.1e-9 },
        { "1.5e-3 nm", "m", 1.5e-12 },  { "10 us", "s", 10e-6 },
        { "2.3 pJ", "J", 2.3e-12 },     { "0.074 um2", "m2", 0.074e-12 },
        { "600 mm2", "m2", 600e-6 },    { "3.3 GHz", "Hz", 3.3e9 },
        { "7 %", "1", 0.07 },           { "0.3 ohm/um", "ohm/m", 0.3e6 },
        { "1.7 fF/um", "F/m", 1.7e-9 }, { "0x10 nm", "m", 16e-9 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double value = NAN;

        CU_ASSERT_EQUAL(quantity_parse(cases[i].text, cases[i].unit, &value, NULL),
                        STATUS_OK);
        CU_ASSERT_EQUAL(value, cases[i].value);
        if (value != cases[i].value)
            fprintf(stderr, "%s is %a, not %a\n", cases[i].text, value, cases[i].value);
    }
}

static size_t quantities, inexact;

/* A text of a shipped file, if it is a quantity of a decimal unit: against long doubles,
 * whose 10^27 is exact. */
static void quoted_check(const char *text)
{
    static const char *const bases[] = { "m",   "m2",    "s",    "Hz",  "J",  "W",
                                         "V",   "A",     "F",    "ohm", "kg", "F/m",
                                         "A/m", "ohm/m", "A/m2", "1" };
    char *end;
    long double number = strtold(text, &end);

    if (end == text || *end == '\0' || number == 0)
        return;
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        double value;
        long exponent;
        long double scale = 1, exact;

        if (quantity_parse(text, bases[i], &value, NULL) != STATUS_OK)
            continue;
        exponent = lround(log10((double)(value / number)));
        for (long k = 0; k < labs(exponent); k++)
            scale *= 10;
        exact = exponent < 0 ? number / scale : number * scale;
        if (fabsl(exact / value - 1) > 1e-12L)
            continue; /* minutes, hours */
        quantities++;
        /* half a unit in the last place, and what a long double does not see */
        if (fabsl(value - exact) <= 0.5005L * (nextafter(value, INFINITY) - value))
            return;
        inexact++;
        fprintf(stderr, "'%s' is %a, not %a\n", text, value, (double)exact);
        return;
    }
}

static int file_check(const char *path, const struct stat *status, int type,
                      struct FTW *at)
{
    static char text[1 << 22];
    FILE *file = type == FTW_F && strstr(path, ".cfg") ? fopen(path, "r") : NULL;
    size_t size;

    (void)status;
    (void)at;
    if (!file)
        return 0;
    size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    for (char *quote = strchr(text, '"'), *next; quote; quote = next) {
        char *end = strpbrk(quote + 1, "\"\n");

        if (!end)
            break;
        next = *end == '"' ? strchr(end + 1, '"') : strchr(end, '"');
        *end = '\0';
        if (end - quote < 30)
            quoted_check(quote + 1);
    }
    return 0;
}

static void all_shipped_quantities_are_exact(void)
{
    quantities = inexact = 0;
    nftw("sweeps", file_check, 8, FTW_PHYS);
    CU_ASSERT(quantities > 1000);
    CU_ASSERT_EQUAL(inexact, 0);
}

SUITE(units, TEST(quantities_are_read_as_people_write_them),
      TEST(what_is_no_quantity_is_refused_in_words),
      TEST(quantities_are_written_as_people_do),
      TEST(what_was_written_reads_back_the_same), TEST(units_know_their_base),
      TEST(decimal_units_are_exact), TEST(all_shipped_quantities_are_exact));
