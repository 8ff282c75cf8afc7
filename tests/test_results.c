#include "synthetic.h"
#include "unit.h"

#include "results/pack.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>

static const struct program program = { "1.0-test", "none", false };

/* A small study, and a file name in a folder of its own. */
static struct sweep sweep;
static struct study study;
static char folder[64], *path;

static void begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/nvsweep-test-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    path = alloc_printf("%s/x.h5", folder);
    synthetic_study(&sweep, &study, 5, 7, true);
}

static void end(void)
{
    unlink(path);
    rmdir(folder);
    free(path);
    sweep_free(&sweep);
}

static void create(void)
{
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(
        results_create(path, &study, synthetic_stages, &program, &err), STATUS_OK);
}

static void blocks_partition_the_points(void)
{
    const uint64_t points[] = { 1, 3, 4, 5, 1000, 65536, 65537, 1000003 };

    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        struct stage_layout layout;
        uint64_t next = 0;

        layout_stage_init(&layout, synthetic_stages[SMALL], points[i],
                          synthetic_stages[SMALL]->block_points);
        for (uint64_t b = 0; b < layout.blocks; b++) {
            struct range range = layout_block(&layout, b);

            CU_ASSERT_EQUAL(range.first, next);
            CU_ASSERT(range.count > 0 && range.count <= layout.block_points);
            next += range.count;
        }
        CU_ASSERT_EQUAL(next, points[i]);
    }
}

static void huge_stages_have_larger_blocks_not_more(void)
{
    uint64_t points = (uint64_t)1 << 40;
    uint64_t block_points = layout_block_points(points, 4096);

    CU_ASSERT(layout_blocks(points, block_points) <= LAYOUT_BLOCKS_MOST);
    CU_ASSERT_EQUAL(layout_block_points(1000, 4096), 4096);
    CU_ASSERT_EQUAL(layout_block_points(1000, 0), 1);
}

struct extent {
    uint64_t offset, bytes;
};

