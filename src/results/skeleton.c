#include "results/skeleton.h"

#include "base/child.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5_hl.h>
#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "raw data are written in memory order, which must be little-endian");

/* Storage of a dataset: contiguous, allocated now, without time stamps. */
static hid_t storage_make(struct skeleton *sk, const struct dataset_spec *spec)
{
    hid_t storage = H5_TRY(&sk->h5, H5Pcreate(H5P_DATASET_CREATE));
    double none = NAN;
    uint64_t no_count = COUNT_NONE;

    H5_TRY(&sk->h5, H5Pset_layout(storage, H5D_CONTIGUOUS));
    H5_TRY(&sk->h5, H5Pset_alloc_time(storage, H5D_ALLOC_TIME_EARLY));
    H5_TRY(&sk->h5, H5Pset_obj_track_times(storage, false));
    if (spec->type == H5T_IEEE_F64LE && !spec->data)
        H5_TRY(&sk->h5, H5Pset_fill_value(storage, H5T_NATIVE_DOUBLE, &none));
    if (spec->type == H5T_STD_U64LE && !spec->data)
        H5_TRY(&sk->h5, H5Pset_fill_value(storage, H5T_NATIVE_UINT64, &no_count));
    H5_TRY(&sk->h5, H5Pset_fill_time(storage, sk->is_filled || spec->data
                                                  ? H5D_FILL_TIME_ALLOC
                                                  : H5D_FILL_TIME_NEVER));
    return storage;
}

hid_t skeleton_dataset(struct skeleton *sk, const struct dataset_spec *spec)
{
    struct h5 *h5 = &sk->h5;
    hid_t storage = storage_make(sk, spec);
    hid_t space = H5_TRY(h5, spec->rank
                                 ? H5Screate_simple(spec->rank, spec->sizes, NULL)
                                 : H5Screate(H5S_SCALAR));
    hid_t dataset = H5_TRY(h5, H5Dcreate2(spec->group, spec->name, spec->type, space,
                                          H5P_DEFAULT, storage, H5P_DEFAULT));

    if (spec->data)
        H5_TRY(h5, H5Dwrite(dataset, spec->memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                            spec->data));
    if (spec->scales)
        for (int d = 0; d < spec->rank; d++)
            H5_TRY(h5, H5DSattach_scale(dataset, spec->scales[d], (unsigned)d));
    else if (spec->rank)
        H5_TRY(h5, H5DSset_scale(dataset, spec->name));
    if (spec->units)
        h5_put_text(h5, dataset, "units", spec->units);
    if (spec->meaning)
        h5_put_text(h5, dataset, "long_name", spec->meaning);
    H5_TRY(h5, H5Sclose(space));
    H5_TRY(h5, H5Pclose(storage));
    return dataset;
}

static void metric_write(struct skeleton *sk, const struct metric *metric,
                         const struct shape *shape)
{
    hid_t scales[SHAPE_RANK], dataset;
    hsize_t sizes[SHAPE_RANK];
    enum inner_id parts[INNER_PARTS_MAX];
    size_t part_count = inner_parts(metric->inner, parts);
    int rank = shape->rank;

    memcpy(scales, shape->scales, sizeof scales);
    memcpy(sizes, shape->sizes, sizeof sizes);
    for (size_t p = 0; p < part_count; p++) {
        scales[rank] = shape->inners[parts[p]];
        sizes[rank++] = inners[parts[p]].count;
    }
    dataset = skeleton_dataset(
        sk, &(struct dataset_spec){
                .group = shape->group,
                .name = metric->name,
                .units = metric_units(sk->study->sweep, metric),
                .meaning = metric->meaning,
                .type = metric->kind == COLUMN_NUMBER ? H5T_IEEE_F64LE : H5T_STD_U64LE,
                .scales = scales,
                .sizes = sizes,
                .rank = rank,
            });
    if (metric->kind == COLUMN_NUMBER)
        h5_put_number(&sk->h5, dataset, "_FillValue", NAN);
    else
        h5_put_count(&sk->h5, dataset, "_FillValue", COUNT_NONE);
    if (strcmp(metric->units, UNITS_OF_OBJECTIVE) == 0)
        h5_put_text(&sk->h5, dataset, "objective",
                    objective_metric(sk->study->sweep)->name);
    if (*shape->auxiliary)
        h5_put_text(&sk->h5, dataset, "coordinates", shape->auxiliary);
    H5_TRY(&sk->h5, H5Dclose(dataset));
}

