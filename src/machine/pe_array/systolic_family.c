/* Systolic arrays with one buffer per operand or one for all.  Padding, groups and batch are
 * taken into account.  Groups run one after the other, or in parallel on columns with separate
 * inputs.  Partial sums of a fold are read back.  Of the two orders of folds (row folds or
 * column folds outermost) the one with less DRAM traffic is used.  Buffers are double, so that
 * half of each holds the data in use. */
#include "machine/pe_array/mapping.h"

#include "base/divide.h"

#include <math.h>

/* The operands of one group. */
struct operands {
    double inputs, weights, outputs; /* number of different elements */
    double input_buffer, weight_buffer,
        output_buffer; /* half the capacity, in elements */
};

static enum status systolic_check(const struct machine *machine, struct error *err)
{
    const struct pe_array *array = (const struct pe_array *)machine;
    bool has_buffers = pe_array_level(array, LEVEL_INPUT_BUFFER) &&
                       pe_array_level(array, LEVEL_WEIGHT_BUFFER) &&
                       pe_array_level(array, LEVEL_OUTPUT_BUFFER);

    if (array->splits_depth && array->dataflow != DATAFLOW_OS)
        return error_set(
            err, STATUS_INPUT,
            "splits_depth is true, dataflow must be os (the others already "
            "have the depth along the rows)");
    if (!has_buffers && !pe_array_level(array, LEVEL_GLOBAL_BUFFER))
        return error_set(
            err, STATUS_INPUT,
            "is systolic, must have a global-buffer, or an input-, a weight- "
            "and an output-buffer");
    return STATUS_OK;
}

/* Computes the operands and their buffers.  A shared buffer counts as a third for each operand. */
static void operands_of(const struct pe_machine *machine, const struct mac_layer *layer,
                        double groups, struct operands *o)
{
    double shared = pe_machine_capacity(machine, LEVEL_GLOBAL_BUFFER) / 3;
    bool is_split = pe_array_level(&machine->array, LEVEL_INPUT_BUFFER) != NULL;

    *o = (struct operands){
        .inputs = mac_layer_inputs(layer) / groups,
        .weights = mac_layer_weights(layer) / groups,
        .outputs = mac_layer_outputs(layer) / groups,
        .input_buffer =
            (is_split ? pe_machine_capacity(machine, LEVEL_INPUT_BUFFER) : shared) / 2,
        .weight_buffer =
            (is_split ? pe_machine_capacity(machine, LEVEL_WEIGHT_BUFFER) : shared) / 2,
        .output_buffer =
            (is_split ? pe_machine_capacity(machine, LEVEL_OUTPUT_BUFFER) : shared) / 2,
    };
}

/* Returns how often an operand of `size` is read from DRAM: once if the operand, or the tile
 * that the inner loop reuses, fits the buffer; else once per step of the outer loop. */
static double fetches(double size, double tile, double buffer, double steps)
{
    return size <= buffer || tile <= buffer ? 1 : steps;
}

static double at_most(double value, double limit)
{
    return value < limit ? value : limit;
}

/* Computes the elements that one group reads from and writes to DRAM in one order of folds.
 * Groups that run in parallel have separate inputs, so that no column fold needs those of
 * another again. */
static void traffic(const struct operands *o, const struct gemm *gemm,
                    enum dataflow dataflow, const struct systolic_folds *folds,
                    const struct pe_array *a, bool is_spread, bool columns_outer,
                    double *reads, double *weight_reads, double *writes)
{
    double row_folds = (double)folds->row_folds,
           column_folds = (double)folds->column_folds;
    double rows = at_most((double)a->pe_rows, (double)folds->spatial_rows);
    double columns = at_most((double)a->pe_columns, (double)folds->spatial_columns);
    double m = (double)gemm->m, n = (double)gemm->n, k = (double)gemm->k;
    double spills = 0, inputs, weights;

    switch (dataflow) {
    case DATAFLOW_OS: /* rows: pixels, columns: filters; there are no partial sums */
        inputs = fetches(o->inputs,
                         columns_outer ? INFINITY : at_most(rows * k, o->inputs),
                         o->input_buffer, column_folds);
        weights = fetches(o->weights, columns_outer ? columns * k : INFINITY,
                          o->weight_buffer, row_folds);
        break;
    case DATAFLOW_WS: /* rows: depth, columns: filters */
        inputs = fetches(o->inputs, columns_outer ? INFINITY : o->inputs / row_folds,
                         o->input_buffer, column_folds);
        weights = 1;
        spills = fetches(o->outputs, columns_outer ? m * columns : INFINITY,
                         o->output_buffer, row_folds) -
                 1;
        break;
    default: /* rows: depth, columns: pixels */
        inputs = 1;
        weights = fetches(o->weights, columns_outer ? INFINITY : rows * n,
                          o->weight_buffer, column_folds);
        spills = fetches(o->outputs, columns_outer ? n * columns : INFINITY,
                         o->output_buffer, row_folds) -
                 1;
        break;
    }
    if (is_spread)
        inputs = 1;
    *weight_reads = weights * o->weights;
    *reads = inputs * o->inputs + *weight_reads + spills * o->outputs;
    *writes = (1 + spills) * o->outputs;
}

