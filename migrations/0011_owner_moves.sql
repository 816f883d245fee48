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
