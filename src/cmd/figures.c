#include "cmd/figures.h"

#include "cmd/cmd.h"

#include "base/maths.h"
#include "base/memory.h"
#include "config/sweep.h"
#include "stage/array_stage.h"
#include "store/curve_store.h"
#include "stage/record_tables.h"
#include "tech/node.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct evaluated {
    char *key;
    struct sweep sweep;
    struct study study;
    bool
        has_results; /* false: planned only, which suffices to find points and records */
};

struct figures {
    struct library *library;
    const char *folder;
    const struct published *published;
    struct curve_keeper *curves;
    bool reads_data;
    struct evaluated **kept;
    size_t kept_count;
};

struct figures *figures_begin(struct library *library, const char *folder,
                              const struct published *published)
{
    struct figures *figures = alloc_array(1, sizeof *figures);

    figures->library = library;
    figures->folder = folder;
    figures->published = published;
    figures->curves = curve_store_open();
    return figures;
}

void figures_end(struct figures *figures)
{
    for (size_t i = 0; i < figures->kept_count; i++) {
        study_free(&figures->kept[i]->study);
        sweep_free(&figures->kept[i]->sweep);
        free(figures->kept[i]->key);
        free(figures->kept[i]);
    }
    free(figures->kept);
    curve_store_close(figures->curves);
    free(figures);
}

void figures_read_data(struct figures *figures)
{
    figures->reads_data = true;
}

bool figures_leave_out(const struct figures *figures,
                       const struct published_figure *figure)
{
    static const char *const axes[] = { "experiment=", "approximation=" };

    for (size_t i = 0; i < figure->where_count && !figures->reads_data; i++)
        for (size_t k = 0; k < sizeof axes / sizeof *axes; k++)
            if (strncmp(figure->where[i], axes[k], strlen(axes[k])) == 0)
                return true;
    return false;
}

/* Joins "axis=value,value" texts into a key. */
static char *key_join(const char *first, const char *const *settings, size_t count)
{
    char *key = alloc_text(first);

    for (size_t i = 0; i < count; i++)
        key = alloc_append(key, ";%s", settings[i]);
    return key;
}

/* One axis of `where` or `baseline`, with its values. */
struct choice {
    enum axis_id axis;
    union axis_value values[64];
    size_t count;
};

static enum status choice_parse(const struct library *library,
                                const struct space *space, const char *setting,
                                struct choice *choice, struct error *err)
{
    size_t key_length = strcspn(setting, "=");
    const char *text = setting + key_length;
    char part[128];

