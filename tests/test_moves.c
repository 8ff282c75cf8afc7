/* Inputs that must move a machine's time or energy do: in the right direction, by the right
 * order.  A row changes one number of a record, or one setting, and says within what the
 * result over the result before must lie.  Families with rows: mensa, simdram, host, eie, upmem,
 * neon, crossbar, winograd, systolic, cpu, scalesim, row-stationary, loop-nest, training, gpu,
 * the machines of hypervectors, and what is around the
 * chip: rented machines, carbon, cameras. */
#include "array_library.h"
#include "unit.h"

#include "base/path.h"
#include "config/sweep.h"
#include "hdc/hdc.h"
#include "machine/machine.h"
#include "stage/stage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SETTINGS_MAX = 24 };

struct move {
    const char *machine, *settings; /* "axis=value axis=value"; machine "": none */
    const char *metric;

    /* Either a record's field, times a factor, or another setting. */
    const char *record, *field; /* record: NULL: of the machine */
    double factor;
    const char *setting;

    double least, most; /* of the metric after over before */
};

#define SECONDS "latency_s"
#define JOULES "sample_j"

#define NEUROSIM                                                        \
    "technology=fefet-neurosim node=32nm roadmap=lstp temperature=300 " \
    "workload=vgg8-cifar phase=training batch=200"
#define RACETRACK \
    "hdc=racetrack-hdc hdc_task=language-recognition technology=racetrack node=32nm"
#define WINOGRAD \
    "workload=vgg16 precision=8 technology=sram node=28nm target=read_edp batch=8"
#define EQUAL                                                                  \
    "technology=fefet node=32nm roadmap=lstp workload=equal-8 phase=training " \
    "batch=32 precision=8"

#define CLOUD                                                                \
    "machine=v100 workload=vgg8-cifar phase=training batch=32 precision=32 " \
    "instance=p3.16xlarge dataset="
#define VIDEO                                                                 \
    "workload=tiny-yolo precision=8 technology=stt-mram node=28nm idle=gate " \
    "site=street-camera video=street-480p video_pipeline=key-frames"
#define CPU "workload=lenet precision=8 technology=sram node=45nm"
#define ARRAY "workload=vgg8-cifar precision=8 technology=sram node=28nm batch=4"
#define NEST                                                             \
    "workload=vgg8-cifar layer=3 precision=8 technology=sram node=65nm " \
    "energies=record"
#define TRAINING "workload=vgg8-cifar phase=training batch=200"
#define GPU_AT "workload=vgg8-cifar technology=stt-mram node=16nm batch=16"
#define LIFE                                                                     \
    "machine=gtx-1080-ti workload=lenet technology=stt-mram node=16nm batch=32 " \
    "life=image-service device=gpu-training-server fab=act fab_grid=taiwan "     \
    "grid=usa utilisation=0.45"

