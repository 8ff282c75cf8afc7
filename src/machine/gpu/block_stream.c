#include "machine/gpu/block_stream.h"

#include "base/memory.h"
#include "base/stop.h"
#include "machine/gpu/block_gpu.h"
#include "machine/gpu/block_life.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PARTS = BLOCK_PARTS,
    TOUCHES = 16,  /* tensors of a kernel, at most */
    RESULTS = 512, /* kernels whose results are kept */
};

/* Contiguous lines with the same history. */
struct segment {
    uint64_t first, end;
    uint64_t kernel;      /* the last kernel that accessed it */
    size_t touch;         /* and the index of that access */
    uint64_t counted_for; /* current kernel plus 1, once counted for it */
    uint32_t runs;        /* handle of block_life; 0: none */
    bool is_known, is_dirty;
    double longest[PARTS]; /* longest stack distance since it was written, in bytes */
};

/* The bytes that a kernel was the last to access, by tensor, and the interval of its last pass
 * over each. */
struct last_accesses {
    double bytes[TOUCHES], all_bytes;
    struct block_window last[TOUCHES];
};

/* The refetched bytes of a kernel, kept for equal kernels. */
struct kernel_result {
    bool is_attention;
    union {
        struct block_product product;
        struct block_attention attention;
    } of;
    double read_bytes, write_bytes;
    double refetched_bytes[CURVE_POINTS];
};

struct block_stream {
    const struct gpu *gpu;
    bool counts;
    struct segment *segments; /* by first, disjoint */
    size_t segment_count, segment_room;
    uint64_t kernel;                     /* now */
    struct last_accesses *last_accesses; /* per kernel */
    size_t last_accesses_room;
    double capacities[CURVE_POINTS]; /* of one copy (llc_copies) */
    double private_capacities
        [CURVE_POINTS]; /* for data that one block reads, which have no copies */
    double reads[CURVE_POINTS + 1], writes[CURVE_POINTS + 1],
        written_back[CURVE_POINTS +
                     1]; /* bytes by the curve_bin of their stack distance */
    double refetched_bytes[CURVE_POINTS];
    double read_bytes, write_bytes;
    double kernel_s[CURVE_POINTS];
    struct kernel_result *results[RESULTS];
    size_t result_count;
    struct block_life *life; /* or NULL */
};

struct block_stream *block_stream_create(const struct gpu *gpu)
{
    struct block_stream *stream = alloc_array(1, sizeof *stream);

    stream->gpu = gpu;
    for (unsigned i = 0; i < CURVE_POINTS; i++) {
        stream->private_capacities[i] = curve_capacity_bytes(i);
        stream->capacities[i] = curve_capacity_bytes(i) / (double)gpu->llc_copies;
    }
    return stream;
}

void block_stream_free(struct block_stream *stream)
{
    for (size_t i = 0; i < stream->result_count; i++)
        free(stream->results[i]);
    free(stream->segments);
    free(stream->last_accesses);
    free(stream);
}

static double segment_bytes(const struct block_stream *stream,
                            const struct segment *segment)
{
    return (double)(segment->end - segment->first) *
           (double)stream->gpu->llc_line_bytes;
}

