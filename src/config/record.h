/* Fills a record's struct from a group of a library file, driven by its schema. */
#ifndef NVSWEEP_CONFIG_RECORD_H
#define NVSWEEP_CONFIG_RECORD_H

#include "base/schema.h"
#include "config/source.h"

/* Read group { ... } into record (schema->size bytes, zeroed by the caller).  Top-level
 * records (those whose schema names a folder) also get their struct record.  Unknown,
 * missing and repeated keys, wrong types and values out of range are STATUS_INPUT with
 * file and line; then, too, schema_fields_free releases what was read. */
enum status record_read(const struct source *source, const config_setting_t *group,
                        const struct schema *schema, void *record, struct error *err);

/* A record's group, and that of the record it inherits from: a key that the group lacks is
 * the parent's (but for its name and aliases). */
struct heritage {
    const struct source *source;
    const config_setting_t *group;
    const struct heritage *parent; /* NULL: none */
};

/* A record of that kind, of its family's schema if it has families, in memory of its own;
 * *record is NULL if it names no family.  As record_read else. */
enum status record_make(const struct heritage *heritage, const struct schema *schema,
                        void **record, struct error *err);

/* The record with all keys that it inherits, as one could write it; freed by the caller. */
char *heritage_text(const struct heritage *heritage);

#endif
