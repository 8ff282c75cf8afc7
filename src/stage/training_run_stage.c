/* The training_run stage: an experiment's network, trained on a crossbar chip whose cells are the
 * experiment's synapses.  Its metrics are the time, energy, area and wear of the run and the
 * accuracy after it.
 *
 * A weight is one cell, with the technology's layout, selector and endurance and the synapse's
 * resistances and pulses.  The number of pulses per cell is the one that the experiment counted,
 * not the chip's update_share and update_pulses, and the batch is one image.  If the experiment
 * calibrates its converters, the chip has the same ones. */
#include "stage/stages.h"

#include "base/maths.h"
#include "columns/accuracy.h"
#include "columns/crossbar_subarray.h"
#include "columns/crossbar_buffers.h"
#include "columns/training_run.h"
#include "learning/learner.h"
#include "machine/crossbar/crossbar.h"
#include "machine/layerwise/layerwise.h"
#include "stage/visit.h"

#include <math.h>

/* The results of the experiment and the size of its data set. */
struct learnt {
    const struct learner *learner;
    const struct corpus *corpus;
    const struct synapse *synapse;
    double images; /* of all epochs */
    double pulses, pulses_most,
        pulse_j; /* of a cell, mean; of the busiest; one pulse */
};

static enum status learnt_at(const struct visit *visit, struct learnt *learnt,
                             struct error *reason)
{
    const struct point *point = &visit->point;
    const struct experiment *experiment = (const struct experiment *)point->experiment;
    const struct accuracy_columns from = accuracy_columns(
        &visit->study->results[STAGE_ACCURACY]);
    const struct learner *learner = (const struct learner *)experiment;
    uint64_t at = visit->at[STAGE_ACCURACY];
    double images;

    if (experiment->family != EXPERIMENT_LEARNING)
        return error_set(reason, STATUS_INFEASIBLE, "%s (%s) does not train networks",
                         experiment->record.name, experiment_family(experiment)->name);
    *learnt = (struct learnt){
        .learner = learner,
        .corpus = (const struct corpus *)library_find(
            visit->study->library, RECORDS_CORPUS, experiment->corpus),
        .synapse = (const struct synapse *)point->synapse,
        .pulses = from.synapse_pulses[at],
        .pulses_most = from.synapse_pulses_most[at],
        .pulse_j = from.pulses[at] > 0 ? from.pulse_energy_j[at] / from.pulses[at] : 0,
    };
    if (learnt->synapse->law == SYNAPSE_IDEAL)
        return error_set(reason, STATUS_INFEASIBLE,
                         "%s is a weight in software, so no chip can be built of it",
                         learnt->synapse->record.name);
    images = fmin((double)learner->training_images,
                  (double)learnt->corpus->training.count);
    learnt->images = images * (double)learner->epochs;
    return STATUS_OK;
}

/* Returns the bits of a weight: log2 of a cell's levels, rounded, from 1 to 8. */
static uint64_t cell_bits(const struct synapse *synapse)
{
    double levels = (double)(synapse->levels_up < synapse->levels_down
                                 ? synapse->levels_up
                                 : synapse->levels_down);

    return (uint64_t)fmax(1, fmin(8, floor(maths_log2(levels) + 0.5)));
}

/* Makes the technology's cell with the synapse's resistances and pulses. */
static enum status cell_make(const struct cell *technology, const struct learnt *learnt,
                             struct cell *cell, struct error *reason)
{
    const struct synapse *synapse = learnt->synapse;

    if (!cell_is_resistive(technology))
        return error_set(reason, STATUS_INFEASIBLE,
                         "a synapse must be a resistive cell, but %s is not",
                         technology->record.name);
    *cell = *technology;
    cell->resistance_on_ohm = synapse->on_ohm;
    cell->resistance_off_ohm = synapse->on_ohm * synapse->on_off;
    cell->resistance_on_read_ohm = cell->resistance_off_read_ohm = 0;
    cell->resistance_on_set_ohm = cell->resistance_on_reset_ohm = 0;
    cell->resistance_off_reset_ohm = cell->resistance_on_half_reset_ohm = 0;
    cell->set_mode = cell->reset_mode = PULSE_VOLTAGE;
    cell->set_voltage_v = synapse->up_v;
    cell->reset_voltage_v = synapse->down_v;
    cell->set_current_a = synapse->up_v / synapse->on_ohm;
    cell->reset_current_a = synapse->down_v / synapse->on_ohm;
    cell->set_pulse_s = synapse->up_s;
    cell->reset_pulse_s = synapse->down_s;
    cell->set_energy_j = cell->reset_energy_j = learnt->pulse_j;
    cell->write_pulse_factor = 0;
    cell->verify_reads = 0;
    cell->program_pulses = 1;
    cell->native_sram_m2 = 0; /* the synapse's pulses do not scale with the node */
    return STATUS_OK;
}

