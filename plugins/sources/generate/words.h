/* SPDX-License-Identifier: Apache-2.0 */

/* words - texts made of a small vocabulary of our own. */

#ifndef GENERATE_WORDS_H
#define GENERATE_WORDS_H

#include "dice.h"
#include "pen.h"

/* Words with blanks between them until the text in hand is about LEN bytes
 * long, never more; every word begins with a capital where TITLE. */
void words_write(struct pen *pen, struct dice *dice, size_t len, bool title);

/* A word or sign from outside of ASCII, a blank in front. */
void words_write_foreign(struct pen *pen, struct dice *dice);
/* The same from outside of the BMP. */
void words_write_emoji(struct pen *pen, struct dice *dice);

/* COUNT words, capitals and blanks. */
void words_write_few(struct pen *pen, struct dice *dice, unsigned count);

#endif /* GENERATE_WORDS_H */
