/* One CUnit suite per file: tests/test_<module>.c ends with SUITE(<module>, ...). */
#ifndef NVSWEEP_TESTS_UNIT_H
#define NVSWEEP_TESTS_UNIT_H

#include <CUnit/CUnit.h>

#define TEST(function)      \
    {                       \
#function, function \
    }
#define SUITE(module, ...) \
    CU_TestInfo suite_##module[] = { __VA_ARGS__, CU_TEST_INFO_NULL }

/* value within relative tolerance of expected */
#define ASSERT_NEAR(value, expected, relative) \
    CU_ASSERT_DOUBLE_EQUAL(value, expected, (relative)*__builtin_fabs(expected))

#endif
