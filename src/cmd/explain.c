#include "cmd/cmd.h"
#include "results/results.h"

#include "array/array.h"
#include "base/units.h"
#include "columns/gpu.h"
#include "columns/reuse.h"
#include "config/fields.h"
#include "config/sweep.h"
#include "stage/array_stage.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

/* Axes zipped with a chosen one take the values that belong to its value. */
static void companions_choose(const struct space *space, enum axis_id axis,
                              axis_mask named, struct point *point)
{
    const union axis_value chosen = point_get(point, axis);

    for (size_t d = 0; d < space->dimension_count; d++) {
        const struct dimension *dimension = &space->dimensions[d];
        uint64_t at = 0;
        bool is_in = false;

        for (size_t a = 0; a < dimension->axis_count; a++)
            is_in |= dimension->axes[a] == axis;
        while (is_in && at < dimension->count &&
               !axis_values_equal(space_axis(space, axis), space->axes[axis].values[at],
                                  chosen))
            at++;
        if (!is_in || at == dimension->count)
            continue;
        for (size_t a = 0; a < dimension->axis_count; a++)
            if (!(named >> dimension->axes[a] & 1))
                point_set(point, dimension->axes[a],
                          space->axes[dimension->axes[a]].values[at]);
    }
}

/* Replaces the values given as "axis=value"; other axes keep the sweep's first value. */
static enum status point_choose(char **settings, int count,
                                const struct library *library, struct space *space,
                                struct point *point, struct error *err)
{
    axis_mask named = 0;

    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (space->axes[axis].values)
            point_set(point, axis, space->axes[axis].values[0]);
    for (int i = 0; i < count; i++) {
        const char *equals = strchr(settings[i], '=');
        char key[64];
        enum axis_id axis;
        union axis_value value;
        struct error why;
        enum status status;

        snprintf(key, sizeof key, "%.*s", equals ? (int)(equals - settings[i]) : 63,
                 settings[i]);
        if (!equals)
            return error_set(err, STATUS_INPUT, "'%.60s': must be AXIS=VALUE",
                             settings[i]);
        status = axis_or_field_find(space, library, key, &axis, err);
        if (status != STATUS_OK)
            return status;
        status = axis_value_parse(library, space_axis(space, axis), equals + 1, &value,
                                  &why);
        if (status != STATUS_OK)
            return error_set(err, status, "%s: %s", key, why.text);
        if (named >> axis & 1)
            return error_set(err, STATUS_INPUT, "%s is given twice, must be once", key);
        point_set(point, axis, value);
        space->axes[axis].is_given = true;
        named |= (axis_mask)1 << axis;
        companions_choose(space, axis, named, point);
    }
    return STATUS_OK;
}

static void point_print(const struct study *study, const struct point *point)
{
    axis_mask axes = 0;
    char text[80];

    for (enum stage_id id = 0; id < STAGE_COUNT; id++)
        if (study->stages >> id & 1)
            axes |= study->grids[id].axes;
    printf("point\n");
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (axes >> axis & 1)
            printf("  %-28s %s\n", space_axis(&study->sweep->space, axis)->name,
                   axis_value_format(space_axis(&study->sweep->space, axis),
                                     point_get(point, axis), text, sizeof text));
}

/* Prints which part decides the latency of a GPU's point. */
static void bound_print(const struct study *study)
{
    const struct gpu_columns g = gpu_columns(&study->results[STAGE_GPU]);
    const double compute_s = reuse_columns(&study->results[STAGE_REUSE]).compute_s[0];
    const struct {
        const char *what;
        double time_s;
    } bounds[] = {
        { "the arithmetic (compute_s)", compute_s },
        { "the last-level cache's banks or wires (llc_busy_s)", g.llc_busy_s[0] },
        { "the last-level cache's latency (llc_wait_s)", g.llc_wait_s[0] },
        { "the DRAM's bandwidth (dram_busy_s)", g.dram_busy_s[0] },
    };
    size_t longest = 0;

    for (size_t b = 1; b < sizeof bounds / sizeof *bounds; b++)
        if (bounds[b].time_s > bounds[longest].time_s)
            longest = b;
    if (study->sweep->space.axes[AXIS_time_base].values[0].word != TIME_ROOFLINE)
        printf("  bound by: the sum of all accesses (serial time base)\n");
    else if (g.clock_share[0] < 1)
        printf(
            "  bound by: the power limit, which leaves %.3g %% of the clock; without "
            "it %s\n",
            100 * g.clock_share[0], bounds[longest].what);
    else
        printf("  bound by: %s\n", bounds[longest].what);
}

