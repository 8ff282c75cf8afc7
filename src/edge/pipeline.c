#include "edge/pipeline.h"

static const struct word side_words[] = {
    { "edge", SIDE_EDGE },
    { "cloud", SIDE_CLOUD },
    { NULL, 0 },
};
static const struct word optional_side_words[] = {
    { "edge", SIDE_EDGE },
    { "cloud", SIDE_CLOUD },
    { "none", SIDE_NONE },
    { NULL, 0 },
};

/* clang-format off */
static const struct field video_fields[] = {
    FIELD_TEXT(struct video, summary, "", "summary in one line"),
    FIELD_NUMBER(struct video, frame_hz, "Hz", REQUIRED, 1e-6, 1e6, "frames a second"),
    FIELD_COUNT(struct video, width, REQUIRED, 1, 65536, "pixels in a row"),
    FIELD_COUNT(struct video, height, REQUIRED, 1, 65536, "rows"),
    FIELD_COUNT(struct video, key_interval, 1, 1, 1000000, "frames from one key frame to the next"),
    FIELD_NUMBER(struct video, bits_per_pixel, "1", REQUIRED, 0, 64, "mean number of bits per pixel in the compressed stream"),
    FIELD_NUMBER(struct video, intra_ratio, "1", REQUIRED, 1, 1e4, "size of a frame that is compressed alone (intra frame) over that of another frame"),
    FIELD_COUNT(struct video, intra_interval, REQUIRED, 1, 1000000, "frames from one intra frame to the next"),
    FIELD_NUMBER(struct video, objects, "1", 1, 0, 1e6, "objects in a key frame"),
    FIELD_NUMBER(struct video, object_pixels, "1", 0, 0, 1e9, "pixels that are cut out for one object"),
    FIELD_NUMBER(struct video, result_bytes, "byte", 0, 0, 1e12, "size of the results of a key frame"),
};

static const struct field pipeline_fields[] = {
    FIELD_TEXT(struct pipeline, summary, "", "summary in one line"),
    FIELD_WORD(struct pipeline, decode, side_words, REQUIRED, "where the stream is decoded"),
    FIELD_WORD(struct pipeline, filter, optional_side_words, SIDE_NONE, "where frames without change are dropped"),
    FIELD_WORD(struct pipeline, detect, side_words, REQUIRED, "where objects are detected in key frames"),
    FIELD_WORD(struct pipeline, classify, optional_side_words, SIDE_NONE, "where each object is classified"),
    FIELD_WORD(struct pipeline, track, optional_side_words, SIDE_NONE, "where objects are followed from frame to frame"),
    FIELD_NUMBER(struct pipeline, filter_macs_per_pixel, "1", 1, 0, 1e9, "multiply-accumulates of the filter per pixel of every frame"),
    FIELD_NUMBER(struct pipeline, pass_share, "1", 1, 0, 1, "share of frames that the filter lets pass"),
    FIELD_NUMBER(struct pipeline, classify_macs, "1", 0, 0, 1e15, "multiply-accumulates of the classifier per object"),
    FIELD_NUMBER(struct pipeline, track_macs, "1", 0, 0, 1e15, "multiply-accumulates of the tracker per frame"),
};
/* clang-format on */

const struct schema video_schema = {
    .kind = "video",
    .folder = "videos",
    .size = sizeof(struct video),
    .fields = video_fields,
    .field_count = FIELD_COUNT_OF(video_fields),
};

const struct schema pipeline_schema = {
    .kind = "video_pipeline",
    .folder = "video_pipelines",
    .size = sizeof(struct pipeline),
    .fields = pipeline_fields,
    .field_count = FIELD_COUNT_OF(pipeline_fields),
};

static double pixels_of(const struct video *v)
{
    return (double)v->width * (double)v->height;
}

double video_intra_bytes(const struct video *v)
{
    double n = (double)v->intra_interval;

    return pixels_of(v) * v->bits_per_pixel / 8 * n * v->intra_ratio /
           (v->intra_ratio + n - 1);
}

double video_key_bytes(const struct video *v)
{
    double intra_bytes = video_intra_bytes(v);
    double left_out = (double)v->key_interval, between = (double)v->intra_interval;
    double predicted_bytes = left_out * intra_bytes / v->intra_ratio;

    if (left_out >= between)
        return intra_bytes;
    if (predicted_bytes > intra_bytes)
        predicted_bytes = intra_bytes;
    return (intra_bytes + (between / left_out - 1) * predicted_bytes) * left_out /
           between;
}

