-- Dossiers: one file that proves itself offline (EVI-5), built by a job on request.
CREATE TABLE dossiers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  case_id bigint NOT NULL REFERENCES cases,
  case_ref text NOT NULL,
  renter_id bigint NOT NULL,
  requested_role text NOT NULL,
  requested_by bigint NOT NULL,
  requested_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'preparing' CHECK (state IN ('preparing', 'ready')),
  sha256 bytea CHECK (length(sha256) = 32),
  size_bytes bigint,
  ready_at timestamptz
);
CREATE INDEX dossiers_case ON dossiers (case_id, id);
CREATE INDEX dossiers_renter ON dossiers (renter_id, id DESC);

CALL guard_table('dossiers');
