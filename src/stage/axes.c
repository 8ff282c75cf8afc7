/* The list of axes, with the models' tables of words. */
#include "stage/axes.h"

#include "machine/pe_array/systolic.h"
#include "array/array.h"
#include "base/units.h"
#include "machine/generation/generation.h"
#include "machine/gpu/software.h"
#include "machine/layerwise/layerwise.h"
#include "machine/crossbar/crossbar.h"
#include "cloud/training.h"
#include "edge/edge.h"
#include "reliability/wear.h"
#include "tech/node.h"
#include "workload/workload.h"

const struct word rules_words[] = {
    { "physical", RULES_PHYSICAL },
    { "nvsim", RULES_NVSIM },
    { "physical_nvsim_writes", RULES_PHYSICAL_NVSIM_WRITES },
    { "nvsim_any", RULES_NVSIM_ANY },
    { NULL, 0 },
};

const struct word cell_roadmap_words[] = {
    { "auto", CELLS_AUTO }, { "same", CELLS_SAME }, { "hp", CELLS_HP },
    { "lstp", CELLS_LSTP }, { "lop", CELLS_LOP },   { NULL, 0 },
};

int cell_roadmap_node(enum cell_roadmap cells)
{
    return cells == CELLS_HP    ? ROADMAP_HP
           : cells == CELLS_LOP ? ROADMAP_LOP
                                : ROADMAP_LSTP;
}

const struct word tag_cells_words[] = {
    { "auto", TAGS_AUTO },
    { "data", TAGS_DATA },
    { "sram", TAGS_SRAM },
    { NULL, 0 },
};

const struct word built_as_words[] = {
    { "auto", BUILT_AUTO },
    { "macro", BUILT_MACRO },
    { "asic", BUILT_ASIC },
    { "cache", BUILT_CACHE },
    { NULL, 0 },
};

const struct word refresh_words[] = {
    { "all", REFRESH_ALL },
    { "live", REFRESH_LIVE },
    { "none", REFRESH_NONE },
    { NULL, 0 },
};

const struct word power_gating_words[] = {
    { "off", 0 },
    { "on", 1 },
    { NULL, 0 },
};

const struct word wires_words[] = {
    { "rules", WIRES_RULES },
    { "unrepeated", WIRES_UNREPEATED },
    { "repeated", WIRES_REPEATED },
    { "low_swing", WIRES_LOW_SWING },
    { "semi_global", WIRES_SEMI_GLOBAL },
    { NULL, 0 },
};

const struct word time_base_words[] = {
    { "roofline", TIME_ROOFLINE },
    { "serial", TIME_SERIAL },
    { "serial_full_leakage", TIME_SERIAL_FULL_LEAKAGE },
    { NULL, 0 },
};

const struct word placement_words[] = {
    { "all", PLACEMENT_ALL },
    { "weights", PLACEMENT_WEIGHTS },
    { NULL, 0 },
};

const struct word energy_source_words[] = {
    { "array", ENERGY_ARRAY },
    { "record", ENERGY_RECORD },
    { NULL, 0 },
};

const struct word idle_words[] = {
    { "on", IDLE_ON },
    { "gate", IDLE_GATE },
    { "reload", IDLE_RELOAD },
    { NULL, 0 },
};

const struct word overlap_words[] = {
    { "no", 0 },
    { "yes", 1 },
    { NULL, 0 },
};

#define LIST_RECORD(table_) .table = (table_)
#define LIST_WORD(words_) .words = (words_)
#define LIST_COUNT(zero_) .zero = (zero_)
#define LIST_NUMBER(zero_) .zero = (zero_)

#define THE_WORD 0
#define FALLBACK_RECORD(value) .fallback = (value)
#define FALLBACK_WORD(word) .fallback_word = (word)
#define FALLBACK_COUNT(value) .fallback = (value)
#define FALLBACK_NUMBER(value) .fallback = (value)

const struct axis_spec axis_specs[AXES_NAMED] = {
#define AXIS(kind_, name_, key_, units_, fallback_, min_, max_, list_, meaning_) \
    [AXIS_##name_] = { .kind = AXIS_##kind_,                                     \
                       .name = #name_,                                           \
                       .key = #key_,                                             \
                       .units = (units_),                                        \
                       FALLBACK_##kind_(fallback_),                              \
                       .min = (min_),                                            \
                       .max = (max_),                                            \
                       LIST_##kind_(list_),                                      \
                       .meaning = (meaning_) },
#include "axes.def"
#undef AXIS
};
