/* The families of machines, and the fields that all their records have. */
#include "machine/machine.h"

const struct word machine_kind_words[] = {
    { "gpu", MACHINE_GPU },
    { "PE array", MACHINE_PE_ARRAY },
    { "layerwise machine", MACHINE_LAYERWISE },
    { "crossbar chip", MACHINE_CROSSBAR },
    { NULL, 0 },
};

/* The names of the families in records (a test compares them with the families' own). */
const struct word machine_family_words[] = {
    { "gpu", FAMILY_GPU },
    { "cpu", FAMILY_CPU },
    { "systolic", FAMILY_SYSTOLIC },
    { "scalesim", FAMILY_SCALESIM },
    { "eie", FAMILY_EIE },
    { "winograd", FAMILY_WINOGRAD },
    { "row-stationary", FAMILY_ROW_STATIONARY },
    { "loop-nest", FAMILY_NEST },
    { "simdram", FAMILY_SIMDRAM },
    { "upmem", FAMILY_UPMEM },
    { "neon", FAMILY_NEON },
    { "host", FAMILY_HOST },
    { "mensa", FAMILY_MENSA },
    { "training", FAMILY_TRAINING },
    { "crossbar", FAMILY_CROSSBAR },
    { NULL, 0 },
};

const struct machine_family *const machine_families[FAMILY_COUNT] = {
#define FAMILY(ID, name) [FAMILY_##ID] = &name##_family,
    MACHINE_FAMILIES(FAMILY)
#undef FAMILY
};

static const struct schema *const family_schemas[FAMILY_COUNT] = {
#define FAMILY(ID, name) [FAMILY_##ID] = &name##_schema,
    MACHINE_FAMILIES(FAMILY)
#undef FAMILY
};

static const struct field machine_fields[] = { MACHINE_FIELDS };

const struct schema machine_schema = {
    .kind = "machine",
    .folder = "machines",
    .size = sizeof(struct machine),
    .fields = machine_fields,
    .field_count = FIELD_COUNT_OF(machine_fields),
    .family = &machine_fields[1],
    .families = family_schemas,
    .family_count = FAMILY_COUNT,
};

const struct machine_family *machine_family(const struct machine *machine)
{
    return machine_families[machine->family];
}

enum status machine_finish(void *record, struct error *err)
{
    const struct machine *machine = record;
    const struct machine_family *family = machine_family(machine);

    return family->check ? family->check(machine, err) : STATUS_OK;
}

size_t machine_engine_count(const struct machine *machine)
{
    const struct machine_family *family = machine_family(machine);
    size_t count = 0;

    while (family->engine && family->engine(machine, count))
        count++;
    return count;
}