/* The work of a step: multiply-accumulates per second, and for one key frame, on either side. */
struct step_load {
    double edge_macs_hz, cloud_macs_hz;
    double edge_macs, cloud_macs;
};

static void load_put(struct step_load *load, int side, double macs_hz, double macs)
{
    if (side == SIDE_EDGE) {
        load->edge_macs_hz += macs_hz;
        load->edge_macs += macs;
    } else if (side == SIDE_CLOUD) {
        load->cloud_macs_hz += macs_hz;
        load->cloud_macs += macs;
    }
}

/* The rates of frames and objects. */
struct rates {
    double pass, key_hz, detect_hz, classify_hz, track_hz;
};

static struct rates rates_of(const struct video *v, const struct pipeline *p)
{
    double pass = p->filter == SIDE_NONE ? 1 : p->pass_share;
    double key_hz = v->frame_hz / (double)v->key_interval;

    return (struct rates){
        .pass = pass,
        .key_hz = key_hz,
        .detect_hz = key_hz * pass,
        .classify_hz = key_hz * pass * v->objects,
        .track_hz = v->frame_hz * pass,
    };
}

static void loads_fill(const struct video *v, const struct pipeline *p,
                       const struct detector *d, const struct rates *r,
                       struct step_load loads[VIDEO_STEPS])
{
    double filter_macs = pixels_of(v) * p->filter_macs_per_pixel;

    for (int s = 0; s < VIDEO_STEPS; s++)
        loads[s] = (struct step_load){ .edge_macs_hz = 0 };
    load_put(&loads[VIDEO_FILTER], p->filter, v->frame_hz * filter_macs, filter_macs);
    load_put(&loads[VIDEO_DETECT], d->cut ? SIDE_EDGE : p->detect,
             r->detect_hz * d->macs, d->macs);
    load_put(&loads[VIDEO_DETECT], d->cut ? SIDE_CLOUD : SIDE_NONE,
             r->detect_hz * d->rest_macs, d->rest_macs);
    load_put(&loads[VIDEO_CLASSIFY], p->classify, r->classify_hz * p->classify_macs,
             v->objects * p->classify_macs);
    load_put(&loads[VIDEO_TRACK], p->track, r->track_hz * p->track_macs, p->track_macs);
}

/* The bytes that are sent: per second, and before the objects of one key frame are known. */
struct sent {
    double bytes_per_s, bytes;
};

static void sent_put(struct sent *sent, double hz, double bytes, double count)
{
    sent->bytes_per_s += hz * bytes * count;
    sent->bytes += bytes * count;
}

/* Data that the cloud has already are not sent twice: objects are cut out there if it has the
 * stream or the key frame. */
static struct sent sent_of(const struct video *v, const struct pipeline *p,
                           const struct detector *d, const struct rates *r)
{
    double crop_bytes = v->object_pixels * video_intra_bytes(v) / pixels_of(v);
    double frame_bytes = pixels_of(v) * v->bits_per_pixel / 8;
    bool has_stream = p->decode == SIDE_CLOUD || p->filter == SIDE_CLOUD ||
                      p->track == SIDE_CLOUD;
    bool has_frame = has_stream || (p->detect == SIDE_CLOUD && !d->cut);
    struct sent sent = { 0 };

    if (has_stream) {
        sent.bytes_per_s = frame_bytes * v->frame_hz *
                           (p->filter == SIDE_EDGE ? r->pass : 1);
        sent.bytes = frame_bytes;
    } else if (has_frame) {
        sent_put(&sent, r->detect_hz, video_key_bytes(v), 1);
    }
    if (d->cut)
        sent_put(&sent, r->detect_hz, d->feature_bytes, 1);
    if (p->classify == SIDE_CLOUD && !has_frame)
        sent_put(&sent, r->detect_hz, crop_bytes, v->objects);
    if (!has_stream && p->detect == SIDE_EDGE && p->classify != SIDE_CLOUD)
        sent_put(&sent, r->detect_hz, v->result_bytes, 1);
    return sent;
}

