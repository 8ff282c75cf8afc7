/* Parts of scalesim.c: a layer's operands and folds as that tool lays them out. */
#ifndef NVSWEEP_PE_ARRAY_SCALESIM_PARTS_H
#define NVSWEEP_PE_ARRAY_SCALESIM_PARTS_H

#include "machine/pe_array/scalesim.h"

/* Addresses of the input feature map, channels innermost: that of pixel m, window
 * element k is pixels[m] + elements[k], if the window does not hang over the edge. */
struct ifmap {
    struct gemm gemm;
    uint64_t height, width, words;
    uint64_t *pixels, *pixel_rows, *pixel_columns;
    uint64_t *elements, *element_rows, *element_columns;
    bool hangs_over;
};

void ifmap_create(struct ifmap *ifmap, const struct scalesim_layer *layer);
void ifmap_free(struct ifmap *ifmap);

static inline bool ifmap_has(const struct ifmap *ifmap, uint64_t m, uint64_t k)
{
    return !ifmap->hangs_over ||
           (ifmap->pixel_rows[m] + ifmap->element_rows[k] < ifmap->height &&
            ifmap->pixel_columns[m] + ifmap->element_columns[k] < ifmap->width);
}

/* The array and the layer as one. */
struct scalesim_run {
    const struct scalesim_array *array;
    struct ifmap ifmap;
    struct gemm gemm;
    struct systolic_folds folds;
    uint64_t fold_cycles, fold_count;
};

/* A fold: column folds outside, row folds inside. */
struct scalesim_fold {
    uint64_t first_row, first_column; /* along the folds' spatial extents */
    uint64_t rows, columns;           /* used */
};

struct scalesim_fold scalesim_fold_at(const struct scalesim_run *run, uint64_t index);

/* Convolution as a matrix product, outputs rounded up. */
struct gemm scalesim_gemm(const struct scalesim_layer *layer);

/* DRAM reads with estimated bandwidth (scalesim_dram.c). */
void scalesim_ifmap_dram(const struct scalesim_run *run,
                         struct scalesim_traffic *traffic);
void scalesim_filter_dram(const struct scalesim_run *run,
                          struct scalesim_traffic *traffic);

/* Words of output that leave the array in a cycle of a fold (scalesim_writes.c). */
uint64_t scalesim_fold_writes(const struct scalesim_run *run,
                              const struct scalesim_fold *fold, uint64_t cycle);

/* The output buffer: words collect in lines as wide as the DRAM's bandwidth; when more
 * than half the buffer is taken, half a buffer of lines leaves, a line a cycle. */
struct write_buffer {
    uint64_t capacity, half, bandwidth;
    int64_t space;
    uint64_t open_words; /* of the line that is not full */
    uint32_t *lines;     /* words of closed lines, a ring of `slots` */
    uint64_t slots, head, count;
    int64_t busy_until;
    bool is_used;
    struct scalesim_traffic dram;
};

void write_buffer_create(struct write_buffer *buffer, uint64_t kib, uint64_t bandwidth);

/* Words that arrive in a cycle; the cycle they are taken in, later if there is no room. */
int64_t write_buffer_take(struct write_buffer *buffer, uint64_t words, int64_t cycle);

/* Everything left leaves, from `cycle` on; frees the buffer. */
void write_buffer_finish(struct write_buffer *buffer, int64_t cycle);

/* The mode with given bandwidth, cycle by cycle (scalesim_user.c): stalls, total cycles,
 * and all start and stop cycles. */
enum status scalesim_user(const struct scalesim_run *run,
                          struct scalesim_counts *counts, struct error *err);

#endif
