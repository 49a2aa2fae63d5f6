-- SPDX-License-Identifier: MIT
-- What is to be alerted about and did not come from the daemon's journal: verdicts, predictions that went by, and
-- what deriving anew changed. Written in the transaction that makes it true; a daemon takes it into its journal,
-- judges and delivers it from there, and deletes the row once the journal has it.

SET LOCAL ROLE skywitness_owner;

CREATE TABLE skywitness_store.pending_event (
    event_id uuid PRIMARY KEY, -- the alert's, made from what happened
    recorded_at timestamptz NOT NULL DEFAULT now(),
    event jsonb NOT NULL
);
CREATE INDEX pending_event_recorded_at ON skywitness_store.pending_event (recorded_at);

GRANT SELECT, INSERT, DELETE ON skywitness_store.pending_event TO skywitness_writer;

CREATE VIEW skywitness.pending_event AS
SELECT event_id, event->>'type' AS type, (event->>'happened_at')::timestamptz AS happened_at,
       event->>'subject' AS subject, recorded_at
FROM skywitness_store.pending_event;
COMMENT ON VIEW skywitness.pending_event IS
    'Events that no daemon has taken yet; the daemon does so within seconds, so rows that stay mean that none runs.';
