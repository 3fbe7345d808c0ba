/* SPDX-License-Identifier: Apache-2.0 */

/* words - see words.h, and the longer functions of pen.h. */

#include "words.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Copied as 12 bytes whatever the length: that costs less than to ask. */
struct word {
    char text[12];
    uint8_t len;
};

#define WORD(text)                                                             \
    {                                                                          \
        text, sizeof(text) - 1                                                 \
    }

static const struct word vocabulary[] = {
    WORD("amber"),    WORD("and"),     WORD("apple"),   WORD("artful"),
    WORD("autumn"),   WORD("balance"), WORD("bamboo"),  WORD("basket"),
    WORD("beach"),    WORD("best"),    WORD("big"),     WORD("blanket"),
    WORD("blue"),     WORD("board"),   WORD("bold"),    WORD("book"),
    WORD("border"),   WORD("bottle"),  WORD("bright"),  WORD("brush"),
    WORD("budget"),   WORD("build"),   WORD("cabin"),   WORD("calm"),
    WORD("candle"),   WORD("canvas"),  WORD("card"),    WORD("casual"),
    WORD("chair"),    WORD("chalk"),   WORD("cheap"),   WORD("city"),
    WORD("classic"),  WORD("clay"),    WORD("clean"),   WORD("cloud"),
    WORD("coast"),    WORD("coffee"),  WORD("color"),   WORD("copper"),
    WORD("corner"),   WORD("cosy"),    WORD("cotton"),  WORD("craft"),
    WORD("create"),   WORD("crisp"),   WORD("curve"),   WORD("daily"),
    WORD("dark"),     WORD("deep"),    WORD("design"),  WORD("desk"),
    WORD("detail"),   WORD("dream"),   WORD("drive"),   WORD("early"),
    WORD("earth"),    WORD("easy"),    WORD("evening"), WORD("family"),
    WORD("favorite"), WORD("felt"),    WORD("festive"), WORD("find"),
    WORD("fine"),     WORD("fit"),     WORD("floor"),   WORD("flower"),
    WORD("for"),      WORD("forest"),  WORD("frame"),   WORD("free"),
    WORD("fresh"),    WORD("from"),    WORD("frost"),   WORD("fun"),
    WORD("garden"),   WORD("garland"), WORD("gentle"),  WORD("gift"),
    WORD("glass"),    WORD("glow"),    WORD("gold"),    WORD("good"),
    WORD("grain"),    WORD("grand"),   WORD("green"),   WORD("grey"),
    WORD("guide"),    WORD("hand"),    WORD("happy"),   WORD("harbor"),
    WORD("hello"),    WORD("hidden"),  WORD("hill"),    WORD("holiday"),
    WORD("home"),     WORD("honey"),   WORD("house"),   WORD("how"),
    WORD("idea"),     WORD("in"),      WORD("indigo"),  WORD("ink"),
    WORD("island"),   WORD("ivory"),   WORD("journal"), WORD("joy"),
    WORD("kitchen"),  WORD("lake"),    WORD("lamp"),    WORD("large"),
    WORD("leaf"),     WORD("learn"),   WORD("leather"), WORD("lemon"),
    WORD("lesson"),   WORD("light"),   WORD("linen"),   WORD("list"),
    WORD("little"),   WORD("lovely"),  WORD("lucky"),   WORD("made"),
    WORD("magic"),    WORD("make"),    WORD("maple"),   WORD("marble"),
    WORD("market"),   WORD("meadow"),  WORD("mellow"),  WORD("mint"),
    WORD("mirror"),   WORD("modern"),  WORD("money"),   WORD("moon"),
    WORD("more"),     WORD("morning"), WORD("moss"),    WORD("motor"),
    WORD("mountain"), WORD("music"),   WORD("natural"), WORD("neat"),
    WORD("new"),      WORD("night"),   WORD("north"),   WORD("number"),
    WORD("oak"),      WORD("ocean"),   WORD("of"),      WORD("old"),
    WORD("olive"),    WORD("on"),      WORD("orange"),  WORD("outfit"),
    WORD("paint"),    WORD("paper"),   WORD("party"),   WORD("pattern"),
    WORD("pearl"),    WORD("pencil"),  WORD("perfect"), WORD("picture"),
    WORD("pine"),     WORD("pink"),    WORD("plan"),    WORD("planner"),
    WORD("plant"),    WORD("pocket"),  WORD("porch"),   WORD("poster"),
    WORD("pretty"),   WORD("print"),   WORD("project"), WORD("quick"),
    WORD("quiet"),    WORD("quilt"),   WORD("rain"),    WORD("recipe"),
    WORD("red"),      WORD("ribbon"),  WORD("river"),   WORD("road"),
    WORD("room"),     WORD("rose"),    WORD("rustic"),  WORD("sand"),
    WORD("save"),     WORD("savings"), WORD("school"),  WORD("season"),
    WORD("secret"),   WORD("shade"),   WORD("shape"),   WORD("shelf"),
    WORD("shirt"),    WORD("shoes"),   WORD("shore"),   WORD("silver"),
    WORD("simple"),   WORD("sketch"),  WORD("sky"),     WORD("small"),
    WORD("snow"),     WORD("soft"),    WORD("spring"),  WORD("star"),
    WORD("step"),     WORD("stone"),   WORD("story"),   WORD("street"),
    WORD("style"),    WORD("summer"),  WORD("sun"),     WORD("sweet"),
    WORD("table"),    WORD("tailor"),  WORD("tea"),     WORD("the"),
    WORD("theme"),    WORD("thread"),  WORD("tile"),    WORD("tip"),
    WORD("to"),       WORD("tour"),    WORD("town"),    WORD("trail"),
    WORD("train"),    WORD("travel"),  WORD("tree"),    WORD("trip"),
    WORD("unique"),   WORD("valley"),  WORD("velvet"),  WORD("vintage"),
    WORD("walk"),     WORD("wall"),    WORD("warm"),    WORD("water"),
    WORD("wheel"),    WORD("white"),   WORD("wild"),    WORD("window"),
    WORD("winter"),   WORD("with"),    WORD("wonder"),  WORD("wood"),
    WORD("wool"),     WORD("work"),    WORD("world"),   WORD("wreath"),
    WORD("yard"),     WORD("year"),    WORD("yellow"),  WORD("your"),
};

