#include "cmd/cmd.h"

#include "base/maths.h"
#include "base/json.h"
#include "cmd/walk.h"
#include "cmd/walk_figure.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The first technology to show; the baseline is shown only if it is the only one. */
static size_t first_shown(const struct walk *walk)
{
    return walk->technology_count > 1;
}

/* The step that changes a technology most, over all orders tried. */
static const struct walk_step *deciding(const struct walk *walk, size_t t)
{
    const struct walk_step *most = NULL;

    for (size_t s = 0; s < walk->step_count; s++)
        if (!most ||
            fabs(maths_log(walk->steps[s].mean[t])) > fabs(maths_log(most->mean[t])))
            most = &walk->steps[s];
    return most;
}

static void step_text(const struct walk *walk, const struct walk_step *step)
{
    char baseline[90];

    snprintf(baseline, sizeof baseline, "%s to %s", step->was[0], step->is[0]);
    printf("  %-18s", step->name);
    if (first_shown(walk))
        printf(" | %-26s", baseline);
    for (size_t t = first_shown(walk); t < walk->technology_count; t++) {
        char change[90], range[40];

        snprintf(change, sizeof change, "%s to %s", step->was[t], step->is[t]);
        snprintf(range, sizeof range, "%.3f..%.3f", step->least[t], step->most[t]);
        printf(" | %-26s %8.4g  x %-6.3f (%s)", change, step->value[t], step->factor[t],
               range);
    }
    printf("\n");
}

/* Steps without effect: only their names are printed. */
static void idle_text(const struct walk *walk)
{
    const char *between = "  no effect: ";

    for (size_t s = 0; s < walk->step_count; s++) {
        if (!walk_step_is_idle(walk, &walk->steps[s]))
            continue;
        printf("%s%s", between, walk->steps[s].name);
        between = ", ";
    }
    if (between[0] == ',')
        printf("\n");
}

static void walk_text(const struct walk *walk, const struct walk_request *request)
{
    size_t first = first_shown(walk), last = walk->step_count;

    printf("%s, %s, %s over %llu points\n", request->metric,
           first ? "the first technology over the other" : "of the technology",
           word_name(reduce_words, (int)request->reduce),
           (unsigned long long)walk->points);
    printf("  %-18s", "step");
    if (first)
        printf(" | %-26.26s", walk->technologies[0]);
    for (size_t t = first; t < walk->technology_count; t++)
        printf(" | %-26.26s %8s  %-8s %-15s", walk->technologies[t], "value", "factor",
               "(over orders)");
    printf("\n  %-18.18s", walk->from);
    if (first)
        printf(" | %-26s", "");
    for (size_t t = first; t < walk->technology_count; t++)
        printf(" | %-26s %8.4g %26s", "", walk->first[t], "");
    printf("\n");
    for (size_t s = 0; s < walk->step_count; s++)
        if (!walk_step_is_idle(walk, &walk->steps[s]))
            step_text(walk, &walk->steps[s]);
    idle_text(walk);
    printf("  %-18.18s", walk->to);
    if (first)
        printf(" | %-26s", "");
    for (size_t t = first; t < walk->technology_count; t++)
        printf(" | %-26s %8.4g %26s", "", walk->last[t], "");
    printf("\n");
    for (size_t t = first; t < walk->technology_count && last; t++) {
        const struct walk_step *step = deciding(walk, t);

        printf("%s: %s decides, x %.3f of x %.3f in all (mean of %llu orders; %s to %s",
               walk->technologies[t], step->name, step->mean[t],
               walk->last[t] / walk->first[t], (unsigned long long)(1 + walk->orders),
               step->was[t], step->is[t]);
        if (first && (strcmp(step->was[0], step->was[t]) != 0 ||
                      strcmp(step->is[0], step->is[t]) != 0))
            printf(", %s %s to %s", walk->technologies[0], step->was[0], step->is[0]);
        printf(")\n");
    }
    if (!last)
        printf("nothing on which the metric depends differs between the two studies\n");
}

static void number_json(unsigned *members, const char *name, double value)
{
    json_name(stdout, members, name);
    json_number(stdout, value);
}

static void name_json(unsigned *members, const char *name, const char *text)
{
    json_name(stdout, members, name);
    json_text(stdout, text);
}

