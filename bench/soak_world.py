# SPDX-License-Identifier: MIT
"""What surrounds the daemon in the soak, each with a way to break: its disk, its clock, its webhooks; and the keeper
who starts it again when it was killed, as systemd would."""
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "alert"))
import receivers  # noqa: E402
from soak_feeds import harness  # noqa: E402

LIBFAKETIME = next(iter(sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
# Descriptors beside those in use now that are left when they are made scarce: not one.
DISK_MIB = 48


class Disk:
    """A tmpfs of our own mount namespace, with the state directory on it."""

    def __init__(self, folder):
        self.folder = folder
        self.filler = folder / "filler"
        folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", folder], check=True)

    def fill(self):
        block = bytes(1 << 16)
        with open(self.filler, "ab", buffering=0) as filler:
            while block:
                try:
                    filler.write(block)
                except OSError:
                    block = block[:len(block) // 2]  # to the last byte

    def empty(self):
        self.filler.unlink(missing_ok=True)

    def close(self):
        subprocess.run(["umount", "-l", self.folder], check=False)


class Clock:
    """The daemon's wall clock: the machine's plus an offset that may change at any time (libfaketime). Its
    monotonic clock stays true, as the kernel's does when somebody sets the time."""

    def __init__(self, folder):
        self.path = folder / "clock"
        self.offset_s = 0
        self.set(0)
        self.environment = {
            "LD_PRELOAD": str(LIBFAKETIME), "FAKETIME_TIMESTAMP_FILE": str(self.path), "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1", "FAKETIME_DONT_RESET": "1"}

    def set(self, offset_s):
        new = self.path.with_suffix(".new")
        new.write_text(f"{offset_s:+d}\n")
        new.rename(self.path)
        self.offset_s = offset_s


class Hooks:
    """Two webhooks: `desk`, which can be made to fail, and `spare`, which is well all the time."""

    def __init__(self):
        os.environ["SOAK_SECRET"] = receivers.SECRET
        self.receivers = {name: receivers.Receiver() for name in ("desk", "spare")}

    def config(self):
        return [{"id": name, "url": receiver.url, "secret": {"env": "SOAK_SECRET"}, "local": True, "quiet_s": 0,
                 "events": ["sighting.opened", "visit.*", "feed.*", "intake.*"]}
                for name, receiver in self.receivers.items()]

    def behave(self, behaviour):
        self.receivers["desk"].behave = behaviour or receivers.answer(204)

    def close(self):
        for receiver in self.receivers.values():
            receiver.close()


class Keeper:
    """Starts the daemon, and starts it again when it ends by itself, which is counted."""

    def __init__(self, world):
        self.world = world
        self.generation = 0
        self.lives = []  # (started at, worst stall in ms)
        self.unplanned = []
        self.daemon = None
        self.expected_end = False
        self.lock = threading.RLock()
        self.worst_stall_ms = 0.0
        self.aircraft = 0  # that the daemon remembers
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def start(self):
        with self.lock:
            self.generation += 1
            self.expected_end = False
            self.world.write_config(self.generation)
            self.daemon = harness.Daemon(self.world.config_path, environment=self.world.clock.environment)
            self.started = time.monotonic()

    def _watch(self):
        while not self.ended.wait(0.5):
            with self.lock:
                if self.expected_end or self.daemon is None or self.daemon.is_running():
                    continue
                self.unplanned.append(f"status {self.daemon.process.returncode}:\n" + "\n".join(self.daemon.lines[-6:]))
                self._bury()
                time.sleep(1)
                self.start()

    def _bury(self):
        self.world.keep_log(self.generation, self.daemon)
        self.daemon.close()
        self.daemon.reader.join(10)
        self.daemon.process.stderr.close()

    def kill(self):
        with self.lock:
            self.expected_end = True
            self.note_stall()
            self.daemon.process.kill()
            self.daemon.process.wait()
            self._bury()

    def stop(self):
        """SIGTERM; returns (exit status, seconds)."""
        with self.lock:
            self.expected_end = True
            self.note_stall()
            began = time.monotonic()
            self.daemon.process.terminate()
            status = self.daemon.process.wait(60)
            self._bury()
            return status, time.monotonic() - began

    def reload(self):
        self.daemon.send(signal.SIGHUP)

    @property
    def pid(self):
        return self.daemon.process.pid

    def metrics(self):
        """The daemon's own figures, or None when it does not answer."""
        try:
            with urllib.request.urlopen(f"http://{self.world.listen}/metrics", timeout=2) as answer:
                text = answer.read().decode()
        except OSError:
            return None
        return {name: float(value) for name, value in re.findall(r"^(\w+) ([0-9.e+-]+)$", text, re.MULTILINE)}

    def note_stall(self):
        found = self.metrics()
        if found:
            self.worst_stall_ms = max(self.worst_stall_ms, found["skywitness_loop_stall_worst_seconds"] * 1000)
            self.aircraft = int(found["skywitness_aircraft_tracked"])

    def resident_kib(self):
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.pid}/status").read_text()).group(1))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def cpu_s(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def limit_descriptors(self, scarce):
        _, hard = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)
        # The lowest number that is free is above every open one only if there are no holes: fill none, forbid all.
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (3 if scarce else min(hard, 1024), hard))


