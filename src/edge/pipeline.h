/* Video analysed in steps: a camera's stream is decoded, still frames are filtered out, a
 * network detects objects in key frames, each is classified, and all are tracked from frame to
 * frame.  Every step runs on the device or in the cloud; what passes between them takes the
 * uplink. */
#ifndef NVSWEEP_EDGE_PIPELINE_H
#define NVSWEEP_EDGE_PIPELINE_H

#include "edge/edge.h"

/* A stream of frames.  Frames compressed alone (intra) are part of it: one in
 * intra_interval, as many times as large as the others as intra_ratio says. */
struct video {
    struct record record;
    const char *summary;
    double frame_hz;
    uint64_t width, height;
    uint64_t
        key_interval; /* frames from one in which objects are detected to the next */
    double bits_per_pixel; /* of the compressed stream, mean */
    double intra_ratio;    /* an intra frame over another frame */
    uint64_t intra_interval;
    double objects;       /* in a key frame */
    double object_pixels; /* cut out for one */
    double result_bytes;  /* of a key frame, if only results are sent */
};
extern const struct schema video_schema;

enum side { SIDE_EDGE, SIDE_CLOUD, SIDE_NONE /* the step is left out */ };

/* Where each step runs and what it takes.  The detector is the sweep's network. */
struct pipeline {
    struct record record;
    const char *summary;
    int decode, filter, detect, classify, track; /* enum side */
    double filter_macs_per_pixel;
    double pass_share;    /* of the frames, that the filter lets pass */
    double classify_macs; /* an object */
    double track_macs;    /* a frame */
};
extern const struct schema pipeline_schema;

/* In the order of time; the uplink is what is sent and the way to the cloud and back. */
enum video_step {
    VIDEO_DECODE,
    VIDEO_FILTER,
    VIDEO_DETECT,
    VIDEO_CLASSIFY,
    VIDEO_TRACK,
    VIDEO_UPLINK,
    VIDEO_STEPS
};

/* The device's chip for the detector, or for those of its layers that run there, one frame at
 * a time; and the rest of the network. */
struct detector {
    struct power_line line;
    double latency_s, macs;
    uint64_t cut;     /* layers on the device before the rest runs in the cloud; 0: all
                           * where the pipeline says */
    double rest_macs; /* of the layers after the cut */
    double feature_bytes; /* between them, a frame */
};

struct analysis {
    double step_s[VIDEO_STEPS]; /* from a key frame to its tracked objects */
    double step_w[VIDEO_STEPS]; /* of the device; the radio's under uplink */
    double chip_w;              /* all steps on it, and idling */
    double radio_w, device_w;   /* device_w: with the site's base_w */
    double cloud_w;
    double uplink_bytes_per_s;
    double uplink_share; /* of the site's */
    double result_s;     /* sum of step_s */
    double busy_share;   /* of the chip */
    double frame_j;      /* device_w over the frame rate */
    double usd_per_s;    /* cloud and uplink */
};

/* Bytes of an intra frame, so that the stream with its intra frames has bits_per_pixel. */
double video_intra_bytes(const struct video *video);

/* Mean bytes of a key frame, if key frames alone are sent.  They are a stream of their own with
 * as many intra frames a second as the whole one; the others are predicted over the frames
 * left out, for no more bytes than these have, nor than an intra frame (ours: upper bounds). */
double video_key_bytes(const struct video *video);

/* STATUS_INFEASIBLE with words in reason (which may be NULL) if frames decoded in the cloud
 * are needed on the device, a network that runs wholly on one side is cut, or chip or uplink
 * cannot keep up.  On the device all steps but decoding run on the chip at the detector's
 * rate and energy per multiply-accumulate (ours: they are far smaller than the detector). */
enum status video_analyse(const struct video *video, const struct site *site,
                          const struct pipeline *pipeline,
                          const struct detector *detector, struct analysis *analysis,
                          struct error *reason);

#endif
