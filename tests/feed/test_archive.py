#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Archives whole, split, cut, disordered and hostile. Usage: test_archive.py PRINT_ARCHIVE"""
import gzip
import io
import os
import pathlib
import struct
import subprocess
import sys
import tarfile
import tempfile
import unittest

PRINT = os.path.abspath(sys.argv.pop())
PART = 10240  # bytes of a part of a split archive
BODY = {f"{n:06x}": gzip.compress(b'{"icao":"%06x","n":"%s"}' % (n, os.urandom(700).hex().encode()))
        for n in range(0x154000, 0x154030)}


def tar(members):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, body in members:
            info = tarfile.TarInfo(name)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return packed.getvalue()


def day():
    yield "./README.txt", b"made up"
    yield "./heatmap/00.bin.ttf", b"\0" * 2000
    for address, body in BODY.items():
        yield f"./traces/{address[-2:]}/trace_full_{address}.json", body


class Archives(unittest.TestCase):
    def setUp(self):
        self.kept = tempfile.TemporaryDirectory(prefix="skywitness-archive-")
        self.addCleanup(self.kept.cleanup)
        self.folder = pathlib.Path(self.kept.name)

    def write(self, name, body):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        return path

    def split(self, body, name="day.tar"):
        parts = [body[i:i + PART] for i in range(0, len(body), PART)]
        self.assertGreater(len(parts), 2)
        return [self.write(f"{name}.a{chr(97 + i)}", part) for i, part in enumerate(parts)]

    def read(self, *paths, stdin=b""):
        done = subprocess.run([PRINT, *map(str, paths)], input=stdin, capture_output=True, check=True,
                              cwd=self.folder, timeout=60)
        self.assertEqual(done.stderr, b"")
        steps = [line.split("\t") for line in done.stdout.decode().splitlines()]
        return ([step[1] for step in steps if step[0] == "file"],
                [step[1] for step in steps if step[0] in ("bad", "error")],
                sum(step[0] == "whole" for step in steps))

    def test_whole(self):
        path = self.write("day.tar", tar(day()))
        for paths, stdin in (([path], b""), ([self.folder], b""), (["-"], path.read_bytes()),
                             (["-"], gzip.compress(path.read_bytes()))):
            files, errors, whole = self.read(*paths, stdin=stdin)
            self.assertEqual((len(files), errors, whole), (len(BODY), [], 1))

    def test_parts_in_any_order(self):
        parts = self.split(tar(day()))
        for paths in (parts, parts[::-1], parts[:1], [self.folder]):
            files, errors, whole = self.read(*paths)
            self.assertEqual((len(files), errors, whole), (len(BODY), [], 1))

    def test_a_missing_part_is_named(self):
        for missing in (0, 1, -1):
            with self.subTest(missing=missing):
                parts = self.split(tar(day()))
                parts.pop(missing).unlink()
                files, errors, whole = self.read(*parts)
                self.assertLess(len(files), len(BODY))
                self.assertGreater(len(errors), 0)
                self.assertIn("day.tar", errors[0])
                self.assertEqual(whole, 0)
                for part in parts:
                    part.unlink()

    def test_cut_between_two_files(self):
        body = tar(day())
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            offset = archive.getmembers()[20].offset
        files, errors, whole = self.read(self.write("day.tar", body[:offset]))
        self.assertEqual((len(files), whole), (18, 0))
        self.assertIn("end mark", errors[0])

    def test_cut_anywhere_then_another(self):
        body = tar(day())
        self.write("b.tar", body)
        for length in (0, 100, 700, 5000, 12345):
            files, errors, whole = self.read(self.write("a.tar", body[:length]), self.folder / "b.tar")
            self.assertGreaterEqual(len(files), len(BODY))
            self.assertEqual(whole, 1)
            self.assertEqual(len(errors), 0 if length < 512 else 1, errors)

    def test_damaged_gzip_is_named_and_the_rest_read(self):
        good = BODY["154000"]
        members = [("a/trace_full_154001.json", good[:-9]), ("a/trace_full_154002.json", good[:40] + b"x" * 40),
                   ("a/trace_full_154003.json", good + b"more"), ("a/trace_full_154004.json", good),
                   ("a/trace_full_154005.json", b'{"plain":1}'),
                   ("a/trace_full_154006.json", gzip.compress(b" " * (65 << 20)))]
        files, errors, _ = self.read(self.write("day.tar", tar(members)))
        self.assertEqual([name[-11:] for name in files], ["154004.json", "154005.json"])
        self.assertEqual(len(errors), 4)
        for number, message in zip("1236", errors):
            self.assertIn(f"trace_full_15400{number}.json", message)

    def test_a_trailer_that_lies(self):
        """The length at the end of gzip bytes is a hint: neither trusted nor worth memory."""
        good = BODY["154000"]
        members = [(f"trace_full_15400{number}.json", good[:-4] + struct.pack("<I", length))
                   for number, length in enumerate((0, 1, 0xffffffff, 64 << 20))]
        members.append(("trace_full_154009.json", good))
        files, errors, whole = self.read(self.write("day.tar", tar(members)))
        self.assertEqual(([name[-11:] for name in files], len(errors), whole), (["154009.json"], 4, 1))

    def test_more_than_was_stated_at_first(self):
        """Room is made while it unpacks, up to the limit and not beyond."""
        members = [(f"trace_full_15400{number}.json", gzip.compress(b" " * length))
                   for number, length in enumerate(((8 << 20) + 1, 64 << 20, (64 << 20) + 1))]
        files, errors, _ = self.read(self.write("day.tar", tar(members)))
        self.assertEqual((len(files), len(errors)), (2, 1))
        self.assertIn("trace_full_154002.json: more than 67108864 bytes", errors[0])

    def test_compressed_as_a_whole_and_cut(self):
        packed = gzip.compress(tar(day()))
        for length in (len(packed) - 4, len(packed) - 400, len(packed) // 2):
            with self.subTest(length=length):
                files, errors, whole = self.read(self.write("day.tar.gz", packed[:length]))
                self.assertEqual((len(errors), whole), (1, 0), errors)
                self.assertIn("day.tar.gz", errors[0])

    def test_bytes_that_are_no_archive(self):
        for name, body in (("noise.tar", os.urandom(5000)), ("zeros.tar", bytes(1024)), ("empty.tar", b"")):
            with self.subTest(name=name):
                files, errors, whole = self.read(self.write(name, body))
                self.assertLessEqual(len(files), 1)
                self.assertEqual(whole, 0)

    def test_names_that_escape_are_only_names(self):
        members = [(name, BODY["154000"]) for name in
                   ("../../trace_full_154000.json", "/tmp/trace_full_154000.json", "trace_full_" + "a" * 900)]
        packed = io.BytesIO(tar(members))
        with tarfile.open(fileobj=packed, mode="a") as archive:
            for kind, target in ((tarfile.SYMTYPE, "/etc/passwd"), (tarfile.LNKTYPE, "../../etc/passwd")):
                info = tarfile.TarInfo("trace_full_154009.json")
                info.type, info.linkname = kind, target
                archive.addfile(info)
        before = sorted(self.folder.parent.glob("trace_full_*"))
        files, errors, whole = self.read("-", stdin=packed.getvalue())
        self.assertEqual((len(files), errors, whole), (3, [], 1))
        self.assertEqual(sorted(self.folder.parent.glob("trace_full_*")), before)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_folder(self):
        for address, body in BODY.items():
            self.write(f"traces/{address[-2:]}/trace_full_{address}.json", body)
        self.write("traces/00/trace_recent_154000.json", b"{}")
        os.symlink("/etc/passwd", self.folder / "traces" / "trace_full_link.json")
        files, errors, whole = self.read(self.folder)
        self.assertEqual((len(files), errors, whole), (len(BODY), [], 0))
        self.assertIn("No such file", self.read(self.folder / "absent")[1][0])


if __name__ == "__main__":
    unittest.main()
