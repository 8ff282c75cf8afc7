/* Stands between a program and the system (LD_PRELOAD): fails the n-th call of one kind
 * on the files of a result, or records all of them.
 *
 *   INTERPOSE_FAIL=call:n:errno   the n-th such call fails (1 is the first); "pwrite:3:28:7"
 *                                 writes 7 bytes and fails the next time (a short write);
 *                                 errno 0: the process is killed there and then
 *   INTERPOSE_RANK=r              on MPI rank r only
 *   INTERPOSE_FLOCK=errno         a file system without locks: every flock and fcntl lock
 *                                 fails
 *   INTERPOSE_COUNT=file          at exit, one line per kind: call count
 *   INTERPOSE_RECORD=file         every change as a record: kind, offset, size, bytes
 *
 * Only descriptors and names that contain ".h5" count.  Memory calls (malloc, calloc,
 * realloc) count from the first open of such a file on: "memory" is all of them, those of
 * MPI and HDF5 included; "own_memory" those that the program itself makes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/types.h>
#include <unistd.h>

enum call {
    OPEN,
    PWRITE,
    WRITE,
    PREAD,
    FSYNC,
    FDATASYNC,
    FALLOCATE,
    FTRUNCATE,
    RENAME,
    LINK,
    MEMORY,
    OWN_MEMORY,
    CALLS
};
static const char *const names[CALLS] = { "open",      "pwrite",    "write",
                                          "pread",     "fsync",     "fdatasync",
                                          "fallocate", "ftruncate", "rename",
                                          "link",      "memory",    "own_memory" };
static unsigned long counts[CALLS];
static int fail_call = -1, fail_errno, fail_short = -1;
static unsigned long fail_n;
static int record_fd = -1, is_armed, is_inside;
static const char *record_name;
static pid_t record_pid; /* whose record_fd it is: children close what they inherit */
static int flock_errno;
static const char *count_file;
static uintptr_t program_begin, program_end; /* its code, in memory */

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* The first object of the list is the program. */
static int program_find(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    (void)context;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
            program_begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            program_end = program_begin + info->dlpi_phdr[i].p_memsz;
        }
    return 1;
}

static void record_open(void)
{
    if (record_name && record_pid != getpid())
        record_fd = REAL(open)(record_name, O_WRONLY | O_CREAT | O_APPEND, 0644);
    record_pid = getpid();
}

__attribute__((constructor)) static void begin(void)
{
    const char *fail = getenv("INTERPOSE_FAIL"), *record = getenv("INTERPOSE_RECORD");
    const char *only = getenv("INTERPOSE_RANK"), *rank = getenv("OMPI_COMM_WORLD_RANK");
    char call[32] = "";

    if (fail &&
        sscanf(fail, "%31[^:]:%lu:%d:%d", call, &fail_n, &fail_errno, &fail_short) >= 3)
        for (int c = 0; c < CALLS; c++)
            if (strcmp(names[c], call) == 0 &&
                (!only || (rank && strcmp(only, rank) == 0)))
                fail_call = c;
    flock_errno = getenv("INTERPOSE_FLOCK") ? atoi(getenv("INTERPOSE_FLOCK")) : 0;
    record_name = record;
    record_open();
    count_file = getenv("INTERPOSE_COUNT");
    dl_iterate_phdr(program_find, NULL);
}

__attribute__((destructor)) static void end(void)
{
    FILE *file = count_file ? fopen(count_file, "a") : NULL;

    for (int c = 0; file && c < CALLS; c++)
        fprintf(file, "%s %lu\n", names[c], counts[c]);
    if (file)
        fclose(file);
}

/* Count the call; is it the one to fail? */
static int is_fated(enum call call)
{
    if (++counts[call] != fail_n || (int)call != fail_call)
        return 0;
    if (fail_errno == 0)
        kill(getpid(), SIGKILL);
    errno = fail_errno;
    return 1;
}

static int is_ours(const char *path)
{
    return path && strstr(path, ".h5") != NULL;
}

