/* Makes the layers of a language model from its dimensions. */
#include "workload/workload.h"

#include "base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH_MAX = 1 << 20, LAYERS_MAX = 64 };

/* clang-format off */
static const struct field transformer_fields[] = {
    FIELD_COUNT(struct transformer, layers, REQUIRED, 1, 4096, "layers of attention and feed-forward"),
    FIELD_COUNT(struct transformer, width, REQUIRED, 1, WIDTH_MAX, "channels of a token between layers"),
    FIELD_COUNT(struct transformer, heads, REQUIRED, 1, 4096, "attention heads"),
    FIELD_COUNT(struct transformer, kv_heads, 0, 0, 4096, "heads of keys and values (0: as heads)"),
    FIELD_COUNT(struct transformer, head_width, 0, 0, WIDTH_MAX, "channels of a head (0: width over heads)"),
    FIELD_COUNT(struct transformer, feed_forward, REQUIRED, 1, WIDTH_MAX, "channels inside the feed-forward layers"),
    FIELD_FLAG(struct transformer, gated, true, "the feed-forward layers multiply two products (SwiGLU)"),
    FIELD_COUNT(struct transformer, vocabulary, REQUIRED, 1, 1 << 24, "number of different tokens"),
    FIELD_FLAG(struct transformer, tied, false, "the head uses the weights of the embedding"),
    FIELD_COUNT(struct transformer, experts, 0, 0, 65536, "experts of a feed-forward layer (0: none)"),
    FIELD_COUNT(struct transformer, experts_used, 0, 0, 65536, "experts that a token takes"),
    FIELD_COUNT(struct transformer, experts_shared, 0, 0, 65536, "further experts that all tokens take"),
    FIELD_COUNT(struct transformer, expert_feed_forward, 0, 0, WIDTH_MAX, "channels inside an expert (0: feed_forward)"),
    FIELD_COUNT(struct transformer, dense_layers, 0, 0, 4096, "layers at the beginning without experts"),
    FIELD_COUNT(struct transformer, query_rank, 0, 0, WIDTH_MAX, "latent attention: channels from which queries are computed (0: those of the token)"),
    FIELD_COUNT(struct transformer, kv_rank, 0, 0, WIDTH_MAX, "latent attention: channels stored for keys and values of all heads (0: no latent attention)"),
    FIELD_COUNT(struct transformer, rope_width, 0, 0, WIDTH_MAX, "latent attention: channels with positions, stored in addition to kv_rank"),
    FIELD_COUNT(struct transformer, value_width, 0, 0, WIDTH_MAX, "latent attention: channels of a head's values"),
};
/* clang-format on */

const struct schema transformer_schema = {
    .kind = "transformer",
    .size = sizeof(struct transformer),
    .fields = transformer_fields,
    .field_count = FIELD_COUNT_OF(transformer_fields),
};

struct list {
    struct layer *layers;
    size_t count;
};

/* Appends a layer of a kind.  An input of "" means the layer before. */
static struct layer *add(struct list *list, const char *name, const char *suffix,
                         enum layer_kind kind, const char *input)
{
    struct layer *layer = &list->layers[list->count++];

    *layer = (struct layer){
        .name = alloc_printf("%s%s", name, suffix),
        .kind = kind,
        .input = alloc_text(input),
        .stride = 1,
        .dilation = 1,
        .groups = 1,
        .heads = 1,
        .count = 1,
        .first = alloc_text(""),
        .weights_of = alloc_text(""),
        .weight_density = 1,
        .activation_density = 1,
    };
    return layer;
}

static struct layer *add_product(struct list *list, const char *name,
                                 const char *suffix, const char *input,
                                 uint64_t outputs)
{
    struct layer *layer = add(list, name, suffix, LAYER_FULLY_CONNECTED, input);

    layer->outputs = outputs;
    return layer;
}

/* Append a product that several GPUs divide by its outputs (columns) or by its inputs (rows). */
static struct layer *add_columns(struct list *list, const char *name,
                                 const char *suffix, const char *input,
                                 uint64_t outputs)
{
    struct layer *layer = add_product(list, name, suffix, input, outputs);

    layer->parallel = PARALLEL_COLUMNS;
    return layer;
}

static struct layer *add_rows(struct list *list, const char *name, const char *suffix,
                              uint64_t outputs)
{
    struct layer *layer = add_product(list, name, suffix, "", outputs);

    layer->parallel = PARALLEL_ROWS;
    return layer;
}

/* A list of names with a suffix: "a<suffix>, b<suffix>, c<suffix>". */
struct names {
    char text[192];
};

static struct names names(const char *suffix, const char *const *parts)
{
    struct names out = { "" };

