/* All library records that the program has read, by kind.  They are read once by config and
 * constant afterwards. */
#ifndef NVSWEEP_SPACE_LIBRARY_H
#define NVSWEEP_SPACE_LIBRARY_H

#include "base/schema.h"

enum record_table_id {
    RECORDS_TECHNOLOGY,
    RECORDS_NODE,
    RECORDS_WORKLOAD,
    RECORDS_GRID,
    RECORDS_FAB,
    RECORDS_DEVICE,
    RECORDS_INSTANCE,
    RECORDS_DATASET,
    RECORDS_SITE,
    RECORDS_VIDEO,
    RECORDS_SPREAD,
    RECORDS_MACHINE,
    RECORDS_HDC,
    RECORDS_HDC_TASK,
    RECORDS_BUILD,
    RECORDS_SOFTWARE,
    RECORDS_SYNAPSE,
    RECORDS_CORPUS,
    RECORDS_EXPERIMENT,
    RECORDS_APPROXIMATION,
    RECORDS_LIFE,
    RECORDS_VIDEO_PIPELINE,
    RECORDS_COUNT
};

struct record_table {
    const struct schema *schema;
    void **records; /* each begins with struct record */
    char **texts;   /* the text of each record, for the result file */
    size_t count;
};

struct library {
    struct record_table tables[RECORDS_COUNT];
};

/* The schemas by kind: technology, node, workload, machine, and so on
 * (stage/record_tables.c). */
extern const struct schema *const record_table_schemas[RECORDS_COUNT];

/* Does the record have this name or alias? */
bool record_is_named(const struct record *record, const char *name);

/* Returns the kind of that name (struct schema), or RECORDS_COUNT. */
enum record_table_id record_table_of_kind(const char *kind);

/* Returns the record of that name or alias, or NULL. */
const struct record *library_find(const struct library *library,
                                  enum record_table_id table, const char *name);

/* Does the same, and returns STATUS_INPUT with "no ... named ..., did you mean ...?" if there
 * is none. */
enum status library_lookup(const struct library *library, enum record_table_id table,
                           const char *name, const struct record **record,
                           struct error *err);

/* Returns the text of a record for the result file: its name if it was not read from a file,
 * or NULL if it is not a record of this kind. */
const char *library_record_text(const struct library *library,
                                enum record_table_id table, const void *record);

/* Release records that config has read, including their fields. */
void record_table_free(struct record_table *table);
void library_free(struct library *library);

#endif
