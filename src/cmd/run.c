#include "cmd/cmd.h"

#include "base/memory.h"
#include "base/units.h"
#include "config/files.h"
#include "config/growth.h"
#include "run/launch.h"
#include "run/run.h"
#include "store/curve_store.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Longer than MPI_Finalize takes anywhere that it returns. */
enum { FINALIZE_MOST_S = 60 };

/* sweeps/x.cfg -> x.h5 in the current folder. */
static char *default_output(const char *sweep)
{
    const char *slash = strrchr(sweep, '/'), *base = slash ? slash + 1 : sweep;
    const char *dot = strrchr(base, '.');

    return alloc_printf("%.*s.h5",
                        (int)(dot && dot != base ? (size_t)(dot - base) : strlen(base)),
                        base);
}

static enum status run_on(MPI_Comm comm, const char *file, const char *output,
                          const struct run_options *options, struct error *err)
{
    struct library library;
    struct sweep sweep;
    struct study study = { .sweep = NULL };
    struct curve_keeper *curves = curve_store_open();
    char *chosen = output ? alloc_text(output) : default_output(file);
    struct files files = { 0 };
    enum status status;
    int rank;

    MPI_Comm_rank(comm, &rank);
    if (rank == 0) /* one rank reads the disk, so that all parse the same bytes */
        inputs_gather(file, &files);
    run_broadcast(comm, &files.bytes, &files.size);
    status = inputs_parse(file, &files, &library, &sweep, rank == 0 ? stderr : NULL,
                          err);
    files_free(&files);
    if (status == STATUS_OK)
        status = study_init(&study, &sweep, &library, err);
    status = run_agree(comm, status, err);
    if (status == STATUS_OK) {
        study.curves = curves;
        status = run_sweep(&study, chosen, options, comm, err);
    }
    study_free(&study);
    free(chosen);
    curve_store_close(curves);
    sweep_free(&sweep);
    library_free(&library);
    return status;
}

static volatile sig_atomic_t exit_code, tells;

static void finalize_leave(int signal)
{
    static const char text[] = "nvsweep: MPI_Finalize does not return (the file is "
                               "complete and closed); leaving without it\n";

    (void)signal;
    if (tells && write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(exit_code);
    _exit(exit_code);
}

/* Leaves MPI, with this exit code if that hangs.  MPICH before 4.2 over UCX can: a rank waits
 * in a barrier of PMI and no longer answers another that closes its connection
 * (https://github.com/pmodels/mpich/pull/6596). */
static void finalize(enum status status, bool is_first)
{
    exit_code = status;
    tells = is_first;
    signal(SIGALRM, finalize_leave);
    alarm(FINALIZE_MOST_S);
    MPI_Finalize();
    alarm(0);
}

struct run_words {
    const char *sweep, *output;
    struct run_options run;
};

/* Reads the command's words.  Returns STATUS_INPUT if one is wrong. */
static enum status words_read(int argc, char **argv, struct run_words *words,
                              struct error *err)
{
    const char *budget = NULL, *io = NULL;
    struct run_options *run = &words->run;
    enum status status = options_read("run", &argc, argv, err);
    struct error why;

    if (status != STATUS_OK)
        return status;
    option_get("o", &words->output);
    option_get("time-budget", &budget);
    option_get("io", &io);
    option_get_flag("accept-version", &run->accept_version);
    option_get_flag("quiet", &run->is_quiet);
    if (argc != 1)
        return error_set(err, STATUS_INPUT,
                         "run needs one sweep file: nvsweep run SWEEP [-o FILE]");
    words->sweep = argv[0];
    if (budget &&
        (quantity_parse(budget, "s", &run->time_budget_s, &why) != STATUS_OK ||
         run->time_budget_s <= 0))
        return error_set(err, STATUS_INPUT,
                         "--time-budget '%.40s': must be a time such as 55min or "
                         "3000 s",
                         budget);
    if (io && !word_find(run_io_words, io))
        return error_set(
            err, STATUS_INPUT,
            "--io '%.40s': must be auto (as the file system allows), local "
            "(every rank writes its blocks) or root (rank 0 writes all)",
            io);
    if (io)
        run->io = (enum run_io)word_find(run_io_words, io)->value;
    return STATUS_OK;
}

enum status cmd_run(int argc, char **argv, struct error *err)
{
    struct run_words words = {
        .run = { .same_settings = sweep_settings_same,
                 .program = { .version = program_version,
                              .commit = program_commit,
                              .is_dirty = program_is_dirty } },
    };
    enum status status;
    bool is_first;
    int rank, size;

    run_mpi_begin();
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    status = launch_check(size, &is_first, err);
    if (status == STATUS_OK)
        status = words_read(argc, argv, &words, err);
    status = run_agree(MPI_COMM_WORLD, status, err);
    if (status == STATUS_OK)
        status = run_on(MPI_COMM_WORLD, words.sweep, words.output, &words.run, err);
    /* Rank 0 prints the error before MPI_Finalize: once one rank has ended with an exit
     * code, mpirun ends the others. */
    if (rank == 0 && is_first)
        error_print(err);
    err->text[0] = '\0';
    MPI_Barrier(MPI_COMM_WORLD);
    finalize(status, rank == 0);
    return status;
}
