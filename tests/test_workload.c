#include "unit.h"

#include "base/memory.h"
#include "config/library.h"
#include "workload/workload.h"

#include <stdlib.h>
#include <string.h>

#define LAYER(name_, kind_, ...)                  \
    {                                             \
        .name = name_, .kind = kind_, __VA_ARGS__ \
    }

/* A workload of layers written in C, completed by what schemas give absent members. */
static struct workload workload_of(struct layer *layers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct layer *layer = &layers[i];

        layer->input = layer->input ? layer->input : "";
        layer->first = layer->first ? layer->first : "";
        layer->weights_of = layer->weights_of ? layer->weights_of : "";
        layer->stride = layer->stride ? layer->stride : 1;
        layer->dilation = layer->dilation ? layer->dilation : 1;
        layer->groups = layer->groups ? layer->groups : 1;
        layer->heads = layer->heads ? layer->heads : 1;
        layer->count = layer->count ? layer->count : 1;
    }
    return (struct workload){ .layers = layers,
                              .layers_count = count,
                              .sequence_length = 16 };
}

static void shapes_follow_from_inputs(void)
{
    /* AlexNet's first layers: 227 -> (227 - 11) / 4 + 1 = 55 -> ceil(52 / 2) + 1 = 27 */
    struct layer layers[] = {
        LAYER("data", LAYER_INPUT, .channels = 3, .height = 227, .width = 227),
        LAYER("conv", LAYER_CONVOLUTION, .outputs = 96, .kernel = 11, .stride = 4),
        LAYER("pool", LAYER_MAX_POOL, .kernel = 3, .stride = 2, .ceil = true),
        LAYER("fc", LAYER_FULLY_CONNECTED, .outputs = 10),
    };
    struct workload workload = workload_of(layers, 4);
    struct graph graph;

    CU_ASSERT_EQUAL_FATAL(graph_create(&graph, &workload, PHASE_INFERENCE, 0, NULL),
                          STATUS_OK);
    CU_ASSERT_EQUAL(graph.operations[1].out.height, 55);
    CU_ASSERT_EQUAL(graph.operations[1].weights, 96 * 3 * 11 * 11);
    CU_ASSERT_EQUAL(graph.operations[1].macs, 96 * 3 * 11 * 11 * 55 * 55);
    CU_ASSERT_EQUAL(graph.operations[2].out.width, 27);
    CU_ASSERT_EQUAL(graph.operations[3].weights, 96 * 27 * 27 * 10);
    graph_free(&graph);
}

