/* Always-on devices: a chip that infers now and then and idles between, a battery, and
 * video analysed on the device, in the cloud, or by both. */
#ifndef NVSWEEP_EDGE_EDGE_H
#define NVSWEEP_EDGE_EDGE_H

#include "base/schema.h"

#include <stdint.h>

/* A chip's power as a line over the inference rate: idle_w + rate * inference_j.  The
 * energy of an inference counts its wake-up and is net of the idle power it displaces. */
struct power_line {
    double idle_w, inference_j;
};

/* From what a batch takes: active_j and latency_s at work, wake_j to begin, idle_w in
 * between. */
struct power_line power_line_make(double idle_w, double batch, double active_j,
                                  double wake_j, double latency_s);

double power_line_w(const struct power_line *line, double rate_hz);

/* The rate below which `a` draws less than `b`; INFINITY if it always does, 0 if it never
 * does at low rates. */
double crossover_hz(const struct power_line *a, const struct power_line *b);

/* Where an edge device is: its battery, its radio, and the cloud behind it. */
struct site {
    struct record record;
    const char *summary;
    double battery_j;
    double base_w; /* the rest of the device: camera, host, radio asleep */
    double uplink_bytes_per_s, uplink_j_per_bit, uplink_w; /* uplink_w: while sending */
    double round_trip_s;
    double cloud_macs_hz, cloud_j_per_mac; /* of the accelerator that serves it */
};
extern const struct schema site_schema;

/* A stream of frames and what is done with it: a network finds objects in every
 * key_interval-th frame, a tracker follows them through all of them. */
struct video {
    struct record record;
    const char *summary;
    double frame_hz;
    uint64_t width, height, key_interval;
    double bits_per_pixel;     /* of the compressed stream */
    double key_bits_per_pixel; /* of a frame compressed alone */
    double tracker_macs;       /* per frame */
    double result_bytes;       /* per key frame, if only results are sent */
};
extern const struct schema video_schema;

enum split {
    SPLIT_EDGE,       /* all on the device, results are sent */
    SPLIT_KEY_FRAMES, /* key frames are sent, objects found in the cloud, tracked here */
    SPLIT_CLOUD,      /* the whole stream is sent */
};
extern const struct word split_words[];

/* The device's chip for the detector, one frame at a time. */
struct detector {
    struct power_line line;
    double latency_s, macs;
};

struct analysis {
    double chip_w, radio_w, device_w; /* device_w: with the site's base_w */
    double cloud_w;
    double uplink_bytes_per_s;
    double uplink_share; /* of the site's */
    double result_s;     /* from a key frame to its objects */
    double busy_share;   /* of the chip */
    double frame_j;      /* device_w over the frame rate */
};

/* STATUS_INFEASIBLE with words in reason (which may be NULL) if the chip or the uplink
 * cannot keep up.  The tracker runs on the chip at the detector's own rate and energy per
 * multiply-accumulate (ours: it is far smaller than the detector). */
enum status video_analyse(const struct video *video, const struct site *site,
                          enum split split, const struct detector *detector,
                          struct analysis *analysis, struct error *reason);

#endif
