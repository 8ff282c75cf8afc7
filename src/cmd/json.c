#include "cmd/json.h"

#include <math.h>
#include <stdio.h>

void json_text(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        if ((unsigned char)*text < 0x20)
            printf("\\u%04x", (unsigned)*text);
        else
            putchar(*text);
    }
    putchar('"');
}

void json_name(unsigned *members, const char *name)
{
    printf("%s", (*members)++ ? ", " : "");
    json_text(name);
    printf(": ");
}

void json_number(double number)
{
    if (isfinite(number))
        printf("%.17g", number);
    else
        printf("null");
}
