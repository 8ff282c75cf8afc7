/* Training in crossbars (src/machine/layerwise/training.c). */
#include "unit.h"

#include "machine/layerwise/layerwise.h"

static struct training_layer phases[5];
static struct training chip = { .machine = { .record = { .name = "chip" },
                                             .family = FAMILY_TRAINING },
                                .workload = "net",
                                .batch = 4,
                                .batches = 2,
                                .layers = phases,
                                .layers_count = 5 };
static const struct machine *const machine = &chip.machine;

static enum status train(int learning, uint64_t batch, struct layerwise_result *network)
{
    struct mac_layer layer[5];
    size_t number[] = { 1, 2, 3, 4, 5 };
    const struct mac_layers layers = { .layers = layer, .number = number, .count = 5 };
    const struct layerwise_request request = { .machine = machine,
                                               .layers = &layers,
                                               .bits = 8,
                                               .workload = "net",
                                               .learning = learning };

    for (size_t i = 0; i < 5; i++)
        layer[i] = (struct mac_layer){ .batch = batch,
                                       .groups = 1,
                                       .channels = 8,
                                       .filters = 8,
                                       .kernel_height = 1,
                                       .kernel_width = 1,
                                       .out_height = 1,
                                       .out_width = 1 };
    return layerwise_network(&request, network, NULL);
}

static void identical_layers_without_forward_pass_give_n(void)
{
    struct layerwise_result back, direct;

    for (size_t i = 0; i < 5; i++)
        phases[i] =
            (struct training_layer){ .activation_s = 1, .weight_s = 2, .update_s = 1 };
    CU_ASSERT_EQUAL_FATAL(train(LEARNING_BACKPROPAGATION, 4, &back), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(train(LEARNING_FEEDBACK_ALIGNMENT, 4, &direct), STATUS_OK);
    CU_ASSERT_EQUAL(back.latency_s, 5 * direct.latency_s);
}

/* Forward as long as the rest: 2 N / (N + 1). */
static void the_forward_pass_halves_the_gain(void)
{
    struct layerwise_result back, direct;

    for (size_t i = 0; i < 5; i++)
        phases[i] = (struct training_layer){ .forward_s = 4,
                                             .activation_s = 1,
                                             .weight_s = 2,
                                             .update_s = 1,
                                             .forward_j = 3 };
    train(LEARNING_BACKPROPAGATION, 4, &back);
    train(LEARNING_FEEDBACK_ALIGNMENT, 4, &direct);
    ASSERT_NEAR(back.latency_s / direct.latency_s, 10.0 / 6, 1e-12);
    ASSERT_NEAR(back.latency_s, 5 * 8 / 2.0, 1e-12); /* of two batches */
    ASSERT_NEAR(direct.energy_j, 5 * 3 / 2.0, 1e-12);
}

static void the_slowest_layer_decides(void)
{
    struct layerwise_result direct;

    for (size_t i = 0; i < 5; i++)
        phases[i] = (struct training_layer){ .weight_s = 1 };
    phases[3].weight_s = 9;
    train(LEARNING_FEEDBACK_ALIGNMENT, 4, &direct);
    ASSERT_NEAR(direct.backward_s, 4.5, 1e-12);
}

static void what_was_not_simulated_is_infeasible(void)
{
    struct layerwise_result network;

    CU_ASSERT_EQUAL(train(LEARNING_BACKPROPAGATION, 8, &network), STATUS_INFEASIBLE);
    chip.layers_count = 4;
    CU_ASSERT_EQUAL(train(LEARNING_BACKPROPAGATION, 4, &network), STATUS_INFEASIBLE);
    chip.layers_count = 5;
}

SUITE(layerwise_training, TEST(identical_layers_without_forward_pass_give_n),
      TEST(the_forward_pass_halves_the_gain), TEST(the_slowest_layer_decides),
      TEST(what_was_not_simulated_is_infeasible));
