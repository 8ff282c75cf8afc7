/* Reads NVSim's cell files. */
#include "base/memory.h"
#include "base/maths.h"
#include "base/units.h"
#include "import/import.h"
#include "import/write.h"
#include "tech/cell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES_MAX = 4096, KEYS_MAX = 64 };

/* A number of the file, its unit there, and its member in struct cell. */
struct number_key {
    const char *key, *unit; /* "": none is written */
    int exponent;           /* of ten, to SI */
    size_t offset;          /* in struct cell */
};

#define NUMBER(key, unit, exponent, member)                \
    {                                                      \
        key, unit, exponent, offsetof(struct cell, member) \
    }
/* clang-format off */
static const struct number_key number_keys[] = {
    NUMBER("ProcessNode", "", -9, native_node_m),
    NUMBER("CellArea", "F^2", 0, area_f2),
    NUMBER("CellAspectRatio", "", 0, aspect_ratio),
    NUMBER("ResistanceOn", "ohm", 0, resistance_on_ohm),
    NUMBER("ResistanceOff", "ohm", 0, resistance_off_ohm),
    NUMBER("ResistanceOnAtReadVoltage", "ohm", 0, resistance_on_read_ohm),
    NUMBER("ResistanceOffAtReadVoltage", "ohm", 0, resistance_off_read_ohm),
    NUMBER("ResistanceOnAtSetVoltage", "ohm", 0, resistance_on_set_ohm),
    NUMBER("ResistanceOnAtResetVoltage", "ohm", 0, resistance_on_reset_ohm),
    NUMBER("ResistanceOffAtResetVoltage", "ohm", 0, resistance_off_reset_ohm),
    NUMBER("ResistanceOnAtHalfResetVoltage", "ohm", 0, resistance_on_half_reset_ohm),
    NUMBER("CapacitanceOn", "F", 0, capacitance_on_f),
    NUMBER("CapacitanceOff", "F", 0, capacitance_off_f),
    NUMBER("ReadVoltage", "V", 0, read_voltage_v),
    NUMBER("ReadCurrent", "uA", -6, read_current_a),
    NUMBER("ReadPower", "uW", -6, read_power_w),
    NUMBER("ReadEnergy", "pJ", -12, read_energy_j),
    NUMBER("MinSenseVoltage", "mV", -3, min_sense_v),
    NUMBER("ResetVoltage", "V", 0, reset_voltage_v),
    NUMBER("ResetCurrent", "uA", -6, reset_current_a),
    NUMBER("ResetPulse", "ns", -9, reset_pulse_s),
    NUMBER("ResetEnergy", "pJ", -12, reset_energy_j),
    NUMBER("SetVoltage", "V", 0, set_voltage_v),
    NUMBER("SetCurrent", "uA", -6, set_current_a),
    NUMBER("SetPulse", "ns", -9, set_pulse_s),
    NUMBER("SetEnergy", "pJ", -12, set_energy_j),
    NUMBER("AccessCMOSWidth", "F", 0, access_width_f),
    NUMBER("VoltageDropAccessDevice", "V", 0, access_drop_v),
    NUMBER("LeakageCurrentAccessDevice", "uA", -6, selector_leak_a),
    NUMBER("DRAMCellCapacitance", "F", 0, storage_f),
    NUMBER("SRAMCellNMOSWidth", "F", 0, pulldown_width_f),
    NUMBER("SRAMCellPMOSWidth", "F", 0, pullup_width_f),
    NUMBER("RetentionTime", "us", -6, retention_s),
    NUMBER("Temperature", "K", 0, retention_temperature_k),
};
/* clang-format on */
enum { NUMBER_KEYS = sizeof number_keys / sizeof *number_keys };

/* Keys whose values are words, or that need a decision. */
enum other_key {
    KEY_TYPE = NUMBER_KEYS,
    KEY_READ_MODE,
    KEY_RESET_MODE,
    KEY_SET_MODE,
    KEY_ACCESS,
    KEY_READ_FLOATING,
    KEY_LEVELS,
    KEY_OFF_AT_SET,
    KEY_IGNORED, /* of cells that are not supported, or of something that is not modelled */
};

