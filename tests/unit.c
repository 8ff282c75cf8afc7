/* Runs every suite, or those named: `unit [SUITE...]`.  The list is made from the names of
 * the test files. */
#include "unit.h"

#include <CUnit/Basic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUITE_ENTRY(module) extern CU_TestInfo suite_##module[];
#include "suites.inc"
#undef SUITE_ENTRY

static CU_SuiteInfo suites[] = {
#define SUITE_ENTRY(module) { #module, NULL, NULL, NULL, NULL, suite_##module },
#include "suites.inc"
#undef SUITE_ENTRY
    CU_SUITE_INFO_NULL,
};

static bool is_wanted(const char *suite, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], suite) == 0)
            return true;
    return argc < 2;
}

/* Keep the suites that are wanted; how many there are. */
static int suites_choose(int argc, char **argv)
{
    int count = 0;

    for (CU_SuiteInfo *suite = suites; suite->pName; suite++)
        if (is_wanted(suite->pName, argc, argv))
            suites[count++] = *suite;
    suites[count] = (CU_SuiteInfo)CU_SUITE_INFO_NULL;
    return count;
}

int main(int argc, char **argv)
{
    unsigned failures;

    if (suites_choose(argc, argv) < (argc > 1 ? argc - 1 : 1)) {
        fprintf(stderr, "unit: no such suite\n");
        return EXIT_FAILURE;
    }
    if (CU_initialize_registry() != CUE_SUCCESS ||
        CU_register_suites(suites) != CUE_SUCCESS)
        return EXIT_FAILURE;
    CU_basic_set_mode(getenv("V") ? CU_BRM_VERBOSE : CU_BRM_NORMAL);
    CU_basic_run_tests();
    failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
