/* Systolic arrays: grids of processing elements (PEs) through which two of the three matrices
 * of a product flow while the third stays.  The closed forms are those of A. Samajdar et al.,
 * "A systematic methodology for characterizing scalability of DNN accelerators using
 * SCALE-Sim", ISPASS 2020. */
#ifndef NVSWEEP_PE_ARRAY_SYSTOLIC_H
#define NVSWEEP_PE_ARRAY_SYSTOLIC_H

#include "workload/layer.h"

/* Which operand stays in the PEs. */
enum dataflow { DATAFLOW_OS, DATAFLOW_WS, DATAFLOW_IS };
extern const struct word dataflow_words[];

/* Outputs per side of a Winograd tile: direct convolution, F(2x2) or F(4x4). */
enum tile_choice { TILE_DIRECT, TILE_F2 = 2, TILE_F4 = 4 };
extern const struct word tile_words[];

/* A product that is larger than the array is divided into folds, which follow each other. */
struct systolic_folds {
    uint64_t row_folds, column_folds;
    uint64_t spatial_rows, spatial_columns; /* extents along the sides of the array */
    uint64_t time;                          /* operands streamed per fold */
    uint64_t load;                          /* cycles to load the stationary operand */
    uint64_t skew; /* cycles from the first to the last PE's end */
};

struct systolic_folds systolic_fold(const struct gemm *gemm, enum dataflow dataflow,
                                    uint64_t rows, uint64_t columns);

/* Returns the cycles of all folds.  Without overlap they follow each other.  With overlap the
 * stationary operand of the next fold is loaded and the results of the previous fold are
 * drained while operands stream. */
uint64_t systolic_cycles(const struct systolic_folds *folds, bool overlap);

/* Returns the share of PEs that have work, averaged over the folds. */
double systolic_mapping(const struct systolic_folds *folds, uint64_t rows,
                        uint64_t columns);

#endif
