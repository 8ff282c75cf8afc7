/* Convolutions, pools and matrix products. */
#include "import/model.h"

#include <inttypes.h>
#include <string.h>

enum { PAD_MAX = 1024 };

struct onnx_window {
    uint64_t kernel[2], stride, dilation[2];
    uint64_t pads[4]; /* top, left, bottom, right */
    bool ceil;
};

static enum status pads_automatic(const struct model *model, struct onnx_window *window,
                                  const char *how, size_t length, const struct dims *in)
{
    for (size_t a = 0; a < 2; a++) {
        uint64_t reach = window->dilation[a] * (window->kernel[a] - 1) + 1;
        uint64_t out = (in->d[2 + a] + window->stride - 1) / window->stride;
        uint64_t needed = (out - 1) * window->stride + reach;
        uint64_t pad = needed > in->d[2 + a] ? needed - in->d[2 + a] : 0;

        if (length >= 4 && strncmp(how, "SAME", 4) == 0) {
            window->pads[a] = pad / 2;
            window->pads[2 + a] = pad - pad / 2;
        } else if (length != 5 || strncmp(how, "VALID", 5) != 0) {
            return model_fail(model, "has auto_pad '%.*s'", (int)length, how);
        }
    }
    return STATUS_OK;
}

/* Kernel (of the attribute or the weights), strides, dilations, pads. */
static enum status window_read(const struct model *model, const struct dims *in,
                               const struct dims *weights, struct onnx_window *window)
{
    const Onnx__AttributeProto *automatic = node_attribute(model, "auto_pad");
    int64_t ints[RANK_MAX], strides[RANK_MAX] = { 1, 1 },
                            dilations[RANK_MAX] = { 1, 1 };
    size_t kernels = node_ints(model, "kernel_shape", 0, ints);
    size_t pads, count;

    *window = (struct onnx_window){ .ceil = node_int(model, "ceil_mode", 0) != 0 };
    if ((count = node_ints(model, "strides", 0, strides)) != 0 && count != 2)
        return model_fail(model, "has %zu strides, must have 2", count);
    if ((count = node_ints(model, "dilations", 0, dilations)) != 0 && count != 2)
        return model_fail(model, "has %zu dilations, must have 2", count);
    if (strides[0] != strides[1] || strides[0] < 1 || strides[0] > PAD_MAX)
        return model_fail(
            model, "has strides %" PRId64 " and %" PRId64 ", must be equal, 1..%d",
            strides[0], strides[1], PAD_MAX);
    window->stride = (uint64_t)strides[0];
    for (size_t a = 0; a < 2; a++) {
        int64_t kernel = kernels == 2 ? ints[a]
                         : weights    ? (int64_t)weights->d[2 + a]
                                      : 0;

        if (kernel < 1 || kernel > PAD_MAX || dilations[a] < 1 ||
            dilations[a] > PAD_MAX ||
            (weights && (uint64_t)kernel != weights->d[2 + a]))
            return model_fail(model,
                              "has a kernel of %" PRId64 " with dilation %" PRId64
                              ", must be 1..%d and the weights'",
                              kernel, dilations[a], PAD_MAX);
        window->kernel[a] = (uint64_t)kernel;
        window->dilation[a] = (uint64_t)dilations[a];
    }
    if (automatic && automatic->has_s && automatic->s.len > 0 &&
        (automatic->s.len != 6 || memcmp(automatic->s.data, "NOTSET", 6) != 0))
        return pads_automatic(model, window, (const char *)automatic->s.data,
                              automatic->s.len, in);
    pads = node_ints(model, "pads", 0, ints);
    for (size_t i = 0; i < pads; i++) {
        if (pads != 4 || ints[i] < 0 || ints[i] > PAD_MAX)
            return model_fail(model, "has %zu pads, must be 4 in 0..%d", pads, PAD_MAX);
        window->pads[i] = (uint64_t)ints[i];
    }
    return STATUS_OK;
}

/* Positions along an axis as ONNX defines them; 0: none. */
static uint64_t positions(const struct onnx_window *w, size_t a, uint64_t extent)
{
    uint64_t reach = w->dilation[a] * (w->kernel[a] - 1) + 1;
    uint64_t padded = extent + w->pads[a] + w->pads[2 + a];
    uint64_t count;

    if (padded < reach)
        return 0;
    count = (padded - reach + (w->ceil ? w->stride - 1 : 0)) / w->stride + 1;
    if (w->ceil && (count - 1) * w->stride >= extent + w->pads[a])
        count--;
    return count;
}