/* Returns the number of blocks of rows whose inputs fit the buffer. */
static uint64_t row_blocks(const struct operands *o, const struct gemm *gemm)
{
    double blocks = ceil(o->inputs / o->input_buffer);

    return blocks < (double)gemm->m ? (uint64_t)blocks : gemm->m;
}

/* Counts the accesses of the array to the buffers for one group. */
static void buffer_uses(const struct gemm *gemm, enum dataflow dataflow,
                        const struct systolic_folds *folds, struct level_use *input,
                        struct level_use *weight, struct level_use *output)
{
    double m = (double)gemm->m, n = (double)gemm->n, k = (double)gemm->k;
    double row_folds = (double)folds->row_folds,
           column_folds = (double)folds->column_folds;
    bool is_os = dataflow == DATAFLOW_OS, is_is = dataflow == DATAFLOW_IS;

    input->reads = m * k * (is_is ? 1 : column_folds);
    weight->reads = k * n * (is_os ? row_folds : is_is ? column_folds : 1);
    output->writes = m * n * (is_os ? 1 : row_folds);
    output->reads = is_os ? 0 : m * n * (row_folds - 1);
}

/* If the product has fewer rows of outputs than the array has rows, idle rows compute slices of
 * the depth. The partial sums of the slices are added up on their way down the columns, within
 * the skew of the folds.  So a product with a vector uses the whole array. */
static struct gemm depth_split(const struct gemm *gemm, const struct pe_array *a)
{
    uint64_t slices = gemm->m < a->pe_rows ? a->pe_rows / gemm->m : 1;
    struct gemm split = *gemm;

    if (slices > gemm->k)
        slices = gemm->k;
    split.m = gemm->m * slices;
    split.k = div_up(gemm->k, slices);
    return split;
}

/* How the folds of all groups follow each other in time. */
struct fold_order {
    double rounds;               /* of groups, one after the other */
    double folds;                /* of a round, one after the other */
    struct systolic_folds share; /* of one array in a round */
};

/* Arrays side by side take a group each, or, of fewer groups than
 * there are arrays, an equal number of each one's folds; all folds again for each block of
 * rows. */
static struct fold_order order_of(const struct systolic_folds *folds, double groups,
                                  uint64_t blocks, const struct pe_array *a)
{
    double arrays = a->arrays > 0 ? (double)a->arrays : 1;
    uint64_t sharing = groups < arrays ? (uint64_t)(arrays / groups) : 1;
    struct systolic_folds share = *folds;

    share.row_folds *= blocks;
    share.time = div_up(folds->time, blocks);
    if (sharing > 1) {
        share.row_folds = div_up(share.row_folds * share.column_folds, sharing);
        share.column_folds = 1;
    }
    return (struct fold_order){
        .rounds = ceil(groups * (double)sharing / arrays),
        .folds = (double)(share.row_folds * share.column_folds),
        .share = share,
    };
}

/* ---- how long buffers hold elements */

/* What of an operand stays in its buffer. */
struct operand_hold {
    bool all; /* the whole of it, until the group's end */
    double
        steps; /* else a tile of it, for one of so many steps of the outer loop; 0: a fold */
};

/* The share of the layer's time.  A buffer is filled while the fold before computes. */
static double hold_share(struct operand_hold hold, const struct fold_order *order)
{
    double group = 1 / order->rounds, fold = group / order->folds;

    if (hold.all)
        return group + fold;
    return (hold.steps > 0 ? fmax(fold, group / hold.steps) : fold) + fold;
}

/* Windows that overlap share inputs, which stay for the next step. */
static double window_steps(const struct mac_layer *layer, double steps)
{
    return layer->kernel_height * layer->kernel_width > 1 ? steps / 2 : steps;
}

/* Partial sums stay until they are read back: in the next fold where the depth is the inner loop,
 * or after a step over it; without them outputs leave in the next fold. */
