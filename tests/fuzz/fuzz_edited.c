/* Result files that are sound HDF5 but not what a run would write: datasets and attributes
 * that are missing, renamed, of another shape or type, or hold other values.  The first
 * byte of the input says which command reads the file; each edit then begins with what is
 * done to which dataset, and takes its values from the bytes that follow. */
#include "commands.h"

#include "results/results.h"

#include <hdf5.h>
#include <math.h>

enum { EDITS_MAX = 6, NAMES_MAX = 256, ATTRIBUTES_MAX = 32, TEXT = 256 };

struct input {
    const uint8_t *at, *end;
};

static uint8_t byte_take(struct input *input)
{
    return input->at < input->end ? *input->at++ : 0;
}

static double number_take(struct input *input)
{
    static const double some[] = {
        0,      1,   -1,       3,   1e308,        -1e308,
        1e-320, NAN, INFINITY, 255, 4294967296.0, 1.8446744073709552e19
    };

    return some[byte_take(input) % (sizeof some / sizeof *some)];
}

/* Up to a newline, or all that is left. */
static char *text_take(struct input *input)
{
    const uint8_t *begin = input->at;
    char *text;

    while (input->at < input->end && *input->at != '\n')
        input->at++;
    text = alloc_text_part((const char *)begin, (size_t)(input->at - begin));
    input->at += input->at < input->end;
    return text;
}

struct names {
    char names[NAMES_MAX][TEXT];
    size_t count;
};

static herr_t name_add(hid_t where, const char *name, const H5L_info_t *info, void *to)
{
    struct names *names = to;

    (void)where;
    (void)info;
    if (names->count < NAMES_MAX)
        snprintf(names->names[names->count++], TEXT, "%s", name);
    return 0;
}

static herr_t attribute_add(hid_t where, const char *name, const H5A_info_t *info,
                            void *to)
{
    (void)info;
    return name_add(where, name, NULL, to);
}

static const char *name_take(const struct names *names, struct input *input)
{
    return names->count ? names->names[byte_take(input) % names->count] : "none";
}

static const char *attribute_take(hid_t object, struct names *names,
                                  struct input *input)
{
    names->count = 0;
    H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, attribute_add, names);
    return name_take(names, input);
}

static hid_t text_type(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);

    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

static void attribute_set_text(hid_t object, const char *name, const char *text)
{
    hid_t type = text_type(), space = H5Screate(H5S_SCALAR), attribute;

    H5Adelete(object, name);
    attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, &text);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

static void attribute_set_number(hid_t object, const char *name, double number)
{
    hid_t space = H5Screate(H5S_SCALAR), attribute;

    H5Adelete(object, name);
    attribute = H5Acreate2(object, name, H5T_STD_U64LE, space, H5P_DEFAULT,
                           H5P_DEFAULT);
    H5Awrite(attribute, H5T_NATIVE_DOUBLE, &number);
    H5Aclose(attribute);
    H5Sclose(space);
}

/* A dataset of the same path, but of another shape and type; its old attributes of one
 * text stay. */
static void dataset_replace(hid_t file, const char *name, struct input *input)
{
    hid_t types[] = { H5T_IEEE_F64LE, H5T_IEEE_F32LE, H5T_STD_I8LE,   H5T_STD_U64LE,
                      H5T_STD_I16LE,  H5T_STD_U8LE,   H5T_IEEE_F64BE, H5T_STD_I32LE };
    hid_t type = types[byte_take(input) % 8], properties, space, dataset, old;
    int rank = byte_take(input) % 5;
    hsize_t sizes[4];
    char *columns = NULL;

    for (int d = 0; d < rank; d++)
        sizes[d] = byte_take(input) % 16;
    old = H5Dopen2(file, name, H5P_DEFAULT);
    if (old >= 0 && H5Aexists(old, "columns") > 0) {
        hid_t attribute = H5Aopen(old, "columns", H5P_DEFAULT), text = text_type();

        if (H5Aread(attribute, text, &columns) < 0)
            columns = NULL;
        H5Tclose(text);
        H5Aclose(attribute);
    }
    H5Dclose(old);
    H5Ldelete(file, name, H5P_DEFAULT);
    space = H5Screate_simple(rank, sizes, NULL);
    properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY);
    dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    if (dataset >= 0 && columns)
        attribute_set_text(dataset, "columns", columns);
    H5free_memory(columns);
    H5Dclose(dataset);
    H5Pclose(properties);
    H5Sclose(space);
}

