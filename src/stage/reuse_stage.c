/* The reuse stage: the last-level-cache accesses of a workload and their misses at all capacities
 * (machine/gpu/traffic.h). */
#include "stage/stages.h"

#include "base/memory.h"
#include "base/stop.h"
#include "columns/reuse.h"
#include "machine/gpu/traffic.h"
#include "stage/visit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void row_write(const struct reuse_curve *curve, const struct reuse_columns *out,
                      uint64_t i)
{
    memcpy(&out->curve_read_misses[i * CURVE_POINTS], curve->read_misses,
           sizeof curve->read_misses);
    memcpy(&out->curve_write_misses[i * CURVE_POINTS], curve->write_misses,
           sizeof curve->write_misses);
    memcpy(&out->curve_writebacks[i * CURVE_POINTS], curve->writebacks,
           sizeof curve->writebacks);
    memcpy(&out->curve_kernel_s[i * CURVE_POINTS], curve->kernel_s,
           sizeof curve->kernel_s);
    out->llc_reads[i] = curve->reads;
    out->llc_writes[i] = curve->writes;
    out->llc_read_bytes[i] = curve->read_bytes;
    out->llc_write_bytes[i] = curve->write_bytes;
    out->footprint_bytes[i] = curve->footprint_bytes;
    out->macs[i] = curve->macs;
    out->compute_s[i] = curve->compute_s;
    out->kernels[i] = curve->kernels;
    out->sampled_of[i] = (double)curve->sampled_of;
    out->curve_error[i] = curve->error;
}

struct deployment deployment_at(const struct point *point)
{
    return (struct deployment){
        .software = (const struct software *)point->software,
        .gpus = point->gpus,
        .weight_format = point->weight_format,
        .kv_format = point->kv_format,
        .expert_layout = point->expert_layout,
    };
}

/* Returns everything on which a curve depends as a text: the records as in their files, the point's
 * changes to them (variant_text), its settings, and the sources of the model. */
static char *curve_key(const struct study *study, const struct point *point,
                       const struct record *machine, const struct record *workload,
                       const char *machine_changes, const char *workload_changes)
{
    return alloc_printf(
        "model %s\nphase %s batch %" PRIu64 " precision %" PRIu64 " sequence %" PRIu64
        " error %.17g gpus %" PRIu64 " weights %d keys %d experts %d\n%s\n%s\n%s%s\n%s",
        NVSWEEP_CURVE_SOURCES, word_name(phase_words, point->phase), point->batch,
        point->precision_bits, point->sequence_length, study->sweep->max_error,
        point->gpus, point->weight_format, point->kv_format, point->expert_layout,
        point->software
            ? library_record_text(study->library, RECORDS_SOFTWARE, point->software)
            : "",
        library_record_text(study->library, RECORDS_MACHINE, machine), machine_changes,
        library_record_text(study->library, RECORDS_WORKLOAD, workload),
        workload_changes);
}

/* Returns NULL for curves of a sample's records, which are not kept: few are needed twice. */
static char *key_of(const struct visit *visit)
{
    const struct point *point = &visit->point;
    const struct record *machine = variant_origin(visit->variant, point->machine);
    const struct record *workload = variant_origin(visit->variant, point->workload);
    char *of_machine, *of_workload, *key;

    if (!visit->study->curves ||
        visit->study->grids[STAGE_REUSE].axes & AXIS_BIT(sample) ||
        workload_is_given((const struct workload *)point->workload))
        return NULL;
    of_machine = variant_text(visit->variant, RECORDS_MACHINE, machine, true);
    of_workload = variant_text(visit->variant, RECORDS_WORKLOAD, workload, true);
    key = curve_key(visit->study, point, machine, workload, of_machine, of_workload);
    free(of_machine);
    free(of_workload);
    return key;
}

static enum status reuse_visit(const struct visit *visit, const struct columns *out,
                               uint64_t i, struct error *reason)
{
    const struct reuse_columns to = reuse_columns(out);
    const struct study *study = visit->study;
    const struct point *point = &visit->point;
    const struct curve_keeper *keeper = study->curves;
    struct reuse_curve found, *curve = &found;
    char *key = key_of(visit);
    enum status status = STATUS_OK;

    if (!key || !keeper->load(keeper->place, key, curve)) {
        memset(curve, 0, sizeof *curve);
        const struct deployment deployment = deployment_at(point);

        status = reuse_evaluate_deployed(
            (const struct gpu *)point->machine,
            (const struct workload *)point->workload, (enum phase)point->phase,
            point->batch, (unsigned)point->precision_bits, point->sequence_length,
            &deployment, study->sweep->max_error, curve, NULL, reason);
        if (key && status == STATUS_OK && !stop_is_wanted())
            keeper->save(keeper->place, key, curve);
    }
    if (status == STATUS_OK)
        row_write(curve, &to, i);
    free(key);
    return status;
}

static void reuse_stage_evaluate(const struct study *study, struct range points,
                                 const struct columns *out, int8_t *status,
                                 struct error *reason)
{
    stage_visit(study, STAGE_REUSE, points, reuse_visit, NULL, out, status, reason);
}

static double reuse_stage_cost_s(const struct study *study, const struct point *point,
                                 struct layer_cache *layers)
{
    (void)layers;
    (void)study;
    return reuse_cost_s((const struct gpu *)point->machine,
                        (const struct workload *)point->workload,
                        (enum phase)point->phase, point->batch);
}

const struct stage reuse_stage = {
    .name = "reuse",
    .summary = "the workload's last-level-cache accesses and their reuse",
    STAGE_METRICS(reuse),
    .kinds = 1u << MACHINE_GPU,
    .axes = AXIS_BIT(machine) | AXIS_BIT(workload) | AXIS_BIT(phase) | AXIS_BIT(batch) |
            AXIS_BIT(precision_bits) | AXIS_BIT(sequence_length) | AXIS_BIT(software) |
            AXIS_BIT(gpus) | AXIS_BIT(weight_format) | AXIS_BIT(kv_format) |
            AXIS_BIT(expert_layout),
    .ignored_fields = STREAM_IGNORES " machine.llc_bytes=",
    .evaluate = reuse_stage_evaluate,
    .cost_s = reuse_stage_cost_s,
    .block_points = 1,
};
