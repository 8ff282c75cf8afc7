#include "base/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const struct word *word_find(const struct word *words, const char *name)
{
    for (; words->name; words++)
        if (strcmp(words->name, name) == 0)
            return words;
    return NULL;
}

const char *word_name(const struct word *words, int value)
{
    for (; words->name; words++)
        if (words->value == value)
            return words->name;
    return "?";
}

char *word_list(const struct word *words, char *buffer, size_t size)
{
    size_t used = 0;

    buffer[0] = '\0';
    for (const struct word *w = words; w->name; w++) {
        const char *joint = w == words ? "" : w[1].name ? ", " : " or ";
        int length = snprintf(buffer + used, size - used, "%s%s", joint, w->name);

        if (length < 0 || (size_t)length >= size - used) {
            if (size > 4)
                memcpy(buffer + size - 4, "...", 4);
            break;
        }
        used += (size_t)length;
    }
    return buffer;
}

enum { NAME_MAX_LENGTH = 63 };

static bool is_same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* The edit distance of Damerau and Levenshtein (optimal string alignment): exchanging two
 * neighbouring characters counts once.  Upper and lower case are the same. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t la = strlen(a), lb = strlen(b);
    size_t row[3][NAME_MAX_LENGTH + 2];

    if (la > NAME_MAX_LENGTH || lb > NAME_MAX_LENGTH)
        return la > lb ? la : lb;
    for (size_t j = 0; j <= lb; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t *now = row[i % 3], *above = row[(i + 2) % 3], *above2 = row[(i + 1) % 3];

        now[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t best = above[j - 1] + !is_same_letter(a[i - 1], b[j - 1]);

            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && is_same_letter(a[i - 1], b[j - 2]) &&
                is_same_letter(a[i - 2], b[j - 1]) && above2[j - 2] + 1 < best)
                best = above2[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[la % 3][lb];
}

const char *text_nearest(const char *name, const char *const *candidates, size_t count)
{
    size_t best = strlen(name) / 3 + 2; /* at this distance it is another word */
    const char *nearest = NULL;

    for (size_t i = 0; i < count; i++) {
        size_t distance = edit_distance(name, candidates[i]);
        bool begins = strlen(name) >= 3 &&
                      strncmp(name, candidates[i], strlen(name)) == 0;

        if (begins && distance > 1)
            distance = 1;
        if (distance < best) {
            best = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}

size_t utf8_length(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t more = p[0] < 0x80   ? 0
                  : p[0] < 0xc2 ? 4
                  : p[0] < 0xe0 ? 1
                  : p[0] < 0xf0 ? 2
                  : p[0] < 0xf5 ? 3
                                : 4;

    if (more == 4)
        return 0;
    for (size_t i = 1; i <= more; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return more + 1;
}

char *text_trim(char *text)
{
    char *end = text + strlen(text);

    while (end > text && isspace((unsigned char)end[-1]))
        *--end = '\0';
    while (isspace((unsigned char)*text))
        text++;
    return text;
}

void text_clean(char *text)
{
    while (*text) {
        size_t length = utf8_length(text);
        bool is_control = (unsigned char)*text < 0x20 || *text == 0x7f ||
                          (length == 2 && (unsigned char)text[0] == 0xc2 &&
                           (unsigned char)text[1] < 0xa0);

        if (length == 0 || is_control) {
            memset(text, '?', length ? length : 1);
            length = length ? length : 1;
        }
        text += length;
    }
}
