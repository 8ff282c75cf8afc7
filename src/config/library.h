/* Reads library folders into struct library.  A folder has a subfolder for each kind of
 * record, such as technologies/, nodes/, workloads/, machines/ and published/.  Each of their
 * *.cfg files is one list, named after the subfolder:
 *
 *   technologies = ( { name = "sram"; source = "..."; area_f2 = 146; ... }, ... );
 *
 * A record with parent = "sram" has all keys of that record except its name and those that it
 * gives itself; lists are inherited as a whole.  The text that is stored in result files has
 * all keys. */
#ifndef NVSWEEP_CONFIG_LIBRARY_H
#define NVSWEEP_CONFIG_LIBRARY_H

#include "config/files.h"
#include "space/library.h"

/* Reads the folders, of which the first is searched first: a record hides one of the same
 * name in a later folder, and its names take precedence over aliases there.  The same name
 * twice within one folder is an error that names both places.  Records are sorted by name.
 * Returns STATUS_INPUT with file and line after an error.  Call library_free in any case. */
enum status library_read(const char *const *folders, size_t count,
                         struct library *library, struct error *err);

/* The two steps of library_read: library_gather reads all files of the folders and stores the
 * reason for those that cannot be read; library_parse parses them.  Files of other kinds,
 * such as a sweep, come before the first folder. */
void library_gather(const char *const *folders, size_t count, struct files *files);
enum status library_parse(const struct files *files, struct library *library,
                          struct error *err);

/* Reads the records of one schema in all folders; release them with records_free.
 * record_table_gather and record_table_parse are its two steps; call files_put_folder before
 * the files of each folder. */
enum status record_table_read(const char *const *folders, size_t count,
                              const struct schema *schema, struct record_table *table,
                              struct error *err);
void record_table_gather(const char *folder, const struct schema *schema,
                         struct files *files);
enum status record_table_parse(const struct files *files, const struct schema *schema,
                               struct record_table *table, struct error *err);

/* Returns the library that belongs to the program: the first existing folder of
 * ../sweeps/library, ../../sweeps/library and ../share/nvsweep/library, relative to the
 * program's own folder, else the last folder of $NVSWEEP_LIBRARY.  NULL if there is none.
 * Freed by the caller. */
char *library_default_folder(void);

/* Adds the records that are stored in a result file ("kind { ... }", one after the other) as
 * the files of a library folder of that name. */
void library_records_put(const char *name, const char *records, struct files *files);

#endif
