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
