/* The stages of a sweep: short, pure functions over the product of the axes they
 * declare.  A stage is evaluated completely before the next one reads it. */
#ifndef NVSWEEP_STAGE_STAGE_H
#define NVSWEEP_STAGE_STAGE_H

#include "machine/pe_array/chip.h"
#include "base/columns.h"
#include "space/space.h"
#include "stage/sweep.h"

/* In the order of evaluation, which is that of the sections of hdf5_schema/metrics.def. */
enum stage_id {
#define STAGE(name, ID) STAGE_##ID,
#include "columns/stages.def"
    STAGE_COUNT
};

/* Values of the component dimension. */
enum component_id {
    COMPONENT_LLC_READ,
    COMPONENT_LLC_WRITE,
    COMPONENT_LLC_TAG,
    COMPONENT_LLC_LEAKAGE,
    COMPONENT_DRAM_DYNAMIC,
    COMPONENT_DRAM_BACKGROUND,
    COMPONENT_COMPUTE,
    COMPONENT_COUNT,
};

/* What became of a point; the values of the <stage>_status datasets. */
enum point_status {
    POINT_PENDING,
    POINT_DONE,
    POINT_INFEASIBLE,
    POINT_FAILED,
    POINT_QUARANTINED,
    POINT_EXCLUDED,
};
extern const struct word point_status_words[];

enum column_kind { COLUMN_NUMBER, COLUMN_COUNT }; /* double, uint64_t */

/* What stands in columns for points that have no result: NaN, and of counts this. */
#define COUNT_NONE UINT64_MAX

/* Extra dimensions of a dataset beside its stage's axes. */
enum inner_id {
    INNER_SCALAR,
    INNER_COMPONENT,
    INNER_CURVE,
    INNER_LEVEL,
    INNER_PART,
    INNER_PARAMETER,
    INNER_ENGINE,
    INNER_ENGINE_LEVEL,
    INNER_PHASE,
    INNER_CROSSBAR_PART,
    INNER_PHASE_PART,
    INNER_HDC_STEP,
    INNER_TENSOR,
    INNER_TENSOR_CURVE,
    INNER_LIFETIME_CAPACITY,
    INNER_LIFETIME_BOUND,
    INNER_TENSOR_LONGER,
    INNER_LONGER,
    INNER_STEP_PART,
    INNER_LIFE_PHASE,
    INNER_VIDEO_STEP,
    INNER_NEED_FIELD,
    INNER_COUNT
};

enum { INNER_PARTS_MAX = 3 };

struct inner {
    const char *name; /* of the dimension and its coordinate */
    uint64_t count;   /* 1 for INNER_SCALAR */
    const char *units, *meaning;
    const char *const *labels;        /* coordinate texts, or NULL */
    double (*coordinate)(uint64_t i); /* coordinate numbers, or NULL */
    /* without either: texts of the sweep (inner_label) */
    /* of one that is others, which alone have names: these, and INNER_SCALAR */
    enum inner_id parts[INNER_PARTS_MAX];
};
extern const struct inner inners[INNER_COUNT];

/* The dimensions that it stands for, outermost first, 0 to INNER_PARTS_MAX of them; returns how
 * many. */
size_t inner_parts(enum inner_id id, enum inner_id parts[INNER_PARTS_MAX]);

/* Finds the index of a label of `length` bytes, of several dimensions as "forward/buffer" or
 * "all/50 MiB" (the coordinate nearest to a number, if it is near); "" is the only one of
 * INNER_SCALAR.  Returns false if there is none. */
bool inner_find(enum inner_id id, const char *label, size_t length, uint64_t *place);

/* Units of metrics that are in those of the sweep's objective (metric_units). */
#define UNITS_OF_OBJECTIVE "the objective's"
#define UNITS_OF_NEED "the metric's" /* that the need stage asks about */

struct metric {
    const char *name, *units, *meaning;
    enum column_kind kind;
    enum inner_id inner;
};

