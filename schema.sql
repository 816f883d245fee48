-- The whole schema, for reading. Written by `make schema` from migrations/; a test compares the catalogs.

-- ---- 0001_platform ----

-- The ground: roles, the act that every change needs, journal, outbox, jobs.
-- The application's role owns nothing; the migrating role owns every table.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shouwen_app') THEN
    CREATE ROLE shouwen_app LOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this cluster was faster
END $$;
GRANT shouwen_app TO CURRENT_USER;  -- an owner's session may take the application's role
GRANT USAGE ON SCHEMA public TO shouwen_app;

CREATE FUNCTION require_act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('shouwen.act', true), '') = '' THEN
    RAISE EXCEPTION 'change of % without an act', TG_TABLE_NAME USING ERRCODE = 'SW001';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% accepts inserts only', TG_TABLE_NAME USING ERRCODE = 'SW002';
END $$;

-- `guard_table(t)`: every statement needs an act. `guard_table(t, true)`: and rows are never changed or removed.
CREATE PROCEDURE guard_table(name regclass, append_only boolean DEFAULT false) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER a_require_act BEFORE INSERT OR UPDATE OR DELETE ON %s
                  FOR EACH STATEMENT EXECUTE FUNCTION require_act()', name);
  EXECUTE format('CREATE TRIGGER a_require_act_truncate BEFORE TRUNCATE ON %s
                  FOR EACH STATEMENT EXECUTE FUNCTION require_act()', name);
  IF append_only THEN
    EXECUTE format('CREATE TRIGGER b_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s
                    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    EXECUTE format('GRANT SELECT, INSERT ON %s TO shouwen_app', name);
  ELSE
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO shouwen_app', name);
  END IF;
END $$;

-- What this installation is: `demo` is `filling` until the demo company is whole, then `complete`. Only the owner writes.
CREATE TABLE installation (
  key text PRIMARY KEY,
  value text NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON installation TO shouwen_app;

CREATE TABLE acts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  use_case text NOT NULL,
  actor_role text NOT NULL,
  actor_id bigint NOT NULL,
  channel text NOT NULL,
  idempotency_key text NOT NULL CHECK (length(idempotency_key) BETWEEN 8 AND 100),
  body_hash bytea NOT NULL,
  at timestamptz NOT NULL,
  UNIQUE (actor_role, actor_id, idempotency_key)
);

-- The stored answer of an act: what a double click gets.
CREATE TABLE act_results (
  act_id bigint PRIMARY KEY,
  status smallint NOT NULL,
  body bytea NOT NULL
);

CREATE TABLE journal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  act_id bigint NOT NULL,
  at timestamptz NOT NULL,
  kind text NOT NULL,
  text text NOT NULL,
  rule text NOT NULL,
  actor_role text NOT NULL,
  actor_id bigint NOT NULL,
  actor_name text NOT NULL,
  case_id bigint,
  seq bigint,
  lease_id bigint,
  renter_id bigint,
  subject text NOT NULL,
  data jsonb NOT NULL
);
CREATE INDEX journal_case ON journal (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX journal_lease ON journal (lease_id, id) WHERE lease_id IS NOT NULL;
CREATE INDEX journal_subject ON journal (subject, id) WHERE subject <> '';

-- Hints only: the per-case seq is the truth. Drained by one relay.
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  journal_id bigint NOT NULL,
  seq bigint,
  topics text[] NOT NULL,
  jobs jsonb NOT NULL,
  sealed boolean NOT NULL
);

-- Background work and deadlines alike: taken with SKIP LOCKED when due.
CREATE TABLE jobs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  key text NOT NULL UNIQUE,
  payload jsonb NOT NULL,
  run_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  last_error text NOT NULL DEFAULT '',
  failed_at timestamptz
);
CREATE INDEX jobs_due ON jobs (run_at) WHERE failed_at IS NULL;

-- Acts above the actor's limit wait here for whoever may (AUTH-1).
CREATE TABLE approvals (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  use_case text NOT NULL,
  command jsonb NOT NULL,
  requested_by bigint NOT NULL,
  requested_role text NOT NULL,
  requested_name text NOT NULL,
  requested_at timestamptz NOT NULL,
  approver_role text NOT NULL,
  people integer NOT NULL CHECK (people BETWEEN 1 AND 2),
  amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
  rule text NOT NULL,
  summary text NOT NULL,
  case_id bigint,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'granted', 'declined')),
  granted_by bigint[] NOT NULL DEFAULT '{}',
  decided_at timestamptz,
  reason text NOT NULL DEFAULT ''
);
CREATE INDEX approvals_open ON approvals (requested_at) WHERE state = 'open';

CALL guard_table('acts', true);
CALL guard_table('act_results', true);
CALL guard_table('journal', true);
CALL guard_table('approvals');
DROP TRIGGER a_require_act ON acts;  -- the act row is what opens the act
GRANT SELECT, INSERT, DELETE ON outbox TO shouwen_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON jobs TO shouwen_app;

-- ---- 0002_people ----

-- People: staff, renters, sessions, one-time codes, log-in limits.
CREATE TABLE staff (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  login text NOT NULL UNIQUE CHECK (login = lower(login)),
  name text NOT NULL,
  role text NOT NULL CHECK (role IN ('agent', 'specialist', 'inspector', 'supervisor', 'admin')),
  password_hash text NOT NULL,
  capacity integer NOT NULL DEFAULT 8 CHECK (capacity >= 0),
  active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL
);

-- Phone and identity number are encrypted; `phone_hash` is a keyed hash to find by; `*_masked` is what screens show.
CREATE TABLE renters (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  name text NOT NULL,
  name_masked text NOT NULL,
  phone_cipher bytea NOT NULL,
  phone_hash bytea NOT NULL UNIQUE,
  phone_masked text NOT NULL,
  identity_cipher bytea,
  verified boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL
);

CREATE TABLE sessions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE,
  csrf text NOT NULL,
  role text NOT NULL,
  actor_id bigint NOT NULL,
  actor_name text NOT NULL,
  method text NOT NULL,
  user_agent text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX sessions_actor ON sessions (actor_id, role) WHERE revoked_at IS NULL;

CREATE TABLE login_codes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  phone_hash bytea NOT NULL,
  code_hash bytea NOT NULL,
  sent_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  wrong_tries integer NOT NULL DEFAULT 0,
  used_at timestamptz
);
CREATE INDEX login_codes_phone ON login_codes (phone_hash, sent_at DESC);

-- Signed links of the rental company's own app are single use: a spent nonce stays here until it would have expired.
CREATE TABLE spent_links (
  nonce_hash bytea PRIMARY KEY,
  expires_at timestamptz NOT NULL
);

-- Fixed windows: `key` is what is limited (a keyed hash of login, phone or address), counted within `window_at`.
CREATE TABLE rate_windows (
  key text NOT NULL,
  window_at timestamptz NOT NULL,
  count integer NOT NULL,
  PRIMARY KEY (key, window_at)
);

CALL guard_table('staff');
CALL guard_table('renters');
CALL guard_table('sessions');
CALL guard_table('login_codes');
CALL guard_table('spent_links');
CALL guard_table('rate_windows');

-- ---- 0003_contracts_leases_money ----

-- Contracts (immutable versions), leases, and the money book.
CREATE TABLE contract_templates (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL,
  version integer NOT NULL CHECK (version >= 1),
  title text NOT NULL,
  source_toml text NOT NULL,
  template jsonb NOT NULL,
  published_at timestamptz NOT NULL,
  UNIQUE (ref, version)
);

