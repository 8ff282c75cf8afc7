/* A processor with its own memory, the baseline for computing in memory.  It is a roofline (S.
 * Williams et al., CACM 52(4), 2009) of the rates that it achieves, with a launch time per
 * layer. */
#include "machine/layerwise/layerwise.h"

#include <math.h>

/* clang-format off */
static const struct field host_fields[] = {
    MACHINE_FIELDS,
    FIELD_NUMBER(struct host, memory_bytes, "byte", REQUIRED, 1, 1e15, "capacity of its own memory"),
    FIELD_NUMBER(struct host, bytes_per_s, "byte/s", REQUIRED, 1, 1e15, "bandwidth of that memory"),
    FIELD_NUMBER(struct host, oversubscribed_bytes_per_s, "byte/s", REQUIRED, 1, 1e15, "bandwidth if the weights do not fit that memory"),
    FIELD_NUMBER(struct host, macs_hz, "Hz", REQUIRED, 1, 1e18, "peak rate of multiply-accumulates"),
    FIELD_NUMBER(struct host, rate_share, "1", 1, 1e-3, 1, "share of macs_hz that products achieve"),
    FIELD_NUMBER(struct host, bandwidth_share, "1", 1, 1e-3, 1, "share of bytes_per_s that products achieve"),
    FIELD_NUMBER(struct host, launch_s, "s", 0, 0, 1, "time to launch a layer: calls, kernels, synchronization"),
    FIELD_NUMBER(struct host, power_w, "W", REQUIRED, 0, 1e6, "at work"),
};
const struct schema host_schema = {
    .kind = "machine", .folder = "machines", .size = sizeof(struct host),
    .fields = host_fields, .field_count = FIELD_COUNT_OF(host_fields),
    .finish = machine_finish,
};
/* clang-format on */

/* Weights are read once per batch. */
static enum status host_layer(const struct layerwise_request *request,
                              const struct mac_layer *layer,
                              struct layerwise_result *result, struct error *reason)
{
    const struct host *h = (const struct host *)request->machine;
    double bytes = request->bits / 8.0, macs = mac_layer_macs(layer);
    double weights = mac_layer_weights(layer) * bytes;
    double others = (mac_layer_inputs(layer) + mac_layer_outputs(layer)) * bytes;
    bool fits = result->weight_bytes <= h->memory_bytes;
    double compute_s = macs / (h->macs_hz * h->rate_share);
    double memory_s = (weights + others) / (fits ? h->bytes_per_s * h->bandwidth_share
                                                 : h->oversubscribed_bytes_per_s);

    (void)reason;
    result->offchip_bytes += weights + others;
    result->compute_s += compute_s;
    result->memory_s += memory_s;
    result->latency_s += fmax(compute_s, memory_s) + h->launch_s;
    return STATUS_OK;
}

static enum status host_finish(const struct layerwise_request *request,
                               struct layerwise_result *result, struct error *reason)
{
    (void)reason;
    result->energy_j = ((const struct host *)request->machine)->power_w *
                       result->latency_s;
    return STATUS_OK;
}

static const struct layerwise_steps host_steps = {
    .layer = host_layer,
    .finish = host_finish,
};

const struct machine_family host_family = {
    .name = "host",
    .summary = "a processor as a roofline, with a lower bandwidth for networks that do "
               "not fit",
    .kind = MACHINE_LAYERWISE,
    .schema = &host_schema,
    .layerwise = &host_steps,
};
