/* The summary of `validate`: predictions met and missed by source, and the number of figures
 * of each kind. */
#ifndef NVSWEEP_CMD_VERDICTS_H
#define NVSWEEP_CMD_VERDICTS_H

#include "cmd/kinds.h"

/* "met", "MISSED", "equal", "UNEQUAL", "reproduced" or "not reproduced"; for kinds that make no
 * claim "within" or "outside" the limit, or "-" if there is no limit. */
const char *verdict_text(const struct judged *judged);

struct verdicts; /* opaque */

struct verdicts *verdicts_begin(void);
void verdicts_end(struct verdicts *verdicts);

/* Adds a row.  Only judged->figure must outlive the call. */
void verdicts_add(struct verdicts *verdicts, const struct judged *judged);
void verdicts_print(const struct verdicts *verdicts, bool is_json);

#endif
