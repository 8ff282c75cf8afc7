/* A machine computes a network: a GPU, an array of PEs, memory that computes, a chip of
 * crossbars, or several of these.  Machines are records of one table and the values of the
 * axis `machine`; how one computes is its family's matter, a file each.
 *
 * Families that take the same steps are of one kind.  A kind has stages of its own, over its
 * machines only: steps factor along different axes.  Every kind ends in the machine stage. */
#ifndef NVSWEEP_MACHINE_MACHINE_H
#define NVSWEEP_MACHINE_MACHINE_H

#include "base/error.h"
#include "base/schema.h"

enum machine_kind {
    MACHINE_GPU,       /* stages reuse, array -> gpu */
    MACHINE_PE_ARRAY,  /* memories, mapping -> chip */
    MACHINE_LAYERWISE, /* memories of engines -> layerwise */
    MACHINE_CROSSBAR,  /* crossbar_buffers, crossbar_subarray -> crossbar_chip */
    MACHINE_KINDS
};
extern const struct word machine_kind_words[];

/* A line here and a file each, which defines x_schema and x_family. */
/* clang-format off */
#define MACHINE_FAMILIES(FAMILY)                                                 \
    FAMILY(GPU, gpu)             FAMILY(CPU, cpu)     FAMILY(SYSTOLIC, systolic) \
    FAMILY(SCALESIM, scalesim)   FAMILY(EIE, eie)     FAMILY(WINOGRAD, winograd) \
    FAMILY(ROW_STATIONARY, row_stationary)            FAMILY(NEST, nest)         \
    FAMILY(SIMDRAM, simdram)     FAMILY(UPMEM, upmem) FAMILY(NEON, neon)         \
    FAMILY(HOST, host)           FAMILY(MENSA, mensa) FAMILY(TRAINING, training) \
    FAMILY(CROSSBAR, crossbar)
/* clang-format on */

enum machine_family_id {
#define FAMILY(ID, name) FAMILY_##ID,
    MACHINE_FAMILIES(FAMILY)
#undef FAMILY
        FAMILY_COUNT
};
extern const struct word machine_family_words[];

/* The head of every record; its family's members follow. */
struct machine {
    struct record record;
    const char *summary;
    int family;    /* enum machine_family_id */
    double die_m2; /* silicon where no model knows it; 0: modelled */
};

/* clang-format off */
#define MACHINE_FIELDS                                                                     \
    FIELD_TEXT(struct machine, summary, "", "what it is, in a line"),                      \
    FIELD_WORD(struct machine, family, machine_family_words, REQUIRED, "how it computes"), \
    FIELD_NUMBER(struct machine, die_m2, "m2", 0, 0, 10, "its silicon, where no model knows it (0: as modelled)")
/* clang-format on */

struct pe_steps;        /* how layers are mapped: machine/pe_array/mapping.h */
struct layerwise_steps; /* what a layer takes: machine/layerwise/layerwise.h */

struct machine_family {
    const char *name, *summary; /* name as records spell it */
    enum machine_kind kind;
    const struct schema *schema; /* of its records, MACHINE_FIELDS included */

    /* What ranges cannot say.  STATUS_INPUT with words in err.  NULL: nothing. */
    enum status (*check)(const struct machine *machine, struct error *err);

    const struct pe_steps *pe; /* its kind's steps; NULL: of another kind */
    const struct layerwise_steps *layerwise;

    /* Name of the i-th machine that it is made of, NULL beyond the last.  NULL: none. */
    const char *(*engine)(const struct machine *machine, size_t i);
};
extern const struct machine_family *const machine_families[FAMILY_COUNT];
#define FAMILY(ID, name)                      \
    extern const struct schema name##_schema; \
    extern const struct machine_family name##_family;
MACHINE_FAMILIES(FAMILY)
#undef FAMILY

/* What all machines have; a record's own schema is its family's (schema_of). */
extern const struct schema machine_schema;

/* `finish` of the families' schemas: the family's own check. */
enum status machine_finish(void *record, struct error *err);

const struct machine_family *machine_family(const struct machine *machine);

/* Machines that it is made of. */
size_t machine_engine_count(const struct machine *machine);

#endif
