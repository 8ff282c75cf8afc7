/* Corpora: images with labels, or texts in several languages, that Debian packages contain.
 * A record gives the paths and the checksums of the files; this repository has none of their
 * content.  config/corpora reads the files before anything is computed; the models get
 * decoded images or symbols. */
#ifndef NVSWEEP_LEARNING_CORPUS_H
#define NVSWEEP_LEARNING_CORPUS_H

#include "base/schema.h"

enum corpus_format {
    CORPUS_CSV, /* one file with one image per line: whole numbers 0 .. levels, then
                 * the label */
    CORPUS_IDX, /* images and labels to learn from, images and labels to test with */
    CORPUS_MALLARD, /* a folder of pages of GNOME's help for each language */
    CORPUS_FORMAT_COUNT
};

/* Images of height x width pixels, row by row, as shares of white.  They belong to the
 * function that decoded them. */
struct corpus_images {
    size_t count, height, width;
    double *pixels;  /* count x height x width */
    uint8_t *labels; /* below the corpus's classes */
};

/* The text in one language: symbols 0 (a space) to 26 (z), page after page. */
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
        *const *sha256; /* absolute paths; checksums of the files as stored */
    size_t files_count, sha256_count;
    const char *const
        *languages; /* mallard: language of each folder; the first is the original */
    size_t languages_count;
    uint64_t height, width, classes;
    uint64_t levels;     /* csv: value of white */
    uint64_t test_every; /* csv, mallard: every such line or page belongs to the test */
    uint64_t shrink;     /* a pixel is the mean of shrink x shrink pixels */
    uint64_t training_count, test_count; /* sizes that plans use if the data are
                                          * missing: images, or characters per
                                          * language; 0: unknown */

    struct corpus_images training, test; /* count 0: not read */
    struct corpus_text *texts;           /* one per language; NULL: not read */
    bool is_assumed;                     /* only sizes are known (corpus_assume) */
};

extern const struct schema corpus_schema;
extern const struct word corpus_format_words[];

/* Decodes the files' bytes (uncompressed) into corpus->training and ->test.  Returns
 * STATUS_INPUT, naming the file, if they are not what the record says. */
enum status corpus_decode(struct corpus *corpus, const uint8_t *const *bytes,
                          const size_t *sizes, struct error *err);
void corpus_release(struct corpus *corpus);

/* Sets the sizes that the record states, for plans without the data. */
void corpus_assume(struct corpus *corpus);

bool corpus_has_texts(const struct corpus *corpus);
bool corpus_is_read(const struct corpus *corpus);

/* Is the corpus read, or are its sizes assumed? */
bool corpus_is_sized(const struct corpus *corpus);

#endif
