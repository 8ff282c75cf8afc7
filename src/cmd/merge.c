#include "cmd/cmd.h"
#include "cmd/output.h"

#include "results/merge.h"

#include <inttypes.h>
#include <unistd.h>

enum status cmd_merge(int argc, char **argv, struct error *err)
{
    const char *output = NULL;
    bool force = false;
    struct results *a = NULL, *b = NULL;
    struct merge_report report;
    enum status status = options_read("merge", &argc, argv, err);

    option_get("o", &output);
    option_get_flag("force", &force);

    if (status != STATUS_OK)
        return status;
    if (argc != 2 || !output)
        return error_set(
            err, STATUS_INPUT,
            "merge needs two result files and a new one: nvsweep merge A B -o "
            "OUT");
    status = output_check(output, argv[0], err);
    if (status == STATUS_OK)
        status = output_check(output, argv[1], err);
    if (status != STATUS_OK)
        return status;
    if (!force && access(output, F_OK) == 0)
        return error_set(err, STATUS_INPUT, "%s exists already; --force replaces it",
                         output);
    status = results_open_intact(argv[0], &a, err);
    if (status != STATUS_OK)
        goto out;
    status = results_open_intact(argv[1], &b, err);
    if (status != STATUS_OK)
        goto out;
    status = results_merge(a, b, output, &report, err);
    if (status == STATUS_OK)
        printf("%s: %" PRIu64 " points; %" PRIu64 " from the first file, %" PRIu64
               " from the second, %" PRIu64 " the same in both, %" PRIu64
               " in neither\n",
               output, report.points, report.from_a, report.from_b, report.both,
               report.neither);
out:
    results_close(a);
    results_close(b);
    return status;
}
