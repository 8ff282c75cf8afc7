/* Scaling of logic between process nodes, after A. Stillmaker and B. Baas, "Scaling equations
 * for the accurate prediction of CMOS device performance from 180 nm to 7 nm", Integration 58,
 * 2017.  The paper gives delay, energy and power as polynomials of the supply voltage, and a
 * table of area factors.  Nodes that the paper does not have (40, 28, 22 nm) are interpolated
 * linearly in the logarithms of factor and feature size; that is a choice of this model. */
#ifndef NVSWEEP_PE_ARRAY_SCALING_H
#define NVSWEEP_PE_ARRAY_SCALING_H

#include <stdbool.h>

/* Factors of a node.  Delay, energy and power are in the paper's units, so that only ratios of
 * two nodes have a meaning. */
struct scaling {
    double delay, energy, power;
    double area;     /* of logic, 65 nm = 1 */
    double supply_v; /* nominal */
    bool is_interpolated;
};

/* Evaluates the polynomials of a node of the paper at a supply voltage.  Returns false if the
 * paper does not have the node (within 0.1 %).  low_power selects the LP variant, which exists
 * from 45 nm down. */
bool scaling_evaluate(double node_m, bool low_power, double supply_v,
                      struct scaling *scaling);

/* Returns the factors of a node at its nominal supply.  Nodes that the paper does not have are
 * interpolated; those beyond its range get the factors of the nearest end. */
void scaling_at(double node_m, bool low_power, struct scaling *scaling);

#endif
