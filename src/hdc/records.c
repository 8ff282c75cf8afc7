/* The schemas of the library records of machines and tasks of hyperdimensional computing. */
#include "hdc/hdc.h"

const struct word hdc_family_words[] = {
    { "racetrack", HDC_RACETRACK },
    { "crossbar", HDC_CROSSBAR },
    { "processor", HDC_PROCESSOR },
    { "datapath", HDC_DATAPATH },
    { NULL, 0 },
};

/* clang-format off */
static const struct field hdc_fields[] = {
    FIELD_TEXT(struct hdc, summary, "", "summary in one line"),
    FIELD_WORD(struct hdc, family, hdc_family_words, REQUIRED, "how it computes"),
    FIELD_NUMBER(struct hdc, clock_hz, "Hz", 1e9, 1e6, 1e11, "clock of its logic"),
    FIELD_COUNT(struct hdc, row_bits, 512, 8, 65536, "racetrack, crossbar: bits of a row, which lies in subarrays of its own"),
    FIELD_COUNT_OR(struct hdc, domains, "technology", 1, 65536, "racetrack: domains of a track, or the technology's own"),
    FIELD_COUNT(struct hdc, span, 7, 2, 64, "racetrack: domains between ports that a transverse read counts"),
    FIELD_COUNT(struct hdc, counter_base, 10, 2, 256, "racetrack: domains of a digit of a counter"),
    FIELD_NUMBER(struct hdc, domain_ohm, "ohm", 67, 0, 1e9, "racetrack: resistance of a track per domain"),
    FIELD_COUNT(struct hdc, addressed_bits, 32, 1, 65536, "racetrack: tracks addressed together where the cell's shift energy holds"),
    FIELD_NUMBER(struct hdc, power_w, "W", 0, 0, 1e4, "datapath: power while it works"),
    FIELD_COUNT(struct hdc, rows, 128, 1, 4096, "crossbar: wordlines, and bitlines, of the crossbars with class vectors"),
    FIELD_COUNT(struct hdc, adc_columns, 8, 1, 4096, "crossbar: bitlines that share a converter"),
    FIELD_NUMBER(struct hdc, line_drop, "1", 0.1, 1e-4, 0.9, "crossbar: share of the read voltage that a bitline may lose"),
    FIELD_SIZE_COUNT(struct hdc, cache_bytes, 1u << 20, 64, 1ull << 40, "processor: size of its cache"),
    FIELD_POWER(struct hdc, line_bytes, "1", 64, 8, 4096, "processor: size of a cache line"),
    FIELD_COUNT(struct hdc, associativity, 8, 1, 1024, "processor: ways of the cache"),
    FIELD_COUNT(struct hdc, simd_bits, 256, 8, 65536, "processor: bits of a vector register; datapath: bits of a vector per cycle"),
    FIELD_COUNT(struct hdc, counter_bits, 16, 8, 64, "processor: bits of a counter"),
    FIELD_NUMBER(struct hdc, instructions_per_cycle, "1", 1, 0.01, 64, "processor: instructions per cycle"),
    FIELD_NUMBER(struct hdc, instruction_j, "J", 0, 0, 1e-6, "processor: energy of an instruction at node_m"),
    FIELD_NUMBER(struct hdc, node_m, "m", 45e-9, 1e-9, 1e-6, "processor: node of instruction_j and core_m2"),
    FIELD_NUMBER(struct hdc, core_m2, "m2", 0, 0, 1, "processor: area of its core at node_m"),
};

static const struct field hdc_task_fields[] = {
    FIELD_TEXT(struct hdc_task, summary, "", "summary in one line"),
    FIELD_COUNT(struct hdc_task, dimension, 10000, 8, 1u << 24, "bits of a hypervector"),
    FIELD_COUNT(struct hdc_task, ngram, REQUIRED, 1, 64, "symbols of an n-gram"),
    FIELD_COUNT(struct hdc_task, symbols, REQUIRED, 1, 65536, "different symbols"),
    FIELD_COUNT(struct hdc_task, classes, REQUIRED, 1, 65536, "classes that are distinguished"),
    FIELD_COUNT(struct hdc_task, texts, REQUIRED, 1, 1ull << 40, "texts to recognise"),
    FIELD_COUNT(struct hdc_task, characters, REQUIRED, 1, 1ull << 50, "characters of all texts"),
    FIELD_COUNT_OR(struct hdc_task, queries, "texts", 1, 1ull << 40, "texts of mean length to recognise; default: all texts"),
};
/* clang-format on */

const struct schema hdc_schema = {
    .kind = "hdc",
    .folder = "hdc",
    .size = sizeof(struct hdc),
    .fields = hdc_fields,
    .field_count = FIELD_COUNT_OF(hdc_fields),
};

const struct schema hdc_task_schema = {
    .kind = "hdc_task",
    .folder = "hdc_tasks",
    .size = sizeof(struct hdc_task),
    .fields = hdc_task_fields,
    .field_count = FIELD_COUNT_OF(hdc_task_fields),
};
