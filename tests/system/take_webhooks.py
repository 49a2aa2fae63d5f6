#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Takes webhooks on 127.0.0.1 and appends what came, one JSON object a line, to the file that it is given. Prints its URL
and serves until it is killed."""
import http.server
import json
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        taken = {"headers": {name.lower(): value for name, value in self.headers.items()}, "body": body.decode()}
        with open(sys.argv[1], "a", encoding="utf-8") as file:
            file.write(json.dumps(taken) + "\n")
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_address[1]}/hook", flush=True)
server.serve_forever()
