# SPDX-License-Identifier: MIT
"""What the benchmarks of the running daemon share: a private PostgreSQL, the feed server of answers with 12,000
SYNTHETIC aircraft, and the daemon on it. To be run through tests/support/with_postgresql.sh, as bench/run does."""
import contextlib
import json
import os
import pathlib
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "system"))
import harness  # noqa: E402

AIRCRAFT = 12000
RUNS = 5
FEED = "bench"


def describe_machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
                 platform.machine())
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    print(f"machine: {os.cpu_count()} x {model}, {memory_gb:.0f} GB, Linux {platform.release()}, load "
          f"{os.getloadavg()[0]:.1f} at the start", flush=True)


def address_of(number):
    """The address of that aircraft of the answers (bench/answer.c, answer_hex)."""
    done = subprocess.run([harness.BUILD / "bench/feed_server", "address", str(number)], check=True,
                          stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


class AnswerServer:
    """bench/feed_server.c; `sent` has (number, now in ms, CLOCK_MONOTONIC in ns, bytes) of each answer."""

    def __init__(self, aircraft, answers):
        self.process = subprocess.Popen([harness.BUILD / "bench/feed_server", str(aircraft), str(answers)],
                                        stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().split()[1]}"
        self.sent = []
        self.news = threading.Condition()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        for line in self.process.stdout:
            with self.news:
                self.sent.append(tuple(int(word) for word in line.split()[1:]))
                self.news.notify_all()

    def wait_for(self, number, patience_s=60):
        """The line of answer `number`."""
        with self.news:
            if not self.news.wait_for(lambda: len(self.sent) > number, patience_s):
                raise AssertionError(f"answer {number} was not asked for within {patience_s} s")
            return self.sent[number]

    def close(self):
        self.process.kill()
        self.process.wait()
        self.thread.join()
        self.process.stdout.close()


class Reader:
    """A psql that stays connected and is asked for one number at a time."""

    def __init__(self, database):
        self.process = subprocess.Popen(["psql", "-X", "-q", "-A", "-t", "-d", database.name], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, bufsize=1)

    def number(self, sql):
        self.process.stdin.write(sql + ";\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


WATCH_ALL = [{"id": "all", "hexes": ["*"]}]


@contextlib.contextmanager
def running_daemon(feeds, watch, **others):
    """A daemon with a new database and state folder; stopped in order at the end."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="skywitness-bench-"))
    database = harness.postgresql().new_database()
    config = {"database": database.uri("skywitness_writer"), "state_directory": str(folder / "state"),
              "places": [str(harness.ROOT / "config/places/*.json")], "watch": watch, "feeds": feeds, **others}
    path = folder / "skywitness.json"
    path.write_text(json.dumps(config))
    daemon = harness.Daemon(path)
    daemon.database = database
    try:
        yield daemon
        status, _ = daemon.stop()
        if status != 0:
            raise AssertionError(f"the daemon ended with {status}:\n{daemon.log()}")
    finally:
        daemon.close()
        shutil.rmtree(folder, ignore_errors=True)


def status_of(daemon):
    """What SIGUSR1 makes the daemon say."""
    said = len(daemon.matching("worst loop stall"))
    daemon.send(signal.SIGUSR1)
    return daemon.wait_for_log("worst loop stall", said + 1)


def worst_stall_ms(daemon):
    return float(re.search(r"worst loop stall ([0-9.]+) ms", status_of(daemon)).group(1))


def peak_memory_mib(daemon):
    status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) / 1024


def percentile(values, share):
    """The smallest value that at least that share of all does not pass."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def follow_answers(daemon, server, count):
    """For each of `count` answers, the ms from its last byte to its last row visible to a reader."""
    reader = Reader(daemon.database)
    # Every twelfth aircraft or so has no position; one of the last has.
    first = server.wait_for(0)
    delays_ms = []
    watched = None
    for number in range(count):
        _, now_ms, sent_ns, _ = server.wait_for(number) if number else first
        seconds = f"to_timestamp({now_ms / 1000:.3f})"
        if watched is None:
            watched = wait_for_last_address(reader, seconds)
            continue
        question = (f"SELECT count(*) FROM skywitness.track_point WHERE icao24 = '{watched}'"
                    f" AND observed_at = {seconds} AND feed = '{FEED}'")
        deadline_ns = sent_ns + 60_000_000_000
        while reader.number(question) == 0:
            if time.monotonic_ns() > deadline_ns:
                raise AssertionError(f"answer {number} is not in PostgreSQL")
            time.sleep(0.001)
        delays_ms.append((time.monotonic_ns() - sent_ns) / 1e6)
    reader.close()
    return delays_ms


def wait_for_last_address(reader, seconds):
    """The last aircraft of an answer that has a position."""
    question = f"SELECT count(*) FROM skywitness.track_point WHERE observed_at = {seconds}"
    harness.wait_until(lambda: reader.number(question) > 0, "the first answer in PostgreSQL")
    for number in reversed(range(AIRCRAFT)):
        address = address_of(number)
        if reader.number(question + f" AND icao24 = '{address}'") > 0:
            return address
    raise AssertionError("no aircraft of the answer is stored")


def each_second(count):
    """One answer of 12,000 aircraft a second, all watched: delays in ms, worst stall in ms, peak MiB."""
    server = AnswerServer(AIRCRAFT, "live")
    try:
        with running_daemon([harness.local_feed(FEED, server.url)], WATCH_ALL) as daemon:
            delays_ms = follow_answers(daemon, server, count)
            return delays_ms, worst_stall_ms(daemon), peak_memory_mib(daemon)
    finally:
        server.close()


def summarise(name, values, unit, digits=0):
    values = list(values)
    print(f"{name}: median {statistics.median(values):.{digits}f} {unit} "
          f"({', '.join(f'{value:.{digits}f}' for value in values)})", flush=True)
    return statistics.median(values)
