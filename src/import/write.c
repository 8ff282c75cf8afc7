#include "import/write.h"

#include "base/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void *member(const struct field *field, const void *record)
{
    return (char *)(uintptr_t)record + field->offset;
}

void record_default(const struct schema *schema, void *record)
{
    memset(record, 0, schema->size);
    for (size_t f = 0; f < schema->field_count; f++) {
        const struct field *field = &schema->fields[f];
        double value = isnan(field->fallback) ? 0 : field->fallback;
        void *at = member(field, record);

        switch (field->kind) {
        case KIND_NUMBER: *(double *)at = value; break;
        case KIND_COUNT: *(uint64_t *)at = (uint64_t)value; break;
        case KIND_FLAG: *(bool *)at = value != 0; break;
        case KIND_WORD: *(int *)at = (int)value; break;
        case KIND_TEXT: *(const char **)at = field->text; break;
        case KIND_TEXTS:
        case KIND_LIST: break;
        }
    }
}

static enum status field_check(const struct field *field, const void *record,
                               struct error *err)
{
    double value;

    if (field->kind == KIND_NUMBER)
        value = *(const double *)member(field, record);
    else if (field->kind == KIND_COUNT)
        value = (double)*(const uint64_t *)member(field, record);
    else
        return STATUS_OK;
    if ((value >= field->min && value <= field->max) || (field->zero && value == 0))
        return STATUS_OK;
    return error_set(err, STATUS_INPUT, "%s [%s] is %g, must be in %g..%g", field->name,
                     field->unit, value, field->min, field->max);
}

enum status record_check(const struct schema *schema, void *record, struct error *err)
{
    enum status status = STATUS_OK;

    for (size_t f = 0; f < schema->field_count && status == STATUS_OK; f++) {
        const struct field *field = &schema->fields[f];

        status = field_check(field, record, err);
        if (status == STATUS_OK && field->kind == KIND_LIST) {
            char *list = *(char **)member(field, record);
            size_t count = *(size_t *)((char *)record + field->count_offset);

            for (size_t i = 0; i < count && status == STATUS_OK; i++)
                status = record_check(field->element, list + i * field->element->size,
                                      err);
        }
    }
    if (status == STATUS_OK && schema->finish)
        status = schema->finish(record, err);
    return status;
}

char *layer_label(const char *wanted)
{
    char *name = alloc_printf("%.80s", wanted);

    for (char *c = name; *c; c++)
        if (*c <= ' ' || *c > '~' || strchr(",=\"'\\", *c))
            *c = '_';
    return name;
}

/* Writes a text in quotes on one line.  Bytes that are not valid UTF-8 become '?'. */
static void text_write(FILE *out, const char *text)
{
    size_t length;

    fputc('"', out);
    for (; *text; text += length) {
        length = utf8_length(text);
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        if (length <= 1)
            fputc(length == 0 ? '?' : *text < ' ' || *text == 0x7f ? ' ' : *text, out);
        else
            fwrite(text, 1, length, out);
        length += length == 0;
    }
    fputc('"', out);
}

/* Writes the shortest decimal number that gives the same double, with a dot or an exponent. */
static void number_write(FILE *out, double value)
{
    char text[40];

    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    fprintf(out, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
}

static void fields_write(FILE *out, const struct schema *schema, const void *record);

static void list_write(FILE *out, const struct field *field, const void *record)
{
    const char *list = *(char **)member(field, record);
    size_t count = *(const size_t *)((const char *)record + field->count_offset);

    fprintf(out, " %s = (", field->name);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "%s\n        {", i ? "," : "");
        fields_write(out, field->element, list + i * field->element->size);
        fprintf(out, " }");
    }
    fprintf(out, "\n    );");
}

static void field_write(FILE *out, const struct field *field, const void *record)
{
    const void *at = member(field, record);

    if (field->kind == KIND_LIST) {
        list_write(out, field, record);
        return;
    }
    fprintf(out, " %s = ", field->name);
    switch (field->kind) {
    case KIND_NUMBER: number_write(out, *(const double *)at); break;
    case KIND_COUNT: {
        uint64_t count = *(const uint64_t *)at;

        fprintf(out, "%" PRIu64 "%s", count, count > INT32_MAX ? "L" : "");
        break;
    }
    case KIND_FLAG: fputs(*(const bool *)at ? "true" : "false", out); break;
    case KIND_WORD: text_write(out, word_name(field->words, *(const int *)at)); break;
    default: text_write(out, *(const char *const *)at); break;
    }
    fputc(';', out);
}

static bool is_fallback(const struct field *field, const void *record)
{
    const void *at = member(field, record);

    switch (field->kind) {
    case KIND_NUMBER: return *(const double *)at == field->fallback;
    case KIND_COUNT: return (double)*(const uint64_t *)at == field->fallback;
    case KIND_FLAG: return (double)*(const bool *)at == field->fallback;
    case KIND_WORD: return (double)*(const int *)at == field->fallback;
    case KIND_TEXT: {
        const char *text = *(const char *const *)at;

        return !text || (field->text && strcmp(text, field->text) == 0);
    }
    case KIND_TEXTS: return true;
    case KIND_LIST:
        return *(const size_t *)((const char *)record + field->count_offset) == 0;
    }
    return false;
}

static void fields_write(FILE *out, const struct schema *schema, const void *record)
{
    for (size_t f = 0; f < schema->field_count; f++) {
        if (is_fallback(&schema->fields[f], record))
            continue;
        if (schema->folder)
            fputs("\n   ", out);
        field_write(out, &schema->fields[f], record);
    }
}

void record_write(FILE *out, const struct schema *schema, const void *record)
{
    const struct record *head = record;

    fprintf(out, "%s = (\n{\n    name = ", schema->folder);
    text_write(out, head->name);
    fprintf(out, ";\n    source = ");
    text_write(out, head->source);
    fputc(';', out);
    fields_write(out, schema, record);
    fprintf(out, "\n}\n);\n");
}

const struct schema *workload_layer_schema(void)
{
    for (size_t f = 0; f < workload_schema.field_count; f++)
        if (workload_schema.fields[f].kind == KIND_LIST)
            return workload_schema.fields[f].element;
    return NULL;
}

enum status workload_write(const struct import_job *job, struct workload *workload,
                           struct error *err)
{
    struct workload_totals totals;
    struct graph graph;
    struct error why;

    if (record_check(&workload_schema, workload, &why) != STATUS_OK ||
        graph_create(&graph, workload, PHASE_INFERENCE, 0, &why) != STATUS_OK)
        return error_set(err, STATUS_INPUT, "%s: %s", job->file, why.text);
    totals = graph_totals(&graph);
    graph_free(&graph);
    record_write(job->out, &workload_schema, workload);
    fprintf(job->notes,
            "%s: %zu layer%s, %" PRIu64 " multiply-accumulates, %" PRIu64
            " weights (biases not counted)\n",
            job->name, workload->layers_count, workload->layers_count == 1 ? "" : "s",
            totals.macs, totals.weights);
    return STATUS_OK;
}
