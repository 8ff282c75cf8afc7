#include "import/model.h"

#include "base/crc32c.h"
#include "base/memory.h"
#include "import/write.h"
#include "workload/shapes.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t ELEMENTS_MAX = UINT64_C(1) << 40;

static const char *shown(const char *text)
{
    return text && *text ? text : "?";
}

static const char *node_title(const Onnx__NodeProto *node)
{
    return node->name && *node->name ? node->name
                                     : shown(node->n_output ? node->output[0] : NULL);
}

enum status model_fail(const struct model *model, const char *format, ...)
{
    char text[600];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (!model->node)
        return error_set(model->err, STATUS_INPUT, "%s: %s", model->job->file, text);
    return error_set(model->err, STATUS_INPUT,
                     "%s: node '%.80s': operator %.40s %s%s%s%s", model->job->file,
                     node_title(model->node), shown(model->node->op_type), text,
                     *model->batch_text ? " (" : "", model->batch_text,
                     *model->batch_text ? "; --batch-axis none or another one?)" : "");
}

void model_note(const struct model *model, const char *format, ...)
{
    char text[600];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    import_note(model->job, "node '%.80s': %s", node_title(model->node), text);
}

const char *model_text(struct model *model, char *text)
{
    if (model->text_count == model->text_capacity) {
        model->text_capacity = 2 * model->text_capacity + 64;
        model->texts = realloc_array(model->texts, model->text_capacity,
                                     sizeof *model->texts);
    }
    return model->texts[model->text_count++] = text;
}

uint64_t dims_elements(const struct dims *dims)
{
    uint64_t count = 1;

    for (size_t i = 0; i < dims->rank; i++) {
        if (dims->d[i] == 0 || dims->d[i] > ELEMENTS_MAX / count)
            return 0;
        count *= dims->d[i];
    }
    return count;
}

static size_t *slot_of(const struct model *model, const char *name)
{
    size_t at = crc32c(0, name, strlen(name)) & (model->slot_count - 1);

    while (model->slots[at] &&
           strcmp(model->values[model->slots[at] - 1].name, name) != 0)
        at = (at + 1) & (model->slot_count - 1);
    return &model->slots[at];
}

struct value *value_find(const struct model *model, const char *name)
{
    size_t slot = model->slot_count ? *slot_of(model, name) : 0;

    return slot ? &model->values[slot - 1] : NULL;
}

static void slots_grow(struct model *model)
{
    model->slot_count = model->slot_count ? 2 * model->slot_count : 256;
    free(model->slots);
    model->slots = alloc_array(model->slot_count, sizeof *model->slots);
    for (size_t i = 0; i < model->value_count; i++)
        *slot_of(model, model->values[i].name) = i + 1;
}

void value_put(struct model *model, const char *name, const struct value *value)
{
    struct value copy = *value;
    size_t *slot;

    if (2 * (model->value_count + 1) > model->slot_count)
        slots_grow(model);
    copy.name = name;
    slot = slot_of(model, name);
    if (*slot) {
        model->values[*slot - 1] = copy;
        return;
    }
    if (model->value_count == model->value_capacity) {
        model->value_capacity = 2 * model->value_capacity + 64;
        model->values = realloc_array(model->values, model->value_capacity,
                                      sizeof *model->values);
    }
    model->values[model->value_count++] = copy;
    *slot = model->value_count;
}

const struct value *node_input(const struct model *model, size_t i)
{
    if (i >= model->node->n_input || !*model->node->input[i])
        return NULL;
    return value_find(model, model->node->input[i]);
}

const Onnx__AttributeProto *node_attribute(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->node->n_attribute; i++) {
        const Onnx__AttributeProto *one = model->node->attribute[i];

        if (one->name && strcmp(one->name, name) == 0)
            return one;
    }
    return NULL;
}

