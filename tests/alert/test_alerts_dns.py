#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Webhooks whose name servers never answer: the loop does not stall, and no other endpoint waits for them. Runs itself
anew in a network namespace with a mute name server, and is skipped where the kernel allows none."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/system"), str(ROOT / "tests/alert")]
import harness  # noqa: E402
import receivers  # noqa: E402
from alerts import Sky  # noqa: E402

MUTE = 6
COUNT = 30
# A loop that waits for a look-up waits for seconds: the resolver gives a server five of them. What is less than that
# is the machine's and the sanitizers' doing.
STALL_MAX_MS = 1500
SET_UP = ("ip link set lo up && folder=$(mktemp -d) && echo nameserver 127.0.0.1 > $folder/resolv.conf &&"
          " echo hosts: files dns > $folder/nsswitch.conf && mount --bind $folder/resolv.conf /etc/resolv.conf &&"
          " mount --bind $folder/nsswitch.conf /etc/nsswitch.conf")


class MuteNameServer:
    """Takes questions and answers none."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        self.asked = set()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            question = self.socket.recv(512)
            self.asked.add(bytes(question[12:]).split(b"\x00")[0][1:7])


class Names(harness.Scenario):
    def test_names_that_nobody_resolves(self):
        os.environ["DESK_SECRET"] = receivers.SECRET
        server, sky, receiver = MuteNameServer(), Sky(), receivers.Receiver()
        self.addCleanup(sky.server.close)
        self.addCleanup(receiver.close)
        wants = {"secret": {"env": "DESK_SECRET"}, "events": ["sighting.opened"], "quiet_s": 0}
        webhooks = [{"id": f"mute-{n}", "url": f"https://hook-{n}.example.org/in", **wants} for n in range(MUTE)]
        webhooks.append({"id": "good", "url": receiver.url, "local": True, **wants})
        config = self.write_config([harness.local_feed("sky", sky.server.url)], [{"id": "all", "types": ["A124"]}],
                                   webhooks=webhooks)
        daemon = self.start_daemon(config)
        sky.add(COUNT)
        harness.wait_until(lambda: len(server.asked) == MUTE, "each name was asked for")
        harness.wait_until(lambda: len(receiver.all()) >= COUNT, "the good one has all")
        # Still while these look-ups hang, and after they have failed.
        sky.add(COUNT)
        harness.wait_until(lambda: len(receiver.all()) >= 2 * COUNT, "the good one has all that came later")
        harness.wait_until(
            lambda: self.database.count("SELECT count(DISTINCT endpoint) FROM skywitness.delivery WHERE endpoint"
                                        " LIKE 'mute-%' AND state = 'queued' AND attempt >= 1 AND reason <> ''")
            == MUTE, "the mirror knows that their look-ups failed")
        self.assertEqual(len({request.id for request in receiver.all()}), 2 * COUNT)
        daemon.send(signal.SIGUSR1)
        line = daemon.wait_for_log("worst loop stall")
        self.assertLess(float(re.search(r"worst loop stall ([0-9.]+) ms", line)[1]), STALL_MAX_MS, line)
        # It ends in its time with look-ups under way.
        status, took_s = daemon.stop()
        self.assertEqual(status, 0, daemon.log())
        self.assertLess(took_s, 10 + harness.START_S)


def run_in_namespace():
    unshare = ["unshare", "-n", "-m"] if os.geteuid() == 0 else ["unshare", "-r", "-n", "-m"]
    if subprocess.run([*unshare, "true"], stderr=subprocess.DEVNULL).returncode != 0:
        print("skipped: no network namespace can be made here", file=sys.stderr)
        return harness.SKIPPED
    script = f'{{ {SET_UP}; }} || exit {harness.SKIPPED}; "$@"; status=$?; rm -r "$folder"; exit $status'
    return subprocess.run([*unshare, "sh", "-c", script, "sh", sys.executable, __file__, "inside"]).returncode


if __name__ == "__main__":
    if sys.argv[1:] != ["inside"]:
        sys.exit(run_in_namespace())
    sys.argv.pop()
    harness.main()
