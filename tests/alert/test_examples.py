#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`skywitness webhook test` against the example receivers: both believe what is signed and nothing else; every form
arrives at a receiver with the method, path and headers that its service wants."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/alert"))
import receivers  # noqa: E402

BUILD = pathlib.Path(os.environ["SKYWITNESS_BUILD"])
OTHER = "whsec_" + "b3RoZXIgc2VjcmV0IG90aGVyIHNlY3JldCAxMjM0NTY="


class Examples(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="skywitness-examples-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.receiver = receivers.Receiver()
        self.addCleanup(self.receiver.close)

    def send(self, secret=receivers.SECRET, url=None, **others):
        webhook = {"id": "desk", "url": url or self.receiver.url, "local": True, **others}
        environment = dict(os.environ)
        if secret:
            webhook["secret"] = [{"env": f"SECRET_{n}"} for n in range(len(secret.split()))]
            environment |= {f"SECRET_{n}": text for n, text in enumerate(secret.split())}
        config = {"database": "postgresql:///none", "state_directory": str(self.folder), "feeds": [],
                  "watch": [{"id": "all", "types": ["A124"]}], "webhooks": [webhook]}
        path = self.folder / "skywitness.json"
        path.write_text(json.dumps(config))
        return subprocess.run([BUILD / "skywitness", "--config", path, "webhook", "test", "desk"],
                              env=environment, capture_output=True, text=True)

    def last(self):
        return self.receiver.all()[-1]

    def secret_file(self, secret):
        path = self.folder / "desk.secret"
        path.write_text(secret + "\n")
        return path

    def check_in_c(self, secret, request):
        return subprocess.run([BUILD / "tests/alert/example_receiver", self.secret_file(secret), request.id,
                               request.headers["webhook-timestamp"], request.headers["webhook-signature"]],
                              input=request.body).returncode

    def test_both_examples_verify(self):
        done = self.send()
        self.assertEqual(done.returncode, 0, done.stderr)
        request = self.last()
        self.assertTrue(request.is_signed())
        self.assertFalse(request.is_signed(OTHER))
        self.assertEqual(self.check_in_c(receivers.SECRET, request), 0)
        self.assertEqual(self.check_in_c(OTHER, request), 1)
        request.body += b" "
        self.assertFalse(request.is_signed())
        self.assertEqual(self.check_in_c(receivers.SECRET, request), 1)

    def test_rotation(self):
        self.assertEqual(self.send(f"{OTHER} {receivers.SECRET}").returncode, 0)
        self.assertTrue(self.last().is_signed(OTHER) and self.last().is_signed(receivers.SECRET))
        self.assertEqual(self.check_in_c(OTHER, self.last()), 0)
        self.assertEqual(self.check_in_c(receivers.SECRET, self.last()), 0)

    def test_old_message(self):
        self.send()
        request = self.last()
        request.headers["webhook-timestamp"] = str(int(time.time()) - 301)
        self.assertFalse(request.is_signed())
        self.assertEqual(self.check_in_c(receivers.SECRET, request), 1)

    def test_the_example_as_a_program(self):
        secret = subprocess.run([BUILD / "skywitness", "webhook", "secret"], check=True, capture_output=True,
                                text=True).stdout.strip()
        with subprocess.Popen([sys.executable, ROOT / "docs/examples/receiver.py", "--secret-file",
                               self.secret_file(secret), "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
            try:
                url = "http://" + program.stderr.readline().split()[-1]
                self.assertEqual(self.send(secret, url).returncode, 0)
                self.assertIn("webhook.test", program.stdout.readline())
                refused = self.send(OTHER, url)
                self.assertEqual(refused.returncode, 1)
                self.assertIn("HTTP status 401", refused.stderr)
            finally:
                program.kill()

    def test_forms(self):
        template = self.folder / "body.json"
        template.write_text('{"text": "{{text.sentence}}", "id": "{{data.alert_id}}"}')
        token = "abc-123_XYZ"
        cases = [
            ("cloudevents", receivers.SECRET, "/hook", "POST", "/hook", "application/cloudevents+json; charset=utf-8"),
            ("slack", token, "/services/{secret}", "POST", f"/services/{token}", "application/json"),
            ("discord", token, "/api/webhooks/1/{secret}", "POST", f"/api/webhooks/1/{token}", "application/json"),
            ("ntfy", token, "/topic", "POST", "/topic", "text/plain; charset=utf-8"),
            ("telegram", token, "/bot{secret}/sendMessage?chat_id=-100", "POST", f"/bot{token}/sendMessage",
             "application/json"),
            ("matrix", token, "/_matrix/client/v3/rooms/!r:example.org/send/m.room.message", "PUT", None,
             "application/json"),
            ("template", receivers.SECRET, "/own", "POST", "/own", "application/json"),
        ]
        for name, secret, path, method, wanted_path, content_type in cases:
            with self.subTest(name):
                others = {"template_file": str(template)} if name == "template" else {}
                done = self.send(secret, self.receiver.url + path, format=name, time_zone="Asia/Damascus", **others)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertNotIn(secret, done.stderr)
                request = self.last()
                self.assertEqual(request.method, method)
                self.assertEqual(request.headers["Content-Type"], content_type)
                if wanted_path:
                    self.assertEqual(request.path, wanted_path)
                if name in ("ntfy", "matrix"):
                    self.assertEqual(request.headers["Authorization"], f"Bearer {token}")
                if name == "ntfy":
                    self.assertEqual(request.headers["Title"], "Test")
                    continue
                document = json.loads(request.body)
                if name == "telegram":
                    self.assertEqual(document["chat_id"], "-100")
                if name == "matrix":
                    self.assertRegex(request.path, r"/m\.room\.message/[0-9a-f-]{36}$")
                if name in ("template", "cloudevents"):
                    self.assertTrue(request.is_signed())
                if name == "template":
                    self.assertRegex(document["text"], r"^This is a test of the webhook desk at \d\d:\d\d UTC on .*\.$")

    def test_documented_template(self):
        """A test alert has neither aircraft nor position: what the page shows makes JSON of it all the same."""
        page = (ROOT / "docs/webhooks.md").read_text()
        shown = re.search(r"## A body of your own\n.*?```json\n(.*?)```", page, re.DOTALL).group(1)
        template = self.folder / "teams.json"
        template.write_text(shown)
        done = self.send(format="template", template_file=str(template))
        self.assertEqual(done.returncode, 0, done.stderr)
        document = json.loads(self.last().body)
        self.assertEqual((document["title"], document["hex"], document["where"]), ("Test", "", None))
        # One that makes no JSON is not sent.
        template.write_text('{"title": {{text.title}}{{text.title}}}')
        done = self.send(format="template", template_file=str(template))
        self.assertEqual(done.returncode, 1)
        self.assertIn("its template makes no JSON of this alert", done.stderr)
        self.assertEqual(len(self.receiver.all()), 1)

    def test_documented_entries(self):
        """What the manual page and docs/webhooks.md show of an entry is one that the daemon takes."""
        entries = []
        for name in ("man/skywitness.conf.5.scd", "docs/webhooks.md"):
            blocks = re.findall(r"^\s*```\w*\n(.*?)^\s*```$", (ROOT / name).read_text(), re.DOTALL | re.MULTILINE)
            for block in blocks:
                text = re.sub(r"\A\s*\"webhooks\": \[(.*)\]\s*\Z", r"\1", block.strip(), flags=re.DOTALL)
                if re.match(r'\{\s*"id"', text) and '"url"' in text:
                    entries.append({**json.loads(text), "id": f"entry-{len(entries)}"})
        self.assertEqual({entry.get("format", "standard") for entry in entries},
                         {"standard", "slack", "discord", "ntfy", "telegram", "matrix"})
        self.assertGreaterEqual(len(entries), 9)
        config = {"database": "postgresql:///none", "state_directory": str(self.folder), "webhooks": entries, "feeds": [],
                  "watch": [{"id": "an124", "types": ["A124"]}], "places": [str(ROOT / "config/places/*.json")]}
        path = self.folder / "skywitness.json"
        path.write_text(json.dumps(config))
        done = subprocess.run([BUILD / "skywitnessd", "--config", path, "--check-config"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_bad_secrets_and_endpoints(self):
        done = self.send("whsec_short")
        self.assertEqual(done.returncode, 78)
        self.assertNotIn("whsec_short", done.stderr)
        for url in ("http://{secret}/x", "http://a/{secret}{secret}", "http://a/{other}"):
            self.assertEqual(self.send("token", url, format="slack").returncode, 78, url)
        # Not local: neither plain http nor an address of our own network.
        self.assertNotEqual(self.send(local=False).returncode, 0)
        done = self.send(url=self.receiver.url.replace("http:", "https:"), local=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.receiver.all(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
