/* Completes a command line: options and their values, axes and their values, metrics.  Values
 * come from the result file that the line names, otherwise from the library. */
#include "cmd/cmd.h"

#include "base/memory.h"
#include "results/results.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct completion {
    const char *command;
    char **words; /* after the command; the last one is being typed */
    int count;
    const char *typed,
        *before; /* the last word, and its part up to the last comma or '=' */
    struct results *results; /* or NULL */
    struct library library;
    bool has_library;
};

static void offer(const struct completion *c, const char *word, const char *end)
{
    const char *part = c->typed + strlen(c->before);

    if (strncmp(word, part, strlen(part)) == 0)
        printf("%s%s%s\n", c->before, word, end);
}

static const struct option_row *option_of(const struct completion *c, const char *word)
{
    size_t dashes = strspn(word, "-");

    for (const struct option_row *row = option_rows; row->command; row++)
        if (strcmp(row->command, c->command) == 0)
            for (const char *at = row->names; *at;) {
                size_t length = strcspn(at, ",");

                if (strlen(word + dashes) == length &&
                    strncmp(at, word + dashes, length) == 0)
                    return row;
                at += length;
                at += *at == ',';
            }
    return NULL;
}

static bool library_ask(struct completion *c)
{
    struct error err;

    if (!c->has_library)
        c->has_library = library_load(&c->library, &err) == STATUS_OK;
    return c->has_library;
}

static void records_offer(struct completion *c, enum record_table_id id)
{
    if (library_ask(c))
        for (size_t i = 0; i < c->library.tables[id].count; i++)
            offer(c, ((const struct record *)c->library.tables[id].records[i])->name,
                  "");
}

/* Offers the values of an axis, given by key or name. */
static void values_offer(struct completion *c, const char *key)
{
    enum axis_id axis = axis_find(key);
    const char *name = axis == AXES ? key : axis_specs[axis].name;
    char text[200];

    for (size_t d = 0; c->results && d < c->results->dimension_count; d++)
        if (strcmp(c->results->dimensions[d].name, name) == 0) {
            for (uint64_t i = 0; i < c->results->dimensions[d].count && i < 1000; i++) {
                char *end = results_coordinate_format(c->results, d, i, text,
                                                      sizeof text);

                for (char *from = end, *to = end; (*to = *from); from++)
                    to += *from != ' '; /* "3 MiB" is one word as 3MiB */
                offer(c, text, "");
            }
            return;
        }
    if (axis == AXES)
        return;
    if (axis_specs[axis].kind == AXIS_RECORD)
        records_offer(c, axis_specs[axis].table);
    else if (axis_specs[axis].kind == AXIS_WORD)
        for (const struct word *w = axis_specs[axis].words; w->name; w++)
            offer(c, w->name, "");
}

static void axes_offer(const struct completion *c, const char *end)
{
    if (c->results) {
        for (size_t d = 0; d < c->results->dimension_count; d++) {
            enum axis_id axis = axis_find(c->results->dimensions[d].name);
            bool is_again = false;

            for (size_t e = 0; e < d; e++)
                is_again |= strcmp(c->results->dimensions[e].name,
                                   c->results->dimensions[d].name) == 0;
            if (!is_again)
                offer(c,
                      axis == AXES ? c->results->dimensions[d].name
                                   : axis_specs[axis].key,
                      end);
        }
        return;
    }
    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        offer(c, axis_specs[axis].key, end);
}

static void metrics_offer(const struct completion *c)
{
    if (c->results) {
        for (size_t s = 0; s < c->results->stage_count; s++)
            for (uint32_t m = 0; m < c->results->stages[s].layout.columns; m++)
                offer(c, c->results->variables[c->results->stages[s].columns[m]].name,
                      "");
        return;
    }
    for (enum stage_id id = 0; id < STAGE_COUNT; id++)
        for (size_t m = 0; m < stages[id]->metric_count; m++)
            offer(c, stages[id]->metrics[m].name, "");
}

/* Offers axes, or after '=' the values of one. */
static void setting_offer(struct completion *c)
{
    const char *equals = strchr(c->typed, '=');
    char *key;

    if (!equals) {
        axes_offer(c, "=");
        return;
    }
    key = alloc_printf("%.*s", (int)(equals - c->typed), c->typed);
    values_offer(c, key);
    free(key);
}

