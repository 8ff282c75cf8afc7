/* The way most stages walk their points: the design point by arithmetic, its records as
 * its sample has them, the same point in the stages it reads. */
#ifndef NVSWEEP_STAGE_VISIT_H
#define NVSWEEP_STAGE_VISIT_H

#include "stage/axes.h"
#include "stage/stage.h"
#include "machine/gpu/traffic.h"
#include "space/variant.h"
#include "workload/workload.h"

/* What a stage's point changes in records: fields that are axes, and the parameters of its
 * spread as its sample has them.  Returns how many. */
size_t study_changes(const struct study *study, enum stage_id id,
                     const struct point *point, struct change changes[CHANGES_MAX]);

/* The design point at index of a stage's grid, the records of its axes as the point has
 * them: copies that variant holds until the next point.  STATUS_INFEASIBLE and reason if
 * such records cannot be. */
enum status study_point(const struct study *study, enum stage_id id, uint64_t index,
                        struct variant *variant, struct point *point,
                        struct error *reason);

struct visit {
    const struct study *study;
    uint64_t index; /* of the point in the stage's grid */
    struct point point;
    uint64_t at[STAGE_COUNT]; /* of the point in the grids of the stage's inputs */
    stage_mask done;          /* bit per input that has a result there */
    struct variant *variant;  /* for records that no axis names (variant_record) */
    void *memory;             /* what the stage keeps from point to point, or NULL */
};

/* The library's record of that name as the point has it; NULL if there is none.
 * STATUS_INFEASIBLE and reason if it cannot be. */
enum status visit_record(const struct visit *visit, enum record_table_id table,
                         const char *name, const struct record **record,
                         struct error *reason);

/* The process node of the point likewise, but STATUS_INFEASIBLE if there is none. */
struct node;
enum status visit_node(const struct visit *visit, const struct node **node,
                       struct error *reason);

/* The process node of the point's cells: of the flavour that its cell_roadmap says, where
 * node is that of the periphery. */
struct cell;
enum status visit_cell_node(const struct visit *visit, const struct cell *cell,
                            const struct node *node, const struct node **cell_node,
                            struct error *reason);

/* The layers of the point's workload, kept in the cache unless the sample of a spread changes
 * it.  Status and reason as of mac_layers_create. */
struct mac_layers;
struct layer_cache;
enum status visit_layers(const struct visit *visit, struct layer_cache *cache,
                         enum phase phase, uint64_t batch,
                         const struct mac_layers **layers, struct error *reason);

/* How the point's workload is run on its GPU. */
struct deployment deployment_at(const struct point *point);

/* Evaluates one point into element i of its columns: STATUS_OK, or STATUS_INFEASIBLE and
 * reason. */
typedef enum status visit_fn(const struct visit *visit, const struct columns *out,
                             uint64_t i, struct error *reason);

/* fn for each of the points whose inputs are all done; status as struct stage's evaluate wants it.  The reason of a point without inputs is left to the stage that lacks it. */
void stage_visit(const struct study *study, enum stage_id id, struct range points,
                 visit_fn *fn, void *memory, const struct columns *out, int8_t *status,
                 struct error *reason);

#endif
