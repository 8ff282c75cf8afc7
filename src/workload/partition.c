#include "workload/partition.h"

#include <assert.h>
#include <math.h>

/* best[c][p]: the fewest lines that classes [0, c] move with p parts; own: the parts of class
 * c in that division. */
struct division {
    double best[PARTITION_CLASSES][PARTITION_PARTS + 1];
    unsigned own[PARTITION_CLASSES][PARTITION_PARTS + 1];
};

static void class_add(struct division *division, const struct partition_class *classes,
                      size_t c)
{
    for (unsigned parts = 0; parts <= PARTITION_PARTS; parts++) {
        division->best[c][parts] = INFINITY;
        for (unsigned own = parts + 1; own-- > 0;) {
            double moves = division->best[c - 1][parts - own] + classes[c].moves[own];

            if (moves < division->best[c][parts]) {
                division->best[c][parts] = moves;
                division->own[c][parts] = own;
            }
        }
    }
}

double partition_best(const struct partition_class *classes, size_t count,
                      unsigned parts[PARTITION_CLASSES])
{
    struct division division;
    unsigned left = PARTITION_PARTS;

    assert(count > 0 && count <= PARTITION_CLASSES);
    for (unsigned p = 0; p <= PARTITION_PARTS; p++) {
        division.best[0][p] = classes[0].moves[p];
        division.own[0][p] = p;
    }
    for (size_t c = 1; c < count; c++)
        class_add(&division, classes, c);
    for (size_t c = count; c-- > 0;) {
        parts[c] = division.own[c][left];
        left -= parts[c];
    }
    return division.best[count - 1][PARTITION_PARTS];
}
