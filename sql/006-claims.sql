-- SPDX-License-Identifier: MIT
-- Reports, claims, and what the tracks say of them. Assessments are numbered; old ones stay as they were.

SET LOCAL ROLE skywitness_owner;

CREATE TABLE skywitness_store.report (
    report_id text COLLATE "C" PRIMARY KEY,
    publisher text NOT NULL,
    title text,
    published text,       -- as the report has it: a day, or a time
    published_at timestamptz,
    url text,
    derived_from text[] NOT NULL,
    source_reliability text NOT NULL CHECK (source_reliability IN ('A', 'B', 'C', 'D', 'E', 'F')),
    notes text,
    document text NOT NULL, -- the object as it was read
    imported_at timestamptz NOT NULL DEFAULT now()
);

-- A claim edited after it was assessed is a new version; the old one stays with its assessments.
CREATE TABLE skywitness_store.claim (
    claim_id text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    is_current boolean NOT NULL,
    statement text NOT NULL,
    event text COLLATE "C", -- claims about one event may contradict one another
    reports text[] NOT NULL,
    note text,
    document text NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (claim_id, version)
);
CREATE UNIQUE INDEX claim_current ON skywitness_store.claim (claim_id) WHERE is_current;

CREATE TABLE skywitness_store.clause (
    claim_id text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    position integer NOT NULL,
    clause_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    needed boolean NOT NULL,
    verb text,
    aircraft text NOT NULL, -- in words
    places text[] NOT NULL,
    window_from timestamptz, -- the union over the zones concerned
    window_to timestamptz,
    note text,
    PRIMARY KEY (claim_id, version, clause_id),
    FOREIGN KEY (claim_id, version) REFERENCES skywitness_store.claim ON DELETE CASCADE
);

-- Where and when a row can bear on a current claim; a region stands with each airfield in it, and an airframe
-- that a clause names stands as '@' and its address. What a new visit touches is found here.
CREATE TABLE skywitness_store.claim_reach (
    claim_id text COLLATE "C" NOT NULL,
    place text COLLATE "C" NOT NULL,
    reach_from timestamptz NOT NULL,
    reach_to timestamptz NOT NULL,
    PRIMARY KEY (claim_id, place)
);
CREATE INDEX claim_reach_place ON skywitness_store.claim_reach (place, reach_to, reach_from);

CREATE TABLE skywitness_store.claim_conflict (
    first_claim text COLLATE "C" NOT NULL,
    first_clause text COLLATE "C" NOT NULL,
    second_claim text COLLATE "C" NOT NULL,
    second_clause text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('dates', 'numbers', 'lengths')),
    PRIMARY KEY (first_claim, first_clause, second_claim, second_clause, kind)
);

CREATE TABLE skywitness_store.assessment (
    assessment_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    claim_id text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    number integer NOT NULL, -- of this claim: 1, 2, 3, ...
    as_of timestamptz NOT NULL,
    assessed_at timestamptz NOT NULL DEFAULT now(),
    verdict text COLLATE "C" NOT NULL,
    previous_verdict text COLLATE "C", -- of the assessment before it; NULL for the first
    likelihood text COLLATE "C" NOT NULL,
    confidence text COLLATE "C" NOT NULL,
    weakest_clause text COLLATE "C" NOT NULL,
    synthetic boolean NOT NULL, -- rests on made-up data
    report_count integer NOT NULL,
    independent_reports integer NOT NULL,
    feed_groups integer NOT NULL,
    source_reliability text NOT NULL,
    information_credibility text NOT NULL,
    document text NOT NULL, -- the whole of it as JSON
    essence bytea NOT NULL, -- SHA-256 of what makes the next one a new one when it differs
    UNIQUE (claim_id, number),
    FOREIGN KEY (claim_id, version) REFERENCES skywitness_store.claim
);

