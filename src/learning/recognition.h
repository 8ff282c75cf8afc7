/* Experiments of the family hypervectors: the language of texts is recognised by n-grams of
 * symbols, with the operations that hdc/hdc.h counts (A. Joshi, J. Halseth, P. Kanerva,
 * "Language geometry using random indexing", 2016; A. Rahimi et al., ISLPED 2016).
 *
 * Every symbol has a random hypervector.  The hypervector of an n-gram is the exclusive or of
 * those of its symbols, where the symbol k places before the last is rotated by k.  A bit of
 * a text's vector is 1 if more than half of its n-grams have it.  The training text of a
 * language gives the vector of its class; pieces of other pages are the test.  A piece is
 * assigned to the class from which it differs in the fewest bits, or the first of several
 * such classes.
 *
 * Dimension and n-gram are those of the sweep's hdc_task, so that cost and accuracy use the
 * same numbers. */
#ifndef NVSWEEP_LEARNING_RECOGNITION_H
#define NVSWEEP_LEARNING_RECOGNITION_H

#include "learning/experiment.h"

struct recognition {
    struct experiment experiment;
    uint64_t languages;           /* the first languages of the corpus; 0: all */
    uint64_t training_characters; /* largest number per language */
    uint64_t text_characters;     /* length of a test text */
    uint64_t test_texts;          /* largest number per language */
    uint64_t counter_bits;        /* 0: as many as needed */
    double class_faults;          /* share of bits of the class memory that are wrong */
    double read_faults;           /* share of wrong bits in n-grams because of wrong
                                   * reads */
};

extern const struct schema recognition_schema;

#endif
