/* SPDX-License-Identifier: Apache-2.0 */

/* lexer - see lexer.h. */

#include "lexer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *word;
    enum token_kind kind;
} words[] = {
    { "and", TOKEN_AND },
    { "or", TOKEN_OR },
    { "not", TOKEN_NOT },
    { "in", TOKEN_IN },
    { "is", TOKEN_IS },
    { "null", TOKEN_NULL },
    { "true", TOKEN_TRUE },
    { "false", TOKEN_FALSE },
    { "contains", TOKEN_CONTAINS },
    { "starts_with", TOKEN_STARTS },
    { "ends_with", TOKEN_ENDS },
    { "matches", TOKEN_MATCHES },
};

/* The longer ones first. */
static const struct {
    const char *sign;
    enum comparison comparison;
} signs[] = {
    { "==", IS_EQUAL }, { "!=", IS_UNEQUAL }, { "<=", IS_MOST },
    { ">=", IS_LEAST }, { "<", IS_LESS },     { ">", IS_MORE },
};

bool
fault_set(struct fault *fault, size_t at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(fault->what, sizeof(fault->what), format, args);
    va_end(args);
    fault->at = at;
    return false;
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
begins_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'
           || (unsigned char)c >= 0x80;
}

static bool
goes_on(char c)
{
    return begins_word(c) || is_digit(c) || c == '.' || c == '-';
}

static void
read_word(struct token *token)
{
    while (goes_on(token->text[token->len]))
        token->len++;
    token->kind = TOKEN_COLUMN;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strlen(words[i].word) == token->len
            && strncasecmp(words[i].word, token->text, token->len) == 0)
            token->kind = words[i].kind;
}

static bool
read_number(struct token *token, struct fault *fault)
{
    const char *text = token->text;
    size_t len = 1;
    struct number number;

    while (goes_on(text[len])
           || (text[len] == '+' && (text[len - 1] | 0x20) == 'e'))
        len++;
    token->kind = TOKEN_NUMBER;
    token->len = len;
    if (!number_read(text, len, &number))
        return fault_set(fault, token->at, "\"%.*s\" is no number",
                         len < 40 ? (int)len : 40, text);
    return true;
}

/* Up to the closing quote; a doubled one belongs to the text. */
static bool
read_quoted(struct token *token, size_t *at, struct fault *fault)
{
    char quote = token->quote = *token->text++;

    for (;;) {
        char c = token->text[token->len];

        if (!c)
            return fault_set(fault, token->at, "the closing %c is missing",
                             quote);
        if (c == quote && token->text[token->len + 1] != quote)
            break;
        token->len += c == quote ? 2 : 1;
    }
    token->kind = quote == '`' ? TOKEN_COLUMN : TOKEN_TEXT;
    if (token->kind == TOKEN_COLUMN && token->len == 0)
        return fault_set(fault, token->at, "a column without a name");
    *at += token->len + 2;
    return true;
}

static bool
read_sign(struct token *token, struct fault *fault)
{
    const char *text = token->text;

    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        token->len = strlen(signs[i].sign);
        token->kind = TOKEN_SIGN;
        token->comparison = signs[i].comparison;
        if (strncmp(text, signs[i].sign, token->len) == 0)
            return true;
    }
    token->len = 1;
    token->kind = *text == '('   ? TOKEN_OPEN
                  : *text == ')' ? TOKEN_CLOSE
                                 : TOKEN_COMMA;
    if (strchr("(),", *text))
        return true;
    if (*text == '=')
        return fault_set(fault, token->at, "= compares nothing: write ==");
    if (strncmp(text, "&&", 2) == 0 || strncmp(text, "||", 2) == 0)
        return fault_set(fault, token->at, "%.2s isn't known: write %s", text,
                         *text == '&' ? "and" : "or");
    return fault_set(fault, token->at, "%c isn't known here", *text);
}

bool
lexer_next(const char *whole, size_t *at, struct token *token,
           struct fault *fault)
{
    const char *text;

    *at += strspn(whole + *at, " \t\r\n");
    text = whole + *at;
    *token = (struct token){ .at = *at, .text = text };
    if (!*text)
        return true;
    if (*text == '\'' || *text == '"' || *text == '`')
        return read_quoted(token, at, fault);
    if (begins_word(*text))
        read_word(token);
    else if (is_digit(*text) || (*text == '-' && is_digit(text[1]))) {
        if (!read_number(token, fault))
            return false;
    } else if (!read_sign(token, fault)) {
        return false;
    }
    *at += token->len;
    return true;
}
