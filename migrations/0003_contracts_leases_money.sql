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
