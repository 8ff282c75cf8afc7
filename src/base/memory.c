#include "base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

static void *checked(void *memory, size_t count, size_t size)
{
    if (!memory) {
        fprintf(stderr, "nvsweep: out of memory: %zu elements of %zu bytes\n", count,
                size);
        exit(1);
    }
    return memory;
}

void *alloc_array(size_t count, size_t size)
{
    return checked(calloc(count ? count : 1, size ? size : 1), count, size);
}

void *alloc_large(size_t count, size_t size)
{
    char *memory = alloc_array(count, size);

#ifdef MADV_HUGEPAGE
    const uintptr_t page = (uintptr_t)2 << 20;
    uintptr_t first = ((uintptr_t)memory + page - 1) / page * page;
    uintptr_t end = ((uintptr_t)memory + count * size) / page * page;

    if (end > first)
        (void)madvise((void *)first, end - first, MADV_HUGEPAGE);
#endif
    return memory;
}

void *realloc_array(void *old, size_t count, size_t size)
{
    void *memory = NULL;

    if (size && count <= SIZE_MAX / size)
        memory = realloc(old, count && size ? count * size : 1);
    return checked(memory, count, size);
}

char *alloc_text_part(const char *text, size_t length)
{
    char *copy = alloc_array(length + 1, 1);

    memcpy(copy, text, length);
    return copy;
}

char *alloc_text(const char *text)
{
    return alloc_text_part(text, strlen(text));
}

/* After the first `offset` bytes of `before`. */
static char *formatted(const char *before, size_t offset, const char *format,
                       va_list args)
{
    va_list again;
    int length;
    char *text;

    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, args);
    text = alloc_array(offset + (length < 0 ? 1 : (size_t)length + 1), 1);
    memcpy(text, before, offset);
    if (length >= 0)
        vsnprintf(text + offset, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *alloc_printf(const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = formatted("", 0, format, args);
    va_end(args);
    return text;
}

char *alloc_append(char *text, const char *format, ...)
{
    va_list args;
    char *longer;

    va_start(args, format);
    longer = formatted(text, strlen(text), format, args);
    va_end(args);
    free(text);
    return longer;
}

void memory_keep(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 64 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    mallopt(M_TOP_PAD, 4 << 20);
#endif
}
