#include "base/memory.h"
#include "base/text.h"
#include "import/import.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

const struct word import_kind_words[] = {
    { "cell", IMPORT_CELL },         { "onnx", IMPORT_ONNX },
    { "topology", IMPORT_TOPOLOGY }, { "memory", IMPORT_MEMORY },
    { "profile", IMPORT_PROFILE },   { NULL, 0 },
};

static const struct word extensions[] = {
    { ".cell", IMPORT_CELL },
    { ".onnx", IMPORT_ONNX },
    { ".csv", IMPORT_TOPOLOGY },
    { NULL, 0 },
};

/* Is it a table whose header names capacities, or the output of NVSim or CACTI? */
static bool is_memory(const char *start)
{
    const char *line = start;

    if (strstr(start, "DESIGN SPECIFICATION") ||
        strstr(start, "Total cache size (bytes)"))
        return true;
    while (*line == '#' || *line == '\n') /* comments */
        line += strcspn(line, "\n") + (line[strcspn(line, "\n")] == '\n');
    return strncmp(line + strspn(line, " "), "capacity", 8) == 0;
}

enum import_kind import_kind_guess(const char *file)
{
    const char *slash = strrchr(file, '/'), *dot = strrchr(file, '.');
    const struct word *word = dot && (!slash || dot > slash)
                                  ? word_find(extensions, dot)
                                  : NULL;
    char start[1024];
    size_t size;
    FILE *in;

    if (word && word->value != IMPORT_TOPOLOGY)
        return (enum import_kind)word->value;
    in = fopen(file, "rb");
    if (!in)
        return word ? IMPORT_TOPOLOGY : IMPORT_UNKNOWN;
    size = fread(start, 1, sizeof start - 1, in);
    fclose(in);
    start[size] = '\0';
    if (strstr(start, "\"Kernel Name\""))
        return IMPORT_PROFILE;
    if (is_memory(start))
        return IMPORT_MEMORY;
    if (word)
        return IMPORT_TOPOLOGY;
    if (strstr(start, "-MemCellType"))
        return IMPORT_CELL;
    if (strstr(start, "IFMAP") || strstr(start, "M,"))
        return IMPORT_TOPOLOGY;
    /* an ONNX model begins with its ir_version: field 1, a small number */
    return size > 2 && start[0] == 0x08 && start[1] > 0 ? IMPORT_ONNX : IMPORT_UNKNOWN;
}

char *import_name(const char *file)
{
    const char *slash = strrchr(file, '/'), *base = slash ? slash + 1 : file;
    const char *dot = strrchr(base, '.');
    size_t length = dot && dot > base ? (size_t)(dot - base) : strlen(base);
    char *name = alloc_text_part(base, length);

    for (char *c = name; *c; c++)
        if (isspace((unsigned char)*c) || iscntrl((unsigned char)*c) ||
            strchr(",=\"'\\", *c))
            *c = '_';
    for (char *c = name; *c; c += utf8_length(c))
        if (!utf8_length(c))
            *c = '_';
    return name;
}

static void note_put(const struct import_job *job, unsigned line, const char *format,
                     va_list list)
{
    if (line)
        fprintf(job->notes, "%s:%u: ", job->file, line);
    else
        fprintf(job->notes, "%s: ", job->file);
    vfprintf(job->notes, format, list);
    fputc('\n', job->notes);
    if (job->changes)
        ++*job->changes;
}

void import_note(const struct import_job *job, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    note_put(job, 0, format, list);
    va_end(list);
}

void import_note_line(const struct import_job *job, unsigned line, const char *format,
                      ...)
{
    va_list list;

    va_start(list, format);
    note_put(job, line, format, list);
    va_end(list);
}
