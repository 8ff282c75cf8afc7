/* Speed of reuse curves on a tiled matrix product of 10^6 distinct lines: the exact pass,
 * the set-associative simulator, the sampled mode; each beside a reference measured in
 * the same run. */
#include "base/memory.h"
#include "base/units.h"
#include "config/library.h"
#include "machine/gpu/kernels.h"
#include "set_associative.h"
#include "workload/stack_distance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EDGE = 3264, CAPACITIES = 11, REPEATS = 3 };

/* Processor time: others may use the machine, too. */
static double now_s(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static struct layer product = { .name = "product",
                                .kind = LAYER_GEMM,
                                .input = "",
                                .m = EDGE,
                                .n = EDGE,
                                .k = EDGE,
                                .count = 1,
                                .stride = 1,
                                .groups = 1,
                                .dilation = 1,
                                .heads = 1,
                                .first = "",
                                .weights_of = "" };
static struct workload workload = { .layers = &product, .layers_count = 1 };

/* 28 processors of two thread blocks, as the GTX 1080 Ti. */
static const struct gpu gpu = {
    .processors = 28,
    .blocks_per_processor = 2,
    .clock_hz = 1582e6,
    .peak_macs_hz = 5.67e12,
    .kernel_efficiency = 1,
    .sustained_share = 1,
    .tile_m = 128,
    .tile_n = 128,
    .tile_k = 32,
    .l1_bypass = true,
    .llc_line_bytes = 128,
    .llc_sector_bytes = 32,
    .llc_slices = 22,
    .llc_ways = 16,
};

static const struct evaluation evaluation = {
    .gpu = &gpu, .workload = &workload, .batch = 1, .precision_bits = 32
};

static void count_sink(void *self, const uint32_t *accesses, size_t count)
{
    uint64_t *total = self;

    (void)accesses;
    *total += count;
}

/* The whole stream, for what is to be timed without its making. */
struct recording {
    uint32_t *accesses;
    size_t count;
};

static void record_sink(void *self, const uint32_t *accesses, size_t count)
{
    struct recording *recording = self;

    memcpy(recording->accesses + recording->count, accesses, count * sizeof *accesses);
    recording->count += count;
}

static struct recording record_stream(uint64_t count)
{
    struct recording recording = { .accesses = alloc_array(count, sizeof(uint32_t)) };

    gpu_stream(&evaluation, 0,
               (struct access_sink){ .accesses = record_sink, .self = &recording },
               NULL);
    return recording;
}

static double best_s(void (*work)(const struct recording *, void *),
                     const struct recording *recording, void *argument)
{
    double best = INFINITY;

    for (int i = 0; i < REPEATS; i++) {
        double start_s = now_s();

        work(recording, argument);
        best = fmin(best, now_s() - start_s);
    }
    return best;
}

static void exact_pass(const struct recording *recording, void *curve)
{
    struct stack_distance *stack = stack_distance_create(3u << 20, 128);

    stack_distance_access(stack, recording->accesses, recording->count);
    stack_distance_finish(stack, 1, 16, curve);
    stack_distance_free(stack);
}

/* The textbook way, for comparison: a Fenwick tree over all of time. */
static void fenwick_pass(const struct recording *recording, void *sum)
{
    uint32_t *tree = alloc_array(recording->count + 1, sizeof *tree);
    uint32_t *last = alloc_array(3u << 20, sizeof *last);
    uint64_t total = 0;

    for (size_t i = 1; i <= recording->count; i++) {
        uint32_t line = recording->accesses[i - 1] & ACCESS_LINE_MASK;

        if (last[line]) {
            for (size_t t = i - 1; t > 0; t -= t & -t)
                total += tree[t];
            for (size_t t = last[line]; t > 0; t -= t & -t)
                total -= tree[t];
            for (size_t t = last[line]; t <= recording->count; t += t & -t)
                tree[t]--;
        }
        for (size_t t = i; t <= recording->count; t += t & -t)
            tree[t]++;
        last[line] = (uint32_t)i;
    }
    *(uint64_t *)sum = total;
    free(tree);
    free(last);
}

/* The plain loop, for comparison: one capacity, 16 ways, times of last use. */
static void plain_pass(const struct recording *recording, void *misses)
{
    enum { SETS = 2048, WAYS = 16 };
    uint32_t *lines = alloc_array(SETS * WAYS, sizeof *lines);
    uint32_t *used = alloc_array(SETS * WAYS, sizeof *used);
    uint64_t missed = 0;

    memset(lines, 0xff, SETS * WAYS * sizeof *lines);
    for (size_t i = 0; i < recording->count; i++) {
        uint32_t line = recording->accesses[i] & ACCESS_LINE_MASK;
        size_t set = line % SETS * WAYS, oldest = set, way = set;

        while (way < set + WAYS && lines[way] != line) {
            oldest = used[way] < used[oldest] ? way : oldest;
            way++;
        }
        if (way == set + WAYS) {
            missed++;
            way = oldest;
            lines[way] = line;
        }
        used[way] = (uint32_t)i;
    }
    *(uint64_t *)misses = missed;
    free(lines);
    free(used);
}

static void set_associative_pass(const struct recording *recording, void *unused)
{
    (void)unused;
    struct set_associative *caches[CAPACITIES];

    for (int c = 0; c < CAPACITIES; c++) /* 32 KiB to 32 MiB */
        caches[c] = set_associative_create(UINT64_C(16) << c, 16, INDEX_HASHED);
    set_associative_access_all(caches, CAPACITIES, recording->accesses,
                               recording->count);
    for (int c = 0; c < CAPACITIES; c++)
        set_associative_free(caches[c]);
}

static double curve_difference(const struct reuse_curve *a, const struct reuse_curve *b)
{
    double worst = 0;

    for (unsigned i = curve_bin(512 * KIB); i < CURVE_POINTS; i++)
        worst = fmax(worst, fabs(a->read_misses[i] + a->write_misses[i] -
                                 b->read_misses[i] - b->write_misses[i]) /
                                (a->reads + a->writes));
    return worst;
}

static void bench_sampled(const struct reuse_curve *exact)
{
    for (unsigned shift = 4; shift <= 9; shift++) {
        static struct reuse_curve curve;
        double best = INFINITY;

        for (int i = 0; i < REPEATS; i++) {
            double start_s = now_s();

            gpu_measure(&evaluation, shift, &curve, NULL, NULL);
            best = fmin(best, now_s() - start_s);
        }
        printf("  sampled, 1 line in %-3u          %9.3g accesses/s  (goal 1e9)  "
               "error %.5f, stated %.5f\n",
               1u << shift, (exact->reads + exact->writes) / best,
               curve_difference(exact, &curve), curve.error);
    }
}

/* The reuse pass of DeepNVM++'s networks with lifetimes over that without; exits if a curve is
 * not the same, bit by bit. */
static double lifetimes_cost(const struct gpu *machine, const struct workload *network,
                             enum phase phase, uint64_t batch)
{
    static struct reuse_curve curves[2];
    static struct lifetime_table table;
    double best[2] = { INFINITY, INFINITY };

    for (int i = 0; i < 2 * REPEATS; i++) {
        int timed = i % 2;
        double start_s = now_s();

        memset(&curves[timed], 0, sizeof curves[timed]);
        if (reuse_evaluate_deployed(machine, network, phase, batch, 32, 0,
                                    &deployment_plain, 0.01, &curves[timed],
                                    timed ? &table : NULL, NULL) != STATUS_OK)
            exit(1);
        best[timed] = fmin(best[timed], now_s() - start_s);
    }
    if (memcmp(&curves[0], &curves[1], sizeof curves[0]) != 0) {
        printf("  curve with lifetimes differs: %s\n", network->record.name);
        exit(1);
    }
    printf(
        "  %-12s %-9s batch %-3.0f %7.1f ms without, %7.1f ms with lifetimes: %.2f\n",
        network->record.name, word_name(phase_words, phase), (double)batch,
        1e3 * best[0], 1e3 * best[1], best[1] / best[0]);
    return best[1] / best[0];
}

static void bench_lifetimes(void)
{
    static const char *const networks[] = { "alexnet", "googlenet", "vgg16", "resnet18",
                                            "squeezenet" };
    char *folder = library_default_folder();
    const char *const folders[] = { folder };
    struct library library = { 0 };
    struct error err = { "no library folder beside the program; set NVSWEEP_LIBRARY" };
    double sum = 0, worst = 0;

    if (!folder || library_read(folders, 1, &library, &err) != STATUS_OK) {
        fprintf(stderr, "bench_reuse: %s\n", err.text);
        exit(1);
    }
    printf("lifetimes: passes on the GTX 1080 Ti, same curves\n");
    for (int i = 0; i < 10; i++) {
        double cost = lifetimes_cost(
            (const struct gpu *)library_find(&library, RECORDS_MACHINE, "gtx-1080-ti"),
            (const struct workload *)library_find(&library, RECORDS_WORKLOAD,
                                                  networks[i / 2]),
            i % 2 ? PHASE_TRAINING : PHASE_INFERENCE, i % 2 ? 64 : 4);

        sum += cost;
        worst = fmax(worst, cost);
    }
    printf("  mean %.2f (goal 1.6), worst %.2f (goal 2)\n", sum / 10, worst);
    library_free(&library);
    free(folder);
}

int main(int argc, char **argv)
{
    bool lifetimes_alone = argc > 1 && strcmp(argv[1], "lifetimes") == 0;

    bench_lifetimes();
    if (lifetimes_alone)
        return 0;
    static struct reuse_curve curve;
    uint64_t count = 0, sum = 0, misses = 0;
    struct recording recording;
    double start_s = now_s(), make_s, plain_rate, fenwick_rate, exact_rate, rate;

    gpu_stream(&evaluation, 0,
               (struct access_sink){ .accesses = count_sink, .self = &count }, NULL);
    make_s = now_s() - start_s;
    recording = record_stream(count);
    exact_rate = (double)count / best_s(exact_pass, &recording, &curve);
    fenwick_rate = (double)count / best_s(fenwick_pass, &recording, &sum);
    plain_rate = (double)count / best_s(plain_pass, &recording, &misses);
    rate = (double)count * CAPACITIES / best_s(set_associative_pass, &recording, NULL);
    start_s = now_s();
    gpu_measure(&evaluation, 0, &curve, NULL, NULL);
    printf("reuse: tiled product, %.3g accesses to %.3g lines\n", (double)count,
           curve.footprint_bytes / 128);
    printf("  making the stream               %9.3g accesses/s\n",
           (double)count / make_s);
    printf(
        "  exact pass, all capacities      %9.3g accesses/s  (goal 1e7; Fenwick tree "
        "%.3g: %.1f times)\n",
        exact_rate, fenwick_rate, exact_rate / fenwick_rate);
    printf("  exact pass, stream made too     %9.3g accesses/s\n",
           (double)count / (now_s() - start_s));
    printf("  set-associative, %d capacities  %9.3g accesses/s  (goal 2e8; plain loop "
           "%.3g: %.2f times)\n",
           CAPACITIES, rate, plain_rate, rate / plain_rate);
    bench_sampled(&curve);
    free(recording.accesses);
    return 0;
}
