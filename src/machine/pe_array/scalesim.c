#include "machine/pe_array/scalesim.h"

#include "base/divide.h"
#include "base/stop.h"
#include "machine/pe_array/scalesim_parts.h"
#include "base/memory.h"

#include <stdlib.h>

static const double CYCLES_MAX = 1e11; /* a simulation of this length takes minutes */

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t stride_across(const struct scalesim_layer *layer)
{
    return layer->stride_width ? layer->stride_width : layer->stride;
}

static uint64_t outputs_across(const struct scalesim_layer *layer)
{
    uint64_t s = stride_across(layer);

    return div_up(layer->ifmap_width - layer->filter_width + s, s);
}

struct gemm scalesim_gemm(const struct scalesim_layer *layer)
{
    uint64_t s = layer->stride;
    uint64_t rows = div_up(layer->ifmap_height - layer->filter_height + s, s);

    return (struct gemm){
        .m = rows * outputs_across(layer),
        .n = layer->filters,
        .k = layer->filter_height * layer->filter_width * layer->channels,
    };
}

void ifmap_create(struct ifmap *ifmap, const struct scalesim_layer *layer)
{
    struct gemm gemm = scalesim_gemm(layer);
    uint64_t channels = layer->channels, across = outputs_across(layer);
    uint64_t window_row = layer->filter_width * channels;

    *ifmap = (struct ifmap){
        .gemm = gemm,
        .height = layer->ifmap_height,
        .width = layer->ifmap_width,
        .words = layer->ifmap_height * layer->ifmap_width * channels,
    };
    ifmap->pixels = alloc_array(3 * gemm.m, sizeof(uint64_t));
    ifmap->pixel_rows = ifmap->pixels + gemm.m;
    ifmap->pixel_columns = ifmap->pixel_rows + gemm.m;
    ifmap->elements = alloc_array(3 * gemm.k, sizeof(uint64_t));
    ifmap->element_rows = ifmap->elements + gemm.k;
    ifmap->element_columns = ifmap->element_rows + gemm.k;
    for (uint64_t m = 0; m < gemm.m; m++) {
        uint64_t y = m / across * layer->stride;
        uint64_t x = m % across * stride_across(layer);

        ifmap->pixel_rows[m] = y;
        ifmap->pixel_columns[m] = x;
        ifmap->pixels[m] = (y * layer->ifmap_width + x) * channels;
    }
    for (uint64_t k = 0; k < gemm.k; k++) {
        uint64_t y = k / window_row, x = k % window_row / channels;

        ifmap->element_rows[k] = y;
        ifmap->element_columns[k] = x;
        ifmap->elements[k] = (y * layer->ifmap_width + x) * channels + k % channels;
    }
    ifmap->hangs_over = ifmap->pixel_rows[gemm.m - 1] + layer->filter_height >
                            layer->ifmap_height ||
                        ifmap->pixel_columns[gemm.m - 1] + layer->filter_width >
                            layer->ifmap_width;
}

void ifmap_free(struct ifmap *ifmap)
{
    free(ifmap->pixels);
    free(ifmap->elements);
}

struct scalesim_fold scalesim_fold_at(const struct scalesim_run *run, uint64_t index)
{
    uint64_t row = index % run->folds.row_folds * run->array->rows;
    uint64_t column = index / run->folds.row_folds * run->array->columns;

    return (struct scalesim_fold){
        .first_row = row,
        .first_column = column,
        .rows = least(run->array->rows, run->folds.spatial_rows - row),
        .columns = least(run->array->columns, run->folds.spatial_columns - column),
    };
}

static void run_create(struct scalesim_run *run, const struct scalesim_array *array,
                       const struct scalesim_layer *layer)
{
    *run = (struct scalesim_run){ .array = array, .gemm = scalesim_gemm(layer) };
    ifmap_create(&run->ifmap, layer);
    run->folds = systolic_fold(&run->gemm, array->dataflow, array->rows,
                               array->columns);
    run->fold_count = run->folds.row_folds * run->folds.column_folds;
    run->fold_cycles = run->folds.load + run->folds.time + run->folds.skew;
}

