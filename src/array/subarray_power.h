/* Energy and leakage of a subarray whose lines, parts and times are known. */
#ifndef NVSWEEP_ARRAY_SUBARRAY_POWER_H
#define NVSWEEP_ARRAY_SUBARRAY_POWER_H

#include "array/subarray.h"

void subarray_energies(struct subarray *subarray, const struct fabric *fabric);
void subarray_leakages(struct subarray *subarray, const struct fabric *fabric);

#endif
