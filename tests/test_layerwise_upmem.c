/* UPMEM (src/machine/layerwise/upmem.c), and the roofline beside it (src/machine/layerwise/host.c). */
#include "unit.h"

#include "machine/layerwise/layerwise.h"

#include <math.h>

static struct upmem_operation arithmetic[] = {
    { .operation = OPERATION_ADD, .bits = 32, .instructions = 6 },
    { .operation = OPERATION_MULTIPLY, .bits = 32, .instructions = 34 },
};
static struct upmem dpus = {
    .machine = { .record = { .name = "upmem" }, .family = FAMILY_UPMEM },
    .clock_hz = 350e6,
    .dpus = 2556,
    .tasklets = 16,
    .issue_cycles = 11,
    .memory_bytes = 67108864,
    .scratchpad_bytes = 65536,
    .read_cycles = 77,
    .write_cycles = 61,
    .cycles_per_byte = 0.5,
    .transfer_bytes = 1024,
    .broadcast_bytes_per_s = 16.88e9,
    .scatter_bytes_per_s = 6.68e9,
    .gather_bytes_per_s = 4.74e9,
    .power_w = 383,
    .operations = arithmetic,
    .operations_count = 2,
};
static const struct machine *const machine = &dpus.machine;

static struct host gpu = {
    .machine = { .record = { .name = "gpu" }, .family = FAMILY_HOST },
    .memory_bytes = 12e9,
    .bytes_per_s = 600e9,
    .oversubscribed_bytes_per_s = 3e9,
    .macs_hz = 7e12,
    .rate_share = 1,
    .bandwidth_share = 1,
    .power_w = 250,
};
static const struct machine *const beside = &gpu.machine;

static double add_hz(uint64_t tasklets)
{
    const struct operation_request request = { .machine = machine,
                                               .operation = OPERATION_ADD,
                                               .bits = 32 };
    struct operation_result answer = { .throughput_hz = NAN };

    dpus.tasklets = tasklets;
    dpus.active_dpus = 1;
    operation_evaluate(&request, &answer, NULL);
    dpus.tasklets = 16;
    dpus.active_dpus = 0;
    return answer.throughput_hz;
}

/* Instructions of one tasklet are 11 cycles apart, so eleven fill the pipeline. */
static void eleven_tasklets_fill_the_pipeline(void)
{
    ASSERT_NEAR(add_hz(1), 350e6 / 6 / 11, 1e-12);
    ASSERT_NEAR(add_hz(10), 10 * add_hz(1), 1e-12);
    ASSERT_NEAR(add_hz(11), 350e6 / 6, 1e-12);
    ASSERT_NEAR(add_hz(24), add_hz(11), 1e-12);
}

/* 77 + 0.5 x 2048 cycles, and 61 + 0.5 x 8. */
static void memory_takes_a_start_and_half_a_cycle_per_byte(void)
{
    struct operation_request request = { .machine = machine,
                                         .operation = OPERATION_MEMORY_READ,
                                         .elements = 2048 };
    struct operation_result answer;

    CU_ASSERT_EQUAL_FATAL(operation_evaluate(&request, &answer, NULL), STATUS_OK);
    ASSERT_NEAR(answer.latency_s, 1101 / 350e6, 1e-12);
    ASSERT_NEAR(answer.bytes_per_s, 651.0e6, 1e-4);
    request.operation = OPERATION_MEMORY_WRITE;
    request.elements = 8;
    CU_ASSERT_EQUAL_FATAL(operation_evaluate(&request, &answer, NULL), STATUS_OK);
    ASSERT_NEAR(answer.latency_s, 65 / 350e6, 1e-12);
    request.elements = 12;
    CU_ASSERT_EQUAL(operation_evaluate(&request, &answer, NULL), STATUS_INFEASIBLE);
}

/* n x k times a vector on a machine. */
static enum status gemv(const struct machine *of, uint64_t n, uint64_t k,
                        uint64_t units, struct layerwise_result *network)
{
    struct mac_layer layer = mac_layer_product(1, n, k, 1);
    size_t number = 1;
    const struct mac_layers layers = { .layers = &layer,
                                       .number = &number,
                                       .count = 1 };
    const struct layerwise_request request = { .machine = of,
                                               .layers = &layers,
                                               .bits = 32 };
    enum status status;

    dpus.active_dpus = units;
    status = layerwise_network(&request, network, NULL);
    dpus.active_dpus = 0;
    return status;
}

