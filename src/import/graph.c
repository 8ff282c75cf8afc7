/* Converts the inputs, initializers and nodes of an ONNX graph in their order. */
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
    { "Conv", convert_convolution },
    { "ConvTranspose", convert_transposed },
    { "MaxPool", convert_pool },
    { "AveragePool", convert_pool },
    { "GlobalAveragePool", convert_global_pool },
    { "GlobalMaxPool", convert_global_pool },
    { "Gemm", convert_gemm },
    { "MatMul", convert_matmul },
    { "Relu", convert_pointwise },
    { "LeakyRelu", convert_pointwise },
    { "Elu", convert_pointwise },
    { "Selu", convert_pointwise },
    { "Celu", convert_pointwise },
    { "Sigmoid", convert_pointwise },
    { "HardSigmoid", convert_pointwise },
    { "HardSwish", convert_pointwise },
    { "Tanh", convert_pointwise },
    { "Softplus", convert_pointwise },
    { "Softsign", convert_pointwise },
    { "ThresholdedRelu", convert_pointwise },
    { "Clip", convert_pointwise },
    { "Gelu", convert_pointwise },
    { "Mish", convert_pointwise },
    { "Erf", convert_pointwise },
    { "Exp", convert_pointwise },
    { "Log", convert_pointwise },
    { "Sqrt", convert_pointwise },
    { "Abs", convert_pointwise },
    { "Neg", convert_pointwise },
    { "Reciprocal", convert_pointwise },
    { "Floor", convert_pointwise },
    { "Ceil", convert_pointwise },
    { "Round", convert_pointwise },
    { "Sign", convert_pointwise },
    { "Sin", convert_pointwise },
    { "Cos", convert_pointwise },
    { "Not", convert_pointwise },
    { "BatchNormalization", convert_normalise },
    { "InstanceNormalization", convert_normalise },
    { "LayerNormalization", convert_normalise },
    { "LRN", convert_normalise },
    { "GroupNormalization", convert_normalise },
    { "RMSNormalization", convert_normalise },
    { "SimplifiedLayerNormalization", convert_normalise },
    { "Softmax", convert_softmax },
    { "LogSoftmax", convert_softmax },
    { "Dropout", convert_dropout },
    { "Add", convert_binary },
    { "Sub", convert_binary },
    { "Mul", convert_binary },
    { "Div", convert_binary },
    { "Pow", convert_binary },
    { "PRelu", convert_binary },
    { "Where", convert_binary },
    { "Sum", convert_several },
    { "Mean", convert_several },
    { "Max", convert_several },
    { "Min", convert_several },
    { "LSTM", convert_recurrent },
    { "GRU", convert_recurrent },
    { "RNN", convert_recurrent },
    { "Pad", convert_pad },
    { "DynamicQuantizeLinear", convert_dynamic_quantize },
    { "Concat", convert_concat },
    { "Split", convert_split },
    { "Slice", convert_slice },
    { "Gather", convert_gather },
    { "Flatten", convert_view },
    { "Reshape", convert_view },
    { "Squeeze", convert_view },
    { "Unsqueeze", convert_view },
    { "Transpose", convert_view },
    { "Expand", convert_view },
    { "Identity", convert_same },
    { "Cast", convert_same },
    { "QuantizeLinear", convert_same },
    { "DequantizeLinear", convert_same },
    { "ReduceMean", convert_reduce },
    { "Shape", convert_shape },
    { "Constant", convert_constant },
    { "ConstantOfShape", convert_fill },
    { "Upsample", convert_upsample },
    { "Resize", convert_upsample },
};
enum { OPERATORS = sizeof operators / sizeof *operators };

/* The domain of ONNX Runtime's own operators. */
static const char runtime_domain[] = "com.microsoft";
static const struct {
    const char *op_type;
    operator_fn *turn;
} runtime_operators[] = {
    { "MultiHeadAttention", convert_attention },
    { "GroupQueryAttention", convert_attention },
    { "SkipLayerNormalization", convert_skip_norm },
    { "SkipSimplifiedLayerNormalization", convert_skip_norm },
};
enum { RUNTIME_OPERATORS = sizeof runtime_operators / sizeof *runtime_operators };

/* Quantised and fused operators are converted like the plain operator.  Their scales and zero
 * points, which are between the other inputs, are skipped.  step: distance of the inputs in a
 * list that begins at inputs[0]. */
