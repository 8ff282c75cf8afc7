/* Operators that take parts of values. */
#include "import/model.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Takes a part of the input along an axis: some channels, or one token. */
static enum status piece_put(struct model *model, size_t output, size_t axis,
                             uint64_t extent, const struct dims *out)
{
    int index, from;
    enum status status = value_layer(model, model->node->input[0], &from);
    const struct value *value = node_input(model, 0);
    const struct tensor_shape *shape;
    struct layer *layer;
    uint64_t channels;

    if (status != STATUS_OK)
        return status;
    shape = &model->shapes[from];
    channels = shape->channels * extent;
    if (shape->is_tokens && (int)axis == value->token_axis && extent == 1) {
        layer_add(model, LAYER_TAKE_TOKEN, &from, 1, &index);
    } else if (extent > 0 && channels % value->dims.d[axis] == 0 &&
               (shape->is_tokens
                    ? value->token_axis != NO_AXIS && (int)axis != value->token_axis
                    : axis == 1 && value->dims.d[1] == shape->channels)) {
        channels /= value->dims.d[axis];
        layer = layer_add(model, LAYER_SLICE, &from, 1, &index);
        layer->outputs = channels;
    } else {
        return model_fail(model,
                          "takes %" PRIu64 " of %" PRIu64 " along axis %zu, which a "
                          "record can only do for channels and for one token",
                          extent, value->dims.d[axis], axis);
    }
    int token_axis = value->token_axis;

    status = layer_done(model, index, out);
    output_put(model, output, index, out);
    if (status == STATUS_OK && output < model->node->n_output &&
        *model->node->output[output] && shape->is_tokens &&
        out->rank == value->dims.rank)
        value_find(model, model->node->output[output])->token_axis = token_axis;
    else if (status == STATUS_OK && output < model->node->n_output &&
             *model->node->output[output] && token_axis != NO_AXIS &&
             (int)axis != token_axis)
        value_find(model, model->node->output[output])->token_axis =
            token_axis - ((int)axis < token_axis);
    return status;
}

enum status convert_split(struct model *model)
{
    int64_t sizes[RANK_MAX];
    size_t count = node_ints(model, "split", 1, sizes), axis;
    enum status status = node_needs_input(model);
    struct dims in;

    if (status == STATUS_OK)
        status = node_axis(model, node_int(model, "axis", 0),
                           node_input(model, 0)->dims.rank, &axis);
    if (status != STATUS_OK)
        return status;
    in = node_input(model, 0)->dims;
    if (count != 0 && count != model->node->n_output)
        return model_fail(model, "has %zu sizes for %zu outputs", count,
                          model->node->n_output);
    for (size_t i = 0; i < model->node->n_output && status == STATUS_OK; i++) {
        struct dims out = in;

        out.d[axis] = count ? (uint64_t)sizes[i] : in.d[axis] / model->node->n_output;
        if (out.d[axis] < 1 || out.d[axis] > in.d[axis])
            return model_fail(model,
                              "has an output that is empty or larger than its input");
        status = piece_put(model, i, axis, out.d[axis], &out);
    }
    return status;
}

/* Cuts a constant's numbers to `count` elements from `start` on. */
static void numbers_cut(struct value *value, uint64_t start, uint64_t count)
{
    if (value->dims.rank != 1 || start + count > NUMBERS_MAX)
        value->has_numbers = false;
    else
        memmove(value->numbers, value->numbers + start, count * sizeof *value->numbers);
    value->origin = NULL;
}

static uint64_t clamped(int64_t at, uint64_t extent)
{
    if (at < 0)
        at += (int64_t)extent;
    return at < 0 ? 0 : (uint64_t)at > extent ? extent : (uint64_t)at;
}

enum status convert_slice(struct model *model)
{
    int64_t starts[RANK_MAX], ends[RANK_MAX], axes[RANK_MAX], steps[RANK_MAX];
    size_t count = node_ints(model, "starts", 1, starts);
    size_t axis_count = node_ints(model, "axes", 3, axes), cut = RANK_MAX, axis;
    size_t step_count = node_ints(model, "steps", 4, steps);
    enum status status = node_needs_input(model);
    struct value value;
    struct dims in;

