/* SPDX-License-Identifier: Apache-2.0 */

/* lexer - the words of a condition. */

#ifndef FILTER_LEXER_H
#define FILTER_LEXER_H

#include "expression.h"

enum token_kind {
    TOKEN_END,
    TOKEN_COLUMN, /* a bare word that is none of the language's, or `...` */
    TOKEN_TEXT,
    TOKEN_NUMBER,
    TOKEN_SIGN, /* a comparison */
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_COMMA,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_NOT,
    TOKEN_IN,
    TOKEN_IS,
    TOKEN_NULL,
    TOKEN_TRUE,
    TOKEN_FALSE,
    TOKEN_CONTAINS,
    TOKEN_STARTS,
    TOKEN_ENDS,
    TOKEN_MATCHES,
};

struct token {
    enum token_kind kind;
    enum comparison comparison; /* of TOKEN_SIGN */
    size_t at;                  /* where it begins in the whole text */
    const char *text;           /* between the quotes, where there are any */
    char quote;                 /* which; 0: none */
    size_t len;
};

/* Reads the token at *AT and moves *AT behind it.  False: FAULT says why. */
bool lexer_next(const char *whole, size_t *at, struct token *token,
                struct fault *fault);

/* Says what is wrong; always false. */
bool fault_set(struct fault *fault, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif /* FILTER_LEXER_H */
