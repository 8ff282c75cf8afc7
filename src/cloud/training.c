#include "cloud/training.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

const struct word allreduce_words[] = {
    { "ring", ALLREDUCE_RING },
    { "hierarchical", ALLREDUCE_HIERARCHICAL },
    { NULL, 0 },
};

/* clang-format off */
static const struct field instance_fields[] = {
    FIELD_TEXT(struct instance, summary, "", "summary in one line"),
    FIELD_NAME(struct instance, machine, "machine", NULL, "one GPU"),
    FIELD_COUNT(struct instance, gpus, REQUIRED, 1, 4096, "GPUs of an instance"),
    FIELD_NUMBER(struct instance, link_bytes_per_s, "byte/s", REQUIRED, 1e3, 1e15, "bandwidth from one GPU to the next, in one direction"),
    FIELD_NUMBER(struct instance, link_s, "s", 0, 0, 1, "start time of a transfer between GPUs"),
    FIELD_NUMBER(struct instance, bus_bytes_per_s, "byte/s", 0, 0, 1e15, "bandwidth that all GPUs of an instance share (0: private links)"),
    FIELD_NUMBER(struct instance, network_bytes_per_s, "byte/s", REQUIRED, 1e3, 1e15, "bandwidth of the network of an instance"),
    FIELD_NUMBER(struct instance, network_s, "s", 0, 0, 1, "start time of a transfer between instances"),
    FIELD_NUMBER(struct instance, vcpus, "1", REQUIRED, 1, 1e6, "virtual CPUs"),
    FIELD_NUMBER(struct instance, memory_bytes, "byte", REQUIRED, 1, 1e16, "host memory"),
    FIELD_NUMBER(struct instance, storage_bytes_per_s, "byte/s", REQUIRED, 1, 1e15, "bandwidth of the data set's volume"),
    FIELD_NUMBER(struct instance, usd_per_s, "USD/s", REQUIRED, 0, 1e6, "price on demand"),
    FIELD_TEXT(struct instance, price_date, "", "date of the price list"),
    FIELD_NUMBER(struct instance, gpu_share, "1", 1, 0.01, 1, "share of a GPU's modelled arithmetic rate that training reaches: kernels, framework, optimiser"),
    FIELD_NAME(struct instance, half, "instance", "", "instance record of half as many GPUs"),
};

static const struct field dataset_fields[] = {
    FIELD_TEXT(struct dataset, summary, "", "summary in one line"),
    FIELD_NUMBER(struct dataset, samples, "1", REQUIRED, 1, 1e15, "samples of an epoch"),
    FIELD_NUMBER(struct dataset, sample_bytes, "byte", REQUIRED, 0, 1e15, "mean size of a stored sample"),
    FIELD_NUMBER(struct dataset, prep_s, "s", 0, 0, 1e6, "time in which one virtual CPU decodes and augments a sample"),
    FIELD_NUMBER(struct dataset, epochs, "1", 1, 1e-6, 1e9, "passes over the data set in a training"),
};
/* clang-format on */

const struct schema instance_schema = {
    .kind = "instance",
    .folder = "instances",
    .size = sizeof(struct instance),
    .fields = instance_fields,
    .field_count = FIELD_COUNT_OF(instance_fields),
};

const struct schema dataset_schema = {
    .kind = "dataset",
    .folder = "datasets",
    .size = sizeof(struct dataset),
    .fields = dataset_fields,
    .field_count = FIELD_COUNT_OF(dataset_fields),
};

/* ---- all-reduce */

/* Returns the time of a hop within an instance while all of its GPUs send at the same time. */
static double hop_bytes_per_s(const struct instance *instance)
{
    double shared = instance->bus_bytes_per_s / (double)instance->gpus;

    return instance->bus_bytes_per_s > 0 && shared < instance->link_bytes_per_s
               ? shared
               : instance->link_bytes_per_s;
}

struct reduction allreduce_time(const struct instance *instance, uint64_t instances,
                                enum allreduce kind, double bytes)
{
    double hop = hop_bytes_per_s(instance), gpus = (double)instance->gpus;
    double network = instance->network_bytes_per_s;

    if (instances > 1 && kind == ALLREDUCE_RING)
        return (struct reduction){
            .network_s = ring_s(bytes, gpus * (double)instances,
                                hop < network ? hop : network,
                                fmax(instance->link_s, instance->network_s)),
        };
    return (struct reduction){
        .intra_s = ring_s(bytes, gpus, hop, instance->link_s),
        .network_s = ring_s(bytes, (double)instances, network, instance->network_s),
    };
}

