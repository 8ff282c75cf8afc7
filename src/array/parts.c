#include "array/parts.h"

#include <stdlib.h>
#include <string.h>

void parts_init(struct parts *parts)
{
    memo_init(&parts->row_decoders, sizeof(struct row_driver));
    memo_init(&parts->write_decoders, sizeof(struct row_driver));
    memo_init(&parts->column_decoders, sizeof(struct row_driver));
    memo_init(&parts->prechargers, sizeof(struct precharger));
    memo_init(&parts->sense_amps, sizeof(struct sense_amp));
    memo_init(&parts->predecoders, sizeof(struct predecoder));
    memo_init(&parts->comparators, sizeof(struct comparator));
    parts->floors = (struct memo){ 0 };
    parts->pass.width_m = 0;
    parts->leaves = parts->classes = parts->items = (struct scratch){ NULL, 0 };
}

void parts_free(struct parts *parts)
{
    memo_free(&parts->row_decoders);
    memo_free(&parts->write_decoders);
    memo_free(&parts->column_decoders);
    memo_free(&parts->prechargers);
    memo_free(&parts->sense_amps);
    memo_free(&parts->predecoders);
    memo_free(&parts->comparators);
    memo_free(&parts->floors);
    free(parts->leaves.at);
    free(parts->classes.at);
    free(parts->items.at);
}

/* The 64-bit hash identifies the counts.  Among the thousands of parts of a search the
 * probability of a collision is below 1e-11. */
uint64_t parts_key(uint64_t a, uint64_t b, uint64_t c, unsigned style)
{
    uint64_t key = a * UINT64_C(0xD6E8FEB86659FD93);

    key = (key ^ (key >> 29) ^ b) * UINT64_C(0xBF58476D1CE4E5B9);
    key = (key ^ (key >> 31) ^ c) * UINT64_C(0x94D049BB133111EB);
    return key ^ (key >> 32) ^ style;
}

/* Returns a decoder from its store and sizes it first if it is new. */
static const struct row_driver *sized_decoder(struct memo *memo, uint64_t key,
                                              const struct process *process,
                                              double count, struct load load,
                                              enum buffer_style style, double min_a)
{
    bool fresh;
    struct row_driver *decoder = memo_get(memo, key, &fresh);

    if (fresh && !row_driver_make(decoder, process, count,
                                  row_driver_inputs(count, false), load, style, min_a))
        decoder->energy_j = -1;
    return decoder->energy_j < 0 ? NULL : decoder;
}

static uint64_t wordline_key(const struct fabric *fabric,
                             const struct subarray_shape *shape)
{
    uint64_t product = shape->mux0 * shape->mux1 * shape->mux2;

    return parts_key(shape->rows, shape->cols, fabric->cell.crossbar ? product : 0,
                     (unsigned)shape->buffers);
}

const struct row_driver *parts_row_decoder(struct parts *parts,
                                           const struct fabric *fabric,
                                           const struct subarray_shape *shape,
                                           struct load wordline, double min_a)
{
    return sized_decoder(&parts->row_decoders, wordline_key(fabric, shape),
                         fabric->process, (double)shape->rows, wordline, shape->buffers,
                         min_a);
}

const struct row_driver *parts_write_decoder(struct parts *parts,
                                             const struct fabric *fabric,
                                             const struct subarray_shape *shape,
                                             const struct row_driver *reader,
                                             struct load read, struct load write)
{
    bool fresh;
    struct row_driver *writer = memo_get(&parts->write_decoders,
                                         wordline_key(fabric, shape), &fresh);

    if (fresh) {
        *writer = *reader;
        row_driver_reload(writer, fabric->process, read, write);
    }
    return writer;
}

const struct row_driver *parts_column_decoder(struct parts *parts,
                                              const struct fabric *fabric,
                                              const struct subarray_shape *shape,
                                              uint64_t mux, struct load select)
{
    uint64_t key = parts_key(mux, shape->cols, fabric->cell.resistive ? shape->rows : 0,
                             (unsigned)shape->buffers);

    return sized_decoder(&parts->column_decoders, key, fabric->process, (double)mux,
                         select, shape->buffers, 0);
}

static uint64_t bits_of(double value)
{
    uint64_t word;

    memcpy(&word, &value, sizeof word);
    return word;
}

const struct predecoder *parts_predecoder(struct parts *parts,
                                          const struct process *process, unsigned bits,
                                          double load_f)
{
    bool fresh;
    struct predecoder *block = memo_get(&parts->predecoders,
                                        parts_key(bits_of(load_f), bits, 0, 0), &fresh);

    if (fresh && !predecoder_make(block, process, bits, load_f))
        block->energy_j = -1;
    return block->energy_j < 0 ? NULL : block;
}

const struct comparator *parts_comparator(struct parts *parts,
                                          const struct process *process, uint64_t bits)
{
    bool fresh;
    struct comparator *comparator = memo_get(&parts->comparators, bits, &fresh);

    if (fresh)
        *comparator = comparator_make(process, (double)bits, RAMP_STEP, NULL);
    return comparator;
}

const struct precharger *parts_precharger(struct parts *parts,
                                          const struct fabric *fabric, uint64_t cols)
{
    bool fresh;
    struct precharger *precharger = memo_get(&parts->prechargers, cols, &fresh);

    if (fresh)
        precharger_make(precharger, fabric->process, &fabric->cell, &fabric->local,
                        (double)cols);
    return precharger;
}

const struct sense_amp *parts_sense_amp(struct parts *parts,
                                        const struct fabric *fabric, double pitch_m)
{
    bool fresh;
    struct sense_amp *amp = memo_get(&parts->sense_amps, bits_of(pitch_m), &fresh);

    if (fresh && !sense_amp_make(amp, fabric->process, &fabric->cell, pitch_m,
                                 fabric->cell.sense_v))
        amp->energy_j = -1;
    return amp->energy_j < 0 ? NULL : amp;
}