/* clang-format off */
static const struct move moves[] = {
    /* A vector product uses every weight once: DRAM is all that limits it. */
    { "mensa-edge-tpu", "workload=rnn-transducer precision=8 technology=sram node=22nm roadmap=lop", SECONDS,
      "edge-tpu", "dram_bytes_per_s", 8, NULL, 1 / 8.0, 1 / 7.5 },
    { "mensa", "workload=rnn-transducer precision=8 technology=sram node=22nm roadmap=lop", JOULES,
      "pavlov", "dram_j_per_bit", 2, NULL, 1.8, 2 },
    { "mensa", "workload=mobilenet-v2 precision=8 technology=sram node=22nm roadmap=lop", SECONDS,
      "jacquard", "clock_hz", 2, NULL, 0.5, 0.9 },
    /* A column that is zero takes no time; a shallow queue lets PEs wait; a weight of 32 bits
     * takes a word of eight entries. */
    { "eie-64", "workload=eie9 layer=2 precision=16 energies=record technology=sram node=45nm", SECONDS, NULL, NULL, 0, "activation_density=1", 2.7, 2.9 },
    { "eie-64", "workload=eie9 layer=2 precision=16 energies=record technology=sram node=45nm", SECONDS, NULL, "queue_depth", 0.125, NULL, 1.4, 2.1 },
    { "eie-64", "workload=eie9 layer=2 precision=16 energies=record technology=sram node=45nm", JOULES, NULL, "value_bits", 8, NULL, 1.5, 4 },
    { "eie-64", "workload=eie9 layer=2 precision=16 energies=record technology=sram node=45nm", SECONDS, NULL, "clock_hz", 2, NULL, 0.5, 0.5 },
    { "eie-64-unshared-dram", "workload=eie9 layer=2 precision=16 energies=record technology=sram node=45nm", JOULES, NULL, "dram_j_per_bit", 2, NULL, 1.8, 2 },
    { "eie-64-unshared-dram", "workload=eie9 layer=2 precision=16 energies=record technology=sram node=45nm", SECONDS, NULL, "dram_bytes_per_s", 2, NULL, 0.5, 0.55 },
    { "dadiannao", "workload=alexnet-fc7 precision=16 technology=edram node=28nm roadmap=lstp", SECONDS, NULL, "pe_columns", 0.5, NULL, 1, 2.1 },
    /* Commands in rows take DRAM's time; more subarrays than work change nothing. */
    { "simdram", "workload=vgg16 precision=1 batch=64", SECONDS, NULL, "ras_s", 2, NULL, 1.2, 2 },
    { "simdram", "workload=vgg16 precision=1 batch=64", SECONDS, NULL, "channel_bytes_per_s", 4, NULL, 0.5, 0.95 },
    { "simdram", "workload=vgg16 precision=1 batch=64", SECONDS, NULL, NULL, 0, "active_subarrays=4", 0.5, 1 },
    { "simdram", "workload=vgg16 precision=1 batch=64", SECONDS, NULL, NULL, 0, "active_subarrays=64", 0.5, 1 },
    { "simdram-tfaw", "workload=vgg16 precision=1 batch=64", SECONDS, NULL, "four_activates_s", 2, NULL, 1.8, 2 },
    { "simdram", "workload=vgg16 precision=1 batch=64", SECONDS, NULL, NULL, 0, "active_banks=8", 2, 4 },
    { "simdram", "workload=vgg16 precision=1 batch=64", JOULES, NULL, "supply_v", 0.5, NULL, 0.49, 0.51 },
    /* Converters and accumulators take a conversion each; gradients pass DRAM. */
    { "neurosim-chip", NEUROSIM, "latency_s", NULL, "clock_hz", 2, NULL, 0.4, 0.7 },
    { "neurosim-chip", NEUROSIM, "latency_s", NULL, "adc_columns", 2, NULL, 1.4, 2 },
    { "neurosim-chip", NEUROSIM, "latency_s", NULL, "bus_bits", 0.5, NULL, 1.1, 2 },
    { "neurosim-chip", NEUROSIM, "energy_j", NULL, "dram_j_per_bit", 2, NULL, 1.5, 2 },
    { "neurosim-chip", NEUROSIM, "latency_s", NULL, "dram_bytes_per_s", 0.01, NULL, 1.5, 10 },
    { "crossbar-chip", EQUAL, "backward_s", NULL, NULL, 0, "learning=feedback_alignment", 1 / 9.0, 1 / 7.0 },
    { "crossbar-chip", EQUAL " pipeline=layers", "latency_s", NULL, NULL, 0, "learning=feedback_alignment", 0.8, 1 },
    /* Functions between products are a transformer's time in units that are slow. */
    { "neon-digital", "workload=neon-transformer precision=16", SECONDS, NULL, "divide_s", 1000, NULL, 20, 1000 },
    { "neon", "workload=neon-transformer precision=16", SECONDS, NULL, "cycle_s", 2, NULL, 1.9, 2 },
    { "neon", "workload=neon-transformer precision=16", JOULES, NULL, "subarray_w", 0.5, NULL, 0.4, 0.99 },
    { "neon-tables", "workload=neon-transformer precision=16", JOULES, NULL, "table_j", 1000, NULL, 2, 1000 },
    /* Walls move by their current; rows are addressed; an FPGA is its clock and power. */
    { "", RACETRACK, "hdc_texts/energy_j", "racetrack-hdc", "domain_ohm", 10, NULL, 1.2, 3 },
    { "", RACETRACK, "hdc_texts/energy_j", NULL, NULL, 0, "hdc_task.ngram=8", 1.2, 3 },
    { "", RACETRACK, "hdc_texts/latency_s", NULL, NULL, 0, "hdc_task.dimension=1000", 0.5, 1.5 },
    { "", RACETRACK, "hdc_texts/energy_j", NULL, NULL, 0, "hdc_task.dimension=1000", 0.05, 0.2 },
    { "", "hdc=crossbar-hdc hdc_task=language-recognition technology=pcm node=32nm", "hdc_texts/energy_j", NULL, NULL, 0, "hdc_task.dimension=1000", 0.05, 0.2 },
    { "", "hdc=fpga-hdc hdc_task=language-recognition technology=sram node=32nm", "hdc_texts/latency_s", "fpga-hdc", "clock_hz", 2, NULL, 0.5, 0.5 },
    { "", "hdc=fpga-hdc hdc_task=language-recognition technology=sram node=32nm", "hdc_texts/energy_j", "fpga-hdc", "power_w", 2, NULL, 2, 2 },
    /* Cores beside DRAM multiply bit by bit: arithmetic binds, not memory. */
    { "upmem-2556", "workload=gemv-163840 precision=32", SECONDS, NULL, "clock_hz", 2, NULL, 0.5, 0.6 },
    { "upmem-2556", "workload=gemv-163840 precision=32", SECONDS, NULL, "cycles_per_byte", 2, NULL, 1, 1.01 },
    { "upmem-2556", "workload=gemv-163840 precision=32", SECONDS, NULL, NULL, 0, "tasklets=1", 9, 11.1 },
    { "upmem-2556", "workload=gemv-163840 precision=32", SECONDS, NULL, NULL, 0, "active_dpus=1278", 1.7, 2 },
    { "upmem-2556", "workload=gemv-163840 precision=32", JOULES, NULL, "power_w", 2, NULL, 2, 2 },
    /* Transform units take area; small accumulators, slow transforms and slow operands time. */
    { "winograd-cube", WINOGRAD, "chip/area_m2", NULL, NULL, 0, "tile=direct", 0.9, 0.995 },
    { "winograd-cube", WINOGRAD, SECONDS, NULL, NULL, 0, "tile=direct", 1.2, 4 },
    { "winograd-cube", WINOGRAD, SECONDS, NULL, "transform_ops_hz", 0.01, NULL, 1.05, 100 },
    { "winograd-cube", WINOGRAD, SECONDS, NULL, "accumulator_bytes", 0.01, NULL, 1.05, 4 },
    { "winograd-cube", WINOGRAD, SECONDS, NULL, "operand_bytes_per_s", 0.1, NULL, 1.05, 4 },
    /* Links bind small batches of large networks; prices and epochs multiply; two halves
     * exchange over the network, one instance does not. */
    { "", CLOUD "cifar-10 instances=4", "allreduce_network_s", NULL, NULL, 0, "instance.network_bytes_per_s=6250000000", 0.49, 0.51 },
    { "", CLOUD "cifar-10 instances=4", "step_s", NULL, NULL, 0, "instance.network_bytes_per_s=6250000000", 0.5, 0.75 },
    { "", CLOUD "cifar-10 instances=4", "gpu_efficiency", NULL, NULL, 0, "instance.network_bytes_per_s=6250000000", 1.3, 2 },
    { "", CLOUD "cifar-10", "t1_s", NULL, NULL, 0, "instance.link_bytes_per_s=1.5e9", 3, 30 },
    { "", CLOUD "cifar-10", "interconnect_stall", NULL, NULL, 0, "instance.link_bytes_per_s=1.5e9", 10, 1000 },
    { "", CLOUD "cifar-10", "t0_s", NULL, NULL, 0, "instance.link_bytes_per_s=1.5e9", 1, 1 },
    { "", CLOUD "cifar-10", "t0_s", NULL, NULL, 0, "instance.gpu_share=0.312", 1.8, 2 },
    { "", CLOUD "cifar-10", "network_slowdown", NULL, NULL, 0, "instance.gpu_share=0.312", 0.5, 0.7 },
    { "", CLOUD "imagenet", "t3_s", NULL, NULL, 0, "instance.vcpus=16", 4, 4 },
    { "", CLOUD "imagenet", "t3_s", NULL, NULL, 0, "dataset.prep_s=0.1", 13, 14.1 },
    { "", CLOUD "imagenet", "t2_s", NULL, NULL, 0, "instance.storage_bytes_per_s=1e7", 50, 200 },
    { "", CLOUD "imagenet", "epoch_usd", NULL, NULL, 0, "instance.usd_per_s=0.0136", 2, 2 },
    { "", CLOUD "imagenet", "training_s", NULL, NULL, 0, "dataset.epochs=45", 0.5, 0.5 },
    /* Operation follows the grid, what is embodied does not; work that waits for a third of
     * the day keeps machines idle; a busier machine idles less; lenet writes more than its cache leaks. */
    { "", LIFE, "life_operational_kg", NULL, NULL, 0, "grid.kg_per_j=3e-7", 2.8, 2.85 },
    { "", LIFE, "life_embodied_kg", NULL, NULL, 0, "grid.kg_per_j=3e-7", 1, 1 },
    { "", LIFE, "life_operational_kg", NULL, NULL, 0, "pue=2.2", 2, 2 },
    { "", LIFE, "life_embodied_kg", NULL, NULL, 0, "lifetime=2y", 2, 2 },
    { "", LIFE, "life_embodied_kg", NULL, NULL, 0, "utilisation=0.9", 0.5, 0.51 },
    { "", LIFE, "life_energy_j", NULL, NULL, 0, "utilisation=0.9", 0.3, 0.9 },
    { "", LIFE, "life_embodied_kg", NULL, NULL, 0, "work_hours=4", 1.2, 2.7 },
    { "", LIFE, "life_energy_j", NULL, NULL, 0, "life.steps[experimentation].machine_s=1.296e8", 5, 10 },
    { "", LIFE, "life_energy_j", NULL, NULL, 0, "life.steps[data].moved_bytes=3.024e17", 2, 100 },
    { "", LIFE, "life_energy_j", NULL, NULL, 0, "device.host_w=2050", 2, 6 },
    { "", LIFE, "life_carbon_kg", NULL, NULL, 0, "technology=sram", 0.98, 0.9999 },
    { "", LIFE " grid=great-britain-6-may-2020 work_hours=4", "life_operational_kg", NULL, NULL, 0, "work_start=12", 0.6, 0.95 },
    { "", LIFE " work_hours=4", "life_operational_kg", NULL, NULL, 0, "work_start=12", 1, 1 },
    /* A key frame waits for the uplink, a cut's features more so; what runs on the device takes
     * the battery, what runs in the cloud money. */
    { "simba-like", VIDEO, "result_s", NULL, NULL, 0, "site.uplink_bytes_per_s=17625", 8, 40 },
    { "simba-like", VIDEO, "sent_bytes_per_s", NULL, NULL, 0, "site.uplink_bytes_per_s=70500", 1, 1 },
    { "simba-like", VIDEO, "device_w", NULL, NULL, 0, "site.uplink_j_per_bit=4.3839e-6", 1.5, 10 },
    { "simba-like", VIDEO, "sent_bytes_per_s", NULL, NULL, 0, "video.key_interval=20", 0.4, 0.6 },
    { "simba-like", VIDEO, "sent_bytes_per_s", NULL, NULL, 0, "video.bits_per_pixel=0.1544", 2, 2 },
    { "simba-like", VIDEO, "sent_bytes_per_s", NULL, NULL, 0, "video_pipeline=in-cloud", 1, 10 },
    { "simba-like", VIDEO, "sent_bytes_per_s", NULL, NULL, 0, "video_pipeline=on-device", 0.001, 0.1 },
    { "simba-like", VIDEO, "sent_bytes_per_s", NULL, NULL, 0, "cut=5", 2.5, 3 },
    { "simba-like", VIDEO " cut=5", "sent_bytes_per_s", NULL, NULL, 0, "precision=16", 2, 2 },
    { "simba-like", VIDEO, "price_usd_per_s", NULL, NULL, 0, "video_pipeline=on-device", 0.001, 0.1 },
    { "simba-like", VIDEO, "price_usd_per_s", NULL, NULL, 0, "site.uplink_usd_per_byte=1e-8", 1.9, 2 },
    { "simba-like", VIDEO, "cloud_w", NULL, NULL, 0, "site.cloud_j_per_mac=8.43e-10", 9, 10 },
    { "simba-like", VIDEO " video_pipeline=filter-on-device", "sent_bytes_per_s", NULL, NULL, 0, "video_pipeline.pass_share=0.6", 2, 2 },
    { "simba-like", VIDEO " video_pipeline=full-on-device", "chip_w", NULL, NULL, 0, "video_pipeline.classify=cloud", 0.3, 0.99 },
    { "simba-like", VIDEO " video_pipeline=full-on-device", "chip_w", NULL, NULL, 0, "technology=sram", 1.001, 10 },
    /* A core computes at its clock and pays for instructions; lanes do several at once. */
    { "cpu-scalar", CPU, SECONDS, NULL, "clock_hz", 2, NULL, 0.45, 0.7 },
    { "cpu-scalar", CPU, SECONDS, NULL, "pe_columns", 16, NULL, 1 / 17.0, 0.5 },
    { "cpu-scalar", CPU, JOULES, NULL, "instruction_j", 2, NULL, 1.5, 2 },
    { "cpu-scalar", CPU, JOULES, NULL, "dram_j_per_bit", 100, NULL, 1.001, 50 },
    { "cpu-scalar", CPU, SECONDS, NULL, "dram_bytes_per_s", 1e-4, NULL, 1.5, 1e4 },
    /* Half of the rows take twice the folds; buffers hold up what is faster than
     * they are. */
    { "scalesim-32", ARRAY, SECONDS, NULL, "pe_rows", 0.5, NULL, 1.3, 2.2 },
    { "scalesim-32", ARRAY, SECONDS, NULL, "clock_hz", 2, NULL, 0.5, 0.95 },
    { "scalesim-32", ARRAY, SECONDS, NULL, NULL, 0, "technology=stt-mram", 1.02, 100 },
    { "scalesim-32", ARRAY, JOULES, NULL, "dram_j_per_bit", 2, NULL, 1.02, 2 },
    { "scalesim-32", ARRAY, JOULES, NULL, "mac_j", 10, NULL, 1.02, 10 },
    /* Rows of filters lie in PEs; what the buffer does not hold comes from DRAM again. */
    { "eyeriss-like", ARRAY, SECONDS, NULL, "pe_columns", 0.5, NULL, 1.3, 2.2 },
    { "eyeriss-like", ARRAY, SECONDS, NULL, "dram_bytes_per_s", 1e-5, NULL, 2, 1e5 },
    { "eyeriss-like", ARRAY, JOULES, NULL, "dram_j_per_bit", 2, NULL, 1.05, 2 },
    { "eyeriss-like", ARRAY, JOULES, NULL, "mac_j", 10, NULL, 1.02, 10 },
    /* A nest of loops counts each level's accesses. */
    { "timeloop-eyeriss", NEST, JOULES, NULL, "levels[pe-weight].read_j", 2, NULL, 1.05, 2 },
    { "timeloop-eyeriss", NEST, JOULES, NULL, "levels[global-buffer].read_j", 2, NULL, 1.001, 2 },
    { "timeloop-eyeriss", NEST, JOULES, NULL, "dram_j_per_bit", 2, NULL, 1.02, 2 },
    { "timeloop-eyeriss", NEST, SECONDS, NULL, "clock_hz", 2, NULL, 0.5, 0.5 },
    { "timeloop-eyeriss", NEST, SECONDS, NULL, "dram_bytes_per_s", 1e-9, NULL, 1.5, 1e6 },
    /* A simulated training is the sum of its layers' phases. */
    { "neurosim-fefet", TRAINING, SECONDS, NULL, "layers.forward_s", 2, NULL, 1.1, 1.9 },
    { "neurosim-fefet", TRAINING, SECONDS, NULL, "layers.update_s", 2, NULL, 1.0001, 1.1 },
    { "neurosim-fefet", TRAINING, JOULES, NULL, "layers.weight_j", 2, NULL, 1.2, 2 },
    { "neurosim-fefet", TRAINING, SECONDS, NULL, NULL, 0, "learning=feedback_alignment", 0.3, 0.99 },
    /* A GPU is bound by arithmetic in batches, by DRAM where that is slow, and by launches alone. */
    { "gtx-1080-ti", GPU_AT, SECONDS, NULL, "peak_macs_hz", 0.25, NULL, 1.5, 4 },
    { "gtx-1080-ti", GPU_AT, SECONDS, NULL, "dram_bytes_per_s", 0.02, NULL, 2, 50 },
    { "gtx-1080-ti", GPU_AT, JOULES, NULL, "mac_j", 2, NULL, 1.3, 2 },
    { "gtx-1080-ti", GPU_AT, JOULES, NULL, "dram_read_j_per_bit", 10, NULL, 1.02, 9 },
    { "gtx-1080-ti", GPU_AT, SECONDS, NULL, "launch_s", 100, NULL, 1.02, 100 },
    { "gtx-1080-ti", GPU_AT, JOULES, NULL, NULL, 0, "technology=sram", 0.5, 0.99999 },
    /* Small networks are their launches. */
    { "titan-v", "workload=lenet precision=32", SECONDS, NULL, "launch_s", 2, NULL, 1.9, 2 },
    { "titan-v", "workload=vgg16 precision=32 batch=64", SECONDS, NULL, "macs_hz", 2, NULL, 0.5, 0.6 },
    { "titan-v", "workload=gemv-163840 precision=32", SECONDS, NULL, "bytes_per_s", 2, NULL, 0.5, 0.55 },
};
/* clang-format on */

