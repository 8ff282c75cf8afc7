#include "reliability/ecc.h"

#include "base/maths.h"

#include <math.h>

const struct word ecc_words[] = {
    { "none", ECC_NONE },
    { "secded", ECC_SECDED },
    { "bch2", ECC_BCH2 },
    { NULL, 0 },
};

static uint64_t divide_up(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

struct code code_make(enum ecc ecc, uint64_t data_bits)
{
    struct code code = { .codewords = 1, .data_bits = data_bits };
    uint64_t bits = data_bits < 64 ? data_bits : 64, m = 3;

    switch (ecc) {
    case ECC_NONE: break;
    case ECC_SECDED:
        for (m = 2; ((uint64_t)1 << m) < bits + m + 1; m++)
            ;
        code = (struct code){
            .codewords = divide_up(data_bits, bits),
            .data_bits = bits,
            .check_bits = m + 1, /* one more for the parity over all bits */
            .corrects = 1,
        };
        break;
    case ECC_BCH2:
        while (((uint64_t)1 << m) - 1 < data_bits + 2 * m)
            m++;
        code.check_bits = 2 * m;
        code.corrects = 2;
        break;
    }
    return code;
}

uint64_t code_word_check_bits(const struct code *code)
{
    return code->codewords * code->check_bits;
}

/* Probability of k errors among n bits. */
static double binomial(double n, double k, double p)
{
    return maths_exp(maths_ln_factorial(n) - maths_ln_factorial(k) -
                     maths_ln_factorial(n - k) + k * maths_log(p) +
                     (n - k) * maths_log1p(-p));
}

double code_failure(const struct code *code, double p)
{
    double n = (double)(code->data_bits + code->check_bits);
    double k = (double)code->corrects + 1, sum = 0, term;

    if (p <= 0)
        return 0;
    if (p >= 1)
        return 1;
    if (n * p > k) { /* the first terms of the tail may be too small for a number */
        for (double few = 0; few < k; few++)
            sum += binomial(n, few, p);
        return sum < 1 ? 1 - sum : 0;
    }
    term = binomial(n, k, p);
    for (; k <= n; k++) {
        sum += term;
        if (k > n * p && term < 1e-17 * sum)
            break;
        term *= (n - k) / (k + 1) * p / (1 - p);
    }
    return sum < 1 ? sum : 1;
}

/* ---- gates */

/* A two-input exclusive-or gate of a standard-cell library, in units of the node's smallest
 * balanced inverter.  Assumed: it switches the capacitance of six inverter inputs, including
 * the wire to the next gate.  Its delay is 1.6 times that of an inverter that drives four
 * others (logical effort 4, parasitic effort 4: Sutherland, Sproull and Harris, 1999). */
#define XOR_LOADS 6
#define XOR_FO4S 1.6
#define ACTIVITY 0.5 /* share of gates that switch if data are random */

/* The size of the gate in gate pitches.  If a planar node gives no standard cell, a pitch of 4
 * F and a height of 40 F are assumed. */
#define XOR_PITCHES 6
#define PLANAR_PITCH_F 4
#define PLANAR_HEIGHT_F 40

struct gate {
    double delay_s, energy_j, area_m2;
};

static struct gate gate_of(const struct node *node, double temperature_k)
{
    struct node_point device = node_device(node, temperature_k, false);
    bool has_fins = node->transistor != TRANSISTOR_PLANAR;
    double width_m = has_fins ? 2 * node->fin_effective_width_m : 4 * node->node_m;
    double input_f = has_fins ? 4 * node->fin_gate_f /* two fins of each type */
                              : (1 + node->pn_ratio) * width_m *
                                    (node->gate_f_per_m +
                                     node->fringe_edges * node->fringe_f_per_m);
    double resistance_ohm = node->resistance_multiplier * node->vdd_v /
                            (device.ion_n_a_per_m * width_m);
    double fo4_s = 0.69 * resistance_ohm * 5 *
                   input_f; /* four loads and its own output */
    double pitch_m = node->gate_pitch_m > 0 ? node->gate_pitch_m
                                            : PLANAR_PITCH_F * node->node_m;
    double height_m = node->cell_height_m > 0 ? node->cell_height_m
                                              : PLANAR_HEIGHT_F * node->node_m;

    return (struct gate){
        .delay_s = XOR_FO4S * fo4_s,
        .energy_j = ACTIVITY * XOR_LOADS * input_f * node->vdd_v * node->vdd_v,
        .area_m2 = XOR_PITCHES * pitch_m * height_m,
    };
}

void codec_evaluate(const struct code *code, const struct node *node,
                    double temperature_k, struct codec *codec)
{
    struct gate gate = gate_of(node, temperature_k);
    double words = (double)code->codewords, checks = (double)code->check_bits;
    double data = (double)code->data_bits, n = data + checks, m = checks / 2;
    double encode_gates = checks * data / 2, syndrome_gates = checks * n / 2;
    double locate_gates, locate_depth;

    *codec = (struct codec){ 0 };
    if (code->corrects == 0)
        return;
    if (code->corrects ==
        1) { /* an AND of all syndrome bits per data bit, and its XOR */
        locate_gates = data * checks;
        locate_depth = ceil(maths_log2(checks)) + 1;
    } else { /* S1^3: one product; per position two products by constants, sums, OR */
        locate_gates = 2 * m * m + data * (m * m + 2 * m);
        locate_depth = 2 * (1 + ceil(maths_log2(m))) + ceil(maths_log2(m)) + 2;
    }
    *codec = (struct codec){
        .encode_s = ceil(maths_log2(data / 2)) * gate.delay_s,
        .decode_s = (ceil(maths_log2(n / 2)) + locate_depth) * gate.delay_s,
        .encode_j = words * encode_gates * gate.energy_j,
        .decode_j = words * syndrome_gates * gate.energy_j,
        .area_m2 = words * (encode_gates + syndrome_gates + locate_gates) *
                   gate.area_m2,
    };
}
