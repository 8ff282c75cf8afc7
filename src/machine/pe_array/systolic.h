/* Systolic arrays: a grid of processing elements (PEs) through which two operands of a
 * matrix product flow while the third stays.  Closed forms after A. Samajdar et al.,
 * "A systematic methodology for characterizing scalability of DNN accelerators using
 * SCALE-Sim", ISPASS 2020. */
#ifndef NVSWEEP_PE_ARRAY_SYSTOLIC_H
#define NVSWEEP_PE_ARRAY_SYSTOLIC_H

#include "workload/layer.h"

/* Which operand stays in the PEs. */
enum dataflow { DATAFLOW_OS, DATAFLOW_WS, DATAFLOW_IS };
extern const struct word dataflow_words[];

/* Outputs per side of a Winograd unit's tile: none, F(2x2), F(4x4). */
enum tile_choice { TILE_DIRECT, TILE_F2 = 2, TILE_F4 = 4 };
extern const struct word tile_words[];

/* A product larger than the array is cut into folds, one after the other. */
struct systolic_folds {
    uint64_t row_folds, column_folds;
    uint64_t spatial_rows, spatial_columns; /* extents along the array's sides */
    uint64_t time;                          /* operands streamed per fold */
    uint64_t load;                          /* cycles that fill the array before */
    uint64_t skew;                          /* cycles until the last PE is done */
};

struct systolic_folds systolic_fold(const struct gemm *gemm, enum dataflow dataflow,
                                    uint64_t rows, uint64_t columns);

/* Cycles of all folds.  Strictly one after the other; or, if they overlap, with the
 * next fold's stationary operand loaded, and the last one's results drained, while
 * operands stream. */
uint64_t systolic_cycles(const struct systolic_folds *folds, bool overlap);

/* Share of PEs that have work, mean over folds. */
double systolic_mapping(const struct systolic_folds *folds, uint64_t rows,
                        uint64_t columns);

#endif
