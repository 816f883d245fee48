-- The business day: which days have been run, and which parts of the one that is running. Days follow each other
-- without a gap, and one is run at a time.
CREATE TABLE business_days (
  on_day date PRIMARY KEY,
  started_at timestamptz NOT NULL,
  leases_through bigint NOT NULL CHECK (leases_through >= 0),  -- leases that come later wait for the next day
  steps text[] NOT NULL,
  parts integer NOT NULL CHECK (parts > 0),
  finished_at timestamptz
);
CREATE UNIQUE INDEX business_days_open ON business_days ((finished_at IS NULL)) WHERE finished_at IS NULL;

-- Written in the transaction of the part itself: what is here has happened, what is not here has not.
CREATE TABLE business_day_parts (
  on_day date NOT NULL REFERENCES business_days,
  step text NOT NULL,
  part integer NOT NULL CHECK (part >= 0),
  act_id bigint NOT NULL,
  done_at timestamptz NOT NULL,
  made integer NOT NULL CHECK (made >= 0),
  spared integer NOT NULL DEFAULT 0 CHECK (spared >= 0),  -- leases it could not be done for, left as they were
  PRIMARY KEY (on_day, step, part)
);

CALL guard_table('business_days');
CALL guard_table('business_day_parts', true);
