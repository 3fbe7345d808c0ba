# SPDX-License-Identifier: Apache-2.0
"""databases - the three engines, looked at by their own clients

    base = databases.ENGINES["postgresql"]()    started; it stops at the end
    base.sql("create table t (id bigint)")
    base.rows("select id from t")               [["1"], ["2"]]; NULL is None
    stage["url"] = base.url                     for an environment of base.env
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

    def _run(self, command, text):
        done = subprocess.run(command, input=text.encode(), check=False,
                              capture_output=True)
        mill.check(done.returncode == 0,
                   f"{self.name}: {done.stderr.decode()} ({text[:300]})")
        return done.stdout.decode(errors="surrogateescape")


class Mariadb(Server):
    name = "mysql"
    service = "mariadb"
    prefix = "MARIADB"
    url = ("mysql://${MARIADB_USER}:${MARIADB_PASSWORD}@${MARIADB_HOST}:"
           "${MARIADB_PORT}/${MARIADB_DATABASE}")

    def sql(self, text):
        return self._run(["mariadb", "--no-defaults", "--user=root", "--batch",
                          "--default-character-set=utf8mb4", "--raw",
                          "--skip-column-names",
                          "--socket=" + self.env["MARIADB_SOCKET"],
                          self.env["MARIADB_DATABASE"]], text)

    def rows(self, text):
        return [[None if v == "NULL" else v for v in line.split("\t")]
                for line in self.sql(text).splitlines()]


class Postgres(Server):
    name = "postgresql"
    service = "postgresql"
    prefix = "POSTGRES"
    url = ("postgresql://${POSTGRES_USER}:${POSTGRES_PASSWORD}@"
           "${POSTGRES_HOST}:${POSTGRES_PORT}/${POSTGRES_DATABASE}")

    def sql(self, text):
        """As the pipeline's own user, so that what is made here is its own."""
        return self._run([self.env["POSTGRES_PSQL"], "-qAtX", "-F", "\t", "-P",
                          "null=NULL", "-v", "ON_ERROR_STOP=1", "-f", "-",
                          self.env["POSTGRES_URL"]], text)

    rows = Mariadb.rows


ENGINES = {engine.name: engine for engine in (Sqlite, Mariadb, Postgres)}
