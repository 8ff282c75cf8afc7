#include "learning/corpus.h"

#include "base/memory.h"
#include "learning/texts.h"

#include <stdlib.h>
#include <string.h>

const struct word corpus_format_words[] = {
    { "csv", CORPUS_CSV },
    { "idx", CORPUS_IDX },
    { "mallard", CORPUS_MALLARD },
    { NULL, 0 },
};

/* clang-format off */
#define CORPUS_FIELDS                                                                                          \
    FIELD_TEXT(struct corpus, summary, "", "summary in one line"),                                           \
    FIELD_WORD(struct corpus, format, corpus_format_words, REQUIRED, "csv: one file, the label last in a line; idx: images and labels to learn from, then to test with; mallard: a folder of pages for each language"), \
    FIELD_TEXT(struct corpus, package, NULL, "Debian package that contains the files"),                                  \
    FIELD_TEXT(struct corpus, licence, NULL, "licence of the files"),                                          \
    FIELD_TEXTS(struct corpus, files, "absolute paths; .gz is decompressed; a folder means its pages (*.page), in byte order of their names"), \
    FIELD_TEXTS(struct corpus, sha256, "checksums of the files as stored; of a folder: `LC_ALL=C cat *.page | sha256sum`")

static const struct field corpus_fields[] = { CORPUS_FIELDS };

static const struct field images_fields[] = {
    CORPUS_FIELDS,
    FIELD_COUNT(struct corpus, height, REQUIRED, 1, 4096, "rows of an image's pixels"),
    FIELD_COUNT(struct corpus, width, REQUIRED, 1, 4096, "pixels of a row"),
    FIELD_COUNT(struct corpus, classes, REQUIRED, 2, 256, "different labels, 0 and up"),
    FIELD_COUNT(struct corpus, levels, 255, 1, 1u << 16, "csv: value of white"),
    FIELD_COUNT(struct corpus, test_every, 5, 2, 1000, "csv: every line with a multiple of this number belongs to the test"),
    FIELD_COUNT(struct corpus, shrink, 1, 1, 64, "a pixel is the mean of shrink x shrink pixels of the file"),
    FIELD_COUNT(struct corpus, training_count, 0, 0, 1u << 30, "images to learn from, for plans without the data (0: unknown)"),
    FIELD_COUNT(struct corpus, test_count, 0, 0, 1u << 30, "test images, for plans without the data (0: unknown)"),
};

static const struct field texts_fields[] = {
    CORPUS_FIELDS,
    FIELD_TEXTS(struct corpus, languages, "language of each folder; the first is that of the original, from which the others are translated"),
    FIELD_COUNT(struct corpus, test_every, 5, 2, 1000, "every page with a multiple of this number belongs to the test"),
    FIELD_COUNT(struct corpus, training_count, 0, 0, 1u << 30, "characters of a language to learn from, for plans without the data (0: unknown)"),
    FIELD_COUNT(struct corpus, test_count, 0, 0, 1u << 30, "characters of a language for the test, for plans without the data (0: unknown)"),
};
/* clang-format on */

bool corpus_has_texts(const struct corpus *corpus)
{
    return corpus->format == CORPUS_MALLARD;
}

bool corpus_is_sized(const struct corpus *corpus)
{
    return corpus->texts || corpus->training.count > 0;
}

bool corpus_is_read(const struct corpus *corpus)
{
    return corpus_is_sized(corpus) && !corpus->is_assumed;
}

void corpus_assume(struct corpus *corpus)
{
    corpus->is_assumed = true;
    if (!corpus_has_texts(corpus)) {
        corpus->training.count = corpus->training_count;
        corpus->test.count = corpus->test_count;
        return;
    }
    if (!corpus->training_count)
        return;
    corpus->texts = alloc_array(corpus->files_count, sizeof *corpus->texts);
    for (size_t i = 0; i < corpus->files_count; i++) {
        corpus->texts[i].training_size = corpus->training_count;
        corpus->texts[i].test_size = corpus->test_count;
    }
}

static void images_free(struct corpus_images *images)
{
    free(images->pixels);
    free(images->labels);
    *images = (struct corpus_images){ 0 };
}

void corpus_release(struct corpus *corpus)
{
    images_free(&corpus->training);
    images_free(&corpus->test);
    for (size_t i = 0; corpus->texts && i < corpus->files_count; i++) {
        free(corpus->texts[i].training);
        free(corpus->texts[i].test);
    }
    free(corpus->texts);
    corpus->texts = NULL;
}

static void corpus_forget(void *record)
{
    corpus_release((struct corpus *)record);
}