CREATE TABLE leases (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  renter_id bigint NOT NULL REFERENCES renters,
  state text NOT NULL CHECK (state IN ('applied', 'approved', 'signed', 'preparing', 'shipped', 'renting',
    'returning', 'inspecting', 'settling', 'closed', 'refused', 'cancelled', 'bought_out', 'lost', 'terminated')),
  model text NOT NULL,
  storage text NOT NULL,
  colour text NOT NULL,
  condition_grade text NOT NULL,
  imei text NOT NULL,
  serial_no text NOT NULL DEFAULT '',
  applied_on date NOT NULL,
  signed_on date,
  handed_over_on date,
  return_sent_on date,
  returned_on date,
  closed_on date,
  used_market_price_fen bigint CHECK (used_market_price_fen >= 0),
  screen_cover_deductible_fen bigint CHECK (screen_cover_deductible_fen >= 0),
  created_at timestamptz NOT NULL
);
CREATE INDEX leases_renter ON leases (renter_id, id DESC);
CREATE INDEX leases_state ON leases (state, id);
-- Found by what people read out: the reference from its start, or the last digits of reference or IMEI.
CREATE INDEX leases_ref_head ON leases (ref text_pattern_ops);
CREATE INDEX leases_ref_tail ON leases (reverse(ref) text_pattern_ops);
CREATE INDEX leases_imei_tail ON leases (reverse(imei) text_pattern_ops);

-- One row a signed version; the newest is in force. `contract` is the whole frozen text, terms, rents and ladder.
CREATE TABLE contracts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lease_id bigint NOT NULL REFERENCES leases,
  version integer NOT NULL CHECK (version >= 1),
  signed_on date NOT NULL,
  contract jsonb NOT NULL,
  contract_sha256 bytea NOT NULL,
  UNIQUE (lease_id, version)
);

CREATE TABLE charges (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('rent', 'late_fee', 'damage', 'addon', 'fee', 'buyout')),
  no integer NOT NULL DEFAULT 0,
  clause text NOT NULL,
  due_on date NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  paid_fen bigint NOT NULL DEFAULT 0 CHECK (paid_fen >= 0),
  waived_fen bigint NOT NULL DEFAULT 0 CHECK (waived_fen >= 0),
  written_off_fen bigint NOT NULL DEFAULT 0 CHECK (written_off_fen >= 0),
  outstanding_fen bigint GENERATED ALWAYS AS (amount_fen - paid_fen - waived_fen - written_off_fen) STORED
    CHECK (outstanding_fen >= 0),
  settled_on date,
  UNIQUE (lease_id, kind, no)
);
CREATE INDEX charges_open ON charges (renter_id, due_on) WHERE settled_on IS NULL;

CREATE TABLE money_entries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text NOT NULL UNIQUE,
  act_id bigint NOT NULL,
  kind text NOT NULL,
  lease_id bigint NOT NULL,
  renter_id bigint NOT NULL,
  booked_on date NOT NULL,
  memo text NOT NULL,
  rule text NOT NULL,
  reverses_entry_id bigint
);
CREATE INDEX money_entries_lease ON money_entries (lease_id, id);

-- An imbalance cannot be written: each row moves one amount from one account to another.
CREATE TABLE money_transfers (
  entry_id bigint NOT NULL,
  no integer NOT NULL,
  debit_account text NOT NULL,
  credit_account text NOT NULL CHECK (credit_account <> debit_account),
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  charge_id bigint,
  PRIMARY KEY (entry_id, no)
);

CREATE TABLE holds (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  lease_id bigint NOT NULL UNIQUE REFERENCES leases,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  captured_fen bigint NOT NULL DEFAULT 0 CHECK (captured_fen >= 0),
  released_fen bigint NOT NULL DEFAULT 0 CHECK (released_fen >= 0),
  held_on date NOT NULL,
  release_due_on date,
  CHECK (captured_fen + released_fen <= amount_fen)
);

CALL guard_table('contract_templates', true);
CALL guard_table('leases');
CALL guard_table('contracts', true);
CALL guard_table('charges');
CALL guard_table('money_entries', true);
CALL guard_table('money_transfers', true);
CALL guard_table('holds');

-- ---- 0004_evidence ----

-- Evidence: uploads under way, media, and the sealed log.
CREATE TABLE uploads (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  actor_role text NOT NULL,
  actor_id bigint NOT NULL,
  lease_id bigint NOT NULL,
  purpose text NOT NULL,
  part text NOT NULL,
  file_name text NOT NULL,
  sha256 bytea CHECK (length(sha256) = 32), -- as the sender computed it, if it did
  size_bytes bigint NOT NULL CHECK (size_bytes > 0),
  received_bytes bigint NOT NULL DEFAULT 0 CHECK (received_bytes >= 0 AND received_bytes <= size_bytes),
  state text NOT NULL DEFAULT 'receiving' CHECK (state IN ('receiving', 'checking', 'accepted', 'refused')),
  refusal jsonb,
  media_id bigint,
  created_at timestamptz NOT NULL
);
CREATE INDEX uploads_actor ON uploads (actor_id, actor_role, id DESC);

-- Originals are kept byte for byte under their hash; a row is one use of such bytes as evidence of one lease.
CREATE TABLE media (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('handover', 'return', 'inspection', 'statement', 'invoice', 'proof')),
  part text NOT NULL,
  file_name text NOT NULL,
  mime text NOT NULL,
  size_bytes bigint NOT NULL,
  sha256 bytea NOT NULL,
  width integer,
  height integer,
  duration_ms integer,
  taken_at timestamptz,
  checks jsonb NOT NULL,
  uploaded_role text NOT NULL,
  uploaded_by bigint NOT NULL,
  uploaded_at timestamptz NOT NULL,
  claim_id bigint,
  finding_no integer,
  legal_hold_until timestamptz,
  erased_at timestamptz
);
CREATE INDEX media_lease ON media (lease_id, id);
CREATE INDEX media_claim ON media (claim_id, id) WHERE claim_id IS NOT NULL;
CREATE INDEX media_sha256 ON media (sha256);

-- What waits for the sequencer; then what stands in the log. `content` and `salt` may be erased (EVI-2), `leaf` stays.
CREATE TABLE log_pending (
  journal_id bigint PRIMARY KEY
);
CREATE TABLE log_entries (
  index bigint PRIMARY KEY,
  journal_id bigint NOT NULL UNIQUE,
  kind text NOT NULL,
  subject text NOT NULL,
  at timestamptz NOT NULL,
  leaf bytea NOT NULL,
  content jsonb,
  salt bytea,
  case_id bigint,
  lease_id bigint,
  sealed_at timestamptz NOT NULL
);
CREATE INDEX log_entries_case ON log_entries (case_id, index) WHERE case_id IS NOT NULL;
CREATE INDEX log_entries_lease ON log_entries (lease_id, index) WHERE lease_id IS NOT NULL;
CREATE INDEX log_entries_subject ON log_entries (subject, index) WHERE subject <> '';

-- Complete subtrees of the Merkle tree.
CREATE TABLE log_nodes (
  level smallint NOT NULL,
  index bigint NOT NULL,
  hash bytea NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, index)
);
CREATE TABLE log_checkpoints (
  size bigint PRIMARY KEY CHECK (size > 0),
  root bytea NOT NULL CHECK (length(root) = 32),
  note text NOT NULL,
  signed_at timestamptz NOT NULL
);
CREATE TABLE log_timestamps (
  size bigint PRIMARY KEY,
  tsr bytea NOT NULL,
  authority text NOT NULL,
  stamped_at timestamptz NOT NULL
);

