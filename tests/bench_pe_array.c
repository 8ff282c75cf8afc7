/* Layer evaluations per second and core, by accelerator family, over a network's layers, and
 * what pe_machine_map_s estimates over what they take. */
#include "machine/pe_array/mapping.h"
#include "config/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void family_measure(const struct library *library, const char *name,
                           const char *network)
{
    const struct record *record = library_find(library, RECORDS_MACHINE, name);
    const struct record *workload = library_find(library, RECORDS_WORKLOAD, network);
    struct mac_layers layers;
    struct pe_machine machine;
    struct mapping mapping;
    double begin_s, took_s, sum = 0;
    uint64_t rounds = 0;

    if (!record || !workload)
        return;
    machine = (struct pe_machine){ .array = *(const struct pe_array *)record,
                                   .bits = 16 };
    if (mac_layers_create(&layers, (const struct workload *)workload, PHASE_INFERENCE,
                          1, 0, NULL) != STATUS_OK)
        return;
    begin_s = now_s();
    do {
        if (pe_machine_map(&machine, &layers, 0, &mapping, NULL) == STATUS_OK)
            sum += mapping.cycles;
        rounds++;
    } while (now_s() - begin_s < 0.4);
    took_s = (now_s() - begin_s) / (double)rounds;
    printf(
        "accel     %-15s %-26s %-16s %12.4g layers/s per core, estimated %5.2f of the "
        "time (%.4g cycles)\n",
        machine_family(&machine.array.machine)->name, name, network,
        (double)layers.count / took_s, pe_machine_map_s(&machine, &layers, 0) / took_s,
        sum / (double)rounds);
    mac_layers_free(&layers);
}

/* The closed form of cycles alone. */
static void cycles_measure(void)
{
    uint64_t sum = 0, count = 0;
    double begin_s = now_s();

    do {
        for (uint64_t i = 0; i < 100000; i++) {
            struct gemm gemm = { .m = 1 + i % 3136,
                                 .n = 64 + i % 448,
                                 .k = 9 + i % 4599 };
            struct systolic_folds folds = systolic_fold(&gemm, (enum dataflow)(i % 3),
                                                        8 + i % 120, 8 + i % 56);

            sum += systolic_cycles(&folds, false);
            count++;
        }
    } while (now_s() - begin_s < 0.4);
    printf("accel     %-15s %-23s %12.4g layers/s per core, against 1e6 (check %llu)\n",
           "systolic", "cycles alone", (double)count / (now_s() - begin_s),
           (unsigned long long)(sum % 1000));
}

int main(void)
{
    static const char *const rows[][2] = {
        { "systolic-32", "vgg16" },
        { "xr-cpu", "vgg16" },
        { "eyeriss", "vgg16" },
        { "eyeriss-like", "vgg16" },
        { "winograd-cube", "vgg16" },
        { "scalesim-32", "scalesim-alexnet" },
        { "eyeriss-like", "bert-base" },
        { "scalesim-32", "vgg16" },
        { "eie-64", "eie9" },
        { "eie-64", "resnet18" },
        { "timeloop-eyeriss-stated", "timeloop-default" },
        { "timeloop-eyeriss", "timeloop-default" },
        { "timeloop-eyeriss", "alexnet" },
        { "timeloop-weight-stationary", "timeloop-default" },
    };
    char *folder = library_default_folder();
    const char *folders[] = { folder };
    struct library library = { 0 };
    struct error err = { "" };

    if (!folder || library_read(folders, 1, &library, &err) != STATUS_OK) {
        fprintf(stderr, "bench_pe_array: %s\n", folder ? err.text : "no library");
        return EXIT_FAILURE;
    }
    cycles_measure();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        family_measure(&library, rows[i][0], rows[i][1]);
    library_free(&library);
    free(folder);
    return EXIT_SUCCESS;
}
