#include "cmd/cmd.h"

#include "compat/array_rows.h"
#include "stage/record_tables.h"

#include <errno.h>
#include <string.h>

/* The i-th record with that name or alias. */
static const struct cell *cell_named(void *context, const char *name, size_t i)
{
    const struct library *library = context;
    const struct record_table *table = &library->tables[RECORDS_TECHNOLOGY];

    for (size_t r = 0; r < table->count; r++)
        if (record_is_named(table->records[r], name) && i-- == 0)
            return table->records[r];
    return NULL;
}

static const struct node *node_named(void *context, double node_m,
                                     enum node_roadmap roadmap, bool is_tool)
{
    return (is_tool ? library_tool_node : library_node)(context, node_m, (int)roadmap);
}

struct array_library array_library_of(const struct library *library)
{
    return (struct array_library){ cell_named, node_named, (void *)(uintptr_t)library };
}

enum status cmd_array(int argc, char **argv, struct error *err)
{
    const char *from = NULL, *rules_name = "physical";
    struct library library;
    const struct array_rules *rules;
    struct array_library names;
    FILE *in = NULL;
    enum status status = options_read("array", &argc, argv, err);

    option_get("from", &from);
    option_get("rules", &rules_name);

    if (status != STATUS_OK)
        return status;
    if (!from && argc == 1)
        from = argv[0];
    if (!from)
        return error_set(
            err, STATUS_INPUT,
            "array needs rows: nvsweep array --rules nvsim --from ROWS.csv");
    rules = array_rules_find(rules_name);
    if (!rules)
        return error_set(err, STATUS_INPUT,
                         "--rules '%.60s': must be nvsim, nvsim_any, physical or "
                         "physical_nvsim_writes",
                         rules_name);
    status = library_load(&library, err);
    if (status != STATUS_OK)
        goto out;
    in = strcmp(from, "-") == 0 ? stdin : fopen(from, "r");
    if (!in) {
        status = error_set(err, STATUS_INPUT, "%s: %s", from, strerror(errno));
        goto out;
    }
    names = array_library_of(&library);
    status = array_rows(in, from, stdout, rules, &names, err);
out:
    if (in && in != stdin)
        fclose(in);
    library_free(&library);
    return status;
}
