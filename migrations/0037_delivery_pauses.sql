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
