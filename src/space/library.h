/* Every record a program run knows, by kind.  Read once by config, const from then on.
 */
#ifndef NVSWEEP_SPACE_LIBRARY_H
#define NVSWEEP_SPACE_LIBRARY_H

#include "base/schema.h"

enum shelf_id {
    SHELF_TECHNOLOGY,
    SHELF_NODE,
    SHELF_WORKLOAD,
    SHELF_GRID,
    SHELF_FAB,
    SHELF_DEVICE,
    SHELF_INSTANCE,
    SHELF_DATASET,
    SHELF_SITE,
    SHELF_VIDEO,
    SHELF_SPREAD,
    SHELF_MACHINE,
    SHELF_HDC,
    SHELF_HDC_TASK,
    SHELF_BUILD,
    SHELF_SOFTWARE,
    SHELF_SYNAPSE,
    SHELF_CORPUS,
    SHELF_EXPERIMENT,
    SHELF_APPROXIMATION,
    SHELF_LIFE,
    SHELF_VIDEO_PIPELINE,
    SHELF_COUNT
};

struct shelf {
    const struct schema *schema;
    void **records; /* each begins with struct record */
    char **texts;   /* the record as its file writes it, for the result file */
    size_t count;
};

struct library {
    struct shelf shelves[SHELF_COUNT];
};

/* The schemas by shelf: technology, node, workload, machine, and so on
 * (stage/record_tables.c). */
extern const struct schema *const shelf_schemas[SHELF_COUNT];

/* Does the record answer to the name, or to an alias? */
bool record_is_named(const struct record *record, const char *name);

/* The shelf of records of that kind (struct schema), or SHELF_COUNT. */
enum shelf_id shelf_of_kind(const char *kind);

/* The record of that name (or alias), or NULL. */
const struct record *library_find(const struct library *library, enum shelf_id shelf,
                                  const char *name);

/* The same; STATUS_INPUT and "no ... named ..., did you mean ...?" if there is none. */
enum status library_lookup(const struct library *library, enum shelf_id shelf,
                           const char *name, const struct record **record,
                           struct error *err);

/* The record as its file writes it, for the result file; its name if it came from no
 * file, or NULL if it is none of this shelf's. */
const char *library_record_text(const struct library *library, enum shelf_id shelf,
                                const void *record);

/* Release records that config read, their fields included. */
void shelf_free(struct shelf *shelf);
void library_free(struct library *library);

#endif