static void technology_json(const struct walk *walk, size_t t)
{
    unsigned members = 0;

    printf("\n  {");
    name_json(&members, "technology", walk->technologies[t]);
    number_json(&members, "first", walk->first[t]);
    json_name(stdout, &members, "steps");
    printf("[");
    for (size_t s = 0; s < walk->step_count; s++) {
        const struct walk_step *step = &walk->steps[s];
        unsigned inner = 0;

        printf("%s\n    {", s ? "," : "");
        name_json(&inner, "step", step->name);
        name_json(&inner, "from", step->was[t]);
        name_json(&inner, "to", step->is[t]);
        name_json(&inner, "baseline_from", step->was[0]);
        name_json(&inner, "baseline_to", step->is[0]);
        number_json(&inner, "value", step->value[t]);
        number_json(&inner, "factor", step->factor[t]);
        number_json(&inner, "factor_least", step->least[t]);
        number_json(&inner, "factor_most", step->most[t]);
        number_json(&inner, "factor_mean", step->mean[t]);
        printf("}");
    }
    printf("]");
    number_json(&members, "last", walk->last[t]);
    if (walk->step_count)
        name_json(&members, "decides", deciding(walk, t)->name);
    printf("}");
}

static void walk_json(const struct walk *walk, const struct walk_request *request)
{
    unsigned members = 0;

    printf("{");
    name_json(&members, "from", walk->from);
    name_json(&members, "to", walk->to);
    name_json(&members, "metric", request->metric);
    name_json(&members, "reduce", word_name(reduce_words, (int)request->reduce));
    number_json(&members, "points", (double)walk->points);
    number_json(&members, "orders", (double)(1 + walk->orders));
    json_name(stdout, &members, "technologies");
    printf("[");
    for (size_t t = first_shown(walk); t < walk->technology_count; t++) {
        printf("%s", t > first_shown(walk) ? "," : "");
        technology_json(walk, t);
    }
    printf("]}\n");
}

static enum status figure_write(const struct walk *walk,
                                const struct walk_request *request, const char *path,
                                struct error *err)
{
    char temporary[4096];
    FILE *out;
    bool is_written;

    snprintf(temporary, sizeof temporary, "%s.partial", path);
    out = fopen(temporary, "w");
    is_written = out != NULL;
    if (out) {
        walk_figure(out, walk, request->metric);
        is_written = !ferror(out);
        is_written = fclose(out) == 0 && is_written;
    }
    if (!is_written || rename(temporary, path) != 0)
        return error_set(err, STATUS_IO, "cannot write %.200s: %s", path,
                         strerror(errno));
    return STATUS_OK;
}

static enum status request_read(int argc, char **argv, const char *reduce,
                                const char *orders, struct walk_request *request,
                                struct error *err)
{
    const struct word *word = reduce ? word_find(reduce_words, reduce) : NULL;
    char list[80], *end = NULL;
    int files = 0;

    while (files < argc && !strchr(argv[files], '='))
        files++;
    if (files < 1 || files > 2 || (files == 1 && argc < 2))
        return error_set(
            err, STATUS_INPUT,
            "waterfall needs two sweeps, or one sweep and settings: nvsweep "
            "waterfall A.cfg B.cfg [axis=value ...]");
    if (reduce && !word)
        return error_set(err, STATUS_INPUT, "--reduce is '%.40s', must be %s", reduce,
                         word_list(reduce_words, list, sizeof list));
    if (orders) {
        request->orders = strtoull(orders, &end, 10);
        if (end == orders || *end || *orders == '-' || request->orders > 1000)
            return error_set(err, STATUS_INPUT,
                             "--orders is '%.40s', must be a whole number in 0..1000",
                             orders);
    }
    request->from = argv[0];
    request->to = files == 2 ? argv[1] : NULL;
    request->settings = (const char *const *)argv + files;
    request->setting_count = (size_t)(argc - files);
    if (word)
        request->reduce = (enum reduce)word->value;
    return STATUS_OK;
}

enum status cmd_waterfall(int argc, char **argv, struct error *err)
{
    const char *metric = "edp_js", *reduce = NULL, *orders = NULL, *svg = NULL;
    bool is_json = false;
    struct walk_request request = { .reduce = REDUCE_MAX, .orders = 8 };
    struct library library = { 0 };
    struct walk walk;
    enum status status = options_read("waterfall", &argc, argv, err);

    option_get("m", &metric);
    option_get("reduce", &reduce);
    option_get("orders", &orders);
    option_get("svg", &svg);
    option_get_flag("json", &is_json);

    if (status != STATUS_OK)
        goto out;
    status = request_read(argc, argv, reduce, orders, &request, err);
    if (status != STATUS_OK)
        goto out;
    request.metric = metric;
    if (status == STATUS_OK)
        status = library_load_for((const char *const[]){ request.from, request.to },
                                  request.to ? 2 : 1, &library, err);
    status = walk_make(&request, &library, &walk, err);
    if (status != STATUS_OK)
        goto out;
    if (svg)
        status = figure_write(&walk, &request, svg, err);
    if (status != STATUS_OK)
        goto out;
    if (is_json)
        walk_json(&walk, &request);
    else
        walk_text(&walk, &request);
out:
    library_free(&library);
    return status;
}
