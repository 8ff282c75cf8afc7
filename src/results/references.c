/* Describes a result file in Zarr, version 2 (kerchunk's format, version 1): every dataset is
 * one chunk, a byte range of the file; texts are stored in the references themselves. */
#include "results/references.h"

#include "base/json.h"
#include "base/memory.h"
#include "results/h5.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A JSON document that is stored as a string inside another one. */
struct document {
    FILE *stream;
    char *text;
    size_t size;
};

static void document_begin(struct document *document)
{
    *document = (struct document){ .text = NULL };
    document->stream = open_memstream(&document->text, &document->size);
}

static void document_put(struct document *document, FILE *out, unsigned *members,
                         const char *path, const char *what)
{
    char *name = *path ? alloc_printf("%s/%s", path, what) : alloc_text(what);

    fclose(document->stream);
    json_name(out, members, name);
    json_text(out, document->text);
    fprintf(out, "\n");
    free(document->text);
    free(name);
}

/* ---- attributes */

struct attributes {
    struct h5 *h5;
    FILE *out;
    unsigned members;
    char *fill; /* the array's fill value in JSON, or NULL */
};

/* Attributes that only netCDF and HDF5 use. */
static bool is_hidden(const char *name)
{
    static const char *const names[] = { "CLASS", "NAME", "REFERENCE_LIST",
                                         "DIMENSION_LIST" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return strncmp(name, "_Netcdf4", 8) == 0;
}

static void numbers_write(FILE *out, hid_t attribute, hid_t type, hssize_t count)
{
    bool is_float = H5Tget_class(type) == H5T_FLOAT;
    bool is_unsigned = !is_float && H5Tget_sign(type) == H5T_SGN_NONE;
    double *numbers = alloc_array((size_t)count, sizeof *numbers);
    int64_t *integers = alloc_array((size_t)count, sizeof *integers);

    if (H5Aread(attribute,
                is_float      ? H5T_NATIVE_DOUBLE
                : is_unsigned ? H5T_NATIVE_UINT64
                              : H5T_NATIVE_INT64,
                is_float ? (void *)numbers : (void *)integers) >= 0)
        for (hssize_t i = 0; i < count; i++) {
            fprintf(out, "%s", i ? ", " : "");
            if (is_float && isnan(numbers[i]))
                fprintf(out, "\"NaN\"");
            else if (is_float)
                json_number(out, numbers[i]);
            else if (is_unsigned)
                fprintf(out, "%" PRIu64, (uint64_t)integers[i]);
            else
                fprintf(out, "%" PRId64, integers[i]);
        }
    free(numbers);
    free(integers);
}

static herr_t attribute_write(hid_t object, const char *name, const H5A_info_t *info,
                              void *context)
{
    struct attributes *attributes = context;
    hid_t attribute, type, space;
    struct document value = { .text = NULL };
    hssize_t count;
    (void)info;

    if (is_hidden(name))
        return 0;
    attribute = H5Aopen(object, name, H5P_DEFAULT);
    type = H5Aget_type(attribute);
    space = H5Aget_space(attribute);
    count = H5Sget_simple_extent_npoints(space);
    if (H5Tget_class(type) == H5T_STRING) {
        char *text = h5_get_text(attributes->h5, object, name);

        if (text) {
            json_name(attributes->out, &attributes->members, name);
            json_text(attributes->out, text);
        }
        free(text);
    } else if (H5Tget_class(type) == H5T_FLOAT || H5Tget_class(type) == H5T_INTEGER) {
        bool is_list = H5Sget_simple_extent_type(space) != H5S_SCALAR && count != 1;

        document_begin(&value);
        numbers_write(value.stream, attribute, type, count);
        fclose(value.stream);
        if (strcmp(name, "_FillValue") == 0 && !attributes->fill) {
            attributes->fill = value.text;
        } else {
            json_name(attributes->out, &attributes->members, name);
            fprintf(attributes->out, "%s%s%s", is_list ? "[" : "", value.text,
                    is_list ? "]" : "");
            free(value.text);
        }
    }
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return 0;
}

/* ---- datasets */

struct references {
    const struct results *results;
    struct h5 h5;
    FILE *out;
    unsigned members;
};

/* Writes the attribute by which xarray finds dimension names in Zarr. */
static void dimensions_write(const struct references *references,
                             const struct variable *variable,
                             struct attributes *attributes)
{
    json_name(attributes->out, &attributes->members, "_ARRAY_DIMENSIONS");
    fprintf(attributes->out, "[");
    for (size_t d = 0; d < variable->dimension_count; d++) {
        fprintf(attributes->out, "%s", d ? ", " : "");
        json_text(attributes->out,
                  references->results->dimensions[variable->own_dimensions[d]].name);
    }
    fprintf(attributes->out, "]");
}

static void shape_write(const struct references *references,
                        const struct variable *variable, FILE *out)
{
    fprintf(out, "[");
    for (size_t d = 0; d < variable->dimension_count; d++)
        fprintf(out, "%s%" PRIu64, d ? ", " : "",
                references->results->dimensions[variable->own_dimensions[d]].count);
    fprintf(out, "]");
}

static void array_write(const struct references *references,
                        const struct variable *variable, const char *fill, FILE *out)
{
    bool is_text = variable->kind == VARIABLE_TEXT;

    fprintf(out,
            "{\"zarr_format\": 2, \"order\": \"C\", \"compressor\": null, \"shape\": ");
    shape_write(references, variable, out);
    fprintf(out, ", \"chunks\": ");
    shape_write(references, variable, out);
    if (is_text)
        fprintf(out, ", \"dtype\": \"|O\", \"filters\": [{\"id\": \"vlen-utf8\"}], "
                     "\"fill_value\": null}");
    else
        fprintf(out, ", \"dtype\": \"%s%c%u\", \"filters\": null, \"fill_value\": %s}",
                variable->item_bytes == 1 ? "|" : "<",
                variable->kind == VARIABLE_NUMBER ? 'f'
                : variable->is_unsigned           ? 'u'
                                                  : 'i',
                variable->item_bytes, fill ? fill : "null");
}

/* Three bytes become four characters. */
static void base64_write(FILE *out, const unsigned char *bytes, size_t size)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        unsigned long group = (unsigned long)bytes[i] << 16 |
                              (left > 1 ? (unsigned long)bytes[i + 1] << 8 : 0) |
                              (left > 2 ? bytes[i + 2] : 0);

        fputc(digits[group >> 18], out);
        fputc(digits[group >> 12 & 63], out);
        fputc(left > 1 ? digits[group >> 6 & 63] : '=', out);
        fputc(left > 2 ? digits[group & 63] : '=', out);
    }
}

