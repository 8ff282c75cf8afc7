/* SHA-256 (FIPS 180-4), for checksums that package archives publish. */
#ifndef NVSWEEP_BASE_SHA256_H
#define NVSWEEP_BASE_SHA256_H

#include <stddef.h>

enum { SHA256_TEXT = 65 };

/* The digest of size bytes as 64 hexadecimal digits. */
void sha256_hex(const void *bytes, size_t size, char text[SHA256_TEXT]);

#endif