/* Computes means over folds.  They are added up in SCALE-Sim's order, so that the last digits
 * agree. */
static void utilization(const struct scalesim_run *run, struct scalesim_counts *counts)
{
    const struct scalesim_array *a = run->array;
    bool is_os = a->dataflow == DATAFLOW_OS;
    uint64_t length = run->folds.time + (is_os ? a->rows + a->columns - 2
                                               : 2 * a->rows + 2 * a->columns - 3);
    double pes = (double)(a->rows * a->columns), mapping = 0, compute = 0;

    for (uint64_t i = 0; i < run->fold_count; i++) {
        struct scalesim_fold fold = scalesim_fold_at(run, i);
        uint64_t used = fold.rows * fold.columns;

        mapping += (double)used / pes;
        compute += (double)(used * run->folds.time) /
                   (double)(a->rows * a->columns * length);
    }
    counts->mapping_efficiency = mapping / (double)run->fold_count * 100;
    counts->compute_utilization = compute / (double)run->fold_count * 100;
    counts->overall_utilization = (double)(run->gemm.m * run->gemm.n * run->gemm.k *
                                           100) /
                                  (double)(counts->total_cycles * a->rows * a->columns);
}

static void sram_words(const struct scalesim_run *run, struct scalesim_counts *counts)
{
    const struct scalesim_array *a = run->array;
    struct gemm g = run->gemm;
    bool is_os = a->dataflow == DATAFLOW_OS, is_is = a->dataflow == DATAFLOW_IS;
    uint64_t row_folds = run->folds.row_folds, column_folds = run->folds.column_folds;

    counts->sram_ifmap.words = g.m * g.k * (is_is ? 1 : column_folds);
    counts->sram_filter.words = g.k * g.n *
                                (is_os   ? row_folds
                                 : is_is ? column_folds
                                         : 1);
    counts->sram_ofmap.words = g.m * g.n * (is_os ? 1 : row_folds);
    if (is_os)
        counts->sram_ofmap.words += run->fold_count * (a->rows + a->columns);
}

/* Returns the last cycle of a fold with a request for inputs, or -1.  Pixels beyond the edge
 * are not requested. */
static int64_t last_ifmap_cycle(const struct scalesim_run *run,
                                const struct scalesim_fold *fold)
{
    int64_t last = -1;

    for (uint64_t r = 0; r < fold->rows; r++) {
        uint64_t row = fold->first_row + r;
        int64_t found = -1;

        switch (run->array->dataflow) {
        case DATAFLOW_OS:
            for (uint64_t k = run->gemm.k; k > 0 && found < 0; k--)
                if (ifmap_has(&run->ifmap, row, k - 1))
                    found = (int64_t)(k - 1 + r);
            break;
        case DATAFLOW_WS:
            for (uint64_t m = run->gemm.m; m > 0 && found < 0; m--)
                if (ifmap_has(&run->ifmap, m - 1, row))
                    found = (int64_t)(run->folds.load + m - 1 + r);
            break;
        default: /* tiles are loaded from their last row to the first */
            for (uint64_t c = 0; c < fold->columns && found < 0; c++)
                if (ifmap_has(&run->ifmap, fold->first_column + c, row))
                    found = (int64_t)(run->array->rows - 1 - r);
            break;
        }
        last = found > last ? found : last;
    }
    return last;
}

