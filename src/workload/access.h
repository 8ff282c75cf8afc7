/* An access to a line of the last-level cache, in 32 bits.  A stream of accesses is produced
 * and consumed in buffers of these; it is never stored as a whole. */
#ifndef NVSWEEP_WORKLOAD_ACCESS_H
#define NVSWEEP_WORKLOAD_ACCESS_H

#include <stddef.h>
#include <stdint.h>

#define ACCESS_WRITE 0x80000000u
#define ACCESS_SECTORS_SHIFT 29u /* the bits from here on: sectors touched, minus one */
#define ACCESS_LINE_MASK 0x1fffffffu
#define ACCESS_LINES_MAX 0x20000000u

static inline uint32_t access_pack(uint32_t line, uint32_t sectors, uint32_t write)
{
    return line | (sectors - 1) << ACCESS_SECTORS_SHIFT | write;
}

static inline uint32_t access_sectors(uint32_t access)
{
    return (access >> ACCESS_SECTORS_SHIFT & 3u) + 1;
}

/* The consumer of a stream. */
struct access_sink {
    void (*accesses)(void *self, const uint32_t *accesses, size_t count);
    void *self;
    /* NULL, or called when a kernel ends and, after launch_s, the next begins.  That kernel
     * computes for alone_s over about this number of the stream's accesses, sampled or not. */
    void (*kernel)(void *self, double launch_s, double alone_s, double accesses);
};

#endif
