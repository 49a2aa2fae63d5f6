#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Resident memory at most (VmHWM): the shipped watch list on small answers, and 12,000 watched aircraft.

    SKYWITNESS_BUILD=build-release tests/support/with_postgresql.sh python3 bench/memory.py
"""
import json
import re
import time

import live
from live import harness

SMALL_ANSWER_AIRCRAFT = 20
RUN_S = 30


def shipped_watch_list():
    text = (harness.ROOT / "config/skywitness.json").read_text()
    return json.loads(re.sub(r"(?m)(^|\s)//.*$", "", text))


def small_answers():
    """The shipped configuration, its providers asked at an address of ours."""
    server = live.AnswerServer(SMALL_ANSWER_AIRCRAFT, "live")
    try:
        shipped = shipped_watch_list()
        feeds = [{**feed, "url": server.url, "interval_s": 1, "max_requests_per_s": 100, "provider": feed["provider"]}
                 for feed in shipped["feeds"] if feed.get("enabled", True)]
        airframes = [str(harness.ROOT / "config" / name) for name in shipped["airframes"]]
        with live.running_daemon(feeds, shipped["watch"], airframes=airframes) as daemon:
            server.wait_for(3 * RUN_S, patience_s=3 * RUN_S)
            return live.peak_memory_mib(daemon)
    finally:
        server.close()


def large_answers():
    server = live.AnswerServer(live.AIRCRAFT, "live")
    try:
        with live.running_daemon([harness.local_feed(live.FEED, server.url)], live.WATCH_ALL) as daemon:
            time.sleep(RUN_S)
            return live.peak_memory_mib(daemon)
    finally:
        server.close()


def main():
    live.describe_machine()
    live.summarise("resident at most, shipped watch list, small answers",
                   (small_answers() for _ in range(live.RUNS)), "MiB", 1)
    live.summarise(f"resident at most, {live.AIRCRAFT} watched aircraft a second",
                   (large_answers() for _ in range(live.RUNS)), "MiB", 1)


if __name__ == "__main__":
    main()
