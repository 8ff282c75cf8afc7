/* Sweep files, read against a library of names, and planned. */
#include "fuzz.h"

#include "../small_library.h"

#include "stage/stage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *file = fuzz_file("sweep.cfg", data, size);
    struct library library = library_make();
    struct sweep sweep;
    struct study study;
    struct error err = { "" };
    enum status status = sweep_read(file, &library, &sweep, &err);

    fuzz_judge(status, &err);
    if (status == STATUS_OK)
        fuzz_judge(study_init(&study, &sweep, &library, &err), &err);
    sweep_free(&sweep);
    return 0;
}
