/* A chip of crossbars that store weights and multiply in place, for inference and training.
 *
 * The hierarchy is chip, tile, subarray.  A tile holds weights of one layer.  A subarray is a
 * grid of cells of the array model (array/bitcell.h); its wordlines take the bits of an input
 * one after the other, and its bitlines sum currents for analog-to-digital converters.  Weight
 * gradients are products of activations and errors in SRAM subarrays.  Gradients and activations
 * that are needed later are stored in DRAM.
 *
 * crossbar_array_make computes the costs of one subarray, crossbar_layer_make those of the phases
 * of a layer for one sample, and crossbar_chip_evaluate those of a batch of a network under
 * backpropagation or direct feedback alignment, with or without pipelining. */
#ifndef NVSWEEP_CROSSBAR_CROSSBAR_H
#define NVSWEEP_CROSSBAR_CROSSBAR_H

#include "columns/crossbar_subarray.h"
#include "columns/crossbar_buffers.h"
#include "workload/layer.h"
#include "array/array.h"
#include "machine/machine.h"

enum crossbar_adc {
    ADC_FLASH, /* one sense amplifier of the array model per level */
    ADC_SAR,   /* successive approximation: one comparison per bit */
};
extern const struct word crossbar_adc_words[];

enum crossbar_pipeline {
    PIPELINE_NONE,   /* a sample passes through all layers before the next one starts */
    PIPELINE_LAYERS, /* layers work on different samples at the same time */
};
extern const struct word crossbar_pipeline_words[];

/* The phases of training. */
enum crossbar_phase {
    CROSSBAR_FORWARD,
    CROSSBAR_ACTIVATION_GRADIENT,
    CROSSBAR_WEIGHT_GRADIENT,
    CROSSBAR_WEIGHT_UPDATE,
    CROSSBAR_PHASE_COUNT
};

/* The parts of time and energy: those that DNN+NeuroSim reports, and leakage. */
enum crossbar_part {
    CROSSBAR_ARRAY, /* wordlines, bitlines, cells */
    CROSSBAR_ADC,
    CROSSBAR_ACCUMULATION,
    CROSSBAR_BUFFER,
    CROSSBAR_INTERCONNECT,
    CROSSBAR_GRADIENT, /* the SRAM subarrays of weight gradients */
    CROSSBAR_FEEDBACK, /* random matrices of feedback alignment, converters included */
    CROSSBAR_UPDATE,   /* write pulses */
    CROSSBAR_DRAM,
    CROSSBAR_LEAKAGE, /* energy only */
    CROSSBAR_PART_COUNT
};

/* The record of a chip. */
struct crossbar {
    struct machine machine;
    uint64_t rows, columns;  /* of a subarray */
    uint64_t tile_subarrays; /* subarrays of a tile */
    uint64_t tiles;          /* of the chip; 0: as many as the network needs */
    bool replicates;         /* unused tiles take copies of the slowest layers */
    uint64_t weight_bits, activation_bits,
        error_bits;       /* 0: the precision of the request */
    uint64_t cell_bits;   /* 0: the technology's own */
    uint64_t adc_columns; /* columns that share a converter */
    int adc;              /* enum crossbar_adc */
    uint64_t adc_bits;    /* 0: as many as the sums need */
    uint64_t rows_driven; /* at the same time; 0: as many as line_drop allows */
    double line_drop; /* largest share of the read voltage that a bitline may lose */
    double read_voltage_v; /* of cells whose record gives none (SRAM) */
    double activity;       /* share of input bits that are one */
    double clock_hz;       /* of the logic after the converters */
    uint64_t tile_buffer_bytes, global_buffer_bytes; /* SRAM */
    uint64_t bus_bits;  /* of buffers and of the tree between them */
    bool passes_inputs; /* kernel positions pass a pixel on, so it is read once */
    bool overlaps;      /* buffers, bus and DRAM work while the arrays work */
    uint64_t gradient_subarrays; /* SRAM, of one weight-gradient unit */
    uint64_t gradient_adc_bits;  /* 0: as many as the sums need */
    uint64_t gradient_bits;      /* of a weight's gradient in DRAM */
    uint64_t
        gradient_samples; /* added up on the chip before they are written to DRAM */
    double update_share;  /* share of cells that a weight update changes */
    double update_pulses; /* of each of them */
    int pipeline;         /* enum crossbar_pipeline */
    bool
        updates_together; /* backpropagation without a pipeline: all layers are written at once */
    double dram_bytes_per_s, dram_j_per_bit;
};
extern const struct schema crossbar_schema;

