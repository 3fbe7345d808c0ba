# SPDX-License-Identifier: Apache-2.0
"""batch - the batch half of the reference: its three processes, as the files in
pipelines/pinterest/ define them, and what has to come out.

    base = batch.database()                 filled with made-up rows, once
    half = batch.Half(broker)               a folder, a port, a user
    half.proxy(); half.store(); half.produce(rows=571)
    batch.compare(half.objects("pin"), batch.expected("pin", 571))
"""

import json
import os
import random
import re
import socket
import subprocess

import mill
import ports

PINTEREST = os.path.join(mill.SOURCE, "pipelines", "pinterest")
TABLES = {"pin": "pinterest_data", "geo": "geolocation_data",
          "user": "user_data"}

_made = {}


def database():
    """A SQLite database of made-up rows; the folder of the same as files."""
    if "folder" not in _made:
        home = mill.folder("pinterest")
        _made["folder"] = home
        mill.tool(home, "run", os.path.join(PINTEREST, "generate.cfg"),
                  env={"PINTEREST_DIR": home}).expect(mill.DONE)
        subprocess.run([os.path.join(PINTEREST, "fill"),
                        os.path.join(home, "pinterest.db"),
                        os.path.join(home, "raw")], check=True)
    return os.path.join(_made["folder"], "pinterest.db")


def rows(name):
    """The rows of a table, as they were made."""
    database()
    if name not in _made:
        path = os.path.join(_made["folder"], "raw", TABLES[name] + ".ndjson")
        with open(path, encoding="utf-8", newline="\n") as file:
            _made[name] = [as_stored(json.loads(line)) for line in file]
    return _made[name]


def as_stored(row):
    """A column of FLOAT has no integers."""
    return {key: float(value) if key in ("latitude", "longitude") else value
            for key, value in row.items()}


def draws(count, seed=100):
    """The rows that the bootcamp's emulator draws."""
    dice = random.Random(seed)
    found = []
    for _ in range(count):
        dice.randrange(0, 2)
        found.append(dice.randint(0, 11000))
    return found


# ---- what Java writes ------------------------------------------------------


def java_hash(text):
    value = 0
    units = text.encode("utf-16-be")
    for i in range(0, len(units), 2):
        value = (value * 31 + (units[i] << 8 | units[i + 1])) & 0xffffffff
    return value ^ value >> 16


def as_object(row):
    """A row in the bytes of the connector: the keys of a HashMap of 16 buckets,
    characters outside the BMP as escapes."""
    keys = sorted(row, key=lambda key: java_hash(key) & 15)
    mill.check(len(row) <= 12, "more keys than a table of 16 holds")
    text = json.dumps({key: row[key] for key in keys}, ensure_ascii=False,
                      separators=(",", ":"))
    return re.sub("[\U00010000-\U0010ffff]", as_escapes,
                  text).encode() + b"\n"


def as_escapes(found):
    units = found.group().encode("utf-16-be").hex().upper()
    return f"\\u{units[:4]}\\u{units[4:]}"


def expected(name, count):
    """The objects of a topic, by offset."""
    return [as_object(rows(name)[draw]) for draw in draws(count)]


def compare(found, wanted, what):
    """FOUND, {offset: bytes}, holds WANTED by offset."""
    mill.equal(sorted(found), list(range(len(wanted))), f"{what}: offsets")
    wrong = [i for i, content in enumerate(wanted) if found[i] != content]
    mill.check(not wrong, f"{what}: {len(wrong)} objects differ, the first at "
               f"{wrong[:1]}: {[(found[i], wanted[i]) for i in wrong[:1]]}")


# ---- the processes -----------------------------------------------------------


class Half:
    """The three processes of one user; each may be killed and started again."""

    def __init__(self, broker, user="0a1b2c", base_path=""):
        self.home = mill.folder("batch")
        self.user = user
        self.port, = ports.claim(self.home)
        self.api = f"http://127.0.0.1:{self.port}{base_path}"
        self.env = broker.env | {
            "USER_ID": user, "PINTEREST_DIR": self.home,
            "LISTEN": f"127.0.0.1:{self.port}", "BASE_PATH": base_path,
            "API": self.api, "OBJECTS": os.path.join(self.home, "objects")}

    def _start(self, name, **env):
        home = os.path.join(self.home, "run-" + name)
        os.makedirs(home, exist_ok=True)
        return mill.Run(home, ["run", "--log-level=debug",
                               os.path.join(PINTEREST, name + ".cfg")],
                        self.env | env)

    def proxy(self, **env):
        """Answers by the time this returns."""
        run = self._start("rest-proxy", **env)
        run.wait_for(self.answers, "answer of the REST proxy")
        return run

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def store(self, **env):
        return self._start("batch-store", **env)

    def produce(self, count, **env):
        return self._start("batch-produce", ROWS=str(count),
                           PINTEREST_DB="sqlite:" + database(), **env)

    def topic(self, name):
        return f"{self.user}.{name}"

    def folder(self, name, partition=0):
        return os.path.join(self.home, "objects", "topics", self.topic(name),
                            f"partition={partition}")

    def names(self, name):
        where = self.folder(name)
        return sorted(os.listdir(where)) if os.path.isdir(where) else []

    def objects(self, name):
        """{offset: bytes}; the names are the connector's."""
        found = {}
        for file in self.names(name):
            match = re.fullmatch(re.escape(self.topic(name))
                                 + r"\+0\+(\d{10})\.json", file)
            mill.check(match, f"an object is called {file}")
            with open(os.path.join(self.folder(name), file), "rb") as content:
                found[int(match.group(1))] = content.read()
        return found
