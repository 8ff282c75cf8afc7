#include "tech/build.h"

#define NUM(member, meaning) \
    FIELD_NUMBER(struct build, member, "1", REQUIRED, 1, 10, meaning)

static const struct field build_fields[] = {
    NUM(latch_overhead, "area over that of the counted blocks, SRAM"),
    NUM(resistive_overhead, "the same of cells that store a resistance"),
    NUM(dynamic_overhead, "the same of cells that store a charge"),
};

const struct schema build_schema = {
    .kind = "build",
    .folder = "builds",
    .size = sizeof(struct build),
    .fields = build_fields,
    .field_count = FIELD_COUNT_OF(build_fields),
};

double build_overhead(const struct build *build, const struct cell *cell)
{
    if (cell->kind == CELL_SRAM)
        return build->latch_overhead;
    return cell_is_resistive(cell) ? build->resistive_overhead
                                   : build->dynamic_overhead;
}
