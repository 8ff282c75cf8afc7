/* Hyperdimensional computing (src/hdc/hdc.h). */
#include "array_library.h"
#include "files.h"
#include "unit.h"

#include "columns/hdc_memory.h"
#include "hdc/hdc.h"

#include <math.h>
#include <string.h>

static const struct hdc_work language = { .dimension = 10000,
                                          .ngram = 4,
                                          .symbols = 27,
                                          .classes = 22,
                                          .texts = 21007,
                                          .characters = 3784369 };

/* (L - N + 1) (N - 1) vectors and (L - N + 1) D counters a text of L characters. */
static void operations_of_language_recognition_are_exact(void)
{
    struct hdc_counts counts;
    struct error reason;

    CU_ASSERT_EQUAL(hdc_count(&language, &counts, &reason), STATUS_OK);
    CU_ASSERT_EQUAL(counts.ngrams, 3784369 - 3 * 21007);
    CU_ASSERT_EQUAL(counts.binds, 3 * (3784369.0 - 3 * 21007));
    CU_ASSERT_EQUAL(counts.counter_updates, 10000 * (3784369.0 - 3 * 21007));
    CU_ASSERT_EQUAL(counts.thresholds, 21007 * 10000.0);
    CU_ASSERT_EQUAL(counts.compared_bits, 21007 * 22 * 10000.0);
}

static void texts_shorter_than_an_ngram_are_infeasible(void)
{
    struct hdc_work work = language;
    struct hdc_counts counts;
    struct error reason;

    work.characters = work.texts * 4; /* one n-gram each */
    CU_ASSERT_EQUAL(hdc_count(&work, &counts, &reason), STATUS_OK);
    CU_ASSERT_EQUAL(counts.ngrams, work.texts);
    work.characters--;
    CU_ASSERT_EQUAL(hdc_count(&work, &counts, &reason), STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(reason.text, "too few for 4-grams"));
}

static const struct hdc *shipped_machine(const char *name)
{
    return (const struct hdc *)library_find(shipped_library(), RECORDS_HDC, name);
}

/* One text of 5 symbols, 2-grams of 16 bits, 2 classes; tracks of 8 domains and one port,
 * 4 of them counted at once; every operation a second.  By hand:
 *
 *             shifts of tracks          bits read  written  tracks counted
 *   fetch     5 x 1 x 16                5 x 16
 *   bind      2 x (4 x 2 + 1) x 16      4 x 16     9 x 16   4 x 16
 *   count     (2 x 4) x 16 + 64 / 2     16         4 x 16   16
 *   threshold 10 / 2 x 16                          16       3 x 16
 *   compare   2 x 32 + 32               32         32 + 32  32 + 2 x 4 */
static void racetrack_operations_are_those_counted_by_hand(void)
{
    const struct hdc_work work = { 16, 2, 4, 2, 1, 5 };
    const struct hdc_memory_row costs = {
        .track_domains = 8,
        .port_domains = 8,
        .counted_domains = 4,
        .row_read_s = 1,
        .row_write_s = 1,
        .shift_s = 1,
        .transverse_read_s = 1,
        .fetch_s = 1,
        .shift_j = 1,
        .leakage_w = 2,
    };
    struct hdc machine = *shipped_machine("racetrack-hdc");
    struct hdc_result r;
    struct error reason;

    machine.clock_hz = 1e30; /* adders take no time */
    CU_ASSERT_EQUAL(hdc_evaluate(&machine, &work, &costs, &r, &reason), STATUS_OK);
    CU_ASSERT_EQUAL(r.shifts, 80 + 288 + 128 + 32 + 80 + 96);
    CU_ASSERT_EQUAL(r.reads, 80 + 64 + 16 + 32);
    CU_ASSERT_EQUAL(r.writes, 144 + 64 + 16 + 64);
    CU_ASSERT_EQUAL(r.transverse_reads, 64 + 16 + 48 + 40);
    ASSERT_NEAR(r.step_s[HDC_FETCH], 5.0 + 5, 1e-12);
    ASSERT_NEAR(r.step_s[HDC_BIND], 18.0 + 4 + 9 + 4, 1e-12);
    ASSERT_NEAR(r.step_s[HDC_COUNT], 4.0 + 8 + 1 + 4 + 1 + 11, 1e-12);
    ASSERT_NEAR(r.step_s[HDC_THRESHOLD], 3.0 + 10 + 1, 1e-12);
    ASSERT_NEAR(r.step_s[HDC_COMPARE], 4.0 + 2 + 2 + 2 + 8 + 8 + 2, 1e-12);
    ASSERT_NEAR(r.energy_j, r.shifts + 2 * r.latency_s, 1e-12);
}

