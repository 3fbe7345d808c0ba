/* SPDX-License-Identifier: Apache-2.0 */

/* gate - an event count on an eventfd; see gate.h */

#include "bus/gate.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

bool
gate_init(struct gate *gate)
{
    atomic_init(&gate->waiting, 0);
    gate->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return gate->event >= 0;
}

void
gate_finish(struct gate *gate)
{
    if (gate->event >= 0)
        close(gate->event);
    gate->event = -1;
}

/*
 * Both sides exchange the same flag, so that one of two things is true: the
 * waker's exchange comes later and finds 1, so it wakes; or the waiter's comes
 * later and, reading what the waker wrote, sees all that the waker did before.
 */
void
gate_prepare(struct gate *gate)
{
    atomic_exchange_explicit(&gate->waiting, 1, memory_order_acq_rel);
}

void
gate_forget(struct gate *gate)
{
    atomic_store_explicit(&gate->waiting, 0, memory_order_release);
}

void
gate_wake(struct gate *gate)
{
    static const uint64_t one = 1;

    if (atomic_exchange_explicit(&gate->waiting, 0, memory_order_acq_rel) == 0)
        return;
    /* Fails only where the count is at its limit, and then it is awake. */
    ssize_t written = write(gate->event, &one, sizeof(one));
    (void)written;
}

bool
gate_wait(struct gate *gate, int fd, int64_t ns)
{
    struct pollfd fds[2] = { { .fd = gate->event, .events = POLLIN },
                             { .fd = fd, .events = POLLIN } };
    struct timespec timeout = { .tv_sec = ns / 1000000000,
                                .tv_nsec = ns % 1000000000 };

    ppoll(fds, fd < 0 ? 1 : 2, ns < 0 ? NULL : &timeout, NULL);
    if (fds[0].revents) {
        uint64_t count;
        ssize_t got = read(gate->event, &count, sizeof(count));
        (void)got;
    }
    gate_forget(gate);
    return fd >= 0 && fds[1].revents != 0;
}
