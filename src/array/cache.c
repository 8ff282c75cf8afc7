#include "array/array.h"
#include "array/search.h"

#include <string.h>

static const double DEFAULT_K = 350;
static const uint64_t ADDRESS_BITS = 48;

const struct word array_accesses[] = {
    { "normal", ACCESS_NORMAL },
    { "sequential", ACCESS_SEQUENTIAL },
    { "fast", ACCESS_FAST },
    { "best", ACCESS_BEST },
    { NULL, 0 },
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

const struct word buffer_styles[] = {
    { "latency", BUFFER_LATENCY },
    { "balanced", BUFFER_BALANCED },
    { "area", BUFFER_AREA },
    { NULL, 0 },
};

static const struct array_rules *rules_of(const struct array_request *request)
{
    return request->rules != NULL ? request->rules : &array_rules_physical;
}

/* Unrepeated, aggressive wires are what comparisons with the tool use; real banks
 * repeat their trees. */
static void choose_wires(const struct array_request *request, struct wire_choice *local,
                         struct wire_choice *global)
{
    *local = (struct wire_choice){ .level = WIRE_LOCAL };
    *global = (struct wire_choice){ .level = WIRE_GLOBAL };
    if (!rules_of(request)->wires_over_cells)
        *global = (struct wire_choice){ .level = WIRE_SEMI_GLOBAL,
                                        .repeat = REPEAT_OPTIMAL };
    if (request->wires_given) {
        *local = request->local_wire;
        *global = request->global_wire;
    }
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
        return error_set(why, STATUS_INPUT, "capacity and word must be above 0");
    if (request->capacity_bytes * 8 % request->word_bits != 0)
        return error_set(why, STATUS_INPUT,
                         "capacity of %llu bytes is no multiple of the %llu-bit word",
                         (unsigned long long)request->capacity_bytes,
                         (unsigned long long)request->word_bits);
    if (ways > 0 && request->capacity_bytes % (ways * line_bytes) != 0)
        return error_set(why, STATUS_INPUT,
                         "capacity of %llu bytes is no multiple of %llu ways of "
                         "%llu-byte lines",
                         (unsigned long long)request->capacity_bytes,
                         (unsigned long long)ways, (unsigned long long)line_bytes);
    if (has_banks && (request->banks > lines ||
                      (rules_of(request)->powers_of_two && request->banks > 1)))
        return error_set(why, STATUS_INFEASIBLE, "%s",
                         request->banks > lines ? "more banks than lines"
                                                : "the published rules know one bank");
    if (rules_of(request)->powers_of_two &&
        (!is_power_of_two(request->capacity_bytes * 8 / request->word_bits) ||
         !is_power_of_two(request->word_bits) || (ways > 0 && !is_power_of_two(ways))))
        return error_set(why, STATUS_INFEASIBLE,
                         "the published rules know powers of two only");
    return STATUS_OK;
}

/* Words, ways and bits as the array sees them. */
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
        return; /* fully associative: the match says which line, no set to read */
    } else if (r->access == ACCESS_NORMAL) {
        task->sets = sets;
        task->ways = r->associativity;
    } else if (r->access == ACCESS_FAST) {
        task->sets = sets;
        task->word_bits = word_bits * r->associativity;
    }
}

/* Share of the selected cells' write energy that one access pays. */
static double write_share(const struct task *task)
{
    double ways = (double)task->request->associativity;

    if (!task->is_cache)
        return 1;
    if (task->fabric.rules->write_over_ways)
        return task->request->access == ACCESS_SEQUENTIAL ? 1 : 1 / ways;
    if (task->is_tag || task->request->access == ACCESS_FAST)
        return 1 / ways; /* a write changes one way of those selected */
    return 1;
}

static enum status task_make(struct task *task, const struct array_request *request,
                             bool is_tag, uint64_t banks, struct error *why)
{
    const struct cell *cell = is_tag && request->tag_cell != NULL ? request->tag_cell
                                                                  : request->cell;
    struct wire_choice local, global;
    enum status status;

    *task = (struct task){
        .request = request,
        .is_tag = is_tag,
        .is_cache = request->associativity > 0,
        .banks = (double)banks,
        .fabric.rules = rules_of(request),
    };
    status = process_make(
        &task->process, request->node, task->fabric.rules,
        request->temperature_k > 0 ? request->temperature_k : DEFAULT_K, why);
    if (status != STATUS_OK)
        return status;
    choose_wires(request, &local, &global);
    status = wire_make(&task->fabric.local, &task->process, local, why);
    if (status == STATUS_OK)
        status = wire_make(&task->fabric.global, &task->process, global, why);
    if (status == STATUS_OK)
        status = bitcell_make(&task->fabric.cell, cell, &task->process, why);
    if (status != STATUS_OK)
        return status;
    task->fabric.process = &task->process;
    count_bits(task);
    task->fabric.write_share = write_share(task);
    task->fabric.tag_ways = is_tag ? (double)request->associativity : 0;
    return STATUS_OK;
}

/* The best number of banks so far, 0: none, and why the last was not better. */
struct bank_choice {
    uint64_t banks;
    struct candidate *best;
    const char *reason;
};

/* One more wiring of the winner: keep it if it is better. */
static enum status try_wires(struct task *task, struct wire_choice local,
                             struct wire_choice global, struct parts *parts,
                             struct candidate *best, struct wire_choice kept[2],
                             struct error *why)
{
    struct task trial = *task;
    struct candidate tried;
    const char *reason;
    enum status status = wire_make(&trial.fabric.local, &trial.process, local, why);