/* Returns the chip with one cell per weight and the experiment's converters. */
static struct crossbar chip_make(const struct crossbar *machine,
                                 const struct learnt *learnt)
{
    const struct learner *learner = learnt->learner;
    struct crossbar chip = *machine;

    chip.cell_bits = chip.weight_bits = cell_bits(learnt->synapse);
    if (learner->converters == CONVERTERS_CALIBRATED) {
        chip.adc_bits = learner->adc_bits;
        chip.activation_bits = chip.error_bits = learner->dac_bits;
    }
    return chip;
}

/* The network's layers on a chip, for one image and without biases. */
struct lessons {
    struct mac_layer layers[NETWORK_LAYERS_MAX];
    size_t number[NETWORK_LAYERS_MAX];
    struct mac_layers all;
};

static enum status lessons_make(const struct learnt *learnt, struct lessons *lessons,
                                struct error *reason)
{
    struct network_layer shapes[NETWORK_LAYERS_MAX];
    size_t count = network_layer_count(learnt->learner);
    enum status status = network_shapes(learnt->learner, learnt->corpus, shapes, count,
                                        reason);

    for (size_t l = 0; l < count && status == STATUS_OK; l++) {
        const struct network_layer *shape = &shapes[l];

        lessons->number[l] = l + 1;
        lessons->layers[l] = mac_layer_product(
            1, shape->outputs, shape->height * shape->width * shape->channels, 1);
        if (shape->kernel)
            lessons->layers[l] = (struct mac_layer){
                .batch = 1,
                .groups = 1,
                .channels = shape->channels,
                .filters = shape->outputs,
                .in_height = shape->height,
                .in_width = shape->width,
                .kernel_height = shape->kernel,
                .kernel_width = shape->kernel,
                .stride = shape->stride,
                .out_height = shape->out_height,
                .out_width = shape->out_width,
                .weight_density = 1,
                .activation_density = 1,
            };
        lessons->layers[l].name = "layer";
    }
    lessons->all = (struct mac_layers){
        .layers = lessons->layers,
        .number = lessons->number,
        .count = count,
    };
    return status;
}

/* Finds the costs with the most wordlines driven at once whose voltage drop is at most line_drop,
 * but no more than the experiment's converters read together. */
static enum status costs_make(struct crossbar_costs_request *request,
                              struct crossbar *chip, const struct learner *learner,
                              struct crossbar_subarray_row *costs, struct error *reason)
{
    enum status status;

    request->chip = chip;
    status = crossbar_costs_make(request, costs, reason);
    if (status != STATUS_OK || learner->converters != CONVERTERS_CALIBRATED ||
        costs->driven_rows <= (double)learner->rows)
        return status;
    chip->rows_driven = learner->rows;
    return crossbar_costs_make(request, costs, reason);
}

/* Evaluates training or inference of one image on the chip. */
static enum status image_evaluate(const struct visit *visit,
                                  const struct crossbar *chip,
                                  const struct crossbar_subarray_row *costs,
                                  const struct learnt *learnt,
                                  const struct mac_layers *layers, bool trains,
                                  struct crossbar_result *result, struct error *reason)
{
    struct crossbar_buffers_row buffers;
    struct crossbar_request request;

    columns_get(STAGE_CROSSBAR_BUFFERS, &visit->study->results[STAGE_CROSSBAR_BUFFERS],
                visit->at[STAGE_CROSSBAR_BUFFERS], &buffers);
    request = crossbar_request_of(chip, costs, &buffers);
    request.layers = layers;
    request.precision_bits = visit->point.precision_bits;
    request.trains = trains;
    request.learning = visit->point.learning;
    /* a mean below one pulse per cell and image is the share of cells that change */
    request.update_share = fmin(1, learnt->pulses / learnt->images);
    request.update_pulses = fmax(1, learnt->pulses / learnt->images);
    return crossbar_chip_evaluate(&request, visit->memory, result, reason);
}

static void wear_write(const struct cell *cell, const struct learnt *learnt,
                       const struct training_run_columns *out, uint64_t i)
{
    bool wears = cell->endurance_cycles > 0 && learnt->pulses_most > 0;

    out->run_cell_pulses[i] = learnt->pulses;
    out->run_cell_pulses_most[i] = learnt->pulses_most;
    out->run_endurance_share[i] = wears ? learnt->pulses_most / cell->endurance_cycles
                                        : 0;
    if (wears)
        out->run_lifetime_s[i] = out->run_s[i] / out->run_endurance_share[i];
}