static bool is_equivalent(const struct onnx_window *w, const struct dims *in,
                          const struct dims *out, uint64_t pad, bool ceil)
{
    struct onnx_window plain = { { w->kernel[0], w->kernel[1] },
                                 w->stride,
                                 { 1, 1 },
                                 { pad, pad, pad, pad },
                                 ceil };

    return positions(&plain, 0, in->d[2]) == out->d[2] &&
           positions(&plain, 1, in->d[3]) == out->d[3];
}

/* A record pads all edges alike and has no dilation: the pad as given, or else the least
 * that gives the same output. */
static bool pad_equivalent(const struct onnx_window *w, const struct dims *in,
                           const struct dims *out, uint64_t *pad, bool *ceil)
{
    *ceil = w->ceil;
    *pad = w->pads[0];
    if (is_equivalent(w, in, out, *pad, *ceil))
        return true;
    for (unsigned hang = 0; hang < 2; hang++)
        for (*pad = 0; *pad <= PAD_MAX; ++*pad)
            if (is_equivalent(w, in, out, *pad, (*ceil = hang == 1)))
                return true;
    return false;
}

static bool window_is_plain(const struct onnx_window *w)
{
    return w->pads[0] == w->pads[1] && w->pads[0] == w->pads[2] &&
           w->pads[0] == w->pads[3] && w->dilation[0] == 1 && w->dilation[1] == 1;
}

static void window_fill(struct layer *layer, const struct onnx_window *w, uint64_t pad,
                        bool ceil)
{
    layer->kernel = w->kernel[0];
    if (w->kernel[1] != w->kernel[0])
        layer->kernel_width = w->kernel[1];
    layer->stride = w->stride;
    layer->pad = pad;
    layer->ceil = ceil;
}

/* The layer whose weights these are, if an earlier one used them. */
static void weights_share(struct model *model, int index, const struct value *weights)
{
    struct value owner = { .role = ROLE_CONSTANT, .layer = index };
    const struct value *before;
    char name[256];

    if (!weights->origin || strlen(weights->origin) > 200)
        return;
    snprintf(name, sizeof name, "%s\x01weights", weights->origin);
    before = value_find(model, name);
    if (before && before->layer != NO_LAYER)
        model->workload.layers[index].weights_of =
            model->workload.layers[before->layer].name;
    else
        value_put(model, model_text(model, strdup(name)), &owner);
}

static enum status weights_check(const struct model *model, const struct value *weights,
                                 size_t rank)
{
    if (weights && weights->role == ROLE_CONSTANT && weights->dims.rank == rank &&
        dims_elements(&weights->dims) > 0)
        return STATUS_OK;
    return model_fail(
        model, "has weights that are not constant or not of %zu dimensions", rank);
}

enum status turn_convolution(struct model *model)
{
    const struct value *weights = node_input(model, 1);
    enum status status = weights_check(model, weights, 4);
    int64_t groups = node_int(model, "group", 1);
    struct dims in, out = { 4, { 1 } };
    struct onnx_window window;
    struct layer *layer;
    struct value w;
    uint64_t pad;
    bool ceil;
    int index;

    if (status == STATUS_OK)
        status = value_image(model, model->node->input[0], &index);
    if (status != STATUS_OK)
        return status;
    w = *node_input(model, 1);
    in = node_input(model, 0)->dims;
    status = window_read(model, &in, &w.dims, &window);
    if (status != STATUS_OK)
        return status;
    if (groups < 1 || in.d[1] != w.dims.d[1] * (uint64_t)groups)
        return model_fail(model,
                          "has %" PRIu64 " channels, must be %" PRIu64 " times %" PRId64
                          " groups",
                          in.d[1], w.dims.d[1], groups);
    out.d[1] = w.dims.d[0];
    out.d[2] = positions(&window, 0, in.d[2]);
    out.d[3] = positions(&window, 1, in.d[3]);
    if (out.d[2] == 0 || out.d[3] == 0)
        return model_fail(model, "has a window larger than its input");
    if (!pad_equivalent(&window, &in, &out, &pad, &ceil) || ceil)
        return model_fail(model,
                          "has pads or dilations a record cannot hold (one pad for "
                          "all edges)");
    if (!window_is_plain(&window))
        model_note(model,
                   "its pads and dilation are written as pad = %" PRIu64
                   ": same output, same operations",
                   pad);
    layer = layer_add(model, LAYER_CONVOLUTION, &index, 1, &index);
    layer->outputs = w.dims.d[0];
    layer->groups = (uint64_t)groups;
    window_fill(layer, &window, pad, false);
    weights_share(model, index, &w);
    status = layer_done(model, index, &out);
    output_put(model, 0, index, &out);
    return status;
}

