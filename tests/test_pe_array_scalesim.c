/* SCALE-Sim v3 (commit 1d62b68) in both of its bandwidth modes. */
#include "unit.h"

#include "compat/scalesim_files.h"
#include "machine/pe_array/scalesim_parts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* AlexNet as that tool's topology has it: no padding, no groups. */
static const struct scalesim_layer alexnet[] = {
    { "Conv1", 224, 224, 11, 11, 3, 96, 4, 0 },
    { "Conv2", 27, 27, 5, 5, 96, 256, 1, 0 },
    { "Conv3", 13, 13, 3, 3, 256, 384, 1, 0 },
    { "Conv4", 13, 13, 3, 3, 384, 384, 1, 0 },
    { "Conv5", 13, 13, 3, 3, 384, 256, 1, 0 },
};
#define ARRAY(rows, columns, dataflow, kib)                           \
    {                                                                 \
        rows, columns, dataflow, kib, kib, kib, false, 10, 10, 10, "" \
    }
static const struct scalesim_array a32_os = ARRAY(32, 32, DATAFLOW_OS, 64);
static const struct scalesim_array a32_ws = ARRAY(32, 32, DATAFLOW_WS, 64);
static const struct scalesim_array a32_is = ARRAY(32, 32, DATAFLOW_IS, 64);
static const struct scalesim_array eyeriss = ARRAY(12, 14, DATAFLOW_WS, 36);

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
            struct error err = { "" };

            scalesim_evaluate(rows[i].array, &alexnet[l], &counts, &err);
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
        struct error err = { "" };

        scalesim_evaluate(rows[i].array, &alexnet[rows[i].layer], &c, &err);
        CU_ASSERT_EQUAL(c.sram_ifmap.words, rows[i].counts[0]);
        CU_ASSERT_EQUAL(c.sram_filter.words, rows[i].counts[1]);
        CU_ASSERT_EQUAL(c.sram_ofmap.words, rows[i].counts[2]);
        CU_ASSERT_EQUAL(c.dram_ifmap.words, rows[i].counts[3]);
        CU_ASSERT_EQUAL(c.dram_filter.words, rows[i].counts[4]);
        CU_ASSERT_EQUAL(c.dram_ofmap.words, rows[i].counts[5]);
        CU_ASSERT_DOUBLE_EQUAL(c.mapping_efficiency, rows[i].mapping, 6e-5);
        CU_ASSERT_DOUBLE_EQUAL(c.overall_utilization, rows[i].overall, 6e-5);
    }
}

/* The columns of the three reports, in their order. */
enum { COLUMNS = 30 };

static void columns_of(const struct scalesim_counts *c, double columns[COLUMNS])
{
    const struct scalesim_traffic *all[] = { &c->sram_ifmap,  &c->sram_filter,
                                             &c->sram_ofmap,  &c->dram_ifmap,
                                             &c->dram_filter, &c->dram_ofmap };

    columns[0] = (double)c->prefetch_cycles;
    columns[1] = (double)c->total_cycles;
    columns[2] = (double)c->stall_cycles;
    columns[3] = c->overall_utilization;
    columns[4] = c->mapping_efficiency;
    columns[5] = c->compute_utilization;
    for (int i = 0; i < 6; i++) {
        double cycles = i < 3 ? (double)c->total_cycles
                              : (double)(all[i]->stop - all[i]->start + 1);

        columns[6 + i] = (double)all[i]->words / cycles;
        columns[12 + 3 * i] = (double)all[i]->start;
        columns[13 + 3 * i] = (double)all[i]->stop;
        columns[14 + 3 * i] = (double)all[i]->words;
    }
}

/* The next number of a line, behind a comma. */
static double number_next(char **text)
{
    double value = strtod(*text, text);

    *text += **text == ',';
    return value;
}

/* fixtures/scalesim: a plain simulation, word by word, of 120 drawn layers in both modes;
 * not one digit may differ. */
