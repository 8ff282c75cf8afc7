#include "results/h5.h"

#include "base/memory.h"
#include "results/results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *results_hdf5_version(void)
{
    static char text[40];
    unsigned major = 0, minor = 0, release = 0;

    H5get_libversion(&major, &minor, &release);
    snprintf(text, sizeof text, "%u.%u.%u", major, minor, release);
    return text;
}

void h5_quiet(void)
{
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

/* HDF5 lists errors from the cause outwards.  Only the cause is kept: it helps most. */
static herr_t cause_keep(unsigned n, const H5E_error2_t *error, void *h5_)
{
    struct h5 *h5 = h5_;
    const char *said = n || !error->desc ? NULL
                                         : strstr(error->desc, "error message = ");

    if (said) { /* the operating system's message, which HDF5 quotes */
        snprintf(h5->why, sizeof h5->why, "%.*s", (int)strcspn(said + 17, "'"),
                 said + 17);
        h5->is_system = true;
    } else if (n == 0) {
        snprintf(h5->why, sizeof h5->why, "%s: %s", error->func_name,
                 error->desc ? error->desc : "no reason given");
    }
    return 0;
}

int64_t h5_tried(struct h5 *h5, int64_t result)
{
    if (result < 0 && !h5->is_bad) {
        h5->is_bad = true;
        snprintf(h5->why, sizeof h5->why, "unknown reason");
        H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, cause_keep, h5);
    }
    return result;
}

static hid_t text_type_make(struct h5 *h5)
{
    hid_t type = H5_TRY(h5, H5Tcopy(H5T_C_S1));

    H5_TRY(h5, H5Tset_size(type, H5T_VARIABLE));
    H5_TRY(h5, H5Tset_cset(type, H5T_CSET_UTF8));
    return type;
}

/* HDF5 locks files that it opens, which fails if the file system has no locks.  Locks are
 * not needed here: one process creates a file under a temporary name, and HDF5 only reads
 * it later.  HDF5_USE_FILE_LOCKING in the environment takes precedence. */
static void locking_disable(struct h5 *h5, hid_t access)
{
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
    H5_TRY(h5, H5Pset_file_locking(access, false, true));
#else
    (void)h5;
    (void)access;
#endif
}

/* Adds to the message if locking failed because the environment asks for it. */
static void locking_explain(struct h5 *h5)
{
    const char *asked = getenv("HDF5_USE_FILE_LOCKING");
    size_t length = strlen(h5->why);

    if (h5->is_bad && asked &&
        (strstr(h5->why, "No locks available") || strstr(h5->why, "not implemented") ||
         strstr(h5->why, "lock")))
        snprintf(h5->why + length, sizeof h5->why - length,
                 "; the file system has no locks, and HDF5_USE_FILE_LOCKING=%.16s asks "
                 "for them",
                 asked);
}

enum status h5_create(struct h5 *h5, const char *path, struct error *err)
{
    hid_t access;

    *h5 = (struct h5){ .file = -1, .text_type = -1 };
    h5_quiet();
    access = H5_TRY(h5, H5Pcreate(H5P_FILE_ACCESS));
    H5_TRY(h5, H5Pset_fclose_degree(access, H5F_CLOSE_STRONG));
    /* Large datasets begin at a page boundary, so that two datasets never share a page in
     * the page caches of different nodes. */
    H5_TRY(h5, H5Pset_alignment(access, 64 * 1024, 4096));
    locking_disable(h5, access);
    h5->file = H5_TRY(h5, H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access));
    H5Pclose(access);
    locking_explain(h5);
    h5->text_type = text_type_make(h5);
    return h5->is_bad ? h5_close(h5, path, "cannot create", err) : STATUS_OK;
}

enum status h5_open(struct h5 *h5, const char *path, struct error *err)
{
    hid_t access;

