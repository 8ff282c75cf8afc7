/* Process nodes: devices, wires and layout rules of one node and roadmap.  A node is
 * data, read from sweeps/library/nodes/; node_schema documents it.
 *
 * A node is identified by its feature size node_m and its roadmap.  The record gives currents
 * at a few temperatures (points).  node_device interpolates between them: on-currents
 * linearly, off-currents either linearly (as NVSim does with its tables) or exponentially.
 * Outside the points it extrapolates. */
#ifndef NVSWEEP_TECH_NODE_H
#define NVSWEEP_TECH_NODE_H

#include "base/schema.h"

#include <stdbool.h>
#include <stdint.h>

enum node_roadmap {
    ROADMAP_HP,
    ROADMAP_LSTP,
    ROADMAP_LOP,
    ROADMAP_CALIBRATED, /* fitted to a published study made with another tool's rules */
    ROADMAP_DEEPNVM,    /* fitted to the DeepNVM++ study under the physical rules */
};

/* What the devices of a node record stand for. */
enum node_devices {
    DEVICES_UNSTATED,
    DEVICES_FOUNDRY, /* published currents of a foundry process */
    DEVICES_ITRS,    /* roadmap projections, as the published array tool uses them */
    DEVICES_INTERPOLATED, /* interpolated between other nodes or flavours */
    DEVICES_SIMULATED,    /* device simulation */
    DEVICES_FITTED,       /* fitted to one study, and to be used for that study only */
};
enum node_transistor { TRANSISTOR_PLANAR, TRANSISTOR_FINFET, TRANSISTOR_GAA };
enum wire_level { WIRE_LOCAL, WIRE_SEMI_GLOBAL, WIRE_GLOBAL };
enum wire_style { WIRE_AGGRESSIVE, WIRE_CONSERVATIVE };

/* Currents per metre of device width at one temperature. */
struct node_point {
    double temperature_k;
    double ion_n_a_per_m;
    double ion_p_a_per_m;
    double ioff_n_a_per_m;
    double ioff_p_a_per_m;
};

/* One class of wire, by its drawn geometry or by resistance and capacitance directly. */
struct node_wire {
    enum wire_level level;
    enum wire_style style;
    double pitch_m;
    double aspect_ratio;         /* thickness over width */
    double dielectric_m;         /* height of the dielectric between layers */
    double barrier_m;            /* liner on each side */
    double k_horizontal;         /* relative permittivity between neighbours */
    double resistivity_ohm_m;    /* at 293 K, size effects included */
    double resistance_ohm_per_m; /* at 293 K; 0: from the geometry */
    double capacitance_f_per_m;  /* 0: from the geometry */
};

struct node {
    struct record record;
    double node_m;
    enum node_roadmap roadmap;
    enum node_transistor transistor;
    enum node_devices devices;

    /* devices */
    double vdd_v;
    double vth_v;
    double gate_length_m;
    double gate_f_per_m;   /* ideal gate capacitance per metre of width */
    double fringe_f_per_m; /* per edge */
    double fringe_edges;   /* how many of them a gate carries */
    double overlap_ratio;  /* overlap over ideal gate capacitance */
    double oxide_f_per_m2;
    double mobility_n_m2_per_v_s;
    double mobility_p_m2_per_v_s;
    double gm_n_s_per_m; /* transconductance per width; 0: from mobility */
    double gm_p_s_per_m;
    double pn_ratio;              /* PMOS over NMOS width of balanced gates */
    double resistance_multiplier; /* effective over Vdd / Ion resistance */
    double junction_f_per_m2;     /* at zero bias, with the two below */
    double sidewall_f_per_m;
    double drain_channel_f_per_m;
    double built_in_v;
    double gate_leak_a_per_m;     /* per width, both types; nearly independent of T */
    double junction_leak_a_per_m; /* per width at 300 K, doubling every 10 K */
    double leak_sigma;            /* factor on leakage for variability; 1: nominal */
    double sram_cell_m2;          /* foundry high-density 6T cell; 0: none stated */
    double area_overhead; /* area over that of the counted blocks; physical rules */

    /* fins or sheets; 0 in planar nodes */
    double fin_pitch_m;
    double fin_width_m;
    double fin_height_m;
    double fin_effective_width_m; /* current-carrying width per fin or stack */
    double fin_gate_f;            /* gate capacitance per fin */
    double fin_drain_f;           /* drain capacitance per fin */
    uint64_t max_fins;            /* per device of a standard cell */
    double gate_pitch_m;          /* contacted */
    double cell_height_m;         /* standard cell */

    /* layout in feature sizes; the defaults are those of planar nodes */
    double min_nmos_f;
    double max_nmos_f;
    double region_capacitance_f; /* transistor region height for loads */
    double region_area_f;        /* the same for layout */
    double pn_gap_f;
    double diffusion_gap_f;
    double poly_gap_f;
    double contact_gap_f;
    double contact_f;
    double rail_f;

    /* sensing */
    double converter_s; /* current-voltage converter; 0: the rule set's table */
    double converter_j;
    double converter_w;
    double converter_m2;
    double sense_offset_v; /* least input of a sense amplifier; 0: the cell's */

    /* wires */
    double resistivity_per_k; /* temperature coefficient, at 293 K */
    double extra_wire_f_per_m;

    struct node_point *points;
    size_t points_count;
    struct node_wire *wires;
    size_t wires_count;
};

extern const struct word node_roadmaps[];
extern const struct word node_transistors[];
extern const struct word node_devices[];
extern const struct word wire_levels[];
extern const struct word wire_styles[];
extern const struct schema node_schema;
extern const struct schema node_point_schema;
extern const struct schema node_wire_schema;

/* Returns the currents at a temperature.  Between points off-currents are interpolated
 * linearly if ioff_linear, else exponentially.  Beyond the outermost points on-currents are
 * extrapolated linearly (to no less than a tenth of the nearest point's), off-currents
 * exponentially. */
struct node_point node_device(const struct node *node, double temperature_k,
                              bool ioff_linear);

/* Returns a node of size node_m interpolated between two others, as NVSim does it at one
 * temperature (X. Dong et al., 2012): all figures are linear in share_of_high, except that
 * off-currents are interpolated geometrically, the overlap capacitance is that of `low` and
 * the wires are those of `high`.  The currents are stored in *point, which must live as long
 * as the node. */
struct node node_between(const struct node *low, const struct node *high, double node_m,
                         double share_of_high, double temperature_k,
                         struct node_point *point);

/* Returns the wire of a level and style, or that of the other style if only that is listed.
 * NULL if the node lists no wire of the level. */
const struct node_wire *node_wire_find(const struct node *node, enum wire_level level,
                                       enum wire_style style);

#endif
