/* Shared parts of the scalesim_*.c files: a layer's operands and folds in SCALE-Sim's order. */
#ifndef NVSWEEP_PE_ARRAY_SCALESIM_PARTS_H
#define NVSWEEP_PE_ARRAY_SCALESIM_PARTS_H

#include "machine/pe_array/scalesim.h"

/* The addresses of the input feature map, with channels innermost.  The address of window
 * element k at output pixel m is pixels[m] + elements[k] if it is not beyond the edge. */
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

/* An array and a layer on it. */
struct scalesim_run {
    const struct scalesim_array *array;
    struct ifmap ifmap;
    struct gemm gemm;
    struct systolic_folds folds;
    uint64_t fold_cycles, fold_count;
};

/* A fold.  Row folds are the inner loop, column folds the outer one. */
struct scalesim_fold {
    uint64_t first_row, first_column; /* position in the spatial extents of all folds */
    uint64_t rows, columns;           /* that are used */
};

struct scalesim_fold scalesim_fold_at(const struct scalesim_run *run, uint64_t index);

/* Returns a convolution as a matrix product, with the number of outputs rounded up. */
struct gemm scalesim_gemm(const struct scalesim_layer *layer);

/* Count DRAM reads with estimated bandwidth (scalesim_dram.c). */
void scalesim_ifmap_dram(const struct scalesim_run *run,
                         struct scalesim_traffic *traffic);
void scalesim_filter_dram(const struct scalesim_run *run,
                          struct scalesim_traffic *traffic);

/* Returns the words of output that leave the array in a cycle of a fold (scalesim_writes.c). */
uint64_t scalesim_fold_writes(const struct scalesim_run *run,
                              const struct scalesim_fold *fold, uint64_t cycle);

/* The output buffer.  Words are collected in lines of the DRAM's words per cycle.  When more
 * than half of the buffer is used, half a buffer of lines is written to DRAM, one line per
 * cycle. */
struct write_buffer {
    uint64_t capacity, half, bandwidth;
    int64_t space;
    uint64_t open_words; /* words of the line that is not full yet */
    uint32_t *lines;     /* number of words of closed lines, in a ring of `slots` */
    uint64_t slots, head, count;
    int64_t busy_until;
    bool is_used;
    struct scalesim_traffic dram;
};

void write_buffer_create(struct write_buffer *buffer, uint64_t kib, uint64_t bandwidth);

/* Puts words into the buffer that arrive in a cycle.  Returns the cycle in which the buffer
 * takes them, which is later if it has no space. */
int64_t write_buffer_take(struct write_buffer *buffer, uint64_t words, int64_t cycle);

/* Writes the rest to DRAM, from `cycle` on, and frees the buffer. */
void write_buffer_finish(struct write_buffer *buffer, int64_t cycle);

/* Simulates the mode with given bandwidth cycle by cycle (scalesim_user.c).  Computes stalls,
 * total cycles, and all start and stop cycles. */
enum status scalesim_user(const struct scalesim_run *run,
                          struct scalesim_counts *counts, struct error *err);

#endif
