#include "uncertainty/variation.h"

#include "base/memory.h"
#include "base/path.h"

#include <stdlib.h>
#include <string.h>

struct varied_record {
    const struct record *of;
    enum shelf_id shelf;
    void *copy;
    bool is_deep;  /* its lists are its own */
    bool is_fresh; /* of the present sample */
};

void variation_at(struct variation *variation, const struct record *spread,
                  uint64_t seed, uint64_t sample)
{
    const struct spread *now = sample ? (const struct spread *)spread : NULL;

    if (variation->spread == now && variation->sample == sample &&
        variation->seed == seed)
        return;
    variation->spread = now;
    variation->sample = sample;
    variation->seed = seed;
    for (size_t i = 0; i < variation->count; i++)
        variation->kept[i].is_fresh = false;
}

bool variation_touches(const struct variation *variation, enum shelf_id shelf,
                       const struct record *record)
{
    for (size_t p = 0; variation->spread && p < variation->spread->parameters_count;
         p++)
        if (spread_parameter_touches(&variation->spread->parameters[p], shelf, record))
            return true;
    return false;
}

static struct varied_record *kept_find(struct variation *variation, enum shelf_id shelf,
                                       const struct record *record)
{
    struct varied_record *kept;

    for (size_t i = 0; i < variation->count; i++)
        if (variation->kept[i].of == record)
            return &variation->kept[i];
    variation->kept = realloc_array(variation->kept, variation->count + 1,
                                    sizeof *variation->kept);
    kept = &variation->kept[variation->count++];
    *kept = (struct varied_record){
        .of = record,
        .shelf = shelf,
        .copy = alloc_array(1, schema_of(shelf_schemas[shelf], record)->size),
    };
    return kept;
}

static void lists_drop(struct varied_record *kept)
{
    if (kept->is_deep)
        record_copy_free(schema_of(shelf_schemas[kept->shelf], kept->of), kept->copy);
    kept->is_deep = false;
}

/* The record anew, its lists copied only if a parameter lies in one. */
static void copy_renew(const struct spread *spread, struct varied_record *kept)
{
    const struct schema *schema = schema_of(shelf_schemas[kept->shelf], kept->of);

    lists_drop(kept);
    for (size_t p = 0; p < spread->parameters_count; p++)
        kept->is_deep |= spread_parameter_touches(&spread->parameters[p], kept->shelf,
                                                  kept->of) &&
                         strchr(spread->parameters[p].name, '.');
    if (kept->is_deep)
        record_copy(schema, kept->of, kept->copy);
    else
        memcpy(kept->copy, kept->of, schema->size);
}

static enum status copy_vary(const struct variation *variation,
                             struct varied_record *kept, struct error *reason)
{
    const struct schema *schema = schema_of(shelf_schemas[kept->shelf], kept->of);
    const struct spread *spread = variation->spread;
    enum status status = STATUS_OK;
    struct error why;

    copy_renew(spread, kept);
    for (size_t p = 0; p < spread->parameters_count && status == STATUS_OK; p++)
        if (spread_parameter_touches(&spread->parameters[p], kept->shelf, kept->of))
            status = path_scale(
                schema, kept->copy, spread->parameters[p].name,
                spread_factor(spread, variation->seed, variation->sample, p), &why);
    if (status == STATUS_OK && schema->finish)
        status = schema->finish(kept->copy, &why);
    kept->is_fresh = status == STATUS_OK;
    if (status != STATUS_OK)
        return error_set(reason, STATUS_INFEASIBLE, "sample %llu of %s %s: %s",
                         (unsigned long long)variation->sample, schema->kind,
                         kept->of->name, why.text);
    return STATUS_OK;
}

enum status variation_record(struct variation *variation, enum shelf_id shelf,
                             const struct record **record, struct error *reason)
{
    struct varied_record *kept;
    enum status status = STATUS_OK;

    if (!variation || !*record || !variation_touches(variation, shelf, *record))
        return STATUS_OK;
    kept = kept_find(variation, shelf, *record);
    if (!kept->is_fresh)
        status = copy_vary(variation, kept, reason);
    if (status == STATUS_OK)
        *record = kept->copy;
    return status;
}

void variation_free(struct variation *variation)
{
    for (size_t i = 0; i < variation->count; i++) {
        lists_drop(&variation->kept[i]);
        free(variation->kept[i].copy);
    }
    free(variation->kept);
    *variation = (struct variation){ 0 };
}
