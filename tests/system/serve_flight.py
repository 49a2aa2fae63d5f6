#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A readsb-like server on 127.0.0.1 with one SYNTHETIC flight of a watched address among others; prints its URL
and serves until it is killed."""
import json
import sys
import time

from feed_server import JSON, FeedServer
from flights import Flight


def main():
    base_ms = int(time.time() * 1000)
    flights = [Flight(sys.argv[1], 1, base_ms, callsign="SYN1")]
    flights += [Flight(f"3c6{n:03x}", n, base_ms) for n in range(20)]

    def answer(path):
        if path != "/data/aircraft.json":
            return None
        now_ms = int(time.time() * 1000)
        aircraft = [flight.describe(now_ms, 100) for flight in flights]
        return 200, JSON, json.dumps({"now": now_ms / 1000, "messages": 1, "aircraft": aircraft}).encode()

    server = FeedServer(answer)
    print(server.url, flush=True)
    server.thread.join()


if __name__ == "__main__":
    main()