CALL guard_table('uploads');
CALL guard_table('media');
-- The sequencer, not a person, writes the log: no act, inserts only (erasure of content is an act of its own, later).
GRANT SELECT, INSERT, DELETE ON log_pending TO shouwen_app;
GRANT SELECT, INSERT ON log_entries, log_nodes, log_checkpoints, log_timestamps TO shouwen_app;
CREATE TRIGGER b_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER b_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_nodes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER b_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER b_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_timestamps FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- ---- 0005_cases ----

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

-- ---- 0006_disputes ----

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

-- ---- 0007_dossiers ----

-- Dossiers: one file that proves itself offline (EVI-5), built by a job on request.
CREATE TABLE dossiers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  case_id bigint NOT NULL REFERENCES cases,
  case_ref text NOT NULL,
  renter_id bigint NOT NULL,
  requested_role text NOT NULL,
  requested_by bigint NOT NULL,
  requested_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'preparing' CHECK (state IN ('preparing', 'ready')),
  sha256 bytea CHECK (length(sha256) = 32),
  size_bytes bigint,
  ready_at timestamptz
);
CREATE INDEX dossiers_case ON dossiers (case_id, id);
CREATE INDEX dossiers_renter ON dossiers (renter_id, id DESC);

CALL guard_table('dossiers');

-- ---- 0008_heard_figures ----

-- What a renter was told by word of mouth, beside the contract's figure (GUARD-2): reported calls of quote accuracy.
CREATE TABLE heard_figures (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lease_id bigint NOT NULL,
  renter_id bigint NOT NULL,
  case_id bigint,  -- none where what was heard is what the contract says
  at timestamptz NOT NULL,
  topic text NOT NULL,
  told_fen bigint NOT NULL CHECK (told_fen >= 0),
  right_fen bigint,  -- none where the contract knows no such figure
  matches boolean NOT NULL
);
CREATE INDEX heard_figures_case ON heard_figures (case_id) WHERE case_id IS NOT NULL;

CALL guard_table('heard_figures', true);

-- ---- 0009_turns ----

-- One record of whose turn a case is on. What its conversation and its claim say is kept apart; turn, turn_until and
-- rank, which queues, counters and pages read, follow from both (cases.rules.turn).
ALTER TABLE cases
  ADD COLUMN talk_turn text NOT NULL DEFAULT 'desk' CHECK (talk_turn IN ('desk', 'renter', 'specialist', 'nobody')),
  ADD COLUMN talk_until timestamptz,
  -- what its claim says, told by disputes; NULL without an open claim. A case does not end before its claim
  ADD COLUMN claim_turn text CHECK (claim_turn IN ('desk', 'renter', 'specialist', 'appraiser', 'nobody')),
  ADD COLUMN claim_until timestamptz;

-- The cases there are, outside any act. Until now one turn stood for both; where a claim is open, a message of the
-- renter that nobody has answered says that the conversation is ours.
ALTER TABLE cases DISABLE TRIGGER a_require_act;
ALTER TABLE case_counts DISABLE TRIGGER a_require_act;

UPDATE cases SET talk_turn = CASE turn WHEN 'appraiser' THEN 'nobody' ELSE turn END, talk_until = turn_until
WHERE NOT claim_open;

UPDATE cases c SET
  talk_turn = CASE
    WHEN c.renter_seq > c.staff_seq AND c.turn = 'desk' THEN 'desk' WHEN k.turn IN ('renter', 'system') THEN 'nobody'
    ELSE 'renter' END,
  talk_until = CASE WHEN c.renter_seq > c.staff_seq AND c.turn = 'desk' THEN c.turn_until END,
  claim_turn = CASE k.turn WHEN 'system' THEN 'nobody' WHEN 'inspector' THEN 'desk' ELSE k.turn END,
  claim_until = k.turn_until
FROM claims k
WHERE c.claim_open AND k.id = c.claim_id AND k.state NOT IN ('settled', 'withdrawn');

UPDATE cases SET
  turn = CASE
    WHEN claim_turn = 'nobody' THEN talk_turn
    WHEN claim_turn = 'appraiser' THEN 'appraiser'
    WHEN claim_turn = 'specialist' AND specialist_id IS NOT NULL THEN 'specialist'
    WHEN claim_turn = 'renter' AND talk_turn <> 'desk' THEN 'renter'
    ELSE 'desk' END,
  turn_until = CASE
    WHEN claim_turn = 'nobody' THEN talk_until
    WHEN talk_turn = 'desk' AND (claim_turn IN ('renter', 'desk') OR claim_turn = 'specialist' AND specialist_id IS NULL)
      THEN least(talk_until, claim_until)
    ELSE claim_until END
WHERE claim_turn IS NOT NULL AND state = 'open';

UPDATE cases SET rank = CASE WHEN urgent THEN 0 ELSE 4503599627370496 END
  + coalesce(floor(extract(epoch FROM turn_until) * 1000)::bigint, 4503599627370495)
WHERE claim_turn IS NOT NULL;

DELETE FROM case_counts;
INSERT INTO case_counts (key, count)
SELECT key, count(*) FROM (
  SELECT 'open' AS key FROM cases WHERE state = 'open'
  UNION ALL
  SELECT coalesce('owner:' || owner_id || ':' || turn, 'unowned') FROM cases WHERE state = 'open'
  UNION ALL
  SELECT 'specialist:' || specialist_id FROM cases
  WHERE state = 'open' AND turn = 'specialist' AND specialist_id IS NOT NULL) stands
GROUP BY key;

ALTER TABLE cases ENABLE TRIGGER a_require_act;
ALTER TABLE case_counts ENABLE TRIGGER a_require_act;

-- claim_turn says it now
ALTER TABLE cases DROP COLUMN claim_open;

-- ---- 0010_damage_facts ----

-- What damage rules compare (DMG-4), phones kept as they are (QUAR-1), why a pause ended (PAUSE-1), requests without a
-- second person (AUTH-1), withdrawn claims.

-- When the courier took the returned phone, as the courier says; NULL: only the day of sending is known.
ALTER TABLE leases ADD COLUMN return_picked_up_at timestamptz;

-- What a colleague read on a picture of the IMEI page; the newest reading counts. `tail` empty: it cannot be read.
CREATE TABLE imei_readings (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  media_id bigint NOT NULL REFERENCES media,
  tail text NOT NULL,
  matches boolean NOT NULL,
  read_by bigint NOT NULL,
  read_by_name text NOT NULL,
  read_at timestamptz NOT NULL
);
CREATE INDEX imei_readings_media ON imei_readings (media_id, id);

