/* Always-on devices and video (src/edge). */
#include "unit.h"

#include "edge/pipeline.h"

#include <math.h>
#include <string.h>

/* A chip of 10 mW standby that takes 5 mJ for 0.1 s of work: at 2 Hz it works 0.2 of a
 * second and idles 0.8: 10 mJ + 8 mJ + two wake-ups of 1 mJ. */
static void power_over_rate_is_work_and_idle_time(void)
{
    struct power_line line = power_line_make(10e-3, 1, 5e-3, 1e-3, 0.1);

    ASSERT_NEAR(power_line_w(&line, 0), 10e-3, 1e-12);
    ASSERT_NEAR(power_line_w(&line, 2), 20e-3, 1e-12);
    line = power_line_make(10e-3, 4, 20e-3, 1e-3, 0.4); /* four together wake once */
    ASSERT_NEAR(power_line_w(&line, 2), 8e-3 + 10e-3 + 0.5e-3, 1e-12);
}

static void lines_cross_where_they_are_equal(void)
{
    struct power_line volatile_one = { .idle_w = 10e-3, .inference_j = 1e-3 };
    struct power_line persistent = { .idle_w = 1e-3, .inference_j = 2e-3 };
    struct power_line better = { .idle_w = 1e-3, .inference_j = 0.5e-3 };
    double hz = crossover_hz(&persistent, &volatile_one);

    ASSERT_NEAR(hz, 9.0, 1e-12);
    ASSERT_NEAR(power_line_w(&persistent, hz), power_line_w(&volatile_one, hz), 1e-12);
    CU_ASSERT(isinf(crossover_hz(&better, &volatile_one)));
    CU_ASSERT_EQUAL(crossover_hz(&volatile_one, &persistent), 0);
    CU_ASSERT_EQUAL(crossover_hz(&better, &better), 0);
}

/* 10 frames a second of 100 x 80 pixels, a key frame a second; numbers that divide.  A second of
 * stream has 1000 bytes: an intra frame of 11 parts, nine others of 1: 550 bytes and 50 each. */
static const struct video stream = {
    .frame_hz = 10,
    .width = 100,
    .height = 80,
    .key_interval = 10,
    .bits_per_pixel = 0.1,
    .intra_ratio = 11,
    .intra_interval = 10,
    .objects = 4,
    .object_pixels = 400,
    .result_bytes = 100,
};
static const struct site post = {
    .battery_j = 3600,
    .base_w = 0.1,
    .uplink_bytes_per_s = 2000,
    .uplink_j_per_bit = 1e-6,
    .uplink_w = 0.2,
    .round_trip_s = 0.05,
    .cloud_macs_hz = 1e9,
    .cloud_j_per_mac = 1e-10,
    .decode_hz = 8e5,
    .decode_j_per_pixel = 1e-9,
    .cloud_usd_per_s = 0.5,
    .uplink_usd_per_byte = 0.001,
};
static const struct detector detector = {
    .line = { .idle_w = 0.01, .inference_j = 0.5 },
    .latency_s = 0.4,
    .macs = 1e8,
};
static const struct pipeline plain = { .filter = SIDE_NONE,
                                       .classify = SIDE_NONE,
                                       .track_macs = 1e6 };
static const struct pipeline full = { .filter_macs_per_pixel = 2,
                                      .pass_share = 0.5,
                                      .classify_macs = 1e6,
                                      .track_macs = 1e6 };

static struct analysis analyse(const struct pipeline *pipeline)
{
    struct error reason = { "" };
    struct analysis a;

    if (video_analyse(&stream, &post, pipeline, &detector, &a, &reason) != STATUS_OK)
        CU_FAIL("a pipeline that fits cannot be");
    return a;
}

static void video_is_counted_by_hand(void)
{
    struct pipeline p = plain;
    struct analysis a = analyse(&p);

    /* one detection and ten trackings of a hundredth of it: 1.1 inferences a second; a frame
     * is decoded in 10 ms, tracked in 4 */
    ASSERT_NEAR(a.chip_w, 0.01 + 1.1 * 0.5, 1e-12);
    ASSERT_NEAR(a.busy_share, 0.44, 1e-12);
    ASSERT_NEAR(a.uplink_bytes_per_s, 100.0, 1e-12);
    ASSERT_NEAR(a.radio_w, 800e-6 + 0.05 * 0.2, 1e-12);
    ASSERT_NEAR(a.step_w[VIDEO_DECODE], 8e4 * 1e-9, 1e-12);
    ASSERT_NEAR(a.device_w, a.chip_w + a.radio_w + 8e-5 + 0.1, 1e-12);
    ASSERT_NEAR(a.result_s, 0.01 + 0.4 + 0.004, 1e-12);
    CU_ASSERT_EQUAL(a.cloud_w, 0);
    ASSERT_NEAR(a.usd_per_s, 0.1, 1e-12);

    /* a key frame of 550 bytes a second; found in the cloud in 0.1 s */
    ASSERT_NEAR(video_intra_bytes(&stream), 550.0, 1e-12);
    p.detect = SIDE_CLOUD;
    a = analyse(&p);
    ASSERT_NEAR(a.chip_w, 0.01 + 0.1 * 0.5, 1e-12);
    ASSERT_NEAR(a.uplink_share, 0.275, 1e-12);
    ASSERT_NEAR(a.step_s[VIDEO_UPLINK], 0.275 + 0.05, 1e-12);
    ASSERT_NEAR(a.step_s[VIDEO_DETECT], 0.1, 1e-12);
    ASSERT_NEAR(a.cloud_w, 0.01, 1e-12);
    ASSERT_NEAR(a.usd_per_s, 0.1 * 0.5 + 0.55, 1e-12);

    /* the stream of 1000 bytes a second, and no chip at all */
    p.decode = p.track = SIDE_CLOUD;
    a = analyse(&p);
    CU_ASSERT_EQUAL(a.chip_w, 0);
    ASSERT_NEAR(a.uplink_bytes_per_s, 1000.0, 1e-12);
    ASSERT_NEAR(a.cloud_w, 0.011 + 8e-5, 1e-12);
    ASSERT_NEAR(a.result_s, 0.01 + 0.05 + 0.05 + 0.1 + 0.001, 1e-12);
}

