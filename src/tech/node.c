#include "tech/node.h"

#include "base/maths.h"

#include <math.h>

const struct word node_roadmaps[] = {
    { "hp", ROADMAP_HP },           { "lstp", ROADMAP_LSTP },
    { "lop", ROADMAP_LOP },         { "calibrated", ROADMAP_CALIBRATED },
    { "deepnvm", ROADMAP_DEEPNVM }, { NULL, 0 },
};

const struct word node_transistors[] = {
    { "planar", TRANSISTOR_PLANAR },
    { "finfet", TRANSISTOR_FINFET },
    { "gaa", TRANSISTOR_GAA },
    { NULL, 0 },
};

const struct word node_devices[] = {
    { "unstated", DEVICES_UNSTATED },
    { "foundry", DEVICES_FOUNDRY },
    { "itrs", DEVICES_ITRS },
    { "interpolated", DEVICES_INTERPOLATED },
    { "simulated", DEVICES_SIMULATED },
    { "fitted", DEVICES_FITTED },
    { NULL, 0 },
};

const struct word wire_levels[] = {
    { "local", WIRE_LOCAL },
    { "semi_global", WIRE_SEMI_GLOBAL },
    { "global", WIRE_GLOBAL },
    { NULL, 0 },
};

const struct word wire_styles[] = {
    { "aggressive", WIRE_AGGRESSIVE },
    { "conservative", WIRE_CONSERVATIVE },
    { NULL, 0 },
};

/* clang-format off */
#define POINT(member, unit, max, meaning)                                              \
    FIELD_NUMBER(struct node_point, member, unit, REQUIRED, 0, max, meaning)

static const struct field point_fields[] = {
    FIELD_NUMBER(struct node_point, temperature_k, "K", REQUIRED, 150, 500,
                 "temperature of the figures below"),
    POINT(ion_n_a_per_m, "A/m", 1e4, "NMOS on-current per width (1 A/m = 1 uA/um)"),
    POINT(ion_p_a_per_m, "A/m", 1e4, "PMOS on-current per width"),
    POINT(ioff_n_a_per_m, "A/m", 100, "NMOS off-current per width"),
    POINT(ioff_p_a_per_m, "A/m", 100, "PMOS off-current per width"),
};

#define WIRE(member, unit, fallback, max, meaning)                                     \
    FIELD_NUMBER(struct node_wire, member, unit, fallback, 0, max, meaning)

static const struct field wire_fields[] = {
    FIELD_WORD(struct node_wire, level, wire_levels, REQUIRED, "metal level: local, semi_global or global"),
    FIELD_WORD(struct node_wire, style, wire_styles, WIRE_AGGRESSIVE,
               "interconnect projection that it follows"),
    WIRE(pitch_m, "m", REQUIRED, 1e-4, "width plus spacing"),
    WIRE(aspect_ratio, "1", 2, 20, "thickness over width"),
    WIRE(dielectric_m, "m", 0, 1e-4, "height of the dielectric between layers"),
    WIRE(barrier_m, "m", 0, 1e-6, "liner on each side"),
    WIRE(k_horizontal, "1", 0, 20, "relative permittivity between neighbours"),
    WIRE(resistivity_ohm_m, "ohm m", 0, 1e-5, "at 293 K, size effects included"),
    WIRE(resistance_ohm_per_m, "ohm/m", 0, 1e12,
         "at 293 K; 0: from resistivity and geometry"),
    WIRE(capacitance_f_per_m, "F/m", 0, 1e-6, "0: from the geometry"),
};

#define NUM(member, unit, fallback, min, max, meaning)                                 \
    FIELD_NUMBER(struct node, member, unit, fallback, min, max, meaning)

