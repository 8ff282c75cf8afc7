#include "config/sweep.h"

#include "config/need.h"

#include "base/memory.h"
#include "config/axes.h"
#include "config/fields.h"
#include "config/record.h"
#include "config/sweep_options.h"
#include "stage/stage.h"

#include <stdlib.h>
#include <string.h>

/* ---- dimensions */

/* Arranges the given axes in dimensions, in their order; `leaders` has the first axis of each
 * one's zip.  Returns STATUS_INPUT if the product of their counts is larger than 2^62. */
static enum status dimensions_arrange(struct space *space, const enum axis_id *order,
                                      size_t count, const enum axis_id *leaders,
                                      struct error *err)
{
    const uint64_t limit = (uint64_t)1 << 62;
    uint64_t points = 1;

    /* a machine may consist of several: its engines lie along a dimension of some stages */
    space->axes[AXIS_machine].is_dimension |= space->axes[AXIS_machine].is_given;
    for (size_t i = 0; i < count; i++) {
        enum axis_id leader = order[i];
        struct dimension *dimension = &space->dimensions[space->dimension_count];

        if (!space->axes[leader].is_dimension || leaders[leader] != leader)
            continue;
        *dimension = (struct dimension){ .name = space_axis(space, leader)->name,
                                         .count = space->axes[leader].count,
                                         .axes = { leader },
                                         .axis_count = 1 };
        for (size_t j = 0; j < count; j++)
            if (order[j] != leader && leaders[order[j]] == leader &&
                space->axes[order[j]].is_dimension)
                dimension->axes[dimension->axis_count++] = order[j];
        space->dimension_count++;
        if (points > limit / dimension->count)
            return error_set(err, STATUS_INPUT,
                             "makes more than 2^62 points, must have fewer values");
        points *= dimension->count;
    }
    return STATUS_OK;
}

/* ---- the small groups */

static enum status title_read(struct axes_reading *reading,
                              const config_setting_t *setting)
{
    const char *title;
    enum status status;

    if (!setting)
        return STATUS_OK;
    status = setting_text(reading->source, setting, &title, reading->err);
    if (status == STATUS_OK)
        reading->sweep->title = alloc_text(title);
    return status;
}

static enum status stages_read(struct axes_reading *reading,
                               const config_setting_t *list)
{
    if (!list)
        return STATUS_OK;
    if (!setting_is_list(list) || setting_length(list) == 0)
        return setting_fail(reading->source, list, reading->err,
                            "must list stages, such as [ \"array\" ]");
    for (size_t i = 0; i < setting_length(list); i++) {
        const config_setting_t *element = setting_element(list, i);
        const char *name = config_setting_get_string(element);
        int stage;
        enum status status;

        if (name && stage_renamed(name))
            return setting_fail(reading->source, element, reading->err,
                                "is '%s', which is '%s' since 0.4", name,
                                stage_renamed(name));
        status = setting_word(reading->source, element, stage_words, &stage,
                              reading->err);
        if (status != STATUS_OK)
            return status;
        if (reading->sweep->stages >> stage & 1)
            return setting_fail(reading->source, element, reading->err,
                                "has '%s' twice", word_name(stage_words, stage));
        reading->sweep->stages |= STAGE_BIT(stage);
    }
    return STATUS_OK;
}

/* objective = "edp_js": the metric of the sensitivity stage. */
#define OBJECTIVE_DEFAULT "edp_js"

static enum status objective_read(struct axes_reading *reading,
                                  const config_setting_t *setting)
{
    const char *name = setting ? config_setting_get_string(setting) : OBJECTIVE_DEFAULT;
    struct sweep *sweep = reading->sweep;
    struct error why;

    if (!name)
        return setting_fail(reading->source, setting, reading->err,
                            "must be the name of a metric, such as \"%s\"",
                            OBJECTIVE_DEFAULT);
    if (objective_find(name, sweep, ~STAGE_BIT(STAGE_SENSITIVITY), &sweep->objective,
                       &why) != STATUS_OK)
        return setting_fail(reading->source, setting, reading->err, "%s", why.text);
    return STATUS_OK;
}

