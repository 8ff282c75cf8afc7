/* The table of contents: every command, in the order of a user's work. */
#include "cmd/cmd.h"

#include <string.h>

/* clang-format off */
const struct command commands[] = {
    { "plan",     "SWEEP",             "axes, points per stage, dropped combinations, time, file size", NULL, cmd_plan },
    { "run",      "SWEEP [-o FILE]",   "evaluate every point, or resume; under mpirun or srun on all ranks",
      "  -o FILE             result file (default: the sweep's name with .h5)\n"
      "  --time-budget 55m   be through by then, also inside a point; exit 75\n"
      "  --io auto           who writes the file: every rank (local), rank 0 (root), or as\n"
      "                      the file system allows (auto)\n"
      "  --accept-version    resume a file begun by another version of the models\n"
      "  --quiet             no progress\n", cmd_run },
    { "submit",   "SWEEP... [-- OPTION...]",          "hand a run to Slurm; several sweeps become a job array",
      "  -o FILE             result file, of a single sweep\n"
      "  --nodes N           (default 1)\n"
      "  --tasks-per-node N  ranks per node (default: by the plan's estimate, at most the\n"
      "                      cores of this machine)\n"
      "  --time T            limit: minutes, H:MM:SS, D-HH or 90min (default: twice the\n"
      "                      plan's estimate); a job that needs longer requeues itself\n"
      "  --account A, --partition P, --qos Q, --constraint C   as sbatch has them\n"
      "  --modules \"M...\"   modules to load before the program starts\n"
      "  --container IMAGE   run the nvsweep inside this Apptainer image\n"
      "  --launcher L        pmix or pmi2 (srun, by its --mpi) or mpirun (default: pmix for\n"
      "                      Open MPI, else pmi2)\n"
      "  -- OPTION...        further options of sbatch: -- --mem-per-cpu=2G --exclusive\n"
      "  --template FILE     instead of the shipped nvsweep.sbatch.in\n"
      "  --dry-run           print the script and submit nothing\n"
      "  sbatch's own variables are honoured too: SBATCH_ACCOUNT, SBATCH_MEM_PER_CPU...\n", cmd_submit },
    { "status",   "FILE",              "how far a run is, its rate, ETA and failures",
      "  --json              for scripts\n"
      "  exit code           0 done, 1 done with failures, 3 running, 75 stopped\n", cmd_status },
    { "timeline", "FILE [-o RUN.svg]", "who computed what when, as a picture",
      "  -o FILE             SVG file (default: standard output)\n"
      "  --all               all runs on the file, not the last only\n", cmd_timeline },
    { "show",     "FILE [AXIS=VALUE...]", "select points and print a table",
      "  -m METRIC,...       metrics (default: a few of the last stage)\n"
      "  --over AXIS=VALUE   divide the baseline's value by each point's: above 1 is better\n"
      "  --columns AXIS      spread this axis over columns\n"
      "  --by AXIS,...       rows of one value together, under a heading\n"
      "  --bars              bars beside the values; along --columns, a sparkline\n"
      "  --sort METRIC       smallest first\n"
      "  --limit N           rows at most (default 200)\n"
      "  --json              for scripts\n", cmd_show },
    { "export",   "FILE [AXIS=VALUE...]", "the same selection as CSV, all rows",
      "  -m METRIC,...       metrics (default: all of the last stage)\n", cmd_export },
    { "report",   "FILE [AXIS=VALUE...]", "one web page to explore a file in, no network needed",
      "  -o FILE             page (default: the file's name with .html)\n"
      "  -m METRIC,...       metrics (default: all)\n"
      "  --size 3MB          values at most; more are thinned evenly, and the page says so\n", cmd_report },
    { "pack",     "FILE [-o OUT]",     "a compressed copy, compared with the source",
      "  -o OUT              (default: FILE's name with .packed.h5)\n"
      "  --undo              the other way round: contiguous, as the other commands read it\n"
      "  --force             replace OUT\n", cmd_pack },
    { "merge",    "A B -o OUT",        "two files over different values of their axes as one grid",
      "  -o OUT              the new file; points in neither are pending in it\n"
      "  --force             replace OUT\n"
      "  A point that is done in both must be the same in both.\n", cmd_merge },
    { "best",     "FILE -m METRIC,...", "Pareto front, or the best point per group",
      "  -m METRIC,...       minimised; one gives the best point, several the Pareto front\n"
      "  --per AXIS,...      one answer per value of these axes\n"
      "  --where METRIC<=X   constraint; may be given as METRIC>=X too\n"
      "  --json              for scripts\n", cmd_best },
    { "diff",     "A B",               "largest relative difference per metric",
      "  --json              for scripts\n", cmd_diff },
    { "verify",   "FILE",              "checksums, and recompute a sample",
      "  --sample N          points recomputed per stage (default 16)\n", cmd_verify },
    { "explain",  "[SWEEP] [AXIS=VALUE...]", "one point in full: organization, delay, energy and area by component", NULL, cmd_explain },
    { "validate", "[SYSTEM...]",       "published figures beside the model's, with kind, grade and error",
      "  --summary           predictions met and missed by source and the number of figures of\n"
      "                      each kind, nothing else\n"
      "  --side-by-side      papers whose study was made again: published, as its authors did,\n"
      "                      predicted\n"
      "  --json              for scripts\n"
      "  --no-model          the published figures alone, nothing evaluated\n"
      "\n"
      "Kinds: a prediction counts as met or missed; exact figures equal another program or a\n"
      "count by hand; fitted ones, or what they are composed of, stand in a record's fit_to;\n"
      "identities are stored in a record or restate our arithmetic; reproduced ones are a\n"
      "study made as its authors made it; beside stands what claims nothing.\n", cmd_validate },
    { "waterfall", "A.cfg B.cfg [AXIS=VALUE ...]", "from one study to another, which step moves a metric how much",
      "  -m METRIC           (default edp_js) ratios of the first technology to every other\n"
      "  --reduce HOW        over all other points: max (default), min, mean, geomean\n"
      "  --orders N          other orders of the steps to try (default 8)\n"
      "  --svg FILE          draw it\n"
      "  --json              for scripts\n"
      "  Steps are axes, the capacity, and the columns of the memories, whatever changed them.\n"
      "  AXIS=VALUE takes one of the values of an axis of both; with one sweep, what changes.\n",
      cmd_waterfall },
    { "array",    "--rules nvsim --from ROWS.csv", "evaluate the array model at rows of a CSV file",
      "  --from FILE         rows: technology, node, capacity, mode, perhaps an organization\n"
      "  --rules RULES       nvsim, nvsim_any (its rules at any capacity), physical,\n"
      "                      physical_nvsim_writes (default physical)\n", cmd_array },
    { "scalesim", "-c CFG -t TOPOLOGY.csv", "SCALE-Sim's reports, to the digit",
      "  -c FILE             that tool's configuration; bandwidth CALC or USER\n"
      "  -t FILE             that tool's topology\n"
      "  -i conv|gemm        columns of the topology (default conv)\n"
      "  -p DIR              write DIR/RUN_NAME/COMPUTE_REPORT.csv, BANDWIDTH_REPORT.csv and\n"
      "                      DETAILED_ACCESS_REPORT.csv instead of printing them side by side\n"
      "  -l FILE             that tool's layout: taken, not read, as custom layouts are refused\n"
      "  -s N                no traces (there are none)\n"
      "  Equals SCALE-Sim v3 (1d62b68).  Sparsity, custom layouts and Ramulator traces are\n"
      "  refused.  `nvsweep import` makes a workload of the topology; machine scalesim-32\n"
      "  takes part in sweeps.\n", cmd_scalesim },
    { "traffic",  "--machine GPU --from ROWS.csv", "cache and DRAM traffic of matrix products, beside a profiler's",
      "  --machine GPU       record of a GPU (nvsweep list machines)\n"
      "  --from ROWS.csv     a row per product C (m x n) = A (m x k) B (k x n): columns m, k, n;\n"
      "                      optional tile_m, tile_n, tile_k, stages, waves, clock_ghz, precision\n"
      "                      (bits); others are passed on.  Empty cells: as the library chooses\n"
      "  --capacity SIZE     last-level cache (default: the GPU's own)\n"
      "  Prints the rows with model_l2_read_bytes, model_l2_write_bytes, model_dram_read_bytes,\n"
      "  model_dram_write_bytes, model_l2_hit_percent, model_time_s.\n", cmd_traffic },
    { "import",   "FILE [-o OUT.cfg]", "a cell, memory table, model or topology as a library record",
      "  -o OUT.cfg          library file (default: standard output)\n"
      "  --name NAME         of the record (default: the file's name)\n"
      "  --kind KIND         cell, memory, profile, onnx or topology (default: by extension or content)\n"
      "  A .cell file becomes a technology; so does a table of memories (columns capacity, area,\n"
      "  read_latency, write_latency, read_energy, write_energy, leakage; \"area [mm2]\" names a\n"
      "  unit) or what NVSim and CACTI print.  What\n"
      "  `ncu --csv` counted becomes a workload, other .csv and .onnx files, too.  Of a model only\n"
      "  shapes are read, the batch becomes 1; a topology whose header names M, N, K holds\n"
      "  matrix products.  What a record cannot hold is an error, or, where that does not\n"
      "  change the work done, listed on standard error.\n", cmd_import },
    { "list",     "KIND [NAME]",       "technologies, nodes, workloads, machines, axes, metrics, stages",
      "  NAME                print that record in full\n"
      "  layers WORKLOAD     what a machine computes of it, numbered as the axis layer is\n",
      cmd_list },
    { "schema",   "",                  "describe the result file (Markdown)", NULL, cmd_schema },
    { "man",      "PAGE",              "a manual page (nvsweep, nvsweep-sweep, nvsweep-library), or bash completion", NULL, cmd_man },
    { "help",     "[COMMAND]",         "this list, or a command's options", NULL, cmd_help },
    { NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */

enum status cmd_help(int argc, char **argv, struct error *err)
{
    for (const struct command *c = commands; c->name; c++) {
        if (argc > 0 && strcmp(argv[0], c->name) == 0) {
            printf("nvsweep %s %s\n  %s\n%s  --library DIR       records of your own, "
                   "searched before the shipped ones\n",
                   c->name, c->arguments, c->summary, c->details ? c->details : "");
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