static const struct field node_fields[] = {
    NUM(node_m, "m", REQUIRED, 1e-9, 1e-6, "feature size that names the node"),
    FIELD_WORD(struct node, roadmap, node_roadmaps, REQUIRED,
               "high performance, low standby power or low operating power"),
    FIELD_WORD(struct node, transistor, node_transistors, TRANSISTOR_PLANAR,
               "shape of the channel"),
    FIELD_WORD(struct node, devices, node_devices, DEVICES_UNSTATED,
               "what its devices stand for"),

    NUM(vdd_v, "V", REQUIRED, 0.1, 5, "supply"),
    NUM(vth_v, "V", REQUIRED, 0, 2, "threshold"),
    NUM(gate_length_m, "m", REQUIRED, 1e-9, 1e-6, "physical gate length"),
    NUM(gate_f_per_m, "F/m", 0, 0, 1e-7, "ideal gate capacitance per width (planar)"),
    NUM(fringe_f_per_m, "F/m", 0, 0, 1e-8, "fringe capacitance per width and edge"),
    NUM(fringe_edges, "1", 3, 0, 10, "edges whose fringe a gate carries"),
    NUM(overlap_ratio, "1", 0.2, 0, 2, "overlap over ideal gate capacitance"),
    NUM(oxide_f_per_m2, "F/m2", 0, 0, 1, "gate oxide capacitance (planar)"),
    NUM(mobility_n_m2_per_v_s, "m2/(V s)", 0, 0, 1, "effective electron mobility"),
    NUM(mobility_p_m2_per_v_s, "m2/(V s)", 0, 0, 1, "effective hole mobility"),
    NUM(gm_n_s_per_m, "S/m", 0, 0, 1e5, "NMOS transconductance; 0: from mobility"),
    NUM(gm_p_s_per_m, "S/m", 0, 0, 1e5, "PMOS transconductance; 0: from mobility"),
    NUM(pn_ratio, "1", 2, 0.5, 10, "PMOS over NMOS width of balanced gates"),
    NUM(resistance_multiplier, "1", 1.5, 0.1, 10,
        "effective switching resistance over Vdd/Ion"),
    NUM(junction_f_per_m2, "F/m2", 1e-3, 0, 1, "drain bottom junction at zero bias"),
    NUM(sidewall_f_per_m, "F/m", 2.5e-10, 0, 1e-7, "drain side wall at zero bias"),
    NUM(drain_channel_f_per_m, "F/m", 0.5e-10, 0, 1e-7, "drain gate edge at zero bias"),
    NUM(built_in_v, "V", 0.9, 0.1, 2, "built-in junction voltage"),
    NUM(gate_leak_a_per_m, "A/m", 0, 0, 100, "gate tunnelling current per width"),
    NUM(junction_leak_a_per_m, "A/m", 0, 0, 100, "junction leakage per width, 300 K"),
    NUM(leak_sigma, "1", 1, 0.01, 100, "factor on leakage for variability"),
    NUM(sram_cell_m2, "m2", 0, 0, 1e-9, "foundry high-density 6T cell; 0: not stated"),

    NUM(area_overhead, "1", 1, 1, 10,
        "area over that of the counted blocks (control and timing, power grid, redundancy, "
        "test) of what is no memory of builds/: crossbars that compute, hypervector machines; "
        "and of nodes fitted as a whole.  Lengthens wires by the square root"),

    NUM(fin_pitch_m, "m", 0, 0, 1e-6, "fin pitch (or stack pitch)"),
    NUM(fin_width_m, "m", 0, 0, 1e-6, "fin (or sheet) width"),
    NUM(fin_height_m, "m", 0, 0, 1e-6, "fin height above the isolation"),
    NUM(fin_effective_width_m, "m", 0, 0, 1e-6, "channel width per fin or stack"),
    NUM(fin_gate_f, "F", 0, 0, 1e-12, "gate capacitance per fin or stack"),
    NUM(fin_drain_f, "F", 0, 0, 1e-12, "drain capacitance per fin or stack"),
    FIELD_COUNT(struct node, max_fins, 0, 0, 64, "fins of one type in a standard cell"),
    NUM(gate_pitch_m, "m", 0, 0, 1e-6, "contacted gate pitch"),
    NUM(cell_height_m, "m", 0, 0, 1e-5, "standard cell height"),

    NUM(min_nmos_f, "1", 1.5, 0.1, 100, "least transistor width in feature sizes"),
    NUM(max_nmos_f, "1", 100, 1, 1e4, "largest transistor width in feature sizes"),
    NUM(region_capacitance_f, "1", 20, 4, 1000, "transistor region height for loads"),
    NUM(region_area_f, "1", 40, 4, 1000, "transistor region height for layout"),
    NUM(pn_gap_f, "1", 2, 0, 100, "gap between P and N regions"),
    NUM(diffusion_gap_f, "1", 1.5, 0, 100, "gap between regions of the same type"),
    NUM(poly_gap_f, "1", 1.5, 0, 100, "gap between gates of one region"),
    NUM(contact_gap_f, "1", 0.75, 0, 100, "gap between contact and gate"),
    NUM(contact_f, "1", 1, 0, 100, "contact size"),
    NUM(rail_f, "1", 2, 0, 100, "height of one power rail"),

    NUM(converter_s, "s", 0, 0, 1e-6,
        "delay of a current-voltage converter; 0: table of the node class"),
    NUM(converter_j, "J", 0, 0, 1e-9, "its energy per use; 0: as above"),
    NUM(converter_w, "W", 0, 0, 1e-3, "its leakage; 0: as above"),
    NUM(converter_m2, "m2", 0, 0, 1e-8, "its area; 0: 50000 feature squares"),
    NUM(sense_offset_v, "V", 0, 0, 1, "least input of a sense amplifier; 0: the cell's"),

    NUM(resistivity_per_k, "1/K", 0.0039, 0, 0.1, "of wires, relative to 293 K"),
    NUM(extra_wire_f_per_m, "F/m", 1.15e-10, 0, 1e-8,
        "fringe part of a wire's capacitance from geometry"),

    FIELD_LIST(struct node, points, &node_point_schema, "currents by temperature"),
    FIELD_LIST(struct node, wires, &node_wire_schema, "wire classes"),
};
/* clang-format on */

