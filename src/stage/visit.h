/* How most stages evaluate their points: the design point is computed from its index, its
 * records get the values of its sample, and the same point is found in the stages that it
 * reads. */
#ifndef NVSWEEP_STAGE_VISIT_H
#define NVSWEEP_STAGE_VISIT_H

#include "stage/axes.h"
#include "stage/stage.h"
#include "machine/gpu/traffic.h"
#include "space/variant.h"
#include "workload/workload.h"

/* Lists the changes of records at a stage's point: fields that are axes, and the parameters
 * of its spread in its sample.  Returns their number. */
size_t study_changes(const struct study *study, enum stage_id id,
                     const struct point *point, struct change changes[CHANGES_MAX]);

/* Computes the design point at `index` of a stage's grid.  The records of its axes are
 * variants that `variant` holds until the next point.  Returns STATUS_INFEASIBLE with a
 * reason if such a record cannot exist. */
enum status study_point(const struct study *study, enum stage_id id, uint64_t index,
                        struct variant *variant, struct point *point,
                        struct error *reason);

struct visit {
    const struct study *study;
    uint64_t index; /* index of the point in the stage's grid */
    struct point point;
    uint64_t at[STAGE_COUNT]; /* index of the point in the grid of each input */
    stage_mask done;          /* bit per input that has a result at this point */
    struct variant *variant;  /* for records that no axis names (variant_record) */
    void *memory;             /* memory that the stage keeps from point to point, or
                               * NULL */
};

/* Finds the library's record of that name with the point's changes; NULL if there is none.
 * Returns STATUS_INFEASIBLE with a reason if it cannot exist. */
enum status visit_record(const struct visit *visit, enum record_table_id table,
                         const char *name, const struct record **record,
                         struct error *reason);

/* Does the same for the process node of the point, but returns STATUS_INFEASIBLE if there is
 * none. */
struct node;
enum status visit_node(const struct visit *visit, const struct node **node,
                       struct error *reason);

/* Finds the process node of the point's cells, whose flavour the axis cell_roadmap says;
 * `node` is that of the periphery. */
struct cell;
enum status visit_cell_node(const struct visit *visit, const struct cell *cell,
                            const struct node *node, const struct node **cell_node,
                            struct error *reason);

/* Finds the layers of the point's workload.  They stay in the cache unless the sample of a
 * spread changes them.  Status and reason are those of mac_layers_create. */
struct mac_layers;
struct layer_cache;
enum status visit_layers(const struct visit *visit, struct layer_cache *cache,
                         enum phase phase, uint64_t batch,
                         const struct mac_layers **layers, struct error *reason);

/* Returns how the point's workload is run on its GPU. */
struct deployment deployment_at(const struct point *point);

/* Evaluates one point into element i of its columns.  Returns STATUS_OK, or STATUS_INFEASIBLE
 * with a reason. */
typedef enum status visit_fn(const struct visit *visit, const struct columns *out,
                             uint64_t i, struct error *reason);

/* Calls fn for each point whose inputs are all done, and sets the statuses as struct stage
 * requires.  For a point without inputs the reason is that of the stage that has no result. */
void stage_visit(const struct study *study, enum stage_id id, struct range points,
                 visit_fn *fn, void *memory, const struct columns *out, int8_t *status,
                 struct error *reason);

#endif
