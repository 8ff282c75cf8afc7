/* Library folders to struct library.  A folder holds technologies/, nodes/, workloads/,
 * machines/ and published/; each of their *.cfg files is one list named after it:
 *
 *   technologies = ( { name = "sram"; source = "..."; area_f2 = 146; ... }, ... );
 *
 * A record with parent = "sram" has all keys of that one but for its name and those that it
 * gives itself; lists are given whole.  The text that is kept of it has them all. */
#ifndef NVSWEEP_CONFIG_LIBRARY_H
#define NVSWEEP_CONFIG_LIBRARY_H

#include "config/files.h"
#include "space/library.h"

/* Read the folders, those searched first named first: a record shadows one of the same
 * name in a later folder, and its names win over aliases there.  The same name twice
 * within one folder is an error that names both places.  Records are sorted by name.
 * STATUS_INPUT with file and line otherwise; library_free releases what was read in any
 * case. */
enum status library_read(const char *const *folders, size_t count,
                         struct library *library, struct error *err);

/* Its two steps: read all files of the folders, those that cannot be read with the reason;
 * and parse them.  Files of other folders, such as a sweep, come before the first folder. */
void library_gather(const char *const *folders, size_t count, struct files *files);
enum status library_parse(const struct files *files, struct library *library,
                          struct error *err);

/* The records of one schema in all folders; released with shelf_free.  And its steps, with
 * files_put_folder before the files of each folder. */
enum status shelf_read(const char *const *folders, size_t count,
                       const struct schema *schema, struct shelf *shelf,
                       struct error *err);
void shelf_gather(const char *folder, const struct schema *schema, struct files *files);
enum status shelf_parse(const struct files *files, const struct schema *schema,
                        struct shelf *shelf, struct error *err);

/* The library that belongs to the program: the first of ../sweeps/library,
 * ../../sweeps/library and ../share/nvsweep/library, as seen from the program's own folder,
 * that exists, else the last folder of $NVSWEEP_LIBRARY.  NULL if there is none; freed by the
 * caller. */
char *library_default_folder(void);

/* The records that a result file holds ("kind { ... }", one after the other), as the files of a
 * library folder of that name. */
void library_records_put(const char *name, const char *records, struct files *files);

#endif