const struct schema node_point_schema = {
    .kind = "point",
    .size = sizeof(struct node_point),
    .fields = point_fields,
    .field_count = FIELD_COUNT_OF(point_fields),
};

const struct schema node_wire_schema = {
    .kind = "wire",
    .size = sizeof(struct node_wire),
    .fields = wire_fields,
    .field_count = FIELD_COUNT_OF(wire_fields),
};

static enum status check_wires(const struct node *node, struct error *err)
{
    for (int level = WIRE_LOCAL; level <= WIRE_GLOBAL; level++) {
        const struct node_wire *wire = node_wire_find(node, (enum wire_level)level,
                                                      WIRE_AGGRESSIVE);

        if (wire == NULL)
            return error_set(
                err, STATUS_INPUT,
                "the node has no %s wire, must have local, semi_global and "
                "global wires",
                word_name(wire_levels, level));
        if (!(wire->resistance_ohm_per_m > 0) && !(wire->resistivity_ohm_m > 0))
            return error_set(err, STATUS_INPUT,
                             "the %s wire has no resistance, must give "
                             "resistance_ohm_per_m or resistivity_ohm_m",
                             word_name(wire_levels, level));
        if (!(wire->capacitance_f_per_m > 0) && !(wire->dielectric_m > 0))
            return error_set(err, STATUS_INPUT,
                             "the %s wire has no capacitance, must give "
                             "capacitance_f_per_m or dielectric_m and k_horizontal",
                             word_name(wire_levels, level));
    }
    return STATUS_OK;
}

static enum status node_finish(void *record, struct error *err)
{
    const struct node *node = record;

    if (node->points_count == 0)
        return error_set(err, STATUS_INPUT,
                         "the node has no currents, must have at least one of points");
    for (size_t i = 1; i < node->points_count; i++)
        if (node->points[i].temperature_k <= node->points[i - 1].temperature_k)
            return error_set(
                err, STATUS_INPUT,
                "points must be in order of temperature, but %g K follows %g K",
                node->points[i].temperature_k, node->points[i - 1].temperature_k);
    if (node->transistor == TRANSISTOR_PLANAR && !(node->gate_f_per_m > 0))
        return error_set(err, STATUS_INPUT, "a planar node needs gate_f_per_m");
    if (node->transistor != TRANSISTOR_PLANAR &&
        !(node->fin_effective_width_m > 0 && node->fin_gate_f > 0 &&
          node->fin_pitch_m > 0 && node->gate_pitch_m > 0 && node->cell_height_m > 0 &&
          node->max_fins > 0))
        return error_set(err, STATUS_INPUT,
                         "a %s node needs fin_effective_width_m, fin_gate_f, "
                         "fin_pitch_m, gate_pitch_m, cell_height_m and max_fins",
                         word_name(node_transistors, (int)node->transistor));
    if (!(node->gm_n_s_per_m > 0) &&
        !(node->mobility_n_m2_per_v_s > 0 && node->oxide_f_per_m2 > 0))
        return error_set(err, STATUS_INPUT,
                         "the node has no transconductance, must give gm_n_s_per_m and "
                         "gm_p_s_per_m or mobilities and oxide_f_per_m2");
    return check_wires(node, err);
}

