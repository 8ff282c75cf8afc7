/* All commands, in the order in which a user needs them. */
#include "cmd/cmd.h"

#include <string.h>

/* clang-format off */
const struct command commands[] = {
    { "plan",     "SWEEP",             "show axes, points per stage, excluded points, time, file size", NULL, cmd_plan },
    { "run",      "SWEEP [-o FILE]",   "evaluate every point, or resume; mpirun or srun adds ranks",
      NULL, cmd_run },
    { "submit",   "SWEEP... [-- OPTION...]",          "submit a run to Slurm; several sweeps become a job array",
      "  -- OPTION...        further options of sbatch: -- --mem-per-cpu=2G --exclusive\n"
      "  Variables of sbatch also work: SBATCH_ACCOUNT, SBATCH_MEM_PER_CPU...\n", cmd_submit },
    { "status",   "FILE",              "show the progress, rate, time left and failures of a run",
      "  exit code           0 done, 1 done with failures, 3 running, 75 stopped\n", cmd_status },
    { "timeline", "FILE [-o RUN.svg]", "draw which rank computed what and when (SVG)",
      NULL, cmd_timeline },
    { "show",     "FILE [AXIS=VALUE...]", "select points and print a table",
      NULL, cmd_show },
    { "export",   "FILE [AXIS=VALUE...]", "write the same selection as CSV, all rows",
      NULL, cmd_export },
    { "report",   "FILE [AXIS=VALUE...]", "make one web page to explore a file, without a network",
      NULL, cmd_report },
    { "pack",     "FILE [-o OUT]",     "make a compressed copy and compare it with the source",
      NULL, cmd_pack },
    { "merge",    "A B -o OUT",        "join two files with different axis values into one grid",
      "  A point that both files have must have the same values in both.\n", cmd_merge },
    { "best",     "FILE -m METRIC,...", "find the Pareto front, or the best point per group",
      NULL, cmd_best },
    { "diff",     "A B",               "print the largest relative difference per metric",
      NULL, cmd_diff },
    { "verify",   "FILE",              "check checksums, and recompute a sample of points",
      NULL, cmd_verify },
    { "explain",  "[SWEEP|FILE.h5] [AXIS=VALUE...]", "show one point in full: organization, delay, energy, area by component",
      "  For a result file, the sweep and the records stored in the file are used.\n", cmd_explain },
    { "validate", "[SYSTEM...]",       "compare the model with published figures: kind, grade, error",
      "\n"
      "Kinds: a prediction is met or missed.  An exact figure must equal another program or a\n"
      "count by hand.  A fitted one, or one that it is composed of, is named in a record's\n"
      "fit_to.  An identity is stored in a record or repeats our own arithmetic.  A reproduced\n"
      "one repeats a study with its authors' method.  Beside makes no claim.\n", cmd_validate },
    { "waterfall", "A.cfg B.cfg [AXIS=VALUE ...]", "show how much each difference of two studies changes a metric",
      "  A step is an axis, the capacity or a column of the memories, whatever changes it.\n"
      "  AXIS=VALUE selects a value that both sweeps have; with one sweep, it is the change.\n",
      cmd_waterfall },
    { "need",     "SWEEP [AXIS=VALUE...]", "find by how much a field must change for a record to win",
      "  For every point of the sweep (AXIS=VALUE selects some), prints the factor nearest to 1 on each\n"
      "  field at which the metric is the goal times that of --over; wall means that none of\n"
      "  the factors tried over the range (28 to 42) reaches it.  Counts, sizes and powers of two are tried at\n"
      "  their own values.  Fields joined by + change together.  If the sweep has\n"
      "  `need = { over = ...; metric = ...; fields = ...; }`, and goals as its axis `goal`,\n"
      "  `nvsweep run` writes the answers to the result file.\n",
      cmd_need },
    { "array",    "--rules nvsim --from ROWS.csv", "evaluate the array model for the rows of a CSV file",
      NULL, cmd_array },
    { "scalesim", "-c CFG -t TOPOLOGY.csv", "print SCALE-Sim's reports with the same digits",
      "  The output equals that of SCALE-Sim v3 (1d62b68).  Sparsity, custom layouts and Ramulator\n"
      "  traces are refused.  `nvsweep import` makes a workload from the topology; the machine\n"
      "  scalesim-32 can be used in sweeps.\n", cmd_scalesim },
    { "traffic",  "--machine GPU --from ROWS.csv", "model cache and DRAM traffic of matrix products on a GPU",
      "  Prints the rows with the columns model_l2_read_bytes, model_l2_write_bytes,\n"
      "  model_dram_read_bytes, model_dram_write_bytes, model_l2_hit_percent and model_time_s\n"
      "  added, which correspond to the counters of a profiler.\n", cmd_traffic },
    { "import",   "FILE [-o OUT.cfg]", "convert a cell, memory table, model or topology into a record",
      "  A .cell file becomes a technology.  So does a table of memories (columns capacity, area,\n"
      "  read_latency, write_latency, read_energy, write_energy, leakage; \"area [mm2]\" gives a\n"
      "  unit), and the output of NVSim or CACTI.  The counts of `ncu --csv` become a workload, as\n"
      "  do other .csv files and .onnx files.  Only the shapes of a model are read, and its batch\n"
      "  becomes 1.  A topology whose header names M, N, K holds matrix products.  What a record\n"
      "  cannot hold is an error, or, if the work done does not depend on it, listed on standard\n"
      "  error and counted.\n", cmd_import },
    { "list",     "KIND [NAME]",       "list technologies, nodes, workloads, machines, axes, metrics, stages",
      "  One line per record: name, kind, summary, and the grade of its figures: published,\n"
      "  fitted, assumed or recalled.\n"
      "  NAME                print this record in full\n"
      "  layers WORKLOAD     list the computing layers, numbered like the axis layer\n",
      cmd_list },
    { "schema",   "",                  "describe the result file (Markdown)", NULL, cmd_schema },
    { "man",      "PAGE",              "print a manual page (nvsweep, nvsweep-sweep, nvsweep-library), or bash completion", NULL, cmd_man },
    { "complete", "WORD...",           "list completions of a command line's last word (for the shell)", NULL, cmd_complete },
    { "help",     "[COMMAND]",         "print this list, or a command's options", NULL, cmd_help },
    { NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */

/* Prints text from column `indent` to column 88. */
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
    int length = printf("  %-19s", option_format(row, shown, sizeof shown));

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