-- When each claim was last looked at, whether or not that changed anything.
CREATE TABLE skywitness_store.claim_check (
    claim_id text COLLATE "C" PRIMARY KEY,
    checked_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE skywitness_store.assessment_clause (
    assessment_id bigint NOT NULL REFERENCES skywitness_store.assessment,
    position integer NOT NULL,
    clause_id text COLLATE "C" NOT NULL,
    verdict text COLLATE "C" NOT NULL,
    likelihood text COLLATE "C" NOT NULL,
    confidence text COLLATE "C" NOT NULL,
    counted integer NOT NULL,
    weak integer NOT NULL,
    uncertain integer NOT NULL,
    hours integer NOT NULL,
    hours_observed integer NOT NULL,
    hours_covered_not_seen integer NOT NULL,
    hours_looked_no_cover integer NOT NULL,
    hours_not_looked integer NOT NULL,
    hours_synthetic integer NOT NULL,
    control_known integer, -- control sample of other arrivals
    control_seen integer,
    missed_max integer,    -- upper bound on arrivals missed, where there is one
    feed_groups integer NOT NULL,
    arithmetic text NOT NULL,
    would_change text,
    reasons jsonb NOT NULL,
    PRIMARY KEY (assessment_id, clause_id)
);

-- The rows a verdict rests on, copied: an old verdict can be checked although the row has changed since.
CREATE TABLE skywitness_store.evidence (
    assessment_id bigint NOT NULL REFERENCES skywitness_store.assessment,
    clause_id text COLLATE "C" NOT NULL,
    position integer NOT NULL,
    kind text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    visit_id uuid,
    sighting_id uuid,
    icao24 text COLLATE "C" NOT NULL,
    registration text,
    type_code text,
    place text COLLATE "C",
    grade text COLLATE "C",
    not_before timestamptz,
    not_after timestamptz,
    feeds text[] NOT NULL,
    synthetic boolean NOT NULL,
    PRIMARY KEY (assessment_id, clause_id, position)
);
CREATE INDEX evidence_visit ON skywitness_store.evidence (visit_id) WHERE visit_id IS NOT NULL;

-- An hour without a row was not looked at.
CREATE TABLE skywitness_store.coverage_hour (
    hour timestamptz NOT NULL,
    computed_at timestamptz NOT NULL DEFAULT now(),
    polls_due integer NOT NULL, -- five-minute slots of the hour
    polls_ok integer NOT NULL,  -- slots with a good answer, of the feed that had most
    others_low integer NOT NULL,
    lowest_other_ft integer,
    synthetic boolean NOT NULL DEFAULT false, -- some of its answers are made up
    place text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL
        CHECK (state IN ('observed', 'covered_not_seen', 'looked_no_cover', 'not_looked')),
    source text COLLATE "C" NOT NULL DEFAULT 'ledger', -- or the archive that it was made from
    PRIMARY KEY (place, hour)
);
CREATE INDEX coverage_hour_computed_at ON skywitness_store.coverage_hour (computed_at);

-- Arrivals of other traffic that are known to have happened, and how many of them were seen.
CREATE TABLE skywitness_store.control_sample (
    place text COLLATE "C" NOT NULL,
    from_day date NOT NULL,
    to_day date NOT NULL,
    known integer NOT NULL CHECK (known >= 0),
    seen integer NOT NULL CHECK (seen BETWEEN 0 AND known),
    source text NOT NULL, -- whence it is known: a timetable, an airport's page
    PRIMARY KEY (place, from_day, to_day, source)
);

GRANT SELECT, INSERT ON skywitness_store.report, skywitness_store.claim, skywitness_store.clause,
    skywitness_store.claim_reach, skywitness_store.claim_conflict, skywitness_store.assessment,
    skywitness_store.claim_check, skywitness_store.assessment_clause, skywitness_store.evidence,
    skywitness_store.coverage_hour, skywitness_store.control_sample TO skywitness_writer;
-- Assessments and their evidence are never changed; the rest follows the files and the ledger.
GRANT UPDATE ON skywitness_store.report, skywitness_store.claim, skywitness_store.claim_check,
    skywitness_store.coverage_hour, skywitness_store.control_sample TO skywitness_writer;
GRANT DELETE ON skywitness_store.clause, skywitness_store.claim_reach, skywitness_store.claim_conflict,
    skywitness_store.coverage_hour, skywitness_store.control_sample TO skywitness_writer;

CREATE VIEW skywitness.report AS
SELECT report_id, publisher, title, published, url, derived_from, source_reliability, notes, published_at,
       imported_at
FROM skywitness_store.report;

CREATE VIEW skywitness.claim AS
SELECT claim_id, version, is_current, statement, event, reports, note, imported_at, document::jsonb AS document
FROM skywitness_store.claim;

CREATE VIEW skywitness.clause AS
SELECT claim_id, version, clause_id, kind, needed, verb, aircraft, places, window_from, window_to, note, position
FROM skywitness_store.clause;

CREATE VIEW skywitness.assessment AS
SELECT assessment_id, claim_id, version, number, as_of, assessed_at, verdict, previous_verdict, likelihood,
       confidence, weakest_clause, synthetic, report_count, independent_reports, feed_groups,
       source_reliability, information_credibility, document::jsonb AS document
FROM skywitness_store.assessment;
COMMENT ON VIEW skywitness.assessment IS
    'Every verdict ever given, numbered for each claim. likelihood is of what is claimed; confidence is in the '
    'judgement: the two are not to be mixed.';

CREATE VIEW skywitness.assessment_clause AS
SELECT assessment_id, clause_id, verdict, likelihood, confidence, counted, weak, uncertain, hours,
       hours_observed, hours_covered_not_seen, hours_looked_no_cover, hours_not_looked, hours_synthetic,
       control_known, control_seen, missed_max, feed_groups, arithmetic, would_change, reasons, position
FROM skywitness_store.assessment_clause;

CREATE VIEW skywitness.evidence AS
SELECT assessment_id, clause_id, kind, role, visit_id, sighting_id, icao24, registration, type_code, place, grade,
       not_before, not_after, feeds, synthetic, position
FROM skywitness_store.evidence;

CREATE VIEW skywitness.coverage_hour AS
SELECT place, hour, state, polls_due, polls_ok, others_low, lowest_other_ft, source, synthetic, computed_at
FROM skywitness_store.coverage_hour;
COMMENT ON VIEW skywitness.coverage_hour IS
    'Could we have seen it? An hour without a row was not looked at. polls_due counts the five-minute slots of '
    'the hour, polls_ok those with a good answer.';

CREATE VIEW skywitness.control_sample AS
SELECT place, from_day, to_day, known, seen, source FROM skywitness_store.control_sample;

-- The newest assessment of each current claim; verdict is NULL before the first.
CREATE VIEW skywitness.claim_status AS
SELECT c.claim_id, c.statement, a.verdict, a.confidence, a.assessed_at, a.assessment_id, a.likelihood, a.number,
       a.synthetic, a.weakest_clause, a.report_count, a.independent_reports, a.feed_groups,
       a.source_reliability, a.information_credibility, c.version, a.version AS assessed_version, c.reports,
       k.checked_at
FROM skywitness_store.claim c
LEFT JOIN LATERAL (SELECT * FROM skywitness_store.assessment a WHERE a.claim_id = c.claim_id
                   ORDER BY a.number DESC LIMIT 1) a ON true
LEFT JOIN skywitness_store.claim_check k ON k.claim_id = c.claim_id
WHERE c.is_current;
COMMENT ON VIEW skywitness.claim_status IS 'Each claim with its newest assessment.';

-- Reports that cannot all be right about one event. No evidence is needed to see it, and none is taken.
CREATE VIEW skywitness.report_conflict AS
SELECT c.event, x.kind, first_report.id AS first_report, x.first_claim, c.statement AS first_statement,
       second_report.id AS second_report, x.second_claim, d.statement AS second_statement, x.first_clause,
       x.second_clause
FROM skywitness_store.claim_conflict x
JOIN skywitness_store.claim c ON c.claim_id = x.first_claim AND c.is_current
JOIN skywitness_store.claim d ON d.claim_id = x.second_claim AND d.is_current
CROSS JOIN LATERAL unnest(c.reports) AS first_report (id)
CROSS JOIN LATERAL unnest(d.reports) AS second_report (id)
WHERE first_report.id <> second_report.id;
COMMENT ON VIEW skywitness.report_conflict IS
    'Pairs of reports whose statements about one event exclude one another by date, number or length.';

-- Points that an assessment rests on must outlive their time.
CREATE FUNCTION skywitness_store.hold_evidence(assessment bigint) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO skywitness_store.held_day (day, reason)
    SELECT DISTINCT (time AT TIME ZONE 'UTC')::date, 'assessment ' || assessment
    FROM skywitness_store.evidence e
    LEFT JOIN skywitness_store.visit v ON v.icao24 = e.icao24 AND v.visit_id = e.visit_id
    LEFT JOIN skywitness_store.sighting s ON s.icao24 = e.icao24
        AND s.sighting_id IN (e.sighting_id, v.sighting_in, v.sighting_out)
    CROSS JOIN LATERAL generate_series(date_trunc('day', s.first_seen AT TIME ZONE 'UTC') AT TIME ZONE 'UTC',
                                       s.last_seen, interval '1 day') AS days (time)
    WHERE e.assessment_id = assessment AND s.sighting_id IS NOT NULL
    ON CONFLICT DO NOTHING;
END;
REVOKE EXECUTE ON FUNCTION skywitness_store.hold_evidence(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION skywitness_store.hold_evidence(bigint) TO skywitness_writer;
