-- A settlement of a loss may be given up: it is ended then, and neither paid nor lapsed.
ALTER TABLE acceptances DROP CONSTRAINT acceptances_state_check,
  ADD CONSTRAINT acceptances_state_check CHECK (state IN ('accepted', 'paid', 'written_off', 'lapsed', 'reversed'));

-- Overdue rents of a range of leases: the day asks for the leases it is given.
DROP INDEX charges_overdue;
CREATE INDEX charges_overdue ON charges (lease_id, due_on)
  WHERE settled_on IS NULL AND kind = 'rent' AND booked_on IS NOT NULL;
