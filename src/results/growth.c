#include "results/growth.h"

#include "base/crc32c.h"
#include "base/memory.h"
#include "results/h5.h"
#include "results/merge.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOT_THERE UINT64_MAX

/* How the points of a stage of the new sweep map to the old file. */
struct kept_stage {
    const struct results_stage *old; /* NULL: the old file does not have the stage */
    uint64_t
        *places[AXES]; /* by dimension of the grid and index: what the index adds to
                               the number of the old point, or NOT_THERE */
    uint64_t fixed;    /* what axes with a single value add */
    uint8_t *blocks;   /* of the old file: BLOCK_UNKNOWN, ... */
};

enum { BLOCK_UNKNOWN, BLOCK_GOOD, BLOCK_BAD };

struct growth {
    struct results *results;
    const unsigned char *bytes; /* of the file */
    size_t size;
    const struct study *study;
    const struct stage *const *table;
    struct kept_stage stages[STAGE_COUNT];
    uint64_t kept, total;
    char added[512];
};

/* ---- values of axes, in the file and in the sweep */

/* Equal values have equal bytes; a text's key is its characters. */
struct key {
    const void *bytes;
    size_t size;
};

struct growth_coordinate {
    enum axis_id axis;
    const struct variable *variable;
    const char *raw; /* its elements; NULL if they are texts */
};

static struct key old_key(const struct growth_coordinate *coordinate, uint64_t i)
{
    const struct variable *variable = coordinate->variable;

    if (variable->kind == VARIABLE_TEXT)
        return (struct key){ variable->texts[i], strlen(variable->texts[i]) };
    return (struct key){ coordinate->raw + i * variable->item_bytes,
                         variable->item_bytes };
}

static struct key value_key(const struct space *space, enum axis_id axis,
                            const union axis_value *value)
{
    const char *text = "";

    if (axis_value_is_record(space_axis(space, axis), *value))
        text =
            "record"; /* taken from the record; counts and numbers have a code for it */
    switch (space_axis(space, axis)->kind) {
    case AXIS_COUNT: return (struct key){ &value->count, sizeof value->count };
    case AXIS_NUMBER: return (struct key){ &value->number, sizeof value->number };
    case AXIS_WORD:
        if (!*text)
            text = word_name(space_axis(space, axis)->words, value->word);
        break;
    case AXIS_RECORD: text = value->record ? value->record->name : ""; break;
    }
    return (struct key){ text, strlen(text) };
}

static bool keys_equal(struct key a, struct key b)
{
    return a.size == b.size && memcmp(a.bytes, b.bytes, a.size) == 0;
}

/* Axes that vary along one dimension of the old file. */
struct growth_side {
    struct growth_coordinate coordinates[AXES];
    size_t count;
    uint64_t length, stride;
    size_t dimension; /* of the new grid; SIZE_MAX: all are single values there */
    bool
        is_along[AXES]; /* by coordinate: varies along that dimension of the new grid */
    const struct grid *grid;
    const struct space *space;
    uint32_t *table; /* hash table of old indices plus 1; 0: empty */
    size_t slots;
};

static uint32_t side_hash(const struct growth_side *side, const struct key *keys)
{
    uint32_t crc = 0;

    for (size_t c = 0; c < side->count; c++)
        crc = crc32c(crc, keys[c].bytes, keys[c].size) + (uint32_t)keys[c].size;
    return crc;
}

static void side_index(struct growth_side *side)
{
    struct key keys[AXES];

    side->slots = 16;
    while (side->slots < 2 * side->length)
        side->slots *= 2;
    side->table = alloc_array(side->slots, sizeof *side->table);
    for (uint64_t t = 0; t < side->length; t++) {
        size_t at;

        for (size_t c = 0; c < side->count; c++)
            keys[c] = old_key(&side->coordinates[c], t);
        at = side_hash(side, keys) & (side->slots - 1);
        while (side->table[at])
            at = (at + 1) & (side->slots - 1);
        side->table[at] = (uint32_t)t + 1;
    }
}

