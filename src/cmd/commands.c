/* The table of contents: every command, in the order of a user's work. */
#include "cmd/cmd.h"

#include <string.h>

/* clang-format off */
const struct command commands[] = {
    { "plan",     "SWEEP",             "axes, points per stage, dropped combinations, time, file size", NULL, cmd_plan },
    { "run",      "SWEEP [-o FILE]",   "evaluate every point, or resume; under mpirun or srun on all ranks",
      NULL, cmd_run },
    { "submit",   "SWEEP... [-- OPTION...]",          "hand a run to Slurm; several sweeps become a job array",
      "  -- OPTION...        further options of sbatch: -- --mem-per-cpu=2G --exclusive\n"
      "  sbatch's own variables are honoured too: SBATCH_ACCOUNT, SBATCH_MEM_PER_CPU...\n", cmd_submit },
    { "status",   "FILE",              "how far a run is, its rate, ETA and failures",
      "  exit code           0 done, 1 done with failures, 3 running, 75 stopped\n", cmd_status },
    { "timeline", "FILE [-o RUN.svg]", "who computed what when, as a picture",
      NULL, cmd_timeline },
    { "show",     "FILE [AXIS=VALUE...]", "select points and print a table",
      NULL, cmd_show },
    { "export",   "FILE [AXIS=VALUE...]", "the same selection as CSV, all rows",
      NULL, cmd_export },
    { "report",   "FILE [AXIS=VALUE...]", "one web page to explore a file in, no network needed",
      NULL, cmd_report },
    { "pack",     "FILE [-o OUT]",     "a compressed copy, compared with the source",
      NULL, cmd_pack },
    { "merge",    "A B -o OUT",        "two files over different values of their axes as one grid",
      "  A point that is done in both must be the same in both.\n", cmd_merge },
    { "best",     "FILE -m METRIC,...", "Pareto front, or the best point per group",
      NULL, cmd_best },
    { "diff",     "A B",               "largest relative difference per metric",
      NULL, cmd_diff },
    { "verify",   "FILE",              "checksums, and recompute a sample",
      NULL, cmd_verify },
    { "explain",  "[SWEEP|FILE.h5] [AXIS=VALUE...]", "one point in full: organization, delay, energy and area by component",
      "  Of a result file, its sweep with the records that are in the file.\n", cmd_explain },
    { "validate", "[SYSTEM...]",       "published figures beside the model's, with kind, grade and error",
      "\n"
      "Kinds: a prediction counts as met or missed; exact figures equal another program or a\n"
      "count by hand; fitted ones, or what they are composed of, stand in a record's fit_to;\n"
      "identities are stored in a record or restate our arithmetic; reproduced ones are a\n"
      "study made as its authors made it; beside stands what claims nothing.\n", cmd_validate },
    { "waterfall", "A.cfg B.cfg [AXIS=VALUE ...]", "from one study to another, which step moves a metric how much",
      "  Steps are axes, the capacity, and the columns of the memories, whatever changed them.\n"
      "  AXIS=VALUE takes one of the values of an axis of both; with one sweep, what changes.\n",
      cmd_waterfall },
    { "need",     "SWEEP [AXIS=VALUE...]", "by how much a field must change for a record to win",
      "  For every point of the sweep (AXIS=VALUE takes some) the factor nearest to 1 on each field\n"
      "  at which the metric is the goal times that of --over; before a wall no factor is.  Places\n"
      "  with + between change together.  With `need = { over = ...; metric = ...; fields = ...; }` in\n"
      "  the sweep, and goals as its axis `goal`, `nvsweep run` puts the answers in the result file.\n",
      cmd_need },
    { "array",    "--rules nvsim --from ROWS.csv", "evaluate the array model at rows of a CSV file",
      NULL, cmd_array },
    { "scalesim", "-c CFG -t TOPOLOGY.csv", "SCALE-Sim's reports, to the digit",
      "  Equals SCALE-Sim v3 (1d62b68).  Sparsity, custom layouts and Ramulator traces are\n"
      "  refused.  `nvsweep import` makes a workload of the topology; machine scalesim-32\n"
      "  takes part in sweeps.\n", cmd_scalesim },
    { "traffic",  "--machine GPU --from ROWS.csv", "cache and DRAM traffic of matrix products, beside a profiler's",
      "  Prints the rows with model_l2_read_bytes, model_l2_write_bytes, model_dram_read_bytes,\n"
      "  model_dram_write_bytes, model_l2_hit_percent, model_time_s.\n", cmd_traffic },
    { "import",   "FILE [-o OUT.cfg]", "a cell, memory table, model or topology as a library record",
      "  A .cell file becomes a technology; so does a table of memories (columns capacity, area,\n"
      "  read_latency, write_latency, read_energy, write_energy, leakage; \"area [mm2]\" names a\n"
      "  unit) or what NVSim and CACTI print.  What\n"
      "  `ncu --csv` counted becomes a workload, other .csv and .onnx files, too.  Of a model only\n"
      "  shapes are read, its batch becomes 1; a topology whose header names M, N, K holds\n"
      "  matrix products.  What a record cannot hold is an error, or, where that does not\n"
      "  change the work done, listed on standard error and counted.\n", cmd_import },
    { "list",     "KIND [NAME]",       "technologies, nodes, workloads, machines, axes, metrics, stages",
      "  A line each: name, kind, what it is, and how its figures are known: published, fitted,\n"
      "  assumed or recalled, as its source says.\n"
      "  NAME                print that record in full\n"
      "  layers WORKLOAD     what a machine computes of it, numbered as the axis layer is\n",
      cmd_list },
    { "schema",   "",                  "describe the result file (Markdown)", NULL, cmd_schema },
    { "man",      "PAGE",              "a manual page (nvsweep, nvsweep-sweep, nvsweep-library), or bash completion", NULL, cmd_man },
    { "complete", "WORD...",           "how the last word of a command line may go on (for the shell's completion)", NULL, cmd_complete },
    { "help",     "[COMMAND]",         "this list, or a command's options", NULL, cmd_help },
    { NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */

/* Words from column `indent` on, up to column 88. */
static void wrapped_print(const char *text, int indent)
{
    size_t column = (size_t)indent;

    while (*text) {
        size_t length = strcspn(text, " ");

        if (column > (size_t)indent && column + 1 + length > 88) {
            printf("\n%*s", indent, "");
            column = (size_t)indent;
        } else if (column > (size_t)indent) {
            putchar(' ');
            column++;
        }
        printf("%.*s", (int)length, text);
        column += length;
        text += length + strspn(text + length, " ");
    }
    putchar('\n');
}

static void option_print(const struct option_row *row)
{
    char shown[80];
    int length = printf("  %-19s", option_shown(row, shown, sizeof shown));

    if (length > 21)
        printf(" ");
    printf(" ");
    wrapped_print(row->meaning, 22);
}

enum status cmd_help(int argc, char **argv, struct error *err)
{
    for (const struct command *c = commands; c->name; c++) {
        if (argc > 0 && strcmp(argv[0], c->name) == 0) {
            const struct option_row library = {
                c->name, "library", "DIR", "folder",
                "records of your own, searched before the others"
            };

            printf("nvsweep %s %s\n  %s\n", c->name, c->arguments, c->summary);
            for (const struct option_row *row = option_rows; row->command; row++)
                if (strcmp(row->command, c->name) == 0)
                    option_print(row);
            option_print(&library);
            printf("%s", c->notes ? c->notes : "");
            return STATUS_OK;
        }
    }
    if (argc > 0)
        return error_set(err, STATUS_INPUT,
                         "no command '%.60s'; `nvsweep help` lists them", argv[0]);
    printf("nvsweep %s: parameter sweeps of memory technologies in deep-learning "
           "hardware\n\n",
           program_version);
    for (const struct command *c = commands; c->name; c++)
        printf("  nvsweep %-8s %-30s %s\n", c->name, c->arguments, c->summary);
    printf("\nExit codes: 0 done, 1 failures recorded, 2 bad input, 3 running, 75 run "
           "it again.\n");
    return STATUS_OK;
}