/* The name of an open file of ours, or NULL. */
static const char *name_of(int fd, char *buffer, size_t size)
{
    char link_path[64];
    ssize_t length;

    snprintf(link_path, sizeof link_path, "/proc/self/fd/%d", fd);
    length = readlink(link_path, buffer, size - 1);
    if (length < 0)
        return NULL;
    buffer[length] = '\0';
    return is_ours(buffer) ? buffer : NULL;
}

/* kind, name, offset and size in a line; then the bytes. */
static void record(const char *kind, const char *name, uint64_t offset,
                   const void *bytes, size_t size)
{
    char *line;
    int length;

    record_open();
    if (record_fd < 0)
        return;
    line = malloc(size + 512);
    length = snprintf(line, 512, "%s %s %llu %zu\n", kind,
                      strrchr(name, '/') ? strrchr(name, '/') + 1 : name,
                      (unsigned long long)offset, size);
    if (size)
        memcpy(line + length, bytes, size);
    REAL(write)(record_fd, line, (size_t)length + size);
    free(line);
}

static int open_any(const char *path, int flags, mode_t mode)
{
    if (!is_ours(path))
        return REAL(open)(path, flags, mode);
    is_armed = 1;
    if (is_fated(OPEN))
        return -1;
    if (flags & O_TRUNC)
        record("truncate", path, 0, NULL, 0);
    return REAL(open)(path, flags, mode);
}

#define OPEN_FUNCTION(name)                                              \
    int name(const char *path, int flags, ...)                           \
    {                                                                    \
        va_list args;                                                    \
        mode_t mode;                                                     \
        va_start(args, flags);                                           \
        mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0; \
        va_end(args);                                                    \
        return open_any(path, flags, mode);                              \
    }
OPEN_FUNCTION(open)
OPEN_FUNCTION(open64)