static void status_write(struct skeleton *sk, const struct stage *stage,
                         const struct shape *shape)
{
    char *meanings = alloc_text("");
    int8_t codes[POINT_STATUSES];
    hid_t dataset;

    for (int i = 0; i < POINT_STATUSES; i++) {
        codes[i] = (int8_t)i;
        meanings = alloc_append(meanings, "%s%s", i ? " " : "",
                                word_name(point_status_words, i));
    }
    dataset = skeleton_dataset(
        sk, &(struct dataset_spec){ .group = shape->group,
                                    .name = RESULTS_STATUS,
                                    .meaning = "state of the design point",
                                    .type = H5T_STD_I8LE,
                                    .scales = shape->scales,
                                    .sizes = shape->sizes,
                                    .rank = shape->rank });
    h5_put_codes(&sk->h5, dataset, "flag_values", codes, POINT_STATUSES);
    h5_put_text(&sk->h5, dataset, "flag_meanings", meanings);
    h5_put_text(&sk->h5, dataset, "stage", stage->name);
    if (*shape->auxiliary)
        h5_put_text(&sk->h5, dataset, "coordinates", shape->auxiliary);
    H5_TRY(&sk->h5, H5Dclose(dataset));
    free(meanings);
}

static char *path_join(const char *group, const char *name)
{
    return alloc_printf("%s%s%s", group, *group ? "/" : "", name);
}

/* Writes the attributes by which readers find a stage: the path of its status, and its
 * columns in the order of the checksums. */
static void run_attributes_write(struct skeleton *sk, hid_t group, enum stage_id id,
                                 const struct shape *scalars,
                                 const struct shape *others)
{
    const struct stage *stage = sk->table[id];
    char *columns = alloc_text(""), *status = path_join(scalars->path, RESULTS_STATUS);
    char *inputs = alloc_text("");
    stage_mask read = stage_inputs(sk->study->sweep, id) & sk->study->stages;

    for (; read; read &= read - 1)
        inputs = alloc_append(inputs, "%s%s", *inputs ? " " : "",
                              sk->table[__builtin_ctzll(read)]->name);
    for (size_t m = 0; m < stage->metric_count; m++) {
        const struct metric *metric = &stage->metrics[m];
        char *path = path_join(
            metric->inner == INNER_SCALAR ? scalars->path : others->path, metric->name);

        columns = alloc_append(columns, "%s%s", m ? " " : "", path);
        free(path);
    }
    h5_put_text(&sk->h5, group, "columns", columns);
    h5_put_text(&sk->h5, group, "inputs", inputs);
    h5_put_text(&sk->h5, group, "status", status);
    free(columns);
    free(inputs);
    free(status);
}

/* Writes /run/<stage>, along a dimension of its own whose coordinate is the first point of
 * each block. */
static void blocks_write(struct skeleton *sk, hid_t group, const struct stage *stage,
                         uint64_t points, uint64_t block_points)
{
    struct stage_layout layout;
    uint64_t *firsts;
    hsize_t size;
    hid_t scale, dataset;

    layout_stage_init(&layout, stage, points, block_points);
    size = layout.blocks;
    firsts = alloc_array(layout.blocks, sizeof *firsts);
    for (uint64_t b = 0; b < layout.blocks; b++)
        firsts[b] = layout_block(&layout, b).first;
    scale = skeleton_dataset(
        sk, &(struct dataset_spec){ .group = group,
                                    .name = "block",
                                    .units = "1",
                                    .meaning = "first point of the block",
                                    .type = H5T_STD_U64LE,
                                    .memory_type = H5T_NATIVE_UINT64,
                                    .data = firsts,
                                    .sizes = &size,
                                    .rank = 1 });
    h5_put_count(&sk->h5, scale, "block_points", layout.block_points);
    dataset = skeleton_dataset(
        sk, &(struct dataset_spec){
                .group = group,
                .name = "checksum",
                .units = "1",
                .meaning = "CRC-32C of the block's columns, in the order "
                           "of the group's attribute, and its status",
                .type = H5T_STD_U32LE,
                .scales = &scale,
                .sizes = &size,
                .rank = 1 });
    H5_TRY(&sk->h5, H5Dclose(dataset));
    dataset = skeleton_dataset(
        sk, &(struct dataset_spec){ .group = group,
                                    .name = "attempts",
                                    .units = "1",
                                    .meaning = "times the block was begun but not "
                                               "committed",
                                    .type = H5T_STD_U8LE,
                                    .scales = &scale,
                                    .sizes = &size,
                                    .rank = 1 });
    H5_TRY(&sk->h5, H5Dclose(dataset));
    H5_TRY(&sk->h5, H5Dclose(scale));
    free(firsts);
}

