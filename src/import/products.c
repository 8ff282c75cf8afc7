/* Matrix products, and those of attention. */
#include "import/model.h"

#include <inttypes.h>
#include <string.h>

/* The product of activations [..., k] and constant weights k x n. */
static enum status product_turn(struct model *model, const struct value *weights,
                                uint64_t k, uint64_t n)
{
    struct value w = *weights;
    struct dims out;
    struct layer *layer;
    enum status status;
    bool is_pixels;
    int index;

    status = value_layer(model, model->node->input[0], &index);
    if (status != STATUS_OK)
        return status;
    out = node_input(model, 0)->dims;
    if (out.rank < 1 || out.d[out.rank - 1] != k)
        return model_fail(
            model, "multiplies rows of %" PRIu64 " by weights of %" PRIu64 " rows",
            out.rank ? out.d[out.rank - 1] : 0, k);
    /* a product on each pixel of an image is a 1 x 1 convolution */
    is_pixels = !model->shapes[index].is_tokens && out.rank == 4 &&
                node_input(model, 0)->channel_axis == 3 &&
                tensor_elements(&model->shapes[index]) != k;
    if (!is_pixels &&
        (model->shapes[index].is_tokens || tensor_elements(&model->shapes[index]) != k))
        status = value_tokens(model, model->node->input[0], k, 0, &index);
    if (status != STATUS_OK)
        return status;
    out.d[out.rank - 1] = n;
    layer = layer_add(model, is_pixels ? LAYER_CONVOLUTION : LAYER_FULLY_CONNECTED,
                      &index, 1, &index);
    layer->outputs = n;
    layer->kernel = is_pixels;
    weights_share(model, index, &w);
    status = layer_done(model, index, &out);
    output_put(model, 0, index, &out);
    if (is_pixels && status == STATUS_OK && model->node->n_output)
        value_find(model, model->node->output[0])->channel_axis = (int)out.rank - 1;
    return status;
}

enum status convert_gemm(struct model *model)
{
    const struct value *weights = node_input(model, 1);
    size_t transposed = node_int(model, "transB", 0) != 0;
    enum status status = weights_check(model, weights, 2);

    if (status == STATUS_OK && node_int(model, "transA", 0) != 0)
        status = model_fail(model, "has transA = 1, must be 0");
    return status == STATUS_OK
               ? product_turn(model, weights, weights->dims.d[transposed],
                              weights->dims.d[1 - transposed])
               : status;
}

/* Returns the number of heads of keys or values, each of which several heads of queries use. */
static enum status heads_repeated(const struct model *model, const struct value *value,
                                  uint64_t heads, uint64_t *kv_heads)
{
    uint64_t repeats = value->repeats > 1 ? value->repeats : 1;

    if (heads % repeats != 0)
        return model_fail(model,
                          "has %" PRIu64 " heads of which %" PRIu64
                          " share keys, must divide them",
                          heads, repeats);
    *kv_heads = heads / repeats;
    return STATUS_OK;
}

/* The product of query [.., t, d] and key [.., d, s].  Together with the softmax and the
 * product with the values it becomes one layer. */
static enum status scores_begin(struct model *model, const struct value *a,
                                const struct value *b)
{
    size_t rank = a->dims.rank;
    struct value scores = { .role = ROLE_SCORES,
                            .dims = a->dims,
                            .layer = NO_LAYER,
                            .token_axis = NO_AXIS,
                            .heads = 1 };
    uint64_t d = rank ? a->dims.d[rank - 1] : 0;
    enum status status;

    if (rank < 2 || b->dims.rank != rank || b->dims.d[rank - 2] != d)
        return model_fail(model, "multiplies two activations whose shapes do not fit");
    scores.dims.d[rank - 1] = b->dims.d[rank - 1];
    for (size_t i = 0; i + 2 < rank; i++)
        scores.heads *= a->dims.d[i];
    if (dims_elements(&scores.dims) == 0)
        return model_fail(model, "gives more than 2^40 elements");
    status = value_tokens(model, model->node->input[0], scores.heads * d, 0,
                          &scores.query);
    if (status != STATUS_OK)
        return status;
    status = heads_repeated(model, b, scores.heads, &scores.kv_heads);
    if (status != STATUS_OK)
        return status;
    status = value_tokens(model, model->node->input[1], scores.kv_heads * d, 0,
                          &scores.key);
    if (status == STATUS_OK && model->node->n_output)
        value_put(model, model->node->output[0], &scores);
    return status;
}

static enum status scores_end(struct model *model, struct value scores)
{
    struct dims out = scores.dims;
    size_t rank = out.rank;
    int inputs[3] = { scores.query, scores.key, NO_LAYER }, index;
    struct layer *layer;
    const struct value *values = node_input(model, 1);
    uint64_t kv_heads = 0;
    enum status status;

    if (!scores.is_softmaxed || values->dims.rank != rank)
        return model_fail(model, "multiplies two activations outside softmax(Q K) V");
    out.d[rank - 1] = values->dims.d[rank - 1];
    status = heads_repeated(model, values, scores.heads, &kv_heads);
    if (status != STATUS_OK)
        return status;
    if (kv_heads != scores.kv_heads)
        return model_fail(model,
                          "has %" PRIu64 " heads of keys and %" PRIu64
                          " of values, must be as many",
                          scores.kv_heads, kv_heads);
    status = value_tokens(model, model->node->input[1], kv_heads * out.d[rank - 1], 0,
                          &inputs[2]);
    if (status != STATUS_OK)
        return status;
    layer = layer_add(model, LAYER_ATTENTION, inputs, 3, &index);
    layer->heads = scores.heads;
    if (kv_heads != scores.heads)
        layer->kv_heads = kv_heads;
    status = layer_done(model, index, &out);
    output_put(model, 0, index, &out);
    if (status == STATUS_OK && model->node->n_output)
        value_find(model, model->node->output[0])->token_axis = (int)rank - 2;
    return status;
}

enum status convert_matmul(struct model *model)
{
    const struct value *a = node_input(model, 0), *b = node_input(model, 1);

    if (!a || !b)
        return model_fail(model, "has an input that no node computes");
    if (b->role == ROLE_CONSTANT && a->role != ROLE_CONSTANT) {
        enum status status = weights_check(model, b, 2);

        return status == STATUS_OK ? product_turn(model, b, b->dims.d[0], b->dims.d[1])
                                   : status;
    }
    if (a->role == ROLE_SCORES)
        return scores_end(model, *a);
    if (a->role == ROLE_TENSOR && b->role == ROLE_TENSOR) {
        struct value left = *a, right = *b;

        return scores_begin(model, &left, &right);
    }
    return model_fail(model,
                      "multiplies values that are neither activations by weights "
                      "nor queries by keys");
}
