#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How fast queued alerts leave for a local receiver, and the memory that they take while they wait: bench/alert_rate
against an nginx that takes everything.

    SKYWITNESS_BUILD=build-release python3 bench/alert_rate.py [ALERTS]
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path(os.environ["SKYWITNESS_BUILD"])
ALERTS = sys.argv[1] if len(sys.argv) > 1 else "100000"
CONFIGURATION = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    keepalive_requests 1000000;
    server {{ listen 127.0.0.1:{port}; location / {{ return 204; }} }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def main():
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None:
        sys.exit("skipped: there is no nginx to receive alerts")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="skywitness-bench-") as folder:
        configuration = pathlib.Path(folder) / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        configuration.write_text(CONFIGURATION.format(folder=folder, port=port, user=user))
        server = subprocess.Popen([program, "-c", configuration, "-p", folder, "-e", f"{folder}/error.log"])
        try:
            while not is_listening(port):
                if server.poll() is not None:
                    sys.exit("nginx did not start")
                time.sleep(0.05)
            subprocess.run([BUILD / "bench/alert_rate", f"http://127.0.0.1:{port}/hook", ALERTS], check=True)
            print(f"load {os.getloadavg()[0]:.1f}")
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