static void little_endian_write(FILE *out, uint32_t number)
{
    for (unsigned shift = 0; shift < 32; shift += 8)
        fputc((int)(number >> shift & 0xff), out);
}

/* numcodecs' vlen-utf8: the number of texts, then the length and bytes of each. */
static void texts_write(const struct variable *variable, FILE *out)
{
    struct document raw;

    document_begin(&raw);
    little_endian_write(raw.stream, (uint32_t)variable->count);
    for (uint64_t i = 0; i < variable->count; i++) {
        little_endian_write(raw.stream, (uint32_t)strlen(variable->texts[i]));
        fputs(variable->texts[i], raw.stream);
    }
    fclose(raw.stream);
    fputs("base64:", out);
    base64_write(out, (const unsigned char *)raw.text, raw.size);
    free(raw.text);
}

/* Writes the only chunk of an array: "path/0.0.0". */
static void chunk_put(struct references *references, const char *path,
                      const struct variable *variable)
{
    char *name = alloc_printf("%s/0", path);

    for (size_t d = 1; d < variable->dimension_count; d++)
        name = alloc_append(name, ".0");
    json_name(references->out, &references->members, name);
    free(name);
    if (variable->kind != VARIABLE_TEXT) {
        fprintf(references->out, "[\"{{u}}\", %" PRIu64 ", %" PRIu64 "]\n",
                variable->offset, variable->count * variable->item_bytes);
        return;
    }
    fputc('"', references->out);
    texts_write(variable, references->out);
    fprintf(references->out, "\"\n");
}

static void attributes_read(struct references *references, const char *path,
                            struct attributes *attributes)
{
    hid_t object = H5_TRY(
        &references->h5, H5Oopen(references->h5.file, *path ? path : "/", H5P_DEFAULT));

    if (object >= 0) {
        hsize_t at = 0;

        H5_TRY(&references->h5, H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &at,
                                            attribute_write, attributes));
        H5Oclose(object);
    }
}

static void object_put(struct references *references, const char *path,
                       const struct variable *variable)
{
    struct document text;
    struct attributes attributes = { .h5 = &references->h5 };

    document_begin(&text);
    attributes.out = text.stream;
    fprintf(text.stream, "{");
    if (variable)
        dimensions_write(references, variable, &attributes);
    attributes_read(references, path, &attributes);
    fprintf(text.stream, "}");
    document_put(&text, references->out, &references->members, path, ".zattrs");
    document_begin(&text);
    if (variable)
        array_write(references, variable, attributes.fill, text.stream);
    else
        fprintf(text.stream, "{\"zarr_format\": 2}");
    document_put(&text, references->out, &references->members, path,
                 variable ? ".zarray" : ".zgroup");
    free(attributes.fill);
    if (variable)
        chunk_put(references, path, variable);
}

static void visit(const char *path, enum h5_kind kind, const char *first, void *context)
{
    struct references *references = context;
    const struct variable *variable = results_find_path(references->results,
                                                        first ? first : path);

    if (kind == H5_KIND_GROUP)
        object_put(references, path, NULL);
    else if (kind != H5_KIND_OTHER && variable)
        object_put(references, path, variable);
}

enum status results_references(const struct results *results, FILE *out,
                               struct error *err)
{
    struct references references = { .results = results, .out = out };
    char *path;
    unsigned members = 0;
    enum status status;

    if (results->packed)
        return error_set(
            err, STATUS_INPUT,
            "%s: a packed copy, but references need a plain result file; `nvsweep pack "
            "--undo` makes one",
            results->path);
    path = realpath(results->path, NULL);
    status = h5_open(&references.h5, results->path, err);
    if (status == STATUS_OK) {
        fprintf(out, "{");
        json_name(out, &members, "version");
        fprintf(out, "1");
        json_name(out, &members, "templates");
        fprintf(out, "{\"u\": ");
        json_text(out, path ? path : results->path);
        fprintf(out, "}");
        json_name(out, &members, "refs");
        fprintf(out, "{\n");
        object_put(&references, "", NULL);
        h5_walk(&references.h5, visit, &references);
        fprintf(out, "}}\n");
        status = h5_close(&references.h5, results->path, "read", err);
    }
    free(path);
    return status;
}