/* Reads a group that a schema describes; if it is absent, all members remain 0. */
static enum status group_read(struct axes_reading *reading,
                              const config_setting_t *group,
                              const struct schema *schema, void *members)
{
    if (!group)
        return STATUS_OK;
    if (group->type != CONFIG_TYPE_GROUP)
        return setting_fail(reading->source, group, reading->err,
                            "must be a group { %s = "
                            "...; }",
                            schema->fields[0].name);
    return record_read(reading->source, group, schema, members, reading->err);
}

/* ---- the whole */

static void sweep_init(struct sweep *sweep)
{
    *sweep = (struct sweep){ .seed = 1,
                             .durability = DURABILITY_PROCESS,
                             .max_error = 0.01 };
    axes_default(&sweep->space);
    objective_find(OBJECTIVE_DEFAULT, sweep, STAGES_ALL, &sweep->objective, NULL);
}

/* Moves everything that was read into the sweep's space. */
static enum status space_build(struct axes_reading *reading,
                               const config_setting_t *axes, bool is_sampled)
{
    struct space *space = &reading->sweep->space;
    struct error why;

    for (size_t i = 0; i < reading->count; i++) {
        enum axis_id axis = reading->order[i];
        const config_setting_t *setting = reading->settings[axis];

        axis_give(space, axis, &reading->values[axis]);
        space->axes[axis].place = (uint8_t)(i + 1);
        if (axis >= AXES_NAMED || (setting->name && axis_find(setting->name) == axis))
            space->axes[axis].line = setting->line;
    }
    if (dimensions_arrange(space, reading->order, reading->count, reading->leaders,
                           &why))
        return setting_fail(reading->source, axes, reading->err, "%s", why.text);
    for (size_t d = 0; is_sampled && d < space->dimension_count; d++)
        if (space->dimensions[d].count > 1 ||
            space->dimensions[d].axes[0] != AXIS_machine)
            space->dimensions[d].name = "point";
    return STATUS_OK;
}

/* samples = 1024: the axis `sample` of 1 to 1024, as the last dimension. */
static enum status samples_read(struct axes_reading *reading,
                                const config_setting_t *setting)
{
    struct values *values = &reading->values[AXIS_sample];
    uint64_t count;
    enum status status;

    if (!setting)
        return STATUS_OK;
    status = setting_count(reading->source, setting, "1", &count, reading->err);
    if (status != STATUS_OK)
        return status;
    if (count < 1 || count > VALUES_MAX)
        return setting_fail(reading->source, setting, reading->err,
                            "is %llu, must be in 1..%d", (unsigned long long)count,
                            VALUES_MAX);
    if (reading->settings[AXIS_sample] || !reading->settings[AXIS_spread])
        return setting_fail(reading->source, setting, reading->err,
                            "needs axes with a spread and without the axis sample");
    *values = (struct values){ .values = alloc_array(count, sizeof *values->values),
                               .count = count,
                               .is_dimension = true };
    for (uint64_t i = 0; i < count; i++)
        values->values[i].count = i + 1;
    reading->settings[AXIS_sample] = setting;
    reading->order[reading->count++] = AXIS_sample;
    reading->leaders[AXIS_sample] = AXIS_sample;
    return STATUS_OK;
}

static enum status limits_read(struct axes_reading *reading,
                               const config_setting_t *setting)
{
    return group_read(reading, setting, &array_limits_schema, &reading->sweep->limits);
}

static enum status weights_read(struct axes_reading *reading,
                                const config_setting_t *setting)
{
    return group_read(reading, setting, &array_weights_schema,
                      &reading->sweep->weights);
}

static enum status zip_and_check(struct axes_reading *reading,
                                 const config_setting_t *setting)
{
    enum status status = zip_read(reading, setting);

    return status == STATUS_OK ? duplicates_check(reading) : status;
}

