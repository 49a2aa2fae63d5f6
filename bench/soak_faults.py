# SPDX-License-Identifier: MIT
"""What goes wrong in the soak: one row a kind. A fault begins, lasts and ends; what it changed is then as before."""
from soak_feeds import FEED_FAULTS
from soak_world import receivers


class Fault:
    """`restless` ones end the daemon's process; `apart_s` is how long two of the kind must lie apart."""

    def __init__(self, name, begin, end, lasts_s, group, restless=False, apart_s=0):
        self.name, self.begin, self.end, self.lasts_s = name, begin, end, lasts_s
        self.group, self.restless, self.apart_s = group, restless, apart_s


def feed_fault(name):
    def begin(world, _dice):
        world.origin.fault = name

    def end(world):
        world.origin.fault = None
    return Fault(f"feed: {name}", begin, end, (4, 14), "feed")


def clock_fault(name, offset_s):
    def begin(world, _dice):
        world.clock.set(offset_s)

    def end(world):
        world.clock.set(0)
    return Fault(f"clock: {name}", begin, end, (10, 30), "clock")


def postgresql_fault(name, mode, lasts_s):
    def begin(world, _dice):
        world.postgresql.control("stop", mode)

    def end(world):
        world.postgresql.start()
    return Fault(f"PostgreSQL: {name}", begin, end, lasts_s, "database")


def begin_full_disk(world, _dice):
    world.disk.fill()


def end_full_disk(world):
    world.disk.empty()


def begin_scarce_descriptors(world, _dice):
    world.cpu_before_s = world.keeper.cpu_s()
    world.keeper.limit_descriptors(True)


def end_scarce_descriptors(world):
    world.keeper.limit_descriptors(False)


# A retry that fails twice waits five minutes for its third try: the next such fault comes later than that.
WEBHOOK_APART_S = 420


def begin_webhook(world, dice):
    world.hooks.behave(dice.choice([receivers.answer(500), receivers.hang(20), receivers.close_in_the_middle,
                                    receivers.answer(429, {"Retry-After": "5"})]))


def end_webhook(world):
    world.hooks.behave(None)


def begin_kill(world, _dice):
    world.keeper.kill()


def begin_stop(world, _dice):
    status, took_s = world.keeper.stop()
    world.stops.append((status, took_s))


def end_by_starting(world):
    world.keeper.start()


def begin_reload(world, dice):
    world.interval_s = dice.choice([1, 2])
    world.write_config(world.keeper.generation)
    world.keeper.reload()


def end_reload(world):
    world.interval_s = 2
    world.write_config(world.keeper.generation)
    world.keeper.reload()


def begin_bad_reload(world, _dice):
    world.write_bad_config()
    world.keeper.reload()


def begin_front(world, _dice):
    world.front.stop()


def end_front(world):
    world.front.start()


FAULTS = [
    *(feed_fault(name) for name in FEED_FAULTS),
    Fault("feed: server restarts", begin_front, end_front, (1, 6), "feed"),
    postgresql_fault("fast restart", "fast", (0, 1)),
    postgresql_fault("immediate restart", "immediate", (0, 1)),
    postgresql_fault("away", "immediate", (10, 30)),
    clock_fault("3 h ahead", 3 * 3600),
    clock_fault("3 h behind", -3 * 3600),
    clock_fault("400 days ahead", 400 * 86400),
    clock_fault("7 s ahead", 7),
    clock_fault("7 s behind", -7),
    Fault("disk full", begin_full_disk, end_full_disk, (8, 30), "disk"),
    Fault("no descriptors", begin_scarce_descriptors, end_scarce_descriptors, (6, 20), "process",
          apart_s=WEBHOOK_APART_S),
    Fault("webhook dead", begin_webhook, end_webhook, (10, 25), "webhook", apart_s=WEBHOOK_APART_S),
    Fault("reload", begin_reload, end_reload, (4, 12), "process"),
    Fault("reload of a broken file", begin_bad_reload, end_reload, (1, 4), "process"),
    Fault("killed", begin_kill, end_by_starting, (0, 3), "process", restless=True),
    Fault("stopped", begin_stop, end_by_starting, (0, 3), "process", restless=True),
]
