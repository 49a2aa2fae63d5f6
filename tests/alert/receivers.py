# SPDX-License-Identifier: MIT
"""A webhook receiver that behaves as it is told, and remembers what came. Signatures are checked with the example
receiver's own code."""
import http.server
import importlib.util
import pathlib
import ssl
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECRET = "whsec_" + "c2t5d2l0bmVzcyB0ZXN0cyBvbmx5IDEyMzQ1Njc4OQ=="


def load_example():
    spec = importlib.util.spec_from_file_location("receiver", ROOT / "docs/examples/receiver.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EXAMPLE = load_example()


class Request:
    def __init__(self, handler, body):
        self.at = time.monotonic()
        self.method, self.path = handler.command, handler.path
        self.headers = dict(handler.headers.items())
        self.body = body
        self.id = self.headers.get("webhook-id")

    def is_signed(self, secret=SECRET):
        return EXAMPLE.signature_fits([EXAMPLE.decode_secret(secret)], self.id,
                                      self.headers.get("webhook-timestamp", ""), self.body,
                                      self.headers.get("webhook-signature", ""), time.time())


def answer(status, headers=None, body=b"", delay_s=0.0):
    """A behaviour: waits, then answers."""
    def behave(handler, _request):
        time.sleep(delay_s)
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
    return behave


def hang(seconds):
    def behave(handler, _request):
        time.sleep(seconds)
        handler.close_connection = True
    return behave


def close_in_the_middle(handler, _request):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"half")
    handler.close_connection = True


def huge(handler, _request):
    handler.send_response(200)
    handler.send_header("Content-Length", str(1 << 22))
    handler.end_headers()
    try:
        handler.wfile.write(b"x" * (1 << 22))
    except OSError:
        pass
    handler.close_connection = True


def self_signed(folder):
    """A server's TLS context with a certificate for 127.0.0.1 that no authority stands behind."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


class Receiver:
    """`behave(handler, request)` answers; it may be exchanged at any time. With a folder it speaks TLS, under a
    certificate that it signed itself there."""

    def __init__(self, behave=None, port=0, tls_folder=None):
        self.requests = []
        self.behave = behave or answer(204)
        self.lock = threading.Lock()
        self.now_open = self.most_open = 0
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = Request(self, body)
                with receiver.lock:
                    receiver.requests.append(request)
                    receiver.now_open += 1
                    receiver.most_open = max(receiver.most_open, receiver.now_open)
                try:
                    receiver.behave(self, request)
                    self.wfile.flush()
                except OSError:
                    self.close_connection = True
                finally:
                    with receiver.lock:
                        receiver.now_open -= 1

            do_PUT = do_GET = do_POST

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request, client_address):
                pass

        self.server = Server(("127.0.0.1", port), Handler)
        self.scheme = "http"
        if tls_folder is not None:
            self.server.socket = self_signed(tls_folder).wrap_socket(self.server.socket, server_side=True,
                                                                     do_handshake_on_connect=False)
            self.scheme = "https"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.server.server_address[1]}"

    def all(self):
        with self.lock:
            return list(self.requests)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
