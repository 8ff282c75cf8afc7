#include "space/machine.h"

/* clang-format off */
static const struct field machine_fields[] = {
    FIELD_TEXT(struct machine_record, summary, "", "what it is, in a line"),
    FIELD_NAME(struct machine_record, platform, "platform", "", "platform that it is"),
    FIELD_NAME(struct machine_record, accelerator, "accelerator", "", "accelerator that it is"),
    FIELD_NAME(struct machine_record, cim, "cim", "", "cim machine that it is"),
    FIELD_NAME(struct machine_record, crossbar, "crossbar", "", "chip of crossbars that it is"),
    FIELD_NUMBER(struct machine_record, area_m2, "m2", 0, 0, 10, "its silicon (0: as the models compute)"),
};
/* clang-format on */

const enum axis_id machine_axes[MACHINE_KINDS] = { AXIS_platform, AXIS_accelerator,
                                                   AXIS_cim, AXIS_crossbar };

static const char *part_name(const struct machine_record *machine, enum axis_id axis)
{
    switch (axis) {
    case AXIS_platform: return machine->platform;
    case AXIS_accelerator: return machine->accelerator;
    case AXIS_cim: return machine->cim;
    default: return machine->crossbar;
    }
}

enum status machine_part(const struct machine_record *machine,
                         const struct library *library, enum axis_id axis,
                         const struct record **part, struct error *err)
{
    const char *name = part_name(machine, axis);

    *part = NULL;
    if (!*name)
        return STATUS_OK;
    *part = library_find(library, axis_specs[axis].shelf, name);
    if (!*part)
        return error_set(err, STATUS_INPUT,
                         "names machine '%s', which is %s '%s': the library has none",
                         machine->record.name, axis_specs[axis].key, name);
    return STATUS_OK;
}

static enum status machine_finish(void *record, struct error *err)
{
    size_t named = 0;

    for (size_t i = 0; i < MACHINE_KINDS; i++)
        named += *part_name(record, machine_axes[i]) != '\0';
    if (named != 1)
        return error_set(err, STATUS_INPUT,
                         "names %zu records, must name one: a platform, an "
                         "accelerator, a cim or a crossbar",
                         named);
    return STATUS_OK;
}

const struct schema machine_schema = {
    .kind = "machine",
    .folder = "machines",
    .size = sizeof(struct machine_record),
    .fields = machine_fields,
    .field_count = FIELD_COUNT_OF(machine_fields),
    .finish = machine_finish,
};
