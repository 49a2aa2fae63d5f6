#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/methods.md lists every threshold of the track stage with the value that the code has."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SECONDS = {"s": 1, "min": 60, "h": 3600, "day": 86400, "days": 86400}
UTC = {"UTC_SECOND": 10**6, "UTC_MINUTE": 60 * 10**6, "UTC_HOUR": 3600 * 10**6, "UTC_DAY": 86400 * 10**6}


def thresholds():
    """Name and number of each constant; times in microseconds, as the code has them."""
    source = (ROOT / "daemon" / "track" / "thresholds.h").read_text(encoding="utf-8").replace("\\\n", " ")
    found = dict(UTC)
    for name, value in re.findall(r"^#define (\w+) (.+)$", re.sub(r"\s*//.*", "", source), re.MULTILINE):
        expression = re.sub(r"(?<=[\d.])F\b", "", value)
        found[name] = eval(expression, {"__builtins__": {}}, found)  # pylint: disable=eval-used
    return {name: value for name, value in found.items() if name not in UTC}


def documented():
    text = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    return {name: (float(number.replace(",", "")), unit) for name, number, unit in
            re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \| (-?[\d.,]+) ?(\S*)[^|]* \| [^|]+ \|$", text, re.MULTILINE)}


class Methods(unittest.TestCase):
    def test_every_threshold_is_documented_with_its_value(self):
        in_code, in_text = thresholds(), documented()
        self.assertGreater(len(in_code), 90)
        self.assertEqual(sorted(in_code), sorted(in_text))
        for name, value in in_code.items():
            with self.subTest(constant=name):
                number, unit = in_text[name]
                if name.endswith("_US"):
                    number *= SECONDS[unit] * 10**6
                self.assertAlmostEqual(number, value, places=6)

    def test_the_sentences_of_reasons_have_the_numbers_of_the_code(self):
        found = thresholds()
        words = (ROOT / "daemon" / "cli" / "explain_rules.c").read_text(encoding="utf-8")
        for number in (f"{-found['DROPPED_RATE_FPM']} ft/min", f"{found['CLIMBING_FPM']} ft/min",
                       f"{found['BRACKET_WIND_KT']:.0f} kt", f"{found['GROUND_TIME_MIN_US'] // 10**6} s"):
            self.assertIn(number, words)

    def test_every_section_that_the_code_refers_to_is_there(self):
        text = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
        sections = set(re.findall(r"^## (3[a-f])\.", text, re.MULTILINE))
        referred = set()
        for path in sorted((ROOT / "daemon").rglob("*.[ch]")):
            referred |= set(re.findall(r"methods(?:\.md)? (3[a-z])", path.read_text(encoding="utf-8")))
        self.assertGreaterEqual(len(referred), 4)
        self.assertLessEqual(referred, sections)


if __name__ == "__main__":
    unittest.main()
