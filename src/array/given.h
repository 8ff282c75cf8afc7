/* Memories whose figures are given by the record (tech/given.h) and not modelled. */
#ifndef NVSWEEP_ARRAY_GIVEN_H
#define NVSWEEP_ARRAY_GIVEN_H

#include "array/array.h"

/* Replaces figures of result by those that the request's technology gives.  If the technology
 * is of kind given, it replaces all of them, and the result has no organization.  Latency and
 * energy of a miss that are not given change by the same factor as those of a read.  Returns
 * STATUS_INFEASIBLE with the reason in why if the capacity is outside the table or if the
 * request asks for something that no table has (check bits, gated mats).  Does nothing and
 * returns STATUS_OK if the technology has no table. */
enum status given_apply(const struct array_request *request,
                        struct array_result *result, struct error *why);

#endif
