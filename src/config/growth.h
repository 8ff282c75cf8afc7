/* Compares two sweep files, of which one may extend the other. */
#ifndef NVSWEEP_CONFIG_GROWTH_H
#define NVSWEEP_CONFIG_GROWTH_H

#include "base/error.h"

/* Do two sweep texts differ at most in their titles and stages, the values of axes, zips,
 * exclusions, and durability?  Comments, spacing and order do not count.  If so, the same is
 * computed at a point of both.  Otherwise returns STATUS_INPUT with the difference, such as
 * "options.seed was 1, is 2". */
enum status sweep_settings_same(const char *was, const char *is, struct error *err);

#endif
