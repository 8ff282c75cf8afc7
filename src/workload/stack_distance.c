#include "workload/stack_distance.h"

#include "base/maths.h"
#include "base/memory.h"
#include "base/stop.h"
#include "base/units.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Functions with this attribute exist twice; the one with the popcnt instruction is faster and
 * gives the same integers.  They are static: clang before 16 gives a clone that another object
 * calls no name.  Sanitizers cannot be used with it: their code would run while the
 * loader chooses the clone, before they are initialised. */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define CLONES __attribute__((target_clones("popcnt", "default")))
#else
#define CLONES
#endif

enum {
    BLOCK_SHIFT = 9, /* slots per counted block */
    SUPER_SHIFT = 15,
    GIANT_SHIFT = 21,
    SLOTS_MIN = 1 << 16,
    BINS = CURVE_POINTS + 1,
    AHEAD = 12,     /* how many accesses ahead their lines are prefetched */
    REPLICATES = 8, /* subsamples, whose scatter gives the error of the sample */
};

/* The state of one line.  Bins are those of curve_bin. */
struct line_state {
    uint32_t slot;    /* slot of its last access, plus 1; 0: not accessed yet */
    uint16_t dirty;   /* bin of the largest distance since its last write */
    uint16_t opening; /* bin of the largest distance before its first write */
};

#define UNWRITTEN 0x8000u /* flag in `dirty`: the line was not written yet */

struct stack_distance {
    uint64_t line_count, scale_bytes;
    struct line_state *lines;
    uint32_t *first; /* the lines in the order of their first accesses */
    uint64_t first_count;

    uint64_t slot_count, next; /* slots in the map, first unused one */
    uint64_t *bits;
    uint32_t *owner; /* line of a slot in use */
    uint16_t *blocks;
    uint32_t *supers, *giants;

    struct lifetimes *lifetimes; /* NULL: none are asked for */
    struct kernel_clock *clock;

    double weight;
    uint64_t read_sectors, write_sectors;
    uint64_t reads[REPLICATES * BINS], writes[REPLICATES * BINS];
    int64_t writebacks[BINS];
};

static void allocate_slots(struct stack_distance *stack, uint64_t slot_count)
{
    stack->slot_count = slot_count;
    stack->bits = alloc_array(slot_count >> 6, sizeof *stack->bits);
    stack->owner = alloc_array(slot_count, sizeof *stack->owner);
    stack->blocks = alloc_array((slot_count >> BLOCK_SHIFT) + 1, sizeof *stack->blocks);
    stack->supers = alloc_array((slot_count >> SUPER_SHIFT) + 1, sizeof *stack->supers);
    stack->giants = alloc_array((slot_count >> GIANT_SHIFT) + 1, sizeof *stack->giants);
}

static void free_slots(struct stack_distance *stack)
{
    free(stack->bits);
    free(stack->owner);
    free(stack->blocks);
    free(stack->supers);
    free(stack->giants);
}

struct stack_distance *stack_distance_create(uint64_t line_count, uint64_t scale_bytes)
{
    struct stack_distance *stack = alloc_array(1, sizeof *stack);

    stack->line_count = line_count;
    stack->scale_bytes = scale_bytes;
    stack->lines = alloc_array(line_count, sizeof *stack->lines);
    stack->first = alloc_array(line_count, sizeof *stack->first);
    allocate_slots(stack, SLOTS_MIN);
    return stack;
}

void stack_distance_time(struct stack_distance *stack, struct lifetimes *lifetimes,
                         struct kernel_clock *clock)
{
    stack->lifetimes = lifetimes;
    stack->clock = clock;
}

void stack_distance_free(struct stack_distance *stack)
{
    if (!stack)
        return;
    free_slots(stack);
    free(stack->lines);
    free(stack->first);
    free(stack);
}

static inline void mark(struct stack_distance *stack, uint64_t slot)
{
    stack->bits[slot >> 6] |= UINT64_C(1) << (slot & 63);
    stack->blocks[slot >> BLOCK_SHIFT]++;
    stack->supers[slot >> SUPER_SHIFT]++;
    stack->giants[slot >> GIANT_SHIFT]++;
}

static inline void unmark(struct stack_distance *stack, uint64_t slot)
{
    stack->bits[slot >> 6] &= ~(UINT64_C(1) << (slot & 63));
    stack->blocks[slot >> BLOCK_SHIFT]--;
    stack->supers[slot >> SUPER_SHIFT]--;
    stack->giants[slot >> GIANT_SHIFT]--;
}

