/* The stages of a sweep: short, pure functions over the product of the axes that they
 * declare.  A stage is evaluated completely before the next stage reads it. */
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

/* The state of a point, as stored in the status datasets. */
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

/* Columns of points without a result hold NaN, or this count. */
#define COUNT_NONE UINT64_MAX

/* The dimensions that a dataset has in addition to the axes of its stage. */
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
    /* without labels and coordinates: texts of the sweep (inner_label) */
    /* if it is made of several dimensions, which have the names: these, and INNER_SCALAR */
    enum inner_id parts[INNER_PARTS_MAX];
};
extern const struct inner inners[INNER_COUNT];

/* Lists the dimensions of which it is made, outermost first, and returns their number (0 to
 * INNER_PARTS_MAX). */
size_t inner_parts(enum inner_id id, enum inner_id parts[INNER_PARTS_MAX]);

/* Finds the index of a label of `length` bytes.  Labels of several dimensions are written
 * "forward/buffer" or "all/50 MiB"; a number means the nearest coordinate, if it is close
 * enough.  "" is the only label of INNER_SCALAR.  Returns false if there is no such label. */
bool inner_find(enum inner_id id, const char *label, size_t length, uint64_t *place);

/* Units of metrics whose unit is that of another metric (metric_units): of the sweep's
 * objective, and of the metric of the need stage. */
#define UNITS_OF_OBJECTIVE "the objective's"
#define UNITS_OF_NEED "the metric's" /* of need.metric */

struct metric {
    const char *name, *units, *meaning;
    enum column_kind kind;
    enum inner_id inner;
};

/* Everything that a stage may read: the sweep, the library, and the stages before it. */
struct study {
    const struct sweep *sweep;
    const struct library *library;
    stage_mask stages;                 /* bit per stage that this sweep evaluates */
    const struct curve_keeper *curves; /* workload/curve.h; NULL: none are kept */
    struct grid grids[STAGE_COUNT];
    struct columns results[STAGE_COUNT]; /* complete columns of finished stages */
    const int8_t *statuses[STAGE_COUNT];
    /* The changes that the need stage tries, in addition to those of axes and samples. */
    const struct change *changes;
    size_t change_count;
};

/* Consecutive points of the machines stage that have the same machine and batch: `at` is the
 * index of the first of them in each stage from which the machine's results come, and `step`
 * the distance there from one point to the next. */
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
    axis_mask axes;         /* in addition to those of its inputs */
    axis_mask reduced_axes; /* axes of its inputs that its own points do not span */
    axis_mask optional;     /* axes of records that need not be given */
    /* A sweep that names no stages but gives all these axes evaluates the stage. */
    axis_mask enabled_by;

    /* Bit per kind of machine that it evaluates (machine/machine.h); 0: the kinds of its
     * inputs, or none. */
    uint32_t kinds;
    bool is_multi_engine; /* only machines that are made of others need the stage */

    /* Bit per stage whose results it reads.  A point is evaluated if all of these are done;
     * with takes_one_input, if one of them is, because each evaluates one kind of machine and
     * a point has one machine. */
    stage_mask inputs;
    bool takes_one_input;

    /* Inputs that it reads only if the sweep gives these axes. */
    stage_mask conditional_inputs;
    axis_mask condition_axes;

    /* bit per kind of record that it reads besides those of its axes */
    uint32_t tables;

    /* Fields of its records that it ignores, by the beginnings of their names, separated by
     * spaces ("machine.dram_"; a whole name ends in '='), or NULL.  read_fields: if it lists
     * fields of a kind of record, the stage reads only these.  If a field that the stage does
     * not read is an axis or varies in a spread, the stage is evaluated once for all its
     * values. */
    const char *ignored_fields, *read_fields;
    const struct metric *metrics;
    size_t metric_count;

    /* Evaluates the points [points.first, points.first + points.count) into `out`, and their
     * enum point_status into `status`.  Columns of points that are not POINT_DONE are left
     * unchanged (the caller filled them with NaN and COUNT_NONE).  Pure: the result depends
     * on the study and the point only.  If reason is not NULL, it receives why the last point
     * that is not done has no result. */
    void (*evaluate)(const struct study *study, struct range points,
                     const struct columns *out, int8_t *status, struct error *reason);

    /* Last stages of kinds of machines: writes a run of the stage's rows, done or not, to
     * rows i and following of the machines stage: latency, energies, macs, area_m2 if it is
     * modelled, and bytes off the chip. */
    void (*machine_result)(const struct machine_run *run,
                           const struct machines_columns *out, uint64_t i);
    stage_mask
        machine_result_input; /* bit of the input that machine_result reads in addition to the
                       * stage's own rows */

    /* Estimated seconds of one core for a point; cost_s instead if points differ much.  They
     * order the blocks and make the plan, and never change a result.  Measured on one core of
     * an AMD EPYC of 2023.  layers: memory that is kept from call to call. */
    double point_s;
    double (*cost_s)(const struct study *study, const struct point *point,
                     struct layer_cache *layers);

    /* Largest number of points that are committed together.  If block_s is not 0, a block has
     * fewer points if it would take longer than block_s. */
    uint64_t block_points;
    double block_s;
};

extern const struct stage *const stages[STAGE_COUNT];
extern const struct word stage_words[];

/* Returns the stages whose results a stage reads in this sweep: its inputs; with iso_area the
 * array stage, which finds capacities; for the sensitivity stage that of the objective. */
stage_mask stage_inputs(const struct sweep *sweep, enum stage_id id);

