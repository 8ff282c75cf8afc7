/* Reads the records inside a result file as if they were a library folder. */
#include "config/library.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* Returns the end of the group that begins at text, where its braces match.  Braces in texts
 * and comments do not count. */
static const char *group_end(const char *text)
{
    unsigned depth = 0;

    for (const char *p = text; *p; p++) {
        if (*p == '"')
            for (p++; *p && *p != '"'; p++)
                p += *p == '\\' && p[1];
        else if (*p == '#' || (p[0] == '/' && p[1] == '/'))
            p += strcspn(p, "\n");
        else if (p[0] == '/' && p[1] == '*')
            p = strstr(p, "*/") ? strstr(p, "*/") + 1 : p + strlen(p) - 1;
        else if (*p == '{')
            depth++;
        else if (*p == '}' && --depth == 0)
            return p + 1;
        if (!*p)
            break;
    }
    return text + strlen(text);
}

/* Entries are "kind { ... }". */
void library_records_put(const char *name, const char *records, struct files *files)
{
    for (enum record_table_id id = 0; id < RECORDS_COUNT; id++) {
        const struct schema *schema = record_table_schemas[id];
        size_t length = strlen(schema->kind);
        char *text = alloc_printf("%s = (\n", schema->folder);
        char *path = alloc_printf("%s/%s/records inside", name, schema->folder);
        unsigned count = 0;

        for (const char *at = records; at && *at;) {
            const char *body = at + strcspn(at, "{"), *end = group_end(body);

            if (strncmp(at, schema->kind, length) == 0 && at[length] == ' ')
                text = alloc_append(text, "%s%.*s", count++ ? ",\n" : "",
                                    (int)(end - body), body);
            at = end + strspn(end, "\n");
        }
        text = alloc_append(text, "\n);\n");
        if (count > 0)
            files_put(files, path, text, strlen(text));
        free(path);
        free(text);
    }
}
