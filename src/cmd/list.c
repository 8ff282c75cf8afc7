#include "cmd/cmd.h"

#include "workload/layer.h"
#include "base/memory.h"
#include "base/units.h"

#include <stdlib.h>
#include <string.h>

/* The table with that kind or folder name, or RECORDS_COUNT. */
static enum record_table_id record_table_named(const char *name)
{
    enum record_table_id id = 0;

    while (id < RECORDS_COUNT && strcmp(record_table_schemas[id]->kind, name) != 0 &&
           strcmp(record_table_schemas[id]->folder, name) != 0)
        id++;
    return id;
}

static enum status what_unknown(struct error *err)
{
    char *names = alloc_text("");
    enum status status;

    for (enum record_table_id id = 0; id < RECORDS_COUNT; id++)
        names = alloc_append(names, "%s, ", record_table_schemas[id]->folder);
    status = error_set(
        err, STATUS_INPUT,
        "list needs a KIND, must be one of: %saxes, metrics, stages, layers "
        "WORKLOAD",
        names);
    free(names);
    return status;
}

static void stages_list(void)
{
    for (enum stage_id id = 0; id < STAGE_COUNT; id++)
        printf("%-17s %s\n", stages[id]->name, stages[id]->summary);
}

static void axes_list(void)
{
    char low[40], high[40], words[200];

    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++) {
        const struct axis_spec *spec = &axis_specs[axis];

        printf("%-16s %-14s ", spec->name, spec->key);
        if (spec->kind == AXIS_WORD)
            printf("%s; ", word_list(spec->words, words, sizeof words));
        else if (spec->kind != AXIS_RECORD)
            printf("%s%s%s..%s; ", spec->zero ? spec->zero : "",
                   spec->zero ? " or " : "",
                   quantity_format(spec->min, spec->units, low, sizeof low),
                   quantity_format(spec->max, spec->units, high, sizeof high));
        printf("%s\n", spec->meaning);
    }
}

static void metrics_list(void)
{
    for (enum stage_id id = 0; id < STAGE_COUNT; id++)
        for (size_t m = 0; m < stages[id]->metric_count; m++) {
            const struct metric *metric = &stages[id]->metrics[m];

            printf("%-17s %-24s %-7s %s\n", stages[id]->name, metric->name,
                   metric->units, metric->meaning);
        }
}

/* ---- one line per record */

enum { WORDS_SHOWN = 44 };

static const void *member(const struct field *field, const struct record *record)
{
    return (const char *)record + field->offset;
}

static const struct field *field_named(const struct schema *schema, const char *name)
{
    for (size_t f = 0; f < schema->field_count; f++)
        if (strcmp(schema->fields[f].name, name) == 0)
            return &schema->fields[f];
    return NULL;
}

/* The subkind of a record: a technology's cell, a machine's family, a node's roadmap. */
static const char *kind_of(const struct schema *schema, const struct record *record)
{
    static const char *const names[] = { "kind", "family", "roadmap" };

    if (schema == &workload_schema) {
        const struct workload *workload = (const struct workload *)record;

        return workload_is_given(workload)       ? "given"
               : workload->transformer_count > 0 ? "transformer"
                                                 : "layers";
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct field *field = field_named(schema, names[i]);

        if (field && field->kind == KIND_WORD)
            return word_name(field->words, *(const int *)member(field, record));
        if (field && field->kind == KIND_TEXT)
            return *(const char *const *)member(field, record);
    }
    return "";
}

/* The record's summary, or the beginning of its source, cut after a whole word. */
static void words_of(const struct schema *schema, const struct record *record,
                     char words[WORDS_SHOWN + 4])
{
    const struct field *field = field_named(schema, "summary");
    const char *text = field ? *(const char *const *)member(field, record) : NULL;
    size_t length;

    if (!text || !*text)
        text = record->source;
    for (length = 0;
         text[length] && !strchr(";(\n", text[length]) &&
         (text[length] != '.' || (text[length + 1] && text[length + 1] != ' '));
         length++)
        ;
    if (length > WORDS_SHOWN || length == 0) {
        length = strlen(text) < WORDS_SHOWN ? strlen(text) : WORDS_SHOWN;
        while (length > 0 && text[length] && text[length] != ' ')
            length--;
    }
    while (length > 0 && strchr(" ,:", text[length - 1]))
        length--;
    snprintf(words, WORDS_SHOWN + 4, "%.*s", (int)length, text);
}

