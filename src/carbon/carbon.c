#include "carbon/carbon.h"

#include "base/maths.h"

#include <string.h>

enum { ASSEMBLY_DEPTH = 8 };

/* ---- carbon per area */

/* The fab's nodes next to a feature size: the largest of at most node_m and the smallest of
 * at least node_m, or the outermost node if one is missing. */
static void nodes_around(const struct fab *fab, double node_m,
                         const struct fab_node **below, const struct fab_node **above)
{
    *below = *above = NULL;
    for (size_t i = 0; i < fab->nodes_count; i++) {
        const struct fab_node *node = &fab->nodes[i];

        if (node->node_m <= node_m * (1 + 1e-9) &&
            (!*below || node->node_m > (*below)->node_m))
            *below = node;
        if (node->node_m >= node_m * (1 - 1e-9) &&
            (!*above || node->node_m < (*above)->node_m))
            *above = node;
    }
    *below = *below ? *below : *above;
    *above = *above ? *above : *below;
}

static struct carbon_per_area cpa_of(const struct manufacture *making,
                                     const struct fab_node *node)
{
    double gas_weight = (making->abatement - 0.95) / (0.99 - 0.95);
    double gas = node->gas_95_kg_per_m2 +
                 gas_weight * (node->gas_99_kg_per_m2 - node->gas_95_kg_per_m2);
    double energy = making->grid_kg_per_j * node->energy_j_per_m2;
    double materials = making->fab->materials_kg_per_m2;

    if (node->carbon_kg_per_m2 > 0)
        return (struct carbon_per_area){ .kg_per_m2 = node->carbon_kg_per_m2 /
                                                      making->yield };
    return (struct carbon_per_area){
        .kg_per_m2 = (energy + gas + materials) / making->yield,
        .energy_kg_per_m2 = energy / making->yield,
        .gas_kg_per_m2 = gas / making->yield,
        .materials_kg_per_m2 = materials / making->yield,
    };
}

static double between(double a, double b, double weight)
{
    return a + weight * (b - a);
}

enum status carbon_per_area(const struct manufacture *making, double node_m,
                            struct carbon_per_area *cpa, struct error *reason)
{
    const struct fab_node *below, *above;
    struct carbon_per_area low, high;
    double weight = 0;

    nodes_around(making->fab, node_m, &below, &above);
    if (!below)
        return error_set(reason, STATUS_INFEASIBLE, "fab %s lists no process node",
                         making->fab->record.name);
    if (above != below)
        weight = maths_log(node_m / below->node_m) /
                 maths_log(above->node_m / below->node_m);
    low = cpa_of(making, below);
    high = cpa_of(making, above);
    *cpa = (struct carbon_per_area){
        .kg_per_m2 = between(low.kg_per_m2, high.kg_per_m2, weight),
        .energy_kg_per_m2 = between(low.energy_kg_per_m2, high.energy_kg_per_m2,
                                    weight),
        .gas_kg_per_m2 = between(low.gas_kg_per_m2, high.gas_kg_per_m2, weight),
        .materials_kg_per_m2 = between(low.materials_kg_per_m2,
                                       high.materials_kg_per_m2, weight),
        .node_m = above != below ? node_m : below->node_m,
    };
    return STATUS_OK;
}

/* ---- devices */

double embodied_total_kg(const struct embodied *e)
{
    return e->logic_kg + e->memory_kg + e->storage_kg + e->whole_kg + e->packaging_kg;
}

static enum status medium_kg(const struct manufacture *making,
                             const struct device_part *part, double *kg,
                             struct error *reason)
{
    for (size_t i = 0; i < making->fab->media_count; i++)
        if (strcmp(making->fab->media[i].name, part->medium) == 0) {
            *kg = making->fab->media[i].kg_per_byte * part->capacity_bytes /
                  making->yield;
            return STATUS_OK;
        }
    return error_set(reason, STATUS_INFEASIBLE, "fab %s has no carbon of medium '%s'",
                     making->fab->record.name, part->medium);
}