static void repetitions_chain_and_keep_their_skips(void)
{
    /* Each time round the sum takes what came in; the last layer adds the first. */
    struct layer layers[] = {
        LAYER("data", LAYER_INPUT, .channels = 8, .height = 4, .width = 4),
        LAYER("conv", LAYER_CONVOLUTION, .outputs = 8, .kernel = 3, .pad = 1),
        LAYER("sum", LAYER_ADD, .input = "conv, data"),
        LAYER("again", LAYER_REPEAT, .first = "conv", .count = 3),
        LAYER("out", LAYER_ADD, .input = "again, data"),
    };
    struct workload workload = workload_of(layers, 5);
    struct graph graph;

    CU_ASSERT_EQUAL_FATAL(graph_create(&graph, &workload, PHASE_INFERENCE, 0, NULL),
                          STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(graph.count, 8);
    CU_ASSERT_EQUAL(graph.operations[3].inputs[0],
                    2); /* second conv, of the first sum */
    CU_ASSERT_EQUAL(graph.operations[4].inputs[0], 3);
    CU_ASSERT_EQUAL(graph.operations[4].inputs[1], 2);
    CU_ASSERT_EQUAL(graph.operations[6].inputs[1], 4);
    CU_ASSERT_EQUAL(graph.operations[7].inputs[0], 6);
    CU_ASSERT_EQUAL(graph.operations[7].inputs[1], 0);
    CU_ASSERT_EQUAL(graph.operations[0].consumers, 3);
    CU_ASSERT_EQUAL(graph_totals(&graph).weights, 3 * 8 * 8 * 9);
    graph_free(&graph);
}

static void concatenation_grows_through_repetitions(void)
{
    struct layer layers[] = {
        LAYER("data", LAYER_INPUT, .channels = 16, .height = 4, .width = 4),
        LAYER("conv", LAYER_CONVOLUTION, .outputs = 4, .kernel = 1),
        LAYER("join", LAYER_CONCATENATE, .input = "data, conv"),
        LAYER("dense", LAYER_REPEAT, .first = "conv", .count = 5),
    };
    struct workload workload = workload_of(layers, 4);
    struct graph graph;

    CU_ASSERT_EQUAL_FATAL(graph_create(&graph, &workload, PHASE_INFERENCE, 0, NULL),
                          STATUS_OK);
    CU_ASSERT_EQUAL(graph.operations[graph.count - 1].out.channels, 16 + 5 * 4);
    graph_free(&graph);
}

static void layers_that_do_not_fit_are_refused_with_what_would(void)
{
    static const struct {
        struct layer layer;
        const char *words;
    } cases[] = {
        { LAYER("x", LAYER_CONVOLUTION, .outputs = 4, .kernel = 3, .channels = 5),
          "'x' has 5 input channels, must be 8 (the output of 'data' is 8x6x6)" },
        { LAYER("x", LAYER_CONVOLUTION, .outputs = 4, .kernel = 9),
          "window of 9x9 on an input of 8x6x6, must fit" },
        { LAYER("x", LAYER_CONVOLUTION, .outputs = 4, .kernel = 3, .groups = 3),
          "3 groups for 8 inputs and 4 outputs, must divide both" },
        { LAYER("x", LAYER_CONVOLUTION, .kernel = 3), "has no outputs" },
        { LAYER("x", LAYER_ADD, .input = "dat"),
          "'dat', which is not a layer; did you mean 'data'?" },
        { LAYER("x", LAYER_ADD, .input = "x"),
          "comes later, must be an earlier layer" },
        { LAYER("x", LAYER_ADD), "has one input, must have two" },
        { LAYER("data", LAYER_ACTIVATION), "two layers named 'data'" },
        { LAYER("x", LAYER_ATTENTION), "must have query, key and value" },
        { LAYER("x", LAYER_REPEAT, .first = "nothing", .count = 2),
          "must name an earlier layer" },
        { LAYER("x", LAYER_TAKE_TOKEN), "must have tokens" },
        { LAYER("x", LAYER_SLICE, .outputs = 9), "takes 9 channels of 8x6x6" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct layer layers[] = {
            LAYER("data", LAYER_INPUT, .channels = 8, .height = 6, .width = 6),
            cases[i].layer,
        };
        struct workload workload = workload_of(layers, 2);
        struct error err = { "" };
        struct graph graph;

        CU_ASSERT_EQUAL(graph_create(&graph, &workload, PHASE_INFERENCE, 0, &err),
                        STATUS_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, cases[i].words));
    }
}

static void tokens_and_context_follow_phase_and_sequence(void)
{
    struct layer layers[] = {
        LAYER("tokens", LAYER_TOKEN_INPUT),
        LAYER("table", LAYER_EMBEDDING, .vocabulary = 100, .outputs = 32),
        LAYER("attention", LAYER_ATTENTION, .input = "table, table, table", .heads = 4),
    };
    struct workload workload = workload_of(layers, 3);
    struct graph graph;

    CU_ASSERT_EQUAL_FATAL(graph_create(&graph, &workload, PHASE_INFERENCE, 64, NULL),
                          STATUS_OK);
    CU_ASSERT_EQUAL(graph.operations[2].macs, 2 * 64 * 64 * 32);
    graph_free(&graph);
    workload.decodes = true;
    CU_ASSERT_EQUAL_FATAL(graph_create(&graph, &workload, PHASE_DECODE, 64, NULL),
                          STATUS_OK);
    CU_ASSERT_EQUAL(graph.operations[2].macs, 2 * 1 * 64 * 32);
    graph_free(&graph);
    workload.decodes = false;
    CU_ASSERT_EQUAL(graph_create(&graph, &workload, PHASE_DECODE, 64, NULL),
                    STATUS_INFEASIBLE);
}

/* Multiply-accumulates and weights of one sample.  The records' own figures say the same;
 * these are typed in apart from them. */
static const struct {
    const char *name;
    double macs, weights, tolerance;
    const char *source;
} published[] = {
    { "alexnet", 724.4e6, 60.95e6, 1e-3, "Sze et al. 2017: 724 M, 61 M with biases" },
    { "googlenet", 1.583e9, 6.99e6, 1e-3, "Caffe bvlc_googlenet" },
    { "vgg16", 15.47e9, 138.34e6, 1e-3, "Sze et al. 2017: 15.5 G, 138 M" },
    { "vgg19", 19.63e9, 143.65e6, 1e-3, "Simonyan and Zisserman: 144 M" },
    { "resnet18", 1.814e9, 11.69e6, 1e-3, "torchvision" },
    { "resnet50", 4.089e9, 25.56e6, 1e-3, "torchvision" },
    { "resnet152", 11.514e9, 60.19e6, 1e-3, "torchvision" },
    { "squeezenet", 837e6, 1.248e6, 6e-3,
      "convnet-burden; paper: 1,248,424 with biases" },
    { "mobilenet-v2", 300.8e6, 3.505e6, 1e-3, "torchvision; paper: 300 M, 3.4 M" },
    { "mobilenet-v3", 216.6e6, 5.483e6, 2e-3, "torchvision; paper: 219 M, 5.4 M" },
    { "densenet201", 4.291e9, 20.01e6, 1e-3, "torchvision" },
    { "tiny-yolo", 3.485e9, 15.87e6, 1e-3, "darknet: 6.97 G operations" },
    { "vgg8-cifar", 615.9e6, 12.97e6, 1e-3, "NeuroSim V1.4" },
    { "vgg19-cifar", 417.0e6, 38.93e6, 1e-3, "SpinalNet's code" },
    { "spinalvgg", 399.5e6, 21.35e6, 1e-3, "SpinalNet's code" },
    { "cct-7-3x1", 1.19e9, 3.76e6, 25e-3,
      "arXiv 2104.05704: with position embedding, biases" },
    { "bert-base", 11.25e9, 109e6, 1e-2, "MobileBERT table 4: 22.5 G operations" },
    { "gpt2-medium", 93.7e9, 354.8e6, 5e-3,
      "CiMLoop; 354.8 M with positions and biases" },
    { "vit-b16", 17.56e9, 86.57e6, 5e-3, "torchvision: with positions and biases" },
};

static void networks_have_their_published_totals(void)
{
    char *folder = library_default_folder();
    const char *folders[] = { folder };
    struct record_table table = { 0 };
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(record_table_read(folders, 1, &workload_schema, &table, &err),
                          STATUS_OK);
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        const struct workload *workload = NULL;
        struct workload_totals totals;
        struct graph graph;

        for (size_t w = 0; w < table.count; w++)
            if (!strcmp(((struct workload *)table.records[w])->record.name,
                        published[i].name))
                workload = table.records[w];
        CU_ASSERT_PTR_NOT_NULL_FATAL(workload);
        CU_ASSERT_EQUAL_FATAL(graph_create(&graph, workload, PHASE_INFERENCE, 0, &err),
                              STATUS_OK);
        totals = graph_totals(&graph);
        ASSERT_NEAR((double)totals.macs, published[i].macs, published[i].tolerance);
        ASSERT_NEAR((double)totals.weights, published[i].weights,
                    published[i].tolerance);
        graph_free(&graph);
    }
    record_table_free(&table);
    free(folder);
}

SUITE(workload, TEST(shapes_follow_from_inputs),
      TEST(repetitions_chain_and_keep_their_skips),
      TEST(concatenation_grows_through_repetitions),
      TEST(layers_that_do_not_fit_are_refused_with_what_would),
      TEST(tokens_and_context_follow_phase_and_sequence),
      TEST(networks_have_their_published_totals));
