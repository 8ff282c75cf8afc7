/* Library folders to struct library.  A folder holds technologies/, nodes/, workloads/,
 * platforms/ and published/; each of their *.cfg files is one list named after it:
 *
 *   technologies = ( { name = "sram"; source = "..."; area_f2 = 146; ... }, ... );
 */
#ifndef NVSWEEP_CONFIG_LIBRARY_H
#define NVSWEEP_CONFIG_LIBRARY_H

#include "space/library.h"

/* Read the folders, those searched first named first: a record shadows one of the same
 * name in a later folder, and its names win over aliases there.  The same name twice
 * within one folder is an error that names both places.  Records are sorted by name.
 * STATUS_INPUT with file and line otherwise; library_free releases what was read in any
 * case. */
enum status library_read(const char *const *folders, size_t count,
                         struct library *library, struct error *err);

/* The records of one schema in all folders; released with shelf_free. */
enum status shelf_read(const char *const *folders, size_t count,
                       const struct schema *schema, struct shelf *shelf,
                       struct error *err);

/* The library that belongs to the program: $NVSWEEP_LIBRARY, or the first of
 * ../sweeps/library, ../../sweeps/library and ../share/nvsweep/library, as seen from
 * the program's own folder, that exists.  NULL if there is none; freed by the caller.
 */
char *library_default_folder(void);

#endif
