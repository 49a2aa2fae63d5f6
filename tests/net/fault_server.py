#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An HTTP server on loopback (or the address given) that does wrong what servers do wrong.

Prints its port, then serves until its standard input closes. The last component of a path that names a
behaviour decides; what stands behind it is ignored, so that a feed's own paths can follow:
/sequence/429:30,html,ok/aircraft.json answers 429 with Retry-After 30, then HTML, then good answers.
/_stats tells what was asked: one line a request with start, end and path, after the worst overlap.
"""

import asyncio
import email.utils
import gzip
import json
import socket
import struct
import sys
import time
import urllib.parse
import zlib

GOOD = json.dumps({"now": 1700000000.0, "aircraft": [{"hex": "15405a", "lat": 35.4, "lon": 35.9}]}).encode()


class Statistics:
    def __init__(self):
        self.active = 0
        self.worst_overlap = 0
        self.connections = 0
        self.log = []  # [start, end, path]
        self.steps = {}  # how far each /sequence/ has come

    def begin(self, path):
        self.active += 1
        self.worst_overlap = max(self.worst_overlap, self.active)
        entry = [time.monotonic(), 0.0, path]
        self.log.append(entry)
        return entry

    def end(self, entry):
        self.active -= 1
        entry[1] = time.monotonic()

    def text(self):
        lines = [f"overlap {self.worst_overlap} connections {self.connections} requests {len(self.log)}"]
        lines += [f"{start:.6f} {end:.6f} {path}" for start, end, path in self.log]
        return ("\n".join(lines) + "\n").encode()


STATISTICS = Statistics()


class Connection:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def send(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, status, body=b"", headers=(), kind="application/json"):
        head = f"HTTP/1.1 {status} Some Words\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        head += "".join(f"{line}\r\n" for line in headers) + "\r\n"
        await self.send(head.encode() + body)

    def reset(self):
        """Closes with RST instead of FIN."""
        own = self.writer.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


async def good(connection, query, _request):
    size = int(query.get("bytes", 0))
    await connection.answer(200, GOOD if size == 0 else b"x" * size)


async def slow_headers(connection, query, _request):
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Le")
    await asyncio.sleep(float(query.get("s", 30)))
    await connection.send(b"ngth: 2\r\n\r\n{}")


async def dribble(connection, query, _request):
    count = int(query.get("n", 50))
    await connection.send(f"HTTP/1.1 200 OK\r\nContent-Length: {count}\r\n\r\n".encode())
    for _ in range(count):
        # Before each byte: behind the last one the answer is over for the client, and must be for us.
        await asyncio.sleep(float(query.get("ms", 5)) / 1000)
        await connection.send(b"x")


async def hang(_connection, _query, _request):
    await asyncio.sleep(3600)


async def hang_in_body(connection, _query, _request):
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 500)
    await asyncio.sleep(3600)


async def close(connection, _query, _request):
    connection.writer.close()


async def cut(connection, _query, _request):
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 500)
    connection.writer.close()


async def cut_chunked(connection, _query, _request):
    await connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n" + b"x" * 16 + b"\r\n")
    connection.writer.close()


async def reset(connection, _query, _request):
    connection.reset()


async def reset_in_body(connection, _query, _request):
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 50000)
    await asyncio.sleep(0.02)
    connection.reset()


async def too_long(connection, _query, _request):
    """More body than was announced."""
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + b"x" * 5000)
    connection.writer.close()


async def two_lengths(connection, _query, _request):
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nxxxxxxx")
    connection.writer.close()


async def not_http(connection, _query, _request):
    await connection.send(b"220 mail.example.org ESMTP ready\r\n" * 3)
    connection.writer.close()


async def chunked(connection, query, _request):
    await connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    for _ in range(int(query.get("mb", 50)) * 16):
        await connection.send(chunk)
    await connection.send(b"0\r\n\r\n")


async def announced(connection, query, _request):
    size = int(query.get("mb", 50)) << 20
    await connection.send(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
    for _ in range(size >> 16):
        await connection.send(b"x" * 65536)


def bomb_bytes(size):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = b"\0" * (1 << 20)
    return b"".join(packer.compress(zeros) for _ in range(size >> 20)) + packer.flush()


async def bomb(connection, query, _request):
    body = bomb_bytes(int(query.get("mb", 200)) << 20)
    await connection.answer(200, body, ["Content-Encoding: gzip"])


async def zipped(connection, query, _request):
    body = gzip.compress(b"x" * int(query.get("bytes", 100000)))
    await connection.answer(200, body, ["Content-Encoding: gzip"])


async def bad_gzip(connection, _query, _request):
    await connection.answer(200, b"this is not gzip at all, is it", ["Content-Encoding: gzip"])


async def brotli(connection, _query, _request):
    await connection.answer(200, b"\x0b\x02\x80hello\x03", ["Content-Encoding: br"])


async def redirect(connection, query, _request):
    left = int(query.get("n", 1))
    target = f"/redirect?n={left - 1}" if left > 1 else "/ok"
    await connection.answer(302, b"a page nobody reads", [f"Location: {target}", "Retry-After: 77"])


async def redirect_to(connection, query, _request):
    await connection.answer(302, b"", [f"Location: {query['url']}"])


def retry_line(words):
    """Retry-After: seconds as they are; date+5 and date-5 as HTTP-dates; anything else as garbage."""
    if words.startswith("date"):
        words = email.utils.formatdate(time.time() + float(words[4:]), usegmt=True)
    return f"Retry-After: {words}"


async def status(connection, query, _request):
    headers = [retry_line(query["retry"])] if "retry" in query else []
    if "opensky" in query:
        headers.append(f"X-Rate-Limit-Retry-After-Seconds: {query['opensky']}")
    headers.append(f"Date: {email.utils.formatdate(usegmt=True)}")
    await connection.answer(int(query.get("code", 429)), b"{}", headers)


async def html(connection, query, _request):
    body = b"<!DOCTYPE html><html><body>Sorry, you have been blocked</body></html>"
    await connection.answer(int(query.get("code", 200)), body, kind="text/html")


async def empty(connection, _query, _request):
    await connection.answer(200)


async def many_headers(connection, query, _request):
    lines = [f"X-Header-{number}: value" for number in range(int(query.get("n", 10000)))]
    await connection.answer(200, b"{}", lines)


async def long_headers(connection, query, _request):
    lines = [f"X-Header-{number}: " + "v" * 8000 for number in range(int(query.get("n", 30)))]
    await connection.answer(200, b"{}", lines)


async def interim(connection, query, _request):
    """100 Continue without end."""
    for _ in range(int(query.get("n", 100000))):
        await connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")


async def echo(connection, _query, request):
    await connection.answer(200, request, kind="text/plain")


async def close_after(connection, _query, _request):
    """A whole answer, and then the connection is closed although it was promised to stay."""
    await connection.answer(200, GOOD)
    connection.writer.close()


async def statistics(connection, _query, _request):
    await connection.answer(200, STATISTICS.text(), kind="text/plain")


BEHAVIOURS = {
    "ok": good, "slow-headers": slow_headers, "dribble": dribble, "hang": hang, "hang-in-body": hang_in_body,
    "close": close, "cut": cut, "cut-chunked": cut_chunked, "reset": reset, "reset-in-body": reset_in_body,
    "too-long": too_long, "two-lengths": two_lengths, "not-http": not_http, "chunked": chunked,
    "announced": announced, "bomb": bomb, "zipped": zipped, "bad-gzip": bad_gzip, "brotli": brotli,
    "redirect": redirect, "redirect-to": redirect_to, "status": status, "html": html, "empty": empty,
    "many-headers": many_headers, "long-headers": long_headers, "interim": interim, "echo": echo,
    "close-after": close_after, "_stats": statistics,
}


async def next_step(connection, steps, query, request):
    """One step of a sequence: a behaviour's name, or a status with an optional Retry-After."""
    position = STATISTICS.steps.get(steps, 0)
    words = steps.split(",")
    STATISTICS.steps[steps] = position + 1
    word = words[min(position, len(words) - 1)]
    code, _, retry = word.partition(":")
    if code.isdigit():
        query = {"code": code, **({"retry": retry} if retry else {})}
        word = "status"
    await BEHAVIOURS[word](connection, query, request)


async def behave(connection, target, request):
    parts = urllib.parse.urlsplit(target)
    query = dict(urllib.parse.parse_qsl(parts.query))
    names = parts.path.strip("/").split("/")
    if names[0] == "sequence":
        await next_step(connection, names[1], query, request)
    elif names[0] in BEHAVIOURS:
        await BEHAVIOURS[names[0]](connection, query, request)
    else:
        await connection.answer(404, b"{}")


async def read_request(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return head + await reader.readexactly(length)


async def serve(reader, writer):
    connection = Connection(reader, writer)
    counted = False
    try:
        while not writer.is_closing():
            request = await read_request(reader)
            target = request.split(b" ", 2)[1].decode()
            if target.startswith("/_stats"):
                await behave(connection, target, request)
                continue
            STATISTICS.connections += not counted
            counted = True
            entry = STATISTICS.begin(target)
            try:
                await asyncio.sleep(0.02)  # long enough for an overlap to show
                await behave(connection, target, request)
            finally:
                STATISTICS.end(entry)
    except (asyncio.IncompleteReadError, ConnectionError, OSError):
        pass
    finally:
        writer.close()


async def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
    server = await asyncio.start_server(serve, address, 0, limit=1 << 22)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
