-- A renter who waits for an answer comes first, also while a specialist is awaited (cases.rules.turn): the specialist's
-- list then holds cases whose turn is the desk's too.
DROP INDEX cases_specialist;
CREATE INDEX cases_asked ON cases (specialist_id, rank, id)
  WHERE state = 'open' AND turn IN ('specialist', 'desk') AND (talk_turn = 'specialist' OR claim_turn = 'specialist');

ALTER TABLE cases DISABLE TRIGGER a_require_act;
ALTER TABLE case_counts DISABLE TRIGGER a_require_act;

-- The open cases in which an answer is due, whoever else was asked.
UPDATE cases SET turn = 'desk', turn_until = least(talk_until, claim_until)
WHERE state = 'open' AND turn IN ('specialist', 'appraiser') AND (
  (talk_turn = 'desk' AND talk_until IS NOT NULL)
  OR (talk_turn = 'specialist' AND (renter_seq > staff_seq OR (owner_id IS NULL AND first_human_at IS NULL))));

UPDATE cases SET rank = CASE WHEN urgent THEN 0 ELSE 4503599627370496 END
  + coalesce(floor(extract(epoch FROM turn_until) * 1000)::bigint, 4503599627370495)
WHERE state = 'open' AND turn = 'desk';

DELETE FROM case_counts WHERE key ~ '^(owner:[0-9]+:[a-z]+|specialist:[0-9]+)$';
INSERT INTO case_counts (key, count)
SELECT key, count(*) FROM (
  SELECT 'owner:' || owner_id || ':' || turn AS key FROM cases WHERE state = 'open' AND owner_id IS NOT NULL
  UNION ALL
  SELECT 'specialist:' || specialist_id FROM cases
  WHERE state = 'open' AND specialist_id IS NOT NULL AND turn IN ('specialist', 'desk')
    AND (talk_turn = 'specialist' OR claim_turn = 'specialist')
    AND NOT (turn = 'desk' AND owner_id IS NOT DISTINCT FROM specialist_id)) stands
GROUP BY key;

ALTER TABLE cases ENABLE TRIGGER a_require_act;
ALTER TABLE case_counts ENABLE TRIGGER a_require_act;
