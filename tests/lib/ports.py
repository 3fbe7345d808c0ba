#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ports - ports of 127.0.0.1 that stay somebody's while his server is away

    port, = ports.claim(folder)         a port is FOLDER's as long as that exists
    ports.py FOLDER COUNT               the same for scripts: prints them

A test that kills a server and starts it again wants its port back.  One that
the kernel gave out isn't safe meanwhile: it gives it to the next who asks, or
to a client's end of a connection.  So ours lie outside of what it gives out,
and who has one is written down in a folder that all tests of a user share.
"""

import fcntl
import os
import random
import socket
import sys

CLAIMS = f"/tmp/millrace-ports-{os.getuid()}"
LEAST = 10_000  # below are those of well-known servers


def claim(folder, count=1):
    folder = os.path.abspath(folder)
    os.makedirs(folder, exist_ok=True)
    os.makedirs(CLAIMS, mode=0o700, exist_ok=True)
    with open(os.path.join(CLAIMS, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        taken = in_use()
        found = []
        for port in candidates():
            if port not in taken and is_free(port):
                with open(os.path.join(CLAIMS, str(port)), "w") as file:
                    file.write(folder)
                found.append(port)
            if len(found) == count:
                return found
    raise OSError(f"no {count} free ports on 127.0.0.1")


def in_use():
    """The ports with an owner; claims of those that are gone are removed."""
    found = set()
    for name in filter(str.isdigit, os.listdir(CLAIMS)):
        path = os.path.join(CLAIMS, name)
        with open(path) as file:
            owner = file.read()
        if os.path.isdir(owner):
            found.add(int(name))
        else:
            os.remove(path)
    return found


def candidates():
    """In any order: all that the kernel doesn't give out, or, where that leaves
    few, the others as well."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        least, most = map(int, file.read().split())
    ours = [*range(LEAST, least), *range(most + 1, 65536)]
    if len(ours) < 1000:
        ours = list(range(LEAST, 65536))
    random.SystemRandom().shuffle(ours)
    return ours


def is_free(port):
    with socket.socket() as trial:
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


if __name__ == "__main__":
    print(*claim(sys.argv[1], int(sys.argv[2])))
