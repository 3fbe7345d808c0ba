/* SPDX-License-Identifier: Apache-2.0 */

/* pages - a table's rows by offset, kept page by page */

#include "pages.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "key.h"

#define PAGE_ROWS 128u

struct page {
    TAILQ_ENTRY(page) by_use;
    size_t index;
    size_t rows;
    size_t columns;
    struct mill_value *cells;
    struct mill_bytes blocks[PAGE_ROWS]; /* the texts of each row */
    char *data;
    size_t len;
    size_t room;
};

TAILQ_HEAD(page_list, page);

struct pages {
    const struct table *table;
    uint64_t most;
    uint64_t rows; /* how many there are, `most` at most; known once counted */
    bool counted;
    struct key *first; /* the first key of each page */
    size_t first_room;
    struct page **slots;
    struct page_list by_use; /* the latest first */
    size_t keep;
    size_t kept;
};

struct pages *
pages_create(const struct table *table, uint64_t most, size_t keep)
{
    struct pages *pages = calloc(1, sizeof(*pages));

    if (!pages)
        return NULL;
    *pages = (struct pages){ .table = table, .most = most, .keep = keep };
    TAILQ_INIT(&pages->by_use);
    pages->slots = calloc(most / PAGE_ROWS + 1, sizeof(*pages->slots));
    if (!pages->slots) {
        free(pages);
        return NULL;
    }
    return pages;
}

static void
page_destroy(struct page *page)
{
    free(page->cells);
    free(page->data);
    free(page);
}

static size_t
page_size(const struct page *page)
{
    return sizeof(*page) + page->room
           + page->rows * page->columns * sizeof(*page->cells);
}

static void
forget_keys(struct pages *pages)
{
    for (size_t i = 0; i < pages->first_room; i++)
        key_finish(&pages->first[i]);
    free(pages->first);
    pages->first = NULL;
    pages->first_room = 0;
}

void
pages_destroy(struct pages *pages)
{
    struct page *page;

    if (!pages)
        return;
    while ((page = TAILQ_FIRST(&pages->by_use))) {
        TAILQ_REMOVE(&pages->by_use, page, by_use);
        page_destroy(page);
    }
    forget_keys(pages);
    free(pages->slots);
    free(pages);
}

static bool
remember_first(struct pages *pages, size_t page, const struct row *row)
{
    if (page >= pages->first_room) {
        size_t room = pages->first_room ? pages->first_room * 2 : 64;
        struct key *more = realloc(pages->first, room * sizeof(*more));

        if (!more)
            return false;
        memset(more + pages->first_room, 0,
               (room - pages->first_room) * sizeof(*more));
        pages->first = more;
        pages->first_room = room;
    }
    return key_take_all(&pages->first[page], row);
}

/* Walks over all keys once. */
static enum mill_verdict
find_pages(struct pages *pages, struct driver *driver)
{
    struct query query = { .table = pages->table,
                           .keys_only = true,
                           .limit = pages->most };
    enum mill_verdict verdict = driver->class->select(driver, &query);
    uint64_t rows = 0;
    struct row row;

    if (verdict != MILL_OK)
        return verdict;
    forget_keys(pages);
    while ((verdict = driver->class->fetch(driver, -1, &row)) == MILL_OK) {
        if (rows % PAGE_ROWS == 0
            && !remember_first(pages, rows / PAGE_ROWS, &row)) {
            driver->class->finish(driver);
            return driver_fail(driver, MILL_RETRY, "no memory for keys");
        }
        rows++;
    }
    if (verdict != MILL_END)
        return verdict;
    pages->rows = rows;
    pages->counted = true;
    return MILL_OK;
}

static bool
has_text(const struct mill_value *value)
{
    return value->type == MILL_TEXT || value->type == MILL_BYTES;
}

static bool
make_room(struct page *page, size_t more)
{
    size_t room = page->room ? page->room : 16384;

    while (room - page->len < more)
        room *= 2;
    if (room == page->room)
        return true;

    char *data = realloc(page->data, room);

    if (!data)
        return false;
    page->data = data;
    page->room = room;
    return true;
}

