#include "machine/gpu/block_reuse.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    EPOCHS = 8,
    BIN_SHIFT = 45, /* mantissa bits of a double below the seven that select the bin */
    BINS_PER_OCTAVE = 1 << (52 - BIN_SHIFT),
    OCTAVE_FIRST = -24, /* intervals of 2^-24 to 2^40 block durations */
    OCTAVES = 64,
    BINS = OCTAVES * BINS_PER_OCTAVE,
    LOADS = 32, /* quantiles of a set's load */
};

struct epoch {
    double total;        /* bytes read, first uses included */
    double first;        /* of these, first uses */
    double bytes[BINS];  /* with finite intervals */
    double moment[BINS]; /* bytes times interval */
};

struct block_reuse {
    double begin, length; /* of an epoch */
    double written;
    unsigned lowest;     /* bin of the shortest interval */
    double loads[LOADS]; /* of a set, in units of the mean */
    unsigned load_count;
    struct epoch epochs[EPOCHS + 1]; /* the last: the whole kernel */
};

static uint64_t bits_of(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

#define FIRST_BITS ((uint64_t)(1023 + OCTAVE_FIRST) << (52 - BIN_SHIFT))

/* The exponent and the leading mantissa bits of a double, read as an integer, are its bin:
 * octaves, each divided into equal steps. */
static unsigned bin_of(double gap)
{
    uint64_t key = bits_of(gap) >> BIN_SHIFT;

    if (key < FIRST_BITS)
        return 0;
    key -= FIRST_BITS;
    return key < BINS ? (unsigned)key : BINS - 1;
}

static double bin_begin(unsigned bin)
{
    return bin == 0 ? 0 : double_of((FIRST_BITS + bin) << BIN_SHIFT);
}

/* Quantiles of a Gamma variable of shape `ways` and mean 1: its distribution is the chance
 * that a Poisson variable reaches `ways`. */
static double load_reached(double x, uint64_t ways)
{
    double term = 1, sum = 0, mean = x * (double)ways;

    /* 1 - sum over k < ways of mean^k / k!, all times exp(-mean); in units of exp(-mean) the
     * sum of all terms is its series */
    for (uint64_t k = 0; k < ways; k++) {
        sum += term;
        term *= mean / (double)(k + 1);
    }
    double rest = 0;

    for (uint64_t k = ways; term > sum * 1e-17 || k < ways + 4; k++) {
        rest += term;
        term *= mean / (double)(k + 1);
    }
    return rest / (sum + rest);
}

static void loads_fill(struct block_reuse *reuse, uint64_t ways)
{
    reuse->load_count = ways ? LOADS : 1;
    reuse->loads[0] = 1;
    for (unsigned i = 0; i < LOADS && ways; i++) {
        double want = (i + 0.5) / LOADS, low = 0, high = 8;

        for (int step = 0; step < 50; step++) {
            double middle = (low + high) / 2;

            if (load_reached(middle, ways) < want)
                low = middle;
            else
                high = middle;
        }
        reuse->loads[i] = (low + high) / 2;
    }
}

struct block_reuse *block_reuse_create(double begin, double end, uint64_t ways)
{
    struct block_reuse *reuse = alloc_array(1, sizeof *reuse);

    memset(reuse, 0, sizeof *reuse);
    reuse->begin = begin;
    reuse->length = (end - begin) / EPOCHS;
    reuse->lowest = BINS - 1;
    loads_fill(reuse, ways);
    return reuse;
}

void block_reuse_free(struct block_reuse *reuse)
{
    free(reuse);
}

static void epoch_read(struct epoch *epoch, double gap, double bytes)
{
    epoch->total += bytes;
    if (gap < INFINITY) {
        unsigned bin = bin_of(gap);

        epoch->bytes[bin] += bytes;
        epoch->moment[bin] += bytes * gap;
    } else {
        epoch->first += bytes;
    }
}

void block_reuse_read(struct block_reuse *reuse, double time, double duration,
                      double gap, double bytes)
{
    double begin = (time - reuse->begin) / reuse->length;
    double end = begin + duration / reuse->length;
    unsigned first = begin <= 0 ? 0 : begin < EPOCHS ? (unsigned)begin : EPOCHS - 1;

    epoch_read(&reuse->epochs[EPOCHS], gap, bytes);
    for (unsigned e = first; e < EPOCHS; e++) {
        double from = e == first ? begin : e, to = e + 1 < EPOCHS ? e + 1 : end;

        if (end <= to || end <= begin) {
            epoch_read(&reuse->epochs[e], gap,
                       end > begin ? bytes * (end - from) / (end - begin) : bytes);
            break;
        }
        epoch_read(&reuse->epochs[e], gap, bytes * (to - from) / (end - begin));
    }
    if (gap < INFINITY && bin_of(gap) < reuse->lowest)
        reuse->lowest = bin_of(gap);
}

void block_reuse_write(struct block_reuse *reuse, double bytes)
{
    reuse->written += bytes;
}

/* A position among the bins, which advances as the capacities rise. */
struct cursor {
    unsigned bin;
    double bytes, moment; /* sums over all bins below */
};

/* The working set of an epoch over a window as long as the cursor's interval: F(x) of
 * block_reuse.h. */
static double touched(const struct epoch *epoch, double length, double writes_per_time,
                      const struct cursor *cursor)
{
    double x = bin_begin(cursor->bin);

    return (cursor->moment + (epoch->total - cursor->bytes) * x) / length +
           writes_per_time * x;
}

/* The window over which an epoch's working set is `capacity` bytes, and the bytes with longer
 * intervals, which miss. */
static double window(const struct epoch *epoch, double length, double writes_per_time,
                     double capacity, struct cursor *cursor, double *above)
{
    double low = touched(epoch, length, writes_per_time, cursor), high = low;

    while (cursor->bin + 1 < BINS) {
        struct cursor next = {
            .bin = cursor->bin + 1,
            .bytes = cursor->bytes + epoch->bytes[cursor->bin],
            .moment = cursor->moment + epoch->moment[cursor->bin],
        };

        high = touched(epoch, length, writes_per_time, &next);
        if (high >= capacity)
            break;
        *cursor = next;
        low = high;
    }
    if (!(high > low) || high < capacity) {
        *above = epoch->first;
        return bin_begin(cursor->bin);
    }
    double share = fmin(fmax((capacity - low) / (high - low), 0), 1);

    *above = epoch->total - cursor->bytes - share * epoch->bytes[cursor->bin];
    return bin_begin(cursor->bin) +
           share * (bin_begin(cursor->bin + 1) - bin_begin(cursor->bin));
}

/* Adds the misses of an epoch at one load of the sets.  For the entry of the whole kernel, adds
 * instead the bytes written in the last window, which are dirty at the end. */
static void add_epoch(const struct block_reuse *reuse, unsigned e, double load,
                      const double *capacities, uint64_t count,
                      struct block_misses *misses)
{
    const struct epoch *epoch = &reuse->epochs[e];
    double span = reuse->length * EPOCHS, writes_per_time = reuse->written / span;
    double length = e == EPOCHS ? span : reuse->length;
    double weight = 1.0 / reuse->load_count;
    struct cursor cursor = { .bin = reuse->lowest };

    for (uint64_t i = 0; i < count; i++) {
        double above, x = window(epoch, length, writes_per_time, capacities[i] * load,
                                 &cursor, &above);

        if (e == EPOCHS)
            misses[i].dirty_bytes += weight * writes_per_time * fmin(x, span);
        else
            misses[i].refetched_bytes += weight * (above - epoch->first);
    }
}

void block_reuse_misses(const struct block_reuse *reuse, const double *capacities,
                        uint64_t count, struct block_misses *misses)
{
    for (uint64_t i = 0; i < count; i++)
        misses[i] =
            (struct block_misses){ .compulsory_bytes = reuse->epochs[EPOCHS].first };
    for (unsigned e = 0; e <= EPOCHS; e++)
        for (unsigned l = 0; l < reuse->load_count; l++)
            add_epoch(reuse, e, reuse->loads[l], capacities, count, misses);
    for (uint64_t i = 0; i < count; i++)
        misses[i].refetched_bytes = fmax(misses[i].refetched_bytes, 0); /* rounding */
}
