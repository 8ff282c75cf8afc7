"""Where does X go?  CONTRIBUTING.md says which files one edits to add a metric, an axis, a family of
machines, a stage and a subcommand.  Here each is added to a copy of the sources as it says there:
at most two files edited beside new ones, nothing but what is new built by hand, and all five
work."""
import filecmp
import json
import os
import re
import shutil
import subprocess
import sys

from harness import claim, done, environment, root

COPY = os.path.abspath("copy")
BEFORE = os.path.abspath("before")
PARTS = ("Makefile", "VERSION", "src", "hdf5_schema", "sweeps/library", ".ci", "packaging", "tests")


def path(name):
    return os.path.join(COPY, name)


def edit(name, old, new, count=1):
    """In the copy's file, `new` for the first `old`, which must be there."""
    with open(path(name)) as file:
        text = file.read()
    if not re.search(old, text):
        claim(f"{name} has a place for it", False, old)
    with open(path(name), "w") as file:
        file.write(re.sub(old, lambda match: match.expand(new), text, count=count))


def create(name, text):
    with open(path(name), "w") as file:
        file.write(text)


def changed():
    """Files of the copy that differ from those before, and those that are new."""
    edited, new = [], []
    for folder, _, names in os.walk(COPY):
        for name in names:
            file = os.path.relpath(os.path.join(folder, name), COPY)
            old = os.path.join(BEFORE, file)
            if not os.path.exists(old):
                new.append(file)
            elif not filecmp.cmp(path(file), old, shallow=False):
                edited.append(file)
    return edited, new


def insertion(what):
    """Counts the files that the function of that insertion edits."""
    def decorate(insert):
        shutil.rmtree(BEFORE, ignore_errors=True)
        shutil.copytree(COPY, BEFORE)
        insert()
        edited, new = changed()
        claim(f"{what}: edits at most two files ({', '.join(edited)}; new: {', '.join(new) or '-'})",
              len(edited) <= 2 and len(new) <= 1)
        with open(os.path.join(root, "CONTRIBUTING.md")) as file:
            said = file.read()
        claim(f"{what}: CONTRIBUTING.md names {' and '.join(edited)}",
              all(name in said or os.path.dirname(name) in said for name in edited), said)
        return insert
    return decorate


for part in PARTS:
    source, target = os.path.join(root, part), path(part)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.isdir(source):
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy(source, target)


@insertion("a metric")
def _():
    edit("hdf5_schema/metrics.def", r"(METRIC\(NUMBER, area_efficiency, .*\n)",
         r'\1METRIC(NUMBER, bits_per_m2, "1/m2", SCALAR, "data bits of the arrays by area")\n')
    edit("src/stage/array_stage.c", r"(    out->banks\[i\] = )",
         r"    out->bits_per_m2[i] = 8 * (double)capacity_bytes / result->area_m2;\n\1")


@insertion("an axis")
def _():
    edit("hdf5_schema/axes.def", r"(AXIS\(COUNT,  tiers,)",
         'AXIS(NUMBER, guard_band, guard_band, "1", 1, 1, 10, NULL, "time that the array is given '
         r'over what it takes")\n\1')
    edit("src/stage/array_stage.c", r"(    out->bits_per_m2\[i\] = )",
         r"    out->cycle_s[i] *= guard_band;\n\1")
    edit("src/stage/array_stage.c", r"(uint64_t capacity_bytes,)(\s+const struct array_columns)",
         r"\1 double guard_band,\2")
    edit("src/stage/array_stage.c", r"row_write\(&answer.result, capacity_bytes,",
         r"row_write(&answer.result, capacity_bytes, visit->point.guard_band,")
    edit("src/stage/array_stage.c", r"AXIS_BIT\(bond\)", r"AXIS_BIT(bond) | AXIS_BIT(guard_band)")


@insertion("a family of machines")
def _():
    edit("src/machine/machine.h", r"FAMILY\(CROSSBAR, crossbar\)",
         r"FAMILY(CROSSBAR, crossbar)   FAMILY(ABACUS, abacus)")
    edit("src/machine/families.c", r'(    \{ "crossbar", FAMILY_CROSSBAR \},\n)',
         r'\1    { "abacus", FAMILY_ABACUS },\n')
    create("src/machine/layerwise/abacus.c", r'''/* People with abaci: one operation after the other. */
#include "machine/layerwise/layerwise.h"

struct abacus {
    struct machine machine;
    uint64_t people;
    double bead_s, bead_j; /* to move a bead */
};

static const struct field abacus_fields[] = {
    MACHINE_FIELDS,
    FIELD_COUNT(struct abacus, people, REQUIRED, 1, 1e9, "who count"),
    FIELD_NUMBER(struct abacus, bead_s, "s", REQUIRED, 1e-3, 10, "to move a bead"),
    FIELD_NUMBER(struct abacus, bead_j, "J", REQUIRED, 0, 100, "to move a bead"),
};
const struct schema abacus_schema = {
    .kind = "machine",
    .folder = "machines",
    .size = sizeof(struct abacus),
    .fields = abacus_fields,
    .field_count = FIELD_COUNT_OF(abacus_fields),
    .finish = machine_finish,
};

static enum status abacus_operate(const struct operation_request *request,
                                  struct operation_result *answer, struct error *reason)
{
    const struct abacus *a = (const struct abacus *)request->machine;

    if (request->operation != OPERATION_ADD)
        return error_set(reason, STATUS_INFEASIBLE, "an abacus adds");
    answer->lanes = a->people;
    answer->latency_s = request->bits * a->bead_s;
    answer->throughput_hz = (double)a->people / answer->latency_s;
    answer->energy_j = request->bits * a->bead_j;
    return STATUS_OK;
}

static const struct layerwise_steps abacus_steps = { .operate = abacus_operate };

const struct machine_family abacus_family = {
    .name = "abacus",
    .summary = "people with abaci",
    .kind = MACHINE_LAYERWISE,
    .schema = &abacus_schema,
    .layerwise = &abacus_steps,
};
''')


