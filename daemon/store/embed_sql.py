#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the migrations into a C file, so that a program can never be without them.

usage: embed_sql.py OUTPUT.c 001-first.sql 002-second.sql ...
"""
import hashlib
import os
import re
import sys


def byte_rows(content, per_row=20):
    for start in range(0, len(content), per_row):
        yield "    " + ", ".join("%d" % byte for byte in content[start:start + per_row]) + ","


def main(output, files):
    arrays, rows = [], []
    for number, path in enumerate(sorted(files, key=os.path.basename), start=1):
        match = re.fullmatch(r"(\d{3})-([a-z0-9-]+)\.sql", os.path.basename(path))
        if not match or int(match[1]) != number:
            sys.exit("%s: expected a file named %03d-words.sql" % (path, number))
        with open(path, "rb") as file:
            content = file.read()
        if b"\0" in content:
            sys.exit("%s: holds a zero byte" % path)
        arrays += ["static const char sql_%03d[] = {" % number, *byte_rows(content + b"\0"), "};"]
        sha256 = ", ".join("0x%02x" % byte for byte in hashlib.sha256(content).digest())
        rows.append('    {%d, "%s", sql_%03d, {%s}},' % (number, match[2], number, sha256))
    with open(output, "w", encoding="ascii") as file:
        file.write("\n".join([
            "// Made by embed_sql.py from the files of sql/.",
            '#include "store/schema.h"', "",
            *arrays, "",
            "const struct migration schema_migrations[] = {", *rows, "};",
            "const size_t schema_migration_count = %d;" % len(rows), ""]))


main(sys.argv[1], sys.argv[2:])
