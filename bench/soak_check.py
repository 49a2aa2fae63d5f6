# SPDX-License-Identifier: MIT
"""After the soak: was anything lost, was anything stored twice? Each check adds a line to the report and, where it
finds something, one to the losses."""
import contextlib
import json
import os
import sqlite3
import subprocess

from soak_feeds import harness

POINTS_SQL = """COPY (SELECT icao24 || '|' || round(extract(epoch FROM observed_at) * 1000)::bigint || '|' || feed || '|'
 || round(latitude::numeric, 6) || '|' || round(longitude::numeric, 6) || '|' || coalesce(altitude_baro_ft::text, '')
 FROM skywitness.track_point) TO STDOUT"""


class Report:
    def __init__(self):
        self.lines, self.losses = [], []

    def say(self, line):
        self.lines.append(line)
        print(line, flush=True)

    def expect(self, good, what):
        if not good:
            self.losses.append(what)
            print(f"WRONG: {what}", flush=True)


def check_answers(world, report):
    """Every answer that counts is in the ledger once. Returns those whose rows are good."""
    by_digest = {handed.sha256: handed for handed in world.origin.handed}
    rows = world.database.rows("SELECT encode(body_sha256, 'hex'), count(*) FROM skywitness.poll WHERE error IS NULL"
                               " GROUP BY 1")
    ledger = {digest for digest, _ in rows}
    whole = world.front.sent_whole()
    # The daemon asks a feed again only after the answer before was committed; so an answer that went out whole
    # and was followed by a question of the same process was accepted.
    accepted = {handed.sha256 for handed in world.origin.handed if handed.asked_again and handed.number in whole}
    refused = {row[0] for row in world.database.rows("SELECT DISTINCT encode(body_sha256, 'hex') FROM skywitness.poll"
                                                     " WHERE error IS NOT NULL AND body_sha256 IS NOT NULL")}
    failed = world.database.count("SELECT count(*) FROM skywitness.poll WHERE error IS NOT NULL")
    unknown = len(ledger - set(by_digest))
    lost = [by_digest[digest] for digest in accepted - ledger - refused]
    doubled = sum(int(count) - 1 for _, count in rows)
    report.say(f"answers: {len(by_digest)} handed out, {len(ledger)} accepted by the ledger, {len(refused & set(by_digest))} "
               f"refused by it, {failed} failed polls; lost {len(lost)}, doubled {doubled}")
    report.expect(not lost, f"answers without a row: {[(h.number, h.feed, h.generation) for h in lost[:5]]}")
    report.expect(doubled == 0, f"{doubled} answers stand in the ledger twice")
    report.expect(unknown == 0, f"{unknown} answers in the ledger that nobody gave")
    return [by_digest[digest] for digest in ledger if digest in by_digest]


def sort_file(path):
    subprocess.run(["sort", "-o", path, path], check=True, env={**os.environ, "LC_ALL": "C"})


def count_lines(command):
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, "LC_ALL": "C"})
    lines = done.stdout.splitlines()
    return len(lines), lines[:3]


def check_points(world, accepted, report):
    """The points of the accepted answers, all of them and nothing else, each once."""
    wanted, stored = world.folder / "points-wanted", world.folder / "points-stored"
    with open(wanted, "w", encoding="ascii") as file:
        for handed in accepted:
            file.writelines(world.origin.traffics[handed.feed].point_lines(handed.now_ms))
    with open(stored, "w", encoding="ascii") as file:
        subprocess.run(["psql", "-X", "-q", "-d", world.database.name, "-c", POINTS_SQL], check=True, stdout=file)
    for path in (wanted, stored):
        sort_file(path)
    count = world.database.count("SELECT count(*) FROM skywitness.track_point")
    lost, lost_such = count_lines(["comm", "-23", wanted, stored])
    extra, extra_such = count_lines(["comm", "-13", wanted, stored])
    doubled, _ = count_lines(["uniq", "-d", stored])
    report.say(f"points: {count} stored; lost {lost}, doubled {doubled}, of nobody's answer {extra}")
    report.expect(lost == 0, f"{lost} points are missing, such as {lost_such}")
    report.expect(doubled == 0, f"{doubled} points are stored twice")
    report.expect(extra == 0, f"{extra} points come from no accepted answer, such as {extra_such}")


def check_journal(world, report):
    """PostgreSQL has come to the journal's end, and nothing was put aside."""
    path = world.disk.folder / "state" / "journal.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as journal:
        journal_id, = journal.execute("SELECT journal_id FROM identity").fetchone()
        last, = journal.execute("SELECT coalesce(max(sequence), 0) FROM entry").fetchone()
        whole, = journal.execute("PRAGMA integrity_check").fetchone()
    rows = world.database.rows("SELECT journal_id, sequence FROM skywitness_store.journal_cursor")
    quarantined = world.database.count("SELECT count(*) FROM skywitness.quarantine")
    report.say(f"journal: {last} entries given out, PostgreSQL has {rows[0][1] if rows else 0}; quarantined {quarantined}; "
               f"integrity {whole}")
    report.expect(rows == [(journal_id, str(last))], f"cursors {rows}, journal {journal_id} at {last}")
    report.expect(quarantined == 0, f"{quarantined} rows in quarantine")
    report.expect(whole == "ok", f"the journal's file: {whole}")