/* The value of axis c at index i of the new dimension.  grid_value also serves a stage that
 * has only some of the sweep's machines. */
static union axis_value side_value(const struct growth_side *side, size_t c, uint64_t i)
{
    enum axis_id axis = side->coordinates[c].axis;

    return side->is_along[c]
               ? grid_value(side->grid, side->space, side->dimension, axis, i)
               : side->space->axes[axis].values[0];
}

/* Is the value at new index i the old file's value at t? */
static bool side_has(const struct growth_side *side, size_t c, uint64_t i, uint64_t t)
{
    union axis_value value = side_value(side, c, i);

    return keys_equal(value_key(side->space, side->coordinates[c].axis, &value),
                      old_key(&side->coordinates[c], t));
}

/* The old index with the values of new index i, or NOT_THERE. */
static uint64_t side_find(const struct growth_side *side, uint64_t i)
{
    union axis_value values[AXES];
    struct key keys[AXES];
    size_t at;

    for (size_t c = 0; c < side->count; c++) {
        values[c] = side_value(side, c, i);
        keys[c] = value_key(side->space, side->coordinates[c].axis, &values[c]);
    }
    for (at = side_hash(side, keys) & (side->slots - 1); side->table[at];
         at = (at + 1) & (side->slots - 1)) {
        uint64_t t = side->table[at] - 1;
        size_t c = 0;

        while (c < side->count &&
               keys_equal(keys[c], old_key(&side->coordinates[c], t)))
            c++;
        if (c == side->count)
            return t;
    }
    return NOT_THERE;
}

/* ---- one stage */

/* State while the old file is compared with the sweep. */
struct matching {
    struct growth *growth;
    const struct grid *grid;
    struct kept_stage *kept;
    enum stage_id id;
    char *raws[2 * AXES]; /* coordinates read from the file; freed at the end */
    size_t raw_count;
    struct error *err;
};

static const struct axis_spec *spec_of(const struct matching *m, enum axis_id axis)
{
    return space_axis(&m->growth->study->sweep->space, axis);
}

static const struct variable *coordinate_of(const struct matching *m, enum axis_id axis)
{
    const struct results *results = m->growth->results;
    const char *status = results->variables[m->kept->old->status].path;
    const char *leaf = h5_leaf(status);
    char *path = alloc_printf("%.*s%s", (int)(leaf - status), status,
                              spec_of(m, axis)->name);
    const struct variable *found = results_find_path(results, path);

    free(path);
    if (found)
        return found;
    path = alloc_printf(RESULTS_RUN "/defaults/%s", spec_of(m, axis)->name);
    found = results_find_path(results, path);
    free(path);
    return found;
}

static enum status coordinate_read(struct matching *m, enum axis_id axis,
                                   const struct variable *variable,
                                   struct growth_coordinate *coordinate)
{
    bool is_text = spec_of(m, axis)->kind == AXIS_RECORD ||
                   spec_of(m, axis)->kind == AXIS_WORD;
    char *raw = NULL;
    enum status status = STATUS_OK;

    if ((variable->kind == VARIABLE_TEXT) != is_text ||
        (!is_text && variable->item_bytes != 8))
        return error_set(m->err, STATUS_INPUT, "%s: its %s are of another kind",
                         m->growth->results->path, spec_of(m, axis)->name);
    if (!is_text) {
        raw = alloc_array(variable->count, variable->item_bytes);
        m->raws[m->raw_count++] = raw;
        status = results_read_raw(m->growth->results, variable, 0, variable->count, raw,
                                  m->err);
    }
    *coordinate = (struct growth_coordinate){ axis, variable, raw };
    return status;
}