    *h5 = (struct h5){ .file = -1, .text_type = -1 };
    h5_quiet();
    access = H5_TRY(h5, H5Pcreate(H5P_FILE_ACCESS));
    H5_TRY(h5, H5Pset_fclose_degree(access, H5F_CLOSE_STRONG));
    locking_disable(h5, access);
    h5->file = H5_TRY(h5, H5Fopen(path, H5F_ACC_RDONLY, access));
    H5Pclose(access);
    locking_explain(h5);
    h5->text_type = text_type_make(h5);
    return h5->is_bad ? h5_close(h5, path, "cannot be read as HDF5", err) : STATUS_OK;
}

enum status h5_close(struct h5 *h5, const char *path, const char *doing,
                     struct error *err)
{
    if (h5->text_type >= 0)
        h5_tried(h5, H5Tclose(h5->text_type));
    if (h5->file >= 0)
        h5_tried(h5, H5Fclose(h5->file));
    h5->file = h5->text_type = -1;
    if (h5->is_bad)
        return error_set(err, STATUS_IO, "%s: %s (%s)", path, doing, h5->why);
    return STATUS_OK;
}

static void put(struct h5 *h5, hid_t object, const char *name, hid_t file_type,
                hid_t memory_type, const void *value, size_t count)
{
    hsize_t size = count;
    hid_t space = H5_TRY(h5, count ? H5Screate_simple(1, &size, NULL)
                                   : H5Screate(H5S_SCALAR));
    hid_t attribute = H5_TRY(
        h5, H5Acreate2(object, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT));

    H5_TRY(h5, H5Awrite(attribute, memory_type, value));
    H5_TRY(h5, H5Aclose(attribute));
    H5_TRY(h5, H5Sclose(space));
}

void h5_put_text(struct h5 *h5, hid_t object, const char *name, const char *text)
{
    put(h5, object, name, h5->text_type, h5->text_type, &text, 0);
}

void h5_put_number(struct h5 *h5, hid_t object, const char *name, double value)
{
    put(h5, object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value, 0);
}

void h5_put_count(struct h5 *h5, hid_t object, const char *name, uint64_t value)
{
    put(h5, object, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, &value, 0);
}

void h5_put_codes(struct h5 *h5, hid_t object, const char *name, const int8_t *codes,
                  size_t count)
{
    put(h5, object, name, H5T_STD_I8LE, H5T_NATIVE_INT8, codes, count);
}

bool h5_is_single(struct h5 *h5, hid_t attribute)
{
    hid_t space = H5_TRY(h5, H5Aget_space(attribute));
    int64_t elements = H5_TRY(h5, H5Sget_simple_extent_npoints(space));

    if (space >= 0)
        H5Sclose(space);
    return elements == 1;
}

char *h5_get_text(struct h5 *h5, hid_t object, const char *name)
{
    char *text = NULL, *copy = NULL;
    hid_t attribute, type;

    if (h5->is_bad || H5_TRY(h5, H5Aexists(object, name)) <= 0)
        return NULL;
    attribute = H5_TRY(h5, H5Aopen(object, name, H5P_DEFAULT));
    type = H5_TRY(h5, H5Aget_type(attribute));
    if (!h5->is_bad && H5Tis_variable_str(type) > 0 && h5_is_single(h5, attribute) &&
        H5_TRY(h5, H5Aread(attribute, h5->text_type, &text)) >= 0 && text) {
        copy = alloc_text(text);
        H5free_memory(text);
    }
    if (type >= 0)
        H5Tclose(type);
    if (attribute >= 0)
        H5Aclose(attribute);
    return copy;
}

