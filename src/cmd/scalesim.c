#include "cmd/cmd.h"
#include "cmd/output.h"

#include "compat/scalesim_files.h"
#include "base/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Prints a number like Python: the shortest text that reads back as the same double. */
static void number_print(FILE *out, double value)
{
    char text[40];
    int digits = 0, exponent;

    do
        snprintf(text, sizeof text, "%.*e", digits, value);
    while (strtod(text, NULL) != value && ++digits < 17);
    exponent = atoi(strchr(text, 'e') + 1);
    if (exponent < -4 || exponent >= 16)
        fprintf(out, ", %s", text);
    else
        fprintf(out, ", %.*f", digits > exponent + 1 ? digits - exponent : 1, value);
}

static void compute_header(FILE *out)
{
    fprintf(out, ", Total Cycles (incl. prefetch), Total Cycles, Stall Cycles, Overall "
                 "Util %%, Mapping Efficiency %%, Compute Util %%");
}

static void compute_print(FILE *out, const struct scalesim_counts *c)
{
    fprintf(out, ", %" PRId64 ", %" PRIu64 ", %" PRIu64, c->prefetch_cycles,
            c->total_cycles, c->stall_cycles);
    number_print(out, c->overall_utilization);
    number_print(out, c->mapping_efficiency);
    number_print(out, c->compute_utilization);
}

static void bandwidth_header(FILE *out)
{
    fprintf(out,
            ", Avg IFMAP SRAM BW, Avg FILTER SRAM BW, Avg OFMAP SRAM BW, Avg IFMAP "
            "DRAM BW, Avg FILTER DRAM BW, Avg OFMAP DRAM BW");
}

static void bandwidth_print(FILE *out, const struct scalesim_counts *c)
{
    const struct scalesim_traffic *sram[] = { &c->sram_ifmap, &c->sram_filter,
                                              &c->sram_ofmap };
    const struct scalesim_traffic *dram[] = { &c->dram_ifmap, &c->dram_filter,
                                              &c->dram_ofmap };

    for (int i = 0; i < 3; i++)
        number_print(out, (double)sram[i]->words / (double)c->total_cycles);
    for (int i = 0; i < 3; i++)
        number_print(out, (double)dram[i]->words /
                              (double)(dram[i]->stop - dram[i]->start + 1));
}

static void access_header(FILE *out)
{
    static const char *const names[] = { "SRAM IFMAP", "SRAM Filter", "SRAM OFMAP",
                                         "DRAM IFMAP", "DRAM Filter", "DRAM OFMAP" };

    for (int i = 0; i < 6; i++)
        fprintf(out, ", %s Start Cycle, %s Stop Cycle, %s %s", names[i], names[i],
                names[i], i % 3 == 2 ? "Writes" : "Reads");
}

static void access_print(FILE *out, const struct scalesim_counts *c)
{
    const struct scalesim_traffic *all[] = { &c->sram_ifmap,  &c->sram_filter,
                                             &c->sram_ofmap,  &c->dram_ifmap,
                                             &c->dram_filter, &c->dram_ofmap };

    for (int i = 0; i < 6; i++)
        fprintf(out, ", %" PRId64 ".0, %" PRId64 ".0, %" PRIu64, all[i]->start,
                all[i]->stop, all[i]->words);
}

/* The reports of SCALE-Sim. */
static const struct report {
    const char *file;
    void (*header)(FILE *out);
    void (*print)(FILE *out, const struct scalesim_counts *counts);
} reports[] = {
    { "COMPUTE_REPORT.csv", compute_header, compute_print },
    { "BANDWIDTH_REPORT.csv", bandwidth_header, bandwidth_print },
    { "DETAILED_ACCESS_REPORT.csv", access_header, access_print },
};
enum { REPORTS = sizeof reports / sizeof *reports };

/* Prints reports first to last, one beside the other. */
static void reports_print(FILE *out, size_t first, size_t last,
                          const struct scalesim_counts *counts, size_t count)
{
    fprintf(out, "LayerID");
    for (size_t r = first; r <= last; r++)
        reports[r].header(out);
    fprintf(out, ",\n");
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "%zu", i);
        for (size_t r = first; r <= last; r++)
            reports[r].print(out, &counts[i]);
        fprintf(out, ",\n");
    }
}

