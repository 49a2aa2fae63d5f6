#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the JSON Schemas against the same good and bad files as test_config.c.

good/<kind>/*.json           taken by both
bad/<kind>/syntax_*.json     no JSON at all, or a key twice: the schema is not asked
bad/<kind>/structure_*.json  refused by both
bad/<kind>/meaning_*.json    refused by the reader only: a schema cannot follow references
"""
import json
import math
import pathlib
import sys

import jsonschema

SCHEMAS = {"main": "skywitness", "places": "places", "airframes": "airframes"}
SHIPPED = {"main": ["skywitness.json"], "places": ["places/*.json"], "airframes": ["airframes.json"]}


def blank_comments(text):
    """Blanks comments outside strings, as the reader does."""
    out, at = list(text), 0
    while at < len(text):
        if text[at] == '"':
            at += 1
            while at < len(text) and text[at] not in '"\n':
                at += 2 if text[at] == "\\" else 1
            at += 1
        elif text.startswith(("//", "/*"), at):
            closing = "\n" if text[at + 1] == "/" else "*/"
            end = text.find(closing, at + 2)
            if end < 0 and closing == "*/":
                raise ValueError("comment without end")
            end = len(text) if end < 0 else end + len(closing)
            for i in range(at, end):
                if out[i] not in "\r\n":
                    out[i] = " "
            at = end
        else:
            at += 1
    return "".join(out)


def unique_keys(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError("key stands twice")
    return dict(pairs)


def finite(text):
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("number is not finite")
    return value


def refuse_constant(name):
    raise ValueError(name)


def load(path):
    text = blank_comments(path.read_bytes().decode("utf-8"))
    return json.loads(text, object_pairs_hook=unique_keys, parse_float=finite,
                      parse_constant=refuse_constant)


def verdict(validator, path):
    try:
        document = load(path)
    except (ValueError, RecursionError):
        return "syntax"
    return "good" if validator.is_valid(document) else "structure"


def expected_verdicts(tests, shipped, kind):
    for path in sorted((tests / "good" / kind).glob("*.json")):
        yield path, {"good"}
    for pattern in SHIPPED[kind]:
        for path in sorted(shipped.glob(pattern)):
            yield path, {"good"}
    for path in sorted((tests / "bad" / kind).glob("*.json")):
        prefix = path.name.split("_")[0]
        # Python's parser takes a few things that JSON does not have (deep nesting, \u0000, half surrogates);
        # such files may reach the schema, which must then refuse them.
        yield path, {"syntax": {"syntax", "structure"}, "structure": {"structure"},
                     "meaning": {"good"}}[prefix]


def main():
    tests = pathlib.Path(__file__).resolve().parent
    shipped = tests.parent.parent / "config"
    count = failures = 0
    for kind, name in SCHEMAS.items():
        schema = json.loads((shipped / "schema" / f"{name}.schema.json").read_text())
        validator_class = jsonschema.validators.validator_for(schema)
        validator_class.check_schema(schema)
        validator = validator_class(schema)
        for path, allowed in expected_verdicts(tests, shipped, kind):
            count += 1
            got = verdict(validator, path)
            if got not in allowed:
                failures += 1
                print(f"{path}: the schema says {got}, expected {' or '.join(sorted(allowed))}")
    print(f"{count} files, {failures} disagree")
    return 1 if failures or count < 80 else 0


if __name__ == "__main__":
    sys.exit(main())
