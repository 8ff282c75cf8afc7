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
    int is_sent = 0;

    for (unsigned idle = 0;; idle++) {
        MPI_Testall(REMOTE_SENDS, remote->requests, &is_sent, MPI_STATUSES_IGNORE);
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

/* A buffer that is not on its way. */
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

struct letter {
    struct letter *next;
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

static void letters_free(struct letter *letter)
{
    while (letter) {
        struct letter *next = letter->next;

        free(letter->message);
        free(letter);
        letter = next;
    }
}

void inbox_end(struct inbox *inbox)
{
    assert(!inbox->letters);
    letters_free(inbox->spare);
    free(inbox->is_late);
    *inbox = (struct inbox){ 0 };
}

/* One of those that were read, or a new one; with room for so many bytes. */
static struct letter *letter_take(struct inbox *inbox, size_t bytes)
{
    struct letter *letter = inbox->spare;

    if (letter)
        inbox->spare = letter->next;
    else
        letter = alloc_array(1, sizeof *letter);
    if (letter->room < bytes) {
        free(letter->message);
        letter->message = alloc_array(bytes, 1);
        letter->room = bytes;
    }
    letter->bytes = bytes;
    letter->next = NULL;
    return letter;
}

/* Begin to receive the next message, if there is one. */
static bool letter_begin(struct inbox *inbox, struct letter ***last)
{
    struct letter *letter;
    MPI_Message matched;
    MPI_Status from;
    int is_there, bytes;

    MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, inbox->comm, &is_there, &matched, &from);
    if (!is_there)
        return false;
    MPI_Get_count(&from, MPI_BYTE, &bytes);
    letter = letter_take(inbox, (size_t)bytes);
    letter->rank = from.MPI_SOURCE;
    letter->tag = from.MPI_TAG;
    MPI_Imrecv(letter->message, bytes, MPI_BYTE, &matched, &letter->request);
    inbox->bytes += letter->bytes;
    **last = letter;
    *last = &letter->next;
    return true;
}

/* Hand on what has arrived and has no earlier letter of its rank before it. */
static void letters_deliver(struct inbox *inbox, letter_fn *take, void *context)
{
    struct letter **at = &inbox->letters;

    for (struct letter *letter = *at; letter; letter = letter->next)
        inbox->is_late[letter->rank] = false;
    while (*at) {
        struct letter *letter = *at;
        int is_here = 0;

        if (!inbox->is_late[letter->rank])
            MPI_Test(&letter->request, &is_here, MPI_STATUS_IGNORE);
        if (!is_here) {
            inbox->is_late[letter->rank] = true;
            at = &letter->next;
            continue;
        }
        *at = letter->next;
        inbox->bytes -= letter->bytes;
        take(context, letter->rank, letter->tag, letter->message, letter->bytes);
        letter->next = inbox->spare;
        inbox->spare = letter;
    }
}

void inbox_look(struct inbox *inbox, unsigned most, letter_fn *take, void *context)
{
    struct letter **last = &inbox->letters;

    while (*last)
        last = &(*last)->next;
    for (unsigned n = 0; n < most && inbox->bytes < INBOX_BYTES; n++)
        if (!letter_begin(inbox, &last))
            break;
    letters_deliver(inbox, take, context);
}
