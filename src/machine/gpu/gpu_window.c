/* Convolutions, their data gradients and their weight gradients as matrix products
 * whose operands are gathered from images on the way (implicit GEMM: Chetlur et al.,
 * cuDNN, arXiv 1410.0759). */
#include "machine/gpu/kernels.h"

struct conv_window gpu_window(const struct gpu_run *run,
                              const struct operation *operation, struct map_extent in,
                              struct map_extent out, struct map_extent weights)
{
    const struct layer *layer = operation->layer;
    bool is_transposed = layer->kind == LAYER_TRANSPOSED;
    const struct tensor_shape *big = is_transposed ? &operation->out : &operation->in;
    const struct tensor_shape *small = is_transposed ? &operation->in : &operation->out;

    return (struct conv_window){
        .batch = run->batch,
        .groups = layer->groups,
        .channels = big->channels,
        .height = big->height,
        .width = big->width,
        .outputs = small->channels,
        .p = small->height,
        .q = small->width,
        .taps_h = layer->kernel,
        .taps_w = layer_kernel_width(layer),
        .stride = layer->stride,
        .stride_w = layer_stride_width(layer),
        .dilation = layer->dilation,
        .pad_top = layer->pad + layer->pad_top,
        .pad_left = layer->pad + layer->pad_left,
        .big_line = is_transposed ? out.first_line : in.first_line,
        .small_line = is_transposed ? in.first_line : out.first_line,
        .weights_line = weights.first_line,
        .separate_taps = run->stream->gpu->l1_bypass,
        .loads = gpu_window_loads(run, operation),
        .macs = (double)operation->macs * (double)run->batch,
    };
}

bool gpu_window_is_pointwise(const struct conv_window *w)
{
    return w->taps_h == 1 && w->taps_w == 1 && w->stride == 1 && w->stride_w == 1 &&
           w->pad_top == 0 && w->pad_left == 0 && w->p == w->height && w->q == w->width;
}

/* Returns the big tensor's channels of a group as an im2col matrix: its pixels are those of the
 * small tensor. */
static struct operand big_through_taps(const struct conv_window *w, uint64_t group,
                                       bool channels_are_x)
{
    struct operand operand = operand_planes(w->big_line, channels_are_x, w->batch,
                                            w->channels, w->height, w->width);

    operand.planes.channels = w->channels / w->groups;
    operand.planes.first_channel = group * operand.planes.channels;
    if (gpu_window_is_pointwise(w))
        return operand;
    operand.planes.height = w->height;
    operand.planes.width = w->width;
    operand.planes.taps_h = w->taps_h;
    operand.planes.taps_w = w->taps_w;
    operand.planes.down = w->stride;
    operand.planes.down_w = w->stride_w;
    operand.planes.dilation = w->dilation;
    operand.planes.pad_h = (int64_t)w->pad_top;
    operand.planes.pad_w = (int64_t)w->pad_left;
    operand.planes.p = w->p;
    operand.planes.q = w->q;
    operand.planes.separate_taps = w->separate_taps;
    return operand;
}

/* Returns the small tensor's channels of a group as an im2col matrix of the transposed
 * convolution: its pixels are those of the big tensor. */
static struct operand small_through_taps(const struct conv_window *w, uint64_t group)
{
    struct operand operand = operand_planes(w->small_line, false, w->batch, w->outputs,
                                            w->p, w->q);

    operand.planes.channels = w->outputs / w->groups;
    operand.planes.first_channel = group * operand.planes.channels;
    if (gpu_window_is_pointwise(w))
        return operand;
    operand.planes.height = w->p;
    operand.planes.width = w->q;
    operand.planes.taps_h = w->taps_h;
    operand.planes.taps_w = w->taps_w;
    operand.planes.up = w->stride;
    operand.planes.up_w = w->stride_w;
    operand.planes.dilation = w->dilation;
    operand.planes.pad_h = (int64_t)(w->dilation * (w->taps_h - 1)) -
                           (int64_t)w->pad_top;
    operand.planes.pad_w = (int64_t)(w->dilation * (w->taps_w - 1)) -
                           (int64_t)w->pad_left;
    operand.planes.p = w->height;
    operand.planes.q = w->width;
    operand.planes.separate_taps = w->separate_taps;
    return operand;
}

/* Returns a tensor's channels of a group as a matrix of channels and pixels. */
static struct operand pixels(uint64_t line, const struct conv_window *w, uint64_t group,
                             uint64_t channels, uint64_t height, uint64_t width)
{
    struct operand operand = operand_planes(line, true, w->batch, channels, height,
                                            width);

    operand.planes.channels = channels / w->groups;
    operand.planes.first_channel = group * operand.planes.channels;
    return operand;
}

static double useful_share(const struct conv_window *w,
                           const struct kernel_product *product)
{
    return w->macs / ((double)w->groups * (double)product->m * (double)product->n *
                      (double)product->k);
}

void gpu_window_gather(struct kernel_stream *stream, const struct conv_window *w)
{
    uint64_t outputs = w->outputs / w->groups;
    uint64_t depth = w->channels / w->groups * w->taps_h * w->taps_w;

    for (uint64_t group = 0; group < w->groups; group++) {
        struct kernel_product product = {
            .m = outputs,
            .n = w->batch * w->p * w->q,
            .k = depth,
            .products = 1,
            .a = operand_matrix(w->weights_line, true, outputs, depth),
            .b = big_through_taps(w, group, false),
            .c = pixels(w->small_line, w, group, w->outputs, w->p, w->q),
        };

        product.a.offset = group * outputs * depth;
        product.useful = useful_share(w, &product);
        kernel_product(stream, &product);
    }
}

void gpu_window_scatter(struct kernel_stream *stream, const struct conv_window *w,
                        bool accumulates)
{
    uint64_t outputs = w->outputs / w->groups, inputs = w->channels / w->groups;
    uint64_t taps = w->taps_h * w->taps_w;

    for (uint64_t group = 0; group < w->groups; group++) {
        struct kernel_product product = {
            .m = inputs,
            .n = w->batch * w->height * w->width,
            .k = outputs * taps,
            .products = 1,
            .a = operand_planes(w->weights_line, true, outputs, inputs, 1, taps),
            .b = small_through_taps(w, group),
            .c = pixels(w->big_line, w, group, w->channels, w->height, w->width),
            .accumulates = accumulates,
        };

        product.a.offset = group * outputs * inputs * taps;
        product.useful = useful_share(w, &product);
        kernel_product(stream, &product);
    }
}

void gpu_window_weights(struct kernel_stream *stream, const struct conv_window *w,
                        uint64_t gradient_line)
{
    uint64_t outputs = w->outputs / w->groups;
    uint64_t depth = w->channels / w->groups * w->taps_h * w->taps_w;

    for (uint64_t group = 0; group < w->groups; group++) {
        struct kernel_product product = {
            .m = outputs,
            .n = depth,
            .k = w->batch * w->p * w->q,
            .products = 1,
            .a = pixels(w->small_line, w, group, w->outputs, w->p, w->q),
            .b = big_through_taps(w, group, true),
            .c = operand_matrix(gradient_line, true, outputs, depth),
        };

        product.c.offset = group * outputs * depth;
        product.useful = useful_share(w, &product);
        kernel_product(stream, &product);
    }
}