static double sums_share(const struct operands *o, const struct systolic_folds *folds,
                         const struct pe_array *a, bool columns_outer,
                         const struct fold_order *order)
{
    double group = 1 / order->rounds, fold = group / order->folds;
    bool are_held = a->dataflow != DATAFLOW_OS && !columns_outer &&
                    o->outputs <= o->output_buffer;

    return are_held ? fmax(fold, group / (double)folds->row_folds) : fold;
}

/* Of inputs, weights and outputs, as `traffic` counts what is fetched once. */
static void lifetimes_record(const struct operands *o, const struct gemm *gemm,
                             const struct systolic_folds *folds,
                             const struct pe_array *a, const struct mac_layer *layer,
                             bool columns_outer, const struct fold_order *order,
                             double shares[3])
{
    double row_folds = (double)folds->row_folds,
           column_folds = (double)folds->column_folds;
    double rows = at_most((double)a->pe_rows, (double)folds->spatial_rows);
    double columns = at_most((double)a->pe_columns, (double)folds->spatial_columns);
    double n = (double)gemm->n, k = (double)gemm->k, tile;
    struct operand_hold inputs = { .all = o->inputs <= o->input_buffer };
    struct operand_hold weights = { .all = o->weights <= o->weight_buffer };

    switch ((enum dataflow)a->dataflow) {
    case DATAFLOW_OS:
        tile = at_most(rows * k, o->inputs);
        if (!columns_outer && tile <= o->input_buffer)
            inputs = (struct operand_hold){ .steps = window_steps(layer, row_folds) };
        if (columns_outer && columns * k <= o->weight_buffer)
            weights = (struct operand_hold){ .steps = column_folds };
        break;
    case DATAFLOW_WS:
        if (!columns_outer && o->inputs / row_folds <= o->input_buffer)
            inputs = (struct operand_hold){ .steps = window_steps(layer, row_folds) };
        weights =
            (struct operand_hold){ .all = false }; /* in the PEs during their fold */
        break;
    default:
        inputs = (struct operand_hold){ .all = false };
        if (!columns_outer && rows * n <= o->weight_buffer)
            weights = (struct operand_hold){ .steps = row_folds };
        break;
    }
    shares[0] = hold_share(inputs, order);
    shares[1] = hold_share(weights, order);
    shares[2] = sums_share(o, folds, a, columns_outer, order);
}

/* A tile of queries finds its scores where it left them (FlashAttention): neither product
 * moves them. */
static void scores_keep(const struct gemm *gemm, enum score_side scores, double *reads,
                        double *weight_reads, double *writes)
{
    if (scores != SCORES_NONE)
        *weight_reads = (double)gemm->k * (double)gemm->n;
    if (scores == SCORES_OUT) { /* queries and keys come in, nothing leaves */
        *reads = (double)gemm->m * (double)gemm->k + *weight_reads;
        *writes = 0;
    } else if (scores == SCORES_IN) { /* values come in, outputs leave */
        *reads = *weight_reads;
        *writes = (double)gemm->m * (double)gemm->n;
    }
}

static enum status systolic_map(const struct pe_machine *machine,
                                const struct mac_layer *layer, struct mapping *mapping,
                                struct error *err)
{
    const struct pe_array *a = &machine->array;
    enum dataflow dataflow = (enum dataflow)a->dataflow;
    struct gemm gemm = mac_layer_gemm(layer), split;
    uint64_t spread = a->spreads_groups ? layer->groups : 1;
    uint64_t rows = a->pe_rows * pe_array_macs(a, machine->bits);
    struct systolic_folds folds;
    bool is_split = pe_array_level(a, LEVEL_INPUT_BUFFER) != NULL;
    struct level_use *input =
        &mapping->levels[is_split ? LEVEL_INPUT_BUFFER : LEVEL_GLOBAL_BUFFER];
    struct level_use uses[3] = { { 0 } };
    double groups = (double)(layer->groups / spread), reads[2], weight_reads[2],
           writes[2], blocked, shares[3];
    struct fold_order in_time;
    uint64_t blocks = 1;
    struct operands o;
    int best;

