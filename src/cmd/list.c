#include "cmd/cmd.h"

#include "base/memory.h"
#include "base/units.h"

#include <stdlib.h>
#include <string.h>

static const struct kind {
    const char *name;
    enum shelf_id shelf; /* SHELF_COUNT: not a library kind */
} kinds[] = {
    { "technologies", SHELF_TECHNOLOGY }, { "technology", SHELF_TECHNOLOGY },
    { "nodes", SHELF_NODE },              { "node", SHELF_NODE },
    { "workloads", SHELF_WORKLOAD },      { "workload", SHELF_WORKLOAD },
    { "platforms", SHELF_PLATFORM },      { "platform", SHELF_PLATFORM },
    { "accelerators", SHELF_ACCELERATOR }, { "accelerator", SHELF_ACCELERATOR },
    { "axes", SHELF_COUNT },              { "metrics", SHELF_COUNT },
    { "stages", SHELF_COUNT },
};

static void axes_list(void)
{
    char low[40], high[40], words[200];

    for (enum axis_id axis = 0; axis < AXES; axis++) {
        const struct axis_spec *spec = &axis_specs[axis];

        printf("%-16s %-14s ", spec->name, spec->key);
        if (spec->kind == AXIS_WORD)
            printf("%s; ", word_list(spec->words, words, sizeof words));
        else if (spec->kind != AXIS_RECORD)
            printf("%s..%s; ", quantity_format(spec->min, spec->units, low, sizeof low),
                   quantity_format(spec->max, spec->units, high, sizeof high));
        printf("%s\n", spec->meaning);
    }
}

static void metrics_list(void)
{
    for (enum stage_id id = 0; id < STAGE_COUNT; id++)
        for (size_t m = 0; m < stages[id].metric_count; m++) {
            const struct metric *metric = &stages[id].metrics[m];

            printf("%-8s %-24s %-7s %s\n", stages[id].name, metric->name, metric->units,
                   metric->meaning);
        }
}

static void shelf_list(const struct shelf *shelf)
{
    for (size_t i = 0; i < shelf->count; i++) {
        const struct record *record = shelf->records[i];

        printf("%-28s %s\n", record->name, record->source);
    }
}

static enum status record_show(const struct library *library, enum shelf_id id,
                               const char *name, struct error *err)
{
    const struct shelf *shelf = &library->shelves[id];
    const struct record *record = library_find(library, id, name);

    for (size_t i = 0; i < shelf->count && record; i++)
        if (shelf->records[i] == record) {
            printf("# %s:%u\n%s\n", record->file, record->line, shelf->texts[i]);
            return STATUS_OK;
        }
    return error_set(err, STATUS_INPUT, "no %s named '%.60s'", shelf_schemas[id]->kind,
                     name);
}

enum status cmd_list(int argc, char **argv, struct error *err)
{
    const struct kind *kind = NULL;
    struct library library;
    enum status status = options_read(&argc, argv, NULL, 0, err);

    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; argc > 0 && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, argv[0]) == 0)
            kind = &kinds[i];
    if (!kind)
        return error_set(err, STATUS_INPUT,
                         "list what: technologies, nodes, workloads, platforms, "
                         "accelerators, axes, "
                         "metrics or stages?");
    if (kind->shelf == SHELF_COUNT) {
        if (strcmp(kind->name, "axes") == 0)
            axes_list();
        else if (strcmp(kind->name, "metrics") == 0)
            metrics_list();
        for (enum stage_id id = 0; strcmp(kind->name, "stages") == 0 && id < STAGE_COUNT;
             id++)
            printf("%-8s %s\n", stages[id].name, stages[id].summary);
        return STATUS_OK;
    }
    status = library_load(&library, err);
    if (status == STATUS_OK && argc > 1)
        status = record_show(&library, kind->shelf, argv[1], err);
    else if (status == STATUS_OK)
        shelf_list(&library.shelves[kind->shelf]);
    library_free(&library);
    return status;
}
