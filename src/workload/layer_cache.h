/* A cache of the layers of the last few workloads.  Points that are evaluated together have few
 * different workloads.  An empty cache is all zeros; layer_cache_free frees it. */
#ifndef NVSWEEP_WORKLOAD_LAYER_CACHE_H
#define NVSWEEP_WORKLOAD_LAYER_CACHE_H

#include "workload/layer.h"

enum { KEPT_LAYERS = 64 };
struct layer_cache {
    struct {
        const struct workload *workload;
        enum phase phase;
        uint64_t batch, sequence_length;
        struct mac_layers layers;
    } kept[KEPT_LAYERS];
    size_t count;
    struct mac_layers passing; /* of a workload that is needed once */
};

/* Finds or creates the layers of a workload.  They belong to the cache.  Status and reason are
 * those of mac_layers_create. */
enum status layer_cache_find(struct layer_cache *cache, const struct workload *workload,
                             enum phase phase, uint64_t batch, uint64_t sequence_length,
                             const struct mac_layers **layers, struct error *reason);

/* Does the same for a workload that will not be needed again.  The layers are valid until the
 * next call of this function. */
enum status layer_cache_pass(struct layer_cache *cache, const struct workload *workload,
                             enum phase phase, uint64_t batch, uint64_t sequence_length,
                             const struct mac_layers **layers, struct error *reason);
void layer_cache_free(struct layer_cache *cache);

#endif
