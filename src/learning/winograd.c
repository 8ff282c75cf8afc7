#include "learning/winograd.h"

/* clang-format off */
const struct winograd winograd_f2 = {
    .outputs = 2, .side = 4, .denominator = 2,
    .b = { { 1, 0, -1, 0 }, { 0, 1, 1, 0 }, { 0, -1, 1, 0 }, { 0, 1, 0, -1 } },
    .g = { { 2, 0, 0 }, { 1, 1, 1 }, { 1, -1, 1 }, { 0, 0, 2 } },
    .a = { { 1, 1, 1, 0 }, { 0, 1, -1, -1 } },
};

const struct winograd winograd_f4 = {
    .outputs = 4, .side = 6, .denominator = 24,
    .b = { { 4, 0, -5, 0, 1, 0 }, { 0, -4, -4, 1, 1, 0 }, { 0, 4, -4, -1, 1, 0 },
           { 0, -2, -1, 2, 1, 0 }, { 0, 2, -1, -2, 1, 0 }, { 0, 4, 0, -5, 0, 1 } },
    .g = { { 6, 0, 0 }, { -4, -4, -4 }, { -4, 4, -4 }, { 1, 2, 4 }, { 1, -2, 4 }, { 0, 0, 24 } },
    .a = { { 1, 1, 1, 1, 1, 0 }, { 0, 1, -1, 2, -2, 0 }, { 0, 1, 1, 4, 4, 0 }, { 0, 1, -1, 8, -8, 1 } },
};
/* clang-format on */

void winograd_kernel(const struct winograd *w, const int64_t *kernel, int64_t *taps)
{
    int64_t half[WINOGRAD_SIDE_MAX][WINOGRAD_KERNEL] = { { 0 } };

    for (size_t i = 0; i < w->side; i++)
        for (size_t j = 0; j < WINOGRAD_KERNEL; j++)
            for (size_t k = 0; k < WINOGRAD_KERNEL; k++)
                half[i][j] += w->g[i][k] * kernel[k * WINOGRAD_KERNEL + j];
    for (size_t i = 0; i < w->side; i++)
        for (size_t j = 0; j < w->side; j++) {
            int64_t sum = 0;

            for (size_t k = 0; k < WINOGRAD_KERNEL; k++)
                sum += half[i][k] * w->g[j][k];
            taps[i * w->side + j] = sum;
        }
}

void winograd_input(const struct winograd *w, const int64_t *tile, int64_t *taps)
{
    int64_t half[WINOGRAD_SIDE_MAX][WINOGRAD_SIDE_MAX] = { { 0 } };
    size_t n = w->side;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            for (size_t j = 0; w->b[i][k] && j < n; j++)
                half[i][j] += w->b[i][k] * tile[k * n + j];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            int64_t sum = 0;

            for (size_t k = 0; k < n; k++)
                sum += half[i][k] * w->b[j][k];
            taps[i * n + j] = sum;
        }
}

void winograd_output(const struct winograd *w, const double *taps, double *sums)
{
    double half[WINOGRAD_SIDE_MAX][WINOGRAD_SIDE_MAX] = { { 0 } };
    size_t n = w->side, m = w->outputs;

    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            for (size_t k = 0; k < n; k++)
                half[i][j] += (double)w->a[i][k] * taps[k * n + j];
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < m; j++) {
            double sum = 0;

            for (size_t k = 0; k < n; k++)
                sum += half[i][k] * (double)w->a[j][k];
            sums[i * m + j] = sum;
        }
}
