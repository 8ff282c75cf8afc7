/* Data-parallel training (src/cloud/training.h). */
#include "unit.h"

#include "cloud/training.h"
#include "config/library.h"

#include <math.h>
#include <stdlib.h>

static const struct instance quad = {
    .gpus = 4,
    .link_bytes_per_s = 100e9,
    .network_bytes_per_s = 1.25e9,
    .vcpus = 32,
    .memory_bytes = 1e9,
    .storage_bytes_per_s = 1e9,
};

static struct gradients vgg11_gradients(struct library *library)
{
    char *shipped = library_default_folder();
    const char *folders[] = { shipped };
    struct gradients gradients;
    struct error err;

    CU_ASSERT_EQUAL_FATAL(library_read(folders, 1, library, &err), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(gradients_create(&gradients,
                                           (const struct workload *)library_find(
                                               library, RECORDS_WORKLOAD, "vgg11"),
                                           32, 0, &err),
                          STATUS_OK);
    free(shipped);
    return gradients;
}

/* 531 MB over 10 Gbit/s: 2 (n - 1) / n of them for n = 2 machines, or n = 8 GPUs. */
static void vgg11s_gradients_take_425_or_744_ms(void)
{
    struct library library;
    struct gradients gradients = vgg11_gradients(&library);
    double bytes = gradients.total_bytes;

    CU_ASSERT_EQUAL(gradients.count, 11);
    ASSERT_NEAR(bytes, 531.45e6, 1e-3);
    ASSERT_NEAR(allreduce_time(&quad, 2, ALLREDUCE_HIERARCHICAL, bytes).network_s,
                0.425, 2e-3);
    ASSERT_NEAR(allreduce_time(&quad, 2, ALLREDUCE_RING, bytes).network_s, 0.744, 2e-3);
    CU_ASSERT_EQUAL(allreduce_time(&quad, 2, ALLREDUCE_RING, bytes).intra_s, 0);
    gradients_free(&gradients);
    library_free(&library);
}

static void the_last_gradient_is_ready_when_the_pass_is_over(void)
{
    struct library library;
    struct gradients gradients = vgg11_gradients(&library);

    for (size_t i = 1; i < gradients.count; i++)
        CU_ASSERT(gradients.ready[i] > gradients.ready[i - 1]);
    ASSERT_NEAR(gradients.ready[gradients.count - 1], 1.0, 1e-12);
    CU_ASSERT(gradients.bytes[0] < gradients.bytes[2]); /* fc8 first, fc6 third */
    gradients_free(&gradients);
    library_free(&library);
}

static void one_gpu_exchanges_nothing(void)
{
    struct instance single = quad;

    single.gpus = 1;
    CU_ASSERT_EQUAL(ring_s(1e9, 1, 1e9, 1), 0);
    CU_ASSERT_EQUAL(allreduce_time(&single, 1, ALLREDUCE_RING, 1e9).intra_s, 0);
    CU_ASSERT(allreduce_time(&single, 2, ALLREDUCE_RING, 1e9).network_s > 0);
}

static void a_shared_bus_is_divided_among_its_gpus(void)
{
    struct instance shared = quad;
    double alone_s = allreduce_time(&quad, 1, ALLREDUCE_RING, 1e9).intra_s;

    shared.bus_bytes_per_s = 100e9; /* a quarter for each of four */
    ASSERT_NEAR(allreduce_time(&shared, 1, ALLREDUCE_RING, 1e9).intra_s, 4 * alone_s,
                1e-12);
    shared.bus_bytes_per_s = 1e15;
    ASSERT_NEAR(allreduce_time(&shared, 1, ALLREDUCE_RING, 1e9).intra_s, alone_s,
                1e-12);
}

/* Two layers of 1.25 GB each; the first is ready at half of a backward pass of 4 s, and
 * every bucket takes 1 s between two machines: alone it is hidden, the second is not. */
static void the_backward_pass_hides_what_it_can(void)
{
    double bytes[] = { 1.25e9, 1.25e9 }, ready[] = { 0.5, 1 };
    struct gradients gradients = { .count = 2, .bytes = bytes, .ready = ready };
    struct exchange exchange = { .kind = ALLREDUCE_HIERARCHICAL, .overlaps = true };
    struct instance one = quad;
    struct step step;

    one.gpus = 1;
    step_evaluate(&one, 2, &gradients, &exchange, 6, &step);
    CU_ASSERT_EQUAL(step.buckets, 2);
    ASSERT_NEAR(step.exposed_s, 1.0, 1e-12);
    ASSERT_NEAR(step.step_s, 7.0, 1e-12);
    exchange.overlaps = false;
    step_evaluate(&one, 2, &gradients, &exchange, 6, &step);
    ASSERT_NEAR(step.step_s, 8.0, 1e-12);
    exchange.overlaps = true;
    exchange.bucket_bytes = 2e9; /* both wait for the second */
    step_evaluate(&one, 2, &gradients, &exchange, 6, &step);
    CU_ASSERT_EQUAL(step.buckets, 1);
    ASSERT_NEAR(step.step_s, 8.0, 1e-12);
}

static void input_is_counted_by_hand(void)
{
    struct dataset dataset = { .samples = 40000, .sample_bytes = 1e5, .prep_s = 8e-3 };

    /* 64 samples on each of 4 GPUs, 32 virtual CPUs of 8 ms, a volume of 1 GB/s */
    ASSERT_NEAR(prep_time_s(&quad, &dataset, 64), 0.064, 1e-12);
    ASSERT_NEAR(fetch_time_s(&quad, &dataset, 64), 0.0256, 1e-12);
    /* 4 GB on one machine with 1 GB; on four it fits */
    ASSERT_NEAR(uncached_share(&quad, 1, &dataset), 0.75, 1e-12);
    CU_ASSERT_EQUAL(uncached_share(&quad, 4, &dataset), 0);
}

SUITE(cloud, TEST(vgg11s_gradients_take_425_or_744_ms),
      TEST(the_last_gradient_is_ready_when_the_pass_is_over),
      TEST(one_gpu_exchanges_nothing), TEST(a_shared_bus_is_divided_among_its_gpus),
      TEST(the_backward_pass_hides_what_it_can), TEST(input_is_counted_by_hand));
