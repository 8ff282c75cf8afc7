#include "cmd/cmd.h"

#include <string.h>

static const char *const column_types[] = { "float64", "uint64" };

static void axes_table(void)
{
    static const char *const types[] = { "string", "string", "uint64", "float64" };

    printf(
        "## Axes\n\nA sweep file may vary any of these. The coordinate in the result "
        "file "
        "has the name; a sweep\nfile may use the name or the key. A sweep may also "
        "vary any "
        "field of a record: its coordinate\nhas the name that the sweep uses, and the "
        "attribute `field` says to which records it belongs.\n\n"
        "| name | key | type | units | meaning |\n|---|---|---|---|---|\n");
    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++) {
        const struct axis_spec *spec = &axis_specs[axis];

        printf("| `%s` | `%s` | %s | %s | %s", spec->name, spec->key, types[spec->kind],
               spec->units, spec->meaning);
        if (spec->zero)
            printf(" (`%s`: 0 in the file, attribute `zero_means`)", spec->zero);
        puts(" |");
    }
}

static void stage_table(enum stage_id id)
{
    const struct stage *stage = stages[id];

    printf("\n## Stage `%s`: %s\n\nDimensions: those of ", stage->name, stage->summary);
    for (enum axis_id axis = 0; axis < AXES_NAMED; axis++)
        if (stage->axes >> axis & 1)
            printf("`%s` ", axis_specs[axis].name);
    printf("that the sweep varies.\n\n| dataset | type | units | extra dimensions | "
           "meaning "
           "|\n|---|---|---|---|---|\n");
    for (size_t m = 0; m < stage->metric_count; m++) {
        const struct metric *metric = &stage->metrics[m];
        enum inner_id parts[INNER_PARTS_MAX];
        size_t count = inner_parts(metric->inner, parts);

        printf("| `%s` | %s | %s | ", metric->name, column_types[metric->kind],
               metric->units);
        for (size_t p = 0; p < count; p++)
            printf("%s`%s`", p ? " " : "", inners[parts[p]].name);
        printf(" | %s |\n", metric->meaning);
    }
}

enum status cmd_schema(int argc, char **argv, struct error *err)
{
    enum status status = options_read("schema", &argc, argv, err);

    if (status != STATUS_OK)
        return status;
    printf(
        "# Result files\n\n"
        "One HDF5 file per sweep, one dataset per metric, with dimension scales, "
        "`units` and\n`long_name`; `xarray.open_dataset(\"x.h5\")` gives labelled "
        "arrays. Made by `nvsweep schema`\nfrom `axes.def` and `metrics.def`.\n\n"
        "The root group holds the results of the sweep's last stage, one value per "
        "design point.\nIts metrics with an extra dimension, and every other stage, "
        "are "
        "in a group with the stage's\nname and with coordinates of their own: "
        "`xarray.open_dataset(\"x.h5\", group=\"array\")`\n(`<stage>_stage` if an axis "
        "has the stage's name). An axis to which the sweep gives one value\nis a "
        "dimension of length 1; axes that the sweep does not give are scalars in\n"
        "`/run/defaults`.\n\n"
        "Every stage has `status` (int8):");
    for (const struct word *w = point_status_words; w->name; w++)
        printf(" %d %s%s", w->value, w->name, w[1].name ? "," : ".\n");
    printf("Points that are not done hold NaN, in integer columns 2^64 - 1, which is "
           "their "
           "`_FillValue`,\nso that xarray reads NaN. The attributes of the group "
           "`/run` are "
           "the sweep's text and title,\nthe library records it used, the program's "
           "version "
           "and commit, and the seed. `/run/<stage>/checksum`\nholds the checksums of "
           "a stage's "
           "blocks, `/run/metadata_checksum` the checksum of everything\noutside the "
           "stages' "
           "columns. The attributes of the root are the same in every file.\n\n");
    axes_table();
    for (enum stage_id id = 0; id < STAGE_COUNT; id++)
        stage_table(id);
    printf("\n## Extra dimensions\n\n| name | values | meaning |\n|---|---|---|\n");
    for (enum inner_id id = 0; id < INNER_COUNT; id++) {
        if (!inners[id].name)
            continue;
        printf("| `%s` | ", inners[id].name);
        if (inners[id].labels)
            for (uint64_t i = 0; i < inners[id].count; i++)
                printf("%s%s", i ? ", " : "", inners[id].labels[i]);
        else if (!inners[id].coordinate)
            printf("up to %llu, named in the sweep's spreads",
                   (unsigned long long)inners[id].count);
        else
            printf("%llu, %g..%g %s", (unsigned long long)inners[id].count,
                   inners[id].coordinate(0),
                   inners[id].coordinate(inners[id].count - 1), inners[id].units);
        printf(" | %s |\n", inners[id].meaning);
    }
    return STATUS_OK;
}
