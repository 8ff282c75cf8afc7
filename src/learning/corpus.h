/* Corpora: images with labels, or texts in several languages, that packages of the system ship.  A
 * record says where the files lie and what their checksums are; none of their content is in this
 * repository.  config/corpora reads them before anything is computed; the models see decoded
 * images, or symbols. */
#ifndef NVSWEEP_LEARNING_CORPUS_H
#define NVSWEEP_LEARNING_CORPUS_H

#include "base/schema.h"

enum corpus_format {
    CORPUS_CSV, /* one file: a line an image, whole numbers 0 .. levels, the label last */
    CORPUS_IDX, /* images and labels to learn from, images and labels to test with */
    CORPUS_MALLARD, /* a folder of pages of GNOME's help for each language */
    CORPUS_FORMAT_COUNT
};

/* Images of height x width, row by row, as shares of white; owned by whoever decoded them. */
struct corpus_images {
    size_t count, height, width;
    double *pixels;  /* count x height x width */
    uint8_t *labels; /* below the corpus's classes */
};

/* What is written in a language: symbols 0 (a space) to 26 (z), pages one after the other. */
struct corpus_text {
    size_t training_size, test_size;
    uint8_t *training, *test;
};

enum { TEXT_SYMBOLS = 27, CORPUS_FILES_MAX = 64 };

struct corpus {
    struct record record;
    const char *summary, *package, *licence;
    int format; /* enum corpus_format */
    const char *const *files,
        *const *sha256; /* absolute paths; of the files as they are */
    size_t files_count, sha256_count;
    const char *const
        *languages; /* mallard: of each folder; the first is the original */
    size_t languages_count;
    uint64_t height, width, classes;
    uint64_t levels; /* csv: value of white */
    uint64_t
        test_every;  /* csv, mallard: every such line, or page, is kept for the test */
    uint64_t shrink; /* mean of so many pixels, squared */
    uint64_t training_count, test_count; /* what plans assume where data are missing:
                                            images, or characters of a language; 0: unknown */

    struct corpus_images training, test; /* count 0: not read */
    struct corpus_text *texts;           /* of each language; NULL: not read */
    bool is_assumed;                     /* these are sizes alone (corpus_assume) */
};

extern const struct schema corpus_schema;
extern const struct word corpus_format_words[];

/* Decode the files' bytes (uncompressed) into corpus->training and ->test.  STATUS_INPUT if
 * they are not what the record says: err names the file. */
enum status corpus_decode(struct corpus *corpus, const uint8_t *const *bytes,
                          const size_t *sizes, struct error *err);
void corpus_release(struct corpus *corpus);

/* Sizes as the record says, for plans without the data. */
void corpus_assume(struct corpus *corpus);

bool corpus_has_texts(const struct corpus *corpus);
bool corpus_is_read(const struct corpus *corpus);

/* Read, or assumed. */
bool corpus_is_sized(const struct corpus *corpus);

#endif
