/* Quantiles and sums of lifetimes by class and capacity, from the counts of lifetime.c. */
#include "workload/lifetime_sums.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Residencies of a class at one capacity by their lifetimes. */
struct spectrum {
    unsigned bins; /* that may be in use */
    double counts[LIFETIME_BINS];
    double endless, live; /* live: line-ticks */
    double unsaved;
    uint64_t longest, unsaved_longest;
};

/* The sums of the differences so far. */
struct running {
    int64_t counts[LIFETIME_BINS], endless;
    wide live, unsaved;
    uint64_t longest;
};

static void running_add(struct running *running, const struct class_sums *sums,
                        unsigned bins, unsigned i)
{
    for (unsigned bin = 0; bin < bins; bin++)
        running->counts[bin] += sums->counts[bin][i];
    running->endless += sums->endless[i];
    running->live += sums->live[i];
    running->unsaved += sums->unsaved[i];
    if (sums->longest[i] > running->longest)
        running->longest = sums->longest[i];
}

static uint64_t longest_unsaved(const struct class_sums *sums, unsigned i)
{
    uint64_t longest = 0;

    for (unsigned level = 0; level < LEVELS; level++)
        for (unsigned j = i + 1 < 1u << level ? 0 : i + 1 - (1u << level); j <= i; j++)
            if (sums->unsaved_longest[level][j] > longest)
                longest = sums->unsaved_longest[level][j];
    return longest;
}

static double middle_ticks(unsigned bin)
{
    double above = bin ? (double)lifetime_bin_ticks(bin - 1) + 1 : 0;

    return (above + (double)lifetime_bin_ticks(bin)) / 2;
}

static void spectrum_fill(const struct class_sums *sums, const struct running *running,
                          unsigned i, double weight, struct spectrum *spectrum)
{
    for (unsigned bin = 0; bin < spectrum->bins; bin++) {
        double within = sums->within ? weight * sums->within[bin][i] : 0;

        spectrum->counts[bin] = weight * (double)running->counts[bin] + within;
        spectrum->live += within * middle_ticks(bin);
    }
    spectrum->endless = weight * (double)running->endless;
    spectrum->live += weight * (double)running->live;
    spectrum->unsaved = weight * (double)running->unsaved;
    spectrum->longest = running->longest;
    spectrum->unsaved_longest = longest_unsaved(sums, i);
}

static void spectrum_add(struct spectrum *all, const struct spectrum *one)
{
    for (unsigned bin = 0; bin < one->bins; bin++)
        all->counts[bin] += one->counts[bin];
    all->endless += one->endless;
    all->live += one->live;
    all->unsaved += one->unsaved;
    if (one->longest > all->longest)
        all->longest = one->longest;
    if (one->unsaved_longest > all->unsaved_longest)
        all->unsaved_longest = one->unsaved_longest;
}

/* Weights by lifetime. */
struct lifetime_distribution {
    const double *weights;
    unsigned bins;
    double total; /* including those that never end */
    uint64_t longest;
};

/* Returns the lifetime that a share of the total does not exceed. */
static double quantile_s(const struct lifetime_distribution *of, double share)
{
    double sum = 0;

    for (unsigned bin = 0; bin < of->bins; bin++) {
        sum += of->weights[bin];
        if (of->weights[bin] > 0 && sum >= share * of->total) {
            uint64_t ticks = lifetime_bin_ticks(bin);

            return (double)(ticks < of->longest ? ticks : of->longest) /
                   LIFETIME_TICKS_PER_S;
        }
    }
    return of->total > 0 ? INFINITY : NAN;
}

/* Returns the residencies above a bound; a bin that the bound divides counts in part. */
static double share_within(const struct lifetime_distribution *of, double ticks)
{
    double sum = 0;

    for (unsigned bin = 0; bin < of->bins; bin++) {
        double from = bin ? (double)lifetime_bin_ticks(bin - 1) : -1;
        double to = (double)lifetime_bin_ticks(bin);

        sum += of->weights[bin] * fmin(fmax((ticks - from) / (to - from), 0), 1);
    }
    return of->total > 0 ? sum / of->total : NAN;
}

double lifetime_capacity_bytes(uint64_t i)
{
    return curve_capacity_bytes(LIFETIME_CAPACITY_STEP * i);
}

static unsigned bound_bin(uint64_t bound)
{
    return LIFETIME_BOUND_FIRST + LIFETIME_BOUND_STEP * (unsigned)bound;
}

double lifetime_bound_s(uint64_t i)
{
    return (double)lifetime_bin_ticks(bound_bin(i)) / LIFETIME_TICKS_PER_S;
}

/* Computes the share of the total above each bound. */
static void longer_write(const struct lifetime_distribution *of, double endless,
                         double total, double longer[LIFETIME_BOUNDS])
{
    double scale = of->total > 0 ? total / of->total : total, sum = endless;
    unsigned bin = of->bins;

    for (unsigned bound = LIFETIME_BOUNDS; bound-- > 0;) {
        for (; bin > bound_bin(bound) + 1; bin--)
            sum += of->weights[bin - 1];
        longer[bound] = scale * sum;
    }
}

