/* A library of names, for tests of sweep files: they look at nothing else. */
#ifndef NVSWEEP_TESTS_SMALL_LIBRARY_H
#define NVSWEEP_TESTS_SMALL_LIBRARY_H

#include "files.h"

#include "config/sweep.h"

static const char *const sram_aliases[] = { "6t" };
static struct record technologies[] = {
    { .name = "edram" },
    { .name = "sot-mram" },
    { .name = "sram", .aliases = sram_aliases, .alias_count = 1 },
    { .name = "stt-mram" }
};
static struct record workloads[] = { { .name = "alexnet" }, { .name = "vgg16" } };

static inline struct library library_make(void)
{
    static void *technology[4], *workload[2];
    struct library library = { 0 };

    for (size_t i = 0; i < 4; i++)
        technology[i] = &technologies[i];
    for (size_t i = 0; i < 2; i++)
        workload[i] = &workloads[i];
    library.tables[RECORDS_TECHNOLOGY] = (struct record_table){ .records = technology,
                                                                .count = 4 };
    library.tables[RECORDS_WORKLOAD] = (struct record_table){ .records = workload,
                                                              .count = 2 };
    return library;
}

/* Read a sweep of that text. */
static inline enum status sweep_from(const char *text, struct sweep *sweep,
                                     struct error *err)
{
    struct library library = library_make();

    err->text[0] = '\0';
    return sweep_read_text("sweep.cfg", text, &library, sweep, err);
}

#endif