/* The design of one subarray. */
struct crossbar_design {
    const struct cell *cell;
    const struct node *node;
    double temperature_k;
    uint64_t rows, columns;
    uint64_t cell_bits; /* 0: the cell's own */
    uint64_t adc_columns;
    int adc;
    uint64_t adc_bits;    /* 0: as many as the sums need */
    uint64_t rows_driven; /* 0: as many as line_drop allows */
    double line_drop, read_voltage_v, clock_hz;
};

/* The costs of one subarray.  The comments say to what times and energies refer; areas and
 * leakage are those of the whole subarray. */
struct crossbar_array {
    double cell_bits, adc_bits;
    double rows_driven;
    double sum_bits;  /* converter bits that would represent the sums exactly */
    double line_drop; /* share of the read voltage lost with rows_driven rows on */
    double wordline_s, settle_s, adc_s;
    double
        conversion_s; /* settle and convert; at least the cell's sensing time and one clock */
    double cell_j;       /* of one driven cell of mean state in one conversion */
    double wordline_j;   /* of one wordline, up and down */
    double bitline_j;    /* of one column in one conversion */
    double adc_j;        /* of one conversion */
    double write_row_s;  /* of a set and a reset pulse for all cells of a row */
    double write_cell_j; /* of one pulse, with the cell's share of the lines */
    double cells_m2, driver_m2, adc_m2, transposed_m2;
    double leakage_w, transposed_leakage_w;
};

/* Computes the costs of a subarray.  Returns STATUS_INFEASIBLE with a reason if the cells cannot
 * sum currents or store the bits, or if the circuits cannot be built. */
enum status crossbar_array_make(const struct crossbar_design *design,
                                struct crossbar_array *array, struct error *reason);

/* Static CMOS logic, built of the node's gates. */
struct crossbar_logic {
    double adder_j, adder_m2, adder_w;          /* a full adder */
    double register_j, register_m2, register_w; /* a bit clocked in */
};
struct process;
void crossbar_logic_make(const struct process *process, struct crossbar_logic *logic);

/* A request for the costs of the parts of a chip.  The answers, struct crossbar_buffers_row and
 * struct crossbar_subarray_row, hold the columns of the crossbar stages. */
struct crossbar_costs_request {
    const struct crossbar *chip;
    const struct cell *cell, *sram; /* of weights; of gradients and buffers */
    const struct node *node;
    double temperature_k;
};

/* Computes the costs of the buffers by two searches of the array model, which are slow.  The
 * result does not depend on the weights' cells, so that it can be reused for all of them. */
enum status crossbar_buffers_make(const struct crossbar_costs_request *request,
                                  struct crossbar_buffers_row *buffers,
                                  struct error *reason);

/* Computes the costs of everything but the buffers. */
enum status crossbar_costs_make(const struct crossbar_costs_request *request,
                                struct crossbar_subarray_row *costs,
                                struct error *reason);

/* A network to be evaluated on the chip. */
struct crossbar_request {
    const struct crossbar *chip;
    const struct crossbar_subarray_row *costs;
    const struct crossbar_buffers_row *buffers;
    const struct mac_layers *layers; /* of one sample */
    size_t layer; /* time and energy of this computing layer alone, from 1; 0: of all */
    uint64_t precision_bits, batch;
    bool trains;
    int learning, pipeline;
    double rows, columns,
        adc_columns; /* of the subarrays for which costs were computed */
    double tiles;    /* of the chip; 0: as many as needed */
    double activity; /* share of input bits that are one */
    double update_share, update_pulses;
    double dram_bytes_per_s, dram_j_per_bit;
};

/* Returns a request with the figures of the chip's record.  The caller sets the others. */
struct crossbar_request crossbar_request_of(const struct crossbar *chip,
                                            const struct crossbar_subarray_row *costs,
                                            const struct crossbar_buffers_row *buffers);