static enum status corpus_finish(void *record, struct error *err)
{
    const struct corpus *corpus = (const struct corpus *)record;
    size_t wanted = corpus->format == CORPUS_CSV   ? 1
                    : corpus->format == CORPUS_IDX ? 4
                                                   : corpus->languages_count;

    if (corpus_has_texts(corpus) && (wanted < 2 || wanted > CORPUS_FILES_MAX))
        return error_set(err, STATUS_INPUT, "a corpus of texts has 2..%d 'languages'",
                         CORPUS_FILES_MAX);
    if (corpus->files_count != wanted || corpus->sha256_count != wanted)
        return error_set(err, STATUS_INPUT,
                         "a corpus of format %s has %zu 'files' and as many 'sha256'",
                         corpus_format_words[corpus->format].name, wanted);
    for (size_t i = 0; i < wanted; i++)
        if (corpus->files[i][0] != '/' || strlen(corpus->sha256[i]) != 64)
            return error_set(err, STATUS_INPUT,
                             "file %zu of the corpus must be an absolute path, its "
                             "sha256 64 hexadecimal digits",
                             i + 1);
    if (corpus_has_texts(corpus))
        return STATUS_OK;
    if (corpus->height % corpus->shrink || corpus->width % corpus->shrink)
        return error_set(err, STATUS_INPUT,
                         "'shrink' must divide 'height' and 'width' of a corpus");
    return STATUS_OK;
}

#define CORPUS_SCHEMA(fields_)                                                \
    {                                                                         \
        .kind = "corpus", .folder = "corpora", .size = sizeof(struct corpus), \
        .fields = fields_, .field_count = FIELD_COUNT_OF(fields_),            \
        .finish = corpus_finish, .release = corpus_forget,                    \
    }

static const struct schema images_schema = CORPUS_SCHEMA(images_fields);
static const struct schema texts_schema = CORPUS_SCHEMA(texts_fields);

static const struct schema *const format_schemas[CORPUS_FORMAT_COUNT] = {
    [CORPUS_CSV] = &images_schema,
    [CORPUS_IDX] = &images_schema,
    [CORPUS_MALLARD] = &texts_schema,
};

const struct schema corpus_schema = {
    .kind = "corpus",
    .folder = "corpora",
    .size = sizeof(struct corpus),
    .fields = corpus_fields,
    .field_count = FIELD_COUNT_OF(corpus_fields),
    .family = &corpus_fields[1],
    .families = format_schemas,
    .family_count = CORPUS_FORMAT_COUNT,
    .release = corpus_forget,
};

static struct corpus_images images_new(const struct corpus *corpus, size_t count)
{
    size_t height = corpus->height / corpus->shrink,
           width = corpus->width / corpus->shrink;

    return (struct corpus_images){
        .count = count,
        .height = height,
        .width = width,
        .pixels = alloc_array(count * height * width + 1, sizeof(double)),
        .labels = alloc_array(count + 1, 1),
    };
}

/* Stores image i from its pixels, which are whole numbers up to levels. */
static void image_put(const struct corpus *corpus, struct corpus_images *images,
                      size_t i, const uint32_t *pixels, double levels, uint8_t label)
{
    size_t n = corpus->shrink;
    double *out = images->pixels + i * images->height * images->width;

    for (size_t y = 0; y < images->height; y++)
        for (size_t x = 0; x < images->width; x++) {
            double sum = 0;

            for (size_t dy = 0; dy < n; dy++)
                for (size_t dx = 0; dx < n; dx++)
                    sum += pixels[(y * n + dy) * corpus->width + x * n + dx];
            out[y * images->width + x] = sum / (double)(n * n) / levels;
        }
    images->labels[i] = label;
}

/* ---- csv */

static enum status line_read(const struct corpus *corpus, const char **at,
                             uint32_t *pixels, uint8_t *label, size_t line,
                             struct error *err)
{
    size_t count = corpus->height * corpus->width;

    for (size_t i = 0; i <= count; i++) {
        unsigned long most = i < count ? corpus->levels : corpus->classes - 1, value;
        char *end;

        value = strtoul(*at, &end, 10);
        if (end == *at || value > most || *end != (i < count ? ',' : '\n'))
            return error_set(err, STATUS_INPUT,
                             "%s: line %zu, value %zu: must be a whole number, 0..%lu, "
                             "of %zu in the line",
                             corpus->files[0], line, i + 1, most, count + 1);
        if (i < count)
            pixels[i] = (uint32_t)value;
        else
            *label = (uint8_t)value;
        *at = end + 1;
    }
    return STATUS_OK;
}

