-- server/store/migrations/0001_initial.sql  (released: never edit, add 0002)
--
-- Results are append-only. One row per result; what is the same for a batch
-- (worker, attempt, times) is in one audit row per batch. `result` has no rowid:
-- one tree costs 10 to 14 % less CPU per row than a table and a unique index,
-- and the order of commit is that of `batch`.

CREATE TABLE study (
  id INTEGER PRIMARY KEY,         -- in order of creation
  name TEXT NOT NULL UNIQUE,      -- `{study}` of `studies/{study}`
  request_id TEXT UNIQUE,         -- of the client's create request, if it had one
  spec BLOB NOT NULL,             -- serialised dynarch.v1.StudySpec
  state INTEGER NOT NULL,         -- dynarch.v1.Study.State
  lease_epoch INTEGER NOT NULL,   -- fences leases given before a restart
  create_time_us INTEGER NOT NULL,  -- microseconds since 1970, UTC
  end_time_us INTEGER             -- set when DONE or CANCELLED
) STRICT;

CREATE TABLE artifact (
  sha256 TEXT PRIMARY KEY,        -- 64 lower-case hexadecimal digits
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE result (
  study INTEGER NOT NULL REFERENCES study (id),
  candidate INTEGER NOT NULL,     -- mixed-radix index in the study's space
  state INTEGER NOT NULL,         -- dynarch.v1.Trial.State
  reason TEXT,                    -- code when not SUCCEEDED
  metrics BLOB,                   -- little-endian doubles in the study's order,
                                  -- NaN where absent; set when SUCCEEDED
  PRIMARY KEY (study, candidate)  -- a result is recorded exactly once
) STRICT, WITHOUT ROWID;

CREATE TABLE batch (
  id INTEGER PRIMARY KEY,         -- in order of commit
  study INTEGER NOT NULL REFERENCES study (id),
  lease INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  worker TEXT NOT NULL,
  attempt INTEGER NOT NULL,       -- 1 unless earlier leases were lost
  ranges TEXT NOT NULL,           -- candidates, `begin-end,...`, end excluded
  results INTEGER NOT NULL,       -- how many
  lease_time_us INTEGER NOT NULL, -- microseconds since 1970, UTC
  commit_time_us INTEGER NOT NULL,
  cpu_time_us INTEGER NOT NULL    -- the worker's
) STRICT;

PRAGMA user_version = 1;
