#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The manual's pages: each renders without a warning and is installed; skywitness.conf(5) knows every key; and
skywitness-claims(5) says what the schema and the program say, down to an example that can be imported."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import tool
from tool import run

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "man").glob("*.scd"))
CLAIMS = ROOT / "man/skywitness-claims.5.scd"
# How scdoc writes every paragraph, on purpose.
SCDOC_HABIT = "skipping paragraph macro"


def keys_of(schema):
    """Every key that an object of the schema may have."""
    found = set()
    if isinstance(schema, dict):
        properties = schema.get("properties", {})
        found |= set(properties) if isinstance(properties, dict) else set()
        for value in schema.values():
            found |= keys_of(value)
    elif isinstance(schema, list):
        for value in schema:
            found |= keys_of(value)
    return found


class Pages(unittest.TestCase):
    def render(self, page, folder):
        """The page as scdoc makes it, in a file."""
        done = subprocess.run(["scdoc"], input=page.read_bytes(), capture_output=True, check=True)
        self.assertEqual(done.stderr, b"")
        path = pathlib.Path(folder) / page.stem
        path.write_bytes(done.stdout)
        return path

    def said(self, *command):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return [line for line in done.stdout.splitlines() if line and SCDOC_HABIT not in line]

    def test_render_without_warnings(self):
        if shutil.which("scdoc") is None:
            self.skipTest("scdoc is absent")
        for page in PAGES:
            with self.subTest(page=page.name), tempfile.TemporaryDirectory() as folder:
                path = self.render(page, folder)
                if shutil.which("mandoc") is not None:
                    self.assertEqual(self.said("mandoc", "-T", "lint", "-W", "warning", str(path)), [])
                if shutil.which("groff") is not None:
                    self.assertEqual(self.said("groff", "-man", "-ww", "-Tutf8", "-Kutf8", "-z", str(path)), [])

    def test_are_installed(self):
        listed = re.findall(r"'([a-z.-]+\.[1-9])'", (ROOT / "man/meson.build").read_text())
        self.assertEqual(sorted(listed), [page.stem for page in PAGES])

    def test_name_one_another(self):
        """Each page that another names is there, and says in its first line what it is."""
        stems = {page.stem for page in PAGES}
        for page in PAGES:
            text = page.read_text()
            name, _, section = page.stem.rpartition(".")
            self.assertTrue(text.startswith(f"{name}({section})\n"), page.name)
            for other, number in re.findall(r"\*(skywitness[a-z.-]*)\*\(([1-9])\)", text.replace("\\", "")):
                self.assertIn(f"{other}.{number}", stems, page.name)


class Configuration(unittest.TestCase):
    def test_every_key_of_the_schema(self):
        schema = json.loads((ROOT / "config/schema/skywitness.schema.json").read_text())
        words = set(re.findall(r"[\w$]+", (ROOT / "man/skywitness.conf.5.scd").read_text().replace("\\", "")))
        self.assertEqual([key for key in keys_of(schema) if key not in words], [])


class Claims(unittest.TestCase):
    text = CLAIMS.read_text().replace("\\", "")

    def test_every_key_and_kind_of_the_schema(self):
        schema = json.loads((ROOT / "config/schema/claims.schema.json").read_text())
        kinds = schema["$defs"]["clause"]["properties"]["kind"]["enum"]
        words = set(re.findall(r"[\w$]+", self.text))
        self.assertEqual([key for key in keys_of(schema) | set(kinds) if key not in words], [])
        described = set(re.findall(r"\*(\w+)\*", self.text))
        self.assertEqual([kind for kind in kinds if kind not in described], [])

    def test_every_verdict_with_its_meaning(self):
        source = (ROOT / "daemon/claim/words.c").read_text()
        meanings = re.findall(r'\[VERDICT_\w+\] = \{"(\w+)",\s*"([^"]+)"\}', source)
        self.assertEqual(len(meanings), 8)
        for verdict, meaning in meanings:
            self.assertRegex(self.text, rf"\*{verdict}\*\n\t{re.escape(meaning.split('.')[0].split(';')[0])}")

    def test_the_example_imports(self):
        example = re.search(r"^# EXAMPLE\n\n```\n(.*?)^```", CLAIMS.read_text(), re.MULTILINE | re.DOTALL)[1]
        tool.write_configuration(
            {"database": tool.DATABASE, "state_directory": tool.FOLDER.name, "watch": [{"id": "an124", "types": ["A124"]}],
             "feeds": [], "places": [str(ROOT / "config/places/*.json")]}, {"places": []})
        path = pathlib.Path(tool.FOLDER.name) / "example.json"
        path.write_text(example)
        run("db", "migrate")
        run("claims", "import", str(path))
        shown = json.loads(run("claims", "show", "example-three-flights", "--format", "json")[0])
        self.assertIn("An-124 came to Hmeimim", json.dumps(shown))
        listed = {row["claim_id"]: row["verdict"] for row in tool.rows("claims", "list")}
        self.assertEqual(listed, {"example-three-flights": "unverifiable"})


if __name__ == "__main__":
    tool.run_tests([Pages, Configuration, Claims])
