/* Other tools' files: every input is read as an NVSim cell, as an ONNX model and as a
 * SCALE-Sim topology.  A record that comes of it must be one that the library reads. */
#include "fuzz.h"

#include "import/import.h"

typedef enum status import_fn(const struct import_job *job, struct error *err);

static void record_judge(const char *record, size_t size, const struct schema *schema)
{
    struct record_table table = { 0 };
    struct error err = { "" };

    if (fuzz_table(schema, record, size, &table, &err) != STATUS_OK ||
        table.count != 1) {
        fprintf(stderr, "a record that does not read: %s\n%s\n", err.text, record);
        abort();
    }
    record_table_free(&table);
}

static void import_try(import_fn *import, const char *file, enum record_table_id table)
{
    char *record = NULL, *notes = NULL;
    size_t size = 0, notes_size = 0;
    struct error err = { "" };
    struct import_job job = { .file = file,
                              .name = "x",
                              .out = open_memstream(&record, &size),
                              .notes = open_memstream(&notes, &notes_size) };
    enum status status = import(&job, &err);

    fclose(job.out);
    fclose(job.notes);
    fuzz_judge(status, &err);
    if (status == STATUS_OK)
        record_judge(record, size, record_table_schemas[table]);
    free(record);
    free(notes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *file = fuzz_file("import", data, size);

    import_kind_guess(file);
    import_try(import_onnx, file, RECORDS_WORKLOAD);
    import_try(import_cell, file, RECORDS_TECHNOLOGY);
    import_try(import_topology, file, RECORDS_WORKLOAD);
    return 0;
}
