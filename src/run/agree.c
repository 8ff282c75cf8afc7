#include "run/run.h"

#include "base/memory.h"

#include <string.h>

enum status run_agree(MPI_Comm comm, enum status mine, struct error *err)
{
    struct {
        int status, rank;
    } worst = { (int)mine, 0 };

    MPI_Comm_rank(comm, &worst.rank);
    MPI_Allreduce(MPI_IN_PLACE, &worst, 1, MPI_2INT, MPI_MAXLOC, comm);
    if (worst.status != STATUS_OK)
        MPI_Bcast(err->text, sizeof err->text, MPI_CHAR, worst.rank, comm);
    return (enum status)worst.status;
}

void run_broadcast(MPI_Comm comm, char **bytes, size_t *size)
{
    uint64_t total = *size;

    MPI_Bcast(&total, 1, MPI_UINT64_T, 0, comm);
    *size = total;
    if (!*bytes)
        *bytes = alloc_array(total, 1);
    for (uint64_t at = 0; at < total; at += RUN_BROADCAST_BYTES) {
        uint64_t left = total - at;

        MPI_Bcast(*bytes + at,
                  (int)(left < RUN_BROADCAST_BYTES ? left : RUN_BROADCAST_BYTES),
                  MPI_BYTE, 0, comm);
    }
}
