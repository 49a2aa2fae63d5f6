#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""nginx on loopback with gzip, and with TLS under a certificate authority made for the moment.

Prints its plain port, its TLS port and its folder (ca.pem, other-ca.pem and the files served), then waits until its
standard input closes. Says nothing when there is no nginx or openssl.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

CONFIGURATION = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    types {{ application/json json; }}
    gzip on;
    gzip_types application/json;
    server {{
        listen 127.0.0.1:{plain};
        root {folder}/files;
    }}
    server {{
        listen 127.0.0.1:{tls} ssl;
        ssl_certificate {folder}/server.pem;
        ssl_certificate_key {folder}/server.key;
        root {folder}/files;
        location /to-plain {{ return 302 http://127.0.0.1:{plain}/aircraft.json; }}
        location /to-tls {{ return 302 https://localhost:{tls}/aircraft.json; }}
    }}
}}
"""


def run(*command, folder):
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_authority(folder, name):
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", f"/CN=Test authority {name}", "-keyout", f"{name}.key", "-out", f"{name}.pem", folder=folder)


def make_certificate(folder):
    """For localhost, and not for 127.0.0.1."""
    run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
        "-keyout", "server.key", "-out", "server.csr", folder=folder)
    with open(f"{folder}/names.cnf", "w", encoding="ascii") as names:
        names.write("subjectAltName=DNS:localhost\n")
    run("openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
        "2", "-extfile", "names.cnf", "-out", "server.pem", folder=folder)


def free_ports():
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start(folder):
    """A port that was free may be taken a moment later: then with others."""
    for _ in range(5):
        plain, tls = free_ports()
        with open(f"{folder}/nginx.conf", "w", encoding="ascii") as file:
            user = "user root;" if os.getuid() == 0 else ""
            file.write(CONFIGURATION.format(folder=folder, plain=plain, tls=tls, user=user))
        nginx = subprocess.Popen(["nginx", "-p", folder, "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            if nginx.poll() is not None:
                break
            if answers(plain) and answers(tls):
                return nginx, plain, tls
            time.sleep(0.05)
        nginx.terminate()
        nginx.wait()
    sys.exit("nginx did not start")


def main():
    os.environ["PATH"] += ":/usr/sbin"
    if shutil.which("nginx") is None or shutil.which("openssl") is None:
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory(prefix="skywitness-nginx-") as folder:
        make_authority(folder, "ca")
        make_authority(folder, "other-ca")
        make_certificate(folder)
        os.mkdir(f"{folder}/files")
        with open(f"{folder}/files/aircraft.json", "w", encoding="ascii") as file:
            file.write('{"now": 1700000000.0, "aircraft": [' + ",\n".join(['{"hex": "15405a"}'] * 20000) + "]}")
        nginx, plain, tls = start(folder)
        try:
            print(plain, tls, folder, flush=True)
            sys.stdin.read()
        finally:
            nginx.terminate()
            nginx.wait()


if __name__ == "__main__":
    main()
