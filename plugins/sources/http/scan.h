/* SPDX-License-Identifier: Apache-2.0 */

/*
 * scan - walking over JSON without making anything of it
 *
 * A request's values go on as the bytes that they came as, so all that has to
 * be known of them is where they end and that they are JSON, to the letter of
 * RFC 8259.  The text must be known to be UTF-8; nesting goes to
 * MILL_JSON_DEPTH.
 */

#ifndef HTTP_SCAN_H
#define HTTP_SCAN_H

#include <millrace/json.h>

struct scan {
    const char *end; /* of the text */
    unsigned depth;
    bool blanks;       /* white space was passed since this was cleared */
    const char *fault; /* the byte that can't be right, where NULL came back */
    const char *what;  /* static text: why */
};

static inline const char *
scan_fail(struct scan *scan, const char *at, const char *what)
{
    scan->fault = at;
    scan->what = what;
    return NULL;
}

/* Passes white space. */
const char *scan_blank(struct scan *scan, const char *at);

/* Each takes the first byte of what it walks over, and returns what follows it,
 * or NULL: no JSON.  A text's CONTENT is what stands between its quotes. */
const char *scan_value(struct scan *scan, const char *at);
const char *scan_text(struct scan *scan, const char *at,
                      struct mill_bytes *content);

/*
 * One step in a list or map, which AT is inside of: the first item (AT behind
 * the bracket) or the next (AT behind an item).  Returns where the item begins;
 * *OVER where there is none, and then what follows the bracket CLOSE.
 */
const char *scan_step(struct scan *scan, const char *at, char close, bool first,
                      bool *over);

/* The name of a map's member; returns where its value begins. */
const char *scan_name(struct scan *scan, const char *at,
                      struct mill_bytes *name);

/* Takes the white space out of a value that was walked over; returns its new
 * length. */
size_t scan_compact(char *text, size_t len);

/* Writes what the content of a text stands for; returns its length, which is
 * never more than LEN; TO may be TEXT.  False: half a surrogate pair. */
bool scan_unescape(char *to, const char *text, size_t len, size_t *out);

#endif /* HTTP_SCAN_H */