static bool has_inner_metrics(const struct stage *stage)
{
    for (size_t m = 0; m < stage->metric_count; m++)
        if (stage->metrics[m].inner != INNER_SCALAR)
            return true;
    return false;
}

/* A stage's group has its name, unless an axis of that name has a coordinate in the root. */
static char *group_name(const struct stage *stage)
{
    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        if (strcmp(axis_specs[axis].name, stage->name) == 0)
            return alloc_printf("%s_stage", stage->name);
    return alloc_text(stage->name);
}

/* The last stage's scalars and status are in the root group, so that the root read as a
 * table has one row per point.  Its other metrics, and all other stages, are in groups of
 * their names, where the last stage's status has a second name. */
static void stage_write(struct skeleton *sk, enum stage_id id)
{
    const struct stage *stage = sk->table[id];
    const struct grid *grid = &sk->study->grids[id];
    bool is_last = id == sk->last, is_split = is_last && has_inner_metrics(stage);
    char *name = path_join(RESULTS_RUN, stage->name), *own = group_name(stage);
    struct shape scalars, others;
    hid_t run;

    shape_begin(sk, &scalars, is_last ? "" : own, id, !is_last);
    if (is_split)
        shape_begin(sk, &others, own, id, true);
    for (size_t m = 0; m < stage->metric_count; m++)
        metric_write(sk, &stage->metrics[m],
                     is_split && stage->metrics[m].inner != INNER_SCALAR ? &others
                                                                         : &scalars);
    status_write(sk, stage, &scalars);
    if (is_split)
        H5_TRY(&sk->h5, H5Lcreate_hard(scalars.group, RESULTS_STATUS, others.group,
                                       RESULTS_STATUS, H5P_DEFAULT, H5P_DEFAULT));
    if (!is_last || is_split)
        h5_put_text(&sk->h5, is_split ? others.group : scalars.group, "title",
                    stage->summary);
    run = h5_group(&sk->h5, name);
    run_attributes_write(sk, run, id, &scalars, is_split ? &others : &scalars);
    blocks_write(sk, run, stage, grid->points,
                 stage_block_points(sk->study, stage, id));
    H5_TRY(&sk->h5, H5Gclose(run));
    if (is_split)
        shape_end(sk, &others);
    shape_end(sk, &scalars);
    free(own);
    free(name);
}

/* The attributes of the root are the same in every file, so that files can be combined; those
 * of the sweep are in /run. */
static void provenance_write(struct skeleton *sk, const struct program *program)
{
    const struct sweep *sweep = sk->study->sweep;
    struct h5 *h5 = &sk->h5;
    char *file = alloc_text(sweep->file ? sweep->file : "");
    char *records = results_records_text(sk->study);
    hid_t run = h5_group(h5, RESULTS_RUN);

    h5_put_text(h5, h5->file, "Conventions", "CF-1.10");
    h5_put_text(h5, h5->file, "source", "nvsweep");
    h5_put_count(h5, h5->file, RESULTS_LAYOUT, RESULTS_LAYOUT_NOW);
    h5_put_text(h5, run, "title", sweep->title ? sweep->title : basename(file));
    h5_put_text(h5, run, "nvsweep_version", program->version);
    h5_put_text(h5, run, "nvsweep_commit", program->commit);
    h5_put_count(h5, run, "nvsweep_is_dirty", program->is_dirty);
    h5_put_count(h5, run, "seed", sweep->seed);
    h5_put_text(h5, run, "sweep", sweep->text ? sweep->text : "");
    h5_put_text(h5, run, "library_records", records);
    H5_TRY(h5, H5Gclose(run));
    free(file);
    free(records);
}

static void checksum_write(struct skeleton *sk)
{
    hid_t run = h5_group(&sk->h5, RESULTS_RUN);
    struct dataset_spec spec = {
        .group = run,
        .name = h5_leaf(RESULTS_METADATA_CHECKSUM),
        .units = "1",
        .meaning = "CRC-32C of the file's bytes outside the stages' datasets",
        .type = H5T_STD_U32LE,
    };
    hid_t dataset = skeleton_dataset(sk, &spec);

    H5_TRY(&sk->h5, H5Dclose(dataset));
    H5_TRY(&sk->h5, H5Gclose(run));
}

