/* SPDX-License-Identifier: Apache-2.0 */

/* evaluate - see evaluate.h. */

#include "evaluate.h"

#include <string.h>

#include "compare.h"

static void
find_column(struct evaluation *evaluation, struct operand *operand)
{
    struct mill_batch *batch = evaluation->batch;

    if (!operand || !operand->column)
        return;
    operand->place = mill_batch_column(batch, operand->column);
    if (operand->place >= 0 || operand->warned || batch->rows == 0)
        return;
    operand->warned = true;
    mill_log(evaluation->stage, MILL_WARN,
             "rows of %s have no column \"%s\"; it counts as null there",
             batch->stream, operand->column);
}

void
evaluate_begin(struct evaluation *evaluation, struct node *node)
{
    if (!node)
        return;
    evaluate_begin(evaluation, node->left);
    evaluate_begin(evaluation, node->right);
    find_column(evaluation, node->subject);
    find_column(evaluation, node->object);
}

static const struct mill_value *
value_of(const struct operand *operand, const struct mill_value *row)
{
    static const struct mill_value absent = { .type = MILL_MISSING };

    if (!operand->column)
        return &operand->value;
    return operand->place < 0 ? &absent : &row[operand->place];
}

static enum truth
truth_of(bool holds)
{
    return holds ? TRUTH_TRUE : TRUTH_FALSE;
}

static enum truth
dont_fit(struct evaluation *evaluation)
{
    evaluation->incomparable++;
    return TRUTH_UNKNOWN;
}

/* A quoted time against a timestamp was read when the condition was. */
static enum compared
compare(const struct operand *object, const struct mill_value *a,
        const struct mill_value *b)
{
    if (a->type == MILL_TIMESTAMP && !object->column && object->is_time) {
        struct mill_value time = mill_timestamp(object->time);

        return compare_values(a, &time);
    }
    return compare_values(a, b);
}

static enum truth
evaluate_compare(struct evaluation *evaluation, const struct node *node,
                 const struct mill_value *row)
{
    const struct mill_value *a = value_of(node->subject, row);
    const struct mill_value *b = value_of(node->object, row);
    enum compared compared;

    if (mill_is_null(a) || mill_is_null(b))
        return TRUTH_UNKNOWN;
    compared = compare(node->object, a, b);
    if (compared == COMPARED_NEVER
        || (compared == COMPARED_UNEQUAL && node->comparison > IS_UNEQUAL))
        return dont_fit(evaluation);
    switch (node->comparison) {
    case IS_EQUAL:
        return truth_of(compared == COMPARED_EQUAL);
    case IS_UNEQUAL:
        return truth_of(compared != COMPARED_EQUAL);
    case IS_LESS:
        return truth_of(compared == COMPARED_LESS);
    case IS_MOST:
        return truth_of(compared != COMPARED_MORE);
    case IS_MORE:
        return truth_of(compared == COMPARED_MORE);
    default:
        return truth_of(compared != COMPARED_LESS);
    }
}

/* As a chain of == with `or` between. */
static enum truth
evaluate_in(struct evaluation *evaluation, const struct node *node,
            const struct mill_value *row)
{
    const struct mill_value *a = value_of(node->subject, row);
    enum truth truth = TRUTH_FALSE;

    if (mill_is_null(a))
        return TRUTH_UNKNOWN;
    for (size_t i = 0; i < node->list_count; i++) {
        const struct mill_value *b = &node->list[i]->value;
        enum compared compared =
            mill_is_null(b) ? COMPARED_NEVER : compare(node->list[i], a, b);

        if (compared == COMPARED_EQUAL)
            return TRUTH_TRUE;
        if (compared == COMPARED_NEVER)
            truth = TRUTH_UNKNOWN;
        evaluation->incomparable +=
            compared == COMPARED_NEVER && !mill_is_null(b);
    }
    return truth;
}

static bool
matches(const struct node *node, const struct mill_value *text)
{
    regmatch_t span = { .rm_so = 0, .rm_eo = (regoff_t)text->len };

    return regexec(&node->regex, text->len > 0 ? text->text : "", 1, &span,
                   REG_STARTEND)
           == 0;
}

static bool
finds(enum node_kind kind, const struct mill_value *text,
      const struct mill_value *part)
{
    if (part->len == 0)
        return true;
    if (part->len > text->len)
        return false;
    switch (kind) {
    case NODE_CONTAINS:
        return memmem(text->text, text->len, part->text, part->len) != NULL;
    case NODE_STARTS:
        return memcmp(text->text, part->text, part->len) == 0;
    default:
        return memcmp(text->text + text->len - part->len, part->text, part->len)
               == 0;
    }
}

static enum truth
evaluate_text(struct evaluation *evaluation, const struct node *node,
              const struct mill_value *row)
{
    const struct mill_value *text = value_of(node->subject, row);
    const struct mill_value *part = value_of(node->object, row);

    if (mill_is_null(text) || mill_is_null(part))
        return TRUTH_UNKNOWN;
    if (text->type != MILL_TEXT || part->type != MILL_TEXT)
        return dont_fit(evaluation);
    return truth_of(node->kind == NODE_MATCHES ? matches(node, text)
                                               : finds(node->kind, text, part));
}

static enum truth
evaluate_truth(struct evaluation *evaluation, const struct mill_value *value)
{
    if (mill_is_null(value))
        return TRUTH_UNKNOWN;
    return value->type == MILL_BOOL ? truth_of(value->boolean)
                                    : dont_fit(evaluation);
}

static enum truth
evaluate_both(struct evaluation *evaluation, const struct node *node,
              const struct mill_value *row)
{
    /* The one that decides alone: false for and, true for or. */
    enum truth decides = node->kind == NODE_AND ? TRUTH_FALSE : TRUTH_TRUE;
    enum truth left = evaluate_row(evaluation, node->left, row);
    enum truth right;

    if (left == decides)
        return decides;
    right = evaluate_row(evaluation, node->right, row);
    return right == decides || left != TRUTH_UNKNOWN ? right : left;
}

static enum truth
evaluate_not(struct evaluation *evaluation, const struct node *node,
             const struct mill_value *row)
{
    enum truth truth = evaluate_row(evaluation, node->left, row);

    return truth == TRUTH_UNKNOWN ? truth : truth_of(truth == TRUTH_FALSE);
}

enum truth
evaluate_row(struct evaluation *evaluation, const struct node *node,
             const struct mill_value *row)
{
    switch (node->kind) {
    case NODE_OR:
    case NODE_AND:
        return evaluate_both(evaluation, node, row);
    case NODE_NOT:
        return evaluate_not(evaluation, node, row);
    case NODE_COMPARE:
        return evaluate_compare(evaluation, node, row);
    case NODE_IN:
        return evaluate_in(evaluation, node, row);
    case NODE_IS_NULL:
        return truth_of(mill_is_null(value_of(node->subject, row)));
    case NODE_TRUTH:
        return evaluate_truth(evaluation, value_of(node->subject, row));
    default:
        return evaluate_text(evaluation, node, row);
    }
}