const char *h5_leaf(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

hid_t h5_group(struct h5 *h5, const char *path)
{
    if (!*path)
        return H5_TRY(h5, H5Gopen2(h5->file, "/", H5P_DEFAULT));
    if (H5_TRY(h5, H5Lexists(h5->file, path, H5P_DEFAULT)) > 0)
        return H5_TRY(h5, H5Gopen2(h5->file, path, H5P_DEFAULT));
    return H5_TRY(h5,
                  H5Gcreate2(h5->file, path, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
}

/* ---- walking */

/* An object with several names, and the path at which it was visited first. */
struct h5_seen {
    H5O_info_t object;
    char *path;
};

struct h5_walk {
    struct h5 *h5;
    h5_walk_fn *visit;
    void *context;
    const char *at; /* path of the group, "" for the root */
    int depth;
    bool wants_groups;
    struct h5_seen **seen;
    size_t *seen_count;
};

static bool is_same_object(const H5O_info_t *a, const H5O_info_t *b)
{
#if H5_VERSION_GE(1, 12, 0)
    return memcmp(&a->token, &b->token, sizeof a->token) == 0;
#else
    return a->addr == b->addr;
#endif
}

static const char *seen_first(struct h5_walk *walk, const H5O_info_t *object,
                              const char *path)
{
    for (size_t i = 0; i < *walk->seen_count; i++)
        if (is_same_object(&(*walk->seen)[i].object, object))
            return (*walk->seen)[i].path;
    *walk->seen = realloc_array(*walk->seen, *walk->seen_count + 1,
                                sizeof **walk->seen);
    (*walk->seen)[(*walk->seen_count)++] = (struct h5_seen){ *object,
                                                             alloc_text(path) };
    return NULL;
}

static void group_walk(struct h5_walk *walk, const char *path);

static herr_t entry_walk(hid_t group, const char *name, const H5L_info_t *link,
                         void *walk_)
{
    struct h5_walk *walk = walk_;
    char *path = alloc_printf("%s%s%s", walk->at, *walk->at ? "/" : "", name);
    bool is_hard = link->type == H5L_TYPE_HARD;
    hid_t object = is_hard ? H5_TRY(walk->h5, H5Oopen(group, name, H5P_DEFAULT)) : -1;
    H5I_type_t type = object >= 0 ? H5Iget_type(object) : H5I_BADID;
    bool is_group = type == H5I_GROUP;
    const char *first = NULL;
    H5O_info_t info;

#if H5_VERSION_GE(1, 12, 0)
    if (type == H5I_DATASET && !walk->wants_groups &&
        H5_TRY(walk->h5, H5Oget_info3(object, &info, H5O_INFO_BASIC)) >= 0 &&
        info.rc > 1)
#else
    if (type == H5I_DATASET && !walk->wants_groups &&
        H5_TRY(walk->h5, H5Oget_info(object, &info)) >= 0 && info.rc > 1)
#endif
        first = seen_first(walk, &info, path);
    if (object >= 0)
        H5Oclose(object);
    if (walk->h5->is_bad)
        type = H5I_BADID;
    else if (is_group && walk->wants_groups && walk->depth < H5_DEPTH_MOST)
        group_walk(walk, path);
    else if (is_group ? walk->wants_groups : !walk->wants_groups)
        walk->visit(path,
                    first                 ? H5_KIND_LINK
                    : type == H5I_DATASET ? H5_KIND_DATASET
                                          : H5_KIND_OTHER,
                    first, walk->context);
    free(path);
    return walk->h5->is_bad ? -1 : 0;
}

static void group_walk(struct h5_walk *walk, const char *path)
{
    struct h5_walk inside = *walk;
    hid_t group = H5_TRY(walk->h5,
                         H5Gopen2(walk->h5->file, *path ? path : "/", H5P_DEFAULT));

    inside.at = path;
    inside.depth++;
    if (*path && group >= 0)
        walk->visit(path, H5_KIND_GROUP, NULL, walk->context);
    for (int pass = 0; pass < 2 && !walk->h5->is_bad; pass++) {
        inside.wants_groups = pass > 0;
        H5_TRY(walk->h5, H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, entry_walk,
                                    &inside));
    }
    if (group >= 0)
        H5Gclose(group);
}

void h5_walk(struct h5 *h5, h5_walk_fn *visit, void *context)
{
    struct h5_seen *seen = NULL;
    size_t count = 0;
    struct h5_walk walk = {
        .h5 = h5,
        .visit = visit,
        .context = context,
        .at = "",
        .seen = &seen,
        .seen_count = &count,
    };

    group_walk(&walk, "");
    for (size_t i = 0; i < count; i++)
        free(seen[i].path);
    free(seen);
}
