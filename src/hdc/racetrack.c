/* Hyperdimensional computing in racetrack memory.  The same tracks hold bit i of all hypervectors,
 * one vector per domain.  The tracks of all bits work at the same time. */
#include "hdc/hdc.h"

#include "array/process.h"
#include "base/maths.h"
#include "machine/crossbar/crossbar.h"

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

/* Returns the number of digits of a counter for this many n-grams. */
static double digits(const struct hdc *hdc, double ngrams)
{
    return ceil(maths_log(ngrams + 1) / maths_log((double)hdc->counter_base) - 1e-12);
}

static double ngrams_of_text(const struct hdc_work *work)
{
    return fmax(ceil(work->characters / work->texts) - work->ngram + 1, 1);
}

/* Returns the number of domains that one port serves. */
static double port_domains(double domains, const struct cell *cell)
{
    return domains / (double)cell->ports_per_track;
}

/* Makes a cell with tracks of another length.  Its shifts are computed separately (shift_write).
 * Its footprint is proportional to the number of its domains, including the spare ones into
 * which the domains of a port are shifted (assumed). */
static void track_make(const struct cell *cell, uint64_t domains, struct cell *track)
{
    double length = (double)domains + port_domains((double)domains, cell);
    double before = (double)cell->domains_per_track +
                    port_domains((double)cell->domains_per_track, cell);

    *track = *cell;
    track->domains_per_track = domains;
    track->area_m2 *= length / before;
    track->area_sram *= length / before;
    track->area_f2 *= length / before;
    track->shift_pulse_s = track->shift_energy_j = 0;
}

static enum status tracks_check(const struct hdc_costs_request *request, double domains,
                                double span, struct error *reason)
{
    const struct cell *cell = request->cell;

    if (cell->kind != CELL_RACETRACK)
        return error_set(
            reason, STATUS_INFEASIBLE,
            "%s computes in racetracks, but the cells of %s are not racetracks",
            request->hdc->record.name, cell->record.name);
    if (span < 2) /* the carry of a count occupies a domain in the next count */
        return error_set(reason, STATUS_INFEASIBLE,
                         "a transverse read counts %.0f domains, must be at least 2",
                         span);
    if (span > port_domains(domains, cell))
        return error_set(reason, STATUS_INFEASIBLE,
                         "a transverse read counts %g domains, but in a track of %g "
                         "domains and %ju ports there are %g between two ports",
                         span, domains, (uintmax_t)cell->ports_per_track,
                         port_domains(domains, cell));
    return STATUS_OK;
}

/* Returns the number of tracks that one bit of all vectors needs: for symbols, classes, the window
 * of an n-gram, the n-grams to be counted next, and the digits of the counter. */
static double tracks_of_bit(const struct hdc_costs_request *request, double domains,
                            double span)
{
    const struct hdc_work *work = &request->work;
    double counter = digits(request->hdc, ngrams_of_text(work));

    return ceil(work->symbols / domains) + ceil(work->classes / domains) +
           ceil((work->ngram + 1 + span) / domains) +
           counter * ceil((double)request->hdc->counter_base / domains);
}

/* Returns the number of subarrays that work in one access. */
static double active_subarrays(const struct array_organization *o)
{
    return (double)(o->active_rows * o->active_cols * o->active_sub_rows *
                    o->active_sub_cols);
}

static void bank_write(const struct array_result *bank, double row_bits,
                       struct hdc_memory_row *costs)
{
    const struct array_breakdown *d = &bank->data;
    double active = active_subarrays(&d->organization);

    costs->row_read_s = d->read_subarray_s;
    costs->row_write_s = d->write_subarray_s;
    costs->read_bit_j = d->read_subarray_j * active / row_bits;
    costs->write_bit_j = d->write_subarray_j * active / row_bits;
    costs->fetch_s = bank->read_latency_s;
    costs->fetch_bit_j = bank->read_energy_j / row_bits;
}

