/* SPDX-License-Identifier: Apache-2.0 */

/*
 * record - what reading and writing one row costs
 *
 * Rows are shaped as those of pinterest_data: twelve fields, mostly text, about
 * 560 bytes, four in ten with something that isn't ASCII.  Prints nanoseconds a
 * row, best of several rounds, one thread.  Not a test: run it by hand, on a
 * machine that does nothing else.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <millrace/json.h>

#include "record/batch.h"

#define BATCHES 16
#define ROUNDS 200

struct bench {
    struct pool *pool;
    struct mill_buffer text[BATCHES];
    struct batch *batches[BATCHES];
    uint64_t rows;
    uint64_t bytes;
    uint64_t random;
};

static uint32_t
draw(struct bench *bench, uint32_t below)
{
    bench->random = bench->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(bench->random >> 33) % below;
}

/* Words until LEN bytes are there. */
static void
add_words(struct bench *bench, struct mill_buffer *to, size_t len)
{
    static const char *const words[] = { "wall",  "tiles ",  "a ",
                                         "board", "kitchen", "of the " };
    size_t end = to->len + len;

    while (to->len < end) {
        const char *word = words[draw(bench, 6)];

        mill_buffer_add(to, word, strlen(word));
    }
}

static void
add_row(struct bench *bench, struct mill_buffer *to, unsigned index)
{
    mill_buffer_print(to, "{\"index\":%u,\"unique_id\":", index);
    mill_buffer_print(to, "\"%08x-a5e4-4f33-8d3e-%012x\",\"title\":\"",
                      draw(bench, 1u << 31), draw(bench, 1u << 31));
    add_words(bench, to, 10 + draw(bench, 60));
    mill_buffer_print(to, "\",\"description\":\"");
    add_words(bench, to, 60 + draw(bench, 80));
    if (draw(bench, 100) < 40)
        mill_buffer_print(to, "\xe2\x80\xa6\xc2\xa0");
    if (draw(bench, 100) < 3)
        mill_buffer_print(to, "\\\"so\\\" he said");
    mill_buffer_print(to, "\",\"poster_name\":\"");
    add_words(bench, to, 5 + draw(bench, 20));
    mill_buffer_print(to, "\",\"follower_count\":\"%uk\",\"tag_list\":\"",
                      draw(bench, 900));
    add_words(bench, to, 40 + draw(bench, 60));
    mill_buffer_print(to, "\",\"is_image_or_video\":\"%s\",\"image_src\":\"",
                      draw(bench, 10) ? "image"
                                      : "multi-video(story page format)");
    mill_buffer_print(to, "https://i.pinimg.com/originals/%08x/%08x.jpg",
                      draw(bench, 1u << 31), draw(bench, 1u << 31));
    mill_buffer_print(to, "\",\"downloaded\":1,\"save_location\":\"Local save "
                          "in /data/quotes\",\"category\":\"quotes\"}");
}

/* BATCHES texts of as many rows as a batch should have. */
static void
make_text(struct bench *bench)
{
    for (unsigned i = 0; i < BATCHES; i++)
        for (unsigned index = 0; bench->text[i].len < BATCH_BYTES; index++) {
            add_row(bench, &bench->text[i], index * 7 + i);
            mill_buffer_add(&bench->text[i], "\n", 1);
        }
}

/* What a source does: the bytes are read into the batch, and cut into rows. */
static struct batch *
make_batch(struct bench *bench, const struct mill_buffer *text)
{
    struct batch *batch = batch_create(bench->pool);
    size_t room;
    char *at = batch ? mill_batch_reserve(&batch->pub, text->len, &room) : NULL;

    if (!at)
        abort();
    memcpy(at, text->data, text->len);
    mill_batch_use(&batch->pub, text->len);
    for (const char *end = at + text->len; at < end;) {
        char *stop = memchr(at, '\n', (size_t)(end - at));
        struct mill_bytes row = { at, (size_t)(stop - at) };

        mill_batch_add_payload(&batch->pub, MILL_JSON, row, batch->pub.rows);
        at = stop + 1;
    }
    bench->rows += batch->pub.rows;
    bench->bytes += text->len;
    return batch;
}