/* The placement of a layer's weights in subarrays. */
struct crossbar_matrix {
    double inputs, outputs;   /* rows and columns of the weight matrix of one group */
    double groups, positions; /* output pixels or tokens: input vectors per sample */
    double slices;            /* cells per weight */
    double packed; /* groups that share a subarray, in different rows and columns */
    double row_tiles, column_tiles; /* subarrays of one group's matrix */
    double subarrays;               /* of all groups, one copy */
    double tiles, copies;
    double alone_s;   /* of one sample's vectors in one copy, without data movement */
    bool is_streamed; /* both operands are activations: it has no weights */
};

/* The costs of a layer: those of the update for one batch, of all other phases for one sample. */
struct crossbar_layer {
    double phase_s[CROSSBAR_PHASE_COUNT];
    double
        dram_s[CROSSBAR_PHASE_COUNT]; /* time of phase_s in the DRAM that all share */
    double phase_j[CROSSBAR_PHASE_COUNT];
    double part_s[CROSSBAR_PART_COUNT], part_j[CROSSBAR_PART_COUNT]; /* per sample */
    double phase_part_s[CROSSBAR_PHASE_COUNT][CROSSBAR_PART_COUNT];
    double phase_part_j[CROSSBAR_PHASE_COUNT][CROSSBAR_PART_COUNT];
    double update_s, update_j; /* of the pulses */
    double update_dram_j;
    double feedback_subarrays; /* of its random matrix */
};

/* The schedule of a batch.  Its time is
 *
 *   backpropagation     the sum of all phases of all layers
 *   feedback alignment  the sum of the forward phases, and the longest sum of a layer's others
 *   pipelined           filling and draining once, and one interval per sample: the time of the
 *                       busiest layer, or that of the DRAM that all layers share
 *
 * whole_s receives the time of a batch, backward_s that of its part after the forward pass. */
struct crossbar_schedule {
    uint64_t batch;
    bool trains;
    int learning, pipeline;
    bool updates_together;
};
void crossbar_schedule_time(const struct crossbar_schedule *schedule,
                            const struct crossbar_layer *layers, size_t count,
                            double *whole_s, double *backward_s);

/* The results of one batch, and the figures of the chip. */
struct crossbar_result {
    double latency_s, forward_s, backward_s, energy_j;
    double macs, weights;
    double phase_s[CROSSBAR_PHASE_COUNT]; /* of all layers, one after the other */
    double phase_j[CROSSBAR_PHASE_COUNT];
    double part_s[CROSSBAR_PART_COUNT], part_j[CROSSBAR_PART_COUNT],
        part_m2[CROSSBAR_PART_COUNT];
    double phase_part_s[CROSSBAR_PHASE_COUNT][CROSSBAR_PART_COUNT]; /* no leakage */
    double phase_part_j[CROSSBAR_PHASE_COUNT][CROSSBAR_PART_COUNT];
    double layers; /* that learn or compute with weights: N of feedback alignment */
    double tiles,
        subarrays; /* of the chip: those of weights and copies, and unused ones */
    double feedback_subarrays, gradient_subarrays;
    double dram_bytes;
    double used; /* share of the cells that hold weights or copies */
    double area_m2, leakage_w;
    double cell_writes; /* mean number of write pulses per cell and batch */
};

/* Memory for the layers of a network, reused by successive evaluations.  It must be all zeros at
 * the beginning and is freed with crossbar_scratch_free. */
struct crossbar_scratch {
    struct crossbar_matrix *matrices;
    struct crossbar_layer *layers;
    size_t count;
};
void crossbar_scratch_free(struct crossbar_scratch *room);

/* Evaluates a batch of a network.  Returns STATUS_INFEASIBLE with a reason if the network does not
 * fit the chip. */
enum status crossbar_chip_evaluate(const struct crossbar_request *request,
                                   struct crossbar_scratch *room,
                                   struct crossbar_result *result,
                                   struct error *reason);

/* Computes the subarrays that a layer needs.  Copies and the size of the chip are computed after
 * this is done for all layers. */
void crossbar_matrix_make(const struct crossbar_request *request,
                          const struct mac_layer *layer,
                          struct crossbar_matrix *matrix);

struct crossbar_place {
    bool is_first, is_last; /* in the network */
    double classes;         /* outputs of the last layer */
    double tile_m, chip_m;  /* sides of a tile and of the chip */
};

void crossbar_layer_make(const struct crossbar_request *request,
                         const struct mac_layer *layer,
                         const struct crossbar_matrix *matrix,
                         const struct crossbar_place *place,
                         struct crossbar_layer *made);

#endif
