/* Always-on devices and video (src/edge/edge.h). */
#include "unit.h"

#include "edge/edge.h"

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

/* 10 frames a second of 100 x 80 pixels, a key frame a second; numbers that divide. */
static const struct video stream = {
    .frame_hz = 10,
    .width = 100,
    .height = 80,
    .key_interval = 10,
    .bits_per_pixel = 0.1,
    .key_bits_per_pixel = 1,
    .tracker_macs = 1e6,
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
};
static const struct detector detector = {
    .line = { .idle_w = 0.01, .inference_j = 0.5 },
    .latency_s = 0.4,
    .macs = 1e8,
};

static void video_is_counted_by_hand(void)
{
    struct analysis a;

    /* one detection and ten trackings of a hundredth of it: 1.1 inferences a second */
    CU_ASSERT_EQUAL(video_analyse(&stream, &post, SPLIT_EDGE, &detector, &a, NULL),
                    STATUS_OK);
    ASSERT_NEAR(a.chip_w, 0.01 + 1.1 * 0.5, 1e-12);
    ASSERT_NEAR(a.busy_share, 0.44, 1e-12);
    ASSERT_NEAR(a.uplink_bytes_per_s, 100.0, 1e-12);
    ASSERT_NEAR(a.radio_w, 800e-6 + 0.05 * 0.2, 1e-12);
    ASSERT_NEAR(a.device_w, a.chip_w + a.radio_w + 0.1, 1e-12);
    ASSERT_NEAR(a.result_s, 0.4, 1e-12);
    CU_ASSERT_EQUAL(a.cloud_w, 0);

    /* a key frame of 1000 bytes a second; found in the cloud in 0.1 s */
    CU_ASSERT_EQUAL(
        video_analyse(&stream, &post, SPLIT_KEY_FRAMES, &detector, &a, NULL),
        STATUS_OK);
    ASSERT_NEAR(a.chip_w, 0.01 + 0.1 * 0.5, 1e-12);
    ASSERT_NEAR(a.uplink_share, 0.5, 1e-12);
    ASSERT_NEAR(a.result_s, 0.5 + 0.05 + 0.1, 1e-12);
    ASSERT_NEAR(a.cloud_w, 0.01, 1e-12);

    /* ten frames of 100 bytes a second, and no chip at all */
    CU_ASSERT_EQUAL(video_analyse(&stream, &post, SPLIT_CLOUD, &detector, &a, NULL),
                    STATUS_OK);
    CU_ASSERT_EQUAL(a.chip_w, 0);
    ASSERT_NEAR(a.uplink_bytes_per_s, 1000.0, 1e-12);
    ASSERT_NEAR(a.cloud_w, 0.011, 1e-12);
    ASSERT_NEAR(a.result_s, 0.05 + 0.05 + 0.1, 1e-12);
}

static void what_cannot_keep_up_is_infeasible(void)
{
    struct detector slow = detector;
    struct video wide = stream;
    struct analysis a;
    struct error reason;

    slow.latency_s = 1;
    CU_ASSERT_EQUAL(video_analyse(&stream, &post, SPLIT_EDGE, &slow, &a, &reason),
                    STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(reason.text, "work"));
    wide.width = 300;
    CU_ASSERT_EQUAL(
        video_analyse(&wide, &post, SPLIT_KEY_FRAMES, &detector, &a, &reason),
        STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(reason.text, "bandwidth"));
}

SUITE(edge, TEST(power_over_rate_is_work_and_idle_time),
      TEST(lines_cross_where_they_are_equal), TEST(video_is_counted_by_hand),
      TEST(what_cannot_keep_up_is_infeasible));
