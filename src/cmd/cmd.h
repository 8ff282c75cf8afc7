/* Subcommands: one file each.  Every function gets the arguments after the command's
 * name, prints results to stdout, fills in err and returns a status; main tells the error. */
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
    const char *notes; /* behind its options, for `nvsweep help NAME` */
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
    const char *names; /* without dashes; one letter means "-n"; others behind commas */
    const char *value; /* "": it takes none */
    const char *completes, *meaning;
};
extern const struct option_row option_rows[]; /* ends with a NULL command */

/* Split argv into the command's options and the rest (positional arguments, moved to the front
 * of argv; *count of them).  "--library DIR" is understood everywhere and may be given
 * several times.  STATUS_INPUT for unknown options, with a suggestion. */
enum status options_read(const char *command, int *argc, char **argv,
                         struct error *err);

/* The value of an option of the command read last; left as it is if it was not given. */
void option_take(const char *name, const char **value);
void option_take_flag(const char *name, bool *is_given);

/* "--name VALUE" of a row, as help shows it. */
char *option_shown(const struct option_row *row, char *buffer, size_t size);

/* Print what went wrong, if anything did, and forget it. */
void error_tell(struct error *err);

/* The library: folders given with --library first, then the shipped one. */
enum status library_load(struct library *library, struct error *err);

/* The same, with the folders that some sweeps name. */
enum status library_load_for(const char *const *sweeps, size_t count,
                             struct library *library, struct error *err);

/* The published figures, from the same folders. */
struct published;
enum status published_load(struct published *published, struct error *err);

/* Sweep file and library in one go. */
enum status sweep_load(const char *name, struct library *library, struct sweep *sweep,
                       struct error *err);

/* Its two steps, for a run, where rank 0 reads and all parse: read the sweep and all files of
 * the library, of which those that are wrong are told when parsed; and parse them.  notes:
 * where warnings go, or NULL. */
struct files;
void inputs_gather(const char *sweep, struct files *files);
enum status inputs_parse(const char *name, const struct files *files,
                         struct library *library, struct sweep *sweep, FILE *notes,
                         struct error *err);

/* Of a sweep that was parsed otherwise: read the data that its records name. */
enum status data_load(struct library *library, const struct sweep *sweep,
                      struct error *err);

/* The library of a result file: the records that it was made with, before all others. */
struct results;
enum status library_load_inside(const struct results *results, struct library *library,
                                struct error *err);

/* The folders given with --library; ends with NULL. */
const char *const *library_user_folders(void);

/* What a sweep will cost by the stages' own models of cost; zeros for stages it has no
 * use for. */
struct plan_stage {
    uint64_t points, excluded;
    bool is_exact; /* else `excluded` is an upper limit */
    double core_s; /* seconds of one core */
    double bytes;  /* in the result file */
};
struct plan_estimate {
    struct plan_stage stages[STAGE_COUNT];
    double core_s, bytes; /* of all stages */
};
void plan_estimate(const struct study *study, struct plan_estimate *estimate);

/* The library's records as the array model's bulk comparison looks them up. */
struct array_library array_library_of(const struct library *library);

/* What the program was built from. */
extern const char program_version[], program_commit[];
extern const bool program_is_dirty;

#endif
