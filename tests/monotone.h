/* What must hold at any point: how metrics move along an axis, and how they relate to each
 * other.  Tables for test_monotone.c.
 *
 * Not here, since physics does not say so: latency or energy over capacity, temperature or
 * node under a target that is something else (the search takes another organization), nor
 * area under target=area with a bound on delay (the shortest delay moves, too, and with it
 * which organizations may be taken: such claims are made for delay_bound=0);
 * cycles over the number of PEs (layers that do not divide leave PEs idle, and wider
 * arrays take longer to fill); area over nodes (cells differ in F2); epochs over instances
 * (a network may take more than a machine gives). */
#ifndef NVSWEEP_TESTS_MONOTONE_H
#define NVSWEEP_TESTS_MONOTONE_H

#include "array_library.h"

#include "machine/pe_array/pe_array.h"
#include "carbon/carbon.h"
#include "cloud/training.h"
#include "stage/stage.h"
#include "tech/node.h"

/* Metrics of a stage along one axis, all else the same. */
struct along {
    enum stage_id stage;
    enum axis_id axis;   /* FIELD: the field below */
    const char *metrics; /* "+a": never falls, "-a": never rises, "=a": stays */
    const char *why;
    const char *settings; /* under which it holds, "axis=value axis=this|that" */
    const char *values;   /* of the axis, ascending; by default drawn */
    double least, most;   /* of drawn numbers; by default the axis's range */
    double (*order)(const struct record *record); /* of records */
    bool (*holds)(const struct point *point);     /* further condition */
    double round_s;        /* a round may take so long, by default a little */
    bool doubles;          /* values are the first times powers of two */
    const char *field;     /* of records, as a sweep of settings names it */
    bool is_count;         /* its values are whole numbers */
    bool one_organization; /* of the array: compare only points that have the same */
};

#define FIELD ((enum axis_id)AXES_NAMED) /* the first one of a sweep */

static double grid_order(const struct record *record)
{
    return ((const struct grid_region *)record)->kg_per_j;
}

static double prep_order(const struct record *record)
{
    return ((const struct dataset *)record)->prep_s;
}

/* A machine that works draws more than one that does not. */
static bool work_costs(const struct point *point)
{
    const struct device *device = (const struct device *)point->device;

    return device->power_w / device_gain(device, point->optimisations) >=
           device->idle_w;
}

/* Rows enough that mats of every shape can be built: an array of a few wide rows is all
 * periphery, and a taller one may be smaller. */
static bool has_rows(const struct point *point)
{
    const struct cell *cell = (const struct cell *)point->technology;
    uint64_t ways = point->associativity ? point->associativity : 1;
    uint64_t deep = cell->kind == CELL_RACETRACK ? cell->domains_per_track : 1;

    return point->capacity_bytes / point->line_bytes / ways / deep >= 16384;
}

/* NVSim's tables hold off-currents constant at some nodes, where wires and the sizes they
 * ask for still change, and have errors at others (itrs_planar.cfg). */
static bool off_currents_rise(const struct point *point)
{
    const struct node *node = library_node(shipped_library(), point->node_m,
                                           point->roadmap);

    for (size_t i = 1; node && i < node->points_count; i++)
        if (node->points[i].ioff_n_a_per_m <= node->points[i - 1].ioff_n_a_per_m ||
            node->points[i].ioff_p_a_per_m <= node->points[i - 1].ioff_p_a_per_m)
            return false;
    return node && node->points_count > 1;
}

/* EIE's zeros lie where they are drawn: a share a little larger may have fewer. */
static bool draws_no_zeros(const struct point *point)
{
    return ((const struct machine *)point->machine)->family != FAMILY_EIE;
}

#define SMALL_NETS "workload=lenet|alexnet|squeezenet|vgg8-cifar"
#define OFF_ROAD " phase=inference layer=all"
#define EIE                                             \
    "machine=eie-64 workload=eie9 layer=7|8|9 batch=1 " \
    "phase=inference"

