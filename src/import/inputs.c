/* Reads the inputs of a graph: finds the dimensions of the batch and of the tokens, and open
 * dimensions. */
#include "import/model.h"

#include "base/memory.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXTENT_MAX = 1 << 24, STEPS_MAX = 64, TYPE_FLOAT = 1, TYPE_FLOAT16 = 10 };

/* The first operator that computes on an input says something about its layout. */
enum evidence { SAYS_NOTHING, SAYS_WINDOW, SAYS_RECURRENT, SAYS_NO_BATCH };

static bool is_one_of(const char *text, const char *const *list)
{
    for (; *list; list++)
        if (strcasecmp(text, *list) == 0)
            return true;
    return false;
}

static bool contains(const char *text, const char *part)
{
    size_t length = strlen(part);

    for (; *text; text++)
        if (strncasecmp(text, part, length) == 0)
            return true;
    return false;
}

static bool is_batch_name(const char *name)
{
    static const char *const words[] = { "n", "b", "bs", "bsz", NULL };

    return is_one_of(name, words) || contains(name, "batch");
}

static bool is_sequence_name(const char *name)
{
    static const char *const words[] = { "s", "t", "l", NULL };

    return is_one_of(name, words) || contains(name, "seq") || contains(name, "time") ||
           contains(name, "token") || contains(name, "len") ||
           contains(name, "frame") || contains(name, "step");
}

static const Onnx__NodeProto *first_user(const Onnx__GraphProto *graph,
                                         const char *name)
{
    for (size_t n = 0; n < graph->n_node; n++)
        for (size_t i = 0; i < graph->node[n]->n_input; i++)
            if (graph->node[n]->input[i] && strcmp(graph->node[n]->input[i], name) == 0)
                return graph->node[n];
    return NULL;
}

static bool node_says(const Onnx__NodeProto *node, const char *attribute, int64_t value)
{
    for (size_t i = 0; i < node->n_attribute; i++)
        if (node->attribute[i]->name &&
            strcmp(node->attribute[i]->name, attribute) == 0)
            return node->attribute[i]->has_i && node->attribute[i]->i == value;
    return false;
}

/* Does this Unsqueeze insert an axis before all others? */
static bool adds_first_axis(const struct model *model, const Onnx__NodeProto *node)
{
    const struct value *axes = node->n_input > 1 && node->input[1]
                                   ? value_find(model, node->input[1])
                                   : NULL;

    if (axes && axes->has_numbers && dims_elements(&axes->dims) > 0)
        return axes->numbers[0] == 0;
    for (size_t i = 0; i < node->n_attribute; i++)
        if (strcmp(node->attribute[i]->name, "axes") == 0)
            return node->attribute[i]->n_ints > 0 && node->attribute[i]->ints[0] == 0;
    return false;
}

static enum evidence evidence_of(const struct model *model, const char *name,
                                 bool *is_batch_first)
{
    static const char *const windows[] = { "Conv",
                                           "ConvTranspose",
                                           "MaxPool",
                                           "AveragePool",
                                           "GlobalAveragePool",
                                           "QLinearConv",
                                           "ConvInteger",
                                           "LRN",
                                           "GlobalMaxPool",
                                           "FusedConv",
                                           "BatchNormalization",
                                           NULL };
    static const char *const recurrent[] = { "LSTM", "GRU", "RNN", NULL };
    static const char *const through[] = { "Relu",
                                           "LeakyRelu",
                                           "Sigmoid",
                                           "Tanh",
                                           "Clip",
                                           "Add",
                                           "Sub",
                                           "Mul",
                                           "Div",
                                           "Cast",
                                           "Dropout",
                                           "Identity",
                                           "Pad",
                                           "QuantizeLinear",
                                           "DequantizeLinear",
                                           "DynamicQuantizeLinear",
                                           NULL };

    *is_batch_first = false;
    for (unsigned step = 0; step < STEPS_MAX; step++) {
        const Onnx__NodeProto *node = first_user(model->graph, name);

        if (!node || !node->op_type)
            return SAYS_NOTHING;
        if (is_one_of(node->op_type, windows))
            return SAYS_WINDOW;
        if (is_one_of(node->op_type, recurrent)) {
            *is_batch_first = node_says(node, "layout", 1);
            return SAYS_RECURRENT;
        }
        if (strcmp(node->op_type, "Unsqueeze") == 0 && adds_first_axis(model, node))
            return SAYS_NO_BATCH;
        if (!is_one_of(node->op_type, through) || node->n_output == 0)
            return SAYS_NOTHING;
        name = node->output[0];
    }
    return SAYS_NOTHING;
}

/* Returns the text after "key=" in a list "key=text,...", or the whole list if it has no keys;
 * NULL if there is none.  Freed by the caller. */