/* ---- gradients */

enum status gradients_create(struct gradients *gradients,
                             const struct workload *workload, double bits,
                             uint64_t sequence_length, struct error *reason)
{
    struct graph graph = { 0 };
    double macs = 0, done = 0;
    enum status status = graph_create(&graph, workload, PHASE_TRAINING, sequence_length,
                                      reason);

    *gradients = (struct gradients){ 0 };
    if (status != STATUS_OK)
        return STATUS_INFEASIBLE;
    gradients->bytes = alloc_array(graph.count, sizeof *gradients->bytes);
    gradients->ready = alloc_array(graph.count, sizeof *gradients->ready);
    for (size_t i = 0; i < graph.count; i++)
        macs += (double)graph.operations[i].macs;
    for (size_t i = graph.count; i-- > 0;) {
        const struct operation *operation = &graph.operations[i];

        done += (double)operation->macs;
        if (operation->weights == 0)
            continue;
        gradients->bytes[gradients->count] = (double)operation->weights * bits / 8;
        gradients->ready[gradients->count] = macs > 0 ? done / macs : 1;
        gradients->total_bytes += gradients->bytes[gradients->count++];
    }
    graph_free(&graph);
    return STATUS_OK;
}

void gradients_free(struct gradients *gradients)
{
    free(gradients->bytes);
    free(gradients->ready);
    *gradients = (struct gradients){ 0 };
}

/* ---- a step */

void step_evaluate(const struct instance *instance, uint64_t instances,
                   const struct gradients *gradients, const struct exchange *exchange,
                   double compute_s, struct step *step)
{
    double backward_s = compute_s * 2 / 3, waiting_bytes = 0;
    double free_at_s = exchange->overlaps ? 0 : backward_s; /* of the links */

    *step = (struct step){ 0 };
    for (size_t i = 0; i < gradients->count; i++) {
        double ready_s = gradients->ready[i] * backward_s;
        struct reduction r;

        waiting_bytes += gradients->bytes[i];
        if (waiting_bytes < exchange->bucket_bytes && i + 1 < gradients->count)
            continue;
        r = allreduce_time(instance, instances, exchange->kind, waiting_bytes);
        free_at_s = fmax(free_at_s, ready_s) + r.intra_s + r.network_s;
        step->reduction.intra_s += r.intra_s;
        step->reduction.network_s += r.network_s;
        step->buckets++;
        waiting_bytes = 0;
    }
    step->exposed_s = fmax(0, free_at_s - backward_s);
    step->step_s = compute_s + step->exposed_s;
}

void step_split(const struct instance *instance, uint64_t instances,
                const struct gradients *gradients, const struct exchange *exchange,
                double compute_s, double prep_s, double fetch_s,
                double part_s[STEP_PARTS])
{
    struct instance near = *instance;
    struct step step, without;

    near.network_bytes_per_s = INFINITY;
    near.network_s = 0;
    step_evaluate(instance, instances, gradients, exchange, compute_s, &step);
    step_evaluate(&near, instances, gradients, exchange, compute_s, &without);
    part_s[STEP_COMPUTE] = compute_s;
    part_s[STEP_INTERCONNECT] = without.exposed_s;
    part_s[STEP_NETWORK] = step.exposed_s - without.exposed_s;
    part_s[STEP_PREPARE] = fmax(0, prep_s - step.step_s);
    part_s[STEP_FETCH] = fmax(0, fetch_s - fmax(step.step_s, prep_s));
}

/* ---- input */

double prep_time_s(const struct instance *instance, const struct dataset *dataset,
                   double batch)
{
    return batch * (double)instance->gpus * dataset->prep_s / instance->vcpus;
}

double fetch_time_s(const struct instance *instance, const struct dataset *dataset,
                    double batch)
{
    return batch * (double)instance->gpus * dataset->sample_bytes /
           instance->storage_bytes_per_s;
}

double uncached_share(const struct instance *instance, uint64_t instances,
                      const struct dataset *dataset)
{
    double part_bytes = dataset->samples * dataset->sample_bytes / (double)instances;

    return part_bytes > instance->memory_bytes ? 1 - instance->memory_bytes / part_bytes
                                               : 0;
}
