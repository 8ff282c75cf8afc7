/* Convolutions as Darknet, and Caffe without cuDNN, compute them: for each image and group of
 * channels im2col copies the windows to a workspace, from which a matrix product reads them.
 * Windows of one element need no copy. */
#include "machine/gpu/kernels.h"

/* One group of channels of one image: `channels` planes of `plane` elements each. */
struct part {
    uint64_t offset; /* in elements, from the start of the tensor */
    uint64_t channels;
    struct map_extent extent;
};

static struct part part_of(const struct kernel_stream *stream, uint64_t line,
                           uint64_t channels, uint64_t plane, uint64_t groups,
                           uint64_t image, uint64_t group)
{
    uint64_t per_line = stream->granularity.elements_per_line;
    uint64_t share = channels / groups;
    uint64_t offset = (image * channels + group * share) * plane;
    uint64_t last = offset + share * plane - 1;

    return (struct part){
        .offset = offset,
        .channels = share,
        .extent = { line + offset / per_line, last / per_line - offset / per_line + 1 },
    };
}

static struct part big_part(const struct kernel_stream *stream,
                            const struct conv_window *w, uint64_t image, uint64_t group)
{
    return part_of(stream, w->big_line, w->channels, w->height * w->width, w->groups,
                   image, group);
}

/* Returns a part as a matrix of channels x pixels. */
static struct operand part_operand(uint64_t line, const struct part *part,
                                   uint64_t plane, bool channels_are_x)
{
    struct operand operand = operand_matrix(line, channels_are_x, part->channels,
                                            plane);

    operand.offset = part->offset;
    return operand;
}

static struct operand small_operand(const struct kernel_stream *stream,
                                    const struct conv_window *w, uint64_t image,
                                    uint64_t group, bool channels_are_x)
{
    uint64_t plane = w->p * w->q;
    struct part part = part_of(stream, w->small_line, w->outputs, plane, w->groups,
                               image, group);

    return part_operand(w->small_line, &part, plane, channels_are_x);
}

static uint64_t depth_of(const struct conv_window *w)
{
    return w->channels / w->groups * w->taps_h * w->taps_w;
}

static struct map_extent used(const struct kernel_stream *stream,
                              const struct conv_window *w, struct map_extent workspace)
{
    uint64_t per_line = stream->granularity.elements_per_line;

    workspace.lines = (depth_of(w) * w->p * w->q - 1) / per_line + 1;
    return workspace;
}

/* Returns the windows of an image as a matrix: in the workspace, after im2col, or in the tensor
 * if the windows have one element. */
static struct operand unroll(struct kernel_stream *stream, const struct conv_window *w,
                             struct map_extent workspace, uint64_t image,
                             uint64_t group, bool rows_are_x)
{
    struct part part = big_part(stream, w, image, group);
    struct pass pass = { 0 };

    if (gpu_window_is_pointwise(w))
        return part_operand(w->big_line, &part, w->height * w->width, rows_are_x);
    pass_read(&pass, part.extent, w->loads);
    pass_write(&pass, used(stream, w, workspace));
    kernel_pass(stream, &pass);
    return operand_matrix(workspace.first_line, rows_are_x, depth_of(w), w->p * w->q);
}

static struct operand weights_operand(const struct conv_window *w, uint64_t line,
                                      uint64_t group, bool outputs_are_x)
{
    uint64_t outputs = w->outputs / w->groups, depth = depth_of(w);
    struct operand operand = operand_matrix(line, outputs_are_x, outputs, depth);

    operand.offset = group * outputs * depth;
    return operand;
}

void gpu_unrolled_gather(struct kernel_stream *stream, const struct conv_window *w,
                         struct map_extent workspace)
{
    for (uint64_t image = 0; image < w->batch; image++)
        for (uint64_t group = 0; group < w->groups; group++) {
            struct kernel_product product = {
                .m = w->outputs / w->groups,
                .n = w->p * w->q,
                .k = depth_of(w),
                .products = 1,
                .a = weights_operand(w, w->weights_line, group, true),
                .b = unroll(stream, w, workspace, image, group, false),
                .c = small_operand(stream, w, image, group, true),
                .useful = 1,
            };

            kernel_product(stream, &product);
        }
}

/* Adds the product in the workspace to the image (col2im). */
static void fold(struct kernel_stream *stream, const struct conv_window *w,
                 struct map_extent workspace, const struct part *part, bool accumulates)
{
    struct pass pass = { 0 };

    pass_read(&pass, used(stream, w, workspace), 1);
    if (accumulates)
        pass_read(&pass, part->extent, 1);
    pass_write(&pass, part->extent);
    kernel_pass(stream, &pass);
}

void gpu_unrolled_scatter(struct kernel_stream *stream, const struct conv_window *w,
                          struct map_extent workspace, bool accumulates)
{
    bool folds = !gpu_window_is_pointwise(w);

    for (uint64_t image = 0; image < w->batch; image++)
        for (uint64_t group = 0; group < w->groups; group++) {
            struct part part = big_part(stream, w, image, group);
            struct kernel_product product = {
                .m = depth_of(w),
                .n = w->p * w->q,
                .k = w->outputs / w->groups,
                .products = 1,
                .a = weights_operand(w, w->weights_line, group, false),
                .b = small_operand(stream, w, image, group, false),
                .c = folds
                         ? operand_matrix(workspace.first_line, true, depth_of(w),
                                          w->p * w->q)
                         : part_operand(w->big_line, &part, w->height * w->width, true),
                .accumulates = accumulates && !folds,
                .useful = 1,
            };

            kernel_product(stream, &product);
            if (folds)
                fold(stream, w, workspace, &part, accumulates);
        }
}

void gpu_unrolled_weights(struct kernel_stream *stream, const struct conv_window *w,
                          struct map_extent workspace, uint64_t gradient_line)
{
    for (uint64_t image = 0; image < w->batch; image++)
        for (uint64_t group = 0; group < w->groups; group++) {
            struct kernel_product product = {
                .m = w->outputs / w->groups,
                .n = depth_of(w),
                .k = w->p * w->q,
                .products = 1,
                .a = small_operand(stream, w, image, group, true),
                .b = unroll(stream, w, workspace, image, group, true),
                .c = weights_operand(w, gradient_line, group, true),
                .accumulates = image > 0,
                .useful = 1,
            };

            kernel_product(stream, &product);
        }
}
