/* Analysis of video in steps: the stream of a camera is decoded, frames without change are
 * filtered out, a network detects objects in key frames, each object is classified, and all
 * are tracked from frame to frame.  Every step runs on the device or in the cloud; data that
 * pass between the two take the uplink. */
#ifndef NVSWEEP_EDGE_PIPELINE_H
#define NVSWEEP_EDGE_PIPELINE_H

#include "edge/edge.h"

/* A stream of frames.  One frame in intra_interval is compressed alone (an intra frame); it
 * is intra_ratio times as large as another frame. */
struct video {
    struct record record;
    const char *summary;
    double frame_hz;
    uint64_t width, height;
    uint64_t
        key_interval; /* number of frames from one key frame to the next; objects are
                       * detected in key frames */
    double bits_per_pixel; /* of the compressed stream, mean */
    double intra_ratio;    /* size of an intra frame over that of another frame */
    uint64_t intra_interval;
    double objects;       /* in a key frame */
    double object_pixels; /* pixels that are cut out for one object */
    double result_bytes;  /* of a key frame, if only results are sent */
};
extern const struct schema video_schema;

enum side { SIDE_EDGE, SIDE_CLOUD, SIDE_NONE /* the step is left out */ };

/* The place of each step and the work that it takes.  The detector is the sweep's network. */
struct pipeline {
    struct record record;
    const char *summary;
    int decode, filter, detect, classify, track; /* enum side */
    double filter_macs_per_pixel;
    double pass_share;    /* share of the frames that the filter lets pass */
    double classify_macs; /* per object */
    double track_macs;    /* per frame */
};
extern const struct schema pipeline_schema;

/* In the order of time.  The uplink is the transfer and the way to the cloud and back. */
enum video_step {
    VIDEO_DECODE,
    VIDEO_FILTER,
    VIDEO_DETECT,
    VIDEO_CLASSIFY,
    VIDEO_TRACK,
    VIDEO_UPLINK,
    VIDEO_STEPS
};

/* The chip of the device that runs the detector, or some of its layers, one frame at a time;
 * and the rest of the network. */
struct detector {
    struct power_line line;
    double latency_s, macs;
    uint64_t cut;         /* number of layers on the device before the rest runs in the
                       * cloud; 0: all layers run where the pipeline says */
    double rest_macs;     /* of the layers after the cut */
    double feature_bytes; /* data between the two parts, per frame */
};

struct analysis {
    double step_s[VIDEO_STEPS]; /* from a key frame to its tracked objects */
    double step_w[VIDEO_STEPS]; /* power of the device; the radio's is that of
                                 * VIDEO_UPLINK */
    double chip_w;              /* all steps that run on it, and idling */
    double radio_w, device_w;   /* device_w: with the site's base_w */
    double cloud_w;
    double uplink_bytes_per_s;
    double uplink_share; /* share of the site's uplink bandwidth */
    double result_s;     /* sum of step_s */
    double busy_share;   /* share of the time in which the chip works */
    double frame_j;      /* device_w over the frame rate */
    double usd_per_s;    /* price of cloud and uplink */
};

/* Returns the bytes of an intra frame, computed so that the whole stream has bits_per_pixel. */
double video_intra_bytes(const struct video *video);

/* Returns the mean bytes of a key frame if only key frames are sent.  They form a stream of
 * their own with as many intra frames per second as the whole stream.  The other key frames
 * are predicted across the frames that are left out, with no more bytes than those frames
 * have, and no more than an intra frame (upper bounds; our choice). */
double video_key_bytes(const struct video *video);

/* Computes the analysis.  Returns STATUS_INFEASIBLE with a reason (unless reason is NULL) if
 * the device needs frames that are decoded in the cloud, if a network that runs completely on
 * one side is cut, or if the chip or the uplink is too slow.  On the device all steps except
 * decoding run on the chip, at the detector's rate and energy per multiply-accumulate (our
 * choice, because they are much smaller than the detector). */
enum status video_analyse(const struct video *video, const struct site *site,
                          const struct pipeline *pipeline,
                          const struct detector *detector, struct analysis *analysis,
                          struct error *reason);

#endif
