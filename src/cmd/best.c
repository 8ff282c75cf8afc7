#include "cmd/cmd.h"

#include "base/memory.h"
#include "base/units.h"
#include "base/json.h"
#include "cmd/front.h"
#include "cmd/prices.h"
#include "cmd/sheet.h"
#include "cmd/table_axes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Finds the points that no other point beats in every metric (with one metric, the point with
 * the least value), per group of the axes named with --per. */

enum { LABEL = 128 };

/* One constraint of --where, "name<=value,...". */
struct constraint {
    char name[LABEL], value[LABEL];
    enum { AT_MOST, AT_LEAST, EQUAL } sign;
};

static enum status constraint_next(const char **where, struct constraint *constraint,
                                   struct error *err)
{
    size_t length = strcspn(*where, ","), name = strcspn(*where, "<>=");
    const char *text = *where, *sign = text + name;
    bool is_order = *sign == '<' || *sign == '>';

    *where += length + (text[length] == ',');
    if (name == 0 || name >= length || name >= LABEL || length >= LABEL ||
        (is_order && sign[1] != '='))
        return error_set(
            err, STATUS_INPUT,
            "--where is '%.*s', must be NAME<=VALUE, NAME>=VALUE or AXIS=VALUE",
            (int)(length < 60 ? length : 60), text);
    constraint->sign = *sign == '<' ? AT_MOST : *sign == '>' ? AT_LEAST : EQUAL;
    snprintf(constraint->name, LABEL, "%.*s", (int)name, text);
    name += is_order ? 2 : 1;
    snprintf(constraint->value, LABEL, "%.*s", (int)(length - name), text + name);
    return STATUS_OK;
}

/* Does coordinate i of a numeric axis meet the constraint? */
static enum status number_meets(const struct results *results,
                                const struct variable *variable, uint64_t i,
                                const struct constraint *constraint, double bound,
                                bool *meets, struct error *err)
{
    double value = NAN, slack = 1e-9 * fabs(bound);
    enum status status = results_read_numbers(results, variable, i, 1, &value, err);

    *meets = constraint->sign == AT_MOST ? value <= bound + slack
                                         : value >= bound - slack;
    return status;
}

/* The bound of an order, in the unit of the axis. */
static enum status bound_read(const struct constraint *constraint,
                              const struct variable *variable, double *bound,
                              struct error *err)
{
    const char *units = variable ? variable->units : "";
    struct error why;

    if (!variable || variable->kind == VARIABLE_TEXT)
        return error_set(err, STATUS_INPUT,
                         "--where: the values of %s have no order, must be %s=VALUE",
                         constraint->name, constraint->name);
    if (quantity_parse(constraint->value, units[0] ? units : "1", bound, &why) !=
        STATUS_OK)
        return error_set(err, STATUS_INPUT, "--where %s: %s", constraint->name,
                         why.text);
    return STATUS_OK;
}

/* A constraint on an axis reduces the selected values of its dimension. */
static enum status axis_limit(struct front_search *search,
                              const struct constraint *constraint, struct error *err)
{
    struct table *table = &search->table;
    const struct variable *variable;
    uint64_t *indices = NULL, count = 0, kept = 0;
    double bound = NAN;
    size_t d;
    enum status status = table_coordinate(table, constraint->name, &d, &variable, err);

    if (status != STATUS_OK)
        return status;
    status = constraint->sign == EQUAL
                 ? table_match(table, constraint->name, constraint->value, &d, &indices,
                               &count, err)
                 : bound_read(constraint, variable, &bound, err);
    for (uint64_t i = 0; status == STATUS_OK && i < table->selected_count[d]; i++) {
        uint64_t at = table->selected[d][i];
        bool meets = false;

        if (constraint->sign == EQUAL)
            for (uint64_t k = 0; k < count; k++)
                meets |= indices[k] == at;
        else
            status = number_meets(table->results, variable, at, constraint, bound,
                                  &meets, err);
        if (meets)
            table->selected[d][kept++] = at;
    }
    free(indices);
    if (status != STATUS_OK)
        return status;
    table->rows = table->selected_count[d]
                      ? table->rows / table->selected_count[d] * kept
                      : 0;
    table->selected_count[d] = kept;
    return STATUS_OK;
}

static size_t metric_index(const struct table *table, const char *name)
{
    for (size_t m = 0; m < table->metric_count; m++)
        if (strcmp(table->metrics[m].variable->name, name) == 0)
            return m;
    return SIZE_MAX;
}

/* Adds a constraint on a metric to the limits. */
static enum status metric_limit(struct front_search *search,
                                const struct constraint *constraint, struct error *err)
{
    struct limit limit = { .metric = metric_index(&search->table, constraint->name),
                           .is_upper = constraint->sign == AT_MOST };
    const char *units;
    struct error why;

    if (search->limit_count == LIMITS)
        return error_set(err, STATUS_INPUT, "--where: at most %d constraints", LIMITS);
    if (constraint->sign == EQUAL)
        return error_set(
            err, STATUS_INPUT,
            "--where %s=%s: this is a metric, must be %s<=VALUE or %s>=VALUE",
            constraint->name, constraint->value, constraint->name, constraint->name);
    units = search->table.metrics[limit.metric].variable->units;
    if (quantity_parse(constraint->value, units[0] ? units : "1", &limit.value, &why) !=
        STATUS_OK)
        return error_set(err, STATUS_INPUT, "--where %s: %s", constraint->name,
                         why.text);
    search->limits[search->limit_count++] = limit;
    return STATUS_OK;
}

