/* Two ways to deal leases: a message to rank 0 and its answer, or a counter on rank 0 that
 * every rank fetches and raises (one-sided).  Without arguments: both at 2..32 ranks.
 *
 * The runner deals by messages: rank 0 gives costly blocks first, learns what leases took,
 * shrinks them towards the end and deals overdue ones again, which a counter cannot; and a
 * lease is worth 0.1 s or more, so that either way is far from the limit. */
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEASES = 100000, TAG = 1 };

/* Rank 0 answers only: the most it can do. */
static void deal_by_messages(int rank, int ranks)
{
    int64_t next = 0;
    int left = ranks - 1;

    while (rank == 0 && left > 0) {
        MPI_Status status;
        int64_t request, answer;

        MPI_Recv(&request, 1, MPI_INT64_T, MPI_ANY_SOURCE, TAG, MPI_COMM_WORLD,
                 &status);
        answer = next < LEASES ? next++ : -1;
        left -= answer < 0;
        MPI_Send(&answer, 1, MPI_INT64_T, status.MPI_SOURCE, TAG, MPI_COMM_WORLD);
    }
    for (int64_t lease = 0; rank != 0 && lease >= 0;) {
        MPI_Send(&lease, 1, MPI_INT64_T, 0, TAG, MPI_COMM_WORLD);
        MPI_Recv(&lease, 1, MPI_INT64_T, 0, TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
}

static void deal_by_counter(int rank)
{
    int64_t *counter, lease = 0;
    const int64_t one = 1;
    MPI_Win window;

    MPI_Win_allocate(rank == 0 ? sizeof *counter : 0, sizeof *counter, MPI_INFO_NULL,
                     MPI_COMM_WORLD, &counter, &window);
    if (rank == 0)
        *counter = 0;
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Win_lock_all(0, window);
    while (lease < LEASES) {
        MPI_Fetch_and_op(&one, &lease, MPI_INT64_T, 0, 0, MPI_SUM, window);
        MPI_Win_flush(0, window);
    }
    MPI_Win_unlock_all(window);
    MPI_Win_free(&window);
}

static int deal(const char *mode)
{
    double start_s;
    int rank, ranks;

    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    MPI_Barrier(MPI_COMM_WORLD);
    start_s = MPI_Wtime();
    if (strcmp(mode, "messages") == 0)
        deal_by_messages(rank, ranks);
    else
        deal_by_counter(rank);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        printf("  %2d ranks, %-8s %10.3g leases/s\n", ranks, mode,
               LEASES / (MPI_Wtime() - start_s));
    MPI_Finalize();
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    static const char *const modes[] = { "messages", "counter" };
    char command[4096];

    if (argc > 1)
        return deal(argv[1]);
    printf("ways to deal leases, nothing else done (ranks share these cores)\n");
    fflush(stdout);
    for (int ranks = 2; ranks <= 32; ranks *= 2)
        for (int mode = 0; mode < 2; mode++) {
            snprintf(command, sizeof command,
                     "timeout 60 mpirun --allow-run-as-root --oversubscribe --mca "
                     "mpi_yield_when_idle 1 -n %d '%s' %s",
                     ranks, argv[0], modes[mode]);
            if (system(command) != 0)
                printf("  %2d ranks, %-8s not finished within 60 s\n", ranks,
                       modes[mode]);
            fflush(stdout);
        }
    return EXIT_SUCCESS;
}
