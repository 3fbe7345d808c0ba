/* SPDX-License-Identifier: Apache-2.0 */

/* suite - what each test file defines; suite.c runs it */

#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <check.h>

/* The tests of one file.  The runner frees it. */
Suite *suite(void);

#endif /* TESTS_SUITE_H */
