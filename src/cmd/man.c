#include "cmd/cmd.h"

#include "cmd/man_library.h"
#include "cmd/roff.h"
#include "machine/machine.h"

#include "base/units.h"
#include "space/axis.h"

#include <string.h>

/* Prints manual pages and shell completion from the program's own tables: the commands, the
 * axes, and the schemas of library records.  Pages use the man macros of roff. */

/* ---- nvsweep(1) */

/* Converts a line of help: "  --option VALUE   words".  Two spaces separate the option from its
 * description; continuation lines are indented further. */
static void detail_line(const char *line, size_t length)
{
    size_t start = strspn(line, " "), option;
    char text[256];

    for (option = start; option + 1 < length; option++)
        if (line[option] == ' ' && line[option + 1] == ' ')
            break;
    if (line[start] == '-' && option + 1 >= length)
        option = length;                          /* an option without description */
    else if (start > 4 || option + 1 >= length) { /* a continuation, or only words */
        snprintf(text, sizeof text, "%.*s", (int)(length - start), line + start);
        printf("%s", start > 4 ? "" : ".PP\n");
        roff_text(text);
        putchar('\n');
        return;
    }
    snprintf(text, sizeof text, "%.*s", (int)(option - start), line + start);
    fputs(".TP\n\\fB", stdout);
    roff_text(text);
    fputs("\\fR\n", stdout);
    if (option < length)
        option += strspn(line + option, " ");
    snprintf(text, sizeof text, "%.*s", (int)(length - option), line + option);
    roff_text(text);
    putchar('\n');
}

static void option_tag(const struct option_row *row)
{
    char shown[80];

    fputs(".TP\n\\fB", stdout);
    roff_text(option_format(row, shown, sizeof shown));
    fputs("\\fR\n", stdout);
    roff_text(row->meaning);
    putchar('\n');
}

static void command_section(const struct command *command)
{
    fputs(".SS \"nvsweep ", stdout);
    roff_text(command->name);
    printf("%s", command->arguments[0] ? " " : "");
    roff_text(command->arguments);
    fputs("\"\n", stdout);
    roff_text(command->summary);
    fputs(".\n", stdout);
    for (const struct option_row *row = option_rows; row->command; row++)
        if (strcmp(row->command, command->name) == 0)
            option_tag(row);
    for (const char *line = command->notes; line && *line;) {
        size_t length = strcspn(line, "\n");

        detail_line(line, length);
        line += length + (line[length] == '\n');
    }
}

