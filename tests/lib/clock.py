# SPDX-License-Identifier: Apache-2.0
"""clock - seconds in which something could be done

    began = clock.now()
    ...
    took = clock.now() - began

A machine whose CPUs go to others for some seconds stands still, and so do the
test, the program and the server on it.  What has to be over in time is measured
by this clock, which stands still with them; what has to take some time at least,
by time.monotonic().
"""

import threading
import time

TICK = 0.02
STALL = 0.1  # a tick that takes longer was one

# The seconds at a moment: set, and read, as one.
_last = (0.0, time.monotonic())


def _look():
    seconds, then = _last
    moment = time.monotonic()
    return seconds + min(moment - then, STALL), moment


def now():
    return _look()[0]


def _tick():
    global _last
    while True:
        time.sleep(TICK)
        _last = _look()


threading.Thread(target=_tick, daemon=True).start()