class Sampler:
    """Memory, descriptors and the machine's load every few seconds."""

    INTERVAL_S = 5

    def __init__(self, keeper):
        self.keeper = keeper
        self.rows = []  # (monotonic time, generation, KiB, descriptors, aircraft)
        self.loads = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        turn = 0
        while not self.ended.wait(self.INTERVAL_S):
            turn += 1
            try:
                self.rows.append((time.monotonic(), self.keeper.generation, self.keeper.resident_kib(),
                                  self.keeper.descriptors(), self.keeper.aircraft))
            except (OSError, AttributeError):
                continue  # between two lives
            self.loads.append(os.getloadavg()[0])
            if turn % 4 == 0:
                self.keeper.note_stall()

    def median_since(self, generation, from_s, until_s):
        """Median KiB, descriptors and aircraft of one life between two monotonic times."""
        rows = [row for row in self.rows if row[1] == generation and from_s <= row[0] <= until_s]
        if not rows:
            return None
        return [sorted(row[column] for row in rows)[len(rows) // 2] for column in (2, 3, 4)]


class World:
    """All of it in one folder."""

    def __init__(self, folder, database, front, feeds, hooks):
        self.folder, self.database, self.front, self.feeds, self.hooks = folder, database, front, feeds, hooks
        self.disk = Disk(folder / "disk")
        self.clock = Clock(folder)
        self.listen = f"127.0.0.1:{harness.free_port()}"
        self.config_path = folder / "skywitness.json"
        self.interval_s = 2
        self.keeper = Keeper(self)

    def write_config(self, generation):
        feeds = [harness.local_feed(feed, f"http://127.0.0.1:{self.front.port}/{generation}/{feed}",
                                    interval_s=self.interval_s) for feed in self.feeds]
        config = {"database": self.database.uri("skywitness_writer"), "state_directory": str(self.disk.folder / "state"),
                  "watch": [{"id": "all", "types": ["A124"], "keep_raw": True}], "feeds": feeds,
                  "places": [str(harness.ROOT / "config/places/*.json")], "webhooks": self.hooks.config(),
                  "status": {"listen": self.listen}}
        new = self.config_path.with_suffix(".new")
        new.write_text(json.dumps(config, indent=1))
        new.rename(self.config_path)

    def write_bad_config(self):
        self.config_path.write_text('{"feeds": [ this is no configuration')

    def keep_log(self, generation, daemon):
        with open(self.folder / "daemon.log", "a", encoding="utf-8") as log:
            log.writelines(f"{generation}: {line}\n" for line in daemon.lines)

    def close(self):
        self.keeper.ended.set()
        self.disk.close()
        self.hooks.close()
