/* Choices that a sweep makes between the models: axes of words that no model has as its
 * own. */
#ifndef NVSWEEP_STAGE_AXES_H
#define NVSWEEP_STAGE_AXES_H

#include "space/axis.h"

/* The array model's rule sets as an axis. */
enum rules_id {
    RULES_PHYSICAL,
    RULES_NVSIM,
    RULES_PHYSICAL_NVSIM_WRITES,
    RULES_NVSIM_ANY,
};
extern const struct word rules_words[];

/* Idle mats at a tenth of their leakage, or not. */
extern const struct word power_gating_words[];

/* Wires of the H-tree: as the rule set chooses, or one kind. */
enum wires_id { WIRES_RULES, WIRES_UNREPEATED, WIRES_REPEATED, WIRES_LOW_SWING };
extern const struct word wires_words[];

/* The serial time base's leakage: over the cache's own accesses, or DRAM's as well. */
enum leakage_time { LEAKAGE_LLC, LEAKAGE_MEMORY };
extern const struct word leakage_time_words[];

/* Which memories of an accelerator the technology replaces; the others are the library's
 * technology named "sram". */
enum placement { PLACEMENT_ALL, PLACEMENT_WEIGHTS };
extern const struct word placement_words[];

/* Energies of an accelerator's memories: from the array model, or as its record says. */
enum energy_source { ENERGY_ARRAY, ENERGY_RECORD };
extern const struct word energy_source_words[];

/* What happens between inferences: everything leaks on; non-volatile memories and logic
 * are switched off; all is, and volatile weights come from DRAM again. */
enum idle_policy { IDLE_ON, IDLE_GATE, IDLE_RELOAD };
extern const struct word idle_words[];
/* May gradients be averaged while the backward pass computes? */
extern const struct word overlap_words[];

#endif
