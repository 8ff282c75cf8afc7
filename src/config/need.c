#include "config/need.h"

#include "base/memory.h"
#include "base/path.h"
#include "stage/stage.h"

#include <stdlib.h>
#include <string.h>

/* Finds the axis of records, and the record of the sweep with which the others are compared. */
static enum status over_find(const struct need_words *words,
                             const struct library *library, struct sweep *sweep,
                             const char **part, struct error *err)
{
    struct need_question *need = &sweep->need;
    const char *key = words->axis ? words->axis : NEED_AXIS_DEFAULT;
    const struct axis *axis;
    struct error why;
    enum status status;

    *part = "axis";
    need->axis = axis_find(key);
    if (need->axis == AXES || need->axis >= AXES_NAMED)
        return axis_unknown(key, err);
    if (axis_specs[need->axis].kind != AXIS_RECORD)
        return error_set(err, STATUS_INPUT,
                         "is '%s', must be an axis of records, such as \"technology\"",
                         key);
    *part = "over";
    if (!words->over)
        return error_set(err, STATUS_INPUT,
                         "is not given, must be a %s to compare with", key);
    status = library_lookup(library, axis_specs[need->axis].table, words->over,
                            &need->over, &why);
    if (status != STATUS_OK)
        return error_set(err, status, "is '%.60s', but there is %s", words->over,
                         why.text);
    axis = &sweep->space.axes[need->axis];
    for (uint64_t i = 0; i < axis->count; i++)
        if (axis->values[i].record == need->over)
            return STATUS_OK;
    return error_set(err, STATUS_INPUT,
                     "is '%s', must be one of the sweep's values of %s", words->over,
                     key);
}

/* Checks that a place is a number of at least one of the records that are compared. */
static enum status place_add(const char *text, size_t length, struct sweep *sweep,
                             struct need_field *field, struct error *err)
{
    struct need_question *need = &sweep->need;
    const struct axis *axis = &sweep->space.axes[need->axis];
    const struct schema *schema = record_table_schemas[axis_specs[need->axis].table];
    size_t kind = strlen(schema->kind);
    char *place;
    const struct field *found;
    enum status status = STATUS_INPUT;

    if (field->place_count == NEED_PLACES_MAX)
        return error_set(err, STATUS_INPUT, "has '%.80s', must be at most %d places",
                         field->label, NEED_PLACES_MAX);
    /* "technology.set_pulse_s" is accepted, too */
    if (length > kind && strncmp(text, schema->kind, kind) == 0 && text[kind] == '.') {
        text += kind + 1;
        length -= kind + 1;
    }
    place = alloc_text_part(text, length);
    field->places[field->place_count++] = place;
    for (size_t p = 0; p + 1 < field->place_count; p++)
        if (strcmp(field->places[p], place) == 0)
            return error_set(err, STATUS_INPUT,
                             "has '%.80s', must have each place of a sum once",
                             field->label);
    for (uint64_t i = 0; i < axis->count && status != STATUS_OK; i++)
        if (axis->values[i].record)
            status = path_find_number(schema_of(schema, axis->values[i].record), place,
                                      &found, err);
    return status;
}

/* Parses "set_pulse_s+reset_pulse_s": places that change together. */
static enum status field_add(const char *text, struct sweep *sweep, struct error *err)
{
    struct need_question *need = &sweep->need;
    struct need_field *field = &need->fields[need->field_count++];
    enum status status = STATUS_OK;

    *field = (struct need_field){ .label = alloc_text(text) };
    for (const char *at = text; status == STATUS_OK; at++) {
        size_t length = strcspn(at, "+");

        status = place_add(at, length, sweep, field, err);
        at += length;
        if (!*at)
            break;
    }
    return status;
}

static enum status range_choose(const struct need_words *words,
                                struct need_question *need, struct error *err)
{
    need->least = words->least > 0 ? words->least : NEED_LEAST_DEFAULT;
    need->most = words->most > 0 ? words->most : NEED_MOST_DEFAULT;
    if (need->least >= 1e-6 && need->least < 1 && need->most > 1 && need->most <= 1e6)
        return STATUS_OK;
    return error_set(err, STATUS_INPUT,
                     "is %g to %g, must begin in 1e-6..1 and end in 1..1e6, "
                     "without 1 itself",
                     need->least, need->most);
}

enum status need_ask(const struct need_words *words, const struct library *library,
                     struct sweep *sweep, const char **part, struct error *err)
{
    struct need_question *need = &sweep->need;
    enum status status = over_find(words, library, sweep, part, err);

