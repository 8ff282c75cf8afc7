/* Fills in the struct of a record from a group of a library file, as its schema says. */
#ifndef NVSWEEP_CONFIG_RECORD_H
#define NVSWEEP_CONFIG_RECORD_H

#include "base/schema.h"
#include "config/source.h"

/* Reads group { ... } into record (schema->size bytes, which the caller has set to 0).
 * Top-level records, whose schema names a folder, also get their struct record.  Unknown,
 * missing and repeated keys, wrong types and values out of range are STATUS_INPUT with file
 * and line.  Call schema_fields_free also after an error. */
enum status record_read(const struct source *source, const config_setting_t *group,
                        const struct schema *schema, void *record, struct error *err);

#define PARENT_KEY "parent" /* names the record from which one inherits (library.c) */

/* The group of a record, and that of the record from which it inherits: keys that the group
 * lacks, except name and aliases, are the parent's. */
struct inheritance {
    const struct source *source;
    const config_setting_t *group;
    const struct inheritance *parent; /* NULL: none */
};

/* Makes a record of this kind in its own memory, with the schema of its family if the kind
 * has families.  *record is NULL if the record names no family.  Otherwise as record_read. */
enum status record_make(const struct inheritance *inheritance,
                        const struct schema *schema, void **record, struct error *err);

/* The group that has the key: the record's own, or the nearest it inherits from; NULL: none. */
const struct inheritance *inheritance_key_find(const struct inheritance *inheritance,
                                               const char *key);

#endif