/* clang-format off */
static const struct along alongs[] = {
    /* ---- array */
    { STAGE_ARRAY, AXIS_capacity_bytes, "+area_m2", "more cells; between sizes that are no multiples, mats of other shapes fit", .settings = "target=area delay_bound=none tiers=1 bank_count=1 associativity=ram|1|4|8|16 line=32|64|128", .least = 1 << 20, .most = 1 << 27, .doubles = true, .holds = has_rows },
    { STAGE_ARRAY, AXIS_capacity_bytes, "+leakage_w", "more cells and drivers leak", .settings = "target=leakage delay_bound=none tiers=1 associativity=ram bank_count=1 ecc=none line=32|64", .least = 1 << 20, .most = 1 << 23, .doubles = true, .holds = has_rows },
    { STAGE_ARRAY, AXIS_temperature_k, "+leakage_w", "subthreshold current rises with temperature, retention falls", .settings = "target=area delay_bound=none wires=semi_global", .one_organization = true, .holds = off_currents_rise },
    { STAGE_ARRAY, AXIS_ecc, "+area_m2", "check bits and a decoder", .settings = "target=area delay_bound=none", .values = "none,secded" },
    { STAGE_ARRAY, AXIS_ecc, "+area_m2", "check bits and a decoder", .settings = "target=area delay_bound=none", .values = "none,bch2" },
    { STAGE_ARRAY, AXIS_power_gating, "-leakage_w =area_m2", "idle mats are switched off", .settings = "target=area delay_bound=none", .values = "off,on" },

    /* ---- reuse and GPUs */
    { STAGE_REUSE, AXIS_batch, "+macs +footprint_bytes", "more samples; accesses and time may be less where another tile fits better", .settings = SMALL_NETS, .most = 16 },
    { STAGE_REUSE, AXIS_phase, "+macs +llc_reads +llc_writes +footprint_bytes", "training contains the forward pass", .settings = SMALL_NETS " batch=1", .values = "inference,training" },
    { STAGE_GPU, AXIS_capacity_bytes, "-llc_misses -miss_ratio -dram_reads -dram_writes -dram_read_bytes -dram_write_bytes", "LRU contains the smaller cache's lines (Mattson et al., 1970)", .settings = SMALL_NETS " batch=1", .least = 1024 },
    { STAGE_GPU, FIELD, "+energy_j +edp_js +dram_energy_j +power_w =latency_s", "DRAM's energy is a term of the sum", .settings = SMALL_NETS " batch=1", .field = "dram_read_j_per_bit", .least = 1e-15, .most = 1e-9 },
    { STAGE_GPU, FIELD, "+latency_s +energy_j +edp_js =llc_delay_s", "DRAM's time is a term of the sum, the cache leaks for longer", .settings = SMALL_NETS " batch=1 time_base=serial|serial_full_leakage", .field = "dram_latency_s", .least = 1e-10, .most = 1e-5 },
    { STAGE_GPU, AXIS_time_base, "+energy_j +llc_leakage_j =latency_s", "leakage over DRAM's time, too", .settings = SMALL_NETS " batch=1", .values = "serial,serial_full_leakage" },

    /* ---- retention */
    { STAGE_RETENTION, AXIS_refresh, "-policy_refresh_w -refresh_share -refresh_busy -policy_leakage_w +lost_share +lost_hz =refresh_all_w", "what need not be refreshed is not", .settings = SMALL_NETS " batch=1", .values = "all,live,none" },
    { STAGE_RETENTION, FIELD, "-lost_share -lost_hz +cell_retention_s", "what outlives a longer time outlives a shorter one", .settings = SMALL_NETS " batch=1 technology=edram-3t refresh=none", .field = "technology.retention_s", .least = 1e-9, .most = 1e3 },
    { STAGE_RETENTION, FIELD, "-refresh_share -refresh_busy -policy_refresh_w", "fewer lines, less often", .settings = SMALL_NETS " batch=1 technology=edram|edram-3t refresh=live|all", .field = "technology.retention_s", .least = 1e-9, .most = 1e3, .one_organization = true },
    { STAGE_RETENTION, FIELD, "-lost_share -lost_hz +cell_retention_s +cell_flip_s +cell_stability +write_current_a +write_pulse_s", "a higher barrier (Neel, 1949) needs a larger current (Sun, 2000)", .settings = SMALL_NETS " batch=1 technology=stt-mram|sot-mram capacity=16384|131072|1048576 refresh=none", .field = "technology.thermal_stability", .least = 5, .most = 80 },
    { STAGE_RETENTION, AXIS_temperature_k, "-cell_retention_s +lost_share", "heat lets cells forget", .settings = SMALL_NETS " batch=1 refresh=none technology=edram|edram-3t|stt-mram|sot-mram-aggressive|racetrack" },
    { STAGE_GPU, AXIS_refresh, "-energy_j -llc_leakage_j -latency_s", "refresh is a part of leakage, and banks wait for it", .settings = SMALL_NETS " batch=1", .values = "all,live,none" },
    { STAGE_CARBON, AXIS_refresh, "-operational_kg -carbon_kg", "refresh is energy", .settings = SMALL_NETS " batch=1", .values = "all,live,none" },
    { STAGE_RELIABILITY, AXIS_refresh, "-scrub_w =bit_flip_hz =unprotected_fit", "fewer lines, and fewer that may fail", .settings = SMALL_NETS " batch=1 technology=stt-mram|sot-mram|racetrack ecc=secded|bch2 levelling=ideal write_error_rate=0 lifetime=86400 fit_target=1e12", .values = "all,live" },

    /* ---- accelerators */
    { STAGE_BUFFERS, FIELD, "+memories_area_m2", "more cells", .settings = "target=area delay_bound=none energies=array machine=eyeriss|eyeriss-like|edge-tpu|tpu-like|dadiannao", .least = 4096, .most = 1 << 26, .field = "levels[input-buffer|weight-buffer|output-buffer|global-buffer].bytes", .is_count = true },
    { STAGE_MAPPING, AXIS_batch, "+cycles +ideal_cycles +layer_macs +computed_macs +offchip_accesses", "more samples, weights shared at best; where mappings are searched for, or Winograd tiles chosen, others may be taken", .settings = SMALL_NETS OFF_ROAD " machine=systolic-32|tpu-like|edge-tpu-like|scalesim-32|eie-64|cpu-scalar|cpu-simd", .most = 16 },
    { STAGE_MAPPING, FIELD, "-cycles -stall_cycles =layer_macs", "DRAM makes nothing wait for longer", .settings = SMALL_NETS OFF_ROAD " batch=1", .least = 1e6, .field = "dram_bytes_per_s", .most = 1e14 },
    { STAGE_MAPPING, AXIS_weight_density, "+cycles +computed_macs =layer_macs", "zeros are skipped or carried along", .settings = SMALL_NETS OFF_ROAD " batch=1", .least = 1e-3, .holds = draws_no_zeros },
    { STAGE_MAPPING, AXIS_activation_density, "+cycles +computed_macs =layer_macs", "zeros are skipped or carried along", .settings = SMALL_NETS OFF_ROAD " batch=1", .least = 1e-3, .holds = draws_no_zeros },
    { STAGE_MAPPING, FIELD, "-cycles =computed_macs", "a longer queue evens out more", .settings = EIE " activation_density=0.1|0.3 weight_density=0.01|0.03", .most = 64, .round_s = 1, .field = "queue_depth", .is_count = true, .least = 1 },
    { STAGE_MAPPING, AXIS_weight_density, "+computed_macs =layer_macs", "more entries to be multiplied; further apart than random zeros scatter, while cycles are bound by columns", .settings = EIE " activation_density=0.1|0.3", .values = "0.005,0.01,0.02,0.04", .round_s = 1 },
    { STAGE_MAPPING, AXIS_activation_density, "+cycles +computed_macs =layer_macs", "more columns to be broadcast; further apart than random zeros scatter", .settings = EIE " weight_density=0.01|0.03", .values = "0.02,0.05,0.12,0.3", .round_s = 1 },
    { STAGE_CHIP, FIELD, "+sample_j +dynamic_j +mean_power_w +sample_edp_js =latency_s =onchip_power_w", "DRAM's energy is a term of the sum", .settings = SMALL_NETS OFF_ROAD " batch=1", .field = "dram_j_per_bit", .least = 1e-15, .most = 1e-9 },
    { STAGE_CHIP, FIELD, "-latency_s +throughput_hz =area_m2", "DRAM makes nothing wait for longer; a winograd mapper that may choose knows nothing of slow buffers", .settings = SMALL_NETS OFF_ROAD " batch=1", .least = 1e6, .field = "dram_bytes_per_s", .most = 1e14 },
    { STAGE_CHIP, AXIS_inference_hz, "-sample_j +mean_power_w +duty =latency_s =idle_w", "leakage between inferences is shared by more of them", .settings = SMALL_NETS OFF_ROAD " batch=1", .least = 1e-3, .most = 1e4 },
    { STAGE_CHIP, AXIS_idle, "-idle_w +wake_j", "what is switched off leaks nothing and must wake", .settings = SMALL_NETS OFF_ROAD " batch=1", .values = "on,gate,reload" },
    { STAGE_CHIP, FIELD, "+peak_macs_hz +area_m2", "more PEs", .settings = SMALL_NETS OFF_ROAD " batch=1", .most = 64, .field = "pe_rows", .is_count = true, .least = 1 },

    /* ---- edge */
    { STAGE_EDGE, AXIS_inference_hz, "+average_power_w -average_inference_j -battery_life_s =standby_w =marginal_j", "leakage between inferences is shared by more of them", .settings = SMALL_NETS OFF_ROAD " batch=1", .least = 1e-3, .most = 1e4 },
    { STAGE_EDGE, FIELD, "+average_power_w -battery_life_s +marginal_j =standby_w", "DRAM's energy is a term of the sum", .settings = SMALL_NETS OFF_ROAD " batch=1 ips=1|10", .field = "dram_j_per_bit", .least = 1e-15, .most = 1e-9 },
    { STAGE_VIDEO_ANALYSIS, FIELD, "+device_w +total_w +frame_j -battery_life_s =result_s =radio_w", "DRAM's energy is a term of the sum", .settings = "workload=lenet|alexnet|squeezenet" OFF_ROAD " batch=1", .field = "dram_j_per_bit", .least = 1e-15, .most = 1e-9 },

    /* ---- carbon */
    { STAGE_FOOTPRINT, AXIS_lifetime_s, "+device_operational_kg +device_carbon_kg =device_embodied_kg -device_embodied_share", "kept for longer it draws power for longer", .settings = NULL },
    { STAGE_FOOTPRINT, AXIS_utilisation, "+device_operational_kg =device_embodied_kg", "work costs more than idling", .holds = work_costs },
    { STAGE_FOOTPRINT, AXIS_pue, "+device_operational_kg =device_embodied_kg", "cooling and conversion", .settings = NULL },
    { STAGE_FOOTPRINT, AXIS_grid_region, "+device_operational_kg =device_embodied_kg", "carbon of the electricity used", .order = grid_order },
    { STAGE_FOOTPRINT, AXIS_fab_grid, "+cpa_kg_per_m2 +cpa_energy_kg_per_m2 +device_embodied_kg =device_operational_kg =cpa_gas_kg_per_m2", "carbon of the electricity that made it", .order = grid_order },
    { STAGE_FOOTPRINT, AXIS_fab_yield, "-cpa_kg_per_m2 -device_logic_kg -device_memory_kg -device_storage_kg -device_embodied_kg", "dies that fail are paid for by those that work (ACT, ISCA 2022)", .settings = NULL },
    { STAGE_FOOTPRINT, AXIS_fab_abatement, "-cpa_gas_kg_per_m2 -cpa_kg_per_m2 -device_embodied_kg", "gases that are destroyed", .settings = NULL },
    { STAGE_FOOTPRINT, AXIS_optimisations, "+device_gain -device_operational_kg", "a step saves energy", .most = 8 },
    { STAGE_CARBON, AXIS_lifetime_s, "-amortised_kg -carbon_kg =operational_kg =embodied_kg", "the work's share of the life falls", .settings = SMALL_NETS " batch=1" },
    { STAGE_CARBON, AXIS_utilisation, "-amortised_kg -carbon_kg =operational_kg", "the work's share of the life falls", .settings = SMALL_NETS " batch=1" },
    { STAGE_CARBON, AXIS_pue, "+operational_kg +carbon_kg -embodied_share =embodied_kg", "cooling and conversion", .settings = SMALL_NETS " batch=1" },
    { STAGE_CARBON, AXIS_fab_yield, "-cache_embodied_kg -embodied_kg -cdp_kgs -cep_kgj", "dies that fail are paid for by those that work", .settings = SMALL_NETS " batch=1" },
    { STAGE_CARBON, AXIS_grid_region, "+operational_kg +carbon_kg", "carbon of the electricity used", .settings = SMALL_NETS " batch=1", .order = grid_order },
    { STAGE_CARBON, FIELD, "+operational_kg +carbon_kg +cep_kgj +ce2p_kgj2 =amortised_kg", "energy has its carbon", .settings = SMALL_NETS " batch=1", .field = "dram_read_j_per_bit", .least = 1e-15, .most = 1e-9 },

    /* ---- cloud */
    { STAGE_CLOUD, AXIS_instances, "+allreduce_s +exposed_s =t0_s =t1_s =gradient_bytes", "a ring of more takes longer (Patarasuk and Yuan, 2009)", .settings = SMALL_NETS " batch=1|2" },
    { STAGE_CLOUD, AXIS_batch, "=gradient_bytes =allreduce_s =buckets", "more samples a step, the same weights", .settings = SMALL_NETS, .most = 16 },
    { STAGE_CLOUD, AXIS_precision_bits, "+gradient_bytes +allreduce_s", "more bits a weight", .settings = SMALL_NETS " batch=1", .most = 64 },
    { STAGE_CLOUD, AXIS_overlap, "-exposed_s -step_s =allreduce_s", "what overlaps is hidden", .settings = SMALL_NETS " batch=1|2", .values = "no,yes" },
    { STAGE_CLOUD, AXIS_bucket_bytes, "-buckets -allreduce_s", "fewer starts of transfers", .settings = SMALL_NETS " batch=1|2" },
    { STAGE_CLOUD, AXIS_dataset, "+t3_s +prep_stall =t1_s", "samples take longer to decode", .settings = SMALL_NETS " batch=1|2", .order = prep_order },

    /* ---- reliability */
    { STAGE_RELIABILITY, AXIS_write_error_rate, "+unprotected_fit -scrub_interval_s =wear_lifetime_s", "more errors to be found", .settings = SMALL_NETS " batch=1", .least = 1e-18, .most = 1e-4 },
    { STAGE_RELIABILITY, AXIS_fit_target, "+scrub_interval_s -scrub_share -scrub_w =unprotected_fit =bit_flip_hz", "errors may wait for longer", .settings = SMALL_NETS " batch=1" },
    { STAGE_RELIABILITY, AXIS_write_skew, "-unlevelled_lifetime_s =ideal_lifetime_s", "the most written line decides", .settings = SMALL_NETS " batch=1" },
    { STAGE_RELIABILITY, AXIS_utilisation, "+line_write_hz -wear_lifetime_s -ideal_lifetime_s", "more writes a second", .settings = SMALL_NETS " batch=1" },
    { STAGE_RELIABILITY, AXIS_levelling, "+wear_lifetime_s =line_write_hz", "start-gap keeps 97 % of the ideal (Qureshi et al., 2009)", .settings = SMALL_NETS " batch=1", .values = "start_gap,ideal" },
    { STAGE_RELIABILITY, AXIS_temperature_k, "+bit_flip_hz", "thermally activated", .settings = SMALL_NETS " batch=1 target=area delay_bound=none fit_target=1e18" },

    /* ---- computing in memory */
    { STAGE_ENGINES, AXIS_temperature_k, "+memories_leakage_w", "subthreshold current rises with temperature", .settings = "target=area delay_bound=none energies=array machine=mensa|mensa-edge-tpu|mensa-edge-tpu-hb", .round_s = 1, .holds = off_currents_rise },
    { STAGE_OPERATIONS, AXIS_precision_bits, "+aaps +aps +lanes_s +lane_j", "bit-serial: a sequence a bit", .settings = "machine=simdram|ambit|simdram-tfaw|simdram-rank operation=add|subtract|greater|equal|multiply" },
    { STAGE_OPERATIONS, FIELD, "+active_lanes +lanes_hz +lanes_w", "more banks", .settings = "machine=simdram|ambit|simdram-rank operation=add|multiply|subtract precision=8|16|32 elements=1", .field = "active_banks", .is_count = true, .least = 1, .most = 16 },
    { STAGE_OPERATIONS, FIELD, "+active_lanes +lanes_hz +lanes_w", "more cores", .settings = "machine=upmem-640|upmem-2556|upmem-rank operation=add|multiply|subtract precision=8|16|32 elements=1", .field = "active_dpus", .is_count = true, .least = 1, .most = 2560 },
    { STAGE_OPERATIONS, FIELD, "-lanes_s +lanes_hz -lane_j", "an instruction a tasklet each 11 cycles", .settings = "machine=upmem-640|upmem-2556|upmem-rank operation=add|multiply|subtract precision=8|16|32 elements=1", .most = 24, .field = "tasklets", .is_count = true, .least = 1 },
    { STAGE_LAYERWISE, AXIS_batch, "+macs +latency_s +energy_j +compute_s =weight_bytes", "more samples", .settings = SMALL_NETS " layer=all precision=8|16|32 phase=inference", .most = 16 },
    { STAGE_LAYERWISE, AXIS_batch, "+macs =area_m2", "more samples; layers may go to another engine", .settings = SMALL_NETS " layer=all precision=8 phase=inference machine=mensa|mensa-edge-tpu|mensa-edge-tpu-hb energies=array placement=weights technology=sram node=16e-9 roadmap=hp rules=physical target=edap temperature=350", .most = 16, .round_s = 1 },
    { STAGE_LAYERWISE, FIELD, "-compute_s", "more cores share the work", .settings = SMALL_NETS " layer=all machine=upmem-640|upmem-2556|upmem-rank precision=8|16|32 phase=inference batch=1", .field = "active_dpus", .is_count = true, .least = 1, .most = 2560 },
    { STAGE_LAYERWISE, FIELD, "-latency_s =macs", "weights come faster", .settings = SMALL_NETS " layer=all machine=titan-v|xeon-skylake precision=8|16|32 phase=inference batch=1", .least = 1e6, .most = 1e12, .field = "oversubscribed_bytes_per_s" },

    /* ---- crossbars */
    { STAGE_CROSSBAR_SUBARRAY, FIELD, "+adc_s +adc_j +adc_m2 +settle_s +conversion_s =cells_m2 =sum_bits", "a level more halves the step", .settings = "technology=rram|pcm|fefet|ctt|sram|stt-mram|rram-mlc", .field = "adc_bits", .is_count = true, .least = 1, .most = 16 },
    { STAGE_CROSSBAR_SUBARRAY, FIELD, "+cells_m2", "more cells; on longer bitlines fewer may conduct", .settings = "technology=rram|pcm|fefet|ctt|sram|stt-mram|rram-mlc", .most = 1024, .field = "rows", .is_count = true, .least = 32 },
    { STAGE_CROSSBAR_SUBARRAY, FIELD, "+sum_bits =cells_m2", "more levels", .settings = "technology=rram|pcm|fefet|ctt|rram-mlc", .field = "cell_bits", .is_count = true, .least = 1, .most = 8 },
    { STAGE_CROSSBAR_CHIP, AXIS_batch, "+latency_s +energy_j +macs +offchip_bytes =weight_count =area_m2", "more samples, weights in place", .settings = SMALL_NETS " layer=all technology=rram|pcm|fefet|ctt|sram precision=8", .most = 64 },
    { STAGE_CROSSBAR_CHIP, FIELD, "-latency_s -energy_j =area_m2", "DRAM makes nothing wait for longer", .settings = SMALL_NETS " layer=all technology=rram|pcm|fefet|ctt|sram precision=8", .least = 1e6, .field = "dram_bytes_per_s", .most = 1e14 },
    { STAGE_CROSSBAR_CHIP, FIELD, "+energy_j +edp_js =latency_s", "DRAM's energy is a term of the sum", .settings = SMALL_NETS " layer=all technology=rram|pcm|fefet|ctt|sram precision=8", .field = "dram_j_per_bit", .least = 1e-15, .most = 1e-9 },
    { STAGE_CROSSBAR_CHIP, FIELD, "+latency_s +energy_j +epoch_writes +endurance_share", "more cells are written", .settings = SMALL_NETS " layer=all technology=rram|pcm|fefet|ctt|sram precision=8 phase=training", .field = "update_share", .least = 1e-4, .most = 1 },
    { STAGE_CROSSBAR_CHIP, FIELD, "+latency_s +energy_j +epoch_writes", "more pulses", .settings = SMALL_NETS " layer=all technology=rram|pcm|fefet|ctt|rram-mlc precision=8 phase=training", .field = "update_pulses", .least = 1e-2, .most = 100 },
    { STAGE_CROSSBAR_CHIP, AXIS_activation_density, "+energy_j =area_m2", "more wordlines are driven", .settings = SMALL_NETS " layer=all technology=rram|pcm|fefet|ctt|sram precision=8", .least = 1e-3 },
    { STAGE_CROSSBAR_CHIP, AXIS_epoch_samples, "+epoch_s +epoch_j +epoch_writes =latency_s", "more batches", .settings = SMALL_NETS " layer=all technology=rram|pcm|fefet|ctt|sram precision=8 phase=training", .most = 1e9 },

    /* ---- machines side by side */
    { STAGE_MACHINES, AXIS_area_budget_m2, "+copies +rate_hz =latency_s =sample_j", "more copies", .settings = SMALL_NETS " layer=all batch=1 phase=inference precision=8|16", .least = 1e-5 },
    { STAGE_MACHINES, AXIS_dram_budget_bytes_per_s, "+rate_hz -period_s =latency_s", "copies wait for DRAM less", .settings = SMALL_NETS " layer=all batch=1 phase=inference precision=8|16", .least = 1e6 },

    /* ---- hyperdimensional computing */
    { STAGE_HDC_TEXTS, FIELD, "+latency_s +energy_j +ngrams +binds =area_m2", "more texts", .settings = "technology=racetrack|rram|pcm|sram|fefet", .most = 1e9, .field = "hdc_task.queries", .is_count = true, .least = 1 },
    { STAGE_HDC_TEXTS, FIELD, "+latency_s +energy_j +compared_bits =ngrams", "more vectors to compare with", .settings = "technology=racetrack|rram|pcm|sram|fefet", .most = 64, .field = "hdc_task.classes", .is_count = true, .least = 1 },
    { STAGE_HDC_TEXTS, FIELD, "+counter_updates +compared_bits", "longer vectors", .settings = "technology=racetrack|rram|pcm|sram|fefet", .most = 20000, .field = "hdc_task.dimension", .is_count = true, .least = 8 },
};

