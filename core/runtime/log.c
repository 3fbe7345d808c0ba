/* SPDX-License-Identifier: Apache-2.0 */

/* log - lines on stderr; see log.h */

#include "runtime/log.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "record/utf8.h"

void
log_init(struct log *log, int fd, enum mill_level least, bool json)
{
    *log = (struct log){ .least = least, .json = json, .fd = fd };
    pthread_mutex_init(&log->lock, NULL);
}

void
log_finish(struct log *log)
{
    log_progress(log, "");
    pthread_mutex_destroy(&log->lock);
}

bool
log_wants(const struct log *log, enum mill_level level)
{
    return level >= log->least;
}

/* Nobody can be told where stderr itself fails, so that isn't looked at. */
static void
write_out(struct log *log, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t written = write(log->fd, data, len);
        if (written <= 0)
            return;
        data += written;
        len -= (size_t)written;
    }
}

static void
add_time(struct mill_buffer *to)
{
    struct timespec now;
    struct tm utc;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    mill_buffer_print(to, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ",
                      utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                      utc.tm_hour, utc.tm_min, utc.tm_sec,
                      now.tv_nsec / 1000000);
}

static const char *
level_name(enum mill_level level)
{
    static const char *const names[] = { "debug", "info", "warn", "error" };

    return names[level];
}

static void
place_as_text(struct mill_buffer *to, const struct log_place *place)
{
    if (place->file && place->line > 0)
        mill_buffer_print(to, "%s:%d: ", place->file, place->line);
    else if (place->file)
        mill_buffer_print(to, "%s: ", place->file);
    else if (place->pipeline)
        mill_buffer_print(to, "%s: ", place->pipeline);
    if (place->stage)
        mill_buffer_print(to, "stage \"%s\": ", place->stage);
}

static void
json_member(struct mill_buffer *to, const char *name, const char *value)
{
    if (!value)
        return;
    mill_buffer_print(to, ",\"%s\":", name);
    mill_json_write_text(to, value, strlen(value), NULL);
}

static void
place_as_json(struct mill_buffer *to, const struct log_place *place)
{
    json_member(to, "pipeline", place->pipeline);
    json_member(to, "file", place->file);
    if (place->file && place->line > 0)
        mill_buffer_print(to, ",\"line\":%d", place->line);
    json_member(to, "stage", place->stage);
    if (place->members)
        mill_buffer_print(to, "%s", place->members);
}

static void
text_line(struct mill_buffer *to, enum mill_level level,
          const struct log_place *place, const char *text)
{
    add_time(to);
    mill_buffer_print(to, " %s ", level_name(level));
    place_as_text(to, place);
    mill_buffer_print(to, "%s\n", text);
}

static void
json_line(struct mill_buffer *to, enum mill_level level,
          const struct log_place *place, const char *text)
{
    mill_buffer_print(to, "{\"time\":\"");
    add_time(to);
    mill_buffer_print(to, "\",\"level\":\"%s\"", level_name(level));
    place_as_json(to, place);
    json_member(to, "message", text);
    mill_buffer_print(to, "}\n");
}

void
log_print_untimed(const struct log *log, const struct log_place *place,
                  const char *text, struct mill_buffer *to)
{
    if (log->json) {
        mill_buffer_print(to, "{\"level\":\"error\"");
        place_as_json(to, place);
        json_member(to, "message", text);
        mill_buffer_print(to, "}\n");
    } else {
        place_as_text(to, place);
        mill_buffer_print(to, "%s\n", text);
    }
}

/* What is quoted, a name or a value, is other people's: it may be cut short in
 * the middle of a character, and must neither end a line of text nor steer a
 * terminal.  JSON has escapes for that. */
static void
tame(char *text, bool json)
{
    utf8_force(text, strlen(text));
    for (; *text && !json; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = '?';
}

void
log_vline(struct log *log, enum mill_level level, const struct log_place *place,
          const char *format, va_list values)
{
    static const struct log_place nowhere;
    struct mill_buffer line = { 0 };
    char text[2048];

    if (!log_wants(log, level))
        return;
    vsnprintf(text, sizeof(text), format, values);
    tame(text, log->json);
    (log->json ? json_line : text_line)(&line, level, place ? place : &nowhere,
                                        text);

    pthread_mutex_lock(&log->lock);
    if (log->drawn)
        write_out(log, "\r\033[K", 4);
    log->drawn = false;
    if (!line.failed)
        write_out(log, line.data, line.len);
    pthread_mutex_unlock(&log->lock);
    mill_buffer_finish(&line);
}

void
log_line(struct log *log, enum mill_level level, const struct log_place *place,
         const char *format, ...)
{
    va_list values;

    va_start(values, format);
    log_vline(log, level, place, format, values);
    va_end(values);
}

/* How much of TEXT goes on one line of the terminal: what was broken over two
 * could not be taken away again. */
static size_t
fitting(const struct log *log, const char *text)
{
    struct winsize size;
    size_t len = strlen(text);

    if (ioctl(log->fd, TIOCGWINSZ, &size) != 0 || size.ws_col < 2
        || len < size.ws_col)
        return len;
    return size.ws_col - 1U;
}

void
log_progress(struct log *log, const char *text)
{
    pthread_mutex_lock(&log->lock);
    if (log->drawn || *text) {
        write_out(log, "\r\033[K", 4);
        write_out(log, text, fitting(log, text));
    }
    log->drawn = *text != '\0';
    pthread_mutex_unlock(&log->lock);
}
