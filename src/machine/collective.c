#include "machine/collective.h"

#include "base/units.h"

#include <math.h>

/* NCCL's own model of NVLink (NVIDIA/nccl at 01afd20, src/graph/tuning.cc): start and hop of a
 * ring by protocol, the flags' share of the bandwidth, and 235 of an A100's 300 GB/s. */
#define FLAGS_START_S (3.6 * MICRO)
#define FLAGS_HOP_S (0.47 * MICRO)
#define FLAGS_SHARE 0.25
#define BUFFERS_START_S (8.4 * MICRO)
#define BUFFERS_HOP_S (3.4 * MICRO)
#define LINK_SHARE (235.0 / 300)

double ring_s(double bytes, double n, double bytes_per_s, double start_s)
{
    if (n <= 1)
        return 0;
    return 2 * (n - 1) / n * bytes / bytes_per_s + 2 * (n - 1) * start_s;
}

double server_allreduce_s(double bytes, double n, double link_bytes_per_s)
{
    double rate = link_bytes_per_s * LINK_SHARE;

    if (n <= 1)
        return 0;
    return fmin(FLAGS_START_S + ring_s(bytes, n, FLAGS_SHARE * rate, FLAGS_HOP_S),
                BUFFERS_START_S + ring_s(bytes, n, rate, BUFFERS_HOP_S));
}

/* Returns the time of a transfer of NCCL that each member makes at the same time, in one hop
 * of a switch. */
static double server_transfer_s(double bytes, double link_bytes_per_s)
{
    double rate = link_bytes_per_s * LINK_SHARE;

    return fmin(FLAGS_START_S + FLAGS_HOP_S + bytes / (FLAGS_SHARE * rate),
                BUFFERS_START_S + BUFFERS_HOP_S + bytes / rate);
}

double links_allreduce_s(const struct links *links, double bytes, double n)
{
    if (n <= 1)
        return 0;
    if (links->hop_s > 0) /* half of the bytes go around in each direction */
        return 2 * (n - 1) / n * bytes / links->bytes_per_s + n * links->hop_s;
    return server_allreduce_s(bytes, n, links->bytes_per_s);
}

double links_alltoall_s(const struct links *links, double bytes, double n)
{
    if (n <= 1)
        return 0;
    if (links->hop_s > 0) /* n / 4 hops on average, over the links of both directions */
        return n / 4 * bytes / links->bytes_per_s + n / 2 * links->hop_s;
    return server_transfer_s((n - 1) / n * bytes, links->bytes_per_s);
}

double links_send_s(const struct links *links, double bytes)
{
    if (links->hop_s > 0)
        return links->hop_s + bytes / (links->bytes_per_s / 2);
    return server_transfer_s(bytes, links->bytes_per_s);
}