static enum status placement_check(const struct pipeline *p, const struct detector *d,
                                   struct error *reason)
{
    if (p->decode == SIDE_CLOUD &&
        (p->filter == SIDE_EDGE || p->detect == SIDE_EDGE || p->classify == SIDE_EDGE ||
         p->track == SIDE_EDGE || d->cut))
        return error_set(reason, STATUS_INFEASIBLE,
                         "frames decoded in the cloud do not come back to the device");
    if (d->cut && p->detect != SIDE_CLOUD)
        return error_set(
            reason, STATUS_INFEASIBLE,
            "the network runs wholly on the device, its cut must be \"none\"");
    return STATUS_OK;
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

/* Computes time and power of the steps that compute. */
static void loads_count(const struct step_load loads[VIDEO_STEPS],
                        const struct site *site, const struct detector *d,
                        struct analysis *a)
{
    double edge_macs_hz = 0, cloud_macs_hz = 0;

    for (int s = 0; s < VIDEO_STEPS; s++) {
        a->step_s[s] += loads[s].edge_macs / d->macs * d->latency_s +
                        loads[s].cloud_macs / site->cloud_macs_hz;
        a->step_w[s] += loads[s].edge_macs_hz / d->macs * d->line.inference_j;
        edge_macs_hz += loads[s].edge_macs_hz;
        cloud_macs_hz += loads[s].cloud_macs_hz;
    }
    if (edge_macs_hz > 0)
        a->chip_w = power_line_w(&d->line, edge_macs_hz / d->macs);
    a->busy_share = edge_macs_hz / d->macs * d->latency_s;
    a->cloud_w += cloud_macs_hz * site->cloud_j_per_mac;
    a->usd_per_s += cloud_macs_hz / site->cloud_macs_hz * site->cloud_usd_per_s;
}

static void decode_count(const struct video *v, const struct pipeline *p,
                         const struct site *site, double pass, struct analysis *a)
{
    double pixels_hz = pixels_of(v) * v->frame_hz;

    a->step_s[VIDEO_DECODE] = pixels_of(v) / site->decode_hz;
    if (p->decode == SIDE_EDGE)
        a->step_w[VIDEO_DECODE] = pixels_hz * site->decode_j_per_pixel;
    if (p->decode == SIDE_CLOUD || p->filter == SIDE_CLOUD || p->track == SIDE_CLOUD)
        a->cloud_w += pixels_hz * site->decode_j_per_pixel *
                      (p->filter == SIDE_EDGE ? pass : 1);
}

static void uplink_count(const struct sent *sent, const struct site *site, bool waits,
                         struct analysis *a)
{
    a->uplink_bytes_per_s = sent->bytes_per_s;
    a->uplink_share = sent->bytes_per_s / site->uplink_bytes_per_s;
    a->radio_w = 8 * sent->bytes_per_s * site->uplink_j_per_bit +
                 a->uplink_share * site->uplink_w;
    a->step_w[VIDEO_UPLINK] = a->radio_w;
    if (waits)
        a->step_s[VIDEO_UPLINK] = sent->bytes / site->uplink_bytes_per_s +
                                  site->round_trip_s;
    a->usd_per_s += sent->bytes_per_s * site->uplink_usd_per_byte;
}

enum status video_analyse(const struct video *video, const struct site *site,
                          const struct pipeline *pipeline,
                          const struct detector *detector, struct analysis *analysis,
                          struct error *reason)
{
    struct rates rates = rates_of(video, pipeline);
    struct sent sent = sent_of(video, pipeline, detector, &rates);
    bool waits = pipeline->detect == SIDE_CLOUD || pipeline->classify == SIDE_CLOUD ||
                 pipeline->decode == SIDE_CLOUD || pipeline->filter == SIDE_CLOUD ||
                 pipeline->track == SIDE_CLOUD;
    struct step_load loads[VIDEO_STEPS];
    enum status status = placement_check(pipeline, detector, reason);

    *analysis = (struct analysis){ .chip_w = 0 };
    if (status != STATUS_OK)
        return status;
    loads_fill(video, pipeline, detector, &rates, loads);
    decode_count(video, pipeline, site, rates.pass, analysis);
    loads_count(loads, site, detector, analysis);
    uplink_count(&sent, site, waits, analysis);
    for (int s = 0; s < VIDEO_STEPS; s++)
        analysis->result_s += analysis->step_s[s];
    analysis->device_w = analysis->chip_w + analysis->step_w[VIDEO_DECODE] +
                         analysis->radio_w + site->base_w;
    analysis->frame_j = analysis->device_w / video->frame_hz;
    return keeps_up(analysis, reason);
}
