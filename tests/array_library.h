/* The shipped library for tests of the array model. */
#ifndef NVSWEEP_TESTS_ARRAY_LIBRARY_H
#define NVSWEEP_TESTS_ARRAY_LIBRARY_H

#include "compat/array_rows.h"
#include "config/library.h"
#include "unit.h"
#include "stage/record_tables.h"

#include <stdlib.h>

static inline struct library *shipped_library(void)
{
    static struct library library;
    static bool is_read;
    struct error err;
    char *folder;

    if (is_read)
        return &library;
    folder = library_default_folder();
    if (folder == NULL)
        return NULL;

    const char *const folders[] = { folder };

    if (library_read(folders, 1, &library, &err) != STATUS_OK) {
        fprintf(stderr, "%s\n", err.text);
        return NULL;
    }
    free(folder);
    is_read = true;
    return &library;
}

static inline const struct cell *shipped_cell(const char *name)
{
    return (const struct cell *)library_find(shipped_library(), RECORDS_TECHNOLOGY,
                                             name);
}

static inline const struct node *shipped_node(double node_m, enum node_roadmap roadmap)
{
    return library_node(shipped_library(), node_m, (int)roadmap);
}

/* Of the published tool's own tables. */
static inline const struct node *tool_node(double node_m, enum node_roadmap roadmap)
{
    return library_tool_node(shipped_library(), node_m, (int)roadmap);
}

static inline const struct cell *row_cell(void *context, const char *name, size_t i)
{
    (void)context;
    return i == 0 ? shipped_cell(name) : NULL;
}

static inline const struct node *row_node(void *context, double node_m,
                                          enum node_roadmap roadmap, bool is_tool)
{
    (void)context;
    return is_tool ? tool_node(node_m, roadmap) : shipped_node(node_m, roadmap);
}

static const struct array_library shipped_rows = { row_cell, row_node, NULL };

#endif
