/* SPDX-License-Identifier: Apache-2.0 */

/*
 * url - any text is a URL in parts, or refused; and what variable_percent_
 * encode() makes of any value comes back whole from each part of a URL
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/variable.h"
#include "url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool right)
{
    if (!right)
        abort();
}

static void
check_parts(const char *text)
{
    struct url url;
    const char *why = NULL;

    if (!url_parse(&url, text, &why)) {
        require(why && *why);
        return;
    }
    require(url.scheme && *url.scheme && url.path);
    require(url.host || (!url.user && !url.password && !url.port));
    require(url.user || !url.password);
    require(url.port >= 0 && url.port <= 65535);
    for (size_t i = 0; i < url.query_count; i++)
        require(url.query[i].value && url_query(&url, url.query[i].name));
    url_finish(&url);
}

static void
check_round_trip(const char *value)
{
    struct mill_buffer encoded = { 0 };
    struct mill_buffer text = { 0 };
    struct url url;
    const char *why;

    variable_percent_encode(&encoded, value);
    mill_buffer_print(&text, "a://%1$s:%1$s@%1$s:5/%1$s?x=%1$s",
                      mill_buffer_text(&encoded));
    require(url_parse(&url, mill_buffer_text(&text), &why));
    require(strcmp(url.user, value) == 0 && strcmp(url.password, value) == 0);
    require(strcmp(url.host, value) == 0 && url.port == 5);
    require(strcmp(url.path + 1, value) == 0);
    require(strcmp(url_query(&url, "x"), value) == 0);
    url_finish(&url);
    mill_buffer_finish(&encoded);
    mill_buffer_finish(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);

    if (!text)
        return 0;
    check_parts(text);
    check_round_trip(text);
    free(text);
    return 0;
}
