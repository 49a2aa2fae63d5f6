#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The soak: see bench/soak, which starts this. The first third is restless: the daemon is killed and stopped among
the other faults. The rest one process lives through, and its memory and descriptors are held against its own after
its warm-up. Then all is put right, what is under way is waited for, and it is counted."""
import argparse
import collections
import datetime
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time

import soak_feeds
from soak_check import Report, check_all
from soak_faults import FAULTS
from soak_feeds import harness
from soak_world import LIBFAKETIME, Hooks, Sampler, World

import live

# What counts as flat: an allocator's holes are no leak, nor is what the tracker remembers of each aircraft for a
# month, which bench/README.md puts at 2 kB, with the copy that is saved once a minute.
RSS_GROWTH_MAX_KIB = 8 << 10
RSS_GROWTH_AN_AIRCRAFT_KIB = 4
DESCRIPTOR_GROWTH_MAX = 4
STALL_GOAL_MS = 20  # the design's; only reported: on a busy machine the loop waits for its turn of the processor
RECOVERY_MAX_S = 120
STOP_MAX_S = 10


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60, help="with faults; what comes after is not counted (60)")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="of the faults' order and lengths")
    parser.add_argument("--aircraft", type=int, default=300, help="of each of the two feeds at any time (300)")
    parser.add_argument("--only", help="only faults whose name contains this")
    parser.add_argument("--keep", action="store_true", help="keep the folder with logs and journal")
    return parser.parse_args()


class Runner:
    def __init__(self, world, arguments, report):
        self.world, self.report = world, report
        self.dice = random.Random(arguments.seed)
        self.faults = [fault for fault in FAULTS if not arguments.only or arguments.only in fault.name]
        self.bag = []
        self.counts = collections.Counter()
        self.ended_at = {}
        self.worst_recovery = (0.0, "nothing")
        self.busiest, self.busiest_in = 0.0, "nothing"
        self.worst_stall_in = "nothing"

    def draw(self, restless, groups):
        """The next fault in a random order that lets each kind have its turn."""
        now = time.monotonic()
        for _ in range(2):
            for fault in self.bag:
                ready = now - self.ended_at.get(fault.group if fault.apart_s else None, -1e9) >= fault.apart_s
                if fault.group not in groups and (restless or not fault.restless) and ready:
                    self.bag.remove(fault)
                    return fault
            self.bag = self.dice.sample(self.faults, len(self.faults))
        return None

    def one_round(self, restless):
        """One fault, or two at the same time."""
        chosen = []
        for _ in range(2 if self.dice.random() < 0.3 else 1):
            fault = self.draw(restless, {other.group for other in chosen})
            if fault is not None:
                chosen.append(fault)
        lasting = sorted(((self.dice.uniform(*fault.lasts_s), fault) for fault in chosen), key=lambda row: row[0])
        print(f"{datetime.datetime.now():%H:%M:%S} " + " and ".join(f"{fault.name} for {lasts_s:.0f} s"
                                                                    for lasts_s, fault in lasting), flush=True)
        began = time.monotonic()
        cpu_s = self.world.keeper.cpu_s()
        generation = self.world.keeper.generation
        for _, fault in lasting:
            fault.begin(self.world, self.dice)
        for lasts_s, fault in lasting:
            time.sleep(max(0.0, began + lasts_s - time.monotonic()))
            self.note_busyness(cpu_s, began, generation, fault)
            fault.end(self.world)
            self.counts[fault.name] += 1
            for key in (fault.group, "process", "webhook") if fault.apart_s else ():
                self.ended_at[key] = time.monotonic()
        self.wait_for_recovery(" and ".join(fault.name for fault in chosen))

    def note_busyness(self, cpu_s, began, generation, fault):
        """A loop that spins is seen by its share of a processor while a fault lasts."""
        passed_s = time.monotonic() - began
        if fault.restless or passed_s < 5 or self.world.keeper.generation != generation:
            return
        share = (self.world.keeper.cpu_s() - cpu_s) / passed_s
        if share > self.busiest:
            self.busiest, self.busiest_in = share, fault.name

    def wait_for_recovery(self, what):
        """Until answers count again: each feed was asked, answered and asked again."""
        ended = time.monotonic()
        before = self.world.origin.asked_again()
        while self.world.origin.asked_again() < before + 2 * len(self.world.feeds):
            if time.monotonic() - ended > RECOVERY_MAX_S:
                self.report.expect(False, f"no recovery within {RECOVERY_MAX_S} s after {what}")
                return
            time.sleep(0.1)
        took_s = time.monotonic() - ended
        stall_ms = self.world.keeper.worst_stall_ms
        self.world.keeper.note_stall()
        if self.world.keeper.worst_stall_ms > stall_ms:
            self.worst_stall_in = what
        if took_s > self.worst_recovery[0]:
            self.worst_recovery = (took_s, what)

    def run(self, seconds):
        began = time.monotonic()
        last_life = None
        while time.monotonic() - began < seconds:
            restless = time.monotonic() - began < seconds / 3
            if not restless and last_life is None:
                # A fresh process, whose whole life is looked at.
                self.world.keeper.kill()
                self.world.keeper.start()
                last_life = time.monotonic()
            time.sleep(self.dice.uniform(2, 8))
            self.one_round(restless)
        return last_life or began


def settle(world, report):
    """All is well again: what is under way arrives. The clock is set forward to what waits for a later try."""
    world.feeds_end_at = time.monotonic()
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        waiting = world.database.rows("SELECT count(*), coalesce(ceil(extract(epoch FROM max(due_at) - now())), 0)"
                                      " FROM skywitness.delivery WHERE state = 'queued'")[0]
        metrics = world.keeper.metrics() or {}
        if waiting[0] == "0" and metrics.get("skywitness_store_lag_entries") == 0:
            return
        if int(waiting[1]) > max(30, world.clock.offset_s):
            print(f"{waiting[0]} deliveries wait up to {waiting[1]} s: the clock is set forward", flush=True)
            world.clock.set(int(waiting[1]) + 5)
        time.sleep(2)
    report.expect(False, f"not settled within 300 s: deliveries and seconds {waiting}, metrics {metrics}")


def judge_flatness(sampler, generation, lived_from, report):
    lived_until = time.monotonic()
    lived_s = lived_until - lived_from
    warm_until = lived_from + min(600, lived_s / 3)
    early = sampler.median_since(generation, warm_until - min(120, lived_s / 6), warm_until)
    late = sampler.median_since(generation, lived_until - min(120, lived_s / 6), lived_until)
    if early is None or late is None:
        report.expect(False, "the last process was not the one that lived to the end")
        return
    report.say(f"memory of the last process ({lived_s / 60:.0f} min): {early[0] / 1024:.1f} MiB with {early[2]} aircraft "
               f"after its warm-up, {late[0] / 1024:.1f} MiB with {late[2]} at the end; descriptors {early[1]} and "
               f"{late[1]}")
    allowed_kib = RSS_GROWTH_MAX_KIB + RSS_GROWTH_AN_AIRCRAFT_KIB * max(0, late[2] - early[2])
    report.expect(late[0] - early[0] <= allowed_kib, f"memory grew by {(late[0] - early[0]) / 1024:.1f} MiB, "
                  f"{allowed_kib / 1024:.1f} are allowed")
    report.expect(late[1] - early[1] <= DESCRIPTOR_GROWTH_MAX, f"{late[1] - early[1]} more descriptors")


def soak(folder, arguments, report):
    began_ms = int(time.time() * 1000)
    traffics = [soak_feeds.Traffic(f"soak-{n}", n, arguments.aircraft, began_ms) for n in range(2)]
    origin = soak_feeds.FeedOrigin(traffics, arguments.seed)
    front = soak_feeds.Front(folder, origin.port)
    world = World(folder, harness.postgresql().new_database(), front, [traffic.feed for traffic in traffics], Hooks())
    world.origin, world.postgresql, world.stops = origin, harness.postgresql(), []
    sampler = None
    try:
        world.keeper.start()
        world.keeper.thread.start()
        sampler = Sampler(world.keeper)
        runner = Runner(world, arguments, report)
        runner.wait_for_recovery("the start")
        lived_from = runner.run(arguments.minutes * 60)
        settle(world, report)
        generation = world.keeper.generation
        time.sleep(10)
        judge_flatness(sampler, generation, lived_from, report)
        origin.fault = "errors"  # no answer that is under way at the end
        time.sleep(3)
        world.stops.append(world.keeper.stop())
        tell(world, runner, sampler, arguments, report)
        check_all(world, runner.counts["disk full"], report)
    finally:
        if sampler is not None:
            sampler.ended.set()
        if world.keeper.daemon is not None and world.keeper.daemon.is_running():
            world.keeper.kill()
        world.close()
        front.stop()
        origin.close()


def tell(world, runner, sampler, arguments, report):
    loads = sampler.loads or [0]
    report.say(f"{arguments.minutes:g} minutes, seed {arguments.seed}, {sum(runner.counts.values())} faults, "
               f"{world.keeper.generation} lives of the daemon; load {sum(loads) / len(loads):.1f} "
               f"({min(loads):.1f} to {max(loads):.1f})")
    report.say("faults: " + ", ".join(f"{count} {name}" for name, count in sorted(runner.counts.items())))
    report.say(f"longest recovery {runner.worst_recovery[0]:.0f} s, after {runner.worst_recovery[1]}; worst stall of the "
               f"loop {world.keeper.worst_stall_ms:.1f} ms (goal {STALL_GOAL_MS} ms), seen after {runner.worst_stall_in}; busiest "
               f"{runner.busiest * 100:.0f} % of a processor, in {runner.busiest_in}")
    for end in world.keeper.unplanned:
        report.expect(False, f"the daemon ended by itself, {end}")
    for status, took_s in world.stops:
        report.expect(status == 0 and took_s <= STOP_MAX_S, f"SIGTERM: status {status} after {took_s:.1f} s")


def main():
    arguments = read_arguments()
    if LIBFAKETIME is None:
        sys.exit("libfaketime is missing: tests/support/install_packages.sh test")
    live.describe_machine()
    print(f"seed {arguments.seed}", flush=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="skywitness-soak-"))
    folder.chmod(0o755)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    report = Report()
    try:
        soak(folder, arguments, report)
    finally:
        if arguments.keep or report.losses:
            print(f"kept: {folder}", flush=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print("nothing was lost" if not report.losses else f"{len(report.losses)} things are wrong:", flush=True)
    for loss in report.losses:
        print(f"  {loss}")
    sys.exit(1 if report.losses else 0)


if __name__ == "__main__":
    main()
