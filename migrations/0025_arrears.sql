-- Arrears: letters, reminders and notices, freezes, notices before a credit report, relief, default, hold-over.

-- A letter as it was written; its PDF is set afterwards and kept by its hash.
CREATE TABLE papers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  case_id bigint,
  kind text NOT NULL CHECK (kind IN ('title', 'settlement', 'demand', 'termination', 'acceleration', 'relief',
    'credit_notice', 'claim_courier', 'statement')),
  body jsonb NOT NULL,
  body_sha256 bytea NOT NULL CHECK (length(body_sha256) = 32),
  written_at timestamptz NOT NULL,
  pdf_sha256 bytea CHECK (length(pdf_sha256) = 32),
  size_bytes bigint CHECK (size_bytes > 0),
  printed_at timestamptz
);
CREATE INDEX papers_lease ON papers (lease_id, id);

-- What is to be said to a renter and when; the words are chosen when it is sent, from what is owed then. `taken_at`:
-- somebody is sending it; not known to be sent two minutes later, it is sent again.
CREATE TABLE notices (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lease_id bigint NOT NULL,
  renter_id bigint NOT NULL,
  charge_id bigint,
  kind text NOT NULL CHECK (kind IN ('before_due', 'due_today', 'overdue', 'demand', 'termination', 'acceleration',
    'credit_notice', 'relief', 'freeze', 'lifted')),
  step text NOT NULL,
  send_at timestamptz NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  taken_at timestamptz,
  sent_at timestamptz,
  failed_at timestamptz,
  dropped_at timestamptz,
  dropped_why text NOT NULL DEFAULT '',
  text text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX notices_once ON notices (charge_id, step) WHERE charge_id IS NOT NULL;
CREATE UNIQUE INDEX notices_of_lease ON notices (lease_id, step) WHERE charge_id IS NULL;
CREATE INDEX notices_due ON notices (send_at) WHERE sent_at IS NULL AND failed_at IS NULL AND dropped_at IS NULL;
CREATE INDEX notices_lease ON notices (lease_id, id);

-- CRE-3: holds while something overdue is open; `lifted_at` records the end, which paying brings about at once.
CREATE TABLE freezes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  renter_id bigint NOT NULL,
  lease_id bigint NOT NULL,
  reason text NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  frozen_at timestamptz NOT NULL,
  lifted_at timestamptz,
  lifted_why text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX freezes_running ON freezes (lease_id) WHERE lifted_at IS NULL;
CREATE INDEX freezes_renter ON freezes (renter_id) WHERE lifted_at IS NULL;
CREATE INDEX freezes_lease ON freezes (lease_id, id);

-- CRE-4: the waiting time begins when the notice has reached the renter, not when it was asked for.
CREATE TABLE credit_notices (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lease_id bigint NOT NULL,
  renter_id bigint NOT NULL,
  charge_id bigint NOT NULL,
  asked_at timestamptz NOT NULL,
  paper_ref text NOT NULL,
  notified_on date,
  earliest_report_on date CHECK (earliest_report_on > notified_on),
  state text NOT NULL CHECK (state IN ('sending', 'waiting', 'stopped_paid', 'stopped_relief', 'stopped_dispute',
    'may_report')),
  ended_at timestamptz,
  CHECK ((notified_on IS NULL) = (earliest_report_on IS NULL))
);
CREATE UNIQUE INDEX credit_notices_running ON credit_notices (charge_id) WHERE ended_at IS NULL;
CREATE INDEX credit_notices_lease ON credit_notices (lease_id, id);

CREATE TABLE reliefs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  lease_id bigint NOT NULL,
  renter_id bigint NOT NULL,
  charge_id bigint NOT NULL,
  case_id bigint,
  rule text NOT NULL CHECK (rule IN ('LATE-4', 'LATE-5')),
  relieved_fen bigint NOT NULL CHECK (relieved_fen >= 0),
  decided_role text NOT NULL,
  decided_by bigint NOT NULL,
  decided_at timestamptz NOT NULL,
  facts jsonb NOT NULL,
  paper_ref text NOT NULL,
  UNIQUE (charge_id, rule)
);
CREATE INDEX reliefs_lease ON reliefs (lease_id, id);

-- DEF-1: a demand in writing; `until_on` is the last of the renter's days, counted from the day after it was delivered.
CREATE TABLE demands (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lease_id bigint NOT NULL,
  renter_id bigint NOT NULL,
  case_id bigint NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
  for_return boolean NOT NULL,  -- the term is over and the phone is not back
  asked_on date NOT NULL,
  days integer NOT NULL CHECK (days >= 10),
  paper_ref text NOT NULL,
  delivered_on date,
  until_on date CHECK (until_on >= delivered_on + 10),
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paid', 'withdrawn', 'terminated', 'accelerated')),
  offered_at timestamptz,
  ended_at timestamptz,
  CHECK (amount_fen > 0 OR for_return),
  CHECK ((state = 'open') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX demands_open ON demands (lease_id) WHERE ended_at IS NULL;
CREATE INDEX demands_lease ON demands (lease_id, id);

-- After termination, until the phone is handed over for return: the contract's daily rent, at most `cap_fen`.
CREATE TABLE hold_overs (
  lease_id bigint PRIMARY KEY,
  renter_id bigint NOT NULL,
  case_id bigint NOT NULL,
  from_on date NOT NULL,
  daily_num bigint NOT NULL CHECK (daily_num >= 0),
  daily_den bigint NOT NULL CHECK (daily_den > 0),
  cap_fen bigint NOT NULL CHECK (cap_fen >= 0),
  clause text NOT NULL,
  charge_id bigint,
  booked_fen bigint NOT NULL DEFAULT 0 CHECK (booked_fen >= 0 AND booked_fen <= cap_fen),
  through_on date,
  ended_on date
);
CREATE INDEX hold_overs_running ON hold_overs (lease_id) WHERE ended_on IS NULL;

CALL guard_table('papers');
CALL guard_table('notices');
CALL guard_table('freezes');
CALL guard_table('credit_notices');
CALL guard_table('reliefs', true);
CALL guard_table('demands');
CALL guard_table('hold_overs');
