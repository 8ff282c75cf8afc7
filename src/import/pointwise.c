/* Operators that work element by element: activations, normalisations, sums, and operators on
 * constants. */
#include "import/model.h"

#include "base/maths.h"
#include "base/memory.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static enum status needs_inputs(const struct model *model, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!node_input(model, i))
            return model_fail(model, "has an input %zu that no node computes", i);
    return STATUS_OK;
}

static void copy_put(struct model *model, const struct value *value)
{
    struct value copy = *value;

    if (model->node->n_output && *model->node->output[0])
        value_put(model, model->node->output[0], &copy);
}

/* Adds a layer with one input and an output of the same shape. */
static enum status plain_layer(struct model *model, int kind)
{
    struct dims dims;
    int index;
    enum status status = value_layer(model, model->node->input[0], &index);

    if (status != STATUS_OK)
        return status;
    dims = node_input(model, 0)->dims;
    layer_add(model, kind, &index, 1, &index);
    status = layer_done(model, index, &dims);
    output_put_like(model, 0, index, &dims, node_input(model, 0));
    return status;
}

enum status convert_same(struct model *model)
{
    enum status status = needs_inputs(model, 1);

    if (status == STATUS_OK)
        copy_put(model, node_input(model, 0));
    return status;
}

enum status convert_dropout(struct model *model)
{
    enum status status = needs_inputs(model, 1);

    if (status != STATUS_OK || node_input(model, 0)->role != ROLE_TENSOR)
        return status == STATUS_OK ? convert_same(model) : status;
    return plain_layer(model, LAYER_DROPOUT);
}

enum status convert_pointwise(struct model *model)
{
    enum status status = needs_inputs(model, 1);
    struct value value;

    if (status != STATUS_OK)
        return status;
    value = *node_input(model, 0);
    switch (value.role) {
    case ROLE_CENTRED: value.role = ROLE_MOMENT; break;
    case ROLE_CONSTANT:
        value.has_numbers = false;
        value.origin = NULL;
        break;
    case ROLE_SCORES:
    case ROLE_MOMENT: break;
    case ROLE_TENSOR:
    case ROLE_INPUT: return plain_layer(model, LAYER_ACTIVATION);
    }
    copy_put(model, &value);
    return STATUS_OK;
}

enum status convert_softmax(struct model *model)
{
    enum status status = needs_inputs(model, 1);
    struct value value;

    if (status != STATUS_OK)
        return status;
    value = *node_input(model, 0);
    if (value.role != ROLE_SCORES)
        return plain_layer(model, LAYER_SOFTMAX);
    value.is_softmaxed = true;
    copy_put(model, &value);
    return STATUS_OK;
}

enum status convert_normalise(struct model *model)
{
    const char *op = model->node->op_type;
    enum status status = needs_inputs(model, 1);

    if (status != STATUS_OK)
        return status;
    if (strcmp(op, "LRN") == 0)
        return plain_layer(model, LAYER_LRN);
    if (strcmp(op, "InstanceNormalization") == 0)
        model_note(model,
                   "is written as batch-norm, which has the same weights and accesses");
    return plain_layer(model, strcmp(op, "BatchNormalization") == 0 ||
                                      strcmp(op, "InstanceNormalization") == 0
                                  ? LAYER_BATCH_NORM
                                  : LAYER_LAYER_NORM);
}

/* Computes the shape of a result by NumPy's broadcasting rule.  Returns false if the shapes do not
 * fit. */
static bool broadcast(const struct dims *a, const struct dims *b, struct dims *out)
{
    out->rank = a->rank > b->rank ? a->rank : b->rank;
    for (size_t i = 1; i <= out->rank; i++) {
        uint64_t x = i <= a->rank ? a->d[a->rank - i] : 1;
        uint64_t y = i <= b->rank ? b->d[b->rank - i] : 1;

        if (x != y && x != 1 && y != 1)
            return false;
        out->d[out->rank - i] = x == 1 ? y : x;
    }
    return true;
}

static double folded(const char *op, double x, double y)
{
    switch (op[0]) {
    case 'A': return x + y;
    case 'S': return x - y;
    case 'M': return x * y;
    case 'D': return y != 0 ? trunc(x / y) : 0;
    case 'm': return x < y ? x : y;
    case 'X': return x > y ? x : y;
    default: return maths_pow(x, y);
    }
}