/* The request while the parts of a device are visited. */
struct counting {
    const struct manufacture *making;
    device_find_fn *find;
    const void *library;
    struct embodied *sum;
    struct error *reason;
};

static enum status device_count(const struct counting *counting,
                                const struct device *device, double times,
                                unsigned depth);

static enum status part_count(const struct counting *counting,
                              const struct device_part *part, double times,
                              unsigned depth)
{
    const struct manufacture *making = counting->making;
    struct embodied *sum = counting->sum;
    struct carbon_per_area cpa;
    enum status status = STATUS_OK;
    double kg = 0;

    switch ((enum part_kind)part->kind) {
    case PART_LOGIC:
        status = carbon_per_area(making,
                                 part->node_m > 0 ? part->node_m : making->node_m, &cpa,
                                 counting->reason);
        if (status == STATUS_OK)
            sum->logic_kg += times * part->area_m2 * cpa.kg_per_m2;
        break;
    case PART_MEMORY:
        status = medium_kg(making, part, &kg, counting->reason);
        sum->memory_kg += times * kg;
        break;
    case PART_STORAGE:
        status = medium_kg(making, part, &kg, counting->reason);
        sum->storage_kg += times * kg;
        break;
    case PART_WHOLE: sum->whole_kg += times * part->carbon_kg; break;
    case PART_ASSEMBLY: {
        const struct device *inner = counting->find(counting->library, part->of);

        if (!inner || depth == ASSEMBLY_DEPTH)
            return error_set(counting->reason, STATUS_INFEASIBLE,
                             "part '%s' is made of '%s', which is %s", part->name,
                             part->of,
                             inner ? "nested too deep" : "no device of the library");
        status = device_count(counting, inner, times, depth + 1);
        break;
    }
    }
    sum->packaging_kg += times * part->packages * making->fab->package_kg;
    return status;
}

static enum status device_count(const struct counting *counting,
                                const struct device *device, double times,
                                unsigned depth)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < device->parts_count && status == STATUS_OK; i++)
        status = part_count(counting, &device->parts[i], times * device->parts[i].count,
                            depth);
    return status;
}

enum status device_embodied(const struct device *device,
                            const struct manufacture *making, device_find_fn *find,
                            const void *library, struct embodied *embodied,
                            struct error *reason)
{
    struct counting counting = { making, find, library, embodied, reason };

    *embodied = (struct embodied){ 0 };
    return device_count(&counting, device, 1, 0);
}

double device_gain(const struct device *device, uint64_t count)
{
    double gain = 1;

    for (size_t i = 0; i < device->steps_count && i < count; i++)
        gain *= device->steps[i].factor;
    return gain;
}

/* ---- use */

double grid_intensity(const struct grid_region *grid, uint64_t start, uint64_t hours)
{
    double sum = 0;

    if (grid->hours_count != GRID_HOURS)
        return grid->kg_per_j;
    for (uint64_t h = 0; h < hours; h++)
        sum += grid->hours[(start + h) % GRID_HOURS].kg_per_j;
    return sum / (double)hours;
}

double work_kg_per_s(const struct usage *usage, double carbon_kg)
{
    return carbon_kg / (usage->lifetime_s * usage->utilisation);
}

double operational_kg(const struct usage *usage, double energy_j)
{
    return energy_j * usage->pue * usage->grid_kg_per_j;
}

double amortised_kg(const struct usage *usage, double embodied_kg, double work_s)
{
    return embodied_kg * work_s / (usage->lifetime_s * usage->utilisation);
}

double lifetime_operational_kg(const struct usage *usage, const struct device *device,
                               double gain)
{
    double power_w = usage->utilisation * device->power_w / gain +
                     (1 - usage->utilisation) * device->idle_w;

    return operational_kg(usage, power_w * usage->lifetime_s);
}