static struct hdc varied; /* the racetracks' machine, for a test to change */

static struct hdc_costs_request request_of(const char *machine, const char *cell)
{
    return (struct hdc_costs_request){
        .hdc = shipped_machine(machine),
        .cell = shipped_cell(cell),
        .node = shipped_node(32e-9, ROADMAP_HP),
        .temperature_k = 300,
        .work = language,
    };
}

static struct hdc_result run(const struct hdc_costs_request *request)
{
    struct hdc_result result = { .latency_s = NAN };
    struct hdc_memory_row costs;
    struct error reason;

    CU_ASSERT_EQUAL(hdc_costs_make(request, &costs, &reason), STATUS_OK);
    CU_ASSERT_EQUAL(
        hdc_evaluate(request->hdc, &request->work, &costs, &result, &reason),
        STATUS_OK);
    return result;
}

/* Shifts of the library's cell, read and write of the array model without any. */
static void costs_come_from_the_cell_and_the_array_model(void)
{
    struct hdc_costs_request request = request_of("racetrack-hdc", "racetrack");
    const struct cell *cell = request.cell;
    struct hdc_memory_row costs;
    struct error reason;

    CU_ASSERT_EQUAL(hdc_costs_make(&request, &costs, &reason), STATUS_OK);
    CU_ASSERT_EQUAL(costs.shift_s, cell->shift_pulse_s);
    /* 80 uA through 96 domains of 67 ohm for 0.5 ns; 32 tracks share the rest */
    ASSERT_NEAR(costs.shift_j, 80e-6 * 80e-6 * 96 * 67 * 0.5e-9, 1e-9);
    ASSERT_NEAR(costs.address_j + 32 * costs.shift_j, 32 * cell->shift_energy_j, 1e-9);
    CU_ASSERT_EQUAL(costs.track_domains, 64);
    CU_ASSERT_EQUAL(costs.port_domains, 32);
    CU_ASSERT(costs.row_write_s >= cell->set_pulse_s);
    CU_ASSERT(costs.transverse_read_s > costs.row_read_s); /* 8 levels, not 2 */
    CU_ASSERT(costs.transverse_read_s < 3 * costs.row_read_s);
    CU_ASSERT(costs.fetch_bit_j > costs.read_bit_j); /* wires */
}

static void longer_tracks_shift_further_in_more_area_a_port(void)
{
    struct hdc_costs_request request = request_of("racetrack-hdc", "racetrack");
    struct hdc_result shorter, longer;

    varied = *request.hdc;
    request.hdc = &varied;
    varied.domains = 16;
    shorter = run(&request);
    varied.domains = 128;
    longer = run(&request);
    CU_ASSERT(longer.step_s[HDC_FETCH] > shorter.step_s[HDC_FETCH]);
    CU_ASSERT(longer.shifts > shorter.shifts);
    CU_ASSERT_EQUAL(longer.transverse_reads, shorter.transverse_reads);
    CU_ASSERT_EQUAL(longer.counts.binds, shorter.counts.binds);
}

/* Six vectors are combined by one transverse read over seven domains, by three over
 * three: 6 = 3, and twice 1 + the parity so far... each adds two. */
static void a_wider_span_takes_fewer_transverse_reads(void)
{
    struct hdc_costs_request request = request_of("racetrack-hdc", "racetrack");
    struct hdc_result wide, narrow;

    request.work.ngram = 6;
    varied = *request.hdc;
    request.hdc = &varied;
    varied.span = 7;
    wide = run(&request);
    varied.span = 3;
    narrow = run(&request);
    CU_ASSERT(narrow.transverse_reads > wide.transverse_reads);
    CU_ASSERT(narrow.writes > wide.writes); /* parities between */
    CU_ASSERT(narrow.latency_s > wide.latency_s);
}

static void time_and_operations_follow_the_texts(void)
{
    struct hdc_costs_request request = request_of("racetrack-hdc", "racetrack");
    struct hdc_result one, ten;

    request.work.texts = 100;
    request.work.characters = 18000;
    one = run(&request);
    request.work.texts = 1000;
    request.work.characters = 180000;
    ten = run(&request);
    ASSERT_NEAR(ten.latency_s, 10 * one.latency_s, 1e-9);
    ASSERT_NEAR(ten.energy_j, 10 * one.energy_j, 1e-9);
    ASSERT_NEAR(ten.shifts, 10 * one.shifts, 1e-9);
}

