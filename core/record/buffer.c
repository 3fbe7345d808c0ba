/* SPDX-License-Identifier: Apache-2.0 */

/* buffer - a text that grows; see millrace/json.h */

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <millrace/json.h>

#define BUFFER_FIRST ((size_t)256)

static bool
buffer_grow(struct mill_buffer *buffer, size_t len)
{
    size_t room = buffer->room ? buffer->room : BUFFER_FIRST;

    if (buffer->failed || len > SIZE_MAX / 4 - buffer->len) {
        buffer->failed = true;
        return false;
    }
    while (room - buffer->len < len)
        room *= 2;
    char *data = realloc(buffer->data, room);
    if (!data) {
        buffer->failed = true;
        return false;
    }
    buffer->data = data;
    buffer->room = room;
    return true;
}

char *
mill_buffer_room(struct mill_buffer *buffer, size_t len)
{
    if (buffer->failed)
        return NULL;
    if ((!buffer->data || buffer->room - buffer->len < len)
        && !buffer_grow(buffer, len))
        return NULL;
    return buffer->data + buffer->len;
}

void
mill_buffer_add(struct mill_buffer *buffer, const void *data, size_t len)
{
    char *to = mill_buffer_room(buffer, len);

    if (!to || len == 0)
        return;
    memcpy(to, data, len);
    buffer->len += len;
}

void
mill_buffer_print(struct mill_buffer *buffer, const char *format, ...)
{
    va_list args;
    va_list again;

    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *to = len < 0 ? NULL : mill_buffer_room(buffer, (size_t)len + 1);
    if (to) {
        vsnprintf(to, (size_t)len + 1, format, again);
        buffer->len += (size_t)len;
    } else {
        buffer->failed = true;
    }
    va_end(again);
}

const char *
mill_buffer_text(struct mill_buffer *buffer)
{
    char *to = mill_buffer_room(buffer, 1);

    if (!to)
        return "";
    *to = '\0';
    return buffer->data;
}

void
mill_buffer_finish(struct mill_buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct mill_buffer){ 0 };
}
