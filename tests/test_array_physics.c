/* Properties of the array model that hold for every technology and node of the library,
 * whatever their figures: signs of derivatives, limits, accounting. */
#include "array_answers.h"

#include "tech/retention.h"

#include <string.h>

/* The metric a target minimises. */
static double minimised(enum array_target target, const struct array_result *result)
{
    switch (target) {
    case TARGET_READ_LATENCY: return result->read_latency_s;
    case TARGET_AREA: return result->area_m2;
    case TARGET_LEAKAGE: return result->leakage_w;
    default: return result->read_energy_j;
    }
}

static void the_best_of_a_larger_memory_is_worse(void)
{
    const enum array_target targets[] = { TARGET_READ_LATENCY, TARGET_AREA,
                                          TARGET_LEAKAGE, TARGET_READ_ENERGY };
    const struct node *node = node_of(16, ROADMAP_LSTP);

    for (size_t c = 0; c < COUNT(plain); c++)
        for (size_t t = 0; t < COUNT(targets); t++) {
            double last = 0;

            /* a smaller racetrack has fewer rows of tracks than a subarray wants */
            for (double bytes = 256 * KIB; bytes <= 64 * MIB; bytes *= 4) {
                struct array_request request = ram(cell_named(plain[c]), node, bytes,
                                                   targets[t]);
                struct array_result result;

                if (!check_answer(&request, &result))
                    continue;

                double now = minimised(targets[t], &result);

                CU_ASSERT(now > last);
                if (!(now > last))
                    printf("\n%s, %s: %g at %g bytes, %g before\n", plain[c],
                           word_name(array_targets, (int)targets[t]), now, bytes, last);
                last = now;
            }
        }
}

/* The same organization with something about the request changed; false if it cannot be
 * built then, for a reason. */
static bool again(const struct array_request *request, const struct array_result *base,
                  struct array_result *result)
{
    struct error why = { .text = "" };
    enum status status = array_evaluate(request, &base->data.organization, NULL, result,
                                        &why);

    CU_ASSERT(status == STATUS_OK || why.text[0] != '\0');
    return status == STATUS_OK;
}

static void say(const char *what, const struct array_request *request)
{
    printf("\n%s: %s at %s\n", what, request->cell->record.name,
           request->node->record.name);
}

static const double nodes_nm[] = { 45, 16, 7 };

static void hotter_memories_leak_more_and_are_no_faster(void)
{
    for (size_t n = 0; n < COUNT(nodes_nm); n++)
        for (size_t c = 0; c < COUNT(plain); c++) {
            struct array_request request = ram(cell_named(plain[c]),
                                               node_of(nodes_nm[n], ROADMAP_HP), MIB,
                                               TARGET_READ_EDP);
            struct array_result base, last, now;

            request.temperature_k = 233;
            if (!check_answer(&request, &base) || !again(&request, &base, &last))
                continue;
            for (double kelvin = 253; kelvin < 400; kelvin += 20) {
                bool good;

                request.temperature_k = kelvin;
                if (!again(&request, &base, &now))
                    break; /* leakage of unselected rows drowns the cell */
                good = now.leakage_w > last.leakage_w &&
                       now.read_latency_s >= last.read_latency_s &&
                       now.write_latency_s >= last.write_latency_s;
                CU_ASSERT(good);
                if (!good)
                    say("leaks less or is faster when hotter", &request);
                last = now;
            }
        }
}

static void larger_cells_make_larger_slower_hungrier_arrays(void)
{
    for (size_t n = 0; n < COUNT(nodes_nm); n++)
        for (size_t c = 0; c < COUNT(plain); c++) {
            const struct node *node = node_of(nodes_nm[n], ROADMAP_HP);
            struct cell large = *cell_named(plain[c]);
            struct array_request request = ram(cell_named(plain[c]), node, MIB,
                                               TARGET_READ_EDP);
            struct array_result base, small, big;
            bool good;

            /* a crossbar is no wider than its amplifiers, which fold less when the cells
             * give them room: its area may even fall */
            if (cell_is_crossbar(&large) || !check_answer(&request, &base) ||
                !again(&request, &base, &small))
                continue;
            large.area_m2 = 1.3 * cell_area_m2(&large, node);
            request.cell = &large;
            if (!again(&request, &base, &big))
                continue;
            good = big.area_m2 > small.area_m2 &&
                   big.read_latency_s > small.read_latency_s &&
                   big.read_energy_j > small.read_energy_j &&
                   big.write_energy_j > small.write_energy_j;
            CU_ASSERT(good);
            if (!good) {
                say("larger cells, but not all of area, delay, energy", &request);
                printf("%g %g, %g %g, %g %g, %g %g\n", small.area_m2, big.area_m2,
                       small.read_latency_s, big.read_latency_s, small.read_energy_j,
                       big.read_energy_j, small.write_energy_j, big.write_energy_j);
            }
        }
}