/* Computes the costs of a transverse read.  It distinguishes span + 1 levels by binary search, one
 * bit per step, as the array model reads a multi-level cell (K. Roxy et al., IEEE TNANO 19,
 * 2020, show that the levels can be distinguished). */
static enum status transverse_write(const struct array_request *plain,
                                    const struct array_organization *organization,
                                    double row_bits, double span,
                                    struct hdc_memory_row *costs, struct error *reason)
{
    struct cell levels = *plain->cell;
    struct array_request request = *plain;
    struct array_result bank;
    enum status status;

    levels.read_steps = ceil(maths_log2(span + 1));
    request.cell = &levels;
    status = array_evaluate(&request, organization, NULL, &bank, reason);
    if (status != STATUS_OK)
        return status;
    costs->transverse_read_s = bank.data.read_subarray_s;
    costs->transverse_read_j = bank.data.read_subarray_j *
                               active_subarrays(&bank.data.organization) / row_bits;
    return STATUS_OK;
}

/* Returns the energy of moving the domain walls of a track by one domain: the shift current flows
 * for one pulse through the track and its spare domains. */
static double motion_j(const struct hdc *hdc, const struct cell *cell, double domains)
{
    double ohm = (domains + port_domains(domains, cell)) * hdc->domain_ohm;

    return cell->shift_current_a * cell->shift_current_a * ohm * cell->shift_pulse_s;
}

/* Computes the costs of a shift.  A cell's shift energy contains the motion of its walls and a
 * share of addressing addressed_bits tracks, which move together.  Here a row of any width is
 * addressed once. */
static void shift_write(const struct hdc *hdc, const struct cell *cell,
                        struct hdc_memory_row *costs)
{
    double domains = (double)cell->domains_per_track;
    double word = (double)hdc->addressed_bits;
    double own_j = motion_j(hdc, cell, domains);

    costs->shift_s = cell->shift_pulse_s;
    costs->shift_j = motion_j(hdc, cell, costs->track_domains);
    costs->address_j = fmax(word * (cell->shift_energy_j - own_j), 0);
}

/* Finds the smallest memory that can be built and has at least these rows.  If they are too few
 * for a bank, it doubles their number; the unused rows count in area and leakage. */
static enum status memory_search(struct array_request *ram, struct array_result *bank,
                                 struct error *reason)
{
    enum { DOUBLINGS = 4 };
    enum status status = array_search(ram, bank, reason);

    for (int i = 0; i < DOUBLINGS && status == STATUS_INFEASIBLE; i++) {
        ram->capacity_bytes *= 2;
        status = array_search(ram, bank, reason);
    }
    return status;
}

static enum status costs_make(const struct hdc_costs_request *request,
                              struct hdc_memory_row *costs, struct error *reason)
{
    const struct cell *cell = request->cell;
    uint64_t domains = request->hdc->domains ? request->hdc->domains
                                             : cell->domains_per_track;
    double span = (double)request->hdc->span;
    double row_bits = (double)request->hdc->row_bits;
    struct crossbar_logic logic;
    struct array_request ram;
    struct process process;
    struct array_result bank;
    struct cell track;
    enum status status = tracks_check(request, (double)domains, span, reason);
    double tracks, columns;