    snprintf(part, sizeof part, "%.*s", (int)(key_length < 127 ? key_length : 127),
             setting);
    choice->axis = space_axis_find(space, part);
    choice->count = 0;
    if (*text != '=')
        return error_set(err, STATUS_INPUT, "'%.60s': must be axis=value", setting);
    if (choice->axis == AXES)
        return axis_unknown(part, err);
    for (text++; *text && choice->count < 64;) {
        size_t length = strcspn(text, ",");
        enum status status;

        snprintf(part, sizeof part, "%.*s", (int)(length < 127 ? length : 127), text);
        text += length + (text[length] == ',');
        status = axis_value_parse(library, space_axis(space, choice->axis), part,
                                  &choice->values[choice->count++], err);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static bool is_chosen(const struct space *space, const struct choice *choice,
                      const struct point *point)
{
    for (size_t i = 0; i < choice->count; i++)
        if (axis_values_equal(space_axis(space, choice->axis),
                              point_get(point, choice->axis), choice->values[i]))
            return true;
    return false;
}

/* The dimension that has only networks, or NULL.  Removing networks from it does not change
 * the other points if the metric compares along other axes only. */
static struct dimension *networks_dimension(struct space *space)
{
    for (size_t d = 0; d < space->dimension_count; d++)
        if (space->dimensions[d].axis_count == 1 &&
            space->dimensions[d].axes[0] == AXIS_workload)
            return &space->dimensions[d];
    return NULL;
}

/* Marks the networks that the settings name; false if no setting names any. */
static bool networks_mark(const struct figures *figures, const struct space *space,
                          const char *const *settings, size_t count, bool *wanted)
{
    const struct axis *networks = &space->axes[AXIS_workload];
    bool is_chosen = false;

    for (size_t i = 0; i < count; i++) {
        struct error ignored; /* reported when the figure is evaluated */
        struct choice choice;

        if (choice_parse(figures->library, space, settings[i], &choice, &ignored) !=
                STATUS_OK ||
            choice.axis != AXIS_workload)
            continue;
        is_chosen = true;
        for (uint64_t v = 0; v < networks->count; v++)
            for (size_t c = 0; c < choice.count; c++)
                wanted[v] |= axis_values_equal(space_axis(space, AXIS_workload),
                                               networks->values[v], choice.values[c]);
    }
    return is_chosen;
}

/* Marks the networks that a sweep's figures need; false if a figure does not name them. */
static bool networks_wanted(const struct figures *figures, const char *sweep,
                            const struct space *space, bool *wanted)
{
    for (size_t i = 0; i < figures->published->count; i++) {
        const struct published_figure *figure = &figures->published->figures[i];

        if (strcmp(figure->sweep, sweep) != 0)
            continue;
        if (!networks_mark(figures, space, figure->where, figure->where_count, wanted))
            return false;
        networks_mark(figures, space, figure->baseline, figure->baseline_count, wanted);
    }
    return true;
}

/* Removes the networks that no figure needs: 40 of 45, and with them most of the time. */
static void networks_narrow(const struct figures *figures, const char *sweep,
                            struct space *space)
{
    struct dimension *dimension = networks_dimension(space);
    struct axis *networks = &space->axes[AXIS_workload];
    uint64_t kept = 0;
    bool *wanted;

    if (!dimension)
        return;
    wanted = alloc_array(networks->count, sizeof *wanted);
    if (networks_wanted(figures, sweep, space, wanted)) {
        for (uint64_t v = 0; v < networks->count; v++)
            if (wanted[v])
                networks->values[kept++] = networks->values[v];
        if (kept)
            networks->count = dimension->count = kept;
    }
    free(wanted);
}

static enum status sweep_make(struct figures *figures,
                              const struct published_figure *figure,
                              struct sweep *sweep, struct error *err)
{
    enum status status;
    char *path;

    if (!figure->sweep[0])
        return sweep_from_settings(figure->where, figure->where_count, figures->library,
                                   sweep, err);
    path = alloc_printf("%s/../%s", figures->folder, figure->sweep);
    status = sweep_read(path, figures->library, sweep, err);
    free(path);
    if (status == STATUS_OK)
        networks_narrow(figures, figure->sweep, &sweep->space);
    return status;
}

static enum status planned_for(struct figures *figures,
                               const struct published_figure *figure,
                               struct evaluated **found, struct error *err)
{
    struct evaluated *one = alloc_array(1, sizeof *one);
    enum status status = STATUS_OK;

    one->key = key_join(figure->sweep, figure->where,
                        figure->sweep[0] ? 0 : figure->where_count);
    for (size_t i = 0; i < figures->kept_count; i++)
        if (strcmp(figures->kept[i]->key, one->key) == 0) {
            *found = figures->kept[i];
            goto out;
        }
    status = sweep_make(figures, figure, &one->sweep, err);
    if (status != STATUS_OK)
        goto out;
    status = study_init(&one->study, &one->sweep, figures->library, err);
    if (status != STATUS_OK)
        goto out;
    figures->kept = realloc_array(figures->kept, figures->kept_count + 1,
                                  sizeof *figures->kept);
    figures->kept[figures->kept_count++] = one;
    one->study.curves = figures->curves;
    *found = one;
    return STATUS_OK;
out: /* it is not kept */
    sweep_free(&one->sweep);
    free(one->key);
    free(one);
    return status;
}

enum { CHOICES = 16 };

struct question {
    struct choice where[CHOICES], baseline[CHOICES];
    size_t where_count, baseline_count;
    enum stage_id stage;
    size_t metric;
    uint64_t
        at[CHOICES]; /* indexes along the metric's extra dimensions, to be added up */
    size_t at_count;
};

/* Finds the labels that `at` joins by + ("" is the only one of a scalar); false if one is unknown. */
static bool labels_find(enum inner_id inner, const char *at, struct question *question)
{
    bool is_more = true, is_known = true;

    question->at_count = 0;
    while (is_more && is_known) {
        size_t length = strcspn(at, "+");

        is_known = question->at_count < CHOICES &&
                   inner_find(inner, at, length, &question->at[question->at_count++]);
        is_more = at[length] == '+';
        at += length + is_more;
    }
    return is_known;
}

static enum status metric_choose(const struct study *study,
                                 const struct published_figure *figure,
                                 struct question *question, struct error *err)
{
    if (metric_find(figure->metric, study->sweep, study->stages, &question->stage,
                    &question->metric) &&
        labels_find(stages[question->stage]->metrics[question->metric].inner,
                    figure->at, question))
        return STATUS_OK;
    if (metric_renamed(figure->metric))
        return error_set(err, STATUS_INPUT, "the metric '%s' is called %s since 0.4",
                         figure->metric, metric_renamed(figure->metric));
    return error_set(err, STATUS_INPUT, "no metric '%s'%s%s at these points",
                     figure->metric, figure->at[0] ? " at " : "", figure->at);
}

static enum status question_make(const struct figures *figures,
                                 const struct study *study,
                                 const struct published_figure *figure,
                                 struct question *question, struct error *err)
{
    enum status status;

    *question = (struct question){ .where_count = 0 };
    status = metric_choose(study, figure, question, err);
    if (figure->where_count > CHOICES || figure->baseline_count > CHOICES)
        return error_set(err, STATUS_INPUT, "more than %d settings", CHOICES);
    for (size_t i = 0;
         i < figure->where_count && figure->sweep[0] && status == STATUS_OK; i++)
        status = choice_parse(figures->library, &study->sweep->space, figure->where[i],
                              &question->where[question->where_count++], err);
    for (size_t i = 0; i < figure->baseline_count && status == STATUS_OK; i++)
        status = choice_parse(figures->library, &study->sweep->space,
                              figure->baseline[i],
                              &question->baseline[question->baseline_count++], err);
    return status;
}

static double value_at(const struct study *study, const struct question *question,
                       uint64_t index)
{
    const void *column = study->results[question->stage].column[question->metric];
    const struct metric *metric = &stages[question->stage]->metrics[question->metric];
    double sum = 0;

    if (study->statuses[question->stage][index] != POINT_DONE)
        return NAN;
    for (size_t i = 0; i < question->at_count; i++) {
        uint64_t place = index * inners[metric->inner].count + question->at[i];

        sum += metric->kind == COLUMN_COUNT ? (double)((const uint64_t *)column)[place]
                                            : ((const double *)column)[place];
    }
    return sum;
}

/* Moves a point to its baseline, which differs from it in the baseline's axes only. */
static enum status baseline_at(const struct study *study,
                               const struct question *question, uint64_t *index,
                               struct error *err)
{
    for (size_t b = 0; b < question->baseline_count; b++) {
        const struct choice *choice = &question->baseline[b];

        *index = grid_moved(&study->grids[question->stage], &study->sweep->space,
                            *index, choice->axis, choice->values[0]);
        if (*index == UINT64_MAX)
            return error_set(err, STATUS_INPUT, "the baseline's %s is not in the sweep",
                             space_axis(&study->sweep->space, choice->axis)->key);
    }
    return STATUS_OK;
}

struct figure_reduction {
    double first, sum, logs, most, least;
    uint64_t count;
};

static void reduction_add(struct figure_reduction *r, double value)
{
    if (r->count++ == 0) {
        r->first = r->most = r->least = value;
    }
    r->sum += value;
    r->logs += maths_log(value);
    r->most = value > r->most || isnan(value) ? value : r->most;
    r->least = value < r->least || isnan(value) ? value : r->least;
}

static double reduction_value(const struct figure_reduction *r, enum reduce reduce)
{
    if (isnan(r->sum))
        return NAN;
    switch (reduce) {
    case REDUCE_VALUE: return r->first;
    case REDUCE_MAX: return r->most;
    case REDUCE_MIN: return r->least;
    case REDUCE_MEAN: return r->sum / (double)r->count;
    case REDUCE_GEOMEAN: return maths_exp(r->logs / (double)r->count);
    }
    return NAN;
}

/* Called for each point of a figure, with the index of its baseline (or its own index, if the
 * figure has no baseline). */
typedef void point_fn(const struct evaluated *one, const struct question *question,
                      uint64_t index, uint64_t base, void *context);

static enum status points_walk(const struct evaluated *one,
                               const struct published_figure *figure,
                               const struct question *question, point_fn *visit,
                               void *context, struct error *err)
{
    const struct grid *grid = &one->study.grids[question->stage];
    enum status status = STATUS_OK;
    uint64_t count = 0;

    for (uint64_t i = 0; status == STATUS_OK && i < grid->points; i++) {
        bool is_asked = true;
        uint64_t base = i;
        struct point point;

        grid_point(grid, &one->sweep.space, i, &point);
        for (size_t w = 0; w < question->where_count; w++)
            is_asked &= is_chosen(&one->sweep.space, &question->where[w], &point);
        if (!is_asked || grid_is_excluded(grid, &one->sweep.space, &point))
            continue;
        status = baseline_at(&one->study, question, &base, err);
        if (status == STATUS_OK)
            visit(one, question, i, base, context);
        count++;
    }
    if (status == STATUS_OK && count == 0)
        return error_set(err, STATUS_INPUT, "`where` selects no point of %s",
                         figure->sweep);
    return status;
}

/* Without a sweep file a ratio is computed from two figures: `under` at `where`, and `over` at
 * `where` with the baseline's settings. */
struct ratio {
    struct published_figure over, under;
    const char **settings; /* of `over`; freed by the caller */
};

static bool is_ratio(const struct published_figure *figure)
{
    return !figure->sweep[0] && figure->baseline_count > 0;
}

static struct ratio ratio_of(const struct published_figure *figure)
{
    struct ratio ratio = {
        .over = *figure,
        .under = *figure,
        .settings = alloc_array(figure->where_count, sizeof *ratio.settings),
    };

    for (size_t i = 0; i < figure->where_count; i++) {
        ratio.settings[i] = figure->where[i];
        for (size_t b = 0; b < figure->baseline_count; b++)
            if (strncmp(figure->baseline[b], ratio.settings[i],
                        strcspn(ratio.settings[i], "=") + 1) == 0)
                ratio.settings[i] = figure->baseline[b];
    }
    ratio.under.baseline_count = ratio.over.baseline_count = 0;
    ratio.over.where = ratio.settings;
    return ratio;
}

static void value_add(const struct evaluated *one, const struct question *question,
                      uint64_t index, uint64_t base, void *context)
{
    double value = value_at(&one->study, question, index);

    if (question->baseline_count)
        value = value_at(&one->study, question, base) / value;
    reduction_add(context, value);
}

static enum status ratio_value(struct figures *figures,
                               const struct published_figure *figure, double *value,
                               struct error *err)
{
    struct ratio ratio = ratio_of(figure);
    double over = NAN;
    enum status status = figures_value(figures, &ratio.over, &over, err);

    if (status == STATUS_OK)
        status = figures_value(figures, &ratio.under, value, err);
    *value = over / *value;
    free(ratio.settings);
    return status;
}

enum status figures_value(struct figures *figures,
                          const struct published_figure *figure, double *value,
                          struct error *err)
{
    struct figure_reduction reduction = { .count = 0 };
    struct question question;
    struct evaluated *one;
    enum status status;

    *value = NAN;
    for (size_t i = 0; i < figure->parts_count; i++)
        reduction_add(&reduction, strtod(figure->parts[i], NULL));
    if (figure->parts_count) {
        *value = reduction_value(&reduction, figure->reduce);
        return STATUS_OK;
    }
    if (figures_leave_out(figures, figure))
        return STATUS_OK;
    if (is_ratio(figure))
        return ratio_value(figures, figure, value, err);
    status = planned_for(figures, figure, &one, err);
    if (status == STATUS_OK && !one->has_results)
        status = data_load(figures->library, &one->sweep, err);
    if (status == STATUS_OK && !one->has_results) {
        study_evaluate(&one->study, NULL);
        one->has_results = true;
    }
    if (status == STATUS_OK)
        status = question_make(figures, &one->study, figure, &question, err);
    if (status == STATUS_OK)
        status = points_walk(one, figure, &question, value_add, &reduction, err);
    if (status == STATUS_OK)
        *value = reduction_value(&reduction, figure->reduce);
    return status;
}

/* ---- which points and records a figure reads */

struct figure_reading {
    const struct library *library;
    struct figure_reads *reads;
};

static void record_add(const struct figure_reading *reading, enum record_table_id table,
                       const struct record *record);

static enum status named_add(void *context, const char *kind, const char *name)
{
    const struct figure_reading *reading = context;
    enum record_table_id table = record_table_of_kind(kind);

    record_add(reading, table, library_find(reading->library, table, name));
    return STATUS_OK;
}

/* Adds a record and the records it names. */
static void record_add(const struct figure_reading *reading, enum record_table_id table,
                       const struct record *record)
{
    struct figure_reads *reads = reading->reads;

    for (size_t i = 0; i < reads->record_count; i++)
        if (reads->records[i] == record)
            return;
    if (!record)
        return;
    reads->records = realloc_array(reads->records, reads->record_count + 1,
                                   sizeof(const struct record *));
    reads->records[reads->record_count++] = record;
    schema_names_visit(record_table_schemas[table], record, named_add,
                       (void *)(uintptr_t)reading);
}

static void node_records_add(const struct figure_reading *reading, axis_mask axes,
                             const struct point *point)
{
    const struct node *node = library_node(reading->library, point->node_m,
                                           point->roadmap);
    const char *build = NULL;

    record_add(reading, RECORDS_NODE, (const struct record *)node);
    if (node && axes & AXIS_BIT(built_as))
        build = array_build_name(point, node);
    if (build)
        record_add(reading, RECORDS_BUILD,
                   library_find(reading->library, RECORDS_BUILD, build));
}

static void point_records_add(struct figure_reads *reads, const struct study *study,
                              axis_mask axes, const struct point *point)
{
    const struct figure_reading reading = { .library = study->library, .reads = reads };

    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        if (axes >> axis & 1 && axis_specs[axis].kind == AXIS_RECORD)
            record_add(&reading, axis_specs[axis].table, point_get(point, axis).record);
    if (axes & AXIS_BIT(node_m))
        node_records_add(&reading, axes, point);
    record_add(&reading, RECORDS_TECHNOLOGY, study->sweep->space.iso_area.baseline);
}

/* FNV-1a, 64 bits. */
static uint64_t text_hash(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return (hash ^ 0xff) * UINT64_C(0x100000001b3);
}

/* A number for what a metric at a point depends on.  Two sweeps that ask for the same value of
 * the same model in different ways get the same number. */
static uint64_t term_of(const struct study *study, const struct question *question,
                        const struct point *point)
{
    const struct grid *grid = &study->grids[question->stage];
    const struct metric *metric = &stages[question->stage]->metrics[question->metric];
    uint64_t hash = text_hash(UINT64_C(0xcbf29ce484222325), metric->name);
    char text[160];

    for (size_t i = 0; i < question->at_count; i++) {
        snprintf(text, sizeof text, "%ju", (uintmax_t)question->at[i]);
        hash = text_hash(hash, text);
    }
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (grid->axes >> axis & 1)
            hash = text_hash(
                hash, axis_value_format(space_axis(&study->sweep->space, axis),
                                        point_get(point, axis), text, sizeof text));
    return hash;
}

static void term_add(struct figure_reads *reads, uint64_t term)
{
    reads->terms = realloc_array(reads->terms, reads->term_count + 1,
                                 sizeof *reads->terms);
    reads->terms[reads->term_count++] = term;
}

static void reads_add(const struct evaluated *one, const struct question *question,
                      uint64_t index, uint64_t base, void *context)
{
    const struct grid *grid = &one->study.grids[question->stage];
    uint64_t places[] = { index, base };

    for (size_t i = 0; i < (base == index ? 1 : 2); i++) {
        struct point point;

        grid_point(grid, &one->sweep.space, places[i], &point);
        point_records_add(context, &one->study, grid->axes, &point);
        term_add(context, term_of(&one->study, question, &point));
    }
}

static enum status reads_collect(struct figures *figures,
                                 const struct published_figure *figure,
                                 struct figure_reads *reads, struct error *err)
{
    struct question question;
    struct evaluated *one;
    enum status status;

    if (figure->parts_count)
        return STATUS_OK;
    if (is_ratio(figure)) {
        struct ratio ratio = ratio_of(figure);

        status = reads_collect(figures, &ratio.over, reads, err);
        if (status == STATUS_OK)
            status = reads_collect(figures, &ratio.under, reads, err);
        free(ratio.settings);
        return status;
    }
    status = planned_for(figures, figure, &one, err);
    if (status == STATUS_OK)
        status = question_make(figures, &one->study, figure, &question, err);
    if (status == STATUS_OK)
        status = points_walk(one, figure, &question, reads_add, reads, err);
    return status;
}

enum status figures_reads(struct figures *figures,
                          const struct published_figure *figure,
                          struct figure_reads *reads, struct error *err)
{
    *reads = (struct figure_reads){ .records = NULL };
    return reads_collect(figures, figure, reads, err);
}

void figure_reads_free(struct figure_reads *reads)
{
    free(reads->records);
    free(reads->terms);
    *reads = (struct figure_reads){ .records = NULL };
}