/* Appends ROW; texts are offsets until place_texts(), as `data` moves. */
static bool
page_add(struct page *page, const struct row *row)
{
    struct mill_value *cells;
    size_t begin = page->len;

    if (!page->cells) {
        page->cells = calloc(PAGE_ROWS * row->count, sizeof(*page->cells));
        page->columns = row->count;
    }
    if (!page->cells || !make_room(page, row->size + 1))
        return false;
    cells = page->cells + page->rows * row->count;
    for (size_t i = 0; i < row->count; i++) {
        cells[i] = row->cells[i];
        if (!has_text(&cells[i]))
            continue;
        memcpy(page->data + page->len, row->cells[i].text, cells[i].len);
        cells[i].integer = (int64_t)page->len;
        page->len += cells[i].len;
    }
    page->blocks[page->rows++].len = page->len - begin;
    return true;
}

static void
place_texts(struct page *page)
{
    const char *at = page->data;

    for (size_t i = 0; i < page->rows * page->columns; i++)
        if (has_text(&page->cells[i]))
            page->cells[i].text = page->data + page->cells[i].integer;
    for (size_t i = 0; i < page->rows; i++) {
        page->blocks[i].data = at;
        at += page->blocks[i].len;
    }
}

static void
drop_oldest(struct pages *pages)
{
    while (pages->kept > pages->keep) {
        struct page *page = TAILQ_LAST(&pages->by_use, page_list);

        if (!page || page == TAILQ_FIRST(&pages->by_use))
            return;
        TAILQ_REMOVE(&pages->by_use, page, by_use);
        pages->kept -= page_size(page);
        pages->slots[page->index] = NULL;
        page_destroy(page);
    }
}

static enum mill_verdict
fill_page(struct page *page, struct driver *driver)
{
    enum mill_verdict verdict;
    struct row row;

    while ((verdict = driver->class->fetch(driver, -1, &row)) == MILL_OK)
        if (page->rows == PAGE_ROWS || !page_add(page, &row)) {
            driver->class->finish(driver);
            return driver_fail(driver, MILL_RETRY, "no memory for a page");
        }
    if (verdict == MILL_END)
        place_texts(page);
    return verdict;
}

static enum mill_verdict
load(struct pages *pages, struct driver *driver, size_t index)
{
    struct query query = { .table = pages->table, .limit = PAGE_ROWS };
    struct page *page = calloc(1, sizeof(*page));
    enum mill_verdict verdict;

    if (!page)
        return driver_fail(driver, MILL_RETRY, "no memory for a page");
    if (pages->table->key_count > 0)
        query.from = pages->first[index].values;
    else
        query.offset = (uint64_t)index * PAGE_ROWS;
    page->index = index;
    verdict = driver->class->select(driver, &query);
    if (verdict == MILL_OK)
        verdict = fill_page(page, driver);
    if (verdict != MILL_END) {
        page_destroy(page);
        return verdict;
    }
    TAILQ_INSERT_HEAD(&pages->by_use, page, by_use);
    pages->slots[index] = page;
    pages->kept += page_size(page);
    drop_oldest(pages);
    return MILL_OK;
}

static void
use(struct pages *pages, struct page *page)
{
    if (page == TAILQ_FIRST(&pages->by_use))
        return;
    TAILQ_REMOVE(&pages->by_use, page, by_use);
    TAILQ_INSERT_HEAD(&pages->by_use, page, by_use);
}

enum mill_verdict
pages_row(struct pages *pages, struct driver *driver, uint64_t offset,
          struct row *row, uint64_t *count)
{
    size_t index = (size_t)(offset / PAGE_ROWS);
    size_t at = (size_t)(offset % PAGE_ROWS);
    enum mill_verdict verdict = MILL_OK;

    if (pages->table->key_count > 0 && !pages->counted)
        verdict = find_pages(pages, driver);
    if (verdict == MILL_OK && pages->counted && offset >= pages->rows) {
        *count = pages->rows;
        return MILL_END;
    }
    if (verdict == MILL_OK && !pages->slots[index])
        verdict = load(pages, driver, index);
    if (verdict != MILL_OK)
        return verdict;

    struct page *page = pages->slots[index];

    use(pages, page);
    if (at >= page->rows) {
        *count = (uint64_t)index * PAGE_ROWS + page->rows;
        return MILL_END;
    }
    *row = (struct row){ .cells = page->cells + at * page->columns,
                         .count = page->columns,
                         .size = page->blocks[at].len,
                         .block = page->blocks[at] };
    return MILL_OK;
}
