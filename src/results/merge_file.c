#include "results/merge_file.h"

#include "base/memory.h"
#include "results/copy.h"
#include "results/h5.h"
#include "results/merge.h"

#include <stdlib.h>
#include <string.h>

struct making {
    struct h5 *h5, *source;
    const struct merge_plan *plan;
};

/* Blocks of a merged stage: the first file's points per block, or more if needed. */
static uint64_t stage_blocks(const struct merge_plan *plan,
                             const struct results_stage *stage, uint64_t *points,
                             uint64_t *block_points)
{
    *points = merge_count(plan, &plan->files[0]->variables[stage->status]);
    *block_points = layout_block_points(*points, stage->layout.block_points);
    return layout_blocks(*points, *block_points);
}

static void text_fill(struct making *making, hid_t dataset,
                      const struct variable *variable)
{
    uint64_t count = merge_count(making->plan, variable);
    const char **texts = alloc_array(count, sizeof *texts);

    for (uint64_t i = 0; i < count; i++) {
        uint64_t a = merge_element(making->plan, variable, i, 0);
        uint64_t b = merge_element(making->plan, variable, i, 1);

        texts[i] =
            a != UINT64_MAX
                ? variable->texts[a]
                : results_find_path(making->plan->files[1], variable->path)->texts[b];
    }
    H5_TRY(making->h5, H5Dwrite(dataset, making->h5->text_type, H5S_ALL, H5S_ALL,
                                H5P_DEFAULT, texts));
    free(texts);
}

static void block_fill(struct making *making, hid_t dataset,
                       const struct results_stage *stage)
{
    uint64_t points, block_points;
    uint64_t blocks = stage_blocks(making->plan, stage, &points, &block_points);
    uint64_t *firsts = alloc_array(blocks, sizeof *firsts);

    for (uint64_t b = 0; b < blocks; b++)
        firsts[b] = b * block_points;
    H5_TRY(making->h5,
           H5Dwrite(dataset, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, firsts));
    if (!making->h5->is_bad && H5Aexists(dataset, "block_points") > 0)
        H5_TRY(making->h5, H5Adelete(dataset, "block_points"));
    h5_put_count(making->h5, dataset, "block_points", block_points);
    free(firsts);
}

static void dataset_make(struct making *making, const char *path)
{
    const struct results *a = making->plan->files[0];
    const struct variable *variable = results_find_path(a, path);
    hid_t source = H5_TRY(making->h5,
                          H5Dopen2(making->source->file, path, H5P_DEFAULT));
    hid_t dataset;
    const struct results_stage *stage = NULL;
    hsize_t sizes[COPY_RANK];
    uint64_t points, block_points;

    if (making->h5->is_bad || !variable)
        return;
    for (size_t d = 0; d < variable->dimension_count; d++) {
        size_t dimension = variable->own_dimensions[d];

        stage = merge_block_stage(a, dimension);
        sizes[d] = stage ? stage_blocks(making->plan, stage, &points, &block_points)
                         : making->plan->dimensions[dimension].count;
    }
    dataset = copy_dataset(making->h5, source, path, sizes, STORAGE_CONTIGUOUS);
    if (variable->kind == VARIABLE_TEXT)
        text_fill(making, dataset, variable);
    else if (stage && &a->variables[stage->blocks] == variable)
        block_fill(making, dataset, stage);
    H5Dclose(source);
    if (dataset >= 0)
        H5Dclose(dataset);
}

static void object_make(const char *path, enum h5_kind kind, const char *first,
                        void *making_)
{
    struct making *making = making_;

    if (making->h5->is_bad)
        return;
    if (kind == H5_KIND_DATASET)
        dataset_make(making, path);
    else if (kind == H5_KIND_GROUP)
        copy_group(making->h5, making->source->file, path);
    else if (kind == H5_KIND_LINK)
        copy_link(making->h5, first, path);
}

/* Appends a sweep's text as comment lines, because no single sweep makes a merged file, and
 * its text must not be read as one. */
static char *commented(char *text, const char *title, const char *sweep)
{
    text = alloc_append(text, "# %s\n", title);
    while (*sweep) {
        size_t length = strcspn(sweep, "\n");

        text = alloc_append(text, "#   %.*s\n", (int)length, sweep);
        sweep += length + (sweep[length] == '\n');
    }
    return text;
}

/* Records the origin of the merged file: the sweeps and the records of both files. */
static void provenance_put(struct h5 *h5, const struct merge_plan *plan)
{
    const struct results *a = plan->files[0], *b = plan->files[1];
    char *sweep = commented(alloc_text(""), MERGED_FIRST, a->sweep_text);
    char *records = strcmp(a->records_text, b->records_text) == 0
                        ? alloc_text(a->records_text)
                        : alloc_printf("%s%s", a->records_text, b->records_text);
    hid_t run;

    sweep = commented(sweep, MERGED_SECOND, b->sweep_text);
    run = h5_group(h5, RESULTS_RUN);
    H5_TRY(h5, H5Adelete(run, "sweep"));
    H5_TRY(h5, H5Adelete(run, "library_records"));
    h5_put_text(h5, run, "sweep", sweep);
    h5_put_text(h5, run, "library_records", records);
    if (run >= 0)
        H5Gclose(run);
    free(sweep);
    free(records);
}

enum status merge_file_make(const struct merge_plan *plan, const char *to,
                            struct error *err)
{
    struct h5 source, made;
    struct making making = { .h5 = &made, .source = &source, .plan = plan };
    enum status status = h5_open(&source, plan->files[0]->path, err), closed;

    if (status != STATUS_OK)
        return status;
    status = h5_create(&made, to, err);
    if (status != STATUS_OK)
        goto out;
    copy_attributes(&made, source.file, made.file);
    h5_walk(&source, object_make, &making);
    provenance_put(&made, plan);
    copy_scales(&made, &source);
out:
    closed = h5_close(&made, to, "cannot be written", status == STATUS_OK ? err : NULL);
    h5_close(&source, plan->files[0]->path, "", NULL);
    return status == STATUS_OK ? closed : status;
}
