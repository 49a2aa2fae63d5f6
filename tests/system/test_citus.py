#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tables that sql/citus.sql distributes keep Citus' rules. Citus is not in Debian, so its two functions are stood
in for, and the rules are read from the catalogue. The flights are those of the bundled sample: SYNTHETIC."""
import re

import harness

SCRIPT = (harness.ROOT / "sql/citus.sql").read_text()
SAMPLE = harness.ROOT / "config/sample/latakia-2025-10-synthetic.ndjson.gz"
CONFIG = harness.ROOT / "config/skywitness.json"
COLUMN = "icao24"
CALL = re.compile(r"create_distributed_table\('([\w.]+)', '(\w+)'(?:, colocate_with => '([\w.]+)')?\)")
DISTRIBUTED = {table: (column, beside) for table, column, beside in CALL.findall(SCRIPT)}
REFERENCES = set(re.findall(r"create_reference_table\('([\w.]+)'\)", SCRIPT))
# Tables that name an aircraft and stay on the coordinator: what is judged and what archives were read, by other keys.
STAY = {"skywitness_store." + name for name in ("evidence", "history_file", "history_heard")}
STAND_INS = """
CREATE TABLE public.distributed (name regclass, by_column text, beside text);
CREATE FUNCTION public.create_distributed_table(name regclass, by_column text, colocate_with text DEFAULT 'default')
RETURNS void LANGUAGE sql AS 'INSERT INTO public.distributed VALUES ($1, $2, $3)';
CREATE FUNCTION public.create_reference_table(name regclass) RETURNS void LANGUAGE sql AS 'SELECT'
"""


class CitusTest(harness.Scenario):
    def broken_rules(self):
        """What Citus would refuse of the tables as they are, partitions included."""
        names = ", ".join(f"'{table}'::regclass" for table in DISTRIBUTED)
        tables = (f"(SELECT oid FROM pg_class WHERE oid IN ({names}) UNION SELECT inhrelid FROM pg_inherits"
                  f" WHERE inhparent IN ({names}))")
        return (
            [f"unique index {row[0]} without {COLUMN}" for row in self.database.rows(
                "SELECT i.indexrelid::regclass FROM pg_index i WHERE (i.indisunique OR i.indisexclusion)"
                f" AND i.indrelid IN {tables} AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid"
                f" AND a.attname = '{COLUMN}' AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1]))")]
            + [f"foreign key {row[0]}" for row in self.database.rows(
                "SELECT conname || ' of ' || conrelid::regclass FROM pg_constraint WHERE contype = 'f'"
                f" AND (conrelid IN {tables} OR confrelid IN {tables})"
                " AND confrelid NOT IN (" + ", ".join(f"'{table}'::regclass" for table in REFERENCES) + ")")]
            + [f"trigger {row[0]}" for row in self.database.rows(
                f"SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN {tables}")]
            + [f"numbers of their own in {row[0]}" for row in self.database.rows(
                f"SELECT attrelid::regclass FROM pg_attribute WHERE attrelid IN {tables} AND attidentity <> ''"
                f" UNION SELECT adrelid::regclass FROM pg_attrdef WHERE adrelid IN {tables}"
                " AND pg_get_expr(adbin, adrelid) LIKE 'nextval%'")]
            + [f"{row[0]} may lack {COLUMN}" for row in self.database.rows(
                f"SELECT c.oid::regclass FROM pg_class c WHERE c.oid IN {tables} AND NOT EXISTS (SELECT FROM"
                f" pg_attribute a WHERE a.attrelid = c.oid AND a.attname = '{COLUMN}' AND a.attnotnull)")])

    def test_tables_keep_the_rules(self):
        self.assertGreaterEqual(len(DISTRIBUTED), 8)
        self.database.rows("SELECT skywitness_store.ensure_partitions('2025-10-24', '2025-10-26')")
        self.assertEqual(self.broken_rules(), [])
        self.assertEqual({column for column, _ in DISTRIBUTED.values()}, {COLUMN})
        first, *others = DISTRIBUTED
        self.assertEqual({DISTRIBUTED[table][1] for table in others}, {first})
        # Whatever else names an aircraft was thought about.
        named = {row[0] for row in self.database.rows(
            "SELECT c.oid::regclass FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            f" WHERE a.attname = '{COLUMN}' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            " AND c.relnamespace = 'skywitness_store'::regnamespace")}
        self.assertEqual(named - set(DISTRIBUTED) - STAY, set())

    def test_the_check_finds_what_is_wrong(self):
        for wrong in ("CREATE UNIQUE INDEX wrong ON skywitness_store.visit (visit_id)",
                      "ALTER TABLE skywitness_store.visit ADD CONSTRAINT wrong FOREIGN KEY (place)"
                      " REFERENCES skywitness_store.claim_check",
                      "ALTER TABLE skywitness_store.sighting ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY"):
            with self.subTest(wrong=wrong):
                self.database = self.postgresql.new_database()
                self.database.rows(wrong)
                self.assertEqual(len(self.broken_rules()), 1)

    def test_the_script_runs_and_what_it_replaces_does_the_same(self):
        self.replay(CONFIG, SAMPLE)
        before = self.database.sightings()
        self.assertGreater(len(before), 4)
        self.database.rows(STAND_INS)
        self.database.rows(SCRIPT)
        self.assertEqual(self.database.count("SELECT count(*) FROM public.distributed"), len(DISTRIBUTED))
        self.database.rows("UPDATE skywitness_store.sighting SET path = NULL, point_count = NULL, feeds = '{}'"
                           " WHERE state <> 'open'")
        self.assertNotEqual(self.database.sightings(), before)
        self.database.rows("SELECT skywitness_store.draw_sightings(array_agg(icao24), array_agg(sighting_id))"
                           " FROM skywitness_store.sighting")
        self.assertEqual(self.database.sightings(), before)


if __name__ == "__main__":
    harness.main()