-- A phone that nobody may repair, wipe or rent out; one running a subject (the claim). It is released only on record.
CREATE TABLE phone_holds (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lease_id bigint NOT NULL REFERENCES leases,
  imei text NOT NULL,
  subject text NOT NULL,
  held_at timestamptz NOT NULL,
  told_at timestamptz, -- since when the renter knows that it will be released
  releases_at timestamptz,
  released_at timestamptz,
  why text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX phone_holds_running ON phone_holds (subject) WHERE released_at IS NULL;
CREATE INDEX phone_holds_subject ON phone_holds (subject, id);
CREATE INDEX phone_holds_imei ON phone_holds (imei) WHERE released_at IS NULL;
INSERT INTO phone_holds (lease_id, imei, subject, held_at)
SELECT c.lease_id, l.imei, c.ref, c.filed_at FROM claims c JOIN leases l ON l.id = c.lease_id
WHERE c.state IN ('awaiting_renter', 'contested', 'under_review', 'appraisal', 'appealed');

ALTER TABLE collection_pauses ADD COLUMN end_reason text NOT NULL DEFAULT ''
  CHECK (end_reason IN ('', 'decided', 'agreed', 'withdrawn'));

-- AUTH-1: a firm without an eligible second person. `alone` marks what became of the request; `barred` may not decide it.
ALTER TABLE approvals
  ADD COLUMN alone text NOT NULL DEFAULT '' CHECK (alone IN ('', 'passes_marked', 'waits', 'to_owner_or_outside')),
  ADD COLUMN waits_until timestamptz,
  ADD COLUMN barred bigint[] NOT NULL DEFAULT '{}';

-- A claim given up by the lessor: once, with its reason and its letter.
CREATE TABLE claim_withdrawals (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  claim_id bigint NOT NULL UNIQUE REFERENCES claims,
  withdrawn_by bigint NOT NULL,
  withdrawn_by_name text NOT NULL,
  withdrawn_at timestamptz NOT NULL,
  reason text NOT NULL,
  letter jsonb NOT NULL
);
ALTER TABLE documents DROP CONSTRAINT documents_kind_check;
ALTER TABLE documents ADD CONSTRAINT documents_kind_check CHECK (kind IN ('decision_letter', 'withdrawal_letter'));

CALL guard_table('imei_readings', true);
CALL guard_table('phone_holds');
CALL guard_table('claim_withdrawals', true);

-- ---- 0011_owner_moves ----

-- Ownership that moves (OWN-2), complaints against a person, escalation (ESC-1), merging (OWN-4).
ALTER TABLE cases
  -- the colleague a complaint is about: neither sees it nor has any part in it
  ADD COLUMN complaint_against_id bigint REFERENCES staff,
  -- who does not get this case again: the renter asked for somebody else, or complained
  ADD COLUMN barred_ids bigint[] NOT NULL DEFAULT '{}',
  -- since when it waits for a supervisor; NULL once one has looked
  ADD COLUMN escalated_at timestamptz,
  -- the case that this one became a part of
  ADD COLUMN merged_into_id bigint REFERENCES cases;

CREATE INDEX cases_escalated ON cases (rank, id) WHERE state = 'open' AND escalated_at IS NOT NULL;
CREATE INDEX cases_merged ON cases (merged_into_id, id) WHERE merged_into_id IS NOT NULL;

-- Complaints about two people are two matters: whoever one is about must not read the other through it.
DROP INDEX cases_matter;
CREATE UNIQUE INDEX cases_matter
  ON cases (renter_id, type, coalesce(lease_id, 0), coalesce(claim_id, 0), coalesce(complaint_against_id, 0))
  WHERE state <> 'closed';

-- Every change of owner with its reason (OWN-2): owner continuity counts those by the renter's wish as kept.
CREATE TABLE owner_moves (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id bigint NOT NULL REFERENCES cases,
  at timestamptz NOT NULL,
  reason text NOT NULL,  -- one of the five of OWN-2
  why text NOT NULL DEFAULT '',  -- what the renter chose, where it was their wish
  words text NOT NULL DEFAULT '',
  from_id bigint NOT NULL,
  to_id bigint,  -- NULL: nobody was free, a supervisor arranges it; as from_id: asked again, a supervisor looks first
  by_role text NOT NULL,
  by_id bigint NOT NULL
);
CREATE INDEX owner_moves_case ON owner_moves (case_id, id);

CALL guard_table('owner_moves', true);

-- ---- 0013_used_passwords ----

-- Earlier passwords of staff, so that nobody chooses one of them again; hashes only.
CREATE TABLE used_passwords (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  staff_id bigint NOT NULL,
  password_hash text NOT NULL,
  replaced_at timestamptz NOT NULL
);
CREATE INDEX used_passwords_staff ON used_passwords (staff_id, id DESC);
CALL guard_table('used_passwords');

-- A message's seal is found by its place in the thread: renters see a mark beside each of their own.
CREATE INDEX journal_case_seq ON journal (case_id, seq) WHERE case_id IS NOT NULL AND seq IS NOT NULL;

-- ---- 0015_act_checked_after ----

-- An act may write its own row and its change in one statement; the change is then checked at the statement's end, when
-- the act has an id. Refused is refused either way: the whole statement is undone.
CREATE OR REPLACE PROCEDURE guard_table(name regclass, append_only boolean DEFAULT false) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER a_require_act AFTER INSERT OR UPDATE OR DELETE ON %s
                  FOR EACH STATEMENT EXECUTE FUNCTION require_act()', name);
  EXECUTE format('CREATE TRIGGER a_require_act_truncate BEFORE TRUNCATE ON %s
                  FOR EACH STATEMENT EXECUTE FUNCTION require_act()', name);
  IF append_only THEN
    EXECUTE format('CREATE TRIGGER b_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s
                    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    EXECUTE format('GRANT SELECT, INSERT ON %s TO shouwen_app', name);
  ELSE
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO shouwen_app', name);
  END IF;
END $$;

DO $$
DECLARE guarded record;
BEGIN
  FOR guarded IN SELECT tgrelid::regclass AS name FROM pg_trigger WHERE tgname = 'a_require_act' LOOP
    EXECUTE format('DROP TRIGGER a_require_act ON %s', guarded.name);
    EXECUTE format('CREATE TRIGGER a_require_act AFTER INSERT OR UPDATE OR DELETE ON %s
                    FOR EACH STATEMENT EXECUTE FUNCTION require_act()', guarded.name);
  END LOOP;
END $$;

-- ---- 0020_money_book ----

-- The money book by days. A charge is scheduled (`booked_on` NULL) until the day it falls due, an entry may take effect
-- on an earlier day than the one it is booked on, closed days stay closed, and late fees are booked day by day.
ALTER TABLE charges ADD COLUMN booked_on date, ADD COLUMN last_value_on date;
ALTER TABLE charges SET (fillfactor = 85);
ALTER TABLE charges DISABLE TRIGGER a_require_act;
UPDATE charges SET booked_on = due_on, last_value_on = settled_on;  -- until now all were booked at signing
UPDATE charges c SET last_value_on = p.last_on
FROM (SELECT t.charge_id, max(e.booked_on) AS last_on
      FROM money_transfers t JOIN money_entries e ON e.id = t.entry_id
      WHERE t.charge_id IS NOT NULL AND right(t.credit_account, 11) = '_receivable'
      GROUP BY t.charge_id) p
WHERE p.charge_id = c.id AND c.settled_on IS NULL;
ALTER TABLE charges ENABLE TRIGGER a_require_act;
ALTER TABLE charges DROP CONSTRAINT charges_amount_fen_check, ADD CHECK (amount_fen >= 0);  -- corrected to nothing
CREATE INDEX charges_due ON charges (due_on, lease_id) WHERE booked_on IS NULL;
CREATE INDEX charges_overdue ON charges (due_on, lease_id)
  WHERE settled_on IS NULL AND kind = 'rent' AND booked_on IS NOT NULL;

-- `value_on` NULL: the same day. `replays`: a payment (or credit) that went by the order of the contract, which a
-- payment of an earlier day may move to other bills; what the renter named stays where it is.
ALTER TABLE money_entries
  ADD COLUMN value_on date CHECK (value_on < booked_on),
  ADD COLUMN replays boolean NOT NULL DEFAULT false;
CREATE INDEX money_entries_reversals ON money_entries (reverses_entry_id) WHERE reverses_entry_id IS NOT NULL;

CREATE TABLE book_closing (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  closed_through date NOT NULL
);
INSERT INTO book_closing (closed_through) VALUES ('2000-01-01');

CREATE FUNCTION refuse_closed_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM written w JOIN book_closing b ON w.booked_on <= b.closed_through) THEN
    RAISE EXCEPTION 'an entry on a day that is closed' USING ERRCODE = 'SW003';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER c_open_day AFTER INSERT ON money_entries REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed_day();

-- What each renter has with us beyond their bills, by lease; kept by the statement that books.
CREATE TABLE lease_credits (
  lease_id bigint PRIMARY KEY,
  renter_id bigint NOT NULL,
  credit_fen bigint NOT NULL CHECK (credit_fen >= 0)
);
CREATE INDEX lease_credits_open ON lease_credits (lease_id) WHERE credit_fen > 0;
INSERT INTO lease_credits (lease_id, renter_id, credit_fen)
SELECT e.lease_id, e.renter_id,
  sum(CASE WHEN t.credit_account = 'renter_credit' THEN t.amount_fen ELSE -t.amount_fen END)
FROM money_transfers t JOIN money_entries e ON e.id = t.entry_id
WHERE 'renter_credit' IN (t.debit_account, t.credit_account)
GROUP BY e.lease_id, e.renter_id;

-- The late-fee clause of the version in force as exact integers; a contract without one has a daily amount of 0.
CREATE TABLE fee_terms (
  lease_id bigint PRIMARY KEY,
  contract_version integer NOT NULL,
  grace_days integer NOT NULL CHECK (grace_days >= 0),
  rate_num bigint CHECK (rate_num >= 0),
  rate_den bigint CHECK (rate_den > 0),
  daily_fen bigint CHECK (daily_fen >= 0),
  cap_num bigint CHECK (cap_num >= 0),
  cap_den bigint CHECK (cap_den > 0),
  gate_num bigint NOT NULL CHECK (gate_num >= 0),
  gate_den bigint NOT NULL CHECK (gate_den > 0),
  clause text NOT NULL,
  CHECK ((rate_num IS NULL) <> (daily_fen IS NULL)),
  CHECK ((rate_num IS NULL) = (rate_den IS NULL)),
  CHECK ((cap_num IS NULL) = (cap_den IS NULL))
);

-- Where the late fee of an overdue rent stands: days first_on … through_on are counted, `bearing_fen` is what the next
-- day bears. `stale`: something touched it, the whole history is read again before another day is added.
CREATE TABLE late_accruals (
  charge_id bigint PRIMARY KEY,
  lease_id bigint NOT NULL,
  renter_id bigint NOT NULL,
  no integer NOT NULL,
  fee_charge_id bigint,
  first_on date NOT NULL,
  through_on date NOT NULL,
  bearing_fen bigint NOT NULL CHECK (bearing_fen >= 0),
  changes_on date,
  fen_days bigint NOT NULL DEFAULT 0 CHECK (fen_days >= 0),
  days integer NOT NULL DEFAULT 0 CHECK (days >= 0),
  booked_fen bigint NOT NULL DEFAULT 0 CHECK (booked_fen >= 0),
  cap_fen bigint CHECK (cap_fen >= 0),
  stale boolean NOT NULL DEFAULT false,
  stopped_on date
) WITH (fillfactor = 80);
CREATE INDEX late_accruals_running ON late_accruals (lease_id) WHERE stopped_on IS NULL;
CREATE INDEX late_accruals_stale ON late_accruals (lease_id) WHERE stale;

-- LATE-5: a lateness that does not count as one, and bears no fee.
CREATE TABLE lateness_undone (
  charge_id bigint PRIMARY KEY,
  lease_id bigint NOT NULL,
  renter_id bigint NOT NULL,
  rule text NOT NULL,
  ground text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX lateness_undone_lease ON lateness_undone (lease_id);

-- The intent of each change of a hold, written with its entry; what performs it at the provider notes its order.
CREATE TABLE hold_moves (
  entry_key text PRIMARY KEY,
  lease_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('freeze', 'capture', 'release')),
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  asked_at timestamptz NOT NULL,
  order_id bigint
);
CREATE INDEX hold_moves_waiting ON hold_moves (asked_at) WHERE order_id IS NULL;

CALL guard_table('book_closing');
CALL guard_table('lease_credits');
CALL guard_table('fee_terms');
CALL guard_table('late_accruals');
CALL guard_table('lateness_undone', true);
CALL guard_table('hold_moves');
-- The statements of the business day draw ids themselves, so that an entry and its transfers need no join back.
GRANT USAGE ON SEQUENCE charges_id_seq, money_entries_id_seq TO shouwen_app;

-- ---- 0021_contract_life ----

-- The life of a contract: applications, printed papers, amendments, delivery addresses, contracts brought in.

-- Which template a renter asked for, and what was answered.
CREATE TABLE applications (
  lease_id bigint PRIMARY KEY REFERENCES leases,
  renter_id bigint NOT NULL,
  template_ref text NOT NULL,
  applied_at timestamptz NOT NULL,
  decided_at timestamptz,
  why text NOT NULL DEFAULT ''
);

-- The PDF of a signed version; the bytes lie in the media store under their hash.
CREATE TABLE contract_papers (
  contract_id bigint PRIMARY KEY REFERENCES contracts,
  sha256 bytea NOT NULL,
  size_bytes bigint NOT NULL CHECK (size_bytes > 0),
  rendered_at timestamptz NOT NULL
);

-- A proposed change of a contract before shipping: the whole new version, waiting for the renter's word.
CREATE TABLE amendments (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  base_version integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('address', 'plan', 'model', 'colour', 'cancel', 'renewal', 'early_return',
    'clean_terms')),
  contract jsonb,
  quote jsonb NOT NULL,
  address_cipher bytea,
  reason text NOT NULL,
  proposed_by_role text NOT NULL,
  proposed_by bigint NOT NULL,
  proposed_at timestamptz NOT NULL,
  valid_until date NOT NULL,
  state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'agreed', 'declined', 'lapsed', 'overtaken')),
  decided_at timestamptz
);
CREATE UNIQUE INDEX amendments_open ON amendments (lease_id) WHERE state = 'proposed';
CREATE INDEX amendments_lease ON amendments (lease_id, id);

