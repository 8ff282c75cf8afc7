#include "edge/edge.h"

#include <math.h>

/* clang-format off */
static const struct field site_fields[] = {
    FIELD_TEXT(struct site, summary, "", "summary in one line"),
    FIELD_NUMBER(struct site, battery_j, "J", REQUIRED, 0, 1e15, "energy of a full battery"),
    FIELD_NUMBER(struct site, base_w, "W", 0, 0, 1e6, "power of the rest of the device: camera, host, sleeping radio"),
    FIELD_NUMBER(struct site, uplink_bytes_per_s, "byte/s", REQUIRED, 1, 1e15, "bandwidth of the uplink"),
    FIELD_NUMBER(struct site, uplink_j_per_bit, "J", REQUIRED, 0, 1, "energy of the radio per bit sent"),
    FIELD_NUMBER(struct site, uplink_w, "W", 0, 0, 1e6, "power of the radio while it sends, in addition to the energy of bits"),
    FIELD_NUMBER(struct site, round_trip_s, "s", REQUIRED, 0, 1e3, "time to the cloud and back"),
    FIELD_NUMBER(struct site, cloud_macs_hz, "Hz", REQUIRED, 1, 1e20, "multiply-accumulates per second of the cloud's accelerator"),
    FIELD_NUMBER(struct site, cloud_j_per_mac, "J", REQUIRED, 0, 1, "energy of a multiply-accumulate in the cloud, including the data centre's overhead"),
    FIELD_NUMBER(struct site, decode_hz, "Hz", REQUIRED, 1, 1e15, "pixels per second of a video decoder, on the device and in the cloud"),
    FIELD_NUMBER(struct site, decode_j_per_pixel, "J", REQUIRED, 0, 1, "energy of a video decoder per pixel"),
    FIELD_NUMBER(struct site, cloud_usd_per_s, "USD/s", 0, 0, 1e6, "price of the cloud's accelerator while it works"),
    FIELD_NUMBER(struct site, uplink_usd_per_byte, "USD/byte", 0, 0, 1, "price of a byte sent"),
    FIELD_TEXT(struct site, price_date, "", "date of the prices"),
};
/* clang-format on */

const struct schema site_schema = {
    .kind = "site",
    .folder = "sites",
    .size = sizeof(struct site),
    .fields = site_fields,
    .field_count = FIELD_COUNT_OF(site_fields),
};

/* ---- power over rate */

struct power_line power_line_make(double idle_w, double batch, double active_j,
                                  double wake_j, double latency_s)
{
    return (struct power_line){
        .idle_w = idle_w,
        .inference_j = (active_j + wake_j - idle_w * latency_s) / batch,
    };
}

double power_line_w(const struct power_line *line, double rate_hz)
{
    return line->idle_w + rate_hz * line->inference_j;
}

double crossover_hz(const struct power_line *a, const struct power_line *b)
{
    double saved_w = b->idle_w - a->idle_w, lost_j = a->inference_j - b->inference_j;

    if (saved_w <= 0)
        return saved_w == 0 && lost_j < 0 ? INFINITY : 0;
    return lost_j > 0 ? saved_w / lost_j : INFINITY;
}
