/* How fast the runner and its file are.  Without arguments: the measurements of `make
 * bench`, each with what it is to be compared with.  The runner's test scripts use it as
 * a sweep without physics:
 *
 *   bench_runner sweep FILE CAPACITIES BATCHES [LEASE_BLOCKS]
 *       run the sweep of synthetic.h under mpirun, say what it took; exit code as
 *       `nvsweep run`
 *   bench_runner verify FILE      checksums of all committed blocks
 *   bench_runner io FILE POINTS   three ways of writing the same columns, under mpirun
 *   bench_runner hello FILE       open a parallel HDF5 file, and that is all
 *   bench_runner writing          only the large stage beside a plain write
 *   bench_runner long             only points that take seconds */
#include "synthetic.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static long peak_kib(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static int sweep_mode(int argc, char **argv)
{
    struct run_options options = { .stages = synthetic_stages,
                                   .program = { "1.0-test", "none", false },
                                   .is_quiet = getenv("SYNTHETIC_LOUD") == NULL,
                                   .point_limit_s = 2 };
    const char *version = getenv("SYNTHETIC_VERSION"),
               *budget = getenv("SYNTHETIC_BUDGET"), *limit = getenv("SYNTHETIC_LIMIT");
    struct sweep sweep;
    struct study study;
    struct error err = { "" };
    enum status status;
    long kib, most_kib;
    double begin_s;
    int rank, ranks;

    if (version)
        options.program.version = version;
    if (getenv("SYNTHETIC_IO"))
        options.io =
            (enum run_io)word_find(run_io_words, getenv("SYNTHETIC_IO"))->value;
    options.sync_s = getenv("SYNTHETIC_SYNC") ? atof(getenv("SYNTHETIC_SYNC")) : 0;
    options.accept_version = getenv("SYNTHETIC_ACCEPT") != NULL;
    options.time_budget_s = budget ? atof(budget) : 0;
    if (limit)
        options.point_limit_s = atof(limit);
    if (getenv("SYNTHETIC_BLOCK"))
        synthetic_small_stage.block_points = synthetic_large_stage.block_points =
            strtoull(getenv("SYNTHETIC_BLOCK"), NULL, 10);
    options.lease_blocks = argc > 5 ? (uint32_t)atoi(argv[5]) : 0;
    run_mpi_begin();
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    synthetic_study(&sweep, &study, strtoull(argv[3], NULL, 10),
                    strtoull(argv[4], NULL, 10), strcmp(argv[4], "0") != 0);
    if (getenv("SYNTHETIC_POWER"))
        sweep.durability = DURABILITY_POWER;
    begin_s = clock_s();
    status = run_sweep(&study, argv[2], &options, MPI_COMM_WORLD, &err);
    begin_s = clock_s() - begin_s;
    kib = peak_kib();
    MPI_Reduce(&kib, &most_kib, 1, MPI_LONG, MPI_MAX, 0, MPI_COMM_WORLD);
    if (rank == 0) {
        uint64_t points = study.grids[SMALL].points;

        points += study.stages >> LARGE & 1 ? study.grids[LARGE].points : 0;
        printf("ranks %d points %llu seconds %.4f peak_kib %ld\n", ranks,
               (unsigned long long)points, begin_s, most_kib);
        if (status != STATUS_OK)
            fprintf(stderr, "bench_runner: %s\n", err.text);
    }
    sweep_free(&sweep);
    MPI_Finalize();
    return status_exit_code(status);
}

static int verify_mode(char **argv)
{
    struct results *results;
    struct error err = { "" };
    struct results_blocks blocks;
    struct results_summary summary;
    enum status status = results_open(argv[2], &results, &err);

    if (status == STATUS_OK)
        status = results_verify(results, &blocks, &err);
    if (status == STATUS_OK)
        status = results_summarize(results, &summary, &err);
    if (status == STATUS_OK)
        printf("checked %llu damaged %llu total %llu pending %llu failed %llu\n",
               (unsigned long long)blocks.checked, (unsigned long long)blocks.damaged,
               (unsigned long long)summary.total, (unsigned long long)summary.pending,
               (unsigned long long)summary.failed);
    else
        fprintf(stderr, "bench_runner: %s\n", err.text);
    results_close(status == STATUS_OK ? results : NULL);
    return status_exit_code(status);
}