@insertion("a stage")
def _():
    edit("hdf5_schema/metrics.def", r"(STAGE\(samples, SAMPLES\))",
         'STAGE(price, PRICE)\nMETRIC(NUMBER, price_m2, "m2", SCALAR, "silicon for its margin")\n'
         r"STAGE_END\n\n\1")
    create("src/stage/price_stage.c", r'''/* The price stage: what an array's silicon is, margin included. */
#include "stage/stages.h"

#include "columns/array.h"
#include "columns/price.h"
#include "stage/visit.h"

static enum status price_visit(const struct visit *visit, const struct columns *out,
                               uint64_t i, struct error *reason)
{
    const struct array_columns array = array_columns(&visit->study->results[STAGE_ARRAY]);

    (void)reason;
    price_columns(out).price_m2[i] = 2 * array.area_m2[visit->at[STAGE_ARRAY]];
    return STATUS_OK;
}

static void price_stage_evaluate(const struct study *study, struct range points,
                                 const struct columns *out, int8_t *status,
                                 struct error *reason)
{
    stage_visit(study, STAGE_PRICE, points, price_visit, NULL, out, status, reason);
}

const struct stage price_stage = {
    .name = "price",
    .summary = "what an array's silicon is",
    STAGE_METRICS(price),
    .inputs = INPUT(ARRAY),
    .evaluate = price_stage_evaluate,
    .point_s = 1e-7,
    .block_points = 4096,
};
''')


@insertion("a subcommand")
def _():
    edit("src/cmd/cmd.h", r"cmd_help;", r"cmd_help, cmd_greet;")
    edit("src/cmd/commands.c", r'(    \{ "plan", )',
         r'    { "greet",    "NAME",              "say hello", NULL, cmd_greet },\n\1')
    create("src/cmd/greet.c", r'''#include "cmd/cmd.h"

enum status cmd_greet(int argc, char **argv, struct error *err)
{
    enum status status = options_read("greet", &argc, argv, err);

    if (status == STATUS_OK && argc != 1)
        return error_set(err, STATUS_INPUT, "greet needs a NAME");
    if (status == STATUS_OK)
        printf("hello, %s\n", argv[0]);
    return status;
}
''')


made = subprocess.run(["make", "-s", "-j", str(os.cpu_count()), "OPTIMISE=-O0 -Wno-format-truncation", "WERROR=1", "all"],
                      cwd=COPY, capture_output=True, text=True, timeout=1500,
                      env={name: value for name, value in os.environ.items()
                           if name not in ("MAKEFLAGS", "MFLAGS", "BUILD", "NVSWEEP")})
claim("all five build without a warning", made.returncode == 0, made.stderr[-2000:])
if made.returncode != 0:
    done()

program = path("build/nvsweep")


def run(*arguments):
    said = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120,
                          env=dict(environment, NVSWEEP_LIBRARY=path("sweeps/library")))
    return said.returncode, said.stdout + said.stderr


def explained(*settings):
    """Metrics that explain prints, by name."""
    code, said = run("explain", "technology=sram", "capacity=1 MiB", *settings)
    claim(f"explain {' '.join(settings)}", code == 0, said)
    return dict(re.findall(r"^  (\w+) +(\S+)", said, re.M))


plain = explained("guard_band=1")
claim("the metric is there", float(plain.get("bits_per_m2", "0").rstrip("kMGT")) > 0, str(plain))
with open("guard.cfg", "w") as file:
    file.write('stages = [ "array" ];\n'
               'axes = { technology = "sram"; capacity = "1 MiB"; guard_band = [ 1, 2 ]; };\n')
code, said = run("run", "guard.cfg", "-o", "guard.h5", "--quiet")
code, said = run("show", "guard.h5", "-m", "cycle_s,read_latency_s", "--json")
rows = json.loads(said) if code == 0 else []
claim("the axis does what it says", len(rows) == 2 and
      rows[1]["cycle_s"] == 2 * rows[0]["cycle_s"] and
      rows[0]["read_latency_s"] == rows[1]["read_latency_s"], said)
claim("the axis has a range", run("explain", "technology=sram", "guard_band=11")[0] == 2)
os.makedirs("own/machines")
with open("own/machines/x.cfg", "w") as file:
    file.write('machines = ( { name = "hall"; source = "imagined"; family = "abacus"; people = 30;'
               ' bead_s = 0.5; bead_j = 1.0; } );\n')
code, said = run("explain", "--library", "own", "machine=hall", "operation=add", "precision=8",
                 "people=60")
claim("the family computes, its field is an axis",
      code == 0 and re.search(r"lanes_s +4 s", said) and re.search(r"active_lanes +60\b", said),
      said)
with open("price.cfg", "w") as file:
    file.write('stages = [ "price" ];\naxes = { technology = "sram"; guard_band = [ 1, 2 ]; };\n')
code, said = run("run", "price.cfg", "-o", "price.h5", "--quiet")
claim("the stage runs", code == 0, said)
code, said = run("show", "price.h5", "-m", "price_m2")
claim("the stage is in the file", code == 0 and "m2" in said, said)
code, said = run("greet", "reader")
claim("the subcommand prints its result", code == 0 and said == "hello, reader\n", said)
claim("help lists the subcommand", "nvsweep greet" in run("help")[1])
sys.stdout.flush()
done()
