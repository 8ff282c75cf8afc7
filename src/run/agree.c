#include "run/run.h"

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
