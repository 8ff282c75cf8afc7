#include "cmd/cmd.h"

#include "accel/scalesim.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The shortest decimal that reads back as the same double, a dot in it. */
static const char *number_text(double value, char *buffer, size_t size)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(buffer, size, "%.*g", digits, value);
        if (strtod(buffer, NULL) == value)
            break;
    }
    if (!strpbrk(buffer, ".en"))
        strncat(buffer, ".0", size - strlen(buffer) - 1);
    return buffer;
}

static void report_print(const struct scalesim_array *array,
                         const struct scalesim_layer *layers, size_t count)
{
    printf(
        "LayerID, Total Cycles, Stall Cycles, Overall Util %%, Mapping Efficiency %%, "
        "Compute Util %%, SRAM IFMAP Reads, SRAM Filter Reads, SRAM OFMAP Writes, "
        "DRAM IFMAP Reads, DRAM Filter Reads, DRAM OFMAP Writes,\n");
    for (size_t i = 0; i < count; i++) {
        struct scalesim_counts c;
        char overall[40], mapping[40], compute[40];

        scalesim_evaluate(array, &layers[i], &c);
        printf("%zu, %" PRIu64 ", 0, %s, %s, %s, %" PRIu64 ", %" PRIu64 ", %" PRIu64
               ", %" PRIu64 ", %" PRIu64 ", %" PRIu64 ",\n",
               i, c.total_cycles,
               number_text(c.overall_utilization, overall, sizeof overall),
               number_text(c.mapping_efficiency, mapping, sizeof mapping),
               number_text(c.compute_utilization, compute, sizeof compute),
               c.sram_ifmap_reads, c.sram_filter_reads, c.sram_ofmap_writes,
               c.dram_ifmap_reads, c.dram_filter_reads, c.dram_ofmap_writes);
    }
}

/* The topology as a workload record.  Layers stand alone, each with an input of its own
 * as large as its windows reach: the tool rounds outputs up. */
static void record_print(const char *name, const char *file,
                         const struct scalesim_layer *layers, size_t count)
{
    printf(
        "workloads = ( {\n  name = \"%s\";\n  source = \"imported from the SCALE-Sim "
        "topology %s\";\n  layers = (\n",
        name, file);
    for (size_t i = 0; i < count; i++) {
        const struct scalesim_layer *l = &layers[i];
        uint64_t s = l->stride;
        uint64_t rows = (l->ifmap_height - l->filter_height + 2 * s - 1) / s;
        uint64_t columns = (l->ifmap_width - l->filter_width + 2 * s - 1) / s;

        printf("    { name = \"in%zu\"; kind = \"input\"; channels = %" PRIu64
               "; height = %" PRIu64 "; width = %" PRIu64 "; },\n",
               i, l->channels, (rows - 1) * s + l->filter_height,
               (columns - 1) * s + l->filter_width);
        printf("    { name = \"%s-%zu\"; kind = \"convolution\"; outputs = %" PRIu64
               "; kernel = %" PRIu64 "; kernel_width = %" PRIu64 "; stride = %" PRIu64
               "; }%s\n",
               l->name, i, l->filters, l->filter_height, l->filter_width, s,
               i + 1 < count ? "," : "");
    }
    printf("  );\n} );\n");
}

enum status cmd_scalesim(int argc, char **argv, struct error *err)
{
    const char *config = NULL, *topology = NULL, *input = "conv", *record = NULL;
    const struct option_spec options[] = {
        { .name = "c", .value = &config },
        { .name = "t", .value = &topology },
        { .name = "i", .value = &input },
        { .name = "record", .value = &record },
    };
    struct scalesim_array array;
    struct scalesim_layer *layers = NULL;
    size_t count = 0;
    enum status status = options_read(&argc, argv, options,
                                      sizeof options / sizeof *options, err);

    if (status == STATUS_OK && (!topology || (!config && !record) || argc > 0))
        status = error_set(
            err, STATUS_INPUT,
            "scalesim needs -c CFG and -t TOPOLOGY.csv, or --record NAME and "
            "-t TOPOLOGY.csv");
    if (status == STATUS_OK && strcmp(input, "conv") != 0 && strcmp(input, "gemm") != 0)
        status = error_set(err, STATUS_INPUT, "-i is '%.40s', must be conv or gemm",
                           input);
    if (status == STATUS_OK && !record)
        status = scalesim_array_read(config, &array, err);
    if (status == STATUS_OK)
        status = scalesim_topology_read(topology, strcmp(input, "gemm") == 0, &layers,
                                        &count, err);
    if (status == STATUS_OK && record)
        record_print(record, topology, layers, count);
    else if (status == STATUS_OK)
        report_print(&array, layers, count);
    free(layers);
    return status;
}