int64_t node_int(const struct model *model, const char *name, int64_t fallback)
{
    const Onnx__AttributeProto *attribute = node_attribute(model, name);

    return attribute && attribute->has_i ? attribute->i : fallback;
}

size_t node_ints(const struct model *model, const char *name, size_t input,
                 int64_t ints[RANK_MAX])
{
    const Onnx__AttributeProto *attribute = node_attribute(model, name);
    const struct value *value = input ? node_input(model, input) : NULL;
    size_t count = 0;

    if (attribute && attribute->n_ints <= RANK_MAX)
        for (; count < attribute->n_ints; count++)
            ints[count] = attribute->ints[count];
    else if (!attribute && value && value->has_numbers &&
             dims_elements(&value->dims) <= RANK_MAX)
        for (; count < dims_elements(&value->dims); count++)
            ints[count] = (int64_t)value->numbers[count];
    return count;
}

enum status node_axis(const struct model *model, int64_t axis, size_t rank,
                      size_t *result)
{
    int64_t real = axis < 0 ? axis + (int64_t)rank : axis;

    if (real < 0 || real >= (int64_t)rank)
        return model_fail(model, "has axis %" PRId64 ", must be one of %zu dimensions",
                          axis, rank);
    *result = (size_t)real;
    return STATUS_OK;
}

/* Returns a name that lists of layers can hold and that no other layer has. */
const char *model_layer_name(struct model *model, const char *wanted)
{
    size_t count = model->workload.layers_count;
    char *label = layer_label(wanted), *name = alloc_text(label);

    for (size_t i = 0; i < count; i++)
        if (strcmp(model->workload.layers[i].name, name) == 0) {
            free(name);
            name = alloc_printf("%s-%zu", label, ++model->renamed);
            i = SIZE_MAX; /* compare the new name with all layers again */
        }
    free(label);
    return model_text(model, name);
}

struct layer *layer_add(struct model *model, int kind, const int *inputs, size_t count,
                        int *index)
{
    struct workload *workload = &model->workload;
    int first = count ? inputs[0] : NO_LAYER; /* read now: inputs may point to index */
    struct layer *layer;

    if (workload->layers_count == model->layer_capacity) {
        size_t capacity = model->layer_capacity = 2 * model->layer_capacity + 64;

        workload->layers = realloc_array(workload->layers, capacity, sizeof *layer);
        model->shapes = realloc_array(model->shapes, capacity, sizeof *model->shapes);
        model->first_inputs = realloc_array(model->first_inputs, capacity,
                                            sizeof *model->first_inputs);
    }
    *index = (int)workload->layers_count;
    layer = &workload->layers[*index];
    record_default(workload_layer_schema(), layer);
    layer->name = model_layer_name(model, node_title(model->node));
    layer->kind = kind;
    if (count > 1 || (count == 1 && first != *index - 1)) {
        char *names = alloc_text(workload->layers[first].name);

        for (size_t i = 1; i < count; i++) {
            char *more = alloc_printf("%s, %s", names,
                                      workload->layers[inputs[i]].name);

            free(names);
            names = more;
        }
        layer->input = model_text(model, names);
    }
    model->first_inputs[*index] = first;
    workload->layers_count++;
    /* layer_done computes the shape by the rules of records */
    model->shapes[*index] = (struct tensor_shape){ 0 };
    return layer;
}

static int layer_find(const struct model *model, const char *name, size_t length)
{
    for (int i = (int)model->workload.layers_count - 1; i >= 0; i--) {
        const char *one = model->workload.layers[i].name;

        if (strlen(one) == length && strncmp(one, name, length) == 0)
            return i;
    }
    return NO_LAYER;
}

enum status layer_done(struct model *model, int index, const struct dims *dims)
{
    struct operation operations[OPERATION_INPUTS_MAX + 1] = { 0 };
    const struct layer *layer = &model->workload.layers[index];
    struct operation *op = &operations[OPERATION_INPUTS_MAX];
    struct sequence sequence = { .tokens = model->workload.sequence_length };
    const char *at = layer->input;
    struct error why;

