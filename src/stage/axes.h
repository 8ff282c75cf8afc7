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

/* Are they the published tool's? */
static inline bool rules_are_tool(int rules)
{
    return rules == RULES_NVSIM || rules == RULES_NVSIM_ANY;
}

/* Devices of the cells: AUTO takes low standby power devices for latches, else those of
 * the periphery, as SAME does for all. */
enum cell_roadmap { CELLS_AUTO, CELLS_SAME, CELLS_HP, CELLS_LSTP, CELLS_LOP };
extern const struct word cell_roadmap_words[];

/* The node's roadmap that stands for it (AUTO's and SAME's: low standby power). */
int cell_roadmap_node(enum cell_roadmap cells);

/* Bitcells of a cache's tag array.  AUTO takes SRAM, which decides within a nanosecond whether
 * the data array is read at all, but the data's bitcells where a published study is made again,
 * whose tool knows one bitcell a cache. */
enum tag_cells { TAGS_AUTO, TAGS_DATA, TAGS_SRAM };
extern const struct word tag_cells_words[];

/* What stands around the counted blocks: AUTO takes a cache for caches, a compiled ASIC
 * memory for plain RAMs. */
enum built_as { BUILT_AUTO, BUILT_MACRO, BUILT_ASIC, BUILT_CACHE };
extern const struct word built_as_words[];

/* Lines of a cache that are refreshed (retention_stage.c). */
enum refresh { REFRESH_ALL, REFRESH_LIVE, REFRESH_NONE };
extern const struct word refresh_words[];

/* Idle mats at a tenth of their leakage, or not. */
extern const struct word power_gating_words[];

/* Wires of the H-tree: as the rule set chooses, or one kind. */
enum wires_id {
    WIRES_RULES,
    WIRES_UNREPEATED,
    WIRES_REPEATED,
    WIRES_LOW_SWING,
    WIRES_SEMI_GLOBAL,
};
extern const struct word wires_words[];

/* How a GPU's time and energy are counted (gpu_stage.c). */
enum time_base { TIME_ROOFLINE, TIME_SERIAL, TIME_SERIAL_FULL_LEAKAGE };
extern const struct word time_base_words[];

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
