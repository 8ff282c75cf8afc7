/* Rank 0 reports on a run: progress on stderr, and the journal beside the result file.
 *
 * The journal has one JSON object per line.  "event" is one of start (time, host, ranks,
 * version, points), stage (name, blocks and points pending, damaged blocks), lease (stage,
 * first block, blocks, points, failed, rank, start, seconds), repeat (overdue leases of a
 * stage that were handed out again), load (bytes of a stage that every rank keeps for later
 * stages), end.  Whatever differs between two runs of the same sweep is written here and
 * not to the result file. */
#ifndef NVSWEEP_RUN_WATCH_H
#define NVSWEEP_RUN_WATCH_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct watch {
    int journal; /* file descriptor, or -1 */
    bool is_quiet, is_terminal, has_bar;
    char *pending; /* journal lines not yet written */
    size_t pending_size;
    double flushed_s;

    const char *stage;
    uint64_t total, committed, done_here, failed;
    double begin_s, shown_s, interval_s;
};

/* Opens output.journal for appending.  If it cannot be written or is not a regular file (a
 * symbolic link, a pipe), a message says so and the run continues without a journal. */
void watch_begin(struct watch *watch, const char *output, bool is_quiet);
void watch_end(struct watch *watch);

/* Writes the buffered lines, because other processes read them (run/activity.h). */
void watch_flush(struct watch *watch);

/* Adds a line.  The next watch_tick or watch_end writes it at the latest. */
void watch_journal(struct watch *watch, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Prints a line to stderr; a progress bar is cleared first. */
void watch_say(struct watch *watch, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void watch_stage(struct watch *watch, const char *stage, uint64_t total,
                 uint64_t committed);
void watch_points(struct watch *watch, uint64_t points, uint64_t failed);

/* Redraws the bar (a few times a second), or prints a line when one is due.  left_s: the
 * estimated seconds left. */
void watch_tick(struct watch *watch, double left_s);
void watch_stage_end(struct watch *watch);

#endif