/* Wires of 1.5 times the resistance and 1.2 times the capacitance. */
static void worsen(struct node *node, struct node_wire *wires)
{
    for (size_t w = 0; w < node->wires_count; w++) {
        wires[w] = node->wires[w];
        wires[w].resistivity_ohm_m *= 1.5;
        wires[w].resistance_ohm_per_m *= 1.5;
        wires[w].capacitance_f_per_m *= 1.2;
        wires[w].k_horizontal *= 1.2;
    }
    node->wires = wires;
}

static void worse_wires_are_slower_and_hungrier(void)
{
    for (size_t n = 0; n < COUNT(nodes_nm); n++)
        for (size_t c = 0; c < COUNT(plain); c++) {
            struct node worse = *node_of(nodes_nm[n], ROADMAP_HP);
            struct node_wire wires[16];
            struct array_request request = ram(cell_named(plain[c]),
                                               node_of(nodes_nm[n], ROADMAP_HP),
                                               4 * MIB, TARGET_READ_EDP);
            struct array_result base, good, bad;

            CU_ASSERT_FATAL(worse.wires_count <= COUNT(wires));
            worsen(&worse, wires);
            if (!check_answer(&request, &base) || !again(&request, &base, &good))
                continue;
            request.node = &worse;
            if (!again(&request, &base, &bad))
                continue;
            CU_ASSERT(bad.read_latency_s > good.read_latency_s);
            CU_ASSERT(bad.write_latency_s > good.write_latency_s);
            CU_ASSERT(bad.read_energy_j > good.read_energy_j);
        }
}

static void smaller_nodes_make_smaller_leaner_srams(void)
{
    static const struct {
        enum node_roadmap roadmap;
        double nodes_nm[6];
    } families[] = {
        { ROADMAP_HP, { 90, 65, 45, 32, 22 } },
        { ROADMAP_LSTP, { 16, 14, 10, 7, 5, 3 } },
    };

    for (size_t f = 0; f < COUNT(families); f++) {
        struct array_result base, last = { 0 }, now;

        for (size_t n = 0; n < 6 && families[f].nodes_nm[n] > 0; n++) {
            struct array_request request = ram(
                cell_named("sram"),
                node_of(families[f].nodes_nm[n], families[f].roadmap), MIB,
                TARGET_READ_EDP);

            if (n == 0)
                CU_ASSERT_FATAL(check_answer(&request, &base));
            CU_ASSERT_FATAL(again(&request, &base, &now));
            CU_ASSERT(n == 0 || now.area_m2 < last.area_m2);
            CU_ASSERT(n == 0 || now.read_energy_j < last.read_energy_j);
            last = now;
        }
    }
}

static void taller_subarrays_have_slower_bitlines(void)
{
    for (size_t c = 0; c < COUNT(plain); c++) {
        struct array_request request = ram(
            cell_named(plain[c]), node_of(16, ROADMAP_HP), 4 * MIB, TARGET_READ_EDP);
        struct array_result base, tall;
        struct array_organization org;
        struct error why;

        if (!check_answer(&request, &base))
            continue;
        org = base.data.organization;
        if (org.bank_rows < 2 || org.active_rows > 1)
            continue;
        org.bank_rows /= 2;
        org.sub_rows *= 2;
        if (array_evaluate(&request, &org, NULL, &tall, &why) != STATUS_OK)
            continue; /* too tall to be sensed: also an answer */
        CU_ASSERT(tall.data.bitline_s > base.data.bitline_s);
    }
}

