/* What `validate` ends with: predictions met and missed by source, and how many figures
 * there are of each kind. */
#ifndef NVSWEEP_CMD_VERDICTS_H
#define NVSWEEP_CMD_VERDICTS_H

#include "cmd/kinds.h"

/* "met", "MISSED", "equal", "UNEQUAL", "reproduced", "not reproduced"; "within" or
 * "outside" the limit for what does not count, and "-" where there is no limit. */
const char *verdict_text(const struct judged *judged);

struct verdicts; /* opaque */

struct verdicts *verdicts_begin(void);
void verdicts_end(struct verdicts *verdicts);

/* Keeps nothing of judged but its figure. */
void verdicts_add(struct verdicts *verdicts, const struct judged *judged);
void verdicts_print(const struct verdicts *verdicts, bool is_json);

#endif
