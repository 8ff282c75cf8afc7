/* An ONNX graph's inputs, initializers and nodes, in order. */
#include "base/memory.h"
#include "import/model.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TYPE_FLOAT = 1, TYPE_INT32 = 6, TYPE_INT64 = 7, TYPE_DOUBLE = 11 };
enum { EXTENT_MAX = 1 << 24 };

static const struct {
    const char *op_type;
    operator_fn *turn;
} operators[] = {
    { "Conv", turn_convolution },
    { "ConvTranspose", turn_transposed },
    { "MaxPool", turn_pool },
    { "AveragePool", turn_pool },
    { "GlobalAveragePool", turn_global_pool },
    { "GlobalMaxPool", turn_global_pool },
    { "Gemm", turn_gemm },
    { "MatMul", turn_matmul },
    { "Relu", turn_pointwise },
    { "LeakyRelu", turn_pointwise },
    { "Elu", turn_pointwise },
    { "Selu", turn_pointwise },
    { "Celu", turn_pointwise },
    { "Sigmoid", turn_pointwise },
    { "HardSigmoid", turn_pointwise },
    { "HardSwish", turn_pointwise },
    { "Tanh", turn_pointwise },
    { "Softplus", turn_pointwise },
    { "Softsign", turn_pointwise },
    { "ThresholdedRelu", turn_pointwise },
    { "Clip", turn_pointwise },
    { "Gelu", turn_pointwise },
    { "Mish", turn_pointwise },
    { "Erf", turn_pointwise },
    { "Exp", turn_pointwise },
    { "Log", turn_pointwise },
    { "Sqrt", turn_pointwise },
    { "Abs", turn_pointwise },
    { "Neg", turn_pointwise },
    { "Reciprocal", turn_pointwise },
    { "BatchNormalization", turn_normalise },
    { "InstanceNormalization", turn_normalise },
    { "LayerNormalization", turn_normalise },
    { "LRN", turn_normalise },
    { "Softmax", turn_softmax },
    { "LogSoftmax", turn_softmax },
    { "Dropout", turn_dropout },
    { "Add", turn_binary },
    { "Sub", turn_binary },
    { "Mul", turn_binary },
    { "Div", turn_binary },
    { "Pow", turn_binary },
    { "PRelu", turn_binary },
    { "Where", turn_binary },
    { "Concat", turn_concat },
    { "Split", turn_split },
    { "Slice", turn_slice },
    { "Gather", turn_gather },
    { "Flatten", turn_view },
    { "Reshape", turn_view },
    { "Squeeze", turn_view },
    { "Unsqueeze", turn_view },
    { "Transpose", turn_view },
    { "Expand", turn_view },
    { "Identity", turn_same },
    { "Cast", turn_same },
    { "QuantizeLinear", turn_same },
    { "DequantizeLinear", turn_same },
    { "ReduceMean", turn_reduce },
    { "Shape", turn_shape },
    { "Constant", turn_constant },
    { "ConstantOfShape", turn_fill },
    { "Upsample", turn_upsample },
    { "Resize", turn_upsample },
};
enum { OPERATORS = sizeof operators / sizeof *operators };

static enum status node_turn(struct model *model, const Onnx__NodeProto *node)
{
    const char *names[OPERATORS], *near;
    bool is_standard = !node->domain || !*node->domain ||
                       strcmp(node->domain, "ai.onnx") == 0;

    model->node = node;
    if (!node->op_type)
        return model_fail(model, "is not named");
    for (size_t i = 0; i < OPERATORS && is_standard; i++) {
        names[i] = operators[i].op_type;
        if (strcmp(names[i], node->op_type) == 0)
            return operators[i].turn(model);
    }
    if (!is_standard)
        return model_fail(model, "of the domain '%.60s' is not supported",
                          node->domain);
    near = text_nearest(node->op_type, names, OPERATORS);
    return model_fail(model, "is not supported%s%s%s", near ? " (nearest: " : "",
                      near ? near : "", near ? ")" : "");
}

/* The first dimension is the batch; of a sequence whose length is open, the tokens. */
static enum status input_read(struct model *model, const Onnx__ValueInfoProto *info)
{
    const Onnx__TypeProto *type = info->type;
    const Onnx__TensorShapeProto *shape = NULL;
    struct value value = { .role = ROLE_INPUT,
                           .layer = NO_LAYER,
                           .token_axis = NO_AXIS };

    if (type && type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE &&
        type->tensor_type)
        shape = type->tensor_type->shape;
    if (!info->name || !shape || shape->n_dim > RANK_MAX)
        return error_set(
            model->err, STATUS_INPUT,
            "%s: input '%.80s' has no shape, must be a tensor of at most %d "
            "dimensions",
            model->job->file, info->name ? info->name : "?", RANK_MAX);
    value.dims.rank = shape->n_dim;
    for (size_t i = 0; i < shape->n_dim; i++) {
        const Onnx__TensorShapeProto__Dimension *dim = shape->dim[i];
        bool is_given = dim->value_case ==
                            ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE &&
                        dim->dim_value > 0;

        value.dims.d[i] = i == 0 ? 1 : is_given ? (uint64_t)dim->dim_value : 0;
        if (i == 0 && is_given && dim->dim_value > 1)
            fprintf(model->job->notes,
                    "%s: input '%.80s': batch of %" PRId64 " taken as 1\n",
                    model->job->file, info->name, dim->dim_value);
        if (!is_given && i == 1 && shape->n_dim < 4) {
            value.is_dynamic = true;
            value.dims.d[i] = model->workload.sequence_length;
        }
        if (value.dims.d[i] < 1 || value.dims.d[i] > EXTENT_MAX)
            return error_set(model->err, STATUS_INPUT,
                             "%s: input '%.80s' has dimension %zu open or beyond %d, "
                             "must be a number",
                             model->job->file, info->name, i, EXTENT_MAX);
    }
    value_put(model, info->name, &value);
    return STATUS_OK;
}

