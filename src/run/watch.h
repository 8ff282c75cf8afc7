/* What rank 0 tells the world about a run: progress on stderr, and the journal beside
 * the result file.
 *
 * The journal has one JSON object per line.  "event" is one of start (time, host, ranks,
 * version, points), stage (name, blocks and points pending, damaged blocks), lease
 * (stage, first block, blocks, points, failed, rank, start, seconds), repeat (overdue
 * leases of a stage dealt a second time), load (bytes of a stage every rank keeps for
 * later stages), end.  All that
 * differs between two runs of the same sweep is there and not in the result file. */
#ifndef NVSWEEP_RUN_WATCH_H
#define NVSWEEP_RUN_WATCH_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct watch {
    int journal; /* descriptor, or -1 */
    bool is_quiet, is_terminal, has_bar;
    char *pending; /* journal lines not yet written */
    size_t pending_size;
    double flushed_s;

    const char *stage;
    uint64_t total, committed, done_here, failed;
    double begin_s, shown_s, interval_s;
};

/* Open output.journal for appending; a journal that cannot be written, or a name that is
 * no file's (a symbolic link, a pipe), is done without, and said so. */
void watch_begin(struct watch *watch, const char *output, bool is_quiet);
void watch_end(struct watch *watch);

/* Write what was added: others look at it (run/activity.h). */
void watch_flush(struct watch *watch);

/* Add a line; written at the latest when watch_tick or watch_end is called. */
void watch_journal(struct watch *watch, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A line to stderr, over the bar. */
void watch_say(struct watch *watch, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void watch_stage(struct watch *watch, const char *stage, uint64_t total,
                 uint64_t committed);
void watch_points(struct watch *watch, uint64_t points, uint64_t failed);

/* Redraw the bar (a few times a second), or print a line when it is time; left_s: the
 * estimate of what is left. */
void watch_tick(struct watch *watch, double left_s);
void watch_stage_end(struct watch *watch);

#endif
