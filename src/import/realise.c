/* Values as layers: inputs of the graph become layers where one is needed, images become tokens. */
#include "import/model.h"

#include "base/memory.h"
#include "workload/shapes.h"

#include <inttypes.h>
#include <string.h>

/* Makes an image layer with the present shape of the value. */
static enum status image_realise(struct model *model, struct value *value, int *index)
{
    const struct dims *dims = &value->dims;
    bool is_row = dims->rank == 3;
    struct layer *layer = layer_add(model, LAYER_INPUT, NULL, 0, index);

    layer->name = model_layer_name(model, value->name);
    layer->channels = dims->d[1];
    layer->height = is_row ? 1 : dims->d[2];
    layer->width = dims->d[dims->rank - 1];
    layer->follows_sequence = value->is_dynamic &&
                              value->token_axis == (int)dims->rank - 1;
    if (layer->follows_sequence)
        layer->width = 0;
    else if (value->is_dynamic)
        return model_fail(
            model,
            "takes the image '%.60s' with open channels or rows, must be numbers "
            "(--dim)",
            value->name);
    value->channel_axis = 1;
    value->token_axis = NO_AXIS;
    return layer_done(model, *index, dims);
}

/* Makes a layer of tokens, features or an image with the shape of the input in the graph. */
static enum status source_realise(struct model *model, struct value *value, int *index)
{
    const struct dims *source = &value->source, *dims = &value->dims;
    uint64_t d[RANK_MAX];
    size_t count = 0;
    bool is_channel_last;
    struct layer *layer;

    for (size_t i = 0; i < source->rank; i++)
        if ((int)i != value->batch_axis)
            d[count++] = source->d[i];
    if (count < 1 || count > 3)
        return model_fail(model,
                          "computes on input '%.60s' of %zu dimensions, must be 2 "
                          "(features), 3 (tokens) or 4 (image), with the batch",
                          value->name, source->rank);
    layer = layer_add(model, count == 2 ? LAYER_TOKEN_INPUT : LAYER_INPUT, NULL, 0,
                      index);
    layer->name = model_layer_name(model, value->name);
    if (count == 2) {
        layer->channels = d[1];
        layer->tokens = value->is_dynamic ? 0 : d[0];
        return layer_done(model, *index, source);
    }
    if (value->is_dynamic)
        return model_fail(
            model,
            "computes on the token numbers '%.60s' themselves, must look them "
            "up in a table first",
            value->name);
    is_channel_last = count == 3 && dims->d[dims->rank - 1] == d[2] &&
                      dims->d[dims->rank - 1] != d[0];
    layer->channels = is_channel_last ? d[2] : d[0];
    layer->height = count == 1 ? 1 : d[is_channel_last ? 0 : 1];
    layer->width = count == 1 ? 1 : d[is_channel_last ? 1 : 2];
    value->token_axis = NO_AXIS;
    return layer_done(model, *index, source);
}

/* An input of the graph becomes a layer when an operator computes on it. */
static enum status input_realise(struct model *model, struct value *value,
                                 bool is_image)
{
    enum status status;
    int index = NO_LAYER;

    if (value->dims.rank == 4 ||
        (value->dims.rank == 3 && (is_image || value->is_channel_first)))
        status = image_realise(model, value, &index);
    else
        status = source_realise(model, value, &index);
    value->role = ROLE_TENSOR;
    value->layer = index;
    return status;
}

static enum status layer_of_value(struct model *model, const char *name, bool is_image,
                                  bool may_repeat, int *layer)
{
    struct value *value = value_find(model, name);
    enum status status = STATUS_OK;

    if (!value)
        return model_fail(model, "takes '%.60s', which no node computes", name);
    if (value->role == ROLE_INPUT)
        status = input_realise(model, value, is_image);
    if (status == STATUS_OK && value->role != ROLE_TENSOR)
        return model_fail(model, "computes on '%.60s', which is %s", name,
                          value->role == ROLE_CONSTANT
                              ? "constant"
                              : "within an attention or a normalisation");
    if (status == STATUS_OK && value->repeats > 1 && !may_repeat)
        return model_fail(
            model,
            "computes on '%.60s', whose heads are repeated, must be a product of an "
            "attention",
            name);
    if (status == STATUS_OK && value->is_padded && !is_image)
        return model_fail(
            model, "computes on a padded '%.60s', must be a window operator", name);
    *layer = value->layer;
    return status;
}