-- Where the phone goes: 0 as ordered, and at most two changes.
CREATE TABLE lease_addresses (
  lease_id bigint NOT NULL REFERENCES leases,
  no integer NOT NULL CHECK (no BETWEEN 0 AND 2),
  address_cipher bytea NOT NULL,
  masked text NOT NULL,
  set_at timestamptz NOT NULL,
  PRIMARY KEY (lease_id, no)
);

-- A file of contracts signed elsewhere. Its bytes lie in the media store until it is read to the end.
CREATE TABLE imports (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  sha256 bytea NOT NULL,
  source text NOT NULL,
  format text NOT NULL CHECK (format IN ('csv', 'json')),
  encoding text NOT NULL,
  rows integer NOT NULL CHECK (rows >= 0),
  done integer NOT NULL DEFAULT 0,
  accepted integer NOT NULL DEFAULT 0,
  known integer NOT NULL DEFAULT 0,
  refused integer NOT NULL DEFAULT 0,
  started_by bigint NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  CHECK (done = accepted + known + refused AND done <= rows)
);

CREATE TABLE import_rows (
  import_id bigint NOT NULL REFERENCES imports,
  line integer NOT NULL,
  external_no text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('accepted', 'known', 'refused')),
  lease_id bigint,
  why jsonb NOT NULL,
  PRIMARY KEY (import_id, line)
);
CREATE INDEX import_rows_refused ON import_rows (import_id, line) WHERE outcome = 'refused';

