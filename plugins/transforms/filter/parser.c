/* SPDX-License-Identifier: Apache-2.0 */

/* parser - see expression.h: one function a rule of its grammar. */

#include <stdlib.h>
#include <string.h>

#include "expression.h"
#include "lexer.h"

struct parser {
    const char *text;
    size_t at;          /* behind `token` */
    struct token token; /* the next one */
    struct fault *fault;
    int depth;
};

static struct node *parse_condition(struct parser *parser);

/* ---- tokens -------------------------------------------------------------- */

static bool
advance(struct parser *parser)
{
    return lexer_next(parser->text, &parser->at, &parser->token, parser->fault);
}

/* Says that something else was expected at the next token; always false. */
static bool
expected(struct parser *parser, const char *what)
{
    const struct token *token = &parser->token;
    const char *rest = parser->text + token->at;
    size_t len = strnlen(rest, 30);

    while (len > 0 && ((unsigned char)rest[len] & 0xc0) == 0x80)
        len--;
    if (token->kind == TOKEN_END)
        return fault_set(parser->fault, token->at,
                         "the condition ends where %s should stand", what);
    return fault_set(parser->fault, token->at,
                     "%s should stand before \"%.*s\"", what, (int)len, rest);
}

static bool
accept(struct parser *parser, enum token_kind kind, bool *accepted)
{
    *accepted = parser->token.kind == kind;
    return !*accepted || advance(parser);
}

/* ---- operands ------------------------------------------------------------ */

static void
operand_destroy(struct operand *operand)
{
    if (!operand)
        return;
    free(operand->column);
    free(operand->text);
    free(operand);
}

/* What stands between the quotes, each doubled one single. */
static char *
copy_quoted(const struct token *token, size_t *len)
{
    char *copy = malloc(token->len + 1);

    *len = 0;
    for (size_t i = 0; copy && i < token->len; i++) {
        copy[(*len)++] = token->text[i];
        i += token->text[i] == token->quote;
    }
    if (copy)
        copy[*len] = '\0';
    return copy;
}

static bool
set_column(struct operand *operand, const struct token *token)
{
    size_t len;

    operand->column = token->quote ? copy_quoted(token, &len)
                                   : strndup(token->text, token->len);
    return operand->column;
}

static bool
set_text(struct operand *operand, const struct token *token)
{
    size_t len;

    operand->text = copy_quoted(token, &len);
    if (!operand->text)
        return false;
    operand->value = mill_text(MILL_TEXT, operand->text, len);
    operand->is_time = mill_timestamp_parse(operand->text, len, &operand->time);
    return true;
}

static bool
set_number(struct operand *operand, const struct token *token)
{
    int64_t integer;

    operand->text = strndup(token->text, token->len);
    if (!operand->text)
        return false;
    number_read(operand->text, token->len, &operand->number);
    if (number_to_int(&operand->number, &integer))
        operand->value = mill_int(integer);
    else
        operand->value = mill_text(MILL_NUMBER, operand->text, token->len);
    return true;
}

/* False: no memory. */
static bool
set_operand(struct operand *operand, const struct token *token)
{
    switch (token->kind) {
    case TOKEN_COLUMN:
        return set_column(operand, token);
    case TOKEN_TEXT:
        return set_text(operand, token);
    case TOKEN_NUMBER:
        return set_number(operand, token);
    case TOKEN_NULL:
        operand->value = mill_null();
        return true;
    default:
        operand->value = mill_bool(token->kind == TOKEN_TRUE);
        return true;
    }
}

static struct operand *
parse_operand(struct parser *parser, const char *what)
{
    enum token_kind kind = parser->token.kind;
    struct operand *operand;

    if (kind != TOKEN_COLUMN && kind != TOKEN_TEXT && kind != TOKEN_NUMBER
        && kind != TOKEN_NULL && kind != TOKEN_TRUE && kind != TOKEN_FALSE) {
        expected(parser, what);
        return NULL;
    }
    operand = calloc(1, sizeof(*operand));
    if (!operand || !set_operand(operand, &parser->token)) {
        fault_set(parser->fault, parser->token.at, "no memory");
        operand_destroy(operand);
        return NULL;
    }
    if (advance(parser))
        return operand;
    operand_destroy(operand);
    return NULL;
}