/* The grade of a record's figures, from its source and fit_to. */
static const char *grade_of(const struct record *record)
{
    if (record->fit_to_count > 0)
        return "fitted";
    if (strstr(record->source, "recalled"))
        return "recalled";
    if (strstr(record->source, "assumed") || strstr(record->source, "illustrative"))
        return "assumed";
    return "published";
}

static void record_table_list(const struct record_table *table, bool is_full)
{
    int wide = 8, kinds = 4;

    for (size_t i = 0; i < table->count; i++) {
        const struct record *record = table->records[i];
        int kind = (int)strlen(kind_of(schema_of(table->schema, record), record));

        wide = (int)strlen(record->name) > wide ? (int)strlen(record->name) : wide;
        kinds = kind > kinds ? kind : kinds;
    }
    for (size_t i = 0; i < table->count; i++) {
        const struct record *record = table->records[i];
        const struct schema *schema = schema_of(table->schema, record);
        char words[WORDS_SHOWN + 4];

        words_of(schema, record, words);
        printf("%-*s  %-*s  %-*s  %s\n", wide, record->name, kinds,
               kind_of(schema, record), WORDS_SHOWN, words, grade_of(record));
        if (is_full)
            printf("    %s\n", record->source);
    }
}

static enum status record_show(const struct library *library, enum record_table_id id,
                               const char *name, struct error *err)
{
    const struct record_table *table = &library->tables[id];
    const struct record *record = library_find(library, id, name);

    for (size_t i = 0; i < table->count && record; i++)
        if (table->records[i] == record) {
            printf("# %s:%u\n%s\n", record->file, record->line, table->texts[i]);
            return STATUS_OK;
        }
    return library_lookup(library, id, name, &record, err);
}

/* Lists the layers that a machine computes, numbered like the axis `layer`. */
static enum status layers_show(const struct library *library, const char *name,
                               struct error *err)
{
    const struct record *workload = library_find(library, RECORDS_WORKLOAD, name);
    struct mac_layers layers;
    enum status status;

    if (!workload)
        return error_set(err, STATUS_INPUT, "no workload named '%.60s'", name);
    status = mac_layers_create(&layers, (const struct workload *)workload,
                               PHASE_INFERENCE, 1, 0, err);
    if (status != STATUS_OK)
        return status;
    printf("layer  %-28s %7s %9s %7s %7s %14s\n", "name", "groups", "m", "n", "k",
           "macs");
    for (size_t i = 0; i < layers.count; i++) {
        const struct mac_layer *layer = &layers.layers[i];
        struct gemm gemm = mac_layer_gemm(layer);

        printf("%5zu  %-28s %7llu %9llu %7llu %7llu %14.0f\n", layers.number[i],
               layer->name ? layer->name : "", (unsigned long long)layer->groups,
               (unsigned long long)gemm.m, (unsigned long long)gemm.n,
               (unsigned long long)gemm.k, mac_layer_macs(layer));
    }
    mac_layers_free(&layers);
    return STATUS_OK;
}

enum status cmd_list(int argc, char **argv, struct error *err)
{
    static const struct table_of {
        const char *name;
        void (*list)(void);
    } tables[] = { { "axes", axes_list },
                   { "metrics", metrics_list },
                   { "stages", stages_list } };
    struct library library;
    enum record_table_id table;
    bool is_layers, is_full = false;
    enum status status = options_read("list", &argc, argv, err);

    option_get_flag("full", &is_full);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; argc > 0 && i < sizeof tables / sizeof *tables; i++)
        if (strcmp(tables[i].name, argv[0]) == 0) {
            tables[i].list();
            return STATUS_OK;
        }
    is_layers = argc > 1 && strcmp(argv[0], "layers") == 0;
    table = argc > 0 ? record_table_named(argv[0]) : RECORDS_COUNT;
    if (table == RECORDS_COUNT && !is_layers)
        return what_unknown(err);
    status = library_load(&library, err);
    if (status != STATUS_OK)
        goto out;
    if (is_layers)
        status = layers_show(&library, argv[1], err);
    else if (argc > 1)
        status = record_show(&library, table, argv[1], err);
    else
        record_table_list(&library.tables[table], is_full);
out:
    library_free(&library);
    return status;
}
