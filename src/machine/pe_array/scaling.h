/* Scaling of logic between process nodes: A. Stillmaker and B. Baas, "Scaling equations
 * for the accurate prediction of CMOS device performance from 180 nm to 7 nm",
 * Integration 58, 2017: delay, energy and power as polynomials of the supply voltage,
 * and table of area factors.  Nodes between those of the paper (40, 28, 22 nm) are
 * interpolated here, log-log in the feature size; that is ours, not the paper's. */
#ifndef NVSWEEP_PE_ARRAY_SCALING_H
#define NVSWEEP_PE_ARRAY_SCALING_H

#include <stdbool.h>

/* Relative to each other only; delay, energy and power in the paper's own units. */
struct scaling {
    double delay, energy, power;
    double area;     /* of logic, 65 nm = 1 */
    double supply_v; /* nominal */
    bool is_interpolated;
};

/* The polynomials of a node of the paper at a supply voltage.  False if the paper does
 * not have the node (within 0.1 %).  low_power: its LP variant, from 45 nm down. */
bool scaling_evaluate(double node_m, bool low_power, double supply_v,
                      struct scaling *scaling);

/* A node at its nominal supply, interpolated where the paper has none; nodes beyond its
 * ends take the end's. */
void scaling_at(double node_m, bool low_power, struct scaling *scaling);

#endif
