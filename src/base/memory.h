/* Allocation that ends the program when memory is out, so nobody carries it
 * around.  Everything is released with free(). */
#ifndef NVSWEEP_BASE_MEMORY_H
#define NVSWEEP_BASE_MEMORY_H

#include <stddef.h>

/* count elements of size bytes, zeroed; never NULL (count 0 gives one byte). */
void *alloc_array(size_t count, size_t size);

/* The same for arrays of many megabytes that are accessed here and there: in large pages,
 * where the system has them to give. */
void *alloc_large(size_t count, size_t size);

/* Resize to count elements; contents up to the smaller size are kept, the rest is
 * not initialised. */
void *realloc_array(void *old, size_t count, size_t size);

/* A copy of a string, or of its first length bytes; never NULL. */
char *alloc_text(const char *text);
char *alloc_text_part(const char *text, size_t length);

/* printf into a new string; never NULL. */
char *alloc_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Keep freed memory for the next allocation instead of giving it back to the system:
 * array searches allocate and free megabytes each. */
void memory_keep(void);

#endif
