/* Runs every suite, or those named: `unit [SUITE...]`, or all but those: `unit -SUITE...`.
 * The list is made from the names of the test files. */
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
    bool is_left_out = false, is_named = false, are_named = false;

    for (int i = 1; i < argc; i++) {
        are_named |= argv[i][0] != '-';
        is_named |= strcmp(argv[i], suite) == 0;
        is_left_out |= argv[i][0] == '-' && strcmp(argv[i] + 1, suite) == 0;
    }
    return are_named ? is_named : !is_left_out;
}

/* Is there a suite for every argument? */
static bool are_known(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const CU_SuiteInfo *suite = suites;

        while (suite->pName && strcmp(argv[i] + (argv[i][0] == '-'), suite->pName) != 0)
            suite++;
        if (!suite->pName)
            return false;
    }
    return true;
}

/* Keep the suites that are wanted. */
static void suites_choose(int argc, char **argv)
{
    int count = 0;

    for (CU_SuiteInfo *suite = suites; suite->pName; suite++)
        if (is_wanted(suite->pName, argc, argv))
            suites[count++] = *suite;
    suites[count] = (CU_SuiteInfo)CU_SUITE_INFO_NULL;
}

int main(int argc, char **argv)
{
    unsigned failures;

    if (!are_known(argc, argv)) {
        fprintf(stderr, "unit: no such suite\n");
        return EXIT_FAILURE;
    }
    suites_choose(argc, argv);
    if (CU_initialize_registry() != CUE_SUCCESS ||
        CU_register_suites(suites) != CUE_SUCCESS)
        return EXIT_FAILURE;
    CU_basic_set_mode(getenv("V") ? CU_BRM_VERBOSE : CU_BRM_NORMAL);
    CU_basic_run_tests();
    failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
