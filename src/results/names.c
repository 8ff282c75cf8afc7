#include "results/names.h"

#include "base/memory.h"
#include "results/h5.h"
#include "stage/stage.h"

#include <stdlib.h>
#include <string.h>

static bool is_of_run(const char *path)
{
    return strncmp(path, RESULTS_RUN "/", strlen(RESULTS_RUN "/")) == 0;
}

static bool texts_are_equal(const struct variable *a, const struct variable *b)
{
    for (uint64_t i = 0; i < a->count; i++)
        if (strcmp(a->texts[i], b->texts[i]) != 0)
            return false;
    return true;
}

static bool are_equal(const struct results *results, const struct variable *a,
                      const struct variable *b)
{
    size_t bytes = a->count * a->item_bytes;
    char *mine, *theirs;
    struct error ignored;
    bool is_equal;

    if (a->kind != b->kind || a->count != b->count || a->item_bytes != b->item_bytes)
        return false;
    if (a->kind == VARIABLE_TEXT)
        return texts_are_equal(a, b);
    mine = alloc_array(bytes, 1);
    theirs = alloc_array(bytes, 1);
    is_equal = results_read_raw(results, a, 0, a->count, mine, &ignored) == STATUS_OK &&
               results_read_raw(results, b, 0, b->count, theirs, &ignored) ==
                   STATUS_OK &&
               memcmp(mine, theirs, bytes) == 0;
    free(mine);
    free(theirs);
    return is_equal;
}

static void dimensions_unite(struct results *results)
{
    for (size_t d = 0; d < results->dimension_count; d++) {
        struct results_dimension *own = &results->dimensions[d];

        for (size_t e = 0; e < d && own->same == d && !is_of_run(own->path); e++) {
            const struct results_dimension *other = &results->dimensions[e];

            if (other->same == e && !is_of_run(other->path) &&
                strcmp(own->name, other->name) == 0 && own->coordinate != SIZE_MAX &&
                other->coordinate != SIZE_MAX &&
                are_equal(results, &results->variables[own->coordinate],
                          &results->variables[other->coordinate]))
                own->same = e;
        }
    }
    for (size_t v = 0; v < results->variable_count; v++)
        for (size_t d = 0; d < results->variables[v].dimension_count; d++) {
            size_t own = results->variables[v].own_dimensions[d];

            results->variables[v].dimensions[d] = results->dimensions[own].same;
        }
}

static bool is_metric(const struct results *results, size_t v)
{
    for (size_t s = 0; s < results->stage_count; s++) {
        if (results->stages[s].status == v)
            return true;
        for (uint32_t c = 0; c < results->stages[s].layout.columns; c++)
            if (results->stages[s].columns[c] == v)
                return true;
    }
    return false;
}

/* Marks coordinates that repeat those of the same dimension in another group. */
static void repetitions_find(struct results *results)
{
    for (size_t v = 0; v < results->variable_count; v++) {
        struct variable *own = &results->variables[v];

        if (own->dimension_count != 1 || is_of_run(own->path) || is_metric(results, v))
            continue;
        for (size_t w = 0; w < v && !own->is_repeated; w++) {
            const struct variable *other = &results->variables[w];

            own->is_repeated = !other->is_repeated && other->dimension_count == 1 &&
                               other->dimensions[0] == own->dimensions[0] &&
                               strcmp(h5_leaf(other->path), h5_leaf(own->path)) == 0 &&
                               !is_metric(results, w) && are_equal(results, own, other);
        }
    }
}

static void names_shorten(struct results *results)
{
    for (size_t v = 0; v < results->variable_count; v++) {
        struct variable *variable = &results->variables[v];

        if (results_find(results, h5_leaf(variable->path)) != variable)
            variable->name = variable->path;
    }
}

/* Is the word in this list, whose words are separated by spaces? */
static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);

    for (; *words; words += strspn(words, " ")) {
        size_t own = strcspn(words, " ");

        if (own == length && strncmp(words, word, length) == 0)
            return true;
        words += own;
    }
    return false;
}

/* Marks for each stage those that it reads. */
static void inputs_find(struct results *results)
{
    for (size_t s = 0; s < results->stage_count; s++)
        for (size_t r = 0; r < s && r < 64 && results->stages[s].reads; r++)
            if (has_word(results->stages[s].reads, results->stages[r].name))
                results->stages[s].inputs |= UINT64_C(1) << r;
}

void names_make(struct results *results)
{
    inputs_find(results);
    dimensions_unite(results);
    repetitions_find(results);
    names_shorten(results);
}

const struct variable *results_find_path(const struct results *results,
                                         const char *path)
{
    for (size_t v = 0; v < results->variable_count; v++)
        if (strcmp(results->variables[v].path, path) == 0)
            return &results->variables[v];
    return NULL;
}

/* The stage's column of that name, or NULL. */
static const struct variable *column_of(const struct results *results,
                                        const struct results_stage *stage,
                                        const char *name)
{
    for (uint32_t c = 0; c < stage->layout.columns; c++) {
        const struct variable *variable = &results->variables[stage->columns[c]];

        if (strcmp(h5_leaf(variable->path), name) == 0)
            return variable;
    }
    return NULL;
}

/* Finds "gpu/edp_js", whichever group holds the stage's columns. */
static const struct variable *find_of_stage(const struct results *results,
                                            const struct results_stage *stage,
                                            const char *name)
{
    size_t length = strlen(stage->name);

    return strncmp(name, stage->name, length) == 0 && name[length] == '/'
               ? column_of(results, stage, name + length + 1)
               : NULL;
}

/* The column of that name of the last stage, or else of the one nearest upstream; NULL if
 * several are equally near, or the file does not say which stages read which. */
static const struct variable *column_nearest(const struct results *results,
                                             const char *name)
{
    size_t count = results->stage_count;
    uint64_t inputs[64], having = 0;

    if (count == 0 || count > 64)
        return NULL;
    for (size_t s = 0; s < count; s++) {
        inputs[s] = results->stages[s].inputs;
        if (column_of(results, &results->stages[s], name))
            having |= UINT64_C(1) << s;
    }
    if (having >> (count - 1) == 0) {
        for (size_t s = 0; s < count; s++)
            if (!results->stages[s].reads)
                return NULL;
    }
    having = stages_nearest(having, UINT64_MAX >> (64 - count), inputs);
    return having && !(having & (having - 1))
               ? column_of(results, &results->stages[__builtin_ctzll(having)], name)
               : NULL;
}

const struct variable *results_find(const struct results *results, const char *name)
{
    const struct variable *found = results_find_path(results, name);
    size_t count = 0;

    for (size_t s = 0; s < results->stage_count && !found && strchr(name, '/'); s++)
        found = find_of_stage(results, &results->stages[s], name);
    if (!found && !strchr(name, '/'))
        found = column_nearest(results, name);
    for (size_t v = 0; v < results->variable_count && !strchr(name, '/'); v++) {
        const struct variable *variable = &results->variables[v];

        if (found && !count)
            break;
        if (!variable->is_repeated && !is_of_run(variable->path) &&
            strcmp(h5_leaf(variable->path), name) == 0) {
            found = variable;
            count++;
        }
    }
    return count > 1 ? NULL : found;
}