def check_sightings(world, accepted, report):
    """Every aircraft that an accepted answer names has a sighting, every sighting its alert."""
    named = {line.split("|", 1)[0] for handed in accepted
             for line in world.origin.traffics[handed.feed].point_lines(handed.now_ms)}
    seen = {row[0] for row in world.database.rows("SELECT DISTINCT icao24 FROM skywitness.sighting")}
    sightings = {row[0] for row in world.database.rows("SELECT sighting_id FROM skywitness.sighting")}
    told = {row[0] for row in world.database.rows("SELECT DISTINCT sighting_id FROM skywitness.alert"
                                                  " WHERE type = 'sighting.opened'")}
    visits = world.database.count("SELECT count(*) FROM skywitness.visit")
    report.say(f"sightings: {len(sightings)} of {len(named)} aircraft, {visits} visits")
    report.expect(named == seen, f"{len(named - seen)} aircraft without a sighting, {len(seen - named)} without an answer")
    report.expect(sightings == told, f"{len(sightings - told)} sightings were not alerted, such as "
                  f"{sorted(sightings - told)[:3]}; {len(told - sightings)} alerts of no sighting")


def check_deliveries(world, report):
    """What was chosen for a webhook came there, always under one id with the bytes that are stored."""
    bodies = dict(world.database.rows("SELECT alert_id, encode(convert_to(body, 'UTF8'), 'hex') FROM skywitness.alert"))
    by_type = dict(world.database.rows("SELECT type, count(*) FROM skywitness.alert GROUP BY 1 ORDER BY 1"))
    report.say(f"alerts: {len(bodies)} ({', '.join(f'{count} {type_}' for type_, count in by_type.items())})")
    unsent = world.database.rows("SELECT type, reason, count(*) FROM skywitness.delivery WHERE state = 'not_sent'"
                                 " GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 5")
    for type_, reason, count in unsent:
        report.say(f"  not sent: {count} {type_}: {reason}")
    for name, receiver in world.hooks.receivers.items():
        states = dict(world.database.rows(f"SELECT state, count(*) FROM skywitness.delivery WHERE endpoint = '{name}'"
                                          " GROUP BY 1"))
        chosen = {row[0] for row in world.database.rows(f"SELECT alert_id FROM skywitness.delivery WHERE endpoint = '{name}'"
                                                        " AND state <> 'not_sent'")}
        came, other_bytes, unsigned = {}, 0, 0
        for request in receiver.all():
            came[request.id] = came.get(request.id, 0) + 1
            other_bytes += request.body.hex() != bodies.get(request.id)
            other_bytes += json.loads(request.body)["data"]["alert_id"] != request.id
        lost = chosen - set(came)
        report.say(f"webhook {name}: {len(chosen)} chosen, {len(came)} came in {sum(came.values())} requests; lost {len(lost)}, "
                   f"with other bytes {other_bytes}; {states}")
        report.expect(not lost, f"{name}: {len(lost)} alerts never came, such as {sorted(lost)[:3]}")
        report.expect(other_bytes == 0, f"{name}: {other_bytes} requests with other bytes than are stored")
        report.expect(set(came) <= set(bodies), f"{name}: {len(set(came) - set(bodies))} ids that PostgreSQL does not know")
        report.expect(int(states.get("delivered", 0)) == len(chosen), f"{name}: not all delivered: {states}")


def check_intake(world, disks_full, report):
    """A full disk that stops intake is told of, and that it is over: stops within a minute are one. A short one need not
    stop it, since the journal writes into room that it has."""
    stops = (world.folder / "daemon.log").read_text().count("no feed is asked until there is room")
    kinds = [type_ for type_, in world.database.rows("SELECT type FROM skywitness.alert")]
    stopped, resumed = kinds.count("intake.stopped"), kinds.count("intake.resumed")
    report.say(f"intake: {disks_full} times the disk was full, which stopped it {stops} times; {stopped} times it was told, and "
               f"{resumed} times that it goes on")
    report.expect((stopped > 0) == (stops > 0) and stopped <= max(1, stops), f"{stopped} alerts of {stops} stops")
    report.expect(resumed == stopped, f"{resumed} alerts of an end, {stopped} of a stop")


def check_all(world, disks_full, report):
    accepted = check_answers(world, report)
    check_points(world, accepted, report)
    check_journal(world, report)
    check_sightings(world, accepted, report)
    check_deliveries(world, report)
    check_intake(world, disks_full, report)


__all__ = ["Report", "check_all", "harness"]