/* Half of the frames pass; four objects of 400 pixels are 4 x 27.5 bytes. */
static void filters_classifiers_and_crops_are_counted_by_hand(void)
{
    struct pipeline p = full;
    struct analysis a = analyse(&p);

    /* 10 x 16000 MACs filter, half a detection, 2 objects, 5 trackings: 0.5716 inferences */
    ASSERT_NEAR(a.chip_w, 0.01 + 0.5716 * 0.5, 1e-12);
    ASSERT_NEAR(a.step_s[VIDEO_CLASSIFY], 4 * 0.004, 1e-12);
    ASSERT_NEAR(a.uplink_bytes_per_s, 50.0, 1e-12);

    p.classify = SIDE_CLOUD;
    a = analyse(&p);
    ASSERT_NEAR(a.uplink_bytes_per_s, 0.5 * 4 * 27.5, 1e-12);
    ASSERT_NEAR(a.step_s[VIDEO_UPLINK], 110 / 2000.0 + 0.05, 1e-12);

    p.detect = p.track = SIDE_CLOUD; /* half of the stream */
    ASSERT_NEAR(analyse(&p).uplink_bytes_per_s, 500.0, 1e-12);
    p.decode = p.filter = SIDE_CLOUD; /* all of it */
    ASSERT_NEAR(analyse(&p).uplink_bytes_per_s, 1000.0, 1e-12);
}

/* A network of 1e8 after a head of 4e7 in 0.1 s, 300 bytes between them. */
static void a_cut_network_sends_its_features(void)
{
    struct pipeline p = plain;
    struct detector head = detector;
    struct error reason;
    struct analysis a;

    p.detect = SIDE_CLOUD;
    head.macs = 4e7;
    head.latency_s = 0.1;
    head.cut = 3;
    head.rest_macs = 1e8;
    head.feature_bytes = 300;
    CU_ASSERT_EQUAL(video_analyse(&stream, &post, &p, &head, &a, &reason), STATUS_OK);
    ASSERT_NEAR(a.uplink_bytes_per_s, 300.0, 1e-12);
    ASSERT_NEAR(a.step_s[VIDEO_DETECT], 0.1 + 0.1, 1e-12);
    ASSERT_NEAR(a.step_s[VIDEO_UPLINK], 0.15 + 0.05, 1e-12);
    p.detect = SIDE_EDGE;
    CU_ASSERT_EQUAL(video_analyse(&stream, &post, &p, &head, &a, &reason),
                    STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(reason.text, "cut"));
}

/* By hand: every fifth of ten frames, an intra frame of 550 bytes and one of 5 x 50; and
 * whatever the stream is, its key frames alone are no more than it. */
static void key_frames_are_smaller_than_the_stream(void)
{
    struct pipeline keys = plain, all = plain;

    keys.detect = SIDE_CLOUD;
    all.decode = all.detect = all.track = SIDE_CLOUD;
    {
        struct video fifth = stream;

        fifth.key_interval = 5;
        ASSERT_NEAR(video_key_bytes(&fifth), (550 + 250) / 2.0, 1e-12);
    }
    for (double ratio = 1; ratio < 1000; ratio *= 3)
        for (uint64_t interval = 1; interval <= 40; interval++) {
            struct video video = stream;
            struct analysis key, whole;

            video.intra_ratio = ratio;
            video.intra_interval = interval;
            video.key_interval = 1 + interval * 7 % 13;
            video.frame_hz = 1; /* the chip keeps up with all */
            video_analyse(&video, &post, &keys, &detector, &key, NULL);
            video_analyse(&video, &post, &all, &detector, &whole, NULL);
            CU_ASSERT(key.uplink_bytes_per_s <= whole.uplink_bytes_per_s * (1 + 1e-12));
        }
}

static void what_cannot_keep_up_is_infeasible(void)
{
    struct pipeline p = plain;
    struct detector slow = detector;
    struct video wide = stream;
    struct analysis a;
    struct error reason;

    slow.latency_s = 1;
    CU_ASSERT_EQUAL(video_analyse(&stream, &post, &p, &slow, &a, &reason),
                    STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(reason.text, "work"));
    wide.width = 500;
    p.detect = SIDE_CLOUD;
    CU_ASSERT_EQUAL(video_analyse(&wide, &post, &p, &detector, &a, &reason),
                    STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(reason.text, "bandwidth"));
    p.decode = SIDE_CLOUD;
    CU_ASSERT_EQUAL(video_analyse(&stream, &post, &p, &detector, &a, &reason),
                    STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(reason.text, "decoded"));
}

SUITE(edge, TEST(power_over_rate_is_work_and_idle_time),
      TEST(lines_cross_where_they_are_equal), TEST(video_is_counted_by_hand),
      TEST(filters_classifiers_and_crops_are_counted_by_hand),
      TEST(a_cut_network_sends_its_features),
      TEST(key_frames_are_smaller_than_the_stream),
      TEST(what_cannot_keep_up_is_infeasible));