/* The grid's dimension along which the axis varies, or SIZE_MAX. */
static size_t dimension_of(const struct matching *m, enum axis_id axis)
{
    const struct space *space = &m->growth->study->sweep->space;

    for (size_t d = 0; d < m->grid->dimension_count; d++) {
        const struct dimension *along = &space->dimensions[m->grid->dimensions[d]];

        for (size_t a = 0; a < along->axis_count; a++)
            if (along->axes[a] == axis)
                return d;
    }
    return SIZE_MAX;
}

static char *old_format(const struct matching *m,
                        const struct growth_coordinate *coordinate, uint64_t i,
                        char *buffer, size_t size)
{
    struct key key = old_key(coordinate, i);
    union axis_value value;

    if (!coordinate->raw) {
        snprintf(buffer, size, "%s", coordinate->variable->texts[i]);
        return buffer;
    }
    memcpy(&value, key.bytes, sizeof value);
    return axis_value_format(spec_of(m, coordinate->axis), value, buffer, size);
}

/* Reports that a value of the file is not in the sweep. */
static enum status value_lost(const struct matching *m, const struct growth_side *side,
                              uint64_t t, const bool *is_old)
{
    const struct growth_coordinate *coordinate = &side->coordinates[0];
    char was[80], is[80] = "";

    for (size_t c = 0; c < side->count; c++) { /* find the axis that lacks it */
        uint64_t count = side->is_along[c] ? m->grid->sizes[side->dimension] : 1, i = 0;

        while (i < count && !side_has(side, c, i, t))
            i++;
        if (i == count) {
            coordinate = &side->coordinates[c];
            for (i = 0; i < count && !is[0]; i++)
                if (!is_old || !is_old[i])
                    axis_value_format(spec_of(m, coordinate->axis),
                                      side_value(side, c, i), is, sizeof is);
            break;
        }
    }
    old_format(m, coordinate, t, was, sizeof was);
    if (is[0])
        return error_set(m->err, STATUS_INPUT,
                         "%s: result of another sweep: %s was %s, is %s; keep the old "
                         "values and add "
                         "to them, or name another file with -o",
                         m->growth->results->path, spec_of(m, coordinate->axis)->name,
                         was, is);
    return error_set(m->err, STATUS_INPUT,
                     "%s: result of another sweep: %s has no value %s; keep the old "
                     "values and add to "
                     "them, or name another file with -o",
                     m->growth->results->path, spec_of(m, coordinate->axis)->name, was);
}

static void added_note(const struct matching *m, const struct growth_side *side,
                       uint64_t i)
{
    char *text = m->growth->added, value[80];
    size_t used = strlen(text), found = side->count;
    enum axis_id axis;

    for (size_t c = 0; c < side->count && found == side->count; c++)
        if (side->is_along[c]) {
            uint64_t t = 0;

            while (t < side->length && !side_has(side, c, i, t))
                t++;
            if (t == side->length)
                found = c;
        }
    if (found == side->count || used > sizeof m->growth->added - 120)
        return;
    axis = side->coordinates[found].axis;
    axis_value_format(spec_of(m, axis), side_value(side, found, i), value,
                      sizeof value);
    if (strstr(text, value) && strstr(text, spec_of(m, axis)->name))
        return;
    snprintf(text + used, sizeof m->growth->added - used, "%s%s %s", used ? ", " : "",
             spec_of(m, axis)->name, value);
}

/* Finds the new sweep's values along one dimension of the old file. */
static enum status side_match(struct matching *m, struct growth_side *side)
{
    uint64_t count, *places, t;
    bool *is_found, *is_old;
    enum status status = STATUS_OK;
    unsigned said = 0;

