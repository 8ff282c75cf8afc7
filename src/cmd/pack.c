#include "cmd/cmd.h"

#include "base/memory.h"
#include "cmd/output.h"
#include "base/units.h"
#include "results/pack.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "x.h5" -> "x.packed.h5", and back "x.packed.h5" -> "x.unpacked.h5" */
static char *output_name(const char *file, bool undo)
{
    static const char packed[] = ".packed.h5", plain[] = ".h5";
    size_t length = strlen(file);

    if (length > sizeof packed - 1 &&
        strcmp(file + length - (sizeof packed - 1), packed) == 0)
        length -= sizeof packed - 1;
    else if (length > sizeof plain - 1 &&
             strcmp(file + length - (sizeof plain - 1), plain) == 0)
        length -= sizeof plain - 1;
    return alloc_printf("%.*s%s", (int)length, file, undo ? ".unpacked.h5" : packed);
}

enum status cmd_pack(int argc, char **argv, struct error *err)
{
    const char *output = NULL;
    bool undo = false, force = false;
    struct pack_report report;
    enum status status = options_read("pack", &argc, argv, err);
    char before[40], after[40], *path;

    option_get("o", &output);
    option_get_flag("undo", &undo);
    option_get_flag("force", &force);

    if (status != STATUS_OK)
        return status;
    if (argc != 1)
        return error_set(err, STATUS_INPUT,
                         "pack needs a result file: nvsweep pack FILE");
    path = output ? alloc_text(output) : output_name(argv[0], undo);
    status = output_check(path, argv[0], err);
    if (status != STATUS_OK)
        goto out;
    if (!force && access(path, F_OK) == 0)
        status = error_set(err, STATUS_INPUT, "%s exists already; --force replaces it",
                           path);
    if (status != STATUS_OK)
        goto out;
    status = results_pack(argv[0], path, undo, &report, err);
    if (status != STATUS_OK)
        goto out;
    printf(
        "%s: %s, %.3g %% of %s; %" PRIu64 " datasets, %" PRIu64 " elements compared\n",
        path, quantity_format((double)report.bytes_after, "byte", after, sizeof after),
        100 * (double)report.bytes_after / (double)report.bytes_before,
        quantity_format((double)report.bytes_before, "byte", before, sizeof before),
        report.datasets, report.elements);
out:
    free(path);
    return status;
}
