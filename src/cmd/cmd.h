/* Subcommands, one file each.  Every function gets the arguments after the command's name,
 * prints its results to stdout, and returns a status; main prints the error. */
#ifndef NVSWEEP_CMD_CMD_H
#define NVSWEEP_CMD_CMD_H

#include "compat/array_rows.h"
#include "space/library.h"
#include "stage/sweep.h"
#include "stage/stage.h"

#include <stdio.h>

typedef enum status cmd_fn(int argc, char **argv, struct error *err);

struct command {
    const char *name, *arguments, *summary;
    const char *notes; /* printed after its options by `nvsweep help NAME`; or NULL */
    cmd_fn *run;
};

/* Ends with a NULL name. */
extern const struct command commands[];

cmd_fn cmd_plan, cmd_submit, cmd_run, cmd_status, cmd_timeline, cmd_show, cmd_export,
    cmd_report, cmd_best, cmd_diff, cmd_verify, cmd_pack, cmd_merge, cmd_explain,
    cmd_validate, cmd_waterfall, cmd_need, cmd_array, cmd_scalesim, cmd_traffic,
    cmd_import, cmd_list, cmd_schema, cmd_man, cmd_complete, cmd_help;

/* A row of options.def. */
struct option_row {
    const char *command;
    const char *names; /* without dashes, separated by commas; one letter means "-n" */
    const char *value; /* placeholder of the value in help; "": the option has none */
    const char *completes, *meaning;
};
extern const struct option_row option_rows[]; /* ends with a NULL command */

/* Splits argv into the command's options and its positional arguments, which are moved to the
 * front of argv (*argc of them).  Every command accepts "--library DIR", also several times.
 * Returns STATUS_INPUT for an unknown option, and names the nearest one. */
enum status options_read(const char *command, int *argc, char **argv,
                         struct error *err);

/* Gives an option of the last options_read its value; unchanged if it was not given. */
void option_get(const char *name, const char **value);
void option_get_flag(const char *name, bool *is_given);

/* "--name VALUE", as help shows a row.  Returns buffer. */
char *option_format(const struct option_row *row, char *buffer, size_t size);

/* Prints the error, if there is one, and clears it. */
void error_print(struct error *err);

/* Loads the library: folders given with --library first, the shipped one last. */
enum status library_load(struct library *library, struct error *err);

/* The same, with the folders that these sweeps name. */
enum status library_load_for(const char *const *sweeps, size_t count,
                             struct library *library, struct error *err);

/* Loads the published figures from the same folders. */
struct published;
enum status published_load(struct published *published, struct error *err);

/* Loads a sweep file and its library. */
enum status sweep_load(const char *name, struct library *library, struct sweep *sweep,
                       struct error *err);

/* The same for a plan, which needs no data that experiments learn from: a line on stderr says what is
 * missing. */
enum status sweep_load_to_plan(const char *name, struct library *library,
                               struct sweep *sweep, struct error *err);

/* The two steps of sweep_load, for a run in which rank 0 reads and all ranks parse.
 * inputs_gather reads the sweep and all library files; a file that cannot be read is reported
 * by inputs_parse.  notes: stream for warnings, or NULL. */
struct files;
void inputs_gather(const char *sweep, struct files *files);
enum status inputs_parse(const char *name, const struct files *files,
                         struct library *library, struct sweep *sweep, FILE *notes,
                         struct error *err);

/* Reads the data that a sweep's records name, if the sweep was parsed in another way. */
enum status data_load(struct library *library, const struct sweep *sweep,
                      struct error *err);

/* Loads the records stored in a result file, then the library. */
struct results;
enum status library_load_inside(const struct results *results, struct library *library,
                                struct error *err);

/* The folders given with --library; ends with NULL. */
const char *const *library_user_folders(void);

/* The cost of a sweep according to the stages' cost models; zeros for stages that it does
 * not need. */
struct plan_stage {
    uint64_t points, excluded;
    bool is_exact; /* otherwise `excluded` is an upper limit */
    double core_s; /* seconds of one core */
    double bytes;  /* in the result file */
};
struct plan_estimate {
    struct plan_stage stages[STAGE_COUNT];
    double core_s, bytes; /* summed over all stages */
};
void plan_estimate(const struct study *study, struct plan_estimate *estimate);

/* The functions by which the array model's row comparison looks up library records. */
struct array_library array_library_of(const struct library *library);

/* The version of the program and the commit it was built from. */
extern const char program_version[], program_commit[];
extern const bool program_is_dirty;

#endif