static enum status folder_make(const char *folder, struct error *err)
{
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return error_set(err, STATUS_INPUT, "cannot make folder %.200s: %s", folder,
                         strerror(errno));
    return STATUS_OK;
}

static enum status report_write(const char *folder, size_t r,
                                const struct scalesim_counts *counts, size_t count,
                                struct error *err)
{
    char *path = alloc_printf("%s/%s", folder, reports[r].file);
    struct output output;
    enum status status = output_open(&output, path, NULL, err);

    if (status == STATUS_OK)
        reports_print(output.stream, r, r, counts, count);
    status = output_close(&output, status, err);
    free(path);
    return status;
}

/* Writes FOLDER/run_name/..., like SCALE-Sim. */
static enum status reports_write(const char *folder, const char *run_name,
                                 const struct scalesim_counts *counts, size_t count,
                                 struct error *err)
{
    char *inner = alloc_printf("%s/%s", folder, run_name);
    enum status status = folder_make(folder, err);

    if (status != STATUS_OK)
        goto out;
    if (strchr(run_name, '/'))
        status = error_set(err, STATUS_INPUT,
                           "run_name is '%.60s', must not contain '/'", run_name);
    if (status != STATUS_OK)
        goto out;
    status = folder_make(inner, err);
    if (status != STATUS_OK)
        goto out;
    for (size_t r = 0; r < REPORTS && status == STATUS_OK; r++)
        status = report_write(inner, r, counts, count, err);
    if (status != STATUS_OK)
        goto out;
    fprintf(stderr,
            "nvsweep: wrote %s/{COMPUTE,BANDWIDTH,DETAILED_ACCESS}_REPORT"
            ".csv\n",
            inner);
out:
    free(inner);
    return status;
}

static enum status layers_evaluate(const struct scalesim_array *array,
                                   const struct scalesim_layer *layers, size_t count,
                                   struct scalesim_counts **counts, struct error *err)
{
    enum status status = STATUS_OK;

    *counts = alloc_array(count, sizeof **counts);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        struct error why = { "" };

        status = scalesim_evaluate(array, &layers[i], &(*counts)[i], &why);
        if (status != STATUS_OK)
            return error_set(err, STATUS_INPUT, "layer '%.90s' %s", layers[i].name,
                             why.text);
    }
    return status;
}

static enum status choice_check(const char *option, const char *value, const char *one,
                                const char *other, struct error *err)
{
    if (strcmp(value, one) != 0 && strcmp(value, other) != 0)
        return error_set(err, STATUS_INPUT, "-%s is '%.40s', must be %s or %s", option,
                         value, one, other);
    return STATUS_OK;
}

enum status cmd_scalesim(int argc, char **argv, struct error *err)
{
    const char *config = NULL, *topology = NULL, *input = "conv", *folder = NULL;
    const char *layout = NULL, *traces = "N";
    struct scalesim_counts *counts = NULL;
    struct scalesim_layer *layers = NULL;
    struct scalesim_array array;
    size_t count = 0;
    enum status status = options_read("scalesim", &argc, argv, err);

    option_get("c", &config);
    option_get("t", &topology);
    option_get("i", &input);
    option_get("p", &folder);
    option_get("l", &layout);
    option_get("s", &traces);

    if (status != STATUS_OK)
        goto out;
    if (!topology || !config || argc > 0)
        status = error_set(err, STATUS_INPUT,
                           "scalesim needs -c CFG and -t TOPOLOGY.csv");
    if (status != STATUS_OK)
        goto out;
    status = choice_check("i", input, "conv", "gemm", err);
    if (status != STATUS_OK)
        goto out;
    status = choice_check("s", traces, "N", "N (traces are not written)", err);
    if (status != STATUS_OK)
        goto out;
    status = scalesim_array_read(config, &array, err);
    if (status != STATUS_OK)
        goto out;
    status = scalesim_topology_read(topology, strcmp(input, "gemm") == 0, &layers,
                                    &count, err);
    if (status != STATUS_OK)
        goto out;
    status = layers_evaluate(&array, layers, count, &counts, err);
    if (status != STATUS_OK)
        goto out;
    if (folder)
        status = reports_write(folder, array.run_name, counts, count, err);
    else
        reports_print(stdout, 0, REPORTS - 1, counts, count);
out:
    free(counts);
    free(layers);
    return status;
}