static void reports_equal_a_plain_simulation(void)
{
    FILE *file = fopen("tests/fixtures/scalesim/rows.csv", "r");
    char line[2048];
    size_t rows = 0, different = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    while (fgets(line, sizeof line, file)) {
        char *text = strchr(line, ',') + 1;
        uint64_t v[13];
        double columns[COLUMNS];
        struct scalesim_counts counts;
        struct error err = { "" };

        for (int i = 0; i < 13; i++)
            v[i] = (uint64_t)number_next(&text);
        line[2] = '\0';
        const struct scalesim_array array = {
            v[0],     v[1], (enum dataflow)word_find(dataflow_words, line)->value,
            v[2],     v[3], v[4],
            v[5] > 0, v[5], v[5],
            v[5],     "",
        };
        const struct scalesim_layer layer = {
            "", v[6], v[7], v[8], v[9], v[10], v[11], v[12], 0,
        };
        CU_ASSERT_EQUAL(scalesim_evaluate(&array, &layer, &counts, &err), STATUS_OK);
        columns_of(&counts, columns);
        for (int i = 0; i < COLUMNS; i++)
            different += number_next(&text) != columns[i];
        rows++;
    }
    fclose(file);
    CU_ASSERT_EQUAL(rows, 120);
    CU_ASSERT_EQUAL(different, 0);
}

/* Reports that the tool's repository keeps for its tests: scale-sim-v3,
 * test/general/golden_trace_calc (AlexNet's first layer) and golden_trace_user_* (a
 * product of 256 x 256 by 256 x 128, ten words a cycle). */
static void reports_equal_the_tools_own(void)
{
    static const struct scalesim_layer product = { "", 256, 256, 1, 256, 1, 128, 1, 0 };
    static const struct {
        enum dataflow dataflow;
        bool is_product;
        double columns[COLUMNS];
    } rows[] = {
        { DATAFLOW_WS,
          false,
          { 116210,
            112283,
            0,
            91.68309650614964,
            94.53125,
            90.78000992063485,
            29.338590881967885,
            0.31035864734643714,
            31.035864734643713,
            15.686576632947475,
            0.3280954308794592,
            31.160747178854372,
            33,
            112176,
            3294225,
            1,
            109197,
            34848,
            63,
            112283,
            3484800,
            -3243,
            111824,
            1805023,
            -3275,
            102937,
            34848,
            1102,
            112935,
            3484831 } },
        { DATAFLOW_OS,
          true,
          { 59000,
            52447,
            42272,
            15.619577859553454,
            100,
            80.50314465408805,
            4.9982649150571055,
            4.9982649150571055,
            0.6638320590310218,
            9.997139969874349,
            10,
            9.99938968568813,
            1,
            52417,
            262144,
            1,
            52417,
            262144,
            255,
            52447,
            34816,
            -3277,
            49169,
            524320,
            -3277,
            -1,
            32770,
            52447,
            55723,
            32768 } },
        { DATAFLOW_WS,
          true,
          { 59002,
            52447,
            41248,
            15.619577859553454,
            100,
            67.19160104986877,
            4.9982649150571055,
            0.6247831143821382,
            4.9982649150571055,
            9.997139969874349,
            10,
            5.972775942590272,
            33,
            52417,
            262144,
            1,
            52130,
            32768,
            63,
            52447,
            262144,
            -3277,
            49169,
            524320,
            -3277,
            -1,
            32770,
            11831,
            55725,
            262175 } },
        { DATAFLOW_IS,
          true,
          { 29815,
            19984,
            5777,
            40.99279423538831,
            100,
            50.59288537549411,
            3.2794235388310646,
            13.117694155324259,
            13.117694155324259,
            9.997711845015635,
            10,
            10.613643724696356,
            1,
            19795,
            65536,
            33,
            19954,
            262144,
            63,
            19984,
            262144,
            -3277,
            9833,
            131080,
            -3277,
            -1,
            32770,
            1839,
            26538,
            262157 } },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct scalesim_array array = {
            32, 32, rows[i].dataflow, 64, 64, 64, rows[i].is_product, 10, 10, 10, "",
        };
        double columns[COLUMNS];
        struct scalesim_counts counts;
        struct error err = { "" };

        scalesim_evaluate(&array, rows[i].is_product ? &product : &alexnet[0], &counts,
                          &err);
        columns_of(&counts, columns);
        for (int c = 0; c < COLUMNS; c++)
            CU_ASSERT_EQUAL(columns[c], rows[i].columns[c]);
    }
}