static const struct word other_keys[] = {
    { "MemCellType", KEY_TYPE },
    { "ReadMode", KEY_READ_MODE },
    { "ResetMode", KEY_RESET_MODE },
    { "SetMode", KEY_SET_MODE },
    { "AccessType", KEY_ACCESS },
    { "ReadFloating", KEY_READ_FLOATING },
    { "CellLevels", KEY_LEVELS },
    { "ResistanceOffAtSetVoltage", KEY_OFF_AT_SET },
    { "ResistanceOnAtHalfReadVoltage", KEY_IGNORED },
    { "ResistanceOffAtHalfReadVoltage", KEY_IGNORED },
    { "GateOxThicknessFactor", KEY_IGNORED },
    { "SOIDeviceWidth", KEY_IGNORED },
    { NULL, 0 },
};

static const struct word type_words[] = {
    { "SRAM", CELL_SRAM },     { "DRAM", CELL_EDRAM },  { "eDRAM", CELL_EDRAM },
    { "MRAM", CELL_STT_MRAM }, { "PCRAM", CELL_PCM },   { "memristor", CELL_RRAM },
    { "MLCRRAM", CELL_RRAM },  { "FeFET", CELL_FEFET }, { "MLCFeFET", CELL_FEFET },
    { "CTT", CELL_CTT },       { "MLCCTT", CELL_CTT },  { NULL, 0 },
};
static const struct word access_words[] = {
    { "CMOS", ACCESS_CMOS },
    { "diode", ACCESS_DIODE },
    { "None", ACCESS_NONE },
    { "none", ACCESS_NONE },
    { NULL, 0 },
};
static const struct word mode_words[] = {
    { "voltage", PULSE_VOLTAGE },
    { "current", PULSE_CURRENT },
    { NULL, 0 },
};
static const struct word truth_words[] = { { "false", 0 }, { "true", 1 }, { NULL, 0 } };

struct cell_reading {
    const struct import_job *job;
    struct error *err;
    unsigned line;
    unsigned given[KEYS_MAX]; /* line of each key, 0: not given */
    struct cell cell;
    int read_mode, set_mode, reset_mode; /* PULSE_NONE: not given */
    double off_at_set_ohm, levels;
};

static enum status fail(const struct cell_reading *reading, const char *what)
{
    return error_set(reading->err, STATUS_INPUT, "%s:%u: %s", reading->job->file,
                     reading->line, what);
}

static void note(const struct cell_reading *reading, const char *what)
{
    import_note_line(reading->job, reading->line, "%s", what);
}

static enum status word_take(const struct cell_reading *reading, const char *key,
                             const struct word *words, const char *text, int *value)
{
    const struct word *word = word_find(words, text);
    char list[160];

    if (!word)
        return error_set(reading->err, STATUS_INPUT,
                         "%s:%u: -%s is '%.40s', must be %s", reading->job->file,
                         reading->line, key, text, word_list(words, list, sizeof list));
    *value = word->value;
    return STATUS_OK;
}

static enum status number_take(const struct cell_reading *reading, const char *key,
                               const char *text, int exponent, double *value)
{
    char *end;
    double number = strtod(text, &end);

    if (end == text || *end || !isfinite(number))
        return error_set(reading->err, STATUS_INPUT,
                         "%s:%u: -%s is '%.40s', must be a number", reading->job->file,
                         reading->line, key, text);
    *value = decimal_shifted(text, exponent);
    return STATUS_OK;
}

static enum status number_key_take(struct cell_reading *reading, size_t index,
                                   const char *text)
{
    const struct number_key *key = &number_keys[index];
    void *value = (char *)&reading->cell + key->offset; /* a double */

    if (strcmp(text, "vdd") == 0 && strcmp(key->unit, "V") == 0) {
        note(reading, "vdd: the record gives no voltage, so that the node's is used");
        return STATUS_OK;
    }
    return number_take(reading, key->key, text, key->exponent, value);
}