static void page_program(void)
{
    roff_title("NVSWEEP", 1);
    roff_name("nvsweep",
              "parameter sweeps of memory technologies in deep-learning hardware");
    fputs(".SH SYNOPSIS\n.B nvsweep\n.I COMMAND\n.RI [ ARGUMENT... ]\n.PP\n.B mpirun\n"
          ".RI [ ... ]\n.B nvsweep run\n.I SWEEP\n.RB [ \\-o\n.IR FILE ]\n",
          stdout);
    fputs(".SH DESCRIPTION\n", stdout);
    roff_text(
        "A sweep file names the axes of a design space: memory technologies, process "
        "nodes, capacities, networks, machines. nvsweep evaluates every point of it, "
        "on as many ranks as mpirun or srun gives it, and writes one labelled HDF5 "
        "file, which any netCDF reader opens, also while it is being written. A run "
        "that "
        "was stopped or killed continues where it was when the same command is given "
        "again.\n");
    fputs(".SH COMMANDS\n", stdout);
    for (const struct command *c = commands; c->name; c++)
        command_section(c);
    fputs(".SH OPTIONS OF ALL COMMANDS\n", stdout);
    roff_tag("--library DIR", "");
    roff_text(
        "Records of your own, searched before the shipped ones; may be given several "
        "times.\n");
    fputs(".SH NAMES OF METRICS\n", stdout);
    roff_text(
        "METRIC is a metric's name, or STAGE/NAME where several stages have one of "
        "that "
        "name. The bare name is then that of the sweep's last stage, whose results "
        "stand at the root of the file, or else that of the nearest stage before "
        "it.\n");
    fputs(".SH EXIT STATUS\n", stdout);
    roff_tag("0", "done");
    roff_tag("1", "done, with failures recorded or differences found");
    roff_tag("2",
             "bad input: one line on standard error says what is wrong and what would "
             "be right");
    roff_tag("3", "status only: a run is in progress\n");
    roff_tag("75", "not finished: run the same command again");
    fputs(".SH ENVIRONMENT\n", stdout);
    roff_tag("NVSWEEP_LIBRARY", "");
    roff_text("Library folders, separated by colons, which are searched after those of "
              "--library and before the one beside the program.\n");
    roff_tag("NVSWEEP_CURVES", "");
    roff_text("Folder that keeps reuse curves between runs (default: "
              "$XDG_CACHE_HOME/nvsweep, or ~/.cache/nvsweep).\n");
    roff_tag("SLURM_JOB_END_TIME", "");
    roff_text("Set by Slurm; a run stops before this time, even inside a point, and "
              "exits with "
              "75.\n");
    fputs(".SH EXAMPLES\n", stdout);
    roff_example("mpirun -n 8 nvsweep run sweeps/deepnvm_isocapacity.cfg -o iso.h5\n"
                 "nvsweep show iso.h5 -m edp_js --over technology=sram-deepnvm "
                 "--columns technology\n"
                 "nvsweep best iso.h5 -m energy_j,latency_s --per workload \\\n"
                 "    --where 'area_m2<=5e-6'\n"
                 "nvsweep report iso.h5 -o iso.html");
    fputs(".SH SEE ALSO\n.BR nvsweep\\-sweep (5),\n.BR nvsweep\\-library (5)\n",
          stdout);
}

/* ---- nvsweep-sweep(5) */

static void axis_entry(enum axis_id axis)
{
    const struct axis_spec *spec = &axis_specs[axis];
    char text[2000], low[40], high[40], usual[40];

    snprintf(text, sizeof text, "(%s in result files)", spec->name);
    roff_tag(spec->key, strcmp(spec->key, spec->name) ? text : "");
    roff_text(spec->meaning);
    fputs(". ", stdout);
    if (spec->kind == AXIS_RECORD) {
        snprintf(text, sizeof text, "A record of the library: nvsweep list %s.",
                 record_table_schemas[spec->table]->kind);
        roff_text(text);
    } else if (spec->kind == AXIS_WORD) {
        fputs("One of: ", stdout);
        roff_text(word_list(spec->words, text, sizeof text));
        printf(".");
    } else {
        snprintf(text, sizeof text, "%s%s%s%s to %s; %s if not given.",
                 spec->zero ? "\"" : "", spec->zero ? spec->zero : "",
                 spec->zero ? "\", or " : "",
                 quantity_format(spec->min, spec->units, low, sizeof low),
                 quantity_format(spec->max, spec->units, high, sizeof high),
                 axis_value_format(spec, axis_default(axis), usual, sizeof usual));
        roff_text(text);
    }
    putchar('\n');
}

static void stages_text(void)
{
    fputs("The stages to compute; stages that they read are added. The default follows "
          "from "
          "the axes: ",
          stdout);
    for (enum stage_id id = 0; id < STAGE_COUNT; id++) {
        printf("%s\"%s\" (", id ? ", " : "", stages[id]->name);
        roff_text(stages[id]->summary);
        printf(")");
    }
    fputs(".\n", stdout);
}

/* Keys of what varies, and how. */
static void sweep_keys(void)
{
    fputs(".SH KEYS\n", stdout);
    roff_tag("axes", "(required)");
    roff_text(
        "The axes that vary, in the order of the result's dimensions, and the axes "
        "that "
        "have another value than their default. A list is a dimension, even with one "
        "value; a single value is not.\n");
    roff_tag("title", "");
    roff_text("The question that the sweep answers; the title of the result.\n");
    roff_tag("stages", "");
    stages_text();
    roff_tag("library", "");
    roff_text("Folders with records of the sweep's own, absolute or relative to the "
              "sweep file: a "
              "text or a list of texts.\n");
    roff_tag("zip", "");
    roff_text("Lists of axes that vary together as one dimension, which the first axis "
              "names. All "
              "axes of a list must have the same number of values.\n");
    roff_tag("exclude", "");
    roff_text(
        "Groups of axis values. A point is left out, with status excluded, if it "
        "has one of the values of each axis named in a group. A group must leave out a "
        "point, and all of them together must leave some.\n");
}

