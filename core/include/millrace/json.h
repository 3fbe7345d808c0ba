/* SPDX-License-Identifier: Apache-2.0 */

/*
 * millrace/json.h - JSON into cells, rows into JSON
 *
 * Reading follows RFC 8259 to the letter.  Integers that fit 64 bits become
 * MILL_INT; every other number stays the text that it was (MILL_NUMBER), so
 * that it is written as it came.  Of a key that is there twice the last value
 * counts.  What the RFC leaves open: half a surrogate pair is refused, since no
 * UTF-8 could hold it, and so is a byte order mark; numbers have no limit,
 * lists and maps nest to MILL_JSON_DEPTH.  Writing is compact: no blanks, keys
 * in the order of the columns, MILL_MISSING left out.
 */

#ifndef MILL_JSON_H
#define MILL_JSON_H

#include <millrace/batch.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A growing text.  Zeroed memory is an empty one.  A text that ran out of
 * memory stays failed and takes no more: check it once, at the end. */
struct mill_buffer {
    char *data; /* NUL-terminated only after mill_buffer_text() */
    size_t len;
    size_t room;
    bool failed;
};

MILL_API void mill_buffer_add(struct mill_buffer *buffer, const void *data,
                              size_t len);
MILL_API void mill_buffer_print(struct mill_buffer *buffer, const char *format,
                                ...) __attribute__((format(printf, 2, 3)));
/* Room for LEN more bytes behind len; the caller adds to len what it wrote.
 * NULL: no memory, and the buffer has failed. */
MILL_API char *mill_buffer_room(struct mill_buffer *buffer, size_t len);
/* The content, NUL-terminated; "" where it failed.  The buffer owns it. */
MILL_API const char *mill_buffer_text(struct mill_buffer *buffer);
/* Frees the content and leaves an empty buffer. */
MILL_API void mill_buffer_finish(struct mill_buffer *buffer);

/* --- base64, RFC 4648 section 4 --- */

/* How many characters LEN bytes become. */
static inline size_t
mill_base64_len(size_t len)
{
    return len / 3 * 4 + (len % 3 ? 4 : 0);
}

/* Writes mill_base64_len(LEN) characters, no NUL; returns where they end. */
MILL_API char *mill_base64_encode(char *to, const void *data, size_t len);

/* Writes the bytes of LEN characters to TO, which has room for LEN / 4 * 3 (it
 * may be TEXT), and how many they are to *BYTES.  False: not base64 with its
 * padding. */
MILL_API bool mill_base64_decode(char *to, const char *text, size_t len,
                                 size_t *bytes);

/* --- reading and writing --- */

/* How deep lists and maps may nest. */
#define MILL_JSON_DEPTH 512

struct mill_json_error {
    size_t offset;    /* of the byte that can't be right */
    const char *what; /* static text: "invalid UTF-8", "a value is missing" */
};

/*
 * Reads one JSON value, white space around it allowed, into the memory of
 * BATCH; TEXT must live as long (it is pointed into where nothing has to be
 * unescaped). False: not JSON, and *ERROR says why; or no memory ("no memory").
 * *VALUE is then untouched.
 */
MILL_API bool mill_json_read(struct mill_batch *batch, struct mill_bytes text,
                             struct mill_value *value,
                             struct mill_json_error *error);

/* How rows are written.  NULL, or zeroed memory, is the plain way. */
struct mill_json_style {
    /* Column indexes in the order to write, `columns` of the batch of them;
     * NULL: as they stand. */
    const int *order;
    /* Characters outside the BMP as two \uXXXX escapes, as Jackson does. */
    bool escape_astral;
    /* Doubles as Java's Double.toString has them (5.0E-4); else the shortest
     * text that reads back the same. */
    bool java_doubles;
    /* Between date and time of a timestamp; 0 is a blank. */
    char time_separator;
};

/* Appends a value.  MILL_BYTES are written as base64 text. */
MILL_API void mill_json_write(struct mill_buffer *to,
                              const struct mill_value *value,
                              const struct mill_json_style *style);

/* Appends TEXT as a JSON string, quotes included. */
MILL_API void mill_json_write_text(struct mill_buffer *to, const char *text,
                                   size_t len,
                                   const struct mill_json_style *style);

/* Appends ROW as one object, no newline.  A row that still is what came in is
 * copied as its bytes, when it came as JSON and STYLE asks nothing else. */
MILL_API void mill_json_write_row(struct mill_buffer *to,
                                  struct mill_batch *batch, size_t row,
                                  const struct mill_json_style *style);

#ifdef __cplusplus
}
#endif

#endif /* MILL_JSON_H */