    side->dimension = SIZE_MAX;
    side->grid = m->grid;
    side->space = &m->growth->study->sweep->space;
    for (size_t c = 0; c < side->count; c++) {
        size_t d = dimension_of(m, side->coordinates[c].axis);

        side->is_along[c] = d != SIZE_MAX;
        if (d == SIZE_MAX)
            continue;
        if (side->dimension != SIZE_MAX && side->dimension != d)
            return error_set(
                m->err, STATUS_INPUT,
                "%s: result of another sweep: %s and %s vary together in the "
                "file; name another file with -o",
                m->growth->results->path, spec_of(m, side->coordinates[0].axis)->name,
                spec_of(m, side->coordinates[c].axis)->name);
        side->dimension = d;
    }
    side_index(side);
    if (side->dimension == SIZE_MAX) {
        t = side_find(side, 0);
        if (t == NOT_THERE || side->length > 1)
            return value_lost(m, side, t == 0 ? 1 : 0, NULL);
        m->kept->fixed += t * side->stride;
        return STATUS_OK;
    }
    count = m->grid->sizes[side->dimension];
    places = m->kept->places[side->dimension];
    is_found = alloc_array(side->length, sizeof *is_found);
    is_old = alloc_array(count, sizeof *is_old);
    for (uint64_t i = 0; i < count; i++) {
        t = side_find(side, i);
        is_old[i] = t != NOT_THERE;
        if (t != NOT_THERE)
            is_found[t] = true;
        else if (said++ < 4)
            added_note(m, side, i);
        places[i] = t == NOT_THERE || places[i] == NOT_THERE
                        ? NOT_THERE
                        : places[i] + t * side->stride;
    }
    for (t = 0; t < side->length && status == STATUS_OK; t++)
        if (!is_found[t])
            status = value_lost(m, side, t, is_old);
    free(is_found);
    free(is_old);
    return status;
}

/* The dimension of the old stage's datasets along which the coordinate lies, or SIZE_MAX. */
static size_t side_of(const struct variable *points, const struct variable *coordinate)
{
    for (size_t d = 0; coordinate->dimension_count == 1 && d < points->dimension_count;
         d++)
        if (points->own_dimensions[d] == coordinate->own_dimensions[0])
            return d;
    return SIZE_MAX;
}

static bool has_same_columns(const struct matching *m)
{
    const struct results *results = m->growth->results;
    const struct stage_layout *layout = &m->kept->old->layout;
    const struct stage *stage = m->growth->table[m->id];
    struct stage_layout wanted;

    layout_stage_init(&wanted, stage, 1, 1);
    for (uint32_t c = 0; c < wanted.columns && c < layout->columns; c++)
        if (strcmp(h5_leaf(results->variables[m->kept->old->columns[c]].path),
                   stage->metrics[c].name) != 0 ||
            layout->column_bytes[c] != wanted.column_bytes[c])
            return false;
    return wanted.columns == layout->columns;
}

/* Refuses a field that only the old sweep gives. */
static enum status fields_check(const struct growth *growth, struct error *err)
{
    const struct results *results = growth->results;

    for (size_t v = 0; v < results->variable_count; v++) {
        const struct variable *variable = &results->variables[v];
        const char *name = h5_leaf(variable->path);
        enum axis_id axis = space_axis_find(&growth->study->sweep->space, name);

        if (variable->field[0] && axis == AXES)
            return error_set(
                err, STATUS_INPUT,
                "%s: result of another sweep: only the file gives %s (%s); "
                "name another file with -o",
                results->path, name, variable->field);
    }
    return STATUS_OK;
}

static enum status stage_match(struct matching *m)
{
    const struct results *results = m->growth->results;
    const struct space *space = &m->growth->study->sweep->space;
    const struct variable *points = &results->variables[m->kept->old->status];
    struct growth_side *sides = alloc_array(points->dimension_count + AXES,
                                            sizeof *sides);
    size_t side_count = points->dimension_count;
    uint64_t stride = 1;
    enum status status = STATUS_OK;

