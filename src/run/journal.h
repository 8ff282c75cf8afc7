/* Reads the journal beside a result file (written by run/watch.h): one JSON object per
 * line, whose values are found by their key. */
#ifndef NVSWEEP_RUN_JOURNAL_H
#define NVSWEEP_RUN_JOURNAL_H

#include <stddef.h>

/* The number or text of `key` in a line; 0 or "" if the key is absent. */
double journal_number(const char *line, const char *key);
void journal_text(const char *line, const char *key, char *text, size_t size);

#endif
