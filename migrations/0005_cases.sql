-- Cases: one matter of one renter from first contact to the end.
CREATE TABLE cases (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  type text NOT NULL,
  title text NOT NULL,
  renter_id bigint NOT NULL REFERENCES renters,
  renter_name_masked text NOT NULL,
  lease_id bigint REFERENCES leases,
  claim_id bigint,
  claim_open boolean NOT NULL DEFAULT false,  -- kept by disputes: a case does not end before its claim
  channel text NOT NULL DEFAULT 'online',
  urgent boolean NOT NULL DEFAULT false,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'resolved', 'closed')),
  owner_id bigint REFERENCES staff,
  owner_name text NOT NULL DEFAULT '',
  owned_at timestamptz,
  specialist_id bigint REFERENCES staff,
  specialist_name text NOT NULL DEFAULT '',
  turn text NOT NULL DEFAULT 'desk' CHECK (turn IN ('desk', 'renter', 'specialist', 'appraiser', 'nobody')),
  turn_until timestamptz,
  -- where the case stands in every queue: urgent first, then by turn_until (cases.changes.queue_rank)
  rank bigint NOT NULL DEFAULT 9007199254740991,
  seq bigint NOT NULL DEFAULT 0,
  -- the newest thing either side wrote, so that nobody answers without having seen it
  renter_seq bigint NOT NULL DEFAULT 0,
  staff_seq bigint NOT NULL DEFAULT 0,
  staff_seq_by bigint NOT NULL DEFAULT 0,
  staff_seen_seq bigint NOT NULL DEFAULT 0,
  renter_seen_seq bigint NOT NULL DEFAULT 0,
  staff_unread integer NOT NULL DEFAULT 0,
  renter_unread integer NOT NULL DEFAULT 0,
  preview text NOT NULL DEFAULT '',
  preview_by text NOT NULL DEFAULT '',
  human_asked_at timestamptz,
  first_human_at timestamptz,
  substantive_at timestamptz,
  opened_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  closed_at timestamptz,
  rating smallint CHECK (rating BETWEEN 1 AND 5),
  rating_text text NOT NULL DEFAULT '',
  draft text NOT NULL DEFAULT '',
  draft_by bigint,
  draft_at timestamptz,
  statement jsonb
);
-- Hot lists: what one agent has in hand, what a specialist was asked, what waits unowned, all open; each as shown.
CREATE INDEX cases_mine ON cases (owner_id, rank, id) WHERE state = 'open' AND turn = 'desk';
CREATE INDEX cases_waiting ON cases (owner_id, rank, id) WHERE state = 'open' AND turn <> 'desk';
CREATE INDEX cases_specialist ON cases (specialist_id, rank, id) WHERE state = 'open' AND turn = 'specialist';
CREATE INDEX cases_unowned ON cases (rank, id) WHERE state = 'open' AND owner_id IS NULL;
CREATE INDEX cases_open ON cases (rank, id) WHERE state = 'open';
CREATE INDEX cases_renter ON cases (renter_id, id DESC);
CREATE INDEX cases_lease ON cases (lease_id, id DESC) WHERE lease_id IS NOT NULL;
CREATE INDEX cases_name ON cases (renter_name_masked, id DESC);
-- Every contact joins its case: one matter of one renter has one case that is not closed.
CREATE UNIQUE INDEX cases_matter ON cases (renter_id, type, coalesce(lease_id, 0), coalesce(claim_id, 0))
  WHERE state <> 'closed';

-- Counters kept by the transaction that changes a case (no live COUNT in a page). key: 'unowned', 'open',
-- 'owner:<id>:<turn>' or 'specialist:<id>'; of open cases only.
CREATE TABLE case_counts (
  key text PRIMARY KEY,
  count bigint NOT NULL CHECK (count >= 0)
);

CREATE TABLE messages (
  case_id bigint NOT NULL,
  seq bigint NOT NULL,
  at timestamptz NOT NULL,
  -- 'note' is staff only; 'system' is a line for both sides
  kind text NOT NULL CHECK (kind IN ('text', 'statement', 'quote', 'note', 'system', 'decision', 'evidence')),
  author_role text NOT NULL,
  author_id bigint NOT NULL,
  author_name text NOT NULL,
  body text NOT NULL,
  extra jsonb NOT NULL DEFAULT '{}',
  renter_id bigint NOT NULL,
  PRIMARY KEY (case_id, seq)
);

CREATE TABLE case_specialists (
  case_id bigint NOT NULL REFERENCES cases,
  staff_id bigint NOT NULL REFERENCES staff,
  staff_name text NOT NULL,
  asked_by bigint NOT NULL,
  asked_at timestamptz NOT NULL,
  PRIMARY KEY (case_id, staff_id)
);

-- Service clocks (SLA-1). Due rows are taken with SKIP LOCKED; a breach is recorded once and escalates (ESC-1).
CREATE TABLE case_clocks (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id bigint NOT NULL REFERENCES cases,
  kind text NOT NULL,
  started_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  stopped_at timestamptz,
  breached_at timestamptz
);
CREATE UNIQUE INDEX case_clocks_running ON case_clocks (case_id, kind) WHERE stopped_at IS NULL;
CREATE INDEX case_clocks_case ON case_clocks (case_id, id);
CREATE INDEX case_clocks_due ON case_clocks (due_at) WHERE stopped_at IS NULL AND breached_at IS NULL;

-- PAUSE-1: while one is open, collection and late fees rest on the contested amount.
CREATE TABLE collection_pauses (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id bigint NOT NULL REFERENCES cases,
  lease_id bigint NOT NULL,
  claim_id bigint,
  charge_id bigint,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  reason text NOT NULL CHECK (reason IN ('dispute', 'appeal')),
  started_at timestamptz NOT NULL,
  ends_on date
);
CREATE INDEX collection_pauses_case ON collection_pauses (case_id);
CREATE INDEX collection_pauses_lease ON collection_pauses (lease_id);

CREATE TABLE quotes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  case_id bigint REFERENCES cases,
  lease_id bigint NOT NULL,
  contract_id bigint NOT NULL,
  kind text NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
  quote jsonb NOT NULL,
  valid_until date NOT NULL,
  quoted_by bigint NOT NULL,
  quoted_at timestamptz NOT NULL
);
CREATE INDEX quotes_case ON quotes (case_id, id);

CREATE TABLE promises (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id bigint NOT NULL REFERENCES cases,
  staff_id bigint NOT NULL,
  text text NOT NULL,
  due_at timestamptz NOT NULL,
  kept_at timestamptz,
  reminded_at timestamptz
);
CREATE INDEX promises_due ON promises (due_at) WHERE kept_at IS NULL AND reminded_at IS NULL;
CREATE INDEX promises_case ON promises (case_id);

-- GUARD-1: what was checked before sending, what was overridden and why (feeds quote accuracy).
CREATE TABLE guard_checks (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id bigint NOT NULL,
  staff_id bigint NOT NULL,
  at timestamptz NOT NULL,
  amounts_checked integer NOT NULL,
  mismatches integer NOT NULL,
  overridden boolean NOT NULL,
  reason text NOT NULL
);

CALL guard_table('cases');
CALL guard_table('case_counts');
CALL guard_table('messages', true);
CALL guard_table('case_specialists');
CALL guard_table('case_clocks');
CALL guard_table('collection_pauses');
CALL guard_table('quotes', true);
CALL guard_table('promises');
CALL guard_table('guard_checks', true);