static enum status root_read(struct axes_reading *reading, const config_setting_t *root)
{
    static const char *const keys[] = { "title",   "stages",  "axes",    "zip",
                                        "exclude", "sample",  "samples", "options",
                                        "limits",  "weights", "detail",  "objective",
                                        "library", "need" };
    /* each may use what those before it have read */
    static const struct {
        const char *key;
        enum status (*read)(struct axes_reading *, const config_setting_t *);
    } steps[] = {
        { "title", title_read },           { "stages", stages_read },
        { "options", sweep_options_read }, { "limits", limits_read },
        { "weights", weights_read },       { "axes", axes_read },
        { "samples", samples_read },       { "detail", detail_read },
        { "zip", zip_and_check },          { "exclude", exclusions_read },
        { "sample", sample_read },
    };
    const config_setting_t *axes = setting_member(root, "axes");
    enum status status = setting_keys_check(reading->source, root, "a sweep file", keys,
                                            FIELD_COUNT_OF(keys), reading->err);

    if (status != STATUS_OK)
        return status;
    if (!axes)
        return source_fail(
            reading->source, 1, reading->err,
            "has no axes, must have axes = { technology = \"sram\"; ... }");
    for (size_t i = 0; i < FIELD_COUNT_OF(steps) && status == STATUS_OK; i++)
        status = steps[i].read(reading, setting_member(root, steps[i].key));
    if (status != STATUS_OK)
        return status;
    status = space_build(reading, axes, setting_member(root, "sample") != NULL);
    if (status != STATUS_OK)
        return status;
    /* the stage that computes the objective may depend on the machines */
    status = objective_read(reading, setting_member(root, "objective"));
    if (status != STATUS_OK)
        return status;
    return need_read(reading, setting_member(root, "need"));
}

enum status sweep_parse(const struct file *file, const struct library *library,
                        struct sweep *sweep, struct error *err)
{
    struct source source;
    struct axes_reading reading = {
        .source = &source, .library = library, .sweep = sweep, .err = err
    };
    enum status status = source_read(file, &source, err);

    sweep_init(sweep);
    if (status == STATUS_OK)
        status = root_read(&reading, config_root_setting(&source.config));
    sweep->file = alloc_text(source.file);
    sweep->text = alloc_text(source.text);
    axes_reading_free(&reading);
    source_free(&source);
    return status;
}

enum status sweep_read(const char *name, const struct library *library,
                       struct sweep *sweep, struct error *err)
{
    struct files files = { 0 };
    struct file file = { 0 };
    enum status status;

    files_read(&files, name);
    files_find(&files, name, &file);
    status = sweep_parse(&file, library, sweep, err);
    files_free(&files);
    return status;
}

enum status sweep_read_text(const char *name, const char *text,
                            const struct library *library, struct sweep *sweep,
                            struct error *err)
{
    struct file file = { .name = name, .text = text, .size = strlen(text) };

    return sweep_parse(&file, library, sweep, err);
}

/* ---- libraries */

/* Returns the path relative to the sweep file, unless it begins with a slash. */
static char *library_path(const char *sweep, const char *folder)
{
    const char *slash = strrchr(sweep, '/');

    if (folder[0] == '/' || !slash)
        return alloc_text(folder);
    return alloc_printf("%.*s/%s", (int)(slash - sweep), sweep, folder);
}

enum status sweep_libraries(const struct file *file, char **folders, size_t most,
                            size_t *count, struct error *err)
{
    const config_setting_t *setting;
    struct source source;
    enum status status = STATUS_OK;

    *count = 0;
    if (source_read(file, &source, err) != STATUS_OK)
        goto out; /* the parser reports the error */
    setting = setting_member(config_root_setting(&source.config), "library");
    if (setting) {
        bool is_list = config_setting_is_array(setting) ||
                       config_setting_is_list(setting);
        int length = is_list ? config_setting_length(setting) : 1;

        for (int i = 0; i < length && status == STATUS_OK; i++) {
            const char *text = is_list ? config_setting_get_string_elem(setting, i)
                                       : config_setting_get_string(setting);

            if (!text || !*text || *count == most)
                status = setting_fail(&source, setting, err,
                                      "must be a folder, or a list of at most %zu",
                                      most);
            else
                folders[(*count)++] = library_path(file->name, text);
        }
    }
out:
    source_free(&source);
    return status;
}

