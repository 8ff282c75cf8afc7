/* Bitcells: what stores a bit and how it is accessed.  A cell is data, read from
 * sweeps/library/technologies/; the table cell_schema documents it.
 *
 * A number that a record does not give is 0 and is derived: an energy from voltage, current
 * and pulse length; an area in m2 from the area in F^2 and the node of the cell. */
#ifndef NVSWEEP_TECH_CELL_H
#define NVSWEEP_TECH_CELL_H

#include "base/schema.h"
#include "tech/given.h"

#include <stdbool.h>
#include <stdint.h>

enum cell_kind {
    CELL_SRAM,
    CELL_EDRAM,     /* 1T1C */
    CELL_GAIN_CELL, /* 2T or 3T dynamic cell with its own read device */
    CELL_STT_MRAM,
    CELL_SOT_MRAM,   /* separate read and write paths */
    CELL_VGSOT_MRAM, /* voltage-gate assisted SOT */
    CELL_RRAM,
    CELL_PCM,
    CELL_FEFET,
    CELL_CTT, /* charge-trap transistor */
    CELL_RACETRACK,
    CELL_GIVEN, /* no cell: the record gives figures of whole arrays */
};

enum cell_access {
    ACCESS_CMOS,  /* a transistor per cell */
    ACCESS_NONE,  /* crossbar: cell and its non-linearity only */
    ACCESS_DIODE, /* crossbar with a two-terminal selector */
};

enum cell_sensing {
    SENSE_VOLTAGE_IN, /* a voltage is applied across a divider, the node is sensed */
    SENSE_CURRENT_IN, /* a current is forced, the bitline voltage is sensed */
    SENSE_CURRENT,    /* a voltage is applied, the current is converted and sensed */
};

enum cell_pulse {
    PULSE_NONE,    /* written through the bitline swing alone (SRAM, DRAM) */
    PULSE_VOLTAGE, /* a voltage is forced for a time */
    PULSE_CURRENT, /* a current is forced for a time */
};

/* What the pulses of a magnetic cell are for (retention.h); 0: as the record has it. */
struct cell_drive {
    double stability, retention_s;
    double overdrive, error;
};

struct cell {
    struct record record;
    enum cell_kind kind;

    /* footprint: the first that is given of area_m2, area_sram and area_f2 is used */
    double area_f2;
    double area_m2;
    double area_sram;     /* in 6T cells of the node */
    double native_node_m; /* node the figures were measured at; 0: any */
    double
        native_sram_m2; /* 6T cell of that node: write currents scale with it; 0: fixed */
    double aspect_ratio; /* height / width; height lies along the bitline */

    /* access devices and, for SRAM, the two inverters; widths in feature sizes */
    enum cell_access access;
    double access_width_f;
    double write_access_width_f; /* second device of a split path; 0: same device */
    double pulldown_width_f;
    double pullup_width_f;
    /* in FinFET nodes fin counts take precedence over widths; 0: from the width */
    uint64_t access_fins;
    uint64_t write_access_fins;
    uint64_t pulldown_fins;
    uint64_t pullup_fins;
    double access_drop_v;   /* voltage lost across the access device or selector */
    double selector_leak_a; /* half-selected leakage of a selector */
    bool read_port;         /* a separate read stack: 8T SRAM, gain cells */
    double read_width_f;    /* of the read stack's devices */

    /* storage element */
    double resistance_on_ohm; /* low state, small signal */
    double resistance_off_ohm;
    double resistance_on_read_ohm; /* at the read voltage; 0: as above */
    double resistance_off_read_ohm;
    double resistance_on_set_ohm;
    double resistance_on_reset_ohm;
    double resistance_off_reset_ohm;
    double resistance_on_half_reset_ohm; /* at half the reset voltage (crossbars) */
    double capacitance_on_f;             /* crossbar cell's load on its lines */
    double capacitance_off_f;
    double storage_f;   /* capacitor of a dynamic cell, gate of a gain cell */
    double retention_s; /* at retention_temperature_k; 0: longer than any use */
    double retention_temperature_k;
    double refresh_interval_s; /* 0: retention_s */

