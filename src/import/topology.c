/* Reads SCALE-Sim's topologies as workloads. */
#include "compat/scalesim_files.h"
#include "base/divide.h"
#include "base/memory.h"
#include "import/import.h"
#include "import/write.h"
#include "workload/workload.h"

#include <inttypes.h>
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

/* Returns a name for a layer that other layers can refer to and that no other layer has. */
static char *layer_name(const char *name, size_t number)
{
    char *label = layer_label(name), *text = alloc_printf("%s-%zu", label, number);

    free(label);
    return text;
}

/* Is the layer a matrix product?  Topologies write them as convolutions whose windows are whole
 * rows and do not overlap. */
static bool is_product(const struct scalesim_layer *layer)
{
    return layer->filter_width == layer->ifmap_width &&
           (layer->filter_height == layer->ifmap_height ||
            (layer->filter_height == layer->stride &&
             layer->ifmap_height % layer->stride == 0));
}

static uint64_t stride_across(const struct scalesim_layer *layer)
{
    return layer->stride_width ? layer->stride_width : layer->stride;
}

/* Returns how many rows SCALE-Sim's last window extends beyond the input.  SCALE-Sim counts
 * ceil((size - kernel) / stride) + 1 windows. */
static uint64_t rows_beyond(uint64_t size, uint64_t kernel, uint64_t stride)
{
    return div_up(size - kernel, stride) * stride + kernel - size;
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
    if (stride_across(from) != from->stride)
        layers[1].stride_width = stride_across(from);
    layers[1].pad_bottom = rows_beyond(from->ifmap_height, from->filter_height,
                                       from->stride);
    layers[1].pad_right = rows_beyond(from->ifmap_width, from->filter_width,
                                      stride_across(from));
}

/* Fills in a matrix product.  SCALE-Sim's product of M x K and K x N has the filters on the
 * right; the product of a record has the weights on the left. */
static void gemm_fill(struct layer *layer, const struct scalesim_layer *from)
{
    layer->kind = LAYER_GEMM;
    layer->m = from->filters;
    layer->n = from->ifmap_height / from->filter_height;
    layer->k = from->filter_height * from->filter_width * from->channels;
}

/* Fills in the layers, with a note on each that the record describes in another way than the
 * file. */
static void layers_fill(const struct import_job *job, struct workload *workload,
                        const struct scalesim_layer *from, size_t count, bool is_gemm)
{
    workload->layers = alloc_array(2 * count, sizeof *workload->layers);
    for (size_t i = 0; i < count; i++) {
        struct layer *layers = &workload->layers[workload->layers_count];
        bool is_one = is_gemm || is_product(&from[i]);
        size_t step = is_one ? 1 : 2;

        for (size_t l = 0; l < step; l++)
            record_default(workload_layer_schema(), &layers[l]);
        if (is_one)
            gemm_fill(layers, &from[i]);
        else
            convolution_fill(layers, &from[i]);
        if (!is_one)
            layers[0].name = layer_name("in", i + 1);
        layers[step - 1].name = layer_name(from[i].name, i + 1);
        workload->layers_count += step;
        if (is_one && !is_gemm)
            import_note(job,
                        "layer '%.80s' is written as the matrix product M = %" PRIu64
                        ", N = %" PRIu64 ", K = %" PRIu64 ", to which it is equal",
                        from[i].name, layers[0].n, layers[0].m, layers[0].k);
        else if (!is_gemm && (layers[1].pad_bottom > 0 || layers[1].pad_right > 0))
            import_note(job,
                        "layer '%.80s': its last windows reach %" PRIu64
                        " rows and %" PRIu64
                        " columns beyond the input, as SCALE-Sim counts them",
                        from[i].name, layers[1].pad_bottom, layers[1].pad_right);
    }
}

enum status import_topology(const struct import_job *job, struct error *err)
{
    struct workload workload = { 0 };
    struct scalesim_layer *layers = NULL;
    bool is_gemm = header_is_gemm(job->file);
    size_t count = 0;
    char *source = NULL;
    enum status status = scalesim_topology_read(job->file, is_gemm, &layers, &count,
                                                err);

    if (status != STATUS_OK)
        goto out;
    record_default(&workload_schema, &workload);
    source = alloc_printf("imported from SCALE-Sim's topology %s", job->file);
    workload.record.name = job->name;
    workload.record.source = source;
    layers_fill(job, &workload, layers, count, is_gemm);
    status = workload_write(job, &workload, err);
out:
    for (size_t i = 0; i < workload.layers_count; i++)
        free((char *)(uintptr_t)workload.layers[i].name);
    free(workload.layers);
    free(layers);
    free(source);
    return status;
}