static int by_offset(const void *a, const void *b)
{
    const struct extent *x = a, *y = b;

    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static void raw_data_of_datasets_does_not_overlap(void)
{
    struct extent extents[STAGE_COUNT * (COLUMNS_MAX + 3)];
    struct results *results;
    struct layout layout;
    struct error err = { "" };
    struct stat file;
    size_t n = 0;

    begin();
    create();
    CU_ASSERT_EQUAL_FATAL(results_open(path, &results, &err), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(
        results_layout(results, &study, synthetic_stages, &layout, &err), STATUS_OK);
    for (int id = 0; id < STAGE_COUNT; id++) {
        const struct stage_layout *l = &layout.stages[id];

        if (!l->points)
            continue;
        extents[n++] = (struct extent){ l->status_offset, l->points };
        extents[n++] = (struct extent){ l->checksum_offset, 4 * l->blocks };
        extents[n++] = (struct extent){ l->attempts_offset, l->blocks };
        for (uint32_t c = 0; c < l->columns; c++)
            extents[n++] = (struct extent){ l->column_offsets[c],
                                            l->column_bytes[c] * l->points };
    }
    CU_ASSERT_EQUAL(n, 3 + 3 + 3 + 20);
    qsort(extents, n, sizeof *extents, by_offset);
    for (size_t i = 1; i < n; i++)
        CU_ASSERT(extents[i - 1].offset + extents[i - 1].bytes <= extents[i].offset);
    stat(path, &file);
    CU_ASSERT(extents[n - 1].offset + extents[n - 1].bytes <= (uint64_t)file.st_size);
    results_close(results);
    end();
}

static char *whole_file(const char *name, size_t *size)
{
    struct stat file;
    struct raw raw;
    struct error err;
    char *bytes;

    CU_ASSERT_EQUAL_FATAL(raw_open(&raw, name, false, &err), STATUS_OK);
    fstat(raw.fd, &file);
    *size = (size_t)file.st_size;
    bytes = alloc_array(*size, 1);
    raw_read(&raw, bytes, *size, 0, &err);
    raw_close(&raw);
    return bytes;
}

static void a_file_made_twice_has_the_same_bytes(void)
{
    char *first, *second;
    size_t first_size, second_size;

    begin();
    create();
    first = whole_file(path, &first_size);
    unlink(path);
    sleep(1); /* a time in the file would show */
    create();
    second = whole_file(path, &second_size);
    CU_ASSERT_EQUAL_FATAL(first_size, second_size);
    CU_ASSERT_EQUAL(memcmp(first, second, first_size), 0);
    free(first);
    free(second);
    end();
}

static void a_new_file_is_labelled_and_pending(void)
{
    struct results *results;
    struct results_summary summary;
    const struct variable *value, *line;
    struct error err = { "" };
    char text[256];
    double number;

    begin();
    create();
    CU_ASSERT_EQUAL_FATAL(results_open(path, &results, &err), STATUS_OK);
    CU_ASSERT_EQUAL(results->stage_count, 2);
    CU_ASSERT_STRING_EQUAL(results->stages[0].name, "small");
    CU_ASSERT_STRING_EQUAL(results->stages[1].name, "large");
    value = results_find(results, "a_part");
    CU_ASSERT_PTR_NOT_NULL_FATAL(value);
    CU_ASSERT_EQUAL(value->dimension_count, 4);
    CU_ASSERT_STRING_EQUAL(results->dimensions[value->dimensions[0]].name,
                           "technology");
    CU_ASSERT_STRING_EQUAL(results->dimensions[value->dimensions[3]].name, "component");
    line = results_find(results, "line_bytes"); /* zipped: along the first axis */
    CU_ASSERT_PTR_NOT_NULL_FATAL(line);
    CU_ASSERT_STRING_EQUAL(results->dimensions[line->dimensions[0]].name,
                           "associativity");
    CU_ASSERT_EQUAL(results_read_numbers(results, value, 0, 1, &number, &err),
                    STATUS_OK);
    CU_ASSERT(isnan(number));
    CU_ASSERT_EQUAL(results_summarize(results, &summary, &err), STATUS_OK);
    CU_ASSERT_EQUAL(summary.total, 60 + 420);
    CU_ASSERT_EQUAL(summary.pending, summary.total);
    results_point_format(results, 0, 21, text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "technology=green capacity_bytes=1 B associativity=2");
    results_close(results);
    end();
}

/* Evaluate and commit one block; returns its layout. */
static struct stage_layout commit_block_zero(struct raw *raw, struct block *block)
{
    struct results *results;
    struct layout layout;
    struct error err = { "" };

    CU_ASSERT_EQUAL_FATAL(results_open(path, &results, &err), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(
        results_layout(results, &study, synthetic_stages, &layout, &err), STATUS_OK);
    results_close(results);
    raw_open(raw, path, true, &err);
    block_alloc(block, synthetic_stages[SMALL], 4);
    synthetic_small_evaluate(&study, (struct range){ 0, 4 }, &block->columns,
                             block->status, NULL);
    block_write_values(raw, &layout.stages[SMALL], 0, block, NULL, &err);
    return layout.stages[SMALL];
}

static enum block_state state_of(const struct raw *raw,
                                 const struct stage_layout *layout)
{
    enum block_state state;
    struct block block;
    struct error err;

    block_alloc(&block, synthetic_stages[SMALL], 4);
    CU_ASSERT_EQUAL(block_read(raw, layout, 0, &block, &state, &err), STATUS_OK);
    block_free(&block);
    return state;
}

static void a_block_is_committed_by_its_status_alone(void)
{
    struct block block;
    struct raw raw;
    struct error err;
    struct stage_layout layout;

    begin();
    create();
    layout = commit_block_zero(&raw, &block);
    CU_ASSERT_EQUAL(state_of(&raw, &layout), BLOCK_PENDING);
    raw_write(&raw, block.status, 2, layout.status_offset, &err);
    CU_ASSERT_EQUAL(state_of(&raw, &layout), BLOCK_PARTIAL);
    block_write_status(&raw, &layout, 0, block.status, &err);
    CU_ASSERT_EQUAL(state_of(&raw, &layout), BLOCK_COMMITTED);
    block_clear(&raw, &layout, 0, &err);
    CU_ASSERT_EQUAL(state_of(&raw, &layout), BLOCK_PENDING);
    block_free(&block);
    raw_close(&raw);
    end();
}

static void every_flipped_byte_of_a_block_is_found(void)
{
    struct block block;
    struct raw raw;
    struct error err;
    struct stage_layout layout;

    begin();
    create();
    layout = commit_block_zero(&raw, &block);
    block_write_status(&raw, &layout, 0, block.status, &err);
    for (uint32_t c = 0; c < layout.columns; c++)
        for (uint64_t i = 0; i < 4 * layout.column_bytes[c]; i++) {
            uint64_t at = layout.column_offsets[c] + i;
            uint8_t byte, flipped;

            raw_read(&raw, &byte, 1, at, &err);
            flipped = byte ^ 16;
            raw_write(&raw, &flipped, 1, at, &err);
            CU_ASSERT_EQUAL(state_of(&raw, &layout), BLOCK_DAMAGED);
            raw_write(&raw, &byte, 1, at, &err);
        }
    CU_ASSERT_EQUAL(state_of(&raw, &layout), BLOCK_COMMITTED);
    block_free(&block);
    raw_close(&raw);
    end();
}

static void comments_and_spaces_do_not_make_another_sweep(void)
{
    static const struct {
        const char *a, *b;
        bool is_same;
    } cases[] = {
        { "a = 1;", "a=1;", true },
        { "a = 1; # why", "a = 1;\n", true },
        { "a = 1; // why\n", "/* what */ a = 1;", true },
        { "a = \"x # y\";", "a = \"x\";", false },
        { "a = \"x y\";", "a = \"xy\";", false },
        { "a = \"x\\\" # y\";", "a = \"x\\\" # z\";", false },
        { "a = [1, 2];", "a = [12];", false },
        { "a = 1 2;", "a = 12;", false },
        { "a = [ 1,\n 2 ];", "a=[1,2];", true },
        { "a = 1;", "a = 2;", false },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *a = results_normalised(cases[i].a), *b = results_normalised(cases[i].b);

        CU_ASSERT_EQUAL(strcmp(a, b) == 0, cases[i].is_same);
        free(a);
        free(b);
    }
}

static void another_sweep_or_version_is_refused(void)
{
    struct program newer = { "1.1", "none", false };
    struct results *results;
    struct error err = { "" };

    begin();
    create();
    CU_ASSERT_EQUAL_FATAL(results_open(path, &results, &err), STATUS_OK);
    CU_ASSERT_EQUAL(results_check_same(results, &study, &program, false, &err),
                    STATUS_OK);
    CU_ASSERT_EQUAL(results_check_same(results, &study, &newer, false, &err),
                    STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "--accept-version"));
    CU_ASSERT_EQUAL(results_check_same(results, &study, &newer, true, &err), STATUS_OK);
    free(sweep.text);
    sweep.text = alloc_text("capacities = 6; batches = 7;");
    CU_ASSERT_EQUAL(results_check_same(results, &study, &program, false, &err),
                    STATUS_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "capacities=6"));
    results_close(results);
    end();
}

static void damaged_metadata_is_set_right(void)
{
    size_t size, healed_size;
    enum metadata_state state;
    uint64_t differing;
    struct error err;
    char *good, *healed;
    struct raw raw;

    begin();
    create();
    good = whole_file(path, &size);
    for (uint64_t at = 0; at < 4096; at += 61) { /* superblock, root group, ... */
        uint8_t flipped = (uint8_t)good[at] ^ 0x40;

        raw_open(&raw, path, true, &err);
        raw_write(&raw, &flipped, 1, at, &err);
        raw_close(&raw);
        CU_ASSERT_EQUAL(results_check_metadata(path, &study, synthetic_stages, &program,
                                               &state, &differing, &err),
                        STATUS_OK);
        CU_ASSERT_EQUAL(state, METADATA_DAMAGED);
        healed = whole_file(path, &healed_size);
        CU_ASSERT(healed_size == size && memcmp(healed, good, size) == 0);
        free(healed);
    }
    free(good);
    end();
}

static void another_sweeps_file_is_left_as_it_is(void)
{
    enum metadata_state state;
    uint64_t differing;
    struct error err;

    begin();
    create();
    sweep.text[strlen("capacities = ")] = '6'; /* one byte, same size */
    CU_ASSERT_EQUAL(results_check_metadata(path, &study, synthetic_stages, &program,
                                           &state, &differing, &err),
                    STATUS_OK);
    CU_ASSERT_EQUAL(state, METADATA_OTHER);
    sweep.text[strlen("capacities = ")] = '5';
    CU_ASSERT_EQUAL(results_check_metadata(path, &study, synthetic_stages, &program,
                                           &state, &differing, &err),
                    STATUS_OK);
    CU_ASSERT_EQUAL(state, METADATA_SAME);
    end();
}

/* Values that say where they are, in a variable of many dimensions. */
static void fill(const struct results *results, const struct variable *variable)
{
    struct error err;
    struct raw raw;

    CU_ASSERT_EQUAL_FATAL(raw_open(&raw, results->path, true, &err), STATUS_OK);
    for (uint64_t i = 0; i < variable->count; i++) {
        double value = 1.0 / (double)(i + 3);

        raw_write(&raw, &value, sizeof value, variable->offset + i * sizeof value,
                  &err);
    }
    raw_close(&raw);
}

/* Any run of elements of a packed copy is that of the plain file, wherever it begins and
 * ends in the dimensions and chunks. */
static void packed_runs_of_elements_are_the_plain_ones(void)
{
    enum { MOST = 3 * 90 * 4 * 40 * 7 };
    static double plain[MOST], packed[MOST];
    struct results *from, *to;
    const struct variable *a, *b;
    struct pack_report report;
    struct error err = { "" };
    char *copy;
    uint64_t state = 1;

    begin();
    sweep_free(&sweep);
    synthetic_study(&sweep, &study, 90, 40, true);
    create();
    copy = alloc_printf("%s/y.h5", folder);
    CU_ASSERT_EQUAL_FATAL(results_open(path, &from, &err), STATUS_OK);
    a = results_find(from, "a_part");
    fill(from, a);
    fill(from, results_find(from, "s07"));
    CU_ASSERT_EQUAL_FATAL(results_pack(path, copy, false, &report, &err), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(results_open(copy, &to, &err), STATUS_OK);
    for (int pass = 0; pass < 2; pass++) {
        a = results_find(from, pass ? "s07" : "a_part");
        b = results_find(to, pass ? "s07" : "a_part");
        CU_ASSERT_FATAL(b->is_packed && !a->is_packed && a->count == b->count);
        CU_ASSERT_FATAL(a->count <= MOST);
        for (int i = 0; i < 300; i++) {
            uint64_t first, count;

            state = state * 6364136223846793005u + 1442695040888963407u;
            first = (state >> 33) % a->count;
            state = state * 6364136223846793005u + 1442695040888963407u;
            count = i == 0 ? 0 : (state >> 33) % (i % 2 ? a->count - first : 60);
            count = i == 1 ? a->count - first : count;
            count = count > a->count - first ? a->count - first : count;
            CU_ASSERT_EQUAL(results_read_raw(from, a, first, count, plain, &err),
                            STATUS_OK);
            CU_ASSERT_EQUAL(results_read_raw(to, b, first, count, packed, &err),
                            STATUS_OK);
            CU_ASSERT_EQUAL(memcmp(plain, packed, count * sizeof *plain), 0);
        }
    }
    CU_ASSERT_EQUAL(to->stage_count, from->stage_count);
    results_close(from);
    results_close(to);
    unlink(copy);
    free(copy);
    end();
}

static void foreign_and_cut_files_are_refused(void)
{
    struct results *results;
    struct error err;
    FILE *file;

    begin();
    CU_ASSERT_EQUAL(results_open(path, &results, &err), STATUS_INPUT); /* not there */
    file = fopen(path, "w");
    fputs("time,energy\n1,2\n", file);
    fclose(file);
    CU_ASSERT_EQUAL(results_open(path, &results, &err), STATUS_INPUT);
    CU_ASSERT_PTR_NULL(results);
    create();
    CU_ASSERT_EQUAL(truncate(path, 40000), 0);
    CU_ASSERT_EQUAL(results_open(path, &results, &err), STATUS_INPUT);
    end();
}

SUITE(results, TEST(blocks_partition_the_points),
      TEST(huge_stages_have_larger_blocks_not_more),
      TEST(raw_data_of_datasets_does_not_overlap),
      TEST(a_file_made_twice_has_the_same_bytes),
      TEST(a_new_file_is_labelled_and_pending),
      TEST(a_block_is_committed_by_its_status_alone),
      TEST(every_flipped_byte_of_a_block_is_found),
      TEST(comments_and_spaces_do_not_make_another_sweep),
      TEST(another_sweep_or_version_is_refused), TEST(damaged_metadata_is_set_right),
      TEST(another_sweeps_file_is_left_as_it_is),
      TEST(packed_runs_of_elements_are_the_plain_ones),
      TEST(foreign_and_cut_files_are_refused));