/* All values of a dataset become one. */
static void dataset_fill(hid_t file, const char *name, double number)
{
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT), space = H5Dget_space(dataset);
    hssize_t count = H5Sget_simple_extent_npoints(space);
    double *values = alloc_array((size_t)(count > 0 ? count : 1), sizeof *values);

    for (hssize_t i = 0; i < count; i++)
        values[i] = number;
    H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    free(values);
    H5Sclose(space);
    H5Dclose(dataset);
}

static void edit(hid_t file, struct input *input)
{
    static struct names names, attributes;
    uint8_t what = byte_take(input) % 8;
    const char *name;
    hid_t object;
    char *text;

    names.count = 0;
    H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, name_add, &names);
    name = name_take(&names, input);
    object = what == 3 ? H5Gopen2(file, "/", H5P_DEFAULT)
                       : H5Oopen(file, name, H5P_DEFAULT);
    switch (what) {
    case 0: H5Ldelete(file, name, H5P_DEFAULT); break;
    case 1:
        text = text_take(input);
        if (*text && !strchr(text, '/'))
            H5Lmove(file, name, file, text, H5P_DEFAULT, H5P_DEFAULT);
        free(text);
        break;
    case 2: H5Adelete(object, attribute_take(object, &attributes, input)); break;
    case 3:
    case 4:
        name = attribute_take(object, &attributes, input);
        text = text_take(input);
        attribute_set_text(object, name, text);
        free(text);
        break;
    case 5:
        attribute_set_number(object, attribute_take(object, &attributes, input),
                             number_take(input));
        break;
    case 6: dataset_replace(file, name, input); break;
    default: dataset_fill(file, name, number_take(input));
    }
    H5Oclose(object);
}

static void edited_read(unsigned command)
{
    static const char *const lines[][5] = {
        { "status", "x.h5" },
        { "status", "--json", "x.h5" },
        { "show", "x.h5" },
        { "show", "x.h5", "--json" },
        { "verify", "x.h5", "--sample", "4" },
        { "diff", "x.h5", "valid.h5" },
        { "diff", "valid.h5", "x.h5" },
        { "merge", "valid.h5", "x.h5", "-o", "merged.h5" },
        { "merge", "x.h5", "valid.h5", "-o", "merged.h5" },
        { "pack", "x.h5" },
        { "export", "x.h5" },
        { "report", "x.h5" },
        { "best", "x.h5", "-m", "area_m2" },
        { "timeline", "x.h5" },
    };
    const char *const *line = lines[command % (sizeof lines / sizeof *lines)];
    char text[5][16], *argv[6] = { NULL };
    int argc = 0;

    for (; argc < 4 && line[argc + 1]; argc++) {
        snprintf(text[argc], sizeof text[argc], "%s", line[argc + 1]);
        argv[argc] = text[argc];
    }
    fuzz_command(line[0], argc, argv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, data + size };
    unsigned command = byte_take(&input);
    struct error ignored;
    hid_t file;

    fuzz_folder_reset();
    rename("valid.h5", "x.h5");
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    file = H5Fopen("x.h5", H5F_ACC_RDWR, H5P_DEFAULT);
    for (int i = 0; i < EDITS_MAX && input.at < input.end; i++)
        edit(file, &input);
    H5Fclose(file);
    results_seal("x.h5", &ignored); /* or all readers would stop at the checksum */
    fuzz_valid_put();
    edited_read(command);
    return 0;
}
