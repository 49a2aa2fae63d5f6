-- SPDX-License-Identifier: MIT
-- Alerts and what became of them at each webhook. The daemon's journal is the truth; this is its mirror.

SET LOCAL ROLE skywitness_owner;

-- Stored once and never changed: the bytes that were, or would have been, sent.
CREATE TABLE skywitness_store.alert (
    alert_id uuid NOT NULL, -- made from what happened
    happened_at timestamptz NOT NULL,
    found_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    type text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL, -- an aircraft's address; else the feed's, claim's or webhook's id
    body text NOT NULL,
    PRIMARY KEY (alert_id)
);
CREATE INDEX alert_found_at ON skywitness_store.alert (found_at);
CREATE INDEX alert_subject ON skywitness_store.alert (subject, found_at);

-- The newest state of one alert at one webhook, also where its rule did not choose it: the reason says why.
CREATE TABLE skywitness_store.delivery (
    alert_id uuid NOT NULL,
    due_at timestamptz,
    delivered_at timestamptz,
    changed_at timestamptz NOT NULL DEFAULT now(),
    attempt integer NOT NULL,
    last_status integer,
    endpoint text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL
        CHECK (state IN ('queued', 'delivered', 'dead', 'not_sent', 'cancelled')),
    reason text,
    PRIMARY KEY (alert_id, endpoint)
) WITH (fillfactor = 80);
CREATE INDEX delivery_unfinished ON skywitness_store.delivery (endpoint, due_at)
    WHERE state IN ('queued', 'dead');

GRANT SELECT, INSERT ON skywitness_store.alert, skywitness_store.delivery TO skywitness_writer;
GRANT UPDATE ON skywitness_store.delivery TO skywitness_writer;

CREATE VIEW skywitness.alert AS
SELECT alert_id, type, happened_at, found_at, subject,
       (body::jsonb)->'data'->'aircraft'->>'icao24' AS icao24,
       (body::jsonb)->'data'->'aircraft'->>'registration' AS registration,
       (body::jsonb)->'data'->'place'->>'id' AS place,
       (body::jsonb)->'data'->>'grade' AS grade,
       (body::jsonb)->'data'->>'verb' AS verb,
       (body::jsonb)->'data'->>'summary' AS summary,
       ((body::jsonb)->'data'->>'sighting_id')::uuid AS sighting_id,
       ((body::jsonb)->'data'->>'visit_id')::uuid AS visit_id,
       ((body::jsonb)->'data'->>'replaces_alert_id')::uuid AS replaces_alert_id,
       body, recorded_at
FROM skywitness_store.alert;
COMMENT ON VIEW skywitness.alert IS 'What was found worth telling; body is the document as it is sent.';

CREATE VIEW skywitness.delivery AS
SELECT d.alert_id, d.endpoint, d.state, d.attempt, d.due_at, d.last_status, d.reason, d.delivered_at, d.changed_at,
       a.type, a.happened_at, a.found_at
FROM skywitness_store.delivery d LEFT JOIN skywitness_store.alert a USING (alert_id);
COMMENT ON VIEW skywitness.delivery IS
    'Each alert at each webhook: queued, delivered, dead (all tries failed), not_sent (the rule did not choose '
    'it), cancelled; reason says why, or what the last try met.';
