/* Runs every suite; the list is made from the names of the test files. */
#include "unit.h"

#include <CUnit/Basic.h>
#include <stdlib.h>

#define SUITE_ENTRY(module) extern CU_TestInfo suite_##module[];
#include "suites.inc"
#undef SUITE_ENTRY

int main(void)
{
    CU_SuiteInfo suites[] = {
#define SUITE_ENTRY(module) { #module, NULL, NULL, NULL, NULL, suite_##module },
#include "suites.inc"
#undef SUITE_ENTRY
        CU_SUITE_INFO_NULL,
    };
    unsigned failures;

    if (CU_initialize_registry() != CUE_SUCCESS ||
        CU_register_suites(suites) != CUE_SUCCESS)
        return EXIT_FAILURE;
    CU_basic_set_mode(getenv("V") ? CU_BRM_VERBOSE : CU_BRM_NORMAL);
    CU_basic_run_tests();
    failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