/* HDF5's own parallel writing, where this HDF5 has it. */
static bool access_parallel(hid_t access)
{
#ifdef H5_HAVE_PARALLEL
    return H5Pset_fapl_mpio(access, MPI_COMM_WORLD, MPI_INFO_NULL) >= 0;
#else
    (void)access;
    return false;
#endif
}

static int hello_mode(char **argv)
{
    hid_t access, file = 0;
    int rank;

    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    access = H5Pcreate(H5P_FILE_ACCESS);
    if (access_parallel(access) || rank == 0) {
        file = H5Fcreate(argv[2], H5F_ACC_TRUNC, H5P_DEFAULT, access);
        H5Fclose(file);
    }
    H5Pclose(access);
    MPI_Finalize();
    return file < 0;
}

/* ---- three ways of writing columns block by block */

enum { IO_COLUMNS = 20, IO_BLOCK = 16384 };

struct io {
    const char *path;
    uint64_t points;
    double *values; /* of one block */
    int rank, ranks;
    int fd;
    MPI_File file;
    hid_t h5, datasets[IO_COLUMNS], memory;
};

typedef void io_write_fn(struct io *io, int column, uint64_t first);

static void posix_write(struct io *io, int column, uint64_t first)
{
    uint64_t at = ((uint64_t)column * io->points + first) * sizeof(double);

    if (pwrite(io->fd, io->values, IO_BLOCK * sizeof(double), (off_t)at) < 0)
        perror("pwrite");
}

static void mpi_write(struct io *io, int column, uint64_t first)
{
    uint64_t at = ((uint64_t)column * io->points + first) * sizeof(double);

    MPI_File_write_at(io->file, (MPI_Offset)at, io->values, IO_BLOCK, MPI_DOUBLE,
                      MPI_STATUS_IGNORE);
}

