#include "base/crc32c.h"

#include <string.h>

/* Slicing-by-8 tables of the reflected polynomial 0x82f63b78 (RFC 3720, B.4). */
static uint32_t crc_table[8][256];

static uint32_t tables_advance(uint32_t crc, const unsigned char *p, size_t size)
{
    for (; size >= 8; size -= 8, p += 8) {
        uint32_t low, high;

        memcpy(&low, p, 4);
        memcpy(&high, p + 4, 4);
        low ^= crc;
        crc = crc_table[7][low & 255] ^ crc_table[6][low >> 8 & 255] ^
              crc_table[5][low >> 16 & 255] ^ crc_table[4][low >> 24] ^
              crc_table[3][high & 255] ^ crc_table[2][high >> 8 & 255] ^
              crc_table[1][high >> 16 & 255] ^ crc_table[0][high >> 24];
    }
    for (; size; size--, p++)
        crc = crc >> 8 ^ crc_table[0][(crc ^ *p) & 255];
    return crc;
}

uint32_t crc32c_by_tables(uint32_t crc, const void *bytes, size_t size)
{
    return ~tables_advance(~crc, bytes, size);
}

/* The CRC instruction has a latency of three cycles, but one can start in every cycle.  So
 * three lanes of bytes are computed in parallel.  The checksum is linear in its state: the
 * results are joined by advancing a lane's state over the bytes of the lanes after it as if
 * those bytes were 0, and adding. */
enum { LANE_BYTES = 1024 };

/* lane_table[k][b]: the state after LANE_BYTES zero bytes if byte k of the state was b and
 * the others were 0. */
static uint32_t lane_table[4][256];

static void lane_table_fill(void)
{
    static const unsigned char zeros[LANE_BYTES];

    for (int k = 0; k < 4; k++) {
        for (int bit = 0; bit < 8; bit++)
            lane_table[k][1 << bit] = tables_advance(1u << (8 * k + bit), zeros,
                                                     LANE_BYTES);
        for (int i = 1; i < 256; i++) /* i without its lowest bit, plus that bit */
            lane_table[k][i] = lane_table[k][i & (i - 1)] ^ lane_table[k][i & -i];
    }
}

__attribute__((constructor)) static void tables_fill(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;

        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0x82f63b78u : crc >> 1;
        crc_table[0][i] = crc;
    }
    for (uint32_t i = 0; i < 256; i++)
        for (int k = 1; k < 8; k++) {
            uint32_t before = crc_table[k - 1][i];

            crc_table[k][i] = before >> 8 ^ crc_table[0][before & 255];
        }
    lane_table_fill();
}

#ifdef __x86_64__
static uint64_t lane_move(uint64_t crc)
{
    return lane_table[0][crc & 255] ^ lane_table[1][crc >> 8 & 255] ^
           lane_table[2][crc >> 16 & 255] ^ lane_table[3][crc >> 24];
}

__attribute__((target("sse4.2"))) static uint64_t word_advance(uint64_t crc,
                                                               const unsigned char *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof word);
    return __builtin_ia32_crc32di(crc, word);
}

__attribute__((target("sse4.2"))) static uint32_t
instruction_advance(uint32_t state, const unsigned char *p, size_t size)
{
    uint64_t crc = state;

    for (; size >= 3 * LANE_BYTES; size -= 3 * LANE_BYTES, p += 3 * LANE_BYTES) {
        uint64_t second = 0, third = 0;

        for (size_t i = 0; i < LANE_BYTES; i += 8) {
            crc = word_advance(crc, p + i);
            second = word_advance(second, p + LANE_BYTES + i);
            third = word_advance(third, p + (size_t)2 * LANE_BYTES + i);
        }
        crc = lane_move(lane_move(crc) ^ second) ^ third;
    }
    for (; size >= 8; size -= 8, p += 8)
        crc = word_advance(crc, p);
    state = (uint32_t)crc;
    for (; size; size--, p++)
        state = __builtin_ia32_crc32qi(state, *p);
    return state;
}
#endif

uint32_t crc32c(uint32_t crc, const void *bytes, size_t size)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("sse4.2"))
        return ~instruction_advance(~crc, bytes, size);
#endif
    return crc32c_by_tables(crc, bytes, size);
}
