/* What makes two sweeps the same: their text without comments and white space, the
 * library records they name, and the program that computes. */
#include "results/results.h"

#include "base/memory.h"
#include "carbon/carbon.h"
#include "cim/cim.h"
#include "cloud/training.h"
#include "tech/node.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text_append(char *text, const char *more)
{
    size_t old = strlen(text), added = strlen(more);

    text = realloc_array(text, old + added + 1, 1);
    memcpy(text + old, more, added + 1);
    return text;
}

/* Records already written, so that each appears once. */
struct records {
    char *text;
    const struct record **seen;
    size_t count;
};

static bool record_add(struct records *records, const struct library *library,
                       enum shelf_id shelf_id, const struct record *record)
{
    const char *body = library_record_text(library, shelf_id, record);

    for (size_t i = 0; i < records->count; i++)
        if (records->seen[i] == record)
            return false;
    records->seen = realloc_array(records->seen, records->count + 1,
                                  sizeof *records->seen);
    records->seen[records->count++] = record;
    if (body) {
        const char *kind = shelf_schemas[shelf_id] ? shelf_schemas[shelf_id]->kind
                                                   : "record";
        char *entry = alloc_printf("%s %s\n", kind, body);

        records->text = text_append(records->text, entry);
        free(entry);
    }
    return true;
}

/* The accelerators a machine in the shelf of cim machines is made of. */
static void engine_records_add(struct records *records, const struct library *library,
                               const struct cim *cim)
{
    for (size_t i = 0; i < cim_engine_count(cim); i++) {
        const struct record *engine = library_find(
            library, SHELF_ACCELERATOR, cim_families[cim->family]->engine(cim, i));

        if (engine)
            record_add(records, library, SHELF_ACCELERATOR, engine);
    }
}

/* The devices an assembly is made of, and theirs. */
static void part_records_add(struct records *records, const struct library *library,
                             const struct device *device)
{
    for (size_t i = 0; i < device->parts_count; i++) {
        const struct record *part = library_find(library, SHELF_DEVICE,
                                                 device->parts[i].of);

        if (part && record_add(records, library, SHELF_DEVICE, part))
            part_records_add(records, library, (const struct device *)part);
    }
}

/* The instance of half as many GPUs, which run T4 takes two of. */
static void half_record_add(struct records *records, const struct library *library,
                            const struct instance *instance)
{
    const struct record *half = library_find(library, SHELF_INSTANCE, instance->half);

    if (half)
        record_add(records, library, SHELF_INSTANCE, half);
}

static void axis_records_add(struct records *records, const struct study *study,
                             enum axis_id axis)
{
    const struct axis *values = &study->sweep->space.axes[axis];

    for (uint64_t i = 0; i < values->count; i++) {
        const struct record *record = values->values[i].record;

        if (record)
            record_add(records, study->library, axis_specs[axis].shelf, record);
        if (record && axis == AXIS_cim)
            engine_records_add(records, study->library, (const struct cim *)record);
        if (record && axis == AXIS_device)
            part_records_add(records, study->library, (const struct device *)record);
        if (record && axis == AXIS_instance)
            half_record_add(records, study->library, (const struct instance *)record);
    }
}

static void node_record_add(struct records *records, const struct study *study,
                            double node_m, int roadmap)
{
    const struct axis *rules = &study->sweep->space.axes[AXIS_rules];

    for (uint64_t i = 0; i < rules->count; i++) {
        const struct node *node = (rules_are_tool(rules->values[i].word)
                                       ? library_tool_node
                                       : library_node)(study->library, node_m, roadmap);

        if (node)
            record_add(records, study->library, SHELF_NODE,
                       (const struct record *)node);
    }
}

/* Process nodes are found by feature size and roadmap, not by name: those of the
 * periphery, then those that cells may take. */
static void node_records_add(struct records *records, const struct study *study,
                             bool with_cells)
{
    static const int cell_nodes[] = {
        [CELLS_AUTO] = ROADMAP_LSTP,
        [CELLS_HP] = ROADMAP_HP,
        [CELLS_LSTP] = ROADMAP_LSTP,
        [CELLS_LOP] = ROADMAP_LOP,
    };
    const struct axis *nodes = &study->sweep->space.axes[AXIS_node_m];
    const struct axis *roadmaps = &study->sweep->space.axes[AXIS_roadmap];
    const struct axis *cells = &study->sweep->space.axes[AXIS_cell_roadmap];

    for (uint64_t n = 0; n < nodes->count; n++) {
        double node_m = nodes->values[n].number;

        for (uint64_t r = 0; r < roadmaps->count; r++)
            node_record_add(records, study, node_m, roadmaps->values[r].word);
        for (uint64_t c = 0; with_cells && c < cells->count; c++)
            if (cells->values[c].word != CELLS_SAME)
                node_record_add(records, study, node_m,
                                cell_nodes[cells->values[c].word]);
    }
}

