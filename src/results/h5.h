/* The few HDF5 calls result files need, with one rule for errors: the first failure is
 * kept with HDF5's own words, and every call after it does nothing.  Private to results/. */
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
    bool is_system; /* ... which was the system refusing */
    char why[512];  /* what HDF5 said of the first failure */
};

/* Silence HDF5's own printing and keep it from flushing half-made files at exit. */
void h5_quiet(void);

/* Remember that a call failed (result < 0); returns the result. */
int64_t h5_tried(struct h5 *h5, int64_t result);
#define H5_TRY(h5, call) ((h5)->is_bad ? -1 : h5_tried(h5, (int64_t)(call)))

enum status h5_create(struct h5 *h5, const char *path, struct error *err);
enum status h5_open(struct h5 *h5, const char *path, struct error *err);

/* Close; STATUS_IO with `doing` and HDF5's words if anything failed since opening. */
enum status h5_close(struct h5 *h5, const char *path, const char *doing,
                     struct error *err);

void h5_put_text(struct h5 *h5, hid_t object, const char *name, const char *text);
void h5_put_number(struct h5 *h5, hid_t object, const char *name, double value);
void h5_put_count(struct h5 *h5, hid_t object, const char *name, uint64_t value);
void h5_put_codes(struct h5 *h5, hid_t object, const char *name, const int8_t *codes,
                  size_t count);

/* Does the attribute hold one element?  Reading more would write past a variable. */
bool h5_is_single(struct h5 *h5, hid_t attribute);

/* A new string, or NULL if there is no such attribute or it is no text. */
char *h5_get_text(struct h5 *h5, hid_t object, const char *name);

#endif
