/* SCALE-Sim v3 (commit 1d62b68) in its stall-free mode, and a plain restatement of its
 * read buffers. */
#include "unit.h"

#include "accel/scalesim.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* AlexNet as that tool's topology has it: no padding, no groups. */
static const struct scalesim_layer alexnet[] = {
    { "Conv1", 224, 224, 11, 11, 3, 96, 4 }, { "Conv2", 27, 27, 5, 5, 96, 256, 1 },
    { "Conv3", 13, 13, 3, 3, 256, 384, 1 },  { "Conv4", 13, 13, 3, 3, 384, 384, 1 },
    { "Conv5", 13, 13, 3, 3, 384, 256, 1 },
};
static const struct scalesim_array a32_os = { 32, 32, DATAFLOW_OS, 64, 64, 64 };
static const struct scalesim_array a32_ws = { 32, 32, DATAFLOW_WS, 64, 64, 64 };
static const struct scalesim_array a32_is = { 32, 32, DATAFLOW_IS, 64, 64, 64 };
static const struct scalesim_array eyeriss = { 12, 14, DATAFLOW_WS, 36, 36, 36 };

static void cycles_equal_the_tool(void)
{
    static const struct {
        const struct scalesim_array *array;
        uint64_t cycles[5];
    } rows[] = {
        { &a32_os, { 121124, 334831, 113567, 168863, 112575 } },
        { &a32_ws, { 112283, 373799, 185759, 278639, 185759 } },
        { &a32_is, { 216599, 446249, 137663, 206495, 151199 } },
        { &eyeriss, { 664236, 2146999, 844031, 1266047, 859103 } },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t l = 0; l < 5; l++) {
            struct scalesim_counts counts;

            scalesim_evaluate(rows[i].array, &alexnet[l], &counts);
            CU_ASSERT_EQUAL(counts.total_cycles, rows[i].cycles[l]);
        }
}