static void spectrum_write(const struct spectrum *spectrum, uint64_t period,
                           unsigned tensor, unsigned i, struct lifetime_table *table)
{
    double weighted[LIFETIME_BINS];
    struct lifetime_distribution counts = { spectrum->counts, spectrum->bins,
                                            spectrum->endless, spectrum->longest };
    struct lifetime_distribution seconds = { weighted, spectrum->bins,
                                             spectrum->endless * (double)period,
                                             spectrum->longest };

    for (unsigned bin = 0; bin < spectrum->bins; bin++) {
        weighted[bin] = spectrum->counts[bin] * middle_ticks(bin);
        counts.total += spectrum->counts[bin];
        seconds.total += weighted[bin];
    }
    table->residencies[tensor][i] = counts.total;
    table->lifetime_50_s[tensor][i] = quantile_s(&counts, 0.5);
    table->lifetime_90_s[tensor][i] = quantile_s(&counts, 0.9);
    table->lifetime_99_s[tensor][i] = quantile_s(&counts, 0.99);
    table->lifetime_100_s[tensor][i] = spectrum->endless > 0 ? INFINITY
                                       : counts.total > 0 ? (double)spectrum->longest /
                                                                LIFETIME_TICKS_PER_S
                                                          : NAN;
    table->line_seconds_50_s[tensor][i] = quantile_s(&seconds, 0.5);
    table->line_seconds_90_s[tensor][i] = quantile_s(&seconds, 0.9);
    table->line_seconds_99_s[tensor][i] = quantile_s(&seconds, 0.99);
    table->short_share[tensor][i] = share_within(&counts, 1e-6 * LIFETIME_TICKS_PER_S);
    table->live_line_s[tensor][i] = spectrum->live / LIFETIME_TICKS_PER_S;
    table->unsaved_line_s[tensor][i] = spectrum->unsaved / LIFETIME_TICKS_PER_S;
    table->unsaved_100_s[tensor][i] = (double)spectrum->unsaved_longest /
                                      LIFETIME_TICKS_PER_S;
    table->endless_share[tensor][i] = counts.total > 0
                                          ? spectrum->endless / counts.total
                                          : NAN;
    if (i % LIFETIME_CAPACITY_STEP)
        return;
    longer_write(&counts, spectrum->endless, counts.total > 0 ? 1 : NAN,
                 table->longer_share[tensor][i / LIFETIME_CAPACITY_STEP]);
    if (tensor == TENSOR_ALL)
        longer_write(&seconds, spectrum->endless * (double)period,
                     table->live_line_s[tensor][i],
                     table->longer_line_s[i / LIFETIME_CAPACITY_STEP]);
}

static void rewrites_write(const struct lifetimes *lifetimes,
                           struct lifetime_table *table)
{
    double all[LIFETIME_BINS] = { 0 }, own[LIFETIME_BINS];
    uint64_t longest = 0;

    for (unsigned tensor = TENSOR_COUNT; tensor-- > 0;) {
        const struct class_sums *sums = lifetimes_sums(lifetimes)[tensor];
        struct lifetime_distribution of = { tensor == TENSOR_ALL ? all : own,
                                            LIFETIME_BINS, 0,
                                            sums ? sums->rewrite_longest : 0 };

        for (unsigned bin = 0; bin < LIFETIME_BINS; bin++) {
            own[bin] = sums ? (double)sums->rewrites[bin] : 0;
            all[bin] += own[bin];
            of.total += of.weights[bin];
        }
        if (of.longest > longest)
            longest = of.longest;
        if (tensor == TENSOR_ALL)
            of.longest = longest;
        table->rewrite_50_s[tensor] = quantile_s(&of, 0.5);
        table->rewrite_90_s[tensor] = quantile_s(&of, 0.9);
        table->rewrite_100_s[tensor] = of.total > 0
                                           ? (double)of.longest / LIFETIME_TICKS_PER_S
                                           : NAN;
    }
}

void lifetimes_finish(const struct lifetimes *lifetimes, uint64_t period, double weight,
                      struct lifetime_table *table)
{
    struct running *running = alloc_array(TENSOR_COUNT, sizeof *running);
    struct spectrum *all = alloc_array(1, sizeof *all);
    struct spectrum *one = alloc_array(1, sizeof *one);
    unsigned bins = lifetime_bin(2 * period) + 1; /* longer residencies never end */

    memset(table, 0, sizeof *table);
    for (unsigned i = 0; i < CURVE_POINTS; i++) {
        *all = (struct spectrum){ .bins = bins };
        for (unsigned tensor = 1; tensor < TENSOR_COUNT; tensor++) {
            *one = (struct spectrum){ .bins = lifetimes_sums(lifetimes)[tensor] ? bins
                                                                                : 0 };
            if (lifetimes_sums(lifetimes)[tensor]) {
                running_add(&running[tensor], lifetimes_sums(lifetimes)[tensor], bins,
                            i);
                spectrum_fill(lifetimes_sums(lifetimes)[tensor], &running[tensor], i,
                              weight, one);
            }
            spectrum_add(all, one);
            spectrum_write(one, period, tensor, i, table);
        }
        spectrum_write(all, period, TENSOR_ALL, i, table);
    }
    rewrites_write(lifetimes, table);
    table->run_s = (double)period / LIFETIME_TICKS_PER_S;
    free(running);
    free(all);
    free(one);
}
