/* Rows of `nvsweep array`, evaluated with the records of the program's library. */
#include "fuzz.h"

#include "cmd/cmd.h"
#include "config/library.h"

static struct library library;

static void library_make(void)
{
    char *folder = library_default_folder();
    const char *folders[] = { folder };
    struct error err = { "" };

    if (!folder || library_read(folders, 1, &library, &err) != STATUS_OK) {
        fprintf(stderr, "NVSWEEP_LIBRARY must name the library: %s\n", err.text);
        exit(2);
    }
    free(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct array_library names;
    const char *file = fuzz_file("rows.csv", data, size);
    FILE *in = fopen(file, "r"), *out = fopen("/dev/null", "w");
    struct error err = { "" };

    if (!in || !out)
        abort();
    if (!library.tables[RECORDS_TECHNOLOGY].count)
        library_make();
    names = array_library_of(&library);
    fuzz_judge(array_rows(in, file, out, array_rules_find("physical"), &names, &err),
               &err);
    fclose(in);
    fclose(out);
    return 0;
}
