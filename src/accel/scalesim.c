#include "accel/scalesim.h"

static uint64_t div_up(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

struct gemm scalesim_gemm(const struct scalesim_layer *layer)
{
    uint64_t s = layer->stride;
    uint64_t rows = div_up(layer->ifmap_height - layer->filter_height + s, s);
    uint64_t columns = div_up(layer->ifmap_width - layer->filter_width + s, s);

    return (struct gemm){
        .m = rows * columns,
        .n = layer->filters,
        .k = layer->filter_height * layer->filter_width * layer->channels,
    };
}

uint64_t scalesim_buffer_words(uint64_t kib)
{
    return 50 * (kib * 1024 / 100);
}

/* Mean over folds of the share of PEs used, added up in the tool's order so that the
 * last digit agrees. */
static double mapping_mean(const struct systolic_folds *folds, uint64_t rows,
                           uint64_t columns)
{
    double sum = 0;

    for (uint64_t c = 0; c < folds->column_folds; c++)
        for (uint64_t r = 0; r < folds->row_folds; r++) {
            uint64_t rest_rows = folds->spatial_rows - r * rows;
            uint64_t rest_columns = folds->spatial_columns - c * columns;
            uint64_t used = (rest_rows < rows ? rest_rows : rows) *
                            (rest_columns < columns ? rest_columns : columns);

            sum += (double)used / (double)(rows * columns);
        }
    return sum / (double)(folds->row_folds * folds->column_folds);
}

/* Outputs leave in lines as wide as the array.  Once half the buffer is exceeded by one
 * word, the line begun is closed; if half the buffer is whole lines, that line holds one
 * word but is counted whole when it leaves, unless it leaves as the last of its batch. */
static uint64_t ofmap_line_padding(const struct scalesim_array *array, uint64_t words)
{
    uint64_t capacity = array->ofmap_kib * 1024;
    uint64_t half = capacity - div_up(capacity, 2);
    bool is_exceeded = words > half, is_whole = half % array->columns == 0;
    bool is_last = half == array->columns || words == half + 1;

    return is_exceeded && is_whole && !is_last ? array->columns - 1 : 0;
}

void scalesim_evaluate(const struct scalesim_array *array,
                       const struct scalesim_layer *layer,
                       struct scalesim_counts *counts)
{
    struct gemm gemm = scalesim_gemm(layer);
    uint64_t rows = array->rows, columns = array->columns;
    struct systolic_folds folds = systolic_fold(&gemm, array->dataflow, rows, columns);
    uint64_t count = folds.row_folds * folds.column_folds;
    bool is_os = array->dataflow == DATAFLOW_OS, is_is = array->dataflow == DATAFLOW_IS;
    uint64_t fold_length = folds.time +
                           (is_os ? rows + columns - 2 : 2 * rows + 2 * columns - 3);
    uint64_t outputs = gemm.m * gemm.n * (is_os ? 1 : folds.row_folds);
    uint64_t total = systolic_cycles(&folds, false) - 1;
    double mapping = mapping_mean(&folds, rows, columns);

    *counts = (struct scalesim_counts){
        .total_cycles = total,
        .sram_ifmap_reads = gemm.m * gemm.k * (is_is ? 1 : folds.column_folds),
        .sram_filter_reads = gemm.k * gemm.n *
                             (is_os   ? folds.row_folds
                              : is_is ? folds.column_folds
                                      : 1),
        .sram_ofmap_writes = outputs + (is_os ? count * (rows + columns) : 0),
        .dram_ifmap_reads = scalesim_ifmap_reads(array, layer),
        .dram_filter_reads = scalesim_filter_reads(array, layer),
        .dram_ofmap_writes = outputs + ofmap_line_padding(array, outputs),
        .overall_utilization = (double)(gemm.m * gemm.n * gemm.k * 100) /
                               (double)(total * rows * columns),
        .mapping_efficiency = 100 * mapping,
        .compute_utilization = 100 * mapping * (double)folds.time / (double)fold_length,
    };
}
