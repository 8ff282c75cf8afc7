#include "array/array.h"
#include "array/search.h"
#include "base/maths.h"

#include <string.h>

static const double DEFAULT_K = 350;
static const uint64_t ADDRESS_BITS = 48;

const struct word array_accesses[] = {
    { "normal", ACCESS_NORMAL },   { "sequential", ACCESS_SEQUENTIAL },
    { "fast", ACCESS_FAST },       { "best", ACCESS_BEST },
    { "by_size", ACCESS_BY_SIZE }, { NULL, 0 },
};

const struct word array_targets[] = {
    { "read_latency", TARGET_READ_LATENCY },
    { "write_latency", TARGET_WRITE_LATENCY },
    { "read_energy", TARGET_READ_ENERGY },
    { "write_energy", TARGET_WRITE_ENERGY },
    { "read_edp", TARGET_READ_EDP },
    { "write_edp", TARGET_WRITE_EDP },
    { "leakage", TARGET_LEAKAGE },
    { "area", TARGET_AREA },
    { "edap", TARGET_EDAP },
    { "weighted", TARGET_WEIGHTED },
    { "tuned", TARGET_TUNED },
    { NULL, 0 },
};

const struct word array_routings[] = {
    { "h_tree", ROUTING_HTREE },
    { "bus", ROUTING_BUS },
    { NULL, 0 },
};

const struct word array_bonds[] = {
    { "hybrid", BOND_HYBRID },
    { "micro_bump", BOND_MICRO_BUMP },
    { NULL, 0 },
};

/* The vias of CACTI-3DD's tables (K. Chen et al., DATE 2012; tech_params/22nm.dat of CACTI 7):
 * 4.5 um wide, 25 um long and 9 um apart, and 7.5 um, 50 um and 40 um.  The capacitance is
 * that of liner and depletion layer in series; the resistance is that of copper plus 0.1 and
 * 0.2 ohm of contact.  The hybrid bonds of stacked caches are also 9 um apart (J. Wuu et al.,
 * ISSCC 2022; recalled). */
static const struct bond_figures {
    double pitch_m, ohm, f; /* of one bond and its via */
} bond_figures[] = {
    [BOND_HYBRID] = { .pitch_m = 9e-6, .ohm = 0.13, .f = 34.7e-15 },
    [BOND_MICRO_BUMP] = { .pitch_m = 40e-6, .ohm = 0.22, .f = 57e-15 },
};

static const struct array_rules *rules_of(const struct array_request *request)
{
    return request->rules != NULL ? request->rules : &array_rules_physical;
}

/* The wires of an array: `local` ones inside subarrays, `near` and `far` ones for short and
 * long segments of the tree. */
struct wire_plan {
    struct wire_choice local, near, far;
    bool for_delay;
};

/* NVSim's rules use unrepeated, aggressive wires, as the tool's published rows do.  Real banks
 * have repeaters in their trees and put long segments on the upper metals, whose pitch does not
 * shrink from node to node. */
static struct wire_plan plan_wires(const struct array_request *request)
{
    enum array_target target = request->target;
    bool for_delay = target == TARGET_READ_LATENCY || target == TARGET_WRITE_LATENCY;
    double slack = request->wire_slack_given ? request->wire_slack : ARRAY_WIRE_SLACK;
    struct wire_choice tool = { .level = WIRE_GLOBAL };
    struct wire_plan plan = {
        .local = { .level = WIRE_LOCAL },
        .near = { .level = WIRE_SEMI_GLOBAL,
                  .repeat = REPEAT_OPTIMAL,
                  .slack = for_delay ? 0 : slack },
        .for_delay = for_delay,
    };

    plan.far = plan.near;
    plan.far.level = WIRE_GLOBAL;
    if (rules_of(request)->wires_over_cells)
        plan.near = plan.far = tool;
    if (request->wires_given) {
        plan.local = request->local_wire;
        plan.near = plan.far = request->global_wire;
    }
    return plan;
}

/* A bond to the next die, driven by a repeater of the semi-global wires. */
static enum status make_bond(struct task *task, struct error *why)
{
    const struct array_request *r = task->request;
    const struct bond_figures *bond = &bond_figures[r->bond];
    const struct wire_choice driven = { .level = WIRE_SEMI_GLOBAL,
                                        .repeat = REPEAT_OPTIMAL };
    struct process repeaters = process_of_repeaters(&task->process);
    double vdd = task->process.vdd_v;
    struct wire wire;
    enum status status;

