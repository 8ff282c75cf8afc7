/* Small helpers on words. */
#ifndef NVSWEEP_BASE_TEXT_H
#define NVSWEEP_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* A named integer: enumerations as files spell them.  Tables end with a NULL name. */
struct word {
    const char *name;
    int value;
};

/* The word's entry, or NULL. */
const struct word *word_find(const struct word *words, const char *name);

/* The name of a value, or "?". */
const char *word_name(const struct word *words, int value);

/* "a, b or c" into buffer, cut with "..." when it is too long.  Returns buffer. */
char *word_list(const struct word *words, char *buffer, size_t size);

/* Among count candidates the one nearest to name in edit distance (case ignored), or
 * NULL when none is near enough to be a misspelling of it. */
const char *text_nearest(const char *name, const char *const *candidates, size_t count);

/* The bytes of the UTF-8 character that text begins with, or 0 if there is none (RFC 3629: no
 * overlong forms, no surrogates, at most U+10FFFF).  The empty text begins with its NUL. */
size_t utf8_length(const char *text);

/* What a terminal would obey becomes '?', in place: control characters, those of eight bits
 * included, and bytes that are no UTF-8. */
void text_clean(char *text);

/* text without the blanks around it: cuts its end in place, returns its beginning. */
char *text_trim(char *text);

#endif
