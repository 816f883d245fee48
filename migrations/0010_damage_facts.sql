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