static void accesses_equal_the_tool(void)
{
    static const struct {
        const struct scalesim_array *array;
        int layer;
        uint64_t counts[6]; /* SRAM ifmap, filter, ofmap, then DRAM */
        double mapping, overall;
    } rows[] = {
        { &a32_os,
          0,
          { 3294225, 3310560, 308640, 519810, 44366, 290431 },
          99.5066,
          84.9910 },
        { &a32_os,
          1,
          { 10156800, 10444800, 144128, 722497, 10444800, 135455 },
          97.2426,
          94.7941 },
        { &a32_os,
          4,
          { 3345408, 3538944, 33024, 778400, 3538944, 30976 },
          94.5312,
          92.8661 },
        { &a32_ws,
          0,
          { 3294225, 34848, 3484800, 1805023, 34848, 3484831 },
          94.5312,
          91.6831 },
        { &a32_ws,
          1,
          { 10156800, 614400, 10156800, 10156800, 614400, 10156831 },
          100,
          84.9119 },
        { &a32_ws,
          4,
          { 3345408, 884736, 3345408, 3345408, 884736, 3345439 },
          100,
          56.2794 },
        { &a32_is,
          0,
          { 1098075, 3310560, 3484800, 173542, 3310560, 3484831 },
          94.0648,
          47.5277 },
        { &a32_is,
          1,
          { 1269600, 10444800, 10156800, 85180, 10444800, 10156831 },
          97.2426,
          71.1262 },
        { &a32_is,
          4,
          { 418176, 3538944, 3345408, 91008, 3538944, 3345439 },
          94.5312,
          69.1433 },
        { &eyeriss,
          0,
          { 7686525, 34848, 9002400, 7595134, 34848, 9002400 },
          95.5892,
          94.4651 },
        { &eyeriss,
          1,
          { 24122400, 614400, 27084800, 24122400, 614400, 27084800 },
          96.2406,
          90.1085 },
        { &eyeriss,
          4,
          { 7945344, 884736, 8921088, 7945344, 884736, 8921088 },
          96.2406,
          74.1728 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scalesim_counts c;

        scalesim_evaluate(rows[i].array, &alexnet[rows[i].layer], &c);
        CU_ASSERT_EQUAL(c.sram_ifmap_reads, rows[i].counts[0]);
        CU_ASSERT_EQUAL(c.sram_filter_reads, rows[i].counts[1]);
        CU_ASSERT_EQUAL(c.sram_ofmap_writes, rows[i].counts[2]);
        CU_ASSERT_EQUAL(c.dram_ifmap_reads, rows[i].counts[3]);
        CU_ASSERT_EQUAL(c.dram_filter_reads, rows[i].counts[4]);
        CU_ASSERT_EQUAL(c.dram_ofmap_writes, rows[i].counts[5]);
        CU_ASSERT_DOUBLE_EQUAL(c.mapping_efficiency, rows[i].mapping, 6e-5);
        CU_ASSERT_DOUBLE_EQUAL(c.overall_utilization, rows[i].overall, 6e-5);
    }
}

/* A buffer as the tool's words describe it: a list of what it holds. */
struct plain_buffer {
    uint64_t held[4096], count, capacity, reads;
};

static void plain_access(struct plain_buffer *buffer, uint64_t address)
{
    for (uint64_t i = 0; i < buffer->count; i++)
        if (buffer->held[i] == address)
            return;
    buffer->reads++;
    buffer->held[buffer->count++] = address;
    if (buffer->count == buffer->capacity)
        buffer->count = 0;
}

/* Address of pixel m, window element k; false where the window hangs over the edge. */
static bool plain_address(const struct scalesim_layer *l, uint64_t m, uint64_t k,
                          uint64_t *address)
{
    uint64_t across = (l->ifmap_width - l->filter_width + 2 * l->stride - 1) /
                      l->stride;
    uint64_t y = m / across * l->stride + k / (l->filter_width * l->channels);
    uint64_t x = m % across * l->stride + k / l->channels % l->filter_width;

    *address = (y * l->ifmap_width + x) * l->channels + k % l->channels;
    return y < l->ifmap_height && x < l->ifmap_width;
}

/* Every cycle of every fold, every row (ifmap) or column (filter) of the array. */
static void plain_reads(const struct scalesim_array *a, const struct scalesim_layer *l,
                        uint64_t *ifmap_reads, uint64_t *filter_reads)
{
    struct gemm g = scalesim_gemm(l);
    struct systolic_folds f = systolic_fold(&g, a->dataflow, a->rows, a->columns);
    struct plain_buffer ifmap = { .capacity = scalesim_buffer_words(a->ifmap_kib) };
    struct plain_buffer filter = { .capacity = scalesim_buffer_words(a->filter_kib) };

    for (uint64_t c0 = 0; c0 < f.spatial_columns; c0 += a->columns)
        for (uint64_t r0 = 0; r0 < f.spatial_rows; r0 += a->rows) {
            for (uint64_t r = r0; f.load && r < r0 + a->rows && r < f.spatial_rows; r++)
                for (uint64_t c = c0; c < c0 + a->columns && c < f.spatial_columns;
                     c++) {
                    uint64_t address;

                    if (a->dataflow == DATAFLOW_WS)
                        plain_access(&filter, c * g.k + r);
                    else if (plain_address(l, c, r, &address))
                        plain_access(&ifmap, address);
                }
            for (uint64_t t = 0; t < f.time + a->rows + a->columns; t++) {
                for (uint64_t r = 0; r < a->rows && r0 + r < f.spatial_rows; r++) {
                    uint64_t at = t - r, address;

                    if (t < r || at >= f.time)
                        continue;
                    if (a->dataflow == DATAFLOW_IS)
                        plain_access(&filter, at * g.k + r0 + r);
                    else if (a->dataflow == DATAFLOW_OS
                                 ? plain_address(l, r0 + r, at, &address)
                                 : plain_address(l, at, r0 + r, &address))
                        plain_access(&ifmap, address);
                }
                for (uint64_t c = 0; a->dataflow == DATAFLOW_OS && c < a->columns &&
                                     c0 + c < f.spatial_columns;
                     c++)
                    if (t >= c && t - c < f.time)
                        plain_access(&filter, (c0 + c) * g.k + t - c);
            }
        }
    *ifmap_reads = ifmap.reads;
    *filter_reads = filter.reads;
}

static uint64_t below(uint32_t *state, uint64_t limit)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % limit;
}

