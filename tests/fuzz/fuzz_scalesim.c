/* SCALE-Sim's files: as a configuration, and as a topology of either kind. */
#include "fuzz.h"

#include "compat/scalesim_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *file = fuzz_file("scalesim", data, size);
    struct scalesim_array array;
    struct scalesim_layer *layers;
    struct error err = { "" };
    size_t count;

    fuzz_judge(scalesim_array_read(file, &array, &err), &err);
    for (int is_gemm = 0; is_gemm < 2; is_gemm++) {
        fuzz_judge(scalesim_topology_read(file, is_gemm, &layers, &count, &err), &err);
        free(layers);
    }
    return 0;
}