/* All blocks of this rank, column by column; the slowest rank's seconds. */
static double io_run(struct io *io, io_write_fn *write)
{
    double begin_s, took_s;

    MPI_Barrier(MPI_COMM_WORLD);
    begin_s = clock_s();
    for (uint64_t b = (uint64_t)io->rank; b < io->points / IO_BLOCK;
         b += (uint64_t)io->ranks)
        for (int c = 0; c < IO_COLUMNS; c++)
            write(io, c, b * IO_BLOCK);
    took_s = clock_s() - begin_s;
    MPI_Allreduce(MPI_IN_PLACE, &took_s, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return took_s;
}

#ifdef H5_HAVE_PARALLEL
static void h5_write(struct io *io, int column, uint64_t first)
{
    hsize_t from = first, count = IO_BLOCK;
    hid_t space = H5Dget_space(io->datasets[column]);

    H5Sselect_hyperslab(space, H5S_SELECT_SET, &from, NULL, &count, NULL);
    H5Dwrite(io->datasets[column], H5T_NATIVE_DOUBLE, io->memory, space, H5P_DEFAULT,
             io->values);
    H5Sclose(space);
}

static void h5_begin(struct io *io)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), create = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t points = io->points, block = IO_BLOCK;
    hid_t space = H5Screate_simple(1, &points, NULL);

    access_parallel(access);
    H5Pset_alloc_time(create, H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(create, H5D_FILL_TIME_NEVER);
    io->h5 = H5Fcreate(io->path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    for (int c = 0; c < IO_COLUMNS; c++) {
        char name[16];

        snprintf(name, sizeof name, "c%02d", c);
        io->datasets[c] = H5Dcreate2(io->h5, name, H5T_IEEE_F64LE, space, H5P_DEFAULT,
                                     create, H5P_DEFAULT);
    }
    io->memory = H5Screate_simple(1, &block, NULL);
    H5Sclose(space);
    H5Pclose(access);
    H5Pclose(create);
}

static void h5_end(struct io *io)
{
    for (int c = 0; c < IO_COLUMNS; c++)
        H5Dclose(io->datasets[c]);
    H5Sclose(io->memory);
    H5Fclose(io->h5);
}
#endif

/* One process, one stream of the same bytes, the plainest way there is. */
static double sequential_s(struct io *io)
{
    double begin_s = clock_s();
    uint64_t writes = io->points / IO_BLOCK * IO_COLUMNS;
    int fd = open(io->path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    for (uint64_t i = 0; i < writes; i++)
        if (write(fd, io->values, IO_BLOCK * sizeof(double)) < 0)
            perror("write");
    close(fd);
    return clock_s() - begin_s;
}

static int io_mode(char **argv)
{
    struct io io = { .path = argv[2], .points = strtoull(argv[3], NULL, 10) };
    double mib, posix_s, mpi_s, h5_s, plain_s = 0;

    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &io.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &io.ranks);
    io.points = io.points / IO_BLOCK * IO_BLOCK;
    io.values = alloc_array(IO_BLOCK, sizeof *io.values);
    for (int i = 0; i < IO_BLOCK; i++)
        io.values[i] = i;
    mib = (double)(io.points * IO_COLUMNS * sizeof(double)) / (1 << 20);
    if (io.rank == 0)
        plain_s = sequential_s(&io);
    if (io.rank == 0)
        unlink(io.path);
    MPI_Barrier(MPI_COMM_WORLD);
    io.fd = open(io.path, O_RDWR | O_CREAT, 0644);
    posix_s = io_run(&io, posix_write);
    close(io.fd);
    MPI_Barrier(MPI_COMM_WORLD);
    if (io.rank == 0)
        unlink(io.path);
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_File_open(MPI_COMM_WORLD, io.path, MPI_MODE_CREATE | MPI_MODE_RDWR,
                  MPI_INFO_NULL, &io.file);
    mpi_s = io_run(&io, mpi_write);
    MPI_File_close(&io.file);
    if (io.rank == 0)
        unlink(io.path);
    MPI_Barrier(MPI_COMM_WORLD);
    h5_s = NAN;
#ifdef H5_HAVE_PARALLEL
    h5_begin(&io);
    h5_s = io_run(&io, h5_write);
    h5_end(&io);
#endif
    if (io.rank == 0) {
        printf("  plain sequential write, 1 process   %8.0f MiB/s\n", mib / plain_s);
        printf("  pwrite at dataset offsets           %8.0f MiB/s\n", mib / posix_s);
        printf("  MPI_File_write_at                   %8.0f MiB/s\n", mib / mpi_s);
        printf("  H5Dwrite hyperslabs, mpio driver    %8.0f MiB/s\n", mib / h5_s);
        unlink(io.path);
    }
    free(io.values);
    MPI_Finalize();
    return 0;
}

/* ---- the measurements */

static const char *self;

/* What a sweep under mpirun said. */
struct took {
    double points, seconds, peak_kib, wall_s;
};

static double shell_s(const char *command)
{
    double begin_s = clock_s();
    int how = system(command);

    if (how != 0)
        printf("  (exit %d: %s)\n", WEXITSTATUS(how), command);
    return clock_s() - begin_s;
}

#define MPIRUN "timeout 300 mpirun --oversubscribe --allow-run-as-root -n %d "

static struct took sweep_take(int ranks, const char *environment, const char *file,
                              int capacities, int batches, int lease_blocks)
{
    struct took took = { 0 };
    char *command = alloc_printf("rm -f %s %s.*; env %s " MPIRUN "%s sweep %s %d %d %d",
                                 file, file, environment, ranks, self, file, capacities,
                                 batches, lease_blocks);
    double begin_s = clock_s();
    FILE *pipe = popen(command, "r");
    char line[256];

    while (pipe && fgets(line, sizeof line, pipe))
        sscanf(line, "ranks %*d points %lf seconds %lf peak_kib %lf", &took.points,
               &took.seconds, &took.peak_kib);
    if (!pipe || pclose(pipe) != 0)
        printf("  (failed: %s)\n", command);
    took.wall_s = clock_s() - begin_s;
    free(command);
    return took;
}

static double sequential_file_s(const char *file, double bytes)
{
    struct io io = { .path = file,
                     .points = (uint64_t)(bytes / IO_COLUMNS / sizeof(double)) };
    double took_s;

    io.values = alloc_array(IO_BLOCK, sizeof *io.values);
    took_s = sequential_s(&io);
    unlink(file);
    free(io.values);
    return took_s;
}

/* Best of `times` for each: what the disk does meanwhile with earlier files' bytes costs
 * any of them up to half. */
static void throughput(const char *file, int times)
{
    struct took small = { .seconds = 1e9 }, large = small;
    double plain_s = 1e9, bytes = 0, more, more_s;

    for (int i = 0; i < times; i++) {
        struct took few = sweep_take(2, "A=1", file, 100, 84, 0);
        struct took many = sweep_take(2, "A=1", file, 100, 8334, 0);
        double took_s;

        bytes = many.points * (20 * sizeof(double) + 1);
        shell_s("rm -f bench_runner.h5*");
        took_s = sequential_file_s(file, bytes);
        small = few.seconds < small.seconds ? few : small;
        large = many.seconds < large.seconds ? many : large;
        plain_s = took_s < plain_s ? took_s : plain_s;
    }
    more = bytes * (1 - small.points / large.points);
    more_s = large.seconds - small.seconds; /* without making the file */
    printf(
        "large stage of 20 metrics with its file, 2 ranks, best of %d\n"
        "  %.3g points                       %8.2f million points/s\n"
        "  a plain sequential write of the same bytes, 1 process, takes %.3f s "
        "(%.0f MiB/s)\n"
        "  all, file made and read back        %8.3f s, %.2f times\n"
        "  the points beyond %.1g, stage only %8.3f s, %.2f times\n"
        "  peak memory per rank                %8.0f MiB at %.2g points, %.0f MiB at "
        "%.2g\n",
        times, large.points, large.points / large.seconds * 1e-6, plain_s,
        bytes / plain_s / (1 << 20), large.seconds, large.seconds / plain_s,
        small.points, more_s, more_s / (plain_s * more / bytes), small.peak_kib / 1024,
        small.points, large.peak_kib / 1024, large.points);
}

static void resuming(const char *file)
{
    struct took first = sweep_take(2, "A=1", file, 100, 8334, 0);
    char *again = alloc_printf(MPIRUN "%s sweep %s 100 8334 >/dev/null", 2, self, file);
    char *hello = alloc_printf(MPIRUN "%s hello %s.hello", 2, self, file);
    char *reading = alloc_printf("cat %s >/dev/null", file);
    double again_s = shell_s(again), hello_s = shell_s(hello),
           read_s = shell_s(reading);

    printf("starting a finished file of %.2g points again, 2 ranks, whole process\n"
           "  %.2f s; start-up alone takes %.2f s, reading the file %.2f s\n",
           first.points, again_s, hello_s, read_s);
    shell_s("rm -f bench_runner.h5*");
    free(again);
    free(hello);
    free(reading);
}

/* Best of five creations of a file whose large stage has 1200 * batches points. */
static double creation_s(const char *file, uint64_t batches, double *mib)
{
    const struct program program = { "1.0-test", "none", false };
    struct sweep sweep;
    struct study study;
    struct error err;
    struct stat made;
    double best_s = 1e9;

    synthetic_study(&sweep, &study, 100, batches, true);
    for (int i = 0; i < 5; i++) {
        double begin_s = clock_s();

        unlink(file);
        if (results_create(file, &study, synthetic_stages, &program, &err) != STATUS_OK)
            printf("  (failed: %s)\n", err.text);
        best_s = clock_s() - begin_s < best_s ? clock_s() - begin_s : best_s;
    }
    stat(file, &made);
    *mib = (double)made.st_size / (1 << 20);
    unlink(file);
    sweep_free(&sweep);
    return best_s;
}

static void creating(const char *file)
{
    double filled_mib, empty_mib, large_mib;
    double filled_s = creation_s(file, 80, &filled_mib);
    double empty_s = creation_s(file, 92, &empty_mib);
    double large_s = creation_s(file, 8334, &large_mib);

    printf(
        "creating the file, synced to disk, best of 5\n"
        "  %.1f MiB filled with NaN %.3f s; %.1f MiB not filled %.3f s; %.0f MiB not "
        "filled %.3f s\n",
        filled_mib, filled_s, empty_mib, empty_s, large_mib, large_s);
}

static void scheduling(const char *file)
{
    printf("leases of one empty block of four points, attempts and commits included\n");
    for (int ranks = 2; ranks <= 32; ranks *= 2) {
        struct took took = sweep_take(ranks, "A=1", file, 2000, 0, 1);

        printf("  %2d ranks on these cores              %8.0f leases/s\n", ranks,
               took.points / 4 / took.seconds);
    }
}

static void efficiency(const char *file)
{
    struct took one = sweep_take(1, "SYNTHETIC_SPIN_US=10000", file, 40, 0, 0);
    struct took two = sweep_take(2, "SYNTHETIC_SPIN_US=10000", file, 40, 0, 0);
    struct took alone;

    printf(
        "480 uneven points of 17 ms on average, in blocks of 4\n"
        "  computing on 1 rank %.3f s, on 2 ranks %.3f s: parallel efficiency %.3f\n",
        one.seconds, two.seconds, one.seconds / two.seconds / 2);
    alone = sweep_take(1, "SYNTHETIC_SLEEP=1 SYNTHETIC_SPIN_US=10000", file, 40, 0, 0);
    for (int ranks = 2; ranks <= 8; ranks *= 2) {
        struct took took = sweep_take(
            ranks, "SYNTHETIC_SLEEP=1 SYNTHETIC_SPIN_US=10000", file, 40, 0, 0);

        printf("  sleeping instead (no core is short), %d ranks: %.3f\n", ranks,
               alone.seconds / took.seconds / ranks);
    }
}

/* Experiments take seconds a point; how long one rank would take is known without trying. */
static void long_points(const char *file)
{
    enum { CAPACITIES = 15, POINTS = 12 * CAPACITIES };
    const double spin_s = 0.6;
    double alone_s = 0;

    for (uint64_t i = 0; i < POINTS; i++)
        alone_s += spin_s * synthetic_weight(i);
    printf("%d uneven points of %.2g s on average, sleeping, in blocks of 4\n", POINTS,
           alone_s / POINTS);
    for (int ranks = 4; ranks <= 8; ranks *= 2) {
        struct took took = sweep_take(
            ranks, "SYNTHETIC_SLEEP=1 SYNTHETIC_LIMIT=60 SYNTHETIC_SPIN_US=600000",
            file, CAPACITIES, 0, 0);

        printf("  %d ranks %.1f s: parallel efficiency %.3f\n", ranks, took.seconds,
               alone_s / took.seconds / ranks);
    }
}

static void starting(const char *file)
{
    char *hello = alloc_printf(MPIRUN "%s hello %s", 1, self, file);
    double hello_s = 1e9, run_s = 1e9;

    for (int i = 0; i < 5; i++) {
        double took_s = shell_s(hello);
        struct took took = sweep_take(1, "A=1", file, 1, 0, 0);

        hello_s = took_s < hello_s ? took_s : hello_s;
        run_s = took.wall_s < run_s ? took.wall_s : run_s;
    }
    printf(
        "smallest sweep, whole process, best of 5\n"
        "  %.3f s; an MPI program that opens a parallel HDF5 file takes %.3f s: %.2f "
        "times\n",
        run_s, hello_s, run_s / hello_s);
    free(hello);
}

int main(int argc, char **argv)
{
    const char *file = "bench_runner.h5";
    char *io;

    self = argv[0];
    if (argc >= 5 && strcmp(argv[1], "sweep") == 0)
        return sweep_mode(argc, argv);
    if (argc == 3 && strcmp(argv[1], "verify") == 0)
        return verify_mode(argv);
    if (argc == 3 && strcmp(argv[1], "hello") == 0)
        return hello_mode(argv);
    if (argc == 4 && strcmp(argv[1], "io") == 0)
        return io_mode(argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 2 && strcmp(argv[1], "writing") == 0)
        return throughput(file, 5), 0;
    if (argc == 2 && strcmp(argv[1], "long") == 0)
        return long_points(file), 0;
    if (argc != 1)
        return 2;
    starting(file);
    creating(file);
    throughput(file, 5);
    resuming(file);
    printf("20 columns in blocks of %d, 2 ranks\n", IO_BLOCK);
    fflush(stdout);
    io = alloc_printf(MPIRUN "%s io %s 5000000", 2, self, file);
    shell_s(io);
    efficiency(file);
    long_points(file);
    scheduling(file);
    shell_s("rm -f bench_runner.h5*");
    free(io);
    return 0;
}