    if (status != STATUS_OK)
        return status;
    value = *node_input(model, 0);
    in = value.dims;
    if (count == 0 || node_ints(model, "ends", 2, ends) != count)
        return model_fail(model, "has starts or ends that are not known here");
    for (size_t i = 0; i < count; i++) {
        uint64_t start, end;

        status = node_axis(model, axis_count == count ? axes[i] : (int64_t)i, in.rank,
                           &axis);
        if (status != STATUS_OK)
            return status;
        if (step_count == count && steps[i] != 1)
            return model_fail(model, "has a step of %" PRId64 ", must be 1", steps[i]);
        start = clamped(starts[i], in.d[axis]);
        end = clamped(ends[i], in.d[axis]);
        if (end <= start)
            return model_fail(
                model, "takes nothing along axis %zu, must take something", axis);
        if (end - start == in.d[axis])
            continue;
        if (cut != RANK_MAX && value.role != ROLE_CONSTANT)
            return model_fail(model, "cuts along two axes, must cut along one");
        cut = axis;
        value.dims.d[axis] = end - start;
        if (value.role == ROLE_CONSTANT)
            numbers_cut(&value, start, end - start);
    }
    if (cut != RANK_MAX && value.role != ROLE_CONSTANT)
        return piece_put(model, 0, cut, value.dims.d[cut], &value.dims);
    if (model->node->n_output)
        value_put(model, model->node->output[0], &value);
    return STATUS_OK;
}

/* Looks up rows of a table by token numbers. */
static enum status embedding_put(struct model *model, const struct value *table,
                                 const struct value *tokens)
{
    uint64_t count = dims_elements(&tokens->dims);
    struct dims one = { 1, { count } }, out = tokens->dims;
    struct value w = *table, t = *tokens;
    struct layer *layer;
    enum status status;
    int index;

    if (w.dims.rank != 2 || out.rank + 1 > RANK_MAX)
        return model_fail(model, "looks up a table of %zu dimensions, must be 2",
                          w.dims.rank);
    layer = layer_add(model, LAYER_TOKEN_INPUT, NULL, 0, &index);
    layer->tokens = t.is_dynamic ? 0 : count;
    status = layer_done(model, index, &one);
    if (status != STATUS_OK)
        return status;
    out.d[out.rank++] = w.dims.d[1];
    layer = layer_add(model, LAYER_EMBEDDING, &index, 1, &index);
    layer->vocabulary = w.dims.d[0];
    layer->outputs = w.dims.d[1];
    status = layer_done(model, index, &out);
    output_put(model, 0, index, &out);
    return status;
}

enum status convert_gather(struct model *model)
{
    const struct value *data = node_input(model, 0), *indices = node_input(model, 1);
    uint64_t count;
    struct value value;
    struct dims out = { 0 };
    enum status status;
    size_t axis;

    if (!data || !indices)
        return model_fail(model, "has an input that no node computes");
    if (indices->role == ROLE_INPUT && data->role == ROLE_CONSTANT)
        return embedding_put(model, data, indices);
    if (indices->role != ROLE_CONSTANT)
        return model_fail(model, "selects by a computed index, must be a constant");
    status = node_axis(model, node_int(model, "axis", 0), data->dims.rank, &axis);
    if (status != STATUS_OK)
        return status;
    value = *data;
    if (value.dims.rank - 1 + indices->dims.rank > RANK_MAX)
        return model_fail(model, "gives more than %d dimensions", RANK_MAX);
    for (size_t i = 0; i < value.dims.rank; i++) {
        if (i != axis)
            out.d[out.rank++] = value.dims.d[i];
        for (size_t j = 0; i == axis && j < indices->dims.rank; j++)
            out.d[out.rank++] = indices->dims.d[j];
    }
    count = dims_elements(&indices->dims);
    if (value.role == ROLE_CONSTANT || value.dims.d[axis] == 1) {
        value.has_numbers &= value.dims.rank == 1 && indices->has_numbers;
        for (uint64_t i = 0; i < count && value.has_numbers; i++) {
            uint64_t at = clamped((int64_t)indices->numbers[i], value.dims.d[0]);

            value.has_numbers = at < value.dims.d[0] && at < NUMBERS_MAX;
            if (value.has_numbers)
                value.numbers[i] = data->numbers[at];
        }
        value.origin = NULL;
        value.token_axis = axis_moved(&value.dims, value.token_axis, &out);
        value.channel_axis = axis_moved(&value.dims, value.channel_axis, &out);
        value.dims = out;
        if (model->node->n_output)
            value_put(model, model->node->output[0], &value);
        return STATUS_OK;
    }
    return piece_put(model, 0, axis, count, &out);
}
