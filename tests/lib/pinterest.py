# SPDX-License-Identifier: Apache-2.0
"""pinterest - the reference's three tables, in a database for a test

The rows are those of MILLRACE_GOLDEN (third-party content that is never copied
into this tree). Where a pin is missing there, a made-up one takes its place, so
that in all tables the offset of a row is its key.
"""

import csv
import io
import json
import os
import sqlite3
import subprocess

COLUMNS = {
    "pinterest_data": [
        ("index", "BIGINT NOT NULL PRIMARY KEY"), ("unique_id", "TEXT"),
        ("title", "TEXT"), ("description", "TEXT"), ("poster_name", "TEXT"),
        ("follower_count", "TEXT"), ("tag_list", "TEXT"),
        ("is_image_or_video", "TEXT"), ("image_src", "TEXT"),
        ("downloaded", "INT"), ("save_location", "TEXT"),
        ("category", "TEXT")],
    "geolocation_data": [
        ("ind", "BIGINT NOT NULL PRIMARY KEY"), ("timestamp", "DATETIME"),
        ("latitude", "FLOAT"), ("longitude", "FLOAT"), ("country", "TEXT")],
    "user_data": [
        ("ind", "BIGINT NOT NULL PRIMARY KEY"), ("first_name", "TEXT"),
        ("last_name", "TEXT"), ("age", "INT"), ("date_joined", "DATETIME")],
}
TABLES = list(COLUMNS)
ROWS = 11154


def golden(*parts):
    return os.path.join(os.environ["MILLRACE_GOLDEN"], *parts)


def _made_up_pin(index):
    return [index, f"00000000-0000-4000-8000-{index:012x}", f"Made up {index}",
            "Nobody ever posted this", "Nobody", "1k", "made,up", "image",
            "https://i.pinimg.com/originals/none.jpg", 1,
            "Local save in /data/art", "art"]


def pins():
    """11,154 rows in the order of the columns."""
    found = {}
    with open(golden("pinterest_data.raw.jsonl"), encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            found[row["index"]] = [row[name]
                                   for name, _ in COLUMNS["pinterest_data"]]
    return [found.get(i) or _made_up_pin(i) for i in range(ROWS)]


def _csv(name):
    with open(golden(name), newline="", encoding="utf-8") as file:
        return list(csv.reader(file))[1:]


def geo():
    return [[int(a), b, float(c), float(d), e]
            for a, b, c, d, e in _csv("geolocation_data.csv")]


def users():
    return [[int(a), b, c, int(d), e] for a, b, c, d, e in _csv("user_data.csv")]


def rows():
    return {"pinterest_data": pins(), "geolocation_data": geo(),
            "user_data": users()}


def into_sqlite(path, tables):
    """Creates TABLES, {name: rows}, in a new database."""
    base = sqlite3.connect(path)
    for name, data in tables.items():
        columns = ", ".join(f'"{c}" {t}' for c, t in COLUMNS[name])
        marks = ", ".join("?" for _ in COLUMNS[name])
        base.execute(f'CREATE TABLE "{name}" ({columns})')
        base.executemany(f'INSERT INTO "{name}" VALUES ({marks})', data)
    base.commit()
    base.close()


def sql(server, text, database=None):
    """Runs statements as root in a server of tests/services/mariadb."""
    done = subprocess.run(
        ["mariadb", "--no-defaults", "--socket", server["MARIADB_SOCKET"],
         "--user=root", "--default-character-set=utf8mb4", "--batch",
         "--skip-column-names", database or server["MARIADB_DATABASE"]],
        input=text.encode(), capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode())
    return done.stdout.decode()


def psql(server, text):
    """Runs statements in a server of tests/services/postgresql, as the user that
    pipelines have unless RESET ROLE makes it the superuser."""
    done = subprocess.run(
        [server["POSTGRES_PSQL"], "--no-psqlrc", "-qAt", "-v",
         "ON_ERROR_STOP=1", "-h", server["POSTGRES_SOCKET"], "-p",
         server["POSTGRES_PORT"], "-U", "postgres",
         server["POSTGRES_DATABASE"]],
        input=("SET statement_timeout = 0; SET ROLE "
               f"{server['POSTGRES_USER']};\n" + text).encode(),
        capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode())
    return done.stdout.decode()


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, (int, float)):
        return repr(value)
    data = value if isinstance(value, bytes) else value.encode()
    spelt = f"X'{data.hex()}'" if data else "''"
    return spelt if isinstance(value, bytes) else f"_utf8mb4 {spelt}"


def insert(server, name, data, at_once=2000):
    """Adds rows to a table."""
    for first in range(0, len(data), at_once):
        values = ",".join("(" + ",".join(map(literal, row)) + ")"
                          for row in data[first:first + at_once])
        sql(server, f"SET sql_log_bin=0; INSERT INTO `{name}` VALUES {values}")


def into_mariadb(server, tables):
    """The same as into_sqlite(), in a server."""
    for name, data in tables.items():
        columns = ", ".join(f"`{c}` {t}" for c, t in COLUMNS[name])
        sql(server, f"DROP TABLE IF EXISTS `{name}`; CREATE TABLE `{name}` "
            f"({columns}) CHARACTER SET utf8mb4")
        insert(server, name, data)


def into_postgresql(server, tables):
    """The same in a server of tests/services/postgresql."""
    types = {"DATETIME": "timestamp", "FLOAT": "real"}
    for name, data in tables.items():
        columns = ", ".join(f'"{c}" {types.get(t, t)}'
                            for c, t in COLUMNS[name])
        rows = io.StringIO()
        csv.writer(rows, quoting=csv.QUOTE_NONNUMERIC,
                   lineterminator="\n").writerows(data)
        psql(server, f"""DROP TABLE IF EXISTS "{name}";
            CREATE TABLE "{name}" ({columns});
            COPY "{name}" FROM STDIN (FORMAT csv);
{rows.getvalue()}\\.
""")