    /* magnetic cells: retention and pulses move together with these (retention.h) */
    double thermal_stability; /* barrier over k T at retention_temperature_k */
    double write_overdrive;   /* write current over the critical one; 0: the design's */
    double write_error;       /* share of writes that fail; 0: the design's */
    double design_overdrive,
        design_write_error;  /* of the pulses that the record gives */
    struct cell_drive moved; /* no field: to what they were moved */

    double endurance_cycles; /* 0: unlimited */
    double leak_a;      /* standby current per cell beyond its transistors, 300 K */
    double leak_factor; /* cell transistors' leakage relative to logic of the node */

    /* read */
    enum cell_sensing sensing;
    double read_voltage_v;
    double read_current_a;
    double read_power_w;  /* drawn per cell while sensing; 0: derive */
    double read_energy_j; /* per bit sensed; 0: power times sense time */
    double read_time_s;   /* least sensing time that the cell needs; 0: the circuit's */
    double min_sense_v;

    /* write; set is to the low-resistance state */
    enum cell_pulse set_mode;
    double set_voltage_v;
    double set_current_a;
    double set_pulse_s;
    double set_energy_j;
    enum cell_pulse reset_mode;
    double reset_voltage_v;
    double reset_current_a;
    double reset_pulse_s;
    double reset_energy_j;
    double write_pulse_factor; /* efficiency of the circuit that shapes pulses; 0: 1 */

    /* multi-level cells, program and verify */
    uint64_t bits_per_cell;
    double program_pulses; /* mean pulses of one program-and-verify write */
    double verify_reads;   /* reads per write */
    double read_steps;     /* sensing steps per read; 0: levels - 1, binary search */

    /* racetrack */
    uint64_t domains_per_track; /* bits stored along one track */
    uint64_t ports_per_track;
    double shift_current_a;
    double shift_voltage_v;
    double shift_pulse_s; /* one domain */
    double shift_energy_j;

    /* figures of whole arrays, in place of those modelled from the above */
    const struct given *given;
    size_t given_count;
    double given_line_bytes; /* size of the accesses that they describe; 0: any */
    bool given_volatile; /* of a record of kind given: loses its data without power */
    double given_area_factor, given_read_latency_factor, given_write_latency_factor,
        given_read_energy_factor, given_write_energy_factor, given_leakage_factor;
};

extern const struct word cell_kinds[];
extern const struct word cell_accesses[];
extern const struct word cell_sensings[];
extern const struct word cell_pulses[];
extern const struct schema cell_schema;

struct node;

/* Returns the footprint of one cell (not of one bit) in a node.  If the node states no 6T
 * cell, one of 146 F^2 is assumed (NVSim's sample cell). */
double cell_area_m2(const struct cell *cell, const struct node *node);

/* Returns the same in squares of the node's feature size. */
double cell_area_f2(const struct cell *cell, const struct node *node);

/* Returns the factor by which write currents and pulse energies in a node differ from the
 * record's: the ratio of the sides of the two 6T cells, because the width of a heater is
 * drawn and shrinks with them.  (The reset current of a phase-change cell falls with the size
 * of the heater at constant voltage and pulse length: A. Pirovano et al., IEDM 2003;
 * recalled.) */
double cell_write_scale(const struct cell *cell, const struct node *node);

/* Is the footprint of the cell known in this node?  An area in m2 is valid at the cell's
 * native node only. */
bool cell_fits_node(const struct cell *cell, const struct node *node);

/* Does the cell sit between crossing lines, without a transistor of its own? */
bool cell_is_crossbar(const struct cell *cell);

/* Does the cell lose its data without power? */
bool cell_is_volatile(const struct cell *cell);

/* Does the cell store its bit as a resistance (not as a charge or in a latch)? */
bool cell_is_resistive(const struct cell *cell);

#endif