static const struct {
    const char *op_type, *as;
    size_t inputs[3], count, step;
} aliases[] = {
    { "QLinearConv", "Conv", { 0, 3 }, 2, 0 },
    { "ConvInteger", "Conv", { 0, 1 }, 2, 0 },
    { "FusedConv", "Conv", { 0, 1 }, 2, 0 },
    { "QLinearMatMul", "MatMul", { 0, 3 }, 2, 0 },
    { "MatMulInteger", "MatMul", { 0, 1 }, 2, 0 },
    { "MatMulIntegerToFloat", "MatMul", { 0, 1 }, 2, 0 },
    { "DynamicQuantizeMatMul", "MatMul", { 0, 1 }, 2, 0 },
    { "FusedMatMul", "MatMul", { 0, 1 }, 2, 0 },
    { "QGemm", "Gemm", { 0, 3 }, 2, 0 },
    { "FusedGemm", "Gemm", { 0, 1 }, 2, 0 },
    { "QLinearAdd", "Add", { 0, 3 }, 2, 0 },
    { "QLinearMul", "Mul", { 0, 3 }, 2, 0 },
    { "QLinearConcat", "Concat", { 2 }, 1, 3 },
    { "QLinearSigmoid", "Sigmoid", { 0 }, 1, 0 },
    { "QLinearLeakyRelu", "LeakyRelu", { 0 }, 1, 0 },
    { "QLinearSoftmax", "Softmax", { 0 }, 1, 0 },
    { "QLinearAveragePool", "AveragePool", { 0 }, 1, 0 },
    { "QLinearGlobalAveragePool", "GlobalAveragePool", { 0 }, 1, 0 },
    { "DynamicQuantizeLSTM", "LSTM", { 0, 1, 2 }, 3, 0 },
    { "BiasGelu", "Gelu", { 0 }, 1, 0 },
    { "FastGelu", "Gelu", { 0 }, 1, 0 },
    { "QuickGelu", "Gelu", { 0 }, 1, 0 },
    { "RotaryEmbedding", "Gelu", { 0 }, 1, 0 },
};
enum { ALIASES = sizeof aliases / sizeof *aliases };

static enum status node_turn(struct model *model, const Onnx__NodeProto *node);

/* Converts a node as the plain operator that does the same work. */
static enum status alias_turn(struct model *model, const Onnx__NodeProto *node,
                              size_t a)
{
    Onnx__NodeProto plain = *node;
    char as[32];
    size_t step = aliases[a].step, at = aliases[a].inputs[0], count = 0;
    enum status status;

    plain.input = alloc_array(node->n_input + 3, sizeof *plain.input);
    for (; step > 0 && at < node->n_input; at += step)
        plain.input[count++] = node->input[at];
    for (size_t i = 0; step == 0 && i < aliases[a].count; i++)
        if (aliases[a].inputs[i] < node->n_input)
            plain.input[count++] = node->input[aliases[a].inputs[i]];
    plain.n_input = count;
    plain.domain = NULL;
    snprintf(as, sizeof as, "%s", aliases[a].as);
    plain.op_type = as;
    status = node_turn(model, &plain);
    free(plain.input);
    return status;
}

static enum status node_turn(struct model *model, const Onnx__NodeProto *node)
{
    const char *names[OPERATORS], *near;
    bool is_runtime = node->domain && strcmp(node->domain, runtime_domain) == 0;
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
    for (size_t i = 0; i < ALIASES && (is_standard || is_runtime); i++)
        if (strcmp(aliases[i].op_type, node->op_type) == 0)
            return alias_turn(model, node, i);
    for (size_t i = 0; i < RUNTIME_OPERATORS && is_runtime; i++)
        if (strcmp(runtime_operators[i].op_type, node->op_type) == 0)
            return runtime_operators[i].turn(model);
    for (size_t i = 0; i < OPERATORS && is_runtime; i++)
        if (strcmp(names[i] = operators[i].op_type, node->op_type) == 0)
            return operators[i].turn(model);
    if (!is_standard)
        return model_fail(model, "of the domain '%.60s' is not supported",
                          node->domain);
    near = text_nearest(node->op_type, names, OPERATORS);
    return model_fail(
        model,
        "is not supported%s%s%s; must be a supported operator (export the model "
        "without it, or write the layer by hand)",
        near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
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

/* Reads the elements of small tensors: shapes, axes, scales. */
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

/* A Constant node: its attribute is a tensor or the numbers. */
enum status convert_constant(struct model *model)
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

    model->graph = graph;
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
        status = model_fail(model,
                            "has no operator that computes on its inputs, must have "
                            "one");
    return status;
}
