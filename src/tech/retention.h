/* How long bitcells keep their data, and what a magnetic cell gives up for a shorter time. */
#ifndef NVSWEEP_TECH_RETENTION_H
#define NVSWEEP_TECH_RETENTION_H

#include "tech/cell.h"

/* The retention of a record is the time after which this share of the bits of a resistive cell
 * has flipped: the criterion by which embedded memories are qualified. */
#define RETENTION_LOSS 1e-6

/* Does the cell lose its bit at random, at any time alike (a barrier that heat overcomes), and
 * not by a charge that leaks away until nothing can be sensed? */
bool cell_fails_at_random(const struct cell *cell);

/* Returns the mean time until a bit of a cell that fails at random flips (Neel, 1949): tau0
 * exp(E / (k T)) with tau0 = 1 ns.  The barrier E does not depend on temperature and follows
 * from the record's retention.  INFINITY: its retention is unlimited. */
double cell_flip_s(const struct cell *cell, double temperature_k);

/* Returns the time for which a cell keeps its data.  Of a cell that fails at random it is the
 * time after which RETENTION_LOSS of the bits have flipped; the time of a charge halves every 10
 * K (a modelling choice).  INFINITY: unlimited. */
double cell_retention_s(const struct cell *cell, double temperature_k);

/* Returns the interval at which the cell is refreshed: its retention, or what the record says
 * instead. */
double cell_refresh_interval_s(const struct cell *cell, double temperature_k);

/* Moves a magnetic cell to the thermal stability, overdrive and write error that its record or
 * an axis asks for: retention, write current, pulse and energy follow (retention.c).  Called
 * after each change of the record, any number of times; fills in the thermal stability of a cell
 * that states its retention only.  STATUS_INPUT if it cannot be. */
enum status cell_relax(struct cell *cell, struct error *err);

#endif
