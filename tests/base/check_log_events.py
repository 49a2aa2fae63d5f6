#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The events that the daemon logs are the same in the program's table, in the journal's catalog and in the operators'
page, and the catalog is one that journalctl can compile and show."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROW = re.compile(r'\{"([0-9a-f]{32})",\s*"([a-z_]+)",\s*(\w+),\s*LOG_LEVEL_(\w+)\}')


def table():
    """{message id: (name, the subject's field or None)} of the program."""
    source = (ROOT / "daemon/base/log_event.c").read_text()
    fields = dict(re.findall(r'#define (\w+) "(\w+)"', source))
    return {row[0]: (row[1], fields.get(row[2])) for row in ROW.findall(source)}


def catalog():
    """{message id: its text} of the catalog."""
    parts = re.split(r"^-- (.*)$", (ROOT / "systemd/skywitness.catalog").read_text(), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2]))


class EventsTest(unittest.TestCase):
    def test_every_event_is_explained(self):
        self.assertGreaterEqual(len(table()), 10)
        self.assertEqual(set(table()), set(catalog()))
        for message_id, (name, field) in table().items():
            text = catalog()[message_id]
            with self.subTest(event=name):
                self.assertRegex(text, r"\nSubject: .+\nDefined-By: skywitness\n")
                self.assertLessEqual(set(re.findall(r"@(\w+)@", text)), {field})

    def test_every_event_is_logged_somewhere(self):
        source = (ROOT / "daemon/base/log_event.h").read_text()
        events = set(re.findall(r"^    (LOG_EVENT_\w+),", source, re.MULTILINE)) - {"LOG_EVENT_COUNT"}
        logged = set()
        for path in (ROOT / "daemon").rglob("*.c"):
            logged |= set(re.findall(r"log_event\((LOG_EVENT_\w+)", path.read_text()))
        self.assertEqual(events, logged)
        self.assertEqual(len(events), len(table()))

    def test_the_page_lists_them(self):
        page = (ROOT / "docs/operators.md").read_text()
        rows = re.findall(r"^\| `([a-z_]+)` \| \w+ \| `([0-9a-f]{32})` \|", page, re.MULTILINE)
        self.assertEqual({message_id: name for name, message_id in rows},
                         {message_id: name for message_id, (name, _) in table().items()})

    def test_journalctl_reads_the_catalog(self):
        if shutil.which("journalctl") is None:
            self.skipTest("journalctl is absent")
        with tempfile.TemporaryDirectory() as folder:
            for name in ("usr/lib/systemd/catalog", "var/lib/systemd/catalog"):
                (pathlib.Path(folder) / name).mkdir(parents=True)
            shutil.copy(ROOT / "systemd/skywitness.catalog", pathlib.Path(folder) / "usr/lib/systemd/catalog")
            done = subprocess.run(["journalctl", f"--root={folder}", "--update-catalog"], stderr=subprocess.PIPE,
                                  text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            listed = subprocess.run(["journalctl", f"--root={folder}", "--list-catalog"], stdout=subprocess.PIPE,
                                    text=True, check=True).stdout
        self.assertEqual(set(re.findall(r"^([0-9a-f]{32}) skywitness: ", listed, re.MULTILINE)), set(table()))


if __name__ == "__main__":
    unittest.main(verbosity=2)