/* ---- tests --------------------------------------------------------------- */

void
expression_destroy(struct node *node)
{
    if (!node)
        return;
    expression_destroy(node->left);
    expression_destroy(node->right);
    operand_destroy(node->subject);
    operand_destroy(node->object);
    for (size_t i = 0; i < node->list_count; i++)
        operand_destroy(node->list[i]);
    free(node->list);
    if (node->has_regex)
        regfree(&node->regex);
    free(node);
}

static struct node *
make_node(struct parser *parser, enum node_kind kind)
{
    struct node *node = calloc(1, sizeof(*node));

    if (node)
        node->kind = kind;
    else
        fault_set(parser->fault, parser->token.at, "no memory");
    return node;
}

static bool
add_to_list(struct parser *parser, struct node *node)
{
    struct operand **list =
        realloc(node->list, (node->list_count + 1) * sizeof(struct operand *));

    if (!list)
        return fault_set(parser->fault, parser->token.at, "no memory");
    node->list = list;
    if (parser->token.kind == TOKEN_COLUMN)
        return expected(parser, "a number or a quoted text");
    list[node->list_count] = parse_operand(parser, "a number or a quoted text");
    return list[node->list_count] && ++node->list_count > 0;
}

static bool
parse_list(struct parser *parser, struct node *node)
{
    bool more;

    if (parser->token.kind != TOKEN_OPEN)
        return expected(parser, "(");
    do {
        if (!advance(parser) || !add_to_list(parser, node))
            return false;
        more = parser->token.kind == TOKEN_COMMA;
    } while (more);
    if (parser->token.kind != TOKEN_CLOSE)
        return expected(parser, ") or ,");
    return advance(parser);
}

/* The expression of `matches` is known now, so now is when it is looked at. */
static bool
compile(struct parser *parser, struct node *node, size_t at)
{
    char why[100];
    int error;

    if (node->object->column || node->object->value.type != MILL_TEXT)
        return fault_set(parser->fault, at,
                         "matches takes a quoted regular expression");
    error = regcomp(&node->regex, node->object->text, REG_EXTENDED | REG_NOSUB);
    node->has_regex = error == 0;
    if (error == 0)
        return true;
    regerror(error, &node->regex, why, sizeof(why));
    return fault_set(parser->fault, at, "not a regular expression: %s", why);
}

/* What may stand on the right of contains and its like. */
static bool
parse_object(struct parser *parser, struct node *node)
{
    size_t at = parser->token.at;
    struct operand *object;

    node->object = object = parse_operand(parser, "a quoted text or a column");
    if (!object)
        return false;
    if (node->kind == NODE_MATCHES)
        return compile(parser, node, at);
    if (node->kind != NODE_COMPARE && !object->column
        && object->value.type != MILL_TEXT)
        return fault_set(parser->fault, at,
                         "only a text can be looked for: put it in quotes");
    return true;
}

static bool
parse_is(struct parser *parser, struct node *node, bool *negated)
{
    node->kind = NODE_IS_NULL;
    if (!advance(parser) || !accept(parser, TOKEN_NOT, negated))
        return false;
    if (parser->token.kind != TOKEN_NULL)
        return expected(parser, "null");
    return advance(parser);
}

static bool
is_null_literal(const struct operand *operand)
{
    return !operand->column && operand->value.type == MILL_NULL;
}

static bool
parse_compare(struct parser *parser, struct node *node)
{
    size_t at = parser->token.at;

    node->kind = NODE_COMPARE;
    node->comparison = parser->token.comparison;
    if (!advance(parser) || !parse_object(parser, node))
        return false;
    if (is_null_literal(node->object) || is_null_literal(node->subject))
        return fault_set(parser->fault, at,
                         "nothing compares with null: write is null");
    return true;
}