static ssize_t pwrite_any(int fd, const void *bytes, size_t size, off_t offset)
{
    char buffer[4096];
    const char *name = name_of(fd, buffer, sizeof buffer);
    static int is_cut;
    ssize_t done;

    if (!name)
        return REAL(pwrite)(fd, bytes, size, offset);
    if (is_cut) {
        errno = fail_errno;
        return -1;
    }
    if (is_fated(PWRITE)) {
        if (fail_short < 0 || (size_t)fail_short >= size)
            return -1;
        is_cut = 1;
        size = (size_t)fail_short;
    }
    done = REAL(pwrite)(fd, bytes, size, offset);
    if (done > 0)
        record("write", name, (uint64_t)offset, bytes, (size_t)done);
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    return pwrite_any(fd, bytes, size, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
    return pwrite_any(fd, bytes, size, offset);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    char buffer[4096];

    if (fd > 2 && fd != record_fd && name_of(fd, buffer, sizeof buffer) &&
        is_fated(WRITE))
        return -1;
    return REAL(write)(fd, bytes, size);
}

static ssize_t pread_any(int fd, void *bytes, size_t size, off_t offset)
{
    char buffer[4096];

    if (name_of(fd, buffer, sizeof buffer) && is_fated(PREAD))
        return -1;
    return REAL(pread)(fd, bytes, size, offset);
}

ssize_t pread(int fd, void *bytes, size_t size, off_t offset)
{
    return pread_any(fd, bytes, size, offset);
}

ssize_t pread64(int fd, void *bytes, size_t size, off64_t offset)
{
    return pread_any(fd, bytes, size, offset);
}

int fsync(int fd)
{
    char buffer[4096];
    const char *name = name_of(fd, buffer, sizeof buffer);

    if (name && is_fated(FSYNC))
        return -1;
    if (name)
        record("sync", name, 0, NULL, 0);
    return REAL(fsync)(fd);
}

int fdatasync(int fd)
{
    char buffer[4096];
    const char *name = name_of(fd, buffer, sizeof buffer);

    if (name && is_fated(FDATASYNC))
        return -1;
    if (name)
        record("sync", name, 0, NULL, 0);
    return REAL(fdatasync)(fd);
}

int fallocate(int fd, int mode, off_t offset, off_t length)
{
    char buffer[4096];

    if (name_of(fd, buffer, sizeof buffer) && is_fated(FALLOCATE))
        return -1;
    return REAL(fallocate)(fd, mode, offset, length);
}

static int ftruncate_any(int fd, off_t length)
{
    char buffer[4096];
    const char *name = name_of(fd, buffer, sizeof buffer);

    if (name && is_fated(FTRUNCATE))
        return -1;
    if (name)
        record("truncate", name, (uint64_t)length, NULL, 0);
    return REAL(ftruncate)(fd, length);
}

int ftruncate(int fd, off_t length)
{
    return ftruncate_any(fd, length);
}

int ftruncate64(int fd, off64_t length)
{
    return ftruncate_any(fd, length);
}

int flock(int fd, int operation)
{
    char buffer[4096];

    if (flock_errno && name_of(fd, buffer, sizeof buffer)) {
        errno = flock_errno;
        return -1;
    }
    return REAL(flock)(fd, operation);
}

#define FCNTL_FUNCTION(name)                                                \
    int name(int fd, int command, ...)                                      \
    {                                                                       \
        int is_lock = command == F_OFD_GETLK || command == F_OFD_SETLK ||   \
                      command == F_GETLK || command == F_SETLK;             \
        char buffer[4096];                                                  \
        va_list args;                                                       \
        void *argument;                                                     \
        va_start(args, command);                                            \
        argument = va_arg(args, void *);                                    \
        va_end(args);                                                       \
        if (is_lock && flock_errno && name_of(fd, buffer, sizeof buffer)) { \
            errno = flock_errno;                                            \
            return -1;                                                      \
        }                                                                   \
        return REAL(name)(fd, command, argument);                           \
    }
FCNTL_FUNCTION(fcntl)
FCNTL_FUNCTION(fcntl64)

int rename(const char *from, const char *to)
{
    if (is_ours(from) && is_fated(RENAME))
        return -1;
    if (is_ours(from))
        record("rename", from, 0, NULL, 0);
    return REAL(rename)(from, to);
}

int link(const char *from, const char *to)
{
    if (is_ours(from) && is_fated(LINK))
        return -1;
    return REAL(link)(from, to);
}

/* dlsym itself allocates; what it asks for meanwhile comes from here. */
static char early[65536];
static size_t early_used;

static void *early_take(size_t size)
{
    void *taken = early + early_used;

    early_used += (size + 15) & ~(size_t)15;
    return early_used <= sizeof early ? taken : NULL;
}

static void *(*real_malloc)(size_t), *(*real_calloc)(size_t, size_t),
    *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);

static int memory_ready(void)
{
    if (real_free)
        return 1;
    if (is_inside)
        return 0;
    is_inside = 1;
    real_malloc = REAL(malloc);
    real_calloc = REAL(calloc);
    real_realloc = REAL(realloc);
    real_free = REAL(free);
    is_inside = 0;
    return 1;
}

static int is_memory_fated(const void *caller)
{
    int is_own = (uintptr_t)caller >= program_begin && (uintptr_t)caller < program_end;

    return is_armed && (is_fated(MEMORY) || (is_own && is_fated(OWN_MEMORY)));
}

void *malloc(size_t size)
{
    if (!memory_ready())
        return early_take(size);
    return is_memory_fated(__builtin_return_address(0)) ? NULL : real_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    if (!memory_ready())
        return early_take(count * size);
    return is_memory_fated(__builtin_return_address(0)) ? NULL
                                                        : real_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    if (!memory_ready())
        return early_take(size);
    return is_memory_fated(__builtin_return_address(0)) ? NULL
                                                        : real_realloc(old, size);
}

void free(void *memory)
{
    if ((char *)memory >= early && (char *)memory < early + sizeof early)
        return;
    if (memory_ready())
        real_free(memory);
}