/* Accents, curly quotes, Cyrillic, Greek, Japanese, Arabic, Hebrew. */
static const char *const foreign[] = {
    " caf\u00e9",
    " cr\u00e8me",
    " \u00fcber",
    " jalape\u00f1o",
    " d\u00e9cor",
    " it\u2019s",
    " \u201cnew\u201d",
    " \u2013",
    " \u0434\u043e\u043c",
    " \u0446\u0432\u0435\u0442",
    " \u03c6\u03c9\u03c2",
    " \u624b\u4f5c\u308a",
    " \u82b1",
    " \u0628\u064a\u062a",
    " \u05d1\u05d9\u05ea",
};

/* The last three are the mathematical letters that some like to write in. */
static const char *const emoji[] = {
    " \U0001F3A8",
    " \U0001F384",
    " \U0001F3E1",
    " \U0001F4A1",
    " \U0001F697",
    " \U0001F49B\U0001F49B",
    " \U0001D4F7\U0001D4EE\U0001D500",
    " \U0001D5F5\U0001D5FC\U0001D5FA\U0001D5F2",
    " \U0001D4B6\U0001D4C7\U0001D4C9",
};

static void
write_word(struct pen *pen, struct dice *dice, bool capital)
{
    const struct word *word = &vocabulary[dice_below(dice, COUNT(vocabulary))];

    memcpy(pen->at, word->text, sizeof(word->text));
    if (capital)
        *pen->at ^= 0x20;
    pen->at += word->len;
}

void
words_write(struct pen *pen, struct dice *dice, size_t len, bool title)
{
    char *from = pen->at;

    do {
        write_word(pen, dice, title || pen->at == pen->begun);
        *pen->at++ = ' ';
    } while (pen_len(pen) < len);
    pen->at--;
    if (pen_len(pen) <= len)
        return;
    /* One too many, unless it is the only one. */
    for (char *at = pen->at; at > from; at--)
        if (*at == ' ') {
            pen->at = at;
            return;
        }
}

void
words_write_few(struct pen *pen, struct dice *dice, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (i > 0)
            *pen->at++ = ' ';
        write_word(pen, dice, true);
    }
}

void
words_write_foreign(struct pen *pen, struct dice *dice)
{
    pen_text(pen, foreign[dice_below(dice, COUNT(foreign))]);
}

void
words_write_emoji(struct pen *pen, struct dice *dice)
{
    pen_text(pen, emoji[dice_below(dice, COUNT(emoji))]);
}

void
pen_number(struct pen *pen, uint64_t number, unsigned width)
{
    char digits[20];
    unsigned at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0 || sizeof(digits) - at < width);
    pen_bytes(pen, digits + at, sizeof(digits) - at);
}

void
pen_hex(struct pen *pen, uint64_t bits, unsigned count)
{
    for (unsigned i = count; i-- > 0;)
        *pen->at++ = "0123456789abcdef"[(bits >> (4 * i)) & 15];
}
