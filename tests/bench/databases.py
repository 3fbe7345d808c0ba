# SPDX-License-Identifier: Apache-2.0
"""Sections of tests/bench/run that write into databases: f, g and q."""

import contextlib
import glob
import os
import shlex
import subprocess
import tempfile

import measure

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
TEXTS = ["unique_id", "title", "description", "poster_name", "follower_count",
         "tag_list", "is_image_or_video", "image_src"]
COLUMNS = (["index"] + TEXTS + ["downloaded", "save_location", "category"])


class Wrong(Exception):
    """A database doesn't hold what it has to."""


@contextlib.contextmanager
def service(bench, name, **settings):
    """A server of tests/services and its variables; SETTINGS are those that it
    looks at when it starts."""
    script = os.path.join(TOP, "tests", "services", name)
    folder = tempfile.mkdtemp(prefix=name, dir=bench.folder)
    started = subprocess.run([script, "start", folder], check=True, text=True,
                             stdout=subprocess.PIPE,
                             env=os.environ | settings).stdout
    words = [word for word in shlex.split(started) if "=" in word]
    try:
        yield dict(word.split("=", 1) for word in words)
    finally:
        subprocess.run([script, "stop", folder], check=True)


def table(name, quote, key=" PRIMARY KEY"):
    """CREATE TABLE in the words that all three share."""
    inner = ", ".join(f"{quote}{column}{quote} " + (
        "BIGINT" + key if column == "index"
        else "INT" if column == "downloaded" else "TEXT")
        for column in COLUMNS)
    return f"CREATE TABLE {name} ({inner})"


def mariadb(server, *statements):
    done = subprocess.run(
        ["mariadb", "--no-defaults", "--local-infile=1", "--user=root", "-N",
         "--socket", server["MARIADB_SOCKET"], server["MARIADB_DATABASE"],
         "-e", "; ".join(statements)], check=True, capture_output=True,
        text=True)
    return done.stdout.strip()


