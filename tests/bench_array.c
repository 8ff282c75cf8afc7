/* How fast the array model is: full cache searches over the published tool's own space,
 * memories, organizations per second, and ratios to plain enumeration and to NVSim. */
#include "array/array.h"
#include "array_library.h"
#include "base/memory.h"
#include "base/units.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* NVSim per cache point: as shipped, and with one by-value copy removed (median), CPU s. */
static const double NVSIM_SHIPPED_S[] = { 30, 100 }, NVSIM_MENDED_S = 5.4;

static double cpu_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * NANO;
}

static struct array_request request_of(const char *cell, double node_nm, uint64_t bytes)
{
    return (struct array_request){
        .cell = shipped_cell(cell),
        .node = tool_node(node_nm * NANO, ROADMAP_HP),
        .rules = &array_rules_nvsim,
        .capacity_bytes = bytes,
        .word_bits = 512,
        .associativity = 16,
        .target = TARGET_READ_EDP,
    };
}

/* Best of three, as other work may share the machine. */
static double search_s(const struct array_request *request, struct array_result *result)
{
    double best_s = 0;

    for (int i = 0; i < 3; i++) {
        double start_s = cpu_s(), taken_s;

        if (array_search(request, result, NULL) != STATUS_OK)
            return -1;
        taken_s = cpu_s() - start_s;
        if (i == 0 || taken_s < best_s)
            best_s = taken_s;
    }
    return best_s;
}

struct tally {
    double sum_s, worst_s, organizations;
    int points;
};

static void caches(const char *cell, double node_nm, struct tally *tally)
{
    printf("  %-17s %3g nm", cell, node_nm);
    for (uint64_t bytes = 1 << 20; bytes <= UINT64_C(1) << 30; bytes *= 4) {
        double mean_s = 0;
        int points = 0;

        for (int target = TARGET_READ_LATENCY; target <= TARGET_AREA; target++)
            for (int access = ACCESS_NORMAL; access <= ACCESS_FAST; access++) {
                struct array_request request = request_of(cell, node_nm, bytes);
                struct array_result result;
                double taken_s;

                request.target = (enum array_target)target;
                request.access = (enum array_access)access;
                taken_s = search_s(&request, &result);
                if (taken_s < 0)
                    continue;
                mean_s += taken_s;
                points++;
                tally->worst_s = taken_s > tally->worst_s ? taken_s : tally->worst_s;
                tally->organizations += (double)result.organizations;
            }
        tally->sum_s += mean_s;
        tally->points += points;
        printf(points > 0 ? " %7.2f" : "       -", mean_s / points / MILLI);
    }
    printf("\n");
}

/* Caches of every technology by the physical rules, with a number of banks or the search's
 * own choice. */
static void technologies(uint64_t banks, const char *title)
{
    static const char *const cells[] = { "sram",          "sram-8t",  "edram",
                                         "edram-3t",      "stt-mram", "sot-mram",
                                         "vgsot-mram",    "rram",     "pcm",
                                         "rram-crossbar", "fefet",    "ctt",
                                         "racetrack" };
    struct tally tally = { 0 };

    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        for (uint64_t bytes = 1 << 20; bytes <= UINT64_C(1) << 30; bytes *= 4)
            for (int access = ACCESS_NORMAL; access <= ACCESS_FAST; access++) {
                struct array_request request = request_of(cells[i], 16, bytes);
                struct array_result result;
                double taken_s;

                request.rules = &array_rules_physical;
                request.access = (enum array_access)access;
                request.banks = banks;
                taken_s = search_s(&request, &result);
                if (taken_s < 0)
                    continue;
                tally.sum_s += taken_s;
                tally.points++;
                tally.worst_s = taken_s > tally.worst_s ? taken_s : tally.worst_s;
            }
    printf("array: every technology at 16 nm, 1 MiB..1 GiB, physical rules, %s: %d "
           "points, "
           "mean %.2f ms, worst %.2f ms\n",
           title, tally.points, tally.sum_s / tally.points / MILLI,
           tally.worst_s / MILLI);
}

/* What a sweep asks for by default: banks and the level of every wire chosen, least EDAP,
 * tag first from 1 MiB on. */
static struct array_request default_request(const char *cell, double node_nm,
                                            uint64_t bytes)
{
    struct array_request request = request_of(cell, node_nm, bytes);

    request.node = shipped_node(node_nm * NANO, ROADMAP_HP);
    request.rules = &array_rules_physical;
    request.target = TARGET_EDAP;
    request.access = ACCESS_BY_SIZE;
    request.banks = ARRAY_BANKS_CHOSEN;
    return request;
}

static void defaults(void)
{
    static const char *const cells[] = { "sram",     "edram", "edram-3t", "stt-mram",
                                         "sot-mram", "rram",  "pcm" };
    static const double nodes_nm[] = { 28, 16, 7, 3 };
    struct tally tally = { 0 };

    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        for (size_t n = 0; n < sizeof nodes_nm / sizeof nodes_nm[0]; n++)
            for (uint64_t bytes = 64 << 10; bytes <= UINT64_C(1) << 30; bytes *= 4) {
                struct array_request request = default_request(cells[i], nodes_nm[n],
                                                               bytes);
                struct array_result result;
                double taken_s = search_s(&request, &result);

                if (taken_s < 0)
                    continue;
                tally.sum_s += taken_s;
                tally.points++;
                tally.worst_s = taken_s > tally.worst_s ? taken_s : tally.worst_s;
            }
    printf("array: a sweep's defaults, 28 to 3 nm, 64 KiB..1 GiB: %d points, mean %.2f "
           "ms (target 5 ms), worst %.2f ms\n",
           tally.points, tally.sum_s / tally.points / MILLI, tally.worst_s / MILLI);
}

