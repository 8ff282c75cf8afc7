/* The public searches: for the access mode and target of the request, or for the best over all
 * access modes (ACCESS_BEST) and over all targets (TARGET_TUNED). */
#include "array/given.h"
#include "array/search.h"

/* Returns the target's value for the whole memory. */
static double result_value(const struct array_request *request,
                           const struct array_result *r)
{
    struct metrics m = {
        .read_s = r->read_latency_s,
        .write_s = r->write_latency_s,
        .read_j = r->read_energy_j,
        .write_j = r->write_energy_j,
        .leakage_w = r->leakage_w,
        .area_m2 = r->area_m2,
    };

    return target_value(request, &m);
}

/* Finds the best modelled memory.  Of equal values the first mode is taken, and within a mode the
 * first target. */
static enum status best_modelled(const struct array_request *request,
                                 const struct array_organization *data,
                                 const struct array_organization *tag, searcher *search,
                                 struct array_result *result, struct error *why)
{
    bool is_cache = request->associativity > 0;
    bool any_mode = request->access == ACCESS_BEST && is_cache;
    bool any_target = request->target == TARGET_TUNED;
    int first_mode = any_mode || !is_cache ? ACCESS_NORMAL : (int)request->access;
    int last_mode = any_mode ? ACCESS_FAST : first_mode;
    int first_target = any_target ? TARGET_READ_LATENCY : (int)request->target;
    int last_target = any_target ? TARGET_AREA : first_target;
    struct array_request one = *request;
    struct array_result tried;
    uint64_t organizations = 0, valid = 0;
    enum status found = STATUS_INFEASIBLE;
    double least = HUGE_VAL;

    if (is_cache && request->access == ACCESS_BY_SIZE)
        first_mode = last_mode = request->capacity_bytes >= ARRAY_LAST_LEVEL_BYTES
                                     ? ACCESS_SEQUENTIAL
                                     : ACCESS_NORMAL;
    if (first_mode == last_mode && first_target == last_target) {
        one.access = (enum array_access)first_mode;
        return cache_solve(&one, data, tag, search, result, why);
    }
    for (int mode = first_mode; mode <= last_mode; mode++)
        for (int target = first_target; target <= last_target; target++) {
            enum status status;

            one.access = (enum array_access)mode;
            one.target = (enum array_target)target;
            status = cache_solve(&one, data, tag, search, &tried, why);
            if (status == STATUS_INPUT)
                return status;
            if (status != STATUS_OK)
                continue;
            organizations += tried.organizations;
            valid += tried.valid;
            found = STATUS_OK;
            if (result_value(request, &tried) < least) {
                least = result_value(request, &tried);
                *result = tried;
            }
        }
    if (found == STATUS_OK) {
        result->organizations = organizations;
        result->valid = valid;
    }
    return found;
}

static enum status best(const struct array_request *request,
                        const struct array_organization *data,
                        const struct array_organization *tag, searcher *search,
                        struct array_result *result, struct error *why)
{
    struct array_result found;
    enum status status = STATUS_OK;

    if (request->cell->kind != CELL_GIVEN)
        status = best_modelled(request, data, tag, search, &found, why);
    if (status == STATUS_OK)
        status = given_apply(request, &found, why);
    if (status == STATUS_OK)
        *result = found;
    return status;
}

enum status array_search(const struct array_request *request,
                         struct array_result *result, struct error *why)
{
    return best(request, NULL, NULL, search_fast, result, why);
}

enum status array_evaluate(const struct array_request *request,
                           const struct array_organization *data,
                           const struct array_organization *tag,
                           struct array_result *result, struct error *why)
{
    return best(request, data, tag, search_fast, result, why);
}

enum status array_search_naive(const struct array_request *request,
                               struct array_result *result, struct error *why)
{
    return best(request, NULL, NULL, search_naive, result, why);
}
