#include "carbon/life.h"

#include <math.h>

const struct word life_phase_words[] = {
    { "data", LIFE_DATA },
    { "experimentation", LIFE_EXPERIMENTATION },
    { "training", LIFE_TRAINING },
    { "inference", LIFE_INFERENCE },
    { NULL, 0 },
};

/* clang-format off */
static const struct field life_step_fields[] = {
    FIELD_WORD(struct life_step, phase, life_phase_words, REQUIRED, "phase of which it is a part"),
    FIELD_NUMBER(struct life_step, samples, "1", 0, 0, 1e24, "number of samples during the life"),
    FIELD_NUMBER(struct life_step, passes, "1", 1, 0, 1e6, "forward passes per sample (3 for learning from it)"),
    FIELD_NUMBER(struct life_step, machine_s, "s", 0, 0, 1e15, "instead of samples: working time of one machine"),
    FIELD_NUMBER(struct life_step, energy_share, "1", 0, 0, 1, "instead: share of the energy of all phases; the inference's too, where one has it"),
    FIELD_NUMBER(struct life_step, moved_bytes, "byte", 0, 0, 1e24, "bytes read and prepared during the life"),
    FIELD_NUMBER(struct life_step, stored_bytes, "byte", 0, 0, 1e21, "bytes stored during the life"),
    FIELD_FLAG(struct life_step, is_shiftable, 0, "done in the hours that the sweep asks for (work_start, work_hours)"),
    FIELD_NAME(struct life_step, grid, "grid", "", "electricity of where it runs; absent: the sweep's"),
};
static const struct schema life_step_schema = {
    .kind = "step", .size = sizeof(struct life_step),
    .fields = life_step_fields, .field_count = FIELD_COUNT_OF(life_step_fields),
};

static const struct field life_fields[] = {
    FIELD_TEXT(struct life, summary, "", "the model in one line"),
    FIELD_NUMBER(struct life, life_s, "s", REQUIRED, 1, 1e10, "how long the model is in use"),
    FIELD_NUMBER(struct life, moved_j_per_byte, "J/byte", 0, 0, 1, "energy of reading and preparing a byte"),
    FIELD_NUMBER(struct life, storage_w_per_byte, "W/byte", 0, 0, 1, "power of storing a byte"),
    FIELD_NUMBER(struct life, storage_kg_per_byte, "kg/byte", 0, 0, 1, "embodied carbon of storing a byte"),
    FIELD_LIST(struct life, steps, &life_step_schema, "steps of the life, each part of a phase"),
};
/* clang-format on */

static enum status life_finish(void *record, struct error *err)
{
    const struct life *life = record;
    double shares = 0, inference = 0;

    for (size_t i = 0; i < life->steps_count; i++) {
        const struct life_step *step = &life->steps[i];
        int ways = (step->samples > 0) + (step->machine_s > 0) +
                   (step->energy_share > 0 && step->phase != LIFE_INFERENCE);

        if (ways > 1)
            return error_set(err, STATUS_INPUT,
                             "a step of %s gives more than one of samples, machine_s "
                             "and energy_share, must give one",
                             word_name(life_phase_words, step->phase));
        shares += step->energy_share;
        if (step->phase == LIFE_INFERENCE)
            inference += step->energy_share;
    }
    if (shares > 0 && (!(inference > 0) || shares > 1 + 1e-9))
        return error_set(err, STATUS_INPUT,
                         "its energy shares are %g in all and %g for inference, must "
                         "be at most 1 and above 0",
                         shares, inference);
    return STATUS_OK;
}

const struct schema life_schema = {
    .kind = "life",
    .folder = "lives",
    .size = sizeof(struct life),
    .fields = life_fields,
    .field_count = FIELD_COUNT_OF(life_fields),
    .finish = life_finish,
};

/* Returns the share of the time in which machines can work if the work waits for its hours of
 * the day. */
static double utilisation_of(const struct life_step *step, const struct life_use *use)
{
    double share = (double)use->work_hours / GRID_HOURS;

    return step->is_shiftable && share < use->usage.utilisation
               ? share
               : use->usage.utilisation;
}

/* Returns the energy of machine and host for a second of work, with the idle time that
 * utilisation implies. */
