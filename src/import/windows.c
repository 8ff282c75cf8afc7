/* Convolutions and pools. */
#include "import/model.h"

#include <inttypes.h>
#include <string.h>

enum { PAD_MAX = 1024 };

/* A window as in ONNX.  For one-dimensional inputs the height is 1 without pads. */
struct onnx_window {
    uint64_t kernel[2], stride[2], dilation[2];
    uint64_t pads[4]; /* top, left, bottom, right */
    bool ceil;
};

static uint64_t reach(const struct onnx_window *window, size_t a)
{
    return window->dilation[a] * (window->kernel[a] - 1) + 1;
}

static enum status pads_automatic(const struct model *model, struct onnx_window *window,
                                  const char *how, size_t length,
                                  const uint64_t extents[2])
{
    for (size_t a = 0; a < 2; a++) {
        uint64_t out = (extents[a] + window->stride[a] - 1) / window->stride[a];
        uint64_t needed = (out - 1) * window->stride[a] + reach(window, a);
        uint64_t pad = needed > extents[a] ? needed - extents[a] : 0;

        if (length >= 4 && strncmp(how, "SAME", 4) == 0) {
            bool is_lower = length == 10 && strncmp(how, "SAME_LOWER", 10) == 0;

            window->pads[a] = is_lower ? pad - pad / 2 : pad / 2;
            window->pads[2 + a] = pad - window->pads[a];
        } else if (length != 5 || strncmp(how, "VALID", 5) != 0) {
            return model_fail(model,
                              "has auto_pad '%.*s', must be SAME_UPPER, SAME_LOWER "
                              "or VALID",
                              (int)length, how);
        }
    }
    return STATUS_OK;
}

/* Reads an attribute with one number for each side of the window.  The default is 1. */
static enum status sides_read(const struct model *model, const char *name, size_t sides,
                              uint64_t values[2])
{
    int64_t ints[RANK_MAX];
    size_t count = node_ints(model, name, 0, ints);

    values[0] = values[1] = 1;
    if (count != 0 && count != sides)
        return model_fail(model, "has %zu %s, must have %zu", count, name, sides);
    for (size_t i = 0; i < count; i++) {
        if (ints[i] < 1 || ints[i] > PAD_MAX)
            return model_fail(model, "has %s of %" PRId64 ", must be 1..%d", name,
                              ints[i], PAD_MAX);
        values[2 - sides + i] = (uint64_t)ints[i];
    }
    return STATUS_OK;
}

static enum status kernel_read(const struct model *model, const struct dims *weights,
                               size_t sides, uint64_t kernel[2])
{
    int64_t ints[RANK_MAX];
    size_t count = node_ints(model, "kernel_shape", 0, ints);

    kernel[0] = kernel[1] = 1;
    for (size_t i = 0; i < sides; i++) {
        int64_t size = count == sides ? ints[i]
                       : weights      ? (int64_t)weights->d[2 + i]
                                      : 0;

        if (size < 1 || size > PAD_MAX ||
            (weights && (uint64_t)size != weights->d[2 + i]))
            return model_fail(
                model, "has a kernel of %" PRId64 ", must be 1..%d and the weights'",
                size, PAD_MAX);
        kernel[2 - sides + i] = (uint64_t)size;
    }
    return STATUS_OK;
}

/* Reads kernel (from the attribute or the weights), strides, dilations and pads of a window on an
 * input of N x C x H x W or N x C x L. */
static enum status window_read(const struct model *model, const struct value *in,
                               const struct dims *weights, struct onnx_window *window)
{
    const Onnx__AttributeProto *automatic = node_attribute(model, "auto_pad");
    size_t sides = in->dims.rank - 2, pads;
    uint64_t extents[2] = { sides == 2 ? in->dims.d[2] : 1, in->dims.d[1 + sides] };
    int64_t ints[RANK_MAX];
    enum status status;

    *window = (struct onnx_window){ .ceil = node_int(model, "ceil_mode", 0) != 0 };
    status = sides_read(model, "strides", sides, window->stride);
    if (status == STATUS_OK)
        status = sides_read(model, "dilations", sides, window->dilation);
    if (status == STATUS_OK)
        status = kernel_read(model, weights, sides, window->kernel);
    if (status != STATUS_OK)
        return status;
    if (automatic && automatic->has_s && automatic->s.len > 0 &&
        (automatic->s.len != 6 || memcmp(automatic->s.data, "NOTSET", 6) != 0))
        return pads_automatic(model, window, (const char *)automatic->s.data,
                              automatic->s.len, extents);
    pads = node_ints(model, "pads", 0, ints);
    if (pads != 0 && pads != 2 * sides)
        return model_fail(model, "has %zu pads, must be %zu", pads, 2 * sides);
    for (size_t i = 0; i < pads; i++) {
        if (ints[i] < 0 || ints[i] > PAD_MAX)
            return model_fail(model, "has a pad of %" PRId64 ", must be 0..%d", ints[i],
                              PAD_MAX);
        window->pads[sides == 2 ? i : 1 + 2 * i] = (uint64_t)ints[i];
    }
    return STATUS_OK;
}

