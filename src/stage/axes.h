/* Axes of words that choose between models and that belong to no model. */
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

/* Are they the rules of the published tool? */
static inline bool rules_are_tool(int rules)
{
    return rules == RULES_NVSIM || rules == RULES_NVSIM_ANY;
}

/* The devices of the cells.  AUTO means low standby power devices for latches, and those of
 * the periphery for other cells; SAME means those of the periphery for all cells. */
enum cell_roadmap { CELLS_AUTO, CELLS_SAME, CELLS_HP, CELLS_LSTP, CELLS_LOP };
extern const struct word cell_roadmap_words[];

/* Returns the roadmap of the node that a word means (low standby power for AUTO and SAME). */
int cell_roadmap_node(enum cell_roadmap cells);

/* The bitcells of a cache's tag array.  AUTO means SRAM, which decides within a nanosecond
 * whether the data array is read at all; if a published study is repeated, whose tool has one
 * kind of bitcell per cache, AUTO means the data's bitcells. */
enum tag_cells { TAGS_AUTO, TAGS_DATA, TAGS_SRAM };
extern const struct word tag_cells_words[];

/* What surrounds the counted blocks.  AUTO means that of a cache for caches, and that of a
 * compiled ASIC memory for plain RAMs. */
enum built_as { BUILT_AUTO, BUILT_MACRO, BUILT_ASIC, BUILT_CACHE };
extern const struct word built_as_words[];

/* The lines of a cache that are refreshed (retention_stage.c). */
enum refresh { REFRESH_ALL, REFRESH_LIVE, REFRESH_NONE };
extern const struct word refresh_words[];

/* Do idle mats leak only a tenth? */
extern const struct word power_gating_words[];

/* The wires of the H-tree: those that the rule set chooses, or one kind. */
enum wires_id {
    WIRES_RULES,
    WIRES_UNREPEATED,
    WIRES_REPEATED,
    WIRES_LOW_SWING,
    WIRES_SEMI_GLOBAL,
};
extern const struct word wires_words[];

/* How the time and energy of a GPU are counted (gpu_stage.c). */
enum time_base { TIME_ROOFLINE, TIME_SERIAL, TIME_SERIAL_FULL_LEAKAGE };
extern const struct word time_base_words[];

/* The memories of an accelerator that are made of the technology; the others are made of the
 * library's technology "sram". */
enum placement { PLACEMENT_ALL, PLACEMENT_WEIGHTS };
extern const struct word placement_words[];

/* The energies of an accelerator's memories: from the array model, or from its record. */
enum energy_source { ENERGY_ARRAY, ENERGY_RECORD };
extern const struct word energy_source_words[];

/* What happens between inferences.  IDLE_ON: everything leaks.  IDLE_GATE: non-volatile
 * memories and logic are switched off.  IDLE_RELOAD: everything is switched off, and volatile
 * weights are read from DRAM again. */
enum idle_policy { IDLE_ON, IDLE_GATE, IDLE_RELOAD };
extern const struct word idle_words[];
/* May gradients be averaged while the backward pass computes? */
extern const struct word overlap_words[];

#endif