static double machine_energy_j(const struct life_work *work,
                               const struct life_device *device, double machine_s,
                               double utilisation)
{
    double machine_w = work->sample_j / work->sample_s;

    return machine_s *
           (machine_w + device->host_w + device->idle_w * (1 / utilisation - 1));
}

/* Returns the energy of the step's samples or machine time, without data. */
static void step_work(const struct life_step *step, const struct life_work *work,
                      const struct life_device *device, double utilisation,
                      double *machine_s, double *energy_j)
{
    *machine_s = step->machine_s + step->samples * step->passes * work->sample_s;
    *energy_j = machine_energy_j(work, device, *machine_s, utilisation);
}

/* Returns the energy of all phases if shares of it are given, computed from that of the
 * inference; else 0. */
static double shared_energy_j(const struct life *life, const struct life_work *work,
                              const struct life_device *device,
                              const struct life_use *use)
{
    double inference_j = 0, share = 0;

    for (size_t i = 0; i < life->steps_count; i++) {
        const struct life_step *step = &life->steps[i];
        double machine_s, energy_j;

        if (step->phase != LIFE_INFERENCE || !(step->energy_share > 0))
            continue;
        step_work(step, work, device, utilisation_of(step, use), &machine_s, &energy_j);
        inference_j += energy_j + step->moved_bytes * life->moved_j_per_byte;
        share += step->energy_share;
    }
    return share > 0 ? inference_j / share : 0;
}

static enum status step_grid(const struct life_step *step, const struct life_use *use,
                             grid_find_fn *find, const void *context,
                             const struct grid_region **grid, struct error *reason)
{
    *grid = step->grid[0] ? find(context, step->grid) : use->grid;
    if (!*grid)
        return error_set(reason, STATUS_INFEASIBLE, "there is no grid '%s'",
                         step->grid);
    return STATUS_OK;
}

static enum status step_add(const struct life *life, const struct life_step *step,
                            const struct life_work *work,
                            const struct life_device *device,
                            const struct life_use *use, double shared_j,
                            grid_find_fn *find, const void *context,
                            struct phase_carbon *sum, struct error *reason)
{
    double utilisation = utilisation_of(step, use), machine_s, energy_j;
    double stored_j = step->stored_bytes * life->storage_w_per_byte * life->life_s;
    bool is_share = step->energy_share > 0 && step->phase != LIFE_INFERENCE;
    const struct grid_region *grid;
    struct usage usage = use->usage;
    enum status status = step_grid(step, use, find, context, &grid, reason);

    if (status != STATUS_OK)
        return status;
    step_work(step, work, device, utilisation, &machine_s, &energy_j);
    if (is_share) {
        energy_j = step->energy_share * shared_j;
        machine_s = energy_j / machine_energy_j(work, device, 1, utilisation);
    }
    energy_j += step->moved_bytes * life->moved_j_per_byte;
    usage.utilisation = utilisation;
    usage.grid_kg_per_j = step->is_shiftable
                              ? grid_intensity(grid, use->work_start, use->work_hours)
                              : grid->kg_per_j;
    sum->energy_j += energy_j + stored_j;
    sum->machine_s += machine_s;
    sum->operational_kg += operational_kg(&usage, energy_j);
    usage.grid_kg_per_j = grid->kg_per_j; /* drives run all day */
    sum->operational_kg += operational_kg(&usage, stored_j);
    sum->embodied_kg += amortised_kg(&usage, device->embodied_kg, machine_s) +
                        step->stored_bytes * life->storage_kg_per_byte * life->life_s /
                            usage.lifetime_s;
    return STATUS_OK;
}

enum status life_evaluate(const struct life *life, const struct life_work *work,
                          const struct life_device *device, const struct life_use *use,
                          grid_find_fn *find, const void *context,
                          struct phase_carbon phases[LIFE_PHASES], struct error *reason)
{
    double shared_j = shared_energy_j(life, work, device, use);
    enum status status = STATUS_OK;

    for (int p = 0; p < LIFE_PHASES; p++)
        phases[p] = (struct phase_carbon){ .energy_j = 0 };
    for (size_t i = 0; i < life->steps_count && status == STATUS_OK; i++)
        status = step_add(life, &life->steps[i], work, device, use, shared_j, find,
                          context, &phases[life->steps[i].phase], reason);
    return status;
}