static void constants_join(struct model *model, const struct value *a,
                           const struct value *b, const struct dims *dims)
{
    struct value out = {
        .role = ROLE_CONSTANT, .dims = *dims, .layer = NO_LAYER, .token_axis = NO_AXIS
    };
    uint64_t count = dims_elements(dims), na = dims_elements(&a->dims),
             nb = dims_elements(&b->dims);
    const char *op = strcmp(model->node->op_type, "Min") == 0   ? "min"
                     : strcmp(model->node->op_type, "Max") == 0 ? "X"
                                                                : model->node->op_type;

    out.has_numbers = a->has_numbers && b->has_numbers && count <= NUMBERS_MAX &&
                      (na == count || na == 1) && (nb == count || nb == 1) &&
                      strcmp(op, "PRelu") != 0 && strcmp(op, "Mean") != 0;
    for (uint64_t i = 0; i < count && out.has_numbers; i++)
        out.numbers[i] = folded(op, a->numbers[na == 1 ? 0 : i],
                                b->numbers[nb == 1 ? 0 : i]);
    copy_put(model, &out);
}

/* Is it a product of x and a function of x (SiLU, GELU)?  It becomes one pointwise function. */
static bool is_gate(const struct model *model, const struct value *x,
                    const struct value *function)
{
    return model->workload.layers[function->layer].kind == LAYER_ACTIVATION &&
           model->first_inputs[function->layer] == x->layer;
}

/* Makes both operands images if one is an image and the other has a token for each of its
 * positions. */
static enum status shapes_join(struct model *model, size_t left, size_t right,
                               int inputs[2])
{
    struct tensor_shape a = model->shapes[inputs[0]], b = model->shapes[inputs[1]];
    enum status status = STATUS_OK;

    if (a.is_tokens && !b.is_tokens)
        status = value_reshape(model, model->node->input[left], &b, &inputs[0]);
    if (b.is_tokens && !a.is_tokens)
        status = value_reshape(model, model->node->input[right], &a, &inputs[1]);
    return status;
}

static enum status tensors_join(struct model *model, size_t left, size_t right)
{
    const char *op = model->node->op_type;
    int inputs[2], index;
    struct value a, b;
    struct dims out;
    enum status status = value_layer(model, model->node->input[left], &inputs[0]);

    if (status == STATUS_OK)
        status = value_layer(model, model->node->input[right], &inputs[1]);
    if (status != STATUS_OK)
        return status;
    a = *node_input(model, left);
    b = *node_input(model, right);
    if (!broadcast(&a.dims, &b.dims, &out))
        return model_fail(model, "joins values whose shapes do not fit");
    if (strcmp(op, "Mul") == 0 && (is_gate(model, &a, &b) || is_gate(model, &b, &a))) {
        copy_put(model, is_gate(model, &a, &b) ? &b : &a);
        return STATUS_OK;
    }
    if (dims_elements(&a.dims) < dims_elements(&b.dims)) {
        struct value swap = a;
        size_t side = left;

        a = b;
        b = swap;
        left = right;
        right = side;
    }
    if (dims_elements(&a.dims) != dims_elements(&out))
        return model_fail(
            model, "broadcasts both activations, which a record cannot describe; must "
                   "broadcast at most one");
    inputs[0] = a.layer;
    inputs[1] = b.layer;
    if (a.layer == b.layer) {
        layer_add(model, LAYER_ACTIVATION, inputs, 1, &index);
    } else if (dims_elements(&a.dims) == dims_elements(&b.dims)) {
        status = shapes_join(model, left, right, inputs);
        layer_add(model, strcmp(op, "Mul") == 0 ? LAYER_GATE : LAYER_ADD, inputs, 2,
                  &index);
        if (strcmp(op, "Add") != 0 && strcmp(op, "Mul") != 0)
            model_note(
                model,
                "%s of two activations is written as add, which has the same accesses",
                op);
    } else {
        layer_add(model, LAYER_SCALE, inputs, 2, &index);
        if (strcmp(op, "Mul") != 0)
            model_note(
                model,
                "%s of one value per channel or position is written as scale: same "
                "accesses",
                op);
    }
    if (status == STATUS_OK)
        status = layer_done(model, index, &out);
    output_put_like(model, 0, index, &out, &a);
    return status;
}

/* An operator on more than two inputs becomes a chain of operators on two; constants are left
 * out. */
enum status convert_several(struct model *model)
{
    Onnx__NodeProto pair = *model->node;
    const Onnx__NodeProto *whole = model->node;
    char *inputs[2], *outputs[1];
    char op[16], *before = NULL;
    enum status status = needs_inputs(model, whole->n_input > 0 ? whole->n_input : 1);

