/* Data exchange between machines that work together. */
#ifndef NVSWEEP_MACHINE_COLLECTIVE_H
#define NVSWEEP_MACHINE_COLLECTIVE_H

/* Returns the time of a ring all-reduce of `bytes` over n members: 2 (n - 1) / n of the bytes
 * pass every hop, in 2 (n - 1) transfers (P. Patarasuk and X. Yuan, JPDC 69(2), 2009). */
double ring_s(double bytes, double n, double bytes_per_s, double start_s);

/* Returns the same time over the links of one server with NCCL, which takes the faster of its
 * protocols: flags next to the data (low latency, a quarter of the bandwidth) or whole
 * buffers. */
double server_allreduce_s(double bytes, double n, double link_bytes_per_s);

/* The links between machines: GPUs behind a switch, with NCCL (hop_s 0), or chips in a ring
 * of both directions, where bytes_per_s is the bandwidth to both neighbours together. */
struct links {
    double bytes_per_s;
    double hop_s;
};

/* Returns the time of an all-reduce: n members receive the sum of their `bytes`. */
double links_allreduce_s(const struct links *links, double bytes, double n);

/* Returns the time of an all-to-all: each of n members has `bytes` for all members, in equal
 * parts.  Of these bytes (n - 1) / n leave the member; in a ring each passes a quarter of the
 * ring on average. */
double links_alltoall_s(const struct links *links, double bytes, double n);

/* Returns the time in which one member sends `bytes` to another. */
double links_send_s(const struct links *links, double bytes);

#endif
