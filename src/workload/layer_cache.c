#include "workload/layer_cache.h"

enum status layer_cache_find(struct layer_cache *cache, const struct workload *workload,
                             enum phase phase, uint64_t batch, uint64_t sequence_length,
                             const struct mac_layers **layers, struct error *reason)
{
    size_t i = 0;

    while (i < cache->count &&
           (cache->kept[i].workload != workload || cache->kept[i].phase != phase ||
            cache->kept[i].batch != batch ||
            cache->kept[i].sequence_length != sequence_length))
        i++;
    if (i == cache->count) {
        struct mac_layers made;
        enum status status = mac_layers_create(&made, workload, phase, batch,
                                               sequence_length, reason);

        if (status != STATUS_OK)
            return status;
        if (cache->count == KEPT_LAYERS)
            mac_layers_free(&cache->kept[i = 0].layers);
        else
            cache->count++;
        cache->kept[i].workload = workload;
        cache->kept[i].phase = phase;
        cache->kept[i].batch = batch;
        cache->kept[i].sequence_length = sequence_length;
        cache->kept[i].layers = made;
    }
    *layers = &cache->kept[i].layers;
    return STATUS_OK;
}

enum status layer_cache_pass(struct layer_cache *cache, const struct workload *workload,
                             enum phase phase, uint64_t batch, uint64_t sequence_length,
                             const struct mac_layers **layers, struct error *reason)
{
    mac_layers_free(&cache->passing);
    *layers = &cache->passing;
    return mac_layers_create(&cache->passing, workload, phase, batch, sequence_length,
                             reason);
}

void layer_cache_free(struct layer_cache *cache)
{
    mac_layers_free(&cache->passing);
    for (size_t i = 0; i < cache->count; i++)
        mac_layers_free(&cache->kept[i].layers);
    cache->count = 0;
}