static struct sweep sweep;
static struct study study;

/* One more setting, in place of that of the same axis. */
static void setting_add(const char **settings, size_t *count, const char *setting)
{
    size_t key = strcspn(setting, "=") + 1;

    for (size_t i = 0; i < *count; i++)
        if (strncmp(settings[i], setting, key) == 0) {
            settings[i] = setting;
            return;
        }
    CU_ASSERT_FATAL(*count < SETTINGS_MAX);
    settings[(*count)++] = setting;
}

/* The metric at a machine's one point, NAN if that is infeasible. */
static double evaluate(const struct move *move, const char *setting)
{
    char text[512], machine[64];
    const char *settings[SETTINGS_MAX] = { machine };
    struct error err = { "" };
    enum stage_id stage = STAGE_COUNT;
    size_t count = move->machine[0] ? 1 : 0, metric = 0;
    double value = NAN;

    snprintf(machine, sizeof machine, "machine=%s", move->machine);
    snprintf(text, sizeof text, "%s", move->settings);
    for (char *one = strtok(text, " "); one; one = strtok(NULL, " "))
        setting_add(settings, &count, one);
    if (setting)
        setting_add(settings, &count, setting);
    study = (struct study){ 0 };
    if (sweep_from_settings(settings, count, shipped_library(), &sweep, &err) ==
        STATUS_OK) {
        CU_ASSERT_EQUAL_FATAL(
            metric_find(move->metric, &sweep, STAGES_ALL, &stage, &metric, NULL),
            STATUS_OK);
        sweep.stages = STAGE_BIT(stage);
        if (study_init(&study, &sweep, shipped_library(), &err) == STATUS_OK) {
            study_evaluate(&study, &err);
            if (study.statuses[stage][0] == POINT_DONE)
                value = ((const double *)study.results[stage].column[metric])[0];
        }
    }
    if (isnan(value))
        fprintf(stderr, "%s %s: %s\n", move->machine, move->settings, err.text);
    study_free(&study);
    sweep_free(&sweep);
    return value;
}

