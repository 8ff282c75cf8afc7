/* SCALE-Sim's read buffers: what is not in the buffer is read from DRAM and put there;
 * the word that fills the buffer empties it. */
#include "accel/scalesim.h"

#include "base/memory.h"

#include <stdlib.h>

/* The buffer: an address is in it if it was stamped since the buffer was last emptied. */
struct read_buffer {
    uint32_t *stamps; /* per address */
    uint32_t stamp;   /* of what is in the buffer now */
    uint64_t capacity, held, reads;
    uint64_t accesses, emptied_at; /* position in the pass of the last emptying */
    bool was_emptied;              /* in this pass */
};

static inline void buffer_access(struct read_buffer *buffer, uint64_t address)
{
    if (buffer->stamps[address] != buffer->stamp) {
        buffer->stamps[address] = buffer->stamp;
        buffer->reads++;
        if (++buffer->held == buffer->capacity) {
            buffer->held = 0;
            buffer->stamp++;
            buffer->emptied_at = buffer->accesses;
            buffer->was_emptied = true;
        }
    }
    buffer->accesses++;
}

/* Addresses of the input feature map, channels innermost: that of pixel m, window
 * element k is pixels[m] + elements[k], if the window does not hang over the edge. */
struct ifmap {
    struct gemm gemm;
    uint64_t height, width;
    uint64_t *pixels, *pixel_rows, *pixel_columns;
    uint64_t *elements, *element_rows, *element_columns;
    bool hangs_over;
};

static void ifmap_create(struct ifmap *ifmap, const struct scalesim_layer *layer)
{
    struct gemm gemm = scalesim_gemm(layer);
    uint64_t s = layer->stride, channels = layer->channels;
    uint64_t across = (layer->ifmap_width - layer->filter_width + 2 * s - 1) / s;
    uint64_t window_row = layer->filter_width * channels;

    *ifmap = (struct ifmap){ .gemm = gemm,
                             .height = layer->ifmap_height,
                             .width = layer->ifmap_width };
    ifmap->pixels = alloc_array(3 * gemm.m, sizeof(uint64_t));
    ifmap->pixel_rows = ifmap->pixels + gemm.m;
    ifmap->pixel_columns = ifmap->pixel_rows + gemm.m;
    ifmap->elements = alloc_array(3 * gemm.k, sizeof(uint64_t));
    ifmap->element_rows = ifmap->elements + gemm.k;
    ifmap->element_columns = ifmap->element_rows + gemm.k;
    for (uint64_t m = 0; m < gemm.m; m++) {
        ifmap->pixel_rows[m] = m / across * s;
        ifmap->pixel_columns[m] = m % across * s;
        ifmap->pixels[m] = (ifmap->pixel_rows[m] * layer->ifmap_width +
                            ifmap->pixel_columns[m]) *
                           channels;
    }
    for (uint64_t k = 0; k < gemm.k; k++) {
        ifmap->element_rows[k] = k / window_row;
        ifmap->element_columns[k] = k % window_row / channels;
        ifmap->elements[k] = (ifmap->element_rows[k] * layer->ifmap_width +
                              ifmap->element_columns[k]) *
                                 channels +
                             k % channels;
    }
    ifmap->hangs_over = ifmap->pixel_rows[gemm.m - 1] + layer->filter_height >
                            layer->ifmap_height ||
                        ifmap->pixel_columns[gemm.m - 1] + layer->filter_width >
                            layer->ifmap_width;
}

static void ifmap_free(struct ifmap *ifmap)
{
    free(ifmap->pixels);
    free(ifmap->elements);
}

static inline void ifmap_access(const struct ifmap *ifmap, struct read_buffer *buffer,
                                uint64_t m, uint64_t k)
{
    if (ifmap->hangs_over &&
        (ifmap->pixel_rows[m] + ifmap->element_rows[k] >= ifmap->height ||
         ifmap->pixel_columns[m] + ifmap->element_columns[k] >= ifmap->width))
        return;
    buffer_access(buffer, ifmap->pixels[m] + ifmap->elements[k]);
}

/* One sweep over the row folds.  Row r of the array gets its operands r cycles late, so
 * a cycle's addresses lie on a diagonal.  Output stationary: a pixel per row, window
 * elements stream; weight stationary: an element per row, pixels stream. */
static void pass_skewed(const struct ifmap *ifmap, struct read_buffer *buffer,
                        uint64_t rows, bool pixel_per_row)
{
    uint64_t along = pixel_per_row ? ifmap->gemm.m : ifmap->gemm.k;
    uint64_t time = pixel_per_row ? ifmap->gemm.k : ifmap->gemm.m;

    for (uint64_t first = 0; first < along; first += rows) {
        uint64_t used = along - first < rows ? along - first : rows;

        for (uint64_t t = 0; t < time + used - 1; t++) {
            uint64_t begin = t >= time ? t - time + 1 : 0;
            uint64_t end = t < used ? t + 1 : used;

            for (uint64_t r = begin; r < end; r++) {
                if (pixel_per_row)
                    ifmap_access(ifmap, buffer, first + r, t - r);
                else
                    ifmap_access(ifmap, buffer, t - r, first + r);
            }
        }
    }
}

