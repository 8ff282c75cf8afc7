/* Always-on devices: a chip that computes inferences from time to time and idles between
 * them, a battery, and a cloud behind an uplink. */
#ifndef NVSWEEP_EDGE_EDGE_H
#define NVSWEEP_EDGE_EDGE_H

#include "base/schema.h"

#include <stdint.h>

/* The power of a chip as a linear function of the inference rate: idle_w + rate *
 * inference_j.  The energy of an inference includes its wake-up and is reduced by the idle
 * power that it replaces. */
struct power_line {
    double idle_w, inference_j;
};

/* Makes the line from the figures of a batch: active_j and latency_s while it computes,
 * wake_j to wake up, idle_w between batches. */
struct power_line power_line_make(double idle_w, double batch, double active_j,
                                  double wake_j, double latency_s);

double power_line_w(const struct power_line *line, double rate_hz);

/* Returns the rate below which `a` needs less power than `b`; INFINITY if it always does, 0
 * if it does not at low rates. */
double crossover_hz(const struct power_line *a, const struct power_line *b);

/* The surroundings of an edge device: its battery, its radio, and the cloud behind it. */
struct site {
    struct record record;
    const char *summary;
    double battery_j;
    double base_w; /* the rest of the device: camera, host, radio asleep */
    double uplink_bytes_per_s, uplink_j_per_bit, uplink_w; /* uplink_w: while sending */
    double round_trip_s;
    double cloud_macs_hz, cloud_j_per_mac; /* of the accelerator that serves it */
    double decode_hz, decode_j_per_pixel;  /* pixels a second of a video decoder */
    double cloud_usd_per_s;                /* price of the accelerator while it works */
    double uplink_usd_per_byte;
    const char *price_date; /* date of the price list; "": not known */
};
extern const struct schema site_schema;

#endif