/* Returns the number of bits in use after a slot. */
static inline uint64_t marks_after(const struct stack_distance *stack, uint64_t slot)
{
    uint64_t last = stack->next - 1;
    uint64_t word = slot >> 6, block = slot >> BLOCK_SHIFT;
    uint64_t super = slot >> SUPER_SHIFT, giant = slot >> GIANT_SHIFT;
    uint64_t word_end = (block + 1) << (BLOCK_SHIFT - 6);
    uint64_t block_end = (super + 1) << (SUPER_SHIFT - BLOCK_SHIFT);
    uint64_t super_end = (giant + 1) << (GIANT_SHIFT - SUPER_SHIFT);
    uint64_t marks = (uint64_t)__builtin_popcountll(stack->bits[word] >> (slot & 63) >>
                                                    1);

    if (word_end > (last >> 6) + 1)
        word_end = (last >> 6) + 1;
    if (block_end > (last >> BLOCK_SHIFT) + 1)
        block_end = (last >> BLOCK_SHIFT) + 1;
    if (super_end > (last >> SUPER_SHIFT) + 1)
        super_end = (last >> SUPER_SHIFT) + 1;
    while (++word < word_end)
        marks += (uint64_t)__builtin_popcountll(stack->bits[word]);
    while (++block < block_end)
        marks += stack->blocks[block];
    while (++super < super_end)
        marks += stack->supers[super];
    while (++giant <= last >> GIANT_SHIFT)
        marks += stack->giants[giant];
    return marks;
}

/* Moves the slots in use together and keeps their order.  At least three quarters become
 * free. */
static void compact(struct stack_distance *stack)
{
    struct stack_distance old = *stack;
    uint64_t slot_count = SLOTS_MIN;

    while (slot_count < 4 * old.first_count)
        slot_count *= 2;
    allocate_slots(stack, slot_count);
    stack->next = 0;
    for (uint64_t word = 0; word < old.slot_count >> 6; word++)
        for (uint64_t left = old.bits[word]; left; left &= left - 1) {
            uint64_t slot = word << 6 | (uint64_t)__builtin_ctzll(left);
            uint32_t line = old.owner[slot];

            stack->owner[stack->next] = line;
            mark(stack, stack->next++);
            stack->lines[line].slot = (uint32_t)stack->next;
        }
    free_slots(&old);
}

static inline unsigned bin_of(uint64_t bytes)
{
    enum { FIRST_SHIFT = 14, STEP_SHIFT = 4 };
    unsigned octave, bin;

    if (bytes < (UINT64_C(1) << FIRST_SHIFT))
        return 0;
    octave = 63u - FIRST_SHIFT - (unsigned)__builtin_clzll(bytes);
    bin = octave * CURVE_STEPS +
          (unsigned)(bytes >> (octave + FIRST_SHIFT - STEP_SHIFT) & (CURVE_STEPS - 1)) +
          1;
    return bin < CURVE_POINTS ? bin : CURVE_POINTS;
}

/* Eight adjacent lines belong to eight different replicates, in an order that changes from group
 * to group. */
static inline unsigned replicate_of(uint32_t line)
{
    uint32_t turn = (line >> 3) * 0x9e3779b9u >> 29;

    return (line + turn) & (REPLICATES - 1);
}

/* Moves a line to the top of the stack.  Returns the bin of its distance. */
static inline unsigned touch(struct stack_distance *stack, uint32_t line)
{
    struct line_state *state = &stack->lines[line];
    uint64_t slot = state->slot - 1, distance;

    if (state->slot == stack->next) /* it is the last line that was accessed */
        return 0;
    distance = marks_after(stack, slot);
    unmark(stack, slot);
    stack->owner[stack->next] = line;
    mark(stack, stack->next++);
    state->slot = (uint32_t)stack->next;
    return bin_of(distance * stack->scale_bytes);
}

/* Counts write-backs: a line whose largest distance since its last write was in bin `dirty` is
 * accessed at a distance in bin `distance`.  Caches with capacities between the two have
 * evicted it and written it back. */
static inline void write_back(struct stack_distance *stack, unsigned dirty,
                              unsigned distance)
{
    if (dirty < distance) {
        stack->writebacks[dirty]--;
        stack->writebacks[distance]++;
    }
}

