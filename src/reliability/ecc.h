/* Error-correcting codes of a memory word: their check bits, the probability of errors that
 * they do not correct, and the costs of coder and decoder in a process node. */
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

/* The codewords of a memory word. */
struct code {
    uint64_t codewords;  /* in a memory word */
    uint64_t data_bits;  /* of one codeword */
    uint64_t check_bits; /* of one codeword */
    uint64_t corrects;   /* errors per codeword that are corrected */
};

/* Divides a word of data_bits into codewords.  SECDED protects 64 bits at a time with 8 check bits
 * (R. W. Hamming, 1950; M. Y. Hsiao, IBM J. R&D 14(4), 1970).  BCH protects the word as a whole
 * with 2 m check bits over GF(2^m), where m is the least number with data_bits + 2 m <= 2^m - 1
 * (R. C. Bose and D. K. Ray-Chaudhuri, 1960). */
struct code code_make(enum ecc ecc, uint64_t data_bits);

/* Returns the check bits of a whole memory word. */
uint64_t code_word_check_bits(const struct code *code);

/* Returns the probability that a codeword has more errors than the code corrects, if bits fail
 * independently with probability p.  It is the tail of the binomial distribution, summed itself where
 * few errors are expected, so that it is accurate for the smallest p; else 1 less the few terms before
 * it. */
double code_failure(const struct code *code, double p);

/* Coder and decoder of a memory word.  Each check bit is a tree of two-input exclusive-or gates
 * over half of the codeword's bits.  To correct, SECDED decodes the syndrome for each data bit.
 * BCH evaluates the error locator S1 x^2 + S1^2 x + S1^3 + S3 at all positions in parallel
 * (parallel Chien search).  That logic switches only if there is an error, so that it costs
 * area and delay but its energy is neglected. */
struct codec {
    double encode_s, decode_s, encode_j, decode_j, area_m2;
};

/* Computes the costs of coder and decoder from the node's currents and capacitances at
 * temperature_k.  The size of the gates and the wires between them are assumed (see ecc.c). */
void codec_evaluate(const struct code *code, const struct node *node,
                    double temperature_k, struct codec *codec);

#endif
