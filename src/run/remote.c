#include "run/remote.h"

#include "base/crc32c.h"
#include "base/memory.h"
#include "run/stop.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Columns begin at a multiple of 8 bytes. */
enum { HEAD_BYTES = (sizeof(struct remote_write) + 7) / 8 * 8 };

void remote_begin(struct remote *remote, const struct stage_layout *layout,
                  uint64_t points, MPI_Comm comm)
{
    *remote = (struct remote){
        .comm = comm,
        .bytes = HEAD_BYTES + points * layout_point_bytes(layout),
    };
    assert(remote->bytes <= INT_MAX);
    for (int i = 0; i < REMOTE_SENDS; i++)
        remote->requests[i] = MPI_REQUEST_NULL;
}

void remote_flush(struct remote *remote)
{
    MPI_Status
        statuses[REMOTE_SENDS]; /* gcc takes MPICH's MPI_STATUSES_IGNORE for one */
    int is_sent = 0;

    for (unsigned idle = 0;; idle++) {
        MPI_Testall(REMOTE_SENDS, remote->requests, &is_sent, statuses);
        if (is_sent)
            return;
        if (remote->poll)
            remote->poll(remote->context);
        idle_wait(idle);
    }
}

void remote_end(struct remote *remote)
{
    remote_flush(remote);
    for (int i = 0; i < REMOTE_SENDS; i++) {
        free(remote->buffers[i]);
        remote->buffers[i] = NULL;
    }
}

/* Waits for a buffer that MPI does not use. */
static int buffer_await(struct remote *remote)
{
    for (unsigned idle = 0;; idle++) {
        for (int i = 0; i < REMOTE_SENDS; i++) {
            int is_sent = 1;

            if (remote->requests[i] != MPI_REQUEST_NULL)
                MPI_Test(&remote->requests[i], &is_sent, MPI_STATUS_IGNORE);
            if (!is_sent)
                continue;
            if (!remote->buffers[i])
                remote->buffers[i] = alloc_array(remote->bytes, 1);
            return i;
        }
        if (remote->poll)
            remote->poll(remote->context);
        idle_wait(idle);
    }
}

void remote_attempts(struct remote *remote, uint32_t block, uint8_t attempts)
{
    struct remote_write head = { .block = block, .attempts = attempts };

    MPI_Send(&head, sizeof head, MPI_BYTE, 0, TAG_WRITE, remote->comm);
}

void remote_block(struct remote *remote, const struct stage_layout *layout,
                  uint32_t block, const struct block *values)
{
    uint64_t points = layout_block(layout, block).count;
    struct remote_write head = { .block = block, .has_values = true };
    int at = buffer_await(remote);
    char *to = remote->buffers[at] + HEAD_BYTES;

    for (uint32_t c = 0; c < layout->columns; c++) {
        size_t bytes = points * layout->column_bytes[c];

        memcpy(to, values->columns.column[c], bytes);
        head.checksum = crc32c(head.checksum, to, bytes);
        to += bytes;
    }
    memcpy(to, values->status, points);
    head.checksum = crc32c(head.checksum, to, points);
    to += points;
    memcpy(remote->buffers[at], &head, sizeof head);
    MPI_Isend(remote->buffers[at], (int)(to - remote->buffers[at]), MPI_BYTE, 0,
              TAG_WRITE, remote->comm, &remote->requests[at]);
}

bool remote_values(const struct stage_layout *layout, const struct stage *stage,
                   char *message, size_t bytes, struct block *values)
{
    struct remote_write head;
    uint64_t points;

    memcpy(&head, message, sizeof head);
    points = layout_block(layout, head.block).count;
    if (bytes != HEAD_BYTES + points * layout_point_bytes(layout))
        return false;
    *values = (struct block){ .stage = stage, .points = points };
    message += HEAD_BYTES;
    for (uint32_t c = 0; c < layout->columns; c++) {
        values->columns.column[c] = message;
        message += points * layout->column_bytes[c];
    }
    values->status = (int8_t *)message;
    return true;
}

struct incoming {
    struct incoming *next;
    int rank, tag;
    MPI_Request request;
    size_t bytes, room;
    char *message;
};

void inbox_begin(struct inbox *inbox, MPI_Comm comm)
{
    int ranks;

    MPI_Comm_size(comm, &ranks);
    *inbox = (struct inbox){ .comm = comm, .is_late = alloc_array((size_t)ranks, 1) };
}

static void incoming_free(struct incoming *incoming)
{
    while (incoming) {
        struct incoming *next = incoming->next;

        free(incoming->message);
        free(incoming);
        incoming = next;
    }
}

void inbox_end(struct inbox *inbox)
{
    assert(!inbox->messages);
    incoming_free(inbox->spare);
    free(inbox->is_late);
    *inbox = (struct inbox){ 0 };
}

/* A spare or new message buffer with room for so many bytes. */
static struct incoming *incoming_alloc(struct inbox *inbox, size_t bytes)
{
    struct incoming *incoming = inbox->spare;

    if (incoming)
        inbox->spare = incoming->next;
    else
        incoming = alloc_array(1, sizeof *incoming);
    if (incoming->room < bytes) {
        free(incoming->message);
        incoming->message = alloc_array(bytes, 1);
        incoming->room = bytes;
    }
    incoming->bytes = bytes;
    incoming->next = NULL;
    return incoming;
}

/* Begins to receive the next message, if there is one. */
static bool message_begin(struct inbox *inbox, struct incoming ***last)
{
    struct incoming *incoming;
    MPI_Message matched;
    MPI_Status from;
    int is_there, bytes;

    MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, inbox->comm, &is_there, &matched, &from);
    if (!is_there)
        return false;
    MPI_Get_count(&from, MPI_BYTE, &bytes);
    incoming = incoming_alloc(inbox, (size_t)bytes);
    incoming->rank = from.MPI_SOURCE;
    incoming->tag = from.MPI_TAG;
    MPI_Imrecv(incoming->message, bytes, MPI_BYTE, &matched, &incoming->request);
    inbox->bytes += incoming->bytes;
    **last = incoming;
    *last = &incoming->next;
    return true;
}

/* Delivers what has arrived, unless an earlier message of the same rank is missing. */
static void messages_deliver(struct inbox *inbox, message_fn *take, void *context)
{
    struct incoming **at = &inbox->messages;

    for (struct incoming *incoming = *at; incoming; incoming = incoming->next)
        inbox->is_late[incoming->rank] = false;
    while (*at) {
        struct incoming *incoming = *at;
        int is_here = 0;

        if (!inbox->is_late[incoming->rank])
            MPI_Test(&incoming->request, &is_here, MPI_STATUS_IGNORE);
        if (!is_here) {
            inbox->is_late[incoming->rank] = true;
            at = &incoming->next;
            continue;
        }
        *at = incoming->next;
        inbox->bytes -= incoming->bytes;
        take(context, incoming->rank, incoming->tag, incoming->message,
             incoming->bytes);
        incoming->next = inbox->spare;
        inbox->spare = incoming;
    }
}

void inbox_receive(struct inbox *inbox, unsigned most, message_fn *take, void *context)
{
    struct incoming **last = &inbox->messages;

    while (*last)
        last = &(*last)->next;
    for (unsigned n = 0; n < most && inbox->bytes < INBOX_BYTES; n++)
        if (!message_begin(inbox, &last))
            break;
    messages_deliver(inbox, take, context);
}
