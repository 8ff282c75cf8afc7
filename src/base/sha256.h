/* SHA-256 (FIPS 180-4), to compare files with the checksums that package archives publish. */
#ifndef NVSWEEP_BASE_SHA256_H
#define NVSWEEP_BASE_SHA256_H

#include <stddef.h>

enum { SHA256_TEXT = 65 };

/* Writes the digest of size bytes as 64 hexadecimal digits and a NUL. */
void sha256_hex(const void *bytes, size_t size, char text[SHA256_TEXT]);

#endif
