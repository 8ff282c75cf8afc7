/* The carbon that is emitted by making a device and by running it.  The model is ACT's (U.
 * Gupta et al., ISCA 2022): the carbon of a die is its area times the carbon per area of its
 * node,
 *
 *   CPA = (CI_fab EPA + GPA + MPA) / yield,
 *
 * where EPA, GPA and MPA are the energy, gases and materials per area.  Memory and storage
 * have a carbon per byte, which is also divided by the yield, and every package adds a fixed
 * amount.  Running a device emits energy x PUE x carbon intensity of the grid.  All masses
 * are kg of CO2 equivalent. */
#ifndef NVSWEEP_CARBON_CARBON_H
#define NVSWEEP_CARBON_CARBON_H

#include "base/schema.h"

#include <stddef.h>
#include <stdint.h>

/* An electricity grid: the mix of a region, or a single source. */
enum { GRID_HOURS = 24 };

struct grid_hour {
    double kg_per_j;
};

struct grid_region {
    struct record record;
    const char *summary;
    double kg_per_j;         /* mean over the day */
    struct grid_hour *hours; /* GRID_HOURS values from midnight on, or none */
    size_t hours_count;
    double hours_kg_per_j; /* mean of `hours` if they are given */
};
extern const struct schema grid_region_schema;

/* Returns the mean carbon intensity over `hours` hours of the day that begin at hour `start`;
 * they may extend past midnight.  It is the mean of the day if the grid gives no hours. */
double grid_intensity(const struct grid_region *grid, uint64_t start, uint64_t hours);

/* A process node of a fab.  Either carbon_kg_per_m2 is given, a total that holds for the
 * fab's own electricity, or the parts are given. */
struct fab_node {
    double node_m;
    double energy_j_per_m2;
    double gas_95_kg_per_m2, gas_99_kg_per_m2; /* at 95 % and 99 % abatement */
    double carbon_kg_per_m2;                   /* 0: computed from the parts */
};

/* A kind of memory or storage. */
struct fab_medium {
    const char *name;
    double kg_per_byte; /* before yield */
};

/* The parameters of manufacturing. */
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
    PART_STORAGE,  /* of PART_STORAGE: as for PART_MEMORY */
    PART_WHOLE,    /* carbon_kg, as a life-cycle assessment states it */
    PART_ASSEMBLY, /* another device: `of` */
};

struct device_part {
    const char *name;
    int kind; /* enum part_kind */
    double area_m2;
    double node_m; /* 0: the node of the request */
    const char *medium;
    double capacity_bytes;
    double carbon_kg;
    const char *of;
    double count, packages; /* `packages` is the number per unit of `count` */
};

/* An improvement that divides the energy of the same work by a factor. */
struct device_step {
    const char *name;
    double factor;
};

struct device {
    struct record record;
    const char *summary;
    double power_w, idle_w; /* while it works, while it idles */
    uint64_t
        machines;  /* number of the sweep's machines that the device contains; 0: none,
                   * so that their silicon is added to the device's */
    double host_w; /* power of the rest of the device while these machines work */
    struct device_part *parts;
    size_t parts_count;
    struct device_step *steps; /* in the order in which they are applied */
    size_t steps_count;
};
extern const struct schema device_schema;

extern const struct word part_kinds[];

/* How a device is made. */
struct manufacture {
    const struct fab *fab;
    double node_m;           /* of parts that state no node */
    double grid_kg_per_j;    /* the fab's electricity */
    double abatement, yield; /* shares; abatement within 0.95..0.99 */
};

/* The carbon per area of good dies, by cause.  Between two nodes of the fab every coefficient
 * is interpolated linearly over the logarithm of the feature size (our choice: ACT uses
 * listed nodes only).  Beyond the fab's nodes the outermost one is used, and node_m says
 * which. */
struct carbon_per_area {
    double kg_per_m2;
    double energy_kg_per_m2, gas_kg_per_m2,
        materials_kg_per_m2; /* 0 if only the total is known */
    double node_m;
};

/* Returns STATUS_INFEASIBLE with a reason (unless reason is NULL) if the fab lists no node. */
enum status carbon_per_area(const struct manufacture *making, double node_m,
                            struct carbon_per_area *cpa, struct error *reason);

struct embodied {
    double logic_kg, memory_kg, storage_kg, whole_kg, packaging_kg;
};

double embodied_total_kg(const struct embodied *embodied);

/* Finds the device that an assembly names; NULL if there is none. */
typedef const struct device *device_find_fn(const void *library, const char *name);

/* Computes the embodied carbon of all parts of a device.  Assemblies may contain assemblies,
 * up to eight levels deep.  Returns STATUS_INFEASIBLE with a reason if the fab does not make
 * a medium or `find` does not know an assembly. */
enum status device_embodied(const struct device *device,
                            const struct manufacture *making, device_find_fn *find,
                            const void *library, struct embodied *embodied,
                            struct error *reason);

/* Returns the factor by which the first `count` steps reduce the energy of the same work. */
double device_gain(const struct device *device, uint64_t count);

/* How a device is used.  utilisation: share of the lifetime in which it works.  pue: power
 * usage effectiveness of the site. */
struct usage {
    double grid_kg_per_j, pue, lifetime_s, utilisation;
};

/* Returns the carbon that is emitted by using an energy once. */
double operational_kg(const struct usage *usage, double energy_j);

/* Returns the part of the embodied carbon that is due to work of this duration. */
double amortised_kg(const struct usage *usage, double embodied_kg, double work_s);

/* Returns the carbon of making a device and running it for its lifetime, per second of work. */
double work_kg_per_s(const struct usage *usage, double carbon_kg);

/* Returns the carbon that is emitted by running a device for its lifetime.  Its power is
 * power_w / gain while it works and idle_w otherwise. */
double lifetime_operational_kg(const struct usage *usage, const struct device *device,
                               double gain);

#endif
