#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rows, cells and checksum of NDJSON files, as the sink null { decode = true }
logs them; see plugins/sinks/null.c for what they are.

    tests/bench/checksum.py FILE...      each file is one partition
"""
import json
import sys

M = (1 << 64) - 1
K = 0x9E3779B97F4A7C15
L = 0xC2B2AE3D27D4EB4F
T = 0x165667B19E3779F9
N = 0x27D4EB2F165667C5

NULL, BOOL, INT, NUMBER, TEXT, LIST, MAP = 1, 2, 3, 5, 7, 10, 11


class Number(str):
    """A number that stays the text that it was."""


def read_int(text):
    value = int(text)
    if text == "-0" or not -(1 << 63) <= value < 1 << 63:
        return Number(text)
    return value


def content(data):
    return int.from_bytes(data, "little") % M


def value_of_text(text, kind):
    data = text.encode()
    return content(data) + L * len(data) + T * kind


def fold(items):
    total = 0
    for item in items:
        total = total * K + value(item) & M
    return total


def value(cell):
    kind = type(cell)
    if kind is str:
        return value_of_text(cell, TEXT)
    if kind is int:
        return (cell & M) + T * INT
    if kind is Number:
        return value_of_text(cell, NUMBER)
    if cell is None:
        return T * NULL
    if kind is bool:
        return cell + T * BOOL
    if kind is list:
        return fold(cell) + L * len(cell) + T * LIST
    pairs = (part for pair in cell.items() for part in pair)
    return fold(pairs) + L * len(cell) + T * MAP


def main(paths):
    names = {}
    rows = cells = checksum = 0
    decoder = json.JSONDecoder(parse_int=read_int, parse_float=Number)
    for path in paths:
        total = 0
        with open(path, encoding="utf-8", newline="\n") as lines:
            for line in lines:
                if not line.strip(" \t\r\n"):
                    continue
                row = 0
                record = decoder.decode(line)
                for name, cell in record.items():
                    if name not in names:
                        data = name.encode()
                        names[name] = (content(data) + L * len(data)) & M | 1
                    row += value(cell) * names[name]
                total = total * K + row + N & M
                rows += 1
                cells += len(record)
        checksum = checksum + total & M
    print(f"rows={rows} cells={cells} checksum={checksum:016x}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