static void no_signal_outruns_light(void)
{
    static const double LIGHT_M_PER_S = 299792458;

    for (size_t c = 0; c < COUNT(plain); c++)
        for (double bytes = 4 * KIB; bytes <= GIB; bytes *= 64) {
            struct array_request request = ram(cell_named(plain[c]),
                                               node_of(16, ROADMAP_HP), bytes,
                                               TARGET_READ_LATENCY);
            struct array_result result;

            if (!check_answer(&request, &result))
                continue;
            /* request and reply cross half the array; wires are far below light speed
             */
            CU_ASSERT(result.read_latency_s >
                      (result.width_m + result.height_m) / LIGHT_M_PER_S);
        }
}

static void arrays_contain_their_cells(void)
{
    for (size_t c = 0; c < COUNT(plain); c++) {
        const struct cell *cell = cell_named(plain[c]);
        const struct node *node = node_of(7, ROADMAP_LSTP);
        struct array_request request = ram(cell, node, MIB, TARGET_AREA);
        struct array_result result;
        double bits_per_site = (double)cell->bits_per_cell *
                               fmax((double)cell->domains_per_track, 1);
        double cells_m2 = MIB * 8 / bits_per_site * cell_area_m2(cell, node);

        if (!check_answer(&request, &result))
            continue;
        CU_ASSERT(result.area_m2 > cells_m2);
        if (!(result.area_m2 > cells_m2)) {
            say("less area than its cells", &request);
            printf("%g m2, cells %g m2\n", result.area_m2, cells_m2);
        }
    }
}

static void writes_take_the_pulse_and_its_energy(void)
{
    static const char *const cells[] = { "stt-mram", "sot-mram", "vgsot-mram", "rram",
                                         "pcm",      "fefet",    "ctt" };

    for (size_t c = 0; c < COUNT(cells); c++)
        for (uint64_t ways = 0; ways <= 16; ways += 16) {
            const struct cell *cell = cell_named(cells[c]);
            struct array_request request = ram(cell, node_of(16, ROADMAP_HP), MIB,
                                               TARGET_WRITE_EDP);
            struct array_result result;

            request.associativity = ways;
            if (!check_answer(&request, &result))
                continue;
            CU_ASSERT(result.write_latency_s >
                      fmax(cell->set_pulse_s, cell->reset_pulse_s));
            /* every bit of the line is set or reset, in caches too */
            CU_ASSERT(result.write_energy_j >
                      512 * cell_write_scale(cell, request.node) *
                          fmin(cell->set_energy_j, cell->reset_energy_j));
        }
}

static struct array_request latch_cache(double node_nm, enum node_roadmap cells)
{
    struct array_request request = ram(cell_named("sram"), node_of(node_nm, ROADMAP_HP),
                                       8 * MIB, TARGET_EDAP);

    request.cell_node = node_of(node_nm, cells);
    request.associativity = 16;
    return request;
}

/* What designers see of last-level caches at 350 K: Arm's driver default of 10 mW/MB, two
 * thirds of it in the periphery (NVIDIA, ISSCC 2026, 16 nm). */
static void sram_of_quiet_cells_leaks_4_to_20_mw_a_megabyte(void)
{
    static const double finfet_nm[] = { 16, 14, 10, 7, 5, 3 };

    for (size_t n = 0; n < COUNT(finfet_nm); n++) {
        struct array_request quiet = latch_cache(finfet_nm[n], ROADMAP_LSTP);
        struct array_request loud = latch_cache(finfet_nm[n], ROADMAP_HP);
        struct array_result result;
        double mw_per_mb, cells;

        if (!check_answer(&quiet, &result))
            continue;
        mw_per_mb = result.leakage_w / 8.388608e-3;
        cells = (result.data.cell_leakage_w + result.tag.cell_leakage_w) /
                result.leakage_w;
        CU_ASSERT(mw_per_mb > 4 && mw_per_mb < 20);
        CU_ASSERT(cells > 0.15 && cells < 0.5);
        if (check_answer(&loud, &result))
            CU_ASSERT(result.leakage_w / 8.388608e-3 > 4 * mw_per_mb);
    }
}