/* 65 rows of 4096 on the fullest of 2556 DPUs, 40 instructions each: 30.4 ms.  Memory:
 * 1040 transfers of 1 KiB, 589 cycles each: 1.75 ms. */
static void a_matrix_times_a_vector_is_limited_by_arithmetic(void)
{
    struct layerwise_result network;

    CU_ASSERT_EQUAL_FATAL(gemv(machine, 163840, 4096, 0, &network), STATUS_OK);
    ASSERT_NEAR(network.compute_s, 65 * 4096 * 40 / 350e6, 1e-12);
    ASSERT_NEAR(network.memory_s, 65 * 16 * 589 / 350e6, 1e-12);
    ASSERT_NEAR(network.input_s, 2556 * 16384 / 16.88e9, 1e-12);
    ASSERT_NEAR(network.output_s, 163840 * 4 / 4.74e9, 1e-12);
    ASSERT_NEAR(network.latency_s,
                network.compute_s + network.input_s + network.output_s, 1e-12);
    ASSERT_NEAR(network.energy_j, 383 * network.latency_s, 1e-12);
}

/* 512 groups of one filter of 9 weights over 14 x 14 pixels: every DPU of 512 has a
 * group, its own inputs and all its pixels. */
static void groups_are_dealt_to_dpus(void)
{
    struct mac_layer layer = {
        .batch = 1,
        .groups = 512,
        .channels = 1,
        .filters = 1,
        .in_height = 14,
        .in_width = 14,
        .kernel_height = 3,
        .kernel_width = 3,
        .stride = 1,
        .out_height = 14,
        .out_width = 14,
    };
    size_t number = 1;
    const struct mac_layers layers = { .layers = &layer,
                                       .number = &number,
                                       .count = 1 };
    const struct layerwise_request request = { .machine = machine,
                                               .layers = &layers,
                                               .bits = 32 };
    struct layerwise_result network;

    dpus.active_dpus = 512;
    CU_ASSERT_EQUAL_FATAL(layerwise_network(&request, &network, NULL), STATUS_OK);
    dpus.active_dpus = 0;
    ASSERT_NEAR(network.macs, 512.0 * 196 * 9, 1e-12);
    ASSERT_NEAR(network.compute_s, 196 * 9 * 40 / 350e6, 1e-12);
    ASSERT_NEAR(network.input_s, 512 * 196 * 9 * 4 / 6.68e9, 1e-12);
}

/* 64 MiB a DPU: 4096 x 4096 words fill one exactly. */
static void weights_must_fit(void)
{
    struct layerwise_result network = { .macs = 7 };

    CU_ASSERT_EQUAL(gemv(machine, 4096, 4096, 1, &network), STATUS_OK);
    network.macs = 7;
    CU_ASSERT_EQUAL(gemv(machine, 4097, 4096, 1, &network), STATUS_INFEASIBLE);
    CU_ASSERT_EQUAL(network.macs, 7);
    dpus.active_dpus = 2557;
    CU_ASSERT_EQUAL(upmem_family.check(machine, NULL), STATUS_INPUT);
    dpus.active_dpus = 2556;
    CU_ASSERT_EQUAL(upmem_family.check(machine, NULL), STATUS_OK);
    dpus.active_dpus = 0;
}

/* Attention multiplies activations: both operands are sent, none is a weight. */
static void a_streamed_operand_is_no_weight(void)
{
    struct mac_layer layers_[2] = { mac_layer_product(1, 4096, 4096, 1),
                                    mac_layer_product(1, 4096, 4096, 1) };
    size_t numbers[2] = { 1, 2 };
    const struct mac_layers layers = { .layers = layers_,
                                       .number = numbers,
                                       .count = 2 };
    const struct machine *const machines[] = { machine, beside };

    layers_[1].streams_weights = true;
    for (int m = 0; m < 2; m++) {
        const struct layerwise_request request = { .machine = machines[m],
                                                   .layers = &layers,
                                                   .bits = 32 };
        struct layerwise_result network = { .macs = 0 };

        dpus.active_dpus = 1;
        CU_ASSERT_EQUAL(layerwise_network(&request, &network, NULL), STATUS_OK);
        dpus.active_dpus = 0;
        CU_ASSERT_EQUAL(network.weight_bytes, 4096.0 * 4096 * 4);
        CU_ASSERT_EQUAL(network.macs, 2 * 4096.0 * 4096);
    }
}