static double number_of_bytes(int32_t type, const uint8_t *at)
{
    float f;
    double d;
    int32_t i;
    int64_t l;

    switch (type) {
    case TYPE_FLOAT: return memcpy(&f, at, sizeof f), (double)f;
    case TYPE_DOUBLE: return memcpy(&d, at, sizeof d), d;
    case TYPE_INT32: return memcpy(&i, at, sizeof i), (double)i;
    default: return memcpy(&l, at, sizeof l), (double)l;
    }
}

/* Elements of small tensors: shapes, axes, scales. */
static void numbers_read(const Onnx__TensorProto *tensor, struct value *value)
{
    uint64_t count = dims_elements(&value->dims);
    size_t size = tensor->data_type == TYPE_INT64 || tensor->data_type == TYPE_DOUBLE
                      ? 8
                      : 4;

    if (count == 0 || count > NUMBERS_MAX)
        return;
    if (tensor->data_type != TYPE_FLOAT && tensor->data_type != TYPE_INT32 &&
        tensor->data_type != TYPE_INT64 && tensor->data_type != TYPE_DOUBLE)
        return;
    value->has_numbers = true;
    for (size_t i = 0; i < count; i++)
        if (tensor->raw_data.len == count * size)
            value->numbers[i] = number_of_bytes(tensor->data_type,
                                                tensor->raw_data.data + i * size);
        else if (tensor->n_int64_data == count)
            value->numbers[i] = (double)tensor->int64_data[i];
        else if (tensor->n_float_data == count)
            value->numbers[i] = (double)tensor->float_data[i];
        else if (tensor->n_int32_data == count)
            value->numbers[i] = (double)tensor->int32_data[i];
        else if (tensor->n_double_data == count)
            value->numbers[i] = tensor->double_data[i];
        else
            value->has_numbers = false;
}

static enum status tensor_read(const struct model *model,
                               const Onnx__TensorProto *tensor, struct value *value)
{
    *value = (struct value){ .role = ROLE_CONSTANT,
                             .layer = NO_LAYER,
                             .token_axis = NO_AXIS,
                             .origin = tensor->name };
    value->dims.rank = tensor->n_dims;
    if (tensor->n_dims > RANK_MAX)
        return model_fail(model, "'%.80s' has %zu dimensions, must have at most %d",
                          tensor->name ? tensor->name : "?", tensor->n_dims, RANK_MAX);
    for (size_t i = 0; i < tensor->n_dims; i++) {
        if (tensor->dims[i] < 0 || tensor->dims[i] > EXTENT_MAX)
            return model_fail(
                model, "'%.80s' has a dimension of %" PRId64 ", must be in 0..%d",
                tensor->name ? tensor->name : "?", tensor->dims[i], EXTENT_MAX);
        value->dims.d[i] = (uint64_t)tensor->dims[i];
    }
    numbers_read(tensor, value);
    return STATUS_OK;
}

/* A node with a constant's attributes: one tensor, or numbers themselves. */
enum status turn_constant(struct model *model)
{
    const Onnx__AttributeProto *tensor = node_attribute(model, "value");
    struct value value = { .role = ROLE_CONSTANT,
                           .layer = NO_LAYER,
                           .token_axis = NO_AXIS,
                           .has_numbers = true };
    enum status status = STATUS_OK;

    if (tensor && tensor->t) {
        status = tensor_read(model, tensor->t, &value);
        value.origin = NULL;
    } else if (model->node->n_attribute == 1) {
        const Onnx__AttributeProto *one = model->node->attribute[0];
        size_t count = one->n_ints ? one->n_ints : one->n_floats;

        if (count > NUMBERS_MAX || (count == 0 && !one->has_i && !one->has_f))
            return model_fail(model, "has no numbers, or more than %d", NUMBERS_MAX);
        value.dims.rank = count > 0;
        value.dims.d[0] = count;
        value.numbers[0] = one->has_i ? (double)one->i : (double)one->f;
        for (size_t i = 0; i < count; i++)
            value.numbers[i] = one->n_ints ? (double)one->ints[i]
                                           : (double)one->floats[i];
    } else {
        return model_fail(model, "has no value");
    }
    if (status == STATUS_OK && model->node->n_output)
        value_put(model, model->node->output[0], &value);
    return status;
}

enum status model_build(struct model *model, const Onnx__GraphProto *graph)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < graph->n_initializer && status == STATUS_OK; i++) {
        struct value value;

        if (!graph->initializer[i]->name)
            continue;
        status = tensor_read(model, graph->initializer[i], &value);
        if (status == STATUS_OK)
            value_put(model, graph->initializer[i]->name, &value);
    }
    /* older models list their initializers among the inputs */
    for (size_t i = 0; i < graph->n_input && status == STATUS_OK; i++)
        if (!graph->input[i]->name || !value_find(model, graph->input[i]->name))
            status = input_read(model, graph->input[i]);
    for (size_t i = 0; i < graph->n_node && status == STATUS_OK; i++)
        status = node_turn(model, graph->node[i]);
    model->node = NULL;
    if (status == STATUS_OK && model->workload.layers_count == 0)
        status = model_fail(model, "has no operator that computes on its inputs");
    return status;
}
