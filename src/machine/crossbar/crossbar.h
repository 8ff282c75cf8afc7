/* A chip of crossbars that hold weights and multiply in place: inference and training.
 *
 * Chip -> tiles -> subarrays.  A tile holds weights of one layer; a subarray is a grid of
 * cells of the array model (array/bitcell.h) whose wordlines take the bits of an input
 * one after the other and whose bitlines sum currents for analog-to-digital converters.
 * Weight gradients are products of activations and errors in SRAM subarrays; gradients
 * and activations wait in DRAM.
 *
 * crossbar_array_make says what one subarray costs, crossbar_layer what the phases of a
 * layer cost for one sample, crossbar_chip_evaluate what a batch of a network costs under
 * backpropagation or direct feedback alignment, with or without pipelining. */
#ifndef NVSWEEP_CROSSBAR_CROSSBAR_H
#define NVSWEEP_CROSSBAR_CROSSBAR_H

#include "columns/crossbar_subarray.h"
#include "columns/crossbar_buffers.h"
#include "workload/layer.h"
#include "array/array.h"
#include "machine/machine.h"

enum crossbar_adc {
    ADC_FLASH, /* a sense amplifier of the array model per level */
    ADC_SAR,   /* successive approximation: one comparison per bit */
};
extern const struct word crossbar_adc_words[];

enum crossbar_pipeline {
    PIPELINE_NONE,   /* a sample passes all layers before the next one starts */
    PIPELINE_LAYERS, /* every layer works on a sample of its own */
};
extern const struct word crossbar_pipeline_words[];

/* The phases of training, in this order everywhere. */
enum crossbar_phase {
    CROSSBAR_FORWARD,
    CROSSBAR_ACTIVATION_GRADIENT,
    CROSSBAR_WEIGHT_GRADIENT,
    CROSSBAR_WEIGHT_UPDATE,
    CROSSBAR_PHASE_COUNT
};

/* Where time and energy go: the parts that DNN+NeuroSim reports, and leakage. */
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

/* A chip's record.  Counts that are 0 mean what the comment says. */
struct crossbar {
    struct machine machine;
    uint64_t rows, columns;  /* of a subarray */
    uint64_t tile_subarrays; /* subarrays of a tile */
    uint64_t tiles;          /* of the chip; 0: as many as the network needs */
    bool replicates;         /* room that is left takes copies of the slowest layers */
    uint64_t weight_bits, activation_bits, error_bits; /* 0: the precision asked for */
    uint64_t cell_bits;                                /* 0: the technology's own */
    uint64_t adc_columns;  /* columns that share a converter */
    int adc;               /* enum crossbar_adc */
    uint64_t adc_bits;     /* 0: as many as the sums need */
    uint64_t rows_driven;  /* at once; 0: as many as line_drop allows */
    double line_drop;      /* share of the read voltage that bitlines may lose */
    double read_voltage_v; /* over cells whose record gives none (SRAM) */
    double activity;       /* share of input bits that are one */
    double clock_hz;       /* of the logic behind the converters */
    uint64_t tile_buffer_bytes, global_buffer_bytes; /* SRAM */
    uint64_t bus_bits;           /* of buffers and of the tree between them */
    bool passes_inputs;          /* kernel positions hand a pixel on: it is read once */
    bool overlaps;               /* do buffers, bus and DRAM work beside the arrays? */
    uint64_t gradient_subarrays; /* SRAM, of one weight-gradient unit */
    uint64_t gradient_adc_bits;  /* 0: as many as the sums need */
    uint64_t gradient_bits;      /* of a weight's gradient in DRAM */
    uint64_t gradient_samples;   /* summed on the chip before they go there */
    double update_share;         /* share of cells that a weight update changes */
    double update_pulses;        /* of each of them */
    int pipeline;                /* enum crossbar_pipeline */
    double dram_bytes_per_s, dram_j_per_bit;
};
extern const struct schema crossbar_schema;

/* One subarray as it is asked for. */
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

/* What it costs.  Times and energies are of one wordline, one column conversion, one
 * cell, one bit, as said; areas and leakage of the whole subarray. */
struct crossbar_array {
    double cell_bits, adc_bits;
    double rows_driven;
    double sum_bits;  /* converter bits that would lose nothing of the sums */
    double line_drop; /* share of the read voltage lost with rows_driven rows on */
    double wordline_s, settle_s, adc_s;
    double
        conversion_s; /* settle and convert; at least the cell's sensing time, a clock */
    double cell_j;    /* a driven cell, one conversion, mean state */
    double wordline_j;   /* a wordline up and down */
    double bitline_j;    /* a column, one conversion */
    double adc_j;        /* one conversion */
    double write_row_s;  /* a pulse in both directions at all cells of a row */
    double write_cell_j; /* a pulse, its share of the lines */
    double cells_m2, driver_m2, adc_m2, transposed_m2;
    double leakage_w, transposed_leakage_w;
};

/* STATUS_INFEASIBLE with a reason if cells cannot sum currents or hold the bits, or the
 * circuits cannot be built. */
enum status crossbar_array_make(const struct crossbar_design *design,
                                struct crossbar_array *array, struct error *reason);

/* Static CMOS logic built from the node's own gates. */
struct crossbar_logic {
    double adder_j, adder_m2, adder_w;          /* a full adder */
    double register_j, register_m2, register_w; /* a bit clocked in */
};
struct process;
void crossbar_logic_make(const struct process *process, struct crossbar_logic *logic);