enum status turn_transposed(struct model *model)
{
    const struct value *weights = node_input(model, 1);
    enum status status = weights_check(model, weights, 4);
    int64_t extra[RANK_MAX] = { 0 };
    struct dims in, out = { 4, { 1 } };
    struct onnx_window window;
    struct layer *layer;
    struct value w;
    int index;

    if (status == STATUS_OK)
        status = value_image(model, model->node->input[0], &index);
    if (status != STATUS_OK)
        return status;
    w = *node_input(model, 1);
    in = node_input(model, 0)->dims;
    status = window_read(model, &in, &w.dims, &window);
    node_ints(model, "output_padding", 0, extra);
    if (status != STATUS_OK)
        return status;
    if (!window_is_plain(&window) || extra[0] != 0 || extra[1] != 0 ||
        node_int(model, "group", 1) != 1 || node_attribute(model, "auto_pad") ||
        node_attribute(model, "output_shape"))
        return model_fail(model,
                          "has groups, dilations, unequal pads, auto_pad, "
                          "output_padding or output_shape, which a record cannot hold");
    out.d[1] = w.dims.d[1];
    for (size_t a = 0; a < 2; a++) {
        uint64_t full = (in.d[2 + a] - 1) * window.stride + window.kernel[a];

        out.d[2 + a] = full > 2 * window.pads[0] ? full - 2 * window.pads[0] : 0;
    }
    layer = layer_add(model, LAYER_TRANSPOSED, &index, 1, &index);
    layer->outputs = w.dims.d[1];
    window_fill(layer, &window, window.pads[0], false);
    weights_share(model, index, &w);
    status = layer_done(model, index, &out);
    output_put(model, 0, index, &out);
    return status;
}

enum status turn_pool(struct model *model)
{
    bool is_max = strcmp(model->node->op_type, "MaxPool") == 0;
    struct dims in, out = { 4, { 1 } };
    struct onnx_window window;
    enum status status;
    uint64_t pad;
    bool ceil;
    int index;

    if (model->node->n_input < 1)
        return model_fail(model, "has no input");
    status = value_image(model, model->node->input[0], &index);
    if (status != STATUS_OK)
        return status;
    in = node_input(model, 0)->dims;
    status = window_read(model, &in, NULL, &window);
    if (status != STATUS_OK)
        return status;
    out.d[1] = in.d[1];
    out.d[2] = positions(&window, 0, in.d[2]);
    out.d[3] = positions(&window, 1, in.d[3]);
    if (!out.d[2] || !out.d[3] || !pad_equivalent(&window, &in, &out, &pad, &ceil))
        return model_fail(model, "has a window larger than its input, or pads a record "
                                 "cannot hold");
    if (!window_is_plain(&window))
        model_note(model, "its pads are written as pad = %" PRIu64 ": same output",
                   pad);
    window_fill(layer_add(model, is_max ? LAYER_MAX_POOL : LAYER_AVERAGE_POOL, &index,
                          1, &index),
                &window, pad, ceil);
    status = layer_done(model, index, &out);
    output_put(model, 0, index, &out);
    return status;
}

enum status turn_global_pool(struct model *model)
{
    struct dims out = { 4, { 1, 1, 1, 1 } };
    enum status status;
    int index;

    if (model->node->n_input < 1)
        return model_fail(model, "has no input");
    status = value_image(model, model->node->input[0], &index);
    if (status != STATUS_OK)
        return status;
    out.d[1] = model->shapes[index].channels;
    layer_add(model, LAYER_GLOBAL_POOL, &index, 1, &index);
    status = layer_done(model, index, &out);
    output_put(model, 0, index, &out);
    return status;
}