static enum status other_key_take(struct cell_reading *reading, const struct word *key,
                                  const char *text)
{
    struct cell *cell = &reading->cell;
    enum status status;
    int value = 0;

    switch ((enum other_key)key->value) {
    case KEY_TYPE:
        status = word_take(reading, key->name, type_words, text, &value);
        cell->kind = (enum cell_kind)value;
        return status;
    case KEY_READ_MODE:
        return word_take(reading, key->name, mode_words, text, &reading->read_mode);
    case KEY_RESET_MODE:
        return word_take(reading, key->name, mode_words, text, &reading->reset_mode);
    case KEY_SET_MODE:
        return word_take(reading, key->name, mode_words, text, &reading->set_mode);
    case KEY_ACCESS:
        status = word_take(reading, key->name, access_words, text, &value);
        cell->access = (enum cell_access)value;
        return status;
    case KEY_READ_FLOATING:
        status = word_take(reading, key->name, truth_words, text, &value);
        return status == STATUS_OK && value
                   ? fail(reading, "-ReadFloating is true, must be false (unselected "
                                   "lines that float are not modelled)")
                   : status;
    case KEY_LEVELS: return number_take(reading, key->name, text, 0, &reading->levels);
    case KEY_OFF_AT_SET:
        return number_take(reading, key->name, text, 0, &reading->off_at_set_ohm);
    case KEY_IGNORED: break;
    }
    import_note_line(reading->job, reading->line, "-%s is not modelled, left out",
                     key->name);
    return STATUS_OK;
}

/* Finds a key: its index in `given`, and its word if it is not a number.  The index is KEYS_MAX
 * for a key of another tool, which NVSim ignores. */
static enum status key_find(const struct cell_reading *reading, const char *key,
                            size_t *index, const struct word **other)
{
    const char *names[KEYS_MAX], *near;
    size_t count = 0;

    *other = word_find(other_keys, key);
    for (; count < NUMBER_KEYS; count++)
        names[count] = number_keys[count].key;
    for (*index = 0; *index < NUMBER_KEYS; ++*index)
        if (strcmp(number_keys[*index].key, key) == 0)
            return STATUS_OK;
    if (*other) {
        *index = NUMBER_KEYS + (size_t)(*other - other_keys);
        return STATUS_OK;
    }
    for (const struct word *w = other_keys; w->name; w++)
        names[count++] = w->name;
    near = text_nearest(key, names, count);
    if (near)
        return error_set(
            reading->err, STATUS_INPUT,
            "%s:%u: '-%.60s' is not a key of cell files; did you mean '-%s'?",
            reading->job->file, reading->line, key, near);
    import_note_line(reading->job, reading->line,
                     "-%.60s is not a key of NVSim and is ignored, as in NVSim", key);
    *index = KEYS_MAX;
    return STATUS_OK;
}

/* "-Key (unit): value"; NVSim ignores everything after the value. */
static enum status line_take(struct cell_reading *reading, char *text)
{
    char *colon = strchr(text, ':'), *open, *value, *unit = NULL;
    const struct word *other;
    enum status status;
    size_t index;

    if (*text != '-' || !colon)
        return fail(reading,
                    "is not a setting, must be '-Key (unit): value', or a comment "
                    "after // or #");
    *colon = '\0';
    value = text_trim(colon + 1);
    value[strcspn(value, " \t")] = '\0';
    open = strchr(text, '(');
    if (open) {
        *open = '\0';
        unit = open + 1;
        unit[strcspn(unit, ")")] = '\0';
    }
    text = text_trim(text + 1);
    status = key_find(reading, text, &index, &other);
    if (status != STATUS_OK || index == KEYS_MAX)
        return status;
    if (reading->given[index])
        return error_set(
            reading->err, STATUS_INPUT, "%s:%u: -%s is given again, first in line %u",
            reading->job->file, reading->line, text, reading->given[index]);
    reading->given[index] = reading->line;
    if (other)
        return other_key_take(reading, other, value);
    if (strcmp(unit ? unit : "", number_keys[index].unit) != 0)
        return error_set(reading->err, STATUS_INPUT,
                         "%s:%u: -%s has the unit '%.20s', must have '%s'",
                         reading->job->file, reading->line, text, unit ? unit : "",
                         number_keys[index].unit);
    return number_key_take(reading, index, value);
}

static enum status lines_read(struct cell_reading *reading)
{
    FILE *in = fopen(reading->job->file, "r");
    enum status status = STATUS_OK;
    char text[LINE_BYTES_MAX];

