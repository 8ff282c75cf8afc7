/* The engines stage: the memories of the accelerators that a machine in the shelf of cim
 * machines is made of, as the buffers stage evaluates an accelerator's. */
#include "stage/stages.h"

#include "cim/cim.h"

/* The same columns, a row per engine. */
static struct buffers_columns rows_of(const struct engines_columns *out)
{
    return (struct buffers_columns){
        .level_read_j = out->engine_read_j,
        .level_write_j = out->engine_write_j,
        .level_read_s = out->engine_read_s,
        .level_write_s = out->engine_write_s,
        .level_leakage_w = out->engine_leakage_w,
        .level_area_m2 = out->engine_level_m2,
        .level_bytes = out->engine_bytes,
        .level_banks = out->engine_banks,
        .level_is_nonvolatile = out->engine_is_nonvolatile,
        .buffers_area_m2 = out->engine_memories_m2,
        .buffers_leakage_w = out->engine_memories_leakage_w,
    };
}

static enum status engines_at(const struct study *study, struct point *point,
                              const struct engines_columns *out, uint64_t i,
                              struct error *reason)
{
    const struct cim *cim = (const struct cim *)point->cim;
    const struct buffers_columns rows = rows_of(out);
    enum status status = STATUS_OK;

    if (!point->technology)
        point->technology = library_find(study->library, SHELF_TECHNOLOGY, "sram");
    point->buffer_bytes = point->word_bits = 0; /* the records' own */
    for (size_t e = 0; e < cim_engine_count(cim) && status == STATUS_OK; e++) {
        const char *name = cim_families[cim->family]->engine(cim, e);

        point->accelerator = library_find(study->library, SHELF_ACCELERATOR, name);
        if (!point->technology || !point->accelerator)
            return error_set(reason, STATUS_INFEASIBLE, "the library has no %s '%s'",
                             point->technology ? "accelerator" : "technology",
                             point->technology ? name : "sram");
        status = buffers_at(study, point, &rows, i * CIM_ENGINES_MAX + e, reason);
    }
    return status;
}

void engines_stage_evaluate(const struct study *study, struct range points,
                            const union columns *out, int8_t *status,
                            struct error *reason)
{
    for (uint64_t i = 0; i < points.count; i++) {
        struct point point;

        grid_point(&study->grids[STAGE_ENGINES], &study->sweep->space, points.first + i,
                   &point);
        status[i] = engines_at(study, &point, &out->engines, i, reason) == STATUS_OK
                        ? POINT_DONE
                        : POINT_INFEASIBLE;
    }
}

double engines_stage_cost_s(const struct study *study, const struct point *point)
{
    (void)study;
    return 1e-6 + 1.5e-2 * (double)cim_engine_count((const struct cim *)point->cim);
}