static void a_gpu_slows_down_when_its_memory_is_full(void)
{
    struct layerwise_result fits, exceeds;

    CU_ASSERT_EQUAL(gemv(beside, 700000, 4096, 0, &fits), STATUS_OK); /* 11.5 GB */
    CU_ASSERT_EQUAL(gemv(beside, 800000, 4096, 0, &exceeds), STATUS_OK);
    ASSERT_NEAR(fits.latency_s, (700000.0 * 4096 + 704096) * 4 / 600e9, 1e-12);
    ASSERT_NEAR(exceeds.latency_s, (800000.0 * 4096 + 804096) * 4 / 3e9, 1e-12);
}

/* 4096 x 4096 products of batch 64: half of 7e12 a second and 20 us a launch. */
static void a_processor_achieves_a_share_and_launches_each_layer(void)
{
    struct mac_layer pair[2] = { mac_layer_product(64, 4096, 4096, 1),
                                 mac_layer_product(64, 4096, 4096, 1) };
    size_t numbers[2] = { 1, 2 };
    const struct mac_layers layers = { .layers = pair, .number = numbers, .count = 2 };
    const struct layerwise_request request = { .machine = beside,
                                               .layers = &layers,
                                               .bits = 32 };
    struct layerwise_result network;

    gpu.rate_share = 0.5;
    gpu.launch_s = 20e-6;
    CU_ASSERT_EQUAL(layerwise_network(&request, &network, NULL), STATUS_OK);
    ASSERT_NEAR(network.latency_s, 2 * (64 * 4096.0 * 4096 / 3.5e12 + 20e-6), 1e-12);
    gpu.rate_share = 1;
    gpu.launch_s = 0;
}

/* 13.1 GB do not fit 12 GB: twice the bandwidth of page faults is half the time. */
static void the_oversubscribed_bandwidth_can_be_stated(void)
{
    struct mac_layer layer = mac_layer_product(1, 800000, 4096, 1);
    size_t number = 1;
    const struct mac_layers layers = { .layers = &layer,
                                       .number = &number,
                                       .count = 1 };
    const struct layerwise_request request = { .machine = beside,
                                               .layers = &layers,
                                               .bits = 32 };
    struct layerwise_result record, stated;

    CU_ASSERT_EQUAL(layerwise_network(&request, &record, NULL), STATUS_OK);
    gpu.oversubscribed_bytes_per_s = 6e9;
    CU_ASSERT_EQUAL(layerwise_network(&request, &stated, NULL), STATUS_OK);
    ASSERT_NEAR(stated.memory_s, record.memory_s / 2, 1e-12);
    layer.filters = 700000; /* fits: its own bandwidth counts */
    CU_ASSERT_EQUAL(layerwise_network(&request, &stated, NULL), STATUS_OK);
    gpu.oversubscribed_bytes_per_s = 3e9;
    CU_ASSERT_EQUAL(layerwise_network(&request, &record, NULL), STATUS_OK);
    CU_ASSERT_EQUAL(stated.memory_s, record.memory_s);
}

SUITE(layerwise_upmem, TEST(the_oversubscribed_bandwidth_can_be_stated),
      TEST(eleven_tasklets_fill_the_pipeline),
      TEST(memory_takes_a_start_and_half_a_cycle_per_byte),
      TEST(a_matrix_times_a_vector_is_limited_by_arithmetic),
      TEST(groups_are_dealt_to_dpus), TEST(weights_must_fit),
      TEST(a_streamed_operand_is_no_weight),
      TEST(a_gpu_slows_down_when_its_memory_is_full),
      TEST(a_processor_achieves_a_share_and_launches_each_layer));
