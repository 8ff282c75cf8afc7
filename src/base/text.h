/* Small functions on words and texts. */
#ifndef NVSWEEP_BASE_TEXT_H
#define NVSWEEP_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* A named integer: an enumeration's value as files spell it.  Tables end with a NULL name. */
struct word {
    const char *name;
    int value;
};

/* Returns the entry of a name, or NULL. */
const struct word *word_find(const struct word *words, const char *name);

/* Returns the name of a value, or "?". */
const char *word_name(const struct word *words, int value);

/* Writes the names as "a, b or c" into buffer, cut with "..." if they are too long.  Returns
 * buffer. */
char *word_list(const struct word *words, char *buffer, size_t size);

/* Returns the candidate with the smallest edit distance to name (case is ignored), or NULL if
 * name is not likely to be a misspelling of any. */
const char *text_nearest(const char *name, const char *const *candidates, size_t count);

/* Returns the length in bytes of the UTF-8 character at the beginning of text, or 0 if the
 * bytes are not valid UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
 * The terminating NUL of an empty text counts as a character. */
size_t utf8_length(const char *text);

/* Replaces in place by '?' what could control a terminal: control characters (C0 and C1) and
 * bytes that are not valid UTF-8. */
void text_clean(char *text);

/* Removes blanks from both ends of text.  The end is cut in place; returns the beginning. */
char *text_trim(char *text);

#endif