/* Prints a metric of two dimensions: the outer one as columns, the other as rows, of which those
 * that hold nothing are left out; sums at the end. */
static void table_print(const struct study *study, const struct metric *metric,
                        const double *numbers)
{
    const char *units = metric_units(study->sweep, metric);
    enum inner_id parts[INNER_PARTS_MAX];
    uint64_t columns, rows;
    char text[60];

    inner_parts(metric->inner, parts);
    columns = inners[parts[0]].count;
    rows = inners[parts[1]].count;
    printf("  %s: %s\n  %-16s", metric->name, metric->meaning, "");
    for (uint64_t c = 0; c < columns; c++)
        printf(" %20s", inners[parts[0]].labels[c]);
    printf(" %14s\n", "all");
    for (uint64_t r = 0; r <= rows; r++) {
        double all = 0;

        for (uint64_t c = 0; r < rows && c < columns; c++)
            all += numbers[c * rows + r];
        if (r < rows && all == 0)
            continue;
        all = 0;
        printf("    %-14s", r < rows ? inners[parts[1]].labels[r] : "all");
        for (uint64_t c = 0; c < columns; c++) {
            double value = 0;

            for (uint64_t i = r < rows ? r : 0; i < (r < rows ? r + 1 : rows); i++)
                value += numbers[c * rows + i];
            all += value;
            printf(" %20s", quantity_format(value, units, text, sizeof text));
        }
        printf(" %14s\n", quantity_format(all, units, text, sizeof text));
    }
}

static void stage_print(const struct study *study, enum stage_id id)
{
    const struct stage *stage = stages[id];
    char text[60], label[200];

    printf("%s: %s\n", stage->name,
           word_name(point_status_words, study->statuses[id][0]));
    if (study->statuses[id][0] != POINT_DONE)
        return;
    for (size_t m = 0; m < stage->metric_count; m++) {
        const struct metric *metric = &stage->metrics[m];
        const struct inner *inner = &inners[metric->inner];
        const double *numbers = study->results[id].column[m];
        const uint64_t *counts = study->results[id].column[m];

        if (metric->inner == INNER_PHASE_PART)
            table_print(study, metric, numbers);
        if (!inner->name && metric->inner != INNER_SCALAR)
            continue;
        if (inner->count >= CURVE_POINTS) /* too long to print */
            continue;
        for (uint64_t i = 0; i < inner->count; i++) {
            const char *name = inner_label(study->sweep, metric->inner, i, label,
                                           sizeof label);
            double value = metric->kind == COLUMN_NUMBER ? numbers[i]
                           : counts[i] == COUNT_NONE     ? NAN
                                                         : (double)counts[i];

            if (name && strncmp(name, INNER_UNUSED, strlen(INNER_UNUSED)) == 0)
                continue;
            printf("  %-28s %-14s %s\n", name ? name : metric->name,
                   quantity_format(value, metric_units(study->sweep, metric), text,
                                   sizeof text),
                   name ? metric->name : metric->meaning);
        }
    }
    if (id == STAGE_GPU)
        bound_print(study);
}

/* Does the row have parts of its own? */
static bool has_parts(const struct array_term *term)
{
    const struct array_term *next = term + 1;

    return next->name && next->depth == term->depth + 1 && !next->is_beside;
}

/* The total to which a row belongs. */
static const struct array_term *root_of(const struct array_term *term)
{
    while (term->depth > 0)
        term--;
    return term;
}

/* The largest of a total's rows without parts; NULL if there are none. */
static const struct array_term *largest_part(const struct array_breakdown *array,
                                             const struct array_term *root)
{
    const struct array_term *largest = NULL;
    double most = 0;

    for (const struct array_term *term = root + 1; term->name && term->depth > 0;
         term++)
        if (!term->is_beside && !has_parts(term) &&
            array_term_value(array, term) > most) {
            most = array_term_value(array, term);
            largest = term;
        }
    return largest;
}

