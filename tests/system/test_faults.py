#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What bench/soak does for an hour, each for some seconds: the disk is full, no descriptor is left, the wall clock is
set. Nothing accepted is lost, and the daemon goes on by itself. An unsuitable machine skips, and says why."""
import ctypes
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import time
import urllib.request

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "alert"))
import harness
import receivers
from feed_server import SteppedFeeds
from flights import Fleet

CLONE_NEWNS = 0x00020000  # <sched.h>
DISK_MIB = 4
FEEDS = 2
WATCHED, UNWATCHED = 40, 10


def find_library(pattern):
    return next(iter(sorted(pathlib.Path("/usr/lib").glob(pattern))), None)


def hide_mounts():
    """What is mounted from now on is mounted for this process and its children only."""
    library = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() != 0 or library.unshare(CLONE_NEWNS) != 0:
        return False
    return subprocess.run(["mount", "--make-rprivate", "/"], stderr=subprocess.DEVNULL).returncode == 0


class FaultsTest(harness.Scenario):
    def setUp(self):
        super().setUp()
        base_ms = int(time.time() * 1000)
        self.fleets = [Fleet(f"feed-{n}", base_ms, WATCHED, UNWATCHED, first_number=n * 100, tag=n)
                       for n in range(FEEDS)]
        self.listen = f"127.0.0.1:{harness.free_port()}"
        os.environ["DESK_SECRET"] = receivers.SECRET
        self.receiver = receivers.Receiver()
        self.addCleanup(self.receiver.close)

    def start(self, steps, environment=None):
        """Without `steps` the feeds that are served already."""
        if steps is not None:
            self.feeds = SteppedFeeds(self.fleets, steps)
            self.addCleanup(self.feeds.close)
        self.feeds.next_generation()
        listed = [harness.local_feed(fleet.feed, self.feeds.url(fleet.feed)) for fleet in self.fleets]
        hexes = [hex_ for fleet in self.fleets for hex_ in fleet.watch_hexes()]
        webhook = {"id": "desk", "url": self.receiver.url, "secret": {"env": "DESK_SECRET"}, "local": True,
                   "events": ["intake.*"]}
        config = self.write_config(listed, [{"id": "all", "hexes": hexes, "keep_raw": True}],
                                   status={"listen": self.listen}, webhooks=[webhook])
        return self.start_daemon(config, environment=environment)

    def wait_for_steps(self, count):
        """So many more answers of each feed are known to have been accepted."""
        wanted = {feed: min(self.feeds.steps, done + count) for feed, done in self.feeds.confirmed.items()}
        harness.wait_until(lambda: all(self.feeds.confirmed[feed] >= wanted[feed] for feed in wanted),
                           f"{count} more answers accepted")

    def metric(self, name):
        with urllib.request.urlopen(f"http://{self.listen}/metrics", timeout=20) as answer:
            return next(float(line.split()[1]) for line in answer.read().decode().splitlines()
                        if line.startswith(name + " "))

    def finish(self, daemon):
        """Every step is served, stored, and stored once."""
        harness.wait_until(self.feeds.is_done, "every step served")
        harness.wait_until(
            lambda: self.database.count("SELECT count(*) FROM skywitness.track_point") >= len(self.feeds.points()),
            "every point in PostgreSQL", step_s=0.5)
        self.stop_daemon(daemon)
        self.assert_same_set(self.database.points(), self.feeds.points(), "points")
        # An answer that a killed daemon never took was served again, and stands in the ledger once at least.
        self.assertGreaterEqual(self.database.count("SELECT count(DISTINCT body_sha256) FROM skywitness.poll"
                                                    " WHERE error IS NULL"), FEEDS * self.feeds.steps)
        self.assertEqual(self.database.count("SELECT count(*) FROM skywitness.quarantine"), 0)
        self.assertEqual(self.database.rows("SELECT DISTINCT point_count FROM skywitness.sighting"),
                         [(str(self.feeds.steps),)])

    # --- disk ---------------------------------------------------------------------------------------

    def mount_small_disk(self):
        if not hide_mounts():
            self.skipTest("only root may mount a small disk here; test_reload.py fills a journal up to its limit")
        disk = self.folder / "state"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", disk], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", disk])
        self.filler = disk / "filler"

    def fill_disk(self):
        block = bytes(1 << 16)
        with open(self.filler, "ab", buffering=0) as filler:
            while block:
                try:
                    filler.write(block)
                except OSError:
                    block = block[:len(block) // 2]

    def test_full_disk(self):
        self.mount_small_disk()
        daemon = self.start(16)
        self.wait_for_steps(2)
        self.fill_disk()
        daemon.wait_for_log("no feed is asked until there is room, and nothing accepted is lost")
        self.assertEqual(self.metric("skywitness_journal_full"), 1)
        # Told while it is full: the alert finds its room.
        told = harness.wait_until(self.receiver.all, "an alert while the disk is full")
        self.assertEqual([json.loads(request.body)["type"] for request in told], ["intake.stopped"])
        time.sleep(0.2)  # what was under way when it was noticed
        asked = self.feeds.requests
        time.sleep(2.5)
        # Unless what PostgreSQL has by now made room within the journal itself.
        if not daemon.matching("the journal has room again"):
            self.assertEqual(self.feeds.requests, asked, "asked while nothing can be kept")
        self.assertEqual(self.metric("skywitness_stuck"), 0)
        self.filler.unlink()
        daemon.wait_for_log("the journal has room again")
        self.wait_for_steps(2)
        self.assertEqual(self.metric("skywitness_journal_full"), 0)

        # Killed and started while it is full: it starts, and waits or lives on what it has.
        self.fill_disk()
        daemon.wait_for_log("no feed is asked until there is room", count=2)
        daemon.kill()
        self.fill_disk()
        daemon = self.start(None)
        daemon.wait_for_log("skywitnessd .* watches")
        time.sleep(2)
        self.assertTrue(daemon.is_running(), daemon.log())
        self.filler.unlink()
        self.finish(daemon)
        # One stop, over all that came and went of the room, and over the restart.
        self.assertEqual({request.id for request in self.receiver.all() if b'"intake.stopped"' in request.body},
                         {told[0].id})

    # --- descriptors ----------------------------------------------------------------------------------

    def cpu_s(self, daemon):
        fields = pathlib.Path(f"/proc/{daemon.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_no_descriptors(self):
        self.addCleanup(self.postgresql.start)
        daemon = self.start(9)
        self.wait_for_steps(2)
        pid = daemon.process.pid
        soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, hard))
        # Everybody wants one now: the feeds, the lost database, a scraper, a reload.
        self.postgresql.crash()
        self.postgresql.start()
        daemon.send(signal.SIGHUP)
        scraper = subprocess.Popen(["curl", "--silent", "--max-time", "30", "--output", "/dev/null",
                                    f"http://{self.listen}/metrics"])
        self.addCleanup(scraper.wait)
        before_s = self.cpu_s(daemon)
        time.sleep(4)
        self.assertTrue(daemon.is_running(), daemon.log())
        # A loop that is woken for what it cannot accept would burn whatever it gets: of 4 s, most.
        self.assertLess(self.cpu_s(daemon) - before_s, 1)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
        self.finish(daemon)

    # --- clock ----------------------------------------------------------------------------------------

    def set_clock(self, offset_s):
        new = self.clock.with_suffix(".new")
        new.write_text(f"{offset_s:+d}\n")
        new.rename(self.clock)

    def test_clock_is_set(self):
        library = find_library("*/faketime/libfaketimeMT.so.1")
        if library is None:
            self.skipTest("libfaketime is not installed")
        self.clock = self.folder / "clock"
        self.set_clock(0)
        # The runtime of the address sanitizer wants to be the first to be loaded, or not to care.
        sanitizers = os.environ.get("ASAN_OPTIONS", "")
        daemon = self.start(18, {
            "LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(self.clock), "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
            "ASAN_OPTIONS": f"{sanitizers}:verify_asan_link_order=0".lstrip(":")})
        self.wait_for_steps(2)
        for offset_s in (3 * 3600, -3 * 3600, 400 * 86400, 0):
            self.set_clock(offset_s)
            time.sleep(1.2)  # until it is noticed
            self.wait_for_steps(2)
        self.finish(daemon)
        # No point is dated by the clock that was wrong, and no sighting was cut in two by it.
        worst_s = self.database.value("SELECT max(abs(extract(epoch FROM received_at - observed_at)))"
                                      " FROM skywitness.track_point")
        self.assertLess(float(worst_s), harness.PATIENCE_S)
        self.assertEqual(self.database.count("SELECT count(*) FROM skywitness.sighting"), FEEDS * WATCHED)


if __name__ == "__main__":
    harness.main()