    if (status != STATUS_OK)
        return status;
    *part = "metric";
    status = objective_find(words->metric ? words->metric : NEED_METRIC_DEFAULT, sweep,
                            STAGE_BIT(STAGE_NEED) - 1, &need->metric, err);
    if (status != STATUS_OK)
        return status;
    *part = "range";
    status = range_choose(words, need, err);
    if (status != STATUS_OK)
        return status;
    *part = "fields";
    if (words->field_count == 0)
        return error_set(err, STATUS_INPUT,
                         "is not given, must name numbers of a %s, such as "
                         "[ \"set_pulse_s\" ]",
                         record_table_schemas[axis_specs[need->axis].table]->kind);
    for (size_t f = 0; f < words->field_count && status == STATUS_OK; f++)
        status = field_add(words->fields[f], sweep, err);
    return status;
}

static enum status fields_read(struct axes_reading *reading,
                               const config_setting_t *list, struct need_words *words)
{
    enum status status = STATUS_OK;
    size_t count = list && setting_is_list(list) ? setting_length(list) : 1;

    if (!list)
        return STATUS_OK;
    if (count > NEED_FIELDS_MAX)
        return setting_fail(reading->source, list, reading->err,
                            "has %zu fields, must be at most %d", count,
                            NEED_FIELDS_MAX);
    for (size_t f = 0; f < count && status == STATUS_OK; f++)
        status = setting_text(reading->source,
                              setting_is_list(list) ? setting_element(list, f) : list,
                              &words->fields[f], reading->err);
    words->field_count = count;
    return status;
}

/* range = [ 0.01, 100.0 ] */
static enum status range_read(struct axes_reading *reading,
                              const config_setting_t *range, struct need_words *words)
{
    double *ends[] = { &words->least, &words->most };
    enum status status = STATUS_OK;

    if (!range)
        return STATUS_OK;
    if (!setting_is_list(range) || setting_length(range) != 2)
        return setting_fail(reading->source, range, reading->err,
                            "must be two factors, [ 0.01, 100.0 ]");
    for (size_t i = 0; i < 2 && status == STATUS_OK; i++) {
        status = setting_number(reading->source, setting_element(range, i), "1",
                                ends[i], reading->err);
        if (status == STATUS_OK && !(*ends[i] > 0))
            status = setting_fail(reading->source, range, reading->err,
                                  "has a factor of %g, must be above 0", *ends[i]);
    }
    return status;
}

static enum status text_read(struct axes_reading *reading,
                             const config_setting_t *group, const char *key,
                             const char **text)
{
    const config_setting_t *setting = setting_member(group, key);

    return setting ? setting_text(reading->source, setting, text, reading->err)
                   : STATUS_OK;
}

static enum status words_read(struct axes_reading *reading,
                              const config_setting_t *group, struct need_words *words)
{
    enum status status = text_read(reading, group, "axis", &words->axis);

    if (status != STATUS_OK)
        return status;
    status = text_read(reading, group, "over", &words->over);
    if (status != STATUS_OK)
        return status;
    status = text_read(reading, group, "metric", &words->metric);
    if (status != STATUS_OK)
        return status;
    status = fields_read(reading, setting_member(group, "fields"), words);
    if (status != STATUS_OK)
        return status;
    return range_read(reading, setting_member(group, "range"), words);
}

enum status need_read(struct axes_reading *reading, const config_setting_t *group)
{
    static const char *const keys[] = { "axis", "over", "metric", "fields", "range" };
    struct need_words words = { 0 };
    const config_setting_t *wrong;
    const char *part = NULL;
    struct error why;
    enum status status;

    if (!group)
        return STATUS_OK;
    if (group->type != CONFIG_TYPE_GROUP)
        return setting_fail(reading->source, group, reading->err,
                            "must be a group { over = \"sram\"; fields = [ "
                            "\"set_pulse_s\" ]; }");
    status = setting_keys_check(reading->source, group, "need", keys,
                                sizeof keys / sizeof *keys, reading->err);
    if (status != STATUS_OK)
        return status;
    status = words_read(reading, group, &words);
    if (status != STATUS_OK)
        return status;
    status = need_ask(&words, reading->library, reading->sweep, &part, &why);
    wrong = part ? setting_member(group, part) : NULL;
    if (status != STATUS_OK)
        return setting_fail(reading->source, wrong ? wrong : group, reading->err,
                            "%s%s%s", wrong ? "" : part, wrong ? "" : " ", why.text);
    return status;
}
