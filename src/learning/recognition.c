#include "learning/recognition.h"

#include "base/memory.h"
#include "base/stop.h"
#include "hdc/hdc.h"
#include "learning/hypervector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct field recognition_fields[] = {
    EXPERIMENT_FIELDS(3),
    FIELD_COUNT_OR(struct recognition, languages, "all", 2, CORPUS_FILES_MAX, "number of languages, the first ones of the corpus, or all"),
    FIELD_COUNT(struct recognition, training_characters, 1u << 30, 1, 1u << 30, "largest number of characters from which a language is learnt"),
    FIELD_COUNT(struct recognition, text_characters, 180, 1, 1u << 20, "characters of a test text"),
    FIELD_COUNT(struct recognition, test_texts, 1u << 20, 1, 1u << 30, "largest number of test texts per language"),
    FIELD_COUNT_OR(struct recognition, counter_bits, "exact", 2, 16, "bits of up-down counters that saturate, or as many as exact counts need"),
    FIELD_NUMBER(struct recognition, class_faults, "1", 0, 0, 0.5, "share of bits of the class memory that are flipped, rounded to a multiple of 2^-12"),
    FIELD_NUMBER(struct recognition, read_faults, "1", 0, 0, 0.5, "share of bits of n-grams that are wrong because a transverse read counts one domain too many or too few, rounded to a multiple of 2^-12"),
};
/* clang-format on */

const struct schema recognition_schema = {
    .kind = "experiment",
    .folder = "experiments",
    .size = sizeof(struct recognition),
    .fields = recognition_fields,
    .field_count = FIELD_COUNT_OF(recognition_fields),
};

/* ---- texts to vectors */

enum { STREAM_SYMBOLS = 1 << 22, STREAM_CLASSES, STREAM_READS };

/* The symbols' vectors at all places of an n-gram, and memory. */
struct encoder {
    size_t dimension, words, ngram;
    uint64_t *symbols; /* ngram x TEXT_SYMBOLS x words; the last place is first */
    uint64_t *vector, *room;
    struct hypercounter counter;
    uint32_t read_share;
    struct random reads;
};

static void encoder_init(struct encoder *encoder, const struct recognition *recognition,
                         const struct hdc_task *task, uint64_t trial)
{
    size_t dimension = (size_t)task->dimension, words = hypervector_words(dimension);
    struct random random = random_begin(trial, STREAM_SYMBOLS);
    size_t place = TEXT_SYMBOLS * words;

    *encoder = (struct encoder){
        .dimension = dimension,
        .words = words,
        .ngram = (size_t)task->ngram,
        .symbols = alloc_array(task->ngram * place, sizeof(uint64_t)),
        .vector = alloc_array(words, sizeof(uint64_t)),
        .room = alloc_array(words, sizeof(uint64_t)),
        .read_share = (uint32_t)lround(recognition->read_faults * RANDOM_SHARES),
        .reads = random_begin(trial, STREAM_READS),
    };
    hypercounter_init(&encoder->counter, dimension, recognition->counter_bits);
    for (size_t s = 0; s < TEXT_SYMBOLS; s++)
        hypervector_draw(encoder->symbols + s * words, dimension, &random);
    for (size_t k = 1; k < encoder->ngram; k++)
        for (size_t s = 0; s < TEXT_SYMBOLS; s++)
            hypervector_rotate(encoder->symbols + s * words, dimension, k,
                               encoder->symbols + k * place + s * words);
}

static void encoder_free(struct encoder *encoder)
{
    free(encoder->symbols);
    free(encoder->vector);
    free(encoder->room);
    hypercounter_free(&encoder->counter);
}

/* Computes the vector of a text; size >= ngram. */
static void text_encode(struct encoder *encoder, const uint8_t *text, size_t size,
                        uint64_t *out)
{
    size_t words = encoder->words, place = TEXT_SYMBOLS * words, n = encoder->ngram;
    uint64_t *vector = encoder->vector;

    hypercounter_clear(&encoder->counter);
    for (size_t i = n - 1; i < size && (i % 4096 || !stop_is_wanted()); i++) {
        memcpy(vector, encoder->symbols + text[i] * words, words * sizeof *vector);
        for (size_t k = 1; k < n; k++) {
            const uint64_t *symbol = encoder->symbols + k * place + text[i - k] * words;

            for (size_t w = 0; w < words; w++)
                vector[w] ^= symbol[w];
        }
        hypervector_disturb(vector, encoder->dimension, encoder->read_share,
                            &encoder->reads, encoder->room);
        hypercounter_add(&encoder->counter, vector);
    }
    hypercounter_majority(&encoder->counter, out);
}

/* ---- an experiment */

static size_t least(uint64_t a, size_t b)
{
    return a < b ? (size_t)a : b;
}

static size_t language_count(const struct recognition *recognition,
                             const struct corpus *corpus)
{
    return recognition->languages ? least(recognition->languages, corpus->files_count)
                                  : corpus->files_count;
}

/* Returns the number of test texts of a language. */
static size_t piece_count(const struct recognition *recognition,
                          const struct corpus_text *text)
{
    return least(recognition->test_texts,
                 text->test_size / (size_t)recognition->text_characters);
}

static size_t nearest(const uint64_t *classes, size_t count, const uint64_t *vector,
                      size_t words)
{
    size_t best = 0;
    uint64_t least_distance = UINT64_MAX;

    for (size_t c = 0; c < count; c++) {
        uint64_t distance = hypervector_distance(classes + c * words, vector, words);

        if (distance < least_distance) {
            least_distance = distance;
            best = c;
        }
    }
    return best;
}

