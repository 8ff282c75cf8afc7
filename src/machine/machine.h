/* A machine computes a network: a GPU, an array of PEs, memory that computes, a chip of
 * crossbars, or several of these.  Machines are records of one table and the values of the
 * axis `machine`.  Each family of machines computes in its own way, in its own file.
 *
 * Families that need the same stages are of one kind.  A kind has its own stages, which span
 * only its machines, because its steps depend on different axes.  The last stage of every
 * kind feeds the stage machines. */
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

/* Each family has a line here and a file, which defines x_schema and x_family. */
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

/* The beginning of every machine's record; the members of its family follow. */
struct machine {
    struct record record;
    const char *summary;
    int family;    /* enum machine_family_id */
    double die_m2; /* area if no model computes it; 0: modelled */
};

/* clang-format off */
#define MACHINE_FIELDS                                                                     \
    FIELD_TEXT(struct machine, summary, "", "summary in one line"),                      \
    FIELD_WORD(struct machine, family, machine_family_words, REQUIRED, "how it computes"), \
    FIELD_NUMBER(struct machine, die_m2, "m2", 0, 0, 10, "its silicon, where no model knows it (0: as modelled)")
/* clang-format on */

struct pe_steps;        /* how layers are mapped (machine/pe_array/mapping.h) */
struct layerwise_steps; /* the costs of a layer (machine/layerwise/layerwise.h) */

struct machine_family {
    const char *name, *summary; /* name as records spell it */
    enum machine_kind kind;
    const struct schema *schema; /* schema of its records, with MACHINE_FIELDS */

    /* Checks what ranges cannot express.  Returns STATUS_INPUT with the reason in err.  NULL:
     * there is nothing to check. */
    enum status (*check)(const struct machine *machine, struct error *err);

    const struct pe_steps *pe; /* the functions of its kind; NULL: of another kind */
    const struct layerwise_steps *layerwise;

    /* Returns the name of the i-th machine of which it is made, NULL after the last.  NULL:
     * it is not made of others. */
    const char *(*engine)(const struct machine *machine, size_t i);
};
extern const struct machine_family *const machine_families[FAMILY_COUNT];
#define FAMILY(ID, name)                      \
    extern const struct schema name##_schema; \
    extern const struct machine_family name##_family;
MACHINE_FAMILIES(FAMILY)
#undef FAMILY

/* The fields that all machines have; the schema of a record is that of its family
 * (schema_of). */
extern const struct schema machine_schema;

/* The member `finish` of the families' schemas; calls the family's own check. */
enum status machine_finish(void *record, struct error *err);

const struct machine_family *machine_family(const struct machine *machine);

/* Returns the number of machines of which it is made. */
size_t machine_engine_count(const struct machine *machine);

#endif