/* Input stationary: each fold loads a tile, a window element per line, a pixel per
 * column. */
static void pass_tiles(const struct ifmap *ifmap, struct read_buffer *buffer,
                       uint64_t rows, uint64_t columns)
{
    uint64_t m_end = ifmap->gemm.m, k_end = ifmap->gemm.k;

    for (uint64_t m0 = 0; m0 < m_end; m0 += columns)
        for (uint64_t k0 = 0; k0 < k_end; k0 += rows)
            for (uint64_t k = k0; k < k0 + rows && k < k_end; k++)
                for (uint64_t m = m0; m < m0 + columns && m < m_end; m++)
                    ifmap_access(ifmap, buffer, m, k);
}

/* Every pass makes the same accesses, so what a pass reads depends only on where in the
 * pass before the buffer was last emptied.  Once a pass ends without emptying, all of
 * the input is in the buffer; once the position repeats, so do the passes between. */
static uint64_t passes_repeat(const struct ifmap *ifmap, struct read_buffer *buffer,
                              uint64_t rows, bool pixel_per_row, uint64_t passes)
{
    uint64_t *positions = alloc_array(passes, sizeof *positions);
    uint64_t *totals = alloc_array(passes + 1, sizeof *totals);
    uint64_t reads = 0;

    for (uint64_t pass = 0; pass < passes; pass++) {
        uint64_t before = pass;

        buffer->accesses = 0;
        buffer->was_emptied = false;
        pass_skewed(ifmap, buffer, rows, pixel_per_row);
        reads = totals[pass + 1] = buffer->reads;
        if (!buffer->was_emptied)
            break;
        positions[pass] = buffer->emptied_at;
        while (before > 0 && positions[before - 1] != positions[pass])
            before--;
        if (before > 0) { /* pass before - 1 ended like this one */
            uint64_t period = pass + 1 - before, left = passes - pass - 1;
            uint64_t per_period = totals[pass + 1] - totals[before];

            reads += left / period * per_period + totals[before + left % period] -
                     totals[before];
            break;
        }
    }
    free(positions);
    free(totals);
    return reads;
}

uint64_t scalesim_ifmap_reads(const struct scalesim_array *array,
                              const struct scalesim_layer *layer)
{
    struct gemm gemm = scalesim_gemm(layer);
    uint64_t addresses = layer->ifmap_height * layer->ifmap_width * layer->channels;
    struct read_buffer buffer = {
        .stamps = alloc_array(addresses, sizeof(uint32_t)),
        .stamp = 1,
        .capacity = scalesim_buffer_words(array->ifmap_kib),
    };
    uint64_t passes = (gemm.n + array->columns - 1) / array->columns;
    struct ifmap ifmap;
    uint64_t reads;

    ifmap_create(&ifmap, layer);
    if (array->dataflow == DATAFLOW_IS) {
        pass_tiles(&ifmap, &buffer, array->rows, array->columns);
        reads = buffer.reads;
    } else {
        reads = passes_repeat(&ifmap, &buffer, array->rows,
                              array->dataflow == DATAFLOW_OS, passes);
    }
    ifmap_free(&ifmap);
    free(buffer.stamps);
    return reads;
}

/* `count` different words, `passes` times in the same order, into a buffer that holds
 * *held others. */
static uint64_t distinct_reads(uint64_t count, uint64_t passes, uint64_t capacity,
                               uint64_t *held)
{
    uint64_t accesses = count * passes, reads, before_emptying = capacity - *held;

    if (count >= capacity || passes == 1) { /* each word is gone when it comes again */
        *held = (*held + accesses) % capacity;
        return accesses;
    }
    if (*held + count < capacity) {
        *held += count;
        return count;
    }
    reads = accesses - before_emptying < count ? accesses - before_emptying : count;
    *held = reads;
    return before_emptying + reads;
}

uint64_t scalesim_filter_reads(const struct scalesim_array *array,
                               const struct scalesim_layer *layer)
{
    struct gemm gemm = scalesim_gemm(layer);
    uint64_t capacity = scalesim_buffer_words(array->filter_kib);
    uint64_t held = 0, reads = 0;

    switch (array->dataflow) {
    case DATAFLOW_OS: /* each column fold's filters come once per row fold */
        for (uint64_t n = 0; n < gemm.n; n += array->columns) {
            uint64_t used = gemm.n - n < array->columns ? gemm.n - n : array->columns;

            reads += distinct_reads(gemm.k * used,
                                    (gemm.m + array->rows - 1) / array->rows, capacity,
                                    &held);
        }
        return reads;
    case DATAFLOW_IS:
        return distinct_reads(gemm.k * gemm.n,
                              (gemm.m + array->columns - 1) / array->columns, capacity,
                              &held);
    case DATAFLOW_WS:
    case DATAFLOW_RECORD: break;
    }
    return gemm.k * gemm.n;
}