/* All a stage may read: the sweep, the library, and the stages before it. */
struct study {
    const struct sweep *sweep;
    const struct library *library;
    stage_mask stages;                 /* bit per stage that this sweep evaluates */
    const struct curve_keeper *curves; /* workload/curve.h; NULL: none are kept */
    struct grid grids[STAGE_COUNT];
    struct columns results[STAGE_COUNT]; /* complete columns of finished stages */
    const int8_t *statuses[STAGE_COUNT];
    /* On top of what its axes and samples change in records: what the need stage tries. */
    const struct change *changes;
    size_t change_count;
};

/* Points of the machines stage that follow each other, of one machine and batch: where the
 * first of them is in the stages that the machine's results come from, and how far each step
 * goes there. */
struct machine_run {
    const struct study *study;
    uint64_t at[STAGE_COUNT], step[STAGE_COUNT];
    uint64_t count;
    double batch;
};

struct layer_cache;
struct machines_columns; /* "columns/machines.h" */
struct stage {
    const char *name, *summary;
    axis_mask axes;         /* beside those of its inputs */
    axis_mask reduced_axes; /* of its inputs, not spanned by its own points */
    axis_mask optional;     /* records among its axes that need not be given */
    /* A sweep that names no stages but gives all these asks for it. */
    axis_mask enabled_by;

    /* Bit per kind of machine that it is for (machine/machine.h); 0: those of its inputs,
     * or none at all. */
    uint32_t kinds;
    bool
        is_of_engines; /* of these only machines that are made of others; the rest need it not */

    /* Bit per stage whose results it reads.  A point needs all of them done there, or one
     * where they stand for kinds of machine, of which a point has one. */
    stage_mask inputs;
    bool takes_one_input;

    /* Those of its inputs that it reads only if the sweep gives these axes. */
    stage_mask conditional_inputs;
    axis_mask condition_axes;

    uint32_t tables; /* bit per kind of record it reads beside those of its axes */

    /* Fields of its records that it does not look at, by the beginnings of their names
     * ("machine.dram_"; whole ones end in '='), or NULL; and those that alone it looks at, of the kinds of record
     * that are among them.  Where such a field is an axis or varies in a spread the stage
     * is evaluated once. */
    const char *ignored_fields, *read_fields;
    const struct metric *metrics;
    size_t metric_count;

    /* Evaluate points [points.first, + points.count) into out, and their enum
     * point_status into status.  Columns of points that are not POINT_DONE are left as
     * they are (the caller filled them with NaN and COUNT_NONE).  Pure: the result depends on
     * the study and the point only.  reason, if not NULL, receives why the last point
     * that is not done is not. */
    void (*evaluate)(const struct study *study, struct range points,
                     const struct columns *out, int8_t *status, struct error *reason);

    /* Of the last stage of a kind of machines: a run of its rows, done or not, as rows from i
     * on of the machines stage: latency, energies, macs, area_m2 where it is modelled, bytes
     * off the chip. */
    void (*to_result)(const struct machine_run *run, const struct machines_columns *out,
                      uint64_t i);
    stage_mask
        result_input; /* bit of the input that it reads beside the stage's own rows */

    /* Rough seconds of a core for one point, where points differ much by a function: they
     * order the blocks and make the plan, and never change a result.  Measured on one core
     * of an AMD EPYC of 2023.  layers: memory from call to call. */
    double point_s;
    double (*cost_s)(const struct study *study, const struct point *point,
                     struct layer_cache *layers);

    /* Points committed together, at most; and if block_s is not 0, fewer where they cost
     * so much that a block would take longer. */
    uint64_t block_points;
    double block_s;
};

extern const struct stage *const stages[STAGE_COUNT];
extern const struct word stage_words[];

/* The stages whose results a stage reads in this sweep: its inputs, under iso_area the
 * array stage that finds capacities, for the sensitivity stage its objective's. */
stage_mask stage_inputs(const struct sweep *sweep, enum stage_id id);

/* Bit per kind of machine whose points it has; 0: it does not span machines. */
uint32_t stage_kinds(enum stage_id id);

/* Has the sweep a machine of these kinds, or none at all yet? */
bool stage_has_machines(const struct sweep *sweep, enum stage_id id);

/* The axes that a stage and its inputs declare: what its results may depend on. */
axis_mask stage_declared_axes(enum stage_id id);