    snprintf(op, sizeof op, "%s",
             strcmp(whole->op_type, "Sum") == 0 ? "Add" : whole->op_type);
    if (status == STATUS_OK && whole->n_input == 1)
        return convert_same(model);
    pair.op_type = op;
    pair.input = inputs;
    pair.output = outputs;
    pair.n_input = 2;
    pair.n_output = 1;
    for (size_t i = 1; i < whole->n_input && status == STATUS_OK; i++) {
        inputs[0] = before ? before : whole->input[0];
        inputs[1] = whole->input[i];
        before = alloc_printf("%s\x01%zu", whole->n_output ? whole->output[0] : "", i);
        model_text(model, before);
        outputs[0] = i + 1 == whole->n_input && whole->n_output ? whole->output[0]
                                                                : before;
        model->node = &pair;
        status = convert_binary(model);
        before = outputs[0];
    }
    model->node = whole;
    return status;
}

/* Is it the mean of the squares of this layer's output (for a normalisation by the root mean
 * square)? */
static bool squares(const struct model *model, int of, int layer)
{
    return model->workload.layers[of].kind == LAYER_ACTIVATION &&
           model->first_inputs[of] == layer;
}

/* Recognises a layer normalisation that is written in single steps: x - mean, the mean of its
 * square, and their quotient. */
static enum status moments_join(struct model *model, const struct value *a,
                                const struct value *b)
{
    const char *op = model->node->op_type;
    struct value out = *a;
    enum status status;
    int index;

    if (b->role != ROLE_TENSOR && b->layer == a->layer) {
        if (a->role == ROLE_CENTRED && b->role == ROLE_CENTRED && op[0] == 'M') {
            out.role = ROLE_MOMENT;
            copy_put(model, &out);
            return STATUS_OK;
        }
        if (a->role == ROLE_TENSOR && b->role == ROLE_MOMENT && op[0] == 'S') {
            out.role = ROLE_CENTRED;
            copy_put(model, &out);
            return STATUS_OK;
        }
        if (a->role == ROLE_CENTRED && b->role == ROLE_MOMENT &&
            (op[0] == 'D' || op[0] == 'M')) {
            index = out.layer;
            layer_add(model, LAYER_LAYER_NORM, &index, 1, &index);
            status = layer_done(model, index, &out.dims);
            out.role = ROLE_TENSOR;
            out.layer = index;
            copy_put(model, &out);
            return status;
        }
    }
    if (a->role == ROLE_TENSOR && b->role == ROLE_MOMENT && op[0] != 'S' &&
        squares(model, b->layer, a->layer)) {
        index = a->layer;
        if (b->layer + 1 == (int)model->workload.layers_count)
            model->workload
                .layers_count--; /* the squares are part of the normalisation */
        layer_add(model, LAYER_LAYER_NORM, &index, 1, &index);
        status = layer_done(model, index, &out.dims);
        output_put_like(model, 0, index, &out.dims, &out);
        return status;
    }
    return model_fail(
        model, "uses a mean or deviation, must be part of a layer normalisation");
}

static bool is_moment(const struct value *value)
{
    return value->role == ROLE_CENTRED || value->role == ROLE_MOMENT;
}

/* An operator with a constant operand (bias, scale, exponent) or with a mask on attention
 * scores. */
static enum status constant_join(struct model *model, struct value value,
                                 const struct value *other)
{
    struct dims dims;

    if (!broadcast(&value.dims, &other->dims, &dims))
        return model_fail(model, "joins values whose shapes do not fit");
    if (value.role == ROLE_INPUT)
        value.dims = dims;
    else if (dims_elements(&dims) != dims_elements(&value.dims))
        return model_fail(model,
                          "broadcasts an activation to a larger constant, must be the "
                          "reverse");
    if (value.role == ROLE_CENTRED && strcmp(model->node->op_type, "Pow") == 0)
        value.role = ROLE_MOMENT;
    else if (value.role == ROLE_TENSOR && (strcmp(model->node->op_type, "Pow") == 0 ||
                                           strcmp(model->node->op_type, "PRelu") == 0))
        return plain_layer(model, LAYER_ACTIVATION);
    if (value.role == ROLE_TENSOR && dims.rank != value.dims.rank)
        return model_fail(model, "changes the number of dimensions");
    copy_put(model, &value);
    return STATUS_OK;
}

enum status convert_binary(struct model *model)
{
    size_t left = strcmp(model->node->op_type, "Where") == 0, right = left + 1;
    enum status status = needs_inputs(model, right + 1);
    struct value a, b;
    struct dims dims;