/* Adds the padding of a Pad operator before the window. */
static void pads_join(struct onnx_window *window, const struct value *in)
{
    for (size_t i = 0; i < 4; i++)
        window->pads[i] += in->pads[i];
}

/* Returns the number of positions along an axis as ONNX defines it; 0 if the window does not
 * fit. */
static uint64_t positions(const struct onnx_window *w, size_t a, uint64_t extent)
{
    uint64_t padded = extent + w->pads[a] + w->pads[2 + a], count;

    if (padded < reach(w, a))
        return 0;
    count = (padded - reach(w, a) + (w->ceil ? w->stride[a] - 1 : 0)) / w->stride[a] +
            1;
    if (w->ceil && (count - 1) * w->stride[a] >= extent + w->pads[a])
        count--;
    return count;
}

/* Computes the dimensions of the output of a window on a layer's image; there are as many as
 * those of the input. */
static void positions_fill(const struct onnx_window *w, const struct tensor_shape *in,
                           uint64_t channels, size_t rank, struct dims *out)
{
    uint64_t height = positions(w, 0, in->height), width = positions(w, 1, in->width);

    *out = (struct dims){ rank, { 1, channels, rank == 4 ? height : width, width } };
    if (height == 0)
        out->d[2] = 0;
}

/* Fills in the window of a layer.  A record has one dilation for both sides. */
static enum status window_fill(const struct model *model, struct layer *layer,
                               const struct onnx_window *w)
{
    uint64_t least = w->pads[0];

    for (size_t i = 1; i < 4; i++)
        least = w->pads[i] < least ? w->pads[i] : least;
    layer->kernel = w->kernel[0];
    if (w->kernel[1] != w->kernel[0])
        layer->kernel_width = w->kernel[1];
    layer->stride = w->stride[0];
    if (w->stride[1] != w->stride[0])
        layer->stride_width = w->stride[1];
    layer->pad = least;
    layer->pad_top = w->pads[0] - least;
    layer->pad_left = w->pads[1] - least;
    layer->pad_bottom = w->pads[2] - least;
    layer->pad_right = w->pads[3] - least;
    layer->ceil = w->ceil;
    layer->dilation = w->kernel[0] > 1 ? w->dilation[0] : w->dilation[1];
    if (w->kernel[0] > 1 && w->kernel[1] > 1 && w->dilation[0] != w->dilation[1])
        return model_fail(model,
                          "has dilations %" PRIu64 " and %" PRIu64 ", must be equal",
                          w->dilation[0], w->dilation[1]);
    return STATUS_OK;
}

/* Finds the earlier layer that uses the same weights, if there is one. */
void weights_share(struct model *model, int index, const struct value *weights)
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

enum status weights_check(const struct model *model, const struct value *weights,
                          size_t rank)
{
    if (weights && weights->role == ROLE_CONSTANT && weights->dims.rank == rank &&
        dims_elements(&weights->dims) > 0)
        return STATUS_OK;
    return model_fail(
        model, "has weights that are not constant or not of %zu dimensions", rank);
}

/* Begins a layer with a window on an image or a one-dimensional input.  The weights must have
 * as many dimensions as the input. */
static enum status window_begin(struct model *model, int *index, struct value *in,
                                struct value *weights, struct onnx_window *window)
{
    enum status status = node_input(model, 0)
                             ? value_image(model, model->node->input[0], index)
                             : model_fail(model, "has an input that no node computes");

    if (status != STATUS_OK)
        return status;
    *in = *node_input(model, 0);
    if (weights) {
        status = weights_check(model, node_input(model, 1), in->dims.rank);
        if (status != STATUS_OK)
            return status;
        *weights = *node_input(model, 1);
    }
    status = window_read(model, in, weights ? &weights->dims : NULL, window);
    pads_join(window, in);
    return status;
}

enum status convert_convolution(struct model *model)
{
    int64_t groups = node_int(model, "group", 1);
    struct onnx_window window;
    struct value in, w;
    struct layer *layer;
    struct dims out;
    int index;
    enum status status = window_begin(model, &index, &in, &w, &window);