/* What layers and chips are made of are the columns of the crossbar stages: struct
 * crossbar_buffers_row and struct crossbar_subarray_row. */
struct crossbar_costs_request {
    const struct crossbar *chip;
    const struct cell *cell, *sram; /* of weights; of gradients and buffers */
    const struct node *node;
    double temperature_k;
};

/* Buffers as memory arrays: the same for all cells of a chip at a node, and slow, for it
 * takes two searches of the array model. */
enum status crossbar_buffers_make(const struct crossbar_costs_request *request,
                                  struct crossbar_buffers_row *buffers,
                                  struct error *reason);

/* All but the buffers. */
enum status crossbar_costs_make(const struct crossbar_costs_request *request,
                                struct crossbar_subarray_row *costs,
                                struct error *reason);

/* A network on the chip. */
struct crossbar_request {
    const struct crossbar *chip;
    const struct crossbar_subarray_row *costs;
    const struct crossbar_buffers_row *buffers;
    const struct mac_layers *layers; /* of one sample */
    size_t layer; /* time and energy of the i-th computing layer alone; 0: all */
    uint64_t precision_bits, batch;
    bool trains;
    int learning, pipeline;
    double rows, columns, adc_columns; /* of the subarrays that costs are of */
    double tiles;                      /* of the chip; 0: as many as needed */
    double activity;                   /* share of input bits that are one */
    double update_share, update_pulses;
    double dram_bytes_per_s, dram_j_per_bit;
};

/* The request with all that the chip's record says; callers set the rest. */
struct crossbar_request crossbar_request_of(const struct crossbar *chip,
                                            const struct crossbar_subarray_row *costs,
                                            const struct crossbar_buffers_row *buffers);

/* A layer's weights in subarrays. */
struct crossbar_matrix {
    double inputs, outputs;   /* of a group: rows and columns of its weight matrix */
    double groups, positions; /* output pixels, or tokens: vectors of a sample */
    double slices;            /* cells of a weight */
    double packed;            /* groups that share a subarray, rows and columns apart */
    double row_tiles, column_tiles; /* subarrays of one group's matrix */
    double subarrays;               /* of all groups, one copy */
    double tiles, copies;
    double alone_s;   /* a sample's vectors through one copy, arrays alone */
    bool is_streamed; /* both operands are activations: it has no weights */
};

/* What a layer costs: phases before the update one sample, the update one batch. */
struct crossbar_layer {
    double phase_s[CROSSBAR_PHASE_COUNT];
    double dram_s[CROSSBAR_PHASE_COUNT]; /* of phase_s, at the DRAM that all share */
    double phase_j[CROSSBAR_PHASE_COUNT];
    double part_s[CROSSBAR_PART_COUNT], part_j[CROSSBAR_PART_COUNT]; /* of a sample */
    double update_s, update_j;                                       /* pulses alone */
    double update_dram_j;
    double feedback_subarrays; /* of its random matrix */
};

/* How a batch's phases follow each other, the rule of the whole model:
 *
 *   backpropagation     sum of all phases of all layers, layer after layer
 *   feedback alignment  forward phases, then the longest layer's other phases
 *   pipelined           filling and draining once, then one sample per interval: that of
 *                       the busiest layer, or of the DRAM all layers share
 *
 * whole_s and backward_s receive the batch and its part after the forward pass. */
struct crossbar_schedule {
    uint64_t batch;
    bool trains;
    int learning, pipeline;
};
void crossbar_schedule_time(const struct crossbar_schedule *schedule,
                            const struct crossbar_layer *layers, size_t count,
                            double *whole_s, double *backward_s);

/* One batch, and the chip. */
struct crossbar_result {
    double latency_s, forward_s, backward_s, energy_j;
    double macs, weights;
    double phase_s[CROSSBAR_PHASE_COUNT]; /* of all layers, one after the other */
    double phase_j[CROSSBAR_PHASE_COUNT];
    double part_s[CROSSBAR_PART_COUNT], part_j[CROSSBAR_PART_COUNT],
        part_m2[CROSSBAR_PART_COUNT];
    double tiles, subarrays; /* of the chip: weights, copies and room left */
    double feedback_subarrays, gradient_subarrays;
    double dram_bytes;
    double used; /* share of the cells that hold weights or copies */
    double area_m2, leakage_w;
    double cell_writes; /* write pulses of a cell, mean, a batch */
};

/* Room for a network's layers that one evaluation after the other uses; starts as zeros,
 * freed with crossbar_room_free. */
struct crossbar_room {
    struct crossbar_matrix *matrices;
    struct crossbar_layer *layers;
    size_t count;
};
void crossbar_room_free(struct crossbar_room *room);

/* STATUS_INFEASIBLE with a reason if the network does not fit the chip. */
enum status crossbar_chip_evaluate(const struct crossbar_request *request,
                                   struct crossbar_room *room,
                                   struct crossbar_result *result,
                                   struct error *reason);

/* Where a layer lies: made for every layer first, copies and chip size follow. */
void crossbar_matrix_make(const struct crossbar_request *request,
                          const struct mac_layer *layer,
                          struct crossbar_matrix *matrix);

struct crossbar_place {
    bool is_first, is_last; /* in the network */
    double classes;         /* outputs of the last layer */
    double tile_m, chip_m;  /* sides */
};

void crossbar_layer_make(const struct crossbar_request *request,
                         const struct mac_layer *layer,
                         const struct crossbar_matrix *matrix,
                         const struct crossbar_place *place,
                         struct crossbar_layer *made);

#endif