static void breakdown_print(const char *title, const struct array_breakdown *array)
{
    const struct array_organization *o = &array->organization;
    char text[60];

    printf("%s: %llu banks of %llu x %llu mats (%llu x %llu active), each %llu x %llu "
           "subarrays of %llu x %llu cells; multiplexers %llu, %llu, %llu\n",
           title, (unsigned long long)o->banks, (unsigned long long)o->bank_rows,
           (unsigned long long)o->bank_cols, (unsigned long long)o->active_rows,
           (unsigned long long)o->active_cols, (unsigned long long)o->mat_rows,
           (unsigned long long)o->mat_cols, (unsigned long long)o->sub_rows,
           (unsigned long long)o->sub_cols, (unsigned long long)o->mux_sense,
           (unsigned long long)o->mux_out1, (unsigned long long)o->mux_out2);
    printf("  (the parts of a line add up to it; lines in parentheses run at the same "
           "time as\n   others; * marks the largest part)\n");
    for (const struct array_term *term = array_terms; term->name; term++) {
        const struct array_term *root = root_of(term);
        double value = array_term_value(array, term);
        double whole = array_term_value(array, root);
        char name[64];

        snprintf(name, sizeof name, term->is_beside ? "(%s)" : "%s", term->name);
        if (value == 0 || !isfinite(value))
            continue;
        quantity_format(value, term->unit, text, sizeof text);
        printf("%c %*s%-*s %-12s ", term == largest_part(array, root) ? '*' : ' ',
               2 * (int)term->depth, "", 30 - 2 * (int)term->depth, name, text);
        if (term->depth > 0 && !term->is_beside)
            printf("%3.0f %%  %s\n", 100 * value / whole, term->meaning);
        else
            printf("       %s\n", term->meaning);
    }
}

/* The cost of a code in addition to its check bits. */
static void codec_print(const struct codec *codec)
{
    char text[5][40];

    if (codec->area_m2 > 0)
        printf("coder and decoder: %s; %s and %s per read, %s and %s per write\n",
               quantity_format(codec->area_m2, "m2", text[0], sizeof text[0]),
               quantity_format(codec->decode_s, "s", text[1], sizeof text[1]),
               quantity_format(codec->decode_j, "J", text[2], sizeof text[2]),
               quantity_format(codec->encode_s, "s", text[3], sizeof text[3]),
               quantity_format(codec->encode_j, "J", text[4], sizeof text[4]));
}

static void answer_print(const struct array_answer *answer)
{
    const struct array_result *result = &answer->result;
    const struct cell *cell = answer->request.cell;
    char first[40], last[40];

    if (cell->given_count)
        printf("given: %s, from %s to %s (%s)\n",
               cell->kind == CELL_GIVEN ? "every figure" : "some figures",
               quantity_format(given_first_bytes(cell->given, cell->given_count),
                               "byte", first, sizeof first),
               quantity_format(given_last_bytes(cell->given, cell->given_count), "byte",
                               last, sizeof last),
               cell->record.source);
    if (cell->kind != CELL_GIVEN) {
        printf("search: %llu organizations, %llu of them valid, rules %s\n",
               (unsigned long long)result->organizations,
               (unsigned long long)result->valid, answer->request.rules->name);
        breakdown_print("data array", &result->data);
        if (result->has_tag)
            breakdown_print("tag array", &result->tag);
    }
    codec_print(&answer->codec);
}

/* The search optimises its target, so a memory may be slower than a smaller and a larger one.
 * That deserves a note, because the target gains elsewhere. */
