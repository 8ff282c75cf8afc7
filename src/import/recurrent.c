/* LSTM, GRU and RNN: first one product for the inputs of all steps, then for each step a
 * product with the previous state, whose weights all steps share. */
#include "import/model.h"

#include "base/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static uint64_t gate_count(const char *op)
{
    return strcmp(op, "LSTM") == 0 ? 4 : strcmp(op, "GRU") == 0 ? 3 : 1;
}

struct recurrence {
    uint64_t steps, inputs, hidden, gates, directions;
    bool is_open; /* the number of steps is the sequence length */
};

static enum status recurrence_read(struct model *model, struct recurrence *r)
{
    const Onnx__AttributeProto *direction = node_attribute(model, "direction");
    bool is_batch_first = node_int(model, "layout", 0) == 1;
    const struct value *x = node_input(model, 0), *w = node_input(model, 1),
                       *states = node_input(model, 2);
    enum status status;

    if (!x || x->dims.rank != 3)
        return model_fail(model,
                          "takes a value of %zu dimensions, must be 3 (steps, batch, "
                          "features)",
                          x ? x->dims.rank : 0);
    status = weights_check(model, w, 3);
    if (status == STATUS_OK)
        status = weights_check(model, states, 3);
    if (status != STATUS_OK)
        return status;
    *r = (struct recurrence){
        .steps = x->dims.d[is_batch_first ? 1 : 0],
        .inputs = x->dims.d[2],
        .gates = gate_count(model->node->op_type),
        .hidden = states->dims.d[2],
        .directions = direction && direction->has_s && direction->s.len == 13 ? 2 : 1,
    };
    r->is_open = model->sequence && r->steps == model->workload.sequence_length;
    if (x->dims.d[is_batch_first ? 0 : 1] != 1)
        return model_fail(model, "has a batch of %" PRIu64 ", must be 1 (--batch-axis)",
                          x->dims.d[is_batch_first ? 0 : 1]);
    if (w->dims.d[0] != r->directions || states->dims.d[0] != r->directions ||
        w->dims.d[1] != r->gates * r->hidden ||
        states->dims.d[1] != r->gates * r->hidden || w->dims.d[2] != r->inputs)
        return model_fail(model,
                          "has weights of %" PRIu64 " x %" PRIu64 " and %" PRIu64
                          " x %" PRIu64 ", must be %" PRIu64 " gates of %" PRIu64
                          " states by %" PRIu64 " inputs and as many states",
                          w->dims.d[1], w->dims.d[2], states->dims.d[1],
                          states->dims.d[2], r->gates, r->hidden, r->inputs);
    if (!r->is_open && r->steps > 65536)
        return model_fail(model, "has %" PRIu64 " steps, must be at most 65536",
                          r->steps);
    return STATUS_OK;
}

static enum status layer_put(struct model *model, int kind, const int *from,
                             uint64_t outputs, uint64_t rows, uint64_t channels,
                             int *index)
{
    struct dims dims = { 2, { rows, channels } };

    layer_add(model, kind, from, 1, index)->outputs = outputs;
    return layer_done(model, *index, &dims);
}

/* Adds the layers of one direction over the tokens of layer `from`.  The output of *states is the
 * hidden states as tokens. */
static enum status direction_put(struct model *model, const struct recurrence *r,
                                 int from, int *states)
{
    uint64_t wide = r->gates * r->hidden;
    const struct value w = *node_input(model, 1);
    int index, first, all;
    struct layer *repeat;
    enum status status = layer_put(model, LAYER_FULLY_CONNECTED, &from, wide, r->steps,
                                   wide, &all);

    if (r->directions == 1)
        weights_share(model, all, &w);
    if (status == STATUS_OK)
        status = layer_put(model, LAYER_TAKE_TOKEN, &all, 0, 1, wide, &index);
    if (status == STATUS_OK)
        status = layer_put(model, LAYER_SLICE, &index, r->hidden, 1, r->hidden, &index);
    if (status == STATUS_OK)
        status = layer_put(model, LAYER_FULLY_CONNECTED, &index, wide, 1, wide, &first);
    if (status != STATUS_OK)
        return status;
    model->workload.layers[first].weights_of = model->workload.layers[first].name;
    index = first;
    status = layer_put(model, LAYER_ACTIVATION, &index, 0, 1, wide, &index);
    if (status == STATUS_OK)
        status = layer_put(model, LAYER_SLICE, &index, r->hidden, 1, r->hidden, &index);
    if (status != STATUS_OK)
        return status;
    if (r->is_open || r->steps > 1) {
        int last = index;

        repeat = layer_add(model, LAYER_REPEAT, &last, 1, &index);
        repeat->first = model->workload.layers[first].name;
        repeat->count = r->is_open ? 1 : r->steps;
        repeat->follows_sequence = r->is_open;
        model->shapes[index] = model->shapes[last];
    }
    return layer_put(model, LAYER_SLICE, &all, r->hidden, r->steps, r->hidden, states);
}

enum status convert_recurrent(struct model *model)
{
    bool is_batch_first = node_int(model, "layout", 0) == 1;
    struct recurrence r = { 0 };
    int from = NO_LAYER, states[2] = { NO_LAYER, NO_LAYER }, index;
    struct dims out, last;
    enum status status = recurrence_read(model, &r);

    if (status == STATUS_OK)
        status = value_tokens(model, model->node->input[0], r.inputs, 0, &from);
    if (status == STATUS_OK && model->shapes[from].width != r.steps)
        status = model_fail(model,
                            "has %" PRIu64 " steps of an input of %" PRIu64
                            " tokens, must be as many",
                            r.steps, model->shapes[from].width);
    for (uint64_t d = 0; d < r.directions && status == STATUS_OK; d++)
        status = direction_put(model, &r, from, &states[d]);
    if (status != STATUS_OK)
        return status;
    index = states[0];
    out = (struct dims){ 4, { r.steps, r.directions, 1, r.hidden } };
    if (is_batch_first)
        out = (struct dims){ 4, { 1, r.steps, r.directions, r.hidden } };
    if (r.directions == 2) {
        layer_add(model, LAYER_CONCATENATE, states, 2, &index);
        status = layer_done(model, index, &out);
    }
    output_put(model, 0, index, &out);
    if (status == STATUS_OK && model->node->n_output && *model->node->output[0])
        value_find(model, model->node->output[0])->token_axis = is_batch_first;
    last = (struct dims){ 3, { r.directions, 1, r.hidden } };
    for (size_t i = 1; i < model->node->n_output && status == STATUS_OK; i++) {
        int token;

        if (!output_is_used(model, i))
            continue;
        status = layer_put(model, LAYER_TAKE_TOKEN, &index, 0, 1,
                           r.directions * r.hidden, &token);
        output_put(model, i, token, &last);
    }
    return status;
}
