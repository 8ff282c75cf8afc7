/* The command line: the input's lines are the arguments, the first one the command.  `run`
 * is left out (it begins and ends MPI, once per process; tests/run_command_line.sh has it),
 * `submit` only prints and `validate` only lists.  Paths stay inside the folder. */
#include "commands.h"

enum { ARGUMENTS_MAX = 24 };

static bool is_command(const char *name)
{
    for (const struct command *c = commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return strcmp(name, "run") != 0;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size), *rest = text, *name, *line;
    char *argv[ARGUMENTS_MAX + 2];
    int argc = 0;

    for (char *c = text; *c; c++)
        if (*c == '/')
            *c = '_';
    name = strsep(&rest, "\n");
    if (is_command(name)) {
        fuzz_folder_reset();
        if (strcmp(name, "submit") == 0)
            argv[argc++] = "--dry-run";
        if (strcmp(name, "validate") == 0)
            argv[argc++] = "--no-model";
        while (argc < ARGUMENTS_MAX && (line = strsep(&rest, "\n")))
            argv[argc++] = line;
        argv[argc] = NULL;
        fuzz_command(name, argc, argv);
    }
    free(text);
    return 0;
}
