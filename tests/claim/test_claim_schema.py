#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the JSON Schemas of reports and claims against the same good and bad files as test_read.c.

good/*.json           taken by both
bad/syntax_*.json     no JSON at all, or a key twice: the schema is not asked
bad/structure_*.json  refused by both
bad/meaning_*.json    refused by the reader only: a schema cannot follow references or compare dates
"""
import json
import pathlib
import sys

import jsonschema

TESTS = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(TESTS.parent / "config"))
from test_schema import verdict  # noqa: E402

ALLOWED = {"syntax": {"syntax"}, "structure": {"structure"}, "meaning": {"good"}}


def validator_of(name):
    path = TESTS.parent.parent / "config" / "schema" / f"{name}.schema.json"
    schema = json.loads(path.read_text())
    validator_class = jsonschema.validators.validator_for(schema)
    validator_class.check_schema(schema)
    return validator_class(schema)


def expected():
    both = validator_of("claims")  # takes files with reports, claims or both, as the reader does
    for path in sorted((TESTS / "good").glob("*.json")):
        yield both, path, {"good"}
    for path in sorted((TESTS / "bad").glob("*.json")):
        yield both, path, ALLOWED[path.name.split("_")[0]]
    for name in ("reports", "claims"):
        validator = validator_of(name)
        for path in sorted((TESTS.parent.parent / "config" / name).glob("*.json")):
            yield validator, path, {"good"}


def main():
    count = failures = 0
    for validator, path, allowed in expected():
        count += 1
        got = verdict(validator, path)
        if got not in allowed:
            failures += 1
            print(f"{path}: the schema says {got}, expected {' or '.join(sorted(allowed))}")
    print(f"{count} files, {failures} disagree")
    return 1 if failures or count < 60 else 0


if __name__ == "__main__":
    sys.exit(main())
