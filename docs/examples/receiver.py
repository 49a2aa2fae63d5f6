#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Receives skywitness's webhooks and believes only what is signed (Standard Webhooks 1.0.0).

    python3 receiver.py --secret-file desk.secret [--listen 127.0.0.1:8787] [--log alerts.jsonl]

Answers 204 to an alert whose signature fits, 401 to anything else, and prints one line an alert. An alert may come
twice (the daemon may die between your answer and its note of it): webhook-id is the same then, so remember it.
Only Python's own library is used. Behind TLS put a web server in front, or give --certificate and --key.
"""
import argparse
import base64
import hashlib
import hmac
import http.server
import json
import ssl
import sys
import time

TOLERANCE_S = 300  # a message older or newer than this may be one that somebody recorded and sends again
BODY_MAX = 64 * 1024


def signature_fits(secrets, message_id, timestamp, body, header, now):
    """True when one of the header's v1 signatures is that of one of our secrets, and the time is ours."""
    try:
        if abs(now - int(timestamp)) > TOLERANCE_S:
            return False
    except ValueError:
        return False
    signed = f"{message_id}.{timestamp}.".encode() + body
    for secret in secrets:
        digest = hmac.new(secret, signed, hashlib.sha256).digest()
        expected = b"v1," + base64.b64encode(digest)
        for given in header.encode().split(b" "):
            if hmac.compare_digest(given, expected):
                return True
    return False


def decode_secret(text):
    return base64.b64decode(text.removeprefix("whsec_"), validate=True)


def read_secret(path):
    """From a file, as skywitness has it: what stands on a command line is seen by everybody on the machine."""
    with open(path, encoding="ascii") as file:
        return decode_secret(file.read().strip())


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    secrets = []
    seen = set()
    log = None

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_MAX:
            self.send_error(413)
            return
        body = self.rfile.read(length)
        message_id = self.headers.get("webhook-id", "")
        timestamp = self.headers.get("webhook-timestamp", "")
        header = self.headers.get("webhook-signature", "")
        if not signature_fits(self.secrets, message_id, timestamp, body, header, time.time()):
            self.answer(401)
            return
        again = message_id in self.seen
        self.seen.add(message_id)
        self.take(message_id, json.loads(body), again)
        self.answer(204)

    def take(self, message_id, alert, again):
        print(f"{alert['timestamp']} {alert['type']:18} {alert['data'].get('summary', '')}"
              f"{' (again)' if again else ''}", flush=True)
        if self.log:
            self.log.write(json.dumps({"id": message_id, "again": again, **alert}) + "\n")
            self.log.flush()

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--secret-file", action="append", required=True,
                         help="a file with whsec_... in it; several while one is rotated")
    options.add_argument("--listen", default="127.0.0.1:8787")
    options.add_argument("--log", help="append each alert to this file, one JSON object a line")
    options.add_argument("--certificate")
    options.add_argument("--key")
    given = options.parse_args()
    Receiver.secrets = [read_secret(path) for path in given.secret_file]
    if given.log:
        Receiver.log = open(given.log, "a", encoding="utf-8")
    host, _, port = given.listen.rpartition(":")
    server = http.server.ThreadingHTTPServer((host, int(port)), Receiver)
    if given.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(given.certificate, given.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(f"listening on {host}:{server.server_address[1]}", file=sys.stderr, flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