static char *said_of(const char *list, const char *key, bool may_be_all)
{
    for (const char *at = list; at && *at;) {
        size_t length = strcspn(at, ",");
        const char *equals = memchr(at, '=', length);

        if (equals && strlen(key) == (size_t)(equals - at) &&
            strncmp(at, key, (size_t)(equals - at)) == 0)
            return alloc_printf("%.*s", (int)(length - (size_t)(equals + 1 - at)),
                                equals + 1);
        if (!equals && may_be_all)
            return alloc_printf("%.*s", (int)length, at);
        at += length;
        at += *at == ',';
    }
    return NULL;
}

struct model_input {
    const char *name;
    size_t rank;
    struct {
        const char *name; /* of an open dimension, "": none */
        uint64_t extent;  /* 0: open */
    } axes[RANK_MAX];
    bool is_float;
    enum evidence evidence;
};

static enum status batch_asked(const struct model *model,
                               const struct model_input *input, int *axis,
                               bool *is_asked)
{
    char *text = said_of(model->job->batch_axis, input->name, true), *end;
    enum status status = STATUS_OK;

    *is_asked = text != NULL;
    if (!text)
        return STATUS_OK;
    *axis = NO_AXIS;
    if (strcmp(text, "none") != 0) {
        long asked = strtol(text, &end, 10);

        if (*end || end == text || asked < 0 || (size_t)asked >= input->rank)
            status = error_set(model->err, STATUS_INPUT,
                               "--batch-axis is '%.40s' for input '%.80s' of %zu "
                               "dimensions, must be 0 to %zu or none",
                               text, input->name, input->rank, input->rank - 1);
        *axis = (int)asked;
    }
    free(text);
    return status;
}

/* Guesses the batch dimension: by its name, else by the operator that uses the input, else the
 * first. A dimension of 1 changes nothing. */
static int batch_guess(const struct model *model, const struct model_input *input)
{
    bool is_batch_first, is_open = input->rank > 0 && input->axes[0].extent == 0;
    enum evidence evidence = evidence_of(model, input->name, &is_batch_first);

    if (input->rank == 0)
        return NO_AXIS;
    for (size_t i = 0; i < input->rank; i++)
        if (input->axes[i].extent == 0 && is_batch_name(input->axes[i].name))
            return (int)i;
    if (evidence == SAYS_NO_BATCH)
        return NO_AXIS;
    if (evidence == SAYS_RECURRENT && input->rank == 3)
        return is_batch_first ? 0 : 1;
    if (is_open && is_sequence_name(input->axes[0].name) && evidence != SAYS_WINDOW)
        return input->rank < 3 ? NO_AXIS : 1;
    if (input->rank == 3 && evidence != SAYS_WINDOW && input->axes[0].extent > 1 &&
        input->axes[1].extent == 1)
        return 1;
    return 0;
}

static enum status extent_asked(const struct model *model,
                                const struct model_input *input, size_t axis,
                                uint64_t *extent)
{
    char *by_number = alloc_printf("%s:%zu", input->name, axis), *end;
    char *text = said_of(model->job->open_sizes, by_number, false);
    enum status status = STATUS_OK;

    free(by_number);
    if (!text && *input->axes[axis].name)
        text = said_of(model->job->open_sizes, input->axes[axis].name, false);
    if (text) {
        *extent = strtoull(text, &end, 10);
        if (*end || end == text || *extent < 1 || *extent > EXTENT_MAX)
            status = error_set(
                model->err, STATUS_INPUT,
                "--dim gives '%.40s' for dimension %zu of input '%.80s', "
                "must be a number from 1 to %d",
                text, axis, input->name, EXTENT_MAX);
    }
    free(text);
    return status;
}

/* May an open dimension be the number of tokens?  A dimension of features may not. */
static bool is_token_axis(const struct model *model, const struct model_input *input,
                          size_t axis, int batch_axis)
{
    size_t rank = input->rank - (batch_axis != NO_AXIS);
    const char *name = input->axes[axis].name;
    size_t last = input->rank - 1;

    if (rank > 2)
        return false;
    if (is_sequence_name(name) ||
        (model->sequence && *name && strcmp(model->sequence, name) == 0))
        return true;
    if (rank == 1)
        return !input->is_float;
    return input->evidence == SAYS_WINDOW ? axis == last : axis != last;
}

static enum status open_resolve(struct model *model, const struct model_input *input,
                                size_t axis, int batch_axis, struct value *value)
{
    const char *name = *input->axes[axis].name ? input->axes[axis].name : "?";

    if (!is_token_axis(model, input, axis, batch_axis))
        return error_set(
            model->err, STATUS_INPUT,
            "%s: input '%.80s' has dimension %zu ('%.40s') open, must be a "
            "number: --dim %.40s%s%.*s=N",
            model->job->file, input->name, axis, name,
            *name == '?' ? input->name : name, *name == '?' ? ":" : "", *name == '?',
            "0123456789" + axis);
    if (model->sequence && strcmp(model->sequence, name) != 0)
        return error_set(
            model->err, STATUS_INPUT,
            "%s: input '%.80s' has dimension %zu ('%.40s') open and another "
            "one ('%.40s') is the sequence length, must be a number: --dim "
            "%.40s=N",
            model->job->file, input->name, axis, name, model->sequence, name);
    if (!model->sequence)
        import_note(
            model->job,
            "input '%.80s': open dimension %zu ('%.40s') is the sequence length: "
            "%" PRIu64 ", or what a sweep's axis sequence says",
            input->name, axis, name, model->workload.sequence_length);
    model->sequence = name;
    value->is_dynamic = true;
    value->token_axis = (int)axis;
    value->dims.d[axis] = model->workload.sequence_length;
    return STATUS_OK;
}

