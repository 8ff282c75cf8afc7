#include "cmd/cmd.h"
#include "cmd/output.h"

#include "import/import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static enum status kind_choose(const char *asked, const char *file,
                               enum import_kind *kind, struct error *err)
{
    const struct word *word = asked ? word_find(import_kind_words, asked) : NULL;
    char list[80];

    *kind = word ? (enum import_kind)word->value : import_kind_guess(file);
    if (asked && !word)
        return error_set(err, STATUS_INPUT, "--kind is '%.40s', must be %s", asked,
                         word_list(import_kind_words, list, sizeof list));
    if (*kind == IMPORT_UNKNOWN)
        return error_set(err, STATUS_INPUT,
                         "%.200s is not a .cell, .onnx or .csv file; add --kind %s",
                         file, word_list(import_kind_words, list, sizeof list));
    return STATUS_OK;
}

/* Characters that separate names on command lines. */
static bool is_separator(unsigned char c)
{
    return c <= ' ' || c == 0x7f || strchr(",=\"'\\", c);
}

static enum status name_check(const char *name, struct error *err)
{
    size_t good = 0, length;
    bool is_formula = name[0] && strchr("+-@", name[0]); /* for a spreadsheet */

    while ((length = utf8_length(name + good)) > 0 &&
           !is_separator((unsigned char)name[good]))
        good += length;
    if (*name && strcmp(name, "all") != 0 && !name[good] && !is_formula)
        return STATUS_OK;
    return error_set(
        err, STATUS_INPUT,
        "--name is '%.60s', must be UTF-8 without spaces, commas, quotes and '=', not "
        "begin with '+', '-' or '@', and not be 'all'",
        name);
}

/* The record is made in memory first, so that the file is written completely or not at all. */
static enum status record_save(const char *bytes, size_t size, const char *path,
                               const char *input, struct error *err)
{
    struct output output;
    enum status status = output_open(&output, path, input, err);

    if (status == STATUS_OK)
        fwrite(bytes, 1, size, output.stream); /* output_close reports a failure */
    return output_close(&output, status, err);
}

static void where_print(enum import_kind kind, const char *name, const char *output)
{
    bool is_technology = kind == IMPORT_CELL || kind == IMPORT_MEMORY;
    const char *folder = is_technology ? "technologies" : "workloads";

    fprintf(
        stderr,
        "%s: put %s into DIR/%s/ of a folder of yours and add --library DIR; then use "
        "it with %s=%s\n",
        name, output ? output : "this", folder,
        is_technology ? "technology" : "workload", name);
}

/* The reader of ONNX models needs onnx.proto when the program is built. */
#ifdef NVSWEEP_ONNX
#define onnx_reader import_onnx
#else
static enum status onnx_reader(const struct import_job *job, struct error *err)
{
    return error_set(
        err, STATUS_INPUT,
        "%.200s: this nvsweep was built without its ONNX reader: install protoc-c and "
        "onnx.proto (make ONNX_PROTO=FILE) and build it again",
        job->file);
}
#endif

enum status cmd_import(int argc, char **argv, struct error *err)
{
    const char *output = NULL, *name = NULL, *asked = NULL;
    unsigned changes = 0;
    struct import_job job = { .notes = stderr, .changes = &changes };
    static enum status (*const importers[])(const struct import_job *,
                                            struct error *) = {
        [IMPORT_CELL] = import_cell,         [IMPORT_ONNX] = onnx_reader,
        [IMPORT_TOPOLOGY] = import_topology, [IMPORT_MEMORY] = import_memory,
        [IMPORT_PROFILE] = import_profile,
    };
    enum import_kind kind = IMPORT_UNKNOWN;
    char *own_name = NULL, *bytes = NULL;
    size_t size = 0;
    enum status status = options_read("import", &argc, argv, err);

    option_get("o", &output);
    option_get("name", &name);
    option_get("kind", &asked);
    option_get("batch-axis", &job.batch_axis);
    option_get("dim", &job.open_sizes);

    if (status != STATUS_OK)
        return status;
    /* `import cell FILE` also gives the kind */
    if (argc == 2 && !asked && word_find(import_kind_words, argv[0])) {
        asked = argv[0];
        argv++, argc--;
    }
    if (argc != 1)
        return error_set(err, STATUS_INPUT, "import needs one FILE (%d given)", argc);
    status = output_check(output, argv[0], err);
    if (status == STATUS_OK)
        status = kind_choose(asked, argv[0], &kind, err);
    if (status != STATUS_OK)
        return status;
    job.file = argv[0];
    job.name = name ? name : (own_name = import_name(argv[0]));
    job.out = open_memstream(&bytes, &size);
    if (!job.out) {
        status = error_set(err, STATUS_IO, "not enough memory for the record");
        goto out;
    }
    status = name_check(job.name, err);
    if (status == STATUS_OK)
        status = importers[kind](&job, err);
    fclose(job.out);
    if (status != STATUS_OK)
        goto out;
    status = record_save(bytes, size, output, argv[0], err);
    if (status != STATUS_OK)
        goto out;
    if (changes > 0)
        fprintf(stderr, "%s: %u change%s from the file, listed above\n", job.name,
                changes, changes == 1 ? "" : "s");
    where_print(kind, job.name, output);
out:
    free(bytes);
    free(own_name);
    return status;
}
