/* Corpora: images with labels that packages of the system ship.  A record says where the files
 * lie and what their checksums are; none of their content is in this repository.  config/corpora
 * reads them before anything is computed; the models see decoded images. */
#ifndef NVSWEEP_LEARNING_CORPUS_H
#define NVSWEEP_LEARNING_CORPUS_H

#include "base/schema.h"

enum corpus_format {
    CORPUS_CSV, /* one file: a line an image, whole numbers 0 .. levels, the label last */
    CORPUS_IDX, /* images and labels to learn from, images and labels to test with */
};

/* Images of height x width, row by row, as shares of white; owned by whoever decoded them. */
struct corpus_images {
    size_t count, height, width;
    double *pixels;  /* count x height x width */
    uint8_t *labels; /* below the corpus's classes */
};

struct corpus {
    struct record record;
    const char *summary, *package, *licence;
    int format; /* enum corpus_format */
    const char *const *files,
        *const *sha256; /* absolute paths; of the files as they are */
    size_t files_count, sha256_count;
    uint64_t height, width, classes;
    uint64_t levels;     /* csv: value of white */
    uint64_t test_every; /* csv: every such line is kept for the test */
    uint64_t shrink;     /* mean of so many pixels, squared */

    struct corpus_images training, test; /* count 0: not read */
};

extern const struct schema corpus_schema;
extern const struct word corpus_format_words[];

/* Decode the files' bytes (uncompressed) into corpus->training and ->test.  STATUS_INPUT if
 * they are not what the record says: err names the file. */
enum status corpus_decode(struct corpus *corpus, const uint8_t *const *bytes,
                          const size_t *sizes, struct error *err);
void corpus_release(struct corpus *corpus);

#endif