    if (status != STATUS_OK)
        return status;
    track_make(cell, domains, &track);
    tracks = tracks_of_bit(request, (double)domains, span);
    columns = ceil(request->work.dimension / row_bits);
    ram = (struct array_request){
        .cell = &track,
        .node = request->node,
        .temperature_k = request->temperature_k,
        .capacity_bytes = (uint64_t)(columns * row_bits * tracks * (double)domains / 8),
        .word_bits = request->hdc->row_bits,
        .target = TARGET_READ_EDP,
    };
    status = memory_search(&ram, &bank, reason);
    if (status == STATUS_OK)
        status = transverse_write(&ram, &bank.data.organization, row_bits, span, costs,
                                  reason);
    if (status == STATUS_OK)
        status = process_make(&process, request->node, &array_rules_physical,
                              request->temperature_k, reason);
    if (status != STATUS_OK)
        return status;
    bank_write(&bank, row_bits, costs);
    crossbar_logic_make(&process, &logic);
    costs->track_domains = (double)domains;
    costs->counted_domains = span;
    costs->port_domains = port_domains((double)domains, cell);
    shift_write(request->hdc, cell, costs);
    costs->adder_j = logic.adder_j;
    costs->parallel_banks = columns;
    costs->memory_bytes = (double)ram.capacity_bytes;
    costs->leakage_w = bank.leakage_w;
    costs->machine_m2 = bank.area_m2;
    return STATUS_OK;
}

/* Adds `times` shifts, one after the other, in which `tracks` tracks move in all. */
static void shift(struct hdc_result *r, const struct hdc_memory_row *c,
                  enum hdc_step step, double times, double tracks)
{
    r->shifts += tracks;
    r->step_s[step] += times * c->shift_s;
    r->step_j[step] += tracks * c->shift_j + times * c->parallel_banks * c->address_j;
}

static void read_rows(struct hdc_result *r, const struct hdc_memory_row *c,
                      enum hdc_step step, double times, double bits)
{
    r->reads += bits;
    r->step_s[step] += times * c->row_read_s;
    r->step_j[step] += bits * c->read_bit_j;
}

static void write_rows(struct hdc_result *r, const struct hdc_memory_row *c,
                       enum hdc_step step, double times, double bits)
{
    r->writes += bits;
    r->step_s[step] += times * c->row_write_s;
    r->step_j[step] += bits * c->write_bit_j;
}

static void transverse(struct hdc_result *r, const struct hdc_memory_row *c,
                       enum hdc_step step, double times, double tracks)
{
    r->transverse_reads += tracks;
    r->step_s[step] += times * c->transverse_read_s;
    r->step_j[step] += tracks * c->transverse_read_j;
}

/* Symbols come in random order, so that the mean shift is that of the array model.  The row that
 * is read travels across the bank to the place where it is used. */
static void fetch(const struct hdc_work *w, const struct hdc_memory_row *c,
                  struct hdc_result *r)
{
    double used = smaller(w->symbols, c->track_domains) / c->track_domains *
                  c->port_domains;
    double distance = fmax(used - 1, 0) / 3, bits = w->characters * w->dimension;

    shift(r, c, HDC_FETCH, w->characters * distance, bits * distance);
    r->reads += bits;
    r->step_s[HDC_FETCH] += w->characters * c->fetch_s;
    r->step_j[HDC_FETCH] += bits * c->fetch_bit_j;
}

/* The window holds N vectors in adjacent domains.  For a new symbol the N - 1 vectors that stay
 * are read and written back rotated by one track, and the new vector is written.  The window is
 * shifted under the port row by row and back.  The lowest bit of a transverse read is the
 * parity, which is the exclusive or. */
static void bind(const struct hdc_work *w, const struct hdc_memory_row *c,
                 struct hdc_result *r)
{
    double n = w->ngram, d = w->dimension;
    double first_writes = w->texts * n * (n - 1) / 2; /* the first n - 1 symbols */
    double first_reads = w->texts * (n - 1) * (n - 2) / 2;
    double writes = r->counts.ngrams * n + first_writes;
    double reads = r->counts.binds + first_reads;
    double counts = n <= c->counted_domains ? 1
                                            : ceil((n - 1) / (c->counted_domains - 1));
    double between = r->counts.ngrams *
                     (counts - 1); /* intermediate parities, stored */

    shift(r, c, HDC_BIND, 2 * writes + between, (2 * writes + between) * d);
    read_rows(r, c, HDC_BIND, reads, reads * d);
    write_rows(r, c, HDC_BIND, writes + between, (writes + between) * d);
    transverse(r, c, HDC_BIND, r->counts.ngrams * counts,
               r->counts.ngrams * counts * d);
}

