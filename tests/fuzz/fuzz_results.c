/* Result files: opened as every command does, then all that they hold is read as status,
 * show, diff and verify read it.  The input is what differs from a valid file: bytes at
 * positions, so that HDF5's checksums do not stop every change; NVSWEEP_FUZZ_FILE names
 * the valid file.  An input that begins with HDF5's signature is taken whole. */
#include "fuzz.h"

#include "results/results.h"

static uint8_t *valid;
static size_t valid_size;

static void valid_read(void)
{
    const char *path = getenv("NVSWEEP_FUZZ_FILE");
    FILE *stream = path ? fopen(path, "rb") : NULL;
    struct stat about;

    if (!stream || fstat(fileno(stream), &about)) {
        fprintf(stderr, "NVSWEEP_FUZZ_FILE must name a result file\n");
        exit(2);
    }
    valid_size = (size_t)about.st_size;
    valid = malloc(valid_size);
    if (!valid || fread(valid, 1, valid_size, stream) != valid_size)
        exit(2);
    fclose(stream);
}

/* Each five bytes of the input: where (a 32-bit number), and what to put there. */
static const char *damaged(const uint8_t *data, size_t size)
{
    uint8_t *bytes;
    const char *path;

    if (size >= 8 && memcmp(data, "\211HDF\r\n\032\n", 8) == 0)
        return fuzz_file("x.h5", data, size);
    bytes = malloc(valid_size);
    if (!bytes)
        abort();
    memcpy(bytes, valid, valid_size);
    for (size_t i = 0; i + 5 <= size; i += 5) {
        uint32_t where;

        memcpy(&where, data + i, 4);
        bytes[where % valid_size] = data[i + 4];
    }
    path = fuzz_file("x.h5", bytes, valid_size);
    free(bytes);
    return path;
}

static void variable_try(const struct results *results, const struct variable *variable)
{
    uint64_t count = variable->count < 4096 ? variable->count : 4096;
    double *numbers;
    struct error err = { "" };

    for (uint64_t i = 0; variable->kind == VARIABLE_TEXT && i < variable->count; i++)
        if (strlen(variable->texts[i]) > 1u << 30)
            abort();
    if (variable->kind == VARIABLE_TEXT)
        return;
    numbers = malloc((count + 1) * sizeof *numbers);
    if (results_read_numbers(results, variable, 0, count, numbers, &err) != STATUS_OK &&
        !err.text[0])
        abort();
    free(numbers);
}

static void everything_try(const struct results *results)
{
    struct results_summary summary;
    struct error err = { "" };
    struct results_blocks blocks;
    uint64_t points[8];
    char text[512];
    size_t count;

    for (size_t v = 0; v < results->variable_count; v++)
        variable_try(results, &results->variables[v]);
    for (size_t d = 0; d < results->dimension_count; d++)
        for (uint64_t i = 0; i < results->dimensions[d].count && i < 64; i++)
            results_coordinate_format(results, d, i, text, sizeof text);
    for (size_t s = 0; s < results->stage_count; s++) {
        results_points_with(results, s, POINT_FAILED, 0, points, 8, &count, &err);
        results_point_format(results, s, results->stages[s].layout.points - 1, text,
                             sizeof text);
    }
    results_summarize(results, &summary, &err);
    results_verify(results, &blocks, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct results *results;
    struct error err = { "" };
    enum status status;

    if (!valid)
        valid_read();
    status = results_open(damaged(data, size), &results, &err);
    if (status == STATUS_OK)
        everything_try(results);
    else if (!err.text[0] || strchr(err.text, '\n'))
        abort();
    results_close(results);
    return 0;
}
