#include "array/decoder.h"

#include "base/maths.h"

/* A 1:2, 2:4 or 3:8 decoder that drives a load. */
struct basic_decoder {
    unsigned bits;
    struct row_driver output; /* one output: NAND and chain */
    double energy_j, leakage_w;
    struct box box;
};

/* What a predecoder is built from. */
struct blocks {
    unsigned bits;
    unsigned count24, count38; /* basic decoders (a 1:2 decoder counts as a 2:4) */
    struct basic_decoder d24, d38;
    bool has_rank;
    struct row_driver rank;
};

static bool basic_make(struct basic_decoder *basic, const struct process *process,
                       unsigned bits, double load_f)
{
    unsigned outputs = 1u << bits;
    struct load load = { .f = load_f };

    basic->bits = bits;
    if (!row_driver_make(&basic->output, process, outputs, bits == 1 ? 0 : bits, load,
                         BUFFER_LATENCY, 0))
        return false;
    basic->energy_j = basic->output.energy_j;
    basic->leakage_w = basic->output.leakage_w;
    basic->box = basic->output.box;
    if (bits == 1) { /* an inverter produces the complement */
        double wn_m = process->min_w_m, wp_m = process->beta * wn_m;
        double in_f = gate_f(process, wn_m) + gate_f(process, wp_m);
        double out_f = gate_drain_f(process, GATE_INVERTER, 1, wn_m, wp_m,
                                    load_region_m(process));

        basic->energy_j += (in_f + out_f) * process->vdd_v * process->vdd_v;
    }
    return true;
}

/* Computes how many NAND gates of the rank each output of the two kinds of decoders drives. */
static void rank_fanout(unsigned count24, unsigned count38, double *of24, double *of38)
{
    unsigned total = count24 + count38;

    if (count24 == 0) {
        *of38 = maths_pow(8, total - 1);
        *of24 = 0;
    } else if (count24 == 1) {
        *of24 = maths_pow(8, total - 1);
        *of38 = 4 * maths_pow(8, total - 2);
    } else {
        *of24 = total == 2 ? 4 : 32;
        *of38 = 16;
    }
}

static void add_box(struct box *box, struct box part, double times)
{
    box->width_m = maths_max(box->width_m, part.width_m);
    box->height_m += times * part.height_m;
}

static bool ranked_make(struct blocks *block, const struct process *process,
                        double load_f)
{
    unsigned total = block->count24 + block->count38;
    double of24, of38;

    block->has_rank = true;
    if (!row_driver_make(&block->rank, process, maths_exp2(block->bits), total,
                         (struct load){ .f = load_f }, BUFFER_LATENCY, 0))
        return false;
    rank_fanout(block->count24, block->count38, &of24, &of38);
    if (block->count24 > 0 &&
        !basic_make(&block->d24, process, 2, of24 * block->rank.input_f))
        return false;
    if (block->count38 > 0 &&
        !basic_make(&block->d38, process, 3, of38 * block->rank.input_f))
        return false;
    return true;
}

static void block_totals(const struct blocks *block, const struct process *process,
                         struct predecoder *sum)
{
    double of24 = block->count24, of38 = block->count38;
    struct box first = { 0, 0 };

    if (block->count24 > 0)
        add_box(&first, block->d24.box, of24);
    if (block->count38 > 0)
        add_box(&first, block->d38.box, of38);
    if (process->rules->predecode_one_of_each) {
        of24 = maths_min(of24, 1);
        of38 = maths_min(of38, 1);
    }
    sum->energy_j = sum->leakage_w = 0;
    if (of24 > 0) {
        sum->energy_j += of24 * block->d24.energy_j;
        sum->leakage_w += of24 * block->d24.leakage_w;
    }
    if (of38 > 0) {
        sum->energy_j += of38 * block->d38.energy_j;
        sum->leakage_w += of38 * block->d38.leakage_w;
    }
    sum->box = first;
    if (block->has_rank) {
        sum->energy_j += block->rank.energy_j;
        sum->leakage_w += block->rank.leakage_w;
        sum->box.width_m += block->rank.box.width_m;
        sum->box.height_m = maths_max(first.height_m, block->rank.box.height_m);
    }
}

/* Computes the delay of the block from a step input, and the slope of its outputs. */
static void block_delay(const struct blocks *block, const struct process *process,
                        struct predecoder *sum)
{
    double ramp24 = RAMP_STEP, ramp38 = RAMP_STEP, of24_s = 0, of38_s = 0;

    if (block->count24 > 0)
        of24_s = row_driver_delay_s(&block->d24.output, process, RAMP_STEP, &ramp24);
    if (block->count38 > 0)
        of38_s = row_driver_delay_s(&block->d38.output, process, RAMP_STEP, &ramp38);
    if (block->count24 > 0 && block->count38 > 0 && process->rules->first_decoder_timed)
        of38_s = of24_s;
    if (block->count24 > 0 && block->has_rank)
        of24_s += row_driver_delay_s(&block->rank, process, ramp24, &ramp24);
    if (block->count38 > 0 && block->has_rank)
        of38_s += row_driver_delay_s(&block->rank, process, ramp38, &ramp38);
    if (block->count24 == 0)
        sum->step_ramp = ramp38;
    else if (block->count38 == 0)
        sum->step_ramp = ramp24;
    else if (process->rules->ramp_largest)
        sum->step_ramp = maths_max(ramp24, ramp38);
    else
        sum->step_ramp = of24_s > of38_s ? ramp24 : ramp38;
    sum->step_s = maths_max(of24_s, of38_s);
}

bool predecoder_make(struct predecoder *predecoder, const struct process *process,
                     unsigned bits, double load_f)
{
    static const unsigned count24_of[] = { 0, 2, 1 };
    struct blocks block = { .bits = bits };

    *predecoder = (struct predecoder){ .step_ramp = RAMP_STEP };
    if (bits == 0)
        return true;
    if (bits > PREDECODE_MAX_BITS)
        return false;
    block.count24 = bits == 1 ? 1 : count24_of[bits % 3];
    block.count38 = bits == 1 ? 0 : (bits - 2 * block.count24) / 3;
    if (block.count24 + block.count38 == 1) {
        if (!basic_make(bits == 3 ? &block.d38 : &block.d24, process, bits, load_f))
            return false;
    } else if (!ranked_make(&block, process, load_f)) {
        return false;
    }
    block_totals(&block, process, predecoder);
    block_delay(&block, process, predecoder);
    return true;
}
