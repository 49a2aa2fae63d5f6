# SPDX-License-Identifier: MIT
"""Feed servers for the tests: HTTP on 127.0.0.1, one thread a connection, content by a function."""
import gzip
import http.server
import threading


class FeedServer:
    """Serves `answer(path)`: a (status, headers, body) or None for 404. `sent(path)` is called when all of a
    good answer has been written to the connection."""

    def __init__(self, answer, sent=lambda path: None, address="127.0.0.1", port=0):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                found = answer(self.path)
                status, headers, body = found if found is not None else (404, {}, b"")
                if len(body) > 1000 and "gzip" in self.headers.get("Accept-Encoding", ""):
                    body = gzip.compress(body, 1)
                    headers = {**headers, "Content-Encoding": "gzip"}
                try:
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                    self.wfile.flush()
                except OSError:
                    self.close_connection = True  # the client was killed
                    return
                if status == 200:
                    sent(self.path)

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request, client_address):
                pass  # clients are killed here on purpose

        self.server = Server((address, port), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    @property
    def url(self):
        host, port = self.server.server_address
        return f"http://{host}:{port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


JSON = {"Content-Type": "application/json"}


class SteppedFeeds:
    """Feeds whose content moves on only when the last answer is known to have been accepted.

    The daemon asks a feed again only after the answer before has been committed to its journal. So a request
    by the same process, after an answer was sent to it completely, tells that that answer counts; then the
    next step is served. Which process asks is in the path, /GENERATION/FEED/aircraft.json: a request that a
    killed process left behind in the socket cannot be taken for one of its successor's. A step that was sent
    and not confirmed when the daemon was killed is served again to the next one: whether it had been
    accepted or not, its points must end up stored once.
    """

    def __init__(self, fleets, steps):
        self.fleets = {fleet.feed: fleet for fleet in fleets}
        self.steps = steps
        self.lock = threading.Lock()
        self.generation = 0
        self.step = dict.fromkeys(self.fleets, 0)
        self.sent_to = dict.fromkeys(self.fleets)  # the generation that got the whole of the current step
        self.confirmed = dict.fromkeys(self.fleets, 0)
        self.requests = 0
        self.server = FeedServer(self._answer, self._sent)

    def url(self, feed):
        return f"{self.server.url}/{self.generation}/{feed}"

    def next_generation(self):
        with self.lock:
            self.generation += 1

    def _split(self, path):
        generation, feed = path.split("/")[1:3]
        return int(generation), feed

    def _answer(self, path):
        generation, feed = self._split(path)
        with self.lock:
            if generation != self.generation:
                return 404, {}, b""
            self.requests += 1
            if self.sent_to[feed] == generation:
                self.confirmed[feed] = self.step[feed] + 1
                if self.confirmed[feed] < self.steps:
                    self.step[feed] += 1
                    self.sent_to[feed] = None
            step = self.step[feed]
        return 200, JSON, self.fleets[feed].answer(step)

    def _sent(self, path):
        generation, feed = self._split(path)
        with self.lock:
            if generation == self.generation:
                self.sent_to[feed] = generation

    def is_done(self):
        with self.lock:
            return all(count >= self.steps for count in self.confirmed.values())

    def points(self):
        """What must be stored once is_done()."""
        return set().union(*(fleet.points_until(self.steps) for fleet in self.fleets.values()))

    def close(self):
        self.server.close()