    for (size_t d = points->dimension_count; d-- > 0;) {
        sides[d].length = results->dimensions[points->own_dimensions[d]].count;
        sides[d].stride = stride;
        stride *= sides[d].length;
    }
    for (enum axis_id axis = 0; axis < AXES && status == STATUS_OK; axis++) {
        const struct variable *variable;
        struct growth_side *side;
        size_t d;

        d = dimension_of(m, axis);
        if (d == SIZE_MAX ? !(m->grid->axes >> axis & 1)
                          : !grid_varies(m->grid, d, axis))
            continue;
        variable = coordinate_of(m, axis);
        if (!variable && space->axes[axis].is_given &&
            (spec_of(m, axis)->kind != AXIS_RECORD ||
             space->axes[axis].values[0].record))
            status = error_set(
                m->err, STATUS_INPUT,
                "%s: result of another sweep: only the new sweep gives %s; "
                "name another file with -o",
                results->path, spec_of(m, axis)->name);
        if (!variable)
            continue;
        d = side_of(points, variable);
        if (d == SIZE_MAX) { /* one value for all points: an extra side of length 1 */
            d = side_count++;
            sides[d].length = 1;
        }
        side = &sides[d];
        status = coordinate_read(m, axis, variable, &side->coordinates[side->count]);
        side->count++;
    }
    for (size_t d = 0; d < side_count && status == STATUS_OK; d++)
        status = sides[d].count ? side_match(m, &sides[d])
                                : error_set(m->err, STATUS_INPUT,
                                            "%s: result of another sweep: it was "
                                            "sampled, and samples cannot be extended; "
                                            "name another file with -o",
                                            results->path);
    for (size_t d = 0; d < side_count; d++)
        free(sides[d].table);
    free(sides);
    return status;
}

static void stage_count_kept(struct growth *growth, enum stage_id id,
                             const struct results_summary *summary)
{
    size_t s = (size_t)(growth->stages[id].old - growth->results->stages);

    growth->kept += summary->points[s][POINT_DONE] +
                    summary->points[s][POINT_INFEASIBLE];
}

static enum status stages_match(struct growth *growth, struct error *err)
{
    struct results_summary summary;
    enum status status = fields_check(growth, err);

    if (status == STATUS_OK)
        status = results_summarize(growth->results, &summary, err);

    for (int id = 0; id < STAGE_COUNT && status == STATUS_OK; id++) {
        struct kept_stage *kept = &growth->stages[id];
        struct matching m = { .growth = growth,
                              .grid = &growth->study->grids[id],
                              .kept = kept,
                              .id = (enum stage_id)id,
                              .err = err };

        if (!(growth->study->stages >> id & 1))
            continue;
        growth->total += m.grid->points;
        for (size_t s = 0; s < growth->results->stage_count; s++)
            if (strcmp(growth->results->stages[s].name, growth->table[id]->name) == 0)
                kept->old = &growth->results->stages[s];
        if (!kept->old || !has_same_columns(&m)) {
            kept->old = NULL;
            continue;
        }
        kept->blocks = alloc_array(kept->old->layout.blocks, 1);
        for (size_t d = 0; d < m.grid->dimension_count; d++)
            kept->places[d] = alloc_array(m.grid->sizes[d], sizeof **kept->places);
        status = stage_match(&m);
        for (size_t r = 0; r < m.raw_count; r++)
            free(m.raws[r]);
        if (status == STATUS_OK)
            stage_count_kept(growth, (enum stage_id)id, &summary);
    }
    return status;
}

/* ---- the sweep's text */

/* The text of the comment lines from *at on, without one level of marks; used for the sweep
 * text of merged files.  *at moves to the next line without a mark. */
static char *uncommented(const char **at)
{
    static const char mark[] = "#   ";
    char *text = alloc_array(strlen(*at) + 1, 1), *to = text;

    while (strncmp(*at, mark, sizeof mark - 1) == 0) {
        size_t length = strcspn(*at, "\n");

        length += (*at)[length] == '\n';
        memcpy(to, *at + sizeof mark - 1, length - (sizeof mark - 1));
        to += length - (sizeof mark - 1);
        *at += length;
    }
    *to = '\0';
    return text;
}

