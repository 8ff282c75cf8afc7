/* Allocation that ends the program when no memory is left, so that callers need not handle
 * that case.  Everything is released with free(). */
#ifndef NVSWEEP_BASE_MEMORY_H
#define NVSWEEP_BASE_MEMORY_H

#include <stddef.h>

/* Returns count elements of size bytes, all 0.  Never NULL (count 0 gives one byte). */
void *alloc_array(size_t count, size_t size);

/* Does the same for arrays of many megabytes with random accesses.  It uses large pages if the
 * system provides them. */
void *alloc_large(size_t count, size_t size);

/* Resizes an array to count elements.  The contents are kept up to the smaller of both sizes;
 * the rest is not initialised. */
void *realloc_array(void *old, size_t count, size_t size);

/* Returns a copy of a string, or of its first length bytes.  Never NULL. */
char *alloc_text(const char *text);
char *alloc_text_part(const char *text, size_t length);

/* Formats into a new string, as printf does.  Never NULL. */
char *alloc_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Does the same at the end of a text of the functions above, which it frees, as realloc_array
 * does.  The text may be one of the arguments. */
char *alloc_append(char *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Makes the allocator keep freed memory instead of giving it back to the system, because
 * every array search allocates and frees megabytes. */
void memory_keep(void);

#endif
