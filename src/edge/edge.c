#include "edge/edge.h"

#include <math.h>

const struct word split_words[] = {
    { "edge", SPLIT_EDGE },
    { "key_frames", SPLIT_KEY_FRAMES },
    { "cloud", SPLIT_CLOUD },
    { NULL, 0 },
};

/* clang-format off */
static const struct field site_fields[] = {
    FIELD_TEXT(struct site, summary, "", "what it is, in a line"),
    FIELD_NUMBER(struct site, battery_j, "J", REQUIRED, 0, 1e15, "energy of a full battery"),
    FIELD_NUMBER(struct site, base_w, "W", 0, 0, 1e6, "the rest of the device: camera, host, radio asleep"),
    FIELD_NUMBER(struct site, uplink_bytes_per_s, "byte/s", REQUIRED, 1, 1e15, "bandwidth of the uplink"),
    FIELD_NUMBER(struct site, uplink_j_per_bit, "J", REQUIRED, 0, 1, "radio energy of a bit sent"),
    FIELD_NUMBER(struct site, uplink_w, "W", 0, 0, 1e6, "radio power while sending, beside the energy of bits"),
    FIELD_NUMBER(struct site, round_trip_s, "s", REQUIRED, 0, 1e3, "to the cloud and back"),
    FIELD_NUMBER(struct site, cloud_macs_hz, "Hz", REQUIRED, 1, 1e20, "multiply-accumulates a second of the accelerator that serves it"),
    FIELD_NUMBER(struct site, cloud_j_per_mac, "J", REQUIRED, 0, 1, "its energy of one, site overheads included"),
};

static const struct field video_fields[] = {
    FIELD_TEXT(struct video, summary, "", "what it is, in a line"),
    FIELD_NUMBER(struct video, frame_hz, "Hz", REQUIRED, 1e-6, 1e6, "frames a second"),
    FIELD_COUNT(struct video, width, REQUIRED, 1, 65536, "pixels in a row"),
    FIELD_COUNT(struct video, height, REQUIRED, 1, 65536, "rows"),
    FIELD_COUNT(struct video, key_interval, 1, 1, 1000000, "frames from one key frame to the next"),
    FIELD_NUMBER(struct video, bits_per_pixel, "1", REQUIRED, 0, 64, "bits of a pixel in the compressed stream"),
    FIELD_NUMBER(struct video, key_bits_per_pixel, "1", REQUIRED, 0, 64, "bits of a pixel of a frame compressed alone"),
    FIELD_NUMBER(struct video, tracker_macs, "1", 0, 0, 1e15, "multiply-accumulates of the tracker, a frame"),
    FIELD_NUMBER(struct video, result_bytes, "byte", 0, 0, 1e12, "results of a key frame"),
};
/* clang-format on */

const struct schema site_schema = {
    .kind = "site",
    .folder = "sites",
    .size = sizeof(struct site),
    .fields = site_fields,
    .field_count = FIELD_COUNT_OF(site_fields),
};

const struct schema video_schema = {
    .kind = "video",
    .folder = "videos",
    .size = sizeof(struct video),
    .fields = video_fields,
    .field_count = FIELD_COUNT_OF(video_fields),
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

/* ---- video */

/* What a split does to a second of the stream. */
struct duties {
    double detect_hz;     /* on the chip */
    double track_hz;      /* on the chip */
    double cloud_macs_hz; /* in the cloud, on average */
    double sent_bytes_per_s;
    double sent_bytes; /* before a result can be known */
};

static struct duties duties_of(const struct video *v, enum split split, double macs)
{
    double pixels = (double)v->width * (double)v->height;
    double key_hz = v->frame_hz / (double)v->key_interval;
    double key_bytes = pixels * v->key_bits_per_pixel / 8;
    double frame_bytes = pixels * v->bits_per_pixel / 8;

    switch (split) {
    case SPLIT_EDGE:
        return (struct duties){ .detect_hz = key_hz,
                                .track_hz = v->frame_hz,
                                .sent_bytes_per_s = key_hz * v->result_bytes };
    case SPLIT_KEY_FRAMES:
        return (struct duties){ .track_hz = v->frame_hz,
                                .cloud_macs_hz = key_hz * macs,
                                .sent_bytes_per_s = key_hz * key_bytes,
                                .sent_bytes = key_bytes };
    case SPLIT_CLOUD: break;
    }
    return (struct duties){ .cloud_macs_hz = key_hz * macs +
                                             v->frame_hz * v->tracker_macs,
                            .sent_bytes_per_s = v->frame_hz * frame_bytes,
                            .sent_bytes = frame_bytes };
}

static enum status keeps_up(const struct analysis *a, struct error *reason)
{
    if (a->busy_share > 1)
        return error_set(reason, STATUS_INFEASIBLE,
                         "the chip would have to work %.3g of the time", a->busy_share);
    if (a->uplink_share > 1)
        return error_set(reason, STATUS_INFEASIBLE,
                         "%.3g times the uplink's bandwidth would be needed",
                         a->uplink_share);
    return STATUS_OK;
}

enum status video_analyse(const struct video *video, const struct site *site,
                          enum split split, const struct detector *detector,
                          struct analysis *analysis, struct error *reason)
{
    struct duties d = duties_of(video, split, detector->macs);
    double small = video->tracker_macs / detector->macs; /* tracker over detector */
    double inferences_hz = d.detect_hz + d.track_hz * small;
    bool has_chip = inferences_hz > 0;

    *analysis = (struct analysis){
        .chip_w = has_chip ? power_line_w(&detector->line, inferences_hz) : 0,
        .cloud_w = d.cloud_macs_hz * site->cloud_j_per_mac,
        .uplink_bytes_per_s = d.sent_bytes_per_s,
        .uplink_share = d.sent_bytes_per_s / site->uplink_bytes_per_s,
        .busy_share = inferences_hz * detector->latency_s,
        .result_s = split == SPLIT_EDGE
                        ? detector->latency_s
                        : d.sent_bytes / site->uplink_bytes_per_s + site->round_trip_s +
                              detector->macs / site->cloud_macs_hz,
    };
    analysis->radio_w = 8 * d.sent_bytes_per_s * site->uplink_j_per_bit +
                        analysis->uplink_share * site->uplink_w;
    analysis->device_w = analysis->chip_w + analysis->radio_w + site->base_w;
    analysis->frame_j = analysis->device_w / video->frame_hz;
    return keeps_up(analysis, reason);
}
