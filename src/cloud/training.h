/* Data-parallel training on rented instances: every GPU computes its own batch, then
 * gradients are averaged by all-reduce, in buckets that leave while the backward pass
 * still computes, and the next batch is fetched and prepared meanwhile.
 *
 * Runs T0 to T4 and the stalls between them follow Stash (A. Sharma et al., arXiv
 * 2208.14344) and its program DS-Analyzer (aakash-sharma/DS-Analyzer at 5fb06a1):
 * T0 synthetic data on one GPU, T1 on all GPUs of an instance, T2 real data from cold
 * storage, T3 from a warm cache, T4 on two instances that together have as many GPUs. */
#ifndef NVSWEEP_CLOUD_TRAINING_H
#define NVSWEEP_CLOUD_TRAINING_H

#include "base/schema.h"
#include "machine/collective.h"
#include "workload/workload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A kind of rented machine. */
struct instance {
    struct record record;
    const char *summary;
    const char *machine; /* of one GPU, by name */
    uint64_t gpus;
    double link_bytes_per_s; /* one GPU to the next, one direction */
    double link_s;           /* start of a transfer over it */
    double
        bus_bytes_per_s; /* shared by all of an instance's GPUs; 0: links are private */
    double network_bytes_per_s, network_s;
    double vcpus;
    double memory_bytes;        /* of the host: caches the data set */
    double storage_bytes_per_s; /* the data set's volume */
    double usd_per_s;
    const char *price_date; /* of the price list, "": not known */
    double gpu_share;       /* of a GPU's arithmetic rate, that training reaches */
    const char *half;       /* instance of half as many GPUs, "": none is sold */
};
extern const struct schema instance_schema;

/* What is learnt from. */
struct dataset {
    struct record record;
    const char *summary;
    double samples, sample_bytes; /* sample_bytes: as stored */
    double prep_s; /* one virtual CPU's time to decode and augment a sample */
    double epochs; /* of a whole training */
};
extern const struct schema dataset_schema;

enum allreduce {
    ALLREDUCE_RING,         /* one ring over all GPUs, its slowest hop counts */
    ALLREDUCE_HIERARCHICAL, /* within the instances, then one ring of instances */
};
extern const struct word allreduce_words[];

/* All-reduce over all GPUs of `instances`. */
struct reduction {
    double intra_s, network_s; /* within instances; between them */
};
struct reduction allreduce_time(const struct instance *instance, uint64_t instances,
                                enum allreduce kind, double bytes);

/* A network's gradients in the order the backward pass makes them. */
struct gradients {
    size_t count; /* layers with weights */
    double *bytes;
    double *
        ready; /* share of the backward pass over when this layer's gradient is there */
    double total_bytes;
};

/* From the training graph, `bits` per weight; a layer's share of the backward pass is
 * its share of the multiply-accumulates.  Biases are not counted.  Freed with
 * gradients_free, whatever the status.  STATUS_INFEASIBLE as graph_create. */
enum status gradients_create(struct gradients *gradients,
                             const struct workload *workload, double bits,
                             uint64_t sequence_length, struct error *reason);
void gradients_free(struct gradients *gradients);

/* How gradients are exchanged. */
struct exchange {
    enum allreduce kind;
    double bucket_bytes; /* a bucket leaves when it holds at least this; 0: per layer */
    bool overlaps;       /* with the backward pass; else it starts after it */
};

struct step {
    double step_s;    /* computing and what communication adds */
    double exposed_s; /* what it adds */
    double buckets;
    struct reduction reduction; /* sums over buckets, hidden or not */
};

/* One step on `instances`; compute_s is one GPU's time for its batch, two thirds of
 * which are the backward pass (data and weight gradients cost a forward pass each). */
void step_evaluate(const struct instance *instance, uint64_t instances,
                   const struct gradients *gradients, const struct exchange *exchange,
                   double compute_s, struct step *step);

/* Where the time of a step goes; the kinds add up to step_s.  Interconnect is what
 * averaging would add if the network took no time, network what it adds beyond that;
 * preparing and fetching samples count as far as they outlast all before them. */
enum step_part {
    STEP_COMPUTE,
    STEP_INTERCONNECT,
    STEP_NETWORK,
    STEP_PREPARE,
    STEP_FETCH,
    STEP_PARTS
};

/* The parts of a step as step_evaluate has it, of which each instance prepares its samples
 * in prep_s and fetches them in fetch_s meanwhile. */
void step_split(const struct instance *instance, uint64_t instances,
                const struct gradients *gradients, const struct exchange *exchange,
                double compute_s, double prep_s, double fetch_s,
                double part_s[STEP_PARTS]);

/* Time to prepare, and to fetch, the samples of one step of one instance. */
double prep_time_s(const struct instance *instance, const struct dataset *dataset,
                   double batch);
double fetch_time_s(const struct instance *instance, const struct dataset *dataset,
                    double batch);

/* Share of an instance's part of the data set that its memory does not hold. */
double uncached_share(const struct instance *instance, uint64_t instances,
                      const struct dataset *dataset);

#endif
