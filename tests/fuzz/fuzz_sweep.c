/* Sweep files, read against a library of names, and planned. */
#include "fuzz.h"

#include "../small_library.h"

#include "stage/stage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct files files = { 0 };
    struct file file = { 0 };
    struct library library = library_make();
    struct sweep sweep;
    struct study study;
    struct error err = { "" };
    enum status status;

    files_put(&files, "sweep.cfg", (const char *)data, size);
    files_find(&files, "sweep.cfg", &file);
    status = sweep_parse(&file, &library, &sweep, &err);
    files_free(&files);
    fuzz_judge(status, &err);
    if (status == STATUS_OK)
        fuzz_judge(study_init(&study, &sweep, &library, &err), &err);
    sweep_free(&sweep);
    return 0;
}
