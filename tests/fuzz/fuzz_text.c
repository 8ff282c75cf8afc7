/* Values as people write them: of every axis, of every unit, and "axis=value" settings of
 * the command line (one a line). */
#include "fuzz.h"

#include "../small_library.h"

#include "base/units.h"

#include <math.h>

static void value_try(const char *text)
{
    static const char *const units[] = { "s", "m", "m2",  "byte", "K",  "V", "A",
                                         "J", "W", "ohm", "F",    "Hz", "1", "byte/s" };
    struct library library = library_make();
    struct error err = { "" };
    union axis_value value;
    char shown[64];
    double number;

    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        enum status status = quantity_parse(text, units[u], &number, &err);

        fuzz_judge(status, &err);
        if (status == STATUS_OK && !isfinite(number))
            abort();
        if (status == STATUS_OK)
            quantity_format(number, units[u], shown, sizeof shown);
    }
    for (int a = 0; a < AXES_NAMED; a++) {
        enum status status = axis_value_parse(&library, &axis_specs[a], text, &value,
                                              &err);

        fuzz_judge(status, &err);
        if (status == STATUS_OK)
            axis_value_format(&axis_specs[a], value, shown, sizeof shown);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);
    const char *settings[16];
    size_t count = 0;
    struct library library = library_make();
    struct sweep sweep;
    struct error err = { "" };

    value_try(text);
    for (char *line = strtok(text, "\n"); line && count < 16; line = strtok(NULL, "\n"))
        settings[count++] = line;
    fuzz_judge(sweep_from_settings(settings, count, &library, &sweep, &err), &err);
    sweep_free(&sweep);
    free(text);
    return 0;
}
