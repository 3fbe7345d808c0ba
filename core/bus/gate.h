/* SPDX-License-Identifier: Apache-2.0 */

/*
 * gate - where one thread waits until somebody has news for it
 *
 * Each running stage has one gate, whatever it waits for: a batch, room in a
 * ring, memory, a commit, the end.  Whoever changes such a thing wakes the gate
 * afterwards; the waiter looks again at everything that it waits for:
 *
 *     gate_prepare(gate);
 *     if (there is something to do)
 *         gate_forget(gate), and do it
 *     else
 *         gate_wait(gate, -1, ns);
 *
 * A wake between prepare and wait isn't lost.  Waking costs one atomic exchange
 * where nobody waits, and a system call where somebody does; waiting costs the
 * round trip through the kernel (33 us), so rings are polled a little first.
 */

#ifndef BUS_GATE_H
#define BUS_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct gate {
    atomic_int waiting;
    int event; /* an eventfd, so that one can wait for a file as well */
};

/* False: no file descriptor left; errno says. */
bool gate_init(struct gate *gate);
void gate_finish(struct gate *gate);

/* The waiting thread only. */
void gate_prepare(struct gate *gate);

/* There was something to do after all: spares the next waker a system call. */
void gate_forget(struct gate *gate);

/* Waits for a wake, for FD (unless -1) to be readable, or for NS nanoseconds
 * (negative: for ever).  True where FD is readable. */
bool gate_wait(struct gate *gate, int fd, int64_t ns);

/* Any thread. */
void gate_wake(struct gate *gate);

#endif /* BUS_GATE_H */
