/* Memories whose figures are given (tech/given.h) in place of modelled ones. */
#ifndef NVSWEEP_ARRAY_GIVEN_H
#define NVSWEEP_ARRAY_GIVEN_H

#include "array/array.h"

/* Replaces the figures of result that the request's technology gives; all of them, with no
 * organization, if its kind is given.  Where latency and energy of a miss are not given, they
 * change as those of a read.  STATUS_INFEASIBLE where the table does not reach, or
 * the request asks for what a table cannot tell (check bits, idle mats); STATUS_OK and
 * nothing done for a technology without a table. */
enum status given_apply(const struct array_request *request,
                        struct array_result *result, struct error *why);

#endif
