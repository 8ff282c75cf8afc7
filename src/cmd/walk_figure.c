#include "cmd/walk_figure.h"

#include <math.h>
#include <string.h>

enum { ROW = 22, LABELS = 380, PLOT = 330, PANEL = LABELS + PLOT + 70, TOP = 50 };

/* Colours of Okabe and Ito, which colour-blind readers can distinguish. */
static const char STUDY[] = "#0072b2", BETTER[] = "#009e73", WORSE[] = "#d55e00";

static void text_write(FILE *out, const char *text)
{
    for (; *text; text++)
        fputs(*text == '<'   ? "&lt;"
              : *text == '&' ? "&amp;"
                             : (char[]){ *text, '\0' },
              out);
}

static void bar_write(FILE *out, double x0, double x1, double y, const char *colour)
{
    fprintf(out,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"14\" fill=\"%s\"/>\n",
            x0 < x1 ? x0 : x1, y, fmax(fabs(x1 - x0), 1), colour);
}

static void label_write(FILE *out, double x, double y, const char *anchor,
                        const char *text)
{
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y + 11, anchor);
    text_write(out, text);
    fprintf(out, "</text>\n");
}

static void row_write(FILE *out, double left, double y, double scale, double from,
                      double to, const char *label, const char *colour)
{
    double x = left + LABELS;
    char value[40];

    snprintf(value, sizeof value, "%.3g", to);
    label_write(out, x - 8, y, "end", label);
    bar_write(out, x + from * scale, x + to * scale, y, colour);
    label_write(out, x + fmax(from, to) * scale + 5, y, "start", value);
}

static void panel_write(FILE *out, const struct walk *walk, size_t t, double left)
{
    double most = fmax(walk->first[t], walk->last[t]), before = walk->first[t], scale;
    double y = TOP;
    char label[160];

    for (size_t s = 0; s < walk->step_count; s++)
        most = fmax(most, walk->steps[s].value[t]);
    scale = PLOT / most;
    label_write(out, left + LABELS, TOP - 22, "start", walk->technologies[t]);
    row_write(out, left, y, scale, 0, walk->first[t], walk->from, STUDY);
    for (size_t s = 0; s < walk->step_count; s++) {
        const struct walk_step *step = &walk->steps[s];

        if (walk_step_is_idle(walk, step))
            continue;
        y += ROW;
        snprintf(label, sizeof label, "%s: %s to %s", step->name, step->was[t],
                 step->is[t]);
        if (strcmp(step->was[0], step->was[t]) != 0)
            snprintf(label, sizeof label, "%s: %s to %s (%s to %s)", step->name,
                     step->was[t], step->is[t], step->was[0], step->is[0]);
        row_write(out, left, y, scale, before, step->value[t], label,
                  step->value[t] >= before ? BETTER : WORSE);
        before = step->value[t];
    }
    row_write(out, left, y + ROW, scale, 0, walk->last[t], walk->to, STUDY);
}

void walk_figure(FILE *out, const struct walk *walk, const char *metric)
{
    size_t first = walk->technology_count > 1, panels = walk->technology_count - first;
    size_t rows = 2, height; /* the two studies */

    for (size_t s = 0; s < walk->step_count; s++)
        rows += !walk_step_is_idle(walk, &walk->steps[s]);
    height = TOP + ROW * rows + 10;
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" height=\"%zu\" "
            "font-family=\"sans-serif\" font-size=\"12\">\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
            panels * PANEL, height);
    fprintf(out, "<text x=\"8\" y=\"18\" font-size=\"14\">");
    text_write(out, metric);
    fprintf(out, first ? ", first technology over this one</text>\n" : "</text>\n");
    for (size_t t = first; t < walk->technology_count && t < WALK_TECHNOLOGIES; t++)
        panel_write(out, walk, t, (double)((t - first) * PANEL));
    fprintf(out, "</svg>\n");
}