static void run_write(const struct visit *visit, const struct learnt *learnt,
                      const struct crossbar_result *image,
                      const struct crossbar_result *answer,
                      const struct training_run_columns *out, uint64_t i)
{
    const struct accuracy_columns from = accuracy_columns(
        &visit->study->results[STAGE_ACCURACY]);
    uint64_t at = visit->at[STAGE_ACCURACY];

    out->run_accuracy[i] = from.accuracy[at];
    out->run_accuracy_q1[i] = from.accuracy_q1[at];
    out->run_accuracy_q3[i] = from.accuracy_q3[at];
    out->run_images[i] = learnt->images;
    out->run_s[i] = learnt->images * image->latency_s;
    out->run_j[i] = learnt->images * image->energy_j;
    for (uint64_t p = 0; p < CROSSBAR_PHASE_COUNT; p++) {
        out->run_phase_s[i * CROSSBAR_PHASE_COUNT + p] = learnt->images *
                                                         image->phase_s[p];
        out->run_phase_j[i * CROSSBAR_PHASE_COUNT + p] = learnt->images *
                                                         image->phase_j[p];
    }
    out->run_pulse_j[i] = learnt->images * image->part_j[CROSSBAR_UPDATE];
    out->run_leakage_j[i] = learnt->images * image->part_j[CROSSBAR_LEAKAGE];
    out->run_answer_s[i] = answer->latency_s;
    out->run_answer_j[i] = answer->energy_j;
    out->run_area_m2[i] = image->area_m2;
}

static enum status training_run_visit(const struct visit *visit,
                                      const struct columns *out, uint64_t i,
                                      struct error *reason)
{
    const struct point *point = &visit->point;
    struct crossbar_costs_request request = {
        .temperature_k = point->temperature_k,
        .sram = (const struct cell *)library_find(visit->study->library,
                                                  RECORDS_TECHNOLOGY, "sram"),
    };
    struct crossbar_result image, answer;
    struct training_run_columns to;
    struct crossbar_subarray_row costs;
    struct crossbar chip;
    struct lessons lessons;
    struct learnt learnt = { .learner = NULL };
    struct cell cell;
    enum status status = learnt_at(visit, &learnt, reason);

    if (status == STATUS_OK)
        status = cell_make((const struct cell *)point->technology, &learnt, &cell,
                           reason);
    if (status == STATUS_OK)
        status = visit_node(visit, &request.node, reason);
    if (status == STATUS_OK)
        status = lessons_make(&learnt, &lessons, reason);
    if (status != STATUS_OK)
        return status;
    chip = chip_make((const struct crossbar *)point->machine, &learnt);
    request.cell = &cell;
    status = costs_make(&request, &chip, learnt.learner, &costs, reason);
    if (status == STATUS_OK)
        status = image_evaluate(visit, &chip, &costs, &learnt, &lessons.all, true,
                                &image, reason);
    if (status == STATUS_OK)
        status = image_evaluate(visit, &chip, &costs, &learnt, &lessons.all, false,
                                &answer, reason);
    if (status != STATUS_OK)
        return status;
    to = training_run_columns(out);
    run_write(visit, &learnt, &image, &answer, &to, i);
    wear_write(&cell, &learnt, &to, i);
    return STATUS_OK;
}

static void training_run_stage_evaluate(const struct study *study, struct range points,
                                        const struct columns *out, int8_t *status,
                                        struct error *reason)
{
    struct crossbar_scratch room = { .count = 0 };

    stage_visit(study, STAGE_TRAINING_RUN, points, training_run_visit, &room, out,
                status, reason);
    crossbar_scratch_free(&room);
}

const struct stage training_run_stage = {
    .name = "training_run",
    .summary = "a network that learns on a crossbar chip of these synapses: time, "
               "energy, area, wear beside its accuracy",
    STAGE_METRICS(training_run),
    .kinds = 1u << MACHINE_CROSSBAR,
    .axes = AXIS_BIT(technology) | AXIS_BIT(node_m) | AXIS_BIT(roadmap) |
            AXIS_BIT(temperature_k) | AXIS_BIT(machine) | AXIS_BIT(precision_bits),
    .enabled_by = AXIS_BIT(experiment) | AXIS_BIT(machine),
    .inputs = INPUT(ACCURACY) | INPUT(CROSSBAR_BUFFERS),
    .evaluate = training_run_stage_evaluate,
    .point_s = 1e-5,
    .block_points = 256,
};
