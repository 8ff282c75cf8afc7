/* Operators of ONNX Runtime that contain a whole attention, or a sum with its normalisation. */
#include "import/model.h"

#include <inttypes.h>
#include <string.h>

/* Query, key and value, each [batch, tokens, heads x width]. */
enum status convert_attention(struct model *model)
{
    uint64_t heads = (uint64_t)node_int(model, "num_heads", 0);
    uint64_t kv_heads = (uint64_t)node_int(model, "kv_num_heads", (int64_t)heads);
    bool is_causal = strcmp(model->node->op_type, "GroupQueryAttention") == 0 ||
                     node_int(model, "unidirectional", 0) == 1;
    int inputs[3], index;
    struct layer *layer;
    struct dims out;
    enum status status = STATUS_OK;

    for (size_t i = 0; i < 3 && status == STATUS_OK; i++) {
        const struct value *value = node_input(model, i);

        if (!value || value->dims.rank != 3)
            return model_fail(
                model,
                "has an input %zu that is packed or absent, must be query, key "
                "and value of 3 dimensions each",
                i);
        status = value_tokens(model, model->node->input[i], value->dims.d[2], 0,
                              &inputs[i]);
    }
    if (status != STATUS_OK)
        return status;
    if (heads == 0 || kv_heads == 0 || heads % kv_heads != 0 || heads > 4096)
        return model_fail(model,
                          "has %" PRIu64 " heads and %" PRIu64
                          " heads of keys, must be a multiple of those of keys",
                          heads, kv_heads);
    out = node_input(model, 0)->dims;
    out.d[2] = node_input(model, 2)->dims.d[2] / kv_heads * heads;
    layer = layer_add(model, LAYER_ATTENTION, inputs, 3, &index);
    layer->heads = heads;
    if (kv_heads != heads)
        layer->kv_heads = kv_heads;
    layer->causal = is_causal;
    status = layer_done(model, index, &out);
    output_put(model, 0, index, &out);
    return status;
}

/* The sum of two inputs and its normalisation.  The sum itself is output 3. */
enum status convert_skip_norm(struct model *model)
{
    int inputs[2], sum, index;
    struct value like;
    enum status status = STATUS_OK;

    for (size_t i = 0; i < 2 && status == STATUS_OK; i++)
        status = node_input(model, i)
                     ? value_layer(model, model->node->input[i], &inputs[i])
                     : model_fail(model, "has an input that no node computes");
    if (status != STATUS_OK)
        return status;
    like = *node_input(model, 0);
    layer_add(model, LAYER_ADD, inputs, 2, &sum);
    status = layer_done(model, sum, &like.dims);
    if (status != STATUS_OK)
        return status;
    layer_add(model, LAYER_LAYER_NORM, &sum, 1, &index);
    status = layer_done(model, index, &like.dims);
    output_put_like(model, 0, index, &like.dims, &like);
    output_put_like(model, 3, sum, &like.dims, &like);
    return status;
}

/* The outputs are the value, its scale and its zero point. */
enum status convert_dynamic_quantize(struct model *model)
{
    const struct value scale = { .role = ROLE_CONSTANT,
                                 .layer = NO_LAYER,
                                 .token_axis = NO_AXIS };
    enum status status = convert_same(model);

    for (size_t i = 1; i < model->node->n_output && status == STATUS_OK; i++)
        if (*model->node->output[i])
            value_put(model, model->node->output[i], &scale);
    return status;
}
