#include "unit.h"

#include "base/crc32c.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const struct word colours[] = {
    { "red", 1 }, { "green", 5 }, { "blue", -2 }, { NULL, 0 }
};

static void words_are_found_by_name_and_value(void)
{
    CU_ASSERT_EQUAL(word_find(colours, "green")->value, 5);
    CU_ASSERT_PTR_NULL(word_find(colours, "gree"));
    CU_ASSERT_PTR_NULL(word_find(colours, ""));
    CU_ASSERT_STRING_EQUAL(word_name(colours, -2), "blue");
    CU_ASSERT_STRING_EQUAL(word_name(colours, 0), "?");
}

static void a_list_of_words_reads_like_a_sentence(void)
{
    char buffer[40];

    CU_ASSERT_STRING_EQUAL(word_list(colours, buffer, sizeof buffer),
                           "red, green or blue");
    CU_ASSERT_STRING_EQUAL(word_list(colours + 2, buffer, sizeof buffer), "blue");
}

static void a_list_of_words_stays_in_its_buffer(void)
{
    char buffer[40];

    for (size_t size = 1; size <= 18; size++) {
        memset(buffer, '#', sizeof buffer);
        word_list(colours, buffer, size);
        CU_ASSERT(strlen(buffer) < size);
        CU_ASSERT_EQUAL(buffer[size], '#');
        if (size > 4)
            CU_ASSERT_PTR_NOT_NULL(strstr(buffer, "..."));
    }
}

static void what_a_terminal_would_obey_is_shown_as_question_marks(void)
{
    static const struct {
        const char *text, *clean;
    } cases[] = {
        { "3 MiB", "3 MiB" },
        { "\x1b[31mred", "?[31mred" },
        { "a\nb\tc\x7f", "a?b?c?" },
        { "\xc2\x9b"
          "2J",
          "??2J" }, /* CSI of eight bits, in UTF-8 */
        { "\x9b"
          "2J\xff",
          "?2J?" }, /* and alone, which is no UTF-8 */
        { "5 \xc2\xb5m \xe2\x82\xac", "5 \xc2\xb5m \xe2\x82\xac" },
        { "cut \xe2\x82", "cut ??" },
    };
    char text[40];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(text, sizeof text, "%s", cases[i].text);
        text_clean(text);
        CU_ASSERT_STRING_EQUAL(text, cases[i].clean);
    }
}

static void misspelt_names_have_a_nearest(void)
{
    static const char *const names[] = { "technology", "capacity", "temperature",
                                         "node",       "stt-mram", "sram" };
    static const struct {
        const char *name, *nearest;
    } cases[] = {
        { "tecnology", "technology" },
        { "techonlogy", "technology" },
        { "capcity", "capacity" },
        { "Capacity", "capacity" },
        { "SRAM", "sram" },
        { "srma", "sram" },
        { "stt_mram", "stt-mram" },
        { "temp", "temperature" },
        { "ndoe", "node" },
        { "nodes", "node" },
        { "workload", NULL },
        { "x", NULL },
        { "", NULL },
    };
    char longer[300];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *nearest = text_nearest(cases[i].name, names, 6);

        if (cases[i].nearest) {
            CU_ASSERT_PTR_NOT_NULL_FATAL(nearest);
            CU_ASSERT_STRING_EQUAL(nearest, cases[i].nearest);
        } else {
            CU_ASSERT_PTR_NULL(nearest);
        }
    }
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    CU_ASSERT_PTR_NULL(text_nearest(longer, names, 6));
    CU_ASSERT_PTR_NULL(text_nearest("sram", names, 0));
}

/* RFC 3720, B.4, and the check value of the CRC catalogue. */
static void crc32c_meets_published_values(void)
{
    unsigned char bytes[32] = { 0 };

    CU_ASSERT_EQUAL(crc32c(0, "123456789", 9), 0xe3069283u);
    CU_ASSERT_EQUAL(crc32c(0, bytes, 32), 0x8a9136aau);
    memset(bytes, 0xff, sizeof bytes);
    CU_ASSERT_EQUAL(crc32c(0, bytes, 32), 0x62a8ab43u);
    for (unsigned i = 0; i < 32; i++)
        bytes[i] = (unsigned char)i;
    CU_ASSERT_EQUAL(crc32c(0, bytes, 32), 0x46dd794eu);
}

static void crc32c_continues_where_it_stopped(void)
{
    static const char text[] = "the quick brown fox jumps over the lazy dog";
    uint32_t whole = crc32c(0, text, sizeof text);

    CU_ASSERT_EQUAL(crc32c(0, text, 0), 0);
    for (size_t cut = 0; cut <= sizeof text; cut++)
        CU_ASSERT_EQUAL(crc32c(crc32c(0, text, cut), text + cut, sizeof text - cut),
                        whole);
}

/* Lengths around those that are checked in three lanes, at every alignment. */
static void crc32c_is_the_same_with_and_without_the_instruction(void)
{
    unsigned char bytes[16384];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * i >> 3 ^ i);
    for (size_t first = 0; first < 8; first++)
        for (size_t size = 0; first + size <= sizeof bytes; size += 1 + size % 511)
            CU_ASSERT_EQUAL(crc32c(7, bytes + first, size),
                            crc32c_by_tables(7, bytes + first, size));
}

SUITE(text, TEST(words_are_found_by_name_and_value),
      TEST(a_list_of_words_reads_like_a_sentence),
      TEST(a_list_of_words_stays_in_its_buffer), TEST(misspelt_names_have_a_nearest),
      TEST(what_a_terminal_would_obey_is_shown_as_question_marks),
      TEST(crc32c_meets_published_values), TEST(crc32c_continues_where_it_stopped),
      TEST(crc32c_is_the_same_with_and_without_the_instruction));
