/* CRC-32C (Castagnoli), the checksum of blocks and files. */
#ifndef NVSWEEP_BASE_CRC32C_H
#define NVSWEEP_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Returns the checksum of `size` bytes, continued from crc (0 at the beginning).  Uses the
 * processor's CRC instruction where it has one. */
uint32_t crc32c(uint32_t crc, const void *bytes, size_t size);

/* Returns the same without that instruction. */
uint32_t crc32c_by_tables(uint32_t crc, const void *bytes, size_t size);

#endif
