/* SPDX-License-Identifier: Apache-2.0 */

/* decode - one function a format of payloads; batch_decode() chooses */

#ifndef RECORD_DECODE_H
#define RECORD_DECODE_H

#include "record/batch.h"

/* Each makes the cells of all rows, and rejects those that can't be had.
 * False: no memory. */
bool decode_json(struct batch *batch);
bool decode_lines(struct batch *batch);

#endif /* RECORD_DECODE_H */
