-- SPDX-License-Identifier: MIT
-- Archives that were fetched from a source and read whole, by the name of the release: 3 GiB that are not fetched
-- again. Its files are known one by one as well (history_file); they cannot be looked up before they are fetched.

SET LOCAL ROLE skywitness_owner;

CREATE TABLE skywitness_store.history_archive (
    feed text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    day date NOT NULL,
    read_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (feed, name)
);

GRANT SELECT, INSERT ON skywitness_store.history_archive TO skywitness_writer;
GRANT UPDATE ON skywitness_store.history_archive TO skywitness_writer;