/* Returns the bin of the access's distance. */
static inline unsigned repeat_access(struct stack_distance *stack, uint32_t line,
                                     uint32_t write)
{
    struct line_state *state = &stack->lines[line];
    unsigned distance = touch(stack, line);
    unsigned dirty = state->dirty & ~UNWRITTEN;
    unsigned bin = replicate_of(line) * BINS + distance;

    if (state->dirty & UNWRITTEN) {
        if (dirty < distance)
            dirty = distance;
        if (write)
            state->opening = (uint16_t)dirty;
        state->dirty = (uint16_t)(write ? 0 : dirty | UNWRITTEN);
    } else {
        write_back(stack, dirty, distance);
        state->dirty = (uint16_t)(write ? 0 : dirty < distance ? distance : dirty);
    }
    if (write)
        stack->writes[bin]++;
    else
        stack->reads[bin]++;
    return distance;
}

static void first_access(struct stack_distance *stack, uint32_t line, uint32_t write)
{
    struct line_state *state = &stack->lines[line];

    stack->first[stack->first_count++] = line | write;
    stack->owner[stack->next] = line;
    mark(stack, stack->next++);
    state->slot = (uint32_t)stack->next;
    state->dirty = write ? 0 : UNWRITTEN;
}

static inline void prefetch(const struct stack_distance *stack, uint32_t access,
                            bool is_timed)
{
    __builtin_prefetch(&stack->lines[access & ACCESS_LINE_MASK]);
    if (is_timed)
        lifetimes_prefetch(stack->lifetimes, access & ACCESS_LINE_MASK);
}

/* is_timed is a constant where this is called, so that there are two loops. */
static inline __attribute__((always_inline)) void follow(struct stack_distance *stack,
                                                         const uint32_t *accesses,
                                                         size_t count, bool is_timed)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t access = accesses[i], line = access & ACCESS_LINE_MASK;
        uint32_t write = access & ACCESS_WRITE;

        if (i + AHEAD < count)
            prefetch(stack, accesses[i + AHEAD], is_timed);
        if (stack->next == stack->slot_count)
            compact(stack);
        if (write)
            stack->write_sectors += access_sectors(access);
        else
            stack->read_sectors += access_sectors(access);
        if (stack->lines[line].slot) {
            unsigned bin = repeat_access(stack, line, write);

            if (is_timed)
                lifetimes_again(
                    stack->lifetimes, line, bin, write,
                    kernel_clock_access(stack->clock, access_sectors(access), bin));
        } else {
            first_access(stack, line, write);
            if (is_timed)
                lifetimes_first(stack->lifetimes, line, write,
                                kernel_clock_access(stack->clock,
                                                    access_sectors(access),
                                                    CURVE_POINTS));
        }
    }
}

CLONES
static void follow_all(struct stack_distance *stack, const uint32_t *accesses,
                       size_t count)
{
    if (stack->lifetimes)
        follow(stack, accesses, count, true);
    else
        follow(stack, accesses, count, false);
}

void stack_distance_access(struct stack_distance *stack, const uint32_t *accesses,
                           size_t count)
{
    follow_all(stack, accesses, count);
}

void stack_distance_sink(void *stack, const uint32_t *accesses, size_t count)
{
    stack_distance_access(stack, accesses, count);
}

uint64_t stack_distance_of(const struct stack_distance *stack, uint32_t line)
{
    uint32_t slot = stack->lines[line].slot;

    return slot ? marks_after(stack, slot - 1) : UINT64_MAX;
}

/* Repeats the first access to each line, as if the stream began again.  Their distances follow
 * from the stack at the end of the stream, in which the earlier first accesses have moved their
 * lines to the top. */
static void close_ring(struct stack_distance *stack)
{
    uint64_t period = stack->lifetimes ? kernel_clock_end(stack->clock) - 1 : 0;

    for (uint64_t i = 0; i < stack->first_count && !stop_is_wanted(); i++) {
        uint32_t line = stack->first[i] & ACCESS_LINE_MASK;
        uint32_t write = stack->first[i] & ACCESS_WRITE;
        struct line_state state = stack->lines[line];
        unsigned distance, bin;

        if (i + AHEAD < stack->first_count)
            prefetch(stack, stack->first[i + AHEAD], stack->lifetimes);

        if (stack->next == stack->slot_count)
            compact(stack);
        distance = touch(stack, line);
        if (stack->lifetimes)
            lifetimes_close(stack->lifetimes, line, distance, write, period);
        bin = replicate_of(line) * BINS + distance;
        if (write)
            stack->writes[bin]++;
        else
            stack->reads[bin]++;
        if (state.dirty & UNWRITTEN)
            continue; /* the line is never written */
        write_back(stack, state.dirty, distance);
        if (!write)
            /* A line that is read before its first write stays dirty until that write in the
             * caches that keep it.  The largest distance until then is `opening`. */
            write_back(stack, state.dirty < distance ? distance : state.dirty,
                       state.opening);
    }
}