static double
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static uint64_t
sum_cells(struct batch *batch)
{
    uint64_t sum = 0;

    for (uint32_t row = 0; row < batch->pub.rows; row++) {
        const struct mill_value *cells = mill_batch_row(&batch->pub, row);

        for (uint32_t column = 0; column < batch->pub.columns; column++)
            sum += cells[column].type == MILL_INT
                       ? (uint64_t)cells[column].integer
                       : cells[column].len;
    }
    return sum;
}

struct figures {
    double make, decode, sum, own, write, copy;
    uint64_t check;
};

static void
least(double *best, double start, uint64_t rows)
{
    double each = (now() - start) / (double)rows;

    if (*best == 0 || each < *best)
        *best = each;
}

static void
run_round(struct bench *bench, struct figures *figures,
          struct mill_buffer *output)
{
    uint64_t before = bench->rows;
    double start = now();
    struct batch *copy;

    for (int i = 0; i < BATCHES; i++)
        bench->batches[i] = make_batch(bench, &bench->text[i]);
    uint64_t rows = bench->rows - before;
    least(&figures->make, start, rows);

    start = now();
    for (int i = 0; i < BATCHES; i++)
        if (!batch_decode(bench->batches[i]))
            abort();
    least(&figures->decode, start, rows);

    start = now();
    for (int i = 0; i < BATCHES; i++)
        figures->check += sum_cells(bench->batches[i]);
    least(&figures->sum, start, rows);

    start = now();
    for (int i = 0; i < BATCHES; i++) {
        copy = batch_own(batch_retain(bench->batches[i]));
        batch_release(copy);
    }
    least(&figures->own, start, rows);

    for (int pass = 0; pass < 2; pass++) {
        start = now();
        for (int i = 0; i < BATCHES; i++) {
            struct batch *batch = bench->batches[i];

            output->len = 0;
            batch->edited = pass;
            for (uint32_t row = 0; row < batch->pub.rows; row++) {
                mill_json_write_row(output, &batch->pub, row, NULL);
                mill_buffer_add(output, "\n", 1);
            }
            figures->check += output->len;
        }
        least(pass ? &figures->write : &figures->copy, start, rows);
    }
    for (int i = 0; i < BATCHES; i++)
        batch_release(bench->batches[i]);
}

/* One batch at a time, as it is in a pipeline: decoded while its bytes are in
 * the cache. */
static double
run_warm(struct bench *bench)
{
    double best = 0;

    for (int round = 0; round < ROUNDS; round++) {
        double sum = 0;
        uint64_t before = bench->rows;

        for (int i = 0; i < BATCHES; i++) {
            struct batch *batch = make_batch(bench, &bench->text[i]);
            double start = now();

            if (!batch_decode(batch))
                abort();
            sum += now() - start;
            batch_release(batch);
        }
        double each = sum / (double)(bench->rows - before);
        if (best == 0 || each < best)
            best = each;
    }
    return best;
}

int
main(void)
{
    struct bench bench = { .pool = pool_create(64 << 20), .random = 1 };
    struct figures figures = { 0 };
    struct mill_buffer output = { 0 };

    if (!bench.pool)
        return 1;
    make_text(&bench);
    for (int round = 0; round < ROUNDS; round++)
        run_round(&bench, &figures, &output);
    printf("row: %.0f bytes\n", (double)bench.bytes / (double)bench.rows);
    printf("fill a batch      %6.1f ns a row\n", figures.make);
    printf("decode, warm      %6.1f\n", run_warm(&bench));
    printf("decode, 4 MiB     %6.1f\n", figures.decode);
    printf("sum cells         %6.1f\n", figures.sum);
    printf("own a copy        %6.1f\n", figures.own);
    printf("write payload     %6.1f\n", figures.copy);
    printf("write cells       %6.1f\n", figures.write);
    printf("(checksum %llu)\n", (unsigned long long)figures.check);
    for (int i = 0; i < BATCHES; i++)
        mill_buffer_finish(&bench.text[i]);
    mill_buffer_finish(&output);
    pool_destroy(bench.pool);
    return 0;
}
