#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the tests of the operator's tool share: the program, a database, calls and their answers.

The program's path is the last argument of the test that imports this; with_postgresql.sh sets the rest.
"""

import csv
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop() if len(sys.argv) > 1 else "build/skywitness"
HERE = pathlib.Path(__file__).resolve().parent
DATABASE = "postgresql:///" + os.environ["PGDATABASE"]
FOLDER = tempfile.TemporaryDirectory(prefix="skywitness-cli-")
CONFIG = pathlib.Path(FOLDER.name) / "skywitness.json"

GOOD, WANTING, USAGE, BAD_DATA, UNAVAILABLE, BAD_CONFIGURATION = 0, 1, 64, 65, 69, 78


def run(*words, status=GOOD, config=True, env=None):
    """Runs the tool; returns what it wrote to standard output and standard error."""
    environment = dict(os.environ, **(env or {}))
    environment.pop("SKYWITNESS_CONFIG", None)
    if config:
        environment["SKYWITNESS_CONFIG"] = str(CONFIG)
    environment.update(env or {})
    done = subprocess.run([PROGRAM, *words], capture_output=True, env=environment, timeout=120, check=False)
    out, talk = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    if done.returncode != status:
        raise AssertionError(f"{words}: status {done.returncode}, expected {status}\n{out}\n{talk}")
    return out, talk


def rows(*words, **options):
    return json.loads(run(*words, "--format", "json", **options)[0])


def psql(*arguments):
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *arguments], check=True,
                   stdout=subprocess.DEVNULL)


def write_configuration(configuration, places):
    CONFIG.write_text(json.dumps(configuration), encoding="utf-8")
    (CONFIG.parent / "places.json").write_text(json.dumps(places), encoding="utf-8")


def run_tests(order):
    """Runs these classes of tests one after the other; ends the program."""
    suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromTestCase(one) for one in order)
    sys.exit(0 if unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful() else 1)


def assert_same_rows(case, from_json, csv_text):
    """Every row of --format json again in --format csv, with the same keys and values."""
    case.assertIn("\r\n", csv_text)
    from_csv = list(csv.DictReader(io.StringIO(csv_text, newline="")))
    case.assertEqual(len(from_csv), len(from_json))
    for one, other in zip(from_json, from_csv):
        case.assertEqual(list(one), list(other))
        for key, value in one.items():
            if value is None:
                case.assertEqual(other[key], "")
            elif isinstance(value, list) and value and isinstance(value[0], dict):
                case.assertEqual(json.loads(other[key]), value)
            elif isinstance(value, list):
                case.assertIn(other[key], (" ".join(value), "[]" if not value else None))
            elif isinstance(value, bool):
                case.assertEqual(other[key], json.dumps(value))
            elif isinstance(value, (int, float)):
                case.assertEqual(float(other[key]), value)
            else:
                case.assertEqual(other[key], value)


def assert_fits_a_terminal(case, out):
    for line in out.splitlines():
        case.assertLessEqual(len(line), 100, line)
        case.assertEqual(line, line.rstrip())
        case.assertTrue(line.isprintable(), line)
