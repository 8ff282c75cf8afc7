/* A libconfig file, parsed with checks: a UTF-8 text of limited size and depth, without
 * @include, whose integers fit libconfig's types.  Only src/config includes this header,
 * because it exposes libconfig's types. */
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

/* The place of a record's text: from its '{' to its '}'. */
struct span {
    size_t first, length;
};

struct source {
    const char *file; /* its name; it belongs, like the text, to the struct file that
                       * was read */
    const char *text;
    size_t size;
    size_t begin; /* of the settings: after a byte order mark */
    config_t config;
    struct span *records; /* groups that are elements of a list at the top level */
    size_t record_count;
};

/* Checks and parses a file, which must outlive the source.  Returns STATUS_INPUT with file
 * and line if something is wrong.  Call source_free in any case. */
enum status source_read(const struct file *file, struct source *source,
                        struct error *err);
void source_free(struct source *source);

/* Finds what libconfig would accept by mistake or report badly; see scan.c.  Fills in
 * source->records. */
enum status source_scan(struct source *source, struct error *err);

/* Returns STATUS_INPUT with "file:line: " and the message. */
enum status source_fail(const struct source *source, unsigned line, struct error *err,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Does the same at a setting's line, with the name of the setting (or of the setting that
 * contains it) before the message: "file:line: name is ..., must be ...". */
enum status setting_fail(const struct source *source, const config_setting_t *setting,
                         struct error *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Checks that every member of group is one of the keys.  Otherwise reports "unknown key 'x'
 * in a <what>" with the nearest key. */
enum status setting_keys_check(const struct source *source,
                               const config_setting_t *group, const char *what,
                               const char *const *keys, size_t count,
                               struct error *err);

/* Describes a setting's value for messages: "'text'", "3", "true", "a list".  Returns buffer. */
char *setting_describe(const config_setting_t *setting, char *buffer, size_t size);

/* Reads the setting as a number of this unit: an integer, a floating-point number, or a text
 * with a unit. */
enum status setting_number(const struct source *source, const config_setting_t *setting,
                           const char *unit, double *value, struct error *err);

/* Does the same for a whole number that fits an unsigned integer. */
enum status setting_count(const struct source *source, const config_setting_t *setting,
                          const char *unit, uint64_t *value, struct error *err);

/* Reads the setting as one of the words, with a suggestion for a misspelt one. */
enum status setting_word(const struct source *source, const config_setting_t *setting,
                         const struct word *words, int *value, struct error *err);

/* Reads the setting's text, which must not be empty; it belongs to the source. */
enum status setting_text(const struct source *source, const config_setting_t *setting,
                         const char **value, struct error *err);

/* Is it a list ( ... ) or an array [ ... ]?  The functions below return its length as size_t,
 * and its elements and members. */
bool setting_is_list(const config_setting_t *setting);
size_t setting_length(const config_setting_t *setting);
config_setting_t *setting_element(const config_setting_t *setting, size_t i);
config_setting_t *setting_member(const config_setting_t *group, const char *name);

#endif
