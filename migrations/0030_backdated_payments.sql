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
