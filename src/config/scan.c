/* Checks a file's characters before libconfig parses it.  libconfig 1.5 accepts integers that
 * do not fit and NUL bytes; @include, nesting and huge groups would cost unlimited time; and
 * other errors it reports only as a syntax error. */
#include "config/source.h"

#include "base/memory.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct scan_level {
    char open;
    unsigned line, keys;
    size_t first;
};

struct scan {
    struct source *source;
    struct error *err;
    const char *at; /* the text ends with a NUL */
    unsigned line;
    struct scan_level levels[SOURCE_DEPTH_MAX + 1]; /* levels[0] is the file */
    size_t depth;
    bool after_number;
    size_t record_capacity;
};

static enum status characters_check(struct scan *scan)
{
    const unsigned char *p = (const unsigned char *)scan->source->text;
    const unsigned char *end = p + scan->source->size;
    unsigned line = 1;

    while (p < end) {
        size_t length = utf8_length((const char *)p);

        if (*p == '\n')
            line++;
        if (length == 0 || *p == 0x7f || (*p < ' ' && !strchr("\t\n\r", *p)) || *p == 0)
            return source_fail(scan->source, line, scan->err,
                               "byte 0x%02x, must be text in UTF-8", *p);
        p += length;
    }
    return STATUS_OK;
}

/* Skips a text from its opening quote to its closing one.  libconfig would accept a text over
 * several lines, so that a forgotten quote would be reported far below it. */
static enum status string_scan(struct scan *scan)
{
    const char *p = scan->at + 1;

    for (; *p && *p != '"' && *p != '\n'; p++) {
        if (*p != '\\')
            continue;
        p++;
        if (*p == 'x')
            return source_fail(scan->source, scan->line, scan->err,
                               "\\x in a text, must be the character itself");
        if (!*p || !strchr("\"\\nrtf", *p))
            return source_fail(
                scan->source, scan->line, scan->err,
                "\\%c in a text, must be \\\\, \\\", \\n, \\r, \\t or \\f",
                isprint((unsigned char)*p) ? *p : '?');
    }
    if (*p != '"')
        return source_fail(scan->source, scan->line, scan->err,
                           "this text is never closed, must end with '\"' on its line "
                           "(long ones are written \"...\" \"...\")");
    scan->at = p + 1;
    return STATUS_OK;
}

static enum status comment_scan(struct scan *scan)
{
    unsigned first = scan->line;
    const char *p = scan->at + 2;

    for (; *p && !(p[0] == '*' && p[1] == '/'); p++)
        if (*p == '\n')
            scan->line++;
    if (!*p)
        return source_fail(scan->source, first, scan->err,
                           "this comment is never closed, must end with '*/'");
    scan->at = p + 2;
    return STATUS_OK;
}

static bool is_word_character(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("_*+-.", c));
}

/* libconfig 1.5 truncates integers without L to 32 bits, and those with L to 64. */
static enum status number_scan(struct scan *scan, const char *token)
{
    size_t length = strlen(token), digits = length;
    const char *number = token + (*token == '-' || *token == '+');
    bool is_hex = strncasecmp(token, "0x", 2) == 0, is_wide;
    unsigned long long value;
    char *end;

    while (digits && token[digits - 1] == 'L')
        digits--;
    is_wide = digits < length;
    errno = 0;
    value = strtoull(number, &end, is_hex ? 16 : 10);
    if (isdigit((unsigned char)*number) && end == token + digits &&
        length - digits <= 2) {
        if (errno || value > INT64_MAX)
            return source_fail(scan->source, scan->line, scan->err,
                               "integer %s, must be at most 9223372036854775807",
                               token);
        if (value > INT32_MAX && !is_wide)
            return source_fail(scan->source, scan->line, scan->err,
                               "integer %s needs more than 32 bits, write %sL", token,
                               token);
        return STATUS_OK;
    }
    strtod(token, &end);
    if (*end || end == token || is_hex || !strpbrk(token, "0123456789"))
        return source_fail(scan->source, scan->line, scan->err,
                           "'%.60s' is no number; texts and quantities with units must "
                           "be in quotes",
                           token);
    return STATUS_OK;
}

/* Skips a name, a number or a word without quotes. */
static enum status word_scan(struct scan *scan)
{
    const char *first = scan->at, *next;
    bool was_number = scan->after_number;
    char token[64];
    size_t length;

