/* Data-parallel training on rented instances.  Every GPU computes its own batch.  Then the
 * gradients are averaged by all-reduce, in buckets that are sent while the backward pass
 * still computes.  The next batch is fetched and prepared at the same time.
 *
 * The runs T0 to T4 and the stalls between them follow Stash (A. Sharma et al., arXiv
 * 2208.14344) and its program DS-Analyzer (aakash-sharma/DS-Analyzer at 5fb06a1): T0 uses
 * synthetic data on one GPU, T1 synthetic data on all GPUs of an instance, T2 real data from
 * cold storage, T3 real data from a warm cache, T4 synthetic data on two instances that
 * together have as many GPUs. */
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
    const char *machine; /* name of the record of one GPU */
    uint64_t gpus;
    double link_bytes_per_s; /* one GPU to the next, one direction */
    double link_s;           /* start time of a transfer over this link */
    double
        bus_bytes_per_s; /* bandwidth that all GPUs of an instance share; 0: links are
                          * private */
    double network_bytes_per_s, network_s;
    double vcpus;
    double memory_bytes;        /* of the host; it caches the data set */
    double storage_bytes_per_s; /* bandwidth of the volume that stores the data set */
    double usd_per_s;
    const char *price_date; /* date of the price list; "": not known */
    double gpu_share;       /* share of a GPU's arithmetic rate that training reaches */
    const char *half;       /* record of an instance with half as many GPUs; "": none
                             * is offered */
};
extern const struct schema instance_schema;

/* A data set for training. */
struct dataset {
    struct record record;
    const char *summary;
    double samples, sample_bytes; /* sample_bytes: as stored */
    double prep_s; /* one virtual CPU's time to decode and augment a sample */
    double epochs; /* of a whole training */
};
extern const struct schema dataset_schema;

enum allreduce {
    ALLREDUCE_RING,         /* one ring over all GPUs; its slowest hop decides */
    ALLREDUCE_HIERARCHICAL, /* within the instances, then one ring of instances */
};
extern const struct word allreduce_words[];

/* The time of an all-reduce over all GPUs of `instances`. */
struct reduction {
    double intra_s, network_s; /* within instances; between them */
};
struct reduction allreduce_time(const struct instance *instance, uint64_t instances,
                                enum allreduce kind, double bytes);

/* The gradients of a network in the order in which the backward pass computes them. */
struct gradients {
    size_t count; /* layers with weights */
    double *bytes;
    double
        *ready; /* share of the backward pass after which the gradient of this layer is
                * known */
    double total_bytes;
};

/* Makes the list from the training graph, with `bits` per weight.  A layer's share of the
 * backward pass is its share of the multiply-accumulates.  Biases are not counted.  Call
 * gradients_free also after an error.  Returns the status of graph_create. */
enum status gradients_create(struct gradients *gradients,
                             const struct workload *workload, double bits,
                             uint64_t sequence_length, struct error *reason);
void gradients_free(struct gradients *gradients);

/* How gradients are exchanged. */
struct exchange {
    enum allreduce kind;
    double bucket_bytes; /* a bucket is sent when it holds at least this; 0: layer by
                          * layer */
    bool overlaps;       /* the exchange overlaps with the backward pass; else it
                          * starts after it */
};

struct step {
    double step_s;    /* time of computing, and what communication adds */
    double exposed_s; /* the part that communication adds */
    double buckets;
    struct reduction reduction; /* sums over all buckets, hidden by the backward pass
                                 * or not */
};

/* Computes one step on `instances` instances.  compute_s is the time of one GPU for its
 * batch; two thirds of it are the backward pass, because data and weight gradients cost as
 * much as a forward pass each. */
void step_evaluate(const struct instance *instance, uint64_t instances,
                   const struct gradients *gradients, const struct exchange *exchange,
                   double compute_s, struct step *step);

/* The parts of a step's time, which add up to step_s.  STEP_INTERCONNECT is what averaging
 * adds if the network takes no time, STEP_NETWORK what it adds beyond that.  Preparing and
 * fetching samples count only as far as they take longer than all parts before them. */
enum step_part {
    STEP_COMPUTE,
    STEP_INTERCONNECT,
    STEP_NETWORK,
    STEP_PREPARE,
    STEP_FETCH,
    STEP_PARTS
};

/* Computes the parts of the step that step_evaluate describes, if each instance prepares its
 * samples in prep_s and fetches them in fetch_s at the same time. */
void step_split(const struct instance *instance, uint64_t instances,
                const struct gradients *gradients, const struct exchange *exchange,
                double compute_s, double prep_s, double fetch_s,
                double part_s[STEP_PARTS]);

/* Return the time in which one instance prepares, or fetches, the samples of one step. */
double prep_time_s(const struct instance *instance, const struct dataset *dataset,
                   double batch);
double fetch_time_s(const struct instance *instance, const struct dataset *dataset,
                    double batch);

/* Returns the share of an instance's part of the data set that does not fit its memory. */
double uncached_share(const struct instance *instance, uint64_t instances,
                      const struct dataset *dataset);

#endif
