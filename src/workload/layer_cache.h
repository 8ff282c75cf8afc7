/* Layers of the workloads met last: points that are evaluated together share few of them.
 * A cache starts as zeros and is freed with layer_cache_free. */
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
    struct mac_layers passing; /* of a workload met once */
};

/* The layers, the cache's; status and reason as of mac_layers_create. */
enum status layer_cache_find(struct layer_cache *cache, const struct workload *workload,
                             enum phase phase, uint64_t batch, uint64_t sequence_length,
                             const struct mac_layers **layers, struct error *reason);

/* The layers of a workload that will not be met again; the cache's until the next such. */
enum status layer_cache_pass(struct layer_cache *cache, const struct workload *workload,
                             enum phase phase, uint64_t batch, uint64_t sequence_length,
                             const struct mac_layers **layers, struct error *reason);
void layer_cache_free(struct layer_cache *cache);

#endif
