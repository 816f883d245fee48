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
