#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Archives whole, split, cut, disordered and hostile. Usage: test_archive.py PRINT_ARCHIVE"""
import gzip
import io
import lzma
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

    def read(self, *paths, stdin=b"", **others):
        done = subprocess.run([PRINT, *map(str, paths)], input=stdin, capture_output=True, check=True,
                              cwd=self.folder, timeout=60, **others)
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

    def test_a_part_that_cannot_be_opened_is_named(self):
        """It is there, so that what follows it is not the end."""
        parts = self.split(tar(day()))
        parts[1].unlink()
        parts[1].symlink_to(parts[1].name)
        files, errors, whole = self.read(parts[0])
        self.assertLess(len(files), len(BODY))
        self.assertEqual((len(errors), whole), (1, 0))
        self.assertIn("day.tar.ab: Too many levels of symbolic links", errors[0])
        parts[1].unlink()
        parts[1].mkdir()
        self.assertIn("day.tar.ab: Is a directory", self.read(parts[0])[1][0])

    def test_a_part_that_a_pipe_lacks(self):
        """Of three or more: libarchive goes on at the next header that it finds."""
        parts = [part.read_bytes() for part in self.split(tar(day()))]
        files, errors, whole = self.read("-", stdin=parts[0] + b"".join(parts[2:]))
        self.assertGreater(len(files), 20)
        self.assertGreater(len(errors), 0)
        self.assertEqual(whole, 0)

    def test_parts_in_wrong_order_on_a_pipe(self):
        parts = [part.read_bytes() for part in self.split(tar(day()))]
        for order in ([1, 0, *range(2, len(parts))], [0, 2, 1, *range(3, len(parts))], range(len(parts))[::-1]):
            files, errors, whole = self.read("-", stdin=b"".join(parts[number] for number in order))
            self.assertEqual(whole, 0)
            # What is no tar is one file, for its reader to refuse.
            self.assertTrue(errors or files == ["-"], (files, errors))

    def test_damaged_headers(self):
        """One error for each stretch of them, whose files are lost; the others are read."""
        body = tar(day())
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            members = archive.getmembers()
        for damaged, stretches in (([20], 1), ([20, 21], 1), ([20, 30], 2), ([2], 1)):
            with self.subTest(damaged=damaged):
                hurt = bytearray(body)
                for number in damaged:
                    hurt[members[number].offset + 30] ^= 1
                for paths, stdin in (([self.write("day.tar", hurt)], b""), (["-"], bytes(hurt)),
                                     (["-"], gzip.compress(hurt))):
                    files, errors, whole = self.read(*paths, stdin=stdin)
                    self.assertEqual((len(files), len(errors), whole), (len(BODY) - len(damaged), stretches, 0))
                    self.assertIn(f"{pathlib.Path(paths[0]).name}: a damaged header", errors[0])

    def test_one_archive_after_another(self):
        """As `cat` makes them of two days, padded or not."""
        one, two = tar(day()), tar(list(day())[:10])
        for body in (one + two, one + bytes(100000) + two, one.rstrip(b"\0") + bytes(1024) + two,
                     gzip.compress(one + two), gzip.compress(one) + gzip.compress(two), lzma.compress(one + two)):
            files, errors, whole = self.read("-", stdin=body)
            self.assertEqual((len(files), errors, whole), (len(BODY) + 8, [], 2))
        files, errors, whole = self.read("-", stdin=one + two[:-11000])
        self.assertEqual((len(errors), whole), (1, 1), errors)
        self.assertIn("- (archive 2 of it): ", errors[0])

    def test_what_follows_an_archive_is_not_passed_over(self):
        one = tar(day())
        for body, said in ((one + b"more", "Unrecognized archive format"),
                           (gzip.compress(one) + one, "bytes behind the end of the packed ones")):
            files, errors, whole = self.read("-", stdin=body)
            self.assertEqual((len(files), len(errors)), (len(BODY), 1))
            self.assertIn(said, errors[0])
        # Here liblzma ends before it has given everything.
        files, errors, whole = self.read("-", stdin=lzma.compress(one) + one)
        self.assertEqual((len(errors), whole), (1, 0))

    def test_a_release_is_one_archive(self):
        """What looks like its end may be a hole that a download left."""
        name = "v2025.10.26-planes-readsb-prod-0.tar"
        body = tar(day())
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            members = archive.getmembers()
        begin, end = members[20].offset, members[22].offset
        files, errors, whole = self.read(self.write(name, body[:begin] + bytes(end - begin) + body[end:]))
        self.assertEqual((len(files), whole), (len(BODY) - 2, 0))
        self.assertIn(f"{name}: more bytes behind its end mark", errors[0])
        self.assertEqual(self.read(self.write(name, body))[1:], ([], 1))

    def test_a_release_of_computed_positions_is_no_whole_day(self):
        files, errors, whole = self.read(self.write("v2025.10.26-planes-readsb-mlatonly-0.tar", tar(day())))
        self.assertEqual((len(files), errors, whole), (len(BODY), [], 0))

    def test_bytes_start_no_program(self):
        """Which filters there are is decided here, not by who made the bytes."""
        ran = self.folder / "ran"
        for name in ("lrzip", "grzip", "lzop", "bzip2", "lz4", "compress", "sh"):
            program = self.write(f"bin/{name}", f"#!/bin/sh\n: > {ran}\n".encode())
            program.chmod(0o755)
        environment = {**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}"}
        for magic in (b"LRZI\0\6", b"GRZipII\0\2\4:)", b"\x89LZO\0\r\n\x1a\n\x10\x30\x20\x60", b"BZh91AY&SY"):
            files, errors, whole = self.read("-", stdin=magic + bytes(600), env=environment)
            self.assertEqual((len(files), errors, whole), (1, [], 0))  # as they are: no trace either
        self.assertFalse(ran.exists())

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
