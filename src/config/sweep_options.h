/* The group `options` of a sweep file. */
#ifndef NVSWEEP_CONFIG_SWEEP_OPTIONS_H
#define NVSWEEP_CONFIG_SWEEP_OPTIONS_H

#include "config/axes.h"

/* Reads durability, seed and max_error (NULL: no such group).  Returns STATUS_INPUT if one is wrong. */
enum status sweep_options_read(struct axes_reading *reading,
                               const config_setting_t *group);

#endif
