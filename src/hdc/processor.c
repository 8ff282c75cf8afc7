/* Hyperdimensional computing on a processor with vector registers, whose cache holds all
 * vectors.  It is the baseline for computing in memory. */
#include "hdc/hdc.h"

#include "machine/pe_array/scaling.h"

/* Numbers of instructions for one register of a vector, counted by hand with the loop unrolled.
 * To rotate and combine: load, two shifts and an or, exclusive or, store. */
static const double BIND_INSTRUCTIONS = 6;
/* To count in one register of counters: spread the bits (2), load, add, store. */
static const double COUNT_INSTRUCTIONS = 5;
/* To compare with the threshold: load, compare, pack. */
static const double THRESHOLD_INSTRUCTIONS = 3;
/* To compare with a class: two loads, exclusive or, population count, add. */
static const double COMPARE_INSTRUCTIONS = 5;

static enum status costs_make(const struct hdc_costs_request *request,
                              struct hdc_memory_row *costs, struct error *reason)
{
    const struct hdc *hdc = request->hdc;
    const struct hdc_work *w = &request->work;
    const struct array_request cache = {
        .cell = request->cell,
        .node = request->node,
        .temperature_k = request->temperature_k,
        .capacity_bytes = hdc->cache_bytes,
        .word_bits = 8 * hdc->line_bytes,
        .associativity = hdc->associativity,
        .target = TARGET_EDAP,
    };
    double vectors = w->symbols + w->classes + w->ngram + 1;
    double held = w->dimension / 8 * (vectors + (double)hdc->counter_bits);
    struct scaling there, here;
    struct array_result result;
    enum status status;

    if (held > (double)hdc->cache_bytes)
        return error_set(
            reason, STATUS_INFEASIBLE,
            "vectors and counters take %.0f bytes, but the cache of %s has %ju", held,
            hdc->record.name, (uintmax_t)hdc->cache_bytes);
    status = array_search(&cache, &result, reason);
    if (status != STATUS_OK)
        return status;
    scaling_at(hdc->node_m, false, &there);
    scaling_at(request->node->node_m, false, &here);
    costs->line_read_j = result.read_energy_j;
    costs->line_write_j = result.write_energy_j;
    costs->line_read_s = result.cycle_s;
    costs->line_write_s = result.write_latency_s;
    costs->core_instruction_j = hdc->instruction_j * here.energy / there.energy;
    costs->parallel_banks = (double)result.data.organization.banks;
    costs->memory_bytes = (double)hdc->cache_bytes;
    costs->leakage_w = result.leakage_w;
    costs->machine_m2 = result.area_m2 + hdc->core_m2 * here.area / there.area;
    return STATUS_OK;
}

/* Adds the instructions and bytes of a step.  Its time is the longer of core and cache, which
 * work at the same time. */
static void work_add(const struct hdc *hdc, const struct hdc_memory_row *c,
                     enum hdc_step step, double instructions, double read_bytes,
                     double written_bytes, struct hdc_result *r)
{
    double line = (double)hdc->line_bytes;
    double reads = read_bytes / line, writes = written_bytes / line;
    double core_s = instructions / (hdc->instructions_per_cycle * hdc->clock_hz);
    double cache_s = (reads * c->line_read_s + writes * c->line_write_s) /
                     c->parallel_banks;

    r->instructions += instructions;
    r->line_accesses += reads + writes;
    r->step_s[step] += fmax(core_s, cache_s);
    r->step_j[step] += instructions * c->core_instruction_j + reads * c->line_read_j +
                       writes * c->line_write_j;
}

static void run(const struct hdc *hdc, const struct hdc_work *w,
                const struct hdc_memory_row *c, struct hdc_result *r)
{
    double registers = ceil(w->dimension / (double)hdc->simd_bits);
    double counter_registers = ceil(w->dimension * (double)hdc->counter_bits /
                                    (double)hdc->simd_bits);
    double vector = w->dimension / 8; /* bytes */
    double counters = vector * (double)hdc->counter_bits;
    double ngrams = r->counts.ngrams, binds = r->counts.binds;
    double pairs = w->texts * w->classes;

    work_add(hdc, c, HDC_FETCH, w->characters * registers, w->characters * vector, 0,
             r);
    work_add(hdc, c, HDC_BIND, binds * registers * BIND_INSTRUCTIONS, binds * vector,
             binds * vector, r);
    work_add(hdc, c, HDC_COUNT, ngrams * counter_registers * COUNT_INSTRUCTIONS,
             ngrams * (vector + counters), ngrams * counters, r);
    work_add(hdc, c, HDC_THRESHOLD,
             w->texts * counter_registers * THRESHOLD_INSTRUCTIONS, w->texts * counters,
             w->texts * vector, r);
    work_add(hdc, c, HDC_COMPARE, pairs * registers * COMPARE_INSTRUCTIONS,
             2 * pairs * vector, 0, r);
}

const struct hdc_family hdc_processor = { .costs = costs_make, .run = run };
