/* SPDX-License-Identifier: Apache-2.0 */

/* test_source_rds_draws - the emulator draws what Python's random draws */

#include "suite.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../plugins/sources/rds/twister.h"

START_TEST(seed_100_draws_what_the_reference_drew)
{
    static const unsigned sleeps[] = { 0, 1, 1, 1, 0, 0, 1, 0, 0, 0 };
    static const unsigned offsets[] = { 7528, 2863, 5730,  8304, 8731,
                                        1313, 4315, 10794, 5494, 5069 };
    struct twister twister;

    twister_seed(&twister, 100);
    for (size_t i = 0; i < 10; i++) {
        ck_assert_uint_eq(twister_below(&twister, 2), sleeps[i]);
        ck_assert_uint_eq(twister_below(&twister, 11001), offsets[i]);
    }
}
END_TEST

/* Python: random.seed(S); [random.randrange(B) for _ in range(3)] */
START_TEST(other_seeds_and_bounds_draw_as_python_does)
{
    static const struct {
        int64_t seed;
        uint64_t bound;
        uint64_t drawn[3];
    } cases[] = {
        { 0, 10, { 6, 6, 0 } },
        { 1, UINT64_C(2), { 0, 0, 1 } },
        { -1, UINT64_C(2), { 0, 0, 1 } },
        { 100, UINT64_C(1), { 0, 0, 0 } },
        { INT64_C(4294967295),
          UINT64_C(4294967296),
          { 872737089, 1201118819, UINT64_C(3854456112) } },
        { INT64_C(4294967296), UINT64_C(1000003), { 118483, 368376, 438125 } },
        { INT64_MAX,
          UINT64_C(9223372036854775809),
          { UINT64_C(2447608955969091019), UINT64_C(9056195549320297252),
            UINT64_C(2015168128603272328) } },
        { INT64_C(-9223372036854775807),
          UINT64_C(1099511627777),
          { UINT64_C(290474046923), UINT64_C(1081488030500),
            UINT64_C(238170813576) } },
        { 7,
          UINT64_C(18446744073709551615),
          { UINT64_C(17485029721327973432), UINT64_C(7283207964119141687),
            UINT64_C(890727360438182992) } }
    };
    struct twister twister;

    for (size_t c = 0; c < sizeof(cases) / sizeof(*cases); c++) {
        twister_seed(&twister, cases[c].seed);
        for (size_t i = 0; i < 3; i++)
            ck_assert_uint_eq(twister_below(&twister, cases[c].bound),
                              cases[c].drawn[i]);
    }
}
END_TEST

START_TEST(twelve_thousand_draws_are_those_of_the_published_list)
{
    char name[4096];
    char line[64];
    unsigned rows = 0;
    unsigned number;
    unsigned sleep;
    unsigned offset;
    struct twister twister;

    snprintf(name, sizeof(name), "%s/seed100_draws.csv",
             getenv("MILLRACE_GOLDEN"));

    FILE *file = fopen(name, "r");

    ck_assert_msg(file != NULL, "no %s", name);
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
    twister_seed(&twister, 100);
    while (fgets(line, sizeof(line), file)) {
        ck_assert_int_eq(sscanf(line, "%u,%u,%u", &number, &sleep, &offset), 3);
        ck_assert_uint_eq(twister_below(&twister, 2), sleep);
        ck_assert_uint_eq(twister_below(&twister, 11001), offset);
        rows++;
    }
    fclose(file);
    ck_assert_uint_eq(rows, 12000);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("rds draws");
    TCase *draws = tcase_create("draws");

    tcase_add_test(draws, seed_100_draws_what_the_reference_drew);
    tcase_add_test(draws, other_seeds_and_bounds_draw_as_python_does);
    /* Left out, not skipped, where the published rows aren't there. */
    if (getenv("MILLRACE_GOLDEN"))
        tcase_add_test(draws,
                       twelve_thousand_draws_are_those_of_the_published_list);
    suite_add_tcase(suite, draws);
    return suite;
}
