/* Winograd's minimal filtering of 3 x 3 convolutions, F(m x m, 3 x 3) for m = 2 and 4 (A.
 * Lavin, S. Gray, CVPR 2016), with integers.  Tiles of side m + 2 are transformed, multiplied
 * tap by tap, summed over channels and transformed back:
 *
 *     Y = A' [ sum of (G w G') * (B' x B) ] A
 *
 * G is multiplied by its common denominator (2 or 24), so that everything is exact in
 * integers. */
#ifndef NVSWEEP_LEARNING_WINOGRAD_H
#define NVSWEEP_LEARNING_WINOGRAD_H

#include <stddef.h>
#include <stdint.h>

enum { WINOGRAD_SIDE_MAX = 6, WINOGRAD_TAPS_MAX = 36, WINOGRAD_KERNEL = 3 };

struct winograd {
    /* sides of an output and an input tile: m, m + 2 */
    size_t outputs, side;
    int64_t denominator;                             /* of G; its square divides Y */
    int64_t b[WINOGRAD_SIDE_MAX][WINOGRAD_SIDE_MAX]; /* B', side x side */
    int64_t g[WINOGRAD_SIDE_MAX][WINOGRAD_KERNEL];   /* G times the denominator */
    int64_t a[WINOGRAD_SIDE_MAX][WINOGRAD_SIDE_MAX]; /* A', outputs x side */
};
extern const struct winograd winograd_f2, winograd_f4;

/* winograd_kernel computes the side x side taps of a 3 x 3 kernel, multiplied by
 * denominator^2; winograd_input those of a tile of side x side pixels. */
void winograd_kernel(const struct winograd *w, const int64_t *kernel, int64_t *taps);
void winograd_input(const struct winograd *w, const int64_t *tile, int64_t *taps);

/* Computes outputs x outputs sums, multiplied by denominator^2, from side x side products. */
void winograd_output(const struct winograd *w, const double *taps, double *sums);

#endif
