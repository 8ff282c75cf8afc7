/* CRC-32C (Castagnoli), the checksum of blocks and files. */
#ifndef NVSWEEP_BASE_CRC32C_H
#define NVSWEEP_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of bytes, continuing from crc (0 to begin): the processor's own
 * instruction where there is one. */
uint32_t crc32c(uint32_t crc, const void *bytes, size_t size);

/* The same without that instruction. */
uint32_t crc32c_by_tables(uint32_t crc, const void *bytes, size_t size);

#endif
