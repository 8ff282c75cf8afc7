/* Whether one sweep file is another one grown.  */
#ifndef NVSWEEP_CONFIG_GROWTH_H
#define NVSWEEP_CONFIG_GROWTH_H

#include "base/error.h"

/* Do two sweep texts say the same but for their titles and stages, the values of axes, what
 * varies together, what is left out, and how the file is kept (durability)?  Comments, spacing
 * and order do not count.  What is computed at a point is then the same in both.
 * STATUS_INPUT and "options.seed was 1, is 2" if not. */
enum status sweep_settings_same(const char *was, const char *is, struct error *err);

#endif
