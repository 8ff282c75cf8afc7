/* Making a result file out of others: datasets, attributes and dimension scales as they
 * are in the source, stored another way.  Private to results/. */
#ifndef NVSWEEP_RESULTS_COPY_H
#define NVSWEEP_RESULTS_COPY_H

#include "results/h5.h"

/* Copy the attributes of an object but those HDF5 keeps for dimension scales. */
void copy_attributes(struct h5 *h5, hid_t from, hid_t to);

/* How the copy of a dataset is stored: creation properties of the caller's making. */
enum storage { STORAGE_CONTIGUOUS, STORAGE_PACKED };

enum { COPY_RANK = 32 };

/* Sides of a chunk that is about as large a share of every dimension, so that slices
 * along any axis touch few of them; at most CHUNK_ELEMENTS elements. */
enum { CHUNK_ELEMENTS = 65536 };
void copy_chunk(int rank, const hsize_t *sizes, hsize_t *chunk);

/* The group of that path with its attributes, and another name of a dataset. */
void copy_group(struct h5 *h5, hid_t source_file, const char *path);
void copy_link(struct h5 *h5, const char *first, const char *path);

/* A dataset in h5->file of the source's path, type, fill value and attributes, of the
 * given sizes (NULL: the source's); open, without its data.  Small datasets and texts are
 * contiguous in any case. */
hid_t copy_dataset(struct h5 *h5, hid_t source, const char *path, const hsize_t *sizes,
                   enum storage storage);

/* Make scales of those that are scales in the source, and attach them as there. */
void copy_scales(struct h5 *h5, struct h5 *source);

#endif
