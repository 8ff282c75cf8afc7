/* Copies datasets, attributes and dimension scales of a result file into another file with
 * another storage.  Private to results/. */
#ifndef NVSWEEP_RESULTS_COPY_H
#define NVSWEEP_RESULTS_COPY_H

#include "results/h5.h"

/* Copies the attributes of an object, except those HDF5 keeps for dimension scales. */
void copy_attributes(struct h5 *h5, hid_t from, hid_t to);

/* How the copied dataset is stored. */
enum storage { STORAGE_CONTIGUOUS, STORAGE_PACKED };

enum { COPY_RANK = 32 };

/* Sides of a chunk that covers about the same share of every dimension, so that slices
 * along any axis touch few chunks; at most CHUNK_ELEMENTS elements. */
enum { CHUNK_ELEMENTS = 65536 };
void copy_chunk(int rank, const hsize_t *sizes, hsize_t *chunk);

/* Copies a group with its attributes; adds a second name `path` to a copied dataset. */
void copy_group(struct h5 *h5, hid_t source_file, const char *path);
void copy_link(struct h5 *h5, const char *first, const char *path);

/* Creates a dataset in h5->file with the source's path, type, fill value and attributes and
 * the given sizes (NULL: the source's).  Returns it open and without data.  Small datasets
 * and texts are always contiguous. */
hid_t copy_dataset(struct h5 *h5, hid_t source, const char *path, const hsize_t *sizes,
                   enum storage storage);

/* Makes the source's dimension scales scales in the copy, and attaches them likewise. */
void copy_scales(struct h5 *h5, struct h5 *source);

#endif