    task->tiers = r->tiers > 0 ? (double)r->tiers : 1;
    task->bond_m2 = bond->pitch_m * bond->pitch_m;
    task->bond = (struct wire_cost){ 0, 0, 0 };
    if (task->tiers <= 1)
        return STATUS_OK;
    status = wire_make(&wire, &repeaters, driven, why);
    if (status != STATUS_OK)
        return status;
    task->bond = (struct wire_cost){
        .delay_s = wire.driver_s +
                   maths_log(2) * (wire.driver_ohm + bond->ohm / 2) * bond->f,
        .energy_j = wire.driver_j + bond->f * vdd * vdd,
        .leakage_w = wire.driver_w,
    };
    return STATUS_OK;
}

static enum status make_wires(struct task *task, const struct wire_plan *plan,
                              struct error *why)
{
    struct process repeaters = process_of_repeaters(&task->process);
    enum status status = wire_make(&task->fabric.local, &task->process, plan->local,
                                   why);

    return status != STATUS_OK ? status
                               : wiring_make(&task->fabric.tree, &repeaters, plan->near,
                                             plan->far, plan->for_delay, why);
}

static enum status check_request(const struct array_request *request, struct error *why)
{
    bool has_banks = request->banks != ARRAY_BANKS_CHOSEN;
    uint64_t line_bytes = (request->word_bits + 7) / 8;
    uint64_t ways = request->associativity;
    uint64_t lines = request->word_bits > 0
                         ? request->capacity_bytes * 8 / request->word_bits
                         : 0;

    if (request->cell == NULL || request->node == NULL)
        return error_set(why, STATUS_INPUT, "an array needs a cell and a node");
    if (request->word_bits == 0 || request->capacity_bytes == 0)
        return error_set(why, STATUS_INPUT, "capacity or word is 0, must be above 0");
    if (request->capacity_bytes * 8 % request->word_bits != 0)
        return error_set(
            why, STATUS_INPUT,
            "capacity is %llu bytes, must be a multiple of the %llu-bit word",
            (unsigned long long)request->capacity_bytes,
            (unsigned long long)request->word_bits);
    if (ways > 0 && request->capacity_bytes % (ways * line_bytes) != 0)
        return error_set(why, STATUS_INPUT,
                         "capacity is %llu bytes, must be a multiple of %llu ways of "
                         "%llu-byte lines",
                         (unsigned long long)request->capacity_bytes,
                         (unsigned long long)ways, (unsigned long long)line_bytes);
    if (has_banks && (request->banks > lines ||
                      (rules_of(request)->powers_of_two && request->banks > 1)))
        return error_set(why, STATUS_INFEASIBLE, "%s",
                         request->banks > lines ? "there are more banks than lines"
                                                : "NVSim's rules model one bank only");
    if (request->tiers > 1 && rules_of(request)->wires_over_cells)
        return error_set(why, STATUS_INFEASIBLE, "NVSim's rules model one die only");
    if (request->tiers > 1 && has_banks && request->banks % request->tiers != 0)
        return error_set(
            why, STATUS_INFEASIBLE, "%llu banks cannot be shared equally by %llu tiers",
            (unsigned long long)request->banks, (unsigned long long)request->tiers);
    if (rules_of(request)->powers_of_two &&
        (!is_power_of_two(request->capacity_bytes * 8 / request->word_bits) ||
         !is_power_of_two(request->word_bits) || (ways > 0 && !is_power_of_two(ways))))
        return error_set(why, STATUS_INFEASIBLE,
                         "NVSim's rules need powers of two: number of lines, bits of a "
                         "line, associativity");
    return STATUS_OK;
}

/* Computes the sets, ways and bits per word of the array, data or tag. */
static void count_bits(struct task *task)
{
    const struct array_request *r = task->request;
    uint64_t banks = (uint64_t)task->banks;
    uint64_t lines = div_up(r->capacity_bytes * 8 / r->word_bits, banks);
    uint64_t word_bits = r->word_bits + r->ecc_bits;

    task->ways = 1;
    task->word_bits = word_bits;
    task->sets = lines;
    if (!task->is_cache)
        return;

    uint64_t sets = div_up(lines, r->associativity);

    if (task->is_tag) {
        uint64_t address = r->address_bits > 0 ? r->address_bits : ADDRESS_BITS;
        int index = log2_up(sets + 1) - 1, offset = log2_up(r->word_bits / 8);

        task->sets = sets;
        task->ways = r->associativity;
        task->word_bits = address + 2 - (uint64_t)(index + offset); /* valid, dirty */
    } else if (sets == 1 && !task->fabric.rules->powers_of_two) {
        return; /* fully associative: the tag match selects the line, there are no sets */
    } else if (r->access == ACCESS_NORMAL) {
        task->sets = sets;
        task->ways = r->associativity;
    } else if (r->access == ACCESS_FAST) {
        task->sets = sets;
        task->word_bits = word_bits * r->associativity;
    }
}