const struct schema node_schema = {
    .kind = "node",
    .folder = "nodes",
    .size = sizeof(struct node),
    .fields = node_fields,
    .field_count = FIELD_COUNT_OF(node_fields),
    .finish = node_finish,
};

/* Interpolates or extrapolates on-currents: linear in t, but no less than a tenth of the
 * smaller end. */
static double interpolate_on(double a, double b, double t)
{
    return fmax(a + (b - a) * t, 0.1 * fmin(a, b));
}

/* Interpolates off-currents: linear in t if that is asked for and t is in 0..1, else
 * exponential. */
static double interpolate_off(double a, double b, double t, bool linear)
{
    if (linear && t >= 0 && t <= 1)
        return a + (b - a) * t;
    if (!(a > 0) || !(b > 0))
        return fmax(a + (b - a) * t, 0);
    return a * maths_exp(maths_log(b / a) * t);
}

struct node_point node_device(const struct node *node, double temperature_k,
                              bool ioff_linear)
{
    const struct node_point *points = node->points;
    size_t last = node->points_count - 1, low = 0;

    if (node->points_count == 1) {
        struct node_point only = points[0];

        only.temperature_k = temperature_k;
        return only;
    }
    while (low + 1 < last && temperature_k > points[low + 1].temperature_k)
        low++;

    const struct node_point *a = &points[low], *b = &points[low + 1];
    double t = (temperature_k - a->temperature_k) /
               (b->temperature_k - a->temperature_k);

    return (struct node_point){
        .temperature_k = temperature_k,
        .ion_n_a_per_m = interpolate_on(a->ion_n_a_per_m, b->ion_n_a_per_m, t),
        .ion_p_a_per_m = interpolate_on(a->ion_p_a_per_m, b->ion_p_a_per_m, t),
        .ioff_n_a_per_m = interpolate_off(a->ioff_n_a_per_m, b->ioff_n_a_per_m, t,
                                          ioff_linear),
        .ioff_p_a_per_m = interpolate_off(a->ioff_p_a_per_m, b->ioff_p_a_per_m, t,
                                          ioff_linear),
    };
}

struct node node_between(const struct node *low, const struct node *high, double node_m,
                         double share_of_high, double temperature_k,
                         struct node_point *point)
{
    const struct node_point a = node_device(low, temperature_k, true);
    const struct node_point b = node_device(high, temperature_k, true);
    double t = share_of_high;
    struct node mixed = *low;

#define MIX(member) (mixed.member = (1 - t) * low->member + t * high->member)
    MIX(vdd_v);
    MIX(vth_v);
    MIX(gate_length_m);
    MIX(gate_f_per_m);
    MIX(fringe_f_per_m);
    MIX(oxide_f_per_m2);
    MIX(mobility_n_m2_per_v_s);
    MIX(mobility_p_m2_per_v_s);
    MIX(pn_ratio);
    MIX(resistance_multiplier);
#undef MIX
    mixed.node_m = node_m;
    mixed.overlap_ratio = low->overlap_ratio * low->gate_f_per_m / mixed.gate_f_per_m;
    *point = (struct node_point){
        .temperature_k = temperature_k,
        .ion_n_a_per_m = (1 - t) * a.ion_n_a_per_m + t * b.ion_n_a_per_m,
        .ion_p_a_per_m = (1 - t) * a.ion_p_a_per_m + t * b.ion_p_a_per_m,
        .ioff_n_a_per_m = maths_pow(a.ioff_n_a_per_m, 1 - t) *
                          maths_pow(b.ioff_n_a_per_m, t),
        .ioff_p_a_per_m = maths_pow(a.ioff_p_a_per_m, 1 - t) *
                          maths_pow(b.ioff_p_a_per_m, t),
    };
    mixed.points = point;
    mixed.points_count = 1;
    mixed.wires = high->wires;
    mixed.wires_count = high->wires_count;
    return mixed;
}

const struct node_wire *node_wire_find(const struct node *node, enum wire_level level,
                                       enum wire_style style)
{
    const struct node_wire *found = NULL;

    for (size_t i = 0; i < node->wires_count; i++)
        if (node->wires[i].level == level && (found == NULL || found->style != style))
            found = &node->wires[i];
    return found;
}
