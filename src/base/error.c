#include "base/error.h"

#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

enum status error_set(struct error *err, enum status status, const char *format, ...)
{
    va_list args;

    if (err) {
        va_start(args, format);
        vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        for (char *c = err->text; *c; c++) /* names read from files may hold any byte */
            if (iscntrl((unsigned char)*c))
                *c = ' ';
        text_clean(err->text);
    }
    return status;
}

int status_exit_code(enum status status)
{
    switch (status) {
    case STATUS_OK: return 0;
    case STATUS_INFEASIBLE:
    case STATUS_RECORDED:
    case STATUS_IO: return 1;
    case STATUS_INPUT: return 2;
    case STATUS_RUNNING: return 3;
    case STATUS_RESUME: return 75;
    }
    return 1;
}
