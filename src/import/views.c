/* Operators that reshape values, take parts of them, or join them along an axis. */
#include "import/model.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static enum status needs_input(const struct model *model)
{
    return node_input(model, 0)
               ? STATUS_OK
               : model_fail(model, "has an input that no node computes");
}

/* Returns the axis that runs over the tokens after a reshape: the one with the same extent, and
 * with as many elements before it. */
static int axis_moved(const struct dims *from, int axis, const struct dims *to)
{
    uint64_t before = 1, at = 1;

    if (axis == NO_AXIS)
        return NO_AXIS;
    for (int i = 0; i < axis; i++)
        before *= from->d[i];
    for (size_t i = 0; i < to->rank; i++) {
        if (at == before && to->d[i] == from->d[axis])
            return (int)i;
        at *= to->d[i];
    }
    return NO_AXIS;
}

static enum status reshape_dims(const struct model *model, const struct dims *from,
                                struct dims *to)
{
    int64_t wanted[RANK_MAX];
    size_t rank = node_ints(model, "shape", 1, wanted), open = RANK_MAX;
    uint64_t known = 1, elements = dims_elements(from);

    to->rank = rank;
    for (size_t i = 0; i < rank; i++) {
        if (wanted[i] == 0 && i >= from->rank)
            return model_fail(model, "keeps dimension %zu, but its input has %zu", i,
                              from->rank);
        if (wanted[i] < -1 || wanted[i] > (1 << 24))
            return model_fail(model,
                              "has a dimension of %" PRId64 ", must be at least -1",
                              wanted[i]);
        if (wanted[i] == -1)
            open = i;
        to->d[i] = wanted[i] == 0    ? from->d[i]
                   : wanted[i] == -1 ? 1
                                     : (uint64_t)wanted[i];
        if (to->d[i] == 0 || known > (UINT64_C(1) << 40) / to->d[i])
            return model_fail(model, "gives no elements, or more than 2^40");
        known *= to->d[i];
    }
    if (rank == 0)
        return model_fail(model, "has a shape that is not known here");
    if (open < RANK_MAX)
        to->d[open] = elements / known;
    /* the shape in the file still contains the batch, which became 1 */
    else if (model->batch > 1 && known == elements * model->batch &&
             to->d[0] % model->batch == 0)
        to->d[0] /= model->batch;
    return STATUS_OK;
}

static enum status squeeze_dims(const struct model *model, const struct dims *from,
                                struct dims *to, bool removes)
{
    int64_t axes[RANK_MAX];
    size_t count = node_ints(model, "axes", 1, axes), next = 0;
    size_t rank = removes ? from->rank : from->rank + count;
    bool chosen[RANK_MAX] = { false };

    if (rank > RANK_MAX)
        return model_fail(model, "gives more than %d dimensions", RANK_MAX);
    for (size_t i = 0; i < count; i++) {
        size_t axis;
        enum status status = node_axis(model, axes[i], rank, &axis);

        if (status != STATUS_OK)
            return status;
        chosen[axis] = true;
    }
    for (size_t i = 0; i < rank; i++)
        if (removes) {
            if (!(chosen[i] || count == 0) || from->d[i] != 1)
                to->d[to->rank++] = from->d[i];
        } else {
            if (!chosen[i] && next == from->rank)
                return model_fail(model, "names an axis twice, must name each once");
            to->d[to->rank++] = chosen[i] ? 1 : from->d[next++];
        }
    return STATUS_OK;
}

static enum status transpose_dims(const struct model *model, const struct value *value,
                                  struct dims *to, int *token_axis, int *channel_axis)
{
    const struct dims *from = &value->dims;
    int64_t order[RANK_MAX];
    size_t count = node_ints(model, "perm", 0, order);