/* Of every row that is done: "left <= right", "left >= right", "left = right"; "roofline: " or
 * "serial: " before: of those with such a time base. */
struct law {
    enum stage_id stage;
    const char *text;
};

static const struct law laws[] = {
    { STAGE_ARRAY, "tag_energy_j <= read_energy_j" },
    { STAGE_ARRAY, "area_efficiency <= 1" },
    { STAGE_ARRAY, "refresh_w <= leakage_w" },
    { STAGE_REUSE, "llc_read_bytes >= llc_reads" },
    { STAGE_RETENTION, "policy_refresh_w <= refresh_all_w" },
    { STAGE_RETENTION, "policy_refresh_w <= policy_leakage_w" },
    { STAGE_RETENTION, "refresh_share <= 1" },
    { STAGE_RETENTION, "refresh_busy <= 1" },
    { STAGE_RETENTION, "lost_share <= 1" },
    { STAGE_GPU, "llc_misses <= llc_reads + llc_writes" },
    { STAGE_GPU, "miss_ratio <= 1" },
    { STAGE_GPU, "dram_reads <= llc_misses" },
    { STAGE_GPU, "dram_writes <= llc_writes" },
    { STAGE_GPU, "edp_js = energy_j * latency_s" },
    { STAGE_GPU, "edap_jsm2 = edp_js * area_m2" },
    { STAGE_GPU, "llc_edp_js = llc_energy_j * llc_delay_s" },
    { STAGE_GPU, "power_w * latency_s = energy_j" },
    { STAGE_GPU, "energy_j = sum:component_j" },
    { STAGE_GPU, "serial: latency_s >= llc_delay_s" },
    { STAGE_GPU, "serial: energy_j = llc_dynamic_j + llc_leakage_j + dram_energy_j" },
    { STAGE_GPU, "serial: energy_j >= llc_energy_j" },
    { STAGE_GPU, "roofline: latency_s >= compute_s" },
    { STAGE_GPU, "roofline: latency_s >= llc_busy_s" },
    { STAGE_GPU, "roofline: latency_s >= llc_wait_s" },
    { STAGE_GPU, "clock_share <= 1" },
    { STAGE_GPU, "roofline: latency_s >= dram_busy_s" },
    { STAGE_MAPPING, "cycles >= ideal_cycles" },
    { STAGE_MAPPING, "stall_cycles <= cycles" },
    { STAGE_MAPPING, "utilization <= 1" },
    { STAGE_MAPPING, "pe_use_accesses <= register_accesses" },
    { STAGE_MAPPING, "offchip_accesses = offchip_reads + offchip_writes" },
    { STAGE_CHIP, "sample_j = sum:part_j" },
    { STAGE_CHIP, "dynamic_j <= sample_j" },
    { STAGE_CHIP, "memory_j <= sample_j" },
    { STAGE_CHIP, "sample_edp_js = sample_j * latency_s" },
    { STAGE_CHIP, "sample_edap_jsm2 = sample_edp_js * area_m2" },
    { STAGE_CHIP, "onchip_power_w <= mean_power_w" },
    { STAGE_CHIP, "throughput_hz * latency_s = batch" },
    { STAGE_CHIP, "duty <= 1" },
    { STAGE_CHIP, "computed_macs <= peak_macs_hz * latency_s" },
    { STAGE_EDGE, "average_power_w >= standby_w" },
    { STAGE_EDGE, "average_power_w = mean_power_w" },
    { STAGE_EDGE, "average_power_w = average_inference_j * inference_hz" },
    { STAGE_VIDEO_ANALYSIS, "total_w = device_w + cloud_w" },
    { STAGE_VIDEO_ANALYSIS, "device_w >= chip_w + radio_w" },
    { STAGE_VIDEO_ANALYSIS, "busy_share <= 1" },
    { STAGE_VIDEO_ANALYSIS, "uplink_share <= 1" },
    { STAGE_FOOTPRINT, "device_carbon_kg = device_embodied_kg + device_operational_kg" },
    { STAGE_FOOTPRINT, "device_embodied_kg = device_logic_kg + device_memory_kg + device_storage_kg + device_whole_kg + device_packaging_kg" },
    { STAGE_FOOTPRINT, "cpa_kg_per_m2 >= cpa_energy_kg_per_m2 + cpa_gas_kg_per_m2 + cpa_materials_kg_per_m2" },
    { STAGE_CARBON, "carbon_kg = amortised_kg + operational_kg" },
    { STAGE_CARBON, "embodied_kg >= cache_embodied_kg" },
    { STAGE_CARBON, "cdp_kgs = embodied_kg * latency_s" },
    { STAGE_CARBON, "cep_kgj = embodied_kg * energy_j" },
    { STAGE_CLOUD, "t0_s <= t1_s" },
    { STAGE_CLOUD, "t1_s <= t3_s" },
    { STAGE_CLOUD, "t3_s <= t2_s" },
    { STAGE_CLOUD, "t0_s >= compute_s" },
    { STAGE_CLOUD, "step_s >= t0_s + exposed_s" },
    { STAGE_CLOUD, "exposed_s <= allreduce_s" },
    { STAGE_CLOUD, "allreduce_s = allreduce_intra_s + allreduce_network_s" },
    { STAGE_RELIABILITY, "residual_fit <= fit_target" },
    { STAGE_RELIABILITY, "unlevelled_lifetime_s <= ideal_lifetime_s" },
    { STAGE_RELIABILITY, "wear_lifetime_s <= ideal_lifetime_s" },
    { STAGE_RELIABILITY, "wear_lifetime_s >= lifetime_s" },
    { STAGE_RELIABILITY, "scrub_share <= 1" },
    { STAGE_RELIABILITY, "codeword_failure <= 1" },
    { STAGE_LAYERWISE, "edp_js = energy_j * latency_s" },
    { STAGE_LAYERWISE, "achieved_hz * latency_s = macs" },
    { STAGE_LAYERWISE, "achieved_hz <= attainable_hz" },
    { STAGE_CROSSBAR_SUBARRAY, "bitline_drop <= 1" },
    { STAGE_CROSSBAR_CHIP, "energy_j = sum:part_j" },
    { STAGE_CROSSBAR_CHIP, "area_m2 = sum:part_m2" },
    { STAGE_CROSSBAR_CHIP, "edp_js = energy_j * latency_s" },
    { STAGE_CROSSBAR_CHIP, "used_share <= 1" },
    { STAGE_CROSSBAR_CHIP, "latency_s >= forward_s" },
    { STAGE_MACHINES, "edp_js = energy_j * latency_s" },
    { STAGE_MACHINES, "sample_j * batch = energy_j" },
    { STAGE_MACHINES, "energy_j = compute_j + memories_j + dram_j + transfer_j + static_j" },
    { STAGE_MACHINES, "power_w = sample_j * rate_hz" },
    { STAGE_MACHINES, "total_area_m2 = copies * area_m2" },
    { STAGE_MACHINES, "rate_hz * latency_s <= copies * batch" },
    { STAGE_HDC_TEXTS, "latency_s = sum:texts_step_s" },
    { STAGE_HDC_TEXTS, "energy_j = sum:texts_step_j" },
    { STAGE_HDC_TEXTS, "edp_js = energy_j * latency_s" },
};
/* clang-format on */

#endif
