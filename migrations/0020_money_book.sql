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