static void value_offer(struct completion *c, const char *completes)
{
    if (strcmp(completes, "metrics") == 0)
        metrics_offer(c);
    else if (strcmp(completes, "axes") == 0)
        axes_offer(c, "");
    else if (strcmp(completes, "axis=value") == 0)
        setting_offer(c);
    else if (strcmp(completes, "records:machine") == 0)
        records_offer(c, RECORDS_MACHINE);
    else if (strcmp(completes, "file") != 0 && strcmp(completes, "folder") != 0)
        for (const char *at = completes; *at;) {
            char *word = alloc_printf("%.*s", (int)strcspn(at, " "), at);

            offer(c, word, "");
            at += strlen(word);
            at += *at == ' ';
            free(word);
        }
}

static void options_offer(const struct completion *c)
{
    char name[80];

    for (const struct option_row *row = option_rows; row->command; row++)
        if (strcmp(row->command, c->command) == 0) {
            snprintf(name, sizeof name, "%.*s", (int)strcspn(row->names, ","),
                     row->names);
            printf("%s", "");
            if (strncmp(c->typed, name[1] ? "--" : "-", strlen(c->typed)) == 0 ||
                strncmp(c->typed + strspn(c->typed, "-"), name,
                        strlen(c->typed + strspn(c->typed, "-"))) == 0)
                printf("%s%s\n", name[1] ? "--" : "-", name);
        }
}

static void list_offer(struct completion *c)
{
    if (c->count == 1) {
        static const char *const tables[] = { "axes", "metrics", "stages", "layers" };

        for (enum record_table_id id = 0; id < RECORDS_COUNT; id++)
            offer(c, record_table_schemas[id]->folder, "");
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
            offer(c, tables[i], "");
        return;
    }
    for (enum record_table_id id = 0; id < RECORDS_COUNT; id++)
        if (strcmp(record_table_schemas[id]->folder, c->words[0]) == 0 ||
            strcmp(record_table_schemas[id]->kind, c->words[0]) == 0 ||
            (id == RECORDS_WORKLOAD && strcmp(c->words[0], "layers") == 0))
            records_offer(c, id);
}

/* Commands that take AXIS=VALUE arguments after an optional file. */
static bool takes_settings(const char *command)
{
    static const char *const commands_of[] = { "show", "export",  "report",
                                               "best", "explain", "waterfall" };

    for (size_t i = 0; i < sizeof commands_of / sizeof *commands_of; i++)
        if (strcmp(commands_of[i], command) == 0)
            return true;
    return false;
}

static void word_offer(struct completion *c)
{
    const struct option_row *option = c->count > 1 && c->words[c->count - 2][0] == '-'
                                          ? option_of(c, c->words[c->count - 2])
                                          : NULL;

    if (option && *option->value)
        value_offer(c, option->completes);
    else if (c->typed[0] == '-')
        options_offer(c);
    else if (strcmp(c->command, "list") == 0)
        list_offer(c);
    else if (strcmp(c->command, "help") == 0)
        for (const struct command *other = commands; other->name; other++)
            offer(c, other->name, "");
    else if (takes_settings(c->command))
        setting_offer(c);
}

enum status cmd_complete(int argc, char **argv, struct error *err)
{
    struct completion c = { .results = NULL };
    char *before = alloc_text("");
    const char *cut;

    if (argc > 0 && strcmp(argv[0], "--") == 0)
        argc--, argv++;
    if (argc < 2) {
        for (const struct command *other = commands; other->name && argc == 1; other++)
            if (strncmp(other->name, argv[0], strlen(argv[0])) == 0)
                printf("%s\n", other->name);
        goto out;
    }
    c.command = argv[0];
    c.words = argv + 1;
    c.count = argc - 1;
    c.typed = c.words[c.count - 1];
    for (int i = 0; i + 1 < c.count && !c.results; i++)
        if (c.words[i][0] != '-' && !strchr(c.words[i], '=') &&
            access(c.words[i], R_OK) == 0 &&
            results_open(c.words[i], &c.results, err) != STATUS_OK) {
            results_close(c.results);
            c.results = NULL;
        }
    err->text[0] = '\0';
    cut = strrchr(c.typed, ',');
    if (!cut || (strchr(cut, '=')))
        cut = strchr(c.typed, '=');
    if (cut) {
        free(before);
        before = alloc_printf("%.*s", (int)(cut + 1 - c.typed), c.typed);
    }
    c.before = before;
    word_offer(&c);
out:
    if (c.has_library)
        library_free(&c.library);
    results_close(c.results);
    free(before);
    return STATUS_OK;
}