-- What was brought in under which foreign number: sending a file again never doubles.
CREATE TABLE external_contracts (
  source text NOT NULL,
  external_no text NOT NULL,
  lease_id bigint NOT NULL REFERENCES leases,
  row_sha256 bytea NOT NULL,
  import_id bigint NOT NULL,
  line integer NOT NULL,
  PRIMARY KEY (source, external_no)
);

CALL guard_table('applications');
CALL guard_table('contract_papers', true);
CALL guard_table('amendments');
CALL guard_table('lease_addresses', true);
CALL guard_table('imports');
CALL guard_table('import_rows', true);
CALL guard_table('external_contracts', true);

-- ---- 0022_payments ----

-- Money through the payment provider: agreements of renters, orders with everything heard of them, refunds, and what the
-- provider says is frozen.

CREATE TABLE agreements (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  agreement_no text NOT NULL CHECK (agreement_no <> ''),
  payer_id text NOT NULL,
  signed_at timestamptz NOT NULL,
  ended_at timestamptz CHECK (ended_at >= signed_at)
);
CREATE UNIQUE INDEX agreements_now ON agreements (lease_id) WHERE ended_at IS NULL;

-- One attempt to move money, under a number the provider carries out at most once. `call` is what it is told, the same
-- each time; `state` and what follows it are derived from payment_facts, kept here for lists and to keep attempts apart.
-- `covers` are the charges it was made for; `by_name`: the renter said so, and the money goes there.
-- `care` is what a person decided where one had to.
CREATE TABLE payment_orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  number text NOT NULL UNIQUE CHECK (number ~ '^[A-Za-z0-9_]{1,64}$'),
  kind text NOT NULL CHECK (kind IN ('deduct', 'capture', 'refund', 'freeze', 'release')),
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0 AND amount_fen <= 1000000000),
  purpose text NOT NULL UNIQUE,
  covers bigint[] NOT NULL DEFAULT '{}',
  by_name boolean NOT NULL DEFAULT false,
  call jsonb NOT NULL,
  planned_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'not_done', 'disputed')),
  next_at timestamptz,
  moved_fen bigint NOT NULL DEFAULT 0 CHECK (moved_fen >= 0),
  provider_no text NOT NULL DEFAULT '',
  code text NOT NULL DEFAULT '',
  fault text NOT NULL DEFAULT '',
  decided_at timestamptz,
  paid_on date,
  entry_key text NOT NULL DEFAULT '',
  care text NOT NULL DEFAULT '',
  CHECK ((state = 'open') = (decided_at IS NULL))
);
-- A lease is deducted from once at a time: a second attempt waits until nothing can come of the first any more.
CREATE UNIQUE INDEX payment_orders_deducting ON payment_orders (lease_id) WHERE kind = 'deduct' AND state = 'open';
CREATE INDEX payment_orders_lease ON payment_orders (lease_id, id);
CREATE INDEX payment_orders_open ON payment_orders (next_at) WHERE state = 'open';
CREATE INDEX payment_orders_trouble ON payment_orders (id)
  WHERE care = '' AND (state = 'disputed' OR (state = 'not_done' AND kind <> 'deduct'));

-- What was heard of an order; read as a set, so order and repetition do not matter.
CREATE TABLE payment_facts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL REFERENCES payment_orders,
  heard text NOT NULL CHECK (heard IN ('sent', 'answer', 'look', 'closing', 'notice', 'withdrawn')),
  at timestamptz NOT NULL,
  seen text CHECK (seen IN ('done', 'waiting', 'refused', 'closed', 'absent', 'not_sent', 'unknown')),
  try_no integer NOT NULL DEFAULT 0,
  amount_fen bigint,
  provider_no text NOT NULL DEFAULT '',
  code text NOT NULL DEFAULT '',
  fault text NOT NULL DEFAULT '',
  moved_at timestamptz
);
CREATE INDEX payment_facts_order ON payment_facts (order_id, id);

-- Notifications of the provider that were signed for us, each once; one with a bad signature is not kept.
CREATE TABLE payment_notices (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  notify_id text NOT NULL UNIQUE,
  number text NOT NULL,
  received_at timestamptz NOT NULL,
  seen text NOT NULL,
  amount_fen bigint,
  provider_no text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('applied', 'unknown_order'))
);
CREATE INDEX payment_notices_unknown ON payment_notices (id) WHERE outcome = 'unknown_order';

-- Credit on its way back to the renter: taken off the credit when it is asked for, given back there if nothing comes of
-- it. Through the provider it is a part of a payment made there, `paid_by`.
CREATE TABLE refunds (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  why text NOT NULL,
  way text NOT NULL CHECK (way IN ('provider', 'bank')),
  bank_ref text NOT NULL DEFAULT '',
  paid_by bigint REFERENCES payment_orders,
  order_id bigint UNIQUE REFERENCES payment_orders,
  asked_by_role text NOT NULL,
  asked_by bigint NOT NULL,
  asked_at timestamptz NOT NULL,
  done_on date,
  failed_at timestamptz,
  CHECK ((way = 'provider') = (paid_by IS NOT NULL)),
  CHECK ((way = 'bank') = (bank_ref <> ''))
);
CREATE INDEX refunds_lease ON refunds (lease_id, id);
CREATE INDEX refunds_paid_by ON refunds (paid_by) WHERE paid_by IS NOT NULL;

-- What the provider says is frozen; `holds` is what the book says.
CREATE TABLE provider_holds (
  lease_id bigint PRIMARY KEY REFERENCES leases,
  order_no text NOT NULL UNIQUE,
  auth_no text NOT NULL,
  payer_id text NOT NULL,
  frozen_fen bigint NOT NULL CHECK (frozen_fen >= 0),
  checked_at timestamptz NOT NULL
);

CALL guard_table('agreements');
CALL guard_table('payment_orders');
CALL guard_table('payment_facts', true);
CALL guard_table('payment_notices', true);
CALL guard_table('refunds');
CALL guard_table('provider_holds');

-- ---- 0023_stock_courier ----

-- The stock of phones by IMEI, which phone a lease has had, parcels and what their couriers say of them, swaps, and rent
-- taken off for days without a working phone.

-- That a phone must stay as it is (QUAR-1) is not a state: `phone_holds` says it, whichever state the phone is in.
CREATE TABLE device_units (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  imei text NOT NULL UNIQUE CHECK (imei ~ '^[0-9]{15}$'),
  serial_no text NOT NULL DEFAULT '',
  model text NOT NULL,
  storage text NOT NULL DEFAULT '',
  colour text NOT NULL DEFAULT '',
  condition_grade text NOT NULL DEFAULT '',
  state text NOT NULL DEFAULT 'in_stock' CHECK (state IN ('in_stock', 'reserved', 'rented', 'returning', 'inspecting',
    'repair', 'lost', 'sold', 'retired')),
  lease_id bigint REFERENCES leases,
  bought_fen bigint CHECK (bought_fen >= 0),
  since timestamptz NOT NULL,
  CHECK ((lease_id IS NOT NULL) = (state IN ('reserved', 'rented', 'returning', 'inspecting', 'lost', 'sold')))
);
-- A lease has one phone in use; while it is swapped, a second one is reserved for it.
CREATE UNIQUE INDEX device_units_reserved ON device_units (lease_id) WHERE state = 'reserved';
CREATE UNIQUE INDEX device_units_rented ON device_units (lease_id) WHERE state = 'rented';
CREATE INDEX device_units_lease ON device_units (lease_id) WHERE lease_id IS NOT NULL;
CREATE INDEX device_units_free ON device_units (model, storage, colour, id) WHERE state = 'in_stock';
CREATE INDEX device_units_state ON device_units (state, id);
CREATE INDEX device_units_tail ON device_units (reverse(imei) text_pattern_ops);

