/* nvsweep: parameter sweeps of memory technologies in deep-learning hardware. */
#include "base/memory.h"
#include "cmd/cmd.h"

#include <stdlib.h>
#include <string.h>

static const struct command *command_find(const char *name, struct error *err)
{
    const char *names[32];
    const char *nearest;
    size_t count = 0;

    for (const struct command *c = commands; c->name; c++) {
        if (strcmp(c->name, name) == 0)
            return c;
        names[count++] = c->name;
    }
    nearest = text_nearest(name, names, count);
    error_set(err, STATUS_INPUT, "no command '%.60s'%s%s%s; `nvsweep help` lists them",
              name, nearest ? "; did you mean '" : "", nearest ? nearest : "",
              nearest ? "'?" : "");
    return NULL;
}

/* Is there a --help among the command's words, before a "--"? */
static bool asks_for_help(int argc, char **argv)
{
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "help";
    struct error err = { "" };
    const struct command *command;
    enum status status;

    memory_keep();
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0) {
        printf("nvsweep %s (%s%s)\n", program_version, program_commit,
               program_is_dirty ? ", modified" : "");
        return EXIT_SUCCESS;
    }
    command = command_find(name, &err);
    if (!command) {
        status = STATUS_INPUT;
    } else if (command->run != cmd_complete && asks_for_help(argc, argv)) {
        char *topic[] = { argv[1], NULL };

        status = cmd_help(1, topic, &err);
    } else {
        status = command->run(argc > 2 ? argc - 2 : 0, argv + (argc > 2 ? 2 : argc),
                              &err);
    }
    if (fflush(stdout) != 0 && status == STATUS_OK)
        status = error_set(&err, STATUS_IO, "cannot write to standard output");
    error_print(&err);
    return status_exit_code(status);
}
