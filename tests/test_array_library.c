/* The library of bitcells and nodes, and that the array model has an answer to every
 * combination of them. */
#include "array_answers.h"

#include <string.h>

static void every_technology_has_an_answer_at_every_size(void)
{
    const struct record_table *cells = &library()->tables[RECORDS_TECHNOLOGY];
    const struct node *const nodes[] = { node_of(45, ROADMAP_LSTP),
                                         node_of(16, ROADMAP_HP) };
    const double capacities[] = { 64 * KIB, 3 * MIB, 256 * MIB, 16 * GIB };
    size_t answers = 0;

    for (size_t c = 0; c < cells->count; c++)
        for (size_t n = 0; n < COUNT(nodes); n++)
            for (size_t k = 0; k < COUNT(capacities); k++) {
                struct array_request request = ram(cells->records[c], nodes[n],
                                                   capacities[k], TARGET_EDAP);
                struct array_result result;

                request.associativity = 16;
                answers += check_answer(&request, &result);
            }
    /* most of them can be built */
    CU_ASSERT(answers > cells->count * COUNT(nodes) * COUNT(capacities) / 2);
}

static void every_node_has_an_answer(void)
{
    const struct record_table *nodes = &library()->tables[RECORDS_NODE];

    for (size_t n = 0; n < nodes->count; n++)
        for (size_t c = 0; c < COUNT(plain); c++) {
            struct array_request request = ram(cell_named(plain[c]), nodes->records[n],
                                               MIB, TARGET_READ_EDP);
            struct array_result result;

            check_answer(&request, &result);
        }
}

/* A fixed sequence of pseudo-random numbers (xorshift64), below `below`. */
static uint64_t draw(uint64_t *state, uint64_t below)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state % below;
}

static void random_requests_have_an_answer(void)
{
    static const uint64_t ways[] = { 0, 1, 2, 4, 8, 12, 16, 32, 64 };
    static const uint64_t words[] = { 64, 128, 256, 512, 1024, 2048 };
    const struct record_table *cells = &library()->tables[RECORDS_TECHNOLOGY];
    const struct record_table *nodes = &library()->tables[RECORDS_NODE];
    uint64_t state = 20220911;

    for (int i = 0; i < 300; i++) {
        uint64_t word = words[draw(&state, COUNT(words))];
        uint64_t way = ways[draw(&state, COUNT(ways))];
        uint64_t lines = 1 + draw(&state, 1000) * draw(&state, 1000);
        struct array_request request = {
            .cell = cells->records[draw(&state, cells->count)],
            .node = nodes->records[draw(&state, nodes->count)],
            .temperature_k = 233 + (double)draw(&state, 166),
            .word_bits = word,
            .associativity = way,
            .capacity_bytes = lines * (way ? way : 1) * word / 8,
            .access = (enum array_access)draw(&state, 3),
            .target = (enum array_target)draw(&state, TARGET_WEIGHTED),
        };
        struct array_result result;

        check_answer(&request, &result);
    }
}

static void flavours_are_ordered_by_leakage(void)
{
    const struct record_table *nodes = &library()->tables[RECORDS_NODE];

    for (size_t n = 0; n < nodes->count; n++) {
        const struct node *hp = nodes->records[n];

        if (hp->roadmap != ROADMAP_HP)
            continue;

        const struct node *lop = library_node(library(), hp->node_m, ROADMAP_LOP);
        const struct node *lstp = library_node(library(), hp->node_m, ROADMAP_LSTP);

        CU_ASSERT_FATAL(lop != NULL && lstp != NULL);
        CU_ASSERT(node_device(hp, 300, false).ioff_n_a_per_m >
                  node_device(lop, 300, false).ioff_n_a_per_m);
        CU_ASSERT(node_device(lop, 300, false).ioff_n_a_per_m >
                  node_device(lstp, 300, false).ioff_n_a_per_m);
        CU_ASSERT(node_device(hp, 300, false).ion_n_a_per_m >
                  node_device(lstp, 300, false).ion_n_a_per_m);
    }
}

