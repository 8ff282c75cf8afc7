/* The life of a model in phases: data are collected and stored, people experiment, a network
 * is trained (perhaps often), and it is used for inference.  C.-J. Wu et al., Sustainable AI,
 * MLSys 2022, count operational and embodied carbon over these phases.
 *
 * The work of a phase is given as a number of samples, as a machine time, or as a share of
 * the energy of all phases; a share needs an inference phase that gives samples.  The energy
 * of a phase is that of the machines, that of the rest of the device while they work, and
 * that of the idle time that belongs to each second of work.  Its embodied carbon is the part
 * of the device's lifetime that it uses. */
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
    double samples;      /* during the life of the model */
    double passes;       /* forward passes per sample: 3 for learning from it */
    double machine_s;    /* instead of samples: working time of one machine */
    double energy_share; /* instead of samples: share of the energy of all phases; 0:
                          * not given */
    double moved_bytes;  /* read and prepared */
    double stored_bytes; /* kept for the model's life */
    bool is_shiftable;   /* runs in the hours that the sweep gives, not all day */
    const char *grid;    /* where it runs; "": the sweep's grid */
};

struct life {
    struct record record;
    const char *summary;
    double life_s;              /* how long the model is in use */
    double moved_j_per_byte;    /* to read and prepare */
    double storage_w_per_byte;  /* drives, and the servers that hold them */
    double storage_kg_per_byte; /* embodied carbon of these drives and servers */
    struct life_step *steps;
    size_t steps_count;
};
extern const struct schema life_schema;

/* A forward pass of one sample on one machine. */
struct life_work {
    double sample_j, sample_s;
};

/* The part of the device that belongs to one machine. */
struct life_device {
    double embodied_kg; /* of the device and of the machine's silicon, per machine */
    double host_w;      /* power of the rest of the device while a machine works */
    double idle_w;      /* of a machine's part of the device while it idles */
};

/* When and where the work is done: the sweep's grid and utilisation, and the hours of the day
 * for work that can wait. */
struct life_use {
    struct usage usage;
    const struct grid_region *grid;
    uint64_t work_start, work_hours;
};

struct phase_carbon {
    double energy_j;  /* machines, host, idle time and data, before the site's PUE */
    double machine_s; /* working time of one machine */
    double operational_kg, embodied_kg;
};

/* Finds the grid of that name with the values that it has at the point; NULL if there is
 * none. */
typedef const struct grid_region *grid_find_fn(const void *context, const char *name);

/* Computes the energy and carbon of all phases.  Returns STATUS_INFEASIBLE with a reason if a
 * step names an unknown grid. */
enum status life_evaluate(const struct life *life, const struct life_work *work,
                          const struct life_device *device, const struct life_use *use,
                          grid_find_fn *find, const void *context,
                          struct phase_carbon phases[LIFE_PHASES],
                          struct error *reason);

#endif