static void build_records_add(struct records *records, const struct study *study)
{
    const struct shelf *builds = &study->library->shelves[SHELF_BUILD];

    for (size_t i = 0; i < builds->count; i++)
        record_add(records, study->library, SHELF_BUILD, builds->records[i]);
}

char *results_records_text(const struct study *study)
{
    struct records records = { .text = alloc_text("") };
    axis_mask axes = 0;

    if (!study->library)
        return records.text;
    for (int id = 0; id < STAGE_COUNT; id++)
        if (study->stages >> id & 1)
            axes |= study->grids[id].axes;
    for (enum axis_id axis = 0; axis < AXES; axis++)
        if (axes >> axis & 1 && axis_specs[axis].kind == AXIS_RECORD)
            axis_records_add(&records, study, axis);
    if (axes & AXIS_BIT(node_m))
        node_records_add(&records, study, axes & AXIS_BIT(cell_roadmap));
    if (axes & AXIS_BIT(built_as))
        build_records_add(&records, study);
    if (study->sweep->space.iso_area.baseline)
        record_add(&records, study->library, SHELF_TECHNOLOGY,
                   study->sweep->space.iso_area.baseline);
    if (axes & (AXIS_BIT(placement) | AXIS_BIT(crossbar)) &&
        library_find(study->library, SHELF_TECHNOLOGY, "sram"))
        record_add(&records, study->library,
                   SHELF_TECHNOLOGY, /* of other memories than the technology's */
                   library_find(study->library, SHELF_TECHNOLOGY, "sram"));
    free(records.seen);
    return records.text;
}

/* Past a comment of libconfig, or NULL if there is none here. */
static const char *comment_skip(const char *p)
{
    if (*p == '#' || (p[0] == '/' && p[1] == '/'))
        return p + strcspn(p, "\n");
    if (p[0] == '/' && p[1] == '*') {
        const char *end = strstr(p + 2, "*/");

        return end ? end + 2 : p + strlen(p);
    }
    return NULL;
}

char *results_normalised(const char *text)
{
    char *kept = alloc_array(2 * strlen(text) + 1, 1), *to = kept;
    bool in_string = false, is_apart = false;

    for (const char *p = text; *p;) {
        const char *after = in_string ? NULL : comment_skip(p);

        if (after) {
            is_apart = true;
            p = after;
            continue;
        }
        if (!in_string && isspace((unsigned char)*p)) {
            is_apart = true;
            p++;
            continue;
        }
        /* White space counts only where it keeps two words apart. */
        if (is_apart && to > kept && isalnum((unsigned char)to[-1]) &&
            isalnum((unsigned char)*p))
            *to++ = ' ';
        is_apart = false;
        if (in_string && *p == '\\' && p[1])
            *to++ = *p++;
        else if (*p == '"')
            in_string = !in_string;
        *to++ = *p++;
    }
    *to = '\0';
    return kept;
}

/* The surroundings of the first difference, as "... was X, is Y". */
static enum status differ(const char *path, const char *what, const char *was,
                          const char *is, struct error *err)
{
    size_t same = 0, from;

    while (was[same] && was[same] == is[same])
        same++;
    from = same > 24 ? same - 24 : 0;
    return error_set(
        err, STATUS_INPUT,
        "%s: is the result of another sweep: %s differ (it has \"%.60s\", now "
        "\"%.60s\"); name another file with -o, or move this one away",
        path, what, was + from, is + from);
}

static enum status version_check(const struct results *results,
                                 const struct program *program, struct error *err)
{
    if (strcmp(results->version, program->version) == 0 &&
        strcmp(results->commit, program->commit) == 0)
        return STATUS_OK;
    return error_set(
        err, STATUS_INPUT,
        "%s: was begun by nvsweep %s (%s), this is %s (%s), whose models may "
        "differ; --accept-version goes on all the same",
        results->path, results->version, results->commit, program->version,
        program->commit);
}

enum status results_check_same(const struct results *results, const struct study *study,
                               const struct program *program, bool accept_version,
                               struct error *err)
{
    char *was = results_normalised(results->sweep_text);
    char *is = results_normalised(study->sweep->text ? study->sweep->text : "");
    char *records = results_records_text(study);
    enum status status = STATUS_OK;

    if (strcmp(was, is) != 0)
        status = differ(results->path, "the sweep files", was, is, err);
    else if (strcmp(results->records_text, records) != 0)
        status = differ(results->path, "the library records", results->records_text,
                        records, err);
    else if (!accept_version)
        status = version_check(results, program, err);
    free(was);
    free(is);
    free(records);
    return status;
}
