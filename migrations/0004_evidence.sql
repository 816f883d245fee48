-- Evidence: uploads under way, media, and the sealed log.
CREATE TABLE uploads (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  actor_role text NOT NULL,
  actor_id bigint NOT NULL,
  lease_id bigint NOT NULL,
  purpose text NOT NULL,
  part text NOT NULL,
  file_name text NOT NULL,
  sha256 bytea CHECK (length(sha256) = 32), -- as the sender computed it, if it did
  size_bytes bigint NOT NULL CHECK (size_bytes > 0),
  received_bytes bigint NOT NULL DEFAULT 0 CHECK (received_bytes >= 0 AND received_bytes <= size_bytes),
  state text NOT NULL DEFAULT 'receiving' CHECK (state IN ('receiving', 'checking', 'accepted', 'refused')),
  refusal jsonb,
  media_id bigint,
  created_at timestamptz NOT NULL
);
CREATE INDEX uploads_actor ON uploads (actor_id, actor_role, id DESC);

-- Originals are kept byte for byte under their hash; a row is one use of such bytes as evidence of one lease.
CREATE TABLE media (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('handover', 'return', 'inspection', 'statement', 'invoice', 'proof')),
  part text NOT NULL,
  file_name text NOT NULL,
  mime text NOT NULL,
  size_bytes bigint NOT NULL,
  sha256 bytea NOT NULL,
  width integer,
  height integer,
  duration_ms integer,
  taken_at timestamptz,
  checks jsonb NOT NULL,
  uploaded_role text NOT NULL,
  uploaded_by bigint NOT NULL,
  uploaded_at timestamptz NOT NULL,
  claim_id bigint,
  finding_no integer,
  legal_hold_until timestamptz,
  erased_at timestamptz
);
CREATE INDEX media_lease ON media (lease_id, id);
CREATE INDEX media_claim ON media (claim_id, id) WHERE claim_id IS NOT NULL;
CREATE INDEX media_sha256 ON media (sha256);

-- What waits for the sequencer; then what stands in the log. `content` and `salt` may be erased (EVI-2), `leaf` stays.
CREATE TABLE log_pending (
  journal_id bigint PRIMARY KEY
);
CREATE TABLE log_entries (
  index bigint PRIMARY KEY,
  journal_id bigint NOT NULL UNIQUE,
  kind text NOT NULL,
  subject text NOT NULL,
  at timestamptz NOT NULL,
  leaf bytea NOT NULL,
  content jsonb,
  salt bytea,
  case_id bigint,
  lease_id bigint,
  sealed_at timestamptz NOT NULL
);
CREATE INDEX log_entries_case ON log_entries (case_id, index) WHERE case_id IS NOT NULL;
CREATE INDEX log_entries_lease ON log_entries (lease_id, index) WHERE lease_id IS NOT NULL;
CREATE INDEX log_entries_subject ON log_entries (subject, index) WHERE subject <> '';

-- Complete subtrees of the Merkle tree.
CREATE TABLE log_nodes (
  level smallint NOT NULL,
  index bigint NOT NULL,
  hash bytea NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, index)
);
CREATE TABLE log_checkpoints (
  size bigint PRIMARY KEY CHECK (size > 0),
  root bytea NOT NULL CHECK (length(root) = 32),
  note text NOT NULL,
  signed_at timestamptz NOT NULL
);
CREATE TABLE log_timestamps (
  size bigint PRIMARY KEY,
  tsr bytea NOT NULL,
  authority text NOT NULL,
  stamped_at timestamptz NOT NULL
);

CALL guard_table('uploads');
CALL guard_table('media');
-- The sequencer, not a person, writes the log: no act, inserts only (erasure of content is an act of its own, later).
GRANT SELECT, INSERT, DELETE ON log_pending TO shouwen_app;
GRANT SELECT, INSERT ON log_entries, log_nodes, log_checkpoints, log_timestamps TO shouwen_app;
CREATE TRIGGER b_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER b_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_nodes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER b_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER b_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_timestamps FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
