/* Codes, wear and scrubbing (src/reliability/). */
#include "unit.h"

#include "reliability/line_loss.h"
#include "reliability/wear.h"

#include <math.h>
#include <string.h>

static const double YEAR_S = 31557600.0;

/* (72, 64) and (39, 32) extended Hamming codes; BCH over GF(2^7) and GF(2^11). */
static void check_bits_are_those_of_the_textbooks(void)
{
    static const struct {
        enum ecc ecc;
        uint64_t data_bits, check_bits; /* of the whole word */
    } table[] = {
        { ECC_NONE, 512, 0 },    { ECC_SECDED, 32, 7 }, { ECC_SECDED, 64, 8 },
        { ECC_SECDED, 512, 64 }, { ECC_BCH2, 64, 14 },  { ECC_BCH2, 512, 20 },
        { ECC_BCH2, 1024, 22 },
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct code code = code_make(table[i].ecc, table[i].data_bits);

        CU_ASSERT_EQUAL(code_word_check_bits(&code), table[i].check_bits);
    }
}

/* A codeword of 5 bits that corrects one: 1 - (1-p)^5 - 5 p (1-p)^4. */
static void failures_are_the_binomial_tail(void)
{
    struct code code = {
        .codewords = 1, .data_bits = 4, .check_bits = 1, .corrects = 1
    };
    struct code secded = code_make(ECC_SECDED, 64), bare = code_make(ECC_NONE, 64);

    for (double p = 0.01; p < 0.99; p += 0.07)
        ASSERT_NEAR(code_failure(&code, p), 1 - pow(1 - p, 5) - 5 * p * pow(1 - p, 4),
                    1e-9);
    /* for small p the first term: 72 choose 2 times p squared */
    ASSERT_NEAR(code_failure(&secded, 1e-12), 2556e-24, 1e-9);
    ASSERT_NEAR(code_failure(&bare, 1e-12), 64e-12, 1e-9);
    CU_ASSERT_EQUAL(code_failure(&secded, 0), 0);
    CU_ASSERT_EQUAL(code_failure(&secded, 1), 1);
    CU_ASSERT(code_failure(&secded, 0.9) <= 1);
}

/* Also where most bits are wrong: the chance that few of thousands are is too small for a number. */
static void more_wrong_bits_are_never_better(void)
{
    for (enum ecc ecc = ECC_NONE; ecc <= ECC_BCH2; ecc++)
        for (uint64_t bits = 32; bits <= 8192; bits *= 4) {
            struct code code = code_make(ecc, bits);
            double was = 0;

            for (double p = 1e-9; p < 1; p *= 1.05) {
                double now = code_failure(&code, p);

                CU_ASSERT(now >= was * (1 - 1e-12) && now <= 1);
                was = now;
            }
            ASSERT_NEAR(was, 1.0, 1e-9);
        }
}

/* 1e6 writes a line, 1000 lines, 1000 writes a second: 1e6 s if spread evenly. */
static void wear_is_counted_by_hand(void)
{
    ASSERT_NEAR(wear_lifetime_s(1e6, 1000, 1000, LEVELLING_IDEAL, 20), 1e6, 1e-12);
    ASSERT_NEAR(wear_lifetime_s(1e6, 1000, 1000, LEVELLING_NONE, 20), 5e4, 1e-12);
    ASSERT_NEAR(wear_lifetime_s(1e6, 1000, 1000, LEVELLING_START_GAP, 20), 9.7e5,
                1e-12);
    ASSERT_NEAR(wear_lifetime_s(0, 1000, 1000, LEVELLING_NONE, 20), LIFETIME_CAP_S,
                1e-12);
    ASSERT_NEAR(wear_lifetime_s(1e6, 0, 1000, LEVELLING_NONE, 20), LIFETIME_CAP_S,
                1e-12);
}

/* After its retention one bit in a million has flipped; heat makes it forget, a capacitor
 * is refreshed. */
static void retention_is_a_part_per_million(void)
{
    struct cell cell = { .kind = CELL_STT_MRAM,
                         .retention_s = 10 * YEAR_S,
                         .retention_temperature_k = 358.15 };
    double hz = bit_flip_hz(&cell, 358.15);

    ASSERT_NEAR(hz * 10 * YEAR_S, 1e-6, 1e-9);
    CU_ASSERT(bit_flip_hz(&cell, 398.15) > 10 * hz);
    CU_ASSERT(bit_flip_hz(&cell, 298.15) < hz / 10);
    cell.kind = CELL_EDRAM;
    CU_ASSERT_EQUAL(bit_flip_hz(&cell, 358.15), 0);
    cell.kind = CELL_SRAM;
    cell.retention_s = 0;
    CU_ASSERT_EQUAL(bit_flip_hz(&cell, 358.15), 0);
}