enum status value_layer(struct model *model, const char *name, int *layer)
{
    return layer_of_value(model, name, false, false, layer);
}

enum status value_reshape(struct model *model, const char *name,
                          const struct tensor_shape *shape, int *layer)
{
    struct value *value = value_find(model, name);
    const struct tensor_shape *from = &model->shapes[*layer];
    struct dims dims = { 3, { shape->channels, shape->height, shape->width } };
    struct layer *added;
    enum status status;

    if (!from->is_tokens || shape->is_tokens || from->channels != shape->channels ||
        from->width != shape->height * shape->width)
        return STATUS_OK;
    added = layer_add(model, LAYER_TO_IMAGE, layer, 1, layer);
    added->height = shape->height;
    added->width = shape->width;
    added->follows_sequence = model->sequence && shape->height == 1 &&
                              shape->width == model->workload.sequence_length;
    if (added->follows_sequence)
        added->width = 0;
    status = layer_done(model, *layer, &dims);
    value->layer = *layer;
    value->token_axis = NO_AXIS;
    return status;
}

enum status value_image(struct model *model, const char *name, int *layer)
{
    enum status status = layer_of_value(model, name, true, false, layer);
    const struct value *value = value_find(model, name);
    struct tensor_shape shape, wanted;
    const struct dims *dims;

    if (status != STATUS_OK)
        return status;
    dims = &value->dims;
    if (dims->rank == 3 || dims->rank == 4) {
        wanted = (struct tensor_shape){ dims->d[1], dims->rank == 3 ? 1 : dims->d[2],
                                        dims->d[dims->rank - 1], false };
        if (value->channel_axis == 1 && dims->d[0] == 1)
            status = value_reshape(model, name, &wanted, layer);
    }
    if (status != STATUS_OK)
        return status;
    shape = model->shapes[*layer];
    if (dims->rank == 5)
        return model_fail(
            model,
            "takes '%.60s' of 5 dimensions (a volume), must be an image or a "
            "row",
            name);
    if ((dims->rank != 4 && dims->rank != 3) || shape.is_tokens ||
        shape.channels != wanted.channels ||
        shape.height + value->pads[0] + value->pads[2] != wanted.height ||
        shape.width + value->pads[1] + value->pads[3] != wanted.width)
        return model_fail(
            model,
            "takes '%.60s', must be an image N x C x H x W in the layout of "
            "its layer",
            name);
    return STATUS_OK;
}

enum status value_tokens(struct model *model, const char *name, uint64_t channels,
                         uint64_t extra, int *layer)
{
    enum status status = layer_of_value(model, name, false, true, layer);
    const struct tensor_shape *shape;
    struct dims dims = { 2, { 0 } };
    struct layer *added;

    if (status != STATUS_OK)
        return status;
    shape = &model->shapes[*layer];
    if (shape->channels != channels)
        return model_fail(model,
                          "takes %" PRIu64 " channels of '%.60s', but it has %" PRIu64,
                          channels, name, shape->channels);
    if (shape->is_tokens && extra == 0)
        return STATUS_OK;
    dims.d[0] = shape->height * shape->width + extra;
    dims.d[1] = channels;
    added = layer_add(model, LAYER_TOKENIZE, layer, 1, layer);
    added->tokens = extra;
    status = layer_done(model, *layer, &dims);
    if (extra == 0)
        value_find(model, name)->layer = *layer;
    return status;
}