-- Which phone a lease had on which days; the last row is open while the lease has it.
CREATE TABLE device_assignments (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lease_id bigint NOT NULL REFERENCES leases,
  unit_id bigint NOT NULL REFERENCES device_units,
  from_on date NOT NULL,
  until_on date,
  why text NOT NULL CHECK (why IN ('first', 'swap', 'found')),
  CHECK (until_on >= from_on)
);
CREATE UNIQUE INDEX device_assignments_now ON device_assignments (lease_id) WHERE until_on IS NULL;
CREATE INDEX device_assignments_unit ON device_assignments (unit_id, id);

CREATE TABLE shipments (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  direction text NOT NULL CHECK (direction IN ('out', 'back', 'swap_out', 'swap_back')),
  courier text NOT NULL,
  waybill text NOT NULL,
  unit_id bigint REFERENCES device_units,
  state text NOT NULL DEFAULT 'booked' CHECK (state IN ('booked', 'picked_up', 'moving', 'out_for_delivery',
    'delivered', 'signed', 'refused', 'stuck', 'lost')),
  promised_on date,
  booked_at timestamptz NOT NULL,
  last_event_at timestamptz,
  delivered_on date,
  disputed_at timestamptz, -- the renter says that nothing came
  -- what people know of it, above what the courier says: received, or found never to have come
  outcome text NOT NULL DEFAULT '' CHECK (outcome IN ('', 'came', 'not_came')),
  UNIQUE (courier, waybill)
);
CREATE INDEX shipments_lease ON shipments (lease_id, id);
-- Those that somebody may have to look into; most parcels come and leave it.
CREATE INDEX shipments_unsettled ON shipments (lease_id)
  WHERE state <> 'signed' OR (disputed_at IS NOT NULL AND outcome = '');

-- What a courier said, once each, in whatever order it came.
CREATE TABLE tracking_events (
  shipment_id bigint NOT NULL REFERENCES shipments,
  event_id text NOT NULL,
  at timestamptz NOT NULL,
  code text NOT NULL,
  place text NOT NULL DEFAULT '',
  said text NOT NULL DEFAULT '',
  received_at timestamptz NOT NULL,
  PRIMARY KEY (shipment_id, event_id)
);

CREATE TABLE swaps (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  case_id bigint,
  reason text NOT NULL,
  state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'sent', 'received', 'done', 'withdrawn')),
  old_unit_id bigint REFERENCES device_units,
  new_unit_id bigint REFERENCES device_units,
  asked_at timestamptz NOT NULL,
  without_phone_from date NOT NULL,
  handed_over_on date,
  back_by date,
  ended_at timestamptz
);
CREATE UNIQUE INDEX swaps_open ON swaps (lease_id) WHERE state IN ('asked', 'sent', 'received');
CREATE INDEX swaps_lease ON swaps (lease_id, id);
CREATE INDEX swaps_old_phone_out ON swaps (back_by, lease_id) WHERE state = 'received';

-- Rent taken off for a span of days, both included; the lease row is locked while an overlap is looked for.
CREATE TABLE abatements (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  from_on date NOT NULL,
  to_on date NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  waived_fen bigint NOT NULL CHECK (waived_fen >= 0),
  credited_fen bigint NOT NULL CHECK (credited_fen >= 0),
  swap_id bigint REFERENCES swaps,
  why text NOT NULL,
  parts jsonb NOT NULL, -- of each instalment: its number, fen in all and fen given as credit
  working jsonb NOT NULL,
  booked_on date NOT NULL,
  CHECK (from_on <= to_on),
  CHECK (amount_fen = waived_fen + credited_fen)
);
CREATE INDEX abatements_lease ON abatements (lease_id, from_on);

-- What went wrong on the way and became a case, once: a late shipment, a parcel's trouble, an old phone not sent back.
CREATE TABLE parcel_cases (
  subject text PRIMARY KEY,
  lease_id bigint NOT NULL REFERENCES leases,
  case_id bigint NOT NULL,
  opened_at timestamptz NOT NULL
);

CALL guard_table('device_units');
CALL guard_table('device_assignments');
CALL guard_table('shipments');
CALL guard_table('tracking_events', true);
CALL guard_table('swaps');
CALL guard_table('abatements', true);
CALL guard_table('parcel_cases', true);

-- ---- 0024_endings ----

-- Endings: what a renter agreed to (buyout, early return, renewal), lost phones, requests to lock and unlock phones, and
-- deposits that should have gone back.

-- What was agreed at the quote of a day. `charge_ids` are what has to be paid, `closed_keys` the entries by which open
-- rents ended in it; paid, lapsed and reversed are its ends.
CREATE TABLE acceptances (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('buyout', 'early_return', 'loss', 'renewal')),
  quote jsonb NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
  contract_version integer NOT NULL,
  accepted_at timestamptz NOT NULL,
  pay_by date NOT NULL,
  state text NOT NULL DEFAULT 'accepted' CHECK (state IN ('accepted', 'paid', 'lapsed', 'reversed')),
  charge_ids bigint[] NOT NULL DEFAULT '{}',
  closed_keys text[] NOT NULL DEFAULT '{}',
  back_on date,
  ended_on date,
  CHECK ((state = 'accepted') = (ended_on IS NULL)),
  CHECK ((kind = 'early_return') = (back_on IS NOT NULL))
);
-- Two at once: the second is refused.
CREATE UNIQUE INDEX acceptances_open ON acceptances (lease_id) WHERE state = 'accepted';
CREATE INDEX acceptances_lease ON acceptances (lease_id, id);

-- What the maker's lock is asked to do with a phone: `lock` when it is lost, `unlock` when it is the renter's own.
CREATE TABLE device_requests (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  imei text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('lock', 'unlock')),
  asked_at timestamptz NOT NULL,
  answered_at timestamptz,
  outcome text NOT NULL DEFAULT '' CHECK (outcome IN ('', 'done', 'failed')),
  said text NOT NULL DEFAULT '',
  CHECK ((answered_at IS NULL) = (outcome = ''))
);
CREATE UNIQUE INDEX device_requests_open ON device_requests (lease_id, kind) WHERE answered_at IS NULL;
CREATE INDEX device_requests_lease ON device_requests (lease_id, id);

-- A lost phone: collection rests through `paused_until`, or until the police receipt; found again ends it.
CREATE TABLE losses (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  case_id bigint NOT NULL,
  reported_at timestamptz NOT NULL,
  lost_on date NOT NULL,
  place text NOT NULL DEFAULT '',
  paused_until date NOT NULL,
  pause_ended_on date,
  police_ref text NOT NULL DEFAULT '',
  found_on date
);
CREATE UNIQUE INDEX losses_open ON losses (lease_id) WHERE found_on IS NULL;
CREATE INDEX losses_paused ON losses (lease_id) WHERE pause_ended_on IS NULL AND found_on IS NULL;