static double changed(const struct move *move)
{
    const char *name = move->record ? move->record : move->machine;
    void *record;
    struct error reason = { "" };
    const struct schema *schema;
    double value;

    if (!move->field)
        return evaluate(move, move->setting);
    record = (void *)library_find(
        shipped_library(), move->machine[0] ? RECORDS_MACHINE : RECORDS_HDC, name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(record);
    schema = move->machine[0] ? machine_family(record)->schema : &hdc_schema;
    CU_ASSERT_EQUAL_FATAL(
        path_scale(schema, record, move->field, move->factor, &reason), STATUS_OK);
    value = evaluate(move, NULL);
    CU_ASSERT_EQUAL_FATAL(
        path_scale(schema, record, move->field, 1 / move->factor, &reason), STATUS_OK);
    return value;
}

static void inputs_move_what_they_must(void)
{
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        const struct move *move = &moves[i];
        double ratio = changed(move) / evaluate(move, NULL);
        bool is_right = ratio >= move->least * (1 - 1e-9) &&
                        ratio <= move->most * (1 + 1e-9);

        if (!is_right)
            fprintf(stderr, "%s: %s %s moves %s by %.4g, must be within %g..%g\n",
                    move->machine, move->settings,
                    move->field ? move->field : move->setting, move->metric, ratio,
                    move->least, move->most);
        CU_ASSERT(is_right);
    }
}

SUITE(moves, TEST(inputs_move_what_they_must));
