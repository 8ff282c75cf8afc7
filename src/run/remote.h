/* Blocks that rank 0 writes for the ranks that computed them (--io root).
 *
 * A worker sends what it would have written, in the order in which it would have: the mark
 * of an attempt, then values with their checksum and status.  Rank 0 receives these beside
 * the reports, in the order they were sent, so that when it learns that a lease is finished
 * the lease's blocks are in the file.  A worker goes on computing while a block travels;
 * with REMOTE_SENDS of them on the way it waits for rank 0.  Private to run/. */
#ifndef NVSWEEP_RUN_REMOTE_H
#define NVSWEEP_RUN_REMOTE_H

#include "results/block.h"
#include "run/isolate.h"

#include <mpi.h>

enum { REMOTE_SENDS = 4, TAG_WRITE = 73 };

/* At the head of a message. */
struct remote_write {
    uint32_t block;
    uint32_t checksum; /* of the values that follow, if has_values */
    uint8_t has_values;
    uint8_t attempts; /* to be noted, if not has_values */
};

/* A worker's side. */
struct remote {
    MPI_Comm comm;
    char *buffers[REMOTE_SENDS];
    MPI_Request requests[REMOTE_SENDS];
    size_t bytes;  /* of a buffer */
    poll_fn *poll; /* called while waiting */
    void *context;
};

/* Room for messages of up to `points` points of a stage; remote_end waits until all are
 * sent. */
void remote_begin(struct remote *remote, const struct stage_layout *layout,
                  uint64_t points, MPI_Comm comm);
void remote_end(struct remote *remote);

void remote_attempts(struct remote *remote, uint32_t block, uint8_t attempts);
void remote_block(struct remote *remote, const struct stage_layout *layout,
                  uint32_t block, const struct block *values);

/* Wait until rank 0 has, or is about to have, everything. */
void remote_flush(struct remote *remote);

/* Rank 0: what is on its way from workers.  A large message arrives while its sender calls
 * MPI, between two points of its own; so rank 0 receives without waiting, and hands each
 * rank's messages on in the order in which they were sent. */
struct inbox {
    MPI_Comm comm;
    struct letter *letters; /* begun and not handed on, oldest first */
    struct letter *spare;   /* with their memory */
    uint8_t *is_late; /* by rank, during a look: an earlier letter is not there yet */
    size_t bytes;     /* of letters */
};

/* More than this on its way, and nothing else is begun. */
enum { INBOX_BYTES = 64 << 20 };

void inbox_begin(struct inbox *inbox, MPI_Comm comm);
void inbox_end(struct inbox *inbox);

/* Begin to receive what was sent, up to `most` messages, and hand on what has arrived. */
typedef void letter_fn(void *context, int rank, int tag, char *message, size_t bytes);
void inbox_look(struct inbox *inbox, unsigned most, letter_fn *take, void *context);

/* Rank 0: the message's values as a block that lies in the message; false if the message is
 * too short. */
bool remote_values(const struct stage_layout *layout, const struct stage *stage,
                   char *message, size_t bytes, struct block *values);

#endif