/* The index of the first segment that ends after the line. */
static size_t segment_find(const struct block_stream *stream, uint64_t line)
{
    size_t low = 0, high = stream->segment_count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (stream->segments[middle].end <= line)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void segment_insert(struct block_stream *stream, size_t at,
                           struct segment segment)
{
    if (stream->segment_count == stream->segment_room) {
        stream->segment_room = 2 * stream->segment_room + 256;
        stream->segments = realloc_array(stream->segments, stream->segment_room,
                                         sizeof *stream->segments);
    }
    memmove(&stream->segments[at + 1], &stream->segments[at],
            (stream->segment_count - at) * sizeof *stream->segments);
    stream->segments[at] = segment;
    stream->segment_count++;
}

/* Splits the runs of a segment of which a part is cut off. */
static void runs_cut(struct block_stream *stream, const struct segment *left,
                     struct segment *part)
{
    if (stream->life)
        part->runs = block_life_cut(stream->life, left->runs, left->end - left->first,
                                    part->end - part->first);
}

/* Splits and adds segments so that whole ones cover [first, end).  Returns the index of the
 * first. */
static size_t segments_cut(struct block_stream *stream, uint64_t first, uint64_t end)
{
    size_t begin = segment_find(stream, first), at = begin;

    while (first < end) {
        struct segment *segment = at < stream->segment_count ? &stream->segments[at]
                                                             : NULL;

        if (!segment || segment->first >= end) {
            segment_insert(stream, at++,
                           (struct segment){ .first = first, .end = end });
            break;
        }
        if (segment->first > first) {
            uint64_t gap_end = segment->first;

            segment_insert(stream, at++,
                           (struct segment){ .first = first, .end = gap_end });
            first = gap_end;
        } else if (segment->first < first) {
            struct segment before = *segment;

            before.end = first;
            segment->first = first;
            runs_cut(stream, segment, &before);
            segment_insert(stream, at++, before);
            begin = at;
        } else {
            if (segment->end > end) {
                struct segment part = *segment;

                part.end = end;
                segment->first = end;
                runs_cut(stream, segment, &part);
                segment_insert(stream, at, part);
                segment = &stream->segments[at];
            }
            first = segment->end;
            at++;
        }
    }
    return begin;
}

/* The shares of a window before and after the time x. */
static double share_before(struct block_window window, double x)
{
    if (x >= window.end)
        return 1;
    return x <= window.begin ? 0 : (x - window.begin) / (window.end - window.begin);
}

static struct block_window window_or_all(struct block_window window)
{
    return window.end > 0 ? window : (struct block_window){ 0, 1 };
}

/* The bytes of a tensor of this kernel that were accessed by `kernel` or an earlier one. */
struct shared_history {
    double bytes;          /* last accessed by no later kernel than it */
    double again[TOUCHES]; /* of these, last accessed by it, by tensor */
};

static struct shared_history history_of(const struct block_stream *stream,
                                        const struct block_touch *touch,
                                        uint64_t kernel)
{
    uint64_t end = touch->extent.first_line + touch->extent.lines;
    size_t i = segment_find(stream, touch->extent.first_line);
    struct shared_history history = { 0 };

    for (; i < stream->segment_count && stream->segments[i].first < end; i++) {
        const struct segment *segment = &stream->segments[i];

        if (segment->is_known && segment->kernel > kernel)
            continue;
        history.bytes += segment_bytes(stream, segment);
        if (segment->is_known && segment->kernel == kernel)
            history.again[segment->touch] += segment_bytes(stream, segment);
    }
    return history;
}

/* The stack distance of a segment at PARTS positions of its pass: the bytes that the previous
 * kernel accesses last after the segment, those of all kernels in between, and those that this
 * kernel accesses first before the segment, each byte once. */
struct distance {
    double bytes[PARTS];
};

static bool is_read_before(const struct block_touch *touches, size_t t)
{
    for (size_t i = 0; i < t; i++)
        if (touches[i].extent.first_line == touches[t].extent.first_line)
            return true;
    return false;
}

static struct distance distance_of(const struct block_stream *stream,
                                   const struct segment *segment,
                                   const struct block_touch *touches, size_t count,
                                   size_t own)
{
    const struct last_accesses *before = &stream->last_accesses[segment->kernel];
    struct block_window last = before->last[segment->touch];
    struct block_window first = window_or_all(touches[own].first);
    struct distance distance = { { 0 } };
    double between = 0;
    struct shared_history histories[TOUCHES] = { { 0 } };

    for (uint64_t k = segment->kernel + 1; k < stream->kernel; k++)
        between += stream->last_accesses[k].all_bytes;
    for (size_t t = 0; t < count; t++)
        if (!is_read_before(touches, t))
            histories[t] = history_of(stream, &touches[t], segment->kernel);
    for (unsigned i = 0; i < PARTS; i++) {
        double at = (i + 0.5) / PARTS;
        double used = last.begin + (last.end - last.begin) * at;
        double use = first.begin + (first.end - first.begin) * at;

        distance.bytes[i] = between;
        for (size_t u = 0; u < TOUCHES; u++)
            distance.bytes[i] += before->bytes[u] *
                                 (1 - share_before(before->last[u], used));
        for (size_t t = 0; t < count; t++) {
            double share = share_before(window_or_all(touches[t].first), use);

            distance.bytes[i] += histories[t].bytes * share;
            for (size_t u = 0; u < TOUCHES; u++) /* bytes that both sums have */
                distance.bytes[i] -= histories[t].again[u] *
                                     fmax(share - share_before(before->last[u], used),
                                          0);
        }
    }
    return distance;
}

/* Adds bytes, evenly over the positions of a pass, to a histogram. */
static void distance_add(const struct block_stream *stream, double histogram[],
                         const struct distance *distance, double bytes)
{
    for (unsigned i = 0; i < PARTS; i++)
        histogram[curve_bin(distance->bytes[i] * (double)stream->gpu->llc_copies)] +=
            bytes / PARTS;
}

/* The bytes of a kernel's first accesses by stack distance: those that it fetches if the cache
 * is smaller. */
struct first_uses {
    double reads[CURVE_POINTS + 1], writes[CURVE_POINTS + 1],
        written_back[CURVE_POINTS + 1];
};

static void life_touch(struct block_stream *stream, struct segment *segment,
                       const struct distance *distance, const struct block_touch *touch)
{
    unsigned bins[PARTS];

    if (!segment->runs)
        segment->runs = block_life_add(stream->life, segment->first,
                                       segment->end - segment->first);
    for (unsigned i = 0; i < PARTS; i++)
        bins[i] = curve_bin(distance->bytes[i] * (double)stream->gpu->llc_copies);
    block_life_touch(stream->life, segment->runs, bins, touch->writes,
                     window_or_all(touch->first), window_or_all(touch->last));
}

static void segment_touch(struct block_stream *stream, struct segment *segment,
                          const struct distance *distance,
                          const struct block_touch *touch, struct first_uses *uses)
{
    bool writes = touch->writes;
    static const struct distance none = { { 0 } };
    double bytes = segment_bytes(stream, segment);
    struct distance longest;

    if (segment->counted_for == stream->kernel + 1)
        distance = &none; /* it read the segment before it writes it */
    if (stream->life)
        life_touch(stream, segment, distance, touch);
    segment->counted_for = stream->kernel + 1;
    if (segment->is_known)
        distance_add(stream, writes ? uses->writes : uses->reads, distance, bytes);
    for (unsigned i = 0; i < PARTS; i++)
        longest.bytes[i] = segment->longest[i] = fmax(segment->longest[i],
                                                      distance->bytes[i]);
    if (!writes)
        return;
    if (segment->is_dirty)
        distance_add(stream, uses->written_back, &longest, bytes);
    segment->is_dirty = true;
    memset(segment->longest, 0, sizeof segment->longest);
}

/* Notes that the kernel is the last one to access these segments, once all of its stack
 * distances are known. */
static void touches_commit(struct block_stream *stream,
                           const struct block_touch *touches, size_t count)
{
    struct last_accesses *last_accesses = &stream->last_accesses[stream->kernel];

    for (size_t t = 0; t < count; t++) {
        uint64_t end = touches[t].extent.first_line + touches[t].extent.lines;
        size_t i = segment_find(stream, touches[t].extent.first_line);

        last_accesses->last[t] = window_or_all(touches[t].last);
        for (; i < stream->segment_count && stream->segments[i].first < end; i++) {
            struct segment *segment = &stream->segments[i];
            double bytes = segment_bytes(stream, segment);

            if (segment->is_known) {
                stream->last_accesses[segment->kernel].bytes[segment->touch] -= bytes;
                stream->last_accesses[segment->kernel].all_bytes -= bytes;
            }
            segment->is_known = true;
            segment->kernel = stream->kernel;
            segment->touch = t;
            last_accesses->bytes[t] += bytes;
            last_accesses->all_bytes += bytes;
        }
    }
}

static void kernel_begin(struct block_stream *stream)
{
    if (stream->kernel + 1 >= stream->last_accesses_room) {
        size_t room = 2 * stream->last_accesses_room + 256;

        stream->last_accesses = realloc_array(stream->last_accesses, room,
                                              sizeof *stream->last_accesses);
        memset(&stream->last_accesses[stream->last_accesses_room], 0,
               (room - stream->last_accesses_room) * sizeof *stream->last_accesses);
        stream->last_accesses_room = room;
    }
}

/* Adds the kernel's time at every capacity.  The write-backs of its outputs overlap with it. */
static void add_time(struct block_stream *stream, const struct first_uses *uses,
                     const double *refetched_bytes, double cache_bytes,
                     const struct pass_times *times)
{
    double moved = 0;

    for (unsigned i = CURVE_POINTS; i-- > 0;) {
        double dram_bytes;

        moved += uses->reads[i + 1] + uses->written_back[i + 1];
        dram_bytes = moved + (refetched_bytes ? refetched_bytes[i] : 0);
        stream->kernel_s[i] += times->launch_s +
                               gpu_alternating_s(times->turn_s,
                                                 gpu_kernel_s(stream->gpu, 0,
                                                              times->alone_s,
                                                              cache_bytes, dram_bytes),
                                                 times->turns);
    }
}

/* The kernel's time at the machine's llc_bytes, which lifetimes are measured in. */
static void life_kernel(struct block_stream *stream, const struct first_uses *uses,
                        const double *refetched_bytes, double cache_bytes,
                        const struct pass_times *times)
{
    unsigned own = curve_bin(stream->gpu->llc_bytes);
    double moved = refetched_bytes ? refetched_bytes[own > 0 ? own - 1 : 0] : 0;

    for (unsigned bin = own; bin <= CURVE_POINTS; bin++)
        moved += uses->reads[bin] + uses->written_back[bin];
    block_life_kernel(stream->life, times->launch_s,
                      gpu_alternating_s(times->turn_s,
                                        gpu_kernel_s(stream->gpu, 0, times->alone_s,
                                                     cache_bytes, moved),
                                        times->turns),
                      refetched_bytes);
}

static void kernel_add(struct block_stream *stream, const struct block_touch *touches,
                       size_t count, const struct kernel_result *result,
                       double read_bytes, double write_bytes,
                       const struct pass_times *times)
{
    struct first_uses uses = { 0 };

    kernel_begin(stream);
    for (size_t t = 0; t < count; t++)
        segments_cut(stream, touches[t].extent.first_line,
                     touches[t].extent.first_line + touches[t].extent.lines);
    for (size_t t = 0; t < count; t++) {
        uint64_t end = touches[t].extent.first_line + touches[t].extent.lines;
        size_t i = segment_find(stream, touches[t].extent.first_line);

        for (; i < stream->segment_count && stream->segments[i].first < end; i++) {
            struct segment *segment = &stream->segments[i];
            struct distance distance = { { 0 } };

            if (segment->is_known)
                distance = distance_of(stream, segment, touches, count, t);
            segment_touch(stream, segment, &distance, &touches[t], &uses);
        }
    }
    touches_commit(stream, touches, count);
    stream->kernel++;
    if (stream->life)
        life_kernel(stream, &uses, result ? result->refetched_bytes : NULL,
                    read_bytes + write_bytes, times);
    if (!stream->counts)
        return;
    stream->read_bytes += read_bytes;
    stream->write_bytes += write_bytes;
    for (unsigned i = 0; i <= CURVE_POINTS; i++) {
        stream->reads[i] += uses.reads[i];
        stream->writes[i] += uses.writes[i];
        stream->written_back[i] += uses.written_back[i];
    }
    for (unsigned i = 0; result && i < CURVE_POINTS; i++)
        stream->refetched_bytes[i] += result->refetched_bytes[i];
    add_time(stream, &uses, result ? result->refetched_bytes : NULL,
             read_bytes + write_bytes, times);
}

void block_stream_pass(struct block_stream *stream, const struct block_touch *touches,
                       size_t count, double read_bytes, double write_bytes,
                       const struct pass_times *times)
{
    kernel_add(stream, touches, count, NULL, read_bytes, write_bytes, times);
}

static const struct kernel_result *result_find(struct block_stream *stream,
                                               const struct kernel_result *like)
{
    struct block_launch launch = block_launch_of(stream->gpu);
    struct block_misses misses[CURVE_POINTS];
    struct block_traffic traffic;
    struct kernel_result *result;

    for (size_t i = 0; i < stream->result_count; i++) {
        const struct kernel_result *other = stream->results[i];

        /* If only the padding differs, the kernel is evaluated a second time, at worst. */
        /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
        if (memcmp(&other->of, &like->of, sizeof like->of) == 0 &&
            other->is_attention == like->is_attention)
            return other;
    }
    if (stream->result_count == RESULTS)
        free(stream->results[--stream->result_count]);
    result = alloc_array(1, sizeof *result);
    stream->results[stream->result_count++] = result;
    memcpy(result, like, sizeof *result);
    traffic = like->is_attention ? block_attention_traffic(&like->of.attention, &launch)
                                 : block_product_traffic(&like->of.product, &launch);
    block_traffic_misses(
        &traffic, traffic.is_private ? stream->private_capacities : stream->capacities,
        CURVE_POINTS, misses);
    block_reuse_free(traffic.reuse);
    result->read_bytes = traffic.read_bytes;
    result->write_bytes = traffic.write_bytes;
    for (unsigned i = 0; i < CURVE_POINTS; i++)
        result->refetched_bytes[i] = misses[i].refetched_bytes;
    return result;
}

void block_stream_product(struct block_stream *stream,
                          const struct block_product *product,
                          const struct block_touch *touches, size_t count,
                          double alone_s)
{
    struct kernel_result *like = alloc_array(
        1, sizeof *like); /* zeroed: compared byte by byte */
    struct block_launch launch = block_launch_of(stream->gpu);
    struct block_touch windowed[TOUCHES];
    const struct kernel_result *result;

    if (stop_is_wanted()) { /* a kernel takes milliseconds, a model has thousands */
        free(like);
        return;
    }
    like->of.product = *product;
    result = result_find(stream, like);
    for (size_t t = 0; t < count; t++) {
        windowed[t] = touches[t];
        if (t < 2) { /* a and b */
            struct block_windows w = block_product_window(product, &launch, t == 1);

            windowed[t].first = (struct block_window){ w.first_begin, w.first_end };
            windowed[t].last = (struct block_window){ w.last_begin, w.last_end };
        }
    }
    kernel_add(
        stream, windowed, count, result, result->read_bytes, result->write_bytes,
        &(struct pass_times){ .launch_s = stream->gpu->launch_s, .alone_s = alone_s });
    free(like);
}

void block_stream_attention(struct block_stream *stream,
                            const struct block_attention *attention,
                            const struct block_touch *touches, size_t count,
                            double alone_s)
{
    struct kernel_result *like = alloc_array(1, sizeof *like);
    const struct kernel_result *result;

    if (stop_is_wanted()) { /* a kernel takes milliseconds, a model has thousands */
        free(like);
        return;
    }
    like->is_attention = true;
    like->of.attention = *attention;
    result = result_find(stream, like);
    kernel_add(
        stream, touches, count, result, result->read_bytes, result->write_bytes,
        &(struct pass_times){ .launch_s = stream->gpu->launch_s, .alone_s = alone_s });
    free(like);
}

void block_stream_time(struct block_stream *stream, struct block_life *life)
{
    stream->life = life;
}

void block_stream_begin(struct block_stream *stream)
{
    if (stream->life)
        block_life_begin(stream->life);
    stream->counts = true;
}

void block_stream_finish(struct block_stream *stream, struct reuse_curve *curve,
                         double kernel_s[CURVE_POINTS])
{
    double line = (double)stream->gpu->llc_line_bytes;
    uint64_t ways = stream->gpu->llc_ways;

    curve_survival(stream->reads, ways, curve->read_misses);
    curve_survival(stream->writes, ways, curve->write_misses);
    curve_survival(stream->written_back, ways, curve->writebacks);
    for (unsigned i = 0; i < CURVE_POINTS; i++) {
        curve->read_misses[i] = (curve->read_misses[i] + stream->refetched_bytes[i]) /
                                line;
        curve->write_misses[i] /= line;
        curve->writebacks[i] /= line;
        kernel_s[i] = stream->kernel_s[i];
    }
    curve->read_bytes = stream->read_bytes;
    curve->write_bytes = stream->write_bytes;
    curve->reads = stream->read_bytes / line;
    curve->writes = stream->write_bytes / line;
    curve->footprint_bytes = 0;
    for (size_t i = 0; i < stream->segment_count; i++)
        curve->footprint_bytes += segment_bytes(stream, &stream->segments[i]);
    curve->kernels = (double)(stream->kernel / 2);
}
