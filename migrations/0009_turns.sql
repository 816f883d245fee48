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
