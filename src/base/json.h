/* The little JSON that the --json options and reports need. */
#ifndef NVSWEEP_BASE_JSON_H
#define NVSWEEP_BASE_JSON_H

#include <stdio.h>

/* The text in quotes, escaped; also "<", so that it may stand inside a web page. */
void json_text(FILE *out, const char *text);

/* `, "name": ` without the comma where *members is 0, which is then counted up. */
void json_name(FILE *out, unsigned *members, const char *name);

/* Seventeen digits, so that reading gives the same double; null for NaN and infinity. */
void json_number(FILE *out, double number);

#endif