/* Keys of samples and questions. */
static void sweep_question_keys(void)
{
    roff_tag("sample", "");
    roff_text(
        "{ count = 1000; seed = 7; } draws points instead of taking the axes' product; "
        "an axis may then be an interval { from; to; } without steps. The result has "
        "one dimension, point.\n");
    roff_tag("samples", "");
    roff_text(
        "With the axis spread, samples = 1024 draws this many sets of record "
        "parameters "
        "from a Sobol sequence; they form the axis sample, counted from 1. Stages that "
        "read "
        "no varied record are computed once. With stages = [ \"sensitivity\" ] their "
        "quantiles, winners and first-order indices are computed.\n");
    roff_tag("need", "");
    roff_text(
        "The question of the need stage: { over = a record of the sweep; fields = [ "
        "places in records; + joins those that change together ]; metric = "
        "\"edp_js\"; axis = \"technology\"; range = [ 0.01, 100.0 ]; }. The goals are "
        "the axis goal.\n");
    roff_tag("objective", "");
    roff_text(
        "The metric of the sensitivity stage, NAME or STAGE/NAME; smaller is better "
        "(default: edp_js).\n");
    roff_tag("detail", "");
    roff_text(
        "\"layer\" adds the dimension layer to what machines compute: \"all\" (0 in "
        "the file) is the whole network, 1 the first layer with multiply-accumulates "
        "and so on (nvsweep list "
        "layers WORKLOAD names them). A network with fewer layers than the largest has "
        "no "
        "values there. \"network\", the default, does not.\n");
    roff_tag("options", "");
    roff_text(
        "durability = \"process\" (results survive the death of the program) or "
        "\"power\" "
        "(also a loss of power); seed; max_error, the relative error up to which reuse "
        "curves may be sampled.\n");
}

static void sweep_values(void)
{
    fputs(".SH VALUES\n", stdout);
    roff_text("Numbers are in SI units, or texts with a unit: \"16 nm\", \"3 MiB\", "
              "\"85 C\", "
              "\"0.25 V\". An axis may have:\n");
    roff_tag("[ \"sram\", \"stt-mram\" ]", "these values");
    roff_tag("\"all\"", "every record of the library");
    roff_tag("{ from = ...; to = ...; factor = 2; }", "a geometric range");
    roff_tag("{ from = ...; to = ...; step = ...; }", "an arithmetic range");
    roff_tag("{ from = ...; to = ...; points = 9; }",
             "this many values, evenly spaced");
    roff_tag(
        "{ iso_area_of = \"sram\"; baseline = [ \"3 MiB\" ]; step = \"1 MiB\"; }",
        "capacity only: what fits the baseline's area, found per technology and node");
    roff_tag("queue_depth = [ 1, 2, 4 ]", "a key that is not an axis: this field of "
                                          "the machine's record; \"record\" keeps "
                                          "the record's value");
    roff_tag("pulse = { field = \"technology.set_pulse_s\"; values = [ \"5 ns\" ]; }",
             "a field of any record; technology[sram].set_pulse_s for one record, "
             "machine.levels[pe-weight|pe-input].bytes for elements of a list");
}

