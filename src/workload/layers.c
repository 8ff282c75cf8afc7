/* The schema of workload records, and the words of their enumerations. */
#include "workload/workload.h"

const struct word phase_words[] = {
    { "inference", PHASE_INFERENCE },
    { "training", PHASE_TRAINING },
    { "decode", PHASE_DECODE },
    { NULL, 0 },
};

static const struct word parallel_words[] = {
    { "whole", PARALLEL_WHOLE },
    { "columns", PARALLEL_COLUMNS },
    { "rows", PARALLEL_ROWS },
    { NULL, 0 },
};

/* clang-format off */
const struct word layer_kind_words[] = {
    { "input", LAYER_INPUT },
    { "token-input", LAYER_TOKEN_INPUT },
    { "convolution", LAYER_CONVOLUTION },
    { "transposed-convolution", LAYER_TRANSPOSED },
    { "fully-connected", LAYER_FULLY_CONNECTED },
    { "gemm", LAYER_GEMM },
    { "attention", LAYER_ATTENTION },
    { "max-pool", LAYER_MAX_POOL },
    { "average-pool", LAYER_AVERAGE_POOL },
    { "global-pool", LAYER_GLOBAL_POOL },
    { "activation", LAYER_ACTIVATION },
    { "dropout", LAYER_DROPOUT },
    { "lrn", LAYER_LRN },
    { "batch-norm", LAYER_BATCH_NORM },
    { "layer-norm", LAYER_LAYER_NORM },
    { "softmax", LAYER_SOFTMAX },
    { "concatenate", LAYER_CONCATENATE },
    { "add", LAYER_ADD },
    { "gate", LAYER_GATE },
    { "scale", LAYER_SCALE },
    { "upsample", LAYER_UPSAMPLE },
    { "slice", LAYER_SLICE },
    { "embedding", LAYER_EMBEDDING },
    { "tokenize", LAYER_TOKENIZE },
    { "to-image", LAYER_TO_IMAGE },
    { "take-token", LAYER_TAKE_TOKEN },
    { "take-last", LAYER_TAKE_LAST },
    { "grid", LAYER_GRID },
    { "stencil", LAYER_STENCIL },
    { "smooth", LAYER_SMOOTH },
    { "coarsen", LAYER_COARSEN },
    { "refine", LAYER_REFINE },
    { "dot", LAYER_DOT },
    { "repeat", LAYER_REPEAT },
    { NULL, 0 },
};

enum { DIMENSION_MAX = 1 << 24 };

static const struct field layer_fields[] = {
    FIELD_TEXT(struct layer, name, NULL, "name by which other layers refer to it"),
    FIELD_WORD(struct layer, kind, layer_kind_words, REQUIRED, "what the layer does"),
    FIELD_TEXT(struct layer, input, "", "names of the layers that are its inputs, separated by commas (absent: the layer before)"),
    FIELD_COUNT(struct layer, channels, 0, 0, DIMENSION_MAX, "input: channels; token-input: features of a token (0: the number of the token); elsewhere: input channels to check (0: no check)"),
    FIELD_COUNT(struct layer, height, 0, 0, DIMENSION_MAX, "input, to-image: rows of the image"),
    FIELD_COUNT(struct layer, width, 0, 0, DIMENSION_MAX, "input, to-image: columns of the image; grid: unknowns per direction (0: sequence length)"),
    FIELD_COUNT(struct layer, outputs, 0, 0, DIMENSION_MAX, "output channels"),
    FIELD_COUNT(struct layer, kernel, 0, 0, 1024, "window height"),
    FIELD_COUNT(struct layer, kernel_width, 0, 0, 1024, "window width (0: as kernel)"),
    FIELD_COUNT(struct layer, stride, 1, 1, 1024, "step of the window"),
    FIELD_COUNT(struct layer, stride_width, 0, 0, 1024, "step along a row (0: as stride)"),
    FIELD_COUNT(struct layer, pad, 0, 0, 1024, "rows and columns added at each edge"),
    FIELD_COUNT(struct layer, pad_top, 0, 0, 1024, "rows added at the top besides pad"),
    FIELD_COUNT(struct layer, pad_left, 0, 0, 1024, "columns added on the left besides pad"),
    FIELD_COUNT(struct layer, pad_bottom, 0, 0, 1024, "rows added at the bottom besides pad"),
    FIELD_COUNT(struct layer, pad_right, 0, 0, 1024, "columns added on the right besides pad"),
    FIELD_COUNT(struct layer, output_pad, 0, 0, 1024, "transposed-convolution: rows added at the bottom of its output"),
    FIELD_COUNT(struct layer, output_pad_width, 0, 0, 1024, "transposed-convolution: columns added on the right of its output"),
    FIELD_COUNT(struct layer, dilation, 1, 1, 1024, "convolutions: distance between the rows, and columns, of a window"),
    FIELD_COUNT(struct layer, groups, 1, 1, DIMENSION_MAX, "channel groups convolved separately"),
    FIELD_FLAG(struct layer, ceil, 0, "a last window may extend beyond the edge"),
    FIELD_FLAG(struct layer, follows_sequence, 0, "input, to-image: its width is the sequence length; repeat: its count"),
    FIELD_COUNT(struct layer, tokens, 0, 0, DIMENSION_MAX, "token-input: tokens (0: sequence length); tokenize: tokens put first"),
    FIELD_COUNT(struct layer, heads, 1, 1, 4096, "attention heads"),
    FIELD_COUNT(struct layer, kv_heads, 0, 0, 4096, "heads of keys and values (0: as heads)"),
    FIELD_FLAG(struct layer, causal, 0, "attention: a token attends to itself and those before it"),
    FIELD_FLAG(struct layer, resident, 0, "token-input: layers before, not in the list, left it in memory and learn from it"),
    FIELD_FLAG(struct layer, dropout, 0, "attention: in training some probabilities are left out"),
    FIELD_WORD(struct layer, parallel, parallel_words, PARALLEL_WHOLE, "what of it each of several GPUs takes: columns (of its outputs), rows (of its inputs), or the whole"),
    FIELD_COUNT(struct layer, experts, 0, 0, 65536, "fully-connected: products to choose from for each token (0: one for all)"),
    FIELD_COUNT(struct layer, experts_used, 0, 0, 65536, "of the experts, those that a token takes"),
    FIELD_FLAG(struct layer, combines, 0, "experts: each takes its part of the input, and the results are added up"),
    FIELD_COUNT(struct layer, vocabulary, 0, 0, DIMENSION_MAX, "embedding: rows of the table"),
    FIELD_COUNT(struct layer, m, 0, 0, DIMENSION_MAX, "gemm: rows of the product"),
    FIELD_COUNT(struct layer, n, 0, 0, DIMENSION_MAX, "gemm: columns of the product"),
    FIELD_COUNT(struct layer, k, 0, 0, DIMENSION_MAX, "gemm: depth of the product"),
    FIELD_COUNT(struct layer, count, 1, 1, 65536, "gemm: products; repeat: times in all"),
    FIELD_TEXT(struct layer, first, "", "repeat: first layer repeated"),
    FIELD_TEXT(struct layer, weights_of, "", "layer whose weights it shares (its own name: repetitions share them)"),
    FIELD_NUMBER(struct layer, weight_density, "1", 1, 1e-4, 1, "share of its weights that are not zero"),
    FIELD_NUMBER(struct layer, activation_density, "1", 1, 1e-4, 1, "share of its inputs that are not zero"),
};