/* n-grams are stored in adjacent domains.  One transverse read counts as many of them as it spans.
 * As many shifts add the count to the lowest digit; each track stops at its own count, and half
 * of the bits are ones.  A digit that overflows is shifted back and advances the next digit. */
static void count(const struct hdc *hdc, const struct hdc_work *w,
                  const struct hdc_memory_row *c, struct hdc_result *r)
{
    double d = w->dimension, ngrams = r->counts.ngrams,
           base = (double)hdc->counter_base;
    double groups = w->texts * ceil(ngrams / w->texts / c->counted_domains);
    double ones = r->counts.counter_updates / 2, carries = 0;

    for (double k = 1; k < digits(hdc, ngrams_of_text(w)); k++)
        carries += ones / maths_pow(base, k);
    write_rows(r, c, HDC_COUNT, ngrams, ngrams * d);
    shift(r, c, HDC_COUNT, 2 * ngrams, 2 * ngrams * d); /* to a row and back */
    transverse(r, c, HDC_COUNT, groups, groups * d);
    shift(r, c, HDC_COUNT, groups * c->counted_domains, ones);
    read_rows(r, c, HDC_COUNT, groups, groups * d); /* has a digit overflowed? */
    shift(r, c, HDC_COUNT, groups * (base + 1), carries * (base + 1));
}

/* Transverse reads over the domains of each digit read the counters, which are then reset. */
static void threshold(const struct hdc *hdc, const struct hdc_work *w,
                      const struct hdc_memory_row *c, struct hdc_result *r)
{
    double base = (double)hdc->counter_base;
    double places = w->texts * digits(hdc, ngrams_of_text(w));
    double reads = places * ceil(base / c->counted_domains);

    transverse(r, c, HDC_THRESHOLD, reads, reads * w->dimension);
    shift(r, c, HDC_THRESHOLD, places * base, places * base / 2 * w->dimension);
    write_rows(r, c, HDC_THRESHOLD, w->texts, w->texts * w->dimension);
}

/* The vector of a class is written beside that of the text, so that a transverse read gives the
 * bits that differ.  These bits are written along tracks, `span` bits per track.  Transverse
 * reads count them, and a tree of adders adds up the counts: a tree with n leaves of b bits has
 * about n (b + 1) full adders. */
static void compare(const struct hdc *hdc, const struct hdc_work *w,
                    const struct hdc_memory_row *c, struct hdc_result *r)
{
    double pairs = w->texts * w->classes, bits = r->counts.compared_bits;
    double tallies = ceil(w->dimension / c->counted_domains);
    double adders = tallies * (ceil(maths_log2(c->counted_domains + 1)) + 1);

    shift(r, c, HDC_COMPARE, 2 * pairs, 2 * bits);
    read_rows(r, c, HDC_COMPARE, pairs, bits);
    write_rows(r, c, HDC_COMPARE, pairs, bits);
    transverse(r, c, HDC_COMPARE, pairs, bits);
    write_rows(r, c, HDC_COMPARE, pairs * c->counted_domains, bits);
    shift(r, c, HDC_COMPARE, pairs * c->counted_domains, bits);
    transverse(r, c, HDC_COMPARE, pairs, pairs * tallies);
    r->step_s[HDC_COMPARE] += pairs * ceil(maths_log2(tallies + 1)) / hdc->clock_hz;
    r->step_j[HDC_COMPARE] += pairs * adders * c->adder_j;
}

static void run(const struct hdc *hdc, const struct hdc_work *work,
                const struct hdc_memory_row *costs, struct hdc_result *result)
{
    fetch(work, costs, result);
    bind(work, costs, result);
    count(hdc, work, costs, result);
    threshold(hdc, work, costs, result);
    compare(hdc, work, costs, result);
}

const struct hdc_family hdc_racetrack = { .costs = costs_make, .run = run };
