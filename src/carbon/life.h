/* The life of a model in phases: data are gathered and kept, people experiment, one network
 * is trained (perhaps often), and it answers questions.  C.-J. Wu et al., Sustainable AI,
 * MLSys 2022, count operational and embodied carbon over these phases.
 *
 * A phase's work is a number of samples, a time of machines, or a share of the energy of
 * all phases that is known while the inference's samples are.  Its energy is the machines'
 * and what the device around them takes at work and, as long as it idles for each second at
 * work, when idle; its embodied carbon the share of the device's life that it takes. */
#ifndef NVSWEEP_CARBON_LIFE_H
#define NVSWEEP_CARBON_LIFE_H

#include "carbon/carbon.h"

#include <stdbool.h>

enum life_phase {
    LIFE_DATA,
    LIFE_EXPERIMENTATION,
    LIFE_TRAINING,
    LIFE_INFERENCE,
    LIFE_PHASES
};
extern const struct word life_phase_words[];

struct life_step {
    int phase;           /* enum life_phase; several steps of one phase add up */
    double samples;      /* over the life */
    double passes;       /* forward passes that a sample is worth: 3 to learn from it */
    double machine_s;    /* instead: time of one machine at work */
    double energy_share; /* instead: of the energy of all phases; 0: not known */
    double moved_bytes;  /* read and prepared */
    double stored_bytes; /* kept for the model's life */
    bool is_shiftable;   /* runs in the hours that the sweep asks for, not all day */
    const char *grid;    /* where; "": the sweep's */
};

struct life {
    struct record record;
    const char *summary;
    double life_s;              /* how long the model is in use */
    double moved_j_per_byte;    /* to read and prepare */
    double storage_w_per_byte;  /* drives, and the servers that hold them */
    double storage_kg_per_byte; /* embodied in them */
    struct life_step *steps;
    size_t steps_count;
};
extern const struct schema life_schema;

/* A forward pass of one sample on one machine. */
struct life_work {
    double sample_j, sample_s;
};

/* What the machines stand in, shared out over them. */
struct life_device {
    double embodied_kg; /* of the device's and the machine's silicon, per machine */
    double host_w;      /* beside a machine at work */
    double idle_w;      /* of a machine's part of the device, not at work */
};

/* When and where: the sweep's grid and utilisation, and the hours of the day that work
 * which can wait is done in. */
struct life_use {
    struct usage usage;
    const struct grid_region *grid;
    uint64_t work_start, work_hours;
};

struct phase_carbon {
    double energy_j;  /* machines, host, idle time, data; before the site's PUE */
    double machine_s; /* at work */
    double operational_kg, embodied_kg;
};

/* Finds a grid by name as the point has it; NULL if there is none. */
typedef const struct grid_region *grid_find_fn(const void *context, const char *name);

/* All phases.  STATUS_INFEASIBLE with words in reason if a step's grid is not known. */
enum status life_evaluate(const struct life *life, const struct life_work *work,
                          const struct life_device *device, const struct life_use *use,
                          grid_find_fn *find, const void *context,
                          struct phase_carbon phases[LIFE_PHASES],
                          struct error *reason);

#endif
