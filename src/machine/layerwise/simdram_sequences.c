/* Command sequences in DRAM rows.  An AAP activates two rows one after the other: it copies a
 * row, or it computes and copies the result.  An AP activates once; if it activates three rows,
 * they become their majority. */
#include "machine/layerwise/simdram.h"

#include <math.h>

/* The number of commands of an n-bit operation: square n^2 + linear n + constant. */
struct polynomial {
    double square, linear, constant;
};
struct command_sequence {
    struct polynomial aap, ap;
};

/* The sequences of SIMDRAM.  The coefficients reproduce all counts of the authors' sequences
 * for n = 4, 8, 16, 32 and 64 (CMU-SAFARI/MIMDRAM at 49549f9, microworkloads). */
/* clang-format off */
static const struct command_sequence majority[] = {
    [OPERATION_ADD] =           { { 0, 6, 1 },      { 0, 2, 0 } },
    [OPERATION_SUBTRACT] =      { { 0, 7, 1 },      { 0, 1, 0 } },
    [OPERATION_MULTIPLY] =      { { 8, -2, -1 },    { 3, -3, 0 } },
    [OPERATION_DIVIDE] =        { { 7.25, 11, 0 },  { 1, 1, 0 } },
    [OPERATION_MINIMUM] =       { { 0, 8, 2 },      { 0, 2, 0 } },
    [OPERATION_MAXIMUM] =       { { 0, 8, 2 },      { 0, 2, 0 } },
    [OPERATION_GREATER] =       { { 0, 2, 2 },      { 0, 1, 0 } },
    [OPERATION_GREATER_EQUAL] = { { 0, 2, 2 },      { 0, 1, 0 } },
    [OPERATION_EQUAL] =         { { 0, 2, 3 },      { 0, 2, 0 } },
    [OPERATION_ABSOLUTE] =      { { 0, 10, -1 },    { 0, 0, 0 } },
    [OPERATION_RELU] =          { { 0, 3, 1 },      { 0, 0, 0 } },
    [OPERATION_IF_THEN_ELSE] =  { { 0, 6, 0 },      { 0, 1, 0 } },
    [OPERATION_AND_REDUCTION] = { { 0, 2.5, 2 },    { 0, 0, 0 } },
    [OPERATION_OR_REDUCTION] =  { { 0, 2.5, 2 },    { 0, 0, 0 } },
    [OPERATION_XOR_REDUCTION] = { { 0, 3, 2 },      { 0, 0, 0 } },
    [OPERATION_NOT_NEGATIVE] =  { { 0, 0, 2 },      { 0, 0, 0 } },
    [OPERATION_POSITIVE] =      { { 0, 2.5, -1 },   { 0, 0, 0 } },
    [OPERATION_BITCOUNT] =      { { 0, 6.75, -6 },  { 0, 1.75, -2 } },
    [OPERATION_BITCOUNT_FAST] = { { 0, 6.5, -6 },   { 0, 1.5, -2 } },
    [OPERATION_BITWEAVE] =      { { 0, 2, 4 },      { 0, 2, 0 } },
};
/* clang-format on */

/* The sequences of Ambit, derived from its published gates (V. Seshadri et al., MICRO 2017,
 * figure 8): AND and OR take 4 AAPs; NOT takes 2 AAPs; XOR and XNOR take 5 AAPs and 2 APs.  The
 * circuits are the simplest ones.  A full adder is two XOR, two AND and one OR.  A subtraction
 * inverts one operand.  A comparison computes a borrow (NOT, two AND, XNOR and OR per bit).  A
 * selection is two AND and one OR per bit.  A multiplication adds up shifted operands, a
 * division is restoring, and a count of ones adds n - 1 times. */
