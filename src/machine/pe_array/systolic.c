#include "machine/pe_array/systolic.h"

const struct word dataflow_words[] = {
    { "os", DATAFLOW_OS },
    { "ws", DATAFLOW_WS },
    { "is", DATAFLOW_IS },
    { NULL, 0 },
};

const struct word tile_words[] = {
    { "direct", TILE_DIRECT },
    { "f2", TILE_F2 },
    { "f4", TILE_F4 },
    { NULL, 0 },
};

enum dimension_id { DIM_M, DIM_N, DIM_K };

/* For each dataflow: the dimensions along the rows and the columns, the dimension that streams,
 * and whether a stationary operand is loaded first. */
static const struct {
    enum dimension_id rows, columns, time;
    bool loads;
} dataflows[] = {
    [DATAFLOW_OS] = { DIM_M, DIM_N, DIM_K, false },
    [DATAFLOW_WS] = { DIM_K, DIM_N, DIM_M, true },
    [DATAFLOW_IS] = { DIM_K, DIM_M, DIM_N, true },
};

static inline uint64_t extent(const struct gemm *gemm, enum dimension_id dimension)
{
    switch (dimension) {
    case DIM_M: return gemm->m;
    case DIM_N: return gemm->n;
    case DIM_K: break;
    }
    return gemm->k;
}

struct systolic_folds systolic_fold(const struct gemm *gemm, enum dataflow dataflow,
                                    uint64_t rows, uint64_t columns)
{
    uint64_t along_rows = extent(gemm, dataflows[dataflow].rows);
    uint64_t along_columns = extent(gemm, dataflows[dataflow].columns);

    return (struct systolic_folds){
        .row_folds = (along_rows + rows - 1) / rows,
        .column_folds = (along_columns + columns - 1) / columns,
        .spatial_rows = along_rows,
        .spatial_columns = along_columns,
        .time = extent(gemm, dataflows[dataflow].time),
        .load = dataflows[dataflow].loads ? rows : 0,
        .skew = rows + columns - 2,
    };
}

uint64_t systolic_cycles(const struct systolic_folds *folds, bool overlap)
{
    uint64_t count = folds->row_folds * folds->column_folds;
    uint64_t busy = folds->time > folds->load ? folds->time : folds->load;

    if (overlap)
        return folds->load + folds->skew + (count - 1) * busy + folds->time;
    return count * (folds->load + folds->time + folds->skew);
}

double systolic_mapping(const struct systolic_folds *folds, uint64_t rows,
                        uint64_t columns)
{
    double row_share = (double)folds->spatial_rows / (double)(folds->row_folds * rows);
    double column_share = (double)folds->spatial_columns /
                          (double)(folds->column_folds * columns);

    return row_share * column_share;
}
