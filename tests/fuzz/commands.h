/* Commands called as main calls them, in a folder of their own that holds valid.h5 (the
 * result file NVSWEEP_FUZZ_FILE names) and valid.cfg (its sweep, NVSWEEP_FUZZ_SWEEP). */
#ifndef NVSWEEP_TESTS_FUZZ_COMMANDS_H
#define NVSWEEP_TESTS_FUZZ_COMMANDS_H

#include "fuzz.h"

#include "base/memory.h"
#include "cmd/cmd.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/wait.h>

struct fuzz_bytes {
    uint8_t *bytes;
    size_t size;
};

/* The whole file that an environment variable names. */
static inline struct fuzz_bytes fuzz_bytes_of(const char *variable)
{
    const char *path = getenv(variable);
    FILE *stream = path ? fopen(path, "rb") : NULL;
    struct fuzz_bytes file = { NULL, 0 };
    struct stat about;

    if (!stream || fstat(fileno(stream), &about)) {
        fprintf(stderr, "%s must name a file\n", variable);
        exit(2);
    }
    file.size = (size_t)about.st_size;
    file.bytes = alloc_array(file.size, 1);
    if (fread(file.bytes, 1, file.size, stream) != file.size)
        exit(2);
    fclose(stream);
    return file;
}

/* Stand in for libc's: the child process that would die for a reader (results/probe.h) is
 * one that ended well, as these files are sound HDF5 and processes with ASan fork slowly. */
pid_t fork(void)
{
    return getpid();
}

pid_t waitpid(pid_t child, int *ended, int options)
{
    (void)options;
    *ended = 0;
    return child;
}

static struct fuzz_bytes fuzz_results, fuzz_sweep;

static inline void fuzz_valid_put(void)
{
    fuzz_file("valid.h5", fuzz_results.bytes, fuzz_results.size);
    fuzz_file("valid.cfg", fuzz_sweep.bytes, fuzz_sweep.size);
}

/* Delete what a command wrote; lay out the two valid files.  Standard output goes nowhere. */
static inline void fuzz_folder_reset(void)
{
    struct dirent *entry;
    DIR *folder;

    if (!fuzz_results.bytes) {
        fuzz_results = fuzz_bytes_of("NVSWEEP_FUZZ_FILE");
        fuzz_sweep = fuzz_bytes_of("NVSWEEP_FUZZ_SWEEP");
        if (chdir(fuzz_folder()) || !freopen("/dev/null", "w", stdout))
            exit(2);
    }
    folder = opendir(".");
    while (folder && (entry = readdir(folder)))
        if (entry->d_name[0] != '.' || entry->d_name[1] > '.')
            unlink(entry->d_name);
    if (folder)
        closedir(folder);
    fuzz_valid_put();
}

/* Run a command; argv ends with NULL and may be rearranged.  Any status may come, but bad
 * input and errors of the system come with one line, and success with none. */
static inline void fuzz_command(const char *name, int argc, char **argv)
{
    const struct command *command = commands;
    struct error err = { "" };
    enum status status;

    while (strcmp(command->name, name) != 0)
        command++;
    status = command->run(argc, argv, &err);
    if (strchr(err.text, '\n') ||
        (!err.text[0] && (status == STATUS_INPUT || status == STATUS_IO))) {
        fprintf(stderr, "%s: status %d with '%s'\n", name, status, err.text);
        abort();
    }
}

#endif