static void computing_in_tracks_beats_a_core_behind_them(void)
{
    struct hdc_costs_request memory = request_of("racetrack-hdc", "racetrack");
    struct hdc_costs_request core = request_of("simd-core", "racetrack");
    struct hdc_result in = run(&memory), out = run(&core);

    CU_ASSERT(in.latency_s < out.latency_s);
    CU_ASSERT(in.energy_j < out.energy_j);
    CU_ASSERT_EQUAL(in.counts.counter_updates, out.counts.counter_updates);
}

/* 27 vectors and their complements, 22 classes: a device for every bit. */
static void crossbars_hold_a_device_a_bit(void)
{
    struct hdc_costs_request request = request_of("crossbar-hdc", "pcm");
    struct hdc_memory_row costs;
    struct hdc_result r;
    struct error reason;

    CU_ASSERT_EQUAL(hdc_costs_make(&request, &costs, &reason), STATUS_OK);
    CU_ASSERT_EQUAL(costs.memory_bytes * 8, 760000);
    r = run(&request);
    CU_ASSERT_EQUAL(r.reads, 2 * 4 * 10000 * r.counts.ngrams);
    ASSERT_NEAR(r.step_j[HDC_COMPARE], 21007 * costs.search_j, 1e-12);
    request.work.classes = 44;
    CU_ASSERT(run(&request).step_j[HDC_COMPARE] > 1.5 * r.step_j[HDC_COMPARE]);
}

static void what_cannot_be_built_says_why(void)
{
    static const struct {
        const char *machine, *cell, *says;
        uint64_t domains, span;
        double dimension;
    } cases[] = {
        { "racetrack-hdc", "sram", "cells of sram are not racetracks", 0, 0, 10000 },
        { "racetrack-hdc", "racetrack", "between two ports", 8, 7, 10000 },
        { "simd-core", "sram", "the cache of simd-core has", 0, 0, 1e6 },
        { "crossbar-hdc", "racetrack", "cannot sum currents", 0, 0, 10000 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hdc_costs_request request = request_of(cases[i].machine, cases[i].cell);
        struct hdc_memory_row costs;
        struct error reason;

        varied = *request.hdc;
        request.hdc = &varied;
        varied.domains = cases[i].domains;
        if (cases[i].span)
            varied.span = cases[i].span;
        request.work.dimension = cases[i].dimension;
        CU_ASSERT_EQUAL(hdc_costs_make(&request, &costs, &reason), STATUS_INFEASIBLE);
        CU_ASSERT_PTR_NOT_NULL(strstr(reason.text, cases[i].says));
    }
}

static void records_of_nothing_are_refused(void)
{
    static const struct {
        const char *file, *text, *says;
    } cases[] = {
        { "technologies/x.cfg",
          "technologies = ( { name = \"x\"; source = \"none\"; kind = \"racetrack\"; "
          "area_sram = 8.0; resistance_on_ohm = 1000.0; resistance_off_ohm = 2000.0; "
          "set_mode = \"current\"; reset_mode = \"current\"; set_current_a = 1e-4; "
          "reset_current_a = 1e-4; set_pulse_s = 1e-9; reset_pulse_s = 1e-9; "
          "read_voltage_v = 0.1; "
          "domains_per_track = 0; } );",
          "needs domains_per_track" },
        { "hdc/x.cfg",
          "hdc = ( { name = \"x\"; source = \"none\"; family = \"racetrack\"; "
          "span = 0; } );",
          "span is 0, must be in 2..64" },
        { "hdc_tasks/x.cfg",
          "hdc_tasks = ( { name = \"x\"; source = \"none\"; dimension = 0; ngram = 4; "
          "symbols = 27; classes = 22; texts = 1; characters = 100; } );",
          "dimension is 0, must be in 8.." },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const folders[] = { folder };
        struct library library;
        struct error err;

        folder_make();
        text_write(cases[i].file, cases[i].text);
        CU_ASSERT_EQUAL(library_read(folders, 1, &library, &err), STATUS_INPUT);
        if (!strstr(err.text, cases[i].says))
            fprintf(stderr, "says: %s\n", err.text);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, cases[i].says));
        library_free(&library);
        folder_remove();
    }
}

SUITE(hdc, TEST(operations_of_language_recognition_are_exact),
      TEST(texts_shorter_than_an_ngram_are_infeasible),
      TEST(racetrack_operations_are_those_counted_by_hand),
      TEST(costs_come_from_the_cell_and_the_array_model),
      TEST(longer_tracks_shift_further_in_more_area_a_port),
      TEST(a_wider_span_takes_fewer_transverse_reads),
      TEST(time_and_operations_follow_the_texts),
      TEST(computing_in_tracks_beats_a_core_behind_them),
      TEST(crossbars_hold_a_device_a_bit), TEST(what_cannot_be_built_says_why),
      TEST(records_of_nothing_are_refused));