static enum status limits_read(struct front_search *search, const char *where,
                               struct error *err)
{
    enum status status = STATUS_OK;

    while (where && *where && status == STATUS_OK) {
        struct constraint constraint;

        status = constraint_next(&where, &constraint, err);
        if (status != STATUS_OK)
            return status;
        status = table_has_axis(search->table.results, constraint.name)
                     ? axis_limit(search, &constraint, err)
                     : metric_limit(search, &constraint, err);
    }
    return status;
}

/* Is the name in a comma-separated list? */
static bool is_listed(const char *list, const char *name)
{
    size_t length = strlen(name);

    for (; *list; list += strcspn(list, ","), list += *list == ',')
        if (strcspn(list, ",") == length && strncmp(list, name, length) == 0)
            return true;
    return false;
}

/* Joins objectives and constrained metrics into one comma-separated list. */
static enum status metric_names(const struct results *results, const char *objectives,
                                const char *where, char **names, struct error *err)
{
    *names = alloc_text(objectives);
    while (where && *where) {
        struct constraint constraint;
        enum status status = constraint_next(&where, &constraint, err);

        if (status != STATUS_OK)
            return status;
        if (table_has_axis(results, constraint.name) ||
            is_listed(*names, constraint.name))
            continue;
        *names = alloc_append(*names, ",%s", constraint.name);
    }
    return STATUS_OK;
}