static void off_currents_rise_with_temperature(void)
{
    const struct record_table *nodes = &library()->tables[RECORDS_NODE];

    for (size_t n = 0; n < nodes->count; n++) {
        const struct record *record = nodes->records[n];

        /* the ITRS tables carry errors (90 nm at 320 K and above) that the nvsim rules
         * are to reproduce */
        if (strncmp(record->name, "itrs-", 5) == 0)
            continue;
        for (double kelvin = 233; kelvin < 398; kelvin += 5) {
            struct node_point cold = node_device(nodes->records[n], kelvin, false);
            struct node_point warm = node_device(nodes->records[n], kelvin + 5, false);

            CU_ASSERT(warm.ioff_n_a_per_m >= cold.ioff_n_a_per_m);
            CU_ASSERT(warm.ioff_p_a_per_m >= cold.ioff_p_a_per_m);
            CU_ASSERT(warm.ion_n_a_per_m <= cold.ion_n_a_per_m * (1 + 1e-9));
        }
    }
}

static void tentpoles_bracket_the_typical_cell(void)
{
    static const char *const families[] = {
        "sram",  "edram", "edram-3t",   "stt-mram",  "rram",    "sot-mram",     "pcm",
        "fefet", "ctt",   "vgsot-mram", "racetrack", "sram-8t", "rram-crossbar"
    };
    const struct node *node = node_of(16, ROADMAP_LSTP);

    for (size_t f = 0; f < COUNT(families); f++) {
        char name[64];
        const struct cell *typical = cell_named(families[f]), *good, *bad;

        snprintf(name, sizeof name, "%s-aggressive", families[f]);
        good = cell_named(name);
        snprintf(name, sizeof name, "%s-pessimistic", families[f]);
        bad = cell_named(name);

        double bits = fmax((double)typical->domains_per_track, 1);
        double area_m2 = cell_area_m2(typical, node) / bits;

        CU_ASSERT(cell_area_m2(good, node) <=
                  area_m2 * fmax((double)good->domains_per_track, 1));
        CU_ASSERT(cell_area_m2(bad, node) >=
                  area_m2 * fmax((double)bad->domains_per_track, 1));
        CU_ASSERT(good->set_pulse_s <= typical->set_pulse_s &&
                  typical->set_pulse_s <= bad->set_pulse_s);
        CU_ASSERT(good->set_energy_j <= typical->set_energy_j);
        CU_ASSERT(good->min_sense_v <= bad->min_sense_v);
    }
}

static void every_node_says_what_its_devices_stand_for(void)
{
    const struct record_table *table = &library()->tables[RECORDS_NODE];

    for (size_t i = 0; i < table->count; i++) {
        const struct node *node = table->records[i];
        bool is_fitted = node->roadmap == ROADMAP_CALIBRATED ||
                         node->roadmap == ROADMAP_DEEPNVM;

        CU_ASSERT(node->devices != DEVICES_UNSTATED);
        CU_ASSERT_EQUAL(node->devices == DEVICES_FITTED, is_fitted);
    }
    CU_ASSERT_EQUAL(node_of(22, ROADMAP_HP)->devices, DEVICES_INTERPOLATED);
    CU_ASSERT_EQUAL(tool_node(22 * NANO, ROADMAP_HP)->devices, DEVICES_ITRS);
    CU_ASSERT_PTR_EQUAL(node_of(16, ROADMAP_HP), tool_node(16 * NANO, ROADMAP_HP));
}

static void cells_that_forget_say_when(void)
{
    const struct record_table *table = &library()->tables[RECORDS_TECHNOLOGY];

    for (size_t i = 0; i < table->count; i++) {
        const struct cell *cell = table->records[i];

        bool is_tool_sample = strncmp(cell->record.name, "nvsim-", 6) == 0 ||
                              strncmp(cell->record.source, "NVSim", 5) == 0;

        if (cell->kind == CELL_SRAM || cell->kind == CELL_GIVEN || is_tool_sample)
            continue;
        CU_ASSERT(cell->retention_s > 0 && cell->retention_temperature_k > 0);
        CU_ASSERT(!cell_is_resistive(cell) || cell->endurance_cycles > 0);
        if (!(cell->retention_s > 0 && cell->retention_temperature_k > 0))
            printf("\n%s lacks retention\n", cell->record.name);
    }
}

SUITE(array_library, TEST(every_technology_has_an_answer_at_every_size),
      TEST(every_node_has_an_answer), TEST(random_requests_have_an_answer),
      TEST(flavours_are_ordered_by_leakage), TEST(off_currents_rise_with_temperature),
      TEST(tentpoles_bracket_the_typical_cell),
      TEST(every_node_says_what_its_devices_stand_for),
      TEST(cells_that_forget_say_when));