    for (; *parts; parts++) {
        size_t used = strlen(out.text);

        snprintf(out.text + used, sizeof out.text - used, "%s%s%s", used ? ", " : "",
                 *parts, suffix);
    }
    return out;
}
#define NAMES(suffix, ...) \
    names(suffix, (const char *const[]){ __VA_ARGS__, NULL }).text

static void add_attention(struct list *list, const struct transformer *t,
                          const char *suffix, const char *input)
{
    uint64_t head = t->head_width ? t->head_width : t->width / t->heads;
    uint64_t kv_heads = t->kv_heads ? t->kv_heads : t->heads;
    struct layer *attention;

    add(list, "ln1", suffix, LAYER_LAYER_NORM, input);
    if (t->kv_rank) {
        /* The up-projections of keys and values are absorbed into those of queries and outputs,
         * as in decoding (DeepSeek-V2, arXiv 2405.04434, section 2.1.2). */
        uint64_t latent = t->kv_rank + t->rope_width;

        if (t->query_rank)
            add_product(list, "q.down", suffix, NAMES(suffix, "ln1"), t->query_rank);
        struct layer *nope;

        add_columns(list, "q.up", suffix,
                    t->query_rank ? NAMES(suffix, "q.down") : NAMES(suffix, "ln1"),
                    t->heads * (head + t->rope_width));
        nope = add(list, "q.nope", suffix, LAYER_SLICE, NAMES(suffix, "q.up"));
        nope->outputs = t->heads * head;
        nope->parallel = PARALLEL_COLUMNS;
        add_columns(list, "q", suffix, "", t->heads * latent)->groups = t->heads;
        add_product(list, "kv", suffix, NAMES(suffix, "ln1"), latent);
        attention = add(list, "attention", suffix, LAYER_ATTENTION,
                        NAMES(suffix, "q", "kv", "kv"));
        attention->kv_heads = 1;
        add_columns(list, "v.up", suffix, "", t->heads * t->value_width)->groups =
            t->heads;
    } else {
        add_columns(list, "q", suffix, NAMES(suffix, "ln1"), t->heads * head);
        add_columns(list, "k", suffix, NAMES(suffix, "ln1"), kv_heads * head)
            ->kv_heads = kv_heads;
        add_columns(list, "v", suffix, NAMES(suffix, "ln1"), kv_heads * head)
            ->kv_heads = kv_heads;
        attention = add(list, "attention", suffix, LAYER_ATTENTION,
                        NAMES(suffix, "q", "k", "v"));
        attention->kv_heads = kv_heads;
    }
    attention->heads = t->heads;
    attention->causal = true;
    attention->parallel = PARALLEL_COLUMNS;
    add_rows(list, "project", suffix, t->width);
}

/* Appends a feed-forward layer: products to `inner` channels and back, with experts if `experts`
 * is not 0. */
static void add_feed_forward(struct list *list, const struct transformer *t,
                             const char *suffix, const char *prefix, uint64_t inner,
                             uint64_t experts)
{
    char up[32], gate[32], act[32], down[32];
    struct layer *layer;

    snprintf(up, sizeof up, "%sup", prefix);
    snprintf(gate, sizeof gate, "%sgate", prefix);
    snprintf(act, sizeof act, "%sact", prefix);
    snprintf(down, sizeof down, "%sdown", prefix);
    layer = add_columns(list, up, suffix, NAMES(suffix, "ln2"), inner);
    layer->experts = experts;
    layer->experts_used = experts ? t->experts_used : 0;
    if (t->gated) {
        layer = add_columns(list, gate, suffix, NAMES(suffix, "ln2"), inner);
        layer->experts = experts;
        layer->experts_used = experts ? t->experts_used : 0;
        add(list, act, suffix, LAYER_GATE, NAMES(suffix, gate, up));
    } else {
        add(list, act, suffix, LAYER_ACTIVATION, "");
    }
    layer = add_rows(list, down, suffix, t->width);
    layer->experts = experts;
    layer->experts_used = experts ? t->experts_used : 0;
    layer->combines = experts > 0;
}

