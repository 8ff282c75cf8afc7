#include "machine/gpu/life.h"

#include "base/memory.h"
#include "machine/gpu/operand.h"

#include <stdlib.h>

struct gpu_life {
    struct stack_distance *stack;
    struct lifetimes *lifetimes;
    struct kernel_clock clock;
    uint8_t *classes;
    double weight, line_bytes;
};

uint8_t *gpu_line_classes(const struct graph *graph, const struct memory_map *map,
                          unsigned shift, uint64_t groups)
{
    uint8_t *classes = alloc_array(groups, 1);
    size_t count;
    struct map_tensor *tensors = memory_map_tensors(map, graph, &count);

    for (uint64_t group = 0; group < groups; group++)
        classes[group] = (uint8_t)map_tensor_class(tensors, count,
                                                   sampled_line(group, shift));
    free(tensors);
    return classes;
}

unsigned gpu_llc_bin(const struct gpu *gpu, uint64_t lines)
{
    double own_bytes = gpu->llc_bytes / (double)gpu->llc_copies;
    double bytes = (double)(lines * gpu->llc_line_bytes);

    return bytes <= own_bytes ? CURVE_POINTS + 1 : curve_bin(own_bytes);
}

static void life_accesses(void *self, const uint32_t *accesses, size_t count)
{
    struct gpu_life *life = self;

    stack_distance_access(life->stack, accesses, count);
}

static void life_kernel(void *self, double launch_s, double alone_s, double accesses)
{
    struct gpu_life *life = self;

    kernel_clock_next(&life->clock, launch_s, alone_s, accesses / life->weight);
}

struct gpu_life *gpu_life_create(const struct gpu *gpu, const struct graph *graph,
                                 const struct memory_map *map, unsigned shift,
                                 struct stack_distance *stack, struct access_sink *sink)
{
    struct gpu_life *life = alloc_array(1, sizeof *life);
    uint64_t groups = (map->lines >> shift) + 1;

    life->stack = stack;
    life->weight = (double)(UINT64_C(1) << shift);
    life->line_bytes = (double)gpu->llc_line_bytes;
    life->classes = gpu_line_classes(graph, map, shift, groups);
    life->lifetimes = lifetimes_create(groups, life->classes);
    kernel_clock_create(
        &life->clock,
        life->weight * (double)gpu->llc_sector_bytes / gpu->llc_bytes_per_s,
        life->weight * life->line_bytes / (gpu->dram_bytes_per_s * gpu->dram_share),
        gpu_llc_bin(gpu, map->lines));
    stack_distance_time(stack, life->lifetimes, &life->clock);
    *sink = (struct access_sink){ life_accesses, life, life_kernel };
    return life;
}

void gpu_life_finish(struct gpu_life *life, struct lifetime_table *table)
{
    lifetimes_finish(life->lifetimes, kernel_clock_end(&life->clock) - 1, life->weight,
                     table);
    table->line_bytes = life->line_bytes;
    lifetimes_free(life->lifetimes);
    free(life->classes);
    free(life);
}