/* What follows the subject; NEGATED where it has a `not` of its own. */
static bool
parse_rest(struct parser *parser, struct node *node, bool *negated)
{
    enum token_kind kind;

    if (parser->token.kind == TOKEN_IS)
        return parse_is(parser, node, negated);
    if (parser->token.kind == TOKEN_SIGN)
        return parse_compare(parser, node);
    if (!accept(parser, TOKEN_NOT, negated))
        return false;
    kind = parser->token.kind;
    if (kind >= TOKEN_CONTAINS && kind <= TOKEN_MATCHES) {
        node->kind = NODE_CONTAINS + (kind - TOKEN_CONTAINS);
        return advance(parser) && parse_object(parser, node);
    }
    if (kind == TOKEN_IN) {
        node->kind = NODE_IN;
        return advance(parser) && parse_list(parser, node);
    }
    if (*negated)
        return expected(parser,
                        "in, contains, starts_with, ends_with or matches");
    if (node->subject->column || node->subject->value.type == MILL_BOOL)
        return true;
    return expected(parser, "a comparison such as ==");
}

/* Puts a `not` around NODE. */
static struct node *
negate(struct parser *parser, struct node *node)
{
    struct node *not = node ? make_node(parser, NODE_NOT) : NULL;

    if (not )
        not ->left = node;
    else
        expression_destroy(node);
    return not ;
}

static struct node *
parse_test(struct parser *parser)
{
    struct node *node = make_node(parser, NODE_TRUTH);
    bool negated = false;

    if (!node)
        return NULL;
    node->subject = parse_operand(parser, "a column or a value");
    if (!node->subject || !parse_rest(parser, node, &negated)) {
        expression_destroy(node);
        return NULL;
    }
    return negated ? negate(parser, node) : node;
}

/* ---- conditions ---------------------------------------------------------- */

static struct node *
parse_group(struct parser *parser)
{
    struct node *node = advance(parser) ? parse_condition(parser) : NULL;

    if (!node)
        return NULL;
    if (parser->token.kind == TOKEN_CLOSE ? advance(parser)
                                          : expected(parser, "and, or or )"))
        return node;
    expression_destroy(node);
    return NULL;
}

static struct node *
parse_term(struct parser *parser)
{
    struct node *node;

    if (parser->depth == EXPRESSION_DEPTH) {
        fault_set(parser->fault, parser->token.at,
                  "more than %d conditions within each other",
                  EXPRESSION_DEPTH);
        return NULL;
    }
    parser->depth++;
    if (parser->token.kind == TOKEN_NOT)
        node = advance(parser) ? negate(parser, parse_term(parser)) : NULL;
    else if (parser->token.kind == TOKEN_OPEN)
        node = parse_group(parser);
    else
        node = parse_test(parser);
    parser->depth--;
    return node;
}

/* Terms with a word between them; the tree leans to the left and `and` binds
 * tighter. */
static struct node *
parse_chain(struct parser *parser, enum token_kind word, enum node_kind kind,
            struct node *(*parse_link)(struct parser *))
{
    struct node *left = parse_link(parser);

    while (left && parser->token.kind == word) {
        struct node *both = make_node(parser, kind);

        if (!both) {
            expression_destroy(left);
            return NULL;
        }
        both->left = left;
        both->right = advance(parser) ? parse_link(parser) : NULL;
        left = both;
        if (!both->right) {
            expression_destroy(both);
            return NULL;
        }
    }
    return left;
}

static struct node *
parse_alternative(struct parser *parser)
{
    return parse_chain(parser, TOKEN_AND, NODE_AND, parse_term);
}

static struct node *
parse_condition(struct parser *parser)
{
    return parse_chain(parser, TOKEN_OR, NODE_OR, parse_alternative);
}

struct node *
expression_parse(const char *text, struct fault *fault)
{
    struct parser parser = { .text = text, .fault = fault };
    struct node *node = advance(&parser) ? parse_condition(&parser) : NULL;

    if (!node || parser.token.kind == TOKEN_END)
        return node;
    expected(&parser, "and, or, or the end");
    expression_destroy(node);
    return NULL;
}
