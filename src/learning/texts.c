#include "learning/texts.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* ---- letters */

/* Returns the symbol of a code point: 'a' to 'z', ' ' (not a letter), '-' (is dropped). */
static char letter_of(uint32_t code)
{
    static const struct {
        uint32_t first, last;
        const char *letters;
    } ranges[] = {
        { 0xc0, 0x17f,
          "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty"
          "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllll  ll"
          "nnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs" },
        { 0x218, 0x21b, "sstt" },
        { 0x386, 0x3ce,
          "a eii o yoiavgdezitiklmnxopr styfcpoiyaeiiyavgdezitiklmnxoprsstyfcpoiyoyo" },
        { 0x400, 0x45f,
          "eedgeziijlnckiudabvgdezziiklmnoprstufhccss-y-eua"
          "abvgdezziiklmnoprstufhccss-y-euaeedgeziijlnckiud" },
        { 0x490, 0x491, "gg" },
    };

    if (code < 0x80)
        return code >= 'A' && code <= 'Z'   ? (char)(code - 'A' + 'a')
               : code >= 'a' && code <= 'z' ? (char)code
                                            : ' ';
    if (code >= 0x300 && code <= 0x36f)
        return '-'; /* a combining accent */
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return ranges[i].letters[code - ranges[i].first];
    return ' ';
}

/* Returns the code point at *at and moves *at to the next one; bytes that are not UTF-8 count
 * as a space. */
static uint32_t code_read(const uint8_t **at, const uint8_t *end)
{
    uint8_t first = *(*at)++;
    int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
    uint32_t code = more ? first & (0x3fu >> more) : first;

    if (first >= 0x80 && !more)
        return ' ';
    for (; more > 0 && *at < end && (**at & 0xc0) == 0x80; more--)
        code = code << 6 | (*(*at)++ & 0x3f);
    return more ? ' ' : code;
}

/* ---- runs */

/* Symbols that are collected; a run is appended as a whole. */
struct symbols {
    uint8_t *values;
    size_t size, capacity;
};

static void symbol_put(struct symbols *symbols, uint8_t value)
{
    if (symbols->size == symbols->capacity) {
        symbols->capacity = symbols->capacity ? 2 * symbols->capacity : 4096;
        symbols->values = realloc_array(symbols->values, symbols->capacity, 1);
    }
    symbols->values[symbols->size++] = value;
}

/* Writes the symbols of a text, with single spaces between words, into run. */
static void run_read(const uint8_t *text, const uint8_t *end, struct symbols *run)
{
    bool is_space = false;

    run->size = 0;
    while (text < end) {
        char letter;

        if (*text == '&') {
            while (text < end && *text != ';')
                text++;
            letter = ' ';
            text += text < end;
        } else {
            letter = letter_of(code_read(&text, end));
        }
        if (letter == '-')
            continue;
        if (letter != ' ' && is_space && run->size)
            symbol_put(run, 0);
        if (letter != ' ')
            symbol_put(run, (uint8_t)(letter - 'a' + 1));
        is_space = letter == ' ';
    }
}

/* The runs that have occurred, as hashes of 64 bits (FNV-1a). */
struct text_seen {
    uint64_t *hashes;
    size_t count, capacity;
};

static uint64_t run_hash(const struct symbols *run)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < run->size; i++)
        hash = (hash ^ run->values[i]) * 0x100000001b3u;
    return hash;
}

static int hash_compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void seen_put(struct text_seen *seen, uint64_t hash)
{
    if (seen->count == seen->capacity) {
        seen->capacity = seen->capacity ? 2 * seen->capacity : 4096;
        seen->hashes = realloc_array(seen->hashes, seen->capacity,
                                     sizeof *seen->hashes);
    }
    seen->hashes[seen->count++] = hash;
}

/* ---- pages */

static bool begins(const uint8_t *at, const uint8_t *end, const char *words)
{
    size_t length = strlen(words);

    return (size_t)(end - at) >= length && memcmp(at, words, length) == 0;
}

/* Returns the end of the next `words`, or the end of the text. */
static const uint8_t *behind(const uint8_t *at, const uint8_t *end, const char *words)
{
    while (at < end && !begins(at, end, words))
        at++;
    return at < end ? at + strlen(words) : end;
}

static const uint8_t *tag_skip(const uint8_t *at, const uint8_t *end)
{
    if (begins(at, end, "<!--"))
        return behind(at, end, "-->");
    if (begins(at, end, "<info>") || begins(at, end, "<info "))
        return behind(at, end, "</info>");
    return behind(at, end, ">");
}

static bool is_page(const uint8_t *at, const uint8_t *end)
{
    return begins(at, end, "<page ");
}

/* Appends the runs of one page, each with a space after it, to `out`, except those of the
 * original; or, if is_original, all of them, and remembers them. */
static void page_read(const uint8_t *at, const uint8_t *end, struct text_seen *original,
                      bool is_original, struct symbols *run, struct symbols *out)
{
    while (at < end) {
        const uint8_t *begin = at = tag_skip(at, end);
        uint64_t hash;

        while (at < end && *at != '<')
            at++;
        run_read(begin, at, run);
        if (!run->size)
            continue;
        hash = run_hash(run);
        if (is_original)
            seen_put(original, hash);
        else if (bsearch(&hash, original->hashes, original->count, sizeof hash,
                         hash_compare))
            continue;
        for (size_t i = 0; i < run->size; i++)
            symbol_put(out, run->values[i]);
        symbol_put(out, 0);
    }
}

static void language_read(const struct corpus *corpus, const uint8_t *bytes,
                          size_t size, struct text_seen *original, bool is_original,
                          struct corpus_text *text)
{
    const uint8_t *at = bytes, *end = bytes + size;
    struct symbols run = { .size = 0 }, training = { .size = 0 }, test = { .size = 0 };

    while (at < end && !is_page(at, end))
        at++;
    for (uint64_t page = 1; at < end; page++) {
        const uint8_t *next = at + 1;

        while (next < end && !is_page(next, end))
            next++;
        page_read(at, next, original, is_original, &run,
                  page % corpus->test_every == 0 ? &test : &training);
        at = next;
    }
    free(run.values);
    *text = (struct corpus_text){
        .training = training.values,
        .training_size = training.size,
        .test = test.values,
        .test_size = test.size,
    };
}

enum status texts_decode(struct corpus *corpus, const uint8_t *const *bytes,
                         const size_t *sizes, struct error *err)
{
    struct text_seen original = { .count = 0 };
    enum status status = STATUS_OK;

    corpus->texts = alloc_array(corpus->files_count, sizeof *corpus->texts);
    for (size_t i = 0; i < corpus->files_count && status == STATUS_OK; i++) {
        struct corpus_text *text = &corpus->texts[i];

        language_read(corpus, bytes[i], sizes[i], &original, i == 0, text);
        if (i == 0 && original.count)
            qsort(original.hashes, original.count, sizeof *original.hashes,
                  hash_compare);
        if (!text->training_size || !text->test_size)
            status = error_set(err, STATUS_INPUT,
                               "%s: has no pages of %s to learn from and to test with",
                               corpus->files[i], corpus->languages[i]);
    }
    free(original.hashes);
    return status;
}