/* Returns twice the standard error of the sum of misses, from their scatter between replicates.
 * Neighbouring lines belong to different replicates, so that each replicate is a sample of every
 * REPLICATES-th line. */
static double scatter_error(const double misses[REPLICATES])
{
    double mean = 0, squares = 0;

    for (unsigned r = 0; r < REPLICATES; r++)
        mean += misses[r] / REPLICATES;
    for (unsigned r = 0; r < REPLICATES; r++)
        squares += (misses[r] - mean) * (misses[r] - mean);
    return 2 * sqrt(squares * REPLICATES / (REPLICATES - 1.0));
}

/* Returns the change of the curve that errors in the distances cause.  A distance of n sampled
 * lines has a standard error of sqrt(n), which smooths the curve, in addition to the smoothing
 * by conflicts.  A part of this error is common to many distances.  That part is fitted: with a
 * quarter the estimated error was 1.5 to 20 times the largest one observed, in a comparison of
 * five networks and a matrix product at six sampling rates with exact curves. */
static double distance_error(const struct reuse_curve *curve, double capacity_bytes,
                             double scale_bytes, uint64_t ways)
{
    const double common = 0.25;
    double variance = scale_bytes / capacity_bytes; /* 1 / n */
    double conflicts = ways ? 1 / (double)ways : 0;
    double blur = sqrt(conflicts + variance) - sqrt(conflicts);
    double off_bytes = capacity_bytes * (common * sqrt(variance) + blur);
    double at, below, above;

    at = curve_at(curve->read_misses, capacity_bytes) +
         curve_at(curve->write_misses, capacity_bytes);
    below = curve_at(curve->read_misses, capacity_bytes - off_bytes) +
            curve_at(curve->write_misses, capacity_bytes - off_bytes);
    above = curve_at(curve->read_misses, capacity_bytes + off_bytes) +
            curve_at(curve->write_misses, capacity_bytes + off_bytes);
    return fmax(below - at, at - above);
}

/* Returns the estimated error of a sample: the largest sum of both errors above between 512 KiB
 * and the largest capacity, as a share of the accesses. */
static double sampling_error(const struct stack_distance *stack, double weight,
                             uint64_t ways, const struct reuse_curve *curve)
{
    double misses[REPLICATES] = { 0 }, worst = 0;
    double scale_bytes = (double)stack->scale_bytes;

    for (unsigned b = BINS - 1; b > curve_bin(512 * KIB); b--) {
        for (unsigned r = 0; r < REPLICATES; r++)
            misses[r] += (double)(stack->reads[r * BINS + b] +
                                  stack->writes[r * BINS + b]);
        worst = fmax(worst,
                     maths_hypot(weight * scatter_error(misses),
                                 distance_error(curve, curve_capacity_bytes(b - 1),
                                                scale_bytes, ways)));
    }
    return worst / (curve->reads + curve->writes);
}

struct stack_distance_totals stack_distance_finish(struct stack_distance *stack,
                                                   double weight, uint64_t ways,
                                                   struct reuse_curve *curve)
{
    double reads[BINS] = { 0 }, writes[BINS] = { 0 }, writebacks[BINS];

    close_ring(stack);
    curve->reads = curve->writes = 0;
    for (unsigned i = 0; i < REPLICATES * BINS; i++) {
        reads[i % BINS] += weight * (double)stack->reads[i];
        writes[i % BINS] += weight * (double)stack->writes[i];
        curve->reads += weight * (double)stack->reads[i];
        curve->writes += weight * (double)stack->writes[i];
    }
    for (unsigned i = 0; i < BINS; i++)
        writebacks[i] = weight * (double)stack->writebacks[i];
    curve_survival(reads, ways, curve->read_misses);
    curve_survival(writes, ways, curve->write_misses);
    curve_survival(writebacks, ways, curve->writebacks);
    curve->error = weight > 1 ? sampling_error(stack, weight, ways, curve) : 0;
    return (struct stack_distance_totals){
        .accesses = curve->reads + curve->writes,
        .lines = weight * (double)stack->first_count,
        .read_sectors = weight * (double)stack->read_sectors,
        .write_sectors = weight * (double)stack->write_sectors,
    };
}
