#include "cmd/figure_commands.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Prints a word as a shell reads it. */
static void word_print(const char *word, size_t length)
{
    bool is_plain = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789_-+.,:/=%") >= length;

    printf(is_plain ? "%.*s" : "'%.*s'", (int)length, word);
}

/* Returns the setting that replaces this one: that of the same axis in `baseline`, or itself. */
static const char *replaced(const struct published_figure *figure, const char *setting,
                            bool is_baseline)
{
    size_t key = strcspn(setting, "=");

    for (size_t i = 0; is_baseline && i < figure->baseline_count; i++)
        if (strcspn(figure->baseline[i], "=") == key &&
            strncmp(figure->baseline[i], setting, key) == 0)
            return figure->baseline[i];
    return setting;
}

static bool is_list(const char *setting)
{
    return strchr(setting, ',') != NULL;
}

/* Is the baseline's setting of an axis that `where` does not name? */
static bool is_added(const struct published_figure *figure, const char *setting)
{
    size_t key = strcspn(setting, "=");
    bool is_new = true;

    for (size_t i = 0; i < figure->where_count; i++)
        is_new &= strcspn(figure->where[i], "=") != key ||
                  strncmp(figure->where[i], setting, key) != 0;
    return is_new;
}

static void loops_begin(const struct published_figure *figure, bool is_baseline,
                        unsigned *loops)
{
    for (size_t i = 0; i < figure->where_count; i++) {
        const char *setting = replaced(figure, figure->where[i], is_baseline);

        if (!is_list(setting))
            continue;
        printf("for v%u in", ++*loops);
        for (const char *value = strchr(setting, '='); value && *value;) {
            size_t length = strcspn(++value, ",");

            printf(" ");
            word_print(value, length);
            value += length;
        }
        printf("; do ");
    }
}

static void settings_print(const struct published_figure *figure, bool is_baseline)
{
    unsigned loop = 0;

    for (size_t i = 0; i < figure->where_count; i++) {
        const char *setting = replaced(figure, figure->where[i], is_baseline);

        printf(" ");
        if (is_list(setting))
            printf("%.*s=\"$v%u\"", (int)strcspn(setting, "="), setting, ++loop);
        else
            word_print(setting, strlen(setting));
    }
    for (size_t i = 0; is_baseline && i < figure->baseline_count; i++)
        if (is_added(figure, figure->baseline[i])) {
            printf(" ");
            word_print(figure->baseline[i], strlen(figure->baseline[i]));
        }
}

static void command_print(const struct published_figure *figure, bool is_baseline,
                          const char *before)
{
    unsigned loops = 0;

    printf("%s", before);
    loops_begin(figure, is_baseline, &loops);
    printf("nvsweep explain");
    if (figure->sweep[0])
        printf(" sweeps/%s", figure->sweep);
    settings_print(figure, is_baseline);
    while (loops-- > 0)
        printf("; done");
    printf("\n");
}

void figure_commands_print(const struct published_figure *figure, const char *before)
{
    if (!figure->metric[0])
        return;
    command_print(figure, false, before);
    if (figure->baseline_count > 0)
        command_print(figure, true, before);
}
