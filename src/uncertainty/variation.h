/* Records as one sample of a spread has them: copies, made when asked for. */
#ifndef NVSWEEP_UNCERTAINTY_VARIATION_H
#define NVSWEEP_UNCERTAINTY_VARIATION_H

#include "uncertainty/spread.h"

/* All zero is a variation that varies nothing. */
struct variation {
    const struct spread *spread; /* NULL: none */
    uint64_t seed, sample;
    struct varied_record *kept; /* copies of this sample and before */
    size_t count;
};

/* Records from now on as this sample has them; copies handed out before end here.
 * spread may be NULL. */
void variation_at(struct variation *variation, const struct record *spread,
                  uint64_t seed, uint64_t sample);

/* Is any record of the shelf, or this one, changed? */
bool variation_touches(const struct variation *variation, enum shelf_id shelf,
                       const struct record *record);

/* *record as the sample has it: itself if nothing varies it, else a copy that lives until
 * the next variation_at.  STATUS_INFEASIBLE and reason if no such record could be: a
 * number out of its range, or the record's own check fails.  variation may be NULL. */
enum status variation_record(struct variation *variation, enum shelf_id shelf,
                             const struct record **record, struct error *reason);

void variation_free(struct variation *variation);

#endif