    if (!in)
        return error_set(reading->err, STATUS_INPUT, "cannot read %.200s: %s",
                         reading->job->file, strerror(errno));
    while (status == STATUS_OK && fgets(text, sizeof text, in)) {
        char *line = text_trim(text);

        reading->line++;
        if (strlen(text) == sizeof text - 1)
            status = fail(reading, "the line is too long, must be below 4095 bytes");
        else if (*line && *line != '#' && strncmp(line, "//", 2) != 0)
            status = line_take(reading, line);
    }
    fclose(in);
    return status;
}

static bool is_given(const struct cell_reading *reading, const char *key)
{
    for (size_t i = 0; i < NUMBER_KEYS; i++)
        if (strcmp(number_keys[i].key, key) == 0)
            return reading->given[i] > 0;
    return reading
        ->given[NUMBER_KEYS + (size_t)(word_find(other_keys, key) - other_keys)];
}

static enum status required_check(struct cell_reading *reading)
{
    static const char *const keys[] = { "MemCellType", "CellArea", "CellAspectRatio",
                                        "AccessCMOSWidth" };
    size_t count = reading->cell.access == ACCESS_CMOS ? 4 : 3;

    for (size_t i = 0; i < count; i++)
        if (!is_given(reading, keys[i]))
            return error_set(reading->err, STATUS_INPUT,
                             "%s:%u: has no -%s, must have it", reading->job->file,
                             reading->line, keys[i]);
    return STATUS_OK;
}

/* Applies NVSim's rules for several keys.  The default mode is voltage.  In voltage mode without a
 * read voltage, the current is forced.  The write energy of PCM is divided by its pulse shaper's
 * efficiency of 0.2. */
static enum status cell_conclude(struct cell_reading *reading)
{
    struct cell *cell = &reading->cell;

    cell->sensing = reading->read_mode == PULSE_CURRENT ? SENSE_CURRENT
                                                        : SENSE_VOLTAGE_IN;
    if (cell->sensing == SENSE_VOLTAGE_IN && cell->read_current_a > 0 &&
        cell->read_voltage_v == 0)
        cell->sensing = SENSE_CURRENT_IN;
    if (cell_is_resistive(cell)) {
        cell->set_mode = (enum cell_pulse)(reading->set_mode ? reading->set_mode
                                                             : PULSE_VOLTAGE);
        cell->reset_mode = (enum cell_pulse)(reading->reset_mode ? reading->reset_mode
                                                                 : PULSE_VOLTAGE);
        if (cell->resistance_on_ohm == 0)
            cell->resistance_on_ohm = cell->resistance_on_set_ohm;
        if (cell->resistance_off_ohm == 0)
            cell->resistance_off_ohm = reading->off_at_set_ohm;
    }
    if (cell->kind == CELL_PCM) {
        cell->write_pulse_factor = 0.2;
        import_note(reading->job, "PCRAM: write_pulse_factor is 0.2, as in NVSim");
    }
    if (reading->levels != 0) {
        double bits = maths_log2(reading->levels);

        if (!(bits >= 1 && bits <= 8) || bits != nearbyint(bits))
            return error_set(
                reading->err, STATUS_INPUT,
                "%s:%u: -CellLevels is %g, must be a power of two in 2..256",
                reading->job->file, reading->given[NUMBER_KEYS + KEY_LEVELS - KEY_TYPE],
                reading->levels);
        cell->bits_per_cell = (uint64_t)bits;
    }
    return STATUS_OK;
}

enum status import_cell(const struct import_job *job, struct error *err)
{
    struct cell_reading reading = { .job = job, .err = err };
    char *source = alloc_printf("imported from NVSim's cell file %s", job->file);
    struct error why;
    enum status status;

    record_default(&cell_schema, &reading.cell);
    reading.cell.record.name = job->name;
    reading.cell.record.source = source;
    status = lines_read(&reading);
    if (status != STATUS_OK)
        goto out;
    status = required_check(&reading);
    if (status != STATUS_OK)
        goto out;
    status = cell_conclude(&reading);
    if (status != STATUS_OK)
        goto out;
    if (record_check(&cell_schema, &reading.cell, &why) != STATUS_OK)
        status = error_set(err, STATUS_INPUT, "%s:%u: %s", job->file, reading.line,
                           why.text);
    if (status != STATUS_OK)
        goto out;
    record_write(job->out, &cell_schema, &reading.cell);
out:
    free(source);
    return status;
}