/* Returns the share of the selected cells' write energy that one access costs. */
static double write_share(const struct task *task)
{
    double ways = (double)task->request->associativity;

    if (!task->is_cache)
        return 1;
    if (task->fabric.rules->write_over_ways)
        return task->request->access == ACCESS_SEQUENTIAL ? 1 : 1 / ways;
    if (task->is_tag || task->request->access == ACCESS_FAST)
        return 1 / ways; /* a write changes one of the selected ways */
    return 1;
}

static enum status task_make(struct task *task, const struct array_request *request,
                             bool is_tag, uint64_t banks, struct error *why)
{
    const struct cell *cell = is_tag && request->tag_cell != NULL ? request->tag_cell
                                                                  : request->cell;
    const struct node *cell_node = is_tag && request->tag_cell_node
                                       ? request->tag_cell_node
                                       : request->cell_node;
    struct wire_plan wires = plan_wires(request);
    struct process cell_process;
    double temperature_k = request->temperature_k > 0 ? request->temperature_k
                                                      : DEFAULT_K;
    enum status status;

    *task = (struct task){
        .request = request,
        .is_tag = is_tag,
        .is_cache = request->associativity > 0,
        .banks = (double)banks,
        .longest_read_s = HUGE_VAL,
        .fabric.rules = rules_of(request),
    };
    status = process_make(&task->process, request->node, task->fabric.rules,
                          temperature_k, why);
    if (status == STATUS_OK)
        status = process_make(&cell_process, cell_node ? cell_node : request->node,
                              task->fabric.rules, temperature_k, why);
    if (status != STATUS_OK)
        return status;
    status = make_wires(task, &wires, why);
    if (status == STATUS_OK)
        status = make_bond(task, why);
    if (status == STATUS_OK)
        status = bitcell_make(&task->fabric.cell, cell, &task->process, &cell_process,
                              why);
    if (status != STATUS_OK)
        return status;
    task->fabric.process = &task->process;
    count_bits(task);
    task->fabric.write_share = write_share(task);
    task->fabric.tag_ways = is_tag ? (double)request->associativity : 0;
    return STATUS_OK;
}

/* The best number of banks so far (0: none), its candidate, and why the last number tried was
 * not better. */
struct bank_choice {
    uint64_t banks;
    struct candidate *best;
    const char *reason;
};

/* Evaluates the best organization with other wires and keeps them if they are better. */
static enum status try_wires(struct task *task, const struct wire_plan *wires,
                             struct parts *parts, struct candidate *best,
                             struct wire_plan *kept, struct error *why)
{
    struct task trial = *task;
    struct candidate tried;
    const char *reason;
    enum status status = make_wires(&trial, wires, why);

    if (status != STATUS_OK)
        return status;
    trial.fabric.process = &trial.process;
    parts_free(parts);
    parts_init(parts);
    if (candidate_make(&tried, &trial, &best->organization, parts, &reason) &&
        tried.value < best->value) {
        best->value = tried.value;
        *kept = *wires;
    }
    return STATUS_OK;
}

/* Evaluates the best organization with all kinds of local wires, then of global wires, as NVSim
 * does.  NVSim does so for tag arrays even if the wires of the data array are given. */
static enum status refine_wires(struct task *task, struct parts *parts,
                                struct candidate *best, struct error *why)
{
    static const struct wire_choice tried[] = {
        { .style = WIRE_AGGRESSIVE },
        { .style = WIRE_AGGRESSIVE, .low_swing = true },
        { .style = WIRE_AGGRESSIVE, .repeat = REPEAT_OPTIMAL },
        { .style = WIRE_CONSERVATIVE },
        { .style = WIRE_CONSERVATIVE, .low_swing = true },
        { .style = WIRE_CONSERVATIVE, .repeat = REPEAT_OPTIMAL },
    };
    enum { TRIED = sizeof tried / sizeof tried[0] };
    struct wire_plan kept = plan_wires(task->request);
    const char *reason;
    enum status status = STATUS_OK;

