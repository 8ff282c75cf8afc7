#include "machine/exchange.h"

#include "workload/shapes.h"

double operation_exchange_s(const struct operation *operation, uint64_t batch,
                            double precision_bits, const struct links *links, double n)
{
    const struct layer *layer = operation->layer;
    uint64_t tokens = batch * operation->out.width;
    double bytes = (double)batch * (double)tensor_elements(&operation->out) *
                   precision_bits / 8;

    if (layer->parallel != PARALLEL_ROWS)
        return 0;
    if (layer->expert_parts > 0)
        return 2 * links_alltoall_s(links,
                                    bytes * (double)layer->experts_used / n *
                                        expert_imbalance(layer, tokens),
                                    n);
    return links_allreduce_s(links, bytes, n);
}
