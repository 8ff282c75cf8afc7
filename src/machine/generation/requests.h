/* A batch that serves a finite number of requests, as benchmarks send them: all at once. */
#ifndef NVSWEEP_GENERATION_REQUESTS_H
#define NVSWEEP_GENERATION_REQUESTS_H

/* Returns the steps, one token for every sequence each, in which a batch of `places` serves
 * `requests`, one after the other in each place, until the last has its tokens.  No request waits
 * for longer than the others keep the places, so that at the end places are empty while the
 * longest outputs are written.
 *
 * Outputs have `mean` tokens on average, at most `limit` (0: none), and are memoryless below it
 * (assumed): min(X, limit) with X exponentially distributed.  While requests wait, those in work
 * have a residual length of the equilibrium distribution; once none waits, the longest of `places`
 * residuals is written (D. R. Cox, Renewal Theory, 1962, section 5).  `limit` is at least `mean`.
 */
double request_steps(double requests, double places, double mean, double limit);

#endif