static void cells_of_their_own_devices_change_nothing_else(void)
{
    struct array_request same = latch_cache(7, ROADMAP_HP), none = same;
    struct array_result a, b;

    none.cell_node = NULL;
    if (!check_answer(&same, &a) || !check_answer(&none, &b))
        return;
    CU_ASSERT_EQUAL(a.read_latency_s, b.read_latency_s);
    CU_ASSERT_EQUAL(a.leakage_w, b.leakage_w);
    CU_ASSERT_EQUAL(a.area_m2, b.area_m2);
}

static void a_heater_shrinks_with_the_node(void)
{
    const struct cell *pcm = cell_named("pcm");
    double at_40 = cell_write_scale(pcm, node_of(40, ROADMAP_LSTP));
    double at_16 = cell_write_scale(pcm, node_of(16, ROADMAP_HP));

    CU_ASSERT_DOUBLE_EQUAL(at_40, 1, 1e-6);
    CU_ASSERT(at_16 > 0.4 && at_16 < 0.7);
    CU_ASSERT(cell_write_scale(pcm, node_of(7, ROADMAP_HP)) < at_16);
    CU_ASSERT_EQUAL(cell_write_scale(cell_named("stt-mram"), node_of(7, ROADMAP_HP)),
                    1);
}

/* Converters are slower at FinFET nodes, and quicker for junctions of a larger ratio. */
static void magnetic_sensing_follows_node_and_margin(void)
{
    struct cell wide = *cell_named("stt-mram");
    struct array_result at_28, at_16, better;
    struct array_request request = ram(cell_named("stt-mram"),
                                       node_of(28, ROADMAP_LSTP), MIB, TARGET_READ_EDP);
    bool all = check_answer(&request, &at_28);

    request.node = node_of(16, ROADMAP_LSTP);
    all &= check_answer(&request, &at_16);
    wide.resistance_off_ohm *= 2;
    request.cell = &wide;
    all &= check_answer(&request, &better);
    if (!all)
        return;
    CU_ASSERT(at_16.data.sense_s > at_28.data.sense_s);
    CU_ASSERT(better.data.sense_s < at_16.data.sense_s);
}

static void an_area_in_metres_holds_at_its_own_node(void)
{
    struct cell drawn = *cell_named("sram");
    struct array_request request = ram(&drawn, node_of(16, ROADMAP_HP), MIB,
                                       TARGET_EDAP);
    struct array_result result;
    struct error why = { .text = "" };

    drawn.area_m2 = 7.4e-14;
    drawn.native_node_m = 16e-9;
    CU_ASSERT_EQUAL(array_search(&request, &result, &why), STATUS_OK);
    request.node = node_of(7, ROADMAP_HP);
    CU_ASSERT_EQUAL(array_search(&request, &result, &why), STATUS_INFEASIBLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "area_m2"));
}

/* The larger the overhead, the larger the array and the longer its wires. */
static void what_is_built_around_takes_area(void)
{
    struct array_request request = latch_cache(7, ROADMAP_LSTP);
    struct array_result macro, cache;

    request.area_overhead = 1.33;
    bool all = check_answer(&request, &macro);

    request.area_overhead = 2.82;
    all &= check_answer(&request, &cache);
    if (!all)
        return;
    CU_ASSERT(cache.area_m2 > 1.5 * macro.area_m2);
    CU_ASSERT(cache.read_latency_s > macro.read_latency_s);
}

static void only_dynamic_cells_refresh(void)
{
    for (size_t c = 0; c < COUNT(plain); c++) {
        const struct cell *cell = cell_named(plain[c]);
        struct array_request request = ram(cell, node_of(16, ROADMAP_LSTP), MIB,
                                           TARGET_READ_EDP);
        struct array_result result;
        bool is_dynamic = cell->kind == CELL_EDRAM || cell->kind == CELL_GAIN_CELL;

        if (!check_answer(&request, &result))
            continue;
        CU_ASSERT_EQUAL(result.refresh_w > 0, is_dynamic);
    }
}