static enum status per_read(struct front_search *search, const char *per,
                            struct error *err)
{
    while (per && *per) {
        size_t length = strcspn(per, ",");
        char axis[LABEL];
        enum status status;

        if (search->per_count == GROUPING)
            return error_set(err, STATUS_INPUT, "--per: at most %d axes", GROUPING);
        snprintf(axis, sizeof axis, "%.*s", (int)(length < LABEL ? length : LABEL - 1),
                 per);
        per += length + (per[length] == ',');
        status = table_dimension(&search->table, axis,
                                 &search->per[search->per_count++], err);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* A dimension with one value needs no column, nor does what another label says. */
static bool is_shown(const struct table *table, const struct label *label)
{
    return table->results->dimensions[table->dimensions[label->d]].count > 1 &&
           !label->is_implied;
}

static void point_sheet(struct front_search *search, const struct front_candidate *one,
                        struct sheet *sheet)
{
    struct table *table = &search->table;
    char text[LABEL];
    size_t column = 0;

    sheet_add_row(sheet);
    for (size_t l = 0; l < table->label_count; l++)
        if (is_shown(table, &table->labels[l]))
            sheet_set(sheet, column++,
                      table_label_text(table, &table->labels[l], text, sizeof text));
    for (size_t m = 0; m < table->metric_count; m++) {
        const char *units = table->metrics[m].variable->units;

        sheet_set(
            sheet, column++,
            quantity_format(one->values[m], units[0] ? units : "1", text, sizeof text));
    }
}

static void point_json(struct front_search *search, const struct front_candidate *one,
                       bool is_first)
{
    struct table *table = &search->table;
    unsigned members = 0;
    char text[LABEL];

    printf("%s\n{", is_first ? "" : ",");
    for (size_t l = 0; l < table->label_count; l++) {
        json_name(stdout, &members, table->labels[l].name);
        json_text(stdout,
                  table_label_text(table, &table->labels[l], text, sizeof text));
    }
    for (size_t m = 0; m < table->metric_count; m++) {
        json_name(stdout, &members, table->metrics[m].variable->name);
        json_number(stdout, one->values[m]);
    }
    printf("}");
}

static void header_sheet(const struct table *table, struct sheet *sheet)
{
    size_t column = 0;

    sheet->columns = table->metric_count;
    for (size_t l = 0; l < table->label_count; l++)
        sheet->columns += is_shown(table, &table->labels[l]);
    sheet_add_row(sheet);
    for (size_t l = 0; l < table->label_count; l++)
        if (is_shown(table, &table->labels[l]))
            sheet_set(sheet, column++, table->labels[l].name);
    for (size_t m = 0; m < table->metric_count; m++)
        sheet_set(sheet, column++, table->metrics[m].variable->name);
}

/* Prints group by group. */
static void fronts_print(struct front_search *search)
{
    struct sheet sheet = { .columns = 0 };
    bool is_first = true;

    header_sheet(&search->table, &sheet);
    if (search->is_json)
        printf("[");
    for (size_t g = 0; g < search->group_count; g++)
        for (size_t i = 0; i < search->groups[g].count; i++) {
            const struct front_candidate *one = &search->groups[g].front[i];

            search->table.row = one->row - 1;
            table_next(&search->table);
            if (search->is_json)
                point_json(search, one, is_first);
            else
                point_sheet(search, one, &sheet);
            is_first = false;
        }
    if (search->is_json)
        printf("\n]\n");
    else if (is_first)
        printf("no point meets the constraints\n");
    else
        sheet_print(&sheet, UINT64_MAX);
    sheet_free(&sheet);
}

/* Is one of the metrics shown a price? */
static bool has_prices(const struct front_search *search)
{
    for (size_t m = 0; m < search->table.metric_count; m++)
        if (strncmp(search->table.metrics[m].variable->units, "USD", 3) == 0)
            return true;
    return false;
}

static enum status search_run(struct front_search *search,
                              const struct results *results, const char *objectives,
                              const char *where, const char *per, char **filters,
                              int filter_count, struct error *err)
{
    char *names = NULL;
    enum status status = metric_names(results, objectives, where, &names, err);

    if (status != STATUS_OK)
        goto out;
    status = table_open(&search->table, results, names, NULL, filters, filter_count,
                        err);
    if (status != STATUS_OK)
        goto out;
    if (search->table.metric_count > COMPARED)
        status = error_set(err, STATUS_INPUT, "best compares at most %d metrics",
                           COMPARED);
    if (status != STATUS_OK)
        goto out;
    search->objectives = 1;
    for (const char *c = objectives; *c; c++)
        search->objectives += *c == ',';
    status = limits_read(search, where, err);
    if (status != STATUS_OK)
        goto out;
    status = per_read(search, per, err);
    if (status != STATUS_OK)
        goto out;
    status = fronts_find(search, err);
    if (status != STATUS_OK)
        goto out;
    fronts_print(search);
    if (!search->is_json && has_prices(search))
        status = prices_print(results, err);
out:
    for (size_t g = 0; g < search->group_count; g++)
        free(search->groups[g].front);
    free(search->groups);
    table_close(&search->table);
    free(names);
    return status;
}

/* Checks the text of --budget or --deadline; NULL: not given. */
static enum status limit_check(const char *option, const char *text, const char *units,
                               struct error *err)
{
    struct error why;
    double value;

    if (!text)
        return STATUS_OK;
    if (quantity_parse(text, units, &value, &why) != STATUS_OK)
        return error_set(err, STATUS_INPUT, "--%s %s", option, why.text);
    if (value < 0)
        return error_set(err, STATUS_INPUT, "--%s is '%.40s', must be at least 0",
                         option, text);
    return STATUS_OK;
}

/* Converts --budget and --deadline into objectives and constraints, which the caller frees. */
static enum status rental_question(const char *budget, const char *deadline,
                                   const char *metrics, const char *where,
                                   char **objectives, char **constraints,
                                   struct error *err)
{
    char *limit_usd, *limit_s;

    if (metrics)
        return error_set(err, STATUS_INPUT,
                         "--budget and --deadline decide what to minimise, so "
                         "they must be without -m");
    if (limit_check("budget", budget, "USD", err) != STATUS_OK ||
        limit_check("deadline", deadline, "s", err) != STATUS_OK)
        return STATUS_INPUT;
    limit_usd = budget ? alloc_printf("training_usd<=%s", budget) : alloc_text("");
    limit_s = deadline ? alloc_printf("training_s<=%s", deadline) : alloc_text("");
    *objectives = alloc_text(budget && deadline ? "training_usd,training_s"
                             : budget           ? "training_s"
                                                : "training_usd");
    *constraints = alloc_printf("%s%s%s%s%s", limit_usd, budget && deadline ? "," : "",
                                limit_s, where ? "," : "", where ? where : "");
    free(limit_usd);
    free(limit_s);
    return STATUS_OK;
}

enum status cmd_best(int argc, char **argv, struct error *err)
{
    const char *metrics = NULL, *per = NULL, *where = NULL;
    const char *budget = NULL, *deadline = NULL;
    char *objectives = NULL, *constraints = NULL;
    struct front_search search = { .objectives = 0 };
    struct results *results = NULL;
    enum status status = options_read("best", &argc, argv, err);

    option_get("m", &metrics);
    option_get("per", &per);
    option_get("where", &where);
    option_get("budget", &budget);
    option_get("deadline", &deadline);
    option_get_flag("json", &search.is_json);

    if (status != STATUS_OK)
        goto out;
    if (budget || deadline)
        status = rental_question(budget, deadline, metrics, where, &objectives,
                                 &constraints, err);
    if (status != STATUS_OK)
        goto out;
    if (argc < 1 || !(metrics || objectives))
        status = error_set(
            err, STATUS_INPUT,
            "best needs a result file and what to minimise: nvsweep best FILE "
            "-m energy_j,latency_s");
    if (status != STATUS_OK)
        goto out;
    status = results_open_intact(argv[0], &results, err);
    if (status != STATUS_OK)
        goto out;
    status = search_run(&search, results, objectives ? objectives : metrics,
                        constraints ? constraints : where, per, argv + 1, argc - 1,
                        err);
out:
    results_close(results);
    free(objectives);
    free(constraints);
    return status;
}