static uint64_t bytes_of(const struct study *study, const struct stage *const *table)
{
    uint64_t bytes = 0;

    for (int id = 0; id < STAGE_COUNT; id++)
        if (study->stages >> id & 1) {
            struct stage_layout layout;

            layout_stage_init(&layout, table[id], study->grids[id].points,
                              table[id]->block_points);
            bytes += layout.points * layout_point_bytes(&layout);
        }
    return bytes;
}

static enum status skeleton_make(const char *path, const struct study *study,
                                 const struct stage *const *table,
                                 const struct program *program, struct error *err)
{
    struct skeleton sk = { .study = study, .table = table };
    enum status status = h5_create(&sk.h5, path, err);

    if (status != STATUS_OK)
        return status;
    sk.is_filled = bytes_of(study, table) <= SKELETON_FILL_BYTES;
    for (int id = 0; id < STAGE_COUNT; id++)
        if (study->stages >> id & 1)
            sk.last = (enum stage_id)id;
    provenance_write(&sk, program);
    skeleton_defaults(&sk, RESULTS_RUN "/defaults");
    for (int id = 0; id < STAGE_COUNT; id++)
        if (study->stages >> id & 1)
            stage_write(&sk, (enum stage_id)id);
    checksum_write(&sk);
    status = h5_close(&sk.h5, path, "cannot create the result file", err);
    return status == STATUS_OK ? results_seal(path, err) : status;
}

/* What the child process reports. */
struct verdict {
    enum status status;
    struct error err;
};

/* HDF5 1.10 keeps a file whose closing failed (on a full disk), and crashes when the process
 * ends.  Therefore a child process creates the file. */
enum status skeleton_write(const char *path, const struct study *study,
                           const struct stage *const *table,
                           const struct program *program, struct error *err)
{
    struct verdict *verdict = mmap(NULL, sizeof *verdict, PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    enum status status;
    pid_t parent = getpid(), child = -1;

    if (verdict != MAP_FAILED) {
        *verdict = (struct verdict){ .status = STATUS_IO };
        snprintf(verdict->err.text, sizeof verdict->err.text,
                 "%s: the process that created the file died", path);
        child = fork();
    }
    if (child < 0)
        return error_set(err, STATUS_IO, "%s: cannot start a process to create it: %s",
                         path, strerror(errno));
    if (child == 0) {
        child_begin(parent);
        verdict->status = skeleton_make(path, study, table, program, &verdict->err);
        _exit(0);
    }
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    status = verdict->status;
    if (status != STATUS_OK)
        error_set(err, status, "%s", verdict->err.text);
    munmap(verdict, sizeof *verdict);
    return status;
}

/* Reserves the disk space, so that a full disk is found now, and syncs. */
static enum status space_reserve(const char *path, struct error *err)
{
    struct raw raw;
    struct stat file;
    enum status status = raw_open(&raw, path, true, err);

    if (status != STATUS_OK)
        return status;
    if (fstat(raw.fd, &file))
        status = error_set(err, STATUS_IO, "%s: %s", path, strerror(errno));
    else if (fallocate(raw.fd, 0, 0, file.st_size) && errno != EOPNOTSUPP &&
             errno != ENOSYS && errno != EINTR)
        status = error_set(err, STATUS_IO, "%s: cannot reserve %.1f MiB: %s", path,
                           (double)file.st_size / (1 << 20), strerror(errno));
    else if (fsync(raw.fd))
        status = error_set(err, STATUS_IO, "%s: cannot sync to disk: %s", path,
                           strerror(errno));
    raw_close(&raw);
    return status;
}

enum status results_create(const char *path, const struct study *study,
                           const struct stage *const *table,
                           const struct program *program, struct error *err)
{
    char *partial = alloc_printf("%s.partial", path);
    enum status status;

    unlink(partial);
    status = skeleton_write(partial, study, table, program, err);
    if (status != STATUS_OK)
        goto out;
    status = space_reserve(partial, err);
    if (status != STATUS_OK)
        goto out;
    if (rename(partial, path)) {
        status = error_set(err, STATUS_IO, "%s: cannot rename it to %s: %s", partial,
                           path, strerror(errno));
        goto out;
    }
    raw_sync_folder_of(path);
out:
    if (status != STATUS_OK)
        unlink(partial);
    free(partial);
    return status;
}
