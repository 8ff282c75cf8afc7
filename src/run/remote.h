/* Rank 0 writes the blocks that other ranks computed (--io root).
 *
 * A worker sends what it would otherwise write, in the same order: the number of attempts,
 * then the values with their checksum and status.  Rank 0 receives these messages and the
 * reports in the order they were sent, so when it learns that a lease is finished, the
 * lease's blocks are in the file.  A worker continues to compute while a block is sent;
 * with REMOTE_SENDS unfinished sends it waits for rank 0.  Private to run/. */
#ifndef NVSWEEP_RUN_REMOTE_H
#define NVSWEEP_RUN_REMOTE_H

#include "results/block.h"
#include "run/isolate.h"

#include <mpi.h>

enum { REMOTE_SENDS = 4, TAG_WRITE = 73 };

/* The header of a message. */
struct remote_write {
    uint32_t block;
    uint32_t checksum; /* of the values that follow, if has_values */
    uint8_t has_values;
    uint8_t attempts; /* the count to write, if not has_values */
};

/* The worker's side. */
struct remote {
    MPI_Comm comm;
    char *buffers[REMOTE_SENDS];
    MPI_Request requests[REMOTE_SENDS];
    size_t bytes;  /* of each buffer */
    poll_fn *poll; /* called while waiting */
    void *context;
};

/* Allocates buffers for blocks of up to `points` points.  remote_end waits until all
 * messages are sent, then frees them. */
void remote_begin(struct remote *remote, const struct stage_layout *layout,
                  uint64_t points, MPI_Comm comm);
void remote_end(struct remote *remote);

void remote_attempts(struct remote *remote, uint32_t block, uint8_t attempts);
void remote_block(struct remote *remote, const struct stage_layout *layout,
                  uint32_t block, const struct block *values);

/* Waits until MPI has sent all messages. */
void remote_flush(struct remote *remote);

/* Rank 0's side: messages that workers are sending.  A large message arrives only while its
 * sender calls MPI, between two of its points.  Rank 0 therefore receives without waiting,
 * and delivers each rank's messages in the order in which they were sent. */
struct inbox {
    MPI_Comm comm;
    struct incoming *messages; /* begun and not delivered, oldest first */
    struct incoming *spare;    /* delivered ones, kept for their memory */
    uint8_t *is_late; /* by rank, during inbox_receive: an earlier message is missing */
    size_t bytes;     /* allocated for messages */
};

/* While more than this is being received, no further message is begun. */
enum { INBOX_BYTES = 64 << 20 };

void inbox_begin(struct inbox *inbox, MPI_Comm comm);
void inbox_end(struct inbox *inbox);

/* Begins to receive up to `most` messages, and delivers those that have arrived. */
typedef void message_fn(void *context, int rank, int tag, char *message, size_t bytes);
void inbox_receive(struct inbox *inbox, unsigned most, message_fn *take, void *context);

/* Rank 0: describes the values inside the message as a block, without copying; false if the
 * message is too short. */
bool remote_values(const struct stage_layout *layout, const struct stage *stage,
                   char *message, size_t bytes, struct block *values);

#endif
