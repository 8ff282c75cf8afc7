/* Sweep files to struct sweep, resolved against the library.
 *
 *   title = "...";                                  optional
 *   stages = [ "array", "gpu" ];                 optional: what the axes allow
 *   axes = {                                        in the order of the dimensions
 *       technology = [ "sram", "stt-mram" ];        a list, or "all"
 *       capacity = { from = "1 MiB"; to = "1 GiB"; factor = 2; };    or step, or points
 *       node = "16 nm";                             one value: no dimension
 *   };
 *   zip = ( [ "phase", "batch" ] );                 vary together: one dimension
 *   exclude = ( { technology = "sram"; capacity = [ "512 MiB", "1 GiB" ]; } );
 *   samples = 1024;                                 axis `sample`: draws of the spread
 *   detail = "layer";                               axis `layer`: all, then one by one
 *   sample = { count = 1000; seed = 7; };           draw points instead of their product
 *   limits = { area_m2 = "5 mm2"; read_latency_s = "2 ns"; };   of the array search
 *   weights = { read_latency = 1; area = 2; };      exponents of target "weighted"
 *   library = [ "cells" ];                          folders with records of its own
 *   options = { durability = "power"; seed = 1; max_error = 0.01; };
 *
 * capacity = { iso_area_of = "sram"; baseline = [ "3 MiB" ]; step = "1 MiB"; } stands
 * for the largest capacities whose area fits that of the baseline. */
#ifndef NVSWEEP_CONFIG_SWEEP_H
#define NVSWEEP_CONFIG_SWEEP_H

#include "config/files.h"
#include "stage/sweep.h"

/* Read a file.  STATUS_INPUT with file and line and what would be right when anything
 * in it is wrong or unknown.  sweep_free releases the sweep in any case; it refers to
 * records of the library. */
enum status sweep_read(const char *name, const struct library *library,
                       struct sweep *sweep, struct error *err);

/* The same of a file that was read. */
enum status sweep_parse(const struct file *file, const struct library *library,
                        struct sweep *sweep, struct error *err);

/* The library folders that a sweep file names (`library = [ "cells" ];`), beside it or
 * absolute; each freed by the caller.  A file that is wrong names none. */
enum status sweep_libraries(const struct file *file, char **folders, size_t most,
                            size_t *count, struct error *err);

/* And of a text, such as the one that a result file holds; `name` stands for the
 * file in messages. */
enum status sweep_read_text(const char *name, const char *text,
                            const struct library *library, struct sweep *sweep,
                            struct error *err);

/* A sweep of settings such as "technology=sram", "capacity=3 MiB" or
 * "workload=alexnet,vgg16" (a list is a dimension; "all" names every record).  Its file
 * and text are the settings.  STATUS_INPUT and free as above. */
enum status sweep_from_settings(const char *const *settings, size_t count,
                                const struct library *library, struct sweep *sweep,
                                struct error *err);

#endif