    if (status != STATUS_OK)
        return status;
    if (groups < 1 || in.dims.d[1] != w.dims.d[1] * (uint64_t)groups)
        return model_fail(model,
                          "has %" PRIu64 " channels, must be %" PRIu64 " times %" PRId64
                          " groups",
                          in.dims.d[1], w.dims.d[1], groups);
    positions_fill(&window, &model->shapes[index], w.dims.d[0], in.dims.rank, &out);
    if (dims_elements(&out) == 0)
        return model_fail(model, "has a window larger than its input");
    layer = layer_add(model, LAYER_CONVOLUTION, &index, 1, &index);
    layer->outputs = w.dims.d[0];
    layer->groups = (uint64_t)groups;
    status = window_fill(model, layer, &window);
    weights_share(model, index, &w);
    if (status == STATUS_OK)
        status = layer_done(model, index, &out);
    output_put(model, 0, index, &out);
    return status;
}

/* Computes the pads of a transposed convolution whose output_shape is given: what exceeds it is
 * cut off, half on each side as auto_pad says. */
static enum status transposed_pads(const struct model *model,
                                   struct onnx_window *window,
                                   const struct tensor_shape *in, size_t sides,
                                   const uint64_t more[2])
{
    const Onnx__AttributeProto *automatic = node_attribute(model, "auto_pad");
    const char *how = automatic && automatic->has_s ? (const char *)automatic->s.data
                                                    : "";
    size_t length = automatic && automatic->has_s ? automatic->s.len : 0;
    bool is_same = length >= 4 && strncmp(how, "SAME", 4) == 0;
    bool is_upper = length == 10 && strncmp(how, "SAME_UPPER", 10) == 0;
    uint64_t extents[2] = { in->height, in->width };
    int64_t wanted[RANK_MAX];
    size_t count = node_ints(model, "output_shape", 0, wanted);

    if (count != 0 && count != sides)
        return model_fail(model, "has an output_shape of %zu, must be %zu", count,
                          sides);
    for (size_t a = 2 - sides; a < 2 && (count || is_same); a++) {
        uint64_t full = (extents[a] - 1) * window->stride[a] + reach(window, a) +
                        more[a];
        uint64_t out = count ? (uint64_t)wanted[a + sides - 2]
                             : extents[a] * window->stride[a];
        uint64_t cut = full > out ? full - out : 0;

        if (out > full)
            return model_fail(
                model, "has an output_shape of %" PRIu64 ", must be at most %" PRIu64,
                out, full);
        window->pads[a] = is_upper ? cut / 2 : cut - cut / 2;
        window->pads[2 + a] = cut - window->pads[a];
    }
    return STATUS_OK;
}

enum status convert_transposed(struct model *model)
{
    int64_t groups = node_int(model, "group", 1), ints[RANK_MAX];
    uint64_t more[2] = { 0, 0 }, extents[2];
    struct onnx_window window;
    struct value in, w;
    struct layer *layer;
    struct dims out;
    int index;
    enum status status = window_begin(model, &index, &in, &w, &window);
    size_t sides, extra;

    if (status != STATUS_OK)
        return status;
    sides = in.dims.rank - 2;
    extra = node_ints(model, "output_padding", 0, ints);
    for (size_t i = 0; i < extra && extra == sides; i++)
        more[2 - sides + i] = ints[i] > 0 ? (uint64_t)ints[i] : 0;
    if (in.is_padded || groups < 1 || w.dims.d[0] != in.dims.d[1] ||
        in.dims.d[1] % (uint64_t)groups != 0)
        return model_fail(model,
                          "has %" PRIu64 " channels and weights of %" PRIu64
                          " in %" PRId64
                          " groups, must be as many, and no Pad before it",
                          in.dims.d[1], w.dims.d[0], groups);
    status = transposed_pads(model, &window, &model->shapes[index], sides, more);
    if (status != STATUS_OK)
        return status;
    extents[0] = model->shapes[index].height;
    extents[1] = model->shapes[index].width;
    for (size_t a = 0; a < 2; a++) {
        uint64_t full = (extents[a] - 1) * window.stride[a] + reach(&window, a);
        uint64_t cut = window.pads[a] + window.pads[2 + a];

        extents[a] = full > cut ? full - cut + more[a] : 0;
    }
    out = (struct dims){ in.dims.rank,
                         { 1, w.dims.d[1] * (uint64_t)groups, extents[2 - sides],
                           extents[1] } };
    if (dims_elements(&out) == 0)
        return model_fail(model, "has pads as large as its output, must be smaller");
    layer = layer_add(model, LAYER_TRANSPOSED, &index, 1, &index);
    layer->outputs = out.d[1];
    layer->groups = (uint64_t)groups;
    layer->output_pad = more[0];
    layer->output_pad_width = more[1];
    status = window_fill(model, layer, &window);
    weights_share(model, index, &w);
    if (status == STATUS_OK)
        status = layer_done(model, index, &out);
    output_put(model, 0, index, &out);
    return status;
}