/* The commit above on AlexNet with ten words a cycle: 19,839,718 cycles for its five
 * convolutions, stalls most of them. */
static void stalls_of_alexnet_equal_the_tool(void)
{
    struct scalesim_array array = a32_os;
    struct error err = { "" };
    uint64_t cycles = 0;

    array.is_bandwidth_given = true;
    array.ifmap_bandwidth = array.filter_bandwidth = array.ofmap_bandwidth = 10;
    for (size_t l = 0; l < 5; l++) {
        struct scalesim_counts counts;

        scalesim_evaluate(&array, &alexnet[l], &counts, &err);
        cycles += counts.total_cycles;
    }
    CU_ASSERT_EQUAL(cycles, 19839718);
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

    /* an empty first line is the header; ratios count only with sparsity; strides of both
     * sides as in the tool's second version; no newline at the end */
    write_temporary(
        "\r\nA, 9, 9, 3, 3, 4, 8, 2, 2:4,\r\nB, +9, 9, 3, 3, 4, 8, 2, 3,\r\n"
        "C, 9,9,3,3,4,8,2,,",
        path);
    CU_ASSERT_EQUAL(scalesim_topology_read(path, false, &layers, &count, &err),
                    STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(count, 3);
    CU_ASSERT_EQUAL(scalesim_gemm(&layers[0]).m, 4 * 4);
    CU_ASSERT_EQUAL(scalesim_gemm(&layers[1]).m, 4 * 3);
    CU_ASSERT_EQUAL(scalesim_gemm(&layers[2]).m, 4 * 4);
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
        { true, "h\nConv1, 4, 4, 5, 5, 3, 96, 4,\n", ":2: the filter is larger" },
        { true, "h\nConv1, 4, x, 3, 3, 3, 96, 4,\n", ":2: IFMAP Width is 'x'" },
        { true, "h\nConv1, 4, 4,\n", ":2: has 3 fields" },
        { true, "h\n", "has no layers" },
        { false, "[a]\nArrayHeight : 0\n", ":2: ArrayHeight is '0'" },
        { false, "[a]\nDataflow : rs\n", "must be os, ws or is" },
        { true, "h\nConv1, 4, 4, 3, 3, 3, 96, 1, x,\n", ":2: Stride Width is 'x'" },
        { true, "h\nConv1, 9999999, 9999999, 3, 3, 3, 96, 1,\n", "too large" },
        { true, "\nConv1, 4, 4, 5, 5, 3, 96, 4,\n", ":2: the filter is larger" },
        { false, "[a]\nInterfaceBandwidth: user\n", "must be CALC or USER" },
        { false, "[a]\nBandwidth : 0, 3\n", ":2: Bandwidth is '0'" },
        { false, "[sparsity]\nSparsitySupport = True\n", "must be false" },
        { false, "[a]\nIfmapCustomLayout: True\n", "must be false" },
        { false, "[a]\nArrayHeight : 8\n", "must have it" },
        { false, "[a]\nArrayHeight\n", "is not a setting" },
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

SUITE(pe_array_scalesim, TEST(cycles_equal_the_tool), TEST(accesses_equal_the_tool),
      TEST(reports_equal_a_plain_simulation), TEST(reports_equal_the_tools_own),
      TEST(stalls_of_alexnet_equal_the_tool),
      TEST(topologies_are_read_as_the_tool_reads_them),
      TEST(bad_files_are_refused_with_their_line));
