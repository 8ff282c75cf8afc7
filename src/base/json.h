/* Writes the parts of JSON that the --json options and reports need. */
#ifndef NVSWEEP_BASE_JSON_H
#define NVSWEEP_BASE_JSON_H

#include <stdio.h>

/* Writes the text in quotes and escaped.  "<" is escaped as well, so that the result is safe
 * inside a web page. */
void json_text(FILE *out, const char *text);

/* Begins a member of an object: writes `, "name": `, without the comma if *members is 0,
 * and increments *members. */
void json_name(FILE *out, unsigned *members, const char *name);

/* Writes the number with 17 digits, so that reading gives the same double.  NaN and infinity
 * become null. */
void json_number(FILE *out, double number);

#endif
