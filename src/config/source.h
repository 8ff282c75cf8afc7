/* A libconfig file, parsed with care: a UTF-8 text of bounded size and
 * depth, without @include, whose integers fit what libconfig makes of them.
 * Only src/config includes this header, as it shows libconfig's types. */
#ifndef NVSWEEP_CONFIG_SOURCE_H
#define NVSWEEP_CONFIG_SOURCE_H

#include "base/error.h"
#include "base/schema.h"
#include "config/files.h"

#include <libconfig.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    SOURCE_DEPTH_MAX = 64,
    SOURCE_KEYS_MAX = 4096, /* per group: libconfig looks for duplicates linearly */
};

/* Where the text of a record stands: from its '{' to its '}'. */
struct span {
    size_t first, length;
};

struct source {
    const char *file; /* its name; like the text, of the struct file it was read from */
    const char *text;
    size_t size;
    size_t begin; /* of the settings: behind a byte order mark */
    config_t config;
    struct span *records; /* the groups that are elements of a top-level list */
    size_t record_count;
};

/* Check and parse a file, which must outlive the source.  STATUS_INPUT with file and line
 * when something is wrong with it.  Call source_free in any case. */
enum status source_read(const struct file *file, struct source *source,
                        struct error *err);
void source_free(struct source *source);

/* What libconfig would let pass or stumble over: see scan.c.  Fills in source->records.
 */
enum status source_scan(struct source *source, struct error *err);

/* STATUS_INPUT and "file:line: " with the message. */
enum status source_fail(const struct source *source, unsigned line, struct error *err,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same at a setting's line, the setting's name (or that of what it is an element
 * of) before the message: "file:line: name is ..., must be ...". */
enum status setting_fail(const struct source *source, const config_setting_t *setting,
                         struct error *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Every member of group must be one of keys; "unknown key 'x' in a <what>" and what was
 * probably meant otherwise. */
enum status setting_keys_check(const struct source *source,
                               const config_setting_t *group, const char *what,
                               const char *const *keys, size_t count,
                               struct error *err);

/* What a setting holds, for messages: "'text'", "3", "true", "a list".  Returns buffer.
 */
char *setting_describe(const config_setting_t *setting, char *buffer, size_t size);

/* The setting as a number of unit: an integer, a float, or a text with a unit. */
enum status setting_number(const struct source *source, const config_setting_t *setting,
                           const char *unit, double *value, struct error *err);

/* The same, which must be whole, and fit an unsigned integer. */
enum status setting_count(const struct source *source, const config_setting_t *setting,
                          const char *unit, uint64_t *value, struct error *err);

/* The setting as one of words, with a suggestion for a misspelt one. */
enum status setting_word(const struct source *source, const config_setting_t *setting,
                         const struct word *words, int *value, struct error *err);

/* The setting's text, which must not be empty; owned by the source. */
enum status setting_text(const struct source *source, const config_setting_t *setting,
                         const char **value, struct error *err);

/* A list ( ... ) or array [ ... ]; and its length as size_t. */
bool setting_is_list(const config_setting_t *setting);
size_t setting_length(const config_setting_t *setting);
config_setting_t *setting_element(const config_setting_t *setting, size_t i);
config_setting_t *setting_member(const config_setting_t *group, const char *name);

#endif
