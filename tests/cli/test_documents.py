#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What README, docs/ and the manual name is there: files of the tree, and commands of the operator's tool."""
import pathlib
import re
import subprocess
import sys
import unittest

PROGRAM = sys.argv.pop()
ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")),
         *sorted((ROOT / "man").glob("*.scd"))]
FOLDERS = "bench|completions|config|daemon|debian|docs|man|sql|systemd|tests|web"


def code(text):
    """What stands between backticks, in fenced blocks and in links."""
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^```\w*\n.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return fenced + re.findall(r"`([^`\n]+)`", rest) + re.findall(r"\]\(([^)\s]+)\)", rest)


class Documents(unittest.TestCase):
    def test_files_are_there(self):
        found = 0
        for page in PAGES:
            for part in code(page.read_text()):
                for name in re.findall(rf"(?<![\w/.-])(?:{FOLDERS})/[\w./*?-]*[\w/*]", part):
                    if re.search(r"NAME|YYYY", name):
                        continue  # for the reader to fill in
                    found += 1
                    with self.subTest(page=page.name, name=name):
                        # The code is also named by its place in daemon/.
                        self.assertTrue(any(list(root.glob(name.rstrip("/"))) for root in (ROOT, ROOT / "daemon")),
                                        "not in the tree")
        self.assertGreater(found, 30)

    def test_commands_are_there(self):
        lines = subprocess.run([PROGRAM, "help"], capture_output=True, text=True, check=True).stdout
        names = {line[2:21].split("  ")[0].strip() for line in
                 lines.split("Commands:\n")[1].split("\n\n")[0].splitlines()}
        groups = {name.split()[0] for name in names}
        found = 0
        for page in PAGES:
            for part in code(page.read_text()):
                # At the beginning of a line, of a program's name; options before the command are passed over.
                for words in re.findall(r"^(?:\S*/)?skywitness((?: +--\w+ \S+)* +[a-z][^\n]*)", part, re.MULTILINE):
                    command = re.sub(r"^( +--\w+ \S+)*", "", words).split()
                    found += 1
                    with self.subTest(page=page.name, command=" ".join(command[:2])):
                        self.assertIn(command[0], groups)
                        if command[0] not in names and len(command) > 1:
                            for each in command[1].split("|"):
                                self.assertIn(f"{command[0]} {each}", names)
        self.assertGreater(found, 20)


if __name__ == "__main__":
    unittest.main(verbosity=2)
