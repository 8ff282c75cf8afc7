#include "workload/window_shapes.h"

#include <inttypes.h>
#include <stdio.h>

struct shape_text shape_text(const struct tensor_shape *shape)
{
    struct shape_text out;

    if (shape->is_tokens)
        snprintf(out.text, sizeof out.text,
                 "%" PRIu64 " tokens of %" PRIu64 " channels", shape->width,
                 shape->channels);
    else
        snprintf(out.text, sizeof out.text, "%" PRIu64 "x%" PRIu64 "x%" PRIu64,
                 shape->channels, shape->height, shape->width);
    return out;
}

enum status layer_needs(const struct layer *layer, const char *member, uint64_t value,
                        struct error *err)
{
    if (value > 0)
        return STATUS_OK;
    return error_set(err, STATUS_INPUT, "layer '%s' has no %s, must be at least 1",
                     layer->name, member);
}

/* The positions of a window along one side.  With `ceil` a last window may extend beyond the
 * image; it must begin inside the image or the padding before it (the rule of Caffe). */
struct window_side {
    uint64_t kernel, stride, before, behind;
};

static uint64_t reach_of(const struct layer *layer, uint64_t kernel)
{
    return layer->dilation * (kernel - 1) + 1;
}

static struct window_side rows_side(const struct layer *layer)
{
    return (struct window_side){ layer->kernel, layer->stride,
                                 layer->pad + layer->pad_top,
                                 layer->pad + layer->pad_bottom };
}

static struct window_side columns_side(const struct layer *layer)
{
    return (struct window_side){ layer_kernel_width(layer), layer_stride_width(layer),
                                 layer->pad + layer->pad_left,
                                 layer->pad + layer->pad_right };
}

static uint64_t window_positions(const struct layer *layer, uint64_t size,
                                 struct window_side side)
{
    uint64_t padded = size + side.before + side.behind;
    uint64_t reach = reach_of(layer, side.kernel), positions;

    if (reach > padded)
        return 0;
    positions = (padded - reach + (layer->ceil ? side.stride - 1 : 0)) / side.stride +
                1;
    if (layer->ceil && (positions - 1) * side.stride >= size + side.before)
        positions--;
    return positions;
}

enum status window_shape(struct operation *op, struct error *err)
{
    const struct layer *layer = op->layer;
    enum status status = layer_needs(layer, "kernel", layer->kernel, err);

    if (status != STATUS_OK)
        return status;
    op->out.height = window_positions(layer, op->in.height, rows_side(layer));
    op->out.width = window_positions(layer, op->in.width, columns_side(layer));
    if (op->out.height == 0 || op->out.width == 0)
        return error_set(err, STATUS_INPUT,
                         "layer '%s' has a window of %" PRIu64 "x%" PRIu64
                         " on an input of %s, must fit into it",
                         layer->name, layer->kernel, layer_kernel_width(layer),
                         shape_text(&op->in).text);
    return STATUS_OK;
}

enum status convolution_shape(struct operation *op, struct error *err)
{
    const struct layer *layer = op->layer;
    uint64_t window, inputs = op->in.channels / layer->groups;
    enum status status = layer_needs(layer, "outputs", layer->outputs, err);

    if (status == STATUS_OK &&
        (op->in.channels % layer->groups != 0 || layer->outputs % layer->groups != 0))
        status = error_set(err, STATUS_INPUT,
                           "layer '%s' has %" PRIu64 " groups for %" PRIu64
                           " inputs and %" PRIu64 " outputs, must divide both",
                           layer->name, layer->groups, op->in.channels, layer->outputs);
    if (status == STATUS_OK)
        status = window_shape(op, err);
    if (status != STATUS_OK)
        return status;
    window = layer->kernel * layer_kernel_width(layer);
    op->out.channels = layer->outputs;
    op->weights = layer->outputs * inputs * window;
    op->macs = op->out.height * op->out.width * op->weights;
    return STATUS_OK;
}

/* Returns the output size of a transposed convolution after the pads are cut off; 0 if nothing
 * is left. */
static uint64_t transposed_extent(const struct layer *layer, uint64_t size,
                                  struct window_side side)
{
    uint64_t full = (size - 1) * side.stride + reach_of(layer, side.kernel);
    uint64_t cut = side.before + side.behind;

    return full > cut ? full - cut : 0;
}

enum status transposed_shape(struct operation *op, struct error *err)
{
    const struct layer *layer = op->layer;
    enum status status = layer_needs(layer, "outputs", layer->outputs, err);

    if (status == STATUS_OK)
        status = layer_needs(layer, "kernel", layer->kernel, err);
    if (status != STATUS_OK)
        return status;
    if (op->in.channels % layer->groups != 0 || layer->outputs % layer->groups != 0)
        return error_set(err, STATUS_INPUT,
                         "layer '%s' has %" PRIu64 " groups for %" PRIu64
                         " inputs and %" PRIu64 " outputs, must divide both",
                         layer->name, layer->groups, op->in.channels, layer->outputs);
    op->out.channels = layer->outputs;
    op->out.height = transposed_extent(layer, op->in.height, rows_side(layer)) +
                     layer->output_pad;
    op->out.width = transposed_extent(layer, op->in.width, columns_side(layer)) +
                    layer->output_pad_width;
    if (op->out.height == layer->output_pad || op->out.width == layer->output_pad_width)
        return error_set(err, STATUS_INPUT,
                         "layer '%s' has pads as large as its output, must be smaller",
                         layer->name);
    op->weights = op->in.channels * layer->outputs / layer->groups * layer->kernel *
                  layer_kernel_width(layer);
    op->macs = op->in.height * op->in.width * op->weights;
    return STATUS_OK;
}
