/* Hyperdimensional computing in a datapath of fixed width and power, such as an FPGA.  One pass
 * of the pipeline fetches, binds and counts a symbol; another pass compares a class.  Each pass
 * takes one cycle for every `width` bits of a vector. */
#include "hdc/hdc.h"

static enum status costs_make(const struct hdc_costs_request *request,
                              struct hdc_memory_row *costs, struct error *reason)
{
    const struct hdc *hdc = request->hdc;
    const struct hdc_work *w = &request->work;

    if (hdc->power_w <= 0)
        return error_set(reason, STATUS_INFEASIBLE, "%s has no power_w, must have one",
                         hdc->record.name);
    costs->parallel_banks = 1;
    costs->memory_bytes = w->dimension / 8 * (w->symbols + w->classes + w->ngram);
    costs->leakage_w = 0; /* its power includes the leakage */
    costs->machine_m2 = hdc->core_m2;
    return STATUS_OK;
}

static void run(const struct hdc *hdc, const struct hdc_work *w,
                const struct hdc_memory_row *c, struct hdc_result *r)
{
    double slices = ceil(w->dimension / (double)hdc->simd_bits);

    (void)c;
    r->step_s[HDC_BIND] = w->characters * slices / hdc->clock_hz;
    r->step_s[HDC_THRESHOLD] = w->texts * slices / hdc->clock_hz;
    r->step_s[HDC_COMPARE] = w->texts * w->classes * slices / hdc->clock_hz;
    for (int s = 0; s < HDC_LEAKAGE; s++)
        r->step_j[s] = hdc->power_w * r->step_s[s];
}

const struct hdc_family hdc_datapath = { .costs = costs_make, .run = run };
