#include "tech/cell.h"

#include "base/units.h"
#include "tech/node.h"
#include "tech/retention.h"

#include <math.h>

static const double SRAM_F2 = 146; /* 6T cell in feature squares (NVSim's sample) */

const struct word cell_kinds[] = {
    { "sram", CELL_SRAM },
    { "edram", CELL_EDRAM },
    { "gain_cell", CELL_GAIN_CELL },
    { "stt_mram", CELL_STT_MRAM },
    { "sot_mram", CELL_SOT_MRAM },
    { "vgsot_mram", CELL_VGSOT_MRAM },
    { "rram", CELL_RRAM },
    { "pcm", CELL_PCM },
    { "fefet", CELL_FEFET },
    { "ctt", CELL_CTT },
    { "racetrack", CELL_RACETRACK },
    { "given", CELL_GIVEN },
    { NULL, 0 },
};

const struct word cell_accesses[] = {
    { "cmos", ACCESS_CMOS },
    { "none", ACCESS_NONE },
    { "diode", ACCESS_DIODE },
    { NULL, 0 },
};

const struct word cell_sensings[] = {
    { "voltage", SENSE_VOLTAGE_IN },
    { "current_in", SENSE_CURRENT_IN },
    { "current", SENSE_CURRENT },
    { NULL, 0 },
};

const struct word cell_pulses[] = {
    { "none", PULSE_NONE },
    { "voltage", PULSE_VOLTAGE },
    { "current", PULSE_CURRENT },
    { NULL, 0 },
};

/* clang-format off */
#define NUM(member, unit, fallback, min, max, meaning)                                 \
    FIELD_NUMBER(struct cell, member, unit, fallback, min, max, meaning)
#define CNT(member, fallback, min, max, meaning)                                       \
    FIELD_COUNT(struct cell, member, fallback, min, max, meaning)
#define WORD(member, words, fallback, meaning)                                         \
    FIELD_WORD(struct cell, member, words, fallback, meaning)