/* Activations [..., k] times constant weights of k x n. */
static enum status product_turn(struct model *model, const struct value *weights,
                                uint64_t k, uint64_t n)
{
    struct value w = *weights;
    struct dims out;
    struct layer *layer;
    enum status status;
    int index;

    status = value_layer(model, model->node->input[0], &index);
    if (status != STATUS_OK)
        return status;
    out = node_input(model, 0)->dims;
    if (out.rank < 1 || out.d[out.rank - 1] != k)
        return model_fail(
            model, "multiplies rows of %" PRIu64 " by weights of %" PRIu64 " rows",
            out.rank ? out.d[out.rank - 1] : 0, k);
    if (model->shapes[index].is_tokens || tensor_elements(&model->shapes[index]) != k)
        status = value_tokens(model, model->node->input[0], k, 0, &index);
    if (status != STATUS_OK)
        return status;
    out.d[out.rank - 1] = n;
    layer = layer_add(model, LAYER_FULLY_CONNECTED, &index, 1, &index);
    layer->outputs = n;
    weights_share(model, index, &w);
    status = layer_done(model, index, &out);
    output_put(model, 0, index, &out);
    return status;
}

enum status turn_gemm(struct model *model)
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

/* Query [.., t, d] times key [.., d, s]: becomes a layer with the softmax and values. */
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
    if (status == STATUS_OK)
        status = value_tokens(model, model->node->input[1], scores.heads * d, 0,
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
    enum status status = value_layer(model, model->node->input[1], &inputs[2]);
    const struct value *values;

    if (status != STATUS_OK)
        return status;
    values = node_input(model, 1);
    if (!scores.is_softmaxed || values->dims.rank != rank)
        return model_fail(model, "multiplies two activations outside softmax(Q K) V");
    out.d[rank - 1] = values->dims.d[rank - 1];
    status = value_tokens(model, model->node->input[1], scores.heads * out.d[rank - 1],
                          0, &inputs[2]);
    if (status != STATUS_OK)
        return status;
    layer = layer_add(model, LAYER_ATTENTION, inputs, 3, &index);
    layer->heads = scores.heads;
    status = layer_done(model, index, &out);
    output_put(model, 0, index, &out);
    if (status == STATUS_OK && model->node->n_output)
        value_find(model, model->node->output[0])->token_axis = (int)rank - 2;
    return status;
}

enum status turn_matmul(struct model *model)
{
    const struct value *a = node_input(model, 0), *b = node_input(model, 1);

    if (!a || !b)
        return model_fail(model, "takes a value that nothing gives");
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

/* The factor of height and width: of the scales, or the sizes. */
enum status turn_upsample(struct model *model)
{
    bool is_resize = strcmp(model->node->op_type, "Resize") == 0;
    const Onnx__AttributeProto *attribute = node_attribute(model, "scales");
    const struct value *scales = node_input(
        model, is_resize && model->node->n_input > 2 ? 2 : 1);
    const struct value *sizes = node_input(model, 3);
    double factor[2] = { 0, 0 };
    struct layer *layer;
    struct dims out;
    enum status status = node_input(model, 0)
                             ? STATUS_OK
                             : model_fail(model, "takes a value that nothing gives");
    int index;

    if (status == STATUS_OK)
        status = value_image(model, model->node->input[0], &index);
    if (status != STATUS_OK)
        return status;
    out = node_input(model, 0)->dims;
    for (size_t a = 0; a < 2; a++) {
        if (attribute && attribute->n_floats == 4)
            factor[a] = (double)attribute->floats[2 + a];
        else if (scales && scales->has_numbers && dims_elements(&scales->dims) == 4)
            factor[a] = scales->numbers[2 + a];
        else if (sizes && sizes->has_numbers && dims_elements(&sizes->dims) == 4)
            factor[a] = sizes->numbers[2 + a] / (double)out.d[2 + a];
    }
    if (!(factor[0] >= 1 && factor[0] <= 1024) || factor[0] != factor[1] ||
        factor[0] != (double)(uint64_t)factor[0])
        return model_fail(model, "scales by %g and %g, must be one whole number",
                          factor[0], factor[1]);
    out.d[2] *= (uint64_t)factor[0];
    out.d[3] *= (uint64_t)factor[0];
    layer = layer_add(model, LAYER_UPSAMPLE, &index, 1, &index);
    layer->stride = (uint64_t)factor[0];
    status = layer_done(model, index, &out);
    output_put(model, 0, index, &out);
    return status;
}