/* clang-format off */
static const struct command_sequence and_or[] = {
    [OPERATION_ADD] =           { { 0, 22, 0 },     { 0, 4, 0 } },
    [OPERATION_SUBTRACT] =      { { 0, 24, 0 },     { 0, 4, 0 } },
    [OPERATION_MULTIPLY] =      { { 26, -22, 0 },   { 4, -4, 0 } },
    [OPERATION_DIVIDE] =        { { 36, 2, 0 },     { 4, 0, 0 } },
    [OPERATION_MINIMUM] =       { { 0, 31, 2 },     { 0, 2, 0 } },
    [OPERATION_MAXIMUM] =       { { 0, 31, 2 },     { 0, 2, 0 } },
    [OPERATION_GREATER] =       { { 0, 19, 0 },     { 0, 2, 0 } },
    [OPERATION_GREATER_EQUAL] = { { 0, 19, 2 },     { 0, 2, 0 } },
    [OPERATION_EQUAL] =         { { 0, 9, -4 },     { 0, 2, 0 } },
    [OPERATION_ABSOLUTE] =      { { 0, 14, 0 },     { 0, 4, 0 } },
    [OPERATION_RELU] =          { { 0, 4, 2 },      { 0, 0, 0 } },
    [OPERATION_IF_THEN_ELSE] =  { { 0, 12, 2 },     { 0, 0, 0 } },
    [OPERATION_AND_REDUCTION] = { { 0, 4, -4 },     { 0, 0, 0 } },
    [OPERATION_OR_REDUCTION] =  { { 0, 4, -4 },     { 0, 0, 0 } },
    [OPERATION_XOR_REDUCTION] = { { 0, 5, -5 },     { 0, 2, -2 } },
    [OPERATION_NOT_NEGATIVE] =  { { 0, 0, 2 },      { 0, 0, 0 } },
    [OPERATION_POSITIVE] =      { { 0, 4, -2 },     { 0, 0, 0 } },
    [OPERATION_BITCOUNT] =      { { 0, 22, -22 },   { 0, 4, -4 } },
    [OPERATION_BITCOUNT_FAST] = { { 0, 22, -22 },   { 0, 4, -4 } },
    [OPERATION_BITWEAVE] =      { { 0, 38, 6 },     { 0, 4, 0 } }, /* two comparisons and an AND */
};
/* clang-format on */

enum { BITS_MIN = 4, BITS_MAX = 64 };

static double commands(const struct polynomial *p, double bits)
{
    return (p->square * bits + p->linear) * bits + p->constant;
}

enum status simdram_sequence(const struct machine *machine, int operation,
                             unsigned bits, struct simdram_commands *result,
                             struct error *reason)
{
    const struct command_sequence *known = ((const struct simdram *)machine)->backend ==
                                                   SIMDRAM_AND_OR
                                               ? and_or
                                               : majority;
    double aaps, aps;

    if (operation > OPERATION_BITWEAVE)
        return error_set(reason, STATUS_INFEASIBLE, "%s has no command sequence for %s",
                         machine->record.name, word_name(operation_words, operation));
    aaps = commands(&known[operation].aap, bits);
    aps = commands(&known[operation].ap, bits);
    if (bits < BITS_MIN || bits > BITS_MAX || aaps != floor(aaps) || aps != floor(aps))
        return error_set(reason, STATUS_INFEASIBLE,
                         "%s has no command sequence for %u bits",
                         word_name(operation_words, operation), bits);
    *result = (struct simdram_commands){ .aaps = aaps, .aps = aps };
    return STATUS_OK;
}

double simdram_operands(int operation)
{
    switch (operation) {
    case OPERATION_ABSOLUTE:
    case OPERATION_RELU:
    case OPERATION_AND_REDUCTION:
    case OPERATION_OR_REDUCTION:
    case OPERATION_XOR_REDUCTION:
    case OPERATION_NOT_NEGATIVE:
    case OPERATION_POSITIVE:
    case OPERATION_BITCOUNT:
    case OPERATION_BITCOUNT_FAST: return 2;
    default: return 3;
    }
}
