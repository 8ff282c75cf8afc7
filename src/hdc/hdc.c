#include "hdc/hdc.h"

static const struct hdc_family *const families[HDC_FAMILY_COUNT] = {
    [HDC_RACETRACK] = &hdc_racetrack,
    [HDC_CROSSBAR] = &hdc_crossbar,
    [HDC_PROCESSOR] = &hdc_processor,
    [HDC_DATAPATH] = &hdc_datapath,
};

enum status hdc_count(const struct hdc_work *work, struct hdc_counts *counts,
                      struct error *reason)
{
    double ngrams = work->characters - work->texts * (work->ngram - 1);

    if (ngrams < work->texts)
        return error_set(reason, STATUS_INFEASIBLE,
                         "%g characters in %g texts are too few for %g-grams",
                         work->characters, work->texts, work->ngram);
    *counts = (struct hdc_counts){
        .ngrams = ngrams,
        .binds = ngrams * (work->ngram - 1),
        .counter_updates = ngrams * work->dimension,
        .thresholds = work->texts * work->dimension,
        .compared_bits = work->texts * work->classes * work->dimension,
    };
    return STATUS_OK;
}

enum status hdc_costs_make(const struct hdc_costs_request *request,
                           struct hdc_memory_row *costs, struct error *reason)
{
    *costs = (struct hdc_memory_row){ 0 };
    return families[request->hdc->family]->costs(request, costs, reason);
}

enum status hdc_evaluate(const struct hdc *hdc, const struct hdc_work *work,
                         const struct hdc_memory_row *costs, struct hdc_result *result,
                         struct error *reason)
{
    struct hdc_result r = { .area_m2 = costs->machine_m2 };
    enum status status = hdc_count(work, &r.counts, reason);

    if (status != STATUS_OK)
        return status;
    families[hdc->family]->run(hdc, work, costs, &r);
    for (int s = 0; s < HDC_LEAKAGE; s++)
        r.latency_s += r.step_s[s];
    r.step_j[HDC_LEAKAGE] = costs->leakage_w * r.latency_s;
    for (int s = 0; s < HDC_STEP_COUNT; s++)
        r.energy_j += r.step_j[s];
    *result = r;
    return STATUS_OK;
}
