/* A machine of any kind, so that platforms, accelerators, machines that compute in memory
 * and crossbars can be values of one axis: it names a record of one of these shelves.  A
 * sweep that gives the axis `machine` gives these axes with it, none of them twice. */
#ifndef NVSWEEP_SPACE_MACHINE_H
#define NVSWEEP_SPACE_MACHINE_H

#include "base/schema.h"
#include "space/axis.h"

struct machine_record {
    struct record record;
    const char *summary;
    const char *platform, *accelerator, *cim,
        *crossbar;  /* one of them, the others "" */
    double area_m2; /* silicon, where the models do not know it; 0: they do */
};
extern const struct schema machine_schema;

/* The axes a machine stands for. */
enum { MACHINE_KINDS = 4 };
extern const enum axis_id machine_axes[MACHINE_KINDS];

/* The record on that axis, NULL if the machine is of another kind.  STATUS_INPUT
 * ("names ...") if the library has no such record. */
enum status machine_part(const struct machine_record *machine,
                         const struct library *library, enum axis_id axis,
                         const struct record **part, struct error *err);

#endif
