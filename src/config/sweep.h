/* Reads sweep files into struct sweep and finds their records in the library.
 *
 *   title = "...";                                  optional
 *   stages = [ "array", "gpu" ];                    optional; the default follows from the axes
 *   axes = {                                        in the order of the dimensions
 *       technology = [ "sram", "stt-mram" ];        a list, or "all"
 *       capacity = { from = "1 MiB"; to = "1 GiB"; factor = 2; };    or step, or points
 *       node = "16 nm";                             one value: no dimension
 *   };
 *   zip = ( [ "phase", "batch" ] );                 these vary together: one dimension
 *   exclude = ( { technology = "sram"; capacity = [ "512 MiB", "1 GiB" ]; } );
 *   samples = 1024;                                 axis `sample`: draws of the spread
 *   detail = "layer";                               axis `layer`: all, then one by one
 *   sample = { count = 1000; seed = 7; };           draws points instead of their product
 *   limits = { area_m2 = "5 mm2"; read_latency_s = "2 ns"; };   of the array search
 *   weights = { read_latency = 1; area = 2; };      exponents of target "weighted"
 *   library = [ "cells" ];                          folders with records of the sweep's own
 *   options = { durability = "power"; seed = 1; max_error = 0.01; };
 *
 * capacity = { iso_area_of = "sram"; baseline = [ "3 MiB" ]; step = "1 MiB"; } means the
 * largest capacities whose area fits that of the baseline. */
#ifndef NVSWEEP_CONFIG_SWEEP_H
#define NVSWEEP_CONFIG_SWEEP_H

#include "config/files.h"
#include "stage/sweep.h"

/* Reads a file.  Returns STATUS_INPUT with file and line and what would be right if anything
 * in it is wrong or unknown.  Call sweep_free also after an error.  The sweep refers to
 * records of the library. */
enum status sweep_read(const char *name, const struct library *library,
                       struct sweep *sweep, struct error *err);

/* Does the same for a file that was read before. */
enum status sweep_parse(const struct file *file, const struct library *library,
                        struct sweep *sweep, struct error *err);

/* Finds the library folders that a sweep file names (`library = [ "cells" ];`), relative to
 * the file or absolute; each is freed by the caller.  A file with errors names none. */
enum status sweep_libraries(const struct file *file, char **folders, size_t most,
                            size_t *count, struct error *err);

/* Reads the text of a sweep, such as the one stored in a result file; messages use `name` for
 * the file. */
enum status sweep_read_text(const char *name, const char *text,
                            const struct library *library, struct sweep *sweep,
                            struct error *err);

/* Makes a sweep from settings such as "technology=sram", "capacity=3 MiB" or
 * "workload=alexnet,vgg16" (a list is a dimension; "all" names every record).  The settings
 * are its file and text.  Status and sweep_free as above. */
enum status sweep_from_settings(const char *const *settings, size_t count,
                                const struct library *library, struct sweep *sweep,
                                struct error *err);

#endif
