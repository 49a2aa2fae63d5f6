# SPDX-License-Identifier: MIT
"""Servers of archives on loopback: nginx as it should be, with the redirect to a storage host that GitHub makes,
and one of our own that does wrong what servers and networks do wrong."""
import dataclasses
import http.server
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import threading

import harness

CONFIGURATION = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    server {{
        listen 127.0.0.1:{front};
        root {files};
        location /releases/ {{ rewrite ^/releases/(.*)$ http://127.0.0.1:{storage}/storage/$1?signature=x redirect; }}
    }}
    server {{
        listen 127.0.0.1:{storage};
        root {files};
        # As tar1090's own configuration has it: the files are gzip whatever they are called.
        location ~ /traces/ {{ add_header Content-Encoding gzip; }}
    }}
}}
"""


class Nginx:
    """A front with the index at /, whose /releases/ redirects to a second server's /storage/."""

    def __init__(self, folder):
        self.folder, self.files = folder / "nginx", folder / "files"
        self.folder.mkdir()
        self.files.mkdir(exist_ok=True)
        folder.chmod(0o755)
        self.front, self.storage = harness.free_port(), harness.free_port()
        user = "user root;" if os.geteuid() == 0 else ""
        path = self.folder / "nginx.conf"
        path.write_text(CONFIGURATION.format(folder=self.folder, files=self.files, user=user, front=self.front,
                                             storage=self.storage))
        self.process = subprocess.Popen([program(), "-p", self.folder, "-e", self.folder / "error.log", "-c", path],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        harness.wait_until(lambda: harness.is_listening(self.front) and harness.is_listening(self.storage), "nginx")

    def url(self, path=""):
        return f"http://127.0.0.1:{self.front}{path}"

    def asked(self, pattern):
        return re.findall(pattern, (self.folder / "access.log").read_text())

    def close(self):
        self.process.terminate()
        self.process.wait()


def program():
    return shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")


@dataclasses.dataclass
class Fault:
    """What is wrong with one file. A cut is the number of bytes after which an answer's connection is reset, one
    for each answer in turn."""
    cuts: list = dataclasses.field(default_factory=list)
    statuses: list = dataclasses.field(default_factory=list)  # answered instead, one after another
    headers: list = dataclasses.field(default_factory=list)  # of these answers: [(name, value)]
    ignores_range: bool = False
    etags: list = dataclasses.field(default_factory=lambda: ['"one"'])  # of one answer after another; the last stays
    target: str = ""  # redirect
    hangs: bool = False


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        with self.server.lock:
            asked = self.headers.get("Range")
            self.server.log.append((self.path, asked, dict(self.headers)))
            fault = self.server.faults.get(self.path, Fault())
            body = self.server.files.get(self.path)
            status = fault.statuses.pop(0) if fault.statuses else 200
            is_probe = asked == "bytes=0-0"
            cut = fault.cuts.pop(0) if fault.cuts and status == 200 and not is_probe else None
            etag = fault.etags[0]
            if len(fault.etags) > 1 and not is_probe:
                fault.etags.pop(0)
        if fault.hangs:
            self.connection.recv(1)  # until the other side has had enough
            self.close_connection = True
            return None
        if fault.target:
            return self.answer(302, b"", [("Location", fault.target)])
        if body is None or status != 200:
            return self.answer(404 if body is None else status, b"<html>no</html>", fault.headers)
        headers, first = [("ETag", etag)], 0
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", asked or "")
        if found and not fault.ignores_range and self.headers.get("If-Range", etag) == etag:
            first = int(found[1])
            last = min(int(found[2] or len(body)), len(body) - 1)
            headers.append(("Content-Range", f"bytes {first}-{last}/{len(body)}"))
            return self.answer(206, body[first:last + 1], headers, cut)
        return self.answer(200, body, headers, cut)

    def answer(self, status, body, headers, cut=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body if cut is None else body[:cut])
            self.wfile.flush()
        except OSError:
            pass
        if cut is not None:  # with RST, as a network that goes away
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True


class QuietServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Connections that are reset are what it is for."""


class FaultServer:
    def __init__(self):
        self.server = QuietServer(("127.0.0.1", 0), Handler)
        self.server.lock = threading.Lock()
        self.server.files, self.server.faults, self.server.log = {}, {}, []
        self.files, self.faults, self.log = self.server.files, self.server.faults, self.server.log
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def url(self, path=""):
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"

    def host(self):
        return f"127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def write(folder, path, body):
    target = pathlib.Path(folder) / path.lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)
