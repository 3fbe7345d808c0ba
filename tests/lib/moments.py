# SPDX-License-Identifier: Apache-2.0
"""moments - when to kill: by what is done, not by the clock, so that a machine
of any speed is hit in the middle of its work.

    moments = Moments(dice, ["proxy"] * 4, total=ROWS, done=stored, feed=more)
    for name in moments.each():
        ...kill it, start it again...
    ...wait for the end...
    moments.verify()

Each kill has a part of the work to itself and a drawn point in it, and waits for
a few drawn milliseconds more, since what counts as done is seen at the same
point of every loop.  Now and then a second kill follows, of what has only begun
again.  FEED(N) makes N of TOTAL there to be done: some parts ahead, so that
there is always more to do and never all of it.
"""

import os
import time

import mill

LEAD = 4  # parts
WAIT = 0.01  # seconds at most between the point and the kill
AGAIN = 0.2  # how many of them are followed by another
SOON = 0.1  # seconds at most until then


class Moments:
    def __init__(self, dice, names, total, done, feed=lambda count: None):
        """NAMES, one for each kill, come in a drawn order; DONE() is how much of
        TOTAL is."""
        self.dice = dice
        self.names = dice.sample(names, len(names))
        self.total, self.done, self.feed = total, done, feed
        self.part = total // (len(names) + LEAD)
        self.fed = 0
        self.kills = []  # (name, how much was done of what there was)

    def each(self, timeout=120):
        """The names, each when it is time."""
        for i, name in enumerate(self.names):
            self._more((i + LEAD) * self.part)
            self._wait((i + self.dice.uniform(0.1, 1)) * self.part, timeout)
            yield self._now(name, WAIT)
            if self.dice.random() < AGAIN:
                yield self._now(name, SOON)
        self._more(self.total)

    def _more(self, count):
        self.fed = count
        self.feed(count)

    def _wait(self, point, timeout):
        end = mill.now() + timeout * mill.SLOW
        while self.done() < point:
            mill.check(mill.now() < end, f"{self.done()} of {point:.0f} "
                       f"after {timeout * mill.SLOW} s: it does not go on")
            time.sleep(0.002)

    def _now(self, name, most):
        time.sleep(self.dice.uniform(0, most))
        self.kills.append((name, self.done(), self.fed))
        return name

    def verify(self):
        """Nine of ten while there was work."""
        inside = sum(0 < done < fed for _, done, fed in self.kills)
        each = {name: sum(one == name for one, _, _ in self.kills)
                for name in sorted(set(self.names))}
        print(f"  killed {each}; {inside} of {len(self.kills)} between the "
              f"first and the last of {self.total} records", flush=True)
        mill.check(inside >= 0.9 * len(self.kills), "too few kills in the "
                   f"middle: {self.kills}")


class Lines:
    """A file of numbered lines that grows; all of them have EACH bytes."""

    def __init__(self, path, each=120):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self.path, self.each, self.count = path, each, 0
        self.grow(0)

    def grow(self, count):
        """Until it has COUNT of them."""
        with open(self.path, "a") as file:
            for i in range(self.count, count):
                start = f'{{"id":{i},"text":"'
                file.write(start.ljust(self.each - 3, "x") + '"}\n')
        self.count = max(self.count, count)

    def in_file(self, path):
        """How many of them are in a file that has nothing else."""
        try:
            return os.path.getsize(path) // self.each
        except FileNotFoundError:
            return 0
