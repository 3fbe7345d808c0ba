/* SPDX-License-Identifier: Apache-2.0 */

/*
 * expression - a condition on the columns of a row, as a tree
 *
 *     condition   = alternative { "or" alternative }
 *     alternative = term { "and" term }
 *     term        = "not" term | "(" condition ")" | test
 *     test        = operand ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) operand
 *                 | operand [ "not" ] "in" "(" literal { "," literal } ")"
 *                 | operand "is" [ "not" ] "null"
 *                 | operand [ "not" ] ( "contains" | "starts_with"
 *                 | "ends_with" | "matches" ) operand
 *                 | operand
 *     operand     = column | literal
 *     literal     = number | 'text' | "text" | "true" | "false" | "null"
 *
 * A column is a bare word, or anything in backquotes; a quote in a text is
 * written twice.  Words of the language are the same in any case.
 *
 * `matches` takes an extended regular expression of POSIX, anywhere in the text
 * unless ^ and $ hold it, byte by byte: a dot is a byte.
 *
 * As in SQL a test of a null, or of values that can't be compared, is neither
 * true nor false, and so is its `not`; only `is null` is always one of both.  A
 * column that the row lacks is null.
 */

#ifndef FILTER_EXPRESSION_H
#define FILTER_EXPRESSION_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include <millrace/plugin.h>

#include "clean/number.h"

/* Deeper than anybody writes, and far from the end of the stack. */
#define EXPRESSION_DEPTH 100

enum node_kind {
    NODE_OR,
    NODE_AND,
    NODE_NOT,
    NODE_COMPARE,
    NODE_IN,
    NODE_IS_NULL,
    NODE_CONTAINS,
    NODE_STARTS,
    NODE_ENDS,
    NODE_MATCHES,
    NODE_TRUTH, /* an operand alone */
};

enum comparison { IS_EQUAL, IS_UNEQUAL, IS_LESS, IS_MOST, IS_MORE, IS_LEAST };

/* A column, or a value that doesn't change. */
struct operand {
    char *column; /* NULL: a literal */
    int place;    /* of the column in the batch at hand; -1: nowhere */
    bool warned;  /* that it isn't there */

    struct mill_value value; /* the literal */
    char *text;              /* what `value` points to */
    bool is_time;            /* text that is a timestamp as well */
    int64_t time;
    struct number number; /* of MILL_NUMBER */
};

struct node {
    enum node_kind kind;
    enum comparison comparison;
    struct node *left; /* OR, AND; NOT has only this one */
    struct node *right;
    struct operand *subject; /* of all tests */
    struct operand *object;  /* of those with two operands */
    struct operand **list;   /* IN */
    size_t list_count;
    regex_t regex; /* MATCHES */
    bool has_regex;
};

/* What is wrong with a text, and where: an offset in bytes. */
struct fault {
    size_t at;
    char what[160];
};

/* The tree, to be freed with expression_destroy().  NULL: *FAULT says why. */
struct node *expression_parse(const char *text, struct fault *fault);

/* NULL is fine. */
void expression_destroy(struct node *node);

#endif /* FILTER_EXPRESSION_H */