    (void)err;
    gemm.n *= spread;
    split = a->splits_depth && dataflow == DATAFLOW_OS ? depth_split(&gemm, a) : gemm;
    folds = systolic_fold(&split, dataflow, rows, a->pe_columns);
    /* products of narrow operands side by side in a PE take no cycle of their own */
    folds.load = folds.load > 0 ? a->pe_rows : 0;
    folds.skew = a->pe_rows + a->pe_columns - 2;
    operands_of(machine, layer, groups, &o);
    for (int order = 0; order < 2; order++)
        traffic(&o, &gemm, dataflow, &folds, a, spread > 1, order == 1, &reads[order],
                &weight_reads[order], &writes[order]);
    best = reads[1] + writes[1] < reads[0] + writes[0];
    if (a->blocks_rows && dataflow == DATAFLOW_WS) {
        blocks = row_blocks(&o, &gemm);
        blocked = o.inputs + (double)blocks * o.weights;
        if (blocked + o.outputs < reads[best] + writes[best]) {
            reads[best] = blocked;
            weight_reads[best] = (double)blocks * o.weights;
            writes[best] = o.outputs;
        } else {
            blocks = 1;
        }
    }
    buffer_uses(&gemm, dataflow, &folds, &uses[0], &uses[1], &uses[2]);
    if (spread > 1) /* the columns of each group read the inputs of that group */
        uses[0].reads = (double)gemm.m * (double)gemm.k * (double)spread *
                        ceil((double)(gemm.n / spread) / (double)a->pe_columns);
    mapping->macs = mapping->computed_macs = mac_layer_macs(layer);
    if (a->keeps_scores)
        scores_keep(&gemm, (enum score_side)layer->scores, &reads[best],
                    &weight_reads[best], &writes[best]);
    in_time = order_of(&folds, groups, blocks, a);
    mapping->cycles = in_time.rounds *
                      (double)systolic_cycles(&in_time.share, a->overlap);
    mapping->longest_fold = 1 / (in_time.rounds * in_time.folds);
    mapping->pe_cycles = mapping->cycles * pe_array_pes(a) *
                         (double)pe_array_macs(a, machine->bits);
    mapping->active_pes = systolic_mapping(&folds, rows, a->pe_columns) *
                          pe_array_pes(a);
    mapping->dram_reads = groups * reads[best];
    mapping->dram_weight_reads = groups * weight_reads[best];
    mapping->dram_writes = groups * writes[best];
    /* elements from DRAM are written to a buffer, elements to DRAM are read from one */
    uses[0].writes += reads[best] - weight_reads[best];
    uses[1].writes += weight_reads[best];
    uses[2].reads += writes[best];
    lifetimes_record(&o, &gemm, &folds, a, layer, best == 1, &in_time, shares);
    if (blocks > 1) /* inputs and sums of a block */
        shares[0] = shares[2] = 1 / in_time.rounds / (double)blocks;
    for (int i = 0; i < 3; i++) {
        struct level_use *use = is_split ? input + i : input;

        mapping_hold(mapping, (enum level_id)(use - mapping->levels),
                     groups * uses[i].writes, shares[i]);
        use->reads += groups * uses[i].reads;
        use->writes += groups * uses[i].writes;
    }
    /* every operand passes through all PEs of its row or column */
    mapping->noc_elements = 2 * mapping->macs;
    return STATUS_OK;
}

/* clang-format off */
static const struct field systolic_fields[] = {
    PE_ARRAY_FIELDS,
    FIELD_WORD(struct pe_array, dataflow, dataflow_words, DATAFLOW_OS, "operand that stays in the PEs: outputs, weights or inputs"),
    FIELD_FLAG(struct pe_array, overlap, 0, "loading and draining of folds overlap with computing"),
    FIELD_COUNT(struct pe_array, arrays, 1, 1, 65536, "equal arrays that share the work and the memories"),
    FIELD_COUNT(struct pe_array, narrow_macs, 1, 1, 64, "products of operands of at most 8 bits that a PE computes per cycle, along the depth"),
    FIELD_FLAG(struct pe_array, blocks_rows, 0, "dataflow ws: where it moves less, the rows of a product are computed in blocks whose inputs and sums stay in their buffers, with all weights read again for each block"),
    FIELD_FLAG(struct pe_array, keeps_scores, 0, "the scores of attention stay on the chip, one tile of queries after the other (FlashAttention)"),
    FIELD_FLAG(struct pe_array, spreads_groups, 0, "groups of a convolution run in parallel on different columns, with separate inputs"),
    FIELD_FLAG(struct pe_array, splits_depth, 0, "dataflow os: rows without outputs compute slices of the depth"),
};
/* clang-format on */

const struct schema systolic_schema = PE_ARRAY_SCHEMA(systolic_fields);

static const struct pe_steps systolic_steps = {
    .map = systolic_map,
};

const struct machine_family systolic_family = {
    .name = "systolic",
    .summary = "operands flow through a grid of PEs while one of them stays",
    .kind = MACHINE_PE_ARRAY,
    .schema = &systolic_schema,
    .check = systolic_check,
    .pe = &systolic_steps,
};