    for (size_t i = 0; i < 2 * TRIED && status == STATUS_OK; i++) {
        struct wire_plan wires = kept;

        if (i < TRIED)
            wires.local = tried[i];
        else
            wires.near = tried[i - TRIED];
        wires.local.level = WIRE_LOCAL;
        wires.near.level = WIRE_GLOBAL;
        wires.far = wires.near;
        status = try_wires(task, &wires, parts, best, &kept, why);
    }
    if (status == STATUS_OK)
        status = make_wires(task, &kept, why);
    if (status != STATUS_OK)
        return status;
    parts_free(parts);
    parts_init(parts);

    struct array_organization chosen = best->organization;

    candidate_make(best, task, &chosen, parts, &reason);
    return STATUS_OK;
}

/* Searches organizations of a given number of banks for one that is better than the best so
 * far. */
static void try_banks(struct task *task, uint64_t banks,
                      const struct array_organization *given, searcher *search,
                      struct parts *parts, struct bank_choice *choice,
                      uint64_t counts[2])
{
    struct candidate found;
    struct search_space space;

    task->banks = (double)banks;
    count_bits(task);
    space = space_make(task, given);
    counts[0] += space_size(&space);
    if (!search(task, &space, parts, choice->banks > 0 ? choice->best->value : HUGE_VAL,
                &found, &counts[1], &choice->reason))
        return;
    *choice->best = found;
    choice->banks = banks;
}

/* Searches an array of the task's number of banks.  If that number is free, it searches each
 * power of two up to 64 per die whose banks have at least 64 KiB; the number with about
 * 512 KiB per bank is first, because it is often the best and then prunes the others.  All
 * searches share the sized parts. */
static bool solve_banks(struct task *task, bool is_free,
                        const struct array_organization *given, searcher *search,
                        struct parts *parts, struct candidate *best, uint64_t counts[2],
                        const char **reason)
{
    static const uint64_t MOST_BANKS = 64, LEAST_BYTES = 64 * 1024,
                          LIKELY_BYTES = 512 * 1024;
    uint64_t bytes = task->request->capacity_bytes, first = (uint64_t)task->banks;
    uint64_t least = (uint64_t)task->tiers, most = MOST_BANKS * least;
    struct bank_choice choice = { .best = best, .reason = *reason };

    for (first = is_free ? least : first;
         is_free && first < most && bytes / (2 * first) >= LIKELY_BYTES;)
        first *= 2;
    try_banks(task, first, given, search, parts, &choice, counts);
    for (uint64_t banks = least; is_free && banks <= most; banks *= 2)
        if (banks != first && (banks == least || bytes / banks >= LEAST_BYTES))
            try_banks(task, banks, given, search, parts, &choice, counts);
    task->banks = choice.banks > 0 ? (double)choice.banks : task->tiers;
    count_bits(task);
    *reason = choice.reason;
    return choice.banks > 0;
}

/* The targets area and leakage ignore the delay and would choose very slow arrays.  This sets
 * the longest permitted read: delay_bound times the shortest read with the same wires. */
static bool bound_delay(struct task *task, bool is_free,
                        const struct array_organization *given, searcher *search,
                        struct parts *parts, const char **reason)
{
    const struct array_request *request = task->request;
    struct array_request fastest = *request;
    struct candidate best;
    uint64_t counts[2] = { 0, 0 };
    double banks = task->banks;
    bool found;

    if (!(request->delay_bound > 0) || task->fabric.rules->search_all ||
        (request->target != TARGET_AREA && request->target != TARGET_LEAKAGE))
        return true;
    fastest.target = TARGET_READ_LATENCY;
    fastest.count_valid = false;
    task->request = &fastest;
    found = solve_banks(task, is_free, given, search, parts, &best, counts, reason);
    task->request = request;
    if (found)
        task->longest_read_s = best.value * maths_max(request->delay_bound, 1);
    task->banks = banks;
    count_bits(task);
    return found;
}

/* Searches one array and fills in the breakdown of the best candidate. */
static enum status solve(const struct array_request *request, bool is_tag,
                         uint64_t banks, const struct array_organization *given,
                         searcher *search, struct array_breakdown *breakdown,
                         uint64_t counts[2], struct error *why)
{
    bool is_free = banks == ARRAY_BANKS_CHOSEN;
    struct task task;
    struct parts parts;
    struct candidate best;
    const char *reason = "no organization divides the address and data bits evenly";
    enum status status = task_make(&task, request, is_tag, is_free ? 1 : banks, why);

    if (status != STATUS_OK)
        return status;
    parts_init(&parts);
    if (!bound_delay(&task, is_free, given, search, &parts, &reason) ||
        !solve_banks(&task, is_free, given, search, &parts, &best, counts, &reason))
        status = error_set(why, STATUS_INFEASIBLE, "%s array: %s",
                           is_tag ? "tag" : "data", reason);
    if (status != STATUS_OK)
        goto out;
    if (is_tag && task.fabric.rules->search_all)
        status = refine_wires(&task, &parts, &best, why);
    if (status != STATUS_OK)
        goto out;
    bank_describe(&task, &best.shape, &best.mat, &best.bank, &best.organization,
                  breakdown);
out:
    parts_free(&parts);
    return status;
}