    to->rank = from->rank;
    *token_axis = *channel_axis = NO_AXIS;
    if (count != 0 && count != from->rank)
        return model_fail(model, "permutes %zu dimensions, must be all %zu", count,
                          from->rank);
    for (size_t i = 0; i < from->rank; i++) {
        size_t axis;
        int64_t wanted = count ? order[i] : (int64_t)(from->rank - 1 - i);
        enum status status = node_axis(model, wanted, from->rank, &axis);

        if (status != STATUS_OK)
            return status;
        to->d[i] = from->d[axis];
        if ((int)axis == value->token_axis)
            *token_axis = (int)i;
        if ((int)axis == value->channel_axis)
            *channel_axis = (int)i;
    }
    return STATUS_OK;
}

static enum status flatten_dims(const struct model *model, const struct dims *from,
                                struct dims *to)
{
    int64_t axis = node_int(model, "axis", 1);

    if (axis < 0)
        axis += (int64_t)from->rank;
    if (axis < 0 || axis > (int64_t)from->rank)
        return model_fail(model, "has axis %" PRId64 " of %zu dimensions", axis,
                          from->rank);
    *to = (struct dims){ 2, { 1, 1 } };
    for (size_t i = 0; i < from->rank; i++)
        to->d[(int64_t)i >= axis] *= from->d[i];
    return STATUS_OK;
}

/* Are heads of keys or values repeated for several heads of queries?  That is an Expand from [..,
 * heads, 1, tokens, width] to [.., heads, n, tokens, width]. */
static bool is_repeated(const struct value *value, const struct dims *to)
{
    uint64_t elements = dims_elements(&value->dims);

    return value->role == ROLE_TENSOR && value->repeats <= 1 && to->rank >= 4 &&
           to->rank == value->dims.rank && dims_elements(to) > elements &&
           dims_elements(to) % elements == 0 && to->d[0] == value->dims.d[0];
}

/* An operator that gives the same elements another shape needs no layer. */
enum status convert_view(struct model *model)
{
    const char *op = model->node->op_type;
    enum status status = needs_input(model);
    struct dims to = { 0 };
    int token_axis = NO_AXIS, channel_axis = NO_AXIS;
    struct value value;

    if (status != STATUS_OK)
        return status;
    value = *node_input(model, 0);
    if (strcmp(op, "Transpose") == 0)
        status = transpose_dims(model, &value, &to, &token_axis, &channel_axis);
    else if (strcmp(op, "Flatten") == 0)
        status = flatten_dims(model, &value.dims, &to);
    else if (strcmp(op, "Squeeze") == 0 || strcmp(op, "Unsqueeze") == 0)
        status = squeeze_dims(model, &value.dims, &to, op[0] == 'S');
    else
        status = reshape_dims(model, &value.dims, &to);
    if (status != STATUS_OK)
        return status;
    if (value.is_padded)
        return model_fail(model, "has a Pad before it, must not have one");
    if (strcmp(op, "Expand") == 0 && to.rank == value.dims.rank)
        for (size_t i = 0; i < to.rank; i++)
            to.d[i] = to.d[i] == 1 ? value.dims.d[i] : to.d[i];
    if (strcmp(op, "Expand") == 0 && is_repeated(&value, &to))
        value.repeats = dims_elements(&to) / dims_elements(&value.dims);
    else if (dims_elements(&to) == 0 ||
             (dims_elements(&to) != dims_elements(&value.dims) &&
              (strcmp(op, "Expand") != 0 || value.role == ROLE_TENSOR)))
        return model_fail(
            model, "reshapes %" PRIu64 " elements to %" PRIu64 ", must be equally many",
            dims_elements(&value.dims), dims_elements(&to));
    if (strcmp(op, "Transpose") != 0) {
        token_axis = axis_moved(&value.dims, value.token_axis, &to);
        channel_axis = axis_moved(&value.dims, value.channel_axis, &to);
    }
    if (strcmp(op, "Expand") == 0 ||
        (strcmp(op, "Transpose") == 0 && value.dims.rank > 1))
        value.has_numbers = false;
    value.dims = to;
    value.token_axis = token_axis;
    value.channel_axis = channel_axis;
    if (model->node->n_output)
        value_put(model, model->node->output[0], &value);
    return STATUS_OK;
}

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
    enum status status = needs_input(model);
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
    enum status status = needs_input(model);
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

/* Adds constant tokens (such as a class token) before or after the positions of an image or
 * tokens. */
