#include "run/journal.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads only lines that watch_journal wrote: "key": value. */
static const char *value_of(const char *line, const char *key)
{
    char quoted[64];
    const char *at;

    snprintf(quoted, sizeof quoted, "\"%s\": ", key);
    at = strstr(line, quoted);
    return at ? at + strlen(quoted) : NULL;
}

double journal_number(const char *line, const char *key)
{
    const char *value = value_of(line, key);

    return value ? strtod(value, NULL) : 0;
}

void journal_text(const char *line, const char *key, char *text, size_t size)
{
    const char *value = value_of(line, key);
    size_t length = value && *value == '"' ? strcspn(value + 1, "\"") : 0;

    if (length >= size)
        length = size - 1;
    memcpy(text, length ? value + 1 : "", length);
    text[length] = '\0';
    text_clean(text);
}