static const struct field cell_fields[] = {
    WORD(kind, cell_kinds, REQUIRED, "kind of the cell"),
    NUM(area_f2, "1", 0, 0, 1e5, "footprint in squares of the feature size"),
    NUM(area_m2, "m2", 0, 0, 1e-9, "footprint; takes precedence over the two others"),
    NUM(area_sram, "1", 0, 0, 1e3, "footprint in the node's own 6T cells; takes precedence over area_f2"),
    NUM(native_node_m, "m", 0, 0, 1e-6,
        "node the figures were taken at; an area_m2 holds there only; 0: any"),
    NUM(native_sram_m2, "m2", 0, 0, 1e-9,
        "6T cell of the node at which the write currents were taken: they and the pulses' "
        "energies scale with the square root of the 6T cell (a heater's width); 0: fixed"),
    NUM(aspect_ratio, "1", 1, 0.05, 20, "cell height (along the bitline) over width"),

    WORD(access, cell_accesses, ACCESS_CMOS, "device that selects the cell"),
    NUM(access_width_f, "1", 1.31, 0, 100, "access transistor width in feature sizes"),
    NUM(write_access_width_f, "1", 0, 0, 100,
        "write transistor of a split path (SOT); 0: the access transistor writes"),
    NUM(pulldown_width_f, "1", 2.08, 0, 100, "SRAM pull-down width in feature sizes"),
    NUM(pullup_width_f, "1", 1.23, 0, 100, "SRAM pull-up width in feature sizes"),
    CNT(access_fins, 0, 0, 64, "fins of the access device; 0: from its width"),
    CNT(write_access_fins, 0, 0, 64, "fins of the write device; 0: from its width"),
    CNT(pulldown_fins, 0, 0, 64, "fins of the SRAM pull-down; 0: from its width"),
    CNT(pullup_fins, 0, 0, 64, "fins of the SRAM pull-up; 0: from its width"),
    NUM(access_drop_v, "V", 0, 0, 5, "voltage lost in the access device or selector"),
    NUM(selector_leak_a, "A", 0, 0, 1e-3, "leakage of a half-selected cell's selector"),
    FIELD_FLAG(struct cell, read_port, 0, "a separate read stack (8T SRAM, gain cell)"),
    NUM(read_width_f, "1", 0, 0, 100, "width of the read stack's devices; 0: access"),

    NUM(resistance_on_ohm, "ohm", 0, 0, 1e13, "low-resistance state"),
    NUM(resistance_off_ohm, "ohm", 0, 0, 1e15, "high-resistance state"),
    NUM(resistance_on_read_ohm, "ohm", 0, 0, 1e13,
        "low state at the read voltage; 0: resistance_on_ohm"),
    NUM(resistance_off_read_ohm, "ohm", 0, 0, 1e15,
        "high state at the read voltage; 0: resistance_off_ohm"),
    NUM(resistance_on_set_ohm, "ohm", 0, 0, 1e13,
        "low state at the set voltage; 0: resistance_on_ohm"),
    NUM(resistance_on_reset_ohm, "ohm", 0, 0, 1e13,
        "low state at the reset voltage; 0: resistance_on_ohm"),
    NUM(resistance_off_reset_ohm, "ohm", 0, 0, 1e15,
        "high state at the reset voltage; 0: resistance_off_ohm"),
    NUM(resistance_on_half_reset_ohm, "ohm", 0, 0, 1e13,
        "low state at half the reset voltage; 0: as at the reset voltage"),
    NUM(capacitance_on_f, "F", 0, 0, 1e-9, "crossbar cell's capacitance, low state"),
    NUM(capacitance_off_f, "F", 0, 0, 1e-9, "crossbar cell's capacitance, high state"),
    NUM(storage_f, "F", 0, 0, 1e-9, "storage capacitor of a dynamic cell"),
    NUM(retention_s, "s", 0, 0, 1e12, "retention; 0: longer than any use"),
    NUM(retention_temperature_k, "K", 358.15, 200, 450, "where retention_s holds"),
    NUM(refresh_interval_s, "s", 0, 0, 1e12, "refresh period; 0: retention_s"),
    FIELD_NUMBER_OR(struct cell, thermal_stability, "1", "own", 1, 200,
        "magnetic cells: barrier between the states over k T at retention_temperature_k; own: as "
        "retention_s says; another value moves retention_s, write currents, pulses and energies"),
    FIELD_NUMBER_OR(struct cell, write_overdrive, "1", "own", 1, 100,
        "magnetic cells: write current over the critical one; own: design_overdrive; another value "
        "moves write currents, pulses and energies"),
    FIELD_NUMBER_OR(struct cell, write_error, "1", "own", 1e-30, 0.1,
        "magnetic cells: share of written bits that stay unwritten; own: design_write_error; another "
        "value moves pulses and energies"),
    NUM(design_overdrive, "1", 1.5, 1, 100,
        "write_overdrive of the pulses that the record gives (assumed)"),
    NUM(design_write_error, "1", 1e-9, 1e-30, 0.1,
        "write_error of the pulses that the record gives (assumed)"),
    NUM(endurance_cycles, "1", 0, 0, 1e20, "number of writes that a cell survives; 0: unlimited"),
    NUM(leak_a, "A", 0, 0, 1e-3,
        "standby current of a cell at 300 K, beyond that of its transistors"),
    NUM(leak_factor, "1", 1, 0, 1e3,
        "leakage of the cell's transistors relative to the node's logic devices"),

    WORD(sensing, cell_sensings, SENSE_VOLTAGE_IN, "what is applied to the cell, and what is sensed"),
    NUM(read_voltage_v, "V", 0, -5, 5, "applied to the cell while reading"),
    NUM(read_current_a, "A", 0, 0, 1e-2, "forced through the cell while reading"),
    NUM(read_power_w, "W", 0, 0, 1, "drawn per cell while sensing; 0: derived"),
    NUM(read_energy_j, "J", 0, 0, 1e-6,
        "per bit sensed; 0: power times the sensing time"),
    NUM(read_time_s, "s", 0, 0, 1, "sensing time the cell needs at least"),
    NUM(min_sense_v, "V", 0.08, 1e-4, 2, "bitline difference that can be sensed"),

    WORD(set_mode, cell_pulses, PULSE_NONE, "what the set pulse forces: a voltage or a current"),
    NUM(set_voltage_v, "V", 0, -20, 20, "voltage of the set pulse (to the low-resistance state)"),
    NUM(set_current_a, "A", 0, 0, 1, "set pulse"),
    NUM(set_pulse_s, "s", 0, 0, 10, "set pulse length"),
    NUM(set_energy_j, "J", 0, 0, 1, "set energy per cell; 0: derived from the pulse"),
    WORD(reset_mode, cell_pulses, PULSE_NONE, "what the reset pulse forces: a voltage or a current"),
    NUM(reset_voltage_v, "V", 0, -20, 20, "voltage of the reset pulse (to the high-resistance state)"),
    NUM(reset_current_a, "A", 0, 0, 1, "reset pulse"),
    NUM(reset_pulse_s, "s", 0, 0, 10, "reset pulse length"),
    NUM(reset_energy_j, "J", 0, 0, 1, "reset energy per cell; 0: derived"),
    NUM(write_pulse_factor, "1", 0, 0, 1,
        "efficiency of the circuit that shapes write pulses; 0: lossless"),

    CNT(bits_per_cell, 1, 1, 8, "bits stored in one cell"),
    NUM(program_pulses, "1", 1, 1, 1e4, "mean pulses of one program-and-verify write"),
    NUM(verify_reads, "1", 0, 0, 1e4, "reads per program-and-verify write"),
    NUM(read_steps, "1", 0, 0, 256, "sensing steps per read; 0: bits_per_cell"),

    CNT(domains_per_track, 0, 0, 65536, "bits along one racetrack; 0: no racetrack"),
    CNT(ports_per_track, 1, 1, 1024, "access ports along one racetrack"),
    NUM(shift_current_a, "A", 0, 0, 1, "current that shifts a track by one domain"),
    NUM(shift_voltage_v, "V", 0, 0, 10, "voltage that drives the shift current"),
    NUM(shift_pulse_s, "s", 0, 0, 1, "time of a shift by one domain"),
    NUM(shift_energy_j, "J", 0, 0, 1, "energy of one track's shift by one domain; "
        "0: current x voltage x pulse"),

    FIELD_LIST(struct cell, given, &given_schema,
               "figures of whole arrays in place of modelled ones"),
    NUM(given_line_bytes, "byte", 0, 0, 1e6, "size of the accesses that `given` describes; 0: any"),
    FIELD_FLAG(struct cell, given_volatile, 1,
               "a memory of kind given loses its data without power"),
    NUM(given_area_factor, "1", 1, 1e-6, 1e6, "factor on given areas; for spreads"),
    NUM(given_read_latency_factor, "1", 1, 1e-6, 1e6, "factor on given read latencies"),
    NUM(given_write_latency_factor, "1", 1, 1e-6, 1e6, "factor on given write latencies"),
    NUM(given_read_energy_factor, "1", 1, 1e-6, 1e6, "factor on given read energies"),
    NUM(given_write_energy_factor, "1", 1, 1e-6, 1e6, "factor on given write energies"),
    NUM(given_leakage_factor, "1", 1, 1e-6, 1e6, "factor on given leakage"),
};
/* clang-format on */