/* ---- settings */

/* Reads the values "a,b" after the '=' of a setting, whose text is cut into parts. */
static enum status setting_values_read(char *list, const struct library *library,
                                       const struct axis_spec *spec,
                                       struct values *values, struct error *err)
{
    enum status status = STATUS_OK;
    char *next;

    if (strcmp(list, "all") == 0 && spec->kind == AXIS_RECORD)
        return values_all(library, spec, values, err);
    values->count = 1;
    for (const char *c = list; *c; c++)
        values->count += *c == ',';
    values->is_dimension = values->count > 1;
    values->values = alloc_array(values->count, sizeof *values->values);
    for (uint64_t i = 0; status == STATUS_OK && i < values->count; i++, list = next) {
        size_t length = strcspn(list, ",");

        next = list + length + (list[length] == ',');
        list[length] = '\0';
        status = axis_value_parse(library, spec, list, &values->values[i], err);
    }
    if (status == STATUS_OK && values_duplicate(spec, values) != values->count)
        status = error_set(err, STATUS_INPUT, "has a value twice, values must differ");
    return status;
}

static enum status setting_apply(char *setting, const struct library *library,
                                 struct space *space, enum axis_id *axis,
                                 struct error *err)
{
    char *equals = strchr(setting, '=');
    struct values values = { 0 };
    enum status status;

    if (!equals)
        return error_set(err, STATUS_INPUT, "must be axis=value");
    *equals = '\0';
    status = axis_or_field_find(space, library, setting, axis, err);
    if (status != STATUS_OK)
        goto out;
    if (space->axes[*axis].is_given)
        status = error_set(err, STATUS_INPUT, "gives an axis a second time");
    if (status != STATUS_OK)
        goto out;
    status = setting_values_read(equals + 1, library, space_axis(space, *axis), &values,
                                 err);
    if (status != STATUS_OK)
        goto out;
    axis_give(space, *axis, &values);
out:
    free(values.values);
    return status;
}

static char *settings_join(const char *const *settings, size_t count)
{
    char *text = alloc_text("");

    for (size_t i = 0; i < count; i++)
        text = alloc_append(text, "%s\n", settings[i]);
    return text;
}

enum status sweep_from_settings(const char *const *settings, size_t count,
                                const struct library *library, struct sweep *sweep,
                                struct error *err)
{
    enum axis_id order[AXES], leaders[AXES];
    enum status status = STATUS_OK;
    struct error why;
    size_t given = 0;

    sweep_init(sweep);
    sweep->file = alloc_text("settings");
    sweep->text = settings_join(settings, count);
    for (enum axis_id axis = 0; axis < AXES; axis++)
        leaders[axis] = axis;
    for (int fields = 0; fields < 2; fields++) /* records come before their fields */
        for (size_t i = 0; status == STATUS_OK && i < count; i++) {
            char *setting = alloc_text(settings[i]), key[80];
            enum axis_id axis;

            snprintf(key, sizeof key, "%.*s", (int)strcspn(setting, "="), setting);
            if ((axis_find(key) == AXES) == fields) {
                status = setting_apply(setting, library, &sweep->space, &axis, &why);
                if (status == STATUS_OK)
                    order[given++] = axis; /* below AXES: none can be given twice */
                else
                    error_set(err, status, "setting '%.80s' %s", settings[i], why.text);
            }
            free(setting);
        }
    if (status == STATUS_OK)
        status = dimensions_arrange(&sweep->space, order, given, leaders, err);
    return status;
}