static enum status tokens_extend(struct model *model, size_t tensor, uint64_t extra,
                                 const struct dims *out)
{
    int index;
    enum status status = value_tokens(model, model->node->input[tensor],
                                      out->d[out->rank - 1], extra, &index);

    if (status == STATUS_OK)
        output_put(model, 0, index, out);
    return status;
}

/* Concatenates up to eight values at a time, because a layer has no more inputs. */
static enum status tensors_concatenate(struct model *model, const struct dims *out)
{
    int inputs[OPERATION_INPUTS_MAX], index = NO_LAYER;
    size_t count = 0, n = model->node->n_input;
    enum status status = STATUS_OK;

    for (size_t i = 0; i < n && status == STATUS_OK; i++) {
        status = value_layer(model, model->node->input[i], &inputs[count]);
        count += status == STATUS_OK;
        if (status == STATUS_OK && (count == OPERATION_INPUTS_MAX || i + 1 == n)) {
            struct dims dims = *out;

            layer_add(model, LAYER_CONCATENATE, inputs, count, &index);
            dims.rank = 1;
            dims.d[0] = 0;
            for (size_t k = 0; k < count; k++)
                dims.d[0] += tensor_elements(&model->shapes[inputs[k]]);
            status = layer_done(model, index, i + 1 == n ? out : &dims);
            inputs[0] = index;
            count = 1;
        }
    }
    if (status == STATUS_OK)
        output_put(model, 0, index, out);
    return status;
}

static enum status constants_concatenate(struct model *model, const struct dims *out)
{
    struct value value = { .role = ROLE_CONSTANT,
                           .dims = *out,
                           .layer = NO_LAYER,
                           .token_axis = NO_AXIS,
                           .has_numbers = out->rank == 1 };
    size_t at = 0;

    for (size_t i = 0; i < model->node->n_input && value.has_numbers; i++) {
        const struct value *part = node_input(model, i);
        size_t count = (size_t)dims_elements(&part->dims);

        value.has_numbers = part->has_numbers && at + count <= NUMBERS_MAX;
        if (value.has_numbers)
            memcpy(value.numbers + at, part->numbers, count * sizeof *part->numbers);
        at += count;
    }
    if (model->node->n_output)
        value_put(model, model->node->output[0], &value);
    return STATUS_OK;
}

enum status convert_concat(struct model *model)
{
    size_t axis, constants = 0, tensor = 0;
    enum status status = needs_input(model);
    const struct value *first = node_input(model, 0);
    uint64_t extra = 0;
    struct dims out;
    bool is_channels;

    if (status == STATUS_OK)
        status = node_axis(model, node_int(model, "axis", 0), first->dims.rank, &axis);
    if (status != STATUS_OK)
        return status;
    out = first->dims;
    out.d[axis] = 0;
    for (size_t i = 0; i < model->node->n_input; i++) {
        const struct value *value = node_input(model, i);

        if (!value || value->dims.rank != out.rank)
            return model_fail(model,
                              "joins values of different dimensions, must be equal");
        out.d[axis] += value->dims.d[axis];
        if (value->role == ROLE_CONSTANT) {
            constants++;
            extra += value->dims.d[axis];
        } else {
            tensor = i;
        }
    }
    if (constants == model->node->n_input)
        return constants_concatenate(model, &out);
    if (dims_elements(&out) == 0)
        return model_fail(model, "gives no elements, or more than 2^40");
    if (constants > 0 && constants + 1 == model->node->n_input && out.rank == 3 &&
        axis == 1)
        return tokens_extend(model, tensor, extra, &out);
    first = node_input(model, tensor);
    is_channels = first->role == ROLE_INPUT || first->role == ROLE_TENSOR;
    if (first->role == ROLE_TENSOR)
        is_channels = model->shapes[first->layer].is_tokens
                          ? first->token_axis != NO_AXIS &&
                                (int)axis != first->token_axis
                          : axis == 1;
    if (constants > 0 || !is_channels)
        return model_fail(model,
                          "joins along axis %zu, which a record can only do for "
                          "channels",
                          axis);
    return tensors_concatenate(model, &out);
}
