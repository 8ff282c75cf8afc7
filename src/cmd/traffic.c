/* Models the cache and DRAM traffic of a GPU for the matrix products of a CSV file, with the
 * counts that a profiler gives. */
#include "cmd/cmd.h"

#include "base/memory.h"
#include "base/units.h"
#include "cmd/csv.h"
#include "machine/gpu/block_gpu.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A column that the model reads. */
struct traffic_input {
    const char *name;
    double min, max;
    bool is_required, is_whole;
};
enum {
    IN_M,
    IN_K,
    IN_N,
    IN_TILE_M,
    IN_TILE_N,
    IN_TILE_K,
    IN_STAGES,
    IN_WAVES,
    IN_CLOCK,
    IN_PRECISION,
    INPUTS
};
static const struct traffic_input inputs[INPUTS] = {
    [IN_M] = { "m", 1, 1 << 24, true, true },
    [IN_K] = { "k", 1, 1 << 24, true, true },
    [IN_N] = { "n", 1, 1 << 24, true, true },
    [IN_TILE_M] = { "tile_m", 8, 1024, false, true },
    [IN_TILE_N] = { "tile_n", 8, 1024, false, true },
    [IN_TILE_K] = { "tile_k", 1, 1024, false, true },
    [IN_STAGES] = { "stages", 1, 64, false, true },
    [IN_WAVES] = { "waves", 1e-6, 1e9, false, false },
    [IN_CLOCK] = { "clock_ghz", 1e-3, 100, false, false },
    [IN_PRECISION] = { "precision", 1, 64, false, true },
};

/* The number in a cell; 0 if it is empty and optional. */
static enum status cell_read(const struct csv *csv, size_t row,
                             const struct traffic_input *input, const char *path,
                             double *value, struct error *err)
{
    const char *cell = csv_cell(csv, row, input->name);
    char *end;

    *value = 0;
    if (!*cell && !input->is_required)
        return STATUS_OK;
    *value = strtod(cell, &end);
    if (!*cell || *end || !(*value >= input->min && *value <= input->max) ||
        (input->is_whole && *value != floor(*value)))
        return error_set(err, STATUS_INPUT,
                         "%s:%zu: %s is '%.40s', must be a %snumber in %g..%g", path,
                         row + 1, input->name, cell, input->is_whole ? "whole " : "",
                         input->min, input->max);
    return STATUS_OK;
}

static double tiles_of(const struct gpu_product *product)
{
    return ceil((double)product->m / (double)product->tile_m) *
           ceil((double)product->n / (double)product->tile_n);
}

static enum status product_read(const struct csv *csv, size_t row, const char *path,
                                const struct gpu *gpu, struct gpu_product *product,
                                struct error *err)
{
    double v[INPUTS];

    for (int i = 0; i < INPUTS; i++) {
        enum status status = cell_read(csv, row, &inputs[i], path, &v[i], err);

        if (status != STATUS_OK)
            return status;
    }
    *product = (struct gpu_product){
        .m = (uint64_t)v[IN_M],
        .k = (uint64_t)v[IN_K],
        .n = (uint64_t)v[IN_N],
        .products = 1,
        .tile_m = (uint64_t)v[IN_TILE_M],
        .tile_n = (uint64_t)v[IN_TILE_N],
        .tile_k = (uint64_t)v[IN_TILE_K],
        .stages = (uint64_t)v[IN_STAGES],
        .clock_hz = v[IN_CLOCK] * GIGA,
        .precision_bits = v[IN_PRECISION] > 0 ? (unsigned)v[IN_PRECISION] : 16,
    };
    if (!product->tile_m != !product->tile_n || !product->tile_m != !product->tile_k)
        return error_set(
            err, STATUS_INPUT,
            "%s:%zu: tile_m, tile_n and tile_k must be given together, or none", path,
            row + 1);
    gpu_product_tiles(gpu, product);
    if (v[IN_WAVES] > 0) /* a wave is as many blocks as run at the same time */
        product->blocks_per_processor = (uint64_t)fmax(
            1, round(tiles_of(product) / (v[IN_WAVES] * (double)gpu->processors)));
    return STATUS_OK;
}

static void row_print(const struct csv *csv, size_t row)
{
    for (size_t c = 0; c < csv->columns; c++)
        printf("%s%s", c ? "," : "", csv->rows[row][c] ? csv->rows[row][c] : "");
}

static enum status rows_print(const struct csv *csv, const char *path,
                              const struct gpu *gpu, double llc_bytes,
                              struct error *err)
{
    row_print(csv, 0);
    printf(",model_l2_read_bytes,model_l2_write_bytes,model_dram_read_bytes,"
           "model_dram_write_bytes,model_l2_hit_percent,model_time_s\n");
    for (size_t row = 1; row < csv->count; row++) {
        struct gpu_product product;
        struct gpu_product_cost cost;
        enum status status = product_read(csv, row, path, gpu, &product, err);

        if (status != STATUS_OK)
            return status;
        cost = gpu_product_cost(gpu, &product, llc_bytes);
        row_print(csv, row);
        printf(",%.0f,%.0f,%.0f,%.0f,%.4g,%.6g\n", cost.l2_read_bytes,
               cost.l2_write_bytes, cost.dram_read_bytes, cost.dram_write_bytes,
               100 * cost.l2_hit_share, cost.time_s);
    }
    return STATUS_OK;
}

static enum status rows_read(const char *path, struct csv *csv, struct error *err)
{
    FILE *file = fopen(path, "r");

    if (!file)
        return error_set(err, STATUS_INPUT, "cannot open %.300s: %s", path,
                         strerror(errno));
    csv_read(csv, file);
    fclose(file);
    for (int i = 0; i < INPUTS; i++) {
        bool is_there = !inputs[i].is_required;

        for (size_t c = 0; csv->count > 0 && c < csv->columns; c++)
            is_there |= strcmp(csv->rows[0][c], inputs[i].name) == 0;
        if (!is_there)
            return error_set(err, STATUS_INPUT,
                             "%.300s:1: has no column '%s', must have m, k and n", path,
                             inputs[i].name);
    }
    return STATUS_OK;
}

enum status cmd_traffic(int argc, char **argv, struct error *err)
{
    const char *machine = NULL, *from = NULL, *capacity = NULL;
    struct library library = { 0 };
    struct csv csv = { .count = 0 };
    const struct machine *found = NULL;
    const struct gpu *gpu = NULL;
    double llc_bytes = 0;
    enum status status = options_read("traffic", &argc, argv, err);

    option_get("machine", &machine);
    option_get("from", &from);
    option_get("capacity", &capacity);

    if (status != STATUS_OK)
        return status;
    if (!machine || !from || argc > 0)
        return error_set(err, STATUS_INPUT,
                         "traffic needs --machine GPU and --from ROWS.csv");
    status = library_load(&library, err);
    if (status != STATUS_OK)
        goto out;
    found = (const struct machine *)library_find(&library, RECORDS_MACHINE, machine);
    gpu = (const struct gpu *)found;
    if (!found || found->family != FAMILY_GPU) {
        status = error_set(err, STATUS_INPUT,
                           "machine: no GPU record '%.60s' (nvsweep list machines)",
                           machine);
        goto out;
    }
    llc_bytes = gpu->llc_bytes;
    if (capacity) {
        status = quantity_parse(capacity, "byte", &llc_bytes, err);
        if (status != STATUS_OK)
            goto out;
    }
    status = rows_read(from, &csv, err);
    if (status == STATUS_OK)
        status = rows_print(&csv, from, gpu, llc_bytes, err);
out:
    csv_free(&csv);
    library_free(&library);
    return status;
}
