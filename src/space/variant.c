#include "space/variant.h"

#include "base/memory.h"
#include "base/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct variant_record {
    const struct record *of;
    bool is_selected;
    const struct schema *schema;
    uint64_t changes; /* bit per change that affects it */
    bool is_deep;     /* a change lies in a list, so that copies own their lists */
    void *copy;       /* NULL: none yet */
    bool is_made;     /* the variant exists with these values */
    double values[CHANGES_MAX];
    const struct field *fields[CHANGES_MAX]; /* the changes' fields; NULL: in a list */
};
static_assert(CHANGES_MAX <= 64, "sets of changes are bits");

char *place_format(const struct place *place, char *buffer, size_t size)
{
    bool is_one = place->record[0];

    snprintf(buffer, size, "%s%s%s%s.%s", record_table_schemas[place->of]->kind,
             is_one ? "[" : "", place->record, is_one ? "]" : "", place->path);
    return buffer;
}

bool place_touches(const struct place *place, enum record_table_id table,
                   const struct record *record, bool is_selected)
{
    if (place->of != table)
        return false;
    if (place->record[0] ? !record_is_named(record, place->record)
                         : place->is_selected && !is_selected)
        return false;
    return path_count(schema_of(record_table_schemas[table], record), record,
                      place->path) > 0;
}

/* Most texts are compared with themselves. */
static bool is_same_text(const char *a, const char *b)
{
    return a == b || strcmp(a, b) == 0;
}

static bool is_same(const struct change *a, const struct change *b)
{
    return a->is_factor == b->is_factor && a->place.of == b->place.of &&
           a->place.is_selected == b->place.is_selected &&
           is_same_text(a->place.path, b->place.path) &&
           is_same_text(a->place.record, b->place.record);
}

static void kept_free(struct variant *variant)
{
    for (size_t i = 0; i < variant->kept_count; i++) {
        const struct variant_record *kept = &variant->kept[i];

        if (kept->copy && kept->is_deep)
            record_copy_free(kept->schema, kept->copy);
        free(kept->copy);
    }
    free(variant->kept);
    variant->kept = NULL;
    variant->kept_count = 0;
}

void variant_at(struct variant *variant, const struct change *changes, size_t count)
{
    bool are_same = variant->count == count;

    for (size_t i = 0; i < count && are_same; i++)
        are_same = is_same(&variant->changes[i], &changes[i]);
    if (!are_same)
        kept_free(variant);
    memcpy(variant->changes, changes, count * sizeof *changes);
    variant->count = count;
}

static uint64_t changes_of(const struct variant *variant, enum record_table_id table,
                           const struct record *record, bool is_selected)
{
    uint64_t changes = 0;

    for (size_t i = 0; i < variant->count; i++)
        if (place_touches(&variant->changes[i].place, table, record, is_selected))
            changes |= (uint64_t)1 << i;
    return changes;
}

/* Returns the variant of this record, or the one that is this copy. */
static struct variant_record *kept_find(struct variant *variant,
                                        enum record_table_id table,
                                        const struct record *record, bool is_selected)
{
    struct variant_record *kept;

    for (size_t i = 0; i < variant->kept_count; i++) {
        kept = &variant->kept[i];
        if ((kept->of == record && kept->is_selected == is_selected) ||
            kept->copy == record)
            return kept;
    }
    variant->kept = realloc_array(variant->kept, variant->kept_count + 1,
                                  sizeof *variant->kept);
    kept = &variant->kept[variant->kept_count++];
    *kept = (struct variant_record){
        .of = record,
        .is_selected = is_selected,
        .schema = schema_of(record_table_schemas[table], record),
        .changes = changes_of(variant, table, record, is_selected),
    };
    for (size_t i = 0; i < variant->count; i++) {
        if (!(kept->changes >> i & 1))
            continue;
        kept->fields[i] = path_field(kept->schema, variant->changes[i].place.path);
        kept->is_deep |= !kept->fields[i];
    }
    return kept;
}

bool variant_touches(struct variant *variant, enum record_table_id table,
                     const struct record *record, bool is_selected)
{
    return variant && variant->count > 0 && record &&
           kept_find(variant, table, record, is_selected)->changes;
}

static bool is_fresh(const struct variant *variant, const struct variant_record *kept)
{
    for (size_t i = 0; i < variant->count && kept->is_made; i++)
        if (kept->changes >> i & 1 && kept->values[i] != variant->changes[i].value)
            return false;
    return kept->is_made;
}

/* Makes the copy again; lists are copied only if a change lies in one. */
static void copy_renew(struct variant_record *kept)
{
    if (kept->copy && kept->is_deep)
        record_copy_free(kept->schema, kept->copy);
    if (!kept->copy)
        kept->copy = alloc_array(1, kept->schema->size);
    if (kept->is_deep)
        record_copy(kept->schema, kept->of, kept->copy);
    else
        memcpy(kept->copy, kept->of, kept->schema->size);
}

/* Makes change i of the variant in the copy. */
static enum status change_apply(const struct change *change,
                                const struct variant_record *kept, size_t i,
                                struct error *reason)
{
    const struct field *field = kept->fields[i];

    if (field)
        return (change->is_factor ? path_field_scale : path_field_set)(
            field, kept->copy, change->value, reason);
    return (change->is_factor ? path_scale : path_set)(
        kept->schema, kept->copy, change->place.path, change->value, reason);
}

static enum status copy_change(const struct variant *variant,
                               struct variant_record *kept, struct error *reason)
{
    enum status status = STATUS_OK;
    struct error why;

    why.text[0] = '\0';
    copy_renew(kept);
    for (size_t i = 0; i < variant->count && status == STATUS_OK; i++) {
        if (!(kept->changes >> i & 1))
            continue;
        kept->values[i] = variant->changes[i].value;
        status = change_apply(&variant->changes[i], kept, i, &why);
    }
    if (status == STATUS_OK && kept->schema->finish)
        status = kept->schema->finish(kept->copy, &why);
    kept->is_made = status == STATUS_OK;
    if (status != STATUS_OK)
        return error_set(reason, STATUS_INFEASIBLE, "%s %s as varied: %s",
                         kept->schema->kind, kept->of->name, why.text);
    return STATUS_OK;
}

enum status variant_record(struct variant *variant, enum record_table_id table,
                           const struct record **record, bool is_selected,
                           struct error *reason)
{
    struct variant_record *kept;
    enum status status = STATUS_OK;

    if (!variant_touches(variant, table, *record, is_selected))
        return STATUS_OK;
    kept = kept_find(variant, table, *record, is_selected);
    if (!is_fresh(variant, kept))
        status = copy_change(variant, kept, reason);
    if (status == STATUS_OK)
        *record = kept->copy;
    return status;
}

const struct record *variant_origin(const struct variant *variant,
                                    const struct record *record)
{
    for (size_t i = 0; variant && i < variant->kept_count; i++)
        if (variant->kept[i].copy == record)
            return variant->kept[i].of;
    return record;
}

char *variant_text(const struct variant *variant, enum record_table_id table,
                   const struct record *record, bool is_selected)
{
    char *text = alloc_text(""), place[300];

    for (size_t i = 0; variant && i < variant->count; i++) {
        const struct change *change = &variant->changes[i];

        if (!place_touches(&change->place, table, record, is_selected))
            continue;
        text = alloc_append(text, "%s %s %.17g\n",
                            place_format(&change->place, place, sizeof place),
                            change->is_factor ? "*" : "=", change->value);
    }
    return text;
}

void variant_free(struct variant *variant)
{
    kept_free(variant);
    *variant = (struct variant){ 0 };
}
