/* Carbon: what making a device and running it emit.  The model is ACT's (U. Gupta et
 * al., ISCA 2022): a die's carbon is its area times the carbon per area of its node,
 *
 *   CPA = (CI_fab EPA + GPA + MPA) / yield,
 *
 * with the energy, gases and materials of an area; memory and storage have a carbon per
 * byte (divided by the yield, too), and every package a fixed amount.  Running emits
 * energy x PUE x grid intensity.  Masses are kg of CO2 equivalent. */
#ifndef NVSWEEP_CARBON_CARBON_H
#define NVSWEEP_CARBON_CARBON_H

#include "base/schema.h"

#include <stddef.h>
#include <stdint.h>

/* Where electricity comes from: a region's mix, or a single source. */
enum { GRID_HOURS = 24 };

struct grid_hour {
    double kg_per_j;
};

struct grid_region {
    struct record record;
    const char *summary;
    double kg_per_j;         /* mean over the day */
    struct grid_hour *hours; /* from midnight on, GRID_HOURS or none */
    size_t hours_count;
    double hours_kg_per_j; /* their mean where they give kg_per_j */
};
extern const struct schema grid_region_schema;

/* Mean over the hours from `start` on, past midnight if need be; the mean of the day where
 * its hours are not known. */
double grid_intensity(const struct grid_region *grid, uint64_t start, uint64_t hours);

/* One node of a fab.  Either carbon_kg_per_m2 is given (a total that holds for the fab's
 * own electricity), or the parts are. */
struct fab_node {
    double node_m;
    double energy_j_per_m2;
    double gas_95_kg_per_m2, gas_99_kg_per_m2; /* at 95 % and 99 % abatement */
    double carbon_kg_per_m2;                   /* 0: from the parts */
};

/* Memory or storage of a kind. */
struct fab_medium {
    const char *name;
    double kg_per_byte; /* before yield */
};

/* A set of parameters of manufacturing. */
struct fab {
    struct record record;
    const char *summary;
    double materials_kg_per_m2;
    double package_kg;      /* of one packaged chip */
    struct fab_node *nodes; /* in any order */
    size_t nodes_count;
    struct fab_medium *media;
    size_t media_count;
};
extern const struct schema fab_schema;

enum part_kind {
    PART_LOGIC,    /* a die: area_m2 at node_m */
    PART_MEMORY,   /* capacity_bytes of medium */
    PART_STORAGE,  /* the same */
    PART_WHOLE,    /* carbon_kg, as a life-cycle assessment states it */
    PART_ASSEMBLY, /* another device: `of` */
};

struct device_part {
    const char *name;
    int kind; /* enum part_kind */
    double area_m2;
    double node_m; /* 0: the node asked for */
    const char *medium;
    double capacity_bytes;
    double carbon_kg;
    const char *of;
    double count, packages; /* packages: per one of count */
};

/* An improvement that divides the energy of the same work. */
struct device_step {
    const char *name;
    double factor;
};

struct device {
    struct record record;
    const char *summary;
    double power_w, idle_w; /* at work, and not */
    uint64_t
        machines; /* of the sweep's that it holds; 0: none, their silicon comes on top */
    double host_w; /* at work, beside these machines */
    struct device_part *parts;
    size_t parts_count;
    struct device_step *steps; /* in the order they are taken */
    size_t steps_count;
};
extern const struct schema device_schema;

extern const struct word part_kinds[];

/* How it is made. */
struct manufacture {
    const struct fab *fab;
    double node_m;           /* of parts that name none */
    double grid_kg_per_j;    /* the fab's electricity */
    double abatement, yield; /* shares; abatement within 0.95..0.99 */
};

/* Carbon per area of good dies, by cause.  Between the fab's nodes every coefficient is
 * interpolated over the logarithm of the feature size (ours: ACT has listed nodes
 * only); beyond them the outermost holds, and node_m says which was taken. */
struct carbon_per_area {
    double kg_per_m2;
    double energy_kg_per_m2, gas_kg_per_m2,
        materials_kg_per_m2; /* 0 if only a total is known */
    double node_m;
};

/* STATUS_INFEASIBLE with words in reason (which may be NULL) if the fab lists no node. */
enum status carbon_per_area(const struct manufacture *making, double node_m,
                            struct carbon_per_area *cpa, struct error *reason);

struct embodied {
    double logic_kg, memory_kg, storage_kg, whole_kg, packaging_kg;
};

double embodied_total_kg(const struct embodied *embodied);

/* Finds the device an assembly names; NULL if there is none. */
typedef const struct device *device_find_fn(const void *library, const char *name);

/* All parts of a device, assemblies within assemblies down to eight levels.
 * STATUS_INFEASIBLE with words in reason if the fab does not make a medium or find does
 * not know an assembly. */
enum status device_embodied(const struct device *device,
                            const struct manufacture *making, device_find_fn *find,
                            const void *library, struct embodied *embodied,
                            struct error *reason);

/* What the first `count` steps divide the energy of the same work by. */
double device_gain(const struct device *device, uint64_t count);

/* How it is used.  utilisation: share of the lifetime at work; pue: power usage
 * effectiveness of the site. */
struct usage {
    double grid_kg_per_j, pue, lifetime_s, utilisation;
};

/* Emitted by using an energy once. */
double operational_kg(const struct usage *usage, double energy_j);

/* Share of the embodied carbon that falls to work of that duration. */
double amortised_kg(const struct usage *usage, double embodied_kg, double work_s);

/* Carbon of making and running it for life, over the time at work. */
double work_kg_per_s(const struct usage *usage, double carbon_kg);

/* Emitted by running a device for its life, its work made `gain` times cheaper: at work
 * power_w over gain, idle_w otherwise. */
double lifetime_operational_kg(const struct usage *usage, const struct device *device,
                               double gain);

#endif