static void neighbours_print(const struct study *study,
                             const struct array_answer *answer)
{
    const uint64_t bytes = answer->request.capacity_bytes;
    const uint64_t neighbours[] = { bytes / 4 * 3, bytes / 4 * 5, bytes / 2,
                                    2 * bytes };
    const double own_s = answer->result.read_latency_s;
    double read_s[4];
    char text[4][60];

    for (size_t i = 0; i < 4; i++) {
        struct array_answer other;

        read_s[i] = NAN;
        if (array_answer_at(study, 0, neighbours[i], &other, NULL) == STATUS_OK)
            read_s[i] = other.result.read_latency_s;
    }
    for (size_t i = 0; i < 4; i += 2)
        if (own_s > read_s[i] && own_s > read_s[i + 1]) {
            printf(
                "note: this capacity reads slower than both of its neighbours, %s at "
                "%s and "
                "%s at %s; the search's target gains elsewhere\n",
                quantity_format(read_s[i], "s", text[0], sizeof text[0]),
                quantity_format((double)neighbours[i], "byte", text[1], sizeof text[1]),
                quantity_format(read_s[i + 1], "s", text[2], sizeof text[2]),
                quantity_format((double)neighbours[i + 1], "byte", text[3],
                                sizeof text[3]));
            return;
        }
}

static void array_print(const struct study *study)
{
    struct array_answer answer;

    if (!(study->stages >> STAGE_ARRAY & 1) ||
        study->statuses[STAGE_ARRAY][0] != POINT_DONE ||
        array_answer_at(study, 0, 0, &answer, NULL) != STATUS_OK)
        return;
    answer_print(&answer);
    neighbours_print(study, &answer);
}

/* Does the file begin like an HDF5 file? */
static bool is_result_file(const char *name)
{
    static const char signature[] = "\x89HDF\r\n\x1a\n";
    char start[8] = "";
    FILE *in = fopen(name, "rb");
    size_t count = in ? fread(start, 1, sizeof start, in) : 0;

    if (in)
        fclose(in);
    return count == sizeof start && memcmp(start, signature, sizeof start) == 0;
}

/* The library and sweep inside a result file. */
static enum status file_read(const char *file, struct library *library,
                             struct sweep *sweep, struct error *err)
{
    struct results *results = NULL;
    enum status status = results_open(file, &results, err);

    if (status != STATUS_OK)
        return status;
    status = library_load_inside(results, library, err);
    if (status == STATUS_OK)
        status = sweep_read_text(file, results->sweep_text, library, sweep, err);
    results_close(results);
    return status;
}

/* Reads the arguments: a sweep or result file and values of its axes, or only values. */
static enum status what_read(int argc, char **argv, struct library *library,
                             struct sweep *sweep, struct point *point,
                             struct error *err)
{
    bool is_file = true;
    enum status status;

    if (is_result_file(argv[0])) {
        status = file_read(argv[0], library, sweep, err);
    } else if (!strchr(argv[0], '=') || access(argv[0], R_OK) == 0) {
        status = sweep_load(argv[0], library, sweep, err);
    } else {
        is_file = false;
        status = library_load(library, err);
        if (status == STATUS_OK)
            status = sweep_from_settings((const char *const *)argv, (size_t)argc,
                                         library, sweep, err);
    }
    if (status != STATUS_OK)
        return status;
    return point_choose(is_file ? argv + 1 : NULL, is_file ? argc - 1 : 0, library,
                        &sweep->space, point, err);
}

enum status cmd_explain(int argc, char **argv, struct error *err)
{
    struct library library = { 0 };
    struct sweep sweep = { 0 };
    struct space pinned = { 0 };
    struct study study = { 0 };
    struct error reason = { "" };
    struct point point;
    enum status status = options_read("explain", &argc, argv, err);

    if (status != STATUS_OK)
        return status;
    if (argc < 1)
        return error_set(
            err, STATUS_INPUT,
            "explain needs a sweep: nvsweep explain SWEEP technology=sram ...");
    status = what_read(argc, argv, &library, &sweep, &point, err);
    if (status != STATUS_OK)
        goto out;
    space_pin(&pinned, &sweep.space, &point);
    space_free(&sweep.space);
    sweep.space = pinned;
    status = study_init(&study, &sweep, &library, err);
    if (status != STATUS_OK)
        goto out;
    study_evaluate(&study, &reason);
    point_print(&study, &point);
    for (enum stage_id id = 0; id < STAGE_COUNT; id++)
        if (study.stages >> id & 1)
            stage_print(&study, id);
    if (reason.text[0])
        printf("why not: %s\n", reason.text);
    array_print(&study);
out:
    study_free(&study);
    sweep_free(&sweep);
    library_free(&library);
    return status;
}