    if (status != STATUS_OK)
        return status;
    a = *node_input(model, left);
    b = *node_input(model, right);
    if (a.role == ROLE_CONSTANT && b.role == ROLE_CONSTANT) {
        if (!broadcast(&a.dims, &b.dims, &dims))
            return model_fail(model, "joins values whose shapes do not fit");
        a.has_numbers &= left == 0;
        constants_join(model, &a, &b, &dims);
        return STATUS_OK;
    }
    if (b.role == ROLE_CONSTANT || (a.role == ROLE_SCORES && b.role == ROLE_INPUT))
        return constant_join(model, a, &b);
    if (a.role == ROLE_CONSTANT || (b.role == ROLE_SCORES && a.role == ROLE_INPUT))
        return constant_join(model, b, &a);
    if (a.role == ROLE_MOMENT && b.role == ROLE_TENSOR)
        return moments_join(model, &b, &a);
    if (is_moment(&a) || is_moment(&b))
        return moments_join(model, &a, &b);
    if (left != 0)
        return model_fail(model,
                          "selects between two activations, which a record cannot "
                          "hold");
    return tensors_join(model, left, right);
}

/* A mean over positions is a pool; a mean over channels begins a normalisation. */
enum status convert_reduce(struct model *model)
{
    int64_t axes[RANK_MAX];
    size_t count = node_ints(model, "axes", 1, axes), over[RANK_MAX];
    bool keeps = node_int(model, "keepdims", 1) != 0;
    enum status status = needs_inputs(model, 1);
    struct dims dims, out = { 0 };
    struct value value;
    bool reduced[RANK_MAX] = { false };
    int index;

    if (status != STATUS_OK)
        return status;
    value = *node_input(model, 0);
    dims = value.dims;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = node_axis(model, axes[i], dims.rank, &over[i]);
        if (status == STATUS_OK)
            reduced[over[i]] = true;
    }
    if (status != STATUS_OK)
        return status;
    if (is_moment(&value)) {
        value.role = ROLE_MOMENT;
        copy_put(model, &value);
        return STATUS_OK;
    }
    status = value_layer(model, model->node->input[0], &index);
    if (status != STATUS_OK)
        return status;
    value = *node_input(model, 0);
    if (count == 1 && keeps && over[0] == dims.rank - 1 &&
        dims.d[over[0]] == model->shapes[index].channels) {
        value.role = ROLE_MOMENT;
        copy_put(model, &value);
        return STATUS_OK;
    }
    for (size_t i = 0; i < dims.rank; i++)
        if (!reduced[i] || keeps)
            out.d[out.rank++] = reduced[i] ? 1 : dims.d[i];
    if (!(dims.rank == 4 && count == 2 && reduced[2] && reduced[3] &&
          !model->shapes[index].is_tokens) &&
        !(count == 1 && (int)over[0] == value.token_axis))
        return model_fail(model,
                          "is a mean that is neither over an image, nor tokens, nor "
                          "channels");
    layer_add(model, LAYER_GLOBAL_POOL, &index, 1, &index);
    status = layer_done(model, index, &out);
    output_put(model, 0, index, &out);
    return status;
}

enum status convert_shape(struct model *model)
{
    enum status status = needs_inputs(model, 1);
    struct value out = { .role = ROLE_CONSTANT,
                         .layer = NO_LAYER,
                         .token_axis = NO_AXIS,
                         .has_numbers = true };

    if (status != STATUS_OK)
        return status;
    out.dims = (struct dims){ 1, { node_input(model, 0)->dims.rank } };
    for (size_t i = 0; i < out.dims.d[0]; i++)
        out.numbers[i] = (double)node_input(model, 0)->dims.d[i];
    copy_put(model, &out);
    return STATUS_OK;
}

/* Constants of a computed shape.  Their elements are not needed. */
enum status convert_fill(struct model *model)
{
    struct value out = { .role = ROLE_CONSTANT,
                         .layer = NO_LAYER,
                         .token_axis = NO_AXIS };
    enum status status = needs_inputs(model, 1);
    int64_t extents[RANK_MAX];

    if (status != STATUS_OK)
        return status;
    out.dims.rank = 0;
    if (!node_input(model, 0)->has_numbers ||
        dims_elements(&node_input(model, 0)->dims) > RANK_MAX)
        return model_fail(model, "has a shape that is not known here");
    for (; out.dims.rank < dims_elements(&node_input(model, 0)->dims);
         out.dims.rank++) {
        extents[out.dims.rank] = (int64_t)node_input(model, 0)->numbers[out.dims.rank];
        out.dims.d[out.dims.rank] = extents[out.dims.rank] > 0
                                        ? (uint64_t)extents[out.dims.rank]
                                        : 1;
    }
    copy_put(model, &out);
    return STATUS_OK;
}