    *op = (struct operation){ .layer = layer, .weights_of = NO_OPERATION };
    if (model->first_inputs[index] != NO_LAYER && !*at)
        operations[op->input_count++].out = model->shapes[index - 1];
    while (*at) {
        size_t length = strcspn(at, ", ");
        int from = layer_find(model, at, length);

        operations[op->input_count].layer = &model->workload.layers[from];
        operations[op->input_count++].out = model->shapes[from];
        at += length;
        at += strspn(at, ", ");
    }
    for (unsigned i = 0; i < op->input_count; i++)
        op->inputs[i] = (int)i;
    if (record_check(workload_layer_schema(), &model->workload.layers[index], &why) !=
            STATUS_OK ||
        operation_shape(operations, OPERATION_INPUTS_MAX, sequence, &why) != STATUS_OK)
        return model_fail(model, "cannot be a layer of a record: %s", why.text);
    model->shapes[index] = op->out;
    if (dims_elements(dims) == 0 || tensor_elements(&op->out) != dims_elements(dims))
        return model_fail(model,
                          "computes %" PRIu64 " elements, but a record's layer %" PRIu64
                          ", so that a record cannot describe it",
                          dims_elements(dims), tensor_elements(&op->out));
    return STATUS_OK;
}

/* Returns the first axis that runs over the tokens; all axes before it must be 1. */
static int token_axis_of(const struct tensor_shape *shape, const struct dims *dims)
{
    for (size_t i = 0; shape->is_tokens && i + 1 < dims->rank; i++) {
        if (dims->d[i] == shape->width)
            return (int)i;
        if (dims->d[i] != 1)
            break;
    }
    return NO_AXIS;
}

/* Returns the axis of the channels: the first one of images, the last one of tokens, unless
 * they are transposed. */
static int channel_axis_of(const struct tensor_shape *shape, const struct dims *dims)
{
    size_t axis = shape->is_tokens ? dims->rank - 1 : 1;

    return axis < dims->rank && dims->d[axis] == shape->channels ? (int)axis : NO_AXIS;
}

void output_put(struct model *model, size_t i, int layer, const struct dims *dims)
{
    struct value value = { .role = ROLE_TENSOR, .dims = *dims, .layer = layer };

    value.token_axis = token_axis_of(&model->shapes[layer], dims);
    value.channel_axis = channel_axis_of(&model->shapes[layer], dims);
    if (i < model->node->n_output && *model->node->output[i])
        value_put(model, model->node->output[i], &value);
}

void output_put_like(struct model *model, size_t i, int layer, const struct dims *dims,
                     const struct value *like)
{
    struct value copy = *like, *put;

    output_put(model, i, layer, dims);
    if (i >= model->node->n_output || !*model->node->output[i])
        return;
    put = value_find(model, model->node->output[i]);
    put->token_axis = copy.token_axis;
    put->channel_axis = copy.channel_axis;
}

bool output_is_used(const struct model *model, size_t i)
{
    const char *name = i < model->node->n_output ? model->node->output[i] : "";

    for (size_t n = 0; n < model->graph->n_node && *name; n++)
        for (size_t k = 0; k < model->graph->node[n]->n_input; k++)
            if (strcmp(model->graph->node[n]->input[k], name) == 0)
                return true;
    for (size_t n = 0; n < model->graph->n_output && *name; n++)
        if (model->graph->output[n]->name &&
            strcmp(model->graph->output[n]->name, name) == 0)
            return true;
    return false;
}

void model_free(struct model *model)
{
    for (size_t i = 0; i < model->text_count; i++)
        free(model->texts[i]);
    free(model->texts);
    free(model->workload.layers);
    free(model->shapes);
    free(model->first_inputs);
    free(model->values);
    free(model->slots);
}
