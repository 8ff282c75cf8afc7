/* The parts of subarrays and mats, sized apart and kept by what they depend on, because
 * many subarrays of a search share them. */
#ifndef NVSWEEP_ARRAY_PARTS_H
#define NVSWEEP_ARRAY_PARTS_H

#include "array/decoder.h"
#include "array/memo.h"
#include "array/periphery.h"

/* What all subarrays of one array share. */
struct fabric {
    const struct process *process;
    const struct array_rules *rules;
    struct bitcell cell;
    struct wire local;
    struct wiring tree; /* between mats, and to the port */
    double write_share; /* of the selected cells' write energy that an access pays */
    double tag_ways;    /* tag array: associativity; 0: data array */
};

struct subarray_shape {
    uint64_t rows, cols;
    uint64_t mux0, mux1, mux2; /* way selection included */
    enum buffer_style buffers;
};

/* Sized parts by what they depend on. */
struct parts {
    struct memo row_decoders, write_decoders, column_decoders, prechargers, sense_amps,
        predecoders, comparators;
    struct memo floors; /* bounds of subarrays, made by the factored search */
    struct scratch {    /* its lists, kept from one number of banks to the next */
        void *at;
        size_t room; /* elements */
    } leaves, classes, items;
    struct pass_gate pass; /* the last one made */
};

/* A key of counts for the stores. */
uint64_t parts_key(uint64_t a, uint64_t b, uint64_t c, unsigned style);

void parts_init(struct parts *parts);
void parts_free(struct parts *parts);

/* Parts from the store, sized when they are new; NULL if they cannot be built. */
const struct row_driver *parts_row_decoder(struct parts *parts,
                                           const struct fabric *fabric,
                                           const struct subarray_shape *shape,
                                           struct load wordline, double min_a);
/* The reader's devices once more, in front of the wordlines that only write: drivers as
 * wide, and the slower for their load (a choice: a pulse follows, so that writes need not
 * be as quick). */
const struct row_driver *parts_write_decoder(struct parts *parts,
                                             const struct fabric *fabric,
                                             const struct subarray_shape *shape,
                                             const struct row_driver *reader,
                                             struct load read, struct load write);
const struct row_driver *parts_column_decoder(struct parts *parts,
                                              const struct fabric *fabric,
                                              const struct subarray_shape *shape,
                                              uint64_t mux, struct load select);
const struct precharger *parts_precharger(struct parts *parts,
                                          const struct fabric *fabric, uint64_t cols);
const struct sense_amp *parts_sense_amp(struct parts *parts,
                                        const struct fabric *fabric, double pitch_m);
const struct comparator *parts_comparator(struct parts *parts,
                                          const struct process *process, uint64_t bits);

/* A predecoder block from the store, NULL if it cannot be built. */
const struct predecoder *parts_predecoder(struct parts *parts,
                                          const struct process *process, unsigned bits,
                                          double load_f);

#endif