    while (is_word_character(*scan->at))
        scan->at++;
    length = (size_t)(scan->at - first);
    if (length >= sizeof token)
        return source_fail(scan->source, scan->line, scan->err,
                           "'%.60s...' is too long, must be a name or number", first);
    memcpy(token, first, length);
    token[length] = '\0';
    scan->after_number = strchr("+-.0123456789", *token) != NULL;
    if (scan->after_number)
        return number_scan(scan, token);
    if (strcasecmp(token, "true") == 0 || strcasecmp(token, "false") == 0)
        return STATUS_OK;
    for (next = scan->at; isspace((unsigned char)*next); next++)
        ;
    if (*next == '=' || *next == ':' || *next == '#' || *next == '/')
        return STATUS_OK;
    if (was_number)
        return source_fail(scan->source, scan->line, scan->err,
                           "'%s' after a number; quantities with units must be in "
                           "quotes, such as \"3 MiB\"",
                           token);
    return source_fail(
        scan->source, scan->line, scan->err,
        "'%s' must be in quotes (\"%s\") if it is a text, or be followed "
        "by '=' if it is a name",
        token, token);
}

static enum status open_scan(struct scan *scan)
{
    if (scan->depth == SOURCE_DEPTH_MAX)
        return source_fail(scan->source, scan->line, scan->err,
                           "nested more than %d deep", SOURCE_DEPTH_MAX);
    scan->levels[++scan->depth] =
        (struct scan_level){ .open = *scan->at,
                             .line = scan->line,
                             .first = (size_t)(scan->at - scan->source->text) };
    scan->at++;
    return STATUS_OK;
}

static void record_add(struct scan *scan, struct span span)
{
    struct source *source = scan->source;

    if (source->record_count == scan->record_capacity) {
        scan->record_capacity = scan->record_capacity ? 2 * scan->record_capacity : 64;
        source->records = realloc_array(source->records, scan->record_capacity,
                                        sizeof span);
    }
    source->records[source->record_count++] = span;
}

static enum status close_scan(struct scan *scan)
{
    const struct scan_level *level = &scan->levels[scan->depth];
    char open = *scan->at == ')' ? '(' : *scan->at == ']' ? '[' : '{';

    if (scan->depth == 0)
        return source_fail(scan->source, scan->line, scan->err,
                           "'%c' closes nothing, must have a '%c' before it", *scan->at,
                           open);
    if (level->open != open)
        return source_fail(scan->source, scan->line, scan->err,
                           "'%c' cannot close the '%c' of line %u", *scan->at,
                           level->open, level->line);
    scan->at++;
    if (scan->depth == 2 && open == '{' && scan->levels[1].open == '(')
        record_add(
            scan, (struct span){ level->first, (size_t)(scan->at - scan->source->text) -
                                                   level->first });
    scan->depth--;
    return STATUS_OK;
}

static enum status key_scan(struct scan *scan)
{
    struct scan_level *level = &scan->levels[scan->depth];

    scan->at++;
    if (++level->keys > SOURCE_KEYS_MAX)
        return source_fail(scan->source, scan->line, scan->err,
                           "more than %d settings in one group", SOURCE_KEYS_MAX);
    return STATUS_OK;
}

static enum status token_scan(struct scan *scan)
{
    char c = *scan->at;

    if (c == '\n')
        scan->line++;
    if (isspace((unsigned char)c)) {
        scan->at++;
        return STATUS_OK;
    }
    if (c == '#' || (c == '/' && scan->at[1] == '/')) {
        scan->at += strcspn(scan->at, "\n");
        return STATUS_OK;
    }
    if (c == '/' && scan->at[1] == '*')
        return comment_scan(scan);
    if (is_word_character(c))
        return word_scan(scan);
    scan->after_number = false;
    switch (c) {
    case '"': return string_scan(scan);
    case '{':
    case '(':
    case '[': return open_scan(scan);
    case '}':
    case ')':
    case ']': return close_scan(scan);
    case '=':
    case ':': return key_scan(scan);
    case ',':
    case ';': scan->at++; return STATUS_OK;
    case '@':
        return source_fail(scan->source, scan->line, scan->err,
                           "@include is not supported, put the text here");
    default:
        return source_fail(scan->source, scan->line, scan->err,
                           "unexpected '%.*s', texts must be in quotes",
                           (int)utf8_length(scan->at), scan->at);
    }
}

enum status source_scan(struct source *source, struct error *err)
{
    struct scan scan = { .source = source, .err = err, .line = 1 };
    enum status status = characters_check(&scan);

    if (strncmp(source->text, "\xef\xbb\xbf", 3) == 0)
        source->begin = 3; /* libconfig does not accept a byte order mark */
    scan.at = source->text + source->begin;
    while (status == STATUS_OK && *scan.at)
        status = token_scan(&scan);
    if (status == STATUS_OK && scan.depth > 0)
        status = source_fail(source, scan.levels[scan.depth].line, err,
                             "this '%c' is never closed", scan.levels[scan.depth].open);
    return status;
}
