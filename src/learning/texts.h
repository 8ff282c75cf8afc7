/* Texts of a corpus as symbols.
 *
 * Pages are XML.  What stands between two tags is a run; names and dates in <info> are left out,
 * entities are spaces.  Letters of Latin, Greek and Cyrillic become one of a to z each (accents
 * are dropped, Greek and Cyrillic are transliterated letter by letter, hard and soft signs are
 * dropped), all else is space; a run begins and ends with a letter and has single spaces.
 * A run that the original has too is not translated and left out of the translations. */
#ifndef NVSWEEP_LEARNING_TEXTS_H
#define NVSWEEP_LEARNING_TEXTS_H

#include "learning/corpus.h"

/* Decode the bytes of each language's folder, whose pages begin with "<page ", into
 * corpus->texts.  Page i of a language is of the test if test_every divides i + 1.  STATUS_INPUT if a
 * language has nothing to learn or to test. */
enum status texts_decode(struct corpus *corpus, const uint8_t *const *bytes,
                         const size_t *sizes, struct error *err);

#endif
