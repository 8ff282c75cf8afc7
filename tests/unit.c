/* Runs every suite, or those named (`build/unit accel array`); the list is made from the
 * names of the test files. */
#include "unit.h"

#include <CUnit/Basic.h>
#include <stdlib.h>
#include <string.h>

#define SUITE_ENTRY(module) extern CU_TestInfo suite_##module[];
#include "suites.inc"
#undef SUITE_ENTRY

/* Moves the suites named to the front; ends the list behind them. */
static void suites_select(CU_SuiteInfo *suites, char **names, int count)
{
    size_t kept = 0;

    for (size_t i = 0; suites[i].pName; i++)
        for (int n = 0; n < count; n++)
            if (strcmp(suites[i].pName, names[n]) == 0) {
                suites[kept++] = suites[i];
                break;
            }
    suites[kept].pName = NULL;
}

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
#define SUITE_ENTRY(module) { #module, NULL, NULL, NULL, NULL, suite_##module },
#include "suites.inc"
#undef SUITE_ENTRY
        CU_SUITE_INFO_NULL,
    };
    unsigned failures;

    if (argc > 1)
        suites_select(suites, argv + 1, argc - 1);
    if (CU_initialize_registry() != CUE_SUCCESS ||
        CU_register_suites(suites) != CUE_SUCCESS)
        return EXIT_FAILURE;
    CU_basic_set_mode(getenv("V") ? CU_BRM_VERBOSE : CU_BRM_NORMAL);
    CU_basic_run_tests();
    failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