/* Compares settings with the file's sweep; a merged file has two, which may be merged too. */
static enum status settings_check(const char *was, const char *is, settings_fn *same,
                                  struct error *err)
{
    static const char *const titles[] = { "# " MERGED_FIRST "\n",
                                          "# " MERGED_SECOND "\n" };
    enum status status = STATUS_OK;

    if (strncmp(was, titles[0], strlen(titles[0])) != 0)
        return same(was, is, err);
    for (int i = 0; i < 2 && status == STATUS_OK; i++) {
        char *text;

        if (strncmp(was, titles[i], strlen(titles[i])) != 0)
            return error_set(err, STATUS_INPUT,
                             "the sweep text in the file is damaged");
        was += strlen(titles[i]);
        text = uncommented(&was);
        status = settings_check(text, is, same, err);
        free(text);
    }
    return status;
}

/* ---- the file */

static enum status file_map(struct growth *growth, struct error *err)
{
    struct stat about;
    void *bytes;

    if (fstat(growth->results->raw.fd, &about))
        return error_set(err, STATUS_IO, "%s: %s", growth->results->path,
                         strerror(errno));
    growth->size = (size_t)about.st_size;
    bytes = mmap(NULL, growth->size, PROT_READ, MAP_SHARED, growth->results->raw.fd, 0);
    if (bytes == MAP_FAILED)
        return error_set(err, STATUS_IO, "%s: cannot map the file into memory: %s",
                         growth->results->path, strerror(errno));
    growth->bytes = bytes;
    return STATUS_OK;
}

enum status growth_open(const char *path, const struct study *study,
                        const struct stage *const *table, const struct program *program,
                        bool accept_version, settings_fn *same_settings,
                        struct growth **growth, struct error *err)
{
    struct growth *new = alloc_array(1, sizeof *new);
    struct error why;
    enum status status = results_open_intact(path, &new->results, err);

    new->study = study;
    new->table = table;
    if (status != STATUS_OK)
        goto out;
    status = results_check_plain(new->results, err);
    if (status != STATUS_OK)
        goto out;
    status = results_check_program(new->results, program, accept_version, err);
    if (status != STATUS_OK)
        goto out;
    status = results_check_records(new->results, study, err);
    if (status != STATUS_OK)
        goto out;
    if (same_settings) {
        status = settings_check(new->results->sweep_text,
                                study->sweep->text ? study->sweep->text : "",
                                same_settings, &why);
        if (status != STATUS_OK)
            error_set(err, status,
                      "%s: result of another sweep: %s; name another file with -o, or "
                      "move this one away",
                      path, why.text);
    }
    if (status != STATUS_OK)
        goto out;
    status = stages_match(new, err);
    if (status != STATUS_OK)
        goto out;
    status = file_map(new, err);
out:
    if (status != STATUS_OK) {
        growth_close(new);
        new = NULL;
    }
    *growth = new;
    return status;
}

void growth_close(struct growth *growth)
{
    if (!growth)
        return;
    if (growth->bytes)
        munmap((void *)growth->bytes, growth->size);
    for (int id = 0; id < STAGE_COUNT; id++) {
        free(growth->stages[id].blocks);
        for (size_t d = 0; d < AXES; d++)
            free(growth->stages[id].places[d]);
    }
    results_close(growth->results);
    free(growth);
}

char *growth_format(const struct growth *growth, char *buffer, size_t size)
{
    snprintf(buffer, size, "keeps %" PRIu64 " of %" PRIu64 " points%s%s", growth->kept,
             growth->total, growth->added[0] ? "; new: " : "", growth->added);
    return buffer;
}

/* ---- points */

