/* SCALE-Sim's topologies as workloads. */
#include "machine/pe_array/scalesim.h"
#include "base/memory.h"
#include "import/import.h"
#include "import/write.h"
#include "workload/workload.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER_BYTES_MAX = 4096 };

/* Does the header's second column say "M"? */
static bool header_is_gemm(const char *file)
{
    FILE *in = fopen(file, "r");
    char text[HEADER_BYTES_MAX];
    const char *at = NULL;

    while (in && fgets(text, sizeof text, in)) {
        at = strchr(text, ',');
        if (at || text[strspn(text, " \t\r\n")])
            break;
    }
    if (in)
        fclose(in);
    if (!at)
        return false;
    at++;
    at += strspn(at, " \t");
    return (*at == 'M' || *at == 'm') && strchr(", \t\r\n", at[1]);
}

/* A layer's name as other layers may refer to it, and unlike all others. */
static char *layer_name(const char *name, size_t number)
{
    char *label = layer_label(name), *text = alloc_printf("%s-%zu", label, number);

    free(label);
    return text;
}

static void convolution_fill(struct layer *layers, const struct scalesim_layer *from)
{
    layers[0].kind = LAYER_INPUT;
    layers[0].channels = from->channels;
    layers[0].height = from->ifmap_height;
    layers[0].width = from->ifmap_width;
    layers[1].kind = LAYER_CONVOLUTION;
    layers[1].outputs = from->filters;
    layers[1].kernel = from->filter_height;
    if (from->filter_width != from->filter_height)
        layers[1].kernel_width = from->filter_width;
    layers[1].stride = from->stride;
    layers[1].ceil = (from->ifmap_height - from->filter_height) % from->stride ||
                     (from->ifmap_width - from->filter_width) % from->stride;
}

/* The tool's M x K by K x N has its filters on the right, a record's product its weights
 * on the left. */
static void gemm_fill(struct layer *layer, const struct scalesim_layer *from)
{
    layer->kind = LAYER_GEMM;
    layer->m = from->filters;
    layer->n = from->ifmap_height;
    layer->k = from->filter_width;
}

static void layers_fill(struct workload *workload, const struct scalesim_layer *from,
                        size_t count, bool is_gemm)
{
    size_t step = is_gemm ? 1 : 2;

    workload->layers = alloc_array(step * count, sizeof *workload->layers);
    workload->layers_count = step * count;
    for (size_t i = 0; i < count; i++) {
        struct layer *layers = &workload->layers[step * i];
        const struct schema *schema = workload_layer_schema();

        for (size_t l = 0; l < step; l++)
            record_default(schema, &layers[l]);
        if (is_gemm)
            gemm_fill(layers, &from[i]);
        else
            convolution_fill(layers, &from[i]);
        if (!is_gemm)
            layers[0].name = layer_name("in", i + 1);
        layers[step - 1].name = layer_name(from[i].name, i + 1);
    }
}

enum status import_topology(const struct import_job *job, struct error *err)
{
    struct workload workload = { 0 };
    struct scalesim_layer *layers = NULL;
    bool is_gemm = header_is_gemm(job->file);
    size_t count = 0;
    char *source;
    enum status status = scalesim_topology_read(job->file, is_gemm, &layers, &count,
                                                err);

    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        if (layers[i].stride_width && layers[i].stride_width != layers[i].stride)
            status = error_set(err, STATUS_INPUT,
                               "%s: layer '%.90s' has two strides, a record's "
                               "convolution has one",
                               job->file, layers[i].name);
    if (status != STATUS_OK) {
        free(layers);
        return status;
    }
    record_default(&workload_schema, &workload);
    source = alloc_printf("imported from SCALE-Sim's topology %s", job->file);
    workload.record.name = job->name;
    workload.record.source = source;
    layers_fill(&workload, layers, count, is_gemm);
    status = workload_write(job, &workload, err);
    for (size_t i = 0; i < workload.layers_count; i++)
        free((char *)(uintptr_t)workload.layers[i].name);
    free(workload.layers);
    free(layers);
    free(source);
    return status;
}