/* Computes the first and last cycle of the requests of each operand, without stalls. */
static void sram_cycles(const struct scalesim_run *run, struct scalesim_counts *counts)
{
    enum dataflow dataflow = run->array->dataflow;
    uint64_t rows = run->array->rows, time = run->folds.time;
    struct scalesim_fold first = scalesim_fold_at(run, 0);
    struct scalesim_fold last = scalesim_fold_at(run, run->fold_count - 1);
    int64_t base = (int64_t)((run->fold_count - 1) * run->fold_cycles), found = -1;
    int64_t loaded = (int64_t)(rows - first.rows); /* unused rows load nothing */

    counts->sram_ifmap.start = dataflow == DATAFLOW_OS   ? 0
                               : dataflow == DATAFLOW_WS ? (int64_t)rows
                                                         : loaded;
    counts->sram_filter.start = dataflow == DATAFLOW_OS   ? 0
                                : dataflow == DATAFLOW_WS ? loaded
                                                          : (int64_t)rows;
    counts->sram_filter.stop = base + (int64_t)(dataflow == DATAFLOW_OS
                                                    ? time + last.columns - 2
                                                : dataflow == DATAFLOW_WS
                                                    ? rows - 1
                                                    : rows + time + last.rows - 2);
    for (uint64_t i = run->fold_count; i > 0 && found < 0 && !stop_is_wanted(); i--) {
        struct scalesim_fold fold = scalesim_fold_at(run, i - 1);

        found = last_ifmap_cycle(run, &fold);
        counts->sram_ifmap.stop = (int64_t)((i - 1) * run->fold_cycles) + found;
    }
    counts->sram_ofmap.start = (int64_t)(dataflow == DATAFLOW_OS
                                             ? time - 1 + rows - first.rows
                                             : 2 * rows - 1);
    counts->sram_ofmap.stop = base +
                              (int64_t)(dataflow == DATAFLOW_OS
                                            ? time + rows + last.columns - 3
                                            : 2 * rows + time + last.columns - 3);
}

/* Estimated bandwidth has no stalls: requests are served one cycle later, results in the same
 * cycle. */
static void estimated(const struct scalesim_run *run, struct scalesim_counts *counts)
{
    uint64_t total = run->fold_count * run->fold_cycles;
    struct write_buffer writes;

    sram_cycles(run, counts);
    scalesim_ifmap_dram(run, &counts->dram_ifmap);
    scalesim_filter_dram(run, &counts->dram_filter);
    counts->sram_ifmap.start++;
    counts->sram_ifmap.stop++;
    counts->sram_filter.start++;
    counts->sram_filter.stop++;
    counts->total_cycles = total - 1;
    write_buffer_create(&writes, run->array->ofmap_kib, run->array->columns);
    for (uint64_t i = 0; i < run->fold_count; i++) {
        struct scalesim_fold fold = scalesim_fold_at(run, i);

        for (uint64_t t = 0; t < run->fold_cycles && !stop_is_wanted(); t++)
            write_buffer_take(&writes, scalesim_fold_writes(run, &fold, t),
                              (int64_t)(i * run->fold_cycles + t));
    }
    write_buffer_finish(&writes, (int64_t)total - 1);
    counts->dram_ofmap = writes.dram;
}

enum status scalesim_evaluate(const struct scalesim_array *array,
                              const struct scalesim_layer *layer,
                              struct scalesim_counts *counts, struct error *err)
{
    enum status status = STATUS_OK;
    struct scalesim_run run;
    int64_t begin;

    *counts = (struct scalesim_counts){ 0 };
    run_create(&run, array, layer);
    if ((double)run.fold_count * (double)run.fold_cycles > CYCLES_MAX) {
        status = error_set(err, STATUS_INFEASIBLE,
                           "takes too many cycles to simulate, must be at most %.0e",
                           CYCLES_MAX);
        goto out;
    }
    sram_words(&run, counts);
    if (array->is_bandwidth_given)
        status = scalesim_user(&run, counts, err);
    else
        estimated(&run, counts);
    utilization(&run, counts);
    begin = counts->dram_ifmap.start < counts->dram_filter.start
                ? counts->dram_ifmap.start
                : counts->dram_filter.start;
    counts->prefetch_cycles = counts->dram_ofmap.stop - begin;
out:
    ifmap_free(&run.ifmap);
    return status;
}