/* A gain cell's read does not restore it: a refresh also writes. */
static void a_gain_cell_is_refreshed_by_reading_and_writing(void)
{
    struct array_request request = ram(cell_named("edram-3t"),
                                       node_of(16, ROADMAP_LSTP), MIB, TARGET_READ_EDP);
    struct cell half = *request.cell;
    struct array_result result, often;
    const struct array_organization *o = &result.data.organization;
    double word_j, shared, subarrays;

    if (!check_answer(&request, &result))
        return;
    /* within subarrays, every word is read and written once in an interval; words that share
     * amplifiers are read together */
    word_j = result.refresh_w *
             cell_refresh_interval_s(request.cell, request.temperature_k) /
             (8.0 * MIB / (double)request.word_bits);
    shared = (double)(o->mux_out1 * o->mux_out2);
    subarrays = (double)(request.word_bits * o->mux_sense) * shared /
                (double)o->sub_cols;
    CU_ASSERT(word_j > subarrays * result.data.read_subarray_j /
                           (shared * (double)o->mux_sense));
    CU_ASSERT(word_j <
              subarrays * (result.data.read_subarray_j + result.data.write_subarray_j));
    half.retention_s /= 2;
    request.cell = &half;
    CU_ASSERT_FATAL(check_answer(&request, &often));
    ASSERT_NEAR(often.refresh_w, 2 * result.refresh_w, 1e-9);
}

static void two_bits_in_a_cell_save_area_and_cost_time(void)
{
    struct array_request request = ram(cell_named("rram"), node_of(28, ROADMAP_LSTP),
                                       16 * MIB, TARGET_AREA);
    struct array_result one, two;

    CU_ASSERT_FATAL(check_answer(&request, &one));
    request.cell = cell_named("rram-mlc");
    CU_ASSERT_FATAL(check_answer(&request, &two));
    CU_ASSERT(two.area_m2 < one.area_m2);
    CU_ASSERT(two.write_latency_s > one.write_latency_s);
}

static void a_single_row_is_the_smallest_memory(void)
{
    struct array_request request = ram(cell_named("sram"), node_of(16, ROADMAP_HP), 64,
                                       TARGET_AREA);
    struct array_result row, more;
    struct error why = { .text = "" };
    enum status status = array_search(&request, &row, &why);

    if (status != STATUS_OK) { /* one word has no address: that is a reason */
        CU_ASSERT_EQUAL(status, STATUS_INFEASIBLE);
        CU_ASSERT(why.text[0] != '\0');
        return;
    }
    request.capacity_bytes = 4096;
    CU_ASSERT_FATAL(check_answer(&request, &more));
    CU_ASSERT(row.area_m2 < more.area_m2);
    CU_ASSERT(row.read_latency_s <= more.read_latency_s);
}

static void gating_idle_mats_saves_leakage_only(void)
{
    struct array_request request = ram(cell_named("sram"), node_of(16, ROADMAP_HP),
                                       8 * MIB, TARGET_READ_EDP);
    struct array_result base, on, gated;

    CU_ASSERT_FATAL(check_answer(&request, &base));
    CU_ASSERT_FATAL(again(&request, &base, &on));
    request.power_gating = true;
    CU_ASSERT_FATAL(again(&request, &base, &gated));
    CU_ASSERT(gated.leakage_w < on.leakage_w);
    CU_ASSERT(gated.leakage_w > 0);
    CU_ASSERT_EQUAL(gated.read_latency_s, on.read_latency_s);
}

SUITE(array_physics, TEST(the_best_of_a_larger_memory_is_worse),
      TEST(hotter_memories_leak_more_and_are_no_faster),
      TEST(larger_cells_make_larger_slower_hungrier_arrays),
      TEST(worse_wires_are_slower_and_hungrier),
      TEST(smaller_nodes_make_smaller_leaner_srams),
      TEST(taller_subarrays_have_slower_bitlines), TEST(no_signal_outruns_light),
      TEST(arrays_contain_their_cells), TEST(writes_take_the_pulse_and_its_energy),
      TEST(only_dynamic_cells_refresh),
      TEST(a_gain_cell_is_refreshed_by_reading_and_writing),
      TEST(two_bits_in_a_cell_save_area_and_cost_time),
      TEST(a_single_row_is_the_smallest_memory),
      TEST(gating_idle_mats_saves_leakage_only),
      TEST(sram_of_quiet_cells_leaks_4_to_20_mw_a_megabyte),
      TEST(cells_of_their_own_devices_change_nothing_else),
      TEST(a_heater_shrinks_with_the_node),
      TEST(magnetic_sensing_follows_node_and_margin),
      TEST(an_area_in_metres_holds_at_its_own_node),
      TEST(what_is_built_around_takes_area));
