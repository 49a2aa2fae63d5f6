#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Downloads from servers and over networks that do wrong: the same bytes, or an error that says what happened.

test_download.py PRINT_DOWNLOAD"""
import errno
import hashlib
import pathlib
import random
import re
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
import archive_servers  # noqa: E402

PROGRAM = sys.argv.pop(1)
BODY = random.Random(7).randbytes(3_000_000)
GOOD = f"{len(BODY)} {len(BODY)} {hashlib.sha256(BODY).hexdigest()}"
PLENTY = 1 << 30


class DownloadTest(unittest.TestCase):
    def setUp(self):
        self.server = archive_servers.FaultServer()
        self.addCleanup(self.server.close)
        self.server.files["/file"] = BODY

    def fetch(self, path="/file", bytes_max=PLENTY, *words):
        return self.fetch_url(self.server.url(path), bytes_max, *words)

    def fetch_url(self, url, bytes_max=PLENTY, *words):
        done = subprocess.run([PROGRAM, url, str(bytes_max), *words], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        first, second = done.stdout.splitlines()
        return first, second

    def fault(self, path="/file", **faults):
        self.server.faults[path] = archive_servers.Fault(**faults)

    def assert_error(self, line, number, words):
        self.assertRegex(line, rf"^-{number} http://.*{words}")

    def test_as_it_should_be(self):
        self.assertEqual(self.fetch(), (GOOD, GOOD))
        self.assertEqual(len(self.server.log), 2)

    def test_an_empty_file(self):
        self.server.files["/file"] = b""
        empty = f"0 0 {hashlib.sha256().hexdigest()}"
        self.assertEqual(self.fetch(), (empty, empty))

    def test_cut_anywhere(self):
        chance = random.Random(20251026)
        for ignores_range in (False, True):
            for _ in range(6):
                cuts = [chance.choice((0, 1, len(BODY) - 1, chance.randrange(len(BODY)))) for _ in range(3)]
                with self.subTest(cuts=cuts, ignores_range=ignores_range):
                    self.fault(cuts=list(cuts), ignores_range=ignores_range)
                    self.assertEqual(self.fetch(), (GOOD, GOOD))

    def test_a_reader_that_takes_its_time(self):
        """The server waits for it, and it is no stall."""
        self.assertEqual(self.fetch("/file", PLENTY, "slow"), (GOOD, GOOD))

    def test_servers_in_trouble(self):
        self.fault(statuses=[503, 429, 500])
        self.assertEqual(self.fetch(), (GOOD, GOOD))
        self.fault(statuses=[503] * 4)
        first, second = self.fetch()
        self.assert_error(first, errno.ETIMEDOUT, "given up after 4 tries: HTTP status 503")
        self.assertEqual(second, GOOD)
        # Tries that bring something do not count: here more of them than there is patience for others.
        self.fault(cuts=[300_000] * 9)
        self.assertEqual(self.fetch(), (GOOD, GOOD))

    def test_answers_that_end_it(self):
        for status, number, words in ((404, errno.ENOENT, "no such file"), (410, errno.ENOENT, "no such file"),
                                      (403, errno.EACCES, "refused"), (401, errno.EACCES, "refused"),
                                      (304, errno.EPROTO, "not an answer")):
            with self.subTest(status=status):
                self.fault(statuses=[status])
                first, second = self.fetch()
                self.assert_error(first, number, words)
                self.assertEqual(second, GOOD)

    def test_what_changes(self):
        self.fault(cuts=[1_000_000], etags=['"one"', '"two"'])
        first, second = self.fetch()
        self.assert_error(first, errno.ESTALE, "changed")
        self.assertEqual(second, GOOD)

    def test_too_large(self):
        self.assert_error(self.fetch(bytes_max=len(BODY) - 1)[0], errno.E2BIG, "larger")
        self.assertEqual(self.fetch(bytes_max=len(BODY))[0], GOOD)

    def test_redirects(self):
        self.fault("/to", target="/file")
        self.assertEqual(self.fetch("/to"), (GOOD, GOOD))
        self.fault("/round", target="/round")
        self.assert_error(self.fetch("/round")[0], errno.EPROTO, "more than 5 redirects")
        for target, number in (("http://127.0.0.1:9/", errno.EPERM), ("ftp://127.0.0.1/", errno.EINVAL),
                               ("http://user:word@127.0.0.1/", errno.EINVAL), ("file:///etc/hosts", errno.EINVAL)):
            with self.subTest(target=target):
                self.fault("/away", target=target)
                self.assertRegex(self.fetch("/away")[0], f"^-{number} redirect: ")

    def test_waits_that_are_asked_for(self):
        self.fault(statuses=[429], headers=[("Retry-After", "1")])
        began = time.monotonic()
        self.assertEqual(self.fetch(), (GOOD, GOOD))
        self.assertGreaterEqual(time.monotonic() - began, 1)
        self.fault(statuses=[503], headers=[("Retry-After", "86000")])
        self.assert_error(self.fetch()[0], errno.ETIMEDOUT, "asks to come back in 86000 s")

    def test_public_sources(self):
        """No plain http, and no address of our own network, whatever name leads there."""
        self.assert_error(self.fetch("/file", PLENTY, "public")[0], errno.EPERM, "plain http is not allowed")
        port = self.server.server.server_address[1]
        for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "169.254.169.254"):
            with self.subTest(host=host):
                first, _ = self.fetch_url(f"https://{host}:{port}/file", PLENTY, "public")
                self.assertRegex(first, f"^-{errno.EPERM} .*(not a public one|not one of the source's)")
        self.assertEqual(self.server.log, [])

    def test_tls(self):
        """Only whom the authority vouches for, and never from https to http."""
        server = pathlib.Path(__file__).with_name("nginx_server.py")
        with subprocess.Popen([sys.executable, server], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as nginx:
            line = nginx.stdout.readline().split()
            if not line:
                self.skipTest("no nginx or openssl")
            _, tls, folder = line
            body = pathlib.Path(folder, "files/aircraft.json").read_bytes()
            good = f"{len(body)} {len(body)} {hashlib.sha256(body).hexdigest()}"
            url = f"https://localhost:{tls}"
            known = (PLENTY, "-", f"{folder}/ca.pem")
            self.assertEqual(self.fetch_url(f"{url}/aircraft.json", *known), (good, good))
            self.assertEqual(self.fetch_url(f"{url}/to-tls", *known), (good, good))
            self.assertRegex(self.fetch_url(f"{url}/to-plain", *known)[0], f"^-{errno.EPERM} redirect: .*plain http")
            for stranger in ((PLENTY,), (PLENTY, "-", f"{folder}/other-ca.pem")):
                self.assertRegex(self.fetch_url(f"{url}/aircraft.json", *stranger)[0], f"^-{errno.EPERM} .*certificate")
            # The certificate names localhost only.
            self.assertRegex(self.fetch_url(f"https://127.0.0.1:{tls}/aircraft.json", *known)[0], f"^-{errno.EPERM} ")
            nginx.stdin.close()

    def test_silence(self):
        """A server that accepts and says nothing is given up, and one that was restarted is found again."""
        self.fault(hangs=True)
        began = time.monotonic()
        first, _ = self.fetch()
        self.assert_error(first, errno.ETIMEDOUT, "given up after 4 tries: too slow")
        self.assertGreater(time.monotonic() - began, 4 * 0.5)
        self.assertTrue(all(re.fullmatch("/file", path) for path, _, _ in self.server.log))


if __name__ == "__main__":
    unittest.main(verbosity=2)
