/* Hyperdimensional computing: recognises the class of texts (e.g. their language) by n-grams of
 * random hypervectors (A. Rahimi et al., ISLPED 2016), in racetrack memory, in crossbars, on a
 * processor or in a fixed datapath.
 *
 * A text of L symbols has L - N + 1 n-grams.  An n-gram is the exclusive or of the hypervectors
 * of its symbols, each rotated by its position: N - 1 vector operations.  Every bit has a counter
 * of the n-grams in which it is 1.  A bit of the text's hypervector is 1 if its counter exceeds
 * half the number of n-grams.  The text's hypervector is compared with that of every class by
 * Hamming distance.
 *
 * In racetrack memory (A. Khan et al., ACM TECS 2022) a transverse read counts the ones between
 * two ports of a track.  One such read gives the exclusive or of several vectors, or their sum.
 * Counters are tracks whose domains are shifted. */
#ifndef NVSWEEP_HDC_HDC_H
#define NVSWEEP_HDC_HDC_H

#include "array/array.h"
#include "base/schema.h"
#include "columns/hdc_memory.h"

enum hdc_family_id {
    HDC_RACETRACK,
    HDC_CROSSBAR,
    HDC_PROCESSOR,
    HDC_DATAPATH,
    HDC_FAMILY_COUNT
};
extern const struct word hdc_family_words[];

/* The steps of recognising texts, in their order.  HDC_LEAKAGE is not a step: it has only
 * energy. */
enum hdc_step {
    HDC_FETCH,     /* read the hypervectors of the symbols */
    HDC_BIND,      /* rotate and combine them to n-grams */
    HDC_COUNT,     /* add the n-grams to the counters */
    HDC_THRESHOLD, /* make the text's hypervector from the counters */
    HDC_COMPARE,   /* compare it with all classes */
    HDC_LEAKAGE,
    HDC_STEP_COUNT
};

struct hdc_task {
    struct record record;
    const char *summary;
    uint64_t dimension; /* bits of a hypervector */
    uint64_t ngram, symbols, classes;
    uint64_t texts, characters; /* of all texts */
    uint64_t queries;           /* texts of mean length to recognise; 0: `texts` */
};

/* A machine.  Racetrack: one memory.  A hypervector takes rows of row_bits tracks; each row has
 * its own subarrays, and all rows work at the same time.  Processor: one core with one cache of
 * the point's technology.  Datapath: logic of a fixed power, such as that of an FPGA. */
struct hdc {
    struct record record;
    const char *summary;
    int family; /* enum hdc_family_id */
    double clock_hz;
    /* racetrack */
    uint64_t row_bits;
    uint64_t domains;      /* of a track; 0: the technology's */
    uint64_t span;         /* domains that a transverse read counts */
    uint64_t counter_base; /* domains of a digit of a nanowire counter */
    double domain_ohm;     /* resistance of one domain of a track */
    /* number of tracks that are addressed together where the cell's shift energy holds */
    uint64_t addressed_bits;
    /* crossbar; row_bits as well */
    uint64_t rows;        /* of a square crossbar */
    uint64_t adc_columns; /* columns that share one ADC */
    double line_drop; /* largest share of the read voltage that a bitline may lose */
    /* processor */
    uint64_t cache_bytes, line_bytes, associativity, simd_bits, counter_bits;
    double instructions_per_cycle;
    double instruction_j,
        core_m2;   /* energy of an instruction and area of the core ... */
    double node_m; /* ... at this node */
    /* datapath; simd_bits as well */
    double power_w;
};

extern const struct schema hdc_schema, hdc_task_schema;

/* The dimensions of a task at a point of the sweep. */
struct hdc_work {
    double dimension, ngram, symbols, classes, texts, characters;
};

/* The operations that a task needs on any machine.  The counts are exact. */
struct hdc_counts {
    double ngrams;          /* of all texts */
    double binds;           /* vectors combined: an exclusive or and a rotation each */
    double counter_updates; /* bits counted */
    double thresholds;      /* counters that are compared with half the n-grams */
    double compared_bits;   /* bits compared with those of classes */
};

/* Counts the operations of a task.  Returns STATUS_INFEASIBLE if texts are shorter than an
 * n-gram. */
enum status hdc_count(const struct hdc_work *work, struct hdc_counts *counts,
                      struct error *reason);

/* A request for the costs of single operations of the machine's memory.  The answer, struct
 * hdc_memory_row, holds the columns of the stage hdc_memory. */
struct hdc_costs_request {
    const struct hdc *hdc;
    const struct cell *cell;
    const struct node *node;
    double temperature_k;
    struct hdc_work work; /* says how much the memory must hold */
};

/* Computes the costs by one or two searches of the array model.  Returns STATUS_INFEASIBLE with a
 * reason if the machine cannot be built of these cells. */
enum status hdc_costs_make(const struct hdc_costs_request *request,
                           struct hdc_memory_row *costs, struct error *reason);

struct hdc_result {
    struct hdc_counts counts;
    double shifts;                          /* tracks, times domains */
    double reads, writes, transverse_reads; /* bits */
    double instructions, line_accesses;
    double step_s[HDC_STEP_COUNT], step_j[HDC_STEP_COUNT];
    double latency_s, energy_j; /* of all texts, one after the other */
    double area_m2;
};

/* Computes time and energy of a task from the costs of the operations.  Returns the status of
 * hdc_count. */
enum status hdc_evaluate(const struct hdc *hdc, const struct hdc_work *work,
                         const struct hdc_memory_row *costs, struct hdc_result *result,
                         struct error *reason);

/* A family of machines: `costs` computes the operations of its memory, `run` a task that
 * consists of them. */
struct hdc_family {
    enum status (*costs)(const struct hdc_costs_request *request,
                         struct hdc_memory_row *costs, struct error *reason);
    void (*run)(const struct hdc *hdc, const struct hdc_work *work,
                const struct hdc_memory_row *costs, struct hdc_result *result);
};
extern const struct hdc_family hdc_racetrack, hdc_crossbar, hdc_processor, hdc_datapath;

#endif