static void default_naive_ratio(const char *cell, double node_nm, uint64_t bytes)
{
    struct array_request request = default_request(cell, node_nm, bytes);
    struct array_result fast, naive;
    double fast_s = search_s(&request, &fast), start_s = cpu_s(), naive_s;

    if (fast_s < 0 || array_search_naive(&request, &naive, NULL) != STATUS_OK)
        return;
    naive_s = cpu_s() - start_s;
    printf("  %-8s %3g nm %5.0f KiB  fast %6.2f ms, naive %9.2f ms, ratio %6.0f, %s\n",
           cell, node_nm, (double)bytes / KIB, fast_s / MILLI, naive_s / MILLI,
           naive_s / fast_s,
           memcmp(&fast.data.organization, &naive.data.organization,
                  sizeof fast.data.organization) == 0 &&
                   memcmp(&fast.tag.organization, &naive.tag.organization,
                          sizeof fast.tag.organization) == 0 &&
                   fast.read_latency_s == naive.read_latency_s &&
                   fast.area_m2 == naive.area_m2
               ? "same optimum"
               : "ANOTHER OPTIMUM");
}

static void naive_ratio(const char *cell, bool is_cache, uint64_t bytes)
{
    struct array_request request = request_of(cell, 22, bytes);
    struct array_result fast, naive;
    double fast_s, start_s, naive_s;

    if (!is_cache)
        request.associativity = 0;
    fast_s = search_s(&request, &fast);
    start_s = cpu_s();
    if (array_search_naive(&request, &naive, NULL) != STATUS_OK)
        return;
    naive_s = cpu_s() - start_s;
    printf("  %-7s %-5s %5.0f KiB  fast %6.2f ms, naive %9.2f ms, ratio %6.0f, "
           "%llu of %llu organizations valid\n",
           cell, is_cache ? "cache" : "RAM", (double)bytes / KIB, fast_s / MILLI,
           naive_s / MILLI, naive_s / fast_s, (unsigned long long)naive.valid,
           (unsigned long long)naive.organizations);
}

static void peers_space(void)
{
    static const struct {
        const char *cell;
        double node_nm;
    } cells[] = { { "SRAM", 22 },  { "STTRAM", 22 }, { "STTRAM_aggressive", 22 },
                  { "RRAM", 22 },  { "PCRAM", 90 },  { "SRAM", 45 },
                  { "STTRAM", 45 } };
    struct tally tally = { 0 };
    double mean_s;

    printf(
        "array: cache search (data and tag) over NVSim's space, CPU ms per point,\n"
        "mean over 8 targets and 3 access modes, capacities 1 4 16 64 256 1024 MiB\n");
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        caches(cells[i].cell, cells[i].node_nm, &tally);
    mean_s = tally.sum_s / tally.points;
    printf("array: %d points, mean %.2f ms, worst %.2f ms (target 10 ms), %.3g "
           "organizations/s\n",
           tally.points, mean_s / MILLI, tally.worst_s / MILLI,
           tally.organizations / tally.sum_s);
    printf("array: NVSim as shipped %.0f-%.0f s per point: %.0f-%.0f times; with its "
           "by-value copy removed %.1f CPU s: %.0f times\n",
           NVSIM_SHIPPED_S[0], NVSIM_SHIPPED_S[1], NVSIM_SHIPPED_S[0] / mean_s,
           NVSIM_SHIPPED_S[1] / mean_s, NVSIM_MENDED_S, NVSIM_MENDED_S / mean_s);
}

static void enumeration(void)
{
    printf("array: a sweep's defaults against plain enumeration in this program\n");
    default_naive_ratio("sram", 16, 1 << 20);
    default_naive_ratio("stt-mram", 7, 4 << 20);
    printf("array: against plain enumeration in this program\n");
    naive_ratio("SRAM", false, 1 << 20);
    naive_ratio("STTRAM", false, 8 << 20);
    naive_ratio("SRAM", true, 256 << 10);
    naive_ratio("STTRAM", true, 1 << 20);
}

/* Runs all parts, or the one that is named. */
int main(int argc, char **argv)
{
    const char *part = argc > 1 ? argv[1] : "all";
    bool all = strcmp(part, "all") == 0;

    memory_keep();
    if (shipped_library() == NULL) {
        fprintf(stderr, "no library: set NVSWEEP_LIBRARY\n");
        return 1;
    }
    if (all || strcmp(part, "peer") == 0)
        peers_space();
    if (all || strcmp(part, "technologies") == 0) {
        technologies(1, "one bank");
        technologies(ARRAY_BANKS_CHOSEN, "banks chosen");
    }
    if (all || strcmp(part, "defaults") == 0)
        defaults();
    if (all || strcmp(part, "enumeration") == 0)
        enumeration();
    return 0;
}
