#include "machine/pe_array/scaling.h"

#include "base/maths.h"

#include <math.h>
#include <stddef.h>

struct scaling_row {
    double node_nm;
    double area; /* of logic, 65 nm = 1: the paper's factor to 7 nm, divided by 0.039 */
    /* nominal; HP45 to HP7 from the paper, others assumed from ITRS */
    double supply_v;
    double a3, a2, a1, a0; /* delay */
    double b2, b1, b0;     /* energy */
    double c2, c1, c0;     /* power */
};

/* Tables 1 to 4 of the paper: planar nodes above 45 nm, then HP or LP. */
/* clang-format off */
static const struct scaling_row high_performance[] = {
    { 180, 0.039 / 0.0032, 1.8,  0,       97.09,  -356.7, 406.5, 0,      24.64,    -17.98,   0, 101000, -79720 },
    { 130, 0.039 / 0.0092, 1.2, -76.65,  334.9,  -493.4,  275.8, 7.171,  -6.709,    2.904,   27020, -15450, 5630 },
    {  90, 0.039 / 0.021,  1.1, -60.34,  262.5,  -384.2,  210.9, 4.762,  -4.781,    2.092,   17320, -11230, 4328 },
    {  65, 1.0,            1.1, -53.3,   230.4,  -333.9,  178.6, 3.755,  -4.398,    1.975,   12890, -10510, 4362 },
    {  45, 0.66,           1.0, -501.6,  1567,   -1619,   566.1, 1.018,  -0.3107,   0.1539,  5462, -1760, 522.4 },
    {  32, 0.31,           0.9, -1047,   2982,   -2797,   873.5, 0.8367, -0.4341,   0.1701,  4001, -1733, 533.6 },
    {  20, 0.14,           0.9,  0,      34.63,  -66.37,  41.15, 0.373,  -0.1582,   0.04104, 2922, -1286, 299.9 },
    {  16, 0.13,           0.8,  0,      24.8,   -47.52,  28.87, 0.2958, -0.1241,   0.03024, 2133, -882.6, 197.7 },
    {  14, 0.12,           0.8, -40.66,  109.2,  -100.6,  35.92, 0.2363, -0.09675,  0.02239, 1675, -711, 159 },
    {  10, 0.068,          0.75, -34.95, 93.65,  -85.99,  30.4,  0.2068, -0.09311,  0.02375, 1456, -621.6, 143.8 },
    {   7, 0.039,          0.7, -28.58,  76.6,   -70.26,  24.69, 0.1776, -0.09097,  0.02447, 1179, -515.7, 123.4 },
};
static const struct scaling_row low_power_rows[] = {
    {  45, 0.66,           1.1, -285.7,  1239,   -1795,   898.8, 1.103,  -0.362,    0.2767,  6297, -3009, 1124 },
    {  32, 0.31,           1.0, -325.9,  1374,   -1922,   913.2, 0.9559, -0.7823,   0.471,   4557, -3037, 1323 },
    {  20, 0.14,           0.9, -160.5,  514.1,  -558.6,  217.5, 0.2632, -0.14,     0.06841, 2096, -962.4, 287.1 },
    {  16, 0.13,           0.8, -114.6,  366.7,  -397.4,  153.6, 0.2139, -0.1187,   0.05639, 1609, -715.5, 205.7 },
    {  14, 0.12,           0.8, -85.37,  271.6,  -292.2,  111.4, 0.1556, -0.06472,  0.03066, 1259, -554.1, 152.3 },
    {  10, 0.068,          0.75, -71.76, 228.6,  -246.3,  93.91, 0.1261, -0.0518,   0.02769, 1046, -422.7, 118.9 },
    {   7, 0.039,          0.7, -61.79,  196.1,  -210.3,  79.55, 0.09365, -0.03409, 0.02043, 815.2, -307.3, 87.54 },
};
/* clang-format on */
enum { HP_ROWS = sizeof high_performance / sizeof *high_performance, LP_FIRST = 4 };

static const struct scaling_row *row_at(size_t i, bool low_power)
{
    return low_power && i >= LP_FIRST ? &low_power_rows[i - LP_FIRST]
                                      : &high_performance[i];
}

static struct scaling row_scaling(const struct scaling_row *row, double v)
{
    return (struct scaling){
        .delay = ((row->a3 * v + row->a2) * v + row->a1) * v + row->a0,
        .energy = (row->b2 * v + row->b1) * v + row->b0,
        .power = (row->c2 * v + row->c1) * v + row->c0,
        .area = row->area,
        .supply_v = v,
    };
}

bool scaling_evaluate(double node_m, bool low_power, double supply_v,
                      struct scaling *scaling)
{
    for (size_t i = 0; i < HP_ROWS; i++) {
        const struct scaling_row *row = row_at(i, low_power);

        if (fabs(row->node_nm * 1e-9 - node_m) > 1e-3 * node_m)
            continue;
        *scaling = row_scaling(row, supply_v);
        return true;
    }
    return false;
}

static double between(double low, double high, double share)
{
    return maths_exp(maths_log(low) + share * (maths_log(high) - maths_log(low)));
}

void scaling_at(double node_m, bool low_power, struct scaling *scaling)
{
    double nm = node_m * 1e9, share;
    struct scaling above, below;
    size_t i = 0;

    while (i + 1 < HP_ROWS && row_at(i + 1, low_power)->node_nm > nm * 1.001)
        i++;
    if (nm >= row_at(0, low_power)->node_nm || i + 1 == HP_ROWS) {
        const struct scaling_row *end = row_at(i + 1 == HP_ROWS ? i : 0, low_power);

        *scaling = row_scaling(end, end->supply_v);
        scaling->is_interpolated = fabs(end->node_nm - nm) > 1e-3 * nm;
        return;
    }
    above = row_scaling(row_at(i, low_power), row_at(i, low_power)->supply_v);
    below = row_scaling(row_at(i + 1, low_power), row_at(i + 1, low_power)->supply_v);
    share = maths_log(row_at(i, low_power)->node_nm / nm) /
            maths_log(row_at(i, low_power)->node_nm /
                      row_at(i + 1, low_power)->node_nm);
    if (share > 1 - 1e-3)
        share = 1;
    *scaling = (struct scaling){
        .delay = between(above.delay, below.delay, share),
        .energy = between(above.energy, below.energy, share),
        .power = between(above.power, below.power, share),
        .area = between(above.area, below.area, share),
        .supply_v = between(above.supply_v, below.supply_v, share),
        .is_interpolated = share > 1e-3 && share < 1,
    };
}
