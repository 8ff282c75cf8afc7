/* Error-correcting codes of a memory word: how many check bits, what errors are left, and
 * what coder and decoder cost in a process node. */
#ifndef NVSWEEP_RELIABILITY_ECC_H
#define NVSWEEP_RELIABILITY_ECC_H

#include "base/text.h"
#include "tech/node.h"

#include <stdint.h>

enum ecc {
    ECC_NONE,
    ECC_SECDED, /* extended Hamming: corrects one error in up to 64 bits, detects two */
    ECC_BCH2,   /* binary BCH: corrects two errors in the whole word */
};
extern const struct word ecc_words[];

/* A word of `data_bits` as codewords. */
struct code {
    uint64_t codewords;  /* in a memory word */
    uint64_t data_bits;  /* of one codeword */
    uint64_t check_bits; /* of one codeword */
    uint64_t corrects;   /* errors */
};

/* SECDED protects 64 bits at a time (8 check bits; R. W. Hamming, 1950; M. Y. Hsiao, IBM
 * J. R&D 14(4), 1970), BCH the word as a whole: 2 m bits over GF(2^m), the least m with
 * data_bits + 2 m <= 2^m - 1 (R. C. Bose and D. K. Ray-Chaudhuri, 1960). */
struct code code_make(enum ecc ecc, uint64_t data_bits);

/* Check bits of a whole memory word. */
uint64_t code_word_check_bits(const struct code *code);

/* Probability that a codeword holds more errors than it corrects, bits failing
 * independently with probability p: the binomial tail, summed from its largest terms so
 * that it is exact for the smallest p. */
double code_failure(const struct code *code, double p);

/* Coder and decoder of a memory word.  They are trees of two-input exclusive-ors: half of
 * a codeword's bits for every check bit.  SECDED then decodes the syndrome per data bit;
 * BCH solves the error locator S1 x^2 + S1^2 x + S1^3 + S3 at all positions at once
 * (parallel Chien search), which toggles only when there is an error and so costs area
 * and delay but no energy here. */
struct codec {
    double encode_s, decode_s, encode_j, decode_j, area_m2;
};

/* Gates from the node's currents and capacitances at temperature_k; their size and the
 * wires between them are assumed (see ecc.c). */
void codec_evaluate(const struct code *code, const struct node *node,
                    double temperature_k, struct codec *codec);

#endif
