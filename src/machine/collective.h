/* What machines that work together exchange. */
#ifndef NVSWEEP_MACHINE_COLLECTIVE_H
#define NVSWEEP_MACHINE_COLLECTIVE_H

/* Ring all-reduce of `bytes` over n members: 2 (n - 1) / n of the bytes pass every hop,
 * in 2 (n - 1) transfers (P. Patarasuk and X. Yuan, JPDC 69(2), 2009). */
double ring_s(double bytes, double n, double bytes_per_s, double start_s);

/* The same over the links of one server as NCCL does it, by the sooner of its protocols: flags
 * beside the data (low latency, a quarter of the bandwidth) or whole buffers. */
double server_allreduce_s(double bytes, double n, double link_bytes_per_s);

/* What joins machines: GPUs behind a switch, under NCCL (hop_s 0), or chips in a ring of both
 * directions, bytes_per_s to both neighbours together. */
struct links {
    double bytes_per_s;
    double hop_s;
};

/* n members end up with the sum of their `bytes`. */
double links_allreduce_s(const struct links *links, double bytes, double n);

/* Each of n members has `bytes` for all of them, equal parts: of the bytes (n - 1) / n leave; in
 * a ring each goes a quarter of it on average. */
double links_alltoall_s(const struct links *links, double bytes, double n);

/* One member's `bytes` to another. */
double links_send_s(const struct links *links, double bytes);

#endif