/* One condition that a record must meet. */
struct needed {
    bool is_there;
    const char *key; /* what to give, for the message */
};

static enum status needed_check(const char *what, const struct needed *needed,
                                size_t count, struct error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!needed[i].is_there)
            return error_set(err, STATUS_INPUT, "%s needs %s", what, needed[i].key);
    return STATUS_OK;
}

/* Checks that pulses and reads of a resistive cell are given.  A 0 means that the number is
 * absent, not that a pulse takes no time. */
static enum status resistive_check(const struct cell *cell, struct error *err)
{
    bool set_is_voltage = cell->set_mode == PULSE_VOLTAGE;
    bool reset_is_voltage = cell->reset_mode == PULSE_VOLTAGE;
    const struct needed needed[] = {
        { cell->set_mode != PULSE_NONE, "set_mode, 'voltage' or 'current'" },
        { cell->reset_mode != PULSE_NONE, "reset_mode, 'voltage' or 'current'" },
        { cell->set_pulse_s > 0, "set_pulse_s above 0" },
        { cell->reset_pulse_s > 0, "reset_pulse_s above 0" },
        { set_is_voltage ? cell->set_voltage_v != 0 : cell->set_current_a > 0,
          set_is_voltage ? "set_voltage_v" : "set_current_a above 0" },
        { reset_is_voltage ? cell->reset_voltage_v != 0 : cell->reset_current_a > 0,
          reset_is_voltage ? "reset_voltage_v" : "reset_current_a above 0" },
        { cell->sensing == SENSE_CURRENT_IN ? cell->read_current_a > 0
                                            : cell->read_voltage_v != 0,
          cell->sensing == SENSE_CURRENT_IN ? "read_current_a above 0"
                                            : "read_voltage_v" },
    };

    return needed_check("a resistive cell", needed, sizeof needed / sizeof *needed,
                        err);
}

/* A record of kind given has no cell to derive figures from, so it must give all of them. */
static enum status table_check(const struct cell *cell, struct error *err)
{
    enum status status = given_check(cell->given, cell->given_count, err);

