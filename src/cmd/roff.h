/* Prints manual pages with the man macros of roff. */
#ifndef NVSWEEP_CMD_ROFF_H
#define NVSWEEP_CMD_ROFF_H

/* Text with roff's escapes: no control lines, and hyphens that can be copied. */
void roff_text(const char *text);

/* A macro with a text. */
void roff_line(const char *macro, const char *text);

void roff_paragraph(const char *text);

void roff_example(const char *text);

/* The page's head: name and section; and its section NAME. */
void roff_title(const char *name, int section);

void roff_name(const char *name, const char *summary);

/* A tagged paragraph. */
void roff_tag(const char *tag, const char *remark);

#endif