/* 150 small layers on small arrays, drawn by a fixed rule. */
static void dram_reads_equal_a_plain_simulation(void)
{
    uint32_t state = 7;

    for (int i = 0; i < 150; i++) {
        uint64_t filter = 1 + below(&state, 4);
        struct scalesim_layer layer = {
            .ifmap_height = filter + below(&state, 14),
            .ifmap_width = filter + below(&state, 14),
            .filter_height = filter,
            .filter_width = filter,
            .channels = 1 + below(&state, 12),
            .filters = 1 + below(&state, 40),
            .stride = 1 + below(&state, 3),
        };
        struct scalesim_array array = {
            .rows = 1 + below(&state, 12),
            .columns = 1 + below(&state, 9),
            .dataflow = (enum dataflow)below(&state, 3),
            .ifmap_kib = 1 + below(&state, 3),
            .filter_kib = 1 + below(&state, 3),
            .ofmap_kib = 1,
        };
        uint64_t ifmap_reads, filter_reads;

        plain_reads(&array, &layer, &ifmap_reads, &filter_reads);
        CU_ASSERT_EQUAL(scalesim_ifmap_reads(&array, &layer), ifmap_reads);
        CU_ASSERT_EQUAL(scalesim_filter_reads(&array, &layer), filter_reads);
    }
}

static void write_temporary(const char *text, char path[32])
{
    int descriptor;

    strcpy(path, "/tmp/nvsweep-test-XXXXXX");
    descriptor = mkstemp(path);
    CU_ASSERT_EQUAL(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    close(descriptor);
}

static void topologies_are_read_as_the_tool_reads_them(void)
{
    struct scalesim_layer *layers;
    struct error err = { "" };
    size_t count;
    char path[32];

    write_temporary("Layer name, IFMAP Height, ...\n"
                    "Conv1, 224, 224, 11, 11, 3, 96, 4,\n\n"
                    "Conv2_DP, 10, 10, 3, 3, 4, 1, 1\n",
                    path);
    CU_ASSERT_EQUAL(scalesim_topology_read(path, false, &layers, &count, &err),
                    STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(count, 5); /* a depthwise layer is one per channel */
    CU_ASSERT_EQUAL(
        memcmp(&layers[0].ifmap_height, &alexnet[0].ifmap_height,
               sizeof layers[0] - offsetof(struct scalesim_layer, ifmap_height)),
        0);
    CU_ASSERT_EQUAL(layers[4].channels, 1);
    free(layers);
    unlink(path);

    write_temporary("Layer, M, N, K,\nfc, 7, 5, 3,\n", path);
    CU_ASSERT_EQUAL(scalesim_topology_read(path, true, &layers, &count, &err),
                    STATUS_OK);
    CU_ASSERT_EQUAL(scalesim_gemm(&layers[0]).m, 7);
    CU_ASSERT_EQUAL(scalesim_gemm(&layers[0]).n, 5);
    CU_ASSERT_EQUAL(scalesim_gemm(&layers[0]).k, 3);
    free(layers);
    unlink(path);
}

static void bad_files_are_refused_with_their_line(void)
{
    static const struct {
        bool is_topology;
        const char *text, *message;
    } rows[] = {
        { true, "h\nConv1, 4, 4, 5, 5, 3, 96, 4,\n", ":2: filter is larger" },
        { true, "h\nConv1, 4, x, 3, 3, 3, 96, 4,\n", ":2: IFMAP Width is 'x'" },
        { true, "h\nConv1, 4, 4,\n", ":2: has 3 fields" },
        { true, "h\n", "has no layers" },
        { false, "[a]\nArrayHeight : 0\n", ":2: ArrayHeight is '0'" },
        { false, "[a]\nDataflow : rs\n", "must be os, ws or is" },
        { false, "[a]\nInterfaceBandwidth: USER\n", "must be CALC" },
        { false, "[a]\nArrayHeight : 8\n", "lacks" },
        { false, "[a]\nArrayHeight\n", "no setting" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scalesim_layer *layers = NULL;
        struct scalesim_array array;
        struct error err = { "" };
        size_t count;
        char path[32];

        write_temporary(rows[i].text, path);
        CU_ASSERT_EQUAL(rows[i].is_topology
                            ? scalesim_topology_read(path, false, &layers, &count, &err)
                            : scalesim_array_read(path, &array, &err),
                        STATUS_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, rows[i].message));
        free(layers);
        unlink(path);
    }
}

SUITE(accel_scalesim, TEST(cycles_equal_the_tool), TEST(accesses_equal_the_tool),
      TEST(dram_reads_equal_a_plain_simulation),
      TEST(topologies_are_read_as_the_tool_reads_them),
      TEST(bad_files_are_refused_with_their_line));