-- A deposit past the contract's day, told once to the desk; what was released of it by itself, and why the rest stays.
CREATE TABLE release_delays (
  lease_id bigint PRIMARY KEY REFERENCES leases,
  case_id bigint NOT NULL,
  due_on date NOT NULL,
  told_at timestamptz NOT NULL,
  released_fen bigint NOT NULL CHECK (released_fen >= 0),
  stands text NOT NULL CHECK (stands IN ('released', 'claim', 'inspection', 'owed'))
);

ALTER TABLE collection_pauses DROP CONSTRAINT collection_pauses_reason_check,
  ADD CONSTRAINT collection_pauses_reason_check CHECK (reason IN ('dispute', 'appeal', 'loss'));

CREATE INDEX holds_open ON holds (lease_id) WHERE amount_fen > captured_fen + released_fen;

CALL guard_table('acceptances');
CALL guard_table('device_requests');
CALL guard_table('losses');
CALL guard_table('release_delays');

-- ---- 0025_arrears ----

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

-- ---- 0026_business_day ----

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

-- ---- 0028_refund_once ----

-- A bank transfer gives credit back once, whoever records it and however its reference is written.
CREATE UNIQUE INDEX refunds_bank_ref ON refunds (upper(bank_ref)) WHERE bank_ref <> '';

-- An agreement at the provider is one renter's: asked by its number.
CREATE INDEX agreements_no ON agreements (agreement_no, renter_id);

-- ---- 0029_password_reset ----

-- A password that somebody else set: whose account it is reads when and by whom, until they choose their own.
ALTER TABLE staff
  ADD COLUMN password_reset_at timestamptz,
  ADD COLUMN password_reset_by text NOT NULL DEFAULT '';

-- ---- 0030_backdated_payments ----

-- A payment recorded by hand as of an earlier day takes late fees back: by how much, and what proves the day. It counts
-- as a waiver of late fees does (AUTH-1) for as long as the payment stands.
CREATE TABLE backdated_payments (
  payment_key text PRIMARY KEY,
  lease_id bigint NOT NULL,
  act_id bigint NOT NULL,
  value_on date NOT NULL,
  booked_on date NOT NULL CHECK (booked_on > value_on),
  fee_fell_fen bigint NOT NULL CHECK (fee_fell_fen > 0),
  why text NOT NULL CHECK (why <> '')
);
CREATE INDEX backdated_payments_lease ON backdated_payments (lease_id, booked_on);
CALL guard_table('backdated_payments', true);

-- ---- 0031_password_first ----

-- A session opened with a password that somebody else chose lets only that password be changed.
ALTER TABLE sessions ADD COLUMN must_change boolean NOT NULL DEFAULT false;

-- ---- 0032_loss_written_off ----

-- A settlement of a loss may be given up: it is ended then, and neither paid nor lapsed.
ALTER TABLE acceptances DROP CONSTRAINT acceptances_state_check,
  ADD CONSTRAINT acceptances_state_check CHECK (state IN ('accepted', 'paid', 'written_off', 'lapsed', 'reversed'));

-- Overdue rents of a range of leases, as the day asks for them; `charges_overdue` has them by the day they fell due, as
-- the list of arrears shows them. PostgreSQL 18 can skip through that one, earlier ones read all of it.
CREATE INDEX charges_overdue_lease ON charges (lease_id, due_on)
  WHERE settled_on IS NULL AND kind = 'rent' AND booked_on IS NOT NULL;

-- Another phone came back than the one that was rented: until the right one is inspected the deposit waits for the renter.
CREATE TABLE other_phones (
  lease_id bigint PRIMARY KEY REFERENCES leases,
  case_id bigint NOT NULL,
  imei_tail text NOT NULL CHECK (imei_tail ~ '^[0-9]{4}$'),
  received_on date NOT NULL,
  seen_at timestamptz NOT NULL,
  seen_by bigint NOT NULL
);
CALL guard_table('other_phones');

-- ---- 0036_asked_specialists ----

-- A renter who waits for an answer comes first, also while a specialist is awaited (cases.rules.turn): the specialist's
-- list then holds cases whose turn is the desk's too.
DROP INDEX cases_specialist;
CREATE INDEX cases_asked ON cases (specialist_id, rank, id)
  WHERE state = 'open' AND turn IN ('specialist', 'desk') AND (talk_turn = 'specialist' OR claim_turn = 'specialist');

ALTER TABLE cases DISABLE TRIGGER a_require_act;
ALTER TABLE case_counts DISABLE TRIGGER a_require_act;

-- The open cases in which an answer is due, whoever else was asked.
UPDATE cases SET turn = 'desk', turn_until = least(talk_until, claim_until)
WHERE state = 'open' AND turn IN ('specialist', 'appraiser') AND (
  (talk_turn = 'desk' AND talk_until IS NOT NULL)
  OR (talk_turn = 'specialist' AND (renter_seq > staff_seq OR (owner_id IS NULL AND first_human_at IS NULL))));

UPDATE cases SET rank = CASE WHEN urgent THEN 0 ELSE 4503599627370496 END
  + coalesce(floor(extract(epoch FROM turn_until) * 1000)::bigint, 4503599627370495)
WHERE state = 'open' AND turn = 'desk';

DELETE FROM case_counts WHERE key ~ '^(owner:[0-9]+:[a-z]+|specialist:[0-9]+)$';
INSERT INTO case_counts (key, count)
SELECT key, count(*) FROM (
  SELECT 'owner:' || owner_id || ':' || turn AS key FROM cases WHERE state = 'open' AND owner_id IS NOT NULL
  UNION ALL
  SELECT 'specialist:' || specialist_id FROM cases
  WHERE state = 'open' AND specialist_id IS NOT NULL AND turn IN ('specialist', 'desk')
    AND (talk_turn = 'specialist' OR claim_turn = 'specialist')
    AND NOT (turn = 'desk' AND owner_id IS NOT DISTINCT FROM specialist_id)) stands
GROUP BY key;

ALTER TABLE cases ENABLE TRIGGER a_require_act;
ALTER TABLE case_counts ENABLE TRIGGER a_require_act;

-- ---- 0037_delivery_pauses ----

-- PAUSE-1: rent that fell due before the renter had the phone rests, from its due day to three days after hand-over.
ALTER TABLE collection_pauses ALTER COLUMN case_id DROP NOT NULL,
  DROP CONSTRAINT collection_pauses_reason_check,
  ADD CONSTRAINT collection_pauses_reason_check CHECK (reason IN ('dispute', 'appeal', 'loss', 'delivery')),
  DROP CONSTRAINT collection_pauses_end_reason_check,
  ADD CONSTRAINT collection_pauses_end_reason_check
    CHECK (end_reason IN ('', 'decided', 'agreed', 'withdrawn', 'handed_over')),
  ADD CONSTRAINT collection_pauses_of_case CHECK (case_id IS NOT NULL OR (reason = 'delivery' AND charge_id IS NOT NULL));
-- One a rent.
CREATE UNIQUE INDEX collection_pauses_delivery ON collection_pauses (charge_id) WHERE reason = 'delivery';

-- ---- 0038_waybill_claimed_twice ----

-- Two renters may each say that a waybill carries their phone back: neither is turned away, nothing the courier says
-- counts for either, and a person finds out.
ALTER TABLE shipments DROP CONSTRAINT shipments_courier_waybill_key;
ALTER TABLE shipments ADD UNIQUE (courier, waybill, lease_id);
