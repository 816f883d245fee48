-- What a renter was told by word of mouth, beside the contract's figure (GUARD-2): reported calls of quote accuracy.
CREATE TABLE heard_figures (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lease_id bigint NOT NULL,
  renter_id bigint NOT NULL,
  case_id bigint,  -- none where what was heard is what the contract says
  at timestamptz NOT NULL,
  topic text NOT NULL,
  told_fen bigint NOT NULL CHECK (told_fen >= 0),
  right_fen bigint,  -- none where the contract knows no such figure
  matches boolean NOT NULL
);
CREATE INDEX heard_figures_case ON heard_figures (case_id) WHERE case_id IS NOT NULL;

CALL guard_table('heard_figures', true);