static enum status csv_decode(struct corpus *corpus, const char *text, size_t size,
                              struct error *err)
{
    const char *at = text, *end = text + size;
    size_t lines = 0, test = 0;
    uint32_t *pixels = alloc_array(corpus->height * corpus->width, sizeof *pixels);
    enum status status = STATUS_OK;

    for (const char *c = text; c < end; c++)
        lines += *c == '\n';
    if (size > 0 && end[-1] != '\n')
        status = error_set(err, STATUS_INPUT, "%s: ends within line %zu",
                           corpus->files[0], lines + 1);
    corpus->training = images_new(corpus, lines);
    corpus->test = images_new(corpus, lines);
    corpus->training.count = 0;
    for (size_t i = 0; i < lines && status == STATUS_OK; i++) {
        bool is_test = (i + 1) % corpus->test_every == 0;
        uint8_t label = 0;

        status = line_read(corpus, &at, pixels, &label, i + 1, err);
        if (status == STATUS_OK && is_test)
            image_put(corpus, &corpus->test, test++, pixels, (double)corpus->levels,
                      label);
        else if (status == STATUS_OK)
            image_put(corpus, &corpus->training, corpus->training.count++, pixels,
                      (double)corpus->levels, label);
    }
    corpus->test.count = test;
    free(pixels);
    return status;
}

/* ---- idx: a big-endian 32-bit magic number, the count, and for images height and width;
 * then bytes */

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
           (uint32_t)bytes[2] << 8 | bytes[3];
}

static enum status idx_decode(const struct corpus *corpus, size_t first,
                              const uint8_t *const *bytes, const size_t *sizes,
                              struct corpus_images *images, struct error *err)
{
    enum { IMAGES_HEAD = 16, LABELS_HEAD = 8 };
    const uint8_t *pictures = bytes[first], *labels = bytes[first + 1];
    size_t each = corpus->height * corpus->width, count;
    uint32_t *pixels;

    if (sizes[first] < IMAGES_HEAD || big_endian(pictures) != 0x803 ||
        big_endian(pictures + 8) != corpus->height ||
        big_endian(pictures + 12) != corpus->width ||
        sizes[first] != IMAGES_HEAD + (size_t)big_endian(pictures + 4) * each)
        return error_set(
            err, STATUS_INPUT, "%s: must be an IDX file of images of %zu x %zu bytes",
            corpus->files[first], (size_t)corpus->height, (size_t)corpus->width);
    count = big_endian(pictures + 4);
    if (sizes[first + 1] != LABELS_HEAD + count || big_endian(labels) != 0x801 ||
        big_endian(labels + 4) != count)
        return error_set(err, STATUS_INPUT, "%s: must be an IDX file of %zu labels",
                         corpus->files[first + 1], count);
    for (size_t i = 0; i < count; i++)
        if (labels[LABELS_HEAD + i] >= corpus->classes)
            return error_set(err, STATUS_INPUT,
                             "%s: label %zu is %u, must be below %zu",
                             corpus->files[first + 1], i + 1, labels[LABELS_HEAD + i],
                             (size_t)corpus->classes);
    *images = images_new(corpus, count);
    pixels = alloc_array(each, sizeof *pixels);
    for (size_t i = 0; i < count; i++) {
        for (size_t p = 0; p < each; p++)
            pixels[p] = pictures[IMAGES_HEAD + i * each + p];
        image_put(corpus, images, i, pixels, 255, labels[LABELS_HEAD + i]);
    }
    free(pixels);
    return STATUS_OK;
}

enum status corpus_decode(struct corpus *corpus, const uint8_t *const *bytes,
                          const size_t *sizes, struct error *err)
{
    enum status status;

    corpus_release(corpus);
    if (corpus_has_texts(corpus)) {
        status = texts_decode(corpus, bytes, sizes, err);
    } else if (corpus->format == CORPUS_CSV) {
        status = csv_decode(corpus, (const char *)bytes[0], sizes[0], err);
    } else {
        status = idx_decode(corpus, 0, bytes, sizes, &corpus->training, err);
        if (status == STATUS_OK)
            status = idx_decode(corpus, 2, bytes, sizes, &corpus->test, err);
    }
    if (status == STATUS_OK && !corpus_has_texts(corpus) &&
        (!corpus->training.count || !corpus->test.count))
        status = error_set(err, STATUS_INPUT,
                           "%s: has %zu images to learn from and %zu to test with, "
                           "must have some of each",
                           corpus->files[0], corpus->training.count,
                           corpus->test.count);
    if (status != STATUS_OK)
        corpus_release(corpus);
    return status;
}
