/* The axes a sweep may vary, from hdf5_schema/axes.def. */
#ifndef NVSWEEP_SPACE_AXIS_H
#define NVSWEEP_SPACE_AXIS_H

#include "base/schema.h"
#include "space/library.h"

enum axis_kind { AXIS_RECORD, AXIS_WORD, AXIS_COUNT, AXIS_NUMBER };

enum axis_id {
#define AXIS(kind, name, ...) AXIS_##name,
#include "axes.def"
#undef AXIS
    AXES
};

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

/* What stands around the counted blocks: AUTO takes a cache for caches, a compiled ASIC
 * memory for plain RAMs. */
enum built_as { BUILT_AUTO, BUILT_MACRO, BUILT_ASIC, BUILT_CACHE };
extern const struct word built_as_words[];

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

/* One value of an axis; which member holds it follows from the axis's kind. */
union axis_value {
    const struct record *record;
    int word;
    uint64_t count;
    double number;
};

/* The fallback of a RECORD axis that need not be given; the others must be. */
#define AXIS_OPTIONAL 1

struct axis_spec {
    enum axis_kind kind;
    const char *name, *key, *units;
    double fallback, min, max;
    const struct word *words; /* WORD axes */
    enum shelf_id shelf;      /* RECORD axes */
    const char *meaning;
};

extern const struct axis_spec axis_specs[AXES];

/* One design point: a value for every axis, under its name. */
#define AXIS_TYPE_RECORD const struct record *
#define AXIS_TYPE_WORD int
#define AXIS_TYPE_COUNT uint64_t
#define AXIS_TYPE_NUMBER double
struct point {
#define AXIS(kind, name, ...) AXIS_TYPE_##kind name;
#include "axes.def"
#undef AXIS
};

void point_set(struct point *point, enum axis_id axis, union axis_value value);
union axis_value point_get(const struct point *point, enum axis_id axis);

/* The axis of that key or name, or AXES. */
enum axis_id axis_find(const char *key);

/* STATUS_INPUT: there is no axis of that key, with a suggestion. */
enum status axis_unknown(const char *key, struct error *err);

bool axis_values_equal(enum axis_id axis, union axis_value a, union axis_value b);

/* The value as tables and labels show it ("stt-mram", "3 MiB", "training"). */
char *axis_value_format(enum axis_id axis, union axis_value value, char *buffer,
                        size_t size);

/* Read a value as people write it: a record's name, a word, a count or a quantity
 * with unit.  STATUS_INPUT and "is ..., must be ..." with a suggestion otherwise. */
enum status axis_value_parse(const struct library *library, enum axis_id axis,
                             const char *text, union axis_value *value,
                             struct error *err);

/* Is a number or count within the axis's range?  STATUS_INPUT and "is ..., must be in
 * ..." if not. */
enum status axis_value_check(enum axis_id axis, union axis_value value,
                             struct error *err);

#endif