/* Returns the share of texts that are recognised; *tests receives their number. */
static double recognised(struct encoder *encoder, const struct recognition *recognition,
                         const struct corpus *corpus, const uint64_t *classes,
                         double *tests)
{
    size_t size = (size_t)recognition->text_characters, all = 0, right = 0;
    size_t languages = language_count(recognition, corpus);
    uint64_t *vector = alloc_array(encoder->words, sizeof *vector);

    for (size_t c = 0; c < languages; c++) {
        const struct corpus_text *text = &corpus->texts[c];
        size_t pieces = piece_count(recognition, text);

        for (size_t i = 0; i < pieces && !stop_is_wanted(); i++) {
            text_encode(encoder, text->test + i * size, size, vector);
            right += nearest(classes, languages, vector, encoder->words) == c;
        }
        all += pieces;
    }
    free(vector);
    *tests = (double)all;
    return (double)right / (double)all;
}

static void trial_run(const struct experiment_setting *setting, uint64_t trial,
                      struct experiment_result *result)
{
    const struct recognition *recognition =
        (const struct recognition *)setting->experiment;
    const struct corpus *corpus = setting->corpus;
    size_t languages = language_count(recognition, corpus);
    uint32_t share = (uint32_t)lround(recognition->class_faults * RANDOM_SHARES);
    struct random random = random_begin(trial, STREAM_CLASSES);
    struct encoder encoder;
    uint64_t *classes;

    encoder_init(&encoder, recognition, setting->task, trial);
    classes = alloc_array(languages * encoder.words, sizeof *classes);
    for (size_t c = 0; c < languages; c++) {
        const struct corpus_text *text = &corpus->texts[c];
        uint64_t *vector = classes + c * encoder.words;

        text_encode(&encoder, text->training,
                    least(recognition->training_characters, text->training_size),
                    vector);
        hypervector_disturb(vector, encoder.dimension, share, &random, encoder.room);
    }
    result->accuracy[trial] = recognised(&encoder, recognition, corpus, classes,
                                         &result->tests);
    free(classes);
    encoder_free(&encoder);
}

static bool is_lost(double share)
{
    return share > 0 && lround(share * RANDOM_SHARES) == 0;
}

static enum status recognition_check(const struct experiment_setting *setting,
                                     struct error *err)
{
    const struct recognition *recognition =
        (const struct recognition *)setting->experiment;
    const struct corpus *corpus = setting->corpus;
    const struct hdc_task *task = setting->task;

    if (recognition->languages > corpus->files_count)
        return error_set(err, STATUS_INFEASIBLE,
                         "languages is %ju, but the corpus '%s' has %zu",
                         (uintmax_t)recognition->languages, corpus->record.name,
                         corpus->files_count);
    if (task->symbols != TEXT_SYMBOLS)
        return error_set(err, STATUS_INFEASIBLE,
                         "texts have %d symbols, but hdc_task '%s' has %ju",
                         TEXT_SYMBOLS, task->record.name, (uintmax_t)task->symbols);
    if (task->ngram > recognition->text_characters ||
        task->ngram > recognition->training_characters)
        return error_set(
            err, STATUS_INFEASIBLE, "texts of %ju characters have no %ju-grams",
            (uintmax_t)recognition->text_characters, (uintmax_t)task->ngram);
    if (is_lost(recognition->class_faults) || is_lost(recognition->read_faults))
        return error_set(err, STATUS_INFEASIBLE,
                         "shares of faults are multiples of 2^-12, must be 0 or at "
                         "least %.2g",
                         1.0 / RANDOM_SHARES);
    for (size_t c = 0; c < language_count(recognition, corpus); c++)
        if (piece_count(recognition, &corpus->texts[c]) == 0)
            return error_set(
                err, STATUS_INFEASIBLE,
                "%s has fewer than %ju characters for the test; use shorter texts",
                corpus->languages[c], (uintmax_t)recognition->text_characters);
    return STATUS_OK;
}

static enum status recognition_run(const struct experiment_setting *setting,
                                   struct experiment_result *result, struct error *err)
{
    enum status status = recognition_check(setting, err);

    for (uint64_t trial = 0; trial < setting->experiment->trials && status == STATUS_OK;
         trial++)
        trial_run(setting, trial, result);
    return status;
}

static double recognition_cost_s(const struct experiment_setting *setting)
{
    const struct recognition *recognition =
        (const struct recognition *)setting->experiment;
    const struct corpus *corpus = setting->corpus;
    const struct hdc_task *task = setting->task;
    double characters = 0, word_s;

    for (size_t c = 0; c < language_count(recognition, corpus); c++)
        characters += (double)least(recognition->training_characters,
                                    corpus->texts[c].training_size) +
                      (double)piece_count(recognition, &corpus->texts[c]) *
                          (double)recognition->text_characters;
    word_s = 0.3e-9 * ((double)task->ngram + 2) +
             (recognition->counter_bits ? 0.5e-9 * (double)recognition->counter_bits
                                        : 0) +
             (recognition->read_faults > 0 ? 15e-9 : 0);
    return (double)setting->experiment->trials * characters *
           (double)hypervector_words((size_t)task->dimension) * word_s;
}

const struct experiment_family hypervector_experiments = {
    .name = "hypervectors",
    .reads = EXPERIMENT_READS_TASK,
    .takes_texts = true,
    .schema = &recognition_schema,
    .run = recognition_run,
    .cost_s = recognition_cost_s,
};
