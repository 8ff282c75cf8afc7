#include "base/json.h"

#include <math.h>

void json_text(FILE *out, const char *text)
{
    putc('"', out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putc('\\', out);
        if ((unsigned char)*text < 0x20 || *text == '<')
            fprintf(out, "\\u%04x", (unsigned)*text);
        else
            putc(*text, out);
    }
    putc('"', out);
}

void json_name(FILE *out, unsigned *members, const char *name)
{
    fprintf(out, "%s", (*members)++ ? ", " : "");
    json_text(out, name);
    fprintf(out, ": ");
}

void json_number(FILE *out, double number)
{
    if (isfinite(number))
        fprintf(out, "%.17g", number);
    else
        fprintf(out, "null");
}
