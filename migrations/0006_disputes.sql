-- Disputes: return inspections, damage claims and their findings, decisions.
CREATE TABLE inspections (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  lease_id bigint NOT NULL REFERENCES leases,
  inspector_id bigint NOT NULL REFERENCES staff,
  inspector_name text NOT NULL,
  received_on date NOT NULL,
  inspected_at timestamptz NOT NULL,
  imei_seen text NOT NULL,
  imei_matches boolean NOT NULL,
  unboxing_media_id bigint,
  unboxing_continuous boolean NOT NULL DEFAULT false,
  note text NOT NULL DEFAULT ''
);
-- One report a return: a second one for the same lease is refused.
CREATE UNIQUE INDEX inspections_lease ON inspections (lease_id);

CREATE TABLE claims (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  inspection_id bigint NOT NULL REFERENCES inspections,
  case_id bigint,
  state text NOT NULL CHECK (state IN ('drafted', 'awaiting_renter', 'contested', 'accepted', 'under_review',
    'appraisal', 'decided', 'appealed', 'settled', 'withdrawn')),
  claimed_fen bigint NOT NULL CHECK (claimed_fen >= 0),
  decided_fen bigint CHECK (decided_fen >= 0),
  turn text NOT NULL CHECK (turn IN ('renter', 'inspector', 'specialist', 'appraiser', 'system', 'nobody')),
  turn_until timestamptz,
  filed_at timestamptz NOT NULL,
  state_at timestamptz NOT NULL, -- since when it is in this state
  reminders_sent integer NOT NULL DEFAULT 0 CHECK (reminders_sent BETWEEN 0 AND 2), -- SIL-1
  last_asked_at timestamptz, -- QUAR-1
  answered_at timestamptz,
  decided_at timestamptz,
  decided_by bigint,
  decided_by_name text NOT NULL DEFAULT '',
  appealed_at timestamptz,
  appeal_text text NOT NULL DEFAULT '',
  settled_at timestamptz
);
CREATE UNIQUE INDEX claims_inspection ON claims (inspection_id);
CREATE INDEX claims_lease ON claims (lease_id);
CREATE INDEX claims_renter ON claims (renter_id, id DESC);
-- What waits for the desk, the most urgent first.
CREATE INDEX claims_turn ON claims (turn, turn_until, id) WHERE state NOT IN ('settled', 'withdrawn');

CREATE TABLE findings (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  claim_id bigint NOT NULL REFERENCES claims,
  no integer NOT NULL CHECK (no >= 1),
  part text NOT NULL,
  kind text NOT NULL,
  severity text NOT NULL,
  length_mm integer CHECK (length_mm >= 0),
  visible_at_30cm boolean, -- NULL: the report does not say
  cause text NOT NULL,
  traces text[] NOT NULL DEFAULT '{}',
  words text NOT NULL DEFAULT '',
  media_id bigint,
  region jsonb,
  price_key text NOT NULL, -- the line of the contract's price list the amount was read from
  price_fen bigint NOT NULL CHECK (price_fen >= 0),
  market_repair_price_fen bigint CHECK (market_repair_price_fen >= 0),
  market_repair_source text NOT NULL DEFAULT '',
  answer text NOT NULL DEFAULT '' CHECK (answer IN ('', 'accepted', 'contested')),
  answer_reason text NOT NULL DEFAULT '',
  -- what the specialist saw in the pictures: facts, not liability
  seen_at_handover boolean,
  unmarked_before_courier boolean,
  decided_fen bigint CHECK (decided_fen >= 0),
  UNIQUE (claim_id, no)
);

CREATE TABLE claim_decisions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  claim_id bigint NOT NULL REFERENCES claims,
  round integer NOT NULL CHECK (round IN (1, 2)),
  decided_by bigint NOT NULL,
  decided_by_name text NOT NULL,
  second_person bigint,
  decided_at timestamptz NOT NULL,
  decided_fen bigint NOT NULL CHECK (decided_fen >= 0),
  proposal jsonb NOT NULL,
  decision jsonb NOT NULL,
  letter jsonb NOT NULL,
  UNIQUE (claim_id, round)
);

-- What the system wrote itself (decision letters): kept in the media store under its hash.
CREATE TABLE documents (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('decision_letter')),
  subject text NOT NULL, -- the decision's reference
  lease_id bigint NOT NULL,
  renter_id bigint NOT NULL,
  mime text NOT NULL,
  size_bytes bigint NOT NULL CHECK (size_bytes > 0),
  sha256 bytea NOT NULL CHECK (length(sha256) = 32),
  created_at timestamptz NOT NULL,
  UNIQUE (kind, subject)
);

-- What a renter has half written about a claim; one a claim, gone when it is sent.
CREATE TABLE statement_drafts (
  renter_id bigint NOT NULL REFERENCES renters,
  claim_id bigint NOT NULL REFERENCES claims,
  data jsonb NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (renter_id, claim_id)
);

CALL guard_table('inspections', true);
CALL guard_table('claims');
CALL guard_table('findings');
CALL guard_table('claim_decisions', true);
CALL guard_table('documents', true);
CALL guard_table('statement_drafts');
