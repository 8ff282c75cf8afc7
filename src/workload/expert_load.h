/* How unevenly experts are loaded if each token chooses some of them at random, uniformly and
 * independently of other tokens: what the busiest of several GPUs gets that hold whole experts
 * (M. Raab and A. Steger, "Balls into bins", RANDOM 1998, bound the same quantity).
 *
 * A GPU's share is taken for binomial with the mean and the variance that it has.  Were shares
 * independent, their expected maximum would be the sum over m of 1 - F(m)^n.  As they add up to the
 * same total, they are n normals less their mean, which draws the maximum sqrt(n / (n - 1)) times as
 * far from the mean. */
#ifndef NVSWEEP_WORKLOAD_EXPERT_LOAD_H
#define NVSWEEP_WORKLOAD_EXPERT_LOAD_H

struct expert_routing {
    double experts, used; /* of a layer; those that a token takes */
    double gpus;          /* each holds experts / gpus of them */
    double tokens;
};

/* Returns the expected number of pairs of token and expert on the busiest GPU. */
double expert_busiest_pairs(const struct expert_routing *routing);

/* Returns the expected number of different experts in use on the GPU that has most of them. */
double expert_busiest_touched(const struct expert_routing *routing);

#endif