static struct scrubbing leaky(enum ecc ecc)
{
    return (struct scrubbing){
        .code = code_make(ecc, 64),
        .codewords = 1e6,
        .flip_hz = 1e-9,
        .least_s = 1e-3,
        .longest_s = YEAR_S,
        .target_hz = 1e-9,
    };
}

static void the_scrub_interval_is_the_longest_that_meets_the_target(void)
{
    struct scrubbing scrubbing = leaky(ECC_SECDED);
    struct scrub scrub;

    CU_ASSERT_EQUAL(scrub_find(&scrubbing, &scrub, NULL), STATUS_OK);
    CU_ASSERT(scrub.interval_s > scrubbing.least_s && scrub.interval_s < YEAR_S);
    ASSERT_NEAR(scrub.failure_hz, 1e-9, 1e-6);
    CU_ASSERT(failure_hz(&scrubbing, 1.01 * scrub.interval_s) > 1e-9);
    /* two flips in one of a million codewords: 1e6 x 2556 (1e-9 T)^2 / T = 1e-9 */
    ASSERT_NEAR(scrub.interval_s, 1e-9 / (1e6 * 2556 * 1e-18), 1e-3);
}

static void a_stronger_code_needs_less_scrubbing(void)
{
    struct scrubbing one = leaky(ECC_SECDED), two = leaky(ECC_BCH2);
    struct scrub once, twice;

    CU_ASSERT_EQUAL(scrub_find(&one, &once, NULL), STATUS_OK);
    CU_ASSERT_EQUAL(scrub_find(&two, &twice, NULL), STATUS_OK);
    CU_ASSERT(twice.interval_s > 100 * once.interval_s);
}

static void what_no_scrubbing_saves_is_infeasible(void)
{
    struct scrubbing bare = leaky(ECC_NONE), sloppy = leaky(ECC_SECDED);
    struct scrub scrub;
    struct error reason;

    CU_ASSERT_EQUAL(scrub_find(&bare, &scrub, &reason), STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(reason.text, "cannot be corrected"));
    sloppy.write_error = 1e-6;
    sloppy.codeword_writes_per_s = 1e9;
    CU_ASSERT_EQUAL(scrub_find(&sloppy, &scrub, NULL), STATUS_INFEASIBLE);
}

/* One bit without a code decays as exp(-t / tau), whose mean is tau; scrubbed with a code that
 * corrects nothing more it would be the same. */
static void one_bit_is_lost_after_tau(void)
{
    struct line_loss loss = { .code = { .codewords = 1, .data_bits = 1 },
                              .flip_hz = 1e3,
                              .scrub_s = INFINITY };

    ASSERT_NEAR(line_loss_after(&loss, 0.5e-3), -expm1(-0.5), 1e-12);
    CU_ASSERT_EQUAL(line_loss_after(&loss, 0), 0);
    ASSERT_NEAR(line_loss_hz(&loss), 1e3, 2e-3);
    loss.code.data_bits = 1024; /* the first of 1024 bits */
    ASSERT_NEAR(line_loss_hz(&loss), 1024e3, 2e-3);
}

/* Two flips of 72 bits, (72 choose 2) p^2, in one of 16 words. */
static void a_line_is_lost_when_a_word_has_two_flips(void)
{
    struct line_loss loss = { .code = code_make(ECC_SECDED, 1024),
                              .flip_hz = 1,
                              .scrub_s = INFINITY };
    double once = 16 * 2556e-14;

    CU_ASSERT_EQUAL(loss.code.codewords, 16);
    ASSERT_NEAR(line_loss_after(&loss, 1e-7), once, 1e-5);
    ASSERT_NEAR(line_loss_after(&loss, 2e-7), 4 * once, 1e-5);
    loss.scrub_s = 1e-7; /* grows with the intervals, no longer with their square */
    ASSERT_NEAR(line_loss_after(&loss, 1e-7), once, 1e-5);
    ASSERT_NEAR(line_loss_after(&loss, 2e-5), 200 * once, 1e-5);
    ASSERT_NEAR(line_loss_hz(&loss), once / 1e-7, 1e-5);
    loss.flip_hz = 1e12; /* nothing survives an interval */
    CU_ASSERT_EQUAL(line_loss_after(&loss, 1), 1);
    CU_ASSERT(line_loss_hz(&loss) > 1e10 && isfinite(line_loss_hz(&loss)));
}

SUITE(reliability, TEST(check_bits_are_those_of_the_textbooks),
      TEST(failures_are_the_binomial_tail), TEST(more_wrong_bits_are_never_better),
      TEST(wear_is_counted_by_hand), TEST(retention_is_a_part_per_million),
      TEST(the_scrub_interval_is_the_longest_that_meets_the_target),
      TEST(a_stronger_code_needs_less_scrubbing),
      TEST(what_no_scrubbing_saves_is_infeasible), TEST(one_bit_is_lost_after_tau),
      TEST(a_line_is_lost_when_a_word_has_two_flips));
