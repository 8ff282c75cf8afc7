/* JSON on standard output: the little that the --json options need. */
#ifndef NVSWEEP_CMD_JSON_H
#define NVSWEEP_CMD_JSON_H

/* The text in quotes, escaped. */
void json_text(const char *text);

/* `, "name": ` without the comma where *members is 0, which is then counted up. */
void json_name(unsigned *members, const char *name);

/* Seventeen digits, so that reading gives the same double; null for NaN and infinity. */
void json_number(double number);

#endif