static void page_sweep(void)
{
    roff_title("NVSWEEP-SWEEP", 5);
    roff_name("nvsweep-sweep", "sweep files of nvsweep");
    fputs(".SH DESCRIPTION\n", stdout);
    roff_text(
        "A sweep file describes a design space in the syntax of libconfig. Nothing in "
        "it is ignored: a misspelt key is an error that names the nearest right "
        "one.\n");
    roff_example("title = \"Does STT-MRAM pay as a last-level cache?\";\n"
                 "axes = {\n"
                 "    technology = [ \"sram\", \"stt-mram\" ];\n"
                 "    node = \"16 nm\";\n"
                 "    capacity = { from = \"1 MiB\"; to = \"32 MiB\"; factor = 2; };\n"
                 "    machine = \"gtx-1080-ti\";\n"
                 "    workload = \"all\";\n"
                 "    phase = [ \"inference\", \"training\" ];\n"
                 "    batch = [ 4, 64 ];\n"
                 "};\n"
                 "zip = ( [ \"phase\", \"batch\" ] );");
    sweep_keys();
    sweep_question_keys();
    sweep_values();
    fputs(".SH AXES\n", stdout);
    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        axis_entry(axis);
    fputs(".SH SEE ALSO\n.BR nvsweep (1),\n.BR nvsweep\\-library (5)\n", stdout);
}

/* ---- bash */

static void options_print(const char *command)
{
    for (const struct option_row *row = option_rows; row->command; row++)
        for (const char *at = row->names; strcmp(row->command, command) == 0 && *at;) {
            int length = (int)strcspn(at, ",");

            printf(" %s%.*s", length == 1 ? "-" : "--", length, at);
            at += length;
            at += *at == ',';
        }
}

static void page_completion(void)
{
    printf("# bash completion for nvsweep; made by `nvsweep man completion`\n"
           "_nvsweep() {\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words=\n"
           "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
           "        words='--help --version");
    for (const struct command *c = commands; c->name; c++)
        printf(" %s", c->name);
    printf("'\n        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
           "        return\n    fi\n    case $command in\n");
    for (const struct command *c = commands; c->name; c++) {
        printf("    %s) words='--library --help", c->name);
        options_print(c->name);
        if (strcmp(c->name, "list") == 0)
            printf(" technologies nodes workloads machines axes metrics stages");
        if (strcmp(c->name, "help") == 0)
            for (const struct command *other = commands; other->name; other++)
                printf(" %s", other->name);
        printf("' ;;\n");
    }
    /* bash splits words at '=' and ':', so the program gets the whole words, and what it
     * offers is split in the same way */
    printf(
        "    esac\n"
        "    local line=${COMP_LINE:0:${COMP_POINT:-0}} whole offered=()\n"
        "    read -ra whole <<<\"$line\"\n"
        "    [ \"${line: -1}\" != ' ' ] || whole+=('')\n"
        "    if [ ${#whole[@]} -gt 1 ]; then\n"
        "        local last=${whole[${#whole[@]} - 1]}\n"
        "        local stem=${last%%\"${last##*[=:]}\"}\n"
        "        mapfile -t offered < <(\"${whole[0]}\" complete -- \"${whole[@]:1}\" "
        "2>/dev/null)\n"
        "        offered=(\"${offered[@]#\"$stem\"}\")\n"
        "        [[ ${offered[*]} != *= ]] || compopt -o nospace 2>/dev/null\n"
        "    fi\n"
        "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\"; "
        "printf '%%s\\n' \"${offered[@]}\" | grep . ; "
        "compgen -f -- \"$word\")\n"
        "}\n"
        "complete -o filenames -F _nvsweep nvsweep\n");
}

static const struct page {
    const char *name;
    void (*print)(void);
} pages[] = {
    { "nvsweep", page_program },
    { "nvsweep-sweep", page_sweep },
    { "nvsweep-library", man_library },
    { "completion", page_completion },
};

enum status cmd_man(int argc, char **argv, struct error *err)
{
    enum status status = options_read("man", &argc, argv, err);

    if (status != STATUS_OK)
        return status;
    for (size_t p = 0; argc == 1 && p < sizeof pages / sizeof *pages; p++)
        if (strcmp(pages[p].name, argv[0]) == 0) {
            pages[p].print();
            return STATUS_OK;
        }
    return error_set(
        err, STATUS_INPUT,
        "man needs a PAGE, must be nvsweep, nvsweep-sweep, nvsweep-library or "
        "completion");
}