static const struct schema layer_schema = {
    .kind = "layer",
    .size = sizeof(struct layer),
    .fields = layer_fields,
    .field_count = FIELD_COUNT_OF(layer_fields),
};

static const struct field given_miss_fields[] = {
    FIELD_NUMBER(struct given_miss, capacity_bytes, "byte", REQUIRED, 1, 1e15, "of the cache"),
    FIELD_NUMBER(struct given_miss, miss_ratio, "1", REQUIRED, 0, 1, "misses over accesses"),
};

static const struct schema given_miss_schema = {
    .kind = "miss ratio",
    .size = sizeof(struct given_miss),
    .fields = given_miss_fields,
    .field_count = FIELD_COUNT_OF(given_miss_fields),
};

static const struct field workload_fields[] = {
    FIELD_TEXT(struct workload, summary, "", "summary in one line"),
    FIELD_LIST(struct workload, layers, &layer_schema, "layers in order of execution"),
    FIELD_LIST(struct workload, transformer, &transformer_schema, "instead of layers: a language model by its numbers"),
    FIELD_FLAG(struct workload, decodes, 0, "has the phase decode: makes one token at a time from those before"),
    FIELD_COUNT(struct workload, sequence_length, 128, 1, 1 << 20, "tokens (solvers: unknowns per direction) where a sweep gives none"),
    FIELD_COUNT(struct workload, published_macs, 0, 0, 1e15, "multiply-accumulates per sample as published (0: not known)"),
    FIELD_COUNT(struct workload, published_weights, 0, 0, 1e15, "weights as published (0: not known)"),
    FIELD_NUMBER(struct workload, given_reads, "1", 0, 0, 1e18, "instead of layers: reads of the last-level cache per run"),
    FIELD_NUMBER(struct workload, given_writes, "1", 0, 0, 1e18, "and writes"),
    FIELD_NUMBER(struct workload, given_access_bytes, "byte", 32, 1, 4096, "size of such an access; accesses to lines are counted by their bytes"),
    FIELD_NUMBER(struct workload, given_run_s, "s", 1, 1e-12, 1e9, "time of the run without memory stalls; 1 s: counts are rates"),
    FIELD_LIST(struct workload, given_misses, &given_miss_schema, "miss ratios at capacities; none: nothing misses"),
};
/* clang-format on */

bool workload_starts_inside(const struct layer *layer)
{
    return layer->kind == LAYER_TOKEN_INPUT && layer->resident;
}

bool workload_is_given(const struct workload *workload)
{
    return workload->given_reads > 0 || workload->given_writes > 0;
}

/* Checks that capacities rise and miss ratios do not. */
static enum status given_check(const struct workload *workload, struct error *err)
{
    const struct given_miss *misses = workload->given_misses;

    if (workload->layers_count > 0)
        return error_set(err, STATUS_INPUT,
                         "has layers and given_reads or given_writes, must have one of "
                         "the two");
    for (size_t i = 1; i < workload->given_misses_count; i++)
        if (misses[i].capacity_bytes <= misses[i - 1].capacity_bytes ||
            misses[i].miss_ratio > misses[i - 1].miss_ratio)
            return error_set(
                err, STATUS_INPUT,
                "given_misses must be in order of capacity, with miss ratios "
                "that do not rise");
    return STATUS_OK;
}

/* Checks every shape by building the graph. */
static enum status workload_finish(void *record, struct error *err)
{
    struct graph graph;
    enum status status;

    if (workload_is_given(record))
        return given_check(record, err);
    status = transformer_expand(record, err);
    if (status == STATUS_OK)
        status = graph_create(&graph, record, PHASE_INFERENCE, 0, err);

    if (status == STATUS_OK)
        graph_free(&graph);
    return status;
}

const struct schema workload_schema = {
    .kind = "workload",
    .folder = "workloads",
    .size = sizeof(struct workload),
    .fields = workload_fields,
    .field_count = FIELD_COUNT_OF(workload_fields),
    .finish = workload_finish,
};