/* Is the old block's checksum right?  Computed once. */
static bool is_good(struct growth *growth, struct kept_stage *kept, uint64_t block)
{
    const struct stage_layout *layout = &kept->old->layout;
    struct range points = layout_block(layout, block);
    uint32_t crc = 0, stored;

    if (kept->blocks[block] != BLOCK_UNKNOWN)
        return kept->blocks[block] == BLOCK_GOOD;
    for (uint32_t c = 0; c < layout->columns; c++)
        crc = crc32c(crc,
                     growth->bytes + layout->column_offsets[c] +
                         points.first * layout->column_bytes[c],
                     points.count * layout->column_bytes[c]);
    crc = crc32c(crc, growth->bytes + layout->status_offset + points.first,
                 points.count);
    memcpy(&stored, growth->bytes + layout->checksum_offset + 4 * block, 4);
    kept->blocks[block] = crc == stored ? BLOCK_GOOD : BLOCK_BAD;
    return crc == stored;
}

/* The old point whose result the new point keeps, or NOT_THERE. */
static uint64_t old_point(struct growth *growth, enum stage_id id, uint64_t index)
{
    struct kept_stage *kept = &growth->stages[id];
    const struct grid *grid = &growth->study->grids[id];
    uint64_t old = kept->fixed;
    int8_t status;

    for (size_t d = 0; d < grid->dimension_count; d++) {
        uint64_t place = kept->places[d][index / grid->strides[d] % grid->sizes[d]];

        if (place == NOT_THERE)
            return NOT_THERE;
        old += place;
    }
    status = (int8_t)growth->bytes[kept->old->layout.status_offset + old];
    if ((status != POINT_DONE && status != POINT_INFEASIBLE) ||
        !is_good(growth, kept, old / kept->old->layout.block_points))
        return NOT_THERE;
    return old;
}

void growth_mark(struct growth *growth, enum stage_id id, struct range points,
                 int8_t *status)
{
    if (!growth || !growth->stages[id].old)
        return;
    for (uint64_t i = 0; i < points.count; i++) {
        uint64_t old = status[i] == POINT_PENDING
                           ? old_point(growth, id, points.first + i)
                           : NOT_THERE;

        if (old != NOT_THERE)
            status[i] = (int8_t)growth
                            ->bytes[growth->stages[id].old->layout.status_offset + old];
    }
}

void growth_copy(struct growth *growth, enum stage_id id, struct range points,
                 const struct block *values)
{
    const struct stage_layout *layout;

    if (!growth || !growth->stages[id].old)
        return;
    layout = &growth->stages[id].old->layout;
    for (uint64_t i = 0; i < points.count; i++) {
        uint64_t old = values->status[i] == POINT_DONE ||
                               values->status[i] == POINT_INFEASIBLE
                           ? old_point(growth, id, points.first + i)
                           : NOT_THERE;

        if (old == NOT_THERE)
            continue;
        for (uint32_t c = 0; c < layout->columns; c++) {
            size_t bytes = layout->column_bytes[c];

            memcpy((char *)values->columns.column[c] + i * bytes,
                   growth->bytes + layout->column_offsets[c] + old * bytes, bytes);
        }
    }
}

/* ---- names */

char *growth_before(const char *path)
{
    return alloc_printf("%s.before", path);
}

bool growth_in_progress(const char *path)
{
    char *before = growth_before(path);
    struct stat old, now;
    bool is_there = stat(before, &old) == 0;

    if (is_there && stat(path, &now) == 0 && old.st_ino == now.st_ino &&
        old.st_dev == now.st_dev) {
        unlink(before);
        is_there = false;
    }
    free(before);
    return is_there;
}

enum status growth_replace(const char *path, const char *fresh, struct error *err)
{
    char *before = growth_before(path);
    enum status status = STATUS_OK;

    unlink(before);
    if (link(path, before))
        status = error_set(err, STATUS_IO, "%s: cannot keep it as %s: %s", path, before,
                           strerror(errno));
    else if (rename(fresh, path))
        status = error_set(err, STATUS_IO, "%s: cannot rename it to %s: %s", fresh,
                           path, strerror(errno));
    if (status == STATUS_OK)
        raw_sync_folder_of(path);
    else
        unlink(fresh);
    free(before);
    return status;
}