/* Combines both arrays of a cache (X. Dong et al., 2012, with the corrections that README.md
 * lists). */
static void combine(const struct array_request *request, struct array_result *r)
{
    const struct array_rules *rules = rules_of(request);
    const struct array_breakdown *d = &r->data, *t = &r->tag;
    double hit_s, write_s = maths_max(t->write_latency_s, d->write_latency_s);

    switch (request->access) {
    case ACCESS_NORMAL:
        hit_s = maths_max(t->read_latency_s, d->read_mat_s) + d->column_decoder_s +
                (d->read_latency_s - d->read_mat_s);
        break;
    case ACCESS_FAST: hit_s = maths_max(t->read_latency_s, d->read_latency_s); break;
    default: hit_s = t->read_latency_s + d->read_latency_s; break;
    }
    if (!rules->write_ignores_tag)
        write_s = maths_max(t->write_latency_s, t->read_latency_s + d->write_latency_s);
    r->read_latency_s = hit_s;
    r->miss_latency_s = t->read_latency_s;
    r->write_latency_s = write_s;
    r->cycle_s = maths_max(d->cycle_s, t->cycle_s);
    r->read_energy_j = t->read_energy_j + d->read_energy_j;
    r->miss_energy_j = r->read_energy_j;
    if (request->access == ACCESS_SEQUENTIAL)
        r->miss_energy_j = t->read_energy_j;
    r->write_energy_j = t->write_energy_j + d->write_energy_j;
    if (!rules->write_ignores_tag)
        r->write_energy_j += t->read_energy_j;
}

static void total(const struct array_request *request, struct array_result *r)
{
    const struct array_breakdown *d = &r->data, *t = &r->tag;
    const struct array_rules *rules = rules_of(request);

    r->area_m2 = d->area_m2 + t->area_m2;
    r->width_m = d->width_m;
    r->height_m = d->height_m;
    r->footprint_m2 = r->area_m2 / (request->tiers > 0 ? (double)request->tiers : 1);
    r->efficiency = (d->cell_area_m2 + t->cell_area_m2) / r->area_m2;
    r->refresh_w = d->refresh_w + t->refresh_w;
    r->leakage_w = d->leakage_w + t->leakage_w;
    if (!rules->refresh_is_leakage)
        r->leakage_w += r->refresh_w;
    r->read_latency_s = d->read_latency_s;
    r->write_latency_s = d->write_latency_s;
    r->miss_latency_s = r->miss_energy_j = 0;
    r->read_energy_j = d->read_energy_j;
    r->write_energy_j = d->write_energy_j;
    r->cycle_s = d->cycle_s;
    if (r->has_tag)
        combine(request, r);
    r->bandwidth_bytes_per_s = (double)request->word_bits / 8 / r->cycle_s *
                               (double)d->organization.banks;
}

enum status cache_solve(const struct array_request *given_request,
                        const struct array_organization *data,
                        const struct array_organization *tag, searcher *search,
                        struct array_result *result, struct error *why)
{
    struct array_request own = *given_request, *request = &own;
    struct array_result r;
    uint64_t counts[2] = { 0, 0 };
    uint64_t banks = own.banks > 0 ? own.banks : 1;
    enum status status;

    if (banks == ARRAY_BANKS_CHOSEN && rules_of(request)->search_all)
        banks = 1;

    if (own.associativity == UINT64_MAX && own.word_bits > 0)
        own.associativity = own.capacity_bytes * 8 / own.word_bits;
    status = check_request(request, why);
    memset(&r, 0, sizeof r);
    if (status == STATUS_OK)
        status = solve(request, false, banks, data, search, &r.data, counts, why);
    if (status == STATUS_OK && request->associativity > 0) {
        r.has_tag = true;
        status = solve(request, true, r.data.organization.banks, tag, search, &r.tag,
                       counts, why);
    }
    if (status != STATUS_OK)
        return status;
    total(request, &r);
    r.organizations = counts[0];
    r.valid = counts[1];
    *result = r;
    return STATUS_OK;
}
