/* Converts the texts of a corpus to symbols.
 *
 * Pages are XML.  The text between two tags is a run.  Names and dates in <info> are left
 * out, and entities become spaces.  Each Latin, Greek or Cyrillic letter becomes one of a to
 * z: accents are dropped, Greek and Cyrillic letters are transliterated one by one, and hard
 * and soft signs are dropped.  Everything else becomes a space.  A run begins and ends with a
 * letter and contains single spaces.  A run that also occurs in the original is not
 * translated, and is left out of the translations. */
#ifndef NVSWEEP_LEARNING_TEXTS_H
#define NVSWEEP_LEARNING_TEXTS_H

#include "learning/corpus.h"

/* Decodes the bytes of each language's folder, whose pages begin with "<page ", into
 * corpus->texts.  Page i of a language belongs to the test if test_every divides i + 1.
 * Returns STATUS_INPUT if a language has nothing to learn or to test. */
enum status texts_decode(struct corpus *corpus, const uint8_t *const *bytes,
                         const size_t *sizes, struct error *err);

#endif
