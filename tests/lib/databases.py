# SPDX-License-Identifier: Apache-2.0
"""databases - the three engines, looked at by their own clients

    base = databases.ENGINES["postgresql"]()    started; it stops at the end
    base.sql("create table t (id bigint)")
    base.rows("select id from t")               [["1"], ["2"]]; NULL is None
    stage["url"] = base.url                     for an environment of base.env
    with base.session() as other:               whose locks last
        other.sql("begin; lock table t")
    base.kill(); base.restart()
"""

import os
import sqlite3
import subprocess

import mill


class Sqlite:
    name = "sqlite"

    def __init__(self):
        self.path = os.path.join(mill.folder("sqlite"), "base.db")
        self.url = "sqlite:" + self.path
        self.env = {}

    def sql(self, text):
        base = sqlite3.connect(self.path, timeout=30)
        base.executescript(text)
        base.close()

    def rows(self, text):
        base = sqlite3.connect(self.path, timeout=30)
        found = base.execute(text).fetchall()
        base.close()
        return [[None if v is None else str(v) for v in row] for row in found]


class Session:
    """A client that stays, and so does what it locks: until the end of a `with`,
    or of the transaction."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def sql(self, text):
        """Returns once all of it is done."""
        self.process.stdin.write(text + ";\nselect 'it is done';\n")
        self.process.stdin.flush()
        while (line := self.process.stdout.readline()) != "it is done\n":
            mill.check(line, f"a client ended before the end of {text}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate()


class Server:
    """What MariaDB and PostgreSQL share."""

    def __init__(self):
        self.env = mill.service(self.service)
        self.dir = self.env[self.prefix + "_DIR"]

    def _service(self, action):
        script = os.path.join(mill.SOURCE, "tests", "services", self.service)
        done = subprocess.run([script, action, self.dir], text=True,
                              capture_output=True, stdin=subprocess.DEVNULL,
                              check=False)
        mill.check(done.returncode == 0, f"{self.service} {action}: "
                   f"{done.stderr}")

    def kill(self):
        self._service("kill")

    def restart(self):
        self._service("start")

    def session(self):
        return Session(self.client())

    def sql(self, text):
        done = subprocess.run(self.client(), input=text.encode(), check=False,
                              capture_output=True)
        mill.check(done.returncode == 0,
                   f"{self.name}: {done.stderr.decode()} ({text[:300]})")
        return done.stdout.decode(errors="surrogateescape")

    def rows(self, text):
        return [[None if v == "NULL" else v for v in line.split("\t")]
                for line in self.sql(text).splitlines()]


class Mariadb(Server):
    name = "mysql"
    service = "mariadb"
    prefix = "MARIADB"
    url = ("mysql://${MARIADB_USER}:${MARIADB_PASSWORD}@${MARIADB_HOST}:"
           "${MARIADB_PORT}/${MARIADB_DATABASE}")

    def client(self):
        return ["mariadb", "--no-defaults", "--user=root", "--batch",
                "--default-character-set=utf8mb4", "--raw", "--unbuffered",
                "--skip-column-names",
                "--socket=" + self.env["MARIADB_SOCKET"],
                self.env["MARIADB_DATABASE"]]


class Postgres(Server):
    name = "postgresql"
    service = "postgresql"
    prefix = "POSTGRES"
    url = ("postgresql://${POSTGRES_USER}:${POSTGRES_PASSWORD}@"
           "${POSTGRES_HOST}:${POSTGRES_PORT}/${POSTGRES_DATABASE}")

    def client(self):
        """As the pipeline's own user, so that what is made here is its own."""
        return [self.env["POSTGRES_PSQL"], "-qAtX", "-F", "\t", "-P",
                "null=NULL", "-v", "ON_ERROR_STOP=1", "-f", "-",
                self.env["POSTGRES_URL"]]


ENGINES = {engine.name: engine for engine in (Sqlite, Mariadb, Postgres)}
