/* Hyperdimensional computing: texts recognised by n-grams of random hypervectors (A.
 * Rahimi et al., ISLPED 2016), in racetrack memory, in crossbars or on a processor.
 *
 * A text of L symbols has L - N + 1 n-grams.  An n-gram is the exclusive or of its symbols'
 * hypervectors, each rotated by its place: N - 1 vector operations.  Every bit has a
 * counter of the n-grams in which it is one; what exceeds half of them makes the text's
 * hypervector, which is compared with that of every class by Hamming distance.
 *
 * In racetrack memory (A. Khan et al., ACM TECS 2022) a transverse read counts the ones
 * between two ports of a track, so that one gives an exclusive or of several vectors, or
 * adds several; counters are tracks whose domains are shifted. */
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

/* What texts take, in the order it happens; HDC_LEAKAGE is energy only. */
enum hdc_step {
    HDC_FETCH,     /* hypervectors of symbols */
    HDC_BIND,      /* rotate and combine them */
    HDC_COUNT,     /* n-grams into counters */
    HDC_THRESHOLD, /* counters to the text's hypervector */
    HDC_COMPARE,   /* with all classes */
    HDC_LEAKAGE,
    HDC_STEP_COUNT
};

struct hdc_task {
    struct record record;
    const char *summary;
    uint64_t dimension; /* bits of a hypervector */
    uint64_t ngram, symbols, classes;
    uint64_t texts, characters; /* of all texts */
    uint64_t queries;           /* texts of mean length that are asked for; 0: texts */
};

/* A machine.  Racetrack: one memory in which all rows of row_bits tracks that a hypervector
 * takes work at once, each in subarrays of its own.  Processor: one core in front of one cache
 * of the point's technology.  Datapath: logic of a fixed power, such as an FPGA's. */
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
    double domain_ohm;     /* resistance of a track, a domain of it */
    uint64_t
        addressed_bits; /* tracks that the cell's shift energy addresses together */
    /* crossbar, row_bits too */
    uint64_t rows,
        adc_columns;  /* of a crossbar of as many columns; that share an ADC */
    double line_drop; /* share of the read voltage that bitlines may lose */
    /* processor */
    uint64_t cache_bytes, line_bytes, associativity, simd_bits, counter_bits;
    double instructions_per_cycle;
    double instruction_j, node_m; /* energy of an instruction at that node */
    double core_m2;               /* there */
    /* datapath; simd_bits too */
    double power_w;
};

extern const struct schema hdc_schema, hdc_task_schema;

/* The task with the axes' values in place of the record's. */
struct hdc_work {
    double dimension, ngram, symbols, classes, texts, characters;
};

/* What there is to do, whatever the machine: exact. */
struct hdc_counts {
    double ngrams;          /* of all texts */
    double binds;           /* vectors combined: an exclusive or and a rotation each */
    double counter_updates; /* bits counted */
    double thresholds;      /* counters compared with half */
    double compared_bits;   /* exclusive or and population count */
};

/* STATUS_INFEASIBLE if texts are shorter than an n-gram. */
enum status hdc_count(const struct hdc_work *work, struct hdc_counts *counts,
                      struct error *reason);

/* One operation of the machine's memory each: the columns of the hdc_memory stage, struct
 * hdc_memory_row. */
struct hdc_costs_request {
    const struct hdc *hdc;
    const struct cell *cell;
    const struct node *node;
    double temperature_k;
    struct hdc_work work; /* what the memory must hold */
};

/* Pure; one or two searches of the array model.  STATUS_INFEASIBLE with a reason if the
 * cells are no tracks, or too short ones. */
enum status hdc_costs_make(const struct hdc_costs_request *request,
                           struct hdc_memory_row *costs, struct error *reason);

struct hdc_result {
    struct hdc_counts counts;
    double shifts, reads, writes, transverse_reads; /* tracks shifted, bits */
    double instructions, line_accesses;
    double step_s[HDC_STEP_COUNT], step_j[HDC_STEP_COUNT];
    double latency_s, energy_j, area_m2; /* all texts, one after the other */
};

enum status hdc_evaluate(const struct hdc *hdc, const struct hdc_work *work,
                         const struct hdc_memory_row *costs, struct hdc_result *result,
                         struct error *reason);

/* The families: the memory's operations, and texts made of them. */
struct hdc_family {
    enum status (*costs)(const struct hdc_costs_request *request,
                         struct hdc_memory_row *costs, struct error *reason);
    void (*run)(const struct hdc *hdc, const struct hdc_work *work,
                const struct hdc_memory_row *costs, struct hdc_result *result);
};
extern const struct hdc_family hdc_racetrack, hdc_crossbar, hdc_processor, hdc_datapath;

#endif
