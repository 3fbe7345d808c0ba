/* SPDX-License-Identifier: Apache-2.0 */

/* false_name - calls itself something else */

#include "bad.h"

const struct mill_plugin mill_plugin = { BAD_SINK("true_name") };
