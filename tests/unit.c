/* unit [SUITE...]: runs the suites named, or every one; the list is made from the names of
 * the test files. */
#include "unit.h"

#include <CUnit/Basic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SUITE_ENTRY(module) extern CU_TestInfo suite_##module[];
#include "suites.inc"
#undef SUITE_ENTRY

static bool is_wanted(const char *suite, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], suite) == 0)
            return true;
    return argc < 2;
}

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
#define SUITE_ENTRY(module) { #module, NULL, NULL, NULL, NULL, suite_##module },
#include "suites.inc"
#undef SUITE_ENTRY
        CU_SUITE_INFO_NULL,
    };
    CU_TestInfo none[] = { CU_TEST_INFO_NULL };
    unsigned failures;

    for (CU_SuiteInfo *suite = suites; suite->pName; suite++)
        if (!is_wanted(suite->pName, argc, argv))
            suite->pTests = none;
    if (CU_initialize_registry() != CUE_SUCCESS ||
        CU_register_suites(suites) != CUE_SUCCESS)
        return EXIT_FAILURE;
    CU_basic_set_mode(getenv("V") ? CU_BRM_VERBOSE : CU_BRM_NORMAL);
    CU_basic_run_tests();
    failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
