/* The parts of subarrays and mats.  Many subarrays of a search share the same parts, so each
 * is sized once and stored under the quantities that it depends on. */
#ifndef NVSWEEP_ARRAY_PARTS_H
#define NVSWEEP_ARRAY_PARTS_H

#include "array/decoder.h"
#include "array/memo.h"
#include "array/periphery.h"

/* The quantities that are the same for all subarrays of one array. */
struct fabric {
    const struct process *process;
    const struct array_rules *rules;
    struct bitcell cell;
    struct wire local;
    struct wiring tree; /* between mats, and to the port */
    double
        write_share; /* share of the selected cells' write energy that an access costs */
    double tag_ways; /* tag array: associativity; 0: data array */
};

struct subarray_shape {
    uint64_t rows, cols;
    uint64_t mux0, mux1, mux2; /* way selection included */
    enum buffer_style buffers;
};

/* The stores of sized parts. */
struct parts {
    struct memo row_decoders, write_decoders, column_decoders, prechargers, sense_amps,
        predecoders, comparators;
    struct memo floors; /* bounds of subarrays, made by the factored search */
    struct scratch {    /* lists of the search, reused for the next number of banks */
        void *at;
        size_t room; /* elements */
    } leaves, classes, items;
    struct pass_gate pass; /* the last one made */
};

/* Returns a hash of the counts, the key for the stores. */
uint64_t parts_key(uint64_t a, uint64_t b, uint64_t c, unsigned style);

void parts_init(struct parts *parts);
void parts_free(struct parts *parts);

/* These functions return a part from its store and size it first if it is new.  NULL if the
 * part cannot be built. */
const struct row_driver *parts_row_decoder(struct parts *parts,
                                           const struct fabric *fabric,
                                           const struct subarray_shape *shape,
                                           struct load wordline, double min_a);
/* The drivers of separate write wordlines.  They have the same devices as the read drivers,
 * and so are slower by the load of the write devices.  That is a modelling choice: the pulse
 * that follows is long, so that a write decoder need not be fast. */
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

/* The same for a predecoder block. */
const struct predecoder *parts_predecoder(struct parts *parts,
                                          const struct process *process, unsigned bits,
                                          double load_f);

#endif
