/* The few HDF5 calls that result files need, with one rule for errors: the first failure is
 * kept with HDF5's message, and later calls do nothing.  Private to results/. */
#ifndef NVSWEEP_RESULTS_H5_H
#define NVSWEEP_RESULTS_H5_H

#include "base/error.h"

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>

struct h5 {
    hid_t file;
    hid_t
        text_type; /* variable-length UTF-8; fixed-length strings crash netcdf-c 4.9.0 */
    bool is_bad;
    bool is_system; /* the operating system refused the call that failed */
    char why[512];  /* HDF5's message for the first failure */
};

/* Stops HDF5 from printing errors and from flushing incomplete files at exit. */
void h5_quiet(void);

/* Records that a call failed (result < 0); returns the result. */
int64_t h5_tried(struct h5 *h5, int64_t result);
#define H5_TRY(h5, call) ((h5)->is_bad ? -1 : h5_tried(h5, (int64_t)(call)))

enum status h5_create(struct h5 *h5, const char *path, struct error *err);
enum status h5_open(struct h5 *h5, const char *path, struct error *err);

/* Closes the file.  Returns STATUS_IO, with `doing` and HDF5's message, if any call failed. */
enum status h5_close(struct h5 *h5, const char *path, const char *doing,
                     struct error *err);

void h5_put_text(struct h5 *h5, hid_t object, const char *name, const char *text);
void h5_put_number(struct h5 *h5, hid_t object, const char *name, double value);
void h5_put_count(struct h5 *h5, hid_t object, const char *name, uint64_t value);
void h5_put_codes(struct h5 *h5, hid_t object, const char *name, const int8_t *codes,
                  size_t count);

/* Does the attribute hold one element?  Reading more would overflow the variable. */
bool h5_is_single(struct h5 *h5, hid_t attribute);

/* What h5_walk finds below the root group. */
enum h5_kind {
    H5_KIND_GROUP,
    H5_KIND_DATASET,
    H5_KIND_LINK, /* a further name of a dataset that was visited */
    H5_KIND_OTHER, /* not part of a result file: types, soft and external links, groups that
                    * are nested too deep */
};

/* Greatest depth of nested groups. */
enum { H5_DEPTH_MOST = 4 };

/* Called with the path from the root ("array/area_m2"); for a link, `first` is the path at
 * which the dataset was visited. */
typedef void h5_walk_fn(const char *path, enum h5_kind kind, const char *first,
                        void *context);

/* Calls `visit` for every object in the file, by name, and for the datasets of a group
 * before its groups. */
void h5_walk(struct h5 *h5, h5_walk_fn *visit, void *context);

/* Creates or opens a group by its path; close it with H5Gclose. */
hid_t h5_group(struct h5 *h5, const char *path);

/* The part of a path after its last slash. */
const char *h5_leaf(const char *path);

/* The text of an attribute, freed by the caller; NULL if it is absent or not a text. */
char *h5_get_text(struct h5 *h5, hid_t object, const char *name);

#endif