/* Returns a bit per kind of machine that the stage's points have; 0: it does not span
 * machines. */
uint32_t stage_kinds(enum stage_id id);

/* Returns the axes that a stage and its inputs declare, on which its results may depend. */
axis_mask stage_declared_axes(enum stage_id id);

/* Returns the axes that the stage's points span in this sweep: the declared ones; with
 * iso_area those of the array stage if capacity is among them; spread and sample if a spread
 * varies a record that the stage or one of its inputs reads; and likewise fields of records. */
axis_mask stage_axes(const struct sweep *sweep, enum stage_id id);

/* May the stage's results depend on the value at this place? */
bool stage_reads(enum stage_id id, const struct place *place);

/* Does the same for this sweep: fields of machines count only if the sweep has such machines,
 * and arrays that are the cache of a machine depend on its size and line. */
bool stage_varies(const struct sweep *sweep, enum stage_id id,
                  const struct place *place);

/* Finds the stage, among these bits, and the index of the metric of that name, "chip/part_j"
 * or without the stage.  If several stages have the name, it is that of the sweep's last stage,
 * whose results are in the root of its file, or else that of the stage nearest upstream
 * (stages_nearest).  Returns STATUS_INPUT if no stage has it, or if several are equally near;
 * why then says so, such as "is of several stages, must be one of: chip/part_j, ...".  If sweep
 * is NULL, the last of the stages that have the name counts. */
enum status metric_find(const char *name, const struct sweep *sweep, stage_mask among,
                        enum stage_id *stage, size_t *metric, struct error *why);

/* Finds with metric_find a metric of one number per point.  Returns STATUS_INPUT and "is '...',
 * must ..." for all others. */
enum status objective_find(const char *name, const struct sweep *sweep,
                           stage_mask among, struct objective *objective,
                           struct error *err);

/* Does any stage have a metric of that name? */
bool metric_exists(const char *name);

/* Returns those stages of `having` that are nearest to the last stage of `present`: itself, or
 * those from which the fewest reads lead to it.  If it reads none of them, directly or not, the
 * search goes on from the last stage of the rest.  Stages are bits in the order of evaluation;
 * inputs: the stages that each one reads.  0 if no stage of `having` is present. */
uint64_t stages_nearest(uint64_t having, uint64_t present, const uint64_t inputs[]);
#define STAGES_ALL UINT64_MAX

/* Returns what replaces a metric or stage of an earlier version, as a text; NULL for other
 * names. */
const char *metric_renamed(const char *name);
const char *stage_renamed(const char *name);

/* Returns the sweep's objective, which the sensitivity stage evaluates. */
const struct metric *objective_metric(const struct sweep *sweep);
const char *metric_units(const struct sweep *sweep, const struct metric *metric);

/* Returns the coordinate text of element i of an inner dimension, NULL if it has numbers.  It
 * begins with INNER_UNUSED if the sweep does not have the element; readers leave these out.
 * The text is a constant, or buffer. */
#define INNER_UNUSED "unused."
const char *inner_label(const struct sweep *sweep, enum inner_id id, uint64_t i,
                        char *buffer, size_t size);

/* Returns the cost of a point of the stage's grid; excluded points cost nothing.  layers:
 * memory that is kept from call to call, or NULL. */
double stage_cost_s(const struct study *study, enum stage_id id,
                    const struct point *point, struct layer_cache *layers);

/* Returns the cost of all points of the stage's grid, estimated from a sample. */
double stage_total_s(const struct study *study, enum stage_id id);

/* Returns the number of points per block of a stage in this sweep. */
uint64_t stage_block_points(const struct study *study, const struct stage *stage,
                            enum stage_id id);

/* Returns the stages that a sweep evaluates: those that it names (or those that its axes
 * imply, if it names none), and all that these read. */
stage_mask stages_wanted(const struct sweep *sweep);

/* Returns the bytes of a metric for one point: those of an element times the inner count. */
size_t metric_point_bytes(const struct metric *metric);

/* Makes a study with all grids and without results.  Returns STATUS_INPUT if a grid has too many points,
 * or if an axis without a default that a stage needs is not given. */
enum status study_init(struct study *study, const struct sweep *sweep,
                       const struct library *library, struct error *err);

/* Evaluates every stage in this process, for a few points (explain, validate).  reason is as
 * in struct stage.  Freed with study_free. */
void study_evaluate(struct study *study, struct error *reason);
void study_free(struct study *study);

/* Calls fn for every library record that the study reads, except those that these records
 * name in their fields (schema_names_visit). */
typedef void study_record_fn(void *context, enum record_table_id table,
                             const struct record *record);
void study_records_visit(const struct study *study, study_record_fn *fn, void *context);

/* Allocates memory for `count` points of a stage's columns, filled with NaN and COUNT_NONE;
 * freed with columns_free. */
void columns_alloc(enum stage_id id, uint64_t count, struct columns *columns);
void columns_fill(enum stage_id id, uint64_t count, const struct columns *columns);
void columns_free(enum stage_id id, struct columns *columns);

/* Returns the columns with all pointers moved forward by `points` points. */
struct columns columns_at(enum stage_id id, const struct columns *columns,
                          uint64_t points);

/* Copy point i of a stage whose metrics have no inner dimension from or to its struct of
 * "columns/NAME.h". */
void columns_put(enum stage_id id, const struct columns *columns, uint64_t i,
                 const void *row);
void columns_get(enum stage_id id, const struct columns *columns, uint64_t i,
                 void *row);

#endif
