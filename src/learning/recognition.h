/* Experiments of the family hypervectors: the language of texts is recognised by n-grams of
 * symbols, as hdc/hdc.h counts it (A. Joshi, J. Halseth, P. Kanerva, "Language geometry using
 * random indexing", 2016; A. Rahimi et al., ISLPED 2016).
 *
 * Symbols have random hypervectors.  An n-gram's is the exclusive or of its symbols', the one k
 * places before the last rotated by k; what more than half of the n-grams have is the vector of a
 * text.  All a language has to learn from is one text, its class; pieces of held-out pages are
 * the test.  A piece is of the class from which it differs in the fewest bits, the first of several.
 *
 * Dimension and n-gram are those of the sweep's hdc_task, so that cost and accuracy share them. */
#ifndef NVSWEEP_LEARNING_RECOGNITION_H
#define NVSWEEP_LEARNING_RECOGNITION_H

#include "learning/experiment.h"

struct recognition {
    struct experiment experiment;
    uint64_t languages;           /* the corpus's first ones; 0: all */
    uint64_t training_characters; /* of a language, at most */
    uint64_t text_characters;     /* of a piece of the test */
    uint64_t test_texts;          /* of a language, at most */
    uint64_t counter_bits;        /* 0: as wide as they must be */
    double class_faults;          /* share of bits of the class memory that are wrong */
    double read_faults;           /* share of bits of n-grams that are read wrong */
};

extern const struct schema recognition_schema;

#endif