static void batch_tell(struct model *model, const struct model_input *input, int axis)
{
    uint64_t extent = axis == NO_AXIS ? 1 : input->axes[axis].extent;

    if (axis == NO_AXIS)
        import_note(model->job,
                    "input '%.80s': has no batch, because the graph adds one",
                    input->name);
    else if (extent > 1)
        import_note(model->job,
                    "input '%.80s': dimension %d, of %" PRIu64
                    ", is taken as the batch and became 1 (--batch-axis changes that)",
                    input->name, axis, extent);
    else if (axis > 0)
        import_note(model->job, "input '%.80s': dimension %d is the batch", input->name,
                    axis);
    if (extent <= 1)
        return;
    model->batch = extent;
    snprintf(model->batch_text, sizeof model->batch_text,
             "dimension %d of input '%.80s', of %" PRIu64 ", was taken as the batch",
             axis, input->name, extent);
}

static enum status input_describe(const struct model *model,
                                  const Onnx__ValueInfoProto *info,
                                  struct model_input *input)
{
    const Onnx__TypeProto *type = info->type;
    const Onnx__TensorShapeProto *shape = NULL;
    bool is_batch_first;

    if (type && type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE &&
        type->tensor_type)
        shape = type->tensor_type->shape;
    if (!info->name || !shape || shape->n_dim > RANK_MAX)
        return error_set(
            model->err, STATUS_INPUT,
            "%s: input '%.80s' has no shape, must be a tensor of at most %d "
            "dimensions",
            model->job->file, info->name ? info->name : "?", RANK_MAX);
    *input = (struct model_input){
        .name = info->name,
        .rank = shape->n_dim,
        .is_float = type->tensor_type->elem_type == TYPE_FLOAT ||
                    type->tensor_type->elem_type == TYPE_FLOAT16
    };
    for (size_t i = 0; i < shape->n_dim; i++) {
        const Onnx__TensorShapeProto__Dimension *dim = shape->dim[i];
        bool is_given = dim->value_case ==
                            ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE &&
                        dim->dim_value > 0;
        bool is_named = dim->value_case ==
                        ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;

        input->axes[i].extent = is_given ? (uint64_t)dim->dim_value : 0;
        input->axes[i].name = is_named && dim->dim_param ? dim->dim_param : "";
        if (input->axes[i].extent > EXTENT_MAX)
            return error_set(model->err, STATUS_INPUT,
                             "%s: input '%.80s' has a dimension %zu of %" PRIu64
                             ", must be at most %d",
                             model->job->file, info->name, i, input->axes[i].extent,
                             EXTENT_MAX);
    }
    input->evidence = evidence_of(model, info->name, &is_batch_first);
    return STATUS_OK;
}

enum status input_read(struct model *model, const Onnx__ValueInfoProto *info)
{
    struct value value = { .role = ROLE_INPUT,
                           .layer = NO_LAYER,
                           .token_axis = NO_AXIS };
    bool is_asked;
    struct model_input input = { 0 };
    int batch = NO_AXIS;
    enum status status = input_describe(model, info, &input);

    if (status == STATUS_OK)
        status = batch_asked(model, &input, &batch, &is_asked);
    if (status != STATUS_OK)
        return status;
    if (!is_asked)
        batch = batch_guess(model, &input);
    value.dims.rank = input.rank;
    value.batch_axis = batch;
    for (size_t i = 0; i < input.rank && status == STATUS_OK; i++) {
        value.dims.d[i] = (int)i == batch ? 1 : input.axes[i].extent;
        if (value.dims.d[i] == 0)
            status = extent_asked(model, &input, i, &value.dims.d[i]);
        if (status == STATUS_OK && value.dims.d[i] == 0)
            status = open_resolve(model, &input, i, batch, &value);
    }
    if (status != STATUS_OK)
        return status;
    if (!is_asked && (batch != NO_AXIS || input.evidence == SAYS_NO_BATCH))
        batch_tell(model, &input, batch);
    value.is_channel_first = input.evidence == SAYS_WINDOW;
    value.channel_axis = input.rank == 4 || value.is_channel_first ? 1 : NO_AXIS;
    if (!value.is_channel_first && input.rank - (batch != NO_AXIS) == 2)
        for (size_t i = 0; i < input.rank; i++) {
            if ((int)i == batch || (value.is_dynamic && (int)i == value.token_axis))
                continue;
            if (value.token_axis == NO_AXIS)
                value.token_axis = (int)i;
            else
                value.channel_axis = (int)i;
        }
    value.source = value.dims;
    value_put(model, info->name, &value);
    return STATUS_OK;
}