    if (status == STATUS_OK)
        status = wire_make(&trial.fabric.global, &trial.process, global, why);
    if (status != STATUS_OK)
        return status;
    trial.fabric.process = &trial.process;
    parts_free(parts);
    parts_init(parts);
    if (candidate_make(&tried, &trial, &best->organization, parts, &reason) &&
        tried.value < best->value) {
        best->value = tried.value;
        kept[0] = local;
        kept[1] = global;
    }
    return STATUS_OK;
}

/* The published tool tries its winner with other wires, local ones first, then global
 * ones; for tag arrays it does so whatever wires the data array was given. */
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
    struct wire_choice kept[2];
    const char *reason;
    enum status status = STATUS_OK;

    choose_wires(task->request, &kept[0], &kept[1]);
    for (size_t i = 0; i < 2 * TRIED && status == STATUS_OK; i++) {
        struct wire_choice local = kept[0], global = kept[1];

        if (i < TRIED)
            local = tried[i];
        else
            global = tried[i - TRIED];
        local.level = WIRE_LOCAL;
        global.level = WIRE_GLOBAL;
        status = try_wires(task, local, global, parts, best, kept, why);
    }
    if (status != STATUS_OK)
        return status;
    wire_make(&task->fabric.local, &task->process, kept[0], why);
    wire_make(&task->fabric.global, &task->process, kept[1], why);
    parts_free(parts);
    parts_init(parts);

    struct array_organization chosen = best->organization;

    candidate_make(best, task, &chosen, parts, &reason);
    return STATUS_OK;
}

/* Search in a number of banks for what is better than the best so far. */
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

/* Search an array in the task's number of banks, or if it is free in each power of two up
 * to 64 whose banks are no toys, the likeliest first.  Subarrays are the same in all of
 * them, so that parts serve every search. */
static bool solve_banks(struct task *task, bool is_free,
                        const struct array_organization *given, searcher *search,
                        struct parts *parts, struct candidate *best, uint64_t counts[2],
                        const char **reason)
{
    static const uint64_t MOST_BANKS = 64, LEAST_BYTES = 64 * 1024,
                          LIKELY_BYTES = 512 * 1024;
    uint64_t bytes = task->request->capacity_bytes, first = (uint64_t)task->banks;
    struct bank_choice choice = { .best = best, .reason = *reason };

    for (first = is_free ? 1 : first;
         is_free && first < MOST_BANKS && bytes / (2 * first) >= LIKELY_BYTES;)
        first *= 2;
    try_banks(task, first, given, search, parts, &choice, counts);
    for (uint64_t banks = 1; is_free && banks <= MOST_BANKS; banks *= 2)
        if (banks != first && (banks == 1 || bytes / banks >= LEAST_BYTES))
            try_banks(task, banks, given, search, parts, &choice, counts);
    task->banks = choice.banks > 0 ? (double)choice.banks : 1;
    count_bits(task);
    *reason = choice.reason;
    return choice.banks > 0;
}

/* Search one array and describe the winner. */
static enum status solve(const struct array_request *request, bool is_tag,
                         uint64_t banks, const struct array_organization *given,
                         searcher *search, struct array_breakdown *breakdown,
                         uint64_t counts[2], struct error *why)
{
    struct task task;
    struct parts parts;
    struct candidate best;
    const char *reason = "no organization divides the bits";
    enum status status = task_make(&task, request, is_tag,
                                   banks == ARRAY_BANKS_CHOSEN ? 1 : banks, why);

    if (status != STATUS_OK)
        return status;
    parts_init(&parts);
    if (!solve_banks(&task, banks == ARRAY_BANKS_CHOSEN, given, search, &parts, &best,
                     counts, &reason))
        status = error_set(why, STATUS_INFEASIBLE, "%s array: %s",
                           is_tag ? "tag" : "data", reason);
    if (status == STATUS_OK && is_tag && task.fabric.rules->search_all)
        status = refine_wires(&task, &parts, &best, why);
    if (status == STATUS_OK)
        bank_describe(&task, &best.shape, &best.mat, &best.bank, &best.organization,
                      breakdown);
    parts_free(&parts);
    return status;
}

/* Both arrays of a cache as one (X. Dong et al. 2012; mended as README.md says). */
static void combine(const struct array_request *request, struct array_result *r)
{
    const struct array_rules *rules = rules_of(request);
    const struct array_breakdown *d = &r->data, *t = &r->tag;
    double hit_s, write_s = fmax(t->write_latency_s, d->write_latency_s);

    switch (request->access) {
    case ACCESS_NORMAL:
        hit_s = fmax(t->read_latency_s, d->read_mat_s) + d->column_decoder_s +
                (d->read_latency_s - d->read_mat_s);
        break;
    case ACCESS_FAST: hit_s = fmax(t->read_latency_s, d->read_latency_s); break;
    default: hit_s = t->read_latency_s + d->read_latency_s; break;
    }
    if (!rules->write_ignores_tag)
        write_s = fmax(t->write_latency_s, t->read_latency_s + d->write_latency_s);
    r->read_latency_s = hit_s;
    r->miss_latency_s = t->read_latency_s;
    r->write_latency_s = write_s;
    r->cycle_s = fmax(d->cycle_s, t->cycle_s);
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

    if (banks == ARRAY_BANKS_CHOSEN && rules_of(request)->powers_of_two)
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
