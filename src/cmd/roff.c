#include "cmd/roff.h"

#include "cmd/cmd.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void roff_text(const char *text)
{
    bool is_line_start = true;

    for (; *text; text++) {
        if (is_line_start && (*text == '.' || *text == '\''))
            fputs("\\&", stdout);
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            putchar(*text);
        is_line_start = *text == '\n';
    }
}

void roff_line(const char *macro, const char *text)
{
    printf("%s ", macro);
    roff_text(text);
    putchar('\n');
}

void roff_paragraph(const char *text)
{
    fputs(".PP\n", stdout);
    roff_text(text);
    putchar('\n');
}

void roff_example(const char *text)
{
    fputs(".PP\n.in +4n\n.EX\n", stdout);
    roff_text(text);
    fputs("\n.EE\n.in\n", stdout);
}

void roff_title(const char *name, int section)
{
    printf(".TH %s %d \"\" \"nvsweep %s\" \"nvsweep\"\n", name, section,
           program_version);
}

void roff_name(const char *name, const char *summary)
{
    fputs(".SH NAME\n", stdout);
    roff_text(name);
    fputs(" \\- ", stdout);
    roff_text(summary);
    putchar('\n');
}

/* A tagged paragraph: the tag in bold, then a remark in roman type on the same line. */
void roff_tag(const char *tag, const char *remark)
{
    fputs(".TP\n\\fB", stdout);
    roff_text(tag);
    fputs("\\fR ", stdout);
    roff_text(remark);
    putchar('\n');
}