    for (enum given_figure f = 0; f < GIVEN_NEEDED && status == STATUS_OK; f++) {
        bool has_it = false;

        for (size_t i = 0; i < cell->given_count; i++)
            has_it |= given_at(&cell->given[i], f) > 0;
        if (!has_it && cell->kind == CELL_GIVEN)
            return error_set(
                err, STATUS_INPUT,
                "kind is given, but no row of `given` has %s; must give it, "
                "or describe a cell from which it can be modelled",
                given_name(f));
    }
    return status;
}

/* Checks fields against each other. */
static enum status cell_finish(void *record, struct error *err)
{
    const struct cell *cell = record;
    enum status status = cell_relax(record, err);

    if (status != STATUS_OK)
        return status;
    if (table_check(cell, err) != STATUS_OK || cell->kind == CELL_GIVEN)
        return table_check(cell, err);
    if (!(cell->area_f2 > 0) && !(cell->area_m2 > 0) && !(cell->area_sram > 0))
        return error_set(
            err, STATUS_INPUT,
            "the cell has no area, must give area_f2, area_m2 or area_sram");
    if (cell_is_resistive(cell) &&
        !(cell->resistance_off_ohm > cell->resistance_on_ohm &&
          cell->resistance_on_ohm > 0) &&
        !(cell->resistance_off_read_ohm > cell->resistance_on_read_ohm &&
          cell->resistance_on_read_ohm > 0))
        return error_set(err, STATUS_INPUT,
                         "a resistive cell needs 0 < resistance_on_ohm < "
                         "resistance_off_ohm (or both at the read voltage)");
    if (cell_is_resistive(cell))
        status = resistive_check(cell, err);
    if (status != STATUS_OK)
        return status;

    const struct needed needed[] = {
        { cell->kind != CELL_EDRAM || cell->storage_f > 0, "storage_f above 0" },
        { (cell->kind != CELL_EDRAM && cell->kind != CELL_GAIN_CELL) ||
              cell->retention_s > 0 || cell->refresh_interval_s > 0,
          "retention_s or refresh_interval_s above 0" },
        { cell->kind != CELL_RACETRACK || cell->domains_per_track > 0,
          "domains_per_track above 0" },
        { cell->kind != CELL_RACETRACK || cell->shift_pulse_s > 0,
          "shift_pulse_s above 0" },
        { !(cell->area_m2 > 0) || cell->native_node_m > 0,
          "native_node_m, the node at which area_m2 holds" },
    };

    return needed_check(word_name(cell_kinds, (int)cell->kind), needed,
                        sizeof needed / sizeof *needed, err);
}

const struct schema cell_schema = {
    .kind = "technology",
    .folder = "technologies",
    .size = sizeof(struct cell),
    .fields = cell_fields,
    .field_count = FIELD_COUNT_OF(cell_fields),
    .finish = cell_finish,
};

double cell_area_f2(const struct cell *cell, const struct node *node)
{
    double f_m2 = node->node_m * node->node_m;

    if (cell->area_m2 > 0)
        return cell->area_m2 / f_m2;
    if (cell->area_sram > 0)
        return cell->area_sram *
               (node->sram_cell_m2 > 0 ? node->sram_cell_m2 / f_m2 : SRAM_F2);
    return cell->area_f2;
}

double cell_area_m2(const struct cell *cell, const struct node *node)
{
    return cell_area_f2(cell, node) * node->node_m * node->node_m;
}

double cell_write_scale(const struct cell *cell, const struct node *node)
{
    if (!(cell->native_sram_m2 > 0) || !(node->sram_cell_m2 > 0))
        return 1;
    return sqrt(node->sram_cell_m2 / cell->native_sram_m2);
}

bool cell_fits_node(const struct cell *cell, const struct node *node)
{
    return !(cell->area_m2 > 0) ||
           fabs(cell->native_node_m - node->node_m) <= 1e-3 * node->node_m;
}

bool cell_is_crossbar(const struct cell *cell)
{
    return cell->access != ACCESS_CMOS;
}

bool cell_is_resistive(const struct cell *cell)
{
    switch (cell->kind) {
    case CELL_SRAM:
    case CELL_EDRAM:
    case CELL_GAIN_CELL:
    case CELL_GIVEN: return false;
    default: return true;
    }
}

bool cell_is_volatile(const struct cell *cell)
{
    return cell->kind == CELL_SRAM || cell->kind == CELL_EDRAM ||
           cell->kind == CELL_GAIN_CELL ||
           (cell->kind == CELL_GIVEN && cell->given_volatile);
}