enum status convert_pool(struct model *model)
{
    bool is_max = strcmp(model->node->op_type, "MaxPool") == 0;
    struct onnx_window window;
    struct value in;
    struct dims out;
    int index;
    enum status status = window_begin(model, &index, &in, NULL, &window);

    if (status != STATUS_OK)
        return status;
    positions_fill(&window, &model->shapes[index], in.dims.d[1], in.dims.rank, &out);
    if (dims_elements(&out) == 0)
        return model_fail(model, "has a window larger than its input");
    status = window_fill(model,
                         layer_add(model, is_max ? LAYER_MAX_POOL : LAYER_AVERAGE_POOL,
                                   &index, 1, &index),
                         &window);
    if (status == STATUS_OK)
        status = layer_done(model, index, &out);
    output_put(model, 0, index, &out);
    return status;
}

/* A Pad adds rows of zeros around an image.  They become pads of the window after it. */
enum status convert_pad(struct model *model)
{
    int64_t pads[2 * RANK_MAX] = { 0 };
    const Onnx__AttributeProto *attribute = node_attribute(model, "pads");
    const struct value *constant = node_input(model, 1);
    struct value value;
    size_t rank, given = 0;

    if (!node_input(model, 0))
        return model_fail(model, "has an input that no node computes");
    value = *node_input(model, 0);
    rank = value.dims.rank;
    if (attribute && attribute->n_ints <= 2 * RANK_MAX)
        for (; given < attribute->n_ints; given++)
            pads[given] = attribute->ints[given];
    else if (constant && constant->has_numbers &&
             dims_elements(&constant->dims) <= 2 * RANK_MAX)
        for (; given < dims_elements(&constant->dims); given++)
            pads[given] = (int64_t)constant->numbers[given];
    if (given != 2 * rank)
        return model_fail(model, "has %zu pads, must be %zu that are known here", given,
                          2 * rank);
    for (size_t i = 0; i < 2 * rank; i++) {
        size_t axis = i % rank, side = axis + 2 - rank; /* one-dimensional: the width */

        if (pads[i] == 0)
            continue;
        if (pads[i] < 0 || pads[i] > PAD_MAX || rank < 3 || rank > 4 || axis < 2 ||
            value.role == ROLE_CONSTANT)
            return model_fail(model,
                              "has a pad of %" PRId64
                              " along axis %zu, must be 0..%d along "
                              "rows and columns of an image",
                              pads[i], axis, PAD_MAX);
        value.pads[side + (i < rank ? 0 : 2)] += (uint64_t)pads[i];
        value.dims.d[axis] += (uint64_t)pads[i];
        value.is_padded = true;
    }
    if (value.is_padded && value.role == ROLE_INPUT) {
        int layer;
        enum status status = value_image(model, model->node->input[0], &layer);

        if (status != STATUS_OK)
            return status;
        value.role = ROLE_TENSOR;
        value.layer = layer;
        value.channel_axis = 1;
        value.token_axis = NO_AXIS;
    }
    if (model->node->n_output)
        value_put(model, model->node->output[0], &value);
    return STATUS_OK;
}

enum status convert_global_pool(struct model *model)
{
    struct dims out = { 4, { 1, 1, 1, 1 } };
    enum status status;
    int index;

    if (model->node->n_input < 1)
        return model_fail(model, "has no input");
    status = value_image(model, model->node->input[0], &index);
    if (status != STATUS_OK)
        return status;
    if (node_input(model, 0)->is_padded)
        return model_fail(model, "has a Pad before it, must have none");
    out.rank = node_input(model, 0)->dims.rank;
    out.d[1] = model->shapes[index].channels;
    layer_add(model, LAYER_GLOBAL_POOL, &index, 1, &index);
    status = layer_done(model, index, &out);
    output_put(model, 0, index, &out);
    return status;
}

/* Upsampling by the factor of height and width, which follows from scales or sizes. */
enum status convert_upsample(struct model *model)
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
                             : model_fail(model, "has an input that no node computes");
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
    for (size_t a = 0; a < 2; a++)
        if (!(factor[a] >= 1 && factor[a] <= 1024) ||
            factor[a] != (double)(uint64_t)factor[a])
            return model_fail(model, "scales by %g and %g, must be whole numbers",
                              factor[0], factor[1]);
    out.d[2] *= (uint64_t)factor[0];
    out.d[3] *= (uint64_t)factor[1];
    layer = layer_add(model, LAYER_UPSAMPLE, &index, 1, &index);
    layer->stride = (uint64_t)factor[0];
    if (factor[1] != factor[0])
        layer->stride_width = (uint64_t)factor[1];
    status = layer_done(model, index, &out);
    output_put(model, 0, index, &out);
    return status;
}