/* Appends `count` equal transformer layers after the layer `input`. */
static void add_blocks(struct list *list, const struct transformer *t,
                       const char *suffix, const char *input, uint64_t count,
                       bool has_experts)
{
    uint64_t expert = t->expert_feed_forward ? t->expert_feed_forward : t->feed_forward;
    struct layer *repeat;
    char first[160];

    add_attention(list, t, suffix, input);
    snprintf(first, sizeof first, "project%s, %s", suffix, input);
    add(list, "sum1", suffix, LAYER_ADD, first);
    add(list, "ln2", suffix, LAYER_LAYER_NORM, "");
    if (has_experts) {
        add_product(list, "router", suffix, NAMES(suffix, "ln2"), t->experts);
        add_feed_forward(list, t, suffix, "expert.", expert, t->experts);
        if (t->experts_shared) {
            add_feed_forward(list, t, suffix, "shared.", expert * t->experts_shared, 0);
            add(list, "experts", suffix, LAYER_ADD,
                NAMES(suffix, "expert.down", "shared.down"));
        }
    } else {
        add_feed_forward(list, t, suffix, "", t->feed_forward, 0);
    }
    snprintf(first, sizeof first, "%s, sum1%s", list->layers[list->count - 1].name,
             suffix);
    add(list, "sum2", suffix, LAYER_ADD, first);
    repeat = add(list, "decoder", suffix, LAYER_REPEAT, "");
    free((char *)repeat->first);
    repeat->first = alloc_printf("ln1%s", suffix);
    repeat->count = count;
}

static void texts_free(const struct layer *layer)
{
    free((char *)layer->name);
    free((char *)layer->input);
    free((char *)layer->first);
    free((char *)layer->weights_of);
}

static bool are_texts_equal(const struct layer *a, const struct layer *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->input, b->input) == 0 &&
           strcmp(a->first, b->first) == 0 && strcmp(a->weights_of, b->weights_of) == 0;
}

/* Updates the layers of a copy of a record whose numbers were changed.  The layers get the
 * new numbers and keep their texts, which belong to the original record. */
static enum status layers_renew(struct workload *workload, struct list *list,
                                struct error *err)
{
    bool is_same = list->count == workload->layers_count;

    for (size_t i = 0; i < list->count; i++) {
        struct layer *kept = is_same ? &workload->layers[i] : NULL, renewed;

        is_same = kept && are_texts_equal(kept, &list->layers[i]);
        renewed = list->layers[i];
        texts_free(&list->layers[i]);
        if (!is_same)
            continue;
        renewed.name = kept->name;
        renewed.input = kept->input;
        renewed.first = kept->first;
        renewed.weights_of = kept->weights_of;
        *kept = renewed;
    }
    free(list->layers);
    if (!is_same)
        return error_set(err, STATUS_INPUT,
                         "the new values change the list of layers, must change their "
                         "sizes only (make "
                         "another record instead)");
    return STATUS_OK;
}

enum status transformer_expand(struct workload *workload, struct error *err)
{
    const struct transformer *t = workload->transformer;
    struct list list = { 0 };
    bool has_experts;
    struct layer *layer;

    if (workload->transformer_count == 0)
        return STATUS_OK;
    if (workload->transformer_count > 1 ||
        (workload->layers_count > 0 && !workload->is_expanded))
        return error_set(
            err, STATUS_INPUT,
            "has %zu transformers and %zu layers, must have one transformer or "
            "layers",
            workload->transformer_count, workload->layers_count);
    has_experts = t->experts > 0;
    if (t->dense_layers > t->layers || (has_experts && t->experts_used == 0))
        return error_set(err, STATUS_INPUT,
                         "has %" PRIu64 " dense layers of %" PRIu64 " and uses %" PRIu64
                         " experts, must have fewer dense ones and use at least 1",
                         t->dense_layers, t->layers, t->experts_used);
    list.layers = alloc_array(LAYERS_MAX, sizeof *list.layers);
    add(&list, "tokens", "", LAYER_TOKEN_INPUT, "");
    layer = add(&list, "embedding", "", LAYER_EMBEDDING, "");
    layer->vocabulary = t->vocabulary;
    layer->outputs = t->width;
    if (has_experts && t->dense_layers > 0)
        add_blocks(&list, t, ".dense", "embedding", t->dense_layers, false);
    add_blocks(&list, t, "",
               has_experts && t->dense_layers > 0 ? "sum2.dense" : "embedding",
               has_experts ? t->layers - t->dense_layers : t->layers, has_experts);
    add(&list, "last", "", LAYER_TAKE_LAST, "sum2");
    add(&list, "last.ln", "", LAYER_LAYER_NORM, "");
    layer = add_columns(&list, "head", "", "", t->vocabulary);
    if (t->tied) {
        free((char *)layer->weights_of);
        layer->weights_of = alloc_text("embedding");
    }
    if (workload->is_expanded)
        return layers_renew(workload, &list, err);
    free(workload->layers); /* of a record without layers: an empty list */
    workload->layers = list.layers;
    workload->layers_count = list.count;
    workload->decodes = true;
    workload->is_expanded = true;
    return STATUS_OK;
}
