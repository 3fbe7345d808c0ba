/* SPDX-License-Identifier: Apache-2.0 */

/* books - adding up an edge; see books.h */

#include "runtime/books.h"

#include <inttypes.h>
#include <stdio.h>

bool
books_balance(const struct books *books)
{
    struct tally left = books->in;
    struct tally right = books->out;

    tally_add(&left, &books->added);
    tally_add(&right, &books->filtered);
    tally_add(&right, &books->dead);
    tally_add(&right, &books->before);
    tally_add(&right, &books->revoked);
    tally_add(&right, &books->flight);
    return tally_equal(&left, &right);
}

static size_t
term(char *to, size_t at, const char *name, const struct tally *tally)
{
    if (tally->rows == 0 || at >= BOOKS_ROOM)
        return at;
    return at
           + (size_t)snprintf(to + at, BOOKS_ROOM - at, " + %s %" PRIu64, name,
                              tally->rows);
}

void
books_print(char to[BOOKS_ROOM], const struct books *books)
{
    size_t at = (size_t)snprintf(to, BOOKS_ROOM, "in %" PRIu64, books->in.rows);

    at = term(to, at, "added", &books->added);
    at += (size_t)snprintf(
        to + at, BOOKS_ROOM - at, " %s out %" PRIu64,
        books_balance(books) ? "=" : "but not =", books->out.rows);
    at = term(to, at, "filtered", &books->filtered);
    at = term(to, at, "dead", &books->dead);
    at = term(to, at, "delivered before", &books->before);
    at = term(to, at, "taken back", &books->revoked);
    term(to, at, "in flight", &books->flight);
}