/* The axes its points span in this sweep: the declared ones; under iso_area the array
 * stage's where capacity is one of them; spread and sample if a spread varies a record
 * that it or one of its inputs reads; fields of records likewise. */
axis_mask stage_axes(const struct sweep *sweep, enum stage_id id);

/* May the stage's results depend on what is at the place? */
bool stage_reads(enum stage_id id, const struct place *place);

/* The same in this sweep: of fields of machines only if it has such machines, and arrays that are
 * their machine's cache depend on its size and line. */
bool stage_varies(const struct sweep *sweep, enum stage_id id,
                  const struct place *place);

/* The stage, of those among (bits), and place of the metric of that name, "chip/part_j" or
 * bare; false if there is none.  Of several with a bare name the first that has all machines
 * of the sweep (the first of all if sweep is NULL), else the last. */
bool metric_find(const char *name, const struct sweep *sweep, stage_mask among,
                 enum stage_id *stage, size_t *metric);
#define STAGES_ALL UINT64_MAX

/* What a metric or stage of an earlier version is called now, in words; NULL for others. */
const char *metric_renamed(const char *name);
const char *stage_renamed(const char *name);

/* What the sensitivity stage looks at: the sweep's objective. */
const struct metric *objective_metric(const struct sweep *sweep);
const char *metric_units(const struct sweep *sweep, const struct metric *metric);

/* The coordinate text of element i of an inner dimension, NULL if it has numbers; begins with
 * INNER_UNUSED where the sweep has no such element, which readers leave out.  Returns a constant
 * or buffer. */
#define INNER_UNUSED "unused."
const char *inner_label(const struct sweep *sweep, enum inner_id id, uint64_t i,
                        char *buffer, size_t size);

/* A stage's cost of a point of its grid; points that are left out cost nothing.  layers:
 * memory for the next call, or NULL. */
double stage_cost_s(const struct study *study, enum stage_id id,
                    const struct point *point, struct layer_cache *layers);

/* The cost of all points of the stage's grid, from a sample of them. */
double stage_total_s(const struct study *study, enum stage_id id);

/* Points per block of a stage, at place id, in this sweep. */
uint64_t stage_block_points(const struct study *study, const struct stage *stage,
                            enum stage_id id);

/* The stages a sweep evaluates: those it names (or, if it names none, what its axes
 * suggest) and all that these read. */
stage_mask stages_wanted(const struct sweep *sweep);

/* Bytes of one element of a column times its inner count: a point's share. */
size_t metric_point_bytes(const struct metric *metric);

/* The grid of a stage in this sweep, over stage_axes; freed with grid_free.  STATUS_INPUT on
 * overflow. */
enum status stage_grid(const struct sweep *sweep, enum stage_id id, struct grid *grid,
                       struct error *err);

/* study with all grids made, results empty.  STATUS_INPUT as stage_grid, or if an axis
 * without default that a stage needs is not given. */
enum status study_init(struct study *study, const struct sweep *sweep,
                       const struct library *library, struct error *err);

/* Evaluate every stage in this process, for a handful of points (explain, validate).
 * reason as in struct stage.  Freed with study_free. */
void study_evaluate(struct study *study, struct error *reason);
void study_free(struct study *study);

/* Calls fn for every library record that the study reads, but for those that these name in
 * their fields (schema_names_visit). */
typedef void study_record_fn(void *context, enum record_table_id table,
                             const struct record *record);
void study_records_visit(const struct study *study, study_record_fn *fn, void *context);

/* Memory for `count` points of a stage's columns, filled with NaN and COUNT_NONE; freed with
 * columns_free. */
void columns_alloc(enum stage_id id, uint64_t count, struct columns *columns);
void columns_fill(enum stage_id id, uint64_t count, const struct columns *columns);
void columns_free(enum stage_id id, struct columns *columns);

/* Column pointers moved forward by `points` points. */
struct columns columns_at(enum stage_id id, const struct columns *columns,
                          uint64_t points);

/* Point i of a stage whose metrics have no inner dimension, from or to its struct of
 * "columns/NAME.h". */
void columns_put(enum stage_id id, const struct columns *columns, uint64_t i,
                 const void *row);
void columns_get(enum stage_id id, const struct columns *columns, uint64_t i,
                 void *row);

#endif
