/* Operators that reshape values, or join them along an axis. */
#include "import/model.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum status node_needs_input(const struct model *model)
{
    return node_input(model, 0)
               ? STATUS_OK
               : model_fail(model, "has an input that no node computes");
}

int axis_moved(const struct dims *from, int axis, const struct dims *to)
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
    enum status status = node_needs_input(model);
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
    enum status status = node_needs_input(model);
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
