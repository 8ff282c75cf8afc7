#include "cmd/cmd.h"
#include "cmd/output.h"

#include "base/memory.h"
#include "base/units.h"
#include "results/raw.h"
#include "run/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Draws a run: one row per rank, one bar per lease, coloured by stage.  A gap is time without
 * work. */

enum { LINE = 2304, WIDTH = 1000, ROW = 18, LEFT = 70, TOP = 50, COLOURS = 8 };
enum { RANKS_MOST = 1 << 20 };
#define SECONDS_MOST 1e12

struct bar {
    double start_s, seconds;
    int rank;
    int stage;
};

struct timeline {
    struct bar *bars;
    size_t count, room;
    char stages[COLOURS][32];
    int stage_count, ranks;
    double first_s, last_s, busy_s;
};

/* Colours that colour-blind readers can distinguish (M. Okabe and K. Ito, 2008). */
static const char *const colours[COLOURS] = { "#0072b2", "#e69f00", "#009e73",
                                              "#cc79a7", "#56b4e9", "#d55e00",
                                              "#f0e442", "#000000" };

static void xml_put(FILE *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '&': fputs("&amp;", out); break;
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        default: fputc(*text, out);
        }
}

static int stage_index(struct timeline *timeline, const char *name)
{
    for (int s = 0; s < timeline->stage_count; s++)
        if (strcmp(timeline->stages[s], name) == 0)
            return s;
    if (timeline->stage_count == COLOURS) { /* more stages than colours */
        snprintf(timeline->stages[COLOURS - 1], sizeof timeline->stages[0], "others");
        return COLOURS - 1;
    }
    snprintf(timeline->stages[timeline->stage_count], sizeof timeline->stages[0], "%s",
             name);
    return timeline->stage_count++;
}

static void bar_add(struct timeline *timeline, const char *line)
{
    double rank = journal_number(line, "rank");
    struct bar bar = {
        .start_s = journal_number(line, "start"),
        .seconds = journal_number(line, "seconds"),
    };
    char stage[32];

    if (!(rank >= 0 && rank < RANKS_MOST && bar.start_s >= 0 && bar.seconds >= 0 &&
          bar.start_s < SECONDS_MOST && bar.seconds < SECONDS_MOST))
        return; /* a damaged line */
    bar.rank = (int)rank;
    journal_text(line, "stage", stage, sizeof stage);
    bar.stage = stage_index(timeline, stage);
    if (timeline->count == timeline->room) {
        timeline->room = 2 * timeline->room + 64;
        timeline->bars = realloc_array(timeline->bars, timeline->room, sizeof bar);
    }
    timeline->bars[timeline->count++] = bar;
    if (timeline->count == 1 || bar.start_s < timeline->first_s)
        timeline->first_s = bar.start_s;
    if (bar.start_s + bar.seconds > timeline->last_s)
        timeline->last_s = bar.start_s + bar.seconds;
    if (bar.rank >= timeline->ranks)
        timeline->ranks = bar.rank + 1;
    timeline->busy_s += bar.seconds;
}

/* Reads the leases of the last run that has any, or of all runs on the file. */
static void journal_read(FILE *journal, bool is_all, struct timeline *timeline)
{
    char line[LINE], event[16];
    bool is_new = false;

    while (fgets(line, sizeof line, journal)) {
        journal_text(line, "event", event, sizeof event);
        is_new |= strcmp(event, "start") == 0 && !is_all;
        if (strcmp(event, "lease") != 0)
            continue;
        if (is_new) {
            free(timeline->bars);
            *timeline = (struct timeline){ .count = 0 };
            is_new = false;
        }
        bar_add(timeline, line);
    }
}

static void svg_write(FILE *out, const struct timeline *timeline, const char *title)
{
    double span_s = timeline->last_s - timeline->first_s;
    double scale = (WIDTH - LEFT - 20) / (span_s > 0 ? span_s : 1);
    int height = TOP + timeline->ranks * ROW + 40;

    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
            "font-family=\"sans-serif\" font-size=\"12\">\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
            "<text x=\"%d\" y=\"18\">",
            WIDTH, height, LEFT);
    xml_put(out, title);
    fprintf(out, ": %.4g s, %d ranks, %.1f %% busy</text>\n", span_s, timeline->ranks,
            span_s > 0 ? 100 * timeline->busy_s / (span_s * timeline->ranks) : 100.0);
    for (int s = 0; s < timeline->stage_count; s++) {
        fprintf(out,
                "<rect x=\"%d\" y=\"26\" width=\"12\" height=\"12\" fill=\"%s\"/>"
                "<text x=\"%d\" y=\"37\">",
                LEFT + 110 * s, colours[s], LEFT + 16 + 110 * s);
        xml_put(out, timeline->stages[s]);
        fputs("</text>\n", out);
    }
    for (int rank = 0; rank < timeline->ranks; rank++)
        fprintf(out, "<text x=\"4\" y=\"%d\">rank %d</text>\n", TOP + rank * ROW + 13,
                rank);
    for (size_t i = 0; i < timeline->count; i++) {
        const struct bar *bar = &timeline->bars[i];

        fprintf(out,
                "<rect x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\" fill=\"%s\" "
                "stroke=\"white\" stroke-width=\"0.3\"/>\n",
                LEFT + (bar->start_s - timeline->first_s) * scale,
                TOP + bar->rank * ROW, bar->seconds * scale, ROW - 4,
                colours[bar->stage]);
    }
    for (int tick = 0; tick <= 5; tick++)
        fprintf(out, "<text x=\"%.0f\" y=\"%d\" text-anchor=\"middle\">%.3g s</text>\n",
                LEFT + tick * span_s / 5 * scale, height - 12, tick * span_s / 5);
    fprintf(out, "</svg>\n");
}

enum status cmd_timeline(int argc, char **argv, struct error *err)
{
    const char *output = NULL;
    bool is_all = false;
    struct timeline timeline = { .count = 0 };
    enum status status = options_read("timeline", &argc, argv, err);
    struct output out;
    FILE *journal;
    char *file, *path;

    option_get("o", &output);
    option_get_flag("all", &is_all);

    if (status != STATUS_OK)
        return status;
    if (argc != 1)
        return error_set(
            err, STATUS_INPUT,
            "timeline needs a result file: nvsweep timeline FILE -o RUN.svg");
    file = raw_resolve(argv[0]);
    path = alloc_printf("%s.journal", file);
    journal = fopen(path, "r");
    if (!journal) {
        status = error_set(err, STATUS_INPUT, "%s: %s", path, strerror(errno));
        goto out;
    }
    journal_read(journal, is_all, &timeline);
    fclose(journal);
    if (timeline.count == 0) {
        status = error_set(err, STATUS_INPUT, "%s: the journal has no leases", path);
        goto out;
    }
    status = output_check(output, argv[0], err);
    if (status != STATUS_OK)
        goto out;
    status = output_open(&out, output, path, err);
    if (status == STATUS_OK)
        svg_write(out.stream, &timeline, argv[0]);
    status = output_close(&out, status, err);
out:
    free(timeline.bars);
    free(path);
    free(file);
    return status;
}