def psql(server, *statements):
    done = subprocess.run(
        [server["POSTGRES_PSQL"], "-qAtX", server["POSTGRES_URL"], "-c",
         "; ".join(statements)], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def must_hold(found, rows, what):
    if found != str(rows):
        raise Wrong(f"{what}: {found} rows, should be {rows}")


def section_f(bench):
    with service(bench, "mariadb") as source, \
            service(bench, "postgresql") as target:
        mariadb(source, table("pinterest_data", "`"),
                f"LOAD DATA LOCAL INFILE '{bench.made('tsv')}' INTO TABLE "
                "pinterest_data CHARACTER SET utf8mb4")
        measure_f(bench, source, target)


def measure_f(bench, source, target):
    url = target["POSTGRES_URL"] + "?sslmode=disable"
    bench.env["DB_URL"] = source["MARIADB_URL"]
    bench.env["OUT_URL"] = url
    fetch = [bench.tool("mysql_fetch")] + [
        source["MARIADB_" + name] for name in
        ("HOST", "PORT", "USER", "PASSWORD", "DATABASE")] + [
        "pinterest_data", "index"]

    def afresh():
        psql(target, "DROP TABLE IF EXISTS pins", table("pins", '"', ""))

    def ours():
        afresh()
        return bench.millrace("f.cfg")

    def bare_copy():
        afresh()
        with open(bench.made("tsv"), "rb") as rows:
            return measure.run([bench.tool("pg_copy"), url, "pins"],
                               stdin=rows)

    def verify(name, _):
        if name != "bare fetch":
            must_hold(psql(target, "SELECT count(*) FROM pins"), bench.rows,
                      f"(f) {name}")

    medians = bench.side_by_side({
        "millrace": ours,
        "bare fetch": lambda: measure.run(fetch, stdout=subprocess.DEVNULL),
        "bare copy": bare_copy,
    }, verify)
    both = medians["bare fetch"].cpu + medians["bare copy"].cpu
    bench.report.cost("f", "MariaDB to PostgreSQL", medians)
    bench.report.limit("f", "our CPU / the two bare loops'",
                       medians["millrace"].cpu / both, 1.5)
    bench.small_enough("f", medians["millrace"])


def section_g(bench):
    sqlite_upserts(bench)
    with service(bench, "mariadb") as target:
        mysql_upserts(bench, target)


def sqlite_upserts(bench):
    path = os.path.join(bench.folder, "out.db")

    def afresh():
        for end in ("", "-journal"):
            if os.path.exists(path + end):
                os.unlink(path + end)
        subprocess.run(["sqlite3", path, table("pins", '"')], check=True)

    def ours():
        afresh()
        bench.env["OUT_URL"] = "sqlite:" + path
        return bench.millrace("g.cfg")

    def loader():
        afresh()
        return measure.run(["sqlite3", path, ".mode tabs",
                            f".import {bench.made('tsv')} pins"],
                           stdout=subprocess.DEVNULL)

    def verify(name, _):
        must_hold(sqlite(path, "SELECT count(*) FROM pins"), bench.rows,
                  f"(g) {name}")

    medians = bench.side_by_side({"millrace": ours, "sqlite3 .import": loader},
                                 verify)
    bench.report.cost("g", "upserts into SQLite", medians)


def mysql_upserts(bench, target):
    def afresh():
        mariadb(target, "DROP TABLE IF EXISTS pins", table("pins", "`"))

    def ours():
        afresh()
        bench.env["OUT_URL"] = target["MARIADB_URL"]
        return bench.millrace("g.cfg")

    def loader():
        afresh()
        return measure.run(
            ["mariadb", "--no-defaults", "--local-infile=1", "--user=root",
             "--socket", target["MARIADB_SOCKET"], target["MARIADB_DATABASE"],
             "-e", f"LOAD DATA LOCAL INFILE '{bench.made('tsv')}' REPLACE INTO "
             "TABLE pins CHARACTER SET utf8mb4"], stdout=subprocess.DEVNULL)

    def verify(name, _):
        must_hold(mariadb(target, "SELECT count(*) FROM pins"), bench.rows,
                  f"(g) {name}")

    medians = bench.side_by_side({"millrace": ours, "LOAD DATA": loader},
                                 verify)
    bench.report.cost("g2", "upserts into MariaDB", medians)


def section_q(bench):
    """A row of each table is an event; the tables are filled once, as what
    is measured here are the questions."""
    path = os.path.join(bench.folder, "events.db")
    bench.env["ROWS"] = str(bench.rows)
    bench.env["OUT_URL"] = "sqlite:" + path
    bench.fresh()
    filled = bench.millrace("q.cfg")
    print(f"  filled in    {filled.cpu:8.3f} s CPU {filled.wall:8.3f} s wall",
          flush=True)
    for name in ("pin", "geo", "user"):
        must_hold(sqlite(path, f"SELECT count(*) FROM {name}_table"),
                  bench.rows, f"(q) {name}_table")
    script = questions(bench)
    answers = os.path.join(bench.folder, "answers")

    def ask():
        with open(script, encoding="utf-8") as text, \
                open(answers, "wb") as out:
            return measure.run(["sqlite3", "-bail", "-csv", "-header", path],
                               stdin=text, stdout=out)

    def verify(*_):
        with open(answers, encoding="utf-8") as out:
            heads = [line for line in out if line.startswith(
                ("country,", "post_year,", "age_group,"))]
        must_hold(str(len(heads)), 9, "(q) answers")

    medians = bench.side_by_side({"sqlite3": ask}, verify)
    bench.report.cost("q", "the nine queries", medians)
    bench.report.limit("q", "the nine queries, wall time",
                       medians["sqlite3"].wall, 10, unit=" s")


def sqlite(path, statement):
    done = subprocess.run(["sqlite3", path, statement], check=True,
                          capture_output=True, text=True)
    return done.stdout.strip()


def questions(bench):
    """The views of SQLite and the nine queries, in one file."""
    folder = os.path.join(TOP, "pipelines", "pinterest", "queries")
    names = glob.glob(os.path.join(folder, "q*.sql"))
    must_hold(str(len(names)), 9, "(q) " + folder)
    script = os.path.join(bench.folder, "questions.sql")
    with open(script, "w", encoding="utf-8") as out:
        for name in [os.path.join(folder, "dialect", "sqlite.sql"),
                     *sorted(names)]:
            with open(name, encoding="utf-8") as text:
                out.write(text.read())
    return script


SECTIONS = {"f": section_f, "g": section_g, "q": section_q}
